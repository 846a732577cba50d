"""Settings by one name, and those that suit a problem's size and shape; the figures are in ``presets.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from schedsolver.domain.suggest import did_you_mean

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

FILE = "presets.toml"
AUTO = "auto"


def preset_fields(name: str) -> dict[str, Any]:
    """Give the fields of settings that a preset sets.

    Raises
    ------
    ValueError
        If there is no such preset, with the nearest name.
    """
    presets = _tables()["presets"]
    if name not in presets:
        hint = did_you_mean(name, presets) or f"; there are {', '.join(presets)}"
        raise ValueError(f'there is no preset "{name}"{hint}')
    return dict(presets[name])


def auto_fields(problem: Problem) -> dict[str, Any]:
    """Give the fields of settings that suit a problem's size and shape."""
    shape, size = shape_of(problem), cells(problem)
    for row in _tables()[AUTO]:
        if row["shape"] == shape and size <= row.get("most_cells", size):
            return preset_fields(row["preset"])
    raise AssertionError(f"{FILE} has no row for a problem of {size} cells with {shape}")


def shape_of(problem: Problem) -> str:
    """Give ``"slots"`` for a problem with activities, ``"shifts"`` for one without."""
    return "slots" if problem.activities else "shifts"


def cells(problem: Problem) -> int:
    """Count what a duty can be chosen from: employees x days x outlets x shift types."""
    return len(problem.staff) * problem.horizon.days * len(problem.outlets) * len(problem.shift_types)


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8"))

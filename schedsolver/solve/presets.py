"""Settings by one name, and those that suit a problem's size and shape; the figures are in ``presets.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from schedsolver.domain.suggest import did_you_mean

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

FILE = "presets.toml"
AUTO = "auto"
_OF_ROWS = frozenset({"shape", "most_cells", "preset"})


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
            own = {name: value for name, value in row.items() if name not in _OF_ROWS}
            return preset_fields(row["preset"]) | own
    return {}


def shape_of(problem: Problem) -> str:
    """Give ``"slots"`` for a problem with activities, ``"shifts"`` for one without."""
    return "slots" if problem.activities else "shifts"


def cells(problem: Problem) -> int:
    """Count what a duty can be chosen from: employees x days x outlets x shift types."""
    return len(problem.staff) * problem.horizon.days * len(problem.outlets) * len(problem.shift_types)


def tables_with(found: Mapping[str, Any]) -> dict[str, Any]:
    """Give the contents of the presets file with those that a tuning found in place of what it has."""
    known = _tables()
    rows = {row["shape"]: row for row in (*known[AUTO], *found[AUTO])}
    return {"presets": known["presets"] | found["presets"], AUTO: list(rows.values())}


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8"))

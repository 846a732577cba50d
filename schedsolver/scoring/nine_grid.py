"""The nine-grid: what people achieve (upwards) against what they are made of (to the right).

Both axes are cut in three, which gives nine cells, numbered from 1 (low, low) to 9 (high, high), a row at a time.
"""

from __future__ import annotations

import math
from typing import Annotated, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import model_validator

from schedsolver.domain.arrays import FloatArray
from schedsolver.domain.base import Identifier, Model
from schedsolver.scoring.normalise import (
    Component,
    Components,
    Method,
    Rising,
    Threshold,
    component_scores,
    levels,
    levels_by_share,
    weighted_mean,
)
from schedsolver.scoring.tables import EMPLOYEE, OUTLET, Number, read_people

LEVELS = ("low", "middle", "high")
THIRDS = (1 / 3, 1 / 3, 1 / 3)
CELL = Number(1, 9, whole=True)
Cuts = Annotated[tuple[Threshold, Threshold], Rising]


class NineGridRules(Model):
    """How people are placed.

    Attributes
    ----------
    vertical
        Columns of the appraisal that count what a person achieves, and their weights.
    horizontal
        Columns that count what a person knows and how safely they work.
    method
        How figures become scores: :func:`~schedsolver.scoring.normalise.scores`.
    vertical_cuts, horizontal_cuts
        Lowest scores in ``[0, 1]`` of the middle and of the high third of an axis; ``None`` cuts it into thirds of
        the people, equal scores staying together.
    among
        Column that says who is compared with whom when figures become scores, for example ``"kind"``; ``None``
        compares all.
    """

    vertical: Components = (
        Component(name="volume"),
        Component(name="complex_volume"),
        Component(name="breadth"),
        Component(name="assets"),
        Component(name="products"),
    )
    horizontal: Components = (
        Component(name="qualifications"),
        Component(name="certified_skills"),
        Component(name="learning"),
        Component(name="risk_control"),
    )
    method: Method = "rank"
    vertical_cuts: Cuts | None = None
    horizontal_cuts: Cuts | None = None
    among: Identifier | None = None

    @model_validator(mode="after")
    def _axes_differ(self) -> Self:
        both = {c.name for c in self.vertical} & {c.name for c in self.horizontal}
        if both:
            raise ValueError(f"{', '.join(sorted(both))} is on both axes; keep it on one")
        return self


def nine_grid(appraisal: pd.DataFrame, rules: NineGridRules | None = None) -> pd.DataFrame:
    """Place each person in the grid.

    A blank figure scores 0.5, the middle, and so do all when all are equal or there is one person only: they then
    lie in cell 5.

    Parameters
    ----------
    appraisal
        One row a person: ``employee``, a number for each component, perhaps ``outlet``, and the column
        ``rules.among`` where that is set.
    rules
        How; the defaults of :class:`NineGridRules` when not given.

    Returns
    -------
    ``employee``, ``outlet``, a score for each component, ``vertical`` and ``horizontal`` (their weighted means),
    ``vertical_level`` and ``horizontal_level`` (low, middle or high), ``cell`` and ``weakest``: the component of the
    lowest score among those whose figure is known, the first of equals, blank when none is known. Rows as given.

    Raises
    ------
    InvalidProblem
        With every fault found: a component's column missing, a negative or infinite figure, a person twice, no rows.
    """
    rules = rules or NineGridRules()
    components = (*rules.vertical, *rules.horizontal)
    numbers = {component.name: component.number(rules.method) for component in components}
    table = read_people("appraisal", appraisal, numbers, texts=[] if rules.among is None else [rules.among])
    scored = component_scores(table, components, rules.method, rules.among)
    upwards, to_the_right = weighted_mean(scored, rules.vertical), weighted_mean(scored, rules.horizontal)
    row, column = _thirds(upwards, rules.vertical_cuts), _thirds(to_the_right, rules.horizontal_cuts)
    placed = pd.concat([table[[EMPLOYEE, OUTLET]], scored], axis=1)
    return placed.assign(
        vertical=upwards,
        horizontal=to_the_right,
        vertical_level=_level_names(row),
        horizontal_level=_level_names(column),
        cell=3 * row + column + 1,
        weakest=_weakest(scored.where(table[list(numbers)].notna())),
    )


def people_by_cell(placed: pd.DataFrame) -> pd.DataFrame:
    """List the people from the best cell to the weakest, within a cell those who need help last.

    Parameters
    ----------
    placed
        What :func:`nine_grid` gives.

    Returns
    -------
    ``cell``, ``employee``, ``outlet``, ``vertical``, ``horizontal``, ``weakest``.
    """
    order = placed.assign(sum=placed["vertical"] + placed["horizontal"]).sort_values(
        ["cell", "sum"], ascending=False, kind="stable"
    )
    return order[["cell", EMPLOYEE, OUTLET, "vertical", "horizontal", "weakest"]].reset_index(drop=True)


def picture(placed: pd.DataFrame) -> pd.DataFrame:
    """Count the people in each cell: rows from high to low, columns from low to high, as the grid is drawn."""
    cells = read_people("nine-grid", placed, {"cell": CELL})["cell"].to_numpy(int)
    counts = np.bincount(cells - 1, minlength=9).reshape(3, 3)[::-1]
    return pd.DataFrame(
        counts,
        index=pd.Index(LEVELS[::-1], name="vertical"),
        columns=pd.Index(LEVELS, name="horizontal"),
    )


def render(placed: pd.DataFrame, width: int = 26) -> str:
    """Draw the grid as text, each person with their weakest component.

    Parameters
    ----------
    placed
        What :func:`nine_grid` gives.
    width
        Characters inside a cell, at least 8; longer entries are cut off.

    Raises
    ------
    ValueError
        If the width is below 8.
    """
    if width < 8:
        raise ValueError(f"cells of {width} characters are too narrow; give at least 8")
    entries: dict[int, list[str]] = {cell: [] for cell in range(1, 10)}
    listed = people_by_cell(placed)
    for cell, person, weakest in zip(listed["cell"], listed[EMPLOYEE], listed["weakest"], strict=True):
        entries[int(cell)].append(f"{person} ({weakest})" if weakest else str(person))
    lines = []
    for level in (2, 1, 0):
        own = [[f"{cell}: {len(entries[cell])}", *entries[cell]] for cell in range(3 * level + 1, 3 * level + 4)]
        lines.append("       +" + f"{'-' * width}+" * 3)
        for i in range(max(map(len, own))):
            texts = (part[i] if i < len(part) else "" for part in own)
            label = LEVELS[level] if i == 0 else ""
            lines.append(f"{label:>6} |" + "|".join(f"{_cut(text, width):<{width}}" for text in texts) + "|")
    lines.append("       +" + f"{'-' * width}+" * 3)
    lines.append("        " + " ".join(f"{name:^{width}}" for name in LEVELS))
    return "\n".join(line.rstrip() for line in lines)


def movement(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Tell who moved between two periods.

    Parameters
    ----------
    before, after
        What :func:`nine_grid` gave for the earlier and the later period; ``employee`` and ``cell`` are enough.

    Returns
    -------
    One row a person, in the order of the later period, then those who left: ``employee``, ``cell_before``,
    ``cell_after`` (blank where they were not placed), ``vertical_steps`` and ``horizontal_steps`` (after less
    before), ``moved``: ``"up"`` when no axis fell and one rose, ``"down"`` the other way round, ``"across"`` when one
    rose and one fell, ``"same"``, ``"joined"`` or ``"left"``.

    Raises
    ------
    InvalidProblem
        If a column is missing, a person is there twice or a cell is not 1 to 9.
    """
    earlier = read_people("before", before, {"cell": CELL})[[EMPLOYEE, "cell"]]
    later = read_people("after", after, {"cell": CELL})[[EMPLOYEE, "cell"]]
    both = later.merge(earlier, on=EMPLOYEE, how="left", suffixes=("_after", "_before"))
    gone = earlier[~earlier[EMPLOYEE].isin(later[EMPLOYEE])].rename(columns={"cell": "cell_before"})
    table = pd.concat([both, gone], ignore_index=True)
    was, now = table["cell_before"] - 1, table["cell_after"] - 1
    upwards, to_the_right = now // 3 - was // 3, now % 3 - was % 3
    return pd.DataFrame(
        {
            EMPLOYEE: table[EMPLOYEE],
            "cell_before": table["cell_before"].astype("Int64"),
            "cell_after": table["cell_after"].astype("Int64"),
            "vertical_steps": upwards.astype("Int64"),
            "horizontal_steps": to_the_right.astype("Int64"),
            "moved": [_direction(*steps) for steps in zip(was, now, upwards, to_the_right, strict=True)],
        }
    )


def _thirds(values: FloatArray, cuts: Cuts | None) -> NDArray[np.int64]:
    return levels_by_share(values, THIRDS) if cuts is None else levels(values, cuts)


def _level_names(numbers: NDArray[np.int64]) -> list[str]:
    return [LEVELS[number] for number in numbers]


def _weakest(known: pd.DataFrame) -> list[str]:
    """Name the column of the lowest score in each row; blank when all are."""
    lowest = np.argmin(known.fillna(math.inf).to_numpy(float), axis=1)
    return [str(known.columns[i]) if some else "" for i, some in zip(lowest, known.notna().any(axis=1), strict=True)]


def _direction(was: float, now: float, upwards: float, to_the_right: float) -> str:
    if math.isnan(was) or math.isnan(now):
        return "joined" if math.isnan(was) else "left"
    if upwards == to_the_right == 0:
        return "same"
    if min(upwards, to_the_right) >= 0:
        return "up"
    return "down" if max(upwards, to_the_right) <= 0 else "across"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"

"""A linear relaxation as an MPS file, the form that every integer programming solver reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import IntArray
from schedsolver.errors import SchedSolverError
from schedsolver.model.relaxation import UNBOUNDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schedsolver.model.relaxation import Relaxation


def write_mps(relaxation: Relaxation, path: Path) -> None:
    """Write a relaxation as an integer programme; its columns are ``c0, c1, ...``.

    Fields stand where the fixed form of MPS has them, so that readers of either form take the file.
    """
    with path.open("w", encoding="ascii") as file:
        file.writelines(f"{line}\n" for line in _lines(relaxation))


def values_of(named: Mapping[str, float], relaxation: Relaxation, solver: str) -> IntArray:
    """Give the value of each column, whole, from those by name, columns not named being 0.

    Raises
    ------
    SchedSolverError
        If they do not keep the rows once they are rounded to whole numbers: solvers allow themselves tolerances.
    """
    values = np.zeros(len(relaxation.cost), np.int64)
    for name, value in named.items():
        values[int(name[1:])] = round(value)
    if not relaxation.holds(values):
        raise SchedSolverError(f"{solver}'s solution breaks rows of the model once it is rounded to whole numbers")
    return values


def _lines(relaxation: Relaxation) -> Iterator[str]:
    low, high = relaxation.row_lower, relaxation.row_upper
    rows = np.arange(len(low))
    equal, below, above = low == high, high < UNBOUNDED, low > -UNBOUNDED
    sense = np.select([equal, below, above], ["E", "L", "G"], "N")
    yield from ("NAME          ROSTER", "ROWS", " N  COST")
    yield from (f" {s}  r{r}" for r, s in zip(rows.tolist(), sense.tolist(), strict=True))
    yield from ("COLUMNS", "    MARKER                 'MARKER'                 'INTORG'")
    yield from _columns(relaxation)
    yield from ("    MARKER                 'MARKER'                 'INTEND'", "RHS")
    right = np.where(below, high, low)
    yield from _numbers("RHS", "r", ((r, right[r]) for r in rows[below | above]))
    yield "RANGES"
    yield from _numbers("RNG", "r", ((r, high[r] - low[r]) for r in rows[below & above & ~equal]))
    yield "BOUNDS"
    for c, bounds in enumerate(zip(relaxation.lower.tolist(), relaxation.upper.tolist(), strict=True)):
        yield from (f" {kind} BND       c{c:<9}{bound:>12}" for kind, bound in zip(("LO", "UP"), bounds, strict=True))
    yield "ENDATA"


def _columns(relaxation: Relaxation) -> Iterator[str]:
    """Give the terms by column, each with its cost first so that every column is there."""
    row = np.repeat(np.arange(len(relaxation.row_lower)), np.diff(relaxation.first))
    order = np.argsort(relaxation.column, kind="stable")
    first = np.searchsorted(relaxation.column[order], np.arange(len(relaxation.cost) + 1)).tolist()
    rows, factors = row[order].tolist(), relaxation.coefficient[order].tolist()
    for c, cost in enumerate(relaxation.cost.tolist()):
        yield f"    c{c:<9}COST      {cost:>12}"
        yield from (f"    c{c:<9}r{rows[i]:<9}{factors[i]:>12}" for i in range(first[c], first[c + 1]))


def _numbers(name: str, letter: str, numbers: Iterable[tuple[int, int]]) -> Iterator[str]:
    yield from (f"    {name:<10}{letter}{number:<9}{value:>12}" for number, value in numbers if value)

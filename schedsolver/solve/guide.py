"""What a search takes from a linear relaxation: duties near it, a roster rounded from it, and a bound row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray, FloatArray, IntArray
from schedsolver.domain.horizon import weeks_of
from schedsolver.model.relaxation import Part, Relaxation
from schedsolver.solve.highs import LinearGuide, LpResult

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel


def prices_above(lp: LpResult, duties: IntArray) -> FloatArray:
    """Tell how far above itself a relaxation prices duties, as a share of a duty's mean cost; shape ``(options,)``.

    Nothing for those that it uses, or would as well.

    Parameters
    ----------
    lp
        The relaxation solved.
    duties
        Column of each duty option.
    """
    given = lp.values[duties]
    mean = max(1, lp.bound) / max(1.0, given.sum())
    above: FloatArray = np.where(given > 1e-6, 0, np.maximum(0, lp.reduced_costs[duties]) / mean)
    return above


def near_duties(lp: LpResult, duties: IntArray, width: float) -> BoolArray:
    """Tell which duties a linear relaxation uses or prices no further above itself than a width; shape ``(options,)``.

    Parameters
    ----------
    lp, duties
        As for :func:`prices_above`.
    width
        What counts as near, as a share of a duty's mean cost.
    """
    near: BoolArray = prices_above(lp, duties) <= width
    return near


def narrowed(lp: LpResult, relaxation: Relaxation, duties: IntArray, width: float, *, keep_whole: bool = False) -> Part:
    """Give the part of a relaxation with the near duties only, and perhaps those that it gives whole fixed.

    Parameters
    ----------
    lp, relaxation
        The relaxation, solved and as it is.
    duties, width
        As for :func:`near_duties`.
    keep_whole
        Whether duties given whole are fixed.
    """
    lower, upper = relaxation.lower.copy(), relaxation.upper.copy()
    upper[duties[~near_duties(lp, duties, width)]] = 0
    if keep_whole:
        lower[duties[lp.values[duties] > 1 - 1e-6]] = 1
    return relaxation.within(lower, upper)


def rounded(
    lp: LpResult,
    relaxation: Relaxation,
    duties: IntArray,
    width: float,
    stopped: Callable[[], bool],
    *,
    near: float,
    share: float,
    iterations: int | None = None,
) -> IntArray | None:
    """Round the duties of a relaxation up until all are whole, among the near ones.

    Parameters
    ----------
    lp, relaxation, duties, width
        As for :func:`narrowed`.
    stopped
        Asked now and then; true ends it.
    near, share, iterations
        As for :meth:`LinearGuide.dive`.

    Returns
    -------
    Value of every column, whole in the duties and rounded elsewhere; ``None`` when stopped or limited first.
    """
    part = narrowed(lp, relaxation, duties, width)
    # What was taken out costs more than a column of the basis, so the solution of the whole is that of the part.
    start = None if lp.basis is None else lp.basis.within(part)
    guide = LinearGuide(part.relaxation, stopped, method="simplex", start=start)
    narrow = guide.solve()
    if narrow is None:
        return None
    columns = np.flatnonzero(np.isin(part.columns, duties))
    values = guide.dive(columns, narrow.values, near=near, share=share, iterations=iterations)
    return None if values is None else part.whole(values)


def by_weeks(model: BuiltModel, relaxation: Relaxation, most_rows: int) -> list[BoolArray]:
    """Tell which columns belong to which calendar week, and which to none; shape ``(columns,)`` each.

    Without what ties these parts of the relaxation together (:meth:`Relaxation.among`), no solution costs less than
    the sum of what each costs at least.

    Parameters
    ----------
    model, relaxation
        The model, and its rows.
    most_rows
        Up to so many rows, the relaxation stays whole.
    """
    roster, filling = model.roster, model.filling
    week = np.array(weeks_of(roster.problem.horizon.dates))
    if len(relaxation.row_lower) <= most_rows or not week[-1]:
        return [np.ones(len(relaxation.cost), bool)]
    of_column = np.full(len(relaxation.cost), -1)
    of_column[roster.duty_columns] = week[roster.options.day]
    of_column[filling.column] = week[filling.day]
    of_column = np.maximum(relaxation.spread(of_column), -1)
    return [of_column == number for number in np.unique(of_column)]


def solve_by_rows(relaxation: Callable[[], Relaxation], stopped: Callable[[], bool]) -> Iterator[LpResult]:
    """Solve a relaxation of many rows: first its core, then with the rows that broke, in the end with all of them.

    Parameters
    ----------
    relaxation
        Gives what to solve, the same each time: where there are several in turn, none is kept in between.
    stopped
        Asked now and then; true ends the solving.

    Yields
    ------
    Each of the three, which have no basis; their bounds hold for the whole relaxation.
    """
    rows, every = None, False
    while not every:
        lp, rows, every = _with_rows(relaxation(), rows, stopped)
        if lp is None:
            return
        yield lp


def _with_rows(
    whole: Relaxation, rows: BoolArray | None, stopped: Callable[[], bool]
) -> tuple[LpResult | None, BoolArray, bool]:
    """Solve a relaxation with some rows, at first its core; give the rows to solve it with next, and if none broke."""
    every = np.ones(len(whole.row_lower), bool)
    first = rows is None
    if rows is None:
        rows = every if whole.core is None else whole.core
    part = whole.with_rows(rows)
    lp = LinearGuide(part, stopped, method="ipm", crossover=False).solve()
    if lp is None and not stopped():
        # Interior points that stay imprecise are made exact by a basis.
        lp = LinearGuide(part, stopped, method="ipm").solve()
    if lp is None:
        return None, rows, True
    broken = whole.broken(lp.values)
    return lp, rows | broken if first else every, not broken.any()

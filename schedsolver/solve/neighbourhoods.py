"""Parts of a roster that are worth solving again while the rest stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel
    from schedsolver.model.relaxation import Part, Relaxation


def free_options(model: BuiltModel, kind: str, size: int, rng: np.random.Generator) -> BoolArray:
    """Choose the options of a neighbourhood, shape ``(options,)``.

    Parameters
    ----------
    model
        The model.
    kind
        ``"days"`` for consecutive days, ``"outlets"`` for all days of some outlets, ``"employees"``.
    size
        Number of days, outlets or employees.
    rng
        Source of the choice.
    """
    options, problem = model.roster.options, model.roster.problem
    chosen = np.ones(len(options), bool)
    if kind == "days":
        first = rng.integers(0, max(1, problem.horizon.days - size + 1))
        chosen &= (options.day >= first) & (options.day < first + size)
    if kind == "outlets":
        chosen &= np.isin(options.outlet, rng.permutation(np.unique(options.outlet))[:size])
    if kind == "employees":
        chosen &= np.isin(options.employee, rng.permutation(len(problem.staff))[:size])
    return chosen


def part_of(
    model: BuiltModel, relaxation: Relaxation, free: BoolArray, now: IntArray, among: BoolArray | None = None
) -> Part:
    """Give the part of a model that frees some options, with what fills duties there and what follows from them.

    Parameters
    ----------
    model, relaxation
        The model, and its rows.
    free
        Options to choose from again, shape ``(options,)``.
    now
        Value of every column.
    among
        Of the free ones, only these and those given now are chosen from, same shape; all of them when ``None``.
    """
    if among is not None:
        free = free & (among | (now[model.roster.duty_columns] > 0))
    return relaxation.around(relaxation.reach(columns_of(model, free), model.decisions), now)


def columns_of(model: BuiltModel, free: BoolArray) -> IntArray:
    """Give the columns to decide on again: free options, and whatever fills duties where and when one is free.

    Parameters
    ----------
    model
        The model.
    free
        Options to choose from again, shape ``(options,)``.
    """
    options, filling, days = model.roster.options, model.filling, model.roster.problem.horizon.days
    touched = np.zeros(len(model.roster.problem.outlets) * days, bool)
    touched[(options.outlet * days + options.day)[free]] = True
    inside = touched[filling.outlet * days + filling.day]
    return np.concatenate([model.roster.duty_columns[free], filling.column[inside]])

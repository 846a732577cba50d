"""Parts of a roster that are worth solving again while the rest stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.options import BoolArray, IntArray

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel


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
    if kind == "days":
        first = rng.integers(0, max(1, problem.horizon.days - size + 1))
        chosen: BoolArray = (options.day >= first) & (options.day < first + size)
    elif kind == "outlets":
        chosen = np.isin(options.outlet, rng.permutation(len(problem.outlets))[:size])
    else:
        chosen = np.isin(options.employee, rng.permutation(len(problem.staff))[:size])
    return chosen


def columns_outside(model: BuiltModel, free: BoolArray) -> IntArray:
    """Give the columns to fix: options not free, and flows where and when no option is free."""
    roster = model.roster
    fixed = [roster.duty_columns[~free]]
    if model.flows is not None:
        flows, options, days = model.flows, roster.options, roster.problem.horizon.days
        place = options.outlet * days + options.day
        touched = np.zeros(len(roster.problem.outlets) * days, bool)
        touched[place[free]] = True
        chain_place = np.zeros(len(flows.chains.outlet), np.int64)
        chain_place[flows.chains.of_option] = place
        untouched = ~touched[chain_place]
        fixed += [
            roster.heads.column[~touched[roster.heads.outlet * days + roster.heads.day]],
            flows.breaks.column[untouched[flows.breaks.chain]],
        ]
    return np.concatenate(fixed)

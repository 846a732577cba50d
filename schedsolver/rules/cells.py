"""Heads by outlet, activity and slot, as the model's columns and the checker's stints have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.columns import HeadColumns

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class Place(Protocol):
    """Anything about one activity at one outlet in one slot, by their positions."""

    @property
    def outlet(self) -> int:
        """Position of the outlet."""
        ...

    @property
    def activity(self) -> int:
        """Position of the activity."""
        ...

    @property
    def slot(self) -> int:
        """Slot from midnight of the first day planned."""
        ...


def cell_of(heads: HeadColumns, cells: Sequence[Place], problem: Problem) -> IntArray:
    """Give the position among the cells of the one each column counts towards, -1 for none."""
    position = np.full((len(problem.outlets), len(problem.activities), problem.horizon.slots), -1)
    place = np.array([(c.outlet, c.activity, c.slot) for c in cells], np.int64).reshape(-1, 3)
    position[tuple(place.T)] = np.arange(len(cells))
    # A duty of the last day may run on past the horizon, where nothing is needed.
    inside = heads.slot < problem.horizon.slots
    row = np.full(len(heads.slot), -1, np.int64)
    row[inside] = position[heads.outlet[inside], heads.activity[inside], heads.slot[inside]]
    return row


def heads_counted(
    problem: Problem, schedule: Schedule, worth: Mapping[str, int], usual: int
) -> Counter[tuple[str, str, int]]:
    """Add up the people with a stint in each slot, by outlet, activity and slot.

    Parameters
    ----------
    problem, schedule
        The grid, and the stints.
    worth
        What single people count as.
    usual
        What everybody else counts as.
    """
    horizon = problem.horizon
    counted: Counter[tuple[str, str, int]] = Counter()
    for stint in schedule.stint_list:
        first = horizon.minute_of(stint.start) // horizon.slot_minutes
        last = horizon.minute_of(stint.end) // horizon.slot_minutes
        for slot in range(first, last):
            counted[stint.outlet_id, stint.activity_id, slot] += worth.get(stint.employee_id, usual)
    return counted

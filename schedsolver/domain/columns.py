"""Columns of the model that rules look at, as index arrays; each says what one unit of a column stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray


@dataclass(frozen=True)
class CrewColumns:
    """Columns that count people at work, whatever they do; all arrays have shape ``(n,)``.

    Attributes
    ----------
    outlet, slot
        What each column counts towards; slots from midnight of the first day planned.
    employee, day
        Someone the column counts, and the day of their duty; the others it counts are in the same groups
        (``tells_apart``).
    column
        The column.
    """

    outlet: IntArray
    slot: IntArray
    employee: IntArray
    day: IntArray
    column: IntArray

    def within(self, group: BoolArray) -> BoolArray:
        """Tell which columns count a group's people, ``group`` of shape ``(staff, outlets, days)``."""
        inside: BoolArray = group[self.employee, self.outlet, self.day]
        return inside


@dataclass(frozen=True)
class HeadColumns(CrewColumns):
    """Columns that count heads on an activity; the others that each counts may do the same activities.

    Those are in the same groups of rules on this activity there (``tells_heads_apart``).

    Attributes
    ----------
    activity
        What each column counts towards, shape ``(n,)``.
    """

    activity: IntArray


@dataclass(frozen=True)
class PaidColumns:
    """What makes up paid time: duties, and ways between two duties of a day; shape ``(n,)`` each.

    Attributes
    ----------
    employee, day
        Whose time it is, and on which day.
    minutes
        Paid minutes for each unit of the column.
    column
        The column.
    """

    employee: IntArray
    day: IntArray
    minutes: IntArray
    column: IntArray


@dataclass(frozen=True)
class MoveColumns:
    """Moves between two duties of one day, 1 when made; shape ``(n,)`` each.

    Attributes
    ----------
    employee, day
        Who moves, and on which day.
    origin, destination
        Outlets of the earlier and the later duty.
    column
        The column.
    """

    employee: IntArray
    day: IntArray
    origin: IntArray
    destination: IntArray
    column: IntArray


@dataclass(frozen=True)
class LeaveColumns:
    """Leave that the model plans, 1 when taken; shape ``(n,)`` each.

    Attributes
    ----------
    employee
        Who is away.
    first_day, last_day
        Days of the horizon, both included.
    column
        The column.
    """

    employee: IntArray
    first_day: IntArray
    last_day: IntArray
    column: IntArray

    @property
    def days(self) -> tuple[IntArray, IntArray]:
        """Position of the leave and day, for each day of each leave, shape ``(n,)`` each."""
        length = self.last_day - self.first_day + 1
        leave = np.repeat(np.arange(len(length)), length)
        passed = np.arange(len(leave)) - np.repeat(np.cumsum(length) - length, length)
        return leave, self.first_day[leave] + passed

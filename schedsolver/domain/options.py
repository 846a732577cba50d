"""Duties that could be given, as index arrays: what rules look at before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray


@dataclass(frozen=True)
class DutyOptions:
    """Every duty that could be given, one per position, sorted by employee; shape ``(n,)`` unless said.

    Attributes
    ----------
    employee, day, outlet, shift_type
        Positions in the problem's tables; ``day`` counts from the first day planned.
    skill
        Position of the skill the duty is carried out in, -1 for none.
    start, end
        Minutes since midnight of the first day planned.
    paid_minutes
        Length without unpaid breaks.
    break_from, break_to
        First and last moment each break may begin, minutes since midnight of the first day planned,
        -1 where there is no break; shape ``(n, most breaks)``.
    break_minutes
        Length of each break; same shape.
    """

    employee: IntArray
    day: IntArray
    outlet: IntArray
    shift_type: IntArray
    skill: IntArray
    start: IntArray
    end: IntArray
    paid_minutes: IntArray
    break_from: IntArray
    break_to: IntArray
    break_minutes: IntArray

    def __len__(self) -> int:
        """Count the options."""
        return len(self.employee)

    def of_employee(self, employee: int) -> slice:
        """Give where the options of one employee lie; they are contiguous."""
        first, last = np.searchsorted(self.employee, [employee, employee + 1])
        return slice(int(first), int(last))

    def where(self, kept: BoolArray) -> DutyOptions:
        """Give the options at which ``kept`` holds, shape ``(n,)``."""
        if kept.all():
            return self
        return DutyOptions(*(getattr(self, field.name)[kept] for field in fields(self)))

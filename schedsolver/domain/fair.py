"""What is to be shared fairly: burdens and goods, how they are counted, and what there was of them in weeks before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from schedsolver.domain.base import ClockTime, Day, Identifier, Model, format_clock
from schedsolver.domain.calendar import DayKind
from schedsolver.domain.places import Weekday
from schedsolver.domain.scope import Scope
from schedsolver.errors import Fault, Place

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

Counted = Literal[
    "duties", "hours", "openings", "closings", "trips", "activity", "weekends", "weekends_off", "wishes"
]  # fmt: skip
_DATES = frozenset({"weekdays", "day_kinds"})
_DUTIES = _DATES | {"outlets"}
# What each way to count heeds beside the name and the reckoning.
HEEDED: dict[Counted, frozenset[str]] = {
    "duties": _DUTIES,
    "hours": _DUTIES | {"start", "end"},
    "openings": _DUTIES,
    "closings": _DUTIES,
    "trips": _DUTIES,
    "activity": _DUTIES | {"activities"},
    "weekends": frozenset(),
    "weekends_off": frozenset(),
    "wishes": frozenset(),
}


class FairItem(Model):
    """A burden or a good that is to be shared fairly, and how rosters are searched for it.

    Attributes
    ----------
    item_id
        Its name.
    kind
        ``"burden"`` is shared by contracted time and availability alone; of a ``"good"`` the appraisal moves the
        share too.
    counts
        What one unit of it is: a duty (``"duties"``); an hour of a duty, breaks included (``"hours"``); a duty that
        begins when its outlet opens (``"openings"``) or ends when it closes (``"closings"``); a duty away from the
        home outlet (``"trips"``); an hour on an activity (``"activity"``); a weekend with a duty (``"weekends"``) or,
        if all its days are planned, without duty and leave (``"weekends_off"``); a request granted (``"wishes"``).
    outlets, weekdays, day_kinds
        Only duties there and then; empty for all. A duty belongs to its date.
    activities
        The activities that count; empty for those that each person avoids by preference.
    start, end
        Hours of the date that count; ``None`` for the whole duty.
    points
        What a unit counts in rules: several items are added up by their points.
    window_weeks
        How far back it is remembered, the week planned included.
    decay_percent
        How much of what is remembered fades with each week.
    """

    item_id: Identifier
    kind: Literal["burden", "good"] = "burden"
    counts: Counted
    outlets: tuple[Identifier, ...] = ()
    weekdays: tuple[Weekday, ...] = ()
    day_kinds: tuple[DayKind, ...] = ()
    activities: tuple[Identifier, ...] = ()
    start: ClockTime | None = None
    end: ClockTime | None = None
    points: Annotated[int, Field(ge=1, le=1000)] = 10
    window_weeks: Annotated[int, Field(ge=1, le=104)] = 12
    decay_percent: Annotated[int, Field(ge=0, le=99)] = 5

    @model_validator(mode="after")
    def _fields_are_heeded(self) -> Self:
        for field in ("outlets", "weekdays", "day_kinds", "activities", "start", "end"):
            if getattr(self, field) not in ((), None) and field not in HEEDED[self.counts]:
                raise ValueError(f"{field} mean nothing where {self.counts} are counted; leave them out")
        if (self.start is None) != (self.end is None):
            raise ValueError("give both start and end, or neither to count whole duties")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError(f"starts at {format_clock(self.start)}, not before it ends at {format_clock(self.end)}")
        return self

    @property
    def scope(self) -> Scope:
        """Where and when duties count."""
        return Scope(outlets=self.outlets, weekdays=self.weekdays, day_kinds=self.day_kinds)


class Carried(Model):
    """What one person had of one item in a week before the horizon, and how much of it could have fallen to them.

    Attributes
    ----------
    employee_id, item_id, first_day
        Who, what and in the week, or other stretch of days, that began when.
    amount
        Units they had.
    exposure_minutes
        What they were entitled to, relative to the others of that week: see ``rules.entitlement``.
    """

    employee_id: Identifier
    item_id: Identifier
    first_day: Day
    amount: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    exposure_minutes: Annotated[int, Field(ge=0)]


def faults_of_sharing(problem: Problem) -> Iterator[Fault]:
    """Find items that nobody could ever have, and what is carried twice or from no week before."""
    for i, item in enumerate(problem.fair_items):
        if item.counts in ("openings", "closings") and not problem.opening:
            yield Fault("fair_items", i, f"{item.counts} need opening hours, and no outlet has any; add them")
        if item.counts == "trips" and len(problem.outlets) < 2:
            yield Fault("fair_items", i, "there is only one outlet, so there are no trips; leave the item out")
        if item.counts == "activity" and not problem.activities:
            yield Fault("fair_items", i, "there are no activities to count hours on; leave the item out")
    seen: dict[tuple[str, str, dt.date], int] = {}
    for i, row in enumerate(problem.carried):
        if row.first_day >= problem.horizon.start:
            begins = f"the first day planned, {problem.horizon.start}"
            yield Fault("carried", i, f"{row.first_day} is not before {begins}; leave the row out")
        first = seen.setdefault((row.employee_id, row.item_id, row.first_day), i)
        if first != i:
            what = f"{row.item_id} of {row.employee_id} in the week of {row.first_day} is given again, after "
            yield Fault.mentioning("carried", i, what, Place("carried", first), "; keep one of them")

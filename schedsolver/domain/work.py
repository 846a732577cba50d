"""What there is to do: skills, activities, shift types, requirements and traffic."""

from __future__ import annotations

import itertools
from typing import Annotated, Self

from pydantic import Field, model_validator

from schedsolver.domain.base import ClockTime, Day, Identifier, Model, format_clock
from schedsolver.domain.horizon import Horizon

Cents = Annotated[int, Field(ge=0, le=10**9)]
Heads = Annotated[int, Field(ge=0, le=10_000)]


class Skill(Model):
    """Something one can be permitted to do.

    Attributes
    ----------
    skill_id
        Its name in every table.
    name
        What people call it.
    """

    skill_id: Identifier
    name: str = ""


class Activity(Model):
    """What is done in a slot.

    Attributes
    ----------
    activity_id
        Its name in every table.
    name
        What people call it.
    skill_id
        Skill needed; ``None`` when anyone may do it.
    min_level
        Lowest level of that skill that is enough.
    deferrable
        Whether it can wait: it fills hours that service leaves over, and more of it costs nothing.
    at_window
        Whether each head occupies a counter window of the outlet.
    away
        Whether it is done away from the outlet: whoever is on it is not there for rules on who is present.
    service_minutes
        Mean time to serve one customer; needed when traffic is given for this activity.
    service_cv
        Standard deviation of service times over their mean; 1 for exponential ones.
    patience_minutes
        Mean time after which a waiting customer gives up; ``None`` for never.
    wait_limit_minutes, target_share
        At least ``target_share`` of customers wait no longer than the limit, unless a promise says otherwise.
    shortage_cents_per_hour
        Price of an hour of the first, second, ... missing head; the last price holds for all
        further heads; never falling, so that two outlets one short beat one outlet two short.
    surplus_cents_per_hour
        Price of an hour of each head beyond the requirement.
    """

    activity_id: Identifier
    name: str = ""
    skill_id: Identifier | None = None
    min_level: Annotated[int, Field(ge=1)] = 1
    deferrable: bool = False
    at_window: bool = False
    away: bool = False
    service_minutes: Annotated[float, Field(gt=0, le=1440)] | None = None
    service_cv: Annotated[float, Field(ge=0, le=20)] = 1.0
    patience_minutes: Annotated[float, Field(gt=0, le=1440)] | None = None
    wait_limit_minutes: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 20.0
    target_share: Annotated[float, Field(gt=0, lt=1)] = 0.97
    shortage_cents_per_hour: tuple[Cents, ...] = (12_000, 18_000, 24_000)
    surplus_cents_per_hour: Cents = 600

    @model_validator(mode="after")
    def _convex(self) -> Self:
        _refuse_falling(self.shortage_cents_per_hour)
        return self


class BreakWindow(Model):
    """One break of a shift type: how long, and between which times it may begin.

    Attributes
    ----------
    minutes
        Length of the break.
    start_from, start_to
        The break begins in ``[start_from, start_to]``, minutes after midnight of the duty's date,
        and lies at least a slot after the duty's start and before its end.
    paid
        Whether the break counts as paid time.
    """

    minutes: Annotated[int, Field(gt=0)]
    start_from: ClockTime
    start_to: ClockTime
    paid: bool = False

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.start_from > self.start_to:
            raise ValueError(
                f"the break may start from {format_clock(self.start_from)}, after its latest start "
                f"{format_clock(self.start_to)}"
            )
        return self


class ShiftType(Model):
    """A template of a duty; a fixed shift has a start window and a length range of one value.

    Attributes
    ----------
    shift_type_id
        Its name in every table.
    start_from, start_to
        The duty begins in ``[start_from, start_to]``, minutes after midnight, in steps of a slot.
    minutes_min, minutes_max
        Length from start to end, breaks included, in steps of a slot.
    breaks
        Breaks in order of time; their windows may not overlap.
    outlets
        Outlets that use it; empty for all.
    """

    shift_type_id: Identifier
    start_from: ClockTime
    start_to: ClockTime
    minutes_min: Annotated[int, Field(gt=0, le=1440)]
    minutes_max: Annotated[int, Field(gt=0, le=1440)]
    breaks: tuple[BreakWindow, ...] = ()
    outlets: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _ranges(self) -> Self:
        if self.start_from > self.start_to:
            raise ValueError(
                f"starts from {format_clock(self.start_from)}, after its latest start {format_clock(self.start_to)}"
            )
        if self.start_to >= 24 * 60:
            raise ValueError(f"its latest start {format_clock(self.start_to)} is not on the duty's own date")
        if self.minutes_min > self.minutes_max:
            raise ValueError(f"its shortest length {self.minutes_min} is above its longest {self.minutes_max}")
        for before, after in zip(self.breaks, self.breaks[1:], strict=False):
            if before.start_to + before.minutes > after.start_from:
                raise ValueError("the windows of its breaks overlap; put them in order, one ending before the next")
        return self


class IntervalRequirement(Model):
    """Heads needed on an activity at an outlet in every slot of an interval.

    Attributes
    ----------
    outlet_id, activity_id, date
        Where, what and when.
    start, end
        Half-open interval ``[start, end)``, minutes after midnight.
    heads
        People needed.
    minimum, maximum
        ``heads`` lies between them; ``maximum`` is a hard limit, ``None`` for none.
    minimum_cents_per_hour
        Price of an hour of each head missing below ``minimum``, in place of the shortage price.
    shortage_cents_per_hour, surplus_cents_per_hour
        Prices in place of the activity's own; see :class:`Activity`.
    """

    outlet_id: Identifier
    activity_id: Identifier
    date: Day
    start: ClockTime
    end: ClockTime
    heads: Heads
    minimum: Heads = 0
    maximum: Heads | None = None
    minimum_cents_per_hour: Cents = 240_000
    shortage_cents_per_hour: tuple[Cents, ...] | None = None
    surplus_cents_per_hour: Cents | None = None

    @model_validator(mode="after")
    def _interval(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"starts at {format_clock(self.start)}, not before it ends at {format_clock(self.end)}")
        return self

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.heads < self.minimum:
            raise ValueError(f"heads {self.heads} is below minimum {self.minimum}")
        if self.maximum is not None and self.maximum < self.heads:
            raise ValueError(f"maximum {self.maximum} is below the {self.heads} heads needed")
        return self

    @model_validator(mode="after")
    def _convex(self) -> Self:
        if self.shortage_cents_per_hour is not None:
            _refuse_falling(self.shortage_cents_per_hour)
            if fault := self.cheap_minimum(self.shortage_cents_per_hour):
                raise ValueError(fault)
        return self

    def cheap_minimum(self, shortage_cents_per_hour: tuple[int, ...]) -> str | None:
        """Say that a head below the minimum costs less than the last of some shortage prices; ``None`` if not."""
        last = shortage_cents_per_hour[-1]
        if not self.minimum or self.minimum_cents_per_hour >= last:
            return None
        return (
            f"minimum_cents_per_hour {self.minimum_cents_per_hour} is below the shortage price {last}; "
            "missing the minimum must cost at least as much as missing the heads needed"
        )


class ShiftRequirement(Model):
    """Duties of a shift type needed on a date.

    Attributes
    ----------
    date, shift_type_id
        When and which shift.
    outlet_id
        Where; ``None`` counts all outlets together.
    skill_id
        Count only duties carried out in this skill; ``None`` counts every duty.
    minimum, preferred, maximum
        ``maximum`` is a hard limit, ``None`` for none. ``preferred`` defaults to ``minimum``.
    minimum_cents
        Price of each duty missing below ``minimum``, in place of ``shortage_cents``.
    shortage_cents
        Price of each duty missing below ``preferred``.
    surplus_cents
        Price of each duty above ``preferred``.
    """

    date: Day
    shift_type_id: Identifier
    outlet_id: Identifier | None = None
    skill_id: Identifier | None = None
    minimum: Heads = 0
    preferred: Heads | None = None
    maximum: Heads | None = None
    minimum_cents: Cents = 1_000_000
    shortage_cents: Cents = 100_000
    surplus_cents: Cents = 0

    @property
    def wanted(self) -> int:
        """The number without shortage or surplus."""
        return self.minimum if self.preferred is None else self.preferred

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.wanted < self.minimum:
            raise ValueError(f"preferred {self.wanted} is below minimum {self.minimum}")
        if self.maximum is not None and self.maximum < self.wanted:
            raise ValueError(f"maximum {self.maximum} is below the {self.wanted} wanted")
        if self.minimum_cents < self.shortage_cents:
            raise ValueError(
                f"minimum_cents {self.minimum_cents} is below shortage_cents {self.shortage_cents}; "
                "missing the minimum must cost at least as much as missing the preferred number"
            )
        return self


class Arrivals(Model):
    """Customers who arrive in one slot, from which heads are derived.

    Attributes
    ----------
    outlet_id, activity_id, date
        Where, for what and when.
    start
        Begin of the slot, minutes after midnight.
    customers
        Expected number of arrivals in the slot.
    """

    outlet_id: Identifier
    activity_id: Identifier
    date: Day
    start: ClockTime
    customers: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class Backlog(Model):
    """Work that can wait until a deadline: portfolios to look after, customers to call.

    Attributes
    ----------
    backlog_id
        Its name in every table.
    name
        What people call it.
    activity_id
        Deferrable activity that it is done as; everybody's time on it counts.
    outlet_id
        The only outlet where time counts; ``None`` for every outlet.
    minutes
        Working time of one person that is left to do.
    release
        First day on which it can be done; ``None`` for any.
    deadline
        Last day on which time counts.
    undone_cents_per_hour
        Price of an hour left undone.
    """

    backlog_id: Identifier
    name: str = ""
    activity_id: Identifier
    outlet_id: Identifier | None = None
    minutes: Annotated[int, Field(ge=1, le=10**7)]
    release: Day | None = None
    deadline: Day
    undone_cents_per_hour: Cents = 3_000

    @model_validator(mode="after")
    def _released_before_its_deadline(self) -> Self:
        if self.release is not None and self.release > self.deadline:
            raise ValueError(f"it is released on {self.release}, after its deadline {self.deadline}")
        return self

    def days_in(self, horizon: Horizon) -> range:
        """Give the days of the horizon on which it can be done."""
        first = 0 if self.release is None else max(0, horizon.day_index(self.release))
        return range(first, min(horizon.days, horizon.day_index(self.deadline) + 1))

    def minutes_due(self, horizon: Horizon) -> int:
        """Give what is to be done within the horizon: all of it, or where the deadline lies beyond, its days' part.

        Each day from the release or the first day planned to the deadline has the same part, and the sum is rounded up.
        """
        days = self.days_in(horizon)
        return -(-self.minutes * len(days) // max(1, horizon.day_index(self.deadline) + 1 - days.start))


def _refuse_falling(prices: tuple[int, ...]) -> None:
    if not prices:
        raise ValueError("give at least one shortage price")
    if any(a > b for a, b in itertools.pairwise(prices)):
        raise ValueError(
            f"shortage prices {list(prices)} fall; the second missing head must cost at least as much as the first"
        )

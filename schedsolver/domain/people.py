"""Who works, under which contract, with which rights, and when they cannot or would rather not."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schedsolver.domain.base import ClockTime, Day, Identifier, Model, format_clock
from schedsolver.domain.places import Weekday
from schedsolver.domain.work import Cents


class Contract(Model):
    """Terms shared by a group of employees.

    Attributes
    ----------
    contract_id
        Its name in every table.
    weekly_minutes
        Contracted working time in a week.
    daily_minutes
        What a day of leave is worth against ``weekly_minutes``; a fifth of it when not given.
    wage_cents_per_hour
        Price of an hour of paid time.
    """

    contract_id: Identifier
    weekly_minutes: Annotated[int, Field(ge=0, le=7 * 1440)] = 2400
    daily_minutes: Annotated[int, Field(ge=0, le=1440)] | None = None
    wage_cents_per_hour: Cents = 0

    @property
    def leave_day_minutes(self) -> int:
        """Minutes credited for a day of leave."""
        return self.weekly_minutes // 5 if self.daily_minutes is None else self.daily_minutes


class Employee(Model):
    """Someone rostered.

    Attributes
    ----------
    employee_id
        Their name in every table.
    name
        What people call them.
    home_outlet_id
        Outlet they belong to; work elsewhere costs travel. ``None`` when they belong to none.
    contract_id
        Their contract.
    tags
        Free words that rules can be scoped by.
    appraisal_percent
        Their appraisal in percent of the ordinary one: it moves their share of what is good, within 80 to 120.
    """

    employee_id: Identifier
    name: str = ""
    home_outlet_id: Identifier | None = None
    contract_id: Identifier
    tags: tuple[Identifier, ...] = ()
    appraisal_percent: Annotated[int, Field(ge=0, le=1000)] = 100


class Permission(Model):
    """The right of one employee to use a skill.

    Attributes
    ----------
    employee_id, skill_id
        Who and what.
    level
        How far: an activity asks for a lowest level.
    outlet_id
        Only there; ``None`` for every outlet.
    valid_from, valid_until
        First and last day it holds; ``None`` for open. A duty needs it on the duty's date.
    """

    employee_id: Identifier
    skill_id: Identifier
    level: Annotated[int, Field(ge=1)] = 1
    outlet_id: Identifier | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.valid_from is not None and self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError(f"the permission ends on {self.valid_until}, before it starts on {self.valid_from}")
        return self

    def holds(self, date: dt.date, outlet_id: str) -> bool:
        """Tell whether the permission is valid on a date at an outlet."""
        return (
            (self.outlet_id is None or self.outlet_id == outlet_id)
            and (self.valid_from is None or self.valid_from <= date)
            and (self.valid_until is None or date <= self.valid_until)
        )


class Leave(Model):
    """Days, or the same hours of several days, on which an employee cannot work.

    Attributes
    ----------
    employee_id
        Who.
    first_day, last_day
        Both included.
    start, end
        Hours ``[start, end)`` of each of those days; ``None`` for the whole day.
    reason
        Free text.
    """

    employee_id: Identifier
    first_day: Day
    last_day: Day
    start: ClockTime | None = None
    end: ClockTime | None = None
    reason: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(f"the leave ends on {self.last_day}, before it starts on {self.first_day}")
        if (self.start is None) != (self.end is None):
            raise ValueError("give both start and end, or neither for whole days")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError(f"starts at {format_clock(self.start)}, not before it ends at {format_clock(self.end)}")
        return self

    @property
    def clock_interval(self) -> tuple[int, int]:
        """Minutes after midnight that each day of the leave takes, ``[start, end)``."""
        if self.start is None or self.end is None:
            return 0, 24 * 60
        return self.start, self.end


class Availability(Model):
    """An interval in which an employee can work.

    An employee with no row is always available. With rows, the rows of a date replace those of its
    weekday, and a day with no row is a day off. A duty must lie within what the rows cover together.

    Attributes
    ----------
    employee_id
        Who.
    weekday
        0 is Monday, 6 is Sunday; give this or ``date``.
    date
        The single day this row is about.
    start, end
        Half-open interval, minutes after midnight.
    """

    employee_id: Identifier
    weekday: Weekday | None = None
    date: Day | None = None
    start: ClockTime = 0
    end: ClockTime = 48 * 60

    @model_validator(mode="after")
    def _one_day_and_a_real_interval(self) -> Self:
        if (self.weekday is None) == (self.date is None):
            raise ValueError("give either a weekday (0 Monday ... 6 Sunday) or a date, not both and not neither")
        if self.start >= self.end:
            raise ValueError(f"starts at {format_clock(self.start)}, not before it ends at {format_clock(self.end)}")
        return self


class Request(Model):
    """A wish: to work, or to be off, on a date.

    Attributes
    ----------
    employee_id, date
        Who and when.
    wish
        ``"on"`` or ``"off"``.
    shift_type_id
        The shift meant; ``None`` for any.
    cents
        Price of not granting it.
    """

    employee_id: Identifier
    date: Day
    wish: Literal["on", "off"]
    shift_type_id: Identifier | None = None
    cents: Cents = 1_000


class Preference(Model):
    """A lasting wish: where, on what or with whom an employee would rather work, or rather not.

    Attributes
    ----------
    employee_id
        Who.
    wish
        ``"prefer"`` or ``"avoid"``.
    outlet_id, activity_id, colleague_id
        What is preferred or avoided: exactly one of them.
    cents
        Price of each duty at an outlet, each hour on an activity or each meeting with a colleague that goes
        against it. Of several things that a person prefers any will do; where none is had, the highest price holds.
    """

    employee_id: Identifier
    wish: Literal["prefer", "avoid"]
    outlet_id: Identifier | None = None
    activity_id: Identifier | None = None
    colleague_id: Identifier | None = None
    cents: Cents

    @model_validator(mode="after")
    def _about_one_thing(self) -> Self:
        if sum(name is not None for name in (self.outlet_id, self.activity_id, self.colleague_id)) != 1:
            raise ValueError("give exactly one of outlet, activity and colleague; use a row for each")
        if self.colleague_id == self.employee_id:
            raise ValueError(f"{self.employee_id} is their own colleague; name somebody else")
        return self

    @property
    def thing(self) -> str:
        """Name of the outlet, activity or colleague."""
        return self.outlet_id or self.activity_id or self.colleague_id or ""

    def describe(self) -> str:
        """Say the preference in words, for messages."""
        return f"{self.employee_id} {self.wish}s {self.thing}"


class Pin(Model):
    """A part of the roster that is fixed.

    Attributes
    ----------
    employee_id, date
        Who and when.
    off
        The employee has this day off; nothing else may be given then.
    outlet_id, shift_type_id, start, end
        What the duty of that day must have; ``None`` leaves the field to the solver.
    """

    employee_id: Identifier
    date: Day
    off: bool = False
    outlet_id: Identifier | None = None
    shift_type_id: Identifier | None = None
    start: ClockTime | None = None
    end: ClockTime | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        fields = (self.outlet_id, self.shift_type_id, self.start, self.end)
        if self.off and any(f is not None for f in fields):
            raise ValueError("a day pinned off cannot also have an outlet, a shift type or times")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError(f"starts at {format_clock(self.start)}, not before it ends at {format_clock(self.end)}")
        return self

    def describe(self) -> str:
        """Say the pin in words, for messages."""
        if self.off:
            return f"pin: {self.employee_id} is off on {self.date}"
        words = [f"pin: {self.employee_id} works on {self.date}"]
        if self.outlet_id is not None:
            words.append(f"at {self.outlet_id}")
        if self.shift_type_id is not None:
            words.append(f"on shift {self.shift_type_id}")
        if self.start is not None:
            words.append(f"from {format_clock(self.start)}")
        if self.end is not None:
            words.append(f"until {format_clock(self.end)}")
        return " ".join(words)

"""The answer: named duties, and within them stints on activities."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Self

from pydantic import ConfigDict, Field, model_validator

from schedsolver.domain.base import Day, Identifier, Model, Moment

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

BREAK = "break"


class Span(Model):
    """A half-open interval ``[start, end)`` of local time."""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _interval(self) -> Self:
        if self.start >= self.end:
            raise ValueError(f"starts at {self.start}, not before it ends at {self.end}")
        return self

    @property
    def minutes(self) -> int:
        """Length from start to end."""
        return round((self.end - self.start).total_seconds() / 60)


class Rest(Span):
    """A break taken within a duty."""


class Duty(Span):
    """One employee's dated working day.

    Attributes
    ----------
    employee_id, date, outlet_id, shift_type_id
        Who, on which date, where, after which template.
    start, end
        Half-open interval in local time; the end may lie on the next day.
    breaks
        Breaks taken, in order.
    skill_id
        Skill the duty is carried out in, for rosters whose shift requirements ask for skills.
    """

    employee_id: Identifier
    date: Day
    outlet_id: Identifier
    shift_type_id: Identifier
    breaks: tuple[Rest, ...] = ()
    skill_id: Identifier | None = None

    def __str__(self) -> str:
        """Say the duty in words, for messages."""
        return f"{self.employee_id} at {self.outlet_id} on {self.date} {self.start:%H:%M}-{self.end:%H:%M}"


class Stint(Span):
    """A run of slots of one employee on one activity at one outlet, ``[start, end)``."""

    employee_id: Identifier
    outlet_id: Identifier
    activity_id: Identifier

    def __str__(self) -> str:
        """Say the stint in words, for messages."""
        return (
            f"{self.employee_id} on {self.activity_id} at {self.outlet_id} {self.start:%Y-%m-%d %H:%M}-{self.end:%H:%M}"
        )


class PlannedLeave(Model):
    """Days on which an employee will be away, as decided with the roster; staff are not told yet.

    Attributes
    ----------
    employee_id
        Who.
    first_day, last_day
        Both included.
    reason
        Free text.
    """

    employee_id: Identifier
    first_day: Day
    last_day: Day
    reason: str = "mandatory leave"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(f"the leave ends on {self.last_day}, before it starts on {self.first_day}")
        return self

    def __contains__(self, date: dt.date) -> bool:
        """Tell whether a date is one of its days."""
        return self.first_day <= date <= self.last_day

    def __str__(self) -> str:
        """Say the leave in words, for messages."""
        return f"{self.reason} of {self.employee_id} from {self.first_day} to {self.last_day}"


class Schedule(Model):
    """A roster.

    Attributes
    ----------
    duty_list
        Duties by date and employee.
    stint_list
        Stints by start and employee; they fill each duty except its breaks. Empty for problems
        without activities.
    leave_list
        Leave planned with the roster, by first day and employee; :meth:`published` leaves it out.
    """

    duty_list: tuple[Duty, ...] = Field(default=(), alias="duties")
    stint_list: tuple[Stint, ...] = Field(default=(), alias="activities")
    leave_list: tuple[PlannedLeave, ...] = Field(default=(), alias="leave")

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    @classmethod
    def of(cls, duties: Iterable[Duty], stints: Iterable[Stint] = (), leave: Iterable[PlannedLeave] = ()) -> Schedule:
        """Make a schedule in its canonical order."""
        return cls(
            duty_list=tuple(sorted(duties, key=lambda d: (d.date, d.employee_id, d.start, d.outlet_id))),
            stint_list=tuple(sorted(stints, key=lambda s: (s.start, s.employee_id, s.outlet_id, s.activity_id))),
            leave_list=tuple(sorted(leave, key=lambda away: (away.first_day, away.employee_id))),
        )

    def published(self) -> Schedule:
        """Give the view for staff: without planned leave, of which they are not to know in advance."""
        return Schedule(duty_list=self.duty_list, stint_list=self.stint_list)

    @cached_property
    def duties_of(self) -> dict[str, tuple[Duty, ...]]:
        """Duties of each employee who has any, by date."""
        by_name: dict[str, list[Duty]] = {}
        for duty in self.duty_list:
            by_name.setdefault(duty.employee_id, []).append(duty)
        return {name: tuple(duties) for name, duties in by_name.items()}

    @cached_property
    def leave_of(self) -> dict[str, tuple[PlannedLeave, ...]]:
        """Planned leave of each employee who has any, in order."""
        by_name: dict[str, list[PlannedLeave]] = {}
        for leave in self.leave_list:
            by_name.setdefault(leave.employee_id, []).append(leave)
        return {name: tuple(leaves) for name, leaves in by_name.items()}

    def date_of(self, stint: Stint) -> dt.date:
        """Give the date of the duty that a stint begins in, or its own where there is no such duty."""
        own = self.duties_of.get(stint.employee_id, ())
        return next((duty.date for duty in own if duty.start <= stint.start < duty.end), stint.start.date())

    @property
    def duties(self) -> pd.DataFrame:
        """One row a duty: employee, date, outlet, shift_type, start, end, break_start, break_end, skill.

        A second break, where there is one, is in ``break2_start`` and ``break2_end``.
        """
        import pandas as pd

        most_breaks = max((len(d.breaks) for d in self.duty_list), default=0)
        columns = ["employee", "date", "outlet", "shift_type", "start", "end"]
        for i in range(max(1, most_breaks)):
            columns += _break_columns(i)
        rows = []
        for duty in self.duty_list:
            row = [duty.employee_id, duty.date, duty.outlet_id, duty.shift_type_id, duty.start, duty.end]
            for i in range(max(1, most_breaks)):
                taken = duty.breaks[i] if i < len(duty.breaks) else None
                row += [taken.start if taken else None, taken.end if taken else None]
            rows.append([*row, duty.skill_id])
        frame = pd.DataFrame(rows, columns=[*columns, "skill"])
        moments = [c for c in columns if c.endswith(("start", "end"))]
        return frame.assign(**{c: pd.to_datetime(frame[c]) for c in moments})

    @property
    def activities(self) -> pd.DataFrame:
        """One row a stint or break: employee, outlet, activity, start, end."""
        import pandas as pd

        rows = [(s.employee_id, s.outlet_id, s.activity_id, s.start, s.end) for s in self.stint_list]
        if self.stint_list:
            rows += [
                (d.employee_id, d.outlet_id, BREAK, taken.start, taken.end)
                for d in self.duty_list
                for taken in d.breaks
            ]
        rows.sort(key=lambda row: (row[0], row[3]))
        frame = pd.DataFrame(rows, columns=["employee", "outlet", "activity", "start", "end"])
        return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


def _break_columns(i: int) -> list[str]:
    stem = "break" if i == 0 else f"break{i + 1}"
    return [f"{stem}_start", f"{stem}_end"]

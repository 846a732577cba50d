"""Limits on single duties: how long from start to end, when a break is due, and hours that are barred."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import ClockTime, format_clock
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import Judgement, ModelContext
from schedsolver.rules.days import DutiesRule

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule

Minutes = Annotated[int, Field(ge=1, le=2 * MINUTES_PER_DAY)]


class _DutyRule(DutiesRule):
    """Base of rules that say of a duty alone whether it may be given: hard, they strike it out; soft, they price it."""

    may_be_soft: ClassVar[bool] = True

    def excess(self, options: DutyOptions) -> IntArray:
        """Give how far each option is over the limit, 0 or less for not at all; shape ``(len(options),)``."""
        raise NotImplementedError

    def found(self, duty: Duty) -> tuple[int, str]:
        """Give how far a duty is over the limit, 0 or less for not at all, and that in words."""
        raise NotImplementedError

    def admits(self, problem: Problem, options: DutyOptions) -> BoolArray | None:
        """Strike out duties over the limit."""
        return ~self._meant(problem, options) | (self.excess(options) <= 0) if self.hard else None

    def add_to(self, model: ModelContext) -> None:
        """Charge duties over the limit."""
        if not self.hard:
            excess = self.excess(model.options)
            over = np.flatnonzero(self._meant(model.problem, model.options) & (excess > 0))
            model.penalise(self, model.duty_columns[over], self.weight * excess[over])

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Look at each duty."""
        return self.over_limit(
            (*self.found(duty), {"employee_id": duty.employee_id, "outlet_id": duty.outlet_id, "start": duty.start})
            for duty in self._duties(problem, schedule)
        )

    def _meant(self, problem: Problem, options: DutyOptions) -> BoolArray:
        on_day = self.scope.days_of(problem)
        meant: BoolArray = self.counted(problem, options) & on_day[options.day]
        return meant

    def _duties(self, problem: Problem, schedule: Schedule) -> Iterator[Duty]:
        """Give the duties that the rule is about."""
        names = {problem.staff[i].employee_id for i in self.scope.employees_of(problem)}
        for duty in schedule.duty_list:
            if duty.employee_id in names and self.counts(duty) and self.scope.has_date(duty.date, problem):
                yield duty


class DutySpan(_DutyRule):
    """From the start of a day's first duty to the end of its last lie at most so many minutes, breaks included.

    A soft rule charges for each minute more.

    Attributes
    ----------
    minutes
        Longest span; 780 leaves the eleven hours of daily rest of the European Working Time Directive within a day.
    """

    name: ClassVar[str] = "duty.span"

    minutes: Minutes

    def excess(self, options: DutyOptions) -> IntArray:
        """Give the minutes by which each option lasts too long, below 0 for what it has left."""
        minutes: IntArray = options.end - options.start - self.minutes
        return minutes

    def add_to(self, model: ModelContext) -> None:
        """Charge duties that last too long; where someone may have two a day, limit starts and ends too far apart."""
        if model.one_a_day:
            super().add_to(model)
            return
        options = model.options
        meant = np.flatnonzero(self._meant(model.problem, options))
        rows: list[IntArray] = []
        over: list[int] = []
        excess: list[int] = []
        cell = options.employee[meant] * model.problem.horizon.days + options.day[meant]
        for own in np.split(meant, np.flatnonzero(np.diff(cell)) + 1):
            starts, ends = np.unique(options.start[own]), np.unique(options.end[own])
            for s, e in np.argwhere(ends - starts[:, None] > self.minutes):
                # Duties that begin, or end, at one moment overlap, so of each side at most one is given.
                sides = own[options.start[own] == starts[s]], own[options.end[own] == ends[e]]
                rows.append(np.concatenate(sides))
                over.append(int(ends[e] - starts[s]) - self.minutes)
                excess.append(int(own[0]))
        if rows:
            row = np.repeat(np.arange(len(rows)), [len(members) for members in rows])
            limit = np.array(over, np.int64)
            model.limit(self, row, model.duty_columns[np.concatenate(rows)], limit[row], limit, excess)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Measure each employee's days."""
        days: dict[tuple[str, dt.date], list[Duty]] = defaultdict(list)
        for duty in self._duties(problem, schedule):
            days[duty.employee_id, duty.date].append(duty)
        excess = []
        for (name, date), duties in days.items():
            first, last = min(duty.start for duty in duties), max(duty.end for duty in duties)
            minutes = round((last - first).total_seconds() / 60)
            words = f"{name} is on duty from {first:%H:%M} to {last:%H:%M} on {date}, {self.minutes} minutes at most"
            excess.append((minutes - self.minutes, words, {"employee_id": name, "start": first}))
        return self.over_limit(excess)


class BreakDue(_DutyRule):
    """A duty with more than so many minutes of work holds breaks of at least so many minutes.

    A soft rule charges for each minute of break missing.

    Source: European Working Time Directive, 2003/88/EC, article 4, after six hours; 30 minutes after six and 45 after
    nine hours in parts of at least 15 in Germany, section 4 of the Arbeitszeitgesetz.

    Attributes
    ----------
    after_minutes
        A break is due when the duty without its breaks is longer.
    break_minutes
        Length of the break.
    part_minutes
        The break may be taken in parts of at least so many minutes; in one piece when not given.
    """

    name: ClassVar[str] = "duty.break_due"

    after_minutes: Minutes
    break_minutes: Minutes
    part_minutes: Minutes | None = None

    @model_validator(mode="after")
    def _parts_of_a_break(self) -> Self:
        if self.part_minutes is not None and self.part_minutes > self.break_minutes:
            raise ValueError(f"part_minutes {self.part_minutes} is above the break_minutes {self.break_minutes}")
        return self

    def excess(self, options: DutyOptions) -> IntArray:
        """Give the minutes of break that each option lacks."""
        pauses = options.break_minutes
        work = options.end - options.start - pauses.sum(axis=1)
        if self.part_minutes is None:
            taken = pauses.max(axis=1, initial=0)
        else:
            taken = np.where(pauses >= self.part_minutes, pauses, 0).sum(axis=1)
        return np.where(work > self.after_minutes, self.break_minutes - taken, 0)

    def found(self, duty: Duty) -> tuple[int, str]:
        """Give the minutes of break that a duty lacks."""
        pauses = [pause.minutes for pause in duty.breaks]
        work = duty.minutes - sum(pauses)
        if self.part_minutes is None:
            taken = max(pauses, default=0)
        else:
            taken = sum(pause for pause in pauses if pause >= self.part_minutes)
        words = f"{duty}: {taken} minutes of break in {work} minutes of work, {self.break_minutes} at least"
        return (self.break_minutes - taken if work > self.after_minutes else 0), words


class BarredHours(_DutyRule):
    """A duty does not touch barred hours of the clock, such as the night.

    A soft rule charges once for each duty. The date of the duty is the one in the scope.

    Source: no night work for pregnant employees, from the seventh month and while nursing, by the Special Rules on the
    Labour Protection of Female Employees (China, 2012), articles 6 and 9; European Directive 92/85/EEC, article 7.

    Attributes
    ----------
    start, end
        The hours barred, every day; an end at or before the start lies on the next day.
    """

    name: ClassVar[str] = "duty.barred_hours"

    start: ClockTime
    end: ClockTime

    @model_validator(mode="after")
    def _part_of_a_day(self) -> Self:
        if self.start >= MINUTES_PER_DAY or self._last - self.start >= MINUTES_PER_DAY:
            hours = f"{format_clock(self.start)} to {format_clock(self.end)}"
            raise ValueError(f"{self.name}: {hours} is not a part of a day; begin before 24:00 and leave hours to work")
        return self

    @property
    def _last(self) -> int:
        """End of the hours, minutes after midnight of the day they start on."""
        return self.end if self.end > self.start else self.end + MINUTES_PER_DAY

    def excess(self, options: DutyOptions) -> IntArray:
        """Give 1 for each option that touches the hours of its date, the day before or the day after."""
        midnight = options.day * MINUTES_PER_DAY
        touched = np.zeros(len(options), np.int64)
        for day in (-1, 0, 1):
            start, end = (midnight + day * MINUTES_PER_DAY + clock for clock in (self.start, self._last))
            touched |= (options.start < end) & (options.end > start)
        return touched

    def found(self, duty: Duty) -> tuple[int, str]:
        """Tell whether a duty touches the hours."""
        minute = (duty.start - dt.datetime.combine(duty.date, dt.time())).total_seconds() // 60
        into = (minute - self.start) % MINUTES_PER_DAY
        touches = into < self._last - self.start or into + duty.minutes > MINUTES_PER_DAY
        hours = f"{format_clock(self.start)}-{format_clock(self.end)}"
        return int(touches), f"{duty} touches the barred hours {hours}"

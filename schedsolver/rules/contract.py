"""What contracts and working time law say of days and hours in a period."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.columns import PaidColumns
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.line import DutyKinds, Walk, day_total
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import Judgement, ModelContext
from schedsolver.domain.scope import BY_PEOPLE
from schedsolver.rules.days import DutiesRule
from schedsolver.rules.paid import paid_by_date
from schedsolver.rules.periods import PeriodRule, Span
from schedsolver.rules.tally import DaySums, Tally, days_inside, longest_period, tally_of_days, tally_of_minutes

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule

_DAY = dt.timedelta(days=1)
_MOST_DAYS = 732
WEEK_MINUTES = 7 * MINUTES_PER_DAY


class _Between(PeriodRule, DutiesRule):
    """Base of rules that keep an amount between two bounds in each period.

    A maximum is judged on every period with what is known of it. A minimum is judged on those whose days are
    all known or planned, that ``first_day`` or ``last_day`` of the scope do not cut (unless the period is the
    horizon, which then is what they leave of it), and that have a day of the scope.
    """

    may_be_soft: ClassVar[bool] = True
    a_day: ClassVar[int]
    unit: ClassVar[str]

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """Least and most amount."""
        raise NotImplementedError

    def amounts(self, problem: Problem, duties: Iterable[Duty]) -> Mapping[dt.date, int]:
        """Give what the duties of one employee add on each date."""
        raise NotImplementedError

    def tally(self, model: ModelContext, spans: Sequence[Span]) -> Tally:
        """Add up amounts in a model."""
        raise NotImplementedError

    def said(self, name: str, amount: int, span: Span) -> str:
        """Say an amount in words."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        least, most = self.bounds
        if not least and most is None:
            raise ValueError(f"{self.name} has neither minimum nor maximum, so it would do nothing; give one")
        if least is not None and most is not None and least > most:
            raise ValueError(f"{self.name}: minimum {least} is above maximum {most}")
        return self

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse bounds that nobody could break or nobody could keep."""
        yield from super().faults(problem)
        least, most = self.bounds
        days = longest_period(self)
        highest = math.inf if days is None else days * self.a_day
        told = f"no {self.per} period has more than {highest} in its scope"
        if most is not None and most >= highest:
            yield f"nobody could pass its maximum of {most} {self.unit}: {told}"
        if least is not None and least > highest:
            yield f"nobody could reach its minimum of {least} {self.unit}: {told}"
            return
        for span in self.spans(problem):
            meant = self._days_meant(problem, span) * self.a_day
            if 0 < meant < (least or 0) and self.is_uncut(span):
                yield f"nobody could reach its minimum of {least} {self.unit}: {span} has {meant} in its scope"
                return

    def add_to(self, model: ModelContext) -> None:
        """Limit the amount of each employee and period."""
        least, most = self.bounds
        spans = list(self.spans(model.problem))
        tally = self.tally(model, spans)
        if most is not None:
            tally.keep_at_most(self, model, most)
        if least:
            asked = np.array([self.is_uncut(span) for span in spans])
            tally.keep_at_least(self, model, least, asked & days_inside(model.problem, self.scope, spans).any(axis=1))

    def step_amounts(self, problem: Problem, kinds: DutyKinds) -> IntArray:
        """Give what each step of a line adds, shape ``(1 + kinds,)``."""
        raise NotImplementedError

    def line_parts(self, problem: Problem, employee: int, kinds: DutyKinds) -> tuple[Walk, ...]:
        """Count over the horizon, or over one period that has all of its days."""
        (least, most), spans = self.bounds, list(self.spans(problem))
        if len(spans) > 1:
            return ()
        sums = DaySums(problem, self.scope, self.amounts(problem, problem.history_of(employee)))
        before = sums.before(spans[0])
        asked = bool(least) and self.is_uncut(spans[0]) and self._days_meant(problem, spans[0]) > 0
        return (
            day_total(
                self.scope.days_of(problem).astype(np.int64),
                self.step_amounts(problem, kinds),
                max(0, (least or 0) - before) if asked else None,
                None if most is None else max(0, most - before),
                self.unit_price,
            ),
        )

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Add up the amount of each employee and period."""
        least, most = self.bounds
        spans = list(self.spans(problem))
        every_day = dict.fromkeys((problem.known_from + d * _DAY for d in range(_days_known(problem))), 1)
        days = DaySums(problem, self.scope, every_day)
        asked = [self.is_uncut(span) and days.total(span) > 0 for span in spans]
        excess = []
        for employee in self.scope.employees_of(problem):
            name = problem.staff[employee].employee_id
            own = (*problem.history_of(employee), *schedule.duties_of.get(name, ()))
            sums = DaySums(problem, self.scope, self.amounts(problem, own))
            for span, must_reach in zip(spans, asked, strict=True):
                amount = sums.total(span)
                if most is not None and amount > most:
                    words = f"{self.said(name, amount, span)}, {most} at most"
                    excess.append((amount - max(most, sums.before(span)), words, {"employee_id": name}))
                if least is not None and must_reach and amount < least:
                    words = f"{self.said(name, amount, span)}, {least} at least"
                    excess.append((least - amount, words, {"employee_id": name}))
        return self.over_limit(excess)

    def _days_meant(self, problem: Problem, span: Span) -> int:
        return sum(self.scope.has_date(span.first + d * _DAY, problem) for d in range(span.days))


def _days_known(problem: Problem) -> int:
    return (problem.horizon.end - problem.known_from).days


class DaysWorked(_Between):
    """An employee works at least, and at most, so many days in each period; history counts.

    A day counts once, however many duties it has. With shift types or outlets only duties on those count; with
    weekdays or kinds of day only those days do. A maximum looks at every period with what is known of it; days
    that history alone already had too many are let be.

    Attributes
    ----------
    minimum
        Fewest days; a soft rule charges for each day missing. Only periods all of whose days are known or
        planned are held to it, and of those only ones that ``first_day`` and ``last_day`` do not cut.
    maximum
        Most days; a soft rule charges for each day more.
    """

    name: ClassVar[str] = "contract.days"
    a_day: ClassVar[int] = 1
    unit: ClassVar[str] = "days"

    minimum: Annotated[int, Field(ge=0, le=_MOST_DAYS)] | None = None
    maximum: Annotated[int, Field(ge=0, le=_MOST_DAYS)] | None = None

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """Fewest and most days."""
        return self.minimum, self.maximum

    def step_amounts(self, problem: Problem, kinds: DutyKinds) -> IntArray:
        """Give 1 for each step that counts."""
        return self.steps_counted(problem, kinds).astype(np.int64)

    def admits(self, problem: Problem, options: DutyOptions) -> BoolArray | None:
        """Strike out duties on days of which there may be none."""
        if not self.hard or self.maximum != 0:
            return None
        return ~(self.counted(problem, options) & self.scope.days_of(problem)[options.day])

    def amounts(self, problem: Problem, duties: Iterable[Duty]) -> Mapping[dt.date, int]:
        """Give 1 for each date with a duty that counts."""
        return dict.fromkeys((duty.date for duty in duties if self.counts(duty)), 1)

    def tally(self, model: ModelContext, spans: Sequence[Span]) -> Tally:
        """Count days in a model."""
        return tally_of_days(self, model, spans)

    def said(self, name: str, amount: int, span: Span) -> str:
        """Say how many days are worked."""
        on = f" on {', '.join(self.shift_types)}" if self.shift_types else ""
        return f"{name} works {amount} days{on} in {span}"


class PaidHours(_Between):
    """An employee has at least, and at most, so much paid time in each period; history counts.

    Paid time belongs to the date of its duty, and takes in the ways between two duties of a day; with shift types
    or outlets it is the time of duties on those, without ways. A maximum looks at every period with what is known
    of it; time that history alone already had too much is let be. A soft rule charges its weight for each minute.

    Attributes
    ----------
    minimum_minutes
        Least paid time. Only periods all of whose days are known or planned are held to it, and of those only
        ones that ``first_day`` and ``last_day`` do not cut.
    maximum_minutes
        Most paid time.
    """

    name: ClassVar[str] = "contract.hours"
    a_day: ClassVar[int] = MINUTES_PER_DAY
    unit: ClassVar[str] = "minutes"

    minimum_minutes: Annotated[int, Field(ge=0, le=_MOST_DAYS * MINUTES_PER_DAY)] | None = None
    maximum_minutes: Annotated[int, Field(ge=0, le=_MOST_DAYS * MINUTES_PER_DAY)] | None = None

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """Least and most minutes."""
        return self.minimum_minutes, self.maximum_minutes

    @property
    def _of_some_duties(self) -> bool:
        return bool(self.shift_types or self.scope.outlets)

    def step_amounts(self, problem: Problem, kinds: DutyKinds) -> IntArray:
        """Give the paid minutes of each step that counts."""
        return np.where(self.steps_counted(problem, kinds), np.append(0, kinds.paid_minutes), 0)

    def amounts(self, problem: Problem, duties: Iterable[Duty]) -> Mapping[dt.date, int]:
        """Give the paid minutes of each date."""
        if not self._of_some_duties:
            return paid_by_date(problem, duties)
        paid: Counter[dt.date] = Counter()
        for duty in duties:
            if self.counts(duty):
                paid[duty.date] += problem.paid_minutes(duty)
        return paid

    def tally(self, model: ModelContext, spans: Sequence[Span]) -> Tally:
        """Add up paid minutes in a model."""
        problem, options, paid = model.problem, model.options, model.paid
        if self._of_some_duties:
            of = np.flatnonzero(self.counted(problem, options))
            duties = options.employee[of], options.day[of], options.paid_minutes[of]
            paid = PaidColumns(*duties, model.duty_columns[of])
        past = [self.amounts(problem, problem.history_of(e)) for e in self.scope.employees_of(problem)]
        return tally_of_minutes(self, model, spans, paid, past)

    def said(self, name: str, amount: int, span: Span) -> str:
        """Say how many minutes are paid."""
        on = f" on {', '.join(self.shift_types)}" if self.shift_types else ""
        return f"{name} has {amount} paid minutes{on} in {span}"


class AverageHours(PeriodRule):
    """An employee's paid time, averaged over each period, is at most so much a week; history counts.

    The days of a period, from the first one known to its end, allow a seventh of ``weekly_minutes`` each, rounded
    down in all. Days after the horizon allow their part too, since time off can still be given then; days before
    the history do not. Of rolling periods only those known and in the scope from end to end count, as a part of
    one would be no average; where none is, the known and planned days in the scope are one period. Days of leave
    allow as much as others. A soft rule charges its weight for each minute.

    Sources: Directive 2003/88/EC, articles 6 and 16(b): 48 hours a week on average over up to four months. China,
    Ministry of Labour notice [1994] No. 503, article 5: hours averaged over a week, month, quarter or year.

    Attributes
    ----------
    per
        The period averaged over: ``"week"``, ``"month"``, ``"quarter"``, ``"year"``, ``"horizon"``, or so many
        ``days``, ``"rolling"`` or in a ``"block"``.
    weekly_minutes
        Most paid time a week on average, for example 2880 for 48 hours.
    """

    name: ClassVar[str] = "contract.average_hours"
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | {"first_day", "last_day"}

    per: Literal["week", "month", "quarter", "year", "horizon", "rolling", "block"]
    weekly_minutes: Annotated[int, Field(ge=0, lt=WEEK_MINUTES)]

    def spans(self, problem: Problem) -> Iterator[Span]:
        """Give the periods; rolling ones from the first day known and in the scope to the last."""
        if self.per != "rolling":
            yield from super().spans(problem)
            return
        planned = problem.horizon.end - _DAY
        first = max(problem.known_from, self.scope.first_day or dt.date.min)
        last = min(planned, self.scope.last_day or planned)
        known = [span for span in super().spans(problem) if first <= span.first and span.last <= last]
        if known or first > last:
            yield from known
        else:
            yield Span(first, last, whole=True)

    def add_to(self, model: ModelContext) -> None:
        """Limit the paid time of each employee and period."""
        problem = model.problem
        spans = list(self.spans(problem))
        past = [paid_by_date(problem, problem.history_of(e)) for e in self.scope.employees_of(problem)]
        tally = tally_of_minutes(self, model, spans, model.paid, past)
        first = max(problem.known_from, self.scope.first_day or dt.date.min)
        last = self.scope.last_day or dt.date.max
        days = [(min(span.last, last) - max(span.first, first)).days + 1 for span in spans]
        tally.keep_at_most(self, model, self.weekly_minutes * np.array(days, np.int64) // 7)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Add up the paid time of each employee and period."""
        excess = []
        days_of = [
            (span, sum(self._allows(problem, span.first + d * _DAY) for d in range(span.days)))
            for span in self.spans(problem)
        ]
        for employee in self.scope.employees_of(problem):
            name = problem.staff[employee].employee_id
            own = (*problem.history_of(employee), *schedule.duties_of.get(name, ()))
            sums = DaySums(problem, self.scope, paid_by_date(problem, own))
            for span, days in days_of:
                paid, allowed = sums.total(span), self.weekly_minutes * days // 7
                if paid > allowed:
                    most = f"{allowed} at most in {days} days at {self.weekly_minutes} a week"
                    words = f"{name} has {paid} paid minutes in {span}, {most}"
                    excess.append((paid - max(allowed, sums.before(span)), words, {"employee_id": name}))
        return self.over_limit(excess)

    def _allows(self, problem: Problem, date: dt.date) -> bool:
        return date >= problem.known_from and self.scope.has_date(date, problem)

"""Leave that the roster plans: mandatory leave, of which staff are not told in advance."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from schedsolver.domain.horizon import MINUTES_PER_DAY, monday_of
from schedsolver.domain.rule import Finding, Judgement, ModelContext, Rule
from schedsolver.domain.scope import BY_PEOPLE
from schedsolver.rules.periods import PeriodRule, Span

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import PlannedLeave, Schedule

_DAY = dt.timedelta(days=1)


class MandatoryLeave(PeriodRule):
    """In each period an employee is away for so many workdays in a row; the roster plans when, unless leave given does.

    The leave is planned with the roster and part of it, but not of the view for staff (``Schedule.published``). It
    begins and ends on a workday of the calendar; on rest days and holidays between them the employee is off too. Each
    period that ends in the horizon is judged, and its leave planned in the days of it that the horizon has. Leave
    given, whole days of whatever reason, will do if it covers as many workdays in a row. Nobody can be in the scope
    of two such rules.

    Sources: Federal Reserve, SR 96-37 "Supervisory Guidance on Required Absences from Sensitive Positions": two
    weeks in a row each year. China, CBRC, guidelines on the internal control of commercial banks (2014): rotation or
    mandatory leave for staff in key posts.

    Attributes
    ----------
    workdays
        Length of the leave, for example 5 or 10.
    per
        The period: ``"month"``, ``"quarter"``, ``"year"``, so many ``days`` in a ``"block"``, or the ``"horizon"``
        to have the leave planned now.
    """

    name: ClassVar[str] = "leave.mandatory"
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE

    workdays: Annotated[int, Field(ge=1, le=60)]
    per: Literal["month", "quarter", "year", "horizon", "block"] = "year"

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse a second rule for someone, and leave longer than what is planned of a period."""
        yield from super().faults(problem)
        others = [rule for rule in _rules_of(problem) if rule != self]
        for employee in self.scope.employees_of(problem):
            if any(employee in other.scope.employees_of(problem) for other in others):
                yield f"{problem.staff[employee].employee_id} is in the scope of another {self.name} too; keep one"
                return
        for employee, span in self._asked(problem):
            planned = len(_workdays(problem, _planned_part(problem, span)))
            if planned < self.workdays:
                name = problem.staff[employee].employee_id
                yield (
                    f"{name} cannot be away for {self.workdays} workdays in a row in {span}: {planned} of them are "
                    "planned here; plan more days, or enter the leave already taken"
                )
                return

    def blocks(self, problem: Problem) -> Iterator[tuple[int, int, int]]:
        """Give employee, first and last day of each leave that may be planned, as positions."""
        day = problem.horizon.day_index
        for employee, span in self._asked(problem):
            dates = _workdays(problem, _planned_part(problem, span))
            busy_until = max((duty.end for duty in problem.history_of(employee)), default=dt.datetime.min)
            for first, last in zip(dates, dates[self.workdays - 1 :], strict=False):
                if dt.datetime.combine(first, dt.time()) >= busy_until:
                    yield employee, day(first), day(last)

    def add_to(self, model: ModelContext) -> None:
        """Plan one leave for each employee and period."""
        leaves, day = model.leaves, model.problem.horizon.day_index
        chosen = [
            np.flatnonzero(
                (leaves.employee == employee)
                & (leaves.first_day >= day(span.first))
                & (leaves.last_day <= day(span.last))
            )
            for employee, span in self._asked(model.problem)
        ]
        row = np.repeat(np.arange(len(chosen)), [len(own) for own in chosen])
        column = leaves.column[np.concatenate([*chosen, row[:0]])]
        once = np.ones(len(chosen), np.int64)
        model.require(row, column, np.ones(len(row), np.int64), once, once)

    def _asked(self, problem: Problem) -> Iterator[tuple[int, Span]]:
        """Give each employee and period that leave given does not see to."""
        given: dict[str, list[tuple[dt.date, dt.date]]] = {}
        for leave in problem.leave:
            if leave.start is None:
                given.setdefault(leave.employee_id, []).append((leave.first_day, leave.last_day))
        for span in self._judged(problem):
            dates = np.array(_workdays(problem, span), "datetime64[D]")
            for employee in self.scope.employees_of(problem):
                away = np.zeros(len(dates), bool)
                for first, last in given.get(problem.staff[employee].employee_id, ()):
                    away |= (dates >= np.datetime64(first)) & (dates <= np.datetime64(last))
                passed = np.cumsum(np.append(0, away))
                if not np.any(passed[self.workdays :] - passed[: -self.workdays] == self.workdays):
                    yield employee, span

    def _judged(self, problem: Problem) -> Iterator[Span]:
        """Give the periods that end in the horizon."""
        return (span for span in self.spans(problem) if span.last in problem.horizon)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Look for leave of each employee in each period."""
        found = []
        for span in self._judged(problem):
            for employee in self.scope.employees_of(problem):
                name = problem.staff[employee].employee_id
                planned = sum(self._fits(problem, leave, span) for leave in schedule.leave_of.get(name, ()))
                asked = int(not self._has_leave(problem, name, span))
                if planned < asked:
                    words = f"{name} has no leave of {self.workdays} workdays in a row in {span}"
                    found.append(self.violation(words, employee_id=name))
                if planned > 1:
                    words = f"{name} has {planned} leaves planned in {span}, one is enough"
                    found.append(self.violation(words, employee_id=name))
        return Judgement(tuple(found))

    def asks_for(self, problem: Problem, leave: PlannedLeave) -> bool:
        """Tell whether planned leave is what the rule asks for; the checker's view."""
        name = leave.employee_id
        return problem.employee_index[name] in self.scope.employees_of(problem) and any(
            self._fits(problem, leave, span) and not self._has_leave(problem, name, span)
            for span in self._judged(problem)
        )

    def _fits(self, problem: Problem, leave: PlannedLeave, span: Span) -> bool:
        dates = [leave.first_day + d * _DAY for d in range((leave.last_day - leave.first_day).days + 1)]
        kinds = [problem.day_kind(date) for date in dates]
        return (
            all(date in span and date in problem.horizon for date in dates)
            and kinds[0] == kinds[-1] == "workday"
            and kinds.count("workday") == self.workdays
        )

    def _has_leave(self, problem: Problem, name: str, span: Span) -> bool:
        """Tell whether leave given covers enough workdays of a period in a row."""
        given = [leave for leave in problem.leave if leave.employee_id == name and leave.start is None]
        length = 0
        for date in _workdays(problem, span):
            length = length + 1 if any(leave.first_day <= date <= leave.last_day for leave in given) else 0
            if length == self.workdays:
                return True
        return False


class PlannedLeaveKept(Rule):
    """Leave planned with the roster is what a rule asks for, nobody works during it, and no week has two.

    A duty that touches a day of the leave, as the night before its first one may, counts as work during it.
    """

    name: ClassVar[str] = "leave.planned"

    def add_to(self, model: ModelContext) -> None:
        """Let each day have duties that touch it or a leave, and each week of an employee one leave at most."""
        leaves, options, horizon = model.leaves, model.options, model.problem.horizon
        if not len(leaves.column):
            return
        leave, day = leaves.days
        cell = leaves.employee[leave] * horizon.days + day
        for later in range(int((options.end // MINUTES_PER_DAY - options.day).max(initial=0)) + 1):
            touching = options.end > (options.day + later) * MINUTES_PER_DAY
            worked = np.full((len(model.problem.staff), horizon.days), -1, np.int64)
            worked[:, later:] = model.days_worked(touching)[:, : horizon.days - later]
            busy = np.flatnonzero(worked.ravel()[cell] >= 0)
            cells, row = np.unique(cell[busy], return_inverse=True)
            column = np.concatenate([leaves.column[leave[busy]], worked.ravel()[cells]])
            row = np.concatenate([row, np.arange(len(cells))])
            model.require(row, column, np.ones(len(row), np.int64), None, np.ones(len(cells), np.int64))
        weeks = horizon.days // 7 + 2
        week = leaves.employee[leave] * weeks + (day + horizon.start.weekday()) // 7
        touched = np.unique(np.stack([week, leaves.column[leave]]), axis=1)
        one_each, row = np.unique(touched[0], return_inverse=True)
        model.require(row, touched[1], np.ones(len(row), np.int64), None, np.ones(len(one_each), np.int64))

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Look at each leave, and at the weeks of each employee."""
        found: list[Finding] = []
        rules = _rules_of(problem)
        weeks: Counter[tuple[str, dt.date]] = Counter()
        for leave in schedule.leave_list:
            name = leave.employee_id
            if not any(rule.asks_for(problem, leave) for rule in rules):
                found.append(self.violation(f"no rule asks for {leave}", employee_id=name))
            begin, end = (dt.datetime.combine(day, dt.time()) for day in (leave.first_day, leave.last_day + _DAY))
            past = problem.history_of(problem.employee_index[name])
            for duty in (*past, *schedule.duties_of.get(name, ())):
                if duty.start < end and begin < duty.end:
                    found.append(self.violation(f"{duty} falls into {leave}", duty))
            days = (leave.last_day - leave.first_day).days + 1
            weeks.update({(name, monday_of(leave.first_day + d * _DAY)) for d in range(days)})
        for (name, monday), count in weeks.items():
            if count > 1:
                words = f"{name} has {count} leaves planned in the week of {monday}, one at most"
                found.append(self.violation(words, employee_id=name))
        return Judgement(tuple(found))


def _rules_of(problem: Problem) -> list[MandatoryLeave]:
    parts = (part for rule in problem.rules for part in rule.parts())
    return [part for part in parts if isinstance(part, MandatoryLeave)]


def _planned_part(problem: Problem, span: Span) -> Span:
    """Give the days that the horizon has of a period that ends in it."""
    return Span(max(span.first, problem.horizon.start), span.last, whole=True)


def _workdays(problem: Problem, span: Span) -> list[dt.date]:
    dates = (span.first + d * _DAY for d in range(span.days))
    return [date for date in dates if problem.day_kind(date) == "workday"]

"""Weekends: how many are worked or off, whether they are worked whole, and how many in a row are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.line import DutyKinds, Walk, forbidden_or
from schedsolver.domain.places import Weekday
from schedsolver.domain.rule import Judgement, ModelContext
from schedsolver.domain.scope import BY_DATE, BY_PEOPLE
from schedsolver.rules.days import NEVER, WORKED, DutiesRule
from schedsolver.rules.periods import Per, PeriodRule, Span

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule

Count = Annotated[int, Field(ge=0, le=110)]
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Weekend:
    """One weekend, with what of it the history or the horizon has.

    Attributes
    ----------
    first
        Its first day, which may be neither known nor planned.
    known
        Its days from where the history is known to the end of the horizon; at least one.
    whole
        Whether these are all of its days.
    planned
        Whether one of its days is in the horizon.
    """

    first: dt.date
    known: tuple[dt.date, ...]
    whole: bool
    planned: bool

    def worked_on(self, dates: set[dt.date]) -> bool:
        """Tell whether one of its days known is among the dates."""
        return not dates.isdisjoint(self.known)


class _WeekendRule(DutiesRule):
    """Base of rules on weekends; someone works a weekend who has a duty that counts on any of its days.

    Attributes
    ----------
    weekend
        Weekdays of a weekend, in order and without a gap; 0 is Monday.
    """

    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | (BY_DATE - {"weekdays"}) | {"outlets"}

    weekend: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=6)] = (5, 6)

    @model_validator(mode="after")
    def _without_a_gap(self) -> Self:
        if any((day + 1) % 7 != after for day, after in zip(self.weekend, self.weekend[1:], strict=False)):
            raise ValueError(f"{self.name}: the days {list(self.weekend)} of a weekend do not follow each other")
        return self

    def weekends(self, problem: Problem) -> list[Weekend]:
        """Give the weekends of which a day is known or planned, in order."""
        horizon, length = problem.horizon, len(self.weekend)
        found = []
        first = problem.known_from - ((problem.known_from.weekday() - self.weekend[0]) % 7) * _DAY
        while first < horizon.end:
            days = [first + i * _DAY for i in range(length)]
            known = tuple(day for day in days if problem.known_from <= day < horizon.end)
            if known:
                found.append(Weekend(first, known, len(known) == length, known[-1] >= horizon.start))
            first += 7 * _DAY
        return found

    @property
    def on_shifts(self) -> str:
        """What the rule counts, in words that follow what is counted."""
        return f" on {', '.join(self.shift_types)}" if self.shift_types else ""

    def is_judged(self, weekend: Weekend, problem: Problem) -> bool:
        """Tell whether a weekend is in the scope, which its first day says, and not over yet."""
        return weekend.planned and self.scope.has_date(weekend.first, problem)

    def cells(self, model: ModelContext, weekends: list[Weekend]) -> IntArray:
        """Give a column for each employee of the scope and weekend that says whether they work it.

        Returns
        -------
        Columns, ``WORKED`` or ``NEVER`` where history or a lack of duties has decided, shape ``(employees, weekends)``.
        """
        employees = list(self.scope.employees_of(model.problem))
        days = self.grid(model).cells[employees]
        cells = np.full((len(employees), len(weekends)), NEVER, np.int64)
        row, column = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for w, weekend in enumerate(weekends):
            own = days[:, [(day - model.problem.known_from).days for day in weekend.known]]
            cells[(own == WORKED).any(axis=1), w] = WORKED
            employee, day = np.nonzero((own >= 0) & (cells[:, [w]] != WORKED))
            row.append(employee * len(weekends) + w)
            column.append(own[employee, day])
        open_cells = model.any_of(np.concatenate(row), np.concatenate(column), cells.size).reshape(cells.shape)
        return np.where(cells == WORKED, cells, open_cells)

    def classes(self, problem: Problem, weekends: list[Weekend]) -> IntArray:
        """Give 1 for the first day planned of each weekend, 2 for its others and 0 elsewhere, shape ``(days,)``."""
        day_class = np.zeros(problem.horizon.days, np.int64)
        for weekend in weekends:
            days = [problem.horizon.day_index(day) for day in weekend.known]
            own = [day for day in days if day >= 0]
            day_class[own] = 2
            if len(own) == len(days):
                day_class[own[:1]] = 1
        return day_class

    def worked_before(self, problem: Problem, employee: int) -> set[dt.date]:
        """Give the dates known before the horizon on which an employee has a duty that counts."""
        return {duty.date for duty in problem.history_of(employee) if self.counts(duty)}

    def limit(self, model: ModelContext, cells: IntArray, sign: int, upper: IntArray) -> None:
        """Limit a signed sum of weekends, one row for each row of ``cells``."""
        row, weekend = np.nonzero(cells >= 0)
        model.limit(self, row, cells[row, weekend], np.full(len(row), sign), upper)


class _WeekendsPerPeriod(_WeekendRule, PeriodRule):
    """Base of rules that count weekends in periods."""

    per: Per = "horizon"

    @property
    def most_weekends(self) -> int | None:
        """Most weekends that a period can have; ``None`` for the horizon."""
        fixed = {"day": 1, "week": 1, "month": 5, "quarter": 14, "year": 53, "horizon": None}
        return -(-self.days // 7) if self.days is not None else fixed[self.per]

    def periods(self, problem: Problem, weekends: list[Weekend]) -> list[tuple[Span, list[int]]]:
        """Give the periods with a weekend not over yet, and the positions of their weekends.

        Of periods with the same weekends the last, which is whole if any is, stands for all.
        """
        start, last = problem.horizon.start, problem.horizon.end - _DAY
        if self.per == "rolling":
            spans = list(self.spans(problem))
        else:
            bounds = dict.fromkeys(self._around(weekend.first, start, last) for weekend in weekends)
            spans = [Span(a, b, whole=problem.known_from <= a and b <= last) for a, b in bounds]
        meant = [w for w, weekend in enumerate(weekends) if self.scope.has_date(weekend.first, problem)]
        found: dict[tuple[int, ...], Span] = {}
        for span in spans:
            own = tuple(w for w in meant if self._holds(span, weekends[w]))
            if any(weekends[w].planned for w in own):
                found[own] = span
        return [(span, list(own)) for own, span in found.items()]

    def counting(
        self, problem: Problem, employee: int, kinds: DutyKinds, own: list[Weekend], least: int, most: int | None
    ) -> Walk:
        """Walk through whether the weekend is worked already, and count those that become so."""
        worked = self.steps_counted(problem, kinds)
        follow = np.zeros((3, 2, len(worked)), np.int64)
        follow[1] = worked
        follow[2] = worked | np.array([[False], [True]])
        amounts = np.zeros_like(follow)
        amounts[1] = worked
        amounts[2, 0] = worked
        past = self.worked_before(problem, employee)
        start = any(weekend.worked_on(past) for weekend in own if weekend.known[-1] >= problem.horizon.start)
        # Without a day of the weekend before the horizon, the first day's table does not look at the state.
        return Walk(
            self.classes(problem, own), follow, np.zeros_like(follow), int(start), amounts, least, most, self.unit_price
        )

    def _holds(self, span: Span, weekend: Weekend) -> bool:
        return weekend.planned if self.per == "horizon" else weekend.first in span


class WeekendsWorked(_WeekendsPerPeriod):
    """An employee works at least, and at most, so many weekends in each period; history counts.

    A weekend is worked when a duty that counts is on any of its days. It belongs to the period that holds its first
    day; the horizon as a period has every weekend with a day planned. A maximum looks at every period with what is
    known of it; weekends that history alone already had too many are let be. A soft rule charges for each weekend too
    many or missing.

    Source: total working weekends of the Second International Nurse Rostering Competition (Ceschia et al. 2019).

    Attributes
    ----------
    minimum
        Fewest weekends. Only periods all of whose days are known or planned are held to it, and of those only ones
        that ``first_day`` and ``last_day`` do not cut.
    maximum
        Most weekends.
    """

    name: ClassVar[str] = "weekend.worked"

    minimum: Count | None = None
    maximum: Count | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.minimum and self.maximum is None:
            raise ValueError(f"{self.name} has neither minimum nor maximum, so it would do nothing; give one")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"{self.name}: minimum {self.minimum} is above maximum {self.maximum}")
        return self

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse bounds that nobody could break or nobody could keep."""
        yield from super().faults(problem)
        most = self.most_weekends
        if self.maximum is not None and most is not None and self.maximum >= most:
            yield f"nobody could pass its maximum of {self.maximum}: no {self.per} period has more than {most} weekends"
        for span, own in self.periods(problem, self.weekends(problem)):
            if self.is_uncut(span) and len(own) < (self.minimum or 0):
                yield f"nobody could reach its minimum of {self.minimum}: {span} has {len(own)} weekends in its scope"
                return

    def add_to(self, model: ModelContext) -> None:
        """Limit the weekends of each employee and period."""
        weekends = self.weekends(model.problem)
        cells = self.cells(model, weekends)
        for span, own in self.periods(model.problem, weekends):
            before = (cells[:, own] == WORKED).sum(axis=1)
            if self.maximum is not None:
                self.limit(model, cells[:, own], 1, np.maximum(self.maximum - before, 0))
            if self.minimum and self.is_uncut(span):
                self.limit(model, cells[:, own], -1, before - self.minimum)

    def line_parts(self, problem: Problem, employee: int, kinds: DutyKinds) -> tuple[Walk, ...]:
        """Count the weekends of each period."""
        weekends, past = self.weekends(problem), self.worked_before(problem, employee)
        walks = []
        for span, positions in self.periods(problem, weekends):
            own = [weekends[w] for w in positions]
            before = sum(weekend.worked_on(past) for weekend in own)
            least = max(0, self.minimum - before) if self.minimum and self.is_uncut(span) else 0
            most = None if self.maximum is None else max(0, self.maximum - before)
            walks.append(self.counting(problem, employee, kinds, own, least, most))
        return tuple(walks)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count each employee's weekends in each period."""
        weekends = self.weekends(problem)
        excess = []
        for name, dates in self.dates_worked(problem, schedule).items():
            past = {date for date in dates if date not in problem.horizon}
            for span, own in self.periods(problem, weekends):
                count = sum(weekends[w].worked_on(dates) for w in own)
                before = sum(weekends[w].worked_on(past) for w in own)
                words = f"{name} works {count} weekends{self.on_shifts} in {span}"
                if self.maximum is not None:
                    over = count - max(self.maximum, before)
                    excess.append((over, f"{words}, {self.maximum} at most", {"employee_id": name}))
                if self.minimum is not None and self.is_uncut(span):
                    missing = self.minimum - count
                    excess.append((missing, f"{words}, {self.minimum} at least", {"employee_id": name}))
        return self.over_limit(excess)


class WeekendsOff(_WeekendsPerPeriod):
    """An employee is wholly off on at least so many weekends of each period; history counts.

    A weekend belongs to the period that holds its first day; the horizon as a period has every weekend with a day
    planned. Only periods all of whose days are known or planned are judged, and of those only ones that ``first_day``
    and ``last_day`` do not cut; only weekends known whole count. A soft rule charges for each weekend missing. With
    ``weekend: [6]`` the rule is about Sundays.

    Source: for Sundays, 15 of which a year are free in Germany, section 11 (1) of the Arbeitszeitgesetz.

    Attributes
    ----------
    minimum
        Fewest weekends off.
    """

    name: ClassVar[str] = "weekend.off"

    minimum: Annotated[int, Field(ge=1, le=110)]

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse a minimum that nobody could reach."""
        yield from super().faults(problem)
        weekends = self.weekends(problem)
        for span, own in self.periods(problem, weekends):
            whole = sum(weekends[w].whole for w in own)
            if self.is_uncut(span) and whole < self.minimum:
                yield f"nobody could reach its minimum of {self.minimum}: {span} has {whole} weekends in its scope"
                return

    def add_to(self, model: ModelContext) -> None:
        """Limit the weekends worked of each employee and period."""
        weekends = self.weekends(model.problem)
        cells = self.cells(model, weekends)
        for span, own in self.periods(model.problem, weekends):
            if self.is_uncut(span):
                whole = [w for w in own if weekends[w].whole]
                before = (cells[:, whole] == WORKED).sum(axis=1)
                self.limit(model, cells[:, whole], 1, len(whole) - self.minimum - before)

    def line_parts(self, problem: Problem, employee: int, kinds: DutyKinds) -> tuple[Walk, ...]:
        """Count the weekends worked of each period."""
        weekends, past = self.weekends(problem), self.worked_before(problem, employee)
        walks = []
        for span, positions in self.periods(problem, weekends):
            own = [weekends[w] for w in positions if weekends[w].whole]
            most = len(own) - self.minimum - sum(weekend.worked_on(past) for weekend in own)
            if self.is_uncut(span):
                walks.append(self.counting(problem, employee, kinds, own, 0, most))
        return tuple(walks)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count each employee's weekends off in each period."""
        weekends = self.weekends(problem)
        excess = []
        for name, dates in self.dates_worked(problem, schedule).items():
            for span, own in self.periods(problem, weekends):
                off = sum(weekends[w].whole and not weekends[w].worked_on(dates) for w in own)
                if self.is_uncut(span):
                    words = f"{name} has {off} weekends off{self.on_shifts} in {span}, {self.minimum} at least"
                    excess.append((self.minimum - off, words, {"employee_id": name}))
        return self.over_limit(excess)


class CompleteWeekends(_WeekendRule):
    """An employee works all days of a weekend or none; history counts.

    Weekends that the horizon, or the day from which history is known, cuts are not judged. A soft rule charges once
    for each weekend worked in part.

    Source: complete weekends of the Second International Nurse Rostering Competition (Ceschia et al. 2019).
    """

    name: ClassVar[str] = "weekend.complete"

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse a weekend that has no parts."""
        yield from super().faults(problem)
        if len(self.weekend) == 1:
            yield "a weekend of one day is never worked in part; give two days or more"

    def add_to(self, model: ModelContext) -> None:
        """Let no day of a weekend be worked without the next, nor the last without the first."""
        problem, length = model.problem, len(self.weekend)
        cells = self.grid(model).cells[list(self.scope.employees_of(problem))]
        for weekend in self.weekends(problem):
            if weekend.whole and self.is_judged(weekend, problem):
                own = cells[:, [(day - problem.known_from).days for day in weekend.known]]
                after = np.roll(own, -1, axis=1)
                row = np.arange(own.size).reshape(own.shape)
                columns = np.stack([own, after])
                model.limit(
                    self,
                    np.stack([row, row])[columns >= 0],
                    columns[columns >= 0],
                    np.stack([np.ones_like(row), -np.ones_like(row)])[columns >= 0],
                    ((after == WORKED).astype(np.int64) - (own == WORKED)).ravel(),
                    np.repeat(np.arange(len(own)), length),
                )

    def line_parts(self, problem: Problem, employee: int, kinds: DutyKinds) -> tuple[Walk, ...]:
        """Walk through what the weekend has been so far: nothing yet, worked, off or both, priced already or not."""
        judged = [w for w in self.weekends(problem) if w.whole and self.is_judged(w, problem)]
        worked = self.steps_counted(problem, kinds)
        fresh = np.where(worked, 1, 2)
        follow = np.zeros((3, 5, len(worked)), np.int64)
        follow[1] = fresh
        both = np.full(len(worked), 3)
        follow[2] = [fresh, np.where(worked, 1, both), np.where(worked, both, 2), both, both]
        mixed = np.zeros_like(follow)
        mixed[2, [1, 2, 4]] = follow[2, [1, 2, 4]] == 3
        past = self.worked_before(problem, employee)
        cut = next((w for w in judged if w.first < problem.horizon.start), None)
        start = 0
        if cut is not None:
            before = {day in past for day in cut.known if day < problem.horizon.start}
            start = 4 if len(before) == 2 else 1 if True in before else 2
        return (Walk(self.classes(problem, judged), follow, forbidden_or(self.unit_price, mixed), start),)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find weekends worked in part."""
        excess = []
        for name, dates in self.dates_worked(problem, schedule).items():
            for weekend in self.weekends(problem):
                days = len(dates.intersection(weekend.known))
                if weekend.whole and self.is_judged(weekend, problem) and 0 < days < len(weekend.known):
                    words = f"{name} works {days} of the {len(weekend.known)} days of the weekend of {weekend.first}"
                    excess.append((1, f"{words}{self.on_shifts}", {"employee_id": name}))
        return self.over_limit(excess)


class ConsecutiveWeekends(_WeekendRule):
    """An employee works at most so many weekends in a row; history counts.

    Each weekend of the horizon beyond the maximum counts, unless history already made it so.

    Attributes
    ----------
    maximum
        Most weekends in a row.
    """

    name: ClassVar[str] = "weekend.consecutive"

    maximum: Annotated[int, Field(ge=1, le=104)]

    def add_to(self, model: ModelContext) -> None:
        """Limit each run of weekends one too long."""
        weekends = self.weekends(model.problem)
        cells = self.cells(model, weekends)
        for w, weekend in enumerate(weekends):
            if w >= self.maximum and self.is_judged(weekend, model.problem):
                run = cells[:, w - self.maximum : w + 1]
                run = run[(run[:, -1] >= 0) & (run != NEVER).all(axis=1)]
                self.limit(model, run, 1, self.maximum - (run == WORKED).sum(axis=1))

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Walk through each employee's weekends and measure every run."""
        excess = []
        for name, dates in self.dates_worked(problem, schedule).items():
            past = {date for date in dates if date not in problem.horizon}
            run = 0
            for weekend in self.weekends(problem):
                run = run + 1 if weekend.worked_on(dates) else 0
                if run > self.maximum and self.is_judged(weekend, problem) and not weekend.worked_on(past):
                    words = f"{name} works {run} weekends{self.on_shifts} in a row until that of {weekend.first}"
                    excess.append((1, f"{words}, {self.maximum} at most", {"employee_id": name}))
        return self.over_limit(excess)

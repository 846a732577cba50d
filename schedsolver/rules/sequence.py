"""Runs of days: how many in a row are worked, off, or on some shifts, and which shift may follow which."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import Identifier
from schedsolver.domain.line import DutyKinds, Walk, forbidden_or
from schedsolver.domain.rule import Judgement, ModelContext, Rule, unknown_names
from schedsolver.domain.scope import BY_DATE, BY_PEOPLE
from schedsolver.rules.days import DutiesRule

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule

Days = Annotated[int, Field(ge=1, le=366)]
_DAY = dt.timedelta(days=1)


class _Runs(DutiesRule):
    """Base of rules on runs of days that are alike.

    Attributes
    ----------
    minimum
        Fewest days in a row. A run is judged on the first day after it; one that reaches back to before the
        history is known, or touches the horizon's end, is not. A soft rule charges for each day missing.
    maximum
        Most days in a row. Each day of the horizon beyond it counts.
    """

    may_be_soft: ClassVar[bool] = True
    of_work: ClassVar[bool] = True

    minimum: Days | None = None
    maximum: Days | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise ValueError(f"{self.name} has neither minimum nor maximum, so it would do nothing; give one")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"{self.name}: minimum {self.minimum} is above maximum {self.maximum}")
        return self

    def add_to(self, model: ModelContext) -> None:
        """Limit each run of days one too long, and each short run between two days unlike it."""
        grid = self.grid(model)
        meant = self.scope.days_of(model.problem)
        judged = grid.known + np.flatnonzero(meant)
        sign = 1 if self.of_work else -1
        if self.maximum is not None:
            length = self.maximum + 1
            starts = judged - self.maximum
            grid.limit(
                starts[starts >= 0], np.arange(length), np.full(length, sign), self._at_most(self.maximum, length)
            )
        for length in range(1, self.minimum or 1):
            starts = judged - length - 1
            signs = np.full(length + 2, sign)
            signs[[0, -1]] = -sign
            upper = length - 1 if self.of_work else 1
            missing = (self.minimum or 1) - length
            grid.limit(starts[starts >= 0], np.arange(length + 2), signs, upper, units=missing)

    def _at_most(self, count: int, of: int) -> int:
        """Say with signed days that at most ``count`` of ``of`` are alike: days off count as 1 minus days worked."""
        return count if self.of_work else count - of

    def line_parts(self, problem: Problem, employee: int, kinds: DutyKinds) -> tuple[Walk, ...]:
        """Walk through the length of the run: none, 1 and so on, and the same again for one that began unknown."""
        least, most = self.minimum or 1, self.maximum
        longest = max(least, most or 0)
        alike = self.steps_counted(problem, kinds) == self.of_work
        length = np.concatenate([np.arange(longest + 1), np.arange(least)])
        grown = np.minimum(length + 1, longest)
        unknown = np.arange(len(length)) > longest
        grown[unknown & (grown < least)] += longest + 1
        follow = np.where(alike, grown[:, None], 0)
        beyond = length >= most if most is not None else np.zeros(len(length), bool)
        short = np.where((length > 0) & (length < least) & ~unknown, least - length, 0)
        cents = forbidden_or(self.unit_price, np.where(alike, beyond[:, None], short[:, None]))
        start = longest + 1
        for worked in self._past(problem, employee):
            start = int(grown[start]) if worked == self.of_work else 0
        day_class = self.scope.days_of(problem).astype(np.int64)
        return (Walk(day_class, np.stack([follow, follow]), np.stack([np.zeros_like(cents), cents]), start),)

    def _past(self, problem: Problem, employee: int) -> Iterator[bool]:
        """Tell of each day known before the horizon whether it was worked."""
        worked = {duty.date for duty in problem.history_of(employee) if self.counts(duty)}
        for back in range((problem.horizon.start - problem.known_from).days, 0, -1):
            yield problem.horizon.start - back * _DAY in worked

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Walk through each employee's days and measure every run."""
        kind = "on " + ", ".join(self.shift_types) if self.shift_types else "worked" if self.of_work else "off"
        excess = []
        for name, dates in self.dates_worked(problem, schedule).items():
            for date, length, ended in self._runs(problem, dates):
                if not self.scope.has_date(date, problem):
                    continue
                words = f"{name} has {length} days {kind} in a row until {date - _DAY if ended else date}"
                if ended and self.minimum is not None:
                    excess.append((self.minimum - length, f"{words}, {self.minimum} at least", {"employee_id": name}))
                if not ended and self.maximum is not None:
                    beyond = int(length > self.maximum)
                    excess.append((beyond, f"{words}, {self.maximum} at most", {"employee_id": name}))
        return self.over_limit(excess)

    def _runs(self, problem: Problem, dates: set[dt.date]) -> Iterator[tuple[dt.date, int, bool]]:
        """Give, for days of the horizon, the length of the run so far, and of the run that ended the day before.

        The latter only when the run's beginning is known.
        """
        length, begun = 0, False
        date = problem.known_from
        while date < problem.horizon.end:
            alike = (date in dates) == self.of_work
            if alike:
                length += 1
                if date >= problem.horizon.start:
                    yield date, length, False
            else:
                if length and begun and date >= problem.horizon.start:
                    yield date, length, True
                length, begun = 0, True
            date += _DAY


class WorkDays(_Runs):
    """An employee works at least, and at most, so many days in a row; history counts.

    A minimum of 2 means no isolated working day.
    """

    name: ClassVar[str] = "sequence.work_days"


class DaysOff(_Runs):
    """An employee is off at least, and at most, so many days in a row; history counts.

    A minimum of 2 means no isolated day off.
    """

    name: ClassVar[str] = "sequence.days_off"
    of_work: ClassVar[bool] = False


class SameShifts(_Runs):
    """An employee works at least, and at most, so many days in a row on some shift types; history counts."""

    name: ClassVar[str] = "sequence.shifts"

    @model_validator(mode="after")
    def _of_some_shifts(self) -> Self:
        if not self.shift_types:
            raise ValueError(f"{self.name} needs shift_types; for any shift use sequence.work_days")
        return self


class Successions(Rule):
    """Some shift types do not follow each other from one day worked to the next; history counts.

    The later day is the one in the horizon and in the scope. A soft rule charges once for each two days.

    Source: forbidden successions of the Second International Nurse Rostering Competition (Ceschia et al. 2019, Annals
    of Operations Research 274), and shifts that cannot follow in the instances of Curtois and Qu (2014).

    Attributes
    ----------
    forbidden
        Pairs of an earlier and a later shift type, such as a night and an early shift.
    days_between
        Most days off between the two; with 0 only the very next day is looked at.
    """

    name: ClassVar[str] = "sequence.successions"
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | BY_DATE

    forbidden: Annotated[tuple[tuple[Identifier, Identifier], ...], Field(min_length=1)]
    days_between: Annotated[int, Field(ge=0, le=31)] = 0

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse shift types that are not there."""
        yield from super().faults(problem)
        names = dict.fromkeys(itertools.chain.from_iterable(self.forbidden))
        yield from unknown_names("shift type", names, problem.shift_type_index)

    def add_to(self, model: ModelContext) -> None:
        """Let only one side of each family of pairs be worked, unless a day between is.

        A pair may be in the rows of several families, so rows of the same two days pay together.
        """
        problem, options = model.problem, model.options
        families, gaps = self._families(problem), range(self.days_between + 1)
        shape = len(families), len(gaps), len(problem.staff), problem.horizon.days
        meant = np.isin(options.employee, self.scope.employees_of(problem))
        on_day = self.scope.days_of(problem)[options.day]
        worked = _by_day(model, np.ones(len(options), bool)) if self.days_between else np.zeros((3, 0), np.int64)
        parts: list[list[IntArray]] = [[], [], []]
        for family, (firsts, followers) in enumerate(families):
            first = _given(model, meant & np.isin(options.shift_type, firsts))
            follower = _given(model, meant & on_day & np.isin(options.shift_type, followers))
            for gap in gaps:
                parts[0].append(_terms((family, gap), first, gap + 1, shape))
                parts[1].append(_terms((family, gap), follower, 0, shape))
                parts[2] += [_terms((family, gap), worked, back, shape) for back in range(gap + 1) if back]
        early, late, between = (np.concatenate([np.zeros((2, 0), np.int64), *part], axis=1) for part in parts)
        before = self._begun_in_history(problem, families, shape).ravel()
        begun, followed = before.copy(), np.zeros(before.shape, bool)
        begun[early[0]] = followed[late[0]] = True
        rows = begun & followed
        place, column = np.concatenate([early, late, between], axis=1)
        sign = np.repeat([1, -1], [early.shape[1] + late.shape[1], between.shape[1]])
        kept = rows[place]
        number = np.cumsum(rows) - 1
        same_days = np.flatnonzero(rows) % np.prod(shape[1:])
        model.limit(self, number[place[kept]], column[kept], sign[kept], 1 - before[rows], same_days)

    def _families(self, problem: Problem) -> list[tuple[list[int], list[int]]]:
        """Give sets of shift types none of which may be followed by one of others; together they hold all pairs.

        For each set of followers of some type, all types that have at least these: no wider rows say the same.
        """
        index = problem.shift_type_index
        followers: dict[int, set[int]] = defaultdict(set)
        for first, follower in self.forbidden:
            followers[index[first]].add(index[follower])
        return [
            ([first for first, own in followers.items() if own >= shared], sorted(shared))
            for shared in dict.fromkeys(frozenset(own) for own in followers.values())
        ]

    def _begun_in_history(
        self, problem: Problem, families: list[tuple[list[int], list[int]]], shape: tuple[int, int, int, int]
    ) -> BoolArray:
        """Tell on which days the last duties of history would be those of a family, with its gap since then."""
        begun = np.zeros(shape, bool)
        for employee in range(len(problem.staff)):
            known = [duty for duty in problem.history_of(employee) if duty.date >= problem.known_from]
            last = max((duty.date for duty in known), default=dt.date.min)
            shifts = {problem.shift_type_index.get(duty.shift_type_id) for duty in known if duty.date == last}
            for family, (firsts, _) in enumerate(families):
                for gap in range(self.days_between + 1) if shifts.intersection(firsts) else ():
                    day = problem.horizon.day_index(last) + gap + 1
                    if 0 <= day < problem.horizon.days:
                        begun[family, gap, employee, day] = True
        return begun

    def line_parts(self, problem: Problem, employee: int, kinds: DutyKinds) -> tuple[Walk, ...]:
        """Walk through the last shift type worked and the days off since then; state 0 is none near enough."""
        types, gaps = len(problem.shift_types), self.days_between + 1
        index = problem.shift_type_index
        barred = np.zeros((types, types), bool)
        barred[tuple(np.array([[index[a], index[b]] for a, b in self.forbidden]).T)] = True
        state = np.arange(1, 1 + types * gaps)
        follow = np.zeros((1 + len(state), 1 + len(kinds)), np.int64)
        follow[1:, 0] = np.where(state % gaps == 0, 0, state + 1)
        follow[:, 1:] = 1 + kinds.shift_type * gaps
        cents = np.zeros_like(follow)
        cents[1:, 1:] = forbidden_or(self.unit_price, np.repeat(barred, gaps, axis=0)[:, kinds.shift_type])
        known = [duty for duty in problem.history_of(employee) if duty.date >= problem.known_from]
        last = max(known, key=lambda duty: duty.date, default=None)
        start = 0
        if last is not None and last.shift_type_id in index:
            gap = -problem.horizon.day_index(last.date) - 1
            start = 1 + index[last.shift_type_id] * gaps + gap if gap < gaps else 0
        day_class = self.scope.days_of(problem).astype(np.int64)
        return (Walk(day_class, np.stack([follow, follow]), np.stack([np.zeros_like(cents), cents]), start),)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Look at each day worked and the one worked before it."""
        shifts: dict[str, dict[dt.date, set[str]]] = defaultdict(lambda: defaultdict(set))
        for duty in (*problem.history, *schedule.duty_list):
            if duty.date >= problem.known_from:
                shifts[duty.employee_id][duty.date].add(duty.shift_type_id)
        excess, forbidden = [], {pair: place for place, pair in enumerate(self.forbidden)}
        for employee in self.scope.employees_of(problem):
            name = problem.staff[employee].employee_id
            for (day, earlier), (date, later) in itertools.pairwise(sorted(shifts[name].items())):
                found = min(
                    forbidden.keys() & itertools.product(earlier, later), key=forbidden.__getitem__, default=None
                )
                near = (date - day).days - 1 <= self.days_between
                if found is not None and near and date in problem.horizon and self.scope.has_date(date, problem):
                    words = f"{name} has shift {found[1]} on {date} after shift {found[0]} on {day}"
                    excess.append((1, words, {"employee_id": name}))
        return self.over_limit(excess)


def _given(model: ModelContext, chosen: BoolArray) -> IntArray:
    """Give employee, day and column of chosen duties, shape ``(3, n)``; a day's columns never add up to more than 1."""
    options = model.options
    if model.one_a_day:
        own = np.flatnonzero(chosen)
        return np.stack([options.employee[own], options.day[own], model.duty_columns[own]])
    return _by_day(model, chosen)


def _by_day(model: ModelContext, chosen: BoolArray) -> IntArray:
    """Give employee, day and the one column that says whether a chosen duty is given, shape ``(3, n)``."""
    worked = model.days_worked(chosen)
    employee, day = np.nonzero(worked >= 0)
    return np.stack([employee, day, worked[employee, day]])


def _terms(row: tuple[int, int], given: IntArray, later: int, shape: tuple[int, int, int, int]) -> IntArray:
    """Give row and column of terms for a family, a gap and days so much later, shape ``(2, n)``.

    Rows are numbered by family, gap, employee and day, as ``shape`` has them.
    """
    employee, day, column = given if later == 0 else given[:, given[1] + later < shape[3]]
    first = np.ravel_multi_index((*row, 0, 0), shape)
    return np.stack([first + employee * shape[3] + day + later, column])

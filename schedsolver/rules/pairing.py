"""Who works with whom: people who are to be, or not to be, at one outlet at the same time."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.base import Identifier, named_twice
from schedsolver.domain.rule import Judgement, ModelContext, Rule, unknown_names
from schedsolver.domain.scope import BY_DATE
from schedsolver.rules.presence import duties_meant

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule


class WorkTogether(Rule):
    """Each duty of an employee overlaps a duty of their companion at the same outlet.

    Duties before the horizon do not count. A soft rule charges for each duty without the companion.

    Attributes
    ----------
    employee
        Who needs the other, for example a trainee.
    companion
        Who must be there, for example the mentor, who may also work without the employee.
    """

    name: ClassVar[str] = "pair.together"
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_DATE | {"outlets"}

    employee: Identifier
    companion: Identifier

    @model_validator(mode="after")
    def _two_people(self) -> Self:
        if self.employee == self.companion:
            raise ValueError(f"{self.employee} cannot be their own companion; name somebody else")
        return self

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse people who are not there."""
        yield from super().faults(problem)
        yield from unknown_names("employee", (self.employee, self.companion), problem.employee_index)

    def add_to(self, model: ModelContext) -> None:
        """Give a duty only beside one of the companion, or at a price."""
        index = model.problem.employee_index
        need_company(self, model, index[self.employee], [index[self.companion]])

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find the employee's duties without the companion."""
        there = schedule.duties_of.get(self.companion, ())
        return self.over_limit(
            (int(not meets(duty, there)), f"{duty} overlaps no duty of {self.companion} there", _whose(duty))
            for duty in schedule.duties_of.get(self.employee, ())
            if self.scope.has_date(duty.date, problem) and self.scope.has_outlet(duty.outlet_id)
        )


class WorkApart(Rule):
    """No two of some employees have duties that overlap at the same outlet.

    Duties before the horizon do not count. A soft rule charges for each pair and date on which they meet,
    and that date, like the one of a scope, is of the duty of whoever of the two is named first.

    Attributes
    ----------
    employees
        Two people or more who do not work together, for example members of a family.
    """

    name: ClassVar[str] = "pair.apart"
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_DATE | {"outlets"}

    employees: Annotated[tuple[Identifier, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _different_people(self) -> Self:
        if twice := named_twice(self.employees):
            raise ValueError(f"{', '.join(twice)} cannot be kept apart from themselves; name each person once")
        return self

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse people who are not there."""
        yield from super().faults(problem)
        yield from unknown_names("employee", self.employees, problem.employee_index)

    def add_to(self, model: ModelContext) -> None:
        """Forbid, or price, overlapping duties of each pair."""
        people = [model.problem.employee_index[name] for name in self.employees]
        for first, second in itertools.combinations(people, 2):
            keep_apart(self, model, first, second)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find the dates on which two of them meet."""
        return self.over_limit(
            (1, f"{first} and {second} work together at {duty.outlet_id} on {date}", _whose(duty))
            for first, second in itertools.combinations(self.employees, 2)
            for date, duty in dates_met(self, problem, schedule, first, second).items()
        )


# ---------------------------------------------------------------- the checker's side


def meets(duty: Duty, others: Iterable[Duty]) -> bool:
    """Tell whether a duty overlaps one of the others at the same outlet."""
    return any(o.outlet_id == duty.outlet_id and o.start < duty.end and o.end > duty.start for o in others)


def dates_met(rule: Rule, problem: Problem, schedule: Schedule, first: str, second: str) -> dict[dt.date, Duty]:
    """Give the dates in a rule's scope on which a duty of the first meets one of the second, and such a duty."""
    others = schedule.duties_of.get(second, ())
    met: dict[dt.date, Duty] = {}
    for duty in schedule.duties_of.get(first, ()):
        meant = rule.scope.has_date(duty.date, problem) and rule.scope.has_outlet(duty.outlet_id)
        if meant and meets(duty, others):
            met.setdefault(duty.date, duty)
    return met


def _whose(duty: Duty) -> dict[str, object]:
    return {"employee_id": duty.employee_id, "outlet_id": duty.outlet_id, "start": duty.start}


# ---------------------------------------------------------------- the model's side


def keep_apart(rule: Rule, model: ModelContext, first: int, second: int) -> None:
    """Write into the model what :func:`dates_met` finds in a schedule.

    Of all duties of both that cover a moment at an outlet at most one is given: as each of them is in one
    place at a time, this says the same as all pairs together, with fewer and tighter rows. The rows of a
    date pay together, so that it counts once.
    """
    options = model.options
    rows: list[tuple[IntArray, IntArray]] = []
    dates: list[int] = []
    for own, others in _side_by_side(rule, model, first, [second]):
        both = np.concatenate([own, others])
        moments = np.unique(options.start[both])[:, None]
        cover = (options.start[both] <= moments) & (options.end[both] > moments)
        # Where nobody leaves before the next moment, the next has all of them and more.
        cover = cover[np.append((cover[:-1] & ~cover[1:]).any(axis=1), True)]
        cover = cover[cover[:, : len(own)].any(axis=1) & cover[:, len(own) :].any(axis=1)]
        rows += [(both[there], np.ones(there.sum(), np.int64)) for there in cover]
        dates += [int(options.day[own[0]])] * len(cover)
    _limit(rule, model, rows, 1, dates)


def need_company(rule: Rule, model: ModelContext, employee: int, companions: Sequence[int]) -> None:
    """Let each duty of an employee overlap a duty of some companion at its outlet, or charge for it.

    Duties that overlap the same duties of companions, and that have a moment in common so that only
    one of them can be given, share a row.
    """
    options = model.options
    rows: list[tuple[IntArray, IntArray]] = []
    for own, others in _side_by_side(rule, model, employee, companions):
        company = (options.start[others] < options.end[own, None]) & (options.end[others] > options.start[own, None])
        alike = np.column_stack([_exclusive(options.start[own], options.end[own]), company])
        _, one_of, row = np.unique(alike, axis=0, return_index=True, return_inverse=True)
        for r, example in enumerate(one_of):
            takers, helpers = own[row.ravel() == r], others[company[example]]
            rows.append((np.concatenate([takers, helpers]), np.repeat([1, -1], [len(takers), len(helpers)])))
    _limit(rule, model, rows, 0)


def _side_by_side(
    rule: Rule, model: ModelContext, employee: int, others: Sequence[int]
) -> Iterator[tuple[IntArray, IntArray]]:
    """Give an employee's options of each date and outlet in a rule's scope, and what others could have there then."""
    problem, options = model.problem, model.options
    own = np.arange(len(options))[options.of_employee(employee)]
    own = own[duties_meant(rule.scope, problem)[options.outlet[own], options.day[own]]]
    theirs = np.flatnonzero(np.isin(options.employee, others))
    for outlet in np.unique(options.outlet[own]):
        here, there = own[options.outlet[own] == outlet], theirs[options.outlet[theirs] == outlet]
        for day in np.unique(options.day[here]):
            today = here[options.day[here] == day]
            near = options.start[there] < options.end[today].max()
            near &= options.end[there] > options.start[today].min()
            yield today, there[near]


def _exclusive(start: IntArray, end: IntArray) -> IntArray:
    """Number intervals so that those of one number have a moment in common; shape ``(n,)``."""
    number = np.full(len(start), -1, np.int64)
    while (left := number < 0).any():
        number[left & (start < end[left].min())] = number.max() + 1
    return number


def _limit(
    rule: Rule, model: ModelContext, rows: list[tuple[IntArray, IntArray]], upper: int, excess: list[int] | None = None
) -> None:
    """Limit sums of options, each row given as options and coefficients."""
    if rows:
        members, coefficients = zip(*rows, strict=True)
        row = np.repeat(np.arange(len(rows)), [len(options) for options in members])
        column = model.duty_columns[np.concatenate(members)]
        model.limit(rule, row, column, np.concatenate(coefficients), np.full(len(rows), upper), excess)

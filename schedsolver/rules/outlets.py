"""Who works at which outlets: how many different ones, and loans away from the home outlet."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import Identifier
from schedsolver.domain.rule import Judgement, ModelContext, Rule, unknown_names
from schedsolver.domain.scope import BY_DATE, BY_PEOPLE
from schedsolver.domain.work import Cents
from schedsolver.rules.periods import PeriodRule, Span

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule


class DifferentOutlets(PeriodRule):
    """An employee works at no more than so many different outlets in a period; history counts.

    Attributes
    ----------
    maximum
        Outlets; a soft rule charges for each outlet more, for each employee and period.
    """

    name: ClassVar[str] = "site.outlets"
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | BY_DATE

    maximum: Annotated[int, Field(ge=1)]

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse a maximum that nobody could exceed."""
        yield from super().faults(problem)
        there = {o.outlet_id for o in problem.outlets} | {d.outlet_id for d in problem.history}
        if self.maximum >= len(there):
            yield f"nobody can exceed the maximum of {self.maximum}; there are {len(there)} outlets in all"

    def add_to(self, model: ModelContext) -> None:
        """Limit the outlets at which each employee has a duty in each period."""
        problem, options = model.problem, model.options
        people = np.array(self.scope.employees_of(problem), np.int64)
        counted = np.isin(options.employee, people) & self.scope.days_of(problem)[options.day]
        outlets = len(problem.outlets)
        worked = np.stack([model.days_worked(counted & (options.outlet == o))[people] for o in range(outlets)], axis=1)
        for span in self.spans(problem):
            inside = np.array([date in span for date in problem.horizon.dates])
            seen, left = self._seen(problem, people, span)
            cells = np.where(seen[:, :, None], -1, worked[:, :, inside])
            # Columns only for those who could be at too many outlets.
            binding = (cells >= 0).any(axis=2).sum(axis=1) > left
            cells, left = cells[binding], left[binding]
            person, outlet, day = np.nonzero(cells >= 0)
            column = model.any_of(person * outlets + outlet, cells[person, outlet, day], len(cells) * outlets)
            there = np.flatnonzero(column >= 0)
            model.limit(self, there // outlets, column[there], np.ones(len(there), np.int64), left)

    def _seen(self, problem: Problem, people: IntArray, span: Span) -> tuple[BoolArray, IntArray]:
        """Tell by history where people have been in a period, shape ``(people, outlets)``, and how many are left."""
        seen = np.zeros((len(people), len(problem.outlets)), bool)
        left = np.zeros(len(people), np.int64)
        for p, employee in enumerate(people.tolist()):
            known = (duty for duty in problem.history_of(employee) if _remembered(self, problem, duty))
            been = {duty.outlet_id for duty in known if duty.date in span}
            seen[p, [o for name, o in problem.outlet_index.items() if name in been]] = True
            left[p] = max(0, self.maximum - len(been))
        return seen, left

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count the outlets of each employee and period."""
        excess = []
        for i in self.scope.employees_of(problem):
            name = problem.staff[i].employee_id
            past = [duty for duty in problem.history_of(i) if duty.date >= problem.known_from]
            for span in self.spans(problem):
                before, now = (
                    {d.outlet_id for d in duties if d.date in span and self.scope.has_date(d.date, problem)}
                    for duties in (past, schedule.duties_of.get(name, ()))
                )
                count = len(before | now)
                words = f"{name} works at {count} outlets in {span}, {self.maximum} allowed"
                excess.append((count - max(self.maximum, len(before)), words, {"employee_id": name}))
        return self.over_limit(excess)


class _LoanRule(Rule):
    """Base of rules on loans: a loan is a duty at another outlet than the employee's home outlet.

    People without a home outlet are never lent.

    Attributes
    ----------
    from_outlets
        Only loans of people whose home is one of these; empty for all.
    to_outlets
        Only loans to these; empty for all.
    """

    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | BY_DATE

    from_outlets: tuple[Identifier, ...] = ()
    to_outlets: tuple[Identifier, ...] = ()

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse outlets that are not there, and rules that no loan could ever concern."""
        yield from super().faults(problem)
        unknown = list(unknown_names("outlet", (*self.from_outlets, *self.to_outlets), problem.outlet_index))
        yield from unknown
        homes = {problem.staff[i].home_outlet_id for i in self.scope.employees_of(problem)}
        if not unknown and not any(self._is_loan(home, o.outlet_id) for home in homes for o in problem.outlets):
            yield "it concerns no loan: nobody it is about has a home outlet that they could be lent from"

    def lenders(self, problem: Problem) -> IntArray:
        """Give the outlet that lends each employee, -1 for people who are never lent; shape ``(staff,)``."""
        lender = np.full(len(problem.staff), -1, np.int64)
        for employee in self.scope.employees_of(problem):
            home = problem.staff[employee].home_outlet_id
            if home is not None and (not self.from_outlets or home in self.from_outlets):
                lender[employee] = problem.outlet_index[home]
        return lender

    def loan_options(self, model: ModelContext) -> IntArray:
        """Give the positions of the options that are loans."""
        problem, options = model.problem, model.options
        lender = self.lenders(problem)[options.employee]
        taking = np.array([not self.to_outlets or o.outlet_id in self.to_outlets for o in problem.outlets])
        loan = (lender >= 0) & (lender != options.outlet) & taking[options.outlet]
        return np.flatnonzero(loan & self.scope.days_of(problem)[options.day])

    def loans_among(self, problem: Problem, duties: Iterable[Duty]) -> Iterator[tuple[Duty, str]]:
        """Give the duties that are loans, each with the outlet that lends."""
        staff = (problem.staff[i] for i in self.scope.employees_of(problem))
        home_of = {e.employee_id: e.home_outlet_id for e in staff}
        for duty in duties:
            home = home_of.get(duty.employee_id)
            if home is not None and self._is_loan(home, duty.outlet_id) and self.scope.has_date(duty.date, problem):
                yield duty, home

    def _is_loan(self, home: str | None, outlet: str) -> bool:
        return (
            home not in (None, outlet)
            and (not self.from_outlets or home in self.from_outlets)
            and (not self.to_outlets or outlet in self.to_outlets)
        )


class LoansPerPeriod(_LoanRule, PeriodRule):
    """No more than so many loans in a period; history counts.

    A loan is a duty at another outlet than the employee's home outlet; people without one are never lent.

    Attributes
    ----------
    maximum
        Loans; a soft rule charges for each loan more.
    each
        Whose loans are counted together: those of each employee, of each lending outlet (``lender``) or of
        each borrowing outlet (``borrower``).
    """

    name: ClassVar[str] = "site.loans"
    may_be_soft: ClassVar[bool] = True

    maximum: Annotated[int, Field(ge=0)]
    each: Literal["employee", "lender", "borrower"] = "employee"

    def add_to(self, model: ModelContext) -> None:
        """Limit the loans of each period."""
        problem, options = model.problem, model.options
        loan = self.loan_options(model)
        lender = self.lenders(problem)[options.employee]
        counter = {"employee": options.employee, "lender": lender, "borrower": options.outlet}[self.each][loan]
        past = list(self._past_loans(problem))
        for span in self.spans(problem):
            inside = np.array([date in span for date in problem.horizon.dates])[options.day[loan]]
            counters, row = np.unique(counter[inside], return_inverse=True)
            before = Counter(number for date, number in past if date in span)
            left = [max(0, self.maximum - before[number]) for number in counters.tolist()]
            model.limit(self, row, model.duty_columns[loan[inside]], np.ones(len(row), np.int64), left)

    def _past_loans(self, problem: Problem) -> Iterator[tuple[dt.date, int]]:
        """Give date and counter of each loan in history; -1 counts for an outlet that is no longer there."""
        for employee, lender in enumerate(self.lenders(problem).tolist()):
            for duty in problem.history_of(employee) if lender >= 0 else ():
                borrower = problem.outlet_index.get(duty.outlet_id, -1)
                taken = not self.to_outlets or duty.outlet_id in self.to_outlets
                if borrower != lender and taken and _remembered(self, problem, duty):
                    yield duty.date, {"employee": employee, "lender": lender, "borrower": borrower}[self.each]

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count the loans of each period."""
        past = [duty for duty in problem.history if duty.date >= problem.known_from]
        excess = []
        for span in self.spans(problem):
            before, now = (
                Counter(
                    self._counts_for(duty, home)
                    for duty, home in self.loans_among(problem, duties)
                    if duty.date in span
                )
                for duties in (past, schedule.duty_list)
            )
            for name in sorted(now):
                count = before[name] + now[name]
                words = f"{name} {_DOES[self.each]} {count} times in {span}, {self.maximum} allowed"
                place = {"employee_id" if self.each == "employee" else "outlet_id": name}
                excess.append((count - max(self.maximum, before[name]), words, place))
        return self.over_limit(excess)

    def _counts_for(self, duty: Duty, home: str) -> str:
        return {"employee": duty.employee_id, "lender": home, "borrower": duty.outlet_id}[self.each]


_DOES = {"employee": "is lent", "lender": "lends", "borrower": "borrows"}


class LoanCost(_LoanRule):
    """Each loan costs a price.

    A loan is a duty at another outlet than the employee's home outlet; people without one are never lent.

    Attributes
    ----------
    cents
        Price of a loan.
    """

    name: ClassVar[str] = "cost.loan"

    cents: Cents

    def add_to(self, model: ModelContext) -> None:
        """Charge each duty that is a loan."""
        loan = self.loan_options(model)
        model.penalise(self, model.duty_columns[loan], np.full(len(loan), self.cents))

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find the loans."""
        return Judgement(
            penalties=tuple(
                self.penalty(self.cents, f"{duty}: lent by {home}", duty)
                for duty, home in self.loans_among(problem, schedule.duty_list)
            )
        )


def _remembered(rule: Rule, problem: Problem, duty: Duty) -> bool:
    """Tell whether a duty of history counts."""
    return duty.date >= problem.known_from and rule.scope.has_date(duty.date, problem)

"""What work costs: wages and travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.rule import BY_PEOPLE, Judgement, ModelContext, Rule

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class PaidTime(Rule):
    """Each duty costs its paid time at the wage of the contract, rounded half up to a cent."""

    name: ClassVar[str] = "cost.paid_time"
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE

    def add_to(self, model: ModelContext) -> None:
        """Charge the wage of each duty."""
        problem, options = model.problem, model.options
        wage = np.array([problem.contract_of[e.employee_id].wage_cents_per_hour for e in problem.staff], np.int64)
        of = np.flatnonzero(np.isin(options.employee, self.scope.employees_of(problem)))
        cents = (2 * wage[options.employee[of]] * options.paid_minutes[of] + 60) // 120
        model.penalise(self, model.duty_columns[of], cents)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Price the paid time of each duty."""
        meant = {problem.staff[i].employee_id for i in self.scope.employees_of(problem)}
        penalties = []
        for duty in schedule.duty_list:
            if duty.employee_id in meant:
                wage = problem.contract_of[duty.employee_id].wage_cents_per_hour
                paid = problem.paid_minutes(duty)
                cents, rest = divmod(wage * paid, 60)
                penalties.append(self.penalty(cents + (rest >= 30), f"{duty}: {paid} paid minutes", duty))
        return Judgement(penalties=tuple(penalties))


class Travel(Rule):
    """A duty away from the home outlet costs the way there and back.

    Attributes
    ----------
    cents_per_minute
        Price of a minute on the way.
    """

    name: ClassVar[str] = "cost.travel"
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE

    cents_per_minute: Annotated[int, Field(ge=0, le=10**6)]

    def applies_to(self, problem: Problem) -> bool:
        """Hold where travel times are given."""
        return bool(problem.travel.outlets)

    def add_to(self, model: ModelContext) -> None:
        """Charge the round trip of each duty."""
        problem, options = model.problem, model.options
        minutes = np.zeros((len(problem.staff), len(problem.outlets)), np.int64)
        for e in self.scope.employees_of(problem):
            home = problem.staff[e].home_outlet_id
            if home is not None:
                for o, outlet in enumerate(problem.outlets):
                    there, back = (home, outlet.outlet_id), (outlet.outlet_id, home)
                    minutes[e, o] = problem.travel.between(*there) + problem.travel.between(*back)
        cents = self.cents_per_minute * minutes[options.employee, options.outlet]
        of = np.flatnonzero(cents)
        model.penalise(self, model.duty_columns[of], cents[of])

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Price the round trip of each duty away from home."""
        home = {problem.staff[i].employee_id: problem.staff[i].home_outlet_id for i in self.scope.employees_of(problem)}
        penalties = []
        for duty in schedule.duty_list:
            base = home.get(duty.employee_id)
            if base is not None and base != duty.outlet_id:
                way = problem.travel.between(base, duty.outlet_id) + problem.travel.between(duty.outlet_id, base)
                penalties.append(self.penalty(self.cents_per_minute * way, f"{duty}: {way} minutes of travel", duty))
        return Judgement(penalties=tuple(penalties))

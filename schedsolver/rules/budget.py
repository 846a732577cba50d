"""Budgets: what other rules may charge together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.base import Identifier
from schedsolver.domain.rule import Judgement, ModelContext, Rule, is_of, unknown_rules

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class Budget(Rule):
    """What some rules charge together stays within a budget, whether it counts for the objective or not.

    Attributes
    ----------
    rules
        Names of rules, or of families such as ``"cover"`` or ``"cost"``, each for all rules of the family.
    cents
        Most they may charge together.
    """

    name: ClassVar[str] = "budget.rules"
    looks_at_charges: ClassVar[bool] = True

    rules: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    cents: Annotated[int, Field(ge=0, le=10**15)]

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse names that are no rule."""
        yield from unknown_rules(self.rules)

    def add_to(self, model: ModelContext) -> None:
        """Limit the sum of the charges."""
        columns, cents = model.charges_of(self.rules)
        if len(columns):
            model.require(np.zeros(len(columns)), columns, cents, None, [self.cents])

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Add up what the rules charge."""
        from schedsolver.rules.catalogue import active_rules

        named = (rule for rule in active_rules(problem) if is_of(rule.name, self.rules))
        charged = sum(rule.judge(problem, schedule).cents for rule in named)
        if charged <= self.cents:
            return Judgement()
        return Judgement((self.violation(f"{', '.join(self.rules)} charge {charged} cents, {self.cents} allowed"),))

"""From a problem to its CP-SAT model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.rule import is_of
from schedsolver.model.context import RosterModel
from schedsolver.model.flows import Flows, add_flows
from schedsolver.model.leave import add_leaves
from schedsolver.model.moves import add_moves
from schedsolver.model.options import duty_options
from schedsolver.rules.catalogue import CORE, active_rules
from schedsolver.rules.duty import two_a_day

if TYPE_CHECKING:
    from schedsolver.domain.options import DutyOptions
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.rule import Rule
    from schedsolver.model.relaxation import Relaxation


@dataclass(frozen=True)
class FillingColumns:
    """Columns that say how duties are filled; shape ``(n,)`` each.

    Attributes
    ----------
    column
        The column.
    outlet, day
        Where and on which day the duties are.
    """

    column: IntArray
    outlet: IntArray
    day: IntArray


@dataclass(frozen=True)
class BuiltModel:
    """A model ready to solve.

    Attributes
    ----------
    roster
        Columns, rows and costs.
    flows
        What names are attached to; ``None`` for problems without activities.
    """

    roster: RosterModel
    flows: Flows | None

    @cached_property
    def filling(self) -> FillingColumns:
        """The columns of presence, breaks and activities; none without activities."""
        if self.flows is None:
            return FillingColumns(*[np.zeros(0, np.int64)] * 3)
        crew, heads, chains, breaks = self.roster.crew, self.roster.heads, self.flows.chains, self.flows.breaks
        return FillingColumns(
            np.concatenate([crew.column, heads.column, breaks.column]),
            np.concatenate([crew.outlet, heads.outlet, chains.outlet[breaks.chain]]),
            np.concatenate([crew.day, heads.day, chains.day[breaks.chain]]),
        )

    @cached_property
    def relaxation(self) -> Relaxation:
        """The linear relaxation: all rows but those of squares."""
        return self.roster.relaxation()

    @cached_property
    def decisions(self) -> BoolArray:
        """Which columns say who works, rests or does what, shape ``(columns,)``; all others follow from those."""
        decisions = np.zeros(self.roster.columns, bool)
        decisions[self.roster.duty_columns] = True
        decisions[self.filling.column] = True
        return decisions

    def kept(self, values: IntArray, since: IntArray) -> IntArray | None:
        """Give a solution with what follows from its decisions, or ``None`` if it does not keep all rows.

        Parameters
        ----------
        values
            Of all columns, shape ``(columns,)``.
        since
            The solution that it was made of, which keeps all rows: only what has changed is looked at.
        """
        settled = self.roster.settled(values, since)
        return settled if self.relaxation.holds(settled, since) else None


def build_model(
    problem: Problem, rules: Sequence[Rule] | None = None, options: DutyOptions | None = None
) -> BuiltModel:
    """Write a problem as a CP-SAT model: duty options, flows, then each rule in turn.

    Parameters
    ----------
    problem
        What to model.
    rules
        Rules to keep; all that have something to say of the problem when ``None``.
    options
        Duties to choose from, none that the rules strike out; all of them when ``None``.
    """
    if rules is None:
        rules = active_rules(problem)
    several = two_a_day(problem)
    if options is None:
        options = duty_options(problem, rules)
    roster = RosterModel(problem, options, rules, one_a_day=not several)
    if several:
        roster.core = False
        add_moves(roster)
        roster.core = True
    add_leaves(roster)
    flows = add_flows(roster) if problem.activities else None
    for rule in sorted(rules, key=lambda rule: rule.looks_at_charges):
        roster.core = is_of(rule.name, CORE)
        rule.add_to(roster)
    roster.set_objective()
    return BuiltModel(roster, flows)

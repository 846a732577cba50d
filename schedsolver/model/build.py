"""From a problem to its CP-SAT model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schedsolver.model.context import RosterModel
from schedsolver.model.flows import Flows, add_flows
from schedsolver.model.leave import add_leaves
from schedsolver.model.moves import add_moves
from schedsolver.model.options import duty_options
from schedsolver.rules.catalogue import active_rules
from schedsolver.rules.duty import two_a_day

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem


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


def build_model(problem: Problem) -> BuiltModel:
    """Write a problem as a CP-SAT model: duty options, flows, then each rule in turn."""
    rules = active_rules(problem)
    several = two_a_day(problem)
    roster = RosterModel(problem, duty_options(problem, rules), one_a_day=not several)
    if several:
        add_moves(roster)
    add_leaves(roster)
    flows = add_flows(roster) if problem.activities else None
    for rule in rules:
        rule.add_to(roster)
    roster.set_objective()
    return BuiltModel(roster, flows)

"""The library's compact model, for peers that solve it with another engine."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import IntArray
from schedsolver.errors import SchedSolverError
from schedsolver.model.build import BuiltModel, build_model
from schedsolver.model.names import schedule_of
from schedsolver.model.read_off import relaxation_of
from schedsolver.solve.cpsat import CpLimits, solve_cp

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule
    from schedsolver.model.context import RosterModel
    from schedsolver.model.relaxation import Relaxation


class Compact:
    """The compact model of a problem, what its solutions cost and which rosters they are."""

    def __init__(self, problem: Problem) -> None:
        self.model: BuiltModel = build_model(problem)
        self.roster: RosterModel = self.model.roster

    def integer_programme(self) -> Relaxation:
        """Give the model as rows of an integer programme; nothing of it may be left out.

        Raises
        ------
        SchedSolverError
            If a rule wrote something that is no linear row.
        """
        relaxation = relaxation_of(self.roster.cp)
        if not relaxation.exact:
            raise SchedSolverError(
                "a rule of this problem writes constraints that are no linear rows, which this peer cannot read; "
                "use one that runs CP-SAT"
            )
        return relaxation

    def cost(self, values: IntArray) -> int:
        """Price a solution, every gap and excess as small as its decisions allow."""
        return price(self.roster, values)

    def schedule(self, values: IntArray) -> Schedule:
        """Give the roster that a solution stands for."""
        return schedule_of(self.model, self.roster.settled(values))

    def completed(self, given: IntArray) -> IntArray | None:
        """Give the cheapest solution with exactly the given duty options; ``None`` when there is none.

        Parameters
        ----------
        given
            Positions among the options, shape ``(n,)``.
        """
        return with_duties(self.roster, given)

    def most_kept(self, given: IntArray) -> IntArray | None:
        """Give as many of the given duty options as the hard rules allow; ``None`` when there is no roster of them.

        Parameters
        ----------
        given
            Positions among the options, shape ``(n,)``.
        """
        duties = self.roster.duty_columns
        others = np.delete(duties, given)
        model = self.roster.cp.clone()
        model.clear_objective()
        model.proto.objective.vars.extend(duties[given].tolist())
        model.proto.objective.coeffs.extend([-1] * len(given))
        nothing = np.zeros(self.roster.columns, np.int64)
        values = solve_cp(model, CpLimits(), fixed=others, fix_to=nothing, stop=threading.Event()).values
        return None if values is None else given[values[duties[given]] > 0]


def price(roster: RosterModel, values: IntArray) -> int:
    """Price a solution of a model, every gap and excess as small as its decisions allow."""
    return sum(roster.cost_by_rule(roster.settled(values)).values())


def with_duties(roster: RosterModel, given: IntArray) -> IntArray | None:
    """Give the cheapest solution of a model with exactly the given options; ``None`` when there is none."""
    values = np.zeros(roster.columns, np.int64)
    values[roster.duty_columns[given]] = 1
    return solve_cp(roster.cp, CpLimits(), fixed=roster.duty_columns, fix_to=values, stop=threading.Event()).values

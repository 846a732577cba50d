import numpy as np

import schedsolver as ss
from schedsolver.model.build import build_model
from schedsolver.model.names import schedule_of
from schedsolver.model.relaxation import relaxation_of
from schedsolver.rules import check
from schedsolver.solve.cpsat import CpLimits, solve_cp
from schedsolver.solve.filling import fill_places
from tests.solve.test_engines import GO_ON


class Filling:
    """Runs on a small week, from nobody working, and remembers what was offered."""

    def __init__(self, ends_after=10**9):
        self.problem = ss.generate(ss.GeneratorSpec(outlets=2, staff=6, days=2, seed=4))
        self.model = build_model(self.problem)
        self.offered, self.solved, self.ends_after = [], 0, ends_after
        relaxation, duties = relaxation_of(self.model.roster.cp), self.model.roster.duty_columns
        idle = np.zeros(self.model.roster.columns, np.int64)
        first = solve_cp(self.model.roster.cp, CpLimits(), fixed=duties, fix_to=idle, stop=GO_ON).values
        self.first = self.model.roster.cost(self.model.roster.settled(first))
        fill_places(self.model, relaxation, first, self.solve, self.offered.append, self.done)

    def solve(self, part, now):
        self.solved += 1
        result = solve_cp(part.relaxation.model(), CpLimits(work=0.3), hint=now[part.columns], stop=GO_ON)
        return None if result.values is None else part.whole(result.values)

    def done(self):
        return self.solved >= self.ends_after

    def costs(self):
        return [self.model.roster.cost(self.model.roster.settled(values)) for values in self.offered]


def test_rosters_get_better_place_by_place_until_a_round_changes_nothing():
    filling = Filling()
    assert filling.solved % 4 == 0
    assert len(filling.offered) == filling.solved / 2 >= 4
    assert sorted(filling.costs(), reverse=True) == filling.costs()
    assert filling.costs()[-1] < 0.6 * filling.first
    roster = schedule_of(filling.model, filling.model.roster.settled(filling.offered[-1]))
    assert check(filling.problem, roster).ok
    assert {duty.date for duty in roster.duty_list} == set(filling.problem.horizon.dates)


def test_filling_ends_when_told_with_what_there_is():
    filling = Filling(ends_after=3)
    assert (filling.solved, len(filling.offered)) == (3, 2)

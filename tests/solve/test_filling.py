import numpy as np

import schedsolver as ss
from schedsolver.model.build import build_model
from schedsolver.model.names import schedule_of
from schedsolver.rules import check
from schedsolver.solve.cpsat import CpLimits, solve_cp
from schedsolver.solve.filling import fill_places
from tests.solve.test_engines import GO_ON


class Filling:
    """Runs on a small week, from nobody working, and remembers what was offered."""

    def __init__(self, ends_after=10**9, allowed=None):
        self.problem = ss.generate(ss.GeneratorSpec(outlets=2, staff=6, days=2, seed=4))
        self.model = build_model(self.problem)
        self.offered, self.solved, self.ends_after = [], 0, ends_after
        relaxation, duties = self.model.roster.relaxation(), self.model.roster.duty_columns
        idle = np.zeros(self.model.roster.columns, np.int64)
        first = solve_cp(self.model.roster.cp, CpLimits(), fixed=duties, fix_to=idle, stop=GO_ON).values
        self.first = self.model.roster.cost(self.model.roster.settled(first))
        options = None if allowed is None else allowed(self.model.roster.options)
        self.last = fill_places(self.model, relaxation, first, self.solve, self.offered.append, self.done, options)

    def solve(self, part, now):
        self.solved += 1
        result = solve_cp(part.relaxation.model(), CpLimits(work=0.3), hint=now[part.columns], stop=GO_ON)
        return None if result.values is None else part.whole(result.values)

    def done(self):
        return self.solved >= self.ends_after

    def costs(self):
        return [self.model.roster.cost(self.model.roster.settled(values)) for values in self.offered]

    def roster(self):
        return schedule_of(self.model, self.model.roster.settled(self.last))


def test_each_place_has_its_turn_and_the_roster_gets_better_day_by_day():
    filling = Filling()
    assert (filling.solved, len(filling.offered)) == (4, 2)
    assert sorted(filling.costs(), reverse=True) == filling.costs()
    assert filling.costs()[-1] < 0.6 * filling.first
    np.testing.assert_array_equal(filling.last, filling.offered[-1])
    roster = filling.roster()
    assert check(filling.problem, roster).ok
    assert {duty.date for duty in roster.duty_list} == set(filling.problem.horizon.dates)


def test_only_what_is_allowed_is_chosen():
    filling = Filling(allowed=lambda options: (options.employee < 2) & (options.day == 1))
    duties = filling.roster().duty_list
    assert duties
    assert {duty.employee_id for duty in duties} <= {e.employee_id for e in filling.problem.staff[:2]}
    assert {duty.date for duty in duties} == {filling.problem.horizon.dates[1]}


def test_filling_ends_when_told_with_what_there_is():
    filling = Filling(ends_after=3)
    assert (filling.solved, len(filling.offered)) == (3, 2)

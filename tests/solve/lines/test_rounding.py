"""Shares of places rounded to lines, against all rosters of small cases judged by rules and a formula written anew."""

import datetime as dt
import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from schedsolver.domain import Contract, Duty, Outlet, Problem, Rule, Schedule
from schedsolver.model.build import build_model
from schedsolver.rules.contract import DaysWorked
from schedsolver.rules.cost import PaidTime
from schedsolver.rules.sequence import DaysOff, WorkDays
from schedsolver.solve.lines.rounding import whole_lines
from tests.solve.lines.employees import SHIFTS
from tests.solve.lines.wards import ward
from tests.solving import moment

PLACES = (Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat"))
RUNS, APART = WorkDays(maximum=2), DaysOff(minimum=2, hard=False, weight=900)
# Eight hours at 20 an hour: a day costs 2,000 for each factor of e between two shares.
PAID, WAGE, UNIT = PaidTime(), 2000, 2000


def team(staff: int, days: int, *rules: object) -> Problem:
    """People of two outlets with one shift type."""
    problem = ward(
        staff, days, outlets=PLACES, shift_types=SHIFTS[:1], requests=(), shift_requirements=(), rules=(*rules, PAID),
        contracts=(Contract(contract_id="full", wage_cents_per_hour=WAGE),),
    )  # fmt: skip
    assert len(build_model(problem).roster.options) == staff * days * len(PLACES)
    return problem


def rounded(problem: Problem, share: np.ndarray, seed: int = 0) -> np.ndarray:
    roster = build_model(problem).roster
    of = roster.options
    found = whole_lines(roster, share[of.employee, of.day, of.outlet], share, seed)
    assert found is not None
    return found


def lines(problem: Problem, employee: int) -> Iterator[tuple[np.ndarray, int]]:
    """Give each line of somebody that no rule forbids, shape ``(days, outlets)``, and what rules but pay charge."""
    dates, who = problem.horizon.dates, problem.staff[employee].employee_id
    for where in itertools.product((None, *range(len(PLACES))), repeat=len(dates)):
        duties = [_duty(who, date, PLACES[o].outlet_id) for date, o in zip(dates, where, strict=True) if o is not None]
        judged = [rule.judge(problem, Schedule(duty_list=tuple(duties))) for rule in problem.rules if rule != PAID]
        if not any(finding.employee_id == who for j in judged for finding in j.violations):
            line = np.array([[o == k for k in range(len(PLACES))] for o in where])
            yield line, sum(finding.cents for j in judged for finding in j.penalties if finding.employee_id == who)


def _duty(who: str, date: dt.date, outlet: str) -> Duty:
    shift = SHIFTS[0]
    return Duty(
        employee_id=who, date=date, outlet_id=outlet, shift_type_id=shift.shift_type_id,
        start=moment(shift.start_from, date), end=moment(shift.start_from + shift.minutes_min, date),
    )  # fmt: skip


def cents(share: np.ndarray, line: np.ndarray) -> float:
    """What a line costs by its shares: a unit for each factor of e less than the likeliest way to spend a day."""
    ways = np.maximum(0.1, np.append(share, 1 - share.sum(axis=1, keepdims=True), axis=1))
    taken = np.append(line, ~line.any(axis=1, keepdims=True), axis=1)
    return float(UNIT * np.log(ways.max(axis=1) / ways[taken]).sum())


def apart(share: np.ndarray, people: np.ndarray) -> float:
    """What heads cost: eight units for a distance of 1, as the square of it at whole numbers."""
    total = share.sum(axis=0)
    return float(8 * UNIT * ((people - total) ** 2 - (np.rint(total) - total) ** 2).sum())


@pytest.mark.parametrize("rules", [(RUNS,), (RUNS, APART), (DaysWorked(per="horizon", minimum=1, maximum=2), APART)])
@pytest.mark.parametrize("seed", range(4))
def test_no_lines_of_two_people_on_three_days_are_nearer_to_their_shares(seed: int, rules: tuple[Rule, ...]) -> None:
    """Annealing has luck in some of sixteen tries, and none is cheaper than the cheapest of all."""
    problem, rng = team(2, 3, *rules), np.random.default_rng(seed)
    share = rng.dirichlet(np.full(3, 0.7), (2, 3))[..., :2]
    own = [
        {line.tobytes(): (line, charged + cents(share[e], line)) for line, charged in lines(problem, e)} for e in (0, 1)
    ]

    def worth(one: np.ndarray, two: np.ndarray) -> float:
        return own[0][one.tobytes()][1] + own[1][two.tobytes()][1] + apart(share, one * 1 + two * 1)

    every = [worth(one, two) for (one, _), (two, _) in itertools.product(own[0].values(), own[1].values())]
    tried = [worth(*rounded(problem, share, luck)) for luck in range(16)]
    assert min(tried) == pytest.approx(min(every), abs=6)
    assert max(tried) < np.quantile(every, 0.1)


def test_whole_shares_that_rules_allow_stay_as_they_are() -> None:
    problem = team(3, 5, RUNS)
    share = np.zeros((3, 5, 2))
    share[0, [0, 1, 3, 4], 0] = share[1, [1, 3], 1] = share[2, [0, 2, 3], [0, 1, 0]] = 1
    assert np.array_equal(rounded(problem, share), share > 0)


def test_what_everybody_may_not_is_spread_over_the_days() -> None:
    """Six people wanted all at one outlet on two days, of which nobody may work both: three come on each."""
    share = np.zeros((6, 2, 2))
    share[:, :, 0] = 1
    found = rounded(team(6, 2, WorkDays(maximum=1)), share)
    assert found.sum(axis=0).tolist() == [[3, 0], [3, 0]]


def test_the_seed_is_all_there_is_to_luck() -> None:
    problem, share = team(8, 7, RUNS, APART), np.random.default_rng(5).dirichlet(np.ones(3), (8, 7))[..., :2]
    assert np.array_equal(rounded(problem, share, 1), rounded(problem, share, 1))


def test_who_can_have_no_line_leaves_nothing_to_round() -> None:
    problem = team(2, 3, WorkDays(maximum=1), DaysWorked(per="horizon", minimum=3, maximum=3))
    roster = build_model(problem).roster
    assert whole_lines(roster, np.zeros(len(roster.options)), np.zeros((2, 3, 2)), 0) is None

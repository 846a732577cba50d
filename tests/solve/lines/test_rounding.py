"""Shares of places rounded to lines, against all rosters of small cases judged by rules and a formula written anew."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from schedsolver.domain import Contract, Outlet, Problem, Rule, Schedule
from schedsolver.domain.horizon import weeks_of
from schedsolver.model.build import build_model
from schedsolver.rules.contract import DaysWorked
from schedsolver.rules.cost import PaidTime
from schedsolver.rules.sequence import DaysOff, WorkDays
from schedsolver.solve.lines.master import Cover
from schedsolver.solve.lines.rounding import _heads, whole_lines
from tests.solve.lines.employees import SHIFTS, duty_on
from tests.solve.lines.wards import ward

PLACES = (Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat"))
RUNS, APART = WorkDays(maximum=2), DaysOff(minimum=2, hard=False, weight=900)
# Eight hours at 20 an hour: an eighth is 2,000 cents.
PAID, UNIT = PaidTime(), 2000


def team(staff: int, days: int, *rules: Rule, **changes: object) -> Problem:
    """People of two outlets with one shift type, unless that is changed."""
    tables = {
        "outlets": PLACES, "shift_types": SHIFTS[:1], "requests": (), "shift_requirements": (),
        "rules": (*rules, PAID), "contracts": (Contract(contract_id="full", wage_cents_per_hour=2000),),
    }  # fmt: skip
    return ward(staff, days, **(tables | changes))


def rounded(problem: Problem, share: np.ndarray, seed: int = 0, stopped: bool = False) -> np.ndarray:
    """Round shares that the first kind of duty of each place has."""
    roster, week = build_model(problem).roster, np.array(weeks_of(problem.horizon.dates))
    of = roster.options
    given = np.where(of.shift_type == 0, share[of.employee, of.day, of.outlet], 0)
    found = whole_lines(roster, given, share, week, seed, lambda: stopped)
    assert found is not None
    return found


def lines(problem: Problem, employee: int, most: float) -> Iterator[tuple[np.ndarray, int]]:
    """Give each line of somebody of so many days at most that no rule forbids, and what rules but pay charge."""
    dates, who = problem.horizon.dates, problem.staff[employee].employee_id
    for where in itertools.product((None, *range(len(PLACES))), repeat=len(dates)):
        at_work = [(date, PLACES[o].outlet_id) for date, o in zip(dates, where, strict=True) if o is not None]
        roster = Schedule(duty_list=tuple(duty_on(date, 0, who, outlet) for date, outlet in at_work))
        judged = [rule.judge(problem, roster) for rule in problem.rules if rule != PAID]
        if len(at_work) <= most and not any(finding.employee_id == who for j in judged for finding in j.violations):
            line = np.array([[o == k for k in range(len(PLACES))] for o in where])
            yield line, sum(finding.cents for j in judged for finding in j.penalties if finding.employee_id == who)


def cents(share: np.ndarray, line: np.ndarray) -> float:
    """What a line costs by its shares, of which none is less than a tenth: a unit for each factor of e."""
    ways = np.maximum(0.1, np.append(share, 1 - share.sum(axis=1, keepdims=True), axis=1))
    taken = np.append(line, ~line.any(axis=1, keepdims=True), axis=1)
    return float(-UNIT * np.log(ways[taken]).sum())


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
        {
            line.tobytes(): (line, charged + cents(share[e], line))
            for line, charged in lines(problem, e, np.ceil(share[e].sum()))
        }
        for e in (0, 1)
    ]

    def worth(one: np.ndarray, two: np.ndarray) -> float:
        return own[0][one.tobytes()][1] + own[1][two.tobytes()][1] + apart(share, one * 1 + two * 1)

    every = [worth(one, two) for (one, _), (two, _) in itertools.product(own[0].values(), own[1].values())]
    tried = [worth(*rounded(problem, share, luck)) for luck in range(16)]
    assert min(tried) == pytest.approx(min(every), abs=6)
    assert len({round(worth) for worth in tried}) > 1 or max(tried) == pytest.approx(min(every), abs=6)
    assert max(tried) < np.quantile(every, 0.15)


@pytest.mark.parametrize("changes", [{}, {"rules": (RUNS,)}, {"shift_types": SHIFTS}])
def test_whole_shares_that_rules_allow_stay_as_they_are(changes: dict[str, Any]) -> None:
    """Whatever duties cost, and how many there are at each place."""
    share = np.zeros((3, 5, 2))
    share[0, [0, 1, 3, 4], 0] = share[1, [1, 3], 1] = share[2, [0, 2, 3], [0, 1, 0]] = 1
    assert np.array_equal(rounded(team(3, 5, RUNS, **changes), share), share > 0)


@pytest.mark.parametrize("total", [0.0, 2.3, 3.4, 5.6])
def test_heads_cost_as_the_square_of_their_distance_up_to_three_and_then_evenly(total: float) -> None:
    options, share = build_model(team(12, 2)).roster.options, np.zeros((12, 2, 2))
    share[:, 0, 1] = total / 12
    cover, target = Cover([_heads(share, options, 1000.0)], len(options)), round(total)
    cost = [float(cover.cents_by_row(np.full(4, n), 10**6)[1]) for n in range(13)]
    for n in range(12):
        near = max(min(n, target + 3), target - 4)
        assert cost[n + 1] - cost[n] == pytest.approx(1000 * ((near + 1 - total) ** 2 - (near - total) ** 2), abs=1)


def test_what_everybody_may_not_is_spread_over_the_days() -> None:
    """Six people wanted all at one outlet on two days, of which nobody may work both: three come on each."""
    share = np.zeros((6, 2, 2))
    share[:, :, 0] = 1
    found = rounded(team(6, 2, WorkDays(maximum=1)), share)
    assert found.sum(axis=0).tolist() == [[3, 0], [3, 0]]


def test_who_has_to_work_where_nobody_is_wanted_is_spread_over_the_places() -> None:
    share = np.full((12, 2, 2), 1e-5)
    found = rounded(team(12, 2, DaysWorked(per="horizon", minimum=1, maximum=1)), share)
    assert found.sum(axis=0).tolist() == [[3, 3], [3, 3]]


def test_nobody_works_more_days_in_a_week_than_shares_add_up_to() -> None:
    """Two and a half days in the first week, none of more than a half; two in the second, wanted by far more people."""
    share = np.zeros((2, 14, 2))
    share[:, :5, 0], share[:, 7:9, 1] = 0.5, 1
    share[1, 9:11, 1] = 1
    found = rounded(team(2, 14, WorkDays(maximum=6)), share)
    by_week = found.sum(axis=2).reshape(2, 2, 7).sum(axis=2)
    assert (by_week <= [[3, 2], [3, 4]]).all()
    assert by_week.sum() >= 10


def test_the_seed_is_all_there_is_to_luck() -> None:
    problem, share = team(8, 7, RUNS, APART), np.random.default_rng(5).dirichlet(np.ones(3), (8, 7))[..., :2]
    tries = [rounded(problem, share, seed) for seed in (1, 1, 2, 3)]
    assert np.array_equal(tries[0], tries[1])
    assert not (np.array_equal(tries[0], tries[2]) and np.array_equal(tries[0], tries[3]))


def test_when_stopped_lines_are_the_first_that_rules_allow() -> None:
    problem, share = team(8, 7, RUNS), np.random.default_rng(5).dirichlet(np.ones(3), (8, 7))[..., :2]
    early, late = rounded(problem, share, stopped=True), rounded(problem, share)
    assert max(len(run) for line in early.any(axis=2) for run in bytes(line).split(b"\0")) == 2
    assert not np.array_equal(early, late)


def test_who_can_have_no_line_leaves_nothing_to_round() -> None:
    problem = team(2, 3, WorkDays(maximum=1), DaysWorked(per="horizon", minimum=3, maximum=3))
    roster, share = build_model(problem).roster, np.ones((2, 3, 2))
    assert whole_lines(roster, np.zeros(len(roster.options)), share, np.zeros(3, int), 0, lambda: False) is None

"""Objectives one after another, and the frontier between money and fairness, on problems one can see through."""

import math

import numpy as np
import pytest

import schedsolver as ss
from schedsolver.domain import Contract, Leave, Request, ShiftRequirement
from schedsolver.errors import InvalidProblem
from schedsolver.model.build import build_model
from schedsolver.rules import PaidTime, Travel
from schedsolver.rules.fair_indices import FairGini
from schedsolver.rules.fairness import FairDistance
from schedsolver.solve.frontier import Frontier, Point, frontier
from schedsolver.solve.in_order import COVER_COST_FAIRNESS_WISHES, Step, solve_in_order
from schedsolver.solve.reassign import exchange
from schedsolver.solve.settings import Settings
from schedsolver.solve.strategy import Strategy
from tests.rules.test_agreement import DAY
from tests.rules.test_fairness import DUTIES, duty, person, world
from tests.solving import fixed_shift, plain, roster_of
from tests.tiny import MONDAY, TUESDAY

QUICK = Settings(deterministic=True)
CHEAP, DEAR = (
    Contract(contract_id="cheap", wage_cents_per_hour=100),
    Contract(contract_id="dear", wage_cents_per_hour=130),
)
ITEM = DUTIES.model_copy(update={"points": 10})
FAIR = FairDistance(items=["duty"], hard=False, weight=1)


def branch(*rules, **changes):
    """Two duties, 200 or 260 cents each, wanted at 500; E0 is cheap, E1 and E2 are dear, and E1 wishes to be off."""
    needs = [
        ShiftRequirement(date=date, shift_type_id="day", preferred=1, shortage_cents=500) for date in (MONDAY, TUESDAY)
    ]
    staff = person(0, contract_id="cheap"), person(1, contract_id="dear"), person(2, contract_id="dear")
    wishes = [Request(employee_id="E1", date=date, wish="off", cents=7) for date in (MONDAY, TUESDAY)]
    tables = {"contracts": (CHEAP, DEAR), "staff": staff, "shift_requirements": needs, "requests": wishes}
    return world(PaidTime(), FAIR, *rules, fair_items=(ITEM,), **(tables | changes))


def in_order(problem, **losses):
    steps = [step.model_copy(update=losses.get(step.name, {})) for step in COVER_COST_FAIRNESS_WISHES]
    return solve_in_order(problem, steps, QUICK)


def workers(schedule) -> list[str]:
    return sorted(duty.employee_id for duty in schedule.duty_list)


def test_each_step_keeps_what_the_ones_before_came_to():
    found = in_order(branch())
    assert workers(found.schedule) == ["E0", "E0"]
    # Of 20 points each is due 6.67: off by 13.33, 6.67 and 6.67, the last two rounded up.
    assert found.cents == {"cover": 0, "cost": 400, "fairness": 27, "wishes": 0}
    assert {name: (r.objective, r.bound) for name, r in found.results.items()} == {
        "cover": (0, 0), "cost": (400, 400), "fairness": (27, 27), "wishes": (0, 0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "who", "fairness"),
    [
        ({"loss_percent": 14.9}, ["E0", "E0"], 27), ({"loss_percent": 15.0}, ["E0", "E2"], 14),
        ({"loss_cents": 59}, ["E0", "E0"], 27), ({"loss_cents": 60}, ["E0", "E2"], 14),
        ({"loss_percent": 10.0, "loss_cents": 20}, ["E0", "E2"], 14),
    ],
)  # fmt: skip
def test_a_loss_allowed_is_spent_on_what_comes_after(loss, who, fairness):
    found = in_order(branch(), cost=loss)
    # With E0 and one of the others sharing, the wish decides which; 5, 5 and 10 points off.
    assert workers(found.schedule) == who
    assert found.cents["fairness"] == pytest.approx(fairness, abs=1)
    assert found.cents["wishes"] == 0


def test_the_order_decides():
    cost_first = [Step(name="cost", rules=("cost",)), Step(name="rest")]
    assert workers(solve_in_order(branch(), cost_first, QUICK).schedule) == []
    table = solve_in_order(branch(), cost_first, QUICK).to_frame()
    assert table.to_dict("list") == {
        "step": ["cost", "rest"], "best": [0, 1000], "bound": [0, 1000], "final": [0, 1000], "gap": [0, 0],
    }  # fmt: skip


def test_rules_of_no_step_are_not_optimised_and_steps_without_rules_are_left_out():
    steps = [Step(name="cover", rules=("cover",)), Step(name="travel", rules=("cost.travel",))]
    found = solve_in_order(branch(), steps, QUICK)
    assert list(found.results) == list(found.cents) == ["cover"]
    assert len(found.schedule.duty_list) == 2


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "there are no steps"),
        ([Step(name="a", rules=("cover",)), Step(name="a", rules=("cost",))], 'two steps are called "a"'),
        ([Step(name="a"), Step(name="b")], "two steps have all rules that no other step has"),
        ([Step(name="a", rules=("covers",))], r'no rule or family of rules "covers" \(did you mean'),
    ],
)
def test_steps_that_mean_nothing_are_refused(steps, words):
    with pytest.raises(InvalidProblem, match=words):
        solve_in_order(branch(), steps, QUICK)


# ---------------------------------------------------------------- a roster to begin with


def test_a_search_begins_with_a_given_roster():
    problem = branch()
    given = roster_of([duty(1), duty(2, TUESDAY)])
    result = ss.solve(problem, QUICK, start=given)
    phases = [(moment.phase, moment.objective) for moment in result.trace]
    assert phases[0] == ("start", ss.check(problem, given).objective)
    assert result.objective < phases[0][1]


def test_a_search_first_asks_who_else_could_work_the_duties_given():
    # The duties of the two dear people go to the cheap one; no other duties would be better.
    problem = branch(requests=(), rules=(PaidTime(),))
    given = roster_of([duty(1), duty(2, TUESDAY)])
    settings = Settings(deterministic=True, strategy=Strategy(small_options=0, lines=False))
    phases = [(moment.phase, moment.objective) for moment in ss.solve(problem, settings, start=given).trace]
    assert phases[0] == ("start", 520)
    assert next(phase for phase, cost in phases if cost == 400) == "reassignment"
    alone = Strategy(small_options=0, lines=False, reassign_share=1)
    result = ss.solve(problem, Settings(deterministic=True, strategy=alone), start=given)
    assert (result.objective, result.bound, result.stopped_because) == (400, 0, "work limit")
    none = Strategy(small_options=0, lines=False, reassign_share=0)
    trace = ss.solve(problem, Settings(deterministic=True, strategy=none), start=given).trace
    assert "reassignment" not in {moment.phase for moment in trace}


def test_people_exchange_the_duties_that_one_of_them_has():
    model = build_model(world(shift_types=(DAY, fixed_shift("noon", "12:00", "14:00")), fair_items=()))
    options = model.roster.options
    values = np.zeros(model.roster.columns, np.int64)
    assert not exchange(model, values, np.array([0, 1])).any()
    first = int(np.flatnonzero(options.employee == 1)[0])
    values[model.roster.duty_columns[first]] = 1
    same = (options.day == options.day[first]) & (options.start == options.start[first])
    assert exchange(model, values, np.array([0, 1])).tolist() == (same & (options.employee < 2)).tolist()
    assert not exchange(model, values, np.array([0, 2])).any(), "it is not theirs"


def test_a_given_roster_that_breaks_a_rule_is_repaired():
    strict = branch(FairGini(items=["duty"], most_percent=50))
    result = ss.solve(strict, QUICK, start=roster_of([duty(0), duty(0, TUESDAY)]))
    assert result.trace[0].phase == "start, repaired"
    assert result.status == "optimal"


# ---------------------------------------------------------------- the frontier


def test_the_frontier_goes_from_the_cheapest_to_the_fairest():
    # Both duties by E0; one of them by somebody else; one each, the third wanted by nobody, so that all are even.
    found = frontier(branch(requests=()), QUICK, [0, 10, 10, 100])
    assert [len(set(workers(point.schedule))) for point in found.points] == [1, 2, 3]
    table = found.to_frame()
    assert table["factor"].tolist() == [0, 10, 100]
    assert table["money"].tolist() == [400, 460, 720]
    assert table["unfairness"].tolist() == [27, 14, 0]
    assert table["price"].tolist() == [0, 60, 320]
    assert math.isnan(table["price_per_unfairness"][0])
    assert table["price_per_unfairness"].tolist()[1:] == pytest.approx([60 / 13, 320 / 27])


def test_cover_is_told_from_cost():
    away = [Leave(employee_id=f"E{i}", first_day=MONDAY, last_day=MONDAY) for i in range(3)]
    (found,) = frontier(branch(requests=(), leave=away), QUICK, [0]).points
    assert (found.cover_cents, found.cost_cents, found.money_cents) == (500, 200, 700)


def point(*cents: int) -> Point:
    return Point(1.0, *cents, schedule=roster_of([]))


def test_one_point_dominates_another_that_is_nowhere_better():
    assert point(1, 2, 3).dominates(point(1, 2, 4))
    assert not point(1, 2, 3).dominates(point(1, 2, 3))
    assert not point(1, 2, 3).dominates(point(2, 1, 3))
    assert not point(1, 2, 4).dominates(point(1, 2, 3))


def test_a_frontier_of_one_point_has_a_table_too():
    table = Frontier((point(1, 2, 3),)).to_frame()
    assert table[["money", "price"]].to_numpy().tolist() == [[3, 0]]


def test_without_a_price_of_fairness_there_is_no_frontier():
    with pytest.raises(InvalidProblem, match="there is no soft fairness rule"):
        frontier(plain(shift_types=(DAY,), rules=(Travel(cents_per_minute=1),)), QUICK)
    hard = world(FairDistance(items=["duty"]))
    with pytest.raises(InvalidProblem, match="there is no soft fairness rule"):
        frontier(hard, QUICK)
    for factors in ([], [1, -1]):
        with pytest.raises(InvalidProblem, match="give at least one, none below 0"):
            frontier(branch(), QUICK, factors)

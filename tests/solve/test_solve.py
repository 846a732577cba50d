"""Whatever is asked, the roster returned passes the check, costs what the result says, and the bound holds."""

import datetime as dt
import os
import threading
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schedsolver as ss
from schedsolver.domain import Employee, IntervalRequirement, Pin, Rule
from schedsolver.errors import EngineLost, InfeasibleProblem, SchedSolverError
from schedsolver.rules import DaysWorked, MinimumRest, PaidTime, Travel, WeeklyHours
from schedsolver.rules.duty import two_a_day
from schedsolver.solve import search
from tests.miniatures import miniatures
from tests.solving import counter_day, every_roster, fixed_shift, plain
from tests.strategies import problems
from tests.tiny import MONDAY, tiny

# EXAMPLES=500 in the environment tries as many random problems.
EXAMPLES = int(os.environ.get("EXAMPLES", "40"))
QUICK = ss.Settings(deterministic=True, deterministic_work=2)
# The ways a search may go: CP-SAT on the whole, from a linear programme, outlet by outlet.
WAYS = (
    QUICK,
    QUICK.model_copy(update={"deterministic_work": 0.1, "strategy": ss.Strategy(small_options=0)}),
    QUICK.model_copy(update={"strategy": ss.Strategy(small_options=0, place_rows=0)}),
)
GENEROUS = ss.Settings(deterministic=True, deterministic_work=60, gap=0)


@st.composite
def rule_lists(draw: st.DrawFn) -> tuple[Rule, ...]:
    softness = st.sampled_from([{}, {"hard": False, "weight": 700}])
    rules: list[Rule] = [
        MinimumRest(minutes=draw(st.sampled_from([600, 900])), **draw(softness)),
        DaysWorked(maximum=draw(st.integers(1, 3)), **draw(softness)),
        WeeklyHours(under_cents_per_minute=draw(st.integers(0, 9)), over_cents_per_minute=draw(st.integers(0, 9))),
        PaidTime(),
        Travel(cents_per_minute=draw(st.integers(0, 50))),
    ]
    return tuple(draw(st.lists(st.sampled_from(rules), unique_by=lambda r: r.name)))


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_any_returned_roster_passes_the_check_and_costs_what_it_says(data):
    problem = data.draw(problems(data.draw(rule_lists())))
    try:
        result = ss.solve(problem, data.draw(st.sampled_from(WAYS)))
    except InfeasibleProblem:
        # Nobody working is a roster unless a pin asks for more.
        assert any(not pin.off for pin in problem.pins)
        return
    report = ss.check(problem, result.schedule)
    assert report.ok
    assert report.objective == result.objective == sum(result.cost_by_rule.values())
    assert result.bound <= result.objective
    assert (result.status == "optimal") == (result.bound == result.objective)


@settings(max_examples=EXAMPLES)
@given(miniatures().filter(lambda problem: not two_a_day(problem)))
def test_the_cheapest_of_all_rosters_is_found(problem):
    reports = (ss.check(problem, roster) for roster in every_roster(problem))
    cheapest = min((report.objective for report in reports if report.ok), default=None)
    if cheapest is None:
        with pytest.raises(InfeasibleProblem):
            ss.solve(problem, GENEROUS)
    else:
        result = ss.solve(problem, GENEROUS)
        assert (result.objective, result.bound, result.status) == (cheapest, cheapest, "optimal")


@settings(max_examples=EXAMPLES)
@given(miniatures(), st.sampled_from(WAYS))
def test_under_rules_of_every_kind_any_way_gives_a_roster_between_its_bound_and_the_cheapest_of_all(problem, way):
    """Where somebody may have two duties a day there are too many rosters to list, and the check is all there is."""
    every = () if two_a_day(problem) else every_roster(problem)
    costs = [report.objective for report in (ss.check(problem, roster) for roster in every) if report.ok]
    try:
        result = ss.solve(problem, way)
    except InfeasibleProblem:
        assert not costs
        return
    report = ss.check(problem, result.schedule)
    assert report.ok
    assert report.objective == result.objective == sum(result.cost_by_rule.values())
    assert result.bound <= result.objective
    if not two_a_day(problem):
        assert result.bound <= min(costs) <= result.objective
        assert result.status != "optimal" or result.objective == min(costs)


# ---------------------------------------------------------------- by hand


def test_shortage_and_surplus_are_weighed_against_each_other():
    # An hour short by one costs 100, by two 250; a duty covers one of those hours and is one surplus hour at 20.
    # Three people: two in one half and one in the other: 3 surplus hours and one head short.
    result = ss.solve(counter_day(), GENEROUS)
    assert (result.objective, result.bound) == (3 * 20 + 100, 160)
    assert sorted(d.shift_type_id for d in result.schedule.duty_list) in (["am", "am", "pm"], ["am", "pm", "pm"])


def test_short_staff_gives_a_roster_with_priced_shortages():
    problem = counter_day(staff=(Employee(employee_id="E0", contract_id="full"),))
    result = ss.solve(problem, GENEROUS)
    assert result.cost_by_rule["cover.intervals"] == result.objective == 250 + 100 + 20
    assert len(ss.shortages(problem, result.schedule)) == 2


def test_nothing_to_win_leaves_everyone_at_home():
    result = ss.solve(plain(shift_types=(fixed_shift("day", "09:00", "15:00"),), rules=(PaidTime(),)), GENEROUS)
    assert (result.objective, result.schedule.duty_list) == (0, ())


# ---------------------------------------------------------------- limits, determinism, settings


def cluster(staff: int = 6, days: int = 2) -> ss.Problem:
    return ss.generate(ss.GeneratorSpec(outlets=2, staff=staff, days=days, seed=5))


@pytest.mark.parametrize("small", [0, 3000])
def test_the_same_seed_gives_the_same_roster_and_trace(small):
    # Below the limit CP-SAT tries the whole model first; above it HiGHS, dive and polish do.
    settings = QUICK.model_copy(update={"strategy": ss.Strategy(small_options=small)})
    problem = cluster()
    first, second = (ss.solve(problem, settings) for _ in range(2))
    assert first.schedule == second.schedule
    assert [(p.objective, p.bound, p.phase) for p in first.trace] == [
        (p.objective, p.bound, p.phase) for p in second.trace
    ]


@pytest.mark.parametrize("seconds", [0.001, 1.0])
def test_a_short_time_limit_still_gives_a_roster(seconds):
    problem = cluster(staff=12, days=5)
    result = ss.solve(problem, ss.Settings(time_seconds=seconds, workers=1))
    assert ss.check(problem, result.schedule).objective == result.objective
    assert result.bound <= result.objective


AS_IF_LARGE = ss.Strategy(small_options=0)


@pytest.mark.parametrize(
    "strategy",
    [
        AS_IF_LARGE,
        ss.Strategy(small_options=0, relaxation="interior"),
        ss.Strategy(small_options=0, dive_share=0),
        ss.Strategy(small_options=0, dive_share=0, polish_share=0),
        ss.Strategy(small_options=0, days=0, outlets=0, employees=0),
    ],
)
def test_the_way_of_large_problems_gives_the_same_proof(strategy):
    # LP, dive, polish, tree search and neighbourhoods, on a problem that CP-SAT closes alone as well.
    problem = counter_day()
    result = ss.solve(problem, ss.Settings(deterministic=True, deterministic_work=5, gap=0, strategy=strategy))
    assert (result.objective, ss.check(problem, result.schedule).objective) == (160, 160)
    assert result.bound <= 160
    assert any(p.phase not in ("first roster", "whole model") for p in result.trace)


def test_progress_is_told_and_kept():
    told: list[ss.Progress] = []
    result = ss.solve(counter_day(), ss.Settings(time_seconds=20, workers=1, gap=0), told.append)
    assert result.trace[-1].objective == result.objective
    objectives = [p.objective for p in result.trace if p.objective is not None]
    bounds = [p.bound for p in result.trace if p.bound is not None]
    assert objectives == sorted(objectives, reverse=True)
    assert bounds == sorted(bounds)
    assert all(p.objective is None or p.objective >= 160 for p in told)


def test_a_result_says_all_that_is_known():
    result = ss.solve(counter_day(), GENEROUS)
    known = result.to_dict()
    assert set(known) >= {
        "status", "stopped_because", "objective", "bound", "gap", "horizon_start", "wall_seconds",
        "first_solution_seconds", "cost_by_rule", "seed", "settings", "versions",
    }  # fmt: skip
    assert (known["status"], known["stopped_because"]) == ("optimal", "proved optimal")
    assert (known["objective"], known["bound"], known["gap"]) == (160, 160, 0)
    assert known["horizon_start"] == "2026-03-09"
    assert 0 < known["first_solution_seconds"] <= known["wall_seconds"]
    assert set(known["versions"]) == {"python", "schedsolver", "ortools", "highspy", "numpy"}
    assert known["settings"]["deterministic_work"] == 60


def test_a_gap_reached_is_enough():
    result = ss.solve(counter_day(), ss.Settings(deterministic=True, deterministic_work=60, gap=0.99))
    assert result.stopped_because in ("gap reached", "proved optimal")
    assert result.gap <= 0.99


def test_a_misspelt_parameter_of_cp_sat_is_refused_with_the_nearest_name():
    with pytest.raises(
        SchedSolverError, match=r'no parameter "linearisation_level" \(did you mean "linearization_level"'
    ):
        ss.solve(counter_day(), ss.Settings(cp_sat={"linearisation_level": 1}))
    with pytest.raises(SchedSolverError, match="linearization_level cannot be 'high'"):
        ss.solve(counter_day(), ss.Settings(cp_sat={"linearization_level": "high"}))
    assert ss.solve(counter_day(), GENEROUS.model_copy(update={"cp_sat": {"linearization_level": 1}})).objective == 160


def test_a_deterministic_search_has_one_worker():
    with pytest.raises(ValueError, match="a deterministic search has one worker, not 2"):
        ss.Settings(deterministic=True, workers=2)
    assert ss.Settings(deterministic=True).threads == 1
    assert ss.Settings(workers=3).threads == 3
    assert ss.Settings().threads >= 1


def test_pins_are_kept():
    pins = (Pin(employee_id="E0", date=MONDAY, shift_type_id="pm"), Pin(employee_id="E1", date=MONDAY, off=True))
    result = ss.solve(counter_day(pins=pins), GENEROUS)
    # One of E0 in the afternoon, E2 in the morning: two hours short by one, two surplus hours.
    assert {(d.employee_id, d.shift_type_id) for d in result.schedule.duty_list} == {("E0", "pm"), ("E2", "am")}
    assert result.objective == 2 * 100 + 2 * 20


def test_a_problem_of_history_alone_is_solved():
    yesterday = MONDAY - dt.timedelta(days=1)
    night = ss.Duty(
        employee_id="E0", date=yesterday, outlet_id="Hub", shift_type_id="am",
        start=dt.datetime(2026, 3, 8, 22), end=dt.datetime(2026, 3, 9, 10),
    )  # fmt: skip
    problem = counter_day(history=(night,), staff=(Employee(employee_id="E0", contract_id="full"),))
    assert [d.shift_type_id for d in ss.solve(problem, GENEROUS).schedule.duty_list] == ["pm"]


class NobodyCalls(Rule):
    """A rule from elsewhere, about heads: calls are off."""

    name: ClassVar[str] = "test.nobody_calls"

    def add_to(self, model):
        calls = np.flatnonzero(model.heads.activity == model.problem.activity_index["calls"])
        model.limit(self, np.zeros(len(calls)), model.heads.column[calls], np.ones(len(calls)), [0])

    def judge(self, problem, schedule):
        return self.over_limit((1, str(s), {}) for s in schedule.stint_list if s.activity_id == "calls")


Rule._catalogue.pop(NobodyCalls.name)


def test_a_rule_from_elsewhere_may_want_surplus():
    # One head for an hour of the five that a duty works: the other four are surplus, as nobody may call.
    need = IntervalRequirement(
        outlet_id="Hub", activity_id="counter", date=MONDAY, start="10:00", end="11:00", heads=1,
        shortage_cents_per_hour=(9000,), surplus_cents_per_hour=100,
    )  # fmt: skip
    problem = tiny(interval_requirements=(need,), rules=(NobodyCalls(),))
    result = ss.solve(problem, GENEROUS)
    assert not any(stint.activity_id == "calls" for stint in result.schedule.stint_list)
    assert len(result.schedule.duty_list) == 1
    # Three surplus hours of four worked at the activity's own price: duties last five hours, one of them a break.
    assert result.objective == result.bound == 3 * 600


def test_pins_that_leave_room_do_not_hold_up_the_first_roster():
    problem = ss.generate(ss.GeneratorSpec(outlets=2, staff=12, days=7, seed=2))
    names = [e.employee_id for e in problem.staff]
    away = {(r.employee_id, r.first_day) for r in problem.leave}
    free = [n for n in names if n not in {name for name, _ in away}]
    pinned = problem.replace(pins=tuple(Pin(employee_id=n, date=problem.horizon.start) for n in free))
    result = ss.solve(pinned, ss.Settings(deterministic=True, deterministic_work=0.1))
    assert {d.employee_id for d in result.schedule.duty_list if d.date == problem.horizon.start} >= set(free)


def test_a_lost_process_does_not_lose_the_roster(monkeypatch):
    def lost(*_args, **_options):
        raise EngineLost("the HiGHS process ended with code -9")

    monkeypatch.setattr(search, "solve_mip", lost)
    problem = ss.generate(ss.GeneratorSpec(outlets=1, staff=4))
    settings = ss.Settings(deterministic=True, deterministic_work=1, gap=0, strategy=AS_IF_LARGE)
    result = ss.solve(problem, settings)
    assert any("lost: the HiGHS process ended with code -9" in point.phase for point in result.trace)
    assert ss.check(problem, result.schedule).ok
    assert result.schedule.duty_list


def test_an_error_of_the_callers_own_ends_the_search():
    def fail(_progress):
        raise ZeroDivisionError

    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        ss.solve(ss.generate(ss.GeneratorSpec(outlets=1, staff=4)), ss.Settings(time_seconds=60, gap=0), fail)
    assert threading.active_count() == before

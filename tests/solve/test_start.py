"""A search begins with an earlier roster: known or not, allowed today or not."""

import datetime as dt

import numpy as np
import pytest

import schedsolver as ss
from schedsolver.domain import Employee, Leave
from schedsolver.model.build import build_model
from schedsolver.rules import DaysWorked, MinimumRest
from schedsolver.solve.repair import CALLED, ELSEWHERE, OTHERWISE, change_of
from schedsolver.solve.start import Start
from tests.solving import counter_day, fixed_shift, plain, spell, work
from tests.tiny import MONDAY

# Little more than it takes to begin.
BRIEF = ss.Settings(
    deterministic=True,
    deterministic_work=0.5,
    strategy=ss.Strategy(small_options=10_000, small_seconds=0.2, polish_share=0),
)
PEOPLE_TABLES = ("permissions", "leave", "availability", "requests", "preferences", "pins")


def cluster(start: str = "2026-03-02") -> ss.Problem:
    return ss.generate(ss.GeneratorSpec(outlets=2, staff=6, days=3, seed=5, start=dt.date.fromisoformat(start)))


@pytest.fixture(scope="module")
def earlier() -> tuple[ss.Problem, ss.Schedule]:
    problem = cluster()
    return problem, ss.solve(problem, ss.Settings(deterministic=True, gap=0.05)).schedule


def without(problem: ss.Problem, name: str) -> ss.Problem:
    tables = {t: tuple(r for r in getattr(problem, t) if r.employee_id != name) for t in PEOPLE_TABLES}
    return problem.replace(staff=tuple(e for e in problem.staff if e.employee_id != name), **tables)


def first(result: ss.Result) -> ss.Progress:
    return next(point for point in result.trace if point.objective is not None)


# ---------------------------------------------------------------- as it is


def test_a_roster_that_is_allowed_is_the_first_and_never_made_worse(earlier):
    problem, roster = earlier
    report = ss.check(problem, roster)
    result = ss.solve(problem, ss.Settings(time_seconds=0.001, workers=1), start=roster)
    assert (first(result).objective, first(result).phase) == (report.objective, "start")
    assert result.objective <= report.objective
    assert result.start.to_dict(roster) == {
        "duties": len(roster.duty_list), "dropped": [], "violations": [], "kept": len(roster.duty_list),
    }  # fmt: skip
    assert result.to_dict()["start"]["dropped"] == []
    assert "start" not in ss.solve(counter_day(), BRIEF).to_dict()


def test_one_made_by_hand_is_searched_on_from():
    # One in the morning, of three people: two hours short by one and two by two, against the best of 160.
    roster = ss.Schedule.of([work("E1", "am", "09:00", "11:00")], [spell("E1", "counter", "09:00", "11:00")])
    result = ss.solve(counter_day(), ss.Settings(deterministic=True, gap=0), start=roster)
    assert first(result).objective == ss.check(counter_day(), roster).objective == 100 + 250 + 20
    assert (result.objective, result.status) == (160, "optimal")


def test_incumbents_begin_with_it(earlier):
    problem, roster = earlier
    with ss.incumbents(problem, ss.Settings(time_seconds=60, workers=1, gap=0), start=roster) as rosters:
        assert next(rosters).schedule == roster


def test_what_is_no_roster_is_refused():
    with pytest.raises(ss.InvalidSchedule, match="is of type str, not Schedule; read one from files"):
        ss.solve(counter_day(), BRIEF, start="roster/duties.csv")


# ---------------------------------------------------------------- what is not known today


def test_an_absent_employee_is_told_and_left_out(earlier):
    problem, roster = earlier
    gone = roster.duty_list[0].employee_id
    today = without(problem, gone)
    lost = [duty for duty in roster.duty_list if duty.employee_id == gone]
    stints = [stint for stint in roster.stint_list if stint.employee_id == gone]
    result = ss.solve(today, BRIEF, start=roster)
    assert set(result.start.dropped) == {
        f'{len(lost)} dut{"y" if len(lost) == 1 else "ies"}: employee "{gone}" is not in the problem',
        f'{len(stints)} stints: employee "{gone}" is not in the problem',
    }
    assert (result.start.duties, len(result.start.schedule.duty_list)) == (
        len(roster.duty_list), len(roster.duty_list) - len(lost),
    )  # fmt: skip
    assert first(result).phase == "start"
    assert ss.check(today, result.schedule).objective == result.objective <= first(result).objective


def test_unknown_names_and_dates_are_each_told_with_what_hangs_on_them():
    problem = counter_day()
    duties = [
        work("E0", "am", "09:00", "11:00"), work("E1", "night", "09:00", "11:00"),
        work("E2", "am", "09:00", "11:00", outlet="Mall"), work("E1", "am", "09:00", "11:00", skill="magic"),
        work("E1", "am", "09:00", "11:00", date=MONDAY + dt.timedelta(days=7)),
        work("E2", "am", "09:00", "11:00", date=MONDAY - dt.timedelta(days=7)),
    ]  # fmt: skip
    stints = [spell("E0", "chess", "09:00", "10:00"), spell("E0", "counter", "10:00", "11:00"),
              spell("E1", "counter", "09:00", "11:00")]  # fmt: skip
    away = ss.PlannedLeave(employee_id="E9", first_day=MONDAY, last_day=MONDAY)
    start = Start.of(problem, ss.Schedule.of(duties, stints, [away]))
    assert set(start.dropped) == {
        '1 duty: shift type "night" is not in the problem',
        '1 duty: outlet "Mall" is not in the problem',
        '1 duty: skill "magic" is not in the problem',
        "2 duties: outside the days planned, 2026-03-09 to 2026-03-09",
        '1 stint: activity "chess" is not in the problem',
        "1 stint: within no duty that is left",
        '1 leave: employee "E9" is not in the problem',
    }
    assert start.schedule == ss.Schedule.of(duties[:1], stints[1:2])
    # An hour of E0's is without an activity now, which the search fills again.
    assert [finding.rule for finding in start.report.violations] == ["duty.filled"]
    result = ss.solve(problem, BRIEF, start=ss.Schedule.of(duties, stints, [away]))
    assert first(result).phase == "start, repaired"
    filled = ss.Schedule.of(duties[:1], [spell("E0", "counter", "09:00", "11:00")])
    assert first(result).objective == ss.check(problem, filled).objective


def test_a_roster_of_another_week_is_no_start_but_no_obstacle(earlier):
    _, roster = earlier
    problem = cluster("2026-03-16")
    result = ss.solve(problem, BRIEF, start=roster)
    told = f"{len(roster.duty_list)} duties: outside the days planned, 2026-03-16 to 2026-03-18"
    assert told in result.start.dropped
    assert (result.start.schedule, result.start.kept_in(result.schedule)) == (ss.Schedule(), 0)
    assert ss.check(problem, result.schedule).ok


# ---------------------------------------------------------------- what is not allowed today


def test_broken_rest_is_repaired_with_little_change(earlier):
    problem, roster = earlier
    today = problem.replace(
        rules=(*(rule for rule in problem.rules if rule.name != "rest.minimum"), MinimumRest(minutes=16 * 60))
    )
    broken = [finding for finding in ss.check(today, roster).violations if finding.rule == "rest.minimum"]
    assert broken
    result = ss.solve(today, BRIEF, start=roster)
    assert len(result.start.report.violations) >= len(broken)
    assert first(result).phase == "start, repaired"
    assert ss.check(today, result.schedule).objective == result.objective <= first(result).objective


@pytest.mark.parametrize("strategy", [ss.Strategy(), ss.Strategy(small_options=0, place_rows=0)])
def test_one_that_breaks_rules_of_the_slots_is_repaired(strategy):
    """Who did most at the counter has lost the permission for it, and who did most foreign exchange the pledge."""
    spec = ss.GeneratorSpec(outlets=2, staff=8, days=1, seed=3, content="everything")
    problem, some = ss.generate(spec), ss.Settings(deterministic=True, deterministic_work=3, gap=0.3)
    roster = ss.solve(problem, some).schedule
    lost = {
        (max(done, key=lambda stint: stint.end - stint.start).employee_id, skill)
        for activity, skill in (("counter", "counter"), ("fx", "pledge"))
        if (done := [stint for stint in roster.stint_list if stint.activity_id == activity])
    }
    assert len(lost) == 2
    today = problem.replace(
        permissions=tuple(p for p in problem.permissions if (p.employee_id, p.skill_id) not in lost)
    )
    broken = {finding.rule for finding in ss.check(today, roster).violations}
    assert broken >= {"permission.held", "custody.pledge"}
    told: list[ss.Incumbent] = []
    result = ss.solve(today, some.model_copy(update={"strategy": strategy}), start=roster, on_incumbent=told.append)
    assert {finding.rule for finding in result.start.report.violations} == broken
    assert told[0].phase == "start, repaired"
    assert all(ss.check(today, incumbent.schedule).ok for incumbent in told)
    before, after = ({d.employee_id for d in s.duty_list} for s in (roster, told[0].schedule))
    assert len(before & after) >= len(before) - 1


def test_the_nearest_is_taken_not_the_cheapest():
    # E0 falls ill: E1's duty stays where it is, though in the afternoon it would cost as much and three be cheaper.
    problem = counter_day(leave=(Leave(employee_id="E0", first_day=MONDAY, last_day=MONDAY),))
    roster = ss.Schedule.of(
        [work("E0", "am", "09:00", "11:00"), work("E1", "pm", "11:00", "13:00")],
        [spell("E0", "counter", "09:00", "11:00"), spell("E1", "counter", "11:00", "13:00")],
    )
    told: list[ss.Incumbent] = []
    result = ss.solve(problem, BRIEF, start=roster, on_incumbent=told.append)
    assert [(d.employee_id, d.shift_type_id) for d in told[0].schedule.duty_list] == [("E1", "pm")]
    assert told[0].phase == "start, repaired"
    assert [finding.rule for finding in result.start.report.violations] == ["leave.taken"]


def test_people_in_whose_duties_nothing_is_broken_keep_theirs():
    days = [MONDAY + dt.timedelta(days=d) for d in range(3)]
    problem = plain(
        horizon={"start": MONDAY, "days": 3, "slot_minutes": 60}, shift_types=(fixed_shift("day", "09:00", "17:00"),),
        staff=tuple(Employee(employee_id=f"E{i}", contract_id="full") for i in range(2)),
        rules=(DaysWorked(maximum=2),),
    )  # fmt: skip
    duties = [work("E0", "day", "09:00", "17:00", date=day) for day in days]
    duties += [work("E1", "day", "09:00", "17:00", date=day) for day in days[:2]]
    told: list[ss.Incumbent] = []
    ss.solve(problem, BRIEF, start=ss.Schedule.of(duties), on_incumbent=told.append)
    kept = told[0].schedule.duty_list
    assert [d.date for d in kept if d.employee_id == "E1"] == days[:2]
    assert len([d for d in kept if d.employee_id == "E0"]) == 2


def test_change_is_told_in_minutes():
    shifts = (fixed_shift("early", "08:00", "14:00"), fixed_shift("late", "10:00", "17:00"))
    problem = plain(horizon={"start": MONDAY, "days": 1, "slot_minutes": 60}, shift_types=shifts)
    model = build_model(problem)
    hub = problem.outlets[0].outlet_id
    employee = problem.staff[0].employee_id
    change = change_of(model, ss.Schedule.of([work(employee, "early", "08:00", "14:00", outlet=hub)]))
    options = model.roster.options
    own = options.employee == 0
    kept = -6 * 60 - CALLED
    for outlet, shift, told in (
        (0, 0, kept), (0, 1, kept + (2 + 3) * 60 + OTHERWISE), (1, 0, kept + ELSEWHERE),
    ):  # fmt: skip
        chosen = own & (options.outlet == outlet) & (options.shift_type == shift)
        assert np.unique(change[chosen]).tolist() == [told]
    for shift, minutes in ((0, 360), (1, 420)):
        assert np.unique(change[~own & (options.shift_type == shift)]).tolist() == [minutes + CALLED]

import datetime as dt

import numpy as np
import pytest

import schedsolver as ss
from schedsolver.domain import Contract, Horizon, Leave, PlannedLeave, Request, Schedule, Scope, SpecialDay
from schedsolver.errors import InvalidProblem
from schedsolver.model.build import build_model
from schedsolver.model.names import schedule_of
from schedsolver.rules import WeeklyHours, check
from schedsolver.rules.leave import MandatoryLeave, PlannedLeaveKept
from tests.rules.test_agreement import DAY, E1, E2, NIGHT, NOON, SUNDAY, alone
from tests.solving import assert_agree, assert_settled, fixed_shift, plain, words, work
from tests.tiny import MONDAY, TUESDAY

FRIDAY = SUNDAY - dt.timedelta(days=2)
FORTNIGHT = "2026-03-09 to 2026-03-22"


def on(day: int) -> dt.date:
    """A day counted from Monday the 9th."""
    return MONDAY + dt.timedelta(days=day)


def plan(first: int, last: int, employee: str = "E1") -> PlannedLeave:
    return PlannedLeave(employee_id=employee, first_day=on(first), last_day=on(last))


def given(first: int, last: int, employee: str = "E1", **more) -> Leave:
    return Leave(employee_id=employee, first_day=on(first), last_day=on(last), **more)


def world(first: int = 0, days: int = 14, **changes):
    horizon = Horizon(start=on(first), days=days, slot_minutes=60)
    return plain(**({"horizon": horizon, "shift_types": (DAY, NIGHT)} | changes))


def mandatory(workdays: int = 5, **more) -> MandatoryLeave:
    """The rule for E1, by default over the horizon."""
    return MandatoryLeave(**({"workdays": workdays, "per": "horizon", "scope": Scope(employees=("E1",))} | more))


def asked(problem, *leave: PlannedLeave, rule: MandatoryLeave | None = None) -> list[str]:
    """What the rule says of planned leave alone."""
    return words((rule or mandatory()).judge(problem, Schedule.of([], [], leave)))


def kept(problem, *leave: PlannedLeave, duties=()) -> list[str]:
    """What is said of planned leave as such."""
    return words(PlannedLeaveKept().judge(problem, Schedule.of(duties, [], leave)))


MISSING = [f"E1 has no leave of 5 workdays in a row in {FORTNIGHT}"]


@pytest.mark.parametrize(
    ("first", "last", "enough"),
    [
        (0, 4, True), (2, 8, True), (7, 11, True),
        # Four or six workdays, or an end that is none.
        (0, 3, False), (0, 7, False), (0, 5, False), (-1, 3, False), (5, 11, False), (2, 7, False),
    ],
)  # fmt: skip
def test_mandatory_leave_has_as_many_workdays_as_asked_and_begins_and_ends_with_one(first, last, enough):
    problem = world(rules=(mandatory(),))
    leave = plan(first, last)
    assert asked(problem, leave) == ([] if enough else MISSING)
    told = f"no rule asks for mandatory leave of E1 from {on(first)} to {on(last)}"
    assert kept(problem, leave) == ([] if enough else [told])


def test_workdays_are_those_of_the_calendar():
    swapped = (SpecialDay(date=on(2), kind="holiday"), SpecialDay(date=on(5), kind="workday"))
    problem = world(special_days=swapped)
    assert asked(problem, plan(0, 4)) == MISSING
    assert asked(problem, plan(0, 5)) == asked(problem, plan(1, 7)) == []


def test_each_employee_in_the_scope_has_one():
    problem = world()
    everybody = mandatory(scope=Scope())
    assert asked(problem, plan(0, 4, "E2"), rule=everybody) == MISSING
    assert asked(problem, plan(0, 4), plan(7, 11, "E2"), rule=everybody) == []
    assert asked(problem, plan(0, 4, "E2")) == MISSING
    found = everybody.judge(problem, Schedule())
    assert [v.employee_id for v in found.violations] == ["E1", "E2"]


def test_one_is_enough():
    problem = world(rules=(mandatory(),))
    assert asked(problem, plan(0, 4), plan(7, 11)) == [f"E1 has 2 leaves planned in {FORTNIGHT}, one is enough"]
    assert kept(problem, plan(0, 4), plan(7, 11)) == []


@pytest.mark.parametrize(
    ("leave", "enough"),
    [
        ([given(0, 4)], True), ([given(-9, 30)], True), ([given(2, 4), given(7, 8)], True), ([given(7, 11)], True),
        ([given(0, 3)], False), ([given(0, 2), given(4, 5)], False), ([given(-3, 3)], False), ([given(8, 14)], False),
        ([given(0, 11, start="00:00", end="24:00")], False), ([given(0, 4, "E2")], False),
        ([given(0, 3), given(4, 4, start="09:00", end="17:00")], False),
    ],
)  # fmt: skip
def test_whole_days_of_leave_given_will_do(leave, enough):
    problem = world(leave=leave, rules=(mandatory(),))
    assert asked(problem) == ([] if enough else MISSING)
    planned = kept(problem, plan(0, 4))
    assert planned == (["no rule asks for mandatory leave of E1 from 2026-03-09 to 2026-03-13"] if enough else [])
    # The model plans leave for the same people.
    assert bool(len(build_model(problem).roster.leaves.column)) != enough


def test_each_period_that_ends_in_the_horizon_is_judged():
    # From Monday 21 December 2026 to Sunday 10 January 2027, with leave given in November.
    horizon = Horizon(start=dt.date(2026, 12, 21), days=21, slot_minutes=60)
    yearly = MandatoryLeave(workdays=4, scope=Scope(employees=("E1",)))
    problem = world(horizon=horizon, rules=(yearly,))
    first = PlannedLeave(employee_id="E1", first_day=dt.date(2026, 12, 28), last_day=dt.date(2026, 12, 31))
    for leave in (
        first.model_copy(update={"last_day": dt.date(2027, 1, 1)}),
        PlannedLeave(employee_id="E1", first_day=dt.date(2027, 1, 4), last_day=dt.date(2027, 1, 7)),
    ):
        assert asked(problem, leave, rule=yearly) == [
            "E1 has no leave of 4 workdays in a row in 2026-01-01 to 2026-12-31"
        ]
        assert kept(problem, leave) == [f"no rule asks for {leave}"]
    assert asked(problem, first, rule=yearly) == kept(problem, first) == []
    november = Leave(employee_id="E1", first_day=dt.date(2026, 11, 2), last_day=dt.date(2026, 11, 5))
    assert asked(problem.replace(leave=(november,)), rule=yearly) == []
    blocks = build_model(problem).roster.leaves
    assert [(int(a), int(b)) for a, b in zip(blocks.first_day, blocks.last_day, strict=True)] == [
        (0, 3), (1, 4), (2, 7), (3, 8), (4, 9), (7, 10)
    ]  # fmt: skip
    assert not len(build_model(problem.replace(leave=(november,))).roster.leaves.column)


def test_planned_leave_lies_in_the_horizon():
    # The block from the 9th to the 22nd is planned from the 11th on.
    block = mandatory(3, per="block", days=14, anchor=MONDAY)
    problem = world(2, 12, rules=(block,))
    assert kept(problem, plan(1, 3)) == ["no rule asks for mandatory leave of E1 from 2026-03-10 to 2026-03-12"]
    assert kept(problem, plan(2, 4)) == []
    assert build_model(problem).roster.leaves.first_day.min() == 0


def test_leave_that_no_rule_asks_for_is_not_planned():
    told = ["no rule asks for mandatory leave of E2 from 2026-03-09 to 2026-03-13"]
    assert kept(world(), plan(0, 4, "E2")) == kept(world(rules=(mandatory(),)), plan(0, 4, "E2")) == told
    report = check(world(), Schedule(leave_list=(plan(0, 4, "E2"),)))
    assert [(v.rule, v.employee_id) for v in report.violations] == [("leave.planned", "E2")]


def test_nobody_works_during_planned_leave():
    history = (work("E1", "night", "22:00", "30:00", date=SUNDAY), work("E2", "night", "22:00", "30:00", date=SUNDAY))
    problem = world(rules=(mandatory(),), history=history)
    duties = [
        work("E1", "night", "22:00", "30:00", date=on(6)), work("E1", "day", "09:00", "11:00", date=on(11)),
        work("E1", "day", "09:00", "11:00", date=on(12)), work("E1", "day", "00:00", "02:00", date=on(12)),
        work("E1", "day", "16:00", "24:00", date=on(6)), work("E2", "day", "09:00", "11:00", date=on(7)),
    ]  # fmt: skip
    leave = "mandatory leave of E1 from 2026-03-16 to 2026-03-20"
    assert kept(problem, plan(7, 11), duties=duties) == [
        f"E1 at Hub on 2026-03-15 22:00-06:00 falls into {leave}",
        f"E1 at Hub on 2026-03-20 09:00-11:00 falls into {leave}",
    ]
    leave = "mandatory leave of E1 from 2026-03-09 to 2026-03-13"
    assert kept(problem, plan(0, 4)) == [f"E1 at Hub on 2026-03-08 22:00-06:00 falls into {leave}"]


def test_a_week_has_one_planned_leave_at_most():
    problem = world(days=12, rules=(mandatory(1, per="block", days=2),))
    assert kept(problem, plan(0, 0), plan(2, 2)) == ["E1 has 2 leaves planned in the week of 2026-03-09, one at most"]
    assert kept(problem, plan(4, 4), plan(7, 7)) == []
    assert kept(problem, plan(0, 0), plan(2, 2, "E2"))[0].startswith("no rule asks for")
    sunday = world(rules=(mandatory(1, per="block", days=7),), special_days=(SpecialDay(date=on(6), kind="workday"),))
    assert kept(sunday, plan(6, 6), plan(7, 7)) == []
    long = world(days=12, rules=(mandatory(2, per="block", days=4),))
    assert kept(long, plan(4, 7), plan(8, 9)) == ["E1 has 2 leaves planned in the week of 2026-03-16, one at most"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"workdays": 10}, None),
        ({"workdays": 11}, "E1 cannot be away for 11 workdays in a row in 2026-03-09 to 2026-03-22: 10 of them are "
         "planned here; plan more days, or enter the leave already taken"),
        ({"workdays": 6, "per": "block", "days": 7}, "E1 cannot be away for 6 workdays in a row in 2026-03-09 to "
         "2026-03-15: 5 of them are planned here; plan more days, or enter the leave already taken"),
        ({"workdays": 60, "per": "year"}, None),
    ],
)  # fmt: skip
def test_leave_longer_than_what_is_planned_is_refused(changes, fault):
    assert list(mandatory(**changes).faults(world())) == ([fault] if fault else [])


def test_what_is_given_need_not_be_planned():
    rule = mandatory(6, per="block", days=7, anchor=on(7), scope=Scope())
    problem = world(0, 7, leave=(given(-7, 4),))
    assert next(rule.faults(problem)).startswith("E1 cannot be away for 6 workdays")
    assert list(mandatory(5, per="block", days=7).faults(problem.replace(leave=(given(0, 4),)))) == []


def test_nobody_has_two_such_rules():
    for_all, for_senior = mandatory(scope=Scope()), mandatory(3, scope=Scope(tags=("senior",)))
    fault = "leave.mandatory: E1 is in the scope of another leave.mandatory too; keep one"
    with pytest.raises(InvalidProblem) as caught:
        world(rules=(for_all, for_senior))
    assert str(caught.value).count(fault) == 2
    assert world(rules=(for_senior, mandatory(scope=Scope(employees=("E2",)))))


def test_a_period_without_an_end_in_sight_asks_for_nothing():
    assert asked(world(), rule=mandatory(per="month")) == asked(world(), rule=mandatory(per="year")) == []
    with pytest.raises(ValueError, match="per year takes no days"):
        MandatoryLeave(workdays=5, days=7)


# ---------------------------------------------------------------- the weekly hours beside it


def hours(**more) -> WeeklyHours:
    return WeeklyHours(under_cents_per_minute=2, over_cents_per_minute=3, **more)


CONTRACT = (Contract(contract_id="full", weekly_minutes=2100, daily_minutes=400),)


@pytest.mark.parametrize(
    ("planned", "taken", "owed"),
    [
        ((), (), 2100), ((plan(0, 0),), (), 1700), ((plan(2, 4),), (), 900), ((plan(0, 4),), (), 100),
        ((plan(0, 7),), (), 0), ((plan(0, 0, "E2"),), (), 2100),
        # What lies in the week before does not count, and a day counts once.
        ((plan(-1, 1),), (), 1300), ((plan(3, 4),), (given(3, 3),), 1300), ((plan(3, 4),), (given(0, 0),), 900),
    ],
)  # fmt: skip
def test_each_day_of_planned_leave_lowers_what_is_owed_as_leave_given_does(planned, taken, owed):
    problem = world(0, 7, contracts=CONTRACT, staff=(E1, E2), leave=taken)
    schedule = Schedule.of([work("E1", "day", "09:00", "11:00", date=on(6))], [], planned)
    found = hours(scope=Scope(employees=("E1",))).judge(problem, schedule)
    assert found.cents == (2 * (owed - 120) if owed > 120 else 3 * (120 - owed))
    assert words(found) == [f"E1: 120 paid minutes of {owed} owed in the week of 2026-03-09"]


@pytest.mark.parametrize(("limit", "count"), [(720, 0), (719, 1)])
def test_time_beyond_what_planned_leave_leaves_is_limited(limit, count):
    # 820 minutes of 100 owed.
    duties = [work("E1", "day", "00:00", "13:40", date=on(5))]
    problem = world(0, 7, contracts=CONTRACT, staff=(E1,))
    schedule = Schedule.of(duties, [], [plan(0, 4)])
    assert len(hours(most_over_minutes=limit).judge(problem, schedule).violations) == count


# ---------------------------------------------------------------- model and checker


def cheap(weekly: int = 840, daily: int = 100) -> tuple[Contract, ...]:
    return (Contract(contract_id="full", weekly_minutes=weekly, daily_minutes=daily),)


def spell_of(days: int, first: dt.date = MONDAY, **more) -> dict:
    return {"horizon": Horizon(start=first, days=days, slot_minutes=60), **more}


EVENING = fixed_shift("evening", "16:00", "24:00")
ONE, TWO = mandatory(1), mandatory(2)
HOURS = {
    "horizon": Horizon(start=TUESDAY, days=3, slot_minutes=60),
    "history": (work("E1", "n", "10:00", "14:00"),),
}
CASES = {
    # A night takes two days. Monday's and another take all three.
    "nights": (alone(NIGHT, **spell_of(3), rules=(ONE,)), 3),
    "a night in history": (
        alone(
            DAY, **spell_of(2), rules=(ONE,),
            history=(work("E1", "n", "22:00", "30:00", date=SUNDAY), work("E1", "n", "9:00", "10:00", date=FRIDAY)),
        ), 2,
    ),
    "the end of history": (
        alone(DAY, **spell_of(2), history=(work("E1", "n", "16:00", "24:00", date=SUNDAY),), rules=(ONE,)), 1,
    ),
    "leave given is enough": (alone(DAY, **spell_of(3), leave=(given(1, 1),), rules=(ONE,)), 0),
    "leave given is too short": (alone(DAY, **spell_of(3), leave=(given(1, 1),), rules=(TWO,)), 1),
    "over a weekend": (alone(DAY, **spell_of(4, FRIDAY), rules=(TWO,)), 15),
    "two weeks": (alone(DAY, **spell_of(4, FRIDAY), rules=(mandatory(1, per="block", days=2),)), 12),
    # Free are two days, either, Tuesday after an early or a late duty, or Monday; but not Tuesday after a night.
    "early, late and night": (alone(DAY, EVENING, NIGHT, **spell_of(2), rules=(ONE,)), 58),
    "both of two people": (
        alone(DAY, **spell_of(2), staff=(E1, E2), rules=(MandatoryLeave(workdays=1, per="horizon"),)), 7,
    ),
    "one of two people": (
        alone(DAY, **spell_of(2), staff=(E1, E2), rules=(mandatory(1, scope=Scope(employees=("E2",))),)), 4,
    ),
    "two duties a day": (
        alone(DAY, NOON, **spell_of(2), rules=({"rule": "duty.per_day", "maximum": 2}, ONE)), 9,
    ),
    "hours": (alone(DAY, NOON, **spell_of(3, TUESDAY), contracts=cheap(), rules=(TWO, hours())), 59),
    "hours with a limit": (
        alone(DAY, NOON, **spell_of(3, TUESDAY), contracts=cheap(), rules=(TWO, hours(most_over_minutes=0))), 61,
    ),
    "hours and history": (alone(DAY, NOON, **HOURS, contracts=cheap(daily=170), rules=(TWO, hours())), 59),
    # Of 480 minutes owed leave takes off 340, and history had 240: nothing is left, and 100 beyond are let be.
    "hours already beyond": (
        alone(DAY, NOON, **HOURS, contracts=cheap(daily=170), rules=(TWO, hours(most_over_minutes=50))), 63,
    ),
    # Of 600 minutes 360 are left. Leave on Thursday and Friday leaves 20 of them and 50 beyond, too few for a duty;
    # leave over the weekend leaves none. So Monday, after the former, is all.
    "hours more or less beyond": (
        alone(
            DAY, **spell_of(5, on(3)), history=(work("E1", "n", "10:00", "14:00", date=on(2)),),
            contracts=cheap(daily=170), rules=(TWO, hours(most_over_minutes=50)),
        ), 30,
    ),
    "hours and leave given": (
        # Two duties leave no room for the leave on Monday and Wednesday; else the 40 minutes owed are passed by 200.
        alone(
            DAY, **spell_of(4), leave=(given(1, 1),), contracts=cheap(420), rules=(TWO, hours(most_over_minutes=199)),
        ), 4,
    ),
    "hours and leave given, a minute more": (
        alone(
            DAY, **spell_of(4), leave=(given(1, 1),), contracts=cheap(420), rules=(TWO, hours(most_over_minutes=200)),
        ), 2,
    ),
    "hours of two weeks": (
        alone(DAY, **spell_of(4, FRIDAY), contracts=cheap(), rules=(mandatory(1, per="block", days=2), hours())), 12,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_planned_leave(name):
    problem, forbidden = CASES[name]
    costs = assert_agree(problem)
    assert any(cost is not None for cost in costs)
    assert costs.count(None) == forbidden


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("hours")])
def test_a_search_that_stops_early_names_the_price_of_its_roster(name):
    assert_settled(CASES[name][0])


def test_model_and_checker_agree_that_a_week_cannot_have_two():
    problem = alone(DAY, **spell_of(4), rules=(mandatory(1, per="block", days=2),))
    assert assert_agree(problem) == [None] * 16


WISHES = {0: 10, 1: 20, 2: 30, 3: 5, 4: 4}


def test_the_solver_plans_leave_where_it_costs_least():
    problem = alone(
        DAY, **spell_of(5), rules=(TWO,),
        requests=tuple(Request(employee_id="E1", date=on(d), wish="on", cents=c) for d, c in WISHES.items()),
    )  # fmt: skip
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert result.objective == result.bound == 9
    assert result.schedule.leave_list == (plan(3, 4),)
    assert [duty.date for duty in result.schedule.duty_list] == [on(0), on(1), on(2)]
    assert check(problem, result.schedule).ok


def test_the_solver_lowers_what_is_owed():
    # 840 minutes a week owe 600 for five days; two of leave leave 400. Three duties of 120 lack 40, at 2 cents each.
    problem = alone(DAY, **spell_of(5), contracts=cheap(), rules=(TWO, hours()))
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert result.objective == result.bound == 80
    assert len(result.schedule.leave_list) == 1


def test_a_solution_is_read_with_its_leave():
    problem = alone(DAY, **spell_of(3), rules=(TWO,))
    model = build_model(problem)
    values = np.zeros(model.roster.columns, np.int64)
    values[model.roster.leaves.column[1]] = 1
    assert schedule_of(model, values) == Schedule(leave_list=(plan(1, 2),))


# ---------------------------------------------------------------- who is told


def test_the_published_view_leaves_planned_leave_out(tmp_path):
    duty = work("E1", "day", "09:00", "11:00", date=on(5))
    schedule = Schedule.of([duty], [], [plan(7, 11), plan(0, 4)])
    assert schedule.leave_list == (plan(0, 4), plan(7, 11))
    assert schedule.leave_of == {"E1": schedule.leave_list}
    assert schedule.published() == Schedule.of([duty])
    ss.save_schedule(schedule, tmp_path)
    assert ss.load_schedule(tmp_path) == ss.load_schedule(tmp_path / "schedule.json") == schedule
    assert ss.load_schedule(tmp_path / "duties.csv") == schedule.published()
    told = "".join((tmp_path / name).read_text() for name in ("duties.csv", "activities.csv"))
    assert "leave" not in told
    assert "2026-03-16" not in told


def test_leave_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="the leave ends on 2026-03-08, before it starts on 2026-03-09"):
        plan(0, -1)
    assert (on(-1) in plan(0, 1), on(0) in plan(0, 1), on(1) in plan(0, 1), on(2) in plan(0, 1)) == (
        False, True, True, False
    )  # fmt: skip


def test_leave_of_someone_unknown_is_refused():
    with pytest.raises(
        ss.InvalidSchedule, match=r'^mandatory leave of E9 from .*: employee "E9" is not in the problem'
    ):
        check(world(), Schedule(leave_list=(plan(0, 4, "E9"),)))

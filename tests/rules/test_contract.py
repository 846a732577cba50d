import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import Contract, Employee, Leave, Request, Scope, ShiftRequirement, SpecialDay, TravelTimes
from schedsolver.errors import InvalidProblem
from schedsolver.rules import AverageHours, DaysWorked, PaidHours
from schedsolver.rules.duty import DutiesPerDay
from tests.rules.test_agreement import DAY, E1, E2, HUB, NOON, SAT, SUNDAY, alone, days
from tests.solving import assert_agree, fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY, TUESDAY

WEDNESDAY = TUESDAY + dt.timedelta(days=1)
EXACT = ss.Settings(deterministic=True)
LATE = fixed_shift("late", "14:00", "24:00")
TIMES = TravelTimes(outlets=("Hub", "Sat"), minutes=((0, 30), (17, 0)))
TWICE = DutiesPerDay(maximum=2)


def day(offset: int) -> dt.date:
    """A day counted from Monday the 9th."""
    return MONDAY + dt.timedelta(days=offset)


def on(*offsets: int, employee: str = "E1", shift: str = "day", outlet: str = "Hub"):
    """Duties on some days: two hours from 9, three from 12 or ten from 14 o'clock."""
    clock = {"day": ("09:00", "11:00"), "noon": ("12:00", "15:00"), "late": ("14:00", "24:00")}[shift]
    return tuple(work(employee, shift, *clock, date=day(offset), outlet=outlet) for offset in offsets)


def world(first: int = 0, length: int = 7, **changes):
    tables = {"horizon": days(length, day(first)), "shift_types": (DAY, NOON, LATE), "outlets": (HUB, SAT)}
    return plain(**(tables | changes))


def known_from(offset: int, first: int, length: int):
    return days(length, day(first)).model_copy(update={"known_from": day(offset)})


def soft(weight: int) -> dict:
    return {"hard": False, "weight": weight}


# ---------------------------------------------------------------- contract.days, by hand


@pytest.mark.parametrize(("worked", "count"), [(4, 0), (5, 0), (6, 1), (7, 1)])
def test_no_more_days_than_allowed_are_worked_in_a_week(worked, count):
    found = judged(DaysWorked(maximum=5), world(), *on(*range(worked)))
    assert words(found) == [f"E1 works {worked} days in 2026-03-09 to 2026-03-15, 5 at most"] * count
    assert [v.employee_id for v in found.violations] == ["E1"] * count


@pytest.mark.parametrize(("worked", "count"), [(0, 1), (1, 1), (2, 0), (3, 0)])
def test_no_fewer_days_than_asked_are_worked_in_a_week(worked, count):
    rule = DaysWorked(minimum=2, scope=Scope(employees=("E1",)))
    found = judged(rule, world(), *on(*range(worked)))
    assert words(found) == [f"E1 works {worked} days in 2026-03-09 to 2026-03-15, 2 at least"] * count
    assert [v.employee_id for v in found.violations] == ["E1"] * count


def test_each_day_more_or_missing_costs_the_weight_when_soft():
    problem = world()
    assert judged(DaysWorked(maximum=2, **soft(300)), problem, *on(0, 1, 2, 3, 4), *on(0, employee="E2")).cents == 900
    found = judged(DaysWorked(minimum=4, **soft(7)), problem, *on(0), *on(0, 1, 2, 3, employee="E2"))
    assert (found.violations, found.cents) == ((), 3 * 7)


def test_a_day_with_two_duties_counts_once():
    assert judged(DaysWorked(maximum=1), world(), *on(0), *on(0, shift="noon")).violations == ()
    assert len(judged(DaysWorked(maximum=1), world(), *on(0), *on(1, shift="noon")).violations) == 1


def test_weeks_end_on_sunday_and_a_cut_week_has_a_maximum_but_no_minimum():
    # Friday to Thursday; three days of the first week, four of the second, in which five duties lie in a row.
    five = on(4, 5, 6, 7, 8)
    assert judged(DaysWorked(maximum=3), world(4), *five).violations == ()
    assert words(judged(DaysWorked(maximum=2), world(4), *five)) == [
        "E1 works 3 days in 2026-03-09 to 2026-03-15, 2 at most"
    ]
    assert judged(DaysWorked(minimum=7), world(4), *five).violations == ()


@pytest.mark.parametrize(("first", "count"), [(-3, 2), (-2, 2), (-1, 1), (0, 0)])
def test_a_minimum_needs_the_whole_period_planned_or_known(first, count):
    # Runs of three days that end on Monday and Tuesday, which are planned; they begin on Saturday and Sunday.
    problem = world(horizon=known_from(first, 0, 2), staff=(E1,))
    assert len(judged(DaysWorked(minimum=1, per="rolling", days=3), problem).violations) == count


def test_history_counts_by_the_day_from_where_it_is_known():
    # The horizon begins on Thursday; history has Tuesday, Wednesday twice, and Sunday of the week before.
    history = (*on(-1, 1, 2), *on(2, shift="late"), *on(1, employee="E2"))
    problem = world(3, 4, history=history)
    assert judged(DaysWorked(maximum=3), problem, *on(3)).violations == ()
    assert "E1 works 4 days" in words(judged(DaysWorked(maximum=3), problem, *on(3, 4)))[0]
    later = problem.replace(horizon=known_from(2, 3, 4))
    assert judged(DaysWorked(maximum=3), later, *on(3, 4)).violations == ()
    assert len(judged(DaysWorked(maximum=2), later, *on(3, 4)).violations) == 1


def test_days_history_already_had_too_many_are_let_be_but_no_more_may_come():
    problem = world(3, 4, history=on(0, 1, 2))
    assert judged(DaysWorked(maximum=2), problem).violations == ()
    assert len(judged(DaysWorked(maximum=2), problem, *on(3)).violations) == 1
    assert judged(DaysWorked(maximum=2, **soft(10)), problem).cents == 0
    assert judged(DaysWorked(maximum=2, **soft(10)), problem, *on(3, 4)).cents == 20
    assert judged(DaysWorked(maximum=4, **soft(10)), problem, *on(3, 4)).cents == 10


@pytest.mark.parametrize(
    ("period", "worked", "excess"),
    [
        ({"per": "day"}, (0,), [1]),
        ({"per": "horizon"}, (0, 6, 13), [3]),
        ({"per": "month"}, (0, 6, 13), [3]),
        ({"per": "rolling", "days": 2}, (0, 1, 2), [2, 1, 2, 1]),
        ({"per": "block", "days": 2}, (0, 1, 2), [2, 1]),
        ({"per": "block", "days": 2, "anchor": day(1)}, (0, 1, 2), [1, 2]),
    ],
)
def test_periods(period, worked, excess):
    found = judged(DaysWorked(maximum=0, **soft(1), **period), world(0, 14), *on(*worked))
    assert sorted(p.cents for p in found.penalties) == sorted(excess)


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ({"shift_types": ("day",)}, 3),
        ({"shift_types": ("noon", "late")}, 2),
        ({"scope": Scope(outlets=("Sat",))}, 1),
        ({"scope": Scope(employees=("E2",))}, 0),
        ({"scope": Scope(tags=("senior",))}, 5),
        ({"scope": Scope(weekdays=(0, 1))}, 2),
        ({"scope": Scope(day_kinds=("holiday",))}, 1),
        ({"scope": Scope(first_day=day(3))}, 2),
        ({"scope": Scope(last_day=day(1))}, 2),
    ],
)
def test_what_counts(rule, count):
    problem = world(special_days=(SpecialDay(date=day(4), kind="holiday"),))
    duties = (*on(0, 1), *on(2, outlet="Sat"), *on(3, 4, shift="late"))
    assert judged(DaysWorked(maximum=0, **soft(1), **rule), problem, *duties).cents == count


def test_the_shift_types_are_named():
    rule = DaysWorked(maximum=0, shift_types=("late", "day"))
    assert words(judged(rule, world(), *on(1, shift="late"))) == [
        "E1 works 1 days on late, day in 2026-03-09 to 2026-03-15, 0 at most"
    ]


@pytest.mark.parametrize(
    ("scope", "missing"),
    [
        (Scope(), [3, 3]),
        (Scope(weekdays=(5, 6)), [3, 3]),
        (Scope(first_day=day(0)), [3, 3]),
        (Scope(first_day=day(1)), [3]),
        (Scope(last_day=day(13)), [3, 3]),
        (Scope(last_day=day(12)), [3]),
        (Scope(day_kinds=("holiday",)), [3]),
    ],
)
def test_a_minimum_is_asked_of_periods_that_the_scope_leaves_whole_and_not_empty(scope, missing):
    problem = world(0, 14, staff=(E1,), special_days=(SpecialDay(date=day(8), kind="holiday"),))
    found = judged(DaysWorked(minimum=3, scope=scope, **soft(1)), problem)
    assert [p.cents for p in found.penalties] == missing


def test_the_days_of_the_scope_are_the_period_when_it_is_the_horizon():
    rule = DaysWorked(minimum=2, per="horizon", scope=Scope(first_day=day(2), last_day=day(4)))
    problem = world(staff=(E1,))
    assert len(judged(rule, problem, *on(1, 2, 5)).violations) == 1
    assert judged(rule, problem, *on(2, 4)).violations == ()


# ---------------------------------------------------------------- contract.hours, by hand
# The day shift is paid 120 minutes, the noon shift 180, the late shift 600.


@pytest.mark.parametrize(("most", "count"), [(239, 1), (240, 0), (241, 0)])
def test_no_more_paid_time_than_allowed(most, count):
    found = judged(PaidHours(maximum_minutes=most), world(), *on(0, 6))
    assert words(found) == [f"E1 has 240 paid minutes in 2026-03-09 to 2026-03-15, {most} at most"] * count
    assert [v.employee_id for v in found.violations] == ["E1"] * count


@pytest.mark.parametrize(("least", "count"), [(239, 0), (240, 0), (241, 1)])
def test_no_less_paid_time_than_asked(least, count):
    found = judged(PaidHours(minimum_minutes=least), world(staff=(E1,)), *on(0, 6))
    assert words(found) == [f"E1 has 240 paid minutes in 2026-03-09 to 2026-03-15, {least} at least"] * count
    assert [v.employee_id for v in found.violations] == ["E1"] * count


def test_each_minute_costs_the_weight_when_soft():
    found = judged(PaidHours(minimum_minutes=200, maximum_minutes=230, **soft(3)), world(0, 14), *on(0, 6, 7))
    # 240 minutes are 10 beyond, 120 are 80 short; E2 lacks 200 twice.
    assert [p.cents for p in found.penalties] == [30, 240, 600, 600]
    assert found.violations == ()


def test_ways_between_two_duties_of_a_day_are_paid():
    problem = world(travel=TIMES, rules=(TWICE,))
    there = (*on(0), *on(0, shift="noon", outlet="Sat"))
    back = (*on(0, outlet="Sat"), *on(0, shift="noon"))
    assert judged(PaidHours(maximum_minutes=0, **soft(1)), problem, *there).cents == 330
    assert judged(PaidHours(maximum_minutes=0, **soft(1)), problem, *back).cents == 317
    of_some = PaidHours(maximum_minutes=0, shift_types=("day", "noon"), **soft(1))
    assert judged(of_some, problem, *there).cents == 300
    at_sat = PaidHours(maximum_minutes=0, scope=Scope(outlets=("Sat",)), **soft(1))
    assert judged(at_sat, problem, *there).cents == 180


@pytest.mark.parametrize(
    ("rule", "minutes"),
    [
        ({"shift_types": ("day",)}, 360),
        ({"shift_types": ("noon", "late")}, 780),
        ({"scope": Scope(outlets=("Sat",))}, 120),
        ({"scope": Scope(weekdays=(0, 4))}, 720),
        ({"scope": Scope(employees=("E2",))}, 0),
        ({"per": "day"}, 1140),
        # Each day, none of them the last one planned, lies in two runs of two days.
        ({"per": "rolling", "days": 2}, 2 * 1140),
    ],
)
def test_which_time_counts(rule, minutes):
    duties = (*on(0, 1), *on(2, outlet="Sat"), *on(3, shift="noon"), *on(4, shift="late"))
    assert judged(PaidHours(maximum_minutes=0, **soft(1), **rule), world(), *duties).cents == minutes


def test_some_time_is_named_by_its_shift_types():
    rule = PaidHours(maximum_minutes=1, shift_types=("late",))
    assert words(judged(rule, world(), *on(0), *on(1, shift="late"))) == [
        "E1 has 600 paid minutes on late in 2026-03-09 to 2026-03-15, 1 at most"
    ]


def test_time_of_history_counts_and_what_is_too_much_of_it_is_let_be():
    problem = world(2, 5, history=(*on(-1, shift="late"), *on(0, 1)))
    assert judged(PaidHours(maximum_minutes=360), problem, *on(2)).violations == ()
    assert len(judged(PaidHours(maximum_minutes=359), problem, *on(2)).violations) == 1
    assert judged(PaidHours(maximum_minutes=200, **soft(1)), problem).cents == 0
    assert judged(PaidHours(maximum_minutes=200, **soft(1)), problem, *on(2)).cents == 120
    assert judged(PaidHours(minimum_minutes=360), problem.replace(staff=(E1,)), *on(2)).violations == ()
    assert len(judged(PaidHours(minimum_minutes=361), problem.replace(staff=(E1,)), *on(2)).violations) == 1
    later = problem.replace(horizon=known_from(1, 2, 5))
    assert judged(PaidHours(maximum_minutes=240), later, *on(2)).violations == ()
    noon = PaidHours(maximum_minutes=240, shift_types=("noon", "day"))
    assert len(judged(noon, problem, *on(2)).violations) == 1
    assert judged(noon, later, *on(2)).violations == ()


# ---------------------------------------------------------------- contract.average_hours, by hand


@pytest.mark.parametrize(("weekly", "count"), [(1199, 1), (1200, 0)])
def test_time_is_averaged_over_the_weeks_of_a_block(weekly, count):
    problem = world(0, 14)
    rule = AverageHours(weekly_minutes=weekly, per="block", days=14)
    found = judged(rule, problem, *on(0, 1, 2, 3, shift="late"))
    allowed = 2 * weekly
    assert (
        words(found)
        == [f"E1 has 2400 paid minutes in 2026-03-09 to 2026-03-22, {allowed} at most in 14 days at {weekly} a week"]
        * count
    )
    assert [v.employee_id for v in found.violations] == ["E1"] * count


def test_days_after_the_horizon_allow_their_part_and_days_before_the_history_do_not():
    # A week of 700 minutes allows 100 a day; the month ends on the 31st, 23 days from the 9th.
    rule = AverageHours(weekly_minutes=700, per="month", **soft(1))
    assert judged(rule, world(), *on(0, 1, 2, 3, shift="late")).cents == 2400 - 2300
    assert judged(rule, world(horizon=known_from(-2, 0, 7)), *on(0, 1, 2, 3, shift="late")).cents == 0
    assert judged(rule, world(horizon=known_from(-1, 0, 7)), *on(0, 1, 2, 3, shift="late")).cents == 0
    assert judged(rule, world(horizon=known_from(-20, 0, 7)), *on(0, 1, 2, 3, 4, 5, shift="late")).cents == 500


def test_rolling_periods_are_averaged_where_they_are_known_from_end_to_end():
    rolling = AverageHours(weekly_minutes=700, per="rolling", days=3, **soft(1))
    # The periods end on Wednesday and Thursday and allow 300 each; a day alone may have more than its part.
    assert judged(rolling, world(0, 4), *on(0)).cents == 0
    assert [p.cents for p in judged(rolling, world(0, 4), *on(0, 1, 2)).penalties] == [60]
    assert [p.cents for p in judged(rolling, world(0, 4), *on(0, 1, 2, 3)).penalties] == [60, 60]
    # With one day of history one more ends on Tuesday.
    assert [p.cents for p in judged(rolling, world(0, 2, history=on(-1)), *on(0, 1)).penalties] == [60]


@pytest.mark.parametrize(
    ("days", "scope", "cents"),
    [
        (5, Scope(), [480 - 400]),
        (28, Scope(), [480 - 400]),
        (28, Scope(first_day=TUESDAY), [360 - 300]),
        (28, Scope(first_day=TUESDAY, last_day=WEDNESDAY), [240 - 200]),
        (2, Scope(last_day=TUESDAY), [240 - 200]),
        (2, Scope(first_day=WEDNESDAY), [240 - 200]),
        (28, Scope(first_day=MONDAY + dt.timedelta(days=4)), []),
    ],
)
def test_known_days_too_few_for_a_rolling_period_are_one_period(days, scope, cents):
    rolling = AverageHours(weekly_minutes=700, per="rolling", days=days, scope=scope, **soft(1))
    assert [p.cents for p in judged(rolling, world(0, 4), *on(0, 1, 2, 3)).penalties] == cents


def test_the_allowance_is_rounded_down_in_all():
    # 239 * 4 / 7 = 136.57 for Thursday to Sunday.
    rule = AverageHours(weekly_minutes=239, per="week", **soft(1))
    assert judged(rule, world(3, 4), *on(3, shift="noon")).cents == 180 - 136


def test_history_averages_too_and_what_it_had_too_much_is_let_be():
    rule = AverageHours(weekly_minutes=700, per="week", **soft(1))
    problem = world(2, 5, history=on(0, 1, shift="late"))
    assert judged(rule, problem).cents == 0
    assert judged(rule, problem, *on(2)).cents == 120
    less = world(2, 5, history=on(0, shift="late"))
    assert judged(rule, less, *on(2)).cents == 20
    assert judged(rule, world(2, 5, history=(*on(1), *on(-1, shift="late"))), *on(2, shift="late")).cents == 20


@pytest.mark.parametrize(
    ("scope", "cents"),
    [
        (Scope(), 240 - 140),
        (Scope(employees=("E2",)), 0),
        (Scope(first_day=TUESDAY), 120 - 120),
        (Scope(first_day=WEDNESDAY), 0),
        (Scope(last_day=MONDAY), 120 - 20),
    ],
)
def test_the_scope_says_whose_average_and_from_when_until_when(scope, cents):
    rule = AverageHours(weekly_minutes=140, per="week", scope=scope, **soft(1))
    assert judged(rule, world(), *on(0, 1)).cents == cents


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        (DaysWorked, {}, "contract.days has neither minimum nor maximum, so it would do nothing; give one"),
        (DaysWorked, {"minimum": 0}, "contract.days has neither minimum nor maximum, so it would do nothing; give one"),
        (DaysWorked, {"minimum": 3, "maximum": 2}, "contract.days: minimum 3 is above maximum 2"),
        (PaidHours, {"per": "month"}, "contract.hours has neither minimum nor maximum, so it would do nothing"),
        (PaidHours, {"minimum_minutes": 61, "maximum_minutes": 60}, "contract.hours: minimum 61 is above maximum 60"),
        (AverageHours, {"per": "day", "weekly_minutes": 1}, "per"),
        (AverageHours, {"weekly_minutes": 1}, "per"),
        (AverageHours, {"per": "week", "weekly_minutes": 7 * 1440}, "weekly_minutes"),
        (
            AverageHours, {"per": "week", "weekly_minutes": 9, "scope": {"weekdays": [0]}},
            "cannot be scoped by weekdays, only by contracts, employees, first_day, last_day, tags",
        ),
    ],
)  # fmt: skip
def test_parameters_that_make_no_sense_are_refused(kind, fields, told):
    with pytest.raises(ValidationError, match=told):
        kind(**fields)


def test_a_minimum_may_be_the_maximum_and_nothing_beside_a_maximum():
    assert DaysWorked(minimum=2, maximum=2).bounds == (2, 2)
    assert PaidHours(minimum_minutes=0, maximum_minutes=0).bounds == (0, 0)


WEEKEND = Scope(weekdays=(5, 6))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (DaysWorked(maximum=7), "nobody could pass its maximum of 7 days: no week period has more than 7 in its scope"),
        (DaysWorked(minimum=8), "nobody could reach its minimum of 8 days: no week period has more than 7 in"),
        (DaysWorked(maximum=1, per="day"), "maximum of 1 days: no day period has more than 1 in"),
        (DaysWorked(maximum=31, per="month"), "maximum of 31 days: no month period has more than 31 in"),
        (DaysWorked(maximum=92, per="quarter"), "no quarter period has more than 92 in"),
        (DaysWorked(maximum=366, per="year"), "no year period has more than 366 in"),
        (DaysWorked(maximum=3, per="rolling", days=3), "no rolling period has more than 3 in"),
        (DaysWorked(maximum=2, scope=WEEKEND), "no week period has more than 2 in"),
        (DaysWorked(maximum=4, per="block", days=9, scope=WEEKEND), "no block period has more than 4 in"),
        (DaysWorked(maximum=3, per="block", days=8, scope=WEEKEND), "no block period has more than 3 in"),
        (DaysWorked(minimum=8, per="horizon"), "minimum of 8 days: 2026-03-09 to 2026-03-15 has 7 in its scope"),
        (
            # Monday to Thursday has no day of the scope, so it asks for nothing.
            DaysWorked(minimum=3, per="rolling", days=4, scope=Scope(weekdays=(4, 5, 6))),
            "minimum of 3 days: 2026-03-10 to 2026-03-13 has 1 in its scope",
        ),
        (PaidHours(maximum_minutes=7 * 1440), "pass its maximum of 10080 minutes: no week period has more than 10080"),
        (
            PaidHours(minimum_minutes=1441, per="day"),
            "its minimum of 1441 minutes: no day period has more than 1440 in",
        ),
        (PaidHours(minimum_minutes=10081, per="horizon"), "2026-03-09 to 2026-03-15 has 10080 in its scope"),
        (DaysWorked(maximum=1, shift_types=("dya",)), 'shift type "dya" is not in the problem'),
        (AverageHours(per="week", weekly_minutes=9, scope=Scope(contracts=("part",))), "its scope matches nobody"),
    ],
)
def test_bounds_nobody_could_pass_or_reach_are_refused(rule, told):
    contracts = (Contract(contract_id="full"), Contract(contract_id="part"))
    with pytest.raises(InvalidProblem) as caught:
        world(rules=(rule,), contracts=contracts)
    assert len(caught.value.faults) == 1
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "rule",
    [
        DaysWorked(maximum=6),
        DaysWorked(minimum=7),
        DaysWorked(maximum=30, per="month"),
        DaysWorked(minimum=31, per="month"),
        DaysWorked(maximum=1, scope=WEEKEND),
        DaysWorked(maximum=3, per="block", days=9, scope=WEEKEND),
        DaysWorked(minimum=2, per="month", scope=WEEKEND),
        DaysWorked(maximum=50, per="horizon"),
        DaysWorked(minimum=7, scope=Scope(first_day=TUESDAY)),
        PaidHours(maximum_minutes=7 * 1440 - 1),
        PaidHours(minimum_minutes=7 * 1440),
        AverageHours(weekly_minutes=7 * 1440 - 1, per="week"),
    ],
)
def test_bounds_somebody_could_pass_and_reach_are_kept(rule):
    problem = world(rules=(rule,))
    assert ss.Problem.from_json(problem.to_json()) == problem


# ---------------------------------------------------------------- model and checker agree
# Each case: a problem, and how many of its sets of duties are no roster.

THREE_DAYS = alone(DAY, NOON, horizon=days(3))
CASES = {
    # Of five days, three in a row may not all be worked: 24 of 32 ways.
    "days: rolling": (alone(DAY, horizon=days(5), rules=(DaysWorked(maximum=2, per="rolling", days=3),)), 8),
    # Of four days, two in a row may not both be free: 8 of 16 ways.
    "days: rolling minimum": (alone(DAY, horizon=days(4), rules=(DaysWorked(minimum=1, per="rolling", days=2),)), 8),
    # Saturday and Sunday are known, Sunday is worked: of Saturday to Monday and Sunday to Tuesday two must be.
    "days: rolling minimum, history": (
        alone(DAY, horizon=known_from(-2, 0, 2), history=on(-1),
              rules=(DaysWorked(minimum=2, per="rolling", days=3),)), 2,
    ),
    # One of each pair of days exactly: 4 of 16.
    "days: blocks": (
        alone(DAY, horizon=days(4), rules=(DaysWorked(minimum=1, maximum=1, per="block", days=2, anchor=MONDAY),)), 12,
    ),
    "days: soft blocks": (
        alone(DAY, horizon=days(5), rules=(DaysWorked(minimum=1, maximum=1, per="block", days=2, **soft(5)),)), 0,
    ),
    # 25 sets with one duty a day at most; the day shift at Sat on both days is one of them.
    "days: shift type and outlet": (
        alone(
            DAY, NOON, outlets=(HUB, SAT),
            rules=(DaysWorked(maximum=1, per="horizon", shift_types=("day",), scope=Scope(outlets=("Sat",))),),
        ), 256 - 24,
    ),
    # Whatever happens on one of the two days, four ways each with none in common but nothing: 7 of 16.
    "days: two duties a day": (alone(DAY, NOON, rules=(TWICE, DaysWorked(maximum=1, per="rolling", days=2))), 9),
    # E1 has had the Saturday, so may not have the Sunday; Monday is out of the scope.
    "days: people and dates": (
        alone(
            DAY, staff=(E1, E2), horizon=days(2, SUNDAY), history=on(-2),
            rules=(DaysWorked(maximum=1, per="rolling", days=2, scope=Scope(employees=("E1",), weekdays=(5, 6))),),
        ), 8,
    ),
    "days: history beyond, soft": (
        alone(DAY, horizon=days(3, TUESDAY), history=(*on(-1), *on(0)),
              rules=(DaysWorked(maximum=1, per="rolling", days=3, **soft(9)),)), 0,
    ),
    "days: a minimum cut by the scope, and one of the horizon": (
        alone(DAY, horizon=days(3), rules=(
            DaysWorked(minimum=2, per="block", days=3, scope=Scope(first_day=TUESDAY)),
            DaysWorked(minimum=1, per="horizon", scope=Scope(first_day=TUESDAY)))), 2,
    ),
    "days: nobody can, but for a price": (
        alone(DAY, NOON, horizon=days(1), leave=(Leave(employee_id="E1", first_day=MONDAY, last_day=MONDAY),),
              rules=(DaysWorked(minimum=1, per="day", **soft(4)), PaidHours(minimum_minutes=9, per="day", **soft(4)))),
        0,
    ),
    # Two noon shifts in a row are 360: of 27 ways 5 have them.
    "hours: rolling": (
        THREE_DAYS.replace(rules=(PaidHours(maximum_minutes=359, per="rolling", days=2),)), 64 - 22,
    ),
    "hours: rolling, soft, an odd limit": (
        THREE_DAYS.replace(
            rules=(PaidHours(minimum_minutes=121, maximum_minutes=299, per="rolling", days=2, **soft(2)),)
        ), 64 - 27,
    ),
    # On Monday nobody can work; on both days after it already the odd shift is too much.
    "hours: rolling, odd minutes, a day nobody can": (
        alone(DAY, fixed_shift("odd", "09:00", "10:01"), horizon=days(3),
              leave=(Leave(employee_id="E1", first_day=MONDAY, last_day=MONDAY),),
              rules=(PaidHours(maximum_minutes=121, per="rolling", days=2),)), 16 - 5,
    ),
    # Sunday is known to have 180 minutes, Saturday is not known: one short shift is left, on either day.
    "hours: history before it is known": (
        alone(DAY, NOON, horizon=known_from(-1, 0, 2), history=(*on(-2, shift="late"), *on(-1, shift="noon")),
              rules=(PaidHours(maximum_minutes=300, per="rolling", days=3),
                     PaidHours(maximum_minutes=301, per="block", days=7, anchor=day(-3)))), 16 - 3,
    ),
    # Every day needs the noon shift.
    "hours: minimum a day": (alone(DAY, NOON, rules=(PaidHours(minimum_minutes=121, per="day"),)), 15),
    # 180 minutes are known, so 220 are left: 5 of the 9 ways have at most 180.
    "hours: history": (
        alone(DAY, NOON, horizon=days(2, TUESDAY), history=on(0, shift="noon"),
              rules=(PaidHours(maximum_minutes=400),)), 11,
    ),
    # Of 300 minutes on the noon shift in three days 180 are known; 5 of 9 ways have another.
    "hours: rolling minimum, history, shift types": (
        alone(DAY, NOON, horizon=days(2, TUESDAY), history=(*on(0), *on(0, shift="noon")),
              rules=(PaidHours(minimum_minutes=300, per="rolling", days=3, shift_types=("noon",)),)), 11,
    ),
    "hours: one shift type at one outlet": (
        alone(DAY, NOON, outlets=(HUB, SAT),
              rules=(PaidHours(maximum_minutes=120, per="month", shift_types=["day"], scope=Scope(outlets=["Sat"])),)),
        256 - 24,
    ),
    # Two duties with the way from Hub to Sat are 330 minutes, from Sat to Hub 317, without a way 300.
    "hours: ways": (
        alone(DAY, NOON, horizon=days(1), outlets=(HUB, SAT), travel=TIMES,
              rules=(TWICE, PaidHours(maximum_minutes=317, per="day"))), 16 - 8,
    ),
    "hours: ways, rolling and soft": (
        alone(DAY, NOON, horizon=days(1), outlets=(HUB, SAT), travel=TIMES,
              rules=(TWICE, PaidHours(maximum_minutes=301, per="rolling", days=2, **soft(1)),
                     PaidHours(minimum_minutes=301, per="rolling", days=1, **soft(1)))), 16 - 9,
    ),
    # Seven days allow 300 minutes: only two noon shifts have more.
    "average: a week": (alone(DAY, NOON, rules=(AverageHours(weekly_minutes=300, per="week"),)), 8),
    # Six days of it allow 257 minutes.
    "average: a week that begins unknown": (
        alone(DAY, NOON, horizon=days(2, TUESDAY), rules=(AverageHours(weekly_minutes=300, per="week"),)), 10,
    ),
    # 420 in all.
    "average: rolling": (
        THREE_DAYS.replace(rules=(AverageHours(weekly_minutes=980, per="rolling", days=3),)), 64 - 23,
    ),
    "average: rolling, too long": (
        THREE_DAYS.replace(rules=(AverageHours(weekly_minutes=980, per="rolling", days=9),)), 64 - 23,
    ),
    "average: rolling, soft, history": (
        alone(DAY, NOON, horizon=days(3, TUESDAY), history=on(0, shift="late"), staff=(E1,),
              rules=(AverageHours(weekly_minutes=975, per="rolling", days=2, **soft(3)),)), 64 - 27,
    ),
    "average: dates": (
        alone(DAY, horizon=days(3), rules=(
            AverageHours(weekly_minutes=839, per="horizon", scope=Scope(first_day=TUESDAY, last_day=TUESDAY)),)), 4,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    costs = assert_agree(problem)
    assert costs.count(None) == forbidden


def test_the_prices_of_soft_blocks():
    costs = assert_agree(CASES["days: soft blocks"][0])
    # Nothing: two blocks lack a day, the third reaches past the horizon. All: two days too many.
    assert (costs[0], costs[-1]) == (10, 10)


# ---------------------------------------------------------------- solved


def test_days_and_hours_are_weighed_against_wishes():
    # E1 wishes to work on all seven days, each worth 100; two a week are allowed, each more costs 70.
    wishes = tuple(Request(employee_id="E1", date=day(i), wish="on", cents=100) for i in range(7))
    problem = alone(DAY, horizon=days(7), requests=wishes)
    result = ss.solve(problem.replace(rules=(DaysWorked(maximum=2, **soft(70)),)), EXACT)
    assert (result.objective, result.cost_by_rule["contract.days"]) == (5 * 70, 5 * 70)
    hard = ss.solve(problem.replace(rules=(DaysWorked(maximum=2),)), EXACT)
    assert (hard.objective, hard.bound) == (500, 500)
    # 240 minutes in each two days allow two days in a row; 239 every other day only.
    every_other = ss.solve(problem.replace(rules=(PaidHours(maximum_minutes=239, per="rolling", days=2),)), EXACT)
    assert (every_other.objective, every_other.bound) == (300, 300)
    # A week of 500 minutes allows four duties of 120.
    average = ss.solve(problem.replace(rules=(AverageHours(weekly_minutes=500, per="week"),)), EXACT)
    assert (average.objective, average.bound) == (300, 300)


def test_a_minimum_makes_people_work():
    need = ShiftRequirement(date=MONDAY, shift_type_id="day", surplus_cents=50)
    problem = plain(
        horizon=days(7), shift_types=(DAY, LATE), staff=(E1, E2), shift_requirements=(need,),
        rules=(PaidHours(minimum_minutes=840), DaysWorked(minimum=7, scope=Scope(employees=("E1",)))),
    )  # fmt: skip
    result = ss.solve(problem, EXACT)
    # E1 works every day but may have the late shift on Monday.
    assert (result.objective, len(result.schedule.duties_of["E1"])) == (0, 7)


def test_employees_of_the_scope_alone_are_limited():
    staff = tuple(Employee(employee_id=f"E{i}", contract_id="full") for i in range(3))
    rules = (
        DaysWorked(maximum=0, scope=Scope(employees=("E1",))),
        PaidHours(maximum_minutes=119, per="rolling", days=2, scope=Scope(employees=("E2",))),
    )
    wishes = [
        Request(employee_id=e.employee_id, date=date, wish="on", cents=1) for e in staff for date in (MONDAY, TUESDAY)
    ]
    problem = plain(horizon=days(2), shift_types=(DAY,), staff=staff, rules=rules, requests=wishes)
    assert ss.solve(problem, EXACT).objective == 4

import datetime as dt

import pytest

import schedsolver as ss
from schedsolver.domain import Horizon, Leave, Request, Schedule, Scope, ShiftType
from schedsolver.model.build import build_model
from schedsolver.rules import MinimumRest
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.rules.rest import WeeklyRest
from tests.rules.test_agreement import E1, E2, alone
from tests.solving import assert_agree, assert_settled, fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY, TUESDAY

SUNDAY = MONDAY - dt.timedelta(days=1)
WEDNESDAY = TUESDAY + dt.timedelta(days=1)
SHIFTS = (
    fixed_shift("late", "14:00", "22:00"),
    fixed_shift("early", "09:00", "13:00"),
    fixed_shift("night", "22:00", "30:00"),
)
LATE = work("E1", "late", "14:00", "22:00")
# Eleven hours after the late shift ends at 22:00.
EARLY = work("E1", "early", "09:00", "13:00", date=TUESDAY)


def world(**changes):
    return plain(horizon=Horizon(start=MONDAY, days=3, slot_minutes=60), shift_types=SHIFTS, **changes)


@pytest.mark.parametrize(("minutes", "count"), [(659, 0), (660, 0), (661, 1)])
def test_the_rest_between_two_duties_reaches_the_minimum(minutes, count):
    found = judged(MinimumRest(minutes=minutes), world(), LATE, EARLY)
    expected = (
        f"E1 at Hub on 2026-03-10 09:00-13:00 begins less than {minutes} minutes after "
        "E1 at Hub on 2026-03-09 14:00-22:00 ends"
    )
    assert words(found) == [expected] * count
    assert len(found.violations) == count


def test_duties_may_be_listed_in_any_order():
    backwards = Schedule(duties=(EARLY, LATE))
    assert MinimumRest(minutes=660).judge(world(), backwards).violations == ()
    assert len(MinimumRest(minutes=661).judge(world(), backwards).violations) == 1


def test_each_pair_too_close_costs_the_weight_when_soft():
    rule = MinimumRest(minutes=3000, hard=False, weight=500)
    third = work("E1", "late", "14:00", "22:00", date=WEDNESDAY)
    # Monday-Tuesday 660, Tuesday-Wednesday 1500 and Monday-Wednesday 2400 minutes apart.
    found = judged(rule, world(), LATE, EARLY, third)
    assert (found.violations, found.cents, len(found.penalties)) == ((), 1500, 3)
    assert judged(MinimumRest(minutes=2400, hard=False, weight=500), world(), LATE, EARLY, third).cents == 1000


def test_rest_is_personal():
    assert judged(MinimumRest(minutes=900), world(), LATE, EARLY.model_copy(update={"employee_id": "E2"})).cents == 0


@pytest.mark.parametrize(("minutes", "count"), [(180, 0), (181, 1)])
def test_rest_after_a_night_is_counted_from_its_end_in_the_morning(minutes, count):
    night = work("E1", "night", "22:00", "30:00")
    assert len(judged(MinimumRest(minutes=minutes), world(), night, EARLY).violations) == count


@pytest.mark.parametrize(("minutes", "count"), [(180, 0), (181, 1)])
def test_history_counts_across_the_left_edge_but_is_not_judged_itself(minutes, count):
    history = (
        work("E1", "late", "14:00", "22:00", date=SUNDAY - dt.timedelta(days=1)),
        work("E1", "night", "22:00", "30:00", date=SUNDAY),
        work("E2", "night", "22:00", "30:00", date=SUNDAY),
    )
    problem = world(history=history)
    today = work("E1", "early", "09:00", "13:00")
    assert len(judged(MinimumRest(minutes=minutes), problem, today).violations) == count
    # 3000 minutes of rest are broken within history too; only the two pairs that end today are found.
    assert len(judged(MinimumRest(minutes=3000), problem, today).violations) == 2
    assert judged(MinimumRest(minutes=3000), problem).violations == ()


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (Scope(employees=("E1",)), 1),
        (Scope(employees=("E2",)), 0),
        (Scope(tags=("senior",)), 1),
        (Scope(weekdays=(1,)), 1),
        (Scope(weekdays=(0,)), 0),
        (Scope(first_day=TUESDAY), 1),
        (Scope(last_day=MONDAY), 0),
    ],
)
def test_the_scope_says_whose_rest_and_the_later_duty_says_when(scope, count):
    assert len(judged(MinimumRest(minutes=900, scope=scope), world(), LATE, EARLY).violations) == count


# ---------------------------------------------------------------- a long rest in each period

THREE_DAYS = "2026-03-09 to 2026-03-11"


def weekly(minutes, **more):
    return WeeklyRest(**({"minutes": minutes, "per": "horizon"} | more))


LATE_ON_WEDNESDAY = work("E1", "late", "14:00", "22:00", date=WEDNESDAY)
NIGHT_OF_SUNDAY = work("E1", "night", "22:00", "30:00", date=SUNDAY)


@pytest.mark.parametrize(
    ("duties", "history", "longest"),
    [
        # Between two duties, from the begin of the period, and to its end.
        ((LATE, LATE_ON_WEDNESDAY), (), 2400),
        ((LATE_ON_WEDNESDAY,), (), 3720),
        ((LATE,), (), 3000),
        # A night of the day before ends at 6 a.m. on Monday; the next two duties begin 27 and 52 hours later.
        ((EARLY, LATE_ON_WEDNESDAY), (), 1980),
        ((EARLY, LATE_ON_WEDNESDAY), (NIGHT_OF_SUNDAY,), 1620),
        # The last night runs past the period: 46 hours from 0 a.m. on Tuesday.
        ((work("E1", "night", "22:00", "30:00", date=WEDNESDAY), work("E1", "late", "18:00", "24:00")), (), 2760),
        # Two duties a day, the longer around the shorter.
        ((work("E1", "late", "08:00", "22:00"), work("E1", "early", "09:00", "13:00")), (), 3000),
    ],
)
def test_the_longest_rest_of_a_period_reaches_the_minimum(duties, history, longest):
    problem = world(history=history)
    for listed in (duties, duties[::-1]):
        assert words(judged(weekly(longest), problem, *listed)) == []
        found = judged(weekly(longest + 1), problem, *listed)
        told = f"E1 rests for {longest} minutes at most in {THREE_DAYS}, {longest + 1} at least"
        assert words(found) == [told]
        assert (len(found.violations), found.violations[0].employee_id) == (1, "E1")


def test_each_period_without_a_rest_costs_the_weight_when_soft():
    days = [work("E1", "early", "09:00", "13:00", date=MONDAY + dt.timedelta(days=d)) for d in range(3)]
    found = judged(weekly(1201, per="rolling", days=2, hard=False, weight=70), world(), *days)
    assert (found.violations, found.cents, len(found.penalties)) == ((), 140, 2)
    assert judged(weekly(1200, per="rolling", days=2, hard=False, weight=70), world(), *days).cents == 0
    assert judged(weekly(1201, per="rolling", days=2, hard=False, weight=70), world(), *days[:2]).cents == 70


def test_only_periods_known_to_their_first_day_are_judged():
    # Early duties from Wednesday to Sunday; the week is known from its Monday or from its Tuesday.
    duties = [work("E1", "early", "09:00", "13:00", date=MONDAY + dt.timedelta(days=d)) for d in range(2, 7)]
    problem = {"shift_types": SHIFTS, "history": (work("E1", "late", "14:00", "22:00"),)}

    def found(known_from, days=5):
        horizon = Horizon(start=WEDNESDAY, days=days, slot_minutes=60, known_from=known_from)
        return words(judged(WeeklyRest(minutes=2101), plain(**problem, horizon=horizon), *duties[:days]))

    assert found(MONDAY) == ["E1 rests for 2100 minutes at most in 2026-03-09 to 2026-03-15, 2101 at least"]
    assert found(TUESDAY) == []
    assert found(MONDAY, days=4) == []


@pytest.mark.parametrize(
    ("minutes", "count"), [(1260, 0), (1261, 1), (1320, 1), (1321, 2), (1500, 2), (1501, 1), (1860, 1)]
)
def test_a_period_in_which_history_leaves_no_room_is_let_be(minutes, count):
    # Sunday is known. It ends at 11 p.m. and leaves 25 hours until the end of Monday, 22 until the night of Monday.
    # Monday and Tuesday have 21 hours before that night and 19 after it.
    history = (work("E1", "early", "09:00", "13:00", date=SUNDAY), work("E1", "late", "14:00", "23:00", date=SUNDAY))
    night = work("E1", "night", "21:00", "29:00")
    found = judged(weekly(minutes, per="rolling", days=2), world(history=history), night)
    assert len(found.violations) == count


def test_a_long_rest_is_personal_and_scoped():
    duties = [work("E2", "early", "09:00", "13:00", date=MONDAY + dt.timedelta(days=d)) for d in range(3)]
    found = judged(weekly(1441), world(), *duties)
    assert [v.employee_id for v in found.violations] == ["E2"]
    assert judged(weekly(1441, scope=Scope(employees=("E1",))), world(), *duties).violations == ()


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (weekly(1440, per="day"), None),
        (weekly(1441, per="day"), "nobody could rest for 1441 minutes within 2026-03-09"),
        (weekly(4320), None),
        (weekly(4321), f"nobody could rest for 4321 minutes within {THREE_DAYS}"),
        (weekly(99, scope=Scope(tags=("senior",))), None),
    ],
)
def test_a_rest_longer_than_its_period_is_refused(rule, fault):
    assert list(rule.faults(world())) == ([fault] if fault else [])


DAY, NIGHT, NOON = (
    fixed_shift("day", "09:00", "11:00"), fixed_shift("night", "22:00", "30:00"), fixed_shift("noon", "12:00", "15:00")
)  # fmt: skip
EVENING_OF_SUNDAY = work("E1", "late", "20:00", "24:00", date=SUNDAY)
AWAY = Leave(employee_id="E1", first_day=MONDAY, last_day=WEDNESDAY)
OF_E2 = {"scope": Scope(employees=("E2",))}
TWO_DAYS = {"per": "rolling", "days": 2}
# Each case: shifts, days, what else, the rule's parameters, and how many sets of duties have no rest.
CASES = {
    # From 11 a.m. to the end of the next day are 37 hours, from the begin of a day to 9 a.m. on the next 33: of two
    # days only the first may be worked, so only Monday of the three; but with 33 hours any that are apart.
    "35 hours in any two days": ((DAY,), 3, {}, {"minutes": 2100, **TWO_DAYS}, 6),
    "33 hours in any two days": ((DAY,), 3, {}, {"minutes": 1980, **TWO_DAYS}, 3),
    # Nights that are the first of two days split them 22 to 18 hours.
    "nights": ((NIGHT,), 3, {}, {"minutes": 2400, **TWO_DAYS}, 6),
    # After the night of Sunday 40 hours are left until that of Tuesday; Sunday and Monday are let be.
    "a night in history": ((NIGHT,), 2, {"history": (NIGHT_OF_SUNDAY,)}, {"minutes": 2400, **TWO_DAYS}, 2),
    "a night in history, too long": ((NIGHT,), 2, {"history": (NIGHT_OF_SUNDAY,)}, {"minutes": 2401, **TWO_DAYS}, 3),
    # Any of the four in Tuesday's morning or Monday's afternoon breaks 35 hours; together a whole day is left.
    "two duties a day": ((DAY, NOON), 2, {}, {"minutes": 2100, "per": "horizon"}, 13),
    "whole days": ((DAY, NIGHT), 2, {}, {"minutes": 1440, "per": "day"}, 15),
    # Twenty hours of Sunday are free, and just that.
    "a rest in history": ((DAY,), 1, {"history": (EVENING_OF_SUNDAY,)}, {"minutes": 1200, **TWO_DAYS}, 0),
    "a rest too long for history": ((DAY,), 1, {"history": (EVENING_OF_SUNDAY,)}, {"minutes": 1201, **TWO_DAYS}, 1),
    # Five of eight ways for each of two people.
    "of two people": ((DAY,), 3, {"staff": (E1, E2)}, {"minutes": 1980, **TWO_DAYS}, 64 - 25),
    "of the other one": ((DAY,), 2, {"staff": (E1, E2)}, {"minutes": 1981, "per": "horizon", **OF_E2}, 8),
    "of the only one there": (
        (DAY,), 2, {"staff": (E1, E2), "leave": (AWAY,)}, {"minutes": 1981, "per": "horizon", **OF_E2}, 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("softness", [{}, {"hard": False, "weight": 7}])
def test_model_and_checker_agree_on_long_rests(name, softness):
    shifts, count, more, parameters, forbidden = CASES[name]
    horizon = Horizon(start=MONDAY, days=count, slot_minutes=60)
    # Two duties a day, so that the rest alone forbids.
    rules = (DutiesPerDay(maximum=2), WeeklyRest(**parameters, **softness))
    costs = assert_agree(alone(*shifts, horizon=horizon, rules=rules, **more))
    if softness:
        assert costs.count(None) == 0
        assert sum(cost > 0 for cost in costs) == forbidden
    else:
        assert costs.count(None) == forbidden


@pytest.mark.parametrize(("softness", "none", "dear"), [({}, 13, 0), ({"hard": False, "weight": 7}, 7, 6)])
def test_model_and_checker_agree_on_long_rests_with_one_duty_a_day(softness, none, dear):
    # Nine sets have one duty a day; with none, Monday's early or Tuesday's late one 35 hours are left.
    rule = weekly(2100, **softness)
    costs = assert_agree(alone(DAY, NOON, rules=(rule,)))
    assert (costs.count(None), sum(cost is not None and cost > 0 for cost in costs)) == (none, dear)


@pytest.mark.parametrize("minutes", [1440, 2100])
def test_a_search_that_stops_early_names_the_price_of_its_roster(minutes):
    horizon = Horizon(start=MONDAY, days=3, slot_minutes=60)
    rule = WeeklyRest(minutes=minutes, **TWO_DAYS, hard=False, weight=7)
    assert_settled(alone(DAY, NIGHT, horizon=horizon, rules=(rule,)))


@pytest.mark.parametrize(("weight", "cost", "worked"), [(30, 40, 2), (15, 30, 3)])
def test_the_solver_weighs_rests_against_wishes(weight, cost, worked):
    # Three days in a row break two periods; leaving out Tuesday breaks none, but a wish.
    wishes = tuple(Request(employee_id="E1", date=date, wish="on", cents=40) for date in (MONDAY, TUESDAY, WEDNESDAY))
    horizon = Horizon(start=MONDAY, days=3, slot_minutes=60)
    rule = WeeklyRest(minutes=1980, **TWO_DAYS, hard=False, weight=weight)
    problem = alone(DAY, horizon=horizon, requests=wishes, rules=(rule,))
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert result.objective == result.bound == cost
    assert len(result.schedule.duty_list) == worked


def test_a_rest_that_a_later_one_replaces_gets_no_column():
    # Duties from 9 a.m. to 3, 4 or 5 p.m. on four days. Rests of 35 hours need begin at 5 p.m. on Monday or Tuesday
    # only, to be broken by any duty of the day after: a column for each day will do.
    shift = ShiftType(shift_type_id="flex", start_from="09:00", start_to="09:00", minutes_min=360, minutes_max=480)
    problem = alone(shift, horizon=Horizon(start=MONDAY, days=4, slot_minutes=60))
    bare, ruled = (build_model(problem.replace(rules=rules)).roster for rules in ((), (weekly(2100),)))
    assert ruled.columns - bare.columns == 4

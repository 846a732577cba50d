"""Two duties a day: how many, where, the way between them, and that every rule counts them right."""

import datetime as dt

import pytest

import schedsolver as ss
from schedsolver.domain import (
    Contract,
    Employee,
    Horizon,
    IntervalRequirement,
    OpeningHours,
    Outlet,
    Pin,
    Problem,
    Request,
    Rule,
    Scope,
    ShiftRequirement,
    ShiftType,
    TravelTimes,
)
from schedsolver.errors import InvalidProblem
from schedsolver.model.build import build_model
from schedsolver.rules import MinimumRest, PaidTime, WeeklyHours
from schedsolver.rules.duty import DutiesPerDay, two_a_day
from schedsolver.rules.paid import moves_among, paid_by_date, way_minutes
from schedsolver.rules.sequence import WorkDays
from schedsolver.rules.site import MovesPerDay
from tests.solving import assert_agree, fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY, TUESDAY, tiny

SUNDAY = MONDAY - dt.timedelta(days=1)
E1 = Employee(employee_id="E1", contract_id="full", tags=("custodian",))
E2 = Employee(employee_id="E2", contract_id="full")
HUB, SAT, FAR = (Outlet(outlet_id=name) for name in ("Hub", "Sat", "Far"))
# An hour lies between day and noon; pm begins as noon ends.
DAY, NOON, PM = (
    fixed_shift("day", "09:00", "11:00"), fixed_shift("noon", "12:00", "15:00"), fixed_shift("pm", "15:00", "17:00")
)  # fmt: skip
TWO = DutiesPerDay(maximum=2)


def way(there: int, back: int) -> TravelTimes:
    """Minutes from the hub to the satellite, and back."""
    return TravelTimes(outlets=("Hub", "Sat"), minutes=((0, there), (back, 0)))


def moving(
    *shifts: ShiftType, rules: tuple[Rule, ...] = (), days: int = 1, first: dt.date = MONDAY, **changes
) -> Problem:
    """One person who may have two duties a day, at the hub or the satellite."""
    tables = {
        "horizon": Horizon(start=first, days=days, slot_minutes=60), "staff": (E1,), "outlets": (HUB, SAT),
        "shift_types": shifts or (DAY, NOON), "rules": (TWO, *rules),
    }  # fmt: skip
    return plain(**(tables | changes))


AT_HUB = work("E1", "day", "09:00", "11:00")
AT_SAT = work("E1", "noon", "12:00", "15:00", outlet="Sat")
BACK = work("E1", "pm", "15:00", "17:00")

# ---------------------------------------------------------------- duty.per_day


def test_two_duties_a_day_are_allowed_and_a_third_is_named_once():
    third = work("E1", "pm", "15:00", "17:00", outlet="Sat")
    fourth = work("E1", "late", "18:00", "19:00", outlet="Sat")
    assert judged(TWO, moving(), AT_HUB, AT_SAT).violations == ()
    assert words(judged(TWO, moving(), AT_HUB, AT_SAT, third, fourth)) == ["E1 has more than 2 duties on 2026-03-09"]


@pytest.mark.parametrize(("start", "count"), [("11:00", 0), ("10:00", 1)])
def test_two_duties_of_a_day_do_not_overlap(start, count):
    second = work("E1", "odd", start, "13:00")
    expected = f"{AT_HUB} overlaps E1 at Hub on 2026-03-09 {start}-13:00"
    assert words(judged(TWO, moving(), AT_HUB, second)) == [expected] * count


def test_two_duties_a_day_are_asked_for_by_listing_it():
    assert two_a_day(moving())
    assert not two_a_day(plain())
    assert not two_a_day(plain(rules=(DutiesPerDay(maximum=1),)))
    assert not two_a_day(plain(rules=(WorkDays(maximum=2), PaidTime())))


# ---------------------------------------------------------------- the way


@pytest.mark.parametrize(("minutes", "count"), [(60, 0), (61, 1)])
def test_there_is_time_for_the_way_between_two_duties(minutes, count):
    problem = moving(travel=way(minutes, 0))
    expected = f"{AT_SAT} begins less than the way of {minutes} minutes after {AT_HUB}"
    assert words(judged(MovesPerDay(), problem, AT_SAT, AT_HUB)) == [expected] * count


def test_the_way_back_has_a_time_of_its_own():
    problem = moving(travel=way(0, 60))
    assert judged(MovesPerDay(), problem, AT_HUB, AT_SAT).violations == ()
    assert words(judged(MovesPerDay(), problem, AT_SAT, BACK)) == [
        f"{BACK} begins less than the way of 60 minutes after {AT_SAT}"
    ]


def test_two_duties_at_one_outlet_and_those_of_two_days_need_no_way():
    problem = moving(travel=way(300, 300))
    stays = work("E1", "noon", "11:00", "15:00")
    assert judged(MovesPerDay(), problem, AT_HUB, stays).violations == ()
    night, morning = work("E1", "night", "22:00", "30:00"), work("E1", "m", "06:00", "8:00", date=TUESDAY, outlet="Sat")
    assert judged(MovesPerDay(), problem, night, morning).violations == ()


def test_no_moves_for_those_who_stay_where_they_are():
    rule = MovesPerDay(maximum=0, scope=Scope(tags=("custodian",)))
    problem = moving(staff=(E1, E2), travel=way(20, 0))
    assert words(judged(rule, problem, AT_HUB, AT_SAT)) == ["E1 moves from Hub to Sat on 2026-03-09"]
    theirs = [duty.model_copy(update={"employee_id": "E2"}) for duty in (AT_HUB, AT_SAT)]
    assert judged(rule, problem, *theirs).violations == ()
    stays = AT_SAT.model_copy(update={"outlet_id": "Hub"})
    assert judged(rule, problem, AT_HUB, stays).violations == ()


@pytest.mark.parametrize(("weekday", "count"), [(0, 1), (1, 0)])
def test_moves_are_limited_on_the_days_of_the_scope(weekday, count):
    rule = MovesPerDay(maximum=0, scope=Scope(weekdays=(weekday,)))
    assert len(judged(rule, moving(), AT_HUB, AT_SAT).violations) == count


def test_a_scope_leaves_nobody_without_time_for_the_way():
    rule = MovesPerDay(maximum=0, scope=Scope(employees=("E2",), weekdays=(1,)))
    found = judged(rule, moving(staff=(E1, E2), travel=way(90, 0)), AT_HUB, AT_SAT)
    assert words(found) == [f"{AT_SAT} begins less than the way of 90 minutes after {AT_HUB}"]
    assert found.violations[0].employee_id == "E1"


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ((MovesPerDay(),), "nobody has two duties a day, so there are no moves; list duty.per_day with maximum 2"),
        (
            (TWO, MovesPerDay(scope=Scope(employees=("E1",)))),
            "maximum 1 limits nothing with two duties a day, so neither does its scope; give maximum 0",
        ),
    ],
)
def test_a_limit_on_moves_that_limits_nothing_is_refused(rules, fault):
    with pytest.raises(InvalidProblem) as raised:
        plain(rules=rules)
    assert [str(f) for f in raised.value.faults] == [f"rules[{len(rules) - 1}]: site.moves: {fault}"]


def test_moves_matter_only_with_two_duties_a_day():
    assert MovesPerDay().applies_to(moving())
    assert not MovesPerDay().applies_to(plain())
    for rule in (MovesPerDay(), MovesPerDay(maximum=0), MovesPerDay(maximum=0, scope=Scope(employees=("E1",)))):
        assert moving(rules=(rule,)).rules[1] == rule


# ---------------------------------------------------------------- the way as paid time


def test_moves_follow_each_other_on_one_date_at_two_outlets():
    assert list(moves_among((BACK, AT_SAT, AT_HUB))) == [(AT_HUB, AT_SAT), (AT_SAT, BACK)]
    tomorrow = work("E1", "noon", "12:00", "15:00", outlet="Sat", date=TUESDAY)
    assert list(moves_among((AT_HUB, tomorrow))) == []
    assert list(moves_among((AT_HUB, AT_SAT.model_copy(update={"outlet_id": "Hub"})))) == []


@pytest.mark.parametrize(("before", "after"), [("Hub", "gone"), ("gone", "Sat")])
def test_the_way_to_an_outlet_that_is_gone_takes_no_time(before, after):
    problem = moving(travel=way(20, 30))
    ends = AT_HUB.model_copy(update={"outlet_id": before}), AT_SAT.model_copy(update={"outlet_id": after})
    assert way_minutes(problem, *ends) == 0
    assert (way_minutes(problem, AT_HUB, AT_SAT), way_minutes(problem, AT_SAT, BACK)) == (20, 30)


def test_paid_time_of_a_date_is_that_of_its_duties_and_ways():
    tomorrow = work("E1", "day", "09:00", "11:00", date=TUESDAY)
    assert paid_by_date(moving(travel=way(20, 30)), (tomorrow, BACK, AT_SAT, AT_HUB)) == {
        MONDAY: 120 + 20 + 180 + 30 + 120, TUESDAY: 120
    }  # fmt: skip


def test_a_way_costs_the_wage_rounded_half_up():
    contracts = (Contract(contract_id="full", wage_cents_per_hour=90),)
    problem = moving(travel=way(21, 19), contracts=contracts)
    # 21 minutes cost 31.5 cents, 19 cost 28.5; the duties 180, 270 and 180.
    found = judged(PaidTime(), problem, AT_HUB, AT_SAT, BACK)
    assert sorted(p.cents for p in found.penalties) == [29, 32, 180, 180, 270]
    assert f"{AT_SAT}: 21 minutes on the way" in words(found)


def test_ways_count_towards_weekly_hours_in_history_too():
    contracts = (Contract(contract_id="full", weekly_minutes=7 * 400),)
    history = (AT_HUB, AT_SAT)
    problem = moving(first=TUESDAY, travel=way(20, 30), contracts=contracts, history=history)
    rule = WeeklyHours(over_cents_per_minute=1)
    at_hub = work("E1", "day", "09:00", "11:00", date=TUESDAY)
    at_sat = work("E1", "noon", "12:00", "15:00", date=TUESDAY, outlet="Sat")
    # Owed for Monday and Tuesday 800; worked 120 + 20 + 180 on each.
    assert judged(rule, problem, at_hub, at_sat).cents == 0
    under = judged(WeeklyHours(under_cents_per_minute=1), problem, at_hub, at_sat)
    assert (under.cents, words(under)) == (
        160, ["E1: 640 paid minutes of 800 owed in the week of 2026-03-09"],
    )  # fmt: skip


# ---------------------------------------------------------------- rest


@pytest.mark.parametrize(("minutes", "count"), [(1080, 0), (1081, 1), (1300, 1), (2000, 1)])
def test_rest_is_judged_once_for_two_dates_between_the_closest_of_their_duties(minutes, count):
    rule = MinimumRest(minutes=minutes, hard=False, weight=10)
    stays = AT_SAT.model_copy(update={"outlet_id": "Hub"})
    tomorrow = (
        work("E1", "noon", "12:00", "15:00", date=TUESDAY), work("E1", "day", "09:00", "11:00", date=TUESDAY)
    )  # fmt: skip
    expected = f"{tomorrow[1]} begins less than {minutes} minutes after {stays} ends"
    planned = judged(rule, moving(days=2), AT_HUB, stays, *tomorrow)
    assert (words(planned), planned.cents) == ([expected] * count, 10 * count)
    history = moving(first=TUESDAY, history=(stays, AT_HUB))
    assert words(judged(rule, history, *tomorrow)) == [expected] * count


# ---------------------------------------------------------------- model against checker

WAGE = (Contract(contract_id="full", wage_cents_per_hour=70, weekly_minutes=1400),)
HISTORY = (
    work("E1", "old", "08:00", "12:00", date=SUNDAY), work("E1", "old", "14:00", "23:00", date=SUNDAY, outlet="Sat")
)  # fmt: skip
TWO_HOURS = ShiftType(
    shift_type_id="two", start_from="08:00", start_to="10:00", minutes_min=120, minutes_max=120
)  # fmt: skip
FLEX = ShiftType(shift_type_id="flex", start_from="08:00", start_to="10:00", minutes_min=60, minutes_max=60)

# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    # Of 16 sets: none, four alone, and the four pairs of day and noon.
    "two a day": (moving(), 7),
    # From the satellite to the hub an hour is not enough.
    "the way takes longer back": (moving(travel=way(60, 61)), 8),
    "no way takes longer": (moving(travel=way(61, 61)), 9),
    # None, six alone; of three shifts two, at one outlet 3 each; moves only from day to pm, two of them.
    "back to back at one outlet": (moving(DAY, NOON, PM, travel=way(61, 240)), 64 - 1 - 6 - 6 - 2),
    # Starts at 08:00, 09:00 and 10:00: at one outlet any two, three pairs each; moves with an hour between.
    "one shift twice": (moving(FLEX, travel=way(60, 60)), 64 - 1 - 6 - 6 - 2),
    # Day at the hub, noon at the satellite; 200 minutes are owed, and a way of ten counts only with both.
    "each shift at one outlet": (
        moving(
            DAY.model_copy(update={"outlets": ("Hub",)}), NOON.model_copy(update={"outlets": ("Sat",)}),
            travel=way(10, 10), contracts=WAGE, rules=(WeeklyHours(under_cents_per_minute=1),),
        ), 0,
    ),
    "each shift at one outlet, too far": (
        moving(
            DAY.model_copy(update={"outlets": ("Hub",)}), NOON.model_copy(update={"outlets": ("Sat",)}),
            travel=way(61, 0),
        ), 1,
    ),
    # Each of two people has 3 of 4 sets on each of two days.
    "one a day": (
        moving(DAY, days=2, staff=(E1, E2)).replace(rules=(DutiesPerDay(maximum=1),)), 256 - 81,
    ),
    "three outlets": (
        moving(
            outlets=(HUB, SAT, FAR), rules=(PaidTime(),), contracts=WAGE,
            travel=TravelTimes(outlets=("Hub", "Sat", "Far"), minutes=((0, 10, 70), (20, 0, 30), (40, 50, 0))),
        ),
        # None, six alone, nine pairs of day and noon but the one from Hub to Far.
        64 - 1 - 6 - 8,
    ),
    "custodians stay": (moving(rules=(MovesPerDay(maximum=0, scope=Scope(tags=("custodian",))),)), 9),
    # Each of two people has 9 of 16 sets, the custodian 7.
    "only custodians stay": (
        moving(staff=(E1, E2), rules=(MovesPerDay(maximum=0, scope=Scope(tags=("custodian",))),)), 256 - 9 * 7,
    ),
    "nobody moves on Tuesday": (
        moving(days=2, travel=way(61, 0), rules=(MovesPerDay(maximum=0, scope=Scope(weekdays=(1,))),)), 256 - 8 * 7,
    ),
    "ways are paid": (moving(travel=way(20, 50), contracts=WAGE, rules=(PaidTime(),)), 7),
    # 200 minutes are owed for the day; day and noon make 300, and 20 or 50 on the way: 20 beyond are allowed.
    "ways count towards weekly hours": (
        moving(
            travel=way(20, 50), contracts=WAGE,
            rules=(WeeklyHours(under_cents_per_minute=2, over_cents_per_minute=3, most_over_minutes=120),),
        ), 8,
    ),
    "ways of history count": (
        moving(
            first=TUESDAY, travel=way(20, 50), contracts=WAGE,
            rules=(WeeklyHours(under_cents_per_minute=2, over_cents_per_minute=3),), history=(AT_HUB, AT_SAT),
        ), 7,
    ),
    # Noon ends 18 hours before the day of tomorrow: with or without a day before it, and a noon after.
    "rest after two duties": (moving(days=2, outlets=(HUB,), rules=(MinimumRest(minutes=1140),)), 4),
    "soft rest between two and two": (
        moving(days=2, outlets=(HUB,), rules=(MinimumRest(minutes=1500, hard=False, weight=10),)), 0,
    ),
    "soft rest after a history of two": (
        moving(days=2, outlets=(HUB,), rules=(MinimumRest(minutes=2200, hard=False, weight=10),), history=HISTORY), 0,
    ),
    # A night until 08:00 bars both mornings; without it there may be two.
    "a night into two mornings": (
        moving(
            fixed_shift("night", "22:00", "32:00"), fixed_shift("dawn", "05:00", "06:00"),
            fixed_shift("early", "06:00", "07:00"), fixed_shift("later", "08:00", "09:00"), days=2, outlets=(HUB,),
        ),
        # Eleven sets a day; seven are without a night, and to the four with one go four without dawn and early.
        256 - 7 * 11 - 4 * 4,
    ),
    # Of duties that begin at 08:00, 09:00 and 10:00 and last two hours the first and the last.
    "overlapping at one outlet": (moving(TWO_HOURS, outlets=(HUB,)), 8 - 4 - 1),
    "wishes for one of two": (
        moving(
            DAY, NOON, fixed_shift("never", "06:00", "07:00"),
            requests=(
                Request(employee_id="E1", date=MONDAY, wish="on", cents=1),
                Request(employee_id="E1", date=MONDAY, wish="on", shift_type_id="noon", cents=2),
                Request(employee_id="E1", date=MONDAY, wish="off", cents=4),
                Request(employee_id="E1", date=MONDAY, wish="off", shift_type_id="day", cents=8),
                Request(employee_id="E1", date=MONDAY, wish="on", shift_type_id="never", cents=16),
            ),
            opening=tuple(
                OpeningHours(outlet_id=o, weekday=0, start="09:00", end="15:00") for o in ("Hub", "Sat")
            ),
        ), 7,
    ),
    # The pin is kept by a duty at the hub or two: 2 alone, 3 pairs.
    "a pin kept twice": (moving(pins=(Pin(employee_id="E1", date=MONDAY, outlet_id="Hub"),)), 16 - 2 - 3),
    "two of one shift beyond what is wanted": (
        moving(
            FLEX, outlets=(HUB,),
            shift_requirements=(ShiftRequirement(date=MONDAY, shift_type_id="flex", surplus_cents=7),),
        ), 1,
    ),
    "two duties of one crew": (
        tiny(
            horizon=Horizon(start=MONDAY, days=1, slot_minutes=60), outlets=(HUB,), staff=(E1, E2), rules=(TWO,),
            shift_types=(fixed_shift("first", "09:00", "10:00"), fixed_shift("second", "10:00", "12:00")),
            interval_requirements=tuple(
                IntervalRequirement(outlet_id="Hub", activity_id="counter", date=MONDAY, start=start, end=end, heads=2)
                for start, end in (("09:00", "10:00"), ("11:00", "12:00"))
            ),
        ), 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    costs = assert_agree(problem)
    assert costs.count(None) == forbidden


def test_the_model_has_a_column_for_each_move_there_is_time_for():
    moves = build_model(moving(travel=way(60, 61))).roster.moves
    assert [moves.employee.tolist(), moves.day.tolist(), moves.origin.tolist(), moves.destination.tolist()] == [
        [0], [0], [0], [1]
    ]  # fmt: skip
    assert len(build_model(moving(days=2, staff=(E1, E2))).roster.moves.column) == 2 * 2 * 2
    assert len(build_model(moving(outlets=(HUB,))).roster.moves.column) == 0
    assert len(build_model(tiny()).roster.moves.column) == 0


# ---------------------------------------------------------------- solved


def needed(shift: str, outlet: str) -> ShiftRequirement:
    return ShiftRequirement(date=MONDAY, shift_type_id=shift, outlet_id=outlet, minimum=1, minimum_cents=30_000,
                            shortage_cents=30_000)  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "travel", "objective"),
    [
        # Two and three hours and 20 minutes on the way at 60 a minute.
        ((), way(20, 0), 320 * 60),
        # Without the move, or the time for it, the longer duty is left out.
        ((MovesPerDay(maximum=0),), way(20, 0), 120 * 60 + 30_000),
        ((), way(61, 0), 120 * 60 + 30_000),
    ],
)
def test_one_person_serves_two_outlets_when_they_can_move(rules, travel, objective):
    problem = moving(
        travel=travel, contracts=(Contract(contract_id="full", wage_cents_per_hour=3600),),
        shift_requirements=(needed("day", "Hub"), needed("noon", "Sat")), rules=(PaidTime(), *rules),
    )  # fmt: skip
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert (result.objective, result.status) == (objective, "optimal")
    assert ss.check(problem, result.schedule).objective == objective

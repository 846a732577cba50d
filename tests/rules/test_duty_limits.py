"""Limits on single duties, by hand and model against checker."""

import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import (
    Activity,
    BreakWindow,
    Contract,
    Employee,
    Horizon,
    IntervalRequirement,
    Outlet,
    Problem,
    Request,
    Rule,
    Scope,
    ShiftType,
)
from schedsolver.errors import InvalidProblem
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.rules.duty_limits import BarredHours, BreakDue, DutySpan
from tests.solving import assert_agree, fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY, TUESDAY

HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
E1 = Employee(employee_id="E1", contract_id="full", tags=("expecting",))
E2 = Employee(employee_id="E2", contract_id="full")
COUNTER = Activity(activity_id="counter", shortage_cents_per_hour=(5_000,))
SOFT = {"hard": False, "weight": 10}
TWO = DutiesPerDay(maximum=2)


def alone(*shifts: ShiftType, days: int = 1, **changes) -> Problem:
    """One person at one outlet, on Monday."""
    tables = {
        "horizon": Horizon(start=MONDAY, days=days, slot_minutes=60), "staff": (E1,), "outlets": (HUB,),
        "shift_types": shifts or (fixed_shift("day", "09:00", "17:00"), fixed_shift("night", "22:00", "30:00")),
    }  # fmt: skip
    return plain(**(tables | changes))


def pause(minutes: int, start: str) -> BreakWindow:
    return BreakWindow(minutes=minutes, start_from=start, start_to=start)


# ---------------------------------------------------------------- duty.span


@pytest.mark.parametrize(("minutes", "over"), [(479, 1), (480, 0), (400, 80)])
def test_a_duty_lasts_at_most_so_long_breaks_included(minutes, over):
    day = work("E1", "day", "09:00", "17:00", pauses=(("12:00", "13:00"),))
    message = f"E1 is on duty from 09:00 to 17:00 on 2026-03-09, {minutes} minutes at most"
    found = judged(DutySpan(minutes=minutes), alone(), day)
    assert words(found) == [message] * (over > 0)
    soft = judged(DutySpan(minutes=minutes, **SOFT), alone(), day)
    assert (soft.cents, soft.violations) == (over * 10, ())


def test_two_duties_span_from_the_start_of_the_first_to_the_end_of_the_last():
    rule = DutySpan(minutes=600)
    morning, evening = work("E1", "a", "08:00", "12:00"), work("E1", "b", "15:00", "18:30")
    assert words(judged(rule, alone(rules=(TWO,)), evening, morning)) == [
        "E1 is on duty from 08:00 to 18:30 on 2026-03-09, 600 minutes at most"
    ]
    tomorrow = work("E1", "b", "15:00", "18:30", date=TUESDAY)
    found = judged(rule, alone(rules=(TWO,)), morning, tomorrow, work("E2", "b", "15:00", "18:30"))
    assert found.violations == ()


def test_a_finding_tells_whose_day_it_is():
    violation = judged(DutySpan(minutes=1), alone(), work("E1", "day", "09:00", "17:00")).violations[0]
    assert (violation.employee_id, violation.start) == ("E1", dt.datetime(2026, 3, 9, 9))


# ---------------------------------------------------------------- duty.break_due


@pytest.mark.parametrize(
    ("end", "pauses", "lacks"),
    [
        # Six hours of work need no break, a minute more does.
        ("15:00", (), 0),
        ("15:01", (), 30),
        ("15:29", (("12:00", "12:29"),), 0),
        ("15:30", (("12:00", "12:29"),), 1),
        ("15:31", (("12:00", "12:30"),), 0),
        ("16:00", (("12:00", "12:20"), ("14:00", "14:20")), 10),
        ("18:00", (("10:00", "10:10"), ("12:00", "12:30")), 0),
    ],
)
def test_a_break_is_due_after_so_much_work(end, pauses, lacks):
    duty = work("E1", "day", "09:00", end, pauses=pauses)
    found = judged(BreakDue(after_minutes=360, break_minutes=30), alone(), duty)
    resting = [p.minutes for p in duty.breaks]
    longest, worked = max(resting, default=0), duty.minutes - sum(resting)
    message = f"{duty}: {longest} minutes of break in {worked} minutes of work, 30 at least"
    assert words(found) == [message] * (lacks > 0)
    assert judged(BreakDue(after_minutes=360, break_minutes=30, **SOFT), alone(), duty).cents == lacks * 10


@pytest.mark.parametrize(
    ("pauses", "lacks"),
    [
        ((("10:00", "10:15"), ("12:00", "12:30")), 0),
        ((("10:00", "10:14"), ("12:00", "12:30")), 15),
        ((("10:00", "10:15"), ("12:00", "12:29")), 1),
        ((), 45),
    ],
)
def test_a_break_may_be_taken_in_parts_that_are_long_enough(pauses, lacks):
    duty = work("E1", "day", "09:00", "19:00", pauses=pauses)
    rule = BreakDue(after_minutes=540, break_minutes=45, part_minutes=15, **SOFT)
    assert judged(rule, alone(), duty).cents == lacks * 10
    assert len(judged(rule.model_copy(update={"hard": True}), alone(), duty).violations) == (lacks > 0)


def test_a_break_may_be_a_single_part_but_no_part_is_longer():
    assert BreakDue(after_minutes=360, break_minutes=30, part_minutes=30).part_minutes == 30
    with pytest.raises(ValidationError, match="part_minutes 31 is above the break_minutes 30"):
        BreakDue(after_minutes=360, break_minutes=30, part_minutes=31)


# ---------------------------------------------------------------- duty.barred_hours


@pytest.mark.parametrize(
    ("start", "end", "touches"),
    [
        ("08:00", "22:00", False), ("08:00", "22:01", True), ("06:00", "14:00", False), ("05:59", "14:00", True),
        ("22:00", "30:00", True), ("00:00", "01:00", True), ("23:00", "24:00", True), ("14:00", "38:00", True),
        ("21:00", "22:00", False), ("06:00", "22:00", False),
    ],
)  # fmt: skip
def test_a_duty_does_not_touch_hours_across_midnight(start, end, touches):
    duty = work("E1", "day", start, end)
    for rule in (BarredHours(start="22:00", end="06:00"), BarredHours(start="22:00", end="30:00")):
        found = judged(rule, alone(), duty)
        shown = "06:00" if rule.end < 1440 else "30:00"
        assert words(found) == [f"{duty} touches the barred hours 22:00-{shown}"] * touches
    assert judged(BarredHours(start="22:00", end="06:00", **SOFT), alone(), duty).cents == 10 * touches


@pytest.mark.parametrize(
    ("start", "end", "touches"),
    [
        ("09:00", "12:00", False), ("09:00", "12:01", True), ("14:00", "18:00", False), ("13:59", "18:00", True),
        ("15:00", "36:00", False), ("15:00", "36:01", True),
    ],
)  # fmt: skip
def test_hours_within_a_day_are_barred_every_day(start, end, touches):
    found = judged(BarredHours(start="12:00", end="14:00"), alone(), work("E1", "day", start, end))
    assert len(found.violations) == touches


def test_nights_are_for_those_who_have_them():
    """Two are wanted each night; only one of them has a contract for it."""
    night = {"outlet_id": "Hub", "activity_id": "counter", "start": "22:00", "end": "24:00", "heads": 2}
    wanted = tuple(IntervalRequirement(date=date, **night) for date in (MONDAY, TUESDAY))
    barred = BarredHours(start="22:00", end="06:00", scope=Scope(contracts=("full",)))
    contracts = Contract(contract_id="full"), Contract(contract_id="nights")
    staff = E2, Employee(employee_id="E3", contract_id="nights")
    tables = {"contracts": contracts, "staff": staff, "interval_requirements": wanted, "activities": (COUNTER,)}
    for rules, whose in (((barred,), {"E3"}), ((), {"E2", "E3"})):
        roster = ss.solve(alone(days=2, rules=rules, **tables), ss.Settings(deterministic=True)).schedule
        assert {(duty.employee_id, duty.date) for duty in roster.duty_list if duty.shift_type_id == "night"} == {
            (employee, date) for employee in whose for date in (MONDAY, TUESDAY)
        }


@pytest.mark.parametrize(
    ("start", "end"), [("08:00", "08:00"), ("08:00", "32:00"), ("08:00", "40:00"), ("24:00", "26:00")]
)
def test_barred_hours_are_a_part_of_a_day(start, end):
    with pytest.raises(ValidationError, match=f"duty.barred_hours: {start} to {end} is not a part of a day"):
        BarredHours(start=start, end=end)


def test_nearly_a_whole_day_may_be_barred():
    rule = BarredHours(start="08:00", end="31:59")
    assert judged(rule, alone(), work("E1", "day", "07:59", "08:00")).violations == ()
    assert rule == BarredHours(start="08:00", end="31:59")
    assert BarredHours(start="23:59", end="23:58").start == 1439


# ---------------------------------------------------------------- all of them

LIMITS = (
    DutySpan(minutes=60), BreakDue(after_minutes=60, break_minutes=30), BarredHours(start="12:00", end="13:00")
)  # fmt: skip


@pytest.mark.parametrize("rule", LIMITS, ids=lambda rule: rule.name)
@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({}, 4), ({"shift_types": ("night",)}, 0), ({"shift_types": ("day",)}, 4),
        ({"scope": Scope(employees=("E2",))}, 1), ({"scope": Scope(tags=("expecting",))}, 3),
        ({"scope": Scope(outlets=("Sat",))}, 1), ({"scope": Scope(weekdays=(1,))}, 1),
        ({"scope": Scope(last_day=MONDAY, employees=("E1",))}, 2),
    ],
)  # fmt: skip
def test_the_scope_says_which_duties_are_looked_at(rule, fields, count):
    problem = alone(days=2, staff=(E1, E2), outlets=(HUB, SAT))
    duties = (
        work("E1", "day", "09:00", "17:00"), work("E2", "day", "09:00", "17:00"),
        work("E1", "day", "09:00", "17:00", date=TUESDAY), work("E1", "day", "09:00", "17:00", outlet="Sat"),
    )  # fmt: skip
    if rule.name == "duty.span":
        # The two duties of E1 on Monday make one span.
        count = {4: 3, 3: 2, 2: 1}.get(count, count)
    assert len(judged(rule.model_copy(update=fields), problem, *duties).violations) == count


@pytest.mark.parametrize("rule", LIMITS, ids=lambda rule: rule.name)
def test_history_is_not_judged(rule):
    history = (work("E1", "day", "09:00", "17:00", date=MONDAY - dt.timedelta(days=1)),)
    assert judged(rule, alone(history=history)).violations == ()


@pytest.mark.parametrize("rule", LIMITS, ids=lambda rule: rule.name)
def test_unknown_shift_types_are_refused(rule):
    with pytest.raises(InvalidProblem, match='shift type "X" is not in the problem'):
        alone(rules=(rule.model_copy(update={"shift_types": ("X",)}),))


def test_a_finding_tells_whose_duty_it_is_and_where():
    violation = judged(LIMITS[1], alone(), work("E1", "day", "09:00", "17:00")).violations[0]
    assert (violation.employee_id, violation.outlet_id) == ("E1", "Hub")
    assert violation.start == dt.datetime(2026, 3, 9, 9)


# ---------------------------------------------------------------- model against checker

LENGTHS = ShiftType(shift_type_id="day", start_from="09:00", start_to="10:00", minutes_min=120, minutes_max=240)
EARLY, NOON, LATE = (
    fixed_shift("early", "06:00", "10:00"), fixed_shift("noon", "10:00", "14:00"), fixed_shift("late", "14:00", "18:00")
)  # fmt: skip
BREAKS = (
    fixed_shift("none", "08:00", "14:00"),
    fixed_shift("short", "08:00", "14:15", breaks=(pause(15, "11:00"),)),
    fixed_shift("one", "08:00", "15:00", breaks=(pause(30, "12:00"),)),
    fixed_shift("two", "08:00", "16:00", breaks=(pause(20, "11:00"), pause(15, "13:00"))),
    fixed_shift("long", "08:00", "18:00", breaks=(pause(60, "12:00"),)),
)


def sets(options: int) -> int:
    """Sets of options of one day of which more than one is given."""
    return 2**options - (1 + options)


# Each case: a problem, and how many of its sets of duties are no roster; duties struck out are not in them.
CASES = {
    # Two starts of the two shorter lengths remain.
    "span": (alone(LENGTHS, rules=(DutySpan(minutes=180),)), sets(4)),
    "span: soft": (alone(LENGTHS, rules=(DutySpan(minutes=119, **SOFT),)), sets(6)),
    "span: scope": (
        alone(LENGTHS, staff=(E1, E2), rules=(DutySpan(minutes=120, scope=Scope(employees=("E1",))),)),
        # Two options for E1, six for E2.
        2**8 - 3 * 7,
    ),
    # Early with late spans twelve hours, early with noon and noon with late eight.
    "span: two duties a day": (alone(EARLY, NOON, LATE, rules=(TWO, DutySpan(minutes=480))), 8 - 6),
    "span: two duties a day, too long": (alone(EARLY, NOON, LATE, rules=(TWO, DutySpan(minutes=479))), 8 - 4),
    "span: soft with two duties a day": (
        alone(EARLY, NOON, LATE, days=2, rules=(TWO, DutySpan(minutes=200, **SOFT))), 64 - 49,
    ),
    "span: soft with two duties a day of two people": (
        alone(EARLY, LATE, days=2, staff=(E1, E2), rules=(TWO, DutySpan(minutes=700, **SOFT))), 0,
    ),
    "span: some shifts of two duties a day": (
        alone(EARLY, NOON, LATE, days=2, rules=(TWO, DutySpan(minutes=480, shift_types=("noon", "late"), **SOFT),
                                                DutySpan(minutes=480, scope=Scope(weekdays=(1,))))), 64 - 7 * 6,
    ),
    # Six hours are not more than six; after that the longest break of "two" is too short.
    "break_due": (alone(*BREAKS, rules=(BreakDue(after_minutes=360, break_minutes=30),)), sets(4)),
    "break_due: in parts": (
        alone(*BREAKS, rules=(BreakDue(after_minutes=360, break_minutes=35, part_minutes=15),)), sets(4),
    ),
    "break_due: soft": (
        alone(*BREAKS, rules=(BreakDue(after_minutes=359, break_minutes=60, part_minutes=16, **SOFT),)), sets(5),
    ),
    # The nights of two days and the early shift end and begin in the night.
    "barred_hours": (
        alone(
            fixed_shift("night", "22:00", "30:00"), fixed_shift("early", "05:00", "13:00"),
            fixed_shift("late", "14:00", "22:00"), fixed_shift("day", "06:00", "14:00"), days=2,
            rules=(BarredHours(start="22:00", end="06:00"),),
        ), 16 - 9,
    ),
    "barred_hours: soft": (
        alone(
            fixed_shift("night", "21:00", "29:00"), fixed_shift("early", "05:00", "08:00"),
            fixed_shift("late", "14:00", "23:00"), fixed_shift("day", "08:00", "12:00"), days=2,
            rules=(BarredHours(start="23:00", end="29:01", scope=Scope(weekdays=(1,)), **SOFT),),
        # A night does not overlap the early shift after it.
        ), 256 - 25,
    ),
    # Until noon of the next day, or a minute longer.
    "barred_hours: of the next day": (
        alone(
            fixed_shift("long", "15:00", "36:00"), fixed_shift("longer", "15:00", "36:01"),
            rules=(BarredHours(start="12:00", end="14:00"),),
        ), 0,
    ),
    "barred_hours: of a day": (
        alone(
            ShiftType(shift_type_id="flex", start_from="09:00", start_to="15:00", minutes_min=120, minutes_max=120),
            rules=(BarredHours(start="12:00", end="14:00"),),
        ),
        # Begins at 09:00, 10:00, 14:00 or 15:00.
        sets(4),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    assert assert_agree(problem).count(None) == forbidden


# ---------------------------------------------------------------- solved


@pytest.mark.parametrize(
    ("rules", "objective"),
    [
        # Early and late are wished for 500 each; together they span 720 minutes.
        ((TWO,), 0),
        ((TWO, DutySpan(minutes=719)), 500),
        ((TWO, DutySpan(minutes=700, **SOFT)), 200),
        ((TWO, DutySpan(minutes=600, **SOFT)), 500),
        ((BreakDue(after_minutes=239, break_minutes=30, shift_types=("late",), **SOFT),), 500),
        ((TWO, BreakDue(after_minutes=239, break_minutes=30, shift_types=("late",), **SOFT)), 300),
        ((TWO, BarredHours(start="05:00", end="06:01"), BarredHours(start="17:00", end="05:00", **SOFT)), 510),
    ],
)
def test_the_solver_finds_the_optimum_worked_out_by_hand(rules: tuple[Rule, ...], objective):
    wishes = tuple(
        Request(employee_id="E1", date=MONDAY, wish="on", shift_type_id=name, cents=500) for name in ("early", "late")
    )
    result = ss.solve(alone(EARLY, NOON, LATE, rules=rules, requests=wishes), ss.Settings(deterministic=True))
    assert (result.objective, result.status) == (objective, "optimal")

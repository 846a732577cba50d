"""Model and checker as two witnesses: on every set of duties of a small case both must say the same.

What the checker forbids the model cannot produce, what it allows the model can, and both name one cost.
"""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedsolver.domain import (
    Activity,
    Availability,
    BreakWindow,
    Contract,
    Employee,
    Horizon,
    IntervalRequirement,
    Leave,
    OpeningHours,
    Outlet,
    Permission,
    Pin,
    Problem,
    Request,
    Scope,
    ShiftRequirement,
    ShiftType,
    Skill,
    TravelTimes,
)
from schedsolver.rules import DaysWorked, MinimumRest, PaidTime, Travel, WeeklyHours
from tests.miniatures import miniatures
from tests.solving import FixedModel, assert_agree, assert_agree_on, assert_same_options, fixed_shift, plain, work
from tests.tiny import MONDAY, TUESDAY, tiny

SUNDAY = MONDAY - dt.timedelta(days=1)
HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
E1 = Employee(employee_id="E1", contract_id="full", home_outlet_id="Hub", tags=("senior",))
E2 = Employee(employee_id="E2", contract_id="full")
DAY, NIGHT, EARLY = (
    fixed_shift("day", "09:00", "11:00"), fixed_shift("night", "22:00", "30:00"), fixed_shift("early", "05:00", "09:00")
)  # fmt: skip
NOON = fixed_shift("noon", "12:00", "15:00")
COUNTER = Activity(
    activity_id="counter", skill_id="cash", at_window=True, shortage_cents_per_hour=(100, 300),
    surplus_cents_per_hour=10,
)  # fmt: skip
LOBBY = Activity(activity_id="lobby", shortage_cents_per_hour=(50,), surplus_cents_per_hour=20)
CALLS = Activity(activity_id="calls", deferrable=True)


def days(count: int, first: dt.date = MONDAY, slot: int = 60) -> Horizon:
    return Horizon(start=first, days=count, slot_minutes=slot)


def alone(*shifts: ShiftType, **changes) -> Problem:
    """One person at one outlet in a day/shift roster."""
    tables = {"horizon": days(2), "staff": (E1,), "outlets": (HUB,), "shift_types": shifts}
    return plain(**(tables | changes))


def branch(*shifts: ShiftType, **changes) -> Problem:
    """Two people at one outlet with counter, lobby and calls, open 09:00-12:00."""
    tables = {
        "horizon": days(1), "staff": (E1, E2), "outlets": (HUB,), "shift_types": shifts,
        "opening": tuple(OpeningHours(outlet_id="Hub", weekday=w, start="09:00", end="12:00") for w in range(7)),
        "activities": (COUNTER, LOBBY, CALLS),
    }  # fmt: skip
    return tiny(**(tables | changes))


def hour_off(first: str, last: str) -> BreakWindow:
    return BreakWindow(minutes=60, start_from=first, start_to=last)


def opening(start: str, end: str, *weekdays: int) -> tuple[OpeningHours, ...]:
    """The same hours at both outlets."""
    places = ((o, w) for o in ("Hub", "Sat") for w in weekdays)
    return tuple(OpeningHours(outlet_id=o, weekday=w, start=start, end=end) for o, w in places)


def heads(activity: str, start: str, end: str, count: int, **more) -> IntervalRequirement:
    return IntervalRequirement(
        outlet_id="Hub", activity_id=activity, date=MONDAY, start=start, end=end, heads=count, **more
    )


def leave(first: dt.date, last: dt.date, **more) -> Leave:
    return Leave(employee_id="E1", first_day=first, last_day=last, **more)


def shifts_needed(shift: str, **more) -> ShiftRequirement:
    prices = {"minimum_cents": 100, "shortage_cents": 30, "surplus_cents": 7}
    return ShiftRequirement(**({"date": MONDAY, "shift_type_id": shift} | prices | more))


# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    "duty.per_day: two places on one day": (alone(DAY, outlets=(HUB, SAT)), 7),
    "duty.per_day: a night into a morning": (alone(NIGHT, EARLY), 8),
    "duty.per_day: history into a morning": (
        alone(EARLY, DAY, history=(work("E1", "night", "22:00", "30:00", date=SUNDAY),)), 10,
    ),
    "duty.shift_type: windows, lengths, outlets": (
        alone(
            ShiftType(shift_type_id="flex", start_from="08:00", start_to="09:00", minutes_min=60, minutes_max=120,
                      outlets=("Sat",)),
            horizon=days(1), outlets=(HUB, SAT),
        ), 11,
    ),
    "duty.shift_type: breaks clipped by the ends": (
        alone(
            ShiftType(
                shift_type_id="flex", start_from="09:00", start_to="10:00", minutes_min=180, minutes_max=240,
                breaks=(hour_off("09:00", "12:00"),),
            ),
            horizon=days(1),
        ), 11,
    ),
    "duty.filled: a break among activities": (
        branch(
            fixed_shift("day", "09:00", "12:00", breaks=(hour_off("09:00", "11:00"),)),
            fixed_shift("part", "09:00", "11:00"),
            activities=(COUNTER, CALLS), interval_requirements=(heads("counter", "09:00", "12:00", 1),),
        ), 7,
    ),
    "duty.filled: two breaks, two lengths": (
        branch(
            ShiftType(
                shift_type_id="day", start_from="09:00", start_to="09:00", minutes_min=300, minutes_max=360,
                breaks=(hour_off("10:00", "11:00"), hour_off("12:00", "14:00")),
            ),
            activities=(LOBBY,), opening=(OpeningHours(outlet_id="Hub", weekday=0, start="09:00", end="15:00"),),
            interval_requirements=(heads("lobby", "10:00", "14:00", 1),),
        ), 7,
    ),
    "site.opening_hours": (
        alone(
            ShiftType(shift_type_id="flex", start_from="08:00", start_to="10:00", minutes_min=120, minutes_max=120),
            opening=(
                OpeningHours(outlet_id="Hub", weekday=0, start="09:00", end="12:00"),
                OpeningHours(outlet_id="Hub", weekday=1, start="06:00", end="20:00"),
                OpeningHours(outlet_id="Hub", date=TUESDAY, start="08:00", end="10:00"),
                OpeningHours(outlet_id="Hub", date=TUESDAY, start="10:00", end="11:00"),
            ),
        ), 7,
    ),
    "site.windows: one window for two": (
        branch(
            DAY, outlets=(Outlet(outlet_id="Hub", windows=1),),
            interval_requirements=(heads("counter", "09:00", "11:00", 2),),
        ), 0,
    ),
    "site.windows: nothing else to do": (
        branch(DAY, outlets=(Outlet(outlet_id="Hub", windows=1),), activities=(COUNTER,)), 1,
    ),
    "site.windows: what can wait needs one too": (
        branch(
            DAY, outlets=(Outlet(outlet_id="Hub", windows=1),),
            activities=(LOBBY, Activity(activity_id="calls", deferrable=True, at_window=True)),
        ), 0,
    ),
    "site.windows: past the horizon": (
        branch(
            fixed_shift("night", "23:00", "25:00"), activities=(COUNTER,),
            outlets=(HUB, Outlet(outlet_id="Sat", windows=1)),
            opening=opening("22:00", "26:00", 0),
        ), 8,
    ),
    "permission.held: level, outlet, last day": (
        branch(
            DAY, horizon=days(2), outlets=(HUB, SAT), activities=(COUNTER.model_copy(update={"min_level": 2}),),
            opening=opening("09:00", "11:00", 0, 1),
            permissions=(
                Permission(employee_id="E1", skill_id="cash", level=2, valid_until=MONDAY),
                Permission(employee_id="E1", skill_id="cash", level=1),
                Permission(employee_id="E2", skill_id="cash", level=3, outlet_id="Sat", valid_from=TUESDAY),
            ),
        ), 2,
    ),
    "permission.held: some may do more than others": (
        branch(
            DAY, permissions=(Permission(employee_id="E2", skill_id="cash"),), activities=(COUNTER, LOBBY),
            interval_requirements=(heads("counter", "09:00", "11:00", 1), heads("lobby", "09:00", "10:00", 1)),
        ), 0,
    ),
    "permission.held: duties in a skill": (
        alone(
            DAY, horizon=days(1), staff=(E1, E2), skills=(Skill(skill_id="cash"), Skill(skill_id="fx")),
            permissions=(Permission(employee_id="E1", skill_id="cash"), Permission(employee_id="E2", skill_id="fx")),
            shift_requirements=tuple(shifts_needed("day", skill_id=name, minimum=1) for name in ("cash", "fx", None)),
        ), 7,
    ),
    "leave.taken: a day and the night before it": (alone(NIGHT, DAY, leave=(leave(TUESDAY, TUESDAY),)), 0),
    "leave.taken: hours": (
        alone(DAY, NOON, EARLY, horizon=days(1), leave=(leave(SUNDAY, MONDAY, start="11:00", end="13:00"),)), 1,
    ),
    "availability.kept": (
        alone(
            DAY, NOON, NIGHT,
            availability=(
                Availability(employee_id="E1", weekday=1, start="00:00", end="09:00"),
                Availability(employee_id="E1", date=TUESDAY, start="09:00", end="12:00"),
                Availability(employee_id="E1", date=TUESDAY, start="12:00", end="15:00"),
                Availability(employee_id="E1", date=MONDAY, start="10:00", end="30:00"),
            ),
        ), 7,
    ),
    "pin.kept: a day off and a duty": (
        alone(
            DAY, outlets=(HUB, SAT),
            pins=(
                Pin(employee_id="E1", date=MONDAY, off=True), Pin(employee_id="E1", date=TUESDAY, outlet_id="Sat"),
            ),
        ), 15,
    ),
    "pin.kept: start and shift": (
        alone(
            ShiftType(shift_type_id="flex", start_from="08:00", start_to="09:00", minutes_min=60, minutes_max=60), NOON,
            horizon=days(1), staff=(E1, E2),
            pins=(
                Pin(employee_id="E1", date=MONDAY, start="09:00"),
                Pin(employee_id="E2", date=MONDAY, shift_type_id="noon", end="15:00"),
            ),
        ), 63,
    ),
    "request.granted": (
        alone(
            DAY, NOON,
            requests=(
                Request(employee_id="E1", date=MONDAY, wish="on", cents=1),
                Request(employee_id="E1", date=MONDAY, wish="on", shift_type_id="noon", cents=2),
                Request(employee_id="E1", date=TUESDAY, wish="off", cents=4),
                Request(employee_id="E1", date=TUESDAY, wish="off", shift_type_id="day", cents=8),
            ),
        ), 7,
    ),
    "cover.intervals: tiers, surplus and prices of its own": (
        branch(
            DAY, activities=(COUNTER, LOBBY),
            interval_requirements=(
                heads("counter", "09:00", "10:00", 4), heads("lobby", "09:00", "10:00", 1),
                heads("counter", "10:00", "11:00", 1, surplus_cents_per_hour=1),
            ),
        ), 0,
    ),
    "cover.intervals: waiting work with a need": (
        branch(DAY, activities=(LOBBY, CALLS), interval_requirements=(heads("calls", "09:00", "11:00", 1),)), 0,
    ),
    "cover.intervals: half hours": (
        branch(
            fixed_shift("day", "09:00", "10:00"), horizon=days(1, slot=30), activities=(COUNTER, LOBBY),
            interval_requirements=(heads("counter", "09:30", "10:30", 2, shortage_cents_per_hour=(25, 75)),),
        ), 0,
    ),
    "cover.shifts: minimum, preferred, maximum": (
        alone(
            DAY, horizon=days(1), outlets=(HUB, SAT), staff=(E1, E2),
            shift_requirements=(
                shifts_needed("day", minimum=1, preferred=2), shifts_needed("day", outlet_id="Sat", maximum=1),
            ),
        ), 8,
    ),
    "rest.minimum": (alone(DAY, NOON, rules=(MinimumRest(minutes=1140),)), 8),
    "rest.minimum: soft, over several days": (
        alone(DAY, NIGHT, horizon=days(3), rules=(MinimumRest(minutes=2880, hard=False, weight=5),)), 37,
    ),
    "rest.minimum: history and scope": (
        alone(DAY, NOON, horizon=days(2), staff=(E1, E2), history=(work("E1", "noon", "18:00", "23:00", date=SUNDAY),),
              rules=(MinimumRest(minutes=661, scope=Scope(employees=("E1",), last_day=MONDAY)),
                     MinimumRest(minutes=1201, hard=False, weight=3, scope=Scope(first_day=TUESDAY)))),
        202,
    ),
    "contract.days": (alone(DAY, horizon=days(4), rules=(DaysWorked(maximum=2),)), 5),
    "contract.days: soft, two weeks, history": (
        alone(
            DAY, horizon=days(4, MONDAY - dt.timedelta(days=2)), rules=(DaysWorked(maximum=1, hard=False, weight=9),),
            history=tuple(
                work("E1", "day", start, end, date=MONDAY - dt.timedelta(days=3))
                for start, end in (("09:00", "11:00"), ("12:00", "14:00"))
            ),
        ), 0,
    ),
    "contract.days: scope": (
        alone(
            DAY, staff=(E1, E2), horizon=days(3),
            rules=(DaysWorked(maximum=1, scope=Scope(tags=("senior",), weekdays=(1, 2))),),
        ), 16,
    ),
    "contract.days: none at all": (
        alone(DAY, staff=(E1, E2), rules=(DaysWorked(maximum=0, scope=Scope(tags=("senior",), weekdays=(1,))),)), 0,
    ),
    "contract.weekly_hours: short, beyond and a limit": (
        alone(
            DAY, NOON, contracts=(Contract(contract_id="full", weekly_minutes=840, daily_minutes=100),),
            rules=(WeeklyHours(under_cents_per_minute=2, over_cents_per_minute=3, most_over_minutes=60),),
        ), 8,
    ),
    "contract.weekly_hours: history and leave": (
        alone(
            DAY, NOON, horizon=days(3),
            contracts=(Contract(contract_id="full", weekly_minutes=2100, daily_minutes=100),),
            history=(work("E1", "gone", "08:00", "20:00", date=SUNDAY),), leave=(leave(TUESDAY, TUESDAY),),
            rules=(WeeklyHours(under_cents_per_minute=2, over_cents_per_minute=3),),
        ), 7,
    ),
    "contract.weekly_hours: history already beyond": (
        alone(
            DAY, horizon=days(2, TUESDAY), contracts=(Contract(contract_id="full", weekly_minutes=700),),
            history=(work("E1", "gone", "00:00", "10:00", date=MONDAY),),
            rules=(WeeklyHours(over_cents_per_minute=1, most_over_minutes=421),),
        ), 1,
    ),
    "cost.paid_time": (
        alone(
            fixed_shift("part", "09:00", "12:00", breaks=(hour_off("10:00", "10:00"),)),
            ShiftType(shift_type_id="odd", start_from="13:00", start_to="13:00", minutes_min=30, minutes_max=90),
            horizon=days(1), staff=(E1, E2), contracts=(Contract(contract_id="full", wage_cents_per_hour=1001),),
            rules=(PaidTime(scope=Scope(tags=("senior",))),),
        ), 48,
    ),
    "cost.travel": (
        alone(
            DAY, horizon=days(1), outlets=(HUB, SAT),
            staff=(E1, E2, Employee(employee_id="E3", contract_id="full", home_outlet_id="Sat")),
            travel=TravelTimes(outlets=("Hub", "Sat"), minutes=((0, 10), (17, 0))),
            rules=(Travel(cents_per_minute=3, scope=Scope(employees=("E1", "E3"))),),
        ), 37,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    costs = assert_agree(problem)
    assert any(cost is not None for cost in costs)
    assert costs.count(None) == forbidden


@settings(max_examples=80)
@given(st.data())
def test_model_and_checker_agree_on_random_duties_of_random_problems(data):
    problem = data.draw(miniatures())
    fixed = FixedModel(problem)
    for _ in range(2):
        chosen = data.draw(st.sets(st.integers(0, max(0, len(fixed.options) - 1)), max_size=3))
        assert_agree_on(fixed, problem, sorted(i for i in chosen if i < len(fixed.options)))


@settings(max_examples=60)
@given(miniatures())
def test_the_options_of_random_problems_are_what_the_checker_accepts_alone(problem):
    assert_same_options(problem)

import pytest

from schedsolver.domain import BreakWindow, Contract, Employee, Scope, TravelTimes
from schedsolver.rules import PaidTime, Travel
from tests.solving import fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY, TUESDAY

# ---------------------------------------------------------------- cost.paid_time


def wages(cents: int, *shifts, **changes):
    contracts = (Contract(contract_id="full", wage_cents_per_hour=cents), Contract(contract_id="part"))
    staff = (
        Employee(employee_id="E1", contract_id="full", tags=("senior",)),
        Employee(employee_id="E2", contract_id="part"),
    )
    return plain(contracts=contracts, staff=staff, shift_types=shifts, **changes)


@pytest.mark.parametrize(
    ("wage", "end", "cents"),
    [
        (3000, "11:00", 6000),
        (1001, "10:30", 1502),  # 1501.5
        (1, "09:30", 1),  # a half
        (1, "09:29", 0),
        (7, "09:04", 0),  # 28 / 60
        (8, "09:04", 1),  # 32 / 60
    ],
)
def test_a_duty_costs_its_time_at_the_wage_rounded_half_up(wage, end, cents):
    found = judged(PaidTime(), wages(wage, fixed_shift("day", "09:00", end)), work("E1", "day", "09:00", end))
    assert (found.violations, found.cents) == ((), cents)


def test_each_duty_is_rounded_for_itself():
    two = (work("E1", "day", "09:00", "09:30"), work("E1", "day", "09:00", "09:30", date=TUESDAY))
    assert judged(PaidTime(), wages(1, fixed_shift("day", "09:00", "09:30")), *two).cents == 2


def test_unpaid_breaks_are_left_out_and_paid_ones_are_not():
    shift = fixed_shift(
        "day",
        "09:00",
        "15:00",
        breaks=(
            BreakWindow(minutes=60, start_from="11:00", start_to="11:00"),
            BreakWindow(minutes=30, start_from="13:00", start_to="13:00", paid=True),
        ),
    )
    taken = work("E1", "day", "09:00", "15:00", pauses=(("11:00", "12:00"), ("13:00", "13:30")))
    found = judged(PaidTime(), wages(600, shift), taken)
    assert found.cents == 3000
    assert words(found) == ["E1 at Hub on 2026-03-09 09:00-15:00: 300 paid minutes"]


def test_wages_are_those_of_the_contract_and_history_is_already_paid():
    shift = fixed_shift("day", "09:00", "10:00")
    before = work("E1", "day", "09:00", "10:00", date=MONDAY.replace(day=1))
    problem = wages(600, shift, history=(before,))
    assert judged(PaidTime(), problem).cents == 0
    assert judged(PaidTime(), problem, work("E2", "day", "09:00", "10:00")).cents == 0
    assert judged(PaidTime(), problem, work("E1", "day", "09:00", "10:00")).cents == 600


@pytest.mark.parametrize(
    ("scope", "cents"),
    [(Scope(employees=("E1",)), 600), (Scope(contracts=("part",)), 0), (Scope(tags=("senior",)), 600)],
)
def test_the_scope_says_whose_time_is_paid(scope, cents):
    problem = wages(600, fixed_shift("day", "09:00", "10:00"))
    assert judged(PaidTime(scope=scope), problem, work("E1", "day", "09:00", "10:00")).cents == cents


# ---------------------------------------------------------------- cost.travel
# Ten minutes from hub to satellite, seventeen back; E1 is at home at the hub, E2 at the satellite.

TIMES = TravelTimes(outlets=("Hub", "Sat"), minutes=((0, 10), (17, 0)))
DAY = fixed_shift("day", "09:00", "15:00")


def travelling(**changes):
    return plain(shift_types=(DAY,), travel=TIMES, **changes)


@pytest.mark.parametrize(
    ("employee", "outlet", "cents"), [("E1", "Hub", 0), ("E1", "Sat", 81), ("E2", "Hub", 81), ("E2", "Sat", 0)]
)
def test_a_duty_away_from_home_costs_the_way_there_and_back(employee, outlet, cents):
    found = judged(Travel(cents_per_minute=3), travelling(), work(employee, "day", "09:00", "15:00", outlet=outlet))
    assert (found.violations, found.cents) == ((), cents)
    assert words(found) == (
        [f"{employee} at {outlet} on 2026-03-09 09:00-15:00: 27 minutes of travel"] if cents else []
    )


def test_whoever_has_no_home_outlet_does_not_travel():
    problem = travelling(staff=(Employee(employee_id="E1", contract_id="full"),))
    assert judged(Travel(cents_per_minute=3), problem, work("E1", "day", "09:00", "15:00", outlet="Sat")).cents == 0


@pytest.mark.parametrize(("scope", "cents"), [(Scope(employees=("E2",)), 0), (Scope(tags=("senior",)), 81)])
def test_the_scope_says_whose_travel_costs(scope, cents):
    away = work("E1", "day", "09:00", "15:00", outlet="Sat")
    assert judged(Travel(cents_per_minute=3, scope=scope), travelling(), away).cents == cents


def test_travel_matters_where_times_are_given():
    assert Travel(cents_per_minute=3).applies_to(travelling())
    assert not Travel(cents_per_minute=3).applies_to(plain())

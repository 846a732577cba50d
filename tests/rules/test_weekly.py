import datetime as dt

import pytest

from schedsolver.domain import BreakWindow, Contract, Employee, Horizon, Leave, Scope
from schedsolver.rules import WeeklyHours
from tests.solving import fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY

# 9 a.m. to 5 p.m. with an unpaid hour and a paid quarter: 420 paid minutes.
DAY = fixed_shift(
    "day", "09:00", "17:00",
    breaks=(
        BreakWindow(minutes=60, start_from="12:00", start_to="12:00"),
        BreakWindow(minutes=15, start_from="15:00", start_to="15:00", paid=True),
    ),
)  # fmt: skip
PAUSES = (("12:00", "13:00"), ("15:00", "15:15"))


def day(offset: int) -> dt.date:
    """A day counted from Monday the 9th."""
    return MONDAY + dt.timedelta(days=offset)


def duty_on(offset: int, employee: str = "E1"):
    return work(employee, "day", "09:00", "17:00", date=day(offset), pauses=PAUSES)


def world(first: int = 0, days: int = 7, **changes):
    return plain(horizon=Horizon(start=day(first), days=days, slot_minutes=60), shift_types=(DAY,), **changes)


# A week of 2100 minutes owes 300 for each day of it.


def hours(first: int = 0, days: int = 7, weekly: int = 2100, **changes):
    contracts = (Contract(contract_id="full", weekly_minutes=weekly, daily_minutes=400),)
    staff = (Employee(employee_id="E1", contract_id="full", tags=("senior",)),)
    return world(first, days, contracts=contracts, staff=staff, **changes)


def rule(**more) -> WeeklyHours:
    return WeeklyHours(**({"under_cents_per_minute": 2, "over_cents_per_minute": 3} | more))


@pytest.mark.parametrize(("worked", "cents"), [(0, 4200), (4, 840), (5, 0), (6, 1260)])
def test_paid_minutes_short_of_and_beyond_the_contract_cost_their_price(worked, cents):
    found = judged(rule(), hours(), *(duty_on(i) for i in range(worked)))
    assert (found.violations, found.cents) == ((), cents)
    assert words(found) == (
        [f"E1: {420 * worked} paid minutes of 2100 owed in the week of 2026-03-09"] if cents else []
    )


@pytest.mark.parametrize(("most", "count"), [(420, 0), (419, 1)])
def test_time_beyond_the_contract_has_a_hard_limit(most, count):
    found = judged(rule(most_over_minutes=most), hours(), *(duty_on(i) for i in range(6)))
    assert len(found.violations) == count
    assert found.cents == 1260


def test_a_cut_week_owes_a_seventh_for_each_day_rounded_down():
    # Saturday, Sunday, then Monday: 2101 * 2 // 7 = 600 and 2101 // 7 = 300.
    found = judged(rule(), hours(5, 3, weekly=2101))
    assert [p.cents for p in found.penalties] == [1200, 600]
    assert "of 600 owed in the week of 2026-03-09" in words(found)[0]
    assert "of 300 owed in the week of 2026-03-16" in words(found)[1]


def test_with_history_the_days_before_the_horizon_count_as_owed_and_as_worked():
    # Thursday to Sunday planned; Monday to Wednesday known, two of them worked: 2100 owed, 840 paid.
    problem = hours(3, 4, history=(duty_on(0), duty_on(1), duty_on(-1)))
    assert judged(rule(), problem).cents == (2100 - 840) * 2
    assert judged(rule(), problem, *(duty_on(i) for i in range(3, 6))).cents == 0
    assert judged(rule(), hours(3, 4)).cents == 1200 * 2


def test_history_of_a_shift_type_no_longer_there_counts_without_its_breaks():
    old = work("E1", "gone", "09:00", "17:00", date=day(0), pauses=PAUSES)
    assert judged(rule(), hours(3, 4, history=(old,))).cents == (2100 - 405) * 2


def test_whole_days_of_leave_lower_what_is_owed():
    leave = Leave(employee_id="E1", first_day=day(-3), last_day=day(1))
    some_hours = Leave(employee_id="E1", first_day=day(4), last_day=day(4), start="09:00", end="11:00")
    assert judged(rule(), hours(leave=(leave, some_hours))).cents == (2100 - 2 * 400) * 2
    everything = Leave(employee_id="E1", first_day=day(0), last_day=day(6))
    assert judged(rule(), hours(leave=(everything,))).cents == 0
    overlapping = Leave(employee_id="E1", first_day=day(1), last_day=day(1))
    assert judged(rule(), hours(leave=(leave, overlapping))).cents == (2100 - 2 * 400) * 2


def test_leave_counts_a_fifth_of_the_week_unless_the_contract_says_otherwise():
    problem = hours(leave=(Leave(employee_id="E1", first_day=day(0), last_day=day(0)),)).replace(
        contracts=(Contract(contract_id="full", weekly_minutes=2100),)
    )
    assert judged(rule(), problem).cents == (2100 - 420) * 2


def test_time_history_already_had_beyond_is_let_be_but_no_more_may_come():
    history = tuple(duty_on(i) for i in range(6))  # 2520 of 2100 owed: 420 beyond
    problem = hours(6, 1, history=history)
    found = judged(rule(most_over_minutes=100), problem)
    assert (found.violations, found.cents) == ((), 1260)
    assert len(judged(rule(most_over_minutes=100), problem, duty_on(6)).violations) == 1
    assert judged(rule(most_over_minutes=840), problem, duty_on(6)).violations == ()
    assert len(judged(rule(most_over_minutes=839), problem, duty_on(6)).violations) == 1


def test_a_scope_of_days_owes_and_counts_those_days_only():
    scope = Scope(weekdays=(0, 1))
    assert judged(rule(scope=scope), hours(), duty_on(0), duty_on(4)).cents == (600 - 420) * 2
    assert judged(rule(scope=Scope(tags=("senior",))), hours()).cents == 4200

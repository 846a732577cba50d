import datetime as dt

import pytest

from schedsolver.domain import Horizon, Schedule, Scope
from schedsolver.rules import MinimumRest
from tests.solving import fixed_shift, judged, plain, words, work
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

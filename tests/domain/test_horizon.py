import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schedsolver.domain import Horizon
from schedsolver.domain.horizon import monday_of, weeks_of

MONDAY = dt.date(2026, 3, 9)


def horizon(**changes) -> Horizon:
    return Horizon(**({"start": MONDAY, "days": 3, "slot_minutes": 30} | changes))


def test_it_lists_its_dates_and_the_first_day_after():
    assert horizon().dates == (MONDAY, dt.date(2026, 3, 10), dt.date(2026, 3, 11))
    assert horizon().end == dt.date(2026, 3, 12)


def test_it_counts_slots():
    assert (horizon().slots_per_day, horizon().slots) == (48, 144)
    assert horizon(slot_minutes=20).slots_per_day == 72


def test_slots_are_30_minutes_unless_told():
    assert Horizon(start=MONDAY, days=1).slot_minutes == 30


@pytest.mark.parametrize(("day", "inside"), [(8, False), (9, True), (11, True), (12, False)])
def test_it_contains_its_dates_only(day, inside):
    assert (dt.date(2026, 3, day) in horizon()) is inside


@pytest.mark.parametrize(("day", "index"), [(8, -1), (9, 0), (12, 3)])
def test_days_are_counted_from_the_first(day, index):
    assert horizon().day_index(dt.date(2026, 3, day)) == index


@pytest.mark.parametrize(
    ("moment", "minute"),
    [
        (dt.datetime(2026, 3, 9), 0),
        (dt.datetime(2026, 3, 10, 8, 30), 1950),
        (dt.datetime(2026, 3, 8, 23, 0), -60),
        (dt.datetime(2026, 3, 9, 0, 0, 29), 0),
        (dt.datetime(2026, 3, 9, 0, 0, 31), 1),
    ],
)
def test_minutes_run_from_midnight_of_the_first_day(moment, minute):
    assert horizon().minute_of(moment) == minute


@given(st.integers(-2000, 20000))
def test_a_moment_gives_back_its_minute(minute):
    assert horizon().minute_of(horizon().moment_of(minute)) == minute


def test_a_minute_is_a_moment():
    assert horizon().moment_of(1950) == dt.datetime(2026, 3, 10, 8, 30)


@pytest.mark.parametrize(
    ("day", "clock", "slot"),
    [(9, 0, 0), (9, 29, 0), (9, 30, 1), (10, 0, 48), (10, 510, 65), (9, 1500, 50), (8, 0, -48)],
)
def test_a_time_of_day_has_a_slot(day, clock, slot):
    assert horizon().slot_of(dt.date(2026, 3, day), clock) == slot


@pytest.mark.parametrize(("minutes", "on"), [(0, True), (30, True), (45, False), (60, True), (1, False)])
def test_the_grid_is_where_slots_begin(minutes, on):
    assert horizon().on_grid(minutes) is on


@pytest.mark.parametrize("minutes", [1, 15, 60, 1440])
def test_a_slot_divides_a_day(minutes):
    assert horizon(slot_minutes=minutes).slot_minutes == minutes


@pytest.mark.parametrize("minutes", [7, 50, 1439])
def test_a_slot_that_does_not_divide_a_day_is_refused(minutes):
    with pytest.raises(ValidationError, match=f"{minutes} minutes do not divide a day; use 5, 10"):
        horizon(slot_minutes=minutes)


@pytest.mark.parametrize("change", [{"slot_minutes": 0}, {"slot_minutes": 2880}, {"days": 0}, {"days": 733}])
def test_lengths_out_of_range_are_refused(change):
    with pytest.raises(ValidationError, match="equal to"):
        horizon(**change)


@pytest.mark.parametrize("days", [1, 732])
def test_a_horizon_is_a_day_to_two_years(days):
    assert len(horizon(days=days).dates) == days


def test_it_ends_before_the_calendar_does():
    assert Horizon(start="9999-12-29", days=1).end == dt.date(9999, 12, 30)
    with pytest.raises(ValidationError, match="2 days from 9999-12-29 run past the end of the calendar"):
        Horizon(start="9999-12-29", days=2)


@pytest.mark.parametrize("day", range(9, 16))
def test_a_week_begins_on_monday(day):
    assert monday_of(dt.date(2026, 3, day)) == MONDAY


def test_sunday_belongs_to_the_week_before():
    assert monday_of(dt.date(2026, 3, 8)) == dt.date(2026, 3, 2)


def test_calendar_weeks_are_counted_from_that_of_the_first_date():
    friday = dt.date(2026, 3, 6)
    dates = [friday + dt.timedelta(days=d) for d in (0, 2, 3, 9, 10)]
    assert weeks_of(dates) == [0, 0, 1, 1, 2]

import datetime as dt

import pytest

from schedsolver.domain import Availability, Leave
from schedsolver.model.options import duty_options
from schedsolver.rules import WeeklyHours
from schedsolver.rules.absence import AvailabilityKept, LeaveTaken
from tests.solving import fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY, TUESDAY

SUNDAY = MONDAY - dt.timedelta(days=1)
WEDNESDAY = TUESDAY + dt.timedelta(days=1)


def leave_faults(leave, start, end, *, date=MONDAY, employee="E1"):
    problem = plain(shift_types=(fixed_shift("day", start, end),), leave=(Leave(employee_id="E1", **leave),))
    return words(judged(LeaveTaken(), problem, work(employee, "day", start, end, date=date)))


# ---------------------------------------------------------------- leave.taken


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [(SUNDAY, SUNDAY, 0), (SUNDAY, MONDAY, 1), (MONDAY, MONDAY, 1), (MONDAY, TUESDAY, 1), (TUESDAY, TUESDAY, 0)],
)
def test_nobody_works_from_the_first_to_the_last_day_of_leave(first, last, count):
    found = leave_faults({"first_day": first, "last_day": last}, "09:00", "15:00")
    expected = "E1 at Hub on 2026-03-09 09:00-15:00 falls into leave from 2026-03-09 00:00 to 2026-03-10 00:00"
    assert found == [expected] * count


def test_leave_is_personal():
    assert leave_faults({"first_day": MONDAY, "last_day": MONDAY}, "09:00", "15:00", employee="E2") == []


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [("06:00", "09:00", 0), ("06:00", "10:00", 1), ("10:00", "11:00", 1), ("11:00", "12:00", 0), ("08:00", "12:00", 1)],
)
def test_hours_of_leave_bar_only_duties_that_overlap_them(start, end, count):
    leave = {"first_day": MONDAY, "last_day": MONDAY, "start": "09:00", "end": "11:00"}
    assert len(leave_faults(leave, start, end)) == count


def test_the_same_hours_are_taken_on_every_day_of_the_leave():
    leave = {"first_day": SUNDAY, "last_day": TUESDAY, "start": "09:00", "end": "11:00"}
    assert leave_faults(leave, "10:00", "12:00", date=TUESDAY) == [
        "E1 at Hub on 2026-03-10 10:00-12:00 falls into leave from 2026-03-10 09:00 to 2026-03-10 11:00"
    ]
    assert leave_faults(leave, "12:00", "13:00", date=TUESDAY) == []


@pytest.mark.parametrize(("end", "count"), [("24:00", 0), ("25:00", 1)])
def test_a_duty_may_not_run_past_midnight_into_leave(end, count):
    assert len(leave_faults({"first_day": TUESDAY, "last_day": TUESDAY}, "20:00", end)) == count


def test_leave_hours_past_midnight_reach_the_next_day():
    leave = {"first_day": MONDAY, "last_day": MONDAY, "start": "22:00", "end": "30:00"}
    assert len(leave_faults(leave, "05:00", "09:00", date=TUESDAY)) == 1
    assert leave_faults(leave, "06:00", "09:00", date=TUESDAY) == []


def test_leave_matters_where_there_is_some():
    assert not LeaveTaken().applies_to(plain())
    assert LeaveTaken().applies_to(plain(leave=(Leave(employee_id="E1", first_day=MONDAY, last_day=MONDAY),)))


# ---------------------------------------------------------------- availability.kept


def availability_faults(rows, start, end, *, date=MONDAY, employee="E1"):
    problem = plain(
        shift_types=(fixed_shift("day", start, end),),
        availability=tuple(Availability(employee_id="E1", **row) for row in rows),
    )
    return words(judged(AvailabilityKept(), problem, work(employee, "day", start, end, date=date)))


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [("09:00", "15:00", 0), ("08:00", "14:00", 1), ("10:00", "16:00", 1), ("10:00", "14:00", 0)],
)
def test_a_duty_lies_within_the_hours_available(start, end, count):
    found = availability_faults([{"weekday": 0, "start": "09:00", "end": "15:00"}], start, end)
    expected = f"E1 at Hub on 2026-03-09 {start}-{end} is outside the hours E1 is available"
    assert found == [expected] * count


def test_a_day_without_a_row_is_a_day_off_only_for_those_with_rows():
    rows = [{"weekday": 0}]
    assert availability_faults(rows, "09:00", "15:00") == []
    assert len(availability_faults(rows, "09:00", "15:00", date=TUESDAY)) == 1
    assert availability_faults(rows, "09:00", "15:00", date=TUESDAY, employee="E2") == []


def test_the_rows_of_a_date_replace_those_of_its_weekday():
    rows = [{"weekday": 0}, {"date": MONDAY, "start": "12:00", "end": "18:00"}]
    assert availability_faults(rows, "12:00", "18:00") == []
    assert len(availability_faults(rows, "11:00", "18:00")) == 1


def test_rows_that_touch_are_available_together():
    touching = [{"weekday": 0, "start": "09:00", "end": "12:00"}, {"weekday": 0, "start": "12:00", "end": "15:00"}]
    apart = [{"weekday": 0, "start": "09:00", "end": "12:00"}, {"weekday": 0, "start": "13:00", "end": "15:00"}]
    assert availability_faults(touching, "09:00", "15:00") == []
    assert len(availability_faults(apart, "09:00", "15:00")) == 1


@pytest.mark.parametrize(("end", "count"), [("24:00", 1), ("29:00", 1), ("30:00", 0)])
def test_a_duty_past_midnight_needs_hours_past_midnight_on_its_date(end, count):
    rows = [{"weekday": 0, "start": "20:00", "end": end}, {"weekday": 1}]
    assert len(availability_faults(rows, "22:00", "30:00")) == count


def test_availability_matters_where_there_is_some():
    assert not AvailabilityKept().applies_to(plain())
    assert AvailabilityKept().applies_to(plain(availability=(Availability(employee_id="E1", weekday=0),)))


def test_leave_until_further_notice_is_leave():
    forever = Leave(employee_id="E1", first_day=dt.date.min, last_day=dt.date.max)
    problem = plain(leave=(forever,), shift_types=(fixed_shift("day", "09:00", "17:00"),))
    assert len(judged(LeaveTaken(), problem, work("E1", "day", "09:00", "17:00")).violations) == 1
    assert set(duty_options(problem, (LeaveTaken(),)).employee.tolist()) == {1}
    owed = WeeklyHours(under_cents_per_minute=1)
    assert {p.employee_id for p in judged(owed, problem).penalties} == {"E2"}

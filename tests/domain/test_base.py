import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schedsolver.domain import Availability, Employee, Rest
from schedsolver.domain.base import format_clock, parse_clock, parse_date, parse_moment


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("00:00", 0),
        ("8:05", 485),
        ("08:30", 510),
        (" 08:30 ", 510),
        ("08:30:00", 510),
        ("26:15", 1575),
        ("48:00", 2880),
    ],
)
def test_a_clock_time_is_minutes_after_midnight(text, minutes):
    assert parse_clock(text) == minutes


@pytest.mark.parametrize("text", ["", "8", "830", "08:60", "08:30:30", "08:30 am", "-1:00", "123:00", "08.30"])
def test_a_clock_time_in_another_form_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"is not a time; write it as HH:MM, for example 08:30"):
        parse_clock(text)


@pytest.mark.parametrize("text", ["48:01", "49:00"])
def test_a_clock_time_past_the_next_day_is_refused(text):
    with pytest.raises(ValueError, match=rf'"{text}" is past 48:00'):
        parse_clock(text)


def test_a_time_object_is_a_clock_time():
    assert parse_clock(dt.time(8, 30)) == 510


@pytest.mark.parametrize("time", [dt.time(8, 30, 1), dt.time(8, 30, 0, 1)])
def test_a_time_object_with_seconds_is_refused_rather_than_cut(time):
    with pytest.raises(ValueError, match="not in whole minutes"):
        parse_clock(time)


def test_minutes_pass_through():
    assert parse_clock(510) == 510


@given(st.integers(0, 2880))
def test_formatting_a_clock_time_undoes_parsing_it(minutes):
    assert parse_clock(format_clock(minutes)) == minutes


def test_a_clock_time_is_shown_with_two_digits():
    assert format_clock(65) == "01:05"


@pytest.mark.parametrize("end", [1, 2880, "48:00"])
def test_a_clock_field_takes_minutes_up_to_the_end_of_the_next_day(end):
    assert Availability(employee_id="E1", weekday=0, start=0, end=end).start == 0


@pytest.mark.parametrize(("start", "end"), [(-1, 60), (0, 2881)])
def test_a_clock_field_refuses_minutes_of_other_days(start, end):
    with pytest.raises(ValidationError, match=r"greater than or equal to 0|less than or equal to 2880"):
        Availability(employee_id="E1", weekday=0, start=start, end=end)


@pytest.mark.parametrize(
    "value", ["2026-03-09", " 2026-03-09 ", dt.date(2026, 3, 9), dt.datetime(2026, 3, 9)], ids=repr
)
def test_a_date_is_read_from_iso_text_or_objects(value):
    day = parse_date(value)
    assert day == dt.date(2026, 3, 9)
    assert type(day) is dt.date


@pytest.mark.parametrize("text", ["03/04/2026", "2026-3-9", "20260309", "9.3.2026", "", 20260309])
def test_a_date_in_another_form_is_refused(text):
    with pytest.raises(ValueError, match=rf'"{text}" is not a date in the form YYYY-MM-DD'):
        parse_date(text)


def test_a_day_the_calendar_does_not_have_is_refused():
    with pytest.raises(ValueError, match=r'"2026-02-29" is not a day of the calendar'):
        parse_date("2026-02-29")


def test_a_moment_is_not_a_date():
    with pytest.raises(ValueError, match="is a moment, not a date; drop the time of day"):
        parse_date(dt.datetime(2026, 3, 9, 0, 1))


@pytest.mark.parametrize("value", ["2026-03-09 08:30", " 2026-03-09T08:30 ", dt.datetime(2026, 3, 9, 8, 30)])
def test_a_moment_is_read_from_text_or_objects(value):
    assert parse_moment(value) == dt.datetime(2026, 3, 9, 8, 30)


@pytest.mark.parametrize("value", ["half past eight", "09.03.2026 08:30", 1773045000, None])
def test_a_moment_in_another_form_is_refused(value):
    with pytest.raises(ValueError, match="is not a moment; write it as YYYY-MM-DD HH:MM"):
        parse_moment(value)


@pytest.mark.parametrize("value", ["2026-03-09 08:30+01:00", dt.datetime(2026, 3, 9, 8, 30, tzinfo=dt.UTC)])
def test_a_moment_with_a_time_zone_is_refused(value):
    with pytest.raises(ValueError, match="carries a time zone; times are local to the outlets"):
        parse_moment(value)


def test_a_number_never_becomes_a_moment():
    with pytest.raises(ValidationError, match="0 is not a moment"):
        Rest(start=0, end=60)


def test_a_record_cannot_be_changed():
    employee = Employee(employee_id="E1", contract_id="full")
    with pytest.raises(ValidationError, match="frozen"):
        employee.name = "Li"


def test_an_unknown_field_is_refused():
    with pytest.raises(ValidationError, match=r"surname\n +Extra inputs are not permitted"):
        Employee(employee_id="E1", contract_id="full", surname="Li")


def test_names_lose_the_blanks_around_them():
    assert Employee(employee_id=" E1 ", contract_id="full").employee_id == "E1"


@pytest.mark.parametrize("length", [1, 80])
def test_a_name_has_1_to_80_characters(length):
    assert Employee(employee_id="x" * length, contract_id="full").employee_id == "x" * length


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_an_empty_or_endless_name_is_refused(name):
    with pytest.raises(ValidationError, match=r"at least 1 character|at most 80 characters"):
        Employee(employee_id=name, contract_id="full")

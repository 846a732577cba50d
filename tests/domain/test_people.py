import datetime as dt

import pytest
from pydantic import ValidationError

from schedsolver.domain import Availability, Contract, Leave, Permission, Pin, Preference, Request

NINTH, TENTH = dt.date(2026, 3, 9), dt.date(2026, 3, 10)


def test_a_day_of_leave_is_a_fifth_of_the_week_unless_told():
    assert Contract(contract_id="full", weekly_minutes=2402).leave_day_minutes == 480
    assert Contract(contract_id="full", daily_minutes=0).leave_day_minutes == 0


@pytest.mark.parametrize(
    "fields",
    [{"weekly_minutes": 0}, {"weekly_minutes": 10080}, {"daily_minutes": 1440}, {"wage_cents_per_hour": 10**9}],
)
def test_contract_limits_are_included(fields):
    assert Contract(contract_id="full", **fields).contract_id == "full"


@pytest.mark.parametrize(
    "fields",
    [
        {"weekly_minutes": -1}, {"weekly_minutes": 10081}, {"daily_minutes": -1}, {"daily_minutes": 1441},
        {"wage_cents_per_hour": -1}, {"wage_cents_per_hour": 10**9 + 1},
    ],
)  # fmt: skip
def test_contracts_beyond_the_limits_are_refused(fields):
    with pytest.raises(ValidationError, match="than or equal to"):
        Contract(contract_id="full", **fields)


def test_contract_defaults():
    contract = Contract(contract_id="full")
    assert (contract.weekly_minutes, contract.wage_cents_per_hour) == (2400, 0)


def permission(**fields) -> Permission:
    return Permission(employee_id="E1", skill_id="cash", **fields)


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({}, True),
        ({"outlet_id": "Hub"}, True),
        ({"outlet_id": "Sat"}, False),
        ({"valid_from": "2026-03-09"}, True),
        ({"valid_from": "2026-03-10"}, False),
        ({"valid_until": "2026-03-09"}, True),
        ({"valid_until": "2026-03-08"}, False),
        ({"valid_from": "2026-03-09", "valid_until": "2026-03-09"}, True),
        ({"outlet_id": "Sat", "valid_from": "2026-03-09"}, False),
    ],
)
def test_a_permission_holds_within_its_dates_at_its_outlet(fields, holds):
    assert permission(**fields).holds(NINTH, "Hub") is holds


def test_a_permission_does_not_end_before_it_starts():
    with pytest.raises(ValidationError, match="ends on 2026-03-08, before it starts on 2026-03-09"):
        permission(valid_from="2026-03-09", valid_until="2026-03-08")


def test_levels_begin_at_1():
    assert permission().level == 1
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        permission(level=0)


def leave(**fields) -> Leave:
    return Leave(**({"employee_id": "E1", "first_day": NINTH, "last_day": TENTH} | fields))


def test_leave_takes_the_whole_day_or_its_hours():
    assert leave().clock_interval == (0, 1440)
    assert leave(start="00:00", end="09:30").clock_interval == (0, 570)
    assert leave(first_day=NINTH, last_day=NINTH).last_day == NINTH


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"first_day": TENTH, "last_day": NINTH}, "the leave ends on 2026-03-09, before it starts on 2026-03-10"),
        ({"start": "09:00"}, "both start and end, or neither for whole days"),
        ({"end": "09:00"}, "both start and end, or neither for whole days"),
        ({"start": "09:00", "end": "09:00"}, "starts at 09:00, not before it ends at 09:00"),
        ({"start": "10:00", "end": "09:00"}, "starts at 10:00, not before it ends at 09:00"),
    ],
)
def test_leave_that_makes_no_sense_is_refused(fields, words):
    with pytest.raises(ValidationError, match=words):
        leave(**fields)


def test_availability_is_the_whole_day_and_night_unless_told():
    row = Availability(employee_id="E1", weekday=6)
    assert (row.start, row.end) == (0, 2880)
    assert Availability(employee_id="E1", date=NINTH).date == NINTH


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "either a weekday .* or a date, not both and not neither"),
        ({"weekday": 0, "date": NINTH}, "not both and not neither"),
        ({"weekday": 7}, "less than or equal to 6"),
        ({"weekday": 0, "start": "12:00", "end": "12:00"}, "starts at 12:00, not before it ends at 12:00"),
        ({"weekday": 0, "start": "13:00", "end": "12:00"}, "starts at 13:00, not before it ends at 12:00"),
    ],
)
def test_availability_that_makes_no_sense_is_refused(fields, words):
    with pytest.raises(ValidationError, match=words):
        Availability(employee_id="E1", **fields)


def test_a_wish_is_on_or_off():
    assert Request(employee_id="E1", date=NINTH, wish="off").cents == 1000
    with pytest.raises(ValidationError, match="'on' or 'off'"):
        Request(employee_id="E1", date=NINTH, wish="maybe")


@pytest.mark.parametrize(
    ("fields", "thing"), [({"outlet_id": "Hub"}, "Hub"), ({"activity_id": "fx"}, "fx"), ({"colleague_id": "E2"}, "E2")]
)
def test_a_preference_is_about_one_thing(fields, thing):
    row = Preference(employee_id="E1", wish="avoid", cents=5, **fields)
    assert (row.thing, row.describe()) == (thing, f"E1 avoids {thing}")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "give exactly one of outlet, activity and colleague"),
        ({"outlet_id": "Hub", "activity_id": "fx"}, "give exactly one of"),
        ({"outlet_id": "Hub", "activity_id": "fx", "colleague_id": "E2"}, "give exactly one of"),
        ({"colleague_id": "E1"}, "E1 is their own colleague; name somebody else"),
        ({"outlet_id": "Hub", "wish": "like"}, "'prefer' or 'avoid'"),
        ({"outlet_id": "Hub", "cents": -1}, "greater than or equal to 0"),
    ],
)
def test_a_preference_that_makes_no_sense_is_refused(fields, words):
    with pytest.raises(ValidationError, match=words):
        Preference(**({"employee_id": "E1", "wish": "prefer", "cents": 5} | fields))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"off": True}, "pin: E1 is off on 2026-03-09"),
        ({}, "pin: E1 works on 2026-03-09"),
        ({"outlet_id": "Hub"}, "pin: E1 works on 2026-03-09 at Hub"),
        (
            {"outlet_id": "Hub", "shift_type_id": "day", "start": 0, "end": "15:00"},
            "pin: E1 works on 2026-03-09 at Hub on shift day from 00:00 until 15:00",
        ),
    ],
)
def test_a_pin_says_itself(fields, words):
    assert Pin(employee_id="E1", date=NINTH, **fields).describe() == words


@pytest.mark.parametrize("field", [{"outlet_id": "Hub"}, {"shift_type_id": "day"}, {"start": 0}, {"end": "15:00"}])
def test_a_day_pinned_off_has_nothing_else(field):
    with pytest.raises(ValidationError, match="pinned off cannot also have an outlet, a shift type or times"):
        Pin(employee_id="E1", date=NINTH, off=True, **field)


@pytest.mark.parametrize("end", ["09:00", "08:00"])
def test_a_pin_does_not_end_before_it_starts(end):
    with pytest.raises(ValidationError, match=f"starts at 09:00, not before it ends at {end}"):
        Pin(employee_id="E1", date=NINTH, start="09:00", end=end)

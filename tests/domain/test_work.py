import datetime as dt

import pytest
from pydantic import ValidationError

from schedsolver.domain import Activity, Arrivals, BreakWindow, IntervalRequirement, ShiftRequirement, ShiftType

DAY = dt.date(2026, 3, 9)
MODELS = {
    "activity": (Activity, {"activity_id": "counter"}),
    "pause": (BreakWindow, {"minutes": 60, "start_from": 720, "start_to": 780}),
    "shift": (
        ShiftType,
        {"shift_type_id": "day", "start_from": 540, "start_to": 600, "minutes_min": 300, "minutes_max": 360},
    ),
    "interval": (
        IntervalRequirement,
        {"outlet_id": "Hub", "activity_id": "counter", "date": DAY, "start": 540, "end": 600, "heads": 1},
    ),
    "shifts": (ShiftRequirement, {"date": DAY, "shift_type_id": "day"}),
    "arrivals": (
        Arrivals,
        {"outlet_id": "Hub", "activity_id": "counter", "date": DAY, "start": 540, "customers": 1},
    ),
}


def made(kind, fields):
    model, base = MODELS[kind]
    return model(**(base | fields))


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("activity", {"min_level": 1}),
        ("activity", {"service_minutes": 1e-9}),
        ("activity", {"service_minutes": 1440}),
        ("activity", {"wait_limit_minutes": 0}),
        ("activity", {"target_share": 1e-9}),
        ("activity", {"target_share": 0.999999}),
        ("activity", {"shortage_cents_per_hour": (0,)}),
        ("activity", {"shortage_cents_per_hour": (5, 5, 6)}),
        ("activity", {"surplus_cents_per_hour": 10**9}),
        ("pause", {"minutes": 1}),
        ("pause", {"start_from": 780}),
        ("shift", {"start_from": 600}),
        ("shift", {"start_to": 1439}),
        ("shift", {"minutes_min": 1}),
        ("shift", {"minutes_min": 360}),
        ("shift", {"minutes_max": 1440}),
        ("interval", {"end": 541}),
        ("interval", {"heads": 0}),
        ("interval", {"heads": 10_000}),
        ("interval", {"shortage_cents_per_hour": (5, 5)}),
        ("interval", {"minimum": 1, "maximum": 1}),
        ("interval", {"heads": 0, "maximum": 0}),
        ("interval", {"minimum": 1, "minimum_cents_per_hour": 6, "shortage_cents_per_hour": (5, 6)}),
        ("interval", {"minimum": 0, "minimum_cents_per_hour": 0, "shortage_cents_per_hour": (5, 6)}),
        ("shifts", {"minimum": 2, "preferred": 2, "maximum": 2}),
        ("shifts", {"maximum": 0}),
        ("shifts", {"minimum_cents": 7, "shortage_cents": 7}),
        ("arrivals", {"customers": 0}),
        ("arrivals", {"customers": 1e6}),
    ],
)
def test_the_ends_of_each_range_are_accepted(kind, fields):
    record = made(kind, fields)
    assert {name: getattr(record, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("activity", {"min_level": 0}, "greater than or equal to 1"),
        ("activity", {"service_minutes": 0}, "greater than 0"),
        ("activity", {"service_minutes": -5}, "greater than 0"),
        ("activity", {"service_minutes": 1440.5}, "less than or equal to 1440"),
        ("activity", {"wait_limit_minutes": -1}, "greater than or equal to 0"),
        ("activity", {"wait_limit_minutes": float("inf")}, "finite"),
        ("activity", {"target_share": 0}, "greater than 0"),
        ("activity", {"target_share": 1}, "less than 1"),
        ("activity", {"shortage_cents_per_hour": ()}, "give at least one shortage price"),
        ("activity", {"shortage_cents_per_hour": (5, 4)}, r"\[5, 4\] fall; the second missing head"),
        ("activity", {"shortage_cents_per_hour": (4, 6, 5)}, r"\[4, 6, 5\] fall"),
        ("activity", {"surplus_cents_per_hour": -1}, "greater than or equal to 0"),
        ("activity", {"surplus_cents_per_hour": 10**9 + 1}, "less than or equal to 1000000000"),
        ("pause", {"minutes": 0}, "greater than 0"),
        ("pause", {"start_from": 781}, "may start from 13:01, after its latest start 13:00"),
        ("shift", {"start_from": 601}, "starts from 10:01, after its latest start 10:00"),
        ("shift", {"start_to": 1440}, "latest start 24:00 is not on the duty's own date"),
        ("shift", {"minutes_min": 0}, "greater than 0"),
        ("shift", {"minutes_min": 361}, "shortest length 361 is above its longest 360"),
        ("shift", {"minutes_max": 1441}, "less than or equal to 1440"),
        ("shift", {"minutes_min": 1500, "minutes_max": 1440}, "less than or equal to 1440"),
        ("shift", {"minutes_min": -2, "minutes_max": -1}, "greater than 0"),
        ("interval", {"end": 540}, "starts at 09:00, not before it ends at 09:00"),
        ("interval", {"end": 480}, "starts at 09:00, not before it ends at 08:00"),
        ("interval", {"heads": -1}, "greater than or equal to 0"),
        ("interval", {"heads": 10_001}, "less than or equal to 10000"),
        ("interval", {"shortage_cents_per_hour": (5, 4)}, "fall"),
        ("interval", {"shortage_cents_per_hour": ()}, "at least one shortage price"),
        ("interval", {"minimum": -1}, "greater than or equal to 0"),
        ("interval", {"minimum": 2}, "heads 1 is below minimum 2"),
        ("interval", {"maximum": 0}, "maximum 0 is below the 1 heads needed"),
        (
            "interval",
            {"minimum": 1, "minimum_cents_per_hour": 5, "shortage_cents_per_hour": (5, 6)},
            "minimum_cents_per_hour 5 is below the shortage price 6; missing the minimum must cost at least as much",
        ),
        ("shifts", {"minimum": 2, "preferred": 1}, "preferred 1 is below minimum 2"),
        ("shifts", {"minimum": 2, "maximum": 1}, "maximum 1 is below the 2 wanted"),
        ("shifts", {"minimum": 1, "preferred": 3, "maximum": 2}, "maximum 2 is below the 3 wanted"),
        ("shifts", {"minimum_cents": 6, "shortage_cents": 7}, "minimum_cents 6 is below shortage_cents 7"),
        ("arrivals", {"customers": -1}, "greater than or equal to 0"),
        ("arrivals", {"customers": 1e6 + 1}, "less than or equal to 1000000"),
        ("arrivals", {"customers": float("nan")}, "finite"),
    ],
)
def test_what_lies_beyond_is_refused(kind, fields, words):
    with pytest.raises(ValidationError, match=words):
        made(kind, fields)


def test_activity_defaults():
    activity = Activity(activity_id="counter")
    assert (activity.wait_limit_minutes, activity.target_share, activity.min_level) == (20.0, 0.97, 1)
    assert activity.shortage_cents_per_hour == (12_000, 18_000, 24_000)
    assert activity.surplus_cents_per_hour == 600
    assert not activity.deferrable
    assert not activity.at_window


@pytest.mark.parametrize(("preferred", "wanted"), [(None, 2), (2, 2), (3, 3)])
def test_the_minimum_is_wanted_unless_more_is_preferred(preferred, wanted):
    assert ShiftRequirement(date=DAY, shift_type_id="day", minimum=2, preferred=preferred).wanted == wanted


def test_a_missing_minimum_costs_most_by_default():
    row = ShiftRequirement(date=DAY, shift_type_id="day")
    assert (row.minimum, row.minimum_cents, row.shortage_cents, row.surplus_cents) == (0, 1_000_000, 100_000, 0)


def test_a_head_below_the_minimum_costs_ten_times_the_last_by_default():
    row = made("interval", {})
    assert (row.minimum, row.maximum, row.minimum_cents_per_hour) == (0, None, 240_000)
    assert row.minimum_cents_per_hour == 10 * Activity(activity_id="counter").shortage_cents_per_hour[-1]


def pauses(*windows):
    return tuple(BreakWindow(minutes=m, start_from=a, start_to=b) for m, a, b in windows)


def test_breaks_may_follow_each_other_at_once():
    assert len(made("shift", {"breaks": pauses((30, 600, 660), (30, 690, 720), (15, 750, 750))}).breaks) == 3


@pytest.mark.parametrize(
    "windows",
    [
        ((30, 600, 660), (30, 689, 720)),
        ((30, 700, 720), (30, 600, 660)),
        ((30, 600, 600), (30, 700, 720), (30, 740, 760)),
    ],
)
def test_breaks_whose_windows_overlap_are_refused(windows):
    with pytest.raises(ValidationError, match="windows of its breaks overlap; put them in order"):
        made("shift", {"breaks": pauses(*windows)})


def test_breaks_are_unpaid_unless_told():
    assert not BreakWindow(minutes=30, start_from=600, start_to=600).paid

"""What people have of burdens and goods, counted by hand."""

import datetime as dt

import pytest

from schedsolver.domain import Activity, FairItem, Horizon, Leave, Preference, Request, Schedule, SpecialDay
from schedsolver.rules.burdens import amounts
from tests.rules.test_agreement import HUB, SAT, opening
from tests.rules.test_fairness import person
from tests.solving import fixed_shift, plain, roster_of, spell, work
from tests.tiny import MONDAY, tiny

SATURDAY, SUNDAY = MONDAY + dt.timedelta(days=5), MONDAY + dt.timedelta(days=6)
STAFF = person(0), person(1, home_outlet_id="Sat"), person(2, home_outlet_id=None)
AM, PM = fixed_shift("am", "09:00", "13:00"), fixed_shift("pm", "12:00", "18:00")
WEEK = plain(
    horizon=Horizon(start=MONDAY, days=7, slot_minutes=60), outlets=(HUB, SAT), staff=STAFF, shift_types=(AM, PM),
    opening=opening("09:00", "18:00", 0, 1, 2, 3, 4, 5, 6),
)  # fmt: skip


def on(employee: int, day: int, shift: str = "am", outlet: str = "Hub"):
    start, end = {"am": ("09:00", "13:00"), "pm": ("12:00", "18:00")}[shift]
    return work(f"E{employee}", shift, start, end, date=MONDAY + dt.timedelta(days=day), outlet=outlet)


ROSTER = roster_of([
    on(0, 0), on(0, 1, "pm"), on(0, 5, outlet="Sat"), on(0, 6),
    on(1, 0, "pm", "Sat"), on(1, 1, "pm"), on(1, 5, "pm"),
    on(2, 1, outlet="Sat"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "had"),
    [
        ({"counts": "duties"}, (4, 3, 1)),
        ({"counts": "duties", "outlets": ("Sat",)}, (1, 1, 1)),
        ({"counts": "duties", "weekdays": (0, 5)}, (2, 2, 0)),
        ({"counts": "duties", "day_kinds": ("holiday",)}, (1, 1, 1)),
        ({"counts": "hours"}, (18, 18, 4)),
        ({"counts": "hours", "start": "12:30", "end": "14:00"}, (3.0, 4.5, 0.5)),
        ({"counts": "openings"}, (3, 0, 1)),
        ({"counts": "closings"}, (1, 3, 0)),
        ({"counts": "trips"}, (1, 2, 0)),
        ({"counts": "trips", "outlets": ("Sat",)}, (1, 0, 0)),
        ({"counts": "weekends"}, (1, 1, 0)),
        ({"counts": "weekends_off", "kind": "good"}, (0, 0, 1)),
    ],
)
def test_duties_hours_and_weekends(fields, had):
    problem = WEEK.replace(special_days=(SpecialDay(date=MONDAY + dt.timedelta(days=1), kind="holiday"),))
    expected = {f"E{i}": round(60 * n) for i, n in enumerate(had)}
    assert amounts(FairItem(item_id="it", **fields), problem, ROSTER) == expected


def test_two_weekends_and_one_cut_in_two():
    fortnight = WEEK.replace(horizon=Horizon(start=SUNDAY, days=8, slot_minutes=60))
    both = roster_of([on(0, 6), on(0, 12), on(0, 13), on(1, 13)])
    worked, off = (FairItem(item_id="it", counts=c) for c in ("weekends", "weekends_off"))
    assert amounts(worked, fortnight, both) == {"E0": 120, "E1": 60, "E2": 0}
    assert amounts(off, fortnight, both) == {"E0": 0, "E1": 0, "E2": 60}, "the first is not planned whole"


def test_a_weekend_on_leave_is_none_that_was_granted():
    away = WEEK.replace(leave=(Leave(employee_id="E2", first_day=SATURDAY, last_day=SATURDAY),))
    assert amounts(FairItem(item_id="it", counts="weekends_off"), away, ROSTER)["E2"] == 0
    hours = Leave(employee_id="E2", first_day=SATURDAY, last_day=SATURDAY, start="09:00", end="10:00")
    assert amounts(FairItem(item_id="it", counts="weekends_off"), WEEK.replace(leave=(hours,)), ROSTER)["E2"] == 60


def test_wishes_granted():
    wishes = [
        Request(employee_id="E0", date=MONDAY, wish="on"),
        Request(employee_id="E0", date=MONDAY, wish="on", shift_type_id="pm"),
        Request(employee_id="E0", date=MONDAY, wish="off", shift_type_id="pm"),
        Request(employee_id="E1", date=MONDAY, wish="off"),
        Request(employee_id="E2", date=MONDAY, wish="off"),
    ]
    had = amounts(FairItem(item_id="it", counts="wishes"), WEEK.replace(requests=wishes), ROSTER)
    assert had == {"E0": 120, "E1": 0, "E2": 60}


def test_hours_on_activities_named_or_avoided():
    works = [Activity(activity_id=name) for name in ("lobby", "calls")]
    problem = tiny(
        activities=works, outlets=(HUB, SAT), shift_types=(AM,), staff=STAFF, skills=(), permissions=(),
        preferences=[
            Preference(employee_id="E0", wish="avoid", activity_id="calls", cents=1),
            Preference(employee_id="E1", wish="prefer", activity_id="calls", cents=1),
        ],
    )  # fmt: skip
    roster = roster_of([
        on(0, 0), spell("E0", "lobby", "09:00", "12:00"), spell("E0", "calls", "12:00", "13:00"),
        on(1, 0, outlet="Sat"), spell("E1", "calls", "09:00", "13:00", outlet="Sat"),
    ])  # fmt: skip
    named = FairItem(item_id="it", counts="activity", activities=("lobby", "calls"))
    assert amounts(named, problem, roster) == {"E0": 240, "E1": 240, "E2": 0}
    assert amounts(named.model_copy(update={"outlets": ("Hub",)}), problem, roster)["E1"] == 0
    assert amounts(named.model_copy(update={"weekdays": (1,)}), problem, roster)["E0"] == 0
    assert amounts(named.model_copy(update={"activities": ()}), problem, roster) == {"E0": 60, "E1": 0, "E2": 0}


def test_an_empty_roster_has_nothing_but_days_off():
    assert set(amounts(FairItem(item_id="it", counts="duties"), WEEK, Schedule()).values()) == {0}
    assert set(amounts(FairItem(item_id="it", counts="weekends_off"), WEEK, Schedule()).values()) == {60}

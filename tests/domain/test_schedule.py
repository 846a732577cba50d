import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schedsolver.domain import Duty, Rest, Schedule, Stint
from tests.strategies import problems, rosters
from tests.tiny import MONDAY, TUESDAY, at, duty, stint

DUTY_COLUMNS = ["employee", "date", "outlet", "shift_type", "start", "end", "break_start", "break_end", "skill"]


def night(**changes) -> Duty:
    fields = {
        "employee_id": "E1", "date": MONDAY, "outlet_id": "Hub", "shift_type_id": "night", "start": at("22:00"),
        "end": at("06:00", TUESDAY),
    }  # fmt: skip
    return Duty(**(fields | changes))


# ---------------------------------------------------------------- records


def test_lengths_are_in_minutes_and_run_past_midnight():
    assert night().minutes == 480
    assert duty().minutes == 360
    assert duty().breaks[0].minutes == 60
    assert stint("E1", "counter", "09:00", "10:30").minutes == 90


@pytest.mark.parametrize("end", [at("22:00"), at("21:59")])
def test_nothing_ends_before_it_starts(end):
    words = "starts at 2026-03-09 22:00:00, not before it ends at"
    with pytest.raises(ValidationError, match=words):
        night(end=end)
    with pytest.raises(ValidationError, match=words):
        Rest(start=at("22:00"), end=end)
    with pytest.raises(ValidationError, match=words):
        Stint(employee_id="E1", outlet_id="Hub", activity_id="counter", start=at("22:00"), end=end)


def test_duties_and_stints_say_themselves():
    assert str(night()) == "E1 at Hub on 2026-03-09 22:00-06:00"
    assert str(stint("E1", "counter", "09:00", "10:30")) == "E1 on counter at Hub 2026-03-09 09:00-10:30"


# ---------------------------------------------------------------- order and JSON


def test_duties_are_ordered_by_date_then_employee():
    rows = [duty("E2"), duty("E1", date=TUESDAY), duty("E1", "10:00"), duty("E1", "09:00"), duty("E1", outlet="Aux")]
    listed = Schedule.of(rows).duty_list
    assert [(d.date.day, d.employee_id, d.start.hour, d.outlet_id) for d in listed] == [
        (9, "E1", 9, "Aux"), (9, "E1", 9, "Hub"), (9, "E1", 10, "Hub"), (9, "E2", 9, "Hub"), (10, "E1", 9, "Hub"),
    ]  # fmt: skip


def test_stints_are_ordered_by_start_then_employee():
    rows = [
        stint("E1", "counter", "10:00", "11:00"), stint("E2", "counter", "09:00", "10:00"),
        stint("E1", "counter", "09:00", "10:00"), stint("E1", "calls", "09:00", "10:00"),
        stint("E1", "counter", "09:00", "10:00", outlet="Aux"),
    ]  # fmt: skip
    listed = Schedule.of([], rows).stint_list
    assert [(s.start.hour, s.employee_id, s.outlet_id, s.activity_id) for s in listed] == [
        (9, "E1", "Aux", "counter"), (9, "E1", "Hub", "calls"), (9, "E1", "Hub", "counter"),
        (9, "E2", "Hub", "counter"), (10, "E1", "Hub", "counter"),
    ]  # fmt: skip


def test_json_calls_the_lists_duties_and_activities():
    text = Schedule.of([duty()], [stint("E1", "counter", "09:00", "12:00")]).model_dump_json()
    assert text.startswith('{"duties":[')
    assert '"activities":[' in text


@given(st.data())
def test_json_gives_the_same_schedule_back(data):
    schedule = data.draw(rosters(data.draw(problems())))
    assert Schedule.model_validate_json(schedule.model_dump_json()) == schedule


def test_a_schedule_is_frozen_and_knows_its_fields_only():
    with pytest.raises(ValidationError, match="frozen"):
        Schedule().duty_list = ()
    with pytest.raises(ValidationError, match="Extra inputs"):
        Schedule(rota=())


def test_duties_are_found_by_employee():
    rows = [duty("E1", date=TUESDAY), duty("E2"), duty("E1")]
    schedule = Schedule.of(rows)
    assert schedule.duties_of == {"E1": (rows[2], rows[0]), "E2": (rows[1],)}


# ---------------------------------------------------------------- frames


def test_duties_are_a_row_each():
    frame = Schedule.of([duty("E2", pauses=(), skill="cash"), duty("E1")]).duties
    assert list(frame.columns) == DUTY_COLUMNS
    first = ["E1", MONDAY, "Hub", "day", at("09:00"), at("15:00"), at("12:00"), at("13:00")]
    assert frame.iloc[0].tolist()[:-1] == first
    assert pd.isna(frame["skill"][0])
    assert frame["skill"][1] == "cash"
    assert frame["break_start"].isna().tolist() == [False, True]
    assert frame["break_end"].isna().tolist() == [False, True]


def test_a_second_break_has_its_own_columns():
    frame = Schedule.of([duty("E1", pauses=(("10:00", "10:15"), ("12:00", "13:00"))), duty("E2")]).duties
    assert list(frame.columns) == [*DUTY_COLUMNS[:-1], "break2_start", "break2_end", "skill"]
    assert frame["break_end"].tolist() == [at("10:15"), at("13:00")]
    assert frame["break2_start"][0] == at("12:00")
    assert frame["break2_end"][0] == at("13:00")
    assert pd.isna(frame["break2_end"][1])


@pytest.mark.parametrize("duties", [[], [duty(pauses=())], [duty()]], ids=["none", "no break", "a break"])
def test_moments_are_timestamps_in_every_frame(duties):
    frame = Schedule.of(duties).duties
    assert list(frame.columns) == DUTY_COLUMNS
    assert [frame[c].dtype.kind for c in ("start", "end", "break_start", "break_end")] == ["M"] * 4


def test_activities_are_stints_and_breaks_by_employee_and_time():
    stints = [
        stint("E2", "counter", "09:00", "10:00"), stint("E1", "calls", "13:00", "15:00"),
        stint("E1", "counter", "09:00", "12:00"),
    ]  # fmt: skip
    frame = Schedule.of([duty("E1"), duty("E2", pauses=(), outlet="Sat")], stints).activities
    assert list(frame.columns) == ["employee", "outlet", "activity", "start", "end"]
    assert frame.to_numpy().tolist() == [
        ["E1", "Hub", "counter", at("09:00"), at("12:00")],
        ["E1", "Hub", "break", at("12:00"), at("13:00")],
        ["E1", "Hub", "calls", at("13:00"), at("15:00")],
        ["E2", "Hub", "counter", at("09:00"), at("10:00")],
    ]


def test_a_roster_without_stints_has_no_activities():
    frame = Schedule.of([duty()]).activities
    assert len(frame) == 0
    assert list(frame.columns) == ["employee", "outlet", "activity", "start", "end"]
    assert [frame[c].dtype.kind for c in ("start", "end")] == ["M", "M"]


def test_dates_stay_dates():
    assert type(Schedule.of([duty()]).duties["date"][0]) is dt.date

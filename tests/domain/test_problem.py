import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schedsolver.domain import Contract, Employee, Horizon, OpeningHours, Outlet, Problem, ShiftType
from schedsolver.domain.problem import merged
from schedsolver.errors import InvalidProblem
from tests.strategies import fitting_duties, problems
from tests.tiny import MONDAY, TUESDAY, duty, tiny

SUNDAY = MONDAY - dt.timedelta(days=1)


def hours(start=None, end=None, outlet="Hub", **day) -> OpeningHours:
    return OpeningHours(outlet_id=outlet, start=start, end=end, **day)


def open_on_monday(*rows: OpeningHours) -> tuple[tuple[int, int], ...]:
    return tiny(opening=(*rows, hours("08:00", "09:00", "Sat", weekday=0))).open_intervals("Hub", MONDAY)


# ---------------------------------------------------------------- opening hours


def test_all_outlets_are_open_around_the_clock_without_hours():
    assert tiny().open_intervals("Sat", TUESDAY) == ((0, 2880),)


def test_a_weekday_row_counts_on_its_weekday_only():
    rows = (hours("09:00", "17:00", weekday=0), hours("10:00", "12:00", weekday=1))
    assert open_on_monday(*rows) == ((540, 1020),)


def test_a_date_replaces_its_weekday():
    rows = (hours("09:00", "17:00", weekday=0), hours("10:00", "12:00", date=MONDAY))
    assert open_on_monday(*rows) == ((600, 720),)


def test_a_date_leaves_other_dates_of_the_weekday_alone():
    rows = (hours("09:00", "17:00", weekday=0), hours("10:00", "12:00", date=MONDAY + dt.timedelta(days=7)))
    assert open_on_monday(*rows) == ((540, 1020),)


def test_a_date_without_times_closes_the_outlet():
    assert open_on_monday(hours("09:00", "17:00", weekday=0), hours(date=MONDAY)) == ()


def test_an_outlet_is_closed_on_a_weekday_without_a_row():
    assert open_on_monday(hours("09:00", "17:00", weekday=1)) == ()


def test_hours_that_touch_or_overlap_are_joined_and_sorted():
    rows = (hours("14:00", "17:00", weekday=0), hours("09:00", "12:00", weekday=0), hours("12:00", "13:00", weekday=0))
    assert open_on_monday(*rows) == ((540, 780), (840, 1020))


def test_hours_may_end_past_midnight():
    assert open_on_monday(hours("20:00", "26:00", weekday=0)) == ((1200, 1560),)


def test_hours_from_midnight_are_not_taken_for_none():
    assert open_on_monday(hours("00:00", "06:00", weekday=0)) == ((0, 360),)


def test_hours_of_another_outlet_do_not_count():
    assert open_on_monday(hours("09:00", "17:00", weekday=0)) == ((540, 1020),)


@pytest.mark.parametrize(
    ("intervals", "joined"),
    [
        ([], ()),
        ([(3, 4), (1, 2)], ((1, 2), (3, 4))),
        ([(1, 2), (2, 3)], ((1, 3),)),
        ([(1, 9), (2, 3)], ((1, 9),)),
        ([(1, 2), (4, 6), (5, 8)], ((1, 2), (4, 8))),
        ([(1, 2), (4, 9), (5, 6)], ((1, 2), (4, 9))),
        ([(1, 5), (2, 7), (9, 10)], ((1, 7), (9, 10))),
    ],
)
def test_intervals_are_joined(intervals, joined):
    assert merged(intervals) == joined


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)).map(lambda p: (p[0], p[0] + p[1])), max_size=6))
def test_joined_intervals_hold_the_same_minutes_and_lie_apart(intervals):
    joined = merged(intervals)
    assert {m for a, b in joined for m in range(a, b)} == {m for a, b in intervals for m in range(a, b)}
    assert all(before[1] < after[0] for before, after in itertools.pairwise(joined))


# ---------------------------------------------------------------- looking things up


def test_records_are_found_by_name():
    problem = tiny()
    assert problem.employee_index == {"E1": 0, "E2": 1}
    assert problem.outlet_index == {"Hub": 0, "Sat": 1}
    assert problem.activity_index == {"counter": 0, "calls": 1}
    assert problem.shift_type_index == {"day": 0}
    assert problem.skill_index == {"cash": 0}


def test_each_employee_has_their_contract():
    contracts = (Contract(contract_id="half"), Contract(contract_id="full"))
    problem = tiny(contracts=contracts)
    assert problem.contract_of == {"E1": contracts[1], "E2": contracts[1]}


def test_history_is_found_by_employee():
    rows = (duty("E2", date=SUNDAY), duty("E1", date=SUNDAY - dt.timedelta(days=1)), duty("E1", date=SUNDAY))
    problem = tiny(history=rows)
    assert problem.history_of(0) == rows[1:]
    assert problem.history_of(1) == rows[:1]
    assert tiny().history_of(0) == ()


def test_unpaid_breaks_are_not_paid():
    two = {"shift_type_id": "day", "start_from": 540, "start_to": 540, "minutes_min": 360, "minutes_max": 360}
    windows = (
        {"minutes": 60, "start_from": 600, "start_to": 600, "paid": True},
        {"minutes": 120, "start_from": 720, "start_to": 720},
    )
    problem = tiny(shift_types=(ShiftType(**two, breaks=windows),))
    pauses = (("10:00", "11:00"), ("12:00", "14:00"), ("14:30", "14:45"))
    assert problem.paid_minutes(duty(pauses=())) == 360
    assert problem.paid_minutes(duty(pauses=pauses[:1])) == 360
    assert problem.paid_minutes(duty(pauses=pauses[:2])) == 240
    assert problem.paid_minutes(duty(pauses=pauses)) == 225  # a break no window speaks of is unpaid
    assert problem.paid_minutes(duty(pauses=pauses[:1], shift="gone")) == 300


# ---------------------------------------------------------------- changing and writing


def test_a_changed_copy_is_checked_again():
    assert tiny().replace(name="week 11").name == "week 11"
    assert tiny().replace(name="week 11").staff == tiny().staff
    with pytest.raises(InvalidProblem, match="staff: is empty"):
        tiny().replace(staff=())


def test_a_problem_needs_an_outlet():
    with pytest.raises(ValidationError, match="outlets"):
        tiny(outlets=())
    staff = (Employee(employee_id="E1", contract_id="full"),)
    assert len(tiny(outlets=(Outlet(outlet_id="Hub"),), staff=staff, permissions=()).outlets) == 1


def test_a_problem_cannot_be_changed_and_equals_its_like():
    with pytest.raises(ValidationError, match="frozen"):
        tiny().name = "x"
    looked_up = tiny()
    assert looked_up.employee_index
    assert looked_up == tiny()
    assert looked_up != tiny(name="other")


@given(problems())
def test_json_gives_the_same_problem_back(problem):
    text = problem.to_json()
    assert Problem.from_json(text) == problem
    assert Problem.from_json(text.encode()).to_json() == text


def test_json_speaks_the_users_words_and_leaves_defaults_out():
    text = tiny().to_json()
    assert '"start_from":"09:00"' in text.replace(" ", "")
    assert '"start":"2026-03-09"' in text.replace(" ", "")
    assert "history" not in text
    assert "null" not in text


def test_json_is_written_as_utf_8(tmp_path):
    path = tmp_path / "problem.json"
    text = tiny(name="排班").to_json(path)
    assert path.read_bytes().decode("utf-8") == text
    assert Problem.from_json(path.read_bytes()).name == "排班"


def test_json_with_a_field_unknown_is_refused():
    text = tiny().to_json().replace('"horizon"', '"colour": "red", "horizon"', 1)
    with pytest.raises((ValidationError, InvalidProblem), match="colour"):
        Problem.from_json(text)


# ---------------------------------------------------------------- the strategies themselves


@given(problems())
def test_random_problems_pin_only_what_can_be_kept(problem):
    for pin in problem.pins:
        employee = problem.employee_index[pin.employee_id]
        assert pin.off or fitting_duties(problem, employee, pin.date)


def test_a_horizon_may_be_given_by_its_fields():
    fields = {"start": "2026-03-09", "days": 2, "slot_minutes": 60}
    assert tiny(horizon=fields).horizon == Horizon(**fields)

import dataclasses
import datetime as dt

import numpy as np
import pytest

from schedsolver.domain import BreakWindow, Horizon, Permission, ShiftRequirement, ShiftType, Skill
from schedsolver.model.options import duty_options, every_duty
from schedsolver.rules.catalogue import active_rules
from tests.solving import fixed_shift, plain
from tests.tiny import MONDAY, tiny

HOUR = 60


def hour_off(first: str, last: str, **more) -> BreakWindow:
    return BreakWindow(minutes=60, start_from=first, start_to=last, **more)


def one_day(*shifts: ShiftType, **changes):
    return plain(horizon=Horizon(start=MONDAY, days=1, slot_minutes=60), shift_types=shifts, **changes)


def test_every_start_and_length_of_a_shift_type_is_offered_to_everyone_everywhere_every_day():
    shift = ShiftType(shift_type_id="flex", start_from="08:00", start_to="10:00", minutes_min=60, minutes_max=120)
    options = every_duty(plain(shift_types=(shift,)))
    assert len(options) == 2 * 2 * 2 * 3 * 2  # people, days, outlets, starts, lengths
    first_day = options.where((options.employee == 1) & (options.day == 0) & (options.outlet == 1))
    spans = set(zip(first_day.start.tolist(), first_day.end.tolist(), strict=True))
    assert spans == {(h * HOUR, (h + n) * HOUR) for h in (8, 9, 10) for n in (1, 2)}
    second_day = options.where((options.employee == 1) & (options.day == 1) & (options.outlet == 1))
    assert np.array_equal(second_day.start, first_day.start + 1440)
    assert (options.break_minutes.shape, options.skill.tolist()) == ((len(options), 0), [-1] * len(options))


def test_a_fixed_shift_is_one_option_even_in_minutes():
    minutes = Horizon(start=MONDAY, days=1, slot_minutes=1)
    assert len(every_duty(one_day(fixed_shift("day", "09:00", "10:00")).replace(horizon=minutes))) == 2 * 2


def test_options_of_one_person_lie_together():
    options = every_duty(one_day(fixed_shift("day", "09:00", "10:00")))
    assert options.employee.tolist() == [0, 0, 1, 1]
    assert (options.of_employee(1).start, options.of_employee(1).stop) == (2, 4)


def test_paid_minutes_leave_out_unpaid_breaks_and_shorter_shifts_are_padded():
    two = fixed_shift(
        "two", "08:00", "16:00", breaks=(hour_off("10:00", "11:00"), hour_off("13:00", "13:00", paid=True))
    )
    options = every_duty(one_day(two, fixed_shift("none", "08:00", "12:00")))
    first, second = (
        options.where((options.employee == 0) & (options.outlet == 0) & (options.shift_type == s)) for s in (0, 1)
    )
    assert (first.paid_minutes.tolist(), second.paid_minutes.tolist()) == ([7 * HOUR], [4 * HOUR])
    assert first.break_from.tolist() == [[10 * HOUR, 13 * HOUR]]
    assert first.break_to.tolist() == [[11 * HOUR, 13 * HOUR]]
    assert first.break_minutes.tolist() == [[60, 60]]
    assert (second.break_from.tolist(), second.break_to.tolist(), second.break_minutes.tolist()) == (
        [[-1, -1]], [[-1, -1]], [[0, 0]]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("window", "begins"),
    [
        (("08:00", "18:00"), (10, 14)),  # an hour of work after 09:00 and before 16:00
        (("11:00", "13:00"), (11, 13)),
        (("14:00", "14:00"), (14, 14)),
    ],
)
def test_a_break_leaves_a_slot_of_work_on_either_side(window, begins):
    options = every_duty(one_day(fixed_shift("day", "09:00", "16:00", breaks=(hour_off(*window),))))
    found = set(zip(options.break_from[:, 0].tolist(), options.break_to[:, 0].tolist(), strict=True))
    assert found == {(begins[0] * HOUR, begins[1] * HOUR)}


def test_a_length_without_room_for_the_break_is_no_option():
    # An hour off at 13:00 leaves an hour of work in six hours from 09:00, but none in five or four.
    shift = ShiftType(
        shift_type_id="flex", start_from="09:00", start_to="09:00", minutes_min=240, minutes_max=360,
        breaks=(hour_off("13:00", "13:00"),),
    )  # fmt: skip
    options = every_duty(one_day(shift))
    assert set((options.end - options.start).tolist()) == {360}


def test_breaks_begin_on_the_grid_of_their_own_window():
    # Off the grid of the clock, as rosters without activities may be: 09:15 is too early, 10:15 to 13:15 fit.
    shift = fixed_shift("odd", "09:00", "15:00", breaks=(hour_off("09:15", "16:15"),))
    options = every_duty(one_day(shift))
    assert set(options.break_from[:, 0].tolist()) == {10 * HOUR + 15}
    assert set(options.break_to[:, 0].tolist()) == {12 * HOUR + 15}


def test_breaks_after_midnight_are_counted_from_the_day_of_the_duty():
    options = every_duty(
        plain(shift_types=(fixed_shift("night", "22:00", "30:00", breaks=(hour_off("25:00", "26:00"),)),))
    )
    tuesday = options.where(options.day == 1)
    assert set(tuesday.break_from[:, 0].tolist()) == {1440 + 25 * HOUR}
    assert set(tuesday.break_to[:, 0].tolist()) == {1440 + 26 * HOUR}


def needs(*skills: str | None):
    return tuple(ShiftRequirement(date=MONDAY, shift_type_id="day", skill_id=s, outlet_id=o)
                 for s, o in zip(skills, ("Hub", "Sat", None), strict=False))  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "skills"),
    [((), [-1]), ((None,), [-1]), (("fx",), [1]), (("fx", "cash"), [0, 1]), (("fx", "cash", None), [-1, 0, 1])],
)
def test_a_duty_comes_in_each_skill_its_shift_is_asked_for_and_in_none_where_that_is_asked_for_too(asked, skills):
    problem = one_day(
        fixed_shift("day", "09:00", "10:00"), fixed_shift("late", "12:00", "13:00"),
        skills=(Skill(skill_id="cash"), Skill(skill_id="fx")), shift_requirements=needs(*asked),
    )  # fmt: skip
    options = every_duty(problem)
    assert sorted(set(options.skill[options.shift_type == 0].tolist())) == skills
    assert set(options.skill[options.shift_type == 1].tolist()) == {-1}


def test_there_are_duties_only_where_somebody_is_of_use():
    problem = tiny(shift_types=(fixed_shift("day", "09:00", "10:00"), fixed_shift("late", "12:00", "13:00")))
    every = every_duty(problem)
    shape = len(problem.staff), len(problem.outlets), problem.horizon.days
    useful = np.arange(np.prod(shape)).reshape(shape) % 3 == 1
    assert 0 < useful.sum() < useful.size
    some, kept = every_duty(problem, useful), every.where(useful[every.employee, every.outlet, every.day])
    for field in dataclasses.fields(kept):
        np.testing.assert_array_equal(getattr(some, field.name), getattr(kept, field.name))
    assert len(every_duty(problem, np.zeros(shape, bool))) == 0


def test_rules_strike_out_what_can_be_in_no_roster():
    problem = tiny(
        shift_types=(fixed_shift("day", "09:00", "10:00", outlets=("Hub",)),),
        activities=tiny().activities[:1],
        permissions=(Permission(employee_id="E2", skill_id="cash", valid_from=MONDAY + dt.timedelta(days=1)),),
    )
    options = duty_options(problem, active_rules(problem))
    assert (options.employee.tolist(), options.outlet.tolist(), options.day.tolist()) == ([1], [0], [1])
    nobody = problem.replace(permissions=())
    assert len(duty_options(nobody, active_rules(nobody))) == 0

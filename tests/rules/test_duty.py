import datetime as dt

import pytest

from schedsolver.domain import BreakWindow, Schedule, ShiftRequirement, ShiftType, Skill
from schedsolver.rules.duty import DutiesPerDay, DutyFollowsShiftType, StintsFillDuty
from tests.solving import fixed_shift, judged, plain, spell, words, work
from tests.tiny import MONDAY, TUESDAY, duty, stint, tiny

SUNDAY = MONDAY - dt.timedelta(days=1)
WEDNESDAY = TUESDAY + dt.timedelta(days=1)
NIGHT = fixed_shift("night", "22:00", "30:00")
EARLY = fixed_shift("early", "05:00", "09:00")
LATER = fixed_shift("later", "06:00", "10:00")

# ---------------------------------------------------------------- duty.shift_type
# The shift of tiny() begins at 09:00 or 10:00, lasts 5 or 6 hours, with an hour's break at 12:00 or 13:00.


@pytest.mark.parametrize(
    ("start", "end", "pause"),
    [
        ("09:00", "14:00", "12:00"),
        ("09:00", "15:00", "13:00"),
        ("10:00", "15:00", "12:00"),
        ("10:00", "16:00", "13:00"),
    ],
)
def test_a_duty_within_its_shift_type_is_accepted(start, end, pause):
    taken = duty("E1", start, end, pauses=((pause, f"{int(pause[:2]) + 1}:00"),))
    assert judged(DutyFollowsShiftType(), tiny(), taken).violations == ()


@pytest.mark.parametrize(
    ("start", "end", "pauses", "message"),
    [
        ("08:00", "13:00", (("12:00", "13:00"),), "start outside the start window"),
        ("11:00", "16:00", (("12:00", "13:00"),), "start outside the start window"),
        ("09:30", "14:30", (("12:00", "13:00"),), "start outside the start window"),
        ("09:00", "13:00", (("11:00", "12:00"),), "length of 240 minutes"),
        ("09:00", "16:00", (("12:00", "13:00"),), "length of 420 minutes"),
        ("09:00", "14:30", (("12:00", "13:00"),), "length of 330 minutes"),
        ("09:00", "14:00", (("11:00", "12:00"),), "break at 11:00 outside the break window"),
        ("09:00", "15:00", (("14:00", "15:00"),), "break at 14:00 outside the break window"),
        ("09:00", "15:00", (("12:30", "13:30"),), "break at 12:30 outside the break window"),
        ("09:00", "15:00", (("12:00", "12:30"),), "break of 30 minutes instead of the 60"),
        ("09:00", "15:00", (), "0 breaks taken instead of the 1"),
        ("09:00", "15:00", (("12:00", "13:00"), ("13:00", "14:00")), "2 breaks taken instead of the 1"),
        ("09:00", "14:00", (("13:00", "14:00"),), "break at 13:00 within a slot of the duty's start or end"),
    ],
)
def test_a_departure_from_the_shift_type_is_named(start, end, pauses, message):
    found = words(judged(DutyFollowsShiftType(), tiny(), duty("E1", start, end, pauses=pauses)))
    assert any(message in text and "E1 at Hub" in text for text in found)


def test_a_break_needs_a_slot_of_work_before_it():
    shift = fixed_shift(
        "short", "09:00", "12:00", breaks=(BreakWindow(minutes=60, start_from="09:00", start_to="10:00"),)
    )
    problem = plain(shift_types=(shift,))
    first = work("E1", "short", "09:00", "12:00", pauses=(("09:00", "10:00"),))
    second = work("E1", "short", "09:00", "12:00", pauses=(("10:00", "11:00"),))
    assert "within a slot of the duty's start or end" in words(judged(DutyFollowsShiftType(), problem, first))[0]
    assert judged(DutyFollowsShiftType(), problem, second).violations == ()


@pytest.mark.parametrize(("outlet", "count"), [("Hub", 1), ("Sat", 0)])
def test_a_shift_type_is_used_at_its_outlets_only(outlet, count):
    problem = plain(shift_types=(fixed_shift("day", "09:00", "15:00", outlets=("Sat",)),))
    found = judged(DutyFollowsShiftType(), problem, work("E1", "day", "09:00", "15:00", outlet=outlet))
    assert [f"outlet {outlet} is not one of shift type day" in text for text in words(found)] == [True] * count


@pytest.mark.parametrize(("date", "count"), [(SUNDAY, 1), (MONDAY, 0), (TUESDAY, 0), (WEDNESDAY, 1)])
def test_a_duty_lies_in_the_horizon(date, count):
    found = judged(DutyFollowsShiftType(), tiny(), duty(date=date))
    assert [str(date) in text and "outside the horizon" in text for text in words(found)] == [True] * count


def test_breaks_and_ends_past_midnight_are_measured_from_the_duty_date():
    shift = fixed_shift(
        "night", "22:00", "30:00", breaks=(BreakWindow(minutes=60, start_from="25:00", start_to="26:00"),)
    )
    problem = plain(shift_types=(shift,))

    def night(begin: str, end: str):
        return judged(DutyFollowsShiftType(), problem, work("E1", "night", "22:00", "30:00", pauses=((begin, end),)))

    assert night("25:00", "26:00").violations == night("26:00", "27:00").violations == ()
    assert "break at 03:00 outside the break window" in words(night("27:00", "28:00"))[0]


def test_lengths_and_starts_follow_the_grid_of_the_shift_not_of_the_clock():
    # Without activities times need not lie on slots: 08:15 and 09:15 begin a duty of 100 or 160 minutes.
    shift = ShiftType(shift_type_id="odd", start_from="08:15", start_to="09:15", minutes_min=100, minutes_max=160)
    problem = plain(shift_types=(shift,))
    assert judged(DutyFollowsShiftType(), problem, work("E1", "odd", "09:15", "11:55")).violations == ()
    assert judged(DutyFollowsShiftType(), problem, work("E1", "odd", "08:45", "10:25")).violations


@pytest.mark.parametrize(
    ("asked", "skill", "faults"),
    [
        (("cash", "fx"), "cash", []),
        (("cash", "fx"), None, ["no skill instead of cash or fx, the skills"]),
        (("cash", "cash"), "fx", ["fx instead of cash, the skills"]),
        (("cash", None), None, []),
        (("cash", None), "fx", []),
        ((None,), "cash", []),
        ((), None, []),
    ],
)
def test_a_duty_is_in_a_skill_asked_for_where_each_requirement_names_one(asked, skill, faults):
    problem = tiny(
        skills=(Skill(skill_id="cash"), Skill(skill_id="fx")),
        shift_types=(*tiny().shift_types, NIGHT),
        shift_requirements=(
            ShiftRequirement(date=TUESDAY, shift_type_id="night", skill_id="fx"),
            *(
                ShiftRequirement(date=TUESDAY, shift_type_id="day", skill_id=name, outlet_id=outlet)
                for name, outlet in zip(asked, (None, "Hub"), strict=False)
            ),
        ),
    )
    taken = duty("E1", skill=skill)
    found = judged(DutyFollowsShiftType(), problem, taken)
    assert words(found) == [f"{taken}: {fault} of shift type day" for fault in faults]


def test_breaks_follow_the_grid_of_their_window_not_of_the_clock():
    window = BreakWindow(minutes=30, start_from="12:15", start_to="13:15")
    problem = plain(shift_types=(fixed_shift("day", "09:00", "15:00", breaks=(window,)),))

    def pausing(start: str, end: str):
        return judged(DutyFollowsShiftType(), problem, work("E1", "day", "09:00", "15:00", pauses=((start, end),)))

    assert pausing("12:15", "12:45").violations == pausing("13:15", "13:45").violations == ()
    assert "break at 12:45 outside the break window" in words(pausing("12:45", "13:15"))[0]


# ---------------------------------------------------------------- duty.per_day


def test_two_duties_on_one_date_are_one_violation_and_so_are_three():
    two = (duty("E1"), duty("E1", "10:00", "16:00", outlet="Sat"))
    three = (*two, duty("E1", "10:00", "15:00"))
    for records in (two, three):
        found = judged(DutiesPerDay(), tiny(), *records)
        assert words(found) == [f"E1 has more than one duty on {MONDAY}"]
    assert judged(DutiesPerDay(), tiny(), duty("E1"), duty("E2"), duty("E1", date=TUESDAY)).violations == ()


def test_a_duty_that_runs_into_the_next_one_overlaps_it():
    problem = plain(shift_types=(NIGHT, EARLY, LATER))
    night = work("E1", "night", "22:00", "30:00")
    touching = work("E1", "later", "06:00", "10:00", date=TUESDAY)
    overlapping = work("E1", "early", "05:00", "09:00", date=TUESDAY)
    assert judged(DutiesPerDay(), problem, night, touching).violations == ()
    found = judged(DutiesPerDay(), problem, night, overlapping)
    assert len(found.violations) == 1
    assert "overlaps E1 at Hub on 2026-03-10 05:00-09:00" in words(found)[0]
    assert judged(DutiesPerDay(), problem, night, overlapping.model_copy(update={"employee_id": "E2"})).violations == ()


def test_history_that_runs_into_the_horizon_counts_but_not_its_own_overlaps():
    before = work("E1", "night", "22:00", "30:00", date=SUNDAY)
    problem = plain(shift_types=(NIGHT, EARLY, LATER), history=(before,))
    assert judged(DutiesPerDay(), problem, work("E1", "later", "06:00", "10:00")).violations == ()
    assert len(judged(DutiesPerDay(), problem, work("E1", "early", "05:00", "09:00")).violations) == 1


# ---------------------------------------------------------------- duty.filled

FULL = (stint("E1", "counter", "09:00", "12:00"), stint("E1", "calls", "13:00", "15:00"))


def test_stints_and_breaks_that_tile_a_duty_fill_it():
    assert judged(StintsFillDuty(), tiny(), duty(), *FULL).violations == ()
    split = (stint("E1", "counter", "09:00", "10:00"), stint("E1", "counter", "10:00", "12:00"), FULL[1])
    assert judged(StintsFillDuty(), tiny(), duty(), *split).violations == ()


@pytest.mark.parametrize(
    ("stints", "message"),
    [
        ((), "nothing to do from 09:00 to 12:00"),
        ((stint("E1", "counter", "10:00", "12:00"), FULL[1]), "nothing to do from 09:00 to 10:00"),
        ((FULL[0], stint("E1", "calls", "13:00", "14:00")), "nothing to do from 14:00 to 15:00"),
        ((FULL[0], stint("E1", "calls", "14:00", "15:00")), "nothing to do from 13:00 to 14:00"),
        ((stint("E1", "counter", "09:00", "13:00"), FULL[1]), "two things at once, or work outside the duty, from 12"),
        ((FULL[0], stint("E1", "calls", "13:00", "16:00")), "two things at once, or work outside the duty, from 15:00"),
        ((*FULL, stint("E1", "calls", "10:00", "11:00")), "two things at once"),
        ((*FULL, stint("E1", "calls", "15:00", "16:00")), "is outside every duty"),
        ((*FULL, stint("E2", "calls", "09:00", "10:00")), "E2 on calls at Hub"),
        ((FULL[0], stint("E1", "calls", "13:00", "15:00", outlet="Sat")), "works at Sat from 13:00, away"),
        (
            (stint("E1", "counter", "09:00", "10:30"), stint("E1", "calls", "10:30", "12:00"), FULL[1]),
            "changes activity at 10:30, which is not on the slot grid",
        ),
    ],
)
def test_time_without_work_and_work_without_time_is_named(stints, message):
    assert any(message in text for text in words(judged(StintsFillDuty(), tiny(), duty(), *stints)))


def test_filling_is_asked_only_where_there_are_activities():
    assert StintsFillDuty().applies_to(tiny())
    assert not StintsFillDuty().applies_to(plain())


def test_a_stint_may_run_past_midnight_with_its_duty():
    problem = tiny(shift_types=(NIGHT,))
    night = work("E1", "night", "22:00", "30:00")
    assert judged(StintsFillDuty(), problem, night, spell("E1", "calls", "22:00", "30:00")).violations == ()
    assert judged(StintsFillDuty(), problem, night, spell("E1", "calls", "22:00", "29:00")).violations


def test_two_duties_of_a_day_are_filled_each_by_its_own_stints():
    morning, later = duty("E1", "09:00", "12:00", pauses=()), duty("E1", "12:00", "15:00", pauses=())
    stints = (stint("E1", "counter", "09:00", "12:00"), stint("E1", "calls", "12:00", "15:00"))
    for duties in ((morning, later), (later, morning)):
        assert StintsFillDuty().judge(tiny(), Schedule(duty_list=duties, stint_list=stints)).violations == ()
        assert len(StintsFillDuty().judge(tiny(), Schedule(duty_list=duties, stint_list=stints[:1])).violations) == 1

import datetime as dt

import pytest

from schedsolver.domain import Activity, Permission
from schedsolver.rules.permission import PermissionHeld, eligible_activities, held_levels
from tests.solving import fixed_shift, judged, spell, words, work
from tests.tiny import MONDAY, TUESDAY, duty, stint, tiny

SUNDAY = MONDAY - dt.timedelta(days=1)


def permitted(*permissions: Permission, level: int = 1):
    counter = Activity(activity_id="counter", skill_id="cash", min_level=level)
    return tiny(activities=(counter, Activity(activity_id="calls")), permissions=permissions)


def cash(employee: str = "E1", **more) -> Permission:
    return Permission(employee_id=employee, skill_id="cash", **more)


COUNTER = stint("E1", "counter", "09:00", "11:00")


def test_whoever_holds_the_skill_may_use_it_and_anyone_may_do_what_needs_none():
    assert judged(PermissionHeld(), permitted(cash()), COUNTER).violations == ()
    assert judged(PermissionHeld(), permitted(), stint("E1", "calls", "09:00", "11:00")).violations == ()
    found = judged(PermissionHeld(), permitted(cash("E2")), COUNTER)
    assert words(found) == ["E1 on counter at Hub 2026-03-09 09:00-11:00: not permitted there on 2026-03-09"]
    assert (found.violations[0].employee_id, found.violations[0].outlet_id) == ("E1", "Hub")


@pytest.mark.parametrize(("held", "needed", "count"), [(1, 2, 1), (2, 2, 0), (3, 2, 0)])
def test_the_level_held_reaches_the_level_needed(held, needed, count):
    problem = permitted(cash(level=held), level=needed)
    assert len(judged(PermissionHeld(), problem, COUNTER).violations) == count


@pytest.mark.parametrize(
    ("limits", "count"),
    [
        ({"outlet_id": "Hub"}, 0),
        ({"outlet_id": "Sat"}, 1),
        ({"valid_from": MONDAY}, 0),
        ({"valid_from": TUESDAY}, 1),
        ({"valid_until": MONDAY}, 0),
        ({"valid_until": SUNDAY}, 1),
    ],
)
def test_a_permission_holds_at_its_outlet_and_from_first_to_last_day(limits, count):
    assert len(judged(PermissionHeld(), permitted(cash(**limits)), COUNTER).violations) == count


def test_one_of_several_permissions_is_enough_but_each_stands_alone():
    split = (cash(level=2, outlet_id="Sat"), cash(level=1))
    assert judged(PermissionHeld(), permitted(*split), COUNTER).violations == ()
    assert len(judged(PermissionHeld(), permitted(*split, level=2), COUNTER).violations) == 1


@pytest.mark.parametrize(("limits", "count"), [({"valid_until": MONDAY}, 0), ({"valid_from": TUESDAY}, 1)])
def test_past_midnight_the_date_of_the_duty_counts(limits, count):
    night = fixed_shift("night", "22:00", "26:00")
    problem = permitted(cash(**limits)).replace(shift_types=(night,))
    records = (work("E1", "night", "22:00", "26:00"), spell("E1", "counter", "25:00", "26:00"))
    assert len(judged(PermissionHeld(), problem, *records).violations) == count


def test_a_stint_outside_every_duty_is_judged_by_its_own_date():
    late = spell("E1", "counter", "25:00", "26:00")
    assert judged(PermissionHeld(), permitted(cash(valid_from=TUESDAY)), late).violations == ()
    # A duty that ended before the stint, or of someone else, is not its duty.
    ended = duty("E1", "09:00", "15:00")
    assert judged(PermissionHeld(), permitted(cash(valid_from=TUESDAY)), ended, late).violations == ()


def test_a_duty_in_a_skill_needs_the_skill():
    assert judged(PermissionHeld(), permitted(cash()), duty(skill="cash")).violations == ()
    assert judged(PermissionHeld(), permitted(), duty(skill=None)).violations == ()
    found = judged(PermissionHeld(), permitted(cash(outlet_id="Sat")), duty(skill="cash"))
    assert words(found) == ["E1 at Hub on 2026-03-09 09:00-15:00: not permitted in skill cash"]


def test_levels_are_the_highest_held_on_each_day_at_each_outlet():
    problem = permitted(
        cash(level=1),
        cash(level=3, outlet_id="Sat", valid_from=TUESDAY, valid_until=TUESDAY + dt.timedelta(days=9)),
        cash(level=2, valid_until=SUNDAY),
        cash("E2", level=2, valid_from=SUNDAY, valid_until=MONDAY),
        level=2,
    )
    assert held_levels(problem)[:, :, :, 0].tolist() == [[[1, 1], [1, 3]], [[2, 0], [2, 0]]]
    assert eligible_activities(problem)[:, :, :, 0].tolist() == [
        [[False, False], [False, True]],
        [[True, False], [True, False]],
    ]
    assert eligible_activities(problem)[:, :, :, 1].all()

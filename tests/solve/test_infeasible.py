import datetime as dt

import pytest

import schedsolver as ss
from schedsolver.domain import Employee, Horizon, Leave, OpeningHours, Outlet, Permission, Pin, ShiftRequirement
from schedsolver.errors import InfeasibleProblem
from schedsolver.rules import DaysWorked, MinimumRest
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.rules.site import MovesPerDay
from tests.solving import fixed_shift, plain, work
from tests.tiny import MONDAY, TUESDAY, tiny

SETTINGS = ss.Settings(deterministic=True, deterministic_work=5)
DAY, LATE = fixed_shift("day", "09:00", "15:00"), fixed_shift("late", "16:00", "22:00")

AFTERNOON = tuple(OpeningHours(outlet_id=o, weekday=0, start="12:00", end="22:00") for o in ("Hub", "Sat"))


def pin(date=MONDAY, employee="E1", **fixed) -> Pin:
    return Pin(employee_id=employee, date=date, **fixed)


def reasons(*pins: Pin, days: int = 2, **changes) -> tuple[str, ...]:
    problem = plain(
        horizon=Horizon(start=MONDAY, days=days, slot_minutes=60), shift_types=(DAY, LATE), pins=pins, **changes
    )
    with pytest.raises(InfeasibleProblem) as caught:
        ss.solve(problem, SETTINGS)
    return caught.value.reasons


def test_a_pin_on_a_day_of_leave_names_the_rule():
    leave = (Leave(employee_id="E1", first_day=MONDAY, last_day=MONDAY),)
    assert reasons(pin(TUESDAY), pin(outlet_id="Hub"), leave=leave) == (
        "pin: E1 works on 2026-03-09 at Hub (pins[1]), but leave.taken allows no such duty: Nobody works during leave.",
    )


@pytest.mark.parametrize(
    ("fixed", "changes", "rule"),
    [
        ({"start": "08:00"}, {}, "no shift type has such a duty"),
        ({"outlet_id": "Sat"}, {"shift_types": (DAY.model_copy(update={"outlets": ("Hub",)}),)}, "duty.shift_type"),
        ({}, {"availability": ({"employee_id": "E1", "date": TUESDAY},)}, "availability.kept"),
        ({"end": "15:00"}, {"opening": AFTERNOON}, "site.opening_hours"),
    ],
)
def test_a_pin_no_duty_can_keep_names_what_bars_it(fixed, changes, rule):
    problem = plain(**({"shift_types": (DAY, LATE), "pins": (pin(**fixed),)} | changes))
    with pytest.raises(InfeasibleProblem) as caught:
        ss.solve(problem, SETTINGS)
    assert len(caught.value.reasons) == 1
    assert "pins[0]" in caught.value.reasons[0]
    assert rule in caught.value.reasons[0]


def test_a_pin_for_someone_not_permitted_names_the_permission():
    problem = tiny(
        activities=tiny().activities[:1], permissions=(Permission(employee_id="E2", skill_id="cash"),), pins=(pin(),)
    )
    with pytest.raises(InfeasibleProblem, match=r"E1 works on 2026-03-09 \(pins\[0\]\), but permission\.held allows"):
        ss.solve(problem, SETTINGS)


def test_two_pins_on_one_day_at_two_outlets_are_both_named():
    found = reasons(pin(TUESDAY), pin(outlet_id="Hub"), pin(employee="E2"), pin(outlet_id="Sat"))
    assert found == (
        "pin: E1 works on 2026-03-09 at Hub (pins[1])",
        "pin: E1 works on 2026-03-09 at Sat (pins[3])",
    )


def test_a_day_pinned_off_and_on_names_both():
    assert reasons(pin(off=True), pin(TUESDAY, off=True), pin(shift_type_id="late")) == (
        "pin: E1 is off on 2026-03-09 (pins[0])",
        "pin: E1 works on 2026-03-09 on shift late (pins[2])",
    )


def test_pins_beyond_the_days_of_a_week_give_a_smallest_set():
    days = [MONDAY + dt.timedelta(days=i) for i in range(6)]
    pins = [pin(date) for date in days] + [pin(date, "E2") for date in days[:3]]
    found = reasons(*pins, days=6, rules=(DaysWorked(maximum=3),))
    assert len(found) == 4
    assert all(text.startswith("pin: E1 works on 2026-03-") for text in found)


def test_pins_too_close_together_name_both():
    found = reasons(
        pin(shift_type_id="late"),
        pin(employee="E2"),
        pin(TUESDAY, shift_type_id="day"),
        rules=(MinimumRest(minutes=700),),
    )
    assert [text[-9:] for text in found] == ["(pins[0])", "(pins[2])"]


def test_a_pin_that_history_bars_is_named_alone():
    night = work("E1", "night", "20:00", "34:00", date=MONDAY - dt.timedelta(days=1))
    assert reasons(pin(TUESDAY), pin(start="09:00"), history=(night,)) == (
        "pin: E1 works on 2026-03-09 from 09:00 (pins[1])",
    )


def test_pins_above_a_maximum_are_all_named():
    need = (ShiftRequirement(date=MONDAY, shift_type_id="day", maximum=1),)
    found = reasons(pin(shift_type_id="day"), pin(employee="E2", shift_type_id="day"), shift_requirements=need)
    assert len(found) == 2


def test_pins_at_more_windows_than_there_are_are_named():
    counter = tiny().activities[:1]
    pins = (pin(outlet_id="Sat"), pin(employee="E2", outlet_id="Sat"), pin(TUESDAY))
    problem = tiny(activities=counter, pins=pins, outlets=(Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat", windows=1)))
    with pytest.raises(InfeasibleProblem) as caught:
        ss.solve(problem, SETTINGS)
    assert [text[-9:] for text in caught.value.reasons] == ["(pins[0])", "(pins[1])"]


def test_pins_that_soft_rules_dislike_are_kept_at_their_price():
    problem = plain(
        shift_types=(DAY,), pins=(pin(), pin(TUESDAY)), rules=(DaysWorked(maximum=1, hard=False, weight=30),),
        staff=(Employee(employee_id="E1", contract_id="full"),),
    )  # fmt: skip
    assert ss.solve(problem, SETTINGS).objective == 30


def test_rules_that_contradict_each_other_are_named_and_no_others():
    rules = (
        {"rule": "cost.paid_time"},
        {"rule": "sequence.work_days", "maximum": 1},
        {"rule": "rest.minimum", "minutes": 60},
        {"rule": "sequence.days_off", "maximum": 1},
        {"rule": "sequence.shifts", "shift_types": ["late"], "minimum": 2},
        {"rule": "sequence.shifts", "shift_types": ["day"], "minimum": 2},
    )
    # Every second day at least is worked, never two in a row, and no shift on one day alone.
    told = reasons(days=5, rules=rules)
    assert [text.partition(":")[0] for text in told] == [
        "sequence.work_days (rules[1])", "sequence.days_off (rules[3])", "sequence.shifts (rules[4])",
        "sequence.shifts (rules[5])",
    ]  # fmt: skip


def test_rules_that_contradict_are_named_without_those_that_others_are_about():
    """Moves are there where two duties a day are: neither has a part in it, nor can the latter go first."""
    rules = (DutiesPerDay(maximum=2), MovesPerDay(maximum=0), DaysWorked(minimum=2, maximum=2), DaysWorked(maximum=1))
    problem = plain(horizon=Horizon(start=MONDAY, days=7, slot_minutes=60), shift_types=(DAY, LATE), rules=rules)
    with pytest.raises(InfeasibleProblem) as caught:
        ss.solve(problem, SETTINGS)
    assert [reason.split(":")[0] for reason in caught.value.reasons] == [
        "contract.days (rules[2])", "contract.days (rules[3])",
    ]  # fmt: skip

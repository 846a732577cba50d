import pytest

from schedsolver.domain import Pin
from schedsolver.rules.pins import PinKept
from tests.solving import judged, words
from tests.tiny import MONDAY, TUESDAY, duty, tiny


def pin_faults(*records, employee="E1", date=MONDAY, **fixed):
    problem = tiny(pins=(Pin(employee_id=employee, date=date, **fixed),))
    return words(judged(PinKept(), problem, *records))


def test_a_day_pinned_off_has_no_duty():
    assert pin_faults(off=True) == []
    assert pin_faults(duty(date=TUESDAY), duty("E2"), off=True) == []
    assert pin_faults(duty(), off=True) == ["pin: E1 is off on 2026-03-09, not kept"]


def test_a_pin_without_more_asks_for_any_duty_that_day():
    assert pin_faults(duty("E1", "10:00", "16:00", outlet="Sat")) == []
    assert pin_faults(duty("E2"), duty(date=TUESDAY)) == ["pin: E1 works on 2026-03-09, not kept"]


@pytest.mark.parametrize(
    ("fixed", "kept"),
    [
        ({"outlet_id": "Hub"}, True),
        ({"outlet_id": "Sat"}, False),
        ({"shift_type_id": "day"}, True),
        ({"start": "09:00"}, True),
        ({"start": "10:00"}, False),
        ({"end": "15:00"}, True),
        ({"end": "14:00"}, False),
        ({"outlet_id": "Hub", "start": "09:00", "end": "15:00"}, True),
        ({"outlet_id": "Hub", "start": "09:00", "end": "14:00"}, False),
    ],
)
def test_each_part_of_a_pin_is_kept(fixed, kept):
    assert (pin_faults(duty("E1", "09:00", "15:00"), **fixed) == []) == kept


def test_a_pin_is_told_in_words():
    assert pin_faults(outlet_id="Sat", shift_type_id="day", start="09:00", end="14:00") == [
        "pin: E1 works on 2026-03-09 at Sat on shift day from 09:00 until 14:00, not kept"
    ]


def test_pins_matter_where_there_are_some():
    assert not PinKept().applies_to(tiny())
    assert PinKept().applies_to(tiny(pins=(Pin(employee_id="E1", date=MONDAY),)))

import pytest

from schedsolver.domain import Request
from schedsolver.rules.wishes import RequestGranted
from tests.solving import fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY, TUESDAY

SHIFTS = (fixed_shift("early", "06:00", "12:00"), fixed_shift("late", "12:00", "18:00"))
EARLY = work("E1", "early", "06:00", "12:00")
LATE = work("E1", "late", "12:00", "18:00")


def wished(*requests: Request):
    return plain(shift_types=SHIFTS, requests=requests)


def request(wish: str, shift: str | None = None, cents: int = 700) -> Request:
    return Request(employee_id="E1", date=MONDAY, wish=wish, shift_type_id=shift, cents=cents)


@pytest.mark.parametrize(
    ("wish", "shift", "records", "granted"),
    [
        ("on", None, (), False),
        ("on", None, (EARLY,), True),
        ("on", "early", (EARLY,), True),
        ("on", "early", (LATE,), False),
        ("off", None, (), True),
        ("off", None, (LATE,), False),
        ("off", "early", (LATE,), True),
        ("off", "early", (EARLY,), False),
    ],
)
def test_a_wish_not_granted_costs_its_price(wish, shift, records, granted):
    found = judged(RequestGranted(), wished(request(wish, shift)), *records)
    assert found.violations == ()
    assert found.cents == (0 if granted else 700)


def test_only_the_duties_of_that_person_and_date_count():
    others = (work("E2", "early", "06:00", "12:00"), work("E1", "early", "06:00", "12:00", date=TUESDAY))
    assert judged(RequestGranted(), wished(request("on")), *others).cents == 700
    assert judged(RequestGranted(), wished(request("off")), *others).cents == 0


def test_each_wish_pays_for_itself_and_says_what_was_wished():
    found = judged(RequestGranted(), wished(request("off", cents=300), request("on", "early", cents=50)), LATE)
    assert [p.cents for p in found.penalties] == [300, 50]
    assert words(found) == [
        "E1 wished not to work on 2026-03-09",
        "E1 wished to work on shift early on 2026-03-09",
    ]


def test_wishes_matter_where_there_are_some():
    assert not RequestGranted().applies_to(wished())
    assert RequestGranted().applies_to(wished(request("on")))

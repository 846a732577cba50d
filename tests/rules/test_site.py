import pytest

from schedsolver.domain import Activity, OpeningHours, Outlet
from schedsolver.rules.site import CounterWindows, WithinOpeningHours
from tests.solving import fixed_shift, judged, plain, spell, words, work
from tests.tiny import MONDAY, TUESDAY, stint, tiny

# ---------------------------------------------------------------- site.opening_hours


def hours(*rows) -> tuple[OpeningHours, ...]:
    """Rows ``(weekday or date, start, end)`` of the hub; the satellite is open all day."""
    of_hub = (
        OpeningHours(outlet_id="Hub", **{"weekday" if isinstance(day, int) else "date": day}, start=start, end=end)
        for day, start, end in rows
    )
    return (*of_hub, *(OpeningHours(outlet_id="Sat", weekday=w, start="00:00", end="24:00") for w in range(7)))


def opening_faults(opening, start, end, *, date=MONDAY, outlet="Hub"):
    problem = plain(opening=opening, shift_types=(fixed_shift("day", start, end),))
    return words(judged(WithinOpeningHours(), problem, work("E1", "day", start, end, date=date, outlet=outlet)))


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [("09:00", "15:00", 0), ("08:00", "14:00", 1), ("10:00", "16:00", 1), ("10:00", "14:00", 0)],
)
def test_a_duty_lies_between_opening_and_closing(start, end, count):
    found = opening_faults(hours((0, "09:00", "15:00")), start, end)
    assert ["is outside the opening hours (09:00-15:00)" in text for text in found] == [True] * count


def test_each_weekday_and_outlet_has_its_own_hours():
    opening = hours((0, "09:00", "15:00"))
    assert opening_faults(opening, "10:00", "12:00", date=TUESDAY) == [
        "E1 at Hub on 2026-03-10 10:00-12:00 is outside the opening hours (closed)"
    ]
    assert opening_faults(opening, "06:00", "20:00", outlet="Sat") == []


def test_the_rows_of_a_date_replace_those_of_its_weekday():
    opening = hours((0, "09:00", "15:00"), (MONDAY, "12:00", "18:00"))
    assert opening_faults(opening, "12:00", "18:00") == []
    assert "(12:00-18:00)" in opening_faults(opening, "11:00", "15:00")[0]
    assert "(closed)" in opening_faults(hours((0, "09:00", "15:00"), (MONDAY, None, None)), "10:00", "12:00")[0]


def test_a_duty_lies_in_one_interval_unless_they_touch():
    assert (
        "(09:00-12:00, 13:00-17:00)"
        in opening_faults(hours((0, "09:00", "12:00"), (0, "13:00", "17:00")), "10:00", "15:00")[0]
    )
    assert opening_faults(hours((0, "09:00", "12:00"), (0, "12:00", "17:00")), "10:00", "15:00") == []


def test_hours_past_midnight_belong_to_the_day_they_begin():
    opening = hours((0, "20:00", "30:00"))
    assert opening_faults(opening, "22:00", "30:00") == []
    assert len(opening_faults(opening, "22:00", "31:00")) == 1
    assert len(opening_faults(opening, "01:00", "05:00", date=TUESDAY)) == 1


def test_without_hours_every_outlet_is_open():
    assert not WithinOpeningHours().applies_to(plain())
    assert WithinOpeningHours().applies_to(plain(opening=hours((0, "09:00", "15:00"))))


# ---------------------------------------------------------------- site.windows
# The satellite has one window; counter work is done at a window, calls are not.


def test_as_many_people_at_windows_as_there_are_windows():
    counter = stint("E1", "counter", "09:00", "11:00", outlet="Sat")
    after = stint("E2", "counter", "11:00", "12:00", outlet="Sat")
    overlapping = stint("E2", "counter", "10:00", "12:00", outlet="Sat")
    calls = stint("E2", "calls", "09:00", "11:00", outlet="Sat")
    assert judged(CounterWindows(), tiny(), counter, after, calls).violations == ()
    found = judged(CounterWindows(), tiny(), counter, overlapping)
    assert words(found) == ["2 people at the 1 windows of Sat at 2026-03-09 10:00"]
    assert found.violations[0].outlet_id == "Sat"


def test_an_outlet_without_a_number_of_windows_has_no_limit():
    both = (stint("E1", "counter", "09:00", "11:00"), stint("E2", "counter", "09:00", "11:00"))
    assert judged(CounterWindows(), tiny(), *both).violations == ()


def test_every_slot_over_the_limit_is_named_even_past_the_horizon():
    problem = tiny(outlets=(Outlet(outlet_id="Hub", windows=0), Outlet(outlet_id="Sat")))
    late = spell("E1", "counter", "22:00", "26:00", date=TUESDAY)
    found = judged(CounterWindows(), problem, late)
    assert [text[-5:] for text in words(found)] == ["22:00", "23:00", "00:00", "01:00"]
    assert words(found)[0] == "1 people at the 0 windows of Hub at 2026-03-10 22:00"


def test_windows_matter_where_there_are_some_and_work_at_them():
    assert CounterWindows().applies_to(tiny())
    assert not CounterWindows().applies_to(tiny(outlets=(Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat"))))
    assert not CounterWindows().applies_to(tiny(activities=(Activity(activity_id="calls"),)))

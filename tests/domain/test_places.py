import pytest
from pydantic import ValidationError

from schedsolver.domain import OpeningHours, Outlet, TravelTimes


def test_an_outlet_has_any_number_of_windows_unless_told():
    assert Outlet(outlet_id="Hub").windows is None
    assert not Outlet(outlet_id="Hub").hub
    assert Outlet(outlet_id="Hub", windows=0).windows == 0
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Outlet(outlet_id="Hub", windows=-1)


@pytest.mark.parametrize(
    "fields",
    [
        {"weekday": 0, "start": "09:00", "end": "17:00"},
        {"weekday": 6, "start": "09:00", "end": "09:01"},
        {"date": "2026-03-09", "start": "20:00", "end": "26:00"},
        {"date": "2026-03-09"},
    ],
)
def test_opening_hours_are_of_a_weekday_or_a_date(fields):
    assert OpeningHours(outlet_id="Hub", **fields).outlet_id == "Hub"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"start": "09:00", "end": "17:00"}, "either a weekday .* or a date, not both and not neither"),
        ({"weekday": 0, "date": "2026-03-09", "start": "09:00", "end": "17:00"}, "not both and not neither"),
        ({"weekday": 0, "start": "09:00"}, "both start and end, or neither to close the outlet on a date"),
        ({"date": "2026-03-09", "end": "17:00"}, "both start and end, or neither"),
        ({"weekday": 0}, "a weekday row needs start and end; leave the row out when closed"),
        ({"weekday": 0, "start": "17:00", "end": "09:00"}, "opens at 17:00, not before it closes at 09:00"),
        ({"weekday": 0, "start": "09:00", "end": "09:00"}, "opens at 09:00, not before it closes at 09:00"),
        ({"weekday": 7, "start": "09:00", "end": "17:00"}, "less than or equal to 6"),
        ({"weekday": -1, "start": "09:00", "end": "17:00"}, "greater than or equal to 0"),
    ],
)
def test_opening_hours_that_make_no_sense_are_refused(fields, words):
    with pytest.raises(ValidationError, match=words):
        OpeningHours(outlet_id="Hub", **fields)


def test_travel_is_looked_up_from_row_to_column():
    travel = TravelTimes(outlets=("Hub", "Sat"), minutes=((0, 10), (25, 0)))
    assert (travel.between("Hub", "Sat"), travel.between("Sat", "Hub"), travel.between("Sat", "Sat")) == (10, 25, 0)


def test_travel_takes_no_time_without_a_matrix():
    assert TravelTimes().between("Hub", "Sat") == 0


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (((0, 1),), "not square: 2 outlets across but 1 down"),
        (((0, 1), (1, 0), (1, 1)), "not square: 2 outlets across but 3 down"),
        (((0, 1), (1,)), "not square: the row of Sat has 1 times for 2 outlets"),
        (((0, 1, 2), (1, 0)), "not square: the row of Hub has 3 times for 2 outlets"),
        (((0, 1), (1, 5)), "from Sat to itself takes 5 minutes; the diagonal must be 0"),
        (((0, -1), (1, 0)), "greater than or equal to 0"),
    ],
)
def test_a_travel_matrix_that_is_not_one_is_refused(minutes, words):
    with pytest.raises(ValidationError, match=words):
        TravelTimes(outlets=("Hub", "Sat"), minutes=minutes)

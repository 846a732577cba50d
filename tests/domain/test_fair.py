"""Burdens and goods as records: what of them means nothing, alone and in a problem."""

import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import Carried, FairItem
from schedsolver.errors import InvalidProblem
from tests.tiny import MONDAY, tiny


def carried(weeks: int = 1, **fields) -> Carried:
    first = MONDAY - dt.timedelta(weeks=weeks)
    return Carried(
        **({"employee_id": "E1", "item_id": "it", "first_day": first, "amount": 1, "exposure_minutes": 9} | fields)
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"counts": "wishes", "weekdays": (5,)}, "weekdays mean nothing where wishes are counted"),
        ({"counts": "closings", "start": "09:00", "end": "10:00"}, "start mean nothing where closings are counted"),
        ({"counts": "hours", "activities": ("calls",)}, "activities mean nothing where hours are counted"),
        ({"counts": "hours", "start": "09:00"}, "give both start and end, or neither"),
        ({"counts": "hours", "start": "09:00", "end": "09:00"}, "starts at 09:00, not before it ends at 09:00"),
        ({"counts": "holidays"}, "Input should be"),
        ({"counts": "duties", "points": 0}, "greater than or equal to 1"),
        ({"counts": "duties", "decay_percent": 100}, "less than or equal to 99"),
    ],
)
def test_items_that_mean_nothing(fields, words):
    with pytest.raises(ValidationError, match=words):
        FairItem(item_id="it", **fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"counts": "closings"}, "closings need opening hours, and no outlet has any; add them"),
        ({"counts": "trips"}, "there is only one outlet, so there are no trips"),
        ({"counts": "activity"}, "there are no activities to count hours on"),
        ({"counts": "duties", "outlets": ("Hubb",)}, r'outlet "Hubb" is not in outlets \(did you mean "Hub"\?\)'),
    ],
)
def test_items_that_nobody_could_have(fields, words):
    one = tiny().outlets[:1]
    staff = [person.model_copy(update={"home_outlet_id": "Hub"}) for person in tiny().staff]
    with pytest.raises(InvalidProblem, match=words):
        tiny(outlets=one, staff=staff, activities=(), fair_items=(FairItem(item_id="it", **fields),))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([carried(0)], "2026-03-09 is not before the first day planned, 2026-03-09; leave the row out"),
        (
            [carried(), carried(2), carried(amount=3)],
            r"it of E1 .* 2026-03-02 is given again, after carried\[0\]",
        ),
        ([carried(item_id="itt")], 'item "itt" is not in fair_items'),
    ],
)
def test_what_cannot_have_been_before(rows, words):
    with pytest.raises(InvalidProblem, match=words):
        tiny(fair_items=(FairItem(item_id="it", counts="duties"),), carried=rows)


def test_a_problem_carries_its_items_through_files(tmp_path):
    hours = {"start": "11:00", "end": "13:00", "weekdays": (0, 4), "day_kinds": ("workday",)}
    item = FairItem(item_id="mid day", counts="hours", **hours)
    rows = carried(item_id="mid day", amount=1.25), carried(employee_id="Gone", item_id="mid day")
    problem = tiny(fair_items=(item,), carried=rows)
    ss.save(problem, tmp_path / "problem")
    assert ss.load(tmp_path / "problem") == ss.Problem.from_json(problem.to_json()) == problem

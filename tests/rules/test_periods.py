"""Periods by hand: where each kind begins and ends, and which are known whole."""

import datetime as dt

import pytest
from pydantic import ValidationError

from schedsolver.domain import Horizon, Scope
from schedsolver.rules import DaysWorked
from schedsolver.rules.periods import PeriodRule, Span
from tests.solving import plain, work


class Counted(PeriodRule):
    """A rule with periods and nothing else; without a name it is in no catalogue."""

    scoped_by = frozenset({"first_day", "last_day"})


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def spans(start: str, planned: int, known_from: str | None = None, **fields) -> list[tuple[str, str, bool]]:
    since = None if known_from is None else date(known_from)
    problem = plain(horizon=Horizon(start=date(start), days=planned, slot_minutes=60, known_from=since))
    return [(str(s.first), str(s.last), s.whole) for s in Counted(**fields).spans(problem)]


def test_a_day():
    assert spans("2024-02-28", 3, per="day") == [
        ("2024-02-28", "2024-02-28", True), ("2024-02-29", "2024-02-29", True), ("2024-03-01", "2024-03-01", True)
    ]  # fmt: skip


def test_a_week_goes_from_monday_to_sunday():
    assert spans("2026-03-09", 7) == [("2026-03-09", "2026-03-15", True)]
    assert spans("2026-03-10", 7) == [("2026-03-09", "2026-03-15", False), ("2026-03-16", "2026-03-22", False)]
    assert spans("2026-03-10", 7, known_from="2026-03-09")[0] == ("2026-03-09", "2026-03-15", True)
    assert spans("2026-03-15", 1) == [("2026-03-09", "2026-03-15", False)]
    assert spans("2025-12-31", 1, per="week") == [("2025-12-29", "2026-01-04", False)]


def test_a_month_ends_on_its_own_day():
    assert spans("2024-02-01", 29, per="month") == [("2024-02-01", "2024-02-29", True)]
    assert spans("2023-02-01", 28, per="month") == [("2023-02-01", "2023-02-28", True)]
    assert spans("2026-01-31", 31, per="month") == [
        ("2026-01-01", "2026-01-31", False), ("2026-02-01", "2026-02-28", True), ("2026-03-01", "2026-03-31", False)
    ]  # fmt: skip
    assert spans("2026-12-15", 20, known_from="2026-12-01", per="month") == [
        ("2026-12-01", "2026-12-31", True), ("2027-01-01", "2027-01-31", False)
    ]  # fmt: skip
    assert spans("2026-12-15", 17, known_from="2026-12-02", per="month") == [("2026-12-01", "2026-12-31", False)]
    assert spans("2026-11-30", 1, per="month") == [("2026-11-01", "2026-11-30", False)]


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2026-01-01", "2026-01-01", "2026-03-31"),
        ("2026-03-31", "2026-01-01", "2026-03-31"),
        ("2026-04-01", "2026-04-01", "2026-06-30"),
        ("2026-08-15", "2026-07-01", "2026-09-30"),
        ("2026-10-01", "2026-10-01", "2026-12-31"),
        ("2026-12-31", "2026-10-01", "2026-12-31"),
    ],
)
def test_a_quarter_has_three_months(day, first, last):
    assert spans(day, 1, per="quarter") == [(first, last, False)]


def test_quarters_and_years_follow_each_other():
    assert spans("2026-03-31", 2, per="quarter") == [
        ("2026-01-01", "2026-03-31", False), ("2026-04-01", "2026-06-30", False)
    ]  # fmt: skip
    assert spans("2026-01-01", 90, per="quarter") == [("2026-01-01", "2026-03-31", True)]
    assert spans("2024-12-31", 367, per="year") == [
        ("2024-01-01", "2024-12-31", False), ("2025-01-01", "2025-12-31", True), ("2026-01-01", "2026-12-31", False)
    ]  # fmt: skip
    assert spans("2024-01-01", 366, per="year") == [("2024-01-01", "2024-12-31", True)]
    assert spans("2024-01-01", 365, per="year") == [("2024-01-01", "2024-12-31", False)]


def test_the_horizon_is_whole_whatever_came_before():
    assert spans("2026-03-10", 5, per="horizon") == [("2026-03-10", "2026-03-14", True)]
    assert spans("2026-03-10", 5, known_from="2026-03-01", per="horizon") == [("2026-03-10", "2026-03-14", True)]


def test_rolling_periods_end_on_each_day_of_the_horizon():
    assert spans("2026-03-10", 3, per="rolling", days=2) == [
        ("2026-03-09", "2026-03-10", False), ("2026-03-10", "2026-03-11", True), ("2026-03-11", "2026-03-12", True)
    ]  # fmt: skip
    assert spans("2026-03-10", 1, known_from="2026-03-08", per="rolling", days=3) == [
        ("2026-03-08", "2026-03-10", True)
    ]  # fmt: skip
    assert spans("2026-03-10", 2, per="rolling", days=1) == [
        ("2026-03-10", "2026-03-10", True), ("2026-03-11", "2026-03-11", True)
    ]  # fmt: skip


def test_blocks_are_counted_from_the_horizon_or_an_anchor_on_either_side_of_it():
    assert spans("2026-03-10", 5, per="block", days=3) == [
        ("2026-03-10", "2026-03-12", True), ("2026-03-13", "2026-03-15", False)
    ]  # fmt: skip
    for anchor in ("2026-03-11", "2026-03-08", "2026-03-05", "2026-03-14", "2026-06-12"):
        assert spans("2026-03-10", 5, per="block", days=3, anchor=anchor) == [
            ("2026-03-08", "2026-03-10", False), ("2026-03-11", "2026-03-13", True), ("2026-03-14", "2026-03-16", False)
        ]  # fmt: skip
    assert spans("2026-03-10", 1, per="block", days=1, anchor="2026-03-20") == [("2026-03-10", "2026-03-10", True)]


def test_history_makes_a_period_known_from_its_first_duty():
    history = (work("E1", "day", "09:00", "12:00", date=date("2026-03-09")),)
    problem = plain(horizon=Horizon(start=date("2026-03-11"), days=5, slot_minutes=60), history=history)
    assert [s.whole for s in Counted().spans(problem)] == [True]


def test_a_span_has_its_first_and_last_day():
    span = Span(date("2026-02-28"), date("2026-03-02"), whole=True)
    assert (span.days, str(span)) == (3, "2026-02-28 to 2026-03-02")
    inside = [date(f"2026-{day}") in span for day in ("02-27", "02-28", "03-01", "03-02", "03-03")]
    assert inside == [False, True, True, True, False]
    assert str(Span(date("2026-02-28"), date("2026-02-28"), whole=False)) == "2026-02-28"


@pytest.mark.parametrize(
    ("scope", "per", "uncut"),
    [
        (Scope(), "month", True),
        (Scope(first_day="2026-03-01", last_day="2026-03-31"), "month", True),
        (Scope(first_day="2026-03-02"), "month", False),
        (Scope(last_day="2026-03-30"), "month", False),
        (Scope(first_day="2026-03-02", last_day="2026-03-30"), "horizon", True),
    ],
)
def test_a_minimum_is_asked_of_whole_periods_that_the_scope_does_not_cut(scope, per, uncut):
    span = Span(date("2026-03-01"), date("2026-03-31"), whole=True)
    rule = Counted(scope=scope, per=per)
    assert rule.is_uncut(span) is uncut
    assert not rule.is_uncut(Span(span.first, span.last, whole=False))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"per": "rolling"}, "per rolling needs days; give days with per rolling or per block only"),
        ({"per": "block"}, "per block needs days"),
        ({"days": 7}, "per week takes no days; give days with per rolling or per block only"),
        ({"per": "month", "anchor": "2026-03-01"}, "per month takes no anchor; give it with per block only"),
        ({"per": "rolling", "days": 7, "anchor": "2026-03-01"}, "per rolling takes no anchor"),
        ({"per": "rolling", "days": 0}, "greater than or equal to 1"),
        ({"per": "rolling", "days": 733}, "less than or equal to 732"),
        ({"per": "fortnight"}, "Input should be 'day', 'week'"),
    ],
)
def test_a_length_is_given_where_it_is_needed(fields, message):
    with pytest.raises(ValidationError, match=message):
        Counted(**fields)


def test_rules_of_the_catalogue_have_periods():
    assert DaysWorked(maximum=1, per="block", days=732, anchor="2026-03-01").anchor == date("2026-03-01")

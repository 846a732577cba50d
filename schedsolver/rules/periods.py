"""Calendar and rolling periods over which a rule counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from schedsolver.domain.base import Day
from schedsolver.domain.horizon import monday_of
from schedsolver.domain.rule import Rule

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

Per = Literal["day", "week", "month", "quarter", "year", "horizon", "rolling", "block"]
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """A run of days; ``first`` and ``last`` included.

    Attributes
    ----------
    first, last
        Its days, which may lie outside the horizon.
    whole
        Whether every duty in it is known once the horizon is planned: it neither begins before the
        history is known nor ends after the horizon.
    """

    first: dt.date
    last: dt.date
    whole: bool

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    def __contains__(self, date: dt.date) -> bool:
        """Tell whether a date lies in it."""
        return self.first <= date <= self.last

    def __str__(self) -> str:
        """Say it in words, for messages."""
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


class PeriodRule(Rule):
    """Base of rules that count over periods.

    Attributes
    ----------
    per
        The period: a day, a calendar week (from Monday), month, quarter or year, the whole horizon,
        ``"rolling"`` for every run of ``days`` days that ends in the horizon, or ``"block"`` for
        back-to-back runs of ``days`` days counted from ``anchor``.
    days
        Length of a rolling or block period.
    anchor
        First day of one of the blocks; the first day planned when not given.
    """

    per: Per = "week"
    days: Annotated[int, Field(ge=1, le=732)] | None = None
    anchor: Day | None = None

    @model_validator(mode="after")
    def _length_where_needed(self) -> Self:
        if (self.days is not None) != (self.per in ("rolling", "block")):
            raise ValueError(f"per {self.per} {'needs' if self.days is None else 'takes no'} days; "
                             "give days with per rolling or per block only")  # fmt: skip
        if self.anchor is not None and self.per != "block":
            raise ValueError(f"per {self.per} takes no anchor; give it with per block only")
        return self

    def spans(self, problem: Problem) -> Iterator[Span]:
        """Give the periods that have a day in the horizon, in order; rolling ones end in it."""
        horizon = problem.horizon
        last_planned = horizon.end - _DAY
        if self.per == "rolling":
            assert self.days is not None
            bounds = [(date - (self.days - 1) * _DAY, date) for date in horizon.dates]
        else:
            bounds = []
            date = horizon.start
            while date <= last_planned:
                bounds.append(self._around(date, horizon.start, last_planned))
                date = bounds[-1][1] + _DAY
        for first, last in bounds:
            yield Span(first, last, whole=problem.known_from <= first and last <= last_planned)

    def is_uncut(self, span: Span) -> bool:
        """Tell whether a minimum can be asked of a period: it is whole, and the dates of the scope leave it so.

        The horizon is what they leave of it.
        """
        first, last = self.scope.first_day, self.scope.last_day
        inside = (first is None or first <= span.first) and (last is None or span.last <= last)
        return span.whole and (inside or self.per == "horizon")

    def _around(self, date: dt.date, start: dt.date, last_planned: dt.date) -> tuple[dt.date, dt.date]:
        """Give first and last day of the period that a date is in."""
        if self.per == "day":
            return date, date
        if self.per == "week":
            return monday_of(date), monday_of(date) + 6 * _DAY
        if self.per == "horizon":
            return start, last_planned
        if self.per == "block":
            assert self.days is not None
            first = date - (date - (self.anchor or start)).days % self.days * _DAY
            return first, first + (self.days - 1) * _DAY
        months = {"month": 1, "quarter": 3, "year": 12}[self.per]
        month = (date.month - 1) // months * months + 1
        after = month + months
        end = dt.date(date.year + (after > 12), (after - 1) % 12 + 1, 1)
        return date.replace(month=month, day=1), end - _DAY

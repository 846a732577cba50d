"""The days planned and the grid of slots laid over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from schedsolver.domain.base import Day, Model

MINUTES_PER_DAY = 24 * 60


class Horizon(Model):
    """The days planned, in local dates, cut into slots of equal length.

    Attributes
    ----------
    start
        First day planned.
    days
        Number of days planned.
    slot_minutes
        Length of a slot; divides a day.
    known_from
        First day from which the history is complete; ``None`` for the day of its earliest duty.
    """

    start: Day
    days: Annotated[int, Field(ge=1, le=732)]
    slot_minutes: Annotated[int, Field(ge=1, le=MINUTES_PER_DAY)] = 30
    known_from: Day | None = None

    @field_validator("slot_minutes")
    @classmethod
    def _slot_divides_a_day(cls, value: int) -> int:
        if MINUTES_PER_DAY % value:
            raise ValueError(f"{value} minutes do not divide a day; use 5, 10, 15, 20, 30 or 60")
        return value

    @model_validator(mode="after")
    def _within_the_calendar(self) -> Self:
        if dt.date.max - self.start <= dt.timedelta(days=self.days):
            raise ValueError(f"{self.days} days from {self.start} run past the end of the calendar")
        return self

    @model_validator(mode="after")
    def _known_before_it_starts(self) -> Self:
        if self.known_from is not None and self.known_from > self.start:
            raise ValueError(f"known_from {self.known_from} is after the first day planned, {self.start}")
        return self

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """The days planned, in order."""
        return _dates(self.start, self.days)

    @property
    def end(self) -> dt.date:
        """The first day after the horizon."""
        return self.start + dt.timedelta(days=self.days)

    @property
    def slots_per_day(self) -> int:
        """Slots in one day."""
        return MINUTES_PER_DAY // self.slot_minutes

    @property
    def slots(self) -> int:
        """Slots in the whole horizon; slot 0 begins at midnight of the first day."""
        return self.days * self.slots_per_day

    def __contains__(self, date: dt.date) -> bool:
        """Tell whether a date is planned."""
        return self.start <= date < self.end

    def day_index(self, date: dt.date) -> int:
        """Give the position of a date, counted from 0; negative before the horizon."""
        return (date - self.start).days

    def minute_of(self, moment: dt.datetime) -> int:
        """Give the minutes from midnight of the first day to a moment."""
        return round((moment - dt.datetime.combine(self.start, dt.time())).total_seconds() / 60)

    def moment_of(self, minute: int) -> dt.datetime:
        """Give the moment so many minutes after midnight of the first day."""
        return dt.datetime.combine(self.start, dt.time()) + dt.timedelta(minutes=minute)

    def slot_of(self, date: dt.date, clock: int) -> int:
        """Give the slot that holds a time of day, ``clock`` in minutes after midnight of ``date``."""
        return self.day_index(date) * self.slots_per_day + clock // self.slot_minutes

    def on_grid(self, minutes: int) -> bool:
        """Tell whether a time falls on a slot boundary."""
        return minutes % self.slot_minutes == 0


def monday_of(date: dt.date) -> dt.date:
    """Give the Monday that begins the week of a date (ISO weeks)."""
    return date - dt.timedelta(days=date.weekday())


def weeks_of(dates: Sequence[dt.date]) -> list[int]:
    """Number the calendar weeks of some dates in order, from 0, and give that of each date."""
    first = monday_of(dates[0])
    return [(date - first).days // 7 for date in dates]


# Asked for again and again while a model is built: half of the time on a year.
@lru_cache(maxsize=64)
def _dates(start: dt.date, days: int) -> tuple[dt.date, ...]:
    return tuple(start + dt.timedelta(days=d) for d in range(days))

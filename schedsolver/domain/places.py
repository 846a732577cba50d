"""Outlets, when they are open, and how far apart they are."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from schedsolver.domain.base import ClockTime, Day, Identifier, Model, format_clock

Weekday = Annotated[int, Field(ge=0, le=6)]


class Outlet(Model):
    """A site of the cluster.

    Attributes
    ----------
    outlet_id
        Its name in every table.
    name
        What people call it.
    hub
        Whether it is the centre of the 1+N cluster; at most one outlet is.
    windows
        Number of physical counter windows; ``None`` when there is no such limit.
    """

    outlet_id: Identifier
    name: str = ""
    hub: bool = False
    windows: Annotated[int, Field(ge=0)] | None = None


class OpeningHours(Model):
    """One interval in which an outlet is open, on a weekday or on one date.

    The rows of a date replace the rows of its weekday; a row of a date without times closes the
    outlet that day. When no outlet has any row, all are open around the clock.

    Attributes
    ----------
    outlet_id
        The outlet.
    weekday
        0 is Monday, 6 is Sunday; give this or ``date``.
    date
        The single day this row is about.
    start, end
        Half-open interval ``[start, end)``, minutes after midnight.
    """

    outlet_id: Identifier
    weekday: Weekday | None = None
    date: Day | None = None
    start: ClockTime | None = None
    end: ClockTime | None = None

    @model_validator(mode="after")
    def _one_day_and_a_real_interval(self) -> Self:
        if (self.weekday is None) == (self.date is None):
            raise ValueError("give either a weekday (0 Monday ... 6 Sunday) or a date, not both and not neither")
        if (self.start is None) != (self.end is None):
            raise ValueError("give both start and end, or neither to close the outlet on a date")
        if self.start is None and self.date is None:
            raise ValueError("a weekday row needs start and end; leave the row out when closed")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError(f"opens at {format_clock(self.start)}, not before it closes at {format_clock(self.end)}")
        return self


class TravelTimes(Model):
    """Minutes from each outlet to each other, door to door.

    Attributes
    ----------
    outlets
        Outlet of each row and of each column, shape ``(n,)``.
    minutes
        ``minutes[i][j]`` from outlet ``i`` to outlet ``j``, shape ``(n, n)``, diagonal 0.
    """

    outlets: tuple[Identifier, ...] = ()
    minutes: tuple[tuple[Annotated[int, Field(ge=0)], ...], ...] = ()

    @model_validator(mode="after")
    def _square(self) -> Self:
        size = len(self.outlets)
        if len(self.minutes) != size:
            raise ValueError(
                f"the travel matrix is not square: {size} outlets across but {len(self.minutes)} down; "
                "give one row and one column for each outlet"
            )
        for name, row in zip(self.outlets, self.minutes, strict=True):
            if len(row) != size:
                raise ValueError(
                    f"the travel matrix is not square: the row of {name} has {len(row)} times for {size} outlets"
                )
        for i, name in enumerate(self.outlets):
            if self.minutes[i][i] != 0:
                raise ValueError(f"from {name} to itself takes {self.minutes[i][i]} minutes; the diagonal must be 0")
        return self

    def between(self, origin: str, destination: str) -> int:
        """Give the minutes from one outlet to another; 0 when no matrix was given."""
        if not self.outlets:
            return 0
        return self.minutes[self.outlets.index(origin)][self.outlets.index(destination)]

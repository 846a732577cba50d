"""What all domain models share: frozen, strict about unknown fields, exact in JSON."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints

LAST_CLOCK_MINUTE = 48 * 60
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::00)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Model(BaseModel):
    """Base of every domain model: immutable, and a field it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def parse_clock(value: Any) -> Any:
    """Turn ``"HH:MM"`` into minutes after midnight; hours 24 to 48 mean the next day.

    Parameters
    ----------
    value
        A string, a ``datetime.time``, or minutes already.

    Raises
    ------
    ValueError
        If the text is not a time of day in whole minutes.
    """
    if isinstance(value, dt.time):
        if value.second or value.microsecond:
            raise ValueError(f"{value} is not in whole minutes; write it as HH:MM, for example 08:30")
        return value.hour * 60 + value.minute
    if not isinstance(value, str):
        return value
    match = _CLOCK.fullmatch(value.strip())
    if match is None:
        raise ValueError(f'"{value}" is not a time; write it as HH:MM, for example 08:30')
    minutes = int(match[1]) * 60 + int(match[2])
    if minutes > LAST_CLOCK_MINUTE:
        raise ValueError(f'"{value}" is past 48:00, the latest time a duty may end')
    return minutes


def format_clock(minutes: int) -> str:
    """Give minutes after midnight as ``"HH:MM"``; the inverse of :func:`parse_clock`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def parse_date(value: Any) -> Any:
    """Accept ISO dates only: a spreadsheet's 03/04/2026 could be two days, so it is refused.

    Raises
    ------
    ValueError
        If the text is not an ISO date.
    """
    if isinstance(value, dt.datetime):
        if value.time() != dt.time():
            raise ValueError(f"{value} is a moment, not a date; drop the time of day")
        return value.date()
    if isinstance(value, dt.date):
        return value
    text = str(value).strip()
    if _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise ValueError(f'"{text}" is not a day of the calendar') from None
    raise ValueError(f'"{text}" is not a date in the form YYYY-MM-DD, for example 2026-03-09')


def parse_moment(value: Any) -> Any:
    """Accept a naive local moment, ``YYYY-MM-DD HH:MM``.

    Raises
    ------
    ValueError
        If the text is not such a moment, carries a time zone or is not a whole minute.
    """
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f'"{value}" is not a moment; write it as YYYY-MM-DD HH:MM') from None
    if not isinstance(value, dt.datetime):
        raise ValueError(f"{value!r} is not a moment; write it as YYYY-MM-DD HH:MM")
    if value.tzinfo is not None:
        raise ValueError(f"{value} carries a time zone; times are local to the outlets, leave it out")
    if value.second or value.microsecond:
        raise ValueError(f"{value} is not a whole minute; write it as YYYY-MM-DD HH:MM")
    return value


Identifier = Annotated[str, StringConstraints(min_length=1, max_length=80)]
ClockTime = Annotated[
    int,
    Field(ge=0, le=LAST_CLOCK_MINUTE),
    BeforeValidator(parse_clock),
    PlainSerializer(format_clock, return_type=str),
]
Day = Annotated[dt.date, BeforeValidator(parse_date)]
Moment = Annotated[dt.datetime, BeforeValidator(parse_moment)]


def named_twice(names: Sequence[str]) -> list[str]:
    """Give the names that are there more than once, in order, for messages."""
    return sorted({name for name in names if names.count(name) > 1})

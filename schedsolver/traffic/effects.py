"""What sets a date apart for traffic: its weekday, its kind, paydays, the end of the month, holidays nearby."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from schedsolver.domain import Calendar, SpecialDay
from schedsolver.domain.calendar import DayKind
from schedsolver.errors import Fault, InvalidProblem

BUILT_IN = ("swapped_workday", "rest_in_lieu", "holiday", "before_holiday", "after_holiday", "month_end")
_RESERVED = (*BUILT_IN, "weekday", "kind")
_LONGEST_BREAK_DAYS = 31


@dataclass(frozen=True)
class CalendarEffects:
    """Which dates are expected to differ from an ordinary day of their weekday.

    Attributes
    ----------
    calendar, special_days
        Which dates are workdays, rest days and public holidays; special days take precedence.
    paydays
        Days of the month on which something is paid, by the name of its effect, such as
        ``{"payday": (10,), "pension": (15,)}``. One past the end of a month is its last day; one that is no
        workday is paid on the workday before.
    month_end_days
        How many of a month's last workdays are its end; 0 for no such effect.

    Raises
    ------
    InvalidProblem
        If a payday is no day of a month, its name is taken, or ``month_end_days`` is negative.
    """

    calendar: Calendar = field(default_factory=Calendar)
    special_days: tuple[SpecialDay, ...] = ()
    paydays: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    month_end_days: int = 1

    def __post_init__(self) -> None:
        faults = []
        for name, days in self.paydays.items():
            if name in _RESERVED:
                faults.append(f'the name "{name}" is taken by a built-in effect; choose another')
            faults += [
                f'"{name}" falls on day {day} of the month; give days from 1 to 31'
                for day in days
                if not 1 <= day <= 31
            ]
        if not 0 <= self.month_end_days <= 15:
            faults.append(f"month_end_days is {self.month_end_days}; give 0 to 15")
        if faults:
            raise InvalidProblem([Fault("effects", None, fault) for fault in faults])

    @property
    def names(self) -> tuple[str, ...]:
        """Every effect a date can carry beside its weekday."""
        return (*BUILT_IN, *self.paydays)

    def kind_of(self, date: dt.date) -> DayKind:
        """Tell whether a date is a workday, a rest day or a public holiday."""
        return self._special.get(date) or self.calendar.kind_of(date)

    @cached_property
    def _special(self) -> dict[dt.date, DayKind]:
        return {day.date: day.kind for day in self.special_days}


def day_features(dates: Iterable[dt.date], effects: CalendarEffects) -> pd.DataFrame:
    """Say what is particular about each of some dates.

    Parameters
    ----------
    dates
        Dates, in any order.
    effects
        What there is to look for.

    Returns
    -------
    One row a date, in their order, labelled by them: ``weekday`` (0 Monday to 6 Sunday; -1 when the date is not
    worked like its weekday), ``kind`` (see :class:`schedsolver.domain.calendar.SpecialDay`), and a Boolean column
    for each of ``effects.names``.
    """
    known = list(dates)
    days = set(known)
    kinds = [effects.kind_of(date) for date in known]
    usual = ["rest" if date.weekday() in effects.calendar.weekend else "workday" for date in known]
    like_itself = np.array([k == u for k, u in zip(kinds, usual, strict=True)], dtype=bool)
    ends = _moved(days, effects, _month_ends)
    columns: dict[str, object] = {
        "weekday": np.where(like_itself, [date.weekday() for date in known], -1),
        "kind": kinds,
        "swapped_workday": [k == "workday" != u for k, u in zip(kinds, usual, strict=True)],
        "rest_in_lieu": [k == "rest" != u for k, u in zip(kinds, usual, strict=True)],
        "holiday": [k == "holiday" for k in kinds],
        "before_holiday": [_beside_holiday(date, 1, effects) for date in known],
        "after_holiday": [_beside_holiday(date, -1, effects) for date in known],
        "month_end": [date in ends for date in known],
    }
    for name, days_of_month in effects.paydays.items():
        paid = _moved(days, effects, _payments(days_of_month))
        columns[name] = [date in paid for date in known]
    return pd.DataFrame(columns, index=pd.Index(known, name="date", dtype=object))


def _beside_holiday(date: dt.date, step: int, effects: CalendarEffects) -> bool:
    """Tell whether the next day, or the one before, is a holiday while this one is not."""
    return effects.kind_of(date) != "holiday" == effects.kind_of(date + dt.timedelta(days=step))


def _moved(
    dates: set[dt.date], effects: CalendarEffects, of_month: Callable[[dt.date, CalendarEffects], Iterable[dt.date]]
) -> set[dt.date]:
    """Gather what falls into the months of some dates, or into the next month and is moved back from it."""
    firsts = {date.replace(day=1) for date in dates}
    firsts |= {(first + dt.timedelta(days=31)).replace(day=1) for first in firsts}
    return {date for first in firsts for date in of_month(first, effects)}


def _month_ends(first: dt.date, effects: CalendarEffects) -> Iterable[dt.date]:
    day, found = _last_of(first), 0
    while found < effects.month_end_days and day.month == first.month:
        if effects.kind_of(day) == "workday":
            found += 1
            yield day
        day -= dt.timedelta(days=1)


def _payments(days_of_month: tuple[int, ...]) -> Callable[[dt.date, CalendarEffects], Iterable[dt.date]]:
    def of_month(first: dt.date, effects: CalendarEffects) -> Iterable[dt.date]:
        for day in days_of_month:
            nominal = min(first + dt.timedelta(days=day - 1), _last_of(first))
            back = (nominal - dt.timedelta(days=i) for i in range(_LONGEST_BREAK_DAYS))
            yield next((date for date in back if effects.kind_of(date) == "workday"), nominal)

    return of_month


def _last_of(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)

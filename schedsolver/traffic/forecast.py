"""Forecasts of customers by outlet, activity, date and slot, with bands, ready to go into a problem."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from schedsolver.domain import Arrivals, Problem
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.errors import Fault, InvalidProblem
from schedsolver.traffic.bands import band
from schedsolver.traffic.counts import Counts
from schedsolver.traffic.effects import CalendarEffects
from schedsolver.traffic.layout import lay_out
from schedsolver.traffic.profiles import Memory, Profile, fit_profile

KEY = ["outlet", "activity", "date", "start"]


@dataclass(frozen=True)
class Forecast:
    """What traffic to expect.

    Attributes
    ----------
    table
        One row a slot: ``outlet``, ``activity``, ``date``, ``start`` (minutes after midnight), ``customers``
        (the mean), ``low`` and ``high`` (limits of the band, whole customers, both included).
    slot_minutes
        Length of a slot.
    band_share
        Probability that a slot's count lies in its band. Slots of one day stray together: do not add up limits.
    profiles
        What the forecast rests on, by outlet and activity.
    """

    table: pd.DataFrame
    slot_minutes: int
    band_share: float
    profiles: dict[tuple[str, str], Profile]

    @property
    def notes(self) -> pd.DataFrame:
        """Where history is short and what stands in for it: ``outlet``, ``activity``, ``note``."""
        rows = [(*key, note) for key, profile in self.profiles.items() for note in profile.notes]
        return pd.DataFrame(rows, columns=["outlet", "activity", "note"])

    def arrivals(self, slot_minutes: int | None = None, column: str = "customers") -> tuple[Arrivals, ...]:
        """Give the forecast as rows of ``Problem.traffic``; slots nobody is expected in have none.

        Parameters
        ----------
        slot_minutes
            Slots of the problem, of which one must hold whole slots of the forecast or the other way round;
            customers are added up, or spread evenly. By default those of the forecast.
        column
            ``"customers"`` for the mean, ``"high"`` or ``"low"`` to staff for a busy or a quiet case.

        Raises
        ------
        InvalidProblem
            If slots do not fit into each other, or there is no such column.
        """
        if column not in ("customers", "low", "high"):
            raise InvalidProblem([Fault("forecast", None, f'no column "{column}"; take customers, low or high')])
        table = _on_slots(self.table[[*KEY, column]], column, self.slot_minutes, slot_minutes or self.slot_minutes)
        rows = table[table[column] > 0].itertuples(index=False, name=None)
        return tuple(
            Arrivals(outlet_id=o, activity_id=a, date=date.date(), start=start, customers=round(float(customers), 6))
            for o, a, date, start, customers in rows
        )

    def arrivals_for(self, problem: Problem, column: str = "customers") -> tuple[tuple[Arrivals, ...], pd.DataFrame]:
        """Give the rows that a problem can take, and those it cannot, each with the reason.

        Parameters
        ----------
        problem
            Its outlets, activities, horizon, slots and opening hours count.
        column
            As for :meth:`arrivals`.

        Returns
        -------
        The rows for ``problem.replace(traffic=...)``, and a frame ``outlet``, ``activity``, ``date``, ``start``,
        ``customers``, ``why`` of what was left out.
        """
        taken, left = [], []
        for row in self.arrivals(problem.horizon.slot_minutes, column):
            why = _why_not(row, problem)
            if why:
                left.append((row.outlet_id, row.activity_id, row.date, row.start, row.customers, why))
            else:
                taken.append(row)
        return tuple(taken), pd.DataFrame(left, columns=[*KEY, "customers", "why"])


def forecast(
    counts: Counts,
    dates: Iterable[dt.date],
    effects: CalendarEffects | None = None,
    memory: Memory | None = None,
    band_share: float = 0.8,
) -> Forecast:
    """Forecast the customers of some dates from counts of the past.

    Parameters
    ----------
    counts
        The history; slots that are not in it are unknown, not empty.
    dates
        What to forecast; dates before the end of the history are fitted with knowledge of what came after.
    effects, memory
        What sets dates apart and how fast the past fades; see :mod:`schedsolver.traffic.profiles`.
    band_share
        How probable a slot's count is to lie in its band: negative binomial, as wide as past weeks strayed from
        what could have been said a week ahead, and wider where a calendar factor is little known.

    Raises
    ------
    InvalidProblem
        If there is no history, or a series of it has no customer.
    ValueError
        If ``band_share`` is not between 0 and 1.
    """
    days = sorted(set(dates))
    tables, profiles = [], {}
    for key, seen, starts, customers in series_of(counts):
        profile = fit_profile(seen, starts, customers, effects, memory)
        mean = profile.expected(days)
        low, high = band(band_share, mean, profile.dispersion_on(days)[:, None])
        columns = {"customers": mean.ravel(), "low": low.ravel(), "high": high.ravel()}
        tables.append(grid(key, days, starts).assign(**columns))
        profiles[key] = profile
    if not tables:
        raise InvalidProblem([Fault("counts", None, "there is no history to forecast from; give some weeks of it")])
    return Forecast(pd.concat(tables, ignore_index=True), counts.slot_minutes, band_share, profiles)


def seasonal_naive(counts: Counts, dates: Iterable[dt.date]) -> pd.DataFrame:
    """Forecast each slot as it was on the last such weekday for which it is known: the baseline.

    Returns
    -------
    Frame ``outlet``, ``activity``, ``date``, ``start``, ``customers``; not a number where no such day is known.
    """
    days = sorted(set(dates))
    tables = []
    for key, seen, starts, customers in series_of(counts):
        known = np.array([date.weekday() for date in seen])
        last = np.full((7, len(starts)), np.nan)
        for weekday in range(7):
            rows = pd.DataFrame(customers[known == weekday]).ffill()
            if len(rows):
                last[weekday] = rows.iloc[-1]
        table = grid(key, days, starts)
        tables.append(table.assign(customers=last[[date.weekday() for date in days]].ravel()))
    return pd.concat(tables, ignore_index=True)


def series_of(
    counts: Counts,
) -> Iterator[tuple[tuple[str, str], list[dt.date], NDArray[np.int64], NDArray[np.float64]]]:
    """Give, for each outlet and activity, its days, the begins of its slots, and counts by day and slot.

    Counts have shape ``(D, S)`` and are not a number where unknown.
    """
    for (outlet, activity), rows in counts.table.groupby(["outlet", "activity"], sort=True):
        dates, starts, customers = lay_out(rows, "customers")
        yield (str(outlet), str(activity)), [moment.date() for moment in dates], starts, customers


def grid(key: tuple[str, str], days: Sequence[dt.date], starts: NDArray[np.int64]) -> pd.DataFrame:
    """Give a row for each day and slot of one outlet and activity."""
    date = np.repeat(pd.to_datetime(list(days)).to_numpy(), len(starts))
    return pd.DataFrame({"outlet": key[0], "activity": key[1], "date": date, "start": np.tile(starts, len(days))})


def _on_slots(table: pd.DataFrame, column: str, have: int, want: int) -> pd.DataFrame:
    if max(have, want) % min(have, want) or MINUTES_PER_DAY % want:
        fault = f"{have}-minute slots do not fit into {want}-minute slots; count customers in 5, 10, 15 or 30 minutes"
        raise InvalidProblem([Fault("forecast", None, fault)])
    if want < have:
        parts = have // want
        finer = table.loc[table.index.repeat(parts)]
        step = np.tile(np.arange(parts) * want, len(table))
        return finer.assign(start=finer["start"] + step, **{column: finer[column] / parts})
    coarser = table.assign(start=table["start"] // want * want)
    return coarser.groupby(KEY, sort=False)[column].sum().reset_index()


def _why_not(row: Arrivals, problem: Problem) -> str:
    if row.outlet_id not in problem.outlet_index:
        return "the problem has no such outlet"
    if row.activity_id not in problem.activity_index:
        return "the problem has no such activity"
    if row.date not in problem.horizon:
        return "outside the horizon"
    end = row.start + problem.horizon.slot_minutes
    hours = problem.open_intervals(row.outlet_id, row.date)
    return "" if any(start <= row.start and end <= stop for start, stop in hours) else "outside the opening hours"

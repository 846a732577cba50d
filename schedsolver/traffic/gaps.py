"""Days and slots that are missing from counts, and silences that look like a machine that was off."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from schedsolver.domain.base import format_clock
from schedsolver.traffic.layout import lay_out

Mask = NDArray[np.bool_]

# Nobody comes where so many are usual less than once in a hundred million times, by Poisson.
_SILENT_CUSTOMERS = 20.0
_USUAL_SHARE = 0.5
_FEW_WEEKS = 4
_TIMES_USUAL = 5.0
_CLOSED = "taken as unknown; right if the outlet was closed, if not, find the records"
_UNKNOWN = "taken as unknown; give 0 if nobody came"
_SILENT = "kept as 0; if the machine was off, leave these slots out"
_HIGH = "kept; look whether something was counted twice"


def gap_remarks(table: pd.DataFrame, slot_minutes: int) -> Iterator[pd.DataFrame]:
    """Give remarks on what is missing, silent or far too high in counts, as a report has them.

    Parameters
    ----------
    table
        ``outlet``, ``activity``, ``date``, ``start``, ``customers`` and ``row``, each slot once.
    slot_minutes
        Length of a slot.
    """
    for (outlet, activity), rows in table.groupby(["outlet", "activity"], sort=False):
        dates, starts, counts = _by_day(rows, "customers")
        numbers = _rows_before(_by_day(rows, "row")[2])
        lost_days, masks = _odd_slots(counts, dates.day_of_week.to_numpy())
        for day in lost_days:
            value = f"{outlet}, {activity}, {dates[day].date()}"
            yield _remark(numbers[day, 0], "date", value, "day without any rows", "left out", _CLOSED)
        for (what, action, advice), mask in masks.items():
            for day, first, last in _runs(mask):
                span = f"{format_clock(int(starts[first]))}-{format_clock(int(starts[last]) + slot_minutes)}"
                value = f"{outlet}, {activity}, {dates[day].date()} {span}"
                yield _remark(numbers[day, first], "customers", value, what, action, advice)


def _odd_slots(
    counts: NDArray[np.float64], weekday: NDArray[np.int64]
) -> tuple[list[int], dict[tuple[str, str, str], Mask]]:
    """Give the days that should be there, and for each kind of finding the slots it is true of."""
    known: Mask = np.isfinite(counts)
    has_day: Mask = np.asarray(known.any(axis=1))
    often = _mean_by_weekday(has_day[:, None].astype(float), weekday)[:, 0] >= _USUAL_SHARE
    usually = _mean_by_weekday(np.where(has_day[:, None], known, np.nan), weekday) >= _USUAL_SHARE
    usual = _median_by_weekday(counts, weekday)
    return np.flatnonzero(often & ~has_day).tolist(), {
        ("slots missing from a day", "left out", _UNKNOWN): np.asarray(usually & ~known & has_day[:, None]),
        ("no customer for long where many are usual", "kept", _SILENT): _long_silences(counts, usual),
        ("more than five times the usual count", "kept", _HIGH): counts > _TIMES_USUAL * (usual + _TIMES_USUAL),
    }


def _by_day(rows: pd.DataFrame, column: str) -> tuple[pd.DatetimeIndex, NDArray[np.int64], NDArray[np.float64]]:
    """Lay out a column by day and slot, days without rows included."""
    dates, starts, values = lay_out(rows, column)
    every = pd.date_range(dates[0], dates[-1], freq="D")
    wide = np.full((len(every), len(starts)), np.nan)
    wide[every.get_indexer(dates)] = values
    return every, starts, wide


def _rows_before(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the row of each slot, or of the last slot before that has one."""
    flat = pd.Series(numbers.ravel()).ffill().bfill()
    return flat.to_numpy().astype(np.int64).reshape(numbers.shape)


def _mean_by_weekday(values: NDArray[np.float64], weekday: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give, for each day, the mean over all days of its weekday; not a number does not count."""
    frame = pd.DataFrame(values)
    return frame.groupby(weekday).transform("mean").to_numpy()


def _median_by_weekday(counts: NDArray[np.float64], weekday: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the median of each slot by weekday; not a number where there are few such days."""
    groups = pd.DataFrame(counts).groupby(weekday)
    return groups.transform("median").where(groups.transform("count") >= _FEW_WEEKS).to_numpy()


def _long_silences(counts: NDArray[np.float64], usual: NDArray[np.float64]) -> Mask:
    """Mark runs of slots without a customer in which enough are usual in all."""
    silent = np.zeros(counts.shape, dtype=bool)
    for day, first, last in _runs(counts == 0):
        if np.nansum(usual[day, first : last + 1]) >= _SILENT_CUSTOMERS:
            silent[day, first : last + 1] = True
    return silent


def _runs(mask: Mask) -> Iterator[tuple[int, int, int]]:
    """Give the day, first and last slot of each unbroken run within a day."""
    edges = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    day, first = np.nonzero(edges == 1)
    last = np.nonzero(edges == -1)[1] - 1
    yield from zip(day.tolist(), first.tolist(), last.tolist(), strict=True)


def _remark(row: int, column: str, value: str, what: str, action: str, advice: str) -> pd.DataFrame:
    told = {"row": [int(row)], "column": [column], "value": [value], "what": [what], "action": [action]}
    return pd.DataFrame(told | {"advice": [advice]})

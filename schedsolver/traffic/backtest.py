"""How far forecasts were off in weeks they had not seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from schedsolver.errors import Fault, InvalidProblem
from schedsolver.traffic.counts import Counts
from schedsolver.traffic.forecast import KEY, seasonal_naive

# Given a history and dates, a frame outlet, activity, date, start, customers, and low and high where it has bands.
# Any forecasting library can be tried by wrapping it as one.
Method = Callable[[Counts, Sequence[dt.date]], pd.DataFrame]


def wape(actual: ArrayLike, expected: ArrayLike) -> float:
    """Give the weighted absolute percentage error: all absolute errors over all customers.

    Parameters
    ----------
    actual, expected
        Customers by slot, of one shape.

    Raises
    ------
    ValueError
        If shapes differ or no customer came.
    """
    came, said = np.asarray(actual, float), np.asarray(expected, float)
    if came.shape != said.shape:
        raise ValueError(f"actual has shape {came.shape}, expected {said.shape}; give the same slots of both")
    if not came.sum() > 0:
        raise ValueError("no customer came, so there is no error relative to customers; take longer periods")
    return float(np.abs(came - said).sum() / came.sum())


def backtest(
    counts: Counts,
    methods: Mapping[str, Method],
    first_days: Iterable[dt.date],
    days: int = 7,
    lead_days: int = 1,
) -> pd.DataFrame:
    """Forecast periods of the past from what was known before them, and compare with what came.

    Parameters
    ----------
    counts
        The whole history.
    methods
        Forecasts to try, by name; seasonal-naive is added.
    first_days
        First day of each period held back.
    days
        Length of a period.
    lead_days
        The last day known is so many days before the first of the period.

    Returns
    -------
    One row a period and method: ``first_day``, ``method``, ``customers`` that came, ``absolute_error`` summed over
    slots, ``wape``, ``covered`` (share of slots within the band, not a number where there is none), ``slots``.

    Raises
    ------
    InvalidProblem
        If a period is not in the history, has no history before it, or a method leaves a slot out.
    """
    rows = []
    for first in first_days:
        begin, known_to = pd.Timestamp(first), pd.Timestamp(first) - pd.Timedelta(days=lead_days)
        dates = [first + dt.timedelta(days=i) for i in range(days)]
        date = counts.table["date"]
        actual = counts.table[(date >= begin) & (date < begin + pd.Timedelta(days=days))]
        known = counts.up_to(known_to)
        if actual.empty or known.table.empty:
            raise InvalidProblem([Fault("counts", None, f"there are no counts for the period from {first}, or before")])
        for name, method in {"seasonal_naive": seasonal_naive, **methods}.items():
            rows.append((first, name, *_judged(name, actual, method(known, dates))))
    columns = ["first_day", "method", "customers", "absolute_error", "wape", "covered", "slots"]
    return pd.DataFrame(rows, columns=columns)


def totals(tested: pd.DataFrame) -> pd.DataFrame:
    """Sum a backtest up by method: ``wape`` over all periods, ``covered``, ``periods``, ``best_of`` periods."""
    best = tested.loc[tested.groupby("first_day")["wape"].idxmin(), "method"].value_counts()
    by_method = tested.assign(inside=tested["covered"] * tested["slots"]).groupby("method")
    summed = by_method[["customers", "absolute_error", "slots"]].sum()
    table = pd.DataFrame({"periods": by_method.size(), "wape": summed["absolute_error"] / summed["customers"]})
    table["covered"] = by_method["inside"].sum(min_count=1) / summed["slots"]
    return table.assign(best_of=best.reindex(table.index, fill_value=0)).sort_values("wape")


def _judged(name: str, actual: pd.DataFrame, said: pd.DataFrame) -> tuple[float, float, float, float, int]:
    both = actual.merge(said, on=KEY, how="left", suffixes=("", "_said"), validate="one_to_one")
    came, expected = both["customers"], both["customers_said"]
    if expected.isna().any():
        where = both[expected.isna()].iloc[0]
        missing = f"{where['outlet']}, {where['activity']}, {where['date'].date()}, minute {where['start']}"
        fault = f'the forecast "{name}" says nothing of {int(expected.isna().sum())} slots, first {missing}'
        raise InvalidProblem([Fault("backtest", None, f"{fault}; hold back later periods")])
    banded = {"low", "high"} <= set(both.columns)
    covered = float(came.between(both["low"], both["high"]).mean()) if banded else np.nan
    return float(came.sum()), float((came - expected).abs().sum()), wape(came, expected), covered, len(both)

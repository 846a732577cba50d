"""Counts made by a known law, to find it again."""

import datetime as dt

import numpy as np
import pandas as pd

from schedsolver.traffic.counts import Counts
from schedsolver.traffic.reading import Remarks

MONDAY = dt.date(2026, 3, 2)
STARTS = np.array([540, 570, 600, 630])
SHARES = np.array([0.1, 0.4, 0.3, 0.2])
BY_WEEKDAY = np.array([100.0, 80, 80, 80, 60, 40, 20])


def days(number: int, first: dt.date = MONDAY) -> list[dt.date]:
    return [first + dt.timedelta(days=i) for i in range(number)]


def lawful(dates) -> np.ndarray:
    """Customers by weekday, spread over four slots."""
    return BY_WEEKDAY[[date.weekday() for date in dates]][:, None] * SHARES


def counts_from(dates, customers, outlet="Hub", activity="counter", starts=STARTS, slot_minutes=30) -> Counts:
    table = pd.DataFrame(
        {
            "outlet": outlet,
            "activity": activity,
            "date": np.repeat(pd.to_datetime(list(dates)).to_numpy(), len(starts)),
            "start": np.tile(starts, len(dates)),
            "customers": np.asarray(customers, float).ravel(),
        }
    )
    return Counts(table.dropna(ignore_index=True), slot_minutes, Remarks(np.arange(len(table))).report())

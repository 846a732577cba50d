"""Counts of one outlet and activity laid out by day and slot."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def lay_out(rows: pd.DataFrame, column: str) -> tuple[pd.DatetimeIndex, NDArray[np.int64], NDArray[np.float64]]:
    """Lay out a column by ``date`` and ``start``, each pair of which is there at most once.

    Returns
    -------
    The dates, ascending; the begins of slots, ascending; the values, not a number where there is no row, of shape
    ``(D, S)``.
    """
    dates, day = np.unique(rows["date"].to_numpy(), return_inverse=True)
    starts, slot = np.unique(rows["start"].to_numpy(np.int64), return_inverse=True)
    values = np.full((len(dates), len(starts)), np.nan)
    values[day, slot] = rows[column].to_numpy(float)
    return pd.DatetimeIndex(dates), starts, values

"""The hours that a change of the clock repeats or skips."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from schedsolver.errors import Fault, InvalidProblem

Mask = NDArray[np.bool_]


def changes(moments: pd.Series, timezone: str | None) -> tuple[Mask, Mask]:
    """Tell which local moments come twice, and which never, by the clock of a time zone; none without one.

    Raises
    ------
    InvalidProblem
        If there is no such time zone.
    """
    if timezone is None:
        return np.zeros(len(moments), dtype=bool), np.zeros(len(moments), dtype=bool)
    first, second = (_universal(moments, timezone, summer) for summer in (True, False))
    back = first.dt.tz_localize("UTC").dt.tz_convert(timezone).dt.tz_localize(None)
    present = moments.notna().to_numpy()
    return (first != second).to_numpy() & present, (back != moments).to_numpy() & present


def elapsed_seconds(begin: pd.Series, end: pd.Series, timezone: str | None) -> NDArray[np.float64]:
    """Give the seconds from one local moment to another, a change of the clock in between allowed for.

    Where an hour comes twice, the shortest time that is not negative is taken; not a number where a moment is missing.
    """
    if timezone is None:
        return np.asarray((end - begin).dt.total_seconds(), dtype=float)
    zones = (
        [_universal(begin, timezone, s) for s in (True, False)],
        [_universal(end, timezone, s) for s in (True, False)],
    )
    spans = np.array([(e - b).dt.total_seconds() for b, e in itertools.product(*zones)], dtype=float)
    shortest = np.where(spans >= 0, spans, np.inf).min(axis=0)
    missing = np.isnan(spans).any(axis=0)
    return np.where(missing, np.nan, np.where(np.isinf(shortest), spans[0], shortest))


def _universal(moments: pd.Series, timezone: str, summer: bool) -> pd.Series:
    """Give moments in UTC, those that come twice as in summer time or not, those that never came an hour later."""
    twice = np.full(len(moments), summer)
    try:
        local = moments.dt.tz_localize(timezone, ambiguous=twice, nonexistent=pd.Timedelta(hours=1))
    except (KeyError, OSError):
        fault = f'there is no time zone "{timezone}"; give a name such as Europe/Berlin or Asia/Shanghai'
        raise InvalidProblem([Fault("timezone", None, fault)]) from None
    universal: pd.Series = local.dt.tz_convert("UTC").dt.tz_localize(None)
    return universal

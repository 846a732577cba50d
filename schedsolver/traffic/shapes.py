"""How the customers of a day spread over its slots, by weekday and kind of day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from schedsolver.domain.arrays import FloatArray

_KINDS = ("workday", "rest", "holiday")


@dataclass(frozen=True)
class Shapes:
    """Shares of a day's customers by slot; each row adds up to 1.

    Attributes
    ----------
    of_kind
        Days that are not worked like their weekday, and what weekdays are drawn to: workdays, rest days,
        holidays; shape ``(3, S)``.
    of_weekday
        Ordinary days, from Monday; shape ``(7, S)``.
    before_holiday
        The day before a holiday; shape ``(S,)``.
    before_holiday_weight
        How far such a day follows ``before_holiday`` rather than its own weekday; in ``[0, 1]``.
    """

    of_kind: FloatArray
    of_weekday: FloatArray
    before_holiday: FloatArray
    before_holiday_weight: float

    def of(self, features: pd.DataFrame) -> FloatArray:
        """Give the shares of some days, see :func:`schedsolver.traffic.effects.day_features`; shape ``(D, S)``."""
        weekday = features["weekday"].to_numpy(int)
        own = np.where((weekday >= 0)[:, None], self.of_weekday[weekday], self.of_kind[kind_index(features)])
        weight = np.where(features["before_holiday"], self.before_holiday_weight, 0.0)[:, None]
        return (1.0 - weight) * own + weight * self.before_holiday


def fit_shapes(
    features: pd.DataFrame, customers: FloatArray, weight: FloatArray, day_totals: FloatArray, prior_customers: float
) -> Shapes:
    """Estimate shapes from a history.

    Days of a class that has few customers are drawn to a wider class: weekdays to all days of their kind, kinds to
    all days, each as if ``prior_customers`` more had come and spread as they do there (a Dirichlet prior).

    Parameters
    ----------
    features
        Of each day; see :func:`schedsolver.traffic.effects.day_features`.
    customers
        By day and slot, 0 where unknown; shape ``(D, S)``.
    weight
        What each count weighs, 0 where unknown; shape ``(D, S)``.
    day_totals
        Customers of each whole day, as far as known or estimated; shape ``(D,)``.
    prior_customers
        See above.
    """
    kind, weekday = kind_index(features), features["weekday"].to_numpy(int)
    came, could = weight * customers, weight * day_totals[:, None]

    def share(days: NDArray[np.bool_], wider: FloatArray) -> FloatArray:
        drawn = (came[days].sum(axis=0) + prior_customers * wider) / (could[days].sum(axis=0) + prior_customers)
        return np.asarray(drawn / drawn.sum())

    # No prior here: where nobody ever came, as outside the opening hours, nobody is expected.
    ratio = came.sum(axis=0) / np.maximum(could.sum(axis=0), 1e-9)
    overall = ratio / ratio.sum()
    of_kind = np.array([share(kind == k, overall) for k in range(len(_KINDS))])
    kind_of_weekday = [int(np.max(kind[weekday == w], initial=0)) for w in range(7)]
    of_weekday = np.array([share(weekday == w, of_kind[kind_of_weekday[w]]) for w in range(7)])
    before = features["before_holiday"].to_numpy(bool)
    behind = float(could[before].mean(axis=1).sum()) if before.any() else 0.0
    return Shapes(of_kind, of_weekday, share(before, overall), behind / (behind + prior_customers))


def kind_index(features: pd.DataFrame) -> NDArray[np.int64]:
    """Give 0 for workdays, 1 for rest days, 2 for holidays; shape ``(D,)``."""
    return features["kind"].map({kind: i for i, kind in enumerate(_KINDS)}).to_numpy().astype(np.int64)

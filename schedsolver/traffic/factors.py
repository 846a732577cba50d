"""What weekdays and calendar effects multiply a day's customers by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from schedsolver.domain.arrays import FloatArray

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Standard deviation of the logarithm of a factor before any history is seen; EFFECT_SPREAD for all others.
PRIOR_SPREAD = {"ordinary_day": 5.0, "rest_day": 1.5, "holiday": 1.0} | dict.fromkeys(WEEKDAYS, 0.5)
EFFECT_SPREAD = 0.3
Z_90 = 1.6449
_STEPS = 30


@dataclass(frozen=True)
class Factors:
    """Logarithms of factors with their uncertainty.

    Attributes
    ----------
    names
        The mean of an ordinary workday, rest days against it, each weekday, each calendar effect.
    log_factors
        Shape ``(P,)``; the first is the logarithm of customers, the others of factors.
    covariance
        Of their estimates; shape ``(P, P)``.
    days
        Days of history behind each; shape ``(P,)``.
    """

    names: tuple[str, ...]
    log_factors: FloatArray
    covariance: FloatArray
    days: NDArray[np.int64]

    def day_totals(self, features: pd.DataFrame) -> FloatArray:
        """Give the customers of some days at the mean level of the history; shape ``(D,)``."""
        return np.asarray(np.exp(design(features, self.names) @ self.log_factors))

    def relative_variance(self, features: pd.DataFrame) -> FloatArray:
        """Give the squared coefficient of variation of those, from factors not being well known; shape ``(D,)``."""
        rows = design(features, self.names)
        return np.asarray(np.exp(np.einsum("dp,pq,dq->d", rows, self.covariance, rows)) - 1.0)

    def table(self, weekend: tuple[int, ...]) -> pd.DataFrame:
        """Give each factor, days behind it and an interval that holds it with probability 0.9.

        Those of weekdays are against the mean of all weekdays of the weekend, or of all others.
        """
        contrast = np.eye(len(self.names))
        resting = np.isin(np.arange(len(WEEKDAYS)), weekend)
        alike = resting[:, None] == resting
        first = self.names.index(WEEKDAYS[0])
        own = slice(first, first + len(WEEKDAYS))
        contrast[own, own] -= alike / alike.sum(axis=1, keepdims=True)
        logs = contrast @ self.log_factors
        reach = Z_90 * np.sqrt(np.einsum("ip,pq,iq->i", contrast, self.covariance, contrast))
        factors = {"factor": np.exp(logs), "low": np.exp(logs - reach), "high": np.exp(logs + reach)}
        return pd.DataFrame({"effect": self.names, "days": self.days} | factors).iloc[1:].reset_index(drop=True)


def design(features: pd.DataFrame, names: tuple[str, ...]) -> FloatArray:
    """Give which factors apply to which days, 1 or 0; shape ``(D, P)``.

    Rest days and holidays start from the factor of rest days; the days of :data:`WEEKDAYS` are those worked as usual.
    """
    weekday = features["weekday"].to_numpy(int)
    columns = {"ordinary_day": np.ones(len(features)), "rest_day": features["kind"].ne("workday").to_numpy(float)}
    columns |= {name: (weekday == i).astype(float) for i, name in enumerate(WEEKDAYS)}
    rows = [columns[name] if name in columns else features[name].to_numpy(float) for name in names]
    return np.stack(rows, axis=1)


def fit_factors(
    features: pd.DataFrame,
    effect_names: tuple[str, ...],
    totals: FloatArray,
    exposure: FloatArray,
    dispersion: FloatArray,
) -> Factors:
    """Estimate factors from day totals.

    A log-linear regression with negative binomial noise, by iteratively reweighted least squares (P. McCullagh and
    J. A. Nelder, Generalized Linear Models, 2nd edition, 1989, chapters 2.5 and 9), with a normal prior on each
    logarithm: around no effect, as wide as :data:`PRIOR_SPREAD` says. A factor without history is its prior.

    Parameters
    ----------
    features
        Of each day; see :func:`schedsolver.traffic.effects.day_features`.
    effect_names
        The calendar effects among its columns.
    totals
        Customers counted on each day; shape ``(D,)``.
    exposure
        What part of a day's customers at the mean level that would be; 0 leaves the day out; shape ``(D,)``.
    dispersion
        ``phi`` in ``variance = mean + phi * mean**2`` of each day; shape ``(D,)``.
    """
    names = ("ordinary_day", "rest_day", *WEEKDAYS, *effect_names)
    used = exposure > 0
    rows, counts, offset, phi = design(features, names)[used], totals[used], np.log(exposure[used]), dispersion[used]
    precision = np.array([PRIOR_SPREAD.get(name, EFFECT_SPREAD) for name in names]) ** -2.0
    centre = np.zeros(len(names))
    centre[0] = np.log(counts.sum() / exposure[used].sum())
    found = centre
    for _ in range(_STEPS):
        linear = np.clip(rows @ found + offset, -20.0, 20.0)
        mean = np.exp(linear)
        weight = mean / (1.0 + phi * mean)
        # Far from the answer a full step can overshoot beyond return.
        response = linear - offset + np.clip((counts - mean) / mean, -1.0, 3.0)
        information = rows.T @ (weight[:, None] * rows) + np.diag(precision)
        step = np.linalg.solve(information, rows.T @ (weight * response) + precision * centre) - found
        found = found + step
        if np.abs(step).max() < 1e-9:
            break
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    return Factors(names, found, covariance, rows.sum(axis=0).astype(np.int64))

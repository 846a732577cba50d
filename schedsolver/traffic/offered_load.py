"""Load of a day whose arrivals change: the work of a slot lags behind its arrivals.

A formula for the long run fed with the arrivals of each slot alone (SIPP: stationary, independent, period by period)
forgets that customers of a busy half-hour are still being served in the next. What is offered at time ``t`` is the
number of customers who would be in service were there always a free server.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from schedsolver.domain.arrays import FloatArray
from schedsolver.traffic.service_law import ServiceLaw


def stationary_load(customers: ArrayLike, slot_minutes: float, law: ServiceLaw) -> FloatArray:
    """Give the load in erlangs of each slot as if its arrivals went on for ever.

    Parameters
    ----------
    customers
        Expected arrivals by slot, shape ``(..., slots)``.
    slot_minutes
        Length of a slot.
    law
        The service.

    Raises
    ------
    ValueError
        If customers are negative or not numbers, or the slot is not positive.
    """
    return _rates(customers, slot_minutes) * law.mean_minutes


def lagged_load(customers: ArrayLike, slot_minutes: float, law: ServiceLaw) -> FloatArray:
    """Give the mean load of each slot from arrivals moved later by the mean rest of a service.

    Source: S. G. Eick, W. A. Massey and W. Whitt, "The physics of the Mt/G/inf queue" (1993): to first order
    ``m(t) = rate(t - E[S^2] / (2 E[S])) E[S]``. Parameters and errors are those of :func:`stationary_load`; no
    customers come before the first slot.
    """
    rates = _rates(customers, slot_minutes)
    edges = np.arange(rates.shape[-1] + 1.0)
    arrived = np.concatenate([np.zeros((*rates.shape[:-1], 1)), rates.cumsum(axis=-1)], axis=-1)
    earlier = edges - law.residual_minutes / slot_minutes
    lagged = np.apply_along_axis(lambda row: np.interp(earlier, edges, row), -1, arrived)
    return np.asarray(np.diff(lagged, axis=-1) * law.mean_minutes, float)


def modified_offered_load(
    customers: ArrayLike, slot_minutes: float, law: ServiceLaw, *, delay_minutes: float = 0.0, points: int = 10
) -> FloatArray:
    """Give the mean of the load offered during each slot, to be used in formulas for the long run.

    ``m(t) = integral over u of rate(t - u) P(S > u) du``, exact for arrivals constant within a slot, averaged over
    moments of the slot. Source: O. B. Jennings, A. Mandelbaum, W. A. Massey and W. Whitt, "Server staffing to meet
    time-varying demand" (1996).

    Parameters
    ----------
    customers, slot_minutes, law
        As for :func:`stationary_load`.
    delay_minutes
        Customers begin their service so much later; where they are to wait rather than to be served at once (Y. Liu
        and W. Whitt, "Stabilizing customer abandonment in many-server queues with time-varying arrivals", 2012).
    points
        Moments per slot that are averaged, at least 1.

    Returns
    -------
    Erlangs, shape ``(..., slots)``; nothing is in service before the first slot.

    Raises
    ------
    ValueError
        As :func:`stationary_load`, or if the delay is negative or there are no points.
    """
    rates = _rates(customers, slot_minutes)
    if not delay_minutes >= 0 or points < 1:
        raise ValueError("delay_minutes must not be negative and points must be at least 1")
    slots = rates.shape[-1]
    moment = (np.arange(points) + 0.5) / points * slot_minutes - delay_minutes
    # Of the arrivals of slot k the part still in service at a moment of slot s depends on s - k alone.
    since_start = np.arange(slots)[:, None] * slot_minutes + moment
    so_far = law.expected_minimum(np.maximum(since_start, 0.0))
    before = law.expected_minimum(np.maximum(since_start - slot_minutes, 0.0))
    kernel = (so_far - before).mean(axis=1)
    lag = np.arange(slots)[:, None] - np.arange(slots)
    weights = np.where(lag >= 0, kernel[np.maximum(lag, 0)], 0.0) if slots else np.zeros((0, 0))
    return np.asarray(rates @ weights.T, float)


def _rates(customers: ArrayLike, slot_minutes: float) -> FloatArray:
    expected = np.asarray(customers, float)
    if expected.ndim == 0:
        raise ValueError("customers must be given slot by slot, in an array whose last axis is the slots")
    if not np.all(np.isfinite(expected)) or np.any(expected < 0):
        raise ValueError("customers must be numbers, at least 0")
    if not slot_minutes > 0:
        raise ValueError(f"slot_minutes is {slot_minutes}; it must be positive")
    return expected / slot_minutes

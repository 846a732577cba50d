"""Erlang C: the waiting queue with Poisson arrivals, exponential service and patient customers.

All functions take arrays and broadcast them. Offered load is in erlangs: arrivals per minute times
mean service minutes. Source: A. K. Erlang (1917); formulas as in R. B. Cooper, Introduction to
Queueing Theory, 2nd edition (1981), chapter 3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from schedsolver.domain.arrays import FloatArray

MOST_SERVERS = 10_000


def erlang_b(servers: ArrayLike, load: ArrayLike) -> FloatArray:
    """Give the share of customers lost when none may wait.

    Uses the recursion ``1/B(k) = 1 + k / load / B(k-1)``, which neither overflows nor cancels.

    Parameters
    ----------
    servers
        Number of servers, whole and at least 0; any shape.
    load
        Offered load in erlangs, at least 0; broadcast against ``servers``.

    Returns
    -------
    Probability of loss, of the broadcast shape.

    Raises
    ------
    ValueError
        If an argument is negative, not a number, or ``servers`` is not whole.
    """
    counts, loads = _validated(servers, load)
    loss = np.ones(counts.shape)
    for k in range(1, int(counts.max(initial=0)) + 1):
        active = counts >= k
        step = loads * loss
        loss = np.where(active, step / (k + step), loss)
    return loss


def erlang_c(servers: ArrayLike, load: ArrayLike) -> FloatArray:
    """Give the probability that a customer must wait; 1 when the load reaches the servers.

    Parameters and errors are those of :func:`erlang_b`.
    """
    counts, loads = _validated(servers, load)
    loss = erlang_b(counts, loads)
    stable = loads < counts
    denominator = np.where(stable, counts - loads * (1.0 - loss), 1.0)
    return np.where(stable, counts * loss / denominator, 1.0)


def service_level(servers: ArrayLike, load: ArrayLike, service_time: ArrayLike, wait_limit: ArrayLike) -> FloatArray:
    """Give the share of customers who wait no longer than a limit; 0 when the load reaches the servers.

    Parameters
    ----------
    servers, load
        As for :func:`erlang_b`.
    service_time, wait_limit
        Mean service time and the limit, in the same unit.

    Returns
    -------
    Share in ``[0, 1]``, of the broadcast shape.

    Raises
    ------
    ValueError
        As :func:`erlang_b`, or if the service time is not positive or the limit negative.
    """
    counts, loads = _validated(servers, load)
    mean, limit = _validated_times(service_time, wait_limit)
    spare = np.maximum(counts - loads, 0.0)
    level = 1.0 - erlang_c(counts, loads) * np.exp(-spare * limit / mean)
    return np.where(loads < counts, level, 0.0)


def mean_wait(servers: ArrayLike, load: ArrayLike, service_time: ArrayLike) -> FloatArray:
    """Give the mean wait of all customers, in the unit of the service time; infinite when unstable.

    Parameters and errors are those of :func:`service_level`.
    """
    counts, loads = _validated(servers, load)
    mean, _ = _validated_times(service_time, 0.0)
    stable = loads < counts
    spare = np.where(stable, counts - loads, 1.0)
    return np.where(stable, erlang_c(counts, loads) * mean / spare, np.inf)


def heads_needed(
    load: ArrayLike, service_time: ArrayLike, wait_limit: ArrayLike, target_share: ArrayLike
) -> NDArray[np.int64]:
    """Give the fewest servers with which the target share of customers waits within the limit.

    Parameters
    ----------
    load
        Offered load in erlangs; any shape.
    service_time, wait_limit
        In the same unit; broadcast against ``load``.
    target_share
        Share in ``(0, 1)``; broadcast against ``load``.

    Returns
    -------
    Whole numbers of the broadcast shape; 0 where the load is 0.

    Raises
    ------
    ValueError
        As :func:`service_level`, if the target is outside ``(0, 1)``, or if more than
        ``MOST_SERVERS`` would be needed.
    """
    _, loads = _validated(0, load)
    loads, mean, limit, target = np.broadcast_arrays(
        loads, *_validated_times(service_time, wait_limit), np.asarray(target_share, float)
    )
    if not np.all((target > 0) & (target < 1)):
        raise ValueError("target_share must lie between 0 and 1, both excluded")
    heads = np.where(loads > 0, np.floor(np.minimum(loads, MOST_SERVERS)).astype(np.int64) + 1, 0)
    short = np.asarray(loads > 0)
    while np.any(short):
        if np.any(heads > MOST_SERVERS):
            raise ValueError(f"{loads.max():g} erlangs of load need more than {MOST_SERVERS} servers; check its unit")
        level = service_level(heads[short], loads[short], mean[short], limit[short])
        missing = level < target[short]
        heads[short] += missing
        short[short] = missing
    return heads


def _validated(servers: ArrayLike, load: ArrayLike) -> tuple[FloatArray, FloatArray]:
    counts, loads = np.broadcast_arrays(np.asarray(servers, float), np.asarray(load, float))
    if not np.all(np.isfinite(counts)) or np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("servers must be whole numbers, at least 0")
    if not np.all(np.isfinite(loads)) or np.any(loads < 0):
        raise ValueError("load must be a number of erlangs, at least 0")
    return counts, loads


def _validated_times(service_time: ArrayLike, wait_limit: ArrayLike) -> tuple[FloatArray, FloatArray]:
    mean, limit = np.asarray(service_time, float), np.asarray(wait_limit, float)
    if not np.all(mean > 0) or not np.all(limit >= 0):
        raise ValueError("service_time must be positive and wait_limit must not be negative")
    return mean, limit

"""Quantiles of counts that vary more than Poisson: the negative binomial distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Below this the distribution is Poisson to nine digits, and the formula with 1 / phi loses them.
_LEAST_DISPERSION = 1e-9
# Logarithm of a term beyond the mean that no longer adds to a sum near 1, which rounding may keep from its goal.
_NOTHING_LEFT = -60.0


def negative_binomial_quantile(probability: float, mean: ArrayLike, dispersion: ArrayLike) -> NDArray[np.int64]:
    """Give the least count that is not exceeded with at least some probability.

    The distribution has the given mean and ``variance = mean + dispersion * mean**2`` (type 2 of A. C. Cameron and
    P. K. Trivedi, Regression Analysis of Count Data, 2nd edition, 2013, chapter 3.3). Its terms follow from
    ``p(k+1) / p(k) = (r + k) / (k + 1) * mean / (r + mean)`` with ``r = 1 / dispersion``, summed in logarithms so that
    none vanishes.

    Parameters
    ----------
    probability
        In ``(0, 1)``.
    mean, dispersion
        At least 0; broadcast against each other. A dispersion of 0 is Poisson.

    Returns
    -------
    Counts of the broadcast shape.

    Raises
    ------
    ValueError
        If an argument is out of range or not a number.
    """
    if not 0 < probability < 1:
        raise ValueError(f"probability is {probability}; it must lie between 0 and 1, both excluded")
    means, phi = np.broadcast_arrays(np.asarray(mean, float), np.asarray(dispersion, float))
    if not (np.all(np.isfinite(means)) and np.all(np.isfinite(phi)) and np.all(means >= 0) and np.all(phi >= 0)):
        raise ValueError("mean and dispersion must be numbers, at least 0")
    size = 1.0 / np.maximum(phi.ravel(), _LEAST_DISPERSION)
    flat = means.ravel()
    quantile = np.zeros(flat.shape, dtype=np.int64)
    cells = np.flatnonzero(flat > 0)
    log_term = -size * np.log1p(flat / size)
    log_ratio = np.log(np.where(flat > 0, flat, 1.0) / (size + flat))
    below = np.exp(log_term)
    k = 0
    while (
        cells := cells[(below[cells] < probability) & ((k <= flat[cells]) | (log_term[cells] > _NOTHING_LEFT))]
    ).size:
        log_term[cells] += np.log((size[cells] + k) / (k + 1)) + log_ratio[cells]
        below[cells] += np.exp(log_term[cells])
        k += 1
        quantile[cells] = k
    return quantile.reshape(means.shape)


def band(share: float, mean: ArrayLike, dispersion: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the limits, both included, between which a count lies with at least the given probability.

    Parameters and errors are those of :func:`negative_binomial_quantile`; what is left over is split evenly.
    """
    if not 0 < share < 1:
        raise ValueError(f"the share of a band is {share}; it must lie between 0 and 1, both excluded")
    low = negative_binomial_quantile((1.0 - share) / 2.0, mean, dispersion)
    return low, negative_binomial_quantile((1.0 + share) / 2.0, mean, dispersion)

"""How long service takes: its distribution, and what queueing formulas want to know of it."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from schedsolver.domain.arrays import FloatArray
from schedsolver.domain.base import Model


class ServiceLaw(Model):
    """A distribution of service times.

    Attributes
    ----------
    mean_minutes
        Mean service time.
    cv
        Coefficient of variation: standard deviation over mean.
    shape
        ``"exponential"`` (``cv`` is 1), ``"lognormal"``, or ``"constant"`` (``cv`` is 0).
    """

    mean_minutes: Annotated[float, Field(gt=0, le=1440)]
    cv: Annotated[float, Field(ge=0, le=20)] = 1.0
    shape: Literal["exponential", "lognormal", "constant"] = "exponential"

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        only = {"exponential": 1.0, "constant": 0.0}.get(self.shape, self.cv)
        if self.cv != only:
            raise ValueError(f'{self.shape} service has cv {only:g}, not {self.cv:g}; for another use "lognormal"')
        if self.shape == "lognormal" and self.cv == 0:
            raise ValueError('lognormal service needs a cv above 0; for one that never varies use "constant"')
        return self

    @classmethod
    def of(cls, mean_minutes: float, cv: float = 1.0) -> ServiceLaw:
        """Give the law of a mean and cv: constant for 0, exponential for 1, lognormal for any other."""
        shape: Literal["exponential", "lognormal", "constant"] = "lognormal"
        if cv in (0, 1):
            shape = "exponential" if cv else "constant"
        return cls(mean_minutes=mean_minutes, cv=cv, shape=shape)

    @property
    def residual_minutes(self) -> float:
        """Mean rest of the service that a random moment falls into: ``E[S^2] / (2 E[S])``."""
        return two_moment_time(self.mean_minutes, self.cv)

    def expected_minimum(self, minutes: ArrayLike) -> FloatArray:
        """Give ``E[min(S, x)]``, the part of a service done after ``x`` minutes; ``x`` of any shape, at least 0.

        Its derivative is the probability that a service takes longer than ``x``.
        """
        x = np.asarray(minutes, float)
        mean = self.mean_minutes
        if self.shape == "exponential":
            return np.asarray(-mean * np.expm1(-x / mean), float)
        if self.shape == "constant":
            return np.asarray(np.minimum(x, mean), float)
        mu, sigma = self._log_moments()
        with np.errstate(divide="ignore"):
            z = (np.log(x) - mu) / sigma
        return np.asarray(mean * _normal_cdf(z - sigma) + x * (1.0 - _normal_cdf(z)), float)

    def draw(self, generator: np.random.Generator, size: int) -> FloatArray:
        """Draw independent service times in minutes."""
        if self.shape == "exponential":
            return generator.exponential(self.mean_minutes, size)
        if self.shape == "constant":
            return np.full(size, self.mean_minutes)
        return generator.lognormal(*self._log_moments(), size)

    def _log_moments(self) -> tuple[float, float]:
        variance = math.log1p(self.cv**2)
        return math.log(self.mean_minutes) - variance / 2, math.sqrt(variance)


def two_moment_time(service_time: float, service_cv: float, arrival_cv: float = 1.0) -> float:
    """Give the service time for which Erlang C's waits are those of other distributions, nearly.

    The approximation of Allen and Cunneen for the queue G/G/c multiplies the waits of M/M/c by
    ``(arrival_cv^2 + service_cv^2) / 2``. As waits scale with the service time at a given load, this time in place of
    the mean, the load left as it is, does just that, in :func:`~schedsolver.traffic.erlang.service_level`,
    ``mean_wait`` and ``heads_needed``. Source: A. O. Allen, Probability, Statistics and Queueing Theory, 2nd edition
    (1990), chapter 5. The mean wait is exact for one server and Poisson arrivals (Pollaczek and Khinchine).

    Examples
    --------
    Twelve customers an hour with services of exactly 4 minutes, one server:

    >>> from schedsolver.traffic.erlang import mean_wait
    >>> round(float(mean_wait(1, 12 * 4 / 60, two_moment_time(4, service_cv=0))), 9)
    8.0
    """
    return service_time * (arrival_cv**2 + service_cv**2) / 2.0


def _normal_cdf(z: FloatArray) -> FloatArray:
    erfc = np.vectorize(math.erfc, otypes=[float])
    return np.asarray(erfc(-z / math.sqrt(2)) / 2.0, float)

"""How long one customer takes, by activity: mean, spread, and a lognormal fitted to them.

That service times are close to lognormal was found on a bank's call centre by L. Brown et al., Statistical Analysis of
a Telephone Call Center: A Queueing-Science Perspective, Journal of the American Statistical Association 100 (2005).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import pandas as pd

from schedsolver.domain import Problem
from schedsolver.domain.arrays import FloatArray
from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import Fault, InvalidProblem
from schedsolver.traffic.records import Records

# Customers whose service is not their activity's own but any activity's, mixed in where there are fewer than FEW.
FEW, MIXED_IN = 50, 20
_LEAST_CV = 1e-3


@dataclass(frozen=True)
class Override:
    """A service time that is stated, not measured.

    Attributes
    ----------
    mean_minutes
        Mean time to serve one customer.
    cv
        Standard deviation over mean; ``None`` to keep what was measured of the activity, or of all.

    Raises
    ------
    InvalidProblem
        If a figure is not above 0.
    """

    mean_minutes: float
    cv: float | None = None

    def __post_init__(self) -> None:
        for name in ("mean_minutes", "cv"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise InvalidProblem([Fault("overrides", None, f"{name} is {value}; give a number above 0")])


@dataclass(frozen=True)
class ServiceTime:
    """The service time of one activity.

    Attributes
    ----------
    activity
        Its name.
    customers
        Services measured.
    mean_minutes, cv
        Mean, and standard deviation over mean.
    log_mean, log_sd
        Of the logarithm of minutes: fitted by maximum likelihood when measured alone, from mean and cv otherwise.
    fit_distance
        Largest distance between the measured and the fitted distribution function (Kolmogorov-Smirnov); not a number
        when it was not measured alone.
    source
        ``"measured"``; ``"mixed"`` when there are few customers and all activities' were mixed in; ``"stated"``.
    """

    activity: str
    customers: int
    mean_minutes: float
    cv: float
    log_mean: float
    log_sd: float
    fit_distance: float
    source: Literal["measured", "mixed", "stated"]

    def sample(self, random: np.random.Generator, size: int | tuple[int, ...]) -> FloatArray:
        """Draw service times in minutes from the lognormal that has this mean and cv.

        It is not the fitted one: a queue feels the mean first, which the fit by likelihood does not keep.
        """
        log_mean, log_sd = lognormal_of(self.mean_minutes, self.cv)
        return random.lognormal(log_mean, log_sd, size)


def service_times(
    records: Records,
    overrides: Mapping[str, Override] | None = None,
    shortest_seconds: float = 0.0,
) -> dict[str, ServiceTime]:
    """Measure service times by activity.

    Parameters
    ----------
    records
        The customers; those served with a known service time count.
    overrides
        Service times to use instead, by activity; they may be of activities without records.
    shortest_seconds
        What is shorter was no service, such as calls an agent hung up on.

    Raises
    ------
    InvalidProblem
        If an activity of the records has no service that counts and no override, and neither has any other.
    """
    stated = dict(overrides or {})
    table = records.table
    counts = table["service_seconds"].notna() & (table["outcome"] != "abandoned")
    served = table[counts & (table["service_seconds"] >= shortest_seconds)]
    every = served["service_seconds"].to_numpy(float) / 60
    minutes = {str(name): group.to_numpy(float) / 60 for name, group in served.groupby("activity")["service_seconds"]}
    names = sorted({*map(str, table["activity"].unique()), *stated})
    return {name: _service_time(name, minutes.get(name, np.zeros(0)), every, stated.get(name)) for name in names}


def lognormal_of(mean: float, cv: float) -> tuple[float, float]:
    """Give mean and standard deviation of the logarithm, of the lognormal with some mean and cv.

    ``sd**2 = log(1 + cv**2)`` and ``m = log(mean) - sd**2 / 2``.
    """
    variance = math.log1p(cv**2)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def service_table(times: Mapping[str, ServiceTime]) -> pd.DataFrame:
    """Give service times as a frame, a row each."""
    return pd.DataFrame([asdict(time) for time in times.values()])


def with_service_times(problem: Problem, times: Mapping[str, ServiceTime]) -> Problem:
    """Give a copy of a problem whose activities take the times' mean and cv; others stay as they are.

    Raises
    ------
    InvalidProblem
        If a name is no activity of the problem.
    """
    known = problem.activity_index
    faults = [
        Fault("service_times", None, f'the problem has no activity "{name}"{did_you_mean(name, known)}')
        for name in times
        if name not in known
    ]
    if faults:
        raise InvalidProblem(faults)
    activities = tuple(
        activity.model_copy(update={"service_minutes": own.mean_minutes, "service_cv": own.cv})
        if (own := times.get(activity.activity_id)) is not None
        else activity
        for activity in problem.activities
    )
    return problem.replace(activities=activities)


def _service_time(name: str, minutes: FloatArray, every: FloatArray, stated: Override | None) -> ServiceTime:
    if stated is not None:
        cv = stated.cv or (_moments(minutes, every)[1] if len(every) else 1.0)
        return ServiceTime(
            name, len(minutes), stated.mean_minutes, cv, *lognormal_of(stated.mean_minutes, cv), math.nan, "stated"
        )
    if not len(every):
        way_out = f'give overrides={{"{name}": Override(mean_minutes=...)}}'
        raise InvalidProblem(
            [Fault("records", None, f'no service time is known of "{name}", nor of others; {way_out}')]
        )
    mean, cv = _moments(minutes, every)
    if len(minutes) < FEW:
        return ServiceTime(name, len(minutes), mean, cv, *lognormal_of(mean, cv), math.nan, "mixed")
    logs = np.log(minutes)
    log_mean, log_sd = float(logs.mean()), max(float(logs.std()), _LEAST_CV)
    distance = _distance(logs, NormalDist(log_mean, log_sd))
    return ServiceTime(name, len(minutes), mean, cv, log_mean, log_sd, distance, "measured")


def _moments(minutes: FloatArray, every: FloatArray) -> tuple[float, float]:
    """Give mean and cv, of a mixture with all activities' where there are few."""
    weight = 1.0 if len(minutes) >= FEW else len(minutes) / (len(minutes) + MIXED_IN)
    first, second = (
        weight * float((minutes**power).mean() if len(minutes) else 0.0) + (1 - weight) * float((every**power).mean())
        for power in (1, 2)
    )
    return first, max(math.sqrt(max(second - first**2, 0.0)) / first, _LEAST_CV)


def _distance(logs: FloatArray, fitted: NormalDist) -> float:
    ordered = np.sort(logs)
    below = np.array([fitted.cdf(value) for value in ordered])
    steps = np.arange(len(ordered) + 1) / len(ordered)
    return float(max((steps[1:] - below).max(), (below - steps[:-1]).max()))

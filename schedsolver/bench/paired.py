"""Two contestants on the same tasks: by what factor they differ, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from schedsolver.bench.scores import Measure, reached, scores
from schedsolver.domain.suggest import did_you_mean
from schedsolver.domain.wording import count_of
from schedsolver.errors import SchedSolverError

LEVEL = 0.95
RESAMPLES = 9999
# Of fewer figures there are too few resamples: even the widest interval of n alike figures is wrong once in 2**(n - 1).
LEAST_RESAMPLED = 6


@dataclass(frozen=True)
class Paired:
    """How contestant ``b`` compares with ``a``.

    Attributes
    ----------
    measure, a, b
        What is compared.
    value, low, high
        Geometric mean of ``b / a`` with its interval; for a gap the mean of ``b - a``. NaN where one run of each
        allows no interval.
    instances, seeds, pairs
        What it rests on; a pair is a run of each with the same instance, seed and limit.
    never_a, never_b
        Pairs in which the contestant never got there and counts at its limit.
    """

    measure: Measure
    a: str
    b: str
    value: float
    low: float
    high: float
    instances: int
    seeds: int
    pairs: int
    never_a: int
    never_b: int

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out that both are the same."""
        return self.low > self.measure.same or self.high < self.measure.same

    def sentence(self) -> str:
        """Say it in a sentence."""
        if not self.pairs:
            return f"{self.b} and {self.a} have no instance in common"
        basis = f"{count_of(self.instances, 'instance')}, {count_of(self.seeds, 'seed')}"
        interval = (
            "(no interval from one run of each)"
            if math.isnan(self.low)
            else f"[{self._told(self.low, '')}, {self._told(self.high, '')}]"
        )
        if self.never_a == self.never_b == self.pairs:
            return f"neither {self.b} nor {self.a} ever gets there ({self.measure.name}, {basis})"
        if not self.decided:
            said = f"{self.b} and {self.a} cannot be told apart by {self.measure.name}: {self._told(self.value)}"
            return f"{said} {interval}, {basis}{self._censored()}"
        claim = self.measure.claim.format(a=self.a, b=self.b, value=self._told(self.value))
        return f"{claim} {interval}, {basis}{self._censored()}"

    def _told(self, value: float, unit: str = "x") -> str:
        if self.measure.is_ratio:
            return f"{value:.2f}{unit}" if 0.1 <= value < 10 else f"{value:.2g}{unit}"
        return f"{100 * value:+.2f}"

    def _censored(self) -> str:
        if not self.never_a + self.never_b:
            return ""
        never = f"never there in {self.never_b} and {self.never_a} of {count_of(self.pairs, 'run')}"
        return f"; {never}, which count {'at their limit' if self.measure.is_ratio else 'as a gap of 100 points'}"


def paired(frame: pd.DataFrame, a: str, b: str, measure: Measure, *, level: float = LEVEL, seed: int = 0) -> Paired:
    """Compare two contestants on the tasks that both have run.

    Every instance counts the same, however many seeds it was run with. Runs that never got there are censored at
    their limit, which understates how much worse they are.

    Parameters
    ----------
    frame
        From :func:`~schedsolver.bench.measures.tidy`.
    a, b
        Contestants; ``b`` is told in units of ``a``.
    measure
        What to compare by.
    level
        Of the interval.
    seed
        Of the resampling; the same seed gives the same interval.

    Raises
    ------
    SchedSolverError
        If there is no such contestant.
    """
    for name in (a, b):
        known = frame["settings"].unique()
        if name not in known:
            raise SchedSolverError(f'no runs of "{name}" in these results{did_you_mean(name, known)}')
    table = scores(frame, measure)
    table = table[table[a].notna() & table[b].notna()]
    there = reached(frame, measure).loc[table.index]
    values: pd.Series[float] = (table[b] / table[a]).map(math.log) if measure.is_ratio else table[b] - table[a]
    by_instance = values.groupby(level="instance").mean()
    clusters = by_instance if len(by_instance) > 1 else values
    back = np.exp if measure.is_ratio else np.asarray
    low, high = interval_of_mean(np.asarray(clusters, dtype=np.float64), level, seed)
    return Paired(
        measure,
        a,
        b,
        value=float(back(by_instance.mean())),
        low=float(back(low)),
        high=float(back(high)),
        instances=len(by_instance),
        seeds=int(table.index.get_level_values("seed").nunique()),
        pairs=len(table),
        never_a=int((~there[a]).sum()),
        never_b=int((~there[b]).sum()),
    )


def interval_of_mean(values: NDArray[np.float64], level: float = LEVEL, seed: int = 0) -> tuple[float, float]:
    """Give the interval of a mean by resampling; of fewer than six figures by Student's t.

    Parameters
    ----------
    values
        One figure for each cluster, shape ``(n,)``: runs of one instance are not independent, so their mean is the unit
        that is drawn.
    level
        Share of intervals that hold the true mean.
    seed
        Of the resampling.

    Returns
    -------
    Low and high; NaN for fewer than two figures.

    Notes
    -----
    The percentile interval of the bootstrap is too narrow for few figures; its percentiles are moved outwards to make
    up for that: Hesterberg (2015), "What teachers should know about the bootstrap". Whole clusters are drawn, see
    Davison and Hinkley (1997), "Bootstrap methods and their application", section 3.8.
    """
    n = len(values)
    if n < 2:
        return math.nan, math.nan
    quantile = _student_quantile(n - 1, level)
    if n < LEAST_RESAMPLED:
        mean, error = values.mean(), values.std(ddof=1) / math.sqrt(n)
        return float(mean - quantile * error), float(mean + quantile * error)
    draws = np.random.default_rng(seed).integers(n, size=(RESAMPLES, n))
    tail = NormalDist().cdf(-math.sqrt(n / (n - 1)) * quantile)
    low, high = np.quantile(values[draws].mean(axis=1), [tail, 1 - tail])
    return float(low), float(high)


@cache
def _student_quantile(freedom: int, level: float) -> float:
    """Give how many standard errors either way hold the mean at the level, by simulation of Student's t."""
    draws = np.random.default_rng(0).standard_t(freedom, size=400_000)
    return float(np.quantile(np.abs(draws), level))

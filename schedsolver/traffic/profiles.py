"""Traffic profiles: the level of recent weeks, what weekday and calendar make of it, how it spreads over the day.

The customers of slot ``s`` on day ``d`` are expected to be ``level * day_total[d] * share[d, s]``: see
:mod:`schedsolver.traffic.factors` for the day's total and :mod:`schedsolver.traffic.shapes` for the shares.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from schedsolver.domain.arrays import FloatArray
from schedsolver.errors import Fault, InvalidProblem
from schedsolver.traffic.effects import CalendarEffects, day_features
from schedsolver.traffic.factors import WEEKDAYS, Factors, fit_factors
from schedsolver.traffic.shapes import Shapes, fit_shapes

_ROUNDS = 4
_FEW_DAYS = 4
_FEW_WEEKS = 4
# Assumed until history tells: a day's total strays by 14 % beyond chance on ordinary days, by 45 % around holidays.
_ASSUMED_DISPERSION = (0.02, 0.2)
# A single broken slot must not set the dispersion of all.
_FARTHEST = 5.0


@dataclass(frozen=True)
class Memory:
    """How fast the past fades.

    Attributes
    ----------
    level_days, shape_days
        Age at which a day counts half, for the level and for the spread over the day.
    shape_customers
        See :func:`schedsolver.traffic.shapes.fit_shapes`.
    lead_days
        How far ahead of the last count the dispersion is to hold.
    """

    level_days: float = 28.0
    shape_days: float = 120.0
    shape_customers: float = 100.0
    lead_days: int = 7

    def __post_init__(self) -> None:
        for name in ("level_days", "shape_days", "shape_customers", "lead_days"):
            if not getattr(self, name) > 0:
                raise InvalidProblem([Fault("memory", None, f"{name} is {getattr(self, name)}; it must be above 0")])


@dataclass(frozen=True)
class Profile:
    """What is known of the traffic for one activity at one outlet.

    Attributes
    ----------
    starts
        Begin of each slot of a day, minutes after midnight; shape ``(S,)``.
    effects
        What sets dates apart.
    level
        Recent traffic as a multiple of the mean of the history.
    factors, shapes
        Of the days' totals, and of their spread over the slots.
    dispersion
        ``phi`` in ``variance = mean + phi * mean**2`` of a slot, on ordinary days and on others.
    notes
        Where history is short, and what stands in for it.
    """

    starts: NDArray[np.int64]
    effects: CalendarEffects
    level: float
    factors: Factors
    shapes: Shapes
    dispersion: tuple[float, float]
    notes: tuple[str, ...]

    def expected(self, dates: Iterable[dt.date]) -> FloatArray:
        """Give the customers expected on some dates by slot; shape ``(D, S)``."""
        features = day_features(dates, self.effects)
        return self.level * self.factors.day_totals(features)[:, None] * self.shapes.of(features)

    def dispersion_on(self, dates: Iterable[dt.date]) -> FloatArray:
        """Give ``phi`` on some dates, with what little is known of their factors; shape ``(D,)``."""
        features = day_features(dates, self.effects)
        return _by_day(self.dispersion, features) + self.factors.relative_variance(features)


def fit_profile(
    dates: Sequence[dt.date],
    starts: NDArray[np.int64],
    customers: FloatArray,
    effects: CalendarEffects | None = None,
    memory: Memory | None = None,
) -> Profile:
    """Estimate a profile from the history of one activity at one outlet.

    Parameters
    ----------
    dates
        Days of the history, ascending; days may be missing.
    starts
        Begin of each slot of a day, minutes after midnight; shape ``(S,)``.
    customers
        Customers by day and slot, not a number where unknown; shape ``(D, S)``.
    effects, memory
        What sets dates apart and how fast the past fades.

    Raises
    ------
    InvalidProblem
        If nothing was counted, a count is negative, or days are not ascending.
    """
    effects, memory = effects or CalendarEffects(), memory or Memory()
    _validate(dates, customers)
    history = _History.of(dates, customers, effects, memory)
    totals = history.counted.sum(axis=1) / history.seen.mean(axis=1).clip(1e-9)
    level, dispersion = np.ones(len(dates)), _ASSUMED_DISPERSION
    for _ in range(_ROUNDS):
        shapes = history.shapes(totals)
        exposure = (shapes.of(history.features) * history.seen).sum(axis=1)
        factors = history.factors(exposure * level, dispersion)
        usual = factors.day_totals(history.features)
        level = history.level(usual * exposure, dispersion, history.closeness)
        totals = level * usual
        ahead = history.level(usual * exposure, dispersion, history.closeness_ahead)
        dispersion = history.dispersion((ahead * usual)[:, None] * shapes.of(history.features), dispersion)
    notes = tuple(_notes(factors, dates, effects))
    return Profile(np.asarray(starts), effects, float(level[-1]), factors, shapes, dispersion, notes)


@dataclass(frozen=True)
class _History:
    """Counts of ``D`` days, and what each step of the fit makes of them."""

    features: pd.DataFrame
    effects: CalendarEffects
    memory: Memory
    counted: FloatArray
    seen: NDArray[np.bool_]
    age: FloatArray

    @classmethod
    def of(cls, dates: Sequence[dt.date], customers: FloatArray, effects: CalendarEffects, memory: Memory) -> _History:
        seen = np.isfinite(customers)
        age = np.array([(dates[-1] - date).days for date in dates], dtype=float)
        counted = np.where(seen, customers, 0.0)
        return cls(day_features(dates, effects), effects, memory, counted, seen, age)

    @property
    def closeness(self) -> FloatArray:
        """What day ``j`` says of day ``i``, after or before it; shape ``(D, D)``."""
        return np.asarray(0.5 ** (np.abs(self.age[:, None] - self.age) / self.memory.level_days))

    @property
    def closeness_ahead(self) -> FloatArray:
        """The same, as far as it is known the lead time before day ``i``."""
        return np.where(self.age - self.age[:, None] >= self.memory.lead_days, self.closeness, 0.0)

    def shapes(self, day_totals: FloatArray) -> Shapes:
        weight = self.seen * (0.5 ** (self.age / self.memory.shape_days))[:, None]
        return fit_shapes(self.features, self.counted, weight, day_totals, self.memory.shape_customers)

    def factors(self, exposure: FloatArray, dispersion: tuple[float, float]) -> Factors:
        phi = _by_day(dispersion, self.features)
        return fit_factors(self.features, self.effects.names, self.counted.sum(axis=1), exposure, phi)

    def level(self, usual: FloatArray, dispersion: tuple[float, float], closeness: FloatArray) -> FloatArray:
        """Give the traffic around each day as a multiple of the usual; not a number where no day tells."""
        weight = closeness / (1.0 + _by_day(dispersion, self.features) * usual)
        expected = weight @ usual
        level = np.full(len(usual), np.nan)
        np.divide(weight @ self.counted.sum(axis=1), expected, where=expected > 0, out=level)
        return level

    def dispersion(self, expected: FloatArray, before: tuple[float, float]) -> tuple[float, float]:
        """Measure ``phi`` by moments, on ordinary days and on others, where there are enough of them."""
        unusual = _unusual(self.features)
        usable = self.seen & np.isfinite(expected)
        variance = expected + _by_day(before, self.features)[:, None] * expected**2
        square = np.minimum((self.counted - expected) ** 2, _FARTHEST**2 * variance)
        found = list(_ASSUMED_DISPERSION)
        for i, days in enumerate((~unusual, unusual)):
            chosen = usable & days[:, None]
            if chosen.any(axis=1).sum() >= _FEW_DAYS:
                mean = expected[chosen]
                found[i] = max(float((square[chosen] - mean).sum() / (mean**2).sum()), 1e-4)
        return found[0], found[1]


def _unusual(features: pd.DataFrame) -> NDArray[np.bool_]:
    beside = features["before_holiday"] | features["after_holiday"]
    return np.asarray((features["weekday"] < 0) | beside, dtype=bool)


def _by_day(dispersion: tuple[float, float], features: pd.DataFrame) -> FloatArray:
    return np.where(_unusual(features), dispersion[1], dispersion[0])


def _validate(dates: Sequence[dt.date], customers: FloatArray) -> None:
    faults = []
    if any(a >= b for a, b in itertools.pairwise(dates)):
        faults.append("days are not in ascending order, or one is there twice; sort them and add up what is double")
    if np.any(customers < 0):
        faults.append("a count is below 0; mark what is unknown as not a number")
    if not np.nansum(customers) > 0:
        faults.append("no customer was ever counted; leave the activity out, or give some of its history")
    if faults:
        raise InvalidProblem([Fault("history", None, fault) for fault in faults])


def _notes(factors: Factors, dates: Sequence[dt.date], effects: CalendarEffects) -> Iterator[str]:
    days = dict(zip(factors.names, factors.days.tolist(), strict=True))
    if len(dates) < 7 * _FEW_WEEKS:
        yield f"{len(dates)} days of history: level, weekdays and bands are rough; {7 * _FEW_WEEKS} days say more"
    for number, name in enumerate(WEEKDAYS):
        if days[name] == 0:
            kind = "rest days" if number in effects.calendar.weekend else "workdays"
            yield f"no {name} in the history: taken as the mean of {kind}"
    if days["rest_day"] == 0:
        yield "no rest day in the history: taken as a workday, which is a guess"
    for name in effects.names:
        if days[name] == 0:
            yield f"no day of {name} in the history: taken as {_stand_in(name)}, with a wider band"
        elif days[name] < _FEW_DAYS:
            yield f"{days[name]} day(s) of {name} in the history: its factor is drawn to that of {_stand_in(name)}"


def _stand_in(name: str) -> str:
    if name in ("holiday", "rest_in_lieu"):
        return "a rest day"
    return "a workday of no particular weekday" if name == "swapped_workday" else "a day without it"

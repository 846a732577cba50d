"""The parameters a tuning searches, and candidates drawn from them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeAlias

import numpy as np
from pydantic import Field, model_validator

from schedsolver.bench.extras import need
from schedsolver.domain.base import Model
from schedsolver.domain.suggest import did_you_mean
from schedsolver.solve.strategy import Strategy

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Value: TypeAlias = bool | int | float | str
# Values by dotted parameter; what is not named stays at its default.
Point: TypeAlias = Mapping[str, Value]
Choices = Annotated[tuple[Value, ...], Field(min_length=1)]
# More would suggest that the last digit was measured.
DIGITS = 3


class Range(Model):
    """Values between two ends.

    Attributes
    ----------
    low, high
        The ends, both included.
    log
        Whether to draw evenly by factor instead of by distance.
    whole
        Whether the values are whole numbers.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        if self.log and self.low <= 0:
            raise ValueError(f"log needs a low end above 0, not {self.low:g}")
        if self.whole and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError(f"whole needs whole ends, not {self.low:g} and {self.high:g}")
        return self

    def at(self, share: float) -> float:
        """Give the value so far along the range, ``share`` from 0 to below 1."""
        # Whole numbers are equally likely when each has a unit of its own.
        low, high = (self.low, self.high + 1) if self.whole and not self.log else (self.low, self.high)
        value = low * (high / low) ** share if self.log else low + (high - low) * share
        if self.whole:
            return round(value) if self.log else math.floor(value)
        return min(self.high, max(self.low, float(f"{value:.{DIGITS}g}")))


Space: TypeAlias = Mapping[str, Range | tuple[Value, ...]]


def refuse_unknown(parameter: str) -> None:
    """Make sure that a name is that of a parameter; those of CP-SAT are left to CP-SAT.

    Raises
    ------
    ValueError
        With the nearest name.
    """
    known = ["workers", *(f"strategy.{name}" for name in Strategy.model_fields)]
    if parameter not in known and not parameter.startswith("cp_sat."):
        hint = did_you_mean(parameter, known) or did_you_mean(f"strategy.{parameter}", known)
        raise ValueError(
            f'space: there is no parameter "{parameter}"{hint}; parameters are workers, strategy.NAME, cp_sat.NAME'
        )


def nested(point: Point) -> dict[str, Any]:
    """Give the fields of settings.

    >>> nested({"strategy.days": 2, "workers": 1})
    {'strategy': {'days': 2}, 'workers': 1}
    """
    fields: dict[str, Any] = {}
    for name, value in point.items():
        table, _, inner = name.partition(".")
        if inner:
            fields.setdefault(table, {})[inner] = value
        else:
            fields[table] = value
    return fields


def dotted(fields: Mapping[str, Any]) -> dict[str, Value]:
    """Give the values of parameters; the inverse of :func:`nested`."""
    point: dict[str, Value] = {}
    for name, value in fields.items():
        point |= {f"{name}.{inner}": v for inner, v in value.items()} if isinstance(value, Mapping) else {name: value}
    return point


def drawn(space: Space, count: int, changes: float, seed: int) -> list[Point]:
    """Draw candidates.

    Parameters
    ----------
    space
        Choices or range of each parameter.
    count
        How many.
    changes
        Share of the parameters that each names; one at least.
    seed
        Of the drawing; the same seed gives the same candidates.

    Notes
    -----
    Each parameter's values are spread evenly over its range: McKay, Beckman and Conover (1979), Latin hypercubes.
    """
    random = np.random.default_rng(seed)
    shares = (random.permuted(np.tile(np.arange(count), (len(space), 1)), axis=1) + random.random((1, count))) / count
    named = random.random((len(space), count)) < changes
    named[random.integers(len(space), size=count), np.arange(count)] = True
    parameters = list(enumerate(space.items()))
    return [
        {name: _value_at(values, float(shares[row, c])) for row, (name, values) in parameters if named[row, c]}
        for c in range(count)
    ]


def _value_at(values: Range | tuple[Value, ...], share: float) -> Value:
    return values.at(share) if isinstance(values, Range) else values[int(share * len(values))]


def proposed(space: Space, tried: Sequence[tuple[Point, Sequence[float]]], seed: int) -> Point:
    """Propose the next candidate by what those before were worth, with the tree-structured Parzen estimator of Optuna.

    Parameters
    ----------
    space
        Choices or range of each parameter.
    tried
        Each candidate so far with its scores, one for each goal; lower is better.
    seed
        Of the proposal.

    Raises
    ------
    SchedSolverError
        If Optuna is not installed.

    Notes
    -----
    Bergstra, Bardenet, Bengio and Kégl (2011), "Algorithms for hyper-parameter optimization".
    """
    need("optuna", 'tune by method "optuna"')
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = {name: _distribution(values) for name, values in space.items()}
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=1)
    study = optuna.create_study(directions=["minimize"] * len(tried[0][1]), sampler=sampler)
    for point, values in tried:
        # What lies outside the space, as the settings of now may, teaches nothing about it.
        inside = {n: v for n, v in point.items() if n in space and distributions[n]._contains(_internal(distributions, n, v))}
        study.add_trial(
            optuna.trial.create_trial(
                params=inside, distributions={n: distributions[n] for n in inside}, values=list(values)
            )
        )
    return dict(study.ask(distributions).params)

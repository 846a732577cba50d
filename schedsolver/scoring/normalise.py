"""Figures of unlike kinds brought to one scale, sturdily: no single figure moves the others far.

A score lies in ``[0, 1]``; 0.5 is the middle of those compared. The middle is also the neutral value: it is given
where a figure is not known, where all figures are equal and where there is only one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pydantic import AfterValidator, Field

from schedsolver.domain.arrays import FloatArray
from schedsolver.domain.base import Identifier, Model, named_twice
from schedsolver.scoring.tables import EMPLOYEE, OUTLET, Number

Method = Literal["rank", "z", "given"]
NEUTRAL = 0.5
RESULT_COLUMNS = frozenset(
    {
        EMPLOYEE,
        OUTLET,
        "score",
        "stars",
        "vertical",
        "horizontal",
        "vertical_level",
        "horizontal_level",
        "cell",
        "weakest",
    }
)
WINSORISED_SHARE = 0.1
# Sums of the same figures in another order differ in the last digits; that must not decide a level.
_DIGITS = 12


class Component(Model):
    """One thing that an appraisal looks at, a column of its table.

    Attributes
    ----------
    name
        The column.
    weight
        Its part in the whole, relative to the other components' weights.
    higher_is_better
        ``False`` for such as complaints.
    lowest
        Lowest figure that can be true; volumes and points are never negative. ``None`` for no limit.
    """

    name: Identifier
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    higher_is_better: bool = True
    lowest: Annotated[float, Field(allow_inf_nan=False)] | None = 0.0

    def number(self, method: Method) -> Number:
        """Say what its column may hold; a blank cell is allowed and scored neutrally."""
        if method == "given":
            return Number(0.0, 1.0, blank=math.nan)
        return Number(-math.inf if self.lowest is None else self.lowest, blank=math.nan)


def _names_differ(components: tuple[Component, ...]) -> tuple[Component, ...]:
    names = [component.name for component in components]
    if twice := named_twice(names):
        raise ValueError(f"{', '.join(twice)} is there twice; name each component once")
    if taken := sorted(RESULT_COLUMNS.intersection(names)):
        raise ValueError(f"{', '.join(taken)} is the name of a column of the result; call the component otherwise")
    return components


def _rising(cuts: tuple[float, ...]) -> tuple[float, ...]:
    if any(a >= b for a, b in itertools.pairwise(cuts)):
        raise ValueError(f"the thresholds {list(cuts)} do not rise; give them from the lowest to the highest")
    return cuts


Components = Annotated[tuple[Component, ...], Field(min_length=1), AfterValidator(_names_differ)]
Threshold = Annotated[float, Field(ge=0, le=1)]
Rising = AfterValidator(_rising)


def rank_scores(values: ArrayLike) -> FloatArray:
    """Give each figure its place among all: ``(rank - 1/2) / n``, ranks from 1, the mean rank for equal ones.

    Parameters
    ----------
    values
        Figures, shape ``(n,)``; ``nan`` where not known.

    Returns
    -------
    Scores in ``(0, 1)`` with mean 0.5, shape ``(n,)``; 0.5 where not known. Source: A. Hazen (1914), the plotting
    position.
    """
    figures = np.asarray(values, float)
    known = ~np.isnan(figures)
    scores = np.full(figures.shape, NEUTRAL)
    scores[known] = (pd.Series(figures[known]).rank().to_numpy() - 0.5) / max(1, int(known.sum()))
    return scores


def winsorised_z(values: ArrayLike, share: float = WINSORISED_SHARE) -> FloatArray:
    """Give each figure's distance from the mean in standard deviations, after pulling in the extremes.

    Of ``n`` known figures the ``g = floor(share n)`` lowest are set to the next one above them and the ``g`` highest
    to the next one below; mean and (population) deviation are those of the result.

    Parameters
    ----------
    values
        Figures, shape ``(n,)``; ``nan`` where not known.
    share
        Share of the figures pulled in at either end, in ``[0, 0.5)``.

    Returns
    -------
    Distances, shape ``(n,)``; 0 where not known, and everywhere when nothing varies. Source: R. R. Wilcox,
    Introduction to Robust Estimation and Hypothesis Testing, chapter 3 (winsorised mean and variance).

    Raises
    ------
    ValueError
        If the share is outside ``[0, 0.5)``.
    """
    if not 0 <= share < 0.5:
        raise ValueError(f"the winsorised share is {share}; it must be at least 0 and below 0.5")
    figures = np.asarray(values, float)
    known = ~np.isnan(figures)
    distances = np.zeros(figures.shape)
    ordered = np.sort(figures[known])
    if not len(ordered):
        return distances
    pulled_in = int(share * len(ordered) + 1e-9)
    clipped = np.clip(figures[known], ordered[pulled_in], ordered[-1 - pulled_in])
    if clipped.max() > clipped.min():
        distances[known] = (clipped - clipped.mean()) / clipped.std()
    return distances


def scores(values: ArrayLike, method: Method = "rank") -> FloatArray:
    """Bring figures to the scale of scores.

    Parameters
    ----------
    values
        Figures, shape ``(n,)``; ``nan`` where not known.
    method
        ``"rank"`` for :func:`rank_scores`; ``"z"`` for the share of a normal population below
        :func:`winsorised_z`; ``"given"`` when the figures are scores already.

    Returns
    -------
    Scores in ``[0, 1]``, shape ``(n,)``; 0.5 where not known.
    """
    if method == "rank":
        return rank_scores(values)
    if method == "z":
        below = NormalDist().cdf
        return np.array([below(z) for z in winsorised_z(values).tolist()], float)
    figures = np.asarray(values, float)
    return np.where(np.isnan(figures), NEUTRAL, figures)


def component_scores(
    table: pd.DataFrame, components: Sequence[Component], method: Method, among: str | None = None
) -> pd.DataFrame:
    """Score each component of each person.

    Parameters
    ----------
    table
        One row a person, a column of figures for each component.
    components, method
        What to score and how.
    among
        Column that says who is compared with whom, for example ``"outlet"``; ``None`` compares all.

    Returns
    -------
    Scores, a column for each component, the more the better; rows as in ``table``.
    """
    peers = [np.arange(len(table))] if among is None else list(table.groupby(among).indices.values())
    scored = {}
    for component in components:
        figures = table[component.name].to_numpy(float)
        column = np.empty(len(table))
        for group in peers:
            column[group] = scores(figures[group], method)
        scored[component.name] = column if component.higher_is_better else 1.0 - column
    return pd.DataFrame(scored, index=table.index)


def weighted_mean(scored: pd.DataFrame, components: Sequence[Component]) -> FloatArray:
    """Give the weighted mean of the components' scores, shape ``(people,)``."""
    weights = np.array([component.weight for component in components])
    columns = scored[[component.name for component in components]].to_numpy(float)
    mean: FloatArray = np.round(columns @ weights / weights.sum(), _DIGITS)
    return mean


def levels(values: ArrayLike, cuts: Iterable[float]) -> NDArray[np.int64]:
    """Count how many rising cuts each value reaches: 0 below the first; a value on a cut is above it."""
    edges = np.round(np.fromiter(cuts, float), _DIGITS)
    reached: NDArray[np.int64] = np.searchsorted(edges, np.round(np.asarray(values, float), _DIGITS), side="right")
    return reached


def levels_by_share(values: ArrayLike, shares: Sequence[float]) -> NDArray[np.int64]:
    """Divide people into levels of given sizes, equal values always into the same level.

    Parameters
    ----------
    values
        Shape ``(n,)``.
    shares
        Share of the people in each level from the lowest, adding up to 1.

    Returns
    -------
    Levels from 0, shape ``(n,)``: the level in whose part of ``[0, 1]`` the person's :func:`rank_scores` lies.
    """
    return levels(rank_scores(values), np.cumsum(np.asarray(shares, float))[:-1])

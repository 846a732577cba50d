"""Contestants over a whole set of tasks: profiles, time-to-target plots, means."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike


def shifted_geometric_mean(values: ArrayLike, shift: float = 1.0) -> float:
    """Give ``exp(mean(log(values + shift))) - shift``.

    Parameters
    ----------
    values
        Figures of zero or more, in seconds for times. A run that failed belongs in them at its limit (PAR1) or a
        multiple of it, as :func:`~schedsolver.bench.scores.scores` gives it.
    shift
        Figures well below it hardly count, so that no easy task decides the mean; 1 s by default.

    Returns
    -------
    The mean; NaN of nothing.

    Notes
    -----
    Achterberg (2007), "Constraint Integer Programming", appendix A.
    """
    array = np.asarray(values, dtype=float)
    return float(np.exp(np.log(array + shift).mean()) - shift) if array.size else float("nan")


def performance_profile(scores: pd.DataFrame, solved: pd.DataFrame) -> pd.DataFrame:
    """Give for each contestant the share of tasks on which it is within a factor of the best contestant.

    Parameters
    ----------
    scores
        Score of each task (row) and contestant (column), above 0; lower is better.
    solved
        Same shape; where false, the contestant's ratio is infinite.

    Returns
    -------
    Index: the factors ``tau`` at which a share changes, from 1. Values: share of all tasks, also those that nobody
    solved. At 1 it is how often the contestant is best, at the end how often it solves the task at all.

    Notes
    -----
    Dolan and Moré (2002), "Benchmarking optimization software with performance profiles". Gould and Scott (2016) warn
    that the order of two curves above ``tau = 1`` may depend on who else takes part.
    """
    values = scores.where(solved, np.inf)
    best = values.min(axis=1)
    ratios = values.div(best.where(np.isfinite(best), 1.0), axis=0)
    return _share_at_most(ratios, start=1.0, name="tau")


def time_to_target(scores: pd.DataFrame, solved: pd.DataFrame) -> pd.DataFrame:
    """Give for each contestant the share of runs that have reached the target by each moment.

    Parameters
    ----------
    scores, solved
        As in :func:`performance_profile`, with the score a time in seconds.

    Returns
    -------
    Index: seconds, from 0. Values: share of all runs, the cumulative distribution of the time to target, in which runs
    that never reach it stay missing.

    Notes
    -----
    Aiex, Resende and Ribeiro (2007), "TTT plots"; here pooled over instances.
    """
    return _share_at_most(scores.where(solved, np.inf), start=0.0, name="seconds")


def _share_at_most(values: pd.DataFrame, start: float, name: str) -> pd.DataFrame:
    array = values.to_numpy(dtype=float)
    grid = np.union1d([start], array[np.isfinite(array)])
    ordered = np.sort(array, axis=0)
    counts = [np.searchsorted(column, grid, side="right") for column in ordered.T]
    shares = np.stack(counts, axis=1) / max(1, len(values)) if counts else np.empty((len(grid), 0))
    return pd.DataFrame(shares, index=pd.Index(grid, name=name), columns=values.columns)

"""How far no contestant is best everywhere: the virtual best, and the few that together come near it."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from schedsolver.bench.profiles import shifted_geometric_mean

# Above this many sets of a size, contestants are added one by one instead.
MOST_SETS = 1000


@dataclass(frozen=True)
class Portfolio:
    """Contestants of which the best counts on each task.

    Attributes
    ----------
    members
        In the order of the columns, or of being added.
    score
        Shifted geometric mean of their best score, in seconds, on the tasks they were chosen by.
    held_out
        The same with the members chosen anew for each instance, from the other instances only: what the choice is worth
        on instances it has not seen. NaN with a single instance.
    """

    members: tuple[str, ...]
    score: float
    held_out: float


def virtual_best(scores: pd.DataFrame) -> pd.Series:
    """Give for each task the best score of any contestant."""
    return scores.min(axis=1)


def choose(scores: pd.DataFrame, size: int) -> tuple[str, ...]:
    """Choose the contestants that together come nearest to the virtual best.

    Parameters
    ----------
    scores
        Score of each task (row) and contestant (column) in seconds; no NaN.
    size
        How many.

    Returns
    -------
    The best of all sets of the size if there are at most 1000; else contestants added one by one, each the one that
    helps most. Of equal sets the one that comes first.

    Notes
    -----
    Each contestant lowers the mean logarithm by less the more there are already, so adding one by one gains at least
    ``1 - 1/e`` of what the best set gains over every run at its limit: Nemhauser, Wolsey and Fisher (1978).
    """
    logs = np.log(scores.to_numpy(dtype=float) + 1.0)
    size = min(size, logs.shape[1])
    if math.comb(logs.shape[1], size) <= MOST_SETS:
        sets = itertools.combinations(range(logs.shape[1]), size)
        chosen = min(sets, key=lambda columns: logs[:, columns].min(axis=1).mean())
    else:
        chosen = ()
        for _ in range(size):
            left = [column for column in range(logs.shape[1]) if column not in chosen]
            chosen = min(((*chosen, column) for column in left), key=lambda c: logs[:, c].min(axis=1).mean())
    return tuple(str(scores.columns[column]) for column in chosen)


def portfolio(scores: pd.DataFrame, size: int) -> Portfolio:
    """Choose contestants as :func:`choose` does, and say what they are worth, also where they were not chosen by."""
    members = choose(scores, size)
    return Portfolio(members, _worth(scores[list(members)]), _held_out(scores, size))


def _held_out(scores: pd.DataFrame, size: int) -> float:
    instances = scores.index.get_level_values("instance")
    if instances.nunique() < 2:
        return math.nan
    left_out = []
    for instance in instances.unique():
        here = instances == instance
        left_out.append(virtual_best(scores.loc[here, list(choose(scores[~here], size))]))
    return shifted_geometric_mean(pd.concat(left_out))


def _worth(scores: pd.DataFrame) -> float:
    return shifted_geometric_mean(virtual_best(scores))

"""What an experiment says: who is best, by how much, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from schedsolver.bench.paired import Paired, paired
from schedsolver.bench.portfolio import Portfolio, portfolio, virtual_best
from schedsolver.bench.profiles import performance_profile, shifted_geometric_mean, time_to_target
from schedsolver.bench.scores import INTEGRAL, Measure, common, reached, scores, to_target

LARGEST_PORTFOLIO = 4
RIVALS = 3


@dataclass(frozen=True)
class Judgement:
    """What the runs under one limit say.

    Attributes
    ----------
    limit_seconds, measure
        The limit, and the time to target that profile, plot and portfolios are about.
    frame
        The runs judged: the tasks that every contestant has run.
    left_out
        Number of runs not judged because some contestant lacks that task.
    ranking
        One row for each contestant, best first; see :func:`rank`. Empty, as all below, when there is no right roster.
    pairs
        The first of the ranking against each of the few that follow it, by time to target.
    profile, to_target
        See :func:`~schedsolver.bench.profiles.performance_profile` and ``time_to_target``.
    virtual_best
        Shifted geometric mean of the time to target, with the best contestant on each task.
    portfolios
        Of one contestant, of two, and so on; the last is as good as all together, or of four.
    """

    limit_seconds: float
    measure: Measure
    frame: pd.DataFrame
    left_out: int
    ranking: pd.DataFrame
    pairs: tuple[Paired, ...]
    profile: pd.DataFrame
    to_target: pd.DataFrame
    virtual_best: float
    portfolios: tuple[Portfolio, ...]


def judge(frame: pd.DataFrame) -> list[Judgement]:
    """Judge an experiment, each of its limits by itself.

    Parameters
    ----------
    frame
        From :func:`~schedsolver.bench.measures.tidy`; its target is the one judged by.
    """
    contestants = frame["settings"].nunique()
    parts = frame.groupby("limit_seconds")
    return [_judge(part, contestants) for _, part in parts]


def rank(frame: pd.DataFrame) -> pd.DataFrame:
    """Rank contestants over the tasks that all of them have run.

    Parameters
    ----------
    frame
        From :func:`~schedsolver.bench.measures.tidy`, with every contestant on every task.

    Returns
    -------
    One row for each contestant, least shifted geometric mean of the primal integral first:

    ``runs, ranked, proved, on_target, best_on``
        Number of runs, of those with a right roster, proved optimal and that reached the target; and of instances on
        which no contestant's mean primal gap is lower.
    ``integral, time_to_target``
        Shifted geometric means in seconds (shift 1 s); runs that never reached the target count at their limit.
    ``primal_gap``
        Mean at the end; 1 for a run without a right roster.
    ``factor, low, high`` and ``time_factor, time_low, time_high``
        Geometric mean ratio of the primal integral, and of the time to target, to the first's, with 95 % intervals.
    """
    measure = to_target(frame["target"].iloc[0])
    integral, times = scores(frame, INTEGRAL), scores(frame, measure)
    runs = frame.groupby("settings")
    table = pd.DataFrame(
        {
            "runs": runs.size(),
            "ranked": runs["ranked"].sum(),
            "proved": (frame["objective"] <= frame["bound"]).fillna(False).groupby(frame["settings"]).sum(),
            "on_target": reached(frame, measure).sum(),
            "best_on": _best_on(frame),
            "integral": integral.apply(shifted_geometric_mean),
            "time_to_target": times.apply(shifted_geometric_mean),
            "primal_gap": runs["primal_gap"].mean(),
        }
    ).sort_values(["integral", "primal_gap"], kind="stable")
    first = str(table.index[0])
    for of, prefix in ((INTEGRAL, ""), (measure, "time_")):
        against = [paired(frame, first, str(name), of) for name in table.index]
        table[f"{prefix}factor"] = [pair.value for pair in against]
        table[f"{prefix}low"] = [pair.low for pair in against]
        table[f"{prefix}high"] = [pair.high for pair in against]
    return table


def _judge(part: pd.DataFrame, contestants: int) -> Judgement:
    frame = common(part, contestants)
    measure = to_target(part["target"].iloc[0])
    if not frame["ranked"].any():
        return Judgement(
            float(part["limit_seconds"].iloc[0]),
            measure,
            frame,
            len(part),
            pd.DataFrame(),
            (),
            pd.DataFrame(),
            pd.DataFrame(),
            np.nan,
            (),
        )
    ranking = rank(frame)
    names = [str(name) for name in ranking.index]
    times, there = scores(frame, measure)[names], reached(frame, measure)[names]
    return Judgement(
        limit_seconds=float(part["limit_seconds"].iloc[0]),
        measure=measure,
        frame=frame,
        left_out=len(part) - len(frame),
        ranking=ranking,
        pairs=tuple(paired(frame, name, names[0], measure) for name in names[1 : 1 + RIVALS]),
        profile=performance_profile(times, there),
        to_target=time_to_target(times, there),
        virtual_best=shifted_geometric_mean(virtual_best(times)),
        portfolios=tuple(_portfolios(times)),
    )


def _portfolios(times: pd.DataFrame) -> list[Portfolio]:
    found: list[Portfolio] = []
    best = shifted_geometric_mean(virtual_best(times))
    for size in range(1, min(LARGEST_PORTFOLIO, times.shape[1]) + 1):
        found.append(portfolio(times, size))
        if np.isclose(found[-1].score, best):
            break
    return found


def _best_on(frame: pd.DataFrame) -> pd.Series:
    gaps = frame.groupby(["instance", "settings"])["primal_gap"].mean().unstack()  # noqa: PD010
    least = gaps.min(axis=1)
    return (gaps.le(least + 1e-9, axis=0) & gaps.lt(1.0)).sum()

"""What a run had found and proved at each moment, and the areas under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schedsolver.bench.record import Outcome, RunRecord

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A figure that changes in steps.

    Attributes
    ----------
    seconds
        Moments of the changes, ascending, shape ``(n,)``.
    levels
        The figure from each moment on, shape ``(n,)``.
    """

    seconds: Floats
    levels: Floats

    def at(self, moments: Floats, before: float) -> Floats:
        """Give the figure at some moments; ``before`` stands for it ahead of the first change."""
        place = np.searchsorted(self.seconds, moments, side="right")
        return np.concatenate(([before], self.levels))[place]

    def area(self, limit: float, before: float = 1.0) -> float:
        """Integrate over ``[0, limit]``, in the figure's unit times seconds."""
        edges = np.concatenate(([0.0], self.seconds, [np.inf])).clip(0.0, limit)
        return float(np.diff(edges) @ np.concatenate(([before], self.levels)))

    def first_at_most(self, level: float) -> float:
        """Give the first moment at which the figure is no more than ``level``; NaN when it never is."""
        reached = np.flatnonzero(self.levels <= level)
        return float(self.seconds[reached[0]]) if len(reached) else np.nan


def is_ranked(record: RunRecord) -> bool:
    """Tell whether the run gave a roster that was checked and found right."""
    return record.outcome is Outcome.OK and record.objective is not None


def incumbents(record: RunRecord) -> Curve:
    """Give the best cost found so far; nothing for a run that is not ranked.

    The trace is the contestant's word and the objective the checker's: no step counts as better than the checked
    roster, and one that the trace does not show is taken to have been found at the end.
    """
    final = record.objective if is_ranked(record) else None
    steps = [(seconds, cost) for seconds, cost, _ in record.trace if cost is not None]
    return _monotone(record, steps, final, better=min, worse=max)


def bounds(record: RunRecord) -> Curve:
    """Give the best bound proved so far; no step counts as higher than the bound the run ended with."""
    steps = [(seconds, bound) for seconds, _, bound in record.trace if bound is not None]
    return _monotone(record, steps, record.bound, better=max, worse=min)


def primal_gaps(record: RunRecord, best: float) -> Curve:
    """Give the primal gap over time.

    Parameters
    ----------
    record
        The run.
    best
        Best cost known for the instance; at most the run's own.

    Notes
    -----
    ``|cost - best| / max(|cost|, |best|)``, and 0 when both are 0; 1 before the first roster, for which the reader of
    the curve has to ask. Berthold (2013), "Measuring the impact of primal heuristics".
    """
    found = incumbents(record)
    return Curve(found.seconds, _relative(found.levels, np.full_like(found.levels, best)))


def proof_gaps(record: RunRecord) -> Curve:
    """Give the gap between cost and bound over time, from the moment there are both; 1 before.

    ``(cost - bound) / max(|cost|, |bound|)`` within ``[0, 1]``, 0 when both are 0. Berthold (2013) for the primal
    side; the primal-dual integral over it is what MIP solvers report.
    """
    found, proved = incumbents(record), bounds(record)
    if not len(found.seconds) or not len(proved.seconds):
        return Curve(np.empty(0), np.empty(0))
    moments = np.union1d(found.seconds, proved.seconds)
    moments = moments[moments >= max(found.seconds[0], proved.seconds[0])]
    cost = found.at(moments, np.nan)
    return Curve(moments, _relative(cost, np.minimum(proved.at(moments, np.nan), cost)))


def _relative(cost: Floats, reference: Floats) -> Floats:
    size = np.maximum(np.abs(cost), np.abs(reference))
    return (np.abs(cost - reference) / np.where(size > 0, size, 1.0)).clip(0.0, 1.0)


def _monotone(
    record: RunRecord,
    steps: list[tuple[float, int]],
    final: int | None,
    better: Callable[[int, int], int],
    worse: Callable[[int, int], int],
) -> Curve:
    if final is None:
        return Curve(np.empty(0), np.empty(0))
    kept: list[tuple[float, int]] = []
    for seconds, value in [*steps, (_end(record, steps), final)]:
        credible = worse(value, final)
        if not kept or (credible != kept[-1][1] and better(credible, kept[-1][1]) == credible):
            kept.append((seconds, credible))
    return Curve(np.array([s for s, _ in kept], dtype=float), np.array([v for _, v in kept], dtype=float))


def _end(record: RunRecord, steps: list[tuple[float, int]]) -> float:
    """Give the moment the solver stopped, which is not before its last step."""
    end = record.seconds if record.solver_seconds is None else record.solver_seconds
    return max(end, steps[-1][0]) if steps else end

"""The library's compact model with CP-SAT alone: what the search around it is worth.

The model is the one the library solves, so all of the problem is expressed. CP-SAT gets it as it is, without a
first roster, at its default settings with ``workers`` threads; there is no linear guide, no dive, no work on parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.peers.compact import Compact
from benchmarks.peers.cp_search import search
from benchmarks.peers.trail import Trail

if TYPE_CHECKING:
    from schedsolver.bench.peer import PeerRoster
    from schedsolver.domain.problem import Problem


def solve(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    trail = Trail(seconds)
    compact = Compact(problem)
    told = search(compact.roster.cp, compact.cost, trail, workers, seed)
    return trail.roster(None if trail.values is None else compact.schedule(trail.values), **told)

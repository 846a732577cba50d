"""What is best of several annealed rosters: CP-SAT chooses among the duties that they have.

Rosters annealed under one guide agree on half to two thirds of their duties and differ in others, so that what they
have together is few duties, among which CP-SAT proves the best in seconds; often it is better than each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schedsolver.solve.cpsat import CpLimits, CpStatus
from schedsolver.solve.lines.cooling import MOST_A_DAY

if TYPE_CHECKING:
    from schedsolver.solve.lines.search import LineSearch

PHASE = "merging of rosters"
# Work of CP-SAT for rosters merged, before it is told that they are too many.
WORK = 10.0
# Moves of a roster for each employee and day at first; twice as many where CP-SAT is not done with so many rosters, as
# better ones have more in common.
MOVES_A_DAY, ENOUGH = 20_000, 3


class Merging:
    """Anneals one roster after the other and merges it with others, with more of them while CP-SAT is done in time.

    Parameters
    ----------
    search
        The search, with what anneals for it.
    rng
        Source of the choices.
    """

    def __init__(self, search: LineSearch, rng: np.random.Generator) -> None:
        self._search, self._cooling, self._rng = search, search.cooling, rng
        self._others, self._moves_a_day = 1, MOVES_A_DAY

    def turn(self) -> None:
        """Anneal a roster, then merge the best one with more and more of those annealed until they are too many."""
        board = self._search.board
        self._cooling.another(self._moves_a_day)
        while not board.stopped and board.work_left > 0:
            if not self._merged():
                if self._others < ENOUGH:
                    self._moves_a_day = min(2 * self._moves_a_day, MOST_A_DAY)
                self._others = max(1, self._others - 1)
                return
            if self._others >= len(self._cooling.rosters):
                return
            self._others += 1

    def _merged(self) -> bool:
        """Merge the best roster with some others; tell whether nothing better can be made of these."""
        now, rosters = self._search.board.values, self._cooling.rosters
        assert now is not None, "there are rosters"
        chosen = self._rng.choice(len(rosters), min(self._others, len(rosters)), replace=False)
        options = np.unique(np.concatenate([self._search.roster.duties_in(now), *(rosters[i][1] for i in chosen)]))
        result = self._search.parts.among(options, now, CpLimits(work=WORK), PHASE)
        return result.status is CpStatus.OPTIMAL

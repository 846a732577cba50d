"""Annealing a roster in rounds, each as long as the clock allows, as long as that gives the best roster.

Several threads may anneal one roster at once: people are dealt out to them again every few moves, and each changes the
lines of its own people only. What is covered they share. Two might count a duty at the same moment, so that one of the
two is lost; that is too rare to matter before all is counted anew, with the next dealing out.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from schedsolver.domain.options import IntArray
from schedsolver.solve.lines.annealing import OFF, Place, anneal, count_cover, place_of

if TYPE_CHECKING:
    from schedsolver.solve.lines.search import LineSearch
    from schedsolver.solve.lines.tables import Tables

PHASE = "annealing"
# First and last temperature in the usual price of a shortage; not below this share of the smallest price.
HOT, COLD, SMALLEST = 0.4, 0.003, 0.3
# The first round gets this share of the time, others so many times that of the one before; as many times as long as
# the round it may take before it until the lines keep all limits.
FIRST_SHARE, LONGER = 0.05, 4
# A round after the first ends when another roster is found so many times as near to the bound as where it began.
OVERTAKEN = 2
# Seconds for each column of the model that are left at the end to see what the last round is worth, and how many times
# as many as that took before.
AHEAD, MARGIN = 5e-6, 1.5
# Moves of a thread between looks at the clock; and moves that stand for a second of CP-SAT, so that a deterministic
# search ends.
AT_ONCE, MOVES_A_SECOND = 20_000, 1_000_000
# Fewest people of a thread.
FEWEST = 4
# Moves of the first round of a deterministic search, for each employee and day.
MOVES_A_DAY = 1_000


class Cooling:
    """Anneals rosters of a search.

    Parameters
    ----------
    search
        The search.
    tables
        What the lines of all employees may be.
    threads
        How many threads may anneal at first.

    Attributes
    ----------
    threads
        How many may anneal from now on.
    """

    def __init__(self, search: LineSearch, tables: Tables, threads: int) -> None:
        self._search, self._tables, self.threads = search, tables, threads
        usual = search.cover.usual
        self._hot, self._cold = HOT * usual, max(COLD * usual, SMALLEST * search.unit)
        self._seconds: float = FIRST_SHARE * search.board.seconds_left
        self._moves = MOVES_A_DAY * int(tables.base.size)
        self._ahead = AHEAD * search.roster.columns
        self._owner = np.repeat(np.arange(len(tables.base)), np.diff(tables.own_counts))
        self._rounds = 0

    def run(self, first: IntArray) -> None:
        """Anneal the best roster, or one that may break limits of counts, as long as that gives a better one."""
        board = self._search.board
        while not board.stopped and board.work_left > 0 and board.seconds_left > self._ahead:
            before = board.best
            first = self.round(first)
            best = board.best
            if best is not None and (best is before or best.phase != PHASE):
                break

    def round(self, first: IntArray) -> IntArray:
        """Anneal the best roster once, or the first one if there is none; offer what comes of it, give its duties."""
        board = self._search.board
        now = board.values
        place = self._begin(first if now is None else np.flatnonzero(now[self._search.roster.duty_columns]))
        for _ in self._steps(LONGER):
            beyond = self._beyond(place)
            if not len(beyond):
                break
            anneal(self._tables, place, beyond, np.arange(len(place.sort)), AT_ONCE, self._hot, self._hot)
        ready = not len(self._beyond(place))
        if ready:
            self._cool(place)
        self._seconds *= LONGER
        self._moves *= LONGER
        employee, day = np.nonzero(place.sort != OFF)
        found = np.sort(self._tables.option[employee, day, place.sort[employee, day]].astype(np.int64))
        if ready:
            began = board.seconds_left
            self._search.parts.complete(found, PHASE)
            if not board.settings.deterministic:
                self._ahead = max(self._ahead, MARGIN * (began - board.seconds_left))
        return found

    def _cool(self, place: Place) -> None:
        """Anneal a roster that keeps all limits once, from hot to cold."""
        people, deal = len(place.sort), np.random.default_rng(place.random)
        randoms = deal.integers(1 << 63, size=(self._search.threads, 1), dtype=np.uint64)
        before = self._search.board.best
        with ThreadPoolExecutor(self._search.threads) as pool:
            for done in self._steps():
                if self._rounds > 1 and before is not None and self._overtaken(before.objective):
                    break
                here = self._hot * (self._cold / self._hot) ** done
                threads = max(1, min(self.threads, people // FEWEST))
                parts = np.array_split(deal.permutation(people), threads)
                one = partial(self._little, place, temperature=here)
                for _ in pool.map(one, parts, randoms[:threads]):
                    pass
                count_cover(self._tables, place)

    def _overtaken(self, cost: int) -> bool:
        """Tell whether another search has found a roster much nearer to the bound than one of this cost."""
        best, bound = self._search.board.best, self._search.board.bound
        return best is not None and bound is not None and OVERTAKEN * (best.objective - bound) < cost - bound

    def _little(self, place: Place, mine: IntArray, random: NDArray[np.uint64], temperature: float) -> None:
        """Anneal the lines of some people a little."""
        anneal(self._tables, place._replace(random=random), mine, mine, AT_ONCE, temperature, temperature)

    def _begin(self, options: IntArray) -> Place:
        """Give the place of the roster that has these duties."""
        of, sort = self._search.roster.options, np.full(self._tables.base.shape, OFF, np.int32)
        sort[of.employee[options], of.day[options]] = self._tables.sort[options]
        self._rounds += 1
        return place_of(self._tables, sort, [self._search.board.settings.seed, self._rounds])

    def _beyond(self, place: Place) -> IntArray:
        """Give the employees with some count beyond a hard limit."""
        outside = (place.total < self._tables.least) | (place.total > self._tables.most)
        return np.unique(self._owner[outside & self._tables.hard])

    def _steps(self, times: int = 1) -> Iterator[float]:
        """Give which share of so many times a round is over before each few moves, until that is over."""
        board = self._search.board
        if board.settings.deterministic:
            for done in range(0, times * self._moves, AT_ONCE):
                yield done / (times * self._moves)
                board.spend(AT_ONCE / MOVES_A_SECOND)
            return
        began = board.seconds_left
        length = min(times * self._seconds, began - self._ahead)
        while length > 0 and (over := (began - board.seconds_left) / length) < 1 and not board.stopped:
            yield over

"""Annealing a roster in rounds, each as long as the clock allows, as long as that gives the best roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.options import IntArray
from schedsolver.solve.lines.annealing import OFF, Place, anneal, place_of

if TYPE_CHECKING:
    from schedsolver.solve.lines.search import LineSearch
    from schedsolver.solve.lines.tables import Tables

# First and last temperature in the usual price of a shortage; not below this share of the smallest price.
HOT, COLD, SMALLEST = 0.4, 1 / 300, 0.2
# The first round gets this share of the time, others so many times that of the one before; this share is left at the
# end to see what the last one is worth.
FIRST_SHARE, LONGER, AHEAD = 0.05, 2.0, 0.02
# Moves between looks at the clock; and moves that stand for a second of CP-SAT, so that a deterministic search ends.
AT_ONCE, MOVES_A_SECOND = 20_000, 1_000_000
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
    number
        Of the thread it runs in.
    """

    def __init__(self, search: LineSearch, tables: Tables, number: int) -> None:
        self._search, self._tables, self._number = search, tables, number
        usual = search.cover.usual
        self._hot, self._cold = HOT * usual, max(COLD * usual, SMALLEST * search.unit)
        self._seconds, self._ahead = (share * search.board.seconds_left for share in (FIRST_SHARE, AHEAD))
        self._moves = MOVES_A_DAY * self._tables.off_cents.size
        self._rounds = 0

    def run(self, first: IntArray) -> None:
        """Anneal the best roster, or one that may break limits of counts, as long as that gives a better one."""
        board, parts = self._search.board, self._search.parts
        while not board.stopped and parts.work_left > 0 and self.round(first):
            pass

    def round(self, first: IntArray) -> bool:
        """Anneal the best roster once, or the first one if there is none; tell whether that gives a better one."""
        search, board = self._search, self._search.board
        now = board.values
        options = first if now is None else np.flatnonzero(now[search.roster.duty_columns])
        of, sort = search.roster.options, np.full(self._tables.off_cents.shape, OFF, np.int32)
        sort[of.employee[options], of.day[options]] = self._tables.sort[options]
        place = place_of(self._tables, sort, [board.settings.seed, self._number, self._rounds])
        self._rounds += 1
        if board.settings.deterministic:
            self._by_moves(place)
        else:
            self._by_clock(place)
        employee, day = np.nonzero(place.sort != OFF)
        found = np.sort(self._tables.option[employee, day, place.sort[employee, day]].astype(np.int64))
        before = board.best
        search.parts.complete(found, "annealing")
        return board.best is not before

    def _by_moves(self, place: Place) -> None:
        """Cool down within so many moves, twice as many the next time."""
        anneal(self._tables, place, self._moves, self._hot, self._cold)
        self._search.parts.spend(self._moves / MOVES_A_SECOND)
        self._moves = round(LONGER * self._moves)

    def _by_clock(self, place: Place) -> None:
        """Cool down within some seconds, longer the next time, and give up when the search is to end."""
        board = self._search.board
        until = board.seconds_left - min(self._seconds, board.seconds_left - self._ahead)
        began = left = board.seconds_left
        while left > until and not board.stopped:
            here = self._hot * (self._cold / self._hot) ** ((began - left) / (began - until))
            anneal(self._tables, place, AT_ONCE, here, here)
            left = board.seconds_left
        self._seconds *= LONGER

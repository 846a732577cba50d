"""When a search by places names its best solution: finding names takes as long as solving a part of it, or several."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from schedsolver.domain.arrays import IntArray

if TYPE_CHECKING:
    from schedsolver.solve.board import Board
    from schedsolver.solve.naming import Naming

# What a part may take by the clock, where there is one.
PART_SECONDS = 6.0
# How much longer than the latest time names may take to be found; there are so many times between, too.
SLACK = 3.0
# The same as long as rosters are far from good.
ROUGH_SLACK = 10.0
# After so many parts names are found, for so many outlets and days with care; for more where all else takes long, so
# that care takes so many times as long as that.
EVERY, PLACES, CARE_TO_REST = 10, 10, 2.0
# Before time is up names are found whenever they may be, from so many times as long as all outlets and days that wait
# for care should take, and no longer than this share of the limit. Care for one saves more than parts do in the time.
CARE, CARE_SHARE = 2.0, 0.4


class Announcer:
    """Offers solutions to a board, not too often and before time is up.

    Parameters
    ----------
    board
        Has a solution to begin with.
    naming
        Finds the names; told with how much care.

    Attributes
    ----------
    careful
        Whether names are worth care: not as long as rosters are far from good.
    parts
        How many parts were solved since names were found.
    """

    def __init__(self, board: Board, naming: Naming) -> None:
        self._board, self._naming = board, naming
        self._named = board.values
        # Seconds that names took, without care, and care for one place; when they were found last.
        self._took, self._bare, self._each, self._ended = 0.0, 0.0, 0.0, 0.0
        self._busy = threading.Lock()
        self.careful, self.parts = False, 0

    def offer_if_due(self, values: IntArray, phase: str) -> None:
        """Offer a solution after some parts, and as time runs out; not while another thread does."""
        slack = SLACK if self.careful else ROUGH_SLACK
        waited = time.perf_counter() - self._ended >= slack * self._took
        if not (self._due or (waited and self.parts >= EVERY)):
            return
        if self._busy.acquire(blocking=False):
            try:
                self._offer(values, phase)
            finally:
                self._busy.release()
        else:
            self._naming.help()

    def offer(self, values: IntArray, phase: str) -> None:
        """Offer a solution, unless all that it says was named before; wait for another thread that does."""
        with self._busy:
            self._offer(values, phase)

    def _offer(self, values: IntArray, phase: str) -> None:
        if self._named is not None and self._stays(self._named):
            values = self._named
        new = values is not self._named
        most = 0 if new and self._closing else self._places
        if not (self._in_time(values) if new else self._naming.waiting and most):
            return
        began = time.perf_counter()
        self._naming.most = most
        self.parts, self._named = 0, values
        self._board.offer(values, phase)
        if not self._board.settings.deterministic:
            self._ended = time.perf_counter()
            self._took = self._ended - began
            if not most:
                self._bare = self._took
            elif self._naming.waiting:
                self._each = max(0.0, self._took - (self._bare if new else 0.0)) / most

    @property
    def _places(self) -> int:
        """For how many outlets and days to find names with care now; no more than there is time for."""
        left = self._board.seconds_left - self._bare
        if not self.careful or left <= 0:
            return 0
        if self._board.settings.deterministic or not self._each:
            return PLACES
        wanted = max(PLACES, round(CARE_TO_REST * self._bare / self._each))
        return min(wanted, int(left / self._each))

    def _in_time(self, values: IntArray) -> bool:
        """Whether there is time to find all names anew, and for care once more where duties have changed."""
        if not self._closing:
            return True
        return self._board.seconds_left > 2 * self._bare + self._each * self._naming.changes(values)

    @property
    def part_seconds(self) -> float:
        """Seconds that the next part may take so that names can be found after it; none where care comes first."""
        if self._board.settings.deterministic:
            return math.inf
        if self._named is not None and self._stays(self._named) and self._places:
            return 0.0
        return max(0.0, min(PART_SECONDS, self._seconds_left))

    @property
    def _seconds_left(self) -> float:
        return self._board.seconds_left - SLACK * (self._bare or self._took)

    @property
    def _due(self) -> bool:
        """Whether names are found as often as may be."""
        return self._seconds_left <= PART_SECONDS + self._care_seconds

    @property
    def _closing(self) -> bool:
        """Whether what time is left is for care."""
        return self.careful and self._due

    def _stays(self, named: IntArray) -> bool:
        """Whether what is new waits, as places of what was named last wait for care: it brings more than parts do."""
        return self._closing and self._naming.waiting > 0 and not self._naming.changes(named)

    @property
    def _care_seconds(self) -> float:
        """Seconds before time is nearly up from which names are found as often as may be."""
        wanted = CARE * self._each * self._naming.waiting
        return min(wanted, CARE_SHARE * self._board.settings.time_seconds)

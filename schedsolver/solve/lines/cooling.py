"""Annealing a roster in rounds, each as long as the clock allows, as long as that gives the best roster.

Several threads may anneal one roster at once: people are dealt out to them again every few moves, and each changes the
lines of its own people only. What is covered they share. Two might count a duty at the same moment, so that one of the
two is lost; that is too rare to matter before all is counted anew, with the next dealing out.

Once the master is solved its shares guide annealing: what it gives no share of costs more while it is hot, so that odds
of rosters are multiplied by those that each duty has there. Rosters annealed so have much in common, and what is best
of several is for `merging.py` to find.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.domain.options import DutyOptions
from schedsolver.solve.lines.annealing import anneal
from schedsolver.solve.lines.master import joined
from schedsolver.solve.lines.place import OFF, Place, count_cover, options_at, place_of, price_anew
from schedsolver.solve.lines.tables import NEVER, Tables

if TYPE_CHECKING:
    from schedsolver.solve.lines.generation import Generated
    from schedsolver.solve.lines.search import LineSearch

PHASE = "annealing"
# First and last temperature in the usual price of a shortage; not below this share of the smallest price.
HOT, COLD, SMALLEST = 0.4, 0.003, 0.3
# The first round gets this share of the time, others so many times that of the one before; as many times as long as
# the round it may take before it until the lines keep all limits.
FIRST_SHARE, LONGER = 0.05, 4
# A round after the first ends when another roster is found so many times as near to the bound as where it began.
OVERTAKEN = 4
# How strongly shares of the master guide, for how much of a round, and the least share that anything counts as; prices
# are made again when they should be no more than this share of what they are.
GUIDED, GUIDED_UNTIL, LEAST_SHARE, GUIDED_AGAIN = 0.25, 0.9, 1e-3, 0.98
# From when in a round before that rosters are passed on to the master, and how many in the time of a whole round.
PASSED_FROM, PASSED = 0.3, 80
# Seconds for each column of the model that are left at the end to see what the last round is worth, and how many times
# as many as that took before.
AHEAD, MARGIN = 5e-6, 1.5
# Moves of a thread between looks at the clock; and moves that stand for a second of CP-SAT, so that a deterministic
# search ends.
AT_ONCE, MOVES_A_SECOND = 20_000, 1_000_000
# Fewest people of a thread; and bytes of what is looked up for those that it anneals at a time, as caches hold.
FEWEST, AT_HAND = 4, 600_000
# Moves of the first round of a deterministic search, for each employee and day.
MOVES_A_DAY = 1_000
# So many guided rounds follow each other before rosters are merged, and so many moves for each employee and day are
# enough for one: five times 20,000 save 2 % on n060w4, nothing on n030w8.
GUIDED_ROUNDS, MOST_A_DAY = 2, 150_000
# A roster annealed to be merged with others takes no more than this share of the time left.
MERGED_SHARE = 0.2
# So many rosters, the cheapest, are kept to be merged.
KEPT = 10


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
    passed
        Duties of rosters on the way, for the master to begin with.
    rosters
        Cost and duties of the cheapest rosters annealed.
    """

    def __init__(self, search: LineSearch, tables: Tables, threads: int) -> None:
        self._search, self._tables, self.threads = search, tables, threads
        usual = search.cover.usual
        self._hot, self._cold = HOT * usual, max(COLD * usual, SMALLEST * search.unit)
        self._seconds = FIRST_SHARE * search.board.seconds_left
        self._moves = MOVES_A_DAY * tables.base.size if search.board.settings.deterministic else math.inf
        self._ahead = AHEAD * search.roster.columns
        self._owner = np.repeat(np.arange(len(tables.base)), np.diff(tables.own_counts))
        self._rounds = 0
        # Each thread anneals so many groups of people one after the other, each as large as caches hold.
        people = len(tables.base)
        each = 1 + (tables.cents.nbytes + tables.option.nbytes) // people
        self._turns = max(1, people // max(FEWEST, AT_HAND // each) // search.threads)
        self._guide: FloatArray | None = None
        self.passed: list[IntArray] = []
        self.rosters: list[tuple[int, IntArray]] = []

    def guide(self, lines: Generated) -> None:
        """Be guided by the master's shares from the next round on, which begins at once."""
        self._guide = guide_of(self._tables, self._search.roster.options, lines)
        self.rosters = []
        self._seconds = self._search.board.seconds_left / (1 + LONGER)

    def run(self, first: IntArray) -> None:
        """Anneal the best roster, or one that may break limits of counts, as long as that gives a better one."""
        board, guided = self._search.board, 0
        while guided < GUIDED_ROUNDS and not board.stopped and board.work_left > 0 and board.seconds_left > self._ahead:
            before, guide = board.best, self._guide
            first = self.round(first)
            guided += guide is not None
            best = board.best
            if best is not None and (best.phase != PHASE or (best is before and self._guide is guide)):
                break

    def round(self, first: IntArray) -> IntArray:
        """Anneal the best roster once, or the first one if there is none; offer what comes of it, give its duties."""
        board = self._search.board
        now = board.values
        place = self._begin(first if now is None else self._search.roster.duties_in(now))
        for _ in self._steps(LONGER * self._seconds, LONGER * self._moves):
            beyond = self._beyond(place)
            if not len(beyond):
                break
            anneal(self._tables, place, beyond, np.arange(len(place.sort)), AT_ONCE, self._hot, self._hot)
        ready = not len(self._beyond(place))
        guide = self._guide
        if ready:
            most = math.inf if guide is None else MOST_A_DAY * place.sort.size / self._search.threads
            steps = self._steps(self._seconds, min(self._moves, most))
            self._cool(place, guide, self._until_overtaken(steps, guide), lambda: self.threads)
        found = self._duties(place)
        if self._guide is guide:
            # Without a master there is no guide to come, and the slower a roster cools the better it gets.
            self._seconds = LONGER * self._seconds if self._search.pricers.exact else board.seconds_left
            self._moves *= LONGER
            if ready:
                self._keep(place, found)
        if ready:
            began = board.seconds_left
            self._search.parts.complete(found, PHASE)
            if not board.settings.deterministic:
                self._ahead = max(self._ahead, MARGIN * (began - board.seconds_left))
        return found

    def another(self, moves_a_day: int) -> None:
        """Anneal one more roster by one thread, guided as the last round was, and keep it to be merged with others."""
        board = self._search.board
        assert board.values is not None, "there are rosters"
        place = self._begin(self._search.roster.duties_in(board.values))
        most = min(moves_a_day * place.sort.size, self._moves / LONGER)
        self._cool(place, self._guide, self._steps(MERGED_SHARE * board.seconds_left, most), lambda: 1)
        found = self._duties(place)
        if self._keep(place, found) < board.cost:
            self._search.parts.complete(found, PHASE)

    def _keep(self, place: Place, duties: IntArray) -> int:
        """Keep the roster of a place, if it is one of the cheapest; give its cost, as near as it is looked up."""
        cover = self._tables.row_cents[np.arange(len(place.covered)), place.covered]
        cost = int(place.cents.sum()) + int(cover.sum())
        self.rosters = sorted([*self.rosters, (cost, duties)], key=lambda roster: roster[0])[:KEPT]
        return cost

    def _cool(self, place: Place, guide: FloatArray | None, steps: Iterator[float], threads: Callable[[], int]) -> None:
        """Anneal a roster that keeps all limits once, from hot to cold.

        Before each few moves ``steps`` tell how far it is, and ``threads`` how many may take part.
        """
        people, deal = len(place.sort), np.random.default_rng(place.random)
        randoms = deal.integers(1 << 63, size=(self._search.threads, 1), dtype=np.uint64)
        tables, passed, strength = self._tables, 0, math.inf
        with ThreadPoolExecutor(self._search.threads) as pool:
            for done in steps:
                here = self._hot * (self._cold / self._hot) ** done
                if guide is None:
                    if done > PASSED_FROM and passed < PASSED * (done - PASSED_FROM):
                        self.passed.append(self._duties(place))
                        passed += 1
                elif (wanted := GUIDED * here * (done < GUIDED_UNTIL)) < GUIDED_AGAIN * strength:
                    strength = wanted
                    more = np.rint(strength * guide).astype(np.int32)
                    tables = price_anew(tables, place, self._tables.cents + more)
                parts = np.array_split(deal.permutation(people), max(1, min(threads(), people // FEWEST)))
                one = partial(self._little, tables, place, temperature=here)
                for _ in pool.map(one, parts, randoms[: len(parts)]):
                    pass
                count_cover(tables, place)
        price_anew(tables, place, self._tables.cents)

    def _until_overtaken(self, steps: Iterator[float], guide: FloatArray | None) -> Iterator[float]:
        """Go through the steps of a round after the first until there is another guide, or a much better roster."""
        before = self._search.board.best
        for done in steps:
            over = self._guide is not guide or (before is not None and self._overtaken(before.objective))
            if self._rounds > 1 and over:
                return
            yield done

    def _overtaken(self, cost: int) -> bool:
        """Tell whether another search has found a roster much nearer to the bound than one of this cost."""
        best, bound = self._search.board.best, self._search.board.bound
        return best is not None and bound is not None and OVERTAKEN * (best.objective - bound) < cost - bound

    def _duties(self, place: Place) -> IntArray:
        """Give the duties of a place."""
        return np.sort(options_at(self._tables, place))

    def _little(
        self, tables: Tables, place: Place, mine: IntArray, random: NDArray[np.uint64], temperature: float
    ) -> None:
        """Anneal the lines of some people a little, group after group."""
        own = place._replace(random=random)
        for group in np.array_split(mine, self._turns):
            anneal(tables, own, group, group, AT_ONCE, temperature, temperature)

    def _begin(self, options: IntArray) -> Place:
        """Give the place of the roster that has these duties."""
        self._rounds += 1
        seed = [self._search.board.settings.seed, self._rounds]
        return place_of(self._tables, self._search.roster.options, options, seed)

    def _beyond(self, place: Place) -> IntArray:
        """Give the employees with some count beyond a hard limit."""
        outside = (place.total < self._tables.least) | (place.total > self._tables.most)
        return np.unique(self._owner[outside & self._tables.hard])

    def _steps(self, seconds: float, moves: float) -> Iterator[float]:
        """Give which share of a round is over before each few moves of a thread, until its time or its moves are.

        A deterministic round does not look at the clock.
        """
        board, made = self._search.board, 0
        deterministic, began = board.settings.deterministic, board.seconds_left
        length = math.inf if deterministic else min(seconds, began - self._ahead)
        while length > 0 and not board.stopped:
            over = made / moves if deterministic else max(made / moves, (began - board.seconds_left) / length)
            if over >= 1:
                return
            yield over
            made += AT_ONCE * self._turns
            if deterministic:
                board.spend(AT_ONCE * self._turns / MOVES_A_SECOND)


def guide_of(tables: Tables, options: DutyOptions, lines: Generated) -> FloatArray:
    """Give how far from certain the master is of each duty and day off, as minus the logarithm of its share.

    Shape ``(employees, days, sorts + 1)`` as ``tables.cents``; 0 where there is no duty.
    """
    weight = np.repeat(lines.weight, [len(line.options) for line in lines.lines])
    share = np.zeros(tables.cents.shape)
    share[options.employee, options.day, tables.sort] = np.bincount(joined(lines.lines), weight, len(options))
    share[:, :, OFF] = 1 - share.sum(axis=2)
    return np.where(tables.cents == NEVER, 0, -np.log(np.clip(share, LEAST_SHARE, 1)))

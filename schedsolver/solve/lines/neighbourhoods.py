"""Neighbourhoods of a roster of lines: some employees, or some days of all, solved again beside the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.solve.cpsat import CpLimits, CpResult, CpStatus
from schedsolver.solve.lines.cooling import PHASE as ANNEALING
from schedsolver.solve.lines.dive import at_hand, dive
from schedsolver.solve.lines.generation import Generated, generate, reduced_costs
from schedsolver.solve.lines.master import Line, Master, joined
from schedsolver.solve.lines.merging import Merging
from schedsolver.solve.lines.pricer import Pricers
from schedsolver.solve.lines.windows import Window, window_of

if TYPE_CHECKING:
    from schedsolver.solve.lines.search import LineSearch

# As for the whole: duties of lines with a reduced cost up to this share of the smallest price are good.
GOOD = 0.5
# Fewest and most employees solved again at once.
FEWEST, MOST = 6, 20
# From so many days on, windows of days are solved again too; fewest and most days of one.
LONG_DAYS, SHORTEST, LONGEST = 42, 7, 28
# Where there are no lines of the whole, windows are priced: this many people times days, and at most so many days.
PRICED_CELLS, PRICED_DAYS = 1400, (7, 14, 21, 28, 42)
# Share of its bound within which the master of a window may stay, and those in dives over it.
CLOSE_IN_WINDOWS, CLOSE_IN_DIVES = 1e-3, 3e-4
# Work of CP-SAT for one neighbourhood.
WORK = 3.0
# Work that lines of one employee in a neighbourhood stand for, so that a deterministic search ends.
WORK_OF_LINES = 0.02
# How often CP-SAT has its turn where dives find nothing better.
CP_TURN = 3


class Neighbourhoods:
    """What neighbourhoods of one search share.

    Parameters
    ----------
    search
        The search.
    lines
        Where column generation ended; without it there are windows only, priced each by itself.
    """

    def __init__(self, search: LineSearch, lines: Generated | None) -> None:
        self.search = search
        self.lines = lines
        self.good = np.arange(len(search.roster.options)) if lines is None else search.good(lines)
        best = search.board.best
        self._annealed = lines is not None and best is not None and best.phase == ANNEALING

    def worker(self, number: int) -> Worker:
        """Give what runs in one thread."""
        rng = np.random.default_rng([self.search.board.settings.seed, number])
        return Worker(self, rng, Merging(self.search, rng) if self._annealed else None)


class Worker:
    """Solves one neighbourhood after the other; its sizes grow while they are closed, and shrink where not.

    Half of the time it merges rosters instead, where the best one comes from annealing.

    Parameters
    ----------
    around
        What it shares with the others.
    rng
        Source of its choices.
    merging
        Merges rosters, if that is worth while.
    """

    def __init__(self, around: Neighbourhoods, rng: np.random.Generator, merging: Merging | None) -> None:
        self._around, self._merging = around, merging
        self._search = around.search
        self._rng = rng
        roster = self._search.roster
        self._options, self._duties = roster.options, roster.duty_columns
        self._staff, self._days = len(roster.problem.staff), roster.problem.horizon.days
        self._people = min(10.0, self._staff)
        self._window = 14.0

    def run(self) -> None:
        """Go on until the board says stop or no work is left."""
        board, turn = self._search.board, 0
        merging, solving = 0.0, 0.0
        while not board.stopped and board.work_left > 0:
            began = board.moment
            if self._merging is not None and merging <= solving:
                self._merging.turn()
                merging += board.moment - began
            else:
                turn += 1
                self._solve(turn)
                solving += board.moment - began

    def _solve(self, turn: int) -> None:
        """Solve a neighbourhood."""
        now, lines = self._search.board.values, self._around.lines
        assert now is not None, "there are rosters"
        if lines is None:
            self._price_window(now)
        elif self._days >= LONG_DAYS and turn % 2:
            self._solve_window(now)
        else:
            self._solve_people(now, lines, by_dive=turn % CP_TURN > 0)

    def _solve_window(self, now: IntArray) -> None:
        """Let CP-SAT solve some days of everybody again."""
        length = min(self._days, round(self._window))
        first = int(self._rng.integers(0, self._days - length + 1))
        options = np.union1d(self._around.good, self._search.roster.duties_in(now))
        day = self._options.day[options]
        result = self._part(options[(day >= first) & (day < first + length)], now, "window of lines")
        self._window = _next_size(self._window, result.status in CLOSED, SHORTEST, LONGEST)

    def _price_window(self, now: IntArray) -> None:
        """Generate lines of some employees on some days beside all else; if their bound leaves hope, dive."""
        search, given = self._search, self._search.roster.duties_in(now)
        length = min(self._days, int(self._rng.choice(PRICED_DAYS)))
        people = min(self._staff, max(FEWEST, PRICED_CELLS // length))
        search.board.spend(WORK_OF_LINES * people)
        employees = np.sort(self._rng.choice(self._staff, people, replace=False)).tolist()
        # Windows may reach beyond the horizon, so that its ends are in as many as other days.
        begin = int(self._rng.integers(-(length // 2), self._days - length // 2))
        first, end = max(0, begin), min(self._days, begin + length)
        lines = [search.lines[employee] for employee in employees]
        window = window_of(lines, search.cover, self._options.day, given, first, end)
        better = self._better(window)
        if better is not None:
            latest = search.board.values
            assert latest is not None
            others = np.setdiff1d(search.roster.duties_in(latest), window.options[window.inside])
            chosen = window.options[joined(better)]
            search.parts.complete(np.union1d(others, chosen[self._options.day[chosen] < end]), "window of lines")

    def _better(self, window: Window) -> list[Line] | None:
        """Give lines for a window that cost less than those there are, if a dive finds such."""
        board, most = self._search.board, window.cents - self._search.unit + 1e-6
        pricers = Pricers.of(window.lines, 1)
        master = Master(window.cover, pricers.employees)
        master.add(window.current)
        found = generate(pricers, master, lambda: board.stopped, share=CLOSE_IN_WINDOWS)
        if found is None or found.bound > most:
            return None
        close = CLOSE_IN_DIVES * abs(found.bound)
        better = dive(pricers, window.cover, found, lambda bound: board.stopped or bound > most, close)
        return None if better is None or window.cover.cents_with(better) > most or board.stopped else better

    def _solve_people(self, now: IntArray, lines: Generated, *, by_dive: bool) -> None:
        """Generate lines of some employees beside the others; if their bound leaves hope, dive or let CP-SAT choose."""
        search, given = self._search, self._search.roster.duties_in(now)
        search.board.spend(WORK_OF_LINES * round(self._people))
        current = search.lines_of(given)
        employees = self._chosen(lines, current, given)
        beside = [line for line in current if line.employee not in set(employees)]
        cover, paid = search.cover.beside(search.cover.counts(joined(beside)))
        paid += sum(line.cents for line in beside)
        pricers, master = search.pricers.among(employees), Master(cover, employees)
        hand = at_hand(search.pricers, cover, lines, employees) or []
        master.add([*(current[employee] for employee in employees), *hand])
        found = generate(pricers, master, lambda: search.board.stopped, close=search.close)
        hope = found is not None and found.bound + paid <= int(now @ search.cents) - search.unit + 1e-6
        if found is None or not hope:
            self._people = _next_size(self._people, True, FEWEST, min(MOST, self._staff))
        elif by_dive:
            search.dive(pricers, cover, found, beside, paid, "dive over some lines")
        else:
            near = [line for line, r in zip(found.lines, found.reduced, strict=True) if r <= GOOD * search.unit]
            options = joined([*near, *(current[employee] for employee in employees)])
            result = self._part(np.unique(options), now, "neighbourhood of lines")
            self._people = _next_size(self._people, result.status in CLOSED, FEWEST, min(MOST, self._staff))

    def _part(self, options: IntArray, now: IntArray, phase: str) -> CpResult:
        """Let CP-SAT solve a part; what it finds beside a roster that is no longer the best is put into that."""
        board = self._search.board
        result = self._search.parts.around(options, now, CpLimits(work=WORK), phase)
        latest = board.values
        if result.values is not None and latest is not None and latest is not now:
            merged = latest[self._duties].copy()
            merged[options] = result.values[self._duties[options]]
            if not np.array_equal(merged, latest[self._duties]) and not board.stopped:
                self._search.parts.complete(np.flatnonzero(merged), phase)
        return result

    def _chosen(self, lines: Generated, current: Sequence[Line], given: IntArray) -> list[int]:
        """Choose employees: those whose lines are dear at the prices of cover, and those who could help a bad row."""
        cover = self._search.cover
        regret = np.maximum(0.0, reduced_costs(cover, lines.prices, lines.duals, current))
        weight = regret + 0.1 * max(1.0, regret.mean())
        if self._rng.integers(2):
            weight = weight + weight.max() * self._helpers(cover.counts(given))
        size = round(self._people)
        return sorted(self._rng.choice(self._staff, size, replace=False, p=weight / weight.sum()).tolist())

    def _helpers(self, counts: IntArray) -> FloatArray:
        """Tell who has a good line that covers a row in which there are too few or too many now."""
        cover, helps = self._search.cover, np.zeros(self._staff)
        off = np.flatnonzero(counts != cover.target)
        if len(off):
            wanted = cover.option[cover.row == int(self._rng.choice(off))]
            helps[self._options.employee[np.intersect1d(wanted, self._around.good)]] = 1.0
        return helps


CLOSED = (CpStatus.OPTIMAL, CpStatus.INFEASIBLE)


def _next_size(size: float, closed: bool, least: int, most: int) -> float:
    """Let a size grow a little after a part was closed, and shrink when it was not."""
    return float(np.clip(size * (1.05 if closed else 0.9), least, most))

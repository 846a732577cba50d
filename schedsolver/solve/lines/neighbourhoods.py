"""Neighbourhoods of a roster of lines: some employees, or some days of all, solved again beside the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.options import BoolArray, IntArray
from schedsolver.solve.cpsat import CpLimits, CpResult, CpStatus
from schedsolver.solve.lines.counters import FloatArray
from schedsolver.solve.lines.dive import at_hand
from schedsolver.solve.lines.generation import Generated, generate, reduced_costs
from schedsolver.solve.lines.master import Line, Master

if TYPE_CHECKING:
    from schedsolver.solve.lines.search import LineSearch

# As for the whole: duties of lines with a reduced cost up to this share of the smallest price are good.
GOOD = 0.5
# Fewest and most employees solved again at once.
FEWEST, MOST = 6, 20
# From so many days on, windows of days are solved again too; fewest and most days of one.
LONG_DAYS, SHORTEST, LONGEST = 42, 7, 28
# Work of CP-SAT for one neighbourhood.
WORK = 4.0
# Lines of an employee that a neighbourhood begins with.
AT_HAND = 40


class Neighbourhoods:
    """What neighbourhoods of one search share.

    Parameters
    ----------
    search
        The search.
    lines
        Where column generation ended.
    """

    def __init__(self, search: LineSearch, lines: Generated) -> None:
        self.search = search
        self.lines = lines
        self.good = search.good(lines)
        self.pool: dict[int, list[Line]] = defaultdict(list)
        for line in at_hand(lines, search.pricers.employees, AT_HAND):
            self.pool[line.employee].append(line)

    def worker(self, number: int) -> Worker:
        """Give what runs in one thread."""
        return Worker(self, np.random.default_rng([self.search.board.settings.seed, number]))


class Worker:
    """Solves one neighbourhood after the other; its sizes grow while they are closed, and shrink where not.

    Parameters
    ----------
    around
        What it shares with the others.
    rng
        Source of its choices.
    """

    def __init__(self, around: Neighbourhoods, rng: np.random.Generator) -> None:
        self._around = around
        self._search = around.search
        self._rng = rng
        roster = self._search.roster
        self._options = roster.options
        self._staff, self._days = len(roster.problem.staff), roster.problem.horizon.days
        self._people = min(12.0, self._staff)
        self._window = 14.0

    def run(self) -> None:
        """Go on until the board says stop or no work is left."""
        board, parts = self._search.board, self._search.parts
        turn = 0
        while not board.stopped and parts.work_left > 0:
            assert board.values is not None
            turn += 1
            if self._days >= LONG_DAYS and turn % 2:
                self._solve_window(board.values)
            else:
                self._solve_people(board.values)

    def _solve_window(self, now: IntArray) -> None:
        length = min(self._days, round(self._window))
        first = int(self._rng.integers(0, self._days - length + 1))
        given = np.flatnonzero(now[self._search.roster.duty_columns])
        options = np.union1d(self._around.good, given)
        day = self._options.day[options]
        options = options[(day >= first) & (day < first + length)]
        result = self._part(options, now, "window of lines")
        self._window = _next_size(self._window, result, SHORTEST, LONGEST)

    def _solve_people(self, now: IntArray) -> None:
        given = np.flatnonzero(now[self._search.roster.duty_columns])
        employees = self._chosen(now, given)
        inside = np.isin(self._options.employee[given], employees)
        options = self._worth_it(now, employees, given, inside)
        if options is None:
            self._people = min(self._people * 1.02, MOST, self._staff)
            return
        result = self._part(np.union1d(options, given[inside]), now, "neighbourhood of lines")
        self._people = _next_size(self._people, result, FEWEST, min(MOST, self._staff))

    def _part(self, options: IntArray, now: IntArray, phase: str) -> CpResult:
        """Let CP-SAT solve a part; what it finds beside a roster that is no longer the best is put into that."""
        board, parts = self._search.board, self._search.parts
        result = parts.around(options, now, CpLimits(work=WORK), phase)
        latest = board.values
        if result.values is not None and latest is not None and latest is not now:
            duties = self._search.roster.duty_columns
            merged = latest[duties].copy()
            merged[options] = result.values[duties[options]]
            if not np.array_equal(merged, latest[duties]) and not board.stopped:
                parts.complete(np.flatnonzero(merged), phase)
        return result

    def _chosen(self, now: IntArray, given: IntArray) -> list[int]:
        """Choose employees: those whose lines are dear at the prices of cover, and those who could help a bad row."""
        lines, cover = self._around.lines, self._search.cover
        regret = np.maximum(0.0, reduced_costs(cover, lines.prices, lines.duals, self._current(given)))
        size = round(self._people)
        weight = regret + 0.1 * max(1.0, regret.mean())
        counts = cover.counts(given)
        if self._rng.integers(2):
            weight = weight + weight.max() * self._helpers(counts)
        return sorted(self._rng.choice(self._staff, size, replace=False, p=weight / weight.sum()).tolist())

    def _current(self, given: IntArray) -> list[Line]:
        """Give the line of each employee in a roster, its price left out where only cover matters."""
        search = self._search
        own = np.split(given, np.searchsorted(self._options.employee[given], np.arange(1, self._staff)))
        return [search.pricers.line_of(employee, options) for employee, options in enumerate(own)]

    def _helpers(self, counts: IntArray) -> FloatArray:
        """Tell who has a good line that covers a row in which there are too few or too many now."""
        cover = self._search.cover
        off = np.flatnonzero(counts != cover.target)
        helps = np.zeros(self._staff)
        if len(off):
            row = int(self._rng.choice(off))
            wanted = cover.option[cover.row == row]
            wanted = np.intersect1d(wanted, self._around.good)
            helps[self._options.employee[wanted]] = 1.0
        return helps

    def _worth_it(self, now: IntArray, employees: Sequence[int], given: IntArray, inside: BoolArray) -> IntArray | None:
        """Give the duties of good lines beside the others; ``None`` where their bound rules a better roster out."""
        search = self._search
        beside, paid = search.cover.beside(search.cover.counts(given[~inside]))
        master = Master(beside, employees)
        current = {line.employee: line for line in self._current(given)}
        paid += sum(line.cents for employee, line in current.items() if employee not in set(employees))
        master.add([*(current[e] for e in employees), *(line for e in employees for line in self._around.pool[e])])
        cost = int(now @ search.cents)
        found = generate(search.pricers.among(employees), master, lambda: search.board.stopped)
        if found is None or found.bound + paid > cost - search.unit + 1e-6:
            return None
        near = found.reduced <= GOOD * search.unit
        return np.unique(np.concatenate([line.options for line, good in zip(found.lines, near, strict=True) if good]))


def _next_size(size: float, result: CpResult, least: int, most: int) -> float:
    factor = 1.05 if result.status in (CpStatus.OPTIMAL, CpStatus.INFEASIBLE) else 0.9
    return float(np.clip(size * factor, least, most))

"""The search over lines of work: column generation, CP-SAT on the duties of good lines, then neighbourhoods."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.options import IntArray
from schedsolver.model.relaxation import Relaxation
from schedsolver.solve.board import Board
from schedsolver.solve.cpsat import CpLimits
from schedsolver.solve.lines.describe import line_problems
from schedsolver.solve.lines.dive import dive
from schedsolver.solve.lines.generation import Generated, first_lines, generate
from schedsolver.solve.lines.master import Cover, Master, joined
from schedsolver.solve.lines.neighbourhoods import Neighbourhoods
from schedsolver.solve.lines.parts import Parts
from schedsolver.solve.lines.pricer import Pricers

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel

# Duties of lines with a reduced cost up to this share of the smallest price are good.
GOOD = 0.5
# Share of the time left that CP-SAT gets for the good duties of all employees.
RESTRICTED_SHARE = 0.4
# Share of the employees whom the dive leaves to CP-SAT, not fewer than so many, and the work that may take.
LEFT, FEWEST_LEFT, DIVE_WORK = 0.2, 6, 4.0
# How often everybody has a turn when the first roster is put together.
FIRST_ROUNDS = 3


def suits_lines(model: BuiltModel) -> bool:
    """Tell whether a roster is one of lines: duties without activities, one a day, wanted by shift."""
    roster = model.roster
    problem = roster.problem
    return not problem.activities and roster.one_a_day and bool(problem.shift_requirements)


class LineSearch:
    """One run of the search over lines.

    Parameters
    ----------
    board
        Where rosters and bounds go, and when to stop.
    relaxation
        The rows of the model, none left out.
    """

    def __init__(self, board: Board, relaxation: Relaxation) -> None:
        self.board = board
        self.roster = board.model.roster
        settings = board.settings
        self.threads = settings.threads
        self.parts = Parts(board, relaxation, settings.work_limit)
        self.cents = self.roster.column_cents()
        self.unit = max(1, int(np.gcd.reduce(self.cents)))
        problem, options = self.roster.problem, self.roster.options
        asked = (rule.line_cover(problem, options) for rule in self.roster.rules if problem.counts(rule.name))
        count = len(self.roster.options)
        self.cover = Cover([part for part in asked if part is not None], count)
        self.pricers = Pricers.of(line_problems(self.roster), count, self.threads)

    def run(self) -> None:
        """Search until the board says stop; there may be no roster at the end."""
        order = np.random.default_rng(self.board.settings.seed).permutation(len(self.roster.problem.staff))
        first = first_lines(self.pricers, self.cover, order.tolist(), FIRST_ROUNDS)
        if first is None:
            return
        self.parts.complete(joined(first), "first lines")
        master = Master(self.cover, self.pricers.employees)
        master.add(first)
        lines = generate(self.pricers, master, lambda: self.board.stopped, self._raise_bound)
        if lines is None:
            return
        if len(self.roster.options) <= self.board.settings.strategy.small_options:
            self._close()
        for step in (self._dive, self._restrict):
            if not self.board.stopped:
                step(lines)
        if self.board.values is not None:
            self.board.expect_better()
            self._improve(lines)

    def _raise_bound(self, bound: float) -> None:
        """Take a bound; costs are whole cents, so it may be rounded up, less what floating point may have added."""
        self.board.raise_bound(math.ceil(bound - max(1e-6, 1e-9 * abs(bound))), "column generation")

    def _close(self) -> None:
        """Try to solve the whole model by CP-SAT."""
        every, seconds = np.arange(len(self.roster.options)), self.board.settings.strategy.small_seconds
        limits = CpLimits(work=seconds) if self.board.settings.deterministic else CpLimits(seconds=seconds)
        result = self.parts.among(every, self.board.values, limits, "whole model")
        if result.values is not None:
            self._raise_bound(result.bound)

    def _dive(self, lines: Generated) -> None:
        """Give most employees lines by a dive, and let CP-SAT choose those of the others."""
        staff = len(self.pricers.employees)
        leave = min(staff, max(FEWEST_LEFT, round(LEFT * staff)))
        found = dive(self.pricers, self.cover, lines, leave, lambda: self.board.stopped)
        if found is None:
            return
        given, open_options = found
        limits = CpLimits(work=DIVE_WORK, workers=self.threads)
        self.parts.beside(joined(given), open_options, limits, "dive over lines")

    def _restrict(self, lines: Generated) -> None:
        """Let CP-SAT choose among the duties of good lines, and those of the roster there is."""
        now = self.board.values
        options = self.good(lines)
        if now is not None:
            options = np.union1d(options, np.flatnonzero(now[self.roster.duty_columns]))
        limits = CpLimits(seconds=self.board.seconds_left * RESTRICTED_SHARE, workers=self.threads)
        if self.board.settings.deterministic:
            limits = CpLimits(work=self.parts.work_left * RESTRICTED_SHARE)
        self.parts.among(options, now, limits, "duties of good lines")

    def good(self, lines: Generated) -> IntArray:
        """Give the duty options that good lines have."""
        chosen = [line for line, reduced in zip(lines.lines, lines.reduced, strict=True) if reduced <= GOOD * self.unit]
        return np.unique(joined(chosen))

    def _improve(self, lines: Generated) -> None:
        """Solve neighbourhoods again until told to stop, one in each thread."""
        around = Neighbourhoods(self, lines)
        workers = [
            threading.Thread(target=self.board.guarded(around.worker(i).run), daemon=True) for i in range(self.threads)
        ]
        for worker in workers[1:]:
            worker.start()
        around.worker(0).run()
        for worker in workers[1:]:
            worker.join()

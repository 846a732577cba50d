"""The search over lines of work: column generation, CP-SAT on the duties of good lines, then neighbourhoods."""

from __future__ import annotations

import math
import threading
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import IntArray
from schedsolver.solve.board import Board
from schedsolver.solve.cpsat import CpLimits
from schedsolver.solve.lines.cooling import Cooling
from schedsolver.solve.lines.describe import line_problems
from schedsolver.solve.lines.dive import dive
from schedsolver.solve.lines.generation import Generated, first_lines, generate
from schedsolver.solve.lines.master import Cover, Line, Master, joined
from schedsolver.solve.lines.neighbourhoods import Neighbourhoods
from schedsolver.solve.lines.parts import Parts
from schedsolver.solve.lines.pricer import Pricers
from schedsolver.solve.lines.tables import tables_of
from schedsolver.solve.lines.whole_sums import bounds_of_whole_shortage

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel

# Duties of lines with a reduced cost up to this share of the smallest price are good.
GOOD = 0.5
# Share of the time left that CP-SAT gets for the good duties of all employees.
RESTRICTED_SHARE = 0.4
# Up to so many duty options CP-SAT is tried on the whole model first; larger ones it does not close in time.
SMALL = 500
# Share of the time left that column generation may take; what it has by then will do.
GENERATION_SHARE = 0.4
# Share of the time left that bounds from whole sums may take.
SUMS_SHARE = 0.1
# Where there is a roster, none is looked for by a dive if the master is still this share above its bound.
FAR = 0.02
# How often everybody has a turn when the first roster is put together, and where pricing takes long.
FIRST_ROUNDS, FIRST_ROUNDS_LONG = 3, 1
DIVE = "dive over lines"
# Share of its bound within which a master may stay: of all employees, and in dives.
CLOSE, CLOSE_IN_DIVES = 1e-4, 3e-4


def suits_lines(model: BuiltModel) -> bool:
    """Tell whether a roster is one of lines: duties without activities, one a day, wanted by shift, no line tied."""
    roster = model.roster
    problem = roster.problem
    tied = any(rule.ties_lines for rule in roster.rules)
    return not problem.activities and roster.one_a_day and bool(problem.shift_requirements) and not tied


class LineSearch:
    """One run of the search over lines.

    Parameters
    ----------
    board
        Where rosters and bounds go, and when to stop; its model has no rows that are not linear.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self.roster = board.model.roster
        settings = board.settings
        self.threads = settings.threads
        self.parts = Parts(board)
        self.cents = self.roster.column_cents()
        self.unit = max(1, int(np.gcd.reduce(self.cents)))
        problem, options = self.roster.problem, self.roster.options
        asked = (rule.line_cover(problem, options) for rule in self.roster.rules if problem.counts(rule.name))
        count = len(self.roster.options)
        self.cover = Cover([part for part in asked if part is not None], count)
        self.lines = line_problems(self.roster)
        self.pricers = Pricers.of(self.lines, self.threads)
        tables = tables_of(self.lines, options, self.cover)
        self.cooling = Cooling(self, tables, max(1, self.threads - 1))
        self._around: Neighbourhoods | None = None
        self._cooled, self._ready = threading.Event(), threading.Event()

    def run(self) -> None:
        """Search until the board says stop; there may be no roster at the end."""
        first = self._first()
        if first is None:
            return
        helpers = [
            threading.Thread(target=self.board.guarded(partial(self._help, number, joined(first))), daemon=True)
            for number in range(1, self.threads)
        ]
        for helper in helpers:
            helper.start()
        try:
            self._lead(first)
        finally:
            self._ready.set()
        for helper in helpers:
            helper.join()

    def _help(self, number: int, first: IntArray) -> None:
        """Solve neighbourhoods; the first helper anneals before, beside column generation."""
        if number == 1:
            try:
                self.cooling.run(first)
            finally:
                self._cooled.set()
        self._ready.wait()
        if self._around is not None and self.board.values is not None:
            self._around.worker(number).run()

    def _lead(self, first: list[Line]) -> None:
        """Generate columns, dive, then solve neighbourhoods; where pricing is not exact anneal, then solve windows."""
        if not self.pricers.exact:
            self._anneal(first)
            self._improve(None)
            return
        if self.threads == 1:
            self.cooling.round(joined(first))
        lines = self._generate(first)
        if lines is None:
            return
        if self.board.best is None or lines.objective < self.board.best.objective:
            self.cooling.guide(lines)
        if len(self.roster.options) <= min(SMALL, self.board.settings.strategy.small_options):
            self._close()
        self.close = CLOSE_IN_DIVES * max(self.unit, abs(lines.bound))
        far = lines.objective - lines.bound > FAR * abs(lines.bound)
        if not self.board.stopped and (self.board.values is None or not far):
            self.dive(self.pricers, self.cover, lines, [], 0, DIVE)
        if self.board.values is None and not self.board.stopped:
            self.restrict(lines)
        if self.board.values is not None and not self.board.stopped:
            self.board.expect_better()
            best = self.board.best
            if self.threads == 1 or best is None or best.phase != DIVE:
                self._anneal(first)
            self._bound_whole_sums(lines)
            self._improve(lines)

    def _anneal(self, first: list[Line]) -> None:
        """Let all threads anneal together for as long as that gives the best roster."""
        self.cooling.threads = self.threads
        if self.threads == 1:
            self.cooling.run(joined(first))
        else:
            self._cooled.wait()

    def _improve(self, lines: Generated | None) -> None:
        """Solve neighbourhoods until the board says stop."""
        if self.board.values is not None:
            self._around = Neighbourhoods(self, lines)
            self._ready.set()
            self._around.worker(0).run()

    def _first(self) -> list[Line] | None:
        """Put a first roster together; give its lines, or such as break what was not counted if there are no others."""
        order = np.random.default_rng(self.board.settings.seed).permutation(len(self.roster.problem.staff)).tolist()
        rounds = FIRST_ROUNDS if self.pricers.exact else FIRST_ROUNDS_LONG
        legal = first_lines(self.pricers.among(order), self.cover, order, rounds)
        if legal is not None:
            self.parts.complete(joined(legal), "first lines")
        return legal or first_lines(self.pricers, self.cover, order, 1)

    def _generate(self, first: list[Line]) -> Generated | None:
        """Solve the master, beginning with some lines."""
        self.pricers.forget()
        left = self.board.seconds_left * (1 - GENERATION_SHARE)

        def over() -> bool:
            return self.board.stopped or self.board.seconds_left < left

        master = Master(self.cover, self.pricers.employees, over)
        # Lines that the first prices lead to may break what was not counted then.
        master.add([line for line in first if self.pricers.keeps(line)])
        return generate(self.pricers, master, over, self._raise_bound, more=self._passed, share=CLOSE)

    def _bound_whole_sums(self, lines: Generated) -> None:
        """Raise the bound as far as whole sums of what is missing do, for a small share of the time left."""
        left = self.board.seconds_left * (1 - SUMS_SHARE)

        def over() -> bool:
            return self.board.stopped or self.board.seconds_left < left

        for bound in bounds_of_whole_shortage(self.pricers, self.cover, lines, self.unit, over):
            self._raise_bound(bound)

    def _passed(self) -> list[Line]:
        """Give the lines of rosters that annealing has passed since this was asked last."""
        passed, self.cooling.passed[:] = list(self.cooling.passed), []
        lines = [line for given in passed for line in self.lines_of(given)]
        return [line for line in lines if self.pricers.keeps(line)]

    def lines_of(self, given: IntArray) -> list[Line]:
        """Give the line of each employee in a roster."""
        staff = len(self.lines)
        own = np.split(given, np.searchsorted(self.roster.options.employee[given], np.arange(1, staff)))
        return [self.pricers.line_of(employee, options) for employee, options in enumerate(own)]

    def dive(
        self, pricers: Pricers, cover: Cover, lines: Generated, beside: list[Line], paid: int, phase: str
    ) -> list[Line] | None:
        """Dive beside the lines of others, who with what they pass of cover cost so much; offer a better roster."""

        def give_up(bound: float) -> bool:
            best = self.board.best
            return self.board.stopped or (best is not None and bound + paid > best.objective - self.unit + 1e-6)

        given = dive(pricers, cover, lines, give_up, self.close)
        if given is None:
            return None
        if self.board.best is None or paid + cover.cents_with(given) < self.board.best.objective:
            self.parts.complete(joined([*beside, *given]), phase)
        return given

    def _raise_bound(self, bound: float) -> None:
        """Take a bound; costs are whole cents, so it may be rounded up, less what floating point may have added.

        Prices are not negative, so no roster costs less than nothing.
        """
        self.board.raise_bound(max(0, math.ceil(bound - max(1e-6, 1e-9 * abs(bound)))), "column generation")

    def _close(self) -> None:
        """Try to solve the whole model by CP-SAT."""
        every, seconds = np.arange(len(self.roster.options)), self.board.settings.strategy.small_seconds
        limits = CpLimits(work=seconds) if self.board.settings.deterministic else CpLimits(seconds=seconds)
        result = self.parts.among(every, self.board.values, limits, "whole model")
        if result.values is not None:
            self._raise_bound(result.bound)

    def restrict(self, lines: Generated) -> None:
        """Let CP-SAT choose among the duties of good lines, and those of the roster there is."""
        now = self.board.values
        options = self.good(lines)
        if now is not None:
            options = np.union1d(options, self.roster.duties_in(now))
        limits = CpLimits(seconds=self.board.seconds_left * RESTRICTED_SHARE, workers=1)
        if self.board.settings.deterministic:
            limits = CpLimits(work=self.board.work_left * RESTRICTED_SHARE)
        self.parts.among(options, now, limits, "duties of good lines")

    def good(self, lines: Generated) -> IntArray:
        """Give the duty options that good lines have."""
        chosen = [line for line, reduced in zip(lines.lines, lines.reduced, strict=True) if reduced <= GOOD * self.unit]
        return np.unique(joined(chosen))

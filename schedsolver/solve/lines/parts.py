"""Parts of the model of record that CP-SAT solves while lines guide: some duties open, the rest as in a roster."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from schedsolver.domain.arrays import IntArray
from schedsolver.model.relaxation import Part
from schedsolver.solve.board import Board
from schedsolver.solve.cpsat import CpLimits, CpResult, CpStatus, solve_cp


class Parts:
    """Solves parts of a model and offers what it finds; safe to use from several threads.

    Parameters
    ----------
    board
        Where rosters go; its model has no rows that are not linear.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self._relaxation = board.model.relaxation
        self._duties = board.model.roster.duty_columns

    def complete(self, options: IntArray, phase: str) -> bool:
        """Offer the roster that has just these duties; tell whether there is one."""
        return self.beside(options, options[:0], CpLimits(), phase).values is not None

    def among(self, options: IntArray, now: IntArray | None, limits: CpLimits, phase: str) -> CpResult:
        """Look for a roster that has no other duties than these, beginning from one that may be there already."""
        return self._within(options[:0], options, now, limits, phase)

    def beside(self, given: IntArray, options: IntArray, limits: CpLimits, phase: str) -> CpResult:
        """Look for a roster that has some duties, and others than these only among some."""
        return self._within(given, options, None, limits, phase)

    def _within(
        self, given: IntArray, options: IntArray, now: IntArray | None, limits: CpLimits, phase: str
    ) -> CpResult:
        lower, upper = self._relaxation.lower.copy(), self._relaxation.upper.copy()
        closed = np.ones(len(self._duties), bool)
        closed[options] = closed[given] = False
        upper[self._duties[closed]] = 0
        lower[self._duties[given]] = 1
        part = self._relaxation.within(lower, upper)
        return self._solved(part, None if now is None else now[part.columns], limits, phase)

    def around(self, options: IntArray, now: IntArray, limits: CpLimits, phase: str) -> CpResult:
        """Look for a better roster that differs in these duties only."""
        closed = np.zeros(len(now), bool)
        closed[self._duties] = True
        columns = self._relaxation.reach(self._duties[options], closed)
        part = self._relaxation.around(columns, now)
        return self._solved(part, now[part.columns], limits, phase)

    def _solved(self, part: Part, hint: IntArray | None, limits: CpLimits, phase: str) -> CpResult:
        if self.board.work_left <= 0:
            return CpResult(CpStatus.UNKNOWN, None, -np.inf, 0.0)
        left = self.board.limits(limits.seconds, limits.work)
        limits = replace(
            left, workers=limits.workers, parameters={**(limits.parameters or {}), **(left.parameters or {})}
        )
        result = solve_cp(part.relaxation.model(), limits, hint=hint, stop=self.board.stop)
        self.board.spend(result.work)
        if result.values is None:
            return result
        whole = part.whole(result.values)
        self.board.offer(whole, phase)
        return replace(result, values=whole)

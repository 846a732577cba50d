"""The search: LP guide, dive, neighbourhoods by CP-SAT, and the bound beside them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.options import BoolArray, IntArray
from schedsolver.errors import InfeasibleProblem, NoSolutionFound
from schedsolver.model.relaxation import Relaxation, relaxation_of
from schedsolver.rules.pins import matching
from schedsolver.solve.cpsat import CpLimits, CpResult, CpStatus, solve_cp
from schedsolver.solve.highs import LpResult, solve_lp, solve_mip
from schedsolver.solve.neighbourhoods import columns_outside, free_options
from schedsolver.solve.result import StopReason

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel
    from schedsolver.solve.board import Board

# Up to so many duty options CP-SAT closes the whole model as fast as anything narrower.
SMALL = 3_000
# Options priced further than this share of a duty's mean cost above the LP are left out of the dive.
DIVE_WIDTH = 0.02
NEIGHBOURHOODS = (("days", 1), ("outlets", 2), ("employees", 8))


@dataclass
class Search:
    """One run of the search on one model.

    Attributes
    ----------
    board
        Where rosters and bounds go.
    model, relaxation
        What is solved.
    work_left
        Deterministic time left; infinite unless deterministic.
    """

    board: Board
    model: BuiltModel
    relaxation: Relaxation = field(init=False)
    work_left: float = field(init=False)

    def __post_init__(self) -> None:
        self.relaxation = relaxation_of(self.model.roster.cp)
        settings = self.board.settings
        self.work_left = settings.deterministic_work if settings.deterministic else float("inf")

    def run(self) -> None:
        """Search until the board says stop, or nothing is left to do."""
        self._open()
        small = len(self.model.roster.options) <= SMALL
        prover = None
        if self.board.settings.threads > 1 and not small:
            prover = threading.Thread(target=self._prove, daemon=True)
            prover.start()
        lp = solve_lp(self.relaxation, lambda: self.board.stopped)
        if lp is not None:
            self.board.raise_bound(lp.bound, "linear relaxation")
            if not small and not self.board.stopped:
                self._dive(lp)
        if small:
            self._close()
        elif prover is None and not self.board.stopped:
            self._prove()
        if not small:
            self._improve()
        self.board.end(StopReason.WORK)

    def _open(self) -> None:
        """Find a first roster: nobody works beyond what the pins ask for.

        Raises
        ------
        InfeasibleProblem
            If there is no roster at all.
        """
        roster = self.model.roster
        pinned = np.zeros(len(roster.options), bool)
        for pin in roster.problem.pins:
            pinned |= matching(pin, roster.problem, roster.options)
        idle = np.zeros(roster.columns, np.int64)
        result = self._cp(fixed=roster.duty_columns[~pinned], fix_to=idle, share=0.3)
        if result.status is CpStatus.INFEASIBLE:
            result = self._cp(share=0.5)
        if result.status is CpStatus.INFEASIBLE:
            raise InfeasibleProblem([])
        if result.values is None:
            raise NoSolutionFound("no roster was found within the limits; allow more time")
        self.board.offer(result.values, "first roster")

    def _prove(self) -> None:
        """Let HiGHS raise the bound over the whole problem; what it finds on the way is welcome."""
        on_values = (lambda values: self._take(values, "tree search")) if self.relaxation.exact else None
        solve_mip(
            self.relaxation,
            gap=self.board.settings.gap,
            seconds=self.board.seconds_left,
            nodes=20 if self.board.settings.deterministic else None,
            seed=self.board.settings.seed,
            stopped=lambda: self.board.stopped,
            on_bound=lambda bound: self.board.raise_bound(bound, "cuts and tree search"),
            on_values=on_values,
        )

    def _dive(self, lp: LpResult) -> None:
        """Keep the duties the LP gives whole, drop those it prices out, and solve what is left."""
        duties = self.model.roster.duty_columns
        whole = duties[lp.values[duties] > 1 - 1e-6]
        unused = lp.values[duties] < 1e-6
        mean = max(1, lp.bound) / max(1.0, lp.values[duties].sum())
        dropped = duties[unused & (lp.reduced_costs[duties] > DIVE_WIDTH * mean)]
        lower, upper = self.relaxation.lower.copy(), self.relaxation.upper.copy()
        lower[whole] = 1
        upper[dropped] = 0
        result = solve_mip(
            self.relaxation,
            lower=lower,
            upper=upper,
            gap=self.board.settings.gap / 4,
            seconds=self.board.seconds_left * 0.6,
            nodes=20 if self.board.settings.deterministic else None,
            seed=self.board.settings.seed,
            stopped=lambda: self.board.stopped,
            on_values=lambda values: self._take(values, "dive"),
        )
        if result.values is not None:
            self._take(result.values, "dive")

    def _close(self) -> None:
        """Solve the whole model by CP-SAT."""
        assert self.board.best is not None
        result = self._cp(hint=self.board.best.values, phase="whole model")
        if result.status in (CpStatus.OPTIMAL, CpStatus.FEASIBLE):
            self.board.raise_bound(int(np.ceil(result.bound - 1e-6)), "whole model")

    def _improve(self) -> None:
        """Solve parts of the best roster again by CP-SAT, the rest fixed, until told to stop."""
        rng = np.random.default_rng(self.board.settings.seed)
        turn = 0
        while not self.board.stopped and self.work_left > 0:
            kind, size = NEIGHBOURHOODS[turn % len(NEIGHBOURHOODS)]
            turn += 1
            free = free_options(self.model, kind, size, rng)
            self._solve_part(free, f"neighbourhood of {kind}")

    def _solve_part(self, free: BoolArray, phase: str) -> None:
        assert self.board.best is not None
        now = self.board.best.values
        fixed = columns_outside(self.model, free)
        self._cp(fixed=fixed, fix_to=now, hint=now, share=0.1, work=2.0, phase=phase)

    def _take(self, values: IntArray, phase: str) -> None:
        """Offer a solution of the relaxation, completed by CP-SAT where the relaxation is not the model."""
        if self.relaxation.exact:
            self.board.offer(values, phase)
            return
        self._cp(fixed=self.model.roster.duty_columns, fix_to=values, phase=phase)

    def _cp(
        self,
        *,
        fixed: IntArray | None = None,
        fix_to: IntArray | None = None,
        hint: IntArray | None = None,
        share: float = 1.0,
        work: float = float("inf"),
        phase: str | None = None,
    ) -> CpResult:
        """Run CP-SAT for a share of the time left, and offer what it finds when a phase is named."""
        settings = self.board.settings
        limits = CpLimits(
            seconds=self.board.seconds_left * share,
            work=min(work, self.work_left),
            workers=1 if settings.deterministic else settings.threads,
            seed=settings.seed,
            gap=0.0,
            parameters=settings.cp_sat,
        )
        result = solve_cp(self.model.roster.cp, limits, fixed=fixed, fix_to=fix_to, hint=hint, stop=self.board.stop)
        self.work_left -= result.work
        if phase is not None and result.values is not None:
            self.board.offer(result.values, phase)
        return result

"""The search: LP guide, dive, polish, neighbourhoods by CP-SAT, and the bound beside them."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.errors import EngineLost, InfeasibleProblem, NoSolutionFound
from schedsolver.model.build import build_model
from schedsolver.model.relaxation import Part, Relaxation
from schedsolver.rules.pins import matching
from schedsolver.solve.cpsat import CpLimits, CpResult, CpStatus, solve_cp
from schedsolver.solve.guide import narrowed, near_duties, rounded
from schedsolver.solve.highs import LinearGuide, LpResult, MipTask, run_mip
from schedsolver.solve.infeasible import contradictions
from schedsolver.solve.lines.parts import Parts
from schedsolver.solve.lines.search import LineSearch, suits_lines
from schedsolver.solve.mip import solve_mip
from schedsolver.solve.naming import Naming, many_rules
from schedsolver.solve.neighbourhoods import columns_of, free_options, part_of
from schedsolver.solve.places import PlaceSearch
from schedsolver.solve.reassign import Reassignment
from schedsolver.solve.repair import take_up
from schedsolver.solve.result import StopReason

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel
    from schedsolver.solve.board import Board

# The first roster may take so long past any limit, and need not be a good one.
OPENING_SECONDS = 10.0
METHODS = {"simplex": "simplex", "interior": "ipm"}
FIRST_SOLUTION = {"stop_after_first_solution": True}
# Simplex iterations of a dive and nodes of a tree search for each unit of work, when deterministic.
ITERATIONS_PER_WORK, NODES_PER_WORK = 5_000, 50
# Gap at which the activities of an outlet and day are good enough: half of the time goes into the rest.
NAMING_GAP = 0.001
# Work of a run of CP-SAT at least, as writing the model down takes time that it does not count, and of other engines.
LEAST_WORK = 0.01


class Search:
    """One run of the search on one model.

    Parameters
    ----------
    board
        Where rosters and bounds go, and when to stop.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self.model: BuiltModel = board.model
        self.naming = Naming(board.model)
        if self.naming.needed:
            board.naming = self._named
        settings = board.settings
        self.strategy = settings.strategy

    def run(self) -> None:
        """Search until the board says stop, or nothing is left to do.

        Raises
        ------
        InfeasibleProblem
            If there is no roster at all.
        NoSolutionFound
            If none was found within the limits.
        """
        if self.board.start is not None and not self.board.stopped:
            take_up(self.board, self.board.start, self._cp)
        if self.strategy.lines and suits_lines(self.model) and self.model.relaxation.exact:
            self._along_lines()
            return
        if self.board.values is None and not (self.board.best is not None and self.board.stopped):
            self._open()
        if self.naming.needed and self.board.best is None:
            self._insist()
        if self.board.best is not None and self.board.stopped:
            return
        if len(self.model.roster.options) <= self.strategy.small_options:
            if self.board.values is None:
                self._insist()
            if not self.board.stopped and not many_rules(self.model, self.strategy):
                self._close()
        self._reassign()
        if not self.board.stopped:
            (self._by_places if many_rules(self.model, self.strategy) else self._approach)()
        if self.board.values is None:
            self._insist()
        self.board.end(StopReason.WORK)

    def _along_lines(self) -> None:
        """Search over lines of work."""
        if self.board.best is None or not self.board.stopped:
            LineSearch(self.board).run()
        if self.board.best is None:
            self._insist()
        self.board.end(StopReason.WORK)

    def _open(self) -> None:
        """Find a first roster, even past the time limit: nobody works beyond what the pins ask for.

        With rules that ask for work there may be no such roster.
        """
        roster = self.model.roster
        pinned = np.zeros(len(roster.options), bool)
        for pin in roster.problem.pins:
            pinned |= matching(pin, roster.problem, roster.options)
        idle = roster.settled(np.zeros(roster.columns, np.int64))
        if not pinned.any() and self.model.relaxation.holds(idle):
            self.board.offer(idle, "first roster")
            return
        free, never = roster.duty_columns[~pinned], threading.Event()
        result = self._solve_cp(self._first_limits, fixed=free, fix_to=idle, stop=never)
        if result.values is not None:
            self.board.offer(result.values, "first roster")

    def _insist(self) -> None:
        """Find any roster by CP-SAT, or prove that there is none."""
        roster = self.model.roster
        result = self._solve_cp(self._first_limits, stop=self.board.stop)
        if result.status is CpStatus.INFEASIBLE:
            raise InfeasibleProblem(contradictions(roster.problem, self.board.settings))
        if result.values is None:
            raise NoSolutionFound("no roster was found within the limits; allow more time")
        self.board.offer(result.values, "first roster")
        if self.board.best is None:
            self._without_guide()

    def _without_guide(self) -> None:
        """Search by all rules at once from now on, as what the guide gives cannot be named; perhaps nothing can."""
        self.model = self.board.model = build_model(self.model.roster.problem)
        self.naming, self.board.naming = Naming(self.model), None
        self._insist()

    @property
    def _first_limits(self) -> CpLimits:
        seconds = max(OPENING_SECONDS, self.board.seconds_left)
        return CpLimits(seconds=seconds, seed=self.board.settings.seed, parameters=FIRST_SOLUTION)

    def _close(self) -> None:
        """Try to solve the whole model by CP-SAT."""
        result = self._cp(hint=self._best, seconds=self.strategy.small_seconds, phase="whole model")
        if result.values is not None:
            self.board.raise_bound(int(np.ceil(result.bound - 1e-6)), "whole model")

    def _approach(self) -> None:
        """Come down from the LP while, given a second thread, HiGHS raises the bound beside."""
        threads, strategy = self.board.settings.threads, self.strategy
        beside = threads > 1 and strategy.prove_beside
        prover = threading.Thread(target=self.board.guarded(self._prove), daemon=True)
        method = None if strategy.relaxation == "auto" else METHODS[strategy.relaxation]
        guide = LinearGuide(self.model.relaxation, lambda: self.board.stopped, race=threads > 1, method=method)
        # The second thread is for the race until there is a relaxation to prove with.
        if beside and not guide.races:
            prover.start()
        self.board.doing = "linear relaxation"
        lp = guide.solve()
        if beside and guide.races:
            prover.start()
        if lp is not None:
            self.board.raise_bound(lp.bound, "linear relaxation")
            steps = ((self._dive, strategy.dive_share), (self._polish, strategy.polish_share))
            for step, share in steps:
                if share and not self.board.stopped:
                    step(lp)
            if threads == 1 and not self.board.settings.deterministic and not self.board.stopped:
                self._prove(share=0.5)
            if self.board.values is None and not self.board.stopped:
                self._insist()
            if self.board.values is not None:
                self._improve(lp)
        if beside:
            self.board.end(StopReason.WORK)
            prover.join()

    def _by_places(self) -> None:
        """Search outlet by outlet."""
        if self.board.values is None:
            self._insist()
        PlaceSearch(self.board, self.naming).run()

    def _prove(self, share: float = 1.0) -> None:
        """Let HiGHS raise the bound over the whole problem; what it finds on the way is welcome."""
        phase = "cuts and tree search"
        with self._surviving(phase):
            solve_mip(
                self._task(self.model.relaxation, gap=self.board.settings.gap, share=share),
                lambda: self.board.stopped,
                on_bound=lambda bound: self.board.raise_bound(bound, phase),
                on_values=lambda values: self._take(values, phase),
            )

    def _dive(self, lp: LpResult) -> None:
        """Round the LP's duties up until all are whole; CP-SAT deals out breaks and activities."""
        self.board.doing = "dive"
        duties, strategy = self.model.roster.duty_columns, self.strategy
        values = rounded(
            lp, self.model.relaxation, duties, strategy.width, lambda: self.board.stopped,
            near=strategy.dive_near, share=strategy.dive_share, iterations=self._most(ITERATIONS_PER_WORK),
        )  # fmt: skip
        if values is not None:
            self._cp(fixed=duties, fix_to=values, phase="dive")

    def _polish(self, lp: LpResult) -> None:
        """Keep the duties the LP gives whole, and let HiGHS solve what is left."""
        self.board.doing = "polish"
        part = narrowed(lp, self.model.relaxation, self.model.roster.duty_columns, self.strategy.width, keep_whole=True)
        with self._surviving("polish"):
            solve_mip(
                self._task(
                    part.relaxation, gap=self.board.settings.gap / 4, share=self.strategy.polish_share, method=lp.method
                ),
                lambda: self.board.stopped,
                on_values=lambda values: self._take(part.whole(values), "polish"),
            )

    def _reassign(self) -> None:
        """Given a roster to begin with, find who else could work its duties."""
        share = self.strategy.reassign_share
        if self.board.start is None or self.board.values is None or not share or self.board.stopped:
            return
        if self.model.relaxation.exact:
            parts = Parts(self.board)
            limits = self.board.seconds_left, self.board.work_left
            seconds, work = ((1 - share) * left if np.isfinite(left) else 0.0 for left in limits)
            Reassignment(self.board, parts, seconds, work).run()
        if share == 1:
            self.board.end(StopReason.WORK)

    @contextlib.contextmanager
    def _surviving(self, phase: str) -> Iterator[None]:
        """Go on with what there is when the process of a phase is lost, as when memory runs out."""
        try:
            yield
        except EngineLost as loss:
            self.board.note(f"{phase} lost: {loss}")

    def _improve(self, lp: LpResult) -> None:
        """Solve parts of the best roster again by CP-SAT, the rest fixed, until told to stop."""
        rng = np.random.default_rng(self.board.settings.seed)
        near = near_duties(lp, self.model.roster.duty_columns, self.strategy.width)
        self.board.expect_better()
        for kind, size in itertools.cycle(self.strategy.neighbourhoods):
            if self.board.stopped or self.board.work_left <= 0:
                return
            now = self._best
            given = now[self.model.roster.duty_columns] > 0
            free = free_options(self.model, kind, size, rng) & (near | given)
            self._neighbourhood(free, now, f"neighbourhood of {kind}")

    def _neighbourhood(self, free: BoolArray, now: IntArray, phase: str) -> None:
        """Choose some options again; rows that are not linear need the whole model with the others fixed."""
        work = self.strategy.neighbourhood_work
        if not self.model.relaxation.exact:
            fixed = np.setdiff1d(np.flatnonzero(self.model.decisions), columns_of(self.model, free))
            self._cp(fixed=fixed, fix_to=now, hint=now, work=work, phase=phase)
            return
        self.board.doing = phase
        part = part_of(self.model, self.model.relaxation, free, now)
        better = self._solve_part(part, now, self.board.limits(work=work))
        if better is not None:
            self.board.offer(better, phase)

    def _task(self, relaxation: Relaxation, gap: float, share: float = 1.0, method: str = "simplex") -> MipTask:
        settings = self.board.settings
        seconds = self.board.seconds_left * share
        return MipTask(
            relaxation, gap=gap, seconds=seconds, nodes=self._most(NODES_PER_WORK), seed=settings.seed, method=method
        )

    def _most(self, per_work: int) -> int | None:
        """Give the limit of a count that grows with the work allowed, when deterministic."""
        settings = self.board.settings
        return int(per_work * settings.work_limit) if settings.deterministic else None

    def _take(self, values: IntArray, phase: str) -> None:
        """Offer a solution by HiGHS; where it is not one of the model, CP-SAT completes its duties."""
        if self.model.relaxation.exact and self.model.relaxation.holds(values):
            self.board.offer(values, phase)
        else:
            self._cp(fixed=self.model.roster.duty_columns, fix_to=values, phase=phase)

    def _named(self, values: IntArray) -> tuple[BuiltModel, IntArray] | None:
        """Fill the duties of a solution anew, so that rules are kept which the model does without."""
        best = self.board.best
        return self.naming.of(values, None if best is None else best.schedule, self._filled, self._finished)

    def _filled(self, part: Part, now: IntArray) -> IntArray | None:
        """Solve breaks and activities of a few duties again; a first roster is found whatever the limits."""
        if self.board.best is None:
            return self._solve_part(part, now, self._first_limits)
        return self._solve_part(part, now, self.board.limits(work=self.strategy.naming_work, gap=NAMING_GAP))

    def _finished(self, model: BuiltModel, values: IntArray) -> IntArray | None:
        """Find what follows from the decisions of a model; rows that are not linear need all of it."""
        relaxation, decided = model.relaxation, np.flatnonzero(model.decisions)
        if not relaxation.exact:
            result = solve_cp(model.roster.cp, self._first_limits, fixed=decided, fix_to=values, stop=self.board.stop)
            self._account(result)
            return result.values
        part = relaxation.around(np.flatnonzero(~model.decisions), values)
        # Nothing is left to search for: HiGHS is done before as many rows are written down for CP-SAT.
        follows = run_mip(MipTask(part.relaxation)).values
        self.board.spend(LEAST_WORK)
        whole = None if follows is None else part.whole(follows)
        return whole if whole is not None and relaxation.holds(whole) else None

    def _solve_part(self, part: Part, now: IntArray, limits: CpLimits) -> IntArray | None:
        """Solve a part by CP-SAT, beginning from the values of all columns, and give these anew."""
        if self.board.work_left <= 0:
            return None
        result = solve_cp(part.relaxation.model(), limits, hint=now[part.columns], stop=self.board.stop)
        self._account(result)
        return None if result.values is None else part.whole(result.values)

    @property
    def _best(self) -> IntArray:
        assert self.board.values is not None, "the search opens with a roster"
        return self.board.values

    def _cp(
        self,
        *,
        fixed: IntArray | None = None,
        fix_to: IntArray | None = None,
        hint: IntArray | None = None,
        seconds: float = float("inf"),
        work: float = float("inf"),
        phase: str | None = None,
    ) -> CpResult:
        """Run CP-SAT within what is left of time and work, and offer what it finds when a phase is named.

        One worker that leans on the LP closes in a second or two what a portfolio of two takes ten
        times as long for, or does not close at all.
        """
        self.board.doing = phase or self.board.doing
        if self.board.work_left <= 0:
            return CpResult(CpStatus.UNKNOWN, None, -np.inf, 0.0)
        limits = self.board.limits(seconds, work)
        result = self._solve_cp(limits, fixed=fixed, fix_to=fix_to, hint=hint, stop=self.board.stop)
        if phase is not None and result.values is not None:
            self.board.offer(result.values, phase)
        return result

    def _solve_cp(self, limits: CpLimits, **part: Any) -> CpResult:
        """Run CP-SAT on the model, perhaps with columns fixed, and keep account of its work."""
        result = solve_cp(self.model.roster.cp, limits, **part)
        self._account(result)
        return result

    def _account(self, result: CpResult) -> None:
        self.board.spend(max(result.work, LEAST_WORK))

"""The one place that calls HiGHS: linear relaxations and integer programmes over them."""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import highspy
import numpy as np
from numpy.typing import ArrayLike

from schedsolver.domain.arrays import BoolArray, FloatArray, IntArray
from schedsolver.model.relaxation import UNBOUNDED, Part, Relaxation

ROUNDING = 1e-6
MOST_ITERATIONS = 2**31 - 1
_BANNER = threading.Lock()
_CONCLUSIVE = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)


@dataclass(frozen=True)
class Basis:
    """Where the simplex method ended, from which it goes on at once.

    Attributes
    ----------
    columns, rows
        Status of each column and row, in HiGHS's numbers, shape ``(columns,)`` and ``(rows,)``.
    """

    columns: IntArray
    rows: IntArray

    def within(self, part: Part) -> Basis:
        """Give the basis of a part; it is one as long as what was taken out was not basic."""
        return Basis(self.columns[part.columns], self.rows[part.rows])


@dataclass(frozen=True)
class LpResult:
    """The linear relaxation solved.

    Attributes
    ----------
    bound
        No solution costs less.
    values, reduced_costs
        By column, shape ``(columns,)``.
    method
        What solved it, in HiGHS's words; parts of it are best solved the same way.
    basis
        Where the simplex method goes on from; ``None`` where interior points were left as they were.
    """

    bound: int
    values: FloatArray
    reduced_costs: FloatArray
    method: str
    basis: Basis | None

    def among(self, chosen: BoolArray) -> LpResult:
        """Give the result of a part of the columns for all of them: the others are unused, whatever the price.

        Parameters
        ----------
        chosen
            Which columns the part has, shape ``(columns,)``.
        """
        values, prices = np.zeros(len(chosen)), np.full(len(chosen), np.inf)
        values[chosen], prices[chosen] = self.values, self.reduced_costs
        return replace(self, values=values, reduced_costs=prices, basis=None)


@dataclass(frozen=True)
class MipResult:
    """What an integer search found.

    Attributes
    ----------
    values
        Best integer solution, shape ``(columns,)``, ``None`` when there is none yet.
    proved
        Whether it is optimal, or proved that there is none.
    """

    values: IntArray | None
    proved: bool


class LinearGuide:
    """The linear relaxation, solved once and then again and again with columns rounded up.

    The simplex method is the faster one for plain rosters, whatever their size; with many rules the
    interior-point method can be, by far. Where the caller does not know which, large
    relaxations are raced where there are two threads.

    Parameters
    ----------
    relaxation
        What to solve.
    stopped
        Asked now and then; true ends the solving.
    race
        Whether there is a second thread to race on.
    method
        Method to solve it by, ``None`` to find out.
    start
        Where the simplex method begins, in place of solving from nothing.
    crossover
        Whether interior points end in a basis, to go on from by the simplex method.
    """

    # Up to so many rows the simplex method takes seconds; so many more a lone thread takes as a sign of many rules.
    EASY_ROWS = 20_000
    HARD_ROWS = 40_000

    def __init__(
        self,
        relaxation: Relaxation,
        stopped: Callable[[], bool],
        *,
        race: bool = False,
        method: str | None = None,
        start: Basis | None = None,
        crossover: bool = True,
    ) -> None:
        rows = len(relaxation.row_lower)
        self._relaxation = relaxation
        self._stopped = stopped
        self._crossover = crossover
        self.races = race and method is None and rows > self.EASY_ROWS
        self._method = method or ("simplex" if rows <= self.HARD_ROWS else "ipm")
        # A race makes instances of its own, and the winner's goes on.
        if not self.races:
            self._highs = self._made(stopped, self._method)
        if start is not None:
            _set_basis(self._highs, start)

    def solve(self) -> LpResult | None:
        """Solve the relaxation; ``None`` when stopped first or infeasible."""
        if self.races:
            self._method, self._highs = self._winner()
        else:
            self._highs.run()
        # Diving goes on from the basis found.
        self._highs.setOptionValue("solver", "simplex")
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._highs.getSolution()
        bound = _safe_bound(self._relaxation, np.array(solution.row_dual))
        basis = _basis_of(self._highs) if self._crossover else None
        return LpResult(bound, np.array(solution.col_value), np.array(solution.col_dual), self._method, basis)

    def _made(self, stopped: Callable[[], bool], method: str) -> highspy.Highs:
        highs = _highs(self._relaxation, integer=False)
        highs.setOptionValue("solver", method)
        highs.setOptionValue("run_crossover", "on" if self._crossover else "off")
        highs.cbSimplexInterrupt += lambda event: event.interrupt(stopped())
        highs.cbIpmInterrupt += lambda event: event.interrupt(stopped())
        return highs

    def _winner(self) -> tuple[str, highspy.Highs]:
        """Solve by two methods at once and give the one that is done first; the other gives up."""
        lost = {method: threading.Event() for method in ("ipm", "simplex")}
        racers = {method: self._made(partial(self._given_up, over), method) for method, over in lost.items()}
        done: list[str] = []

        def run(method: str) -> None:
            racers[method].run()
            if racers[method].getModelStatus() in _CONCLUSIVE:
                done.append(method)

        threads = [threading.Thread(target=run, args=(method,), daemon=True) for method in racers]
        for thread in threads:
            thread.start()
        while not done and any(thread.is_alive() for thread in threads):
            time.sleep(0.02)
        winner = done[0] if done else "simplex"
        for method, over in lost.items():
            if method != winner:
                over.set()
        return winner, racers[winner]

    def _given_up(self, lost: threading.Event) -> bool:
        return lost.is_set() or self._stopped()

    def dive(
        self,
        columns: IntArray,
        values: FloatArray,
        *,
        near: float = 0.5,
        share: float = 0.3,
        iterations: int | None = None,
    ) -> IntArray | None:
        """Round 0-1 columns up a few at a time, solving again in between, until all are whole.

        Parameters
        ----------
        columns
            Columns to make whole.
        values
            Solution to begin from, of all columns.
        near, share
            Each round rounds up columns at least this near to 1, and no more than this share of those not whole.
        iterations
            Most iterations of the simplex method in all, ``None`` for no limit.

        Returns
        -------
        Value of every column; whole in ``columns``, rounded elsewhere. ``None`` when stopped or limited first, or
        when rounding up left no solution.
        """
        at_once, left = share, MOST_ITERATIONS if iterations is None else iterations
        while True:
            part = values[columns]
            loose = np.flatnonzero((part > ROUNDING) & (part < 1 - ROUNDING))
            if not loose.size:
                return _whole(values)
            order = loose[np.argsort(-part[loose], kind="stable")]
            many = int((part[order] >= near).sum())
            chosen = columns[order[: max(1, min(many, math.ceil(at_once * loose.size)))]]
            self._highs.setOptionValue("simplex_iteration_limit", max(0, left))
            status = self._bounded(chosen, 1.0, 1.0)
            left -= self._highs.getInfo().simplex_iteration_count
            if status == highspy.HighsModelStatus.kInfeasible:
                # Too much at once: take the batch back and go on with smaller ones; a single one that cannot be is not.
                if len(chosen) > 1:
                    self._bounded(chosen, 0.0, 1.0)
                    at_once /= 4
                    continue
                status = self._bounded(chosen, 0.0, 0.0)
            if status != highspy.HighsModelStatus.kOptimal:
                return None
            values = np.array(self._highs.getSolution().col_value)

    def _bounded(self, columns: IntArray, low: float, high: float) -> highspy.HighsModelStatus:
        """Solve again with other bounds on some columns."""
        count = len(columns)
        self._highs.changeColsBounds(count, columns.astype(np.int32), np.full(count, low), np.full(count, high))
        self._highs.run()
        status: highspy.HighsModelStatus = self._highs.getModelStatus()
        return status


@dataclass(frozen=True)
class MipTask:
    """An integer programme over a relaxation.

    Attributes
    ----------
    relaxation
        What to solve.
    gap
        Relative gap at which to stop.
    seconds, nodes
        Limits in wall-clock time and in nodes of the search tree; the latter are the same on every machine.
    seed
        Seed of HiGHS.
    method
        How its linear programme is best solved, see :class:`LpResult`.
    start
        A solution to improve on, shape ``(columns,)``, if there is one.
    """

    relaxation: Relaxation
    gap: float = 0.0
    seconds: float = math.inf
    nodes: int | None = None
    seed: int = 0
    method: str = "simplex"
    start: IntArray | None = None


def run_mip(
    task: MipTask,
    on_bound: Callable[[int], None] | None = None,
    on_values: Callable[[IntArray], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> MipResult:
    """Search for integer solutions in this process; ``solve.mip`` does so in one that can be ended.

    Parameters
    ----------
    task
        What to solve, and when to stop.
    on_bound, on_values
        Called with each better bound and solution.
    stopped
        Asked now and then; true ends the search.
    """
    highs = _highs(task.relaxation, integer=True)
    highs.setOptionValue("mip_rel_gap", task.gap)
    highs.setOptionValue("mip_lp_solver", task.method)
    highs.setOptionValue("random_seed", task.seed)
    if math.isfinite(task.seconds):
        highs.setOptionValue("time_limit", max(0.0, task.seconds))
    if task.nodes is not None:
        highs.setOptionValue("mip_max_nodes", task.nodes)
    if on_bound is not None:
        highs.cbMipInterrupt += lambda event: _report_bound(event.data_out.mip_dual_bound, on_bound)
    if stopped is not None:
        highs.cbMipInterrupt += lambda event: event.interrupt(stopped())
    if task.start is not None:
        start = highspy.HighsSolution()
        start.col_value = task.start.astype(float).tolist()
        highs.setSolution(start)
    if on_values is not None:
        highs.cbMipImprovingSolution += lambda event: on_values(_whole(event.data_out.mip_solution))
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return MipResult(None, True)
    info = highs.getInfo()
    if on_bound is not None:
        _report_bound(info.mip_dual_bound, on_bound)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = _whole(highs.getSolution().col_value) if found else None
    return MipResult(values, status == highspy.HighsModelStatus.kOptimal)


def _report_bound(bound: float, on_bound: Callable[[int], None]) -> None:
    if math.isfinite(bound):
        on_bound(_rounded_up(bound))


def _highs(relaxation: Relaxation, *, integer: bool) -> highspy.Highs:
    columns, rows = len(relaxation.cost), len(relaxation.row_lower)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_ = relaxation.cost.astype(float)
    lp.col_lower_, lp.col_upper_ = relaxation.lower.astype(float), relaxation.upper.astype(float)
    lp.row_lower_, lp.row_upper_ = _with_infinity(relaxation.row_lower), _with_infinity(relaxation.row_upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = relaxation.first.astype(np.int32)
    lp.a_matrix_.index_ = relaxation.column.astype(np.int32)
    lp.a_matrix_.value_ = relaxation.coefficient.astype(float)
    if integer:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
    highs = silent_highs()
    highs.passModel(lp)
    return highs


def _basis_of(highs: highspy.Highs) -> Basis:
    basis = highs.getBasis()
    return Basis(
        *(np.array([int(status) for status in part], np.int64) for part in (basis.col_status, basis.row_status))
    )


def _set_basis(highs: highspy.Highs, basis: Basis) -> None:
    start = highspy.HighsBasis()
    start.col_status = [highspy.HighsBasisStatus(status) for status in basis.columns.tolist()]
    start.row_status = [highspy.HighsBasisStatus(status) for status in basis.rows.tolist()]
    start.valid = True
    highs.setBasis(start)


def silent_highs() -> highspy.Highs:
    """Make an instance without the banner that the first one of a process writes to standard output.

    It runs on one thread: where an instance of the same process has another number, HiGHS refuses to run.
    """
    with _BANNER:
        sys.stdout.flush()
        kept = os.dup(1)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        try:
            highs = highspy.Highs()
        finally:
            os.dup2(kept, 1)
            os.close(kept)
            os.close(nowhere)
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    return highs


def _safe_bound(relaxation: Relaxation, row_dual: FloatArray) -> int:
    """Give a bound that holds whatever the LP's tolerances.

    For any duals y, min c x >= y A x + min over the box of (c - y A) x; duals that would need an
    infinite row bound are dropped (Neumaier and Shcherbina 2004, "Safe bounds in linear and
    mixed-integer linear programming", Mathematical Programming 99).
    """
    row_lower, row_upper = _with_infinity(relaxation.row_lower), _with_infinity(relaxation.row_upper)
    active = np.where(row_dual > 0, row_lower, row_upper)
    dual = np.where(np.isfinite(active), row_dual, 0.0)
    row = np.repeat(np.arange(len(dual)), np.diff(relaxation.first))
    reduced = relaxation.cost.astype(float)
    np.subtract.at(reduced, relaxation.column, dual[row] * relaxation.coefficient)
    box = np.where(reduced > 0, relaxation.lower, relaxation.upper) * reduced
    return _rounded_up(math.fsum(dual * np.where(dual == 0, 0.0, active)) + math.fsum(box))


def _rounded_up(bound: float) -> int:
    """Costs are whole cents, so a bound may be rounded up, less what floating point may have added."""
    return math.ceil(bound - max(ROUNDING, 1e-9 * abs(bound)))


def _with_infinity(bounds: IntArray) -> FloatArray:
    limits = bounds.astype(float)
    limits[bounds >= UNBOUNDED] = math.inf
    limits[bounds <= -UNBOUNDED] = -math.inf
    return limits


def _whole(values: ArrayLike) -> IntArray:
    whole: IntArray = np.rint(np.asarray(values, float)).astype(np.int64)
    return whole

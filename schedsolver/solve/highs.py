"""The one place that calls HiGHS: linear relaxations and integer programmes over them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

from schedsolver.domain.options import IntArray
from schedsolver.model.context import UNBOUNDED
from schedsolver.model.relaxation import Relaxation

FloatArray = NDArray[np.float64]
ROUNDING = 1e-6


@dataclass(frozen=True)
class LpResult:
    """The linear relaxation solved.

    Attributes
    ----------
    bound
        No solution costs less.
    values, reduced_costs
        By column, shape ``(columns,)``.
    """

    bound: int
    values: FloatArray
    reduced_costs: FloatArray


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


def solve_lp(relaxation: Relaxation, stopped: Callable[[], bool]) -> LpResult | None:
    """Solve the relaxation without integrality; ``None`` when stopped first or infeasible."""
    highs = _highs(relaxation, relaxation.lower, relaxation.upper, integer=False)
    highs.cbSimplexInterrupt += lambda event: event.interrupt(stopped())
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    solution = highs.getSolution()
    reduced = np.array(solution.col_dual)
    return LpResult(_safe_bound(relaxation, np.array(solution.row_dual)), np.array(solution.col_value), reduced)


def solve_mip(
    relaxation: Relaxation,
    *,
    lower: IntArray | None = None,
    upper: IntArray | None = None,
    gap: float = 0.0,
    seconds: float = math.inf,
    nodes: int | None = None,
    seed: int = 0,
    stopped: Callable[[], bool],
    on_bound: Callable[[int], None] | None = None,
    on_values: Callable[[IntArray], None] | None = None,
) -> MipResult:
    """Search for integer solutions of the relaxation, or of a part of it.

    Parameters
    ----------
    relaxation
        What to solve.
    lower, upper
        Tighter bounds of the columns, shape ``(columns,)``; bounds reported are then valid for that
        part alone.
    gap
        Relative gap at which to stop.
    seconds, nodes
        Limits in wall-clock time and in nodes of the search tree.
    seed
        Seed of HiGHS.
    stopped
        Asked now and then; true ends the search.
    on_bound, on_values
        Called from this thread with each better bound and solution.
    """
    low = relaxation.lower if lower is None else lower
    highs = _highs(relaxation, low, relaxation.upper if upper is None else upper, integer=True)
    highs.setOptionValue("mip_rel_gap", gap)
    highs.setOptionValue("random_seed", seed)
    if math.isfinite(seconds):
        highs.setOptionValue("time_limit", max(0.0, seconds))
    if nodes is not None:
        highs.setOptionValue("mip_max_nodes", nodes)

    def report(event: highspy.HighsCallbackEvent) -> None:
        if on_bound is not None and math.isfinite(event.data_out.mip_dual_bound):
            on_bound(_rounded_up(event.data_out.mip_dual_bound))
        event.interrupt(stopped())

    highs.cbMipInterrupt += report
    if on_values is not None:
        highs.cbMipImprovingSolution += lambda event: on_values(_whole(event.data_out.mip_solution))
    highs.run()
    status = highs.getModelStatus()
    info = highs.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return MipResult(None, True)
    if on_bound is not None and math.isfinite(info.mip_dual_bound):
        on_bound(_rounded_up(info.mip_dual_bound))
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = _whole(highs.getSolution().col_value) if found else None
    return MipResult(values, status == highspy.HighsModelStatus.kOptimal)


def _highs(relaxation: Relaxation, lower: IntArray, upper: IntArray, *, integer: bool) -> highspy.Highs:
    columns, rows = len(relaxation.cost), len(relaxation.row_lower)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_ = relaxation.cost.astype(float)
    lp.col_lower_, lp.col_upper_ = lower.astype(float), upper.astype(float)
    lp.row_lower_, lp.row_upper_ = _with_infinity(relaxation.row_lower), _with_infinity(relaxation.row_upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = relaxation.first.astype(np.int32)
    lp.a_matrix_.index_ = relaxation.column.astype(np.int32)
    lp.a_matrix_.value_ = relaxation.coefficient.astype(float)
    if integer:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.passModel(lp)
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
    return math.ceil(bound - ROUNDING * max(1.0, abs(bound) * ROUNDING))


def _with_infinity(bounds: IntArray) -> FloatArray:
    limits = bounds.astype(float)
    limits[bounds >= UNBOUNDED] = math.inf
    limits[bounds <= -UNBOUNDED] = -math.inf
    return limits


def _whole(values: ArrayLike) -> IntArray:
    whole: IntArray = np.rint(np.asarray(values, float)).astype(np.int64)
    return whole

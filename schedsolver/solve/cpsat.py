"""The one place that calls CP-SAT."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from ortools.sat.python import cp_model

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import SchedSolverError


class CpStatus(StrEnum):
    """How a CP-SAT search ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CpLimits:
    """Where a CP-SAT search stops and what it runs on.

    Attributes
    ----------
    seconds, work
        Wall-clock and deterministic time.
    gap
        Relative gap at which to stop.
    workers, seed
        Threads and seed.
    parameters
        Further CP-SAT parameters, by name.
    """

    seconds: float = math.inf
    work: float = math.inf
    gap: float = 0.0
    workers: int = 1
    seed: int = 0
    parameters: Mapping[str, bool | int | float | str] | None = None


@dataclass(frozen=True)
class CpResult:
    """What a CP-SAT search found.

    Attributes
    ----------
    status
        How it ended.
    values
        Best solution, shape ``(columns,)``; ``None`` when there is none.
    bound
        No solution of the model searched costs less.
    work
        Deterministic time it took.
    """

    status: CpStatus
    values: IntArray | None
    bound: float
    work: float


def solve_cp(
    model: cp_model.CpModel,
    limits: CpLimits,
    *,
    fixed: IntArray | None = None,
    fix_to: IntArray | None = None,
    hint: IntArray | None = None,
    stop: threading.Event,
) -> CpResult:
    """Search a model, or a part of it.

    Parameters
    ----------
    model
        The model; it is not changed.
    limits
        Where to stop.
    fixed, fix_to
        Columns to fix, and the value of every column, shape ``(columns,)``.
    hint
        Value of every column to start from.
    stop
        Ends the search when set.
    """
    part = model
    if fixed is not None or hint is not None:
        part = model.clone()
    if fixed is not None and fix_to is not None:
        variables = part.proto.variables
        for column, value in zip(fixed.tolist(), fix_to[fixed].tolist(), strict=True):
            domain = variables[column].domain
            domain.clear()
            domain.extend((value, value))
    if hint is not None:
        part.proto.solution_hint.vars.extend(range(len(hint)))
        part.proto.solution_hint.values.extend(hint.tolist())
    solver = cp_model.CpSolver()
    _configure(solver, limits)
    done = threading.Event()
    watcher = threading.Thread(target=_stop_when_told, args=(solver, stop, done), daemon=True)
    watcher.start()
    try:
        status = solver.solve(part)
    finally:
        done.set()
        watcher.join()
    name = CpStatus(solver.status_name(status).lower())
    found = name in (CpStatus.OPTIMAL, CpStatus.FEASIBLE)
    values = np.array(solver.response_proto.solution, np.int64) if found else None
    return CpResult(name, values, solver.best_objective_bound, solver.deterministic_time)


def _stop_when_told(solver: cp_model.CpSolver, stop: threading.Event, done: threading.Event) -> None:
    while not done.is_set():
        if stop.wait(0.05):
            # The search may not have begun yet, so say it until it has ended.
            solver.stop_search()
            done.wait(0.05)


def _configure(solver: cp_model.CpSolver, limits: CpLimits) -> None:
    parameters = solver.parameters
    parameters.num_workers = limits.workers
    parameters.random_seed = limits.seed
    parameters.linearization_level = 2
    parameters.relative_gap_limit = limits.gap
    parameters.catch_sigint_signal = False
    if math.isfinite(limits.seconds):
        parameters.max_time_in_seconds = max(0.01, limits.seconds)
    if math.isfinite(limits.work):
        parameters.max_deterministic_time = limits.work
    for name, value in (limits.parameters or {}).items():
        _set_parameter(parameters, name, value)


def check_parameters(parameters: Mapping[str, bool | int | float | str]) -> None:
    """Refuse CP-SAT parameters that do not exist or cannot take their value.

    Raises
    ------
    SchedSolverError
        With the nearest name.
    """
    for name, value in parameters.items():
        _set_parameter(cp_model.CpSolver().parameters, name, value)


def _set_parameter(parameters: object, name: str, value: bool | int | float | str) -> None:
    known = [p for p in dir(parameters) if not p.startswith(("_", "clear_", "has_"))]
    if name not in known:
        raise SchedSolverError(f'CP-SAT has no parameter "{name}"{did_you_mean(name, known)}')
    try:
        setattr(parameters, name, value)
    except TypeError:
        raise SchedSolverError(f"CP-SAT parameter {name} cannot be {value!r}") from None

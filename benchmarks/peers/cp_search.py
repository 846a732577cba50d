"""CP-SAT by itself, at its default settings."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model

from schedsolver.domain.arrays import IntArray
from schedsolver.errors import SchedSolverError

if TYPE_CHECKING:
    from benchmarks.peers.trail import Trail

NOTHING_FOUND = {
    cp_model.INFEASIBLE: "CP-SAT proved that no roster keeps the hard rules",
    cp_model.UNKNOWN: "CP-SAT found no roster within the limit",
}


def search(
    model: cp_model.CpModel, cost: Callable[[IntArray], int], trail: Trail, workers: int, seed: int
) -> dict[str, object]:
    """Minimise a model until done or out of time; what is found and proved goes to the trail.

    Parameters
    ----------
    model
        What to solve.
    cost
        Price of a solution, given the value of each variable.
    trail
        Clock and record of the run.
    workers, seed
        Threads and seed; everything else is left as CP-SAT has it.

    Returns
    -------
    Message, deterministic time and version, as fields of a ``PeerRoster``.

    Raises
    ------
    SchedSolverError
        If CP-SAT refuses the model.
    """
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = trail.left
    solver.best_bound_callback = trail.proved
    status = solver.solve(model, _Watcher(cost, trail))
    if status == cp_model.MODEL_INVALID:
        raise SchedSolverError(f"CP-SAT refuses the model: {model.validate()}")
    if status != cp_model.INFEASIBLE:
        trail.proved(solver.best_objective_bound)
    return {
        "message": NOTHING_FOUND.get(status, ""),
        "deterministic_time": solver.deterministic_time,
        "versions": {"ortools": importlib.metadata.version("ortools")},
    }


class _Watcher(cp_model.CpSolverSolutionCallback):
    def __init__(self, cost: Callable[[IntArray], int], trail: Trail) -> None:
        super().__init__()
        self._cost = cost
        self._trail = trail

    def on_solution_callback(self) -> None:
        values = np.array(self.response_proto.solution, np.int64)
        self._trail.found(self._cost(values), values)

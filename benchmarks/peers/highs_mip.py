"""HiGHS alone on the library's compact model, read as an integer programme.

All of the problem is expressed, as long as its rules write linear rows only. HiGHS (highspy) runs at its defaults
on ``workers`` threads, of which its tree search uses little, with a relative gap of 0 to stop at, as the other
peers have. It looks at the clock seldom; when it is late, the best roster found in time counts.
"""

from __future__ import annotations

import importlib.metadata
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import highspy
import numpy as np

from benchmarks.peers.compact import Compact
from benchmarks.peers.mps import write_mps
from benchmarks.peers.trail import Trail
from schedsolver.errors import SchedSolverError

if TYPE_CHECKING:
    from schedsolver.bench.peer import PeerRoster
    from schedsolver.domain.problem import Problem
    from schedsolver.model.relaxation import Relaxation

# How much later than the limit it may end by itself.
PATIENCE_SECONDS = 2.0


def solve(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    trail = Trail(seconds)
    compact = Compact(problem)
    programme = compact.integer_programme()
    highs = _instance(programme)
    options = {"threads": workers, "random_seed": seed, "mip_rel_gap": 0.0, "time_limit": trail.left}
    for option, value in options.items():
        highs.setOptionValue(option, value)

    def note(solution: object) -> None:
        values = np.rint(np.asarray(solution, float)).astype(np.int64)
        # HiGHS allows itself tolerances, and what is raised within it is lost.
        if programme.holds(values):
            trail.found(compact.cost(values), values)

    highs.cbMipImprovingSolution += lambda event: note(event.data_out.mip_solution)
    highs.cbMipInterrupt += lambda event: trail.proved(event.data_out.mip_dual_bound)
    # All of a process share one set of threads: it is made anew with as many as asked for, and left for others to make.
    highspy.Highs.resetGlobalScheduler(True)
    # Not waited for when late: the bench ends its process with whatever runs in it.
    thread = threading.Thread(target=highs.run, daemon=True)
    thread.start()
    thread.join(trail.left + PATIENCE_SECONDS)
    message = "HiGHS had not ended at its limit; what it had found by then counts"
    if not thread.is_alive():
        message = f"HiGHS ended: {highs.modelStatusToString(highs.getModelStatus())}"
        info = highs.getInfo()
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            trail.proved(info.mip_dual_bound)
            note(highs.getSolution().col_value)
        highspy.Highs.resetGlobalScheduler(True)
    schedule = None if trail.values is None else compact.schedule(trail.values)
    return trail.roster(schedule, message=message, versions={"highspy": importlib.metadata.version("highspy")})


def _instance(programme: Relaxation) -> highspy.Highs:
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "roster.mps")
        write_mps(programme, file)
        if highs.readModel(str(file)) != highspy.HighsStatus.kOk:
            raise SchedSolverError("HiGHS cannot read the model that was written for it")
    return highs

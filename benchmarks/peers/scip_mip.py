"""SCIP alone on the library's compact model, read as an integer programme.

SCIP comes with its Python interface (package ``pyscipopt``). All of the problem is expressed, as long as its rules
write linear rows only. It runs at its defaults, on one thread whatever ``workers`` is: this build has no more.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from benchmarks.peers.compact import Compact
from benchmarks.peers.mps import values_of, write_mps
from benchmarks.peers.trail import Trail, foreign

if TYPE_CHECKING:
    from schedsolver.bench.peer import PeerRoster
    from schedsolver.domain.problem import Problem


def solve(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:  # noqa: ARG001 - it has one thread
    trail = Trail(seconds)
    pyscipopt, versions = foreign("pyscipopt", "pyscipopt")
    compact = Compact(problem)
    programme = compact.integer_programme()
    scip = pyscipopt.Model()
    scip.hideOutput()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "roster.mps")
        write_mps(programme, file)
        scip.readProblem(str(file))
    columns = scip.getVars()

    def note(solution: Any) -> None:
        values = values_of({column.name: scip.getSolVal(solution, column) for column in columns}, programme, "SCIP")
        trail.found(compact.cost(values), values)

    scip.includeEventhdlr(_handler(pyscipopt, note, trail), "trail", "notes what is found and proved")
    scip.setParam("randomization/randomseedshift", seed)
    scip.setParam("limits/time", trail.left)
    scip.optimize()
    if scip.getStatus() != "infeasible":
        trail.proved(scip.getDualbound())
    if scip.getNSols():
        note(scip.getBestSol())
    schedule = None if trail.values is None else compact.schedule(trail.values)
    return trail.roster(schedule, message=f"SCIP ended: {scip.getStatus()}", versions=versions)


def _handler(pyscipopt: ModuleType, note: Any, trail: Trail) -> Any:
    """Make what SCIP calls at each better solution and after each node."""
    events = pyscipopt.SCIP_EVENTTYPE

    class Handler(pyscipopt.Eventhdlr):
        def eventinit(self) -> None:
            self.model.catchEvent(events.BESTSOLFOUND, self)
            self.model.catchEvent(events.NODESOLVED, self)

        def eventexec(self, event: Any) -> None:
            trail.proved(self.model.getDualbound())
            if event.getType() == events.BESTSOLFOUND:
                note(self.model.getBestSol())

    return Handler()

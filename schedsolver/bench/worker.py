"""One run, in a process of its own; see :mod:`schedsolver.bench.process` for the other side."""

from __future__ import annotations

import json
import math
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schedsolver.bench.contestant import Contestant
from schedsolver.bench.peer import CannotExpress, PeerRoster, find_peer
from schedsolver.bench.record import Outcome
from schedsolver.bench.weights import reweighted
from schedsolver.domain.problem import Problem
from schedsolver.errors import CheckFailed, InfeasibleProblem, InvalidSchedule, NoSolutionFound
from schedsolver.rules.check import CheckReport, check
from schedsolver.solve.result import versions
from schedsolver.solve.runner import solve

if TYPE_CHECKING:
    from schedsolver.domain.schedule import Schedule

# What floating point may take from a whole number.
ROUNDING = 1e-6

Trace = tuple[tuple[float, int | None, int | None], ...]
Told = dict[str, Any]
"""Fields of a :class:`~schedsolver.bench.record.RunRecord` that the run itself can tell."""


def main() -> None:
    """Do the run that the first argument's file specifies, and write what came of it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    spec = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    told = told_of(spec)
    staged = Path(f"{spec['result']}.tmp")
    staged.write_text(json.dumps(told), encoding="utf-8")
    staged.replace(spec["result"])
    # At once: a thread that a peer left behind must not keep the process, nor taking Python down count as solving.
    os._exit(0)


def told_of(spec: dict[str, Any]) -> Told:
    """Do a run.

    Parameters
    ----------
    spec
        ``problem``, the file; ``contestant``, its fields; ``seed``, ``limit_seconds`` and ``workers``.
    """
    try:
        problem = Problem.from_json(Path(spec["problem"]).read_text(encoding="utf-8"))
        contestant = Contestant.model_validate(spec["contestant"])
        run = by_library if contestant.peer is None else by_peer
        return run(problem, contestant, spec)
    except (NoSolutionFound, InfeasibleProblem) as error:
        return {"outcome": Outcome.NO_ROSTER, "message": str(error), "versions": versions()}
    except CannotExpress as error:
        return {"outcome": Outcome.NOT_EXPRESSED, "message": str(error), "versions": versions()}
    except CheckFailed as error:
        return {"outcome": Outcome.WRONG, "message": str(error), "versions": versions()}
    except MemoryError:
        return {"outcome": Outcome.MEMORY, "message": "the system gave no more memory", "versions": versions()}
    except Exception as error:
        return {"outcome": Outcome.FAILED, "message": f"{type(error).__name__}: {error}", "versions": versions()}


def by_library(problem: Problem, contestant: Contestant, spec: dict[str, Any]) -> Told:
    """Solve with the library, and judge the roster by the problem as it was given."""
    run = {"seed": spec["seed"], "limit_seconds": spec["limit_seconds"], "workers": spec["workers"]}
    settings = contestant.settings(**run, problem=problem)
    weights = contestant.rule_weights
    solved = reweighted(problem, weights) if weights else problem
    result = solve(solved, settings)
    told: Told = {
        "build_seconds": result.build_seconds,
        "solver_seconds": result.wall_seconds,
        "first_solution_seconds": result.first_solution_seconds,
        "deterministic_time": result.deterministic_time,
        "versions": versions(),
    }
    report, outcome = judged(solved, result.schedule)
    if report is not None and report.ok and report.objective != result.objective:
        message = f"the solver says {result.objective}, the checker {report.objective}"
        outcome = {"outcome": Outcome.WRONG, "message": message}
    trace = tuple((p.seconds, p.objective, p.bound) for p in result.trace)
    if not weights:
        return told | outcome | _figures(report, result.bound, trace)
    original = check(problem, result.schedule) if report is not None else None
    return told | outcome | _figures(original, None, _last_only(trace, original))


def by_peer(problem: Problem, contestant: Contestant, spec: dict[str, Any]) -> Told:
    """Solve with a peer, and judge its roster by every rule."""
    peer = find_peer(str(contestant.peer))
    started = time.perf_counter()
    found = peer(problem, spec["limit_seconds"], spec["workers"], spec["seed"])
    if not isinstance(found, PeerRoster):
        raise TypeError(f"peer {contestant.peer} must give a PeerRoster, not {type(found).__name__}")
    told: Told = {
        "solver_seconds": time.perf_counter() - started,
        "deterministic_time": found.deterministic_time,
        "not_expressed": found.not_expressed,
        "versions": versions() | found.versions,
    }
    trace = tuple(sorted((float(t), _whole(objective), _whole(bound)) for t, objective, bound in found.trace))
    first = next((seconds for seconds, objective, _ in trace if objective is not None), None)
    # A bound holds for what the peer was told, which may not be the whole problem.
    bound = None if found.not_expressed else _whole(found.bound)
    if found.schedule is None:
        outcome = {"outcome": Outcome.NO_ROSTER, "message": found.message or "the peer found no roster"}
        return told | outcome | _figures(None, bound, trace)
    report, outcome = judged(problem, found.schedule)
    if outcome["outcome"] is Outcome.WRONG and found.not_expressed:
        outcome["outcome"] = Outcome.NOT_EXPRESSED
    elif report is not None and report.ok:
        outcome = {"outcome": Outcome.OK, "message": found.message}
        if bound is not None and bound > report.objective:
            message = f"its bound {bound} is above the cost {report.objective} of its own roster"
            outcome = {"outcome": Outcome.WRONG, "message": message}
    if report is not None and not _ends_at(trace, report.objective):
        trace = _last_only(trace, report) or ((told["solver_seconds"], report.objective, bound),)
    return told | outcome | {"first_solution_seconds": first} | _figures(report, bound, trace)


def judged(problem: Problem, schedule: Schedule) -> tuple[CheckReport | None, Told]:
    """Check a roster; gives the report, and how the run ended as far as the check can tell."""
    try:
        report = check(problem, schedule)
    except InvalidSchedule as error:
        return None, {"outcome": Outcome.WRONG, "message": str(error)}
    except Exception as error:
        message = f"the check failed: {type(error).__name__}: {error}"
        return None, {"outcome": Outcome.UNCHECKED, "message": message}
    if report.ok:
        return report, {"outcome": Outcome.OK, "message": ""}
    first = report.violations[0]
    words = f"breaks {len(report.violations)} hard limits, first {first.rule}: {first.message}"
    return report, {"outcome": Outcome.WRONG, "message": words}


def _figures(report: CheckReport | None, bound: int | None, trace: Trace) -> Told:
    return {"objective": report.objective if report is not None else None, "bound": bound, "trace": trace}


def _last_only(trace: Trace, report: CheckReport | None) -> Trace:
    """Keep when the last roster was found, at what it really costs: the others were told at other prices."""
    times = [seconds for seconds, objective, _ in trace if objective is not None]
    costs = [objective for _, objective, _ in trace if objective is not None]
    if report is None or not times:
        return ()
    return ((times[costs.index(costs[-1])], report.objective, None),)


def _ends_at(trace: Trace, objective: int) -> bool:
    costs = [cost for _, cost, _ in trace if cost is not None]
    return bool(costs) and costs[-1] == objective


def _whole(value: float | None) -> int | None:
    """Round a peer's figure down, which leaves a lower bound one."""
    return None if value is None else math.floor(value + ROUNDING)


def _end_with_parent() -> None:
    """Wait for the end of standard input, which comes when the parent is gone, however it went."""
    # Not by sys.stdin: it is locked while one waits for it, a fatal error where the interpreter ends first.
    while os.read(0, 1):
        pass
    os._exit(1)

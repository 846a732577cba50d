"""Solve a problem from build to checked result; the one place that runs a search."""

from __future__ import annotations

import importlib.metadata
import platform
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from schedsolver.errors import NoSolutionFound
from schedsolver.model.build import build_model
from schedsolver.solve.board import Board
from schedsolver.solve.cpsat import check_parameters
from schedsolver.solve.result import Progress, Result, Status, StopReason
from schedsolver.solve.search import Search
from schedsolver.solve.settings import Settings

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

TICK_SECONDS = 0.1


def solve(
    problem: Problem,
    settings: Settings | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Result:
    """Find a roster, as cheap as the limits allow, with a proof of how cheap it could be.

    Ctrl-C ends the search early and gives the best roster found so far.

    Parameters
    ----------
    problem
        What to solve.
    settings
        Limits and engine; the defaults when ``None``.
    on_progress
        Called from this thread several times a second.

    Returns
    -------
    A roster that the independent checker has passed, with its cost and bound.

    Raises
    ------
    InfeasibleProblem
        If no roster can satisfy the hard rules; names the pins that contradict each other.
    NoSolutionFound
        If the limits ran out before any roster was found.
    CheckFailed
        If solver and checker disagree, which is a defect of this library.
    """
    settings = settings or Settings()
    check_parameters(settings.cp_sat)
    started = time.perf_counter()
    model = build_model(problem)
    build_seconds = time.perf_counter() - started
    board = Board(model, settings, started)
    _run(board, on_progress)
    if board.failure is not None:
        raise board.failure
    if board.best is None:
        raise NoSolutionFound("interrupted before a roster was found")
    best = board.best
    bound = min(board.bound if board.bound is not None else 0, best.report.objective)
    proved = bound == best.report.objective
    return Result(
        schedule=best.schedule,
        status=Status.OPTIMAL if proved else Status.FEASIBLE,
        stopped_because=StopReason.OPTIMAL if proved else board.reason or StopReason.TIME,
        objective=best.report.objective,
        bound=bound,
        cost_by_rule=best.report.cost_by_rule,
        horizon_start=problem.horizon.start,
        build_seconds=build_seconds,
        first_solution_seconds=next(p.seconds for p in board.trace if p.objective is not None),
        wall_seconds=time.perf_counter() - started,
        deterministic_time=board.work,
        settings=settings,
        versions=versions(),
        trace=tuple(board.trace),
    )


def versions() -> dict[str, str]:
    """Give the versions of Python and the libraries a result depends on."""
    packages = ("schedsolver", "ortools", "highspy", "numpy")
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in packages}


def _run(board: Board, on_progress: Callable[[Progress], None] | None) -> None:
    """Run the search beside this thread, which watches the clock and the keyboard."""
    worker = threading.Thread(target=board.guarded(lambda: Search(board).run()), daemon=True)
    worker.start()
    try:
        while not board.stopped:
            # Not worker.join(TICK_SECONDS): before Python 3.13, Ctrl-C within it takes the thread for ended.
            board.stop.wait(TICK_SECONDS)
            if on_progress is not None:
                on_progress(board.progress(board.trace[-1].phase if board.trace else "first roster"))
    except KeyboardInterrupt:
        board.end(StopReason.INTERRUPTED)
    except BaseException:
        # From on_progress: nothing may be left running behind the caller's back.
        board.end(StopReason.INTERRUPTED)
        worker.join()
        raise
    worker.join()

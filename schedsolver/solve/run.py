"""A search on its way: the model is built and searched in a thread, which another one watches and ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from schedsolver.errors import NoSolutionFound, SchedSolverError
from schedsolver.solve.board import Board
from schedsolver.solve.checkpoint import Checkpoint, Keeper, read_checkpoint
from schedsolver.solve.cpsat import check_parameters
from schedsolver.solve.naming import model_for_search
from schedsolver.solve.result import Incumbent, Progress, Result, Status, StopReason, versions
from schedsolver.solve.search import Search
from schedsolver.solve.start import Start

if TYPE_CHECKING:
    from pathlib import Path

    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule
    from schedsolver.solve.settings import Settings

TICK_SECONDS = 0.1


class Run:
    """A search that goes on as long as the ``with`` statement it is entered by.

    Parameters
    ----------
    problem, settings
        What to solve, and how.
    stop
        Ends the search when set.
    start
        An earlier roster to begin with.
    checkpoint
        File to keep the state of the search in.
    resume
        Whether to go on from the state in that file, if it is there.

    Raises
    ------
    SchedSolverError
        If CP-SAT has no such parameters, or the checkpoint cannot be used.
    """

    def __init__(
        self,
        problem: Problem,
        settings: Settings,
        *,
        stop: threading.Event | None = None,
        start: Schedule | None = None,
        checkpoint: Path | None = None,
        resume: bool = False,
    ) -> None:
        check_parameters(settings.cp_sat)
        self._kept: Checkpoint | None = None
        if resume:
            self._kept = _kept_in(checkpoint, problem)
        given = self._kept.schedule if self._kept is not None else start
        self._start = None if given is None else Start.of(problem, given)
        self._keeper = None if checkpoint is None else Keeper(checkpoint, problem)
        self._problem = problem
        self._settings = settings
        self._stop = stop
        self._board: Board | None = None
        self._done = threading.Event()
        self._given_up = False

    def __enter__(self) -> Self:
        """Build the model and begin to search."""
        started = time.perf_counter()
        model = model_for_search(self._problem, self._settings.strategy)
        self._board = Board(model, self._settings, started)
        if self._start is not None:
            if self._kept is not None:
                self._board.restore(self._kept, self._start.report)
            self._board.begin_with(self._start, "start" if self._kept is None else "checkpoint")
        self._worker = threading.Thread(target=self._search, args=(self._board,), daemon=True)
        self._worker.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """End the search, so that nothing is left running, unless there is no patience left for that."""
        self.end()
        if self._given_up:
            return
        self._worker.join()
        if self._keeper is not None:
            self._keeper.keep(self.board, now=True)

    def _search(self, board: Board) -> None:
        board.guarded(lambda: Search(board).run())()
        self._done.set()

    @property
    def board(self) -> Board:
        """Where the search stands."""
        assert self._board is not None, "entered"
        return self._board

    def wait(self) -> bool:
        """Wait a moment, or for the end of the search if that is sooner, and tell whether it has come."""
        # Not worker.join: before Python 3.13, Ctrl-C within it takes the thread for ended.
        ended = self._done.wait(TICK_SECONDS)
        if self._stop is not None and self._stop.is_set():
            self.end()
        if self._keeper is not None:
            self._keeper.keep(self.board)
        return self.board.stopped and ended

    def end(self) -> None:
        """Tell the search to end, unless it has ended."""
        self.board.end(StopReason.INTERRUPTED)

    def progress(self) -> Progress:
        """Give the state of the search now."""
        trace = self.board.trace
        return self.board.progress(trace[-1].phase if trace else "first roster")

    def found(self) -> Iterator[Incumbent]:
        """Give the better rosters that were not given before."""
        while self.board.found:
            yield self.board.found.popleft()

    def watch(self, tell: Callable[[], None]) -> None:
        """Wait for the end of the search; the first Ctrl-C ends it in order, the second goes through at once.

        Parameters
        ----------
        tell
            Called several times a second, and once after the end.
        """
        interrupted = False
        while True:
            try:
                ended = self.wait()
                tell()
                if ended:
                    return
            except KeyboardInterrupt:
                if interrupted:
                    self._given_up = True
                    raise
                interrupted = True
                self.end()

    def result(self) -> Result:
        """Give what has come of the search once it has ended.

        Raises
        ------
        NoSolutionFound
            If it was ended before it had a roster.
        SchedSolverError
            If it failed.
        """
        if self._board is None:
            raise NoSolutionFound("ended before the search began")
        board = self._board
        if board.failure is not None:
            raise board.failure
        if board.best is None:
            raise NoSolutionFound("interrupted before a roster was found")
        best = board.best
        bound = min(board.bound if board.bound is not None else 0, best.objective)
        proved = bound == best.objective
        return Result(
            schedule=best.schedule,
            status=Status.OPTIMAL if proved else Status.FEASIBLE,
            stopped_because=StopReason.OPTIMAL if proved else board.reason or StopReason.TIME,
            objective=best.objective,
            bound=bound,
            cost_by_rule=best.cost_by_rule,
            horizon_start=self._problem.horizon.start,
            build_seconds=board.began - board.started,
            first_solution_seconds=next(p.seconds for p in board.trace if p.objective is not None),
            wall_seconds=board.progress("").seconds,
            deterministic_time=board.work,
            settings=self._settings,
            versions=versions(),
            trace=tuple(board.trace),
            start=self._start if self._kept is None else None,
        )


def _kept_in(checkpoint: Path | None, problem: Problem) -> Checkpoint | None:
    if checkpoint is None:
        raise SchedSolverError("resume=True needs the file to go on from; give it as checkpoint")
    return read_checkpoint(checkpoint, problem) if checkpoint.exists() else None

"""Solve a problem from build to checked result, or roster by roster."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from schedsolver.solve.result import Incumbent, Progress, Result
from schedsolver.solve.run import Run
from schedsolver.solve.settings import Settings

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


def solve(
    problem: Problem,
    settings: Settings | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    on_incumbent: Callable[[Incumbent], None] | None = None,
    stop: threading.Event | None = None,
    start: Schedule | None = None,
    checkpoint: str | Path | None = None,
    resume: bool = False,
) -> Result:
    """Find a roster, as cheap as the limits allow, with a proof of how cheap it could be.

    In the main thread, a first ``KeyboardInterrupt`` (Ctrl-C) ends the search in order: this returns the best roster
    so far, and says ``stopped_because == "interrupted"``. A second one is raised at once, without a roster; what the
    search still does ends by itself. Elsewhere, or for other signals, use ``stop``.

    Parameters
    ----------
    problem
        What to solve.
    settings
        Limits and engine; the defaults when ``None``.
    on_progress
        Called from this thread several times a second.
    on_incumbent
        Called from this thread with each better roster, checked. Of more than 16 that come while it is busy, the
        latest 16 are given.
    stop
        Ends the search in order when set, from whatever thread.
    start
        An earlier roster to begin with. What the problem does not know is dropped, and what breaks today's rules is
        repaired with as little change as the search finds; ``Result.start`` tells both. The search first finds who
        else could work its duties.
    checkpoint
        File to keep the state of the search in: written every two seconds, each time whole, and once at the end.
    resume
        Go on from the state in ``checkpoint``, in place of ``start``, if the file is there. Time and work spent before
        count towards the limits.

    Returns
    -------
    A roster that the independent checker has passed, with its cost and bound.

    Raises
    ------
    InfeasibleProblem
        If no roster can satisfy the hard rules; names the pins that contradict each other.
    NoSolutionFound
        If the limits ran out, or the search was ended, before any roster was found.
    InvalidCheckpoint
        If the file to go on from is of another problem, or not whole.
    CheckFailed
        If solver and checker disagree, which is a defect of this library.
    """
    kept_in = None if checkpoint is None else Path(checkpoint)
    run = Run(problem, settings or Settings(), stop=stop, start=start, checkpoint=kept_in, resume=resume)

    def tell() -> None:
        for found in run.found():
            if on_incumbent is not None:
                on_incumbent(found)
        if on_progress is not None:
            on_progress(run.progress())

    with run:
        run.watch(tell)
    return run.result()


class Incumbents(Iterator[Incumbent]):
    """Better and better rosters of one search, each checked, as they are found.

    The search begins with the first one asked for, and goes on while the caller is busy with a roster; of more than
    16 that are waiting the latest 16 are given. It ends with its limits, when it is closed, when the ``with``
    statement it is used in is left, or when the last reference to it is gone, as by ``break``. No thread is left
    then. A ``KeyboardInterrupt`` in between ends it as well, and is raised as in any loop.

    Parameters
    ----------
    problem, settings, start
        As for :func:`solve`.

    Examples
    --------
    >>> import schedsolver as ss
    >>> problem = ss.generate(ss.GeneratorSpec(outlets=1, staff=3, days=1))
    >>> with ss.incumbents(problem, ss.Settings(deterministic=True)) as rosters:
    ...     costs = [found.objective for found in rosters]
    >>> costs == sorted(costs, reverse=True), costs[-1] == rosters.result.objective
    (True, True)
    """

    def __init__(self, problem: Problem, settings: Settings | None = None, *, start: Schedule | None = None) -> None:
        self._run = Run(problem, settings or Settings(), start=start)
        self._rosters = _rosters(self._run)

    def __next__(self) -> Incumbent:
        """Wait for the next better roster.

        Raises
        ------
        StopIteration
            If the search has ended.
        SchedSolverError
            As :func:`solve`, in place of the first roster.
        """
        return next(self._rosters)

    def __enter__(self) -> Self:
        """Give itself, to be closed when the ``with`` statement is left."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """End the search and wait until nothing of it runs any more."""
        self._rosters.close()

    @property
    def result(self) -> Result:
        """What :func:`solve` would have returned; ends the search if it has not ended."""
        self.close()
        return self._run.result()


def _rosters(run: Run) -> Generator[Incumbent]:
    with run:
        ended = False
        while not ended:
            ended = run.wait()
            yield from run.found()
    run.result()

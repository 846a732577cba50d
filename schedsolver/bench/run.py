"""Runs an experiment: each cell in a process of its own, as many at once as there are processors for."""

from __future__ import annotations

import shutil
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from schedsolver.bench.experiment import Experiment
from schedsolver.bench.invalid import InvalidExperiment
from schedsolver.bench.machine import machine
from schedsolver.bench.plan import Cell, Plan, make_plan
from schedsolver.bench.process import Limits, Worker, usable_cores
from schedsolver.bench.record import Outcome, RunRecord
from schedsolver.bench.store import Store

TICK_SECONDS = 0.02
TELL_SECONDS = 0.25
# Outcomes of runs that another attempt may end better.
RETRIED = (Outcome.FAILED, Outcome.TIMEOUT, Outcome.MEMORY)


class ExperimentWarning(UserWarning):
    """Something of an experiment is left out or does nothing."""


@dataclass(frozen=True)
class RunProgress:
    """How far an experiment is.

    Attributes
    ----------
    done, total
        Cells.
    running
        Key and seconds so far of each cell that runs.
    left_seconds
        Estimate of the time until all are done, from the limits and how long runs took of theirs so far.
    finished
        What has ended since the last time this was told.
    """

    done: int
    total: int
    running: tuple[tuple[str, float], ...]
    left_seconds: float
    finished: tuple[RunRecord, ...] = ()


def run_experiment(
    experiment: Experiment,
    out: str | Path,
    parallel: int | None = None,
    on_progress: Callable[[RunProgress], None] | None = None,
) -> list[RunRecord]:
    """Run an experiment, or what is left of it.

    Everything is read and checked first; what is left out or does nothing is told by an :class:`ExperimentWarning`.
    Finished cells in ``out`` are not run again. Ctrl-C ends the runs under way and keeps the finished ones.

    Parameters
    ----------
    experiment
        What to run.
    out
        Folder for the results: a new one, or that of an earlier run of the experiment.
    parallel
        Most cells at once; as many as there are processors for when ``None``, and never more.
    on_progress
        Called from this thread several times a second.

    Returns
    -------
    The record of every cell, in the experiment's order.

    Raises
    ------
    InvalidExperiment
        If something is wrong with the experiment, or ``out`` holds results of another.
    CannotWrite
        If ``out`` cannot be written or holds other files.
    """
    plan = make_plan(experiment)
    for text in plan.warnings:
        warnings.warn(text, ExperimentWarning, stacklevel=2)
    return run_plan(plan, out, parallel, on_progress)


def run_plan(
    plan: Plan,
    out: str | Path,
    parallel: int | None = None,
    on_progress: Callable[[RunProgress], None] | None = None,
    *,
    retry: bool = False,
) -> list[RunRecord]:
    """Run a plan; see :func:`run_experiment`. With ``retry``, cells that failed or were ended run once more."""
    if parallel is not None and parallel < 1:
        raise InvalidExperiment([f"parallel is {parallel}, but at least one cell must run at a time"])
    store = Store(plan, out)
    with store.held(plan):
        crew = _Crew(plan, store, parallel or len(plan.cells), retry=retry)
        told = 0.0
        try:
            while crew.busy:
                finished = crew.step()
                if on_progress is not None and (finished or time.monotonic() - told >= TELL_SECONDS):
                    told = time.monotonic()
                    on_progress(crew.progress(finished))
                if not finished:
                    time.sleep(TICK_SECONDS)
        finally:
            crew.dismiss()
    return [store.done[cell.key] for cell in plan.cells]


def left_seconds(done: Iterable[RunRecord], todo: Iterable[tuple[str, float, float]], at_once: int) -> float:
    """Estimate the time until all cells are done.

    Parameters
    ----------
    done
        Finished runs; a contestant's tell how much of the limit its runs take, and all together where it has none.
    todo
        Contestant, limit and seconds so far of each cell that is not done.
    at_once
        Number of cells at a time.
    """
    taken: dict[str, float] = {}
    allowed: dict[str, float] = {}
    for record in done:
        for who in (record.contestant, ""):
            taken[who] = taken.get(who, 0.0) + record.seconds
            allowed[who] = allowed.get(who, 0.0) + record.limit_seconds
    total = 0.0
    for contestant, limit, so_far in todo:
        who = contestant if contestant in taken else ""
        share = taken[who] / allowed[who] if who in taken else 1.0
        total += max(0.0, limit * share - so_far)
    return total / at_once


def at_once(cells: Iterable[Cell], parallel: int | None = None) -> int:
    """Give how many cells run at a time: as many as there are processors for the widest, and one at least."""
    widest = max((cell.workers for cell in cells), default=1)
    return max(1, min(parallel or len(usable_cores()), len(usable_cores()) // widest))


def waiting(plan: Plan, store: Store, *, retry: bool) -> list[Cell]:
    """Give the cells that are to be run: those not finished and, with ``retry``, those that failed or were ended."""
    again = {key for key, record in store.done.items() if retry and record.outcome in RETRIED}
    return [cell for cell in plan.cells if cell.key not in store.done or cell.key in again]


@dataclass(frozen=True)
class _Job:
    cell: Cell
    worker: Worker
    cores: tuple[int, ...]
    scratch: Path


class _Crew:
    """The cells that wait and those that run."""

    def __init__(self, plan: Plan, store: Store, parallel: int, *, retry: bool) -> None:
        self._plan, self._store = plan, store
        self._machine = machine()
        self._cores = usable_cores()
        self._free = list(self._cores)
        self._at_once = at_once(plan.cells, parallel)
        self._waiting = deque(waiting(plan, store, retry=retry))
        self._running: list[_Job] = []

    @property
    def busy(self) -> bool:
        """Whether there is anything left to do."""
        return bool(self._waiting or self._running)

    def step(self) -> tuple[RunRecord, ...]:
        """Start what there is room for, and take in what has ended."""
        while self._waiting and len(self._running) < self._at_once:
            self._running.append(self._begin(self._waiting.popleft()))
        finished = []
        for job in tuple(self._running):
            told = job.worker.poll()
            if told is not None:
                record = record_of(job.cell, told, self._machine)
                self._store.put(job.cell, record)
                self._leave(job)
                finished.append(record)
        return tuple(finished)

    def progress(self, finished: tuple[RunRecord, ...]) -> RunProgress:
        """Tell how far it is."""
        todo = [(job.cell.name, job.cell.limit_seconds, job.worker.seconds) for job in self._running]
        todo += [(cell.name, cell.limit_seconds, 0.0) for cell in self._waiting]
        return RunProgress(
            done=len(self._plan.cells) - len(todo),
            total=len(self._plan.cells),
            running=tuple((job.cell.key, job.worker.seconds) for job in self._running),
            left_seconds=left_seconds(self._store.done.values(), todo, self._at_once),
            finished=finished,
        )

    def dismiss(self) -> None:
        """End whatever still runs."""
        for job in self._running:
            job.worker.kill()
        for job in tuple(self._running):
            job.worker.wait()
            self._leave(job)

    def _begin(self, cell: Cell) -> _Job:
        cores, self._free = tuple(self._free[: cell.workers]), self._free[cell.workers :]
        scratch = self._store.scratch(cell).resolve()
        spec = {
            "problem": str(self._store.problem_file(cell).resolve()),
            "contestant": cell.contestant.model_dump(mode="json", exclude_defaults=True),
            "seed": cell.seed,
            "limit_seconds": cell.limit_seconds,
            "workers": cell.workers,
        }
        limits = Limits(cell.hard_seconds, self._plan.experiment.memory_mb)
        return _Job(cell, Worker(spec, cores, cell.workers, limits, scratch), cores, scratch)

    def _leave(self, job: _Job) -> None:
        self._running.remove(job)
        self._free += job.cores
        shutil.rmtree(job.scratch, ignore_errors=True)


def record_of(cell: Cell, told: Mapping[str, Any], machine: str) -> RunRecord:
    """Put together what is known of a run beforehand and what was told of it."""
    known: dict[str, Any] = {
        "instance": cell.instance,
        "contestant": cell.name,
        "seed": cell.seed,
        "limit_seconds": cell.limit_seconds,
        "workers": cell.workers,
        "best_known": cell.best_known,
        "machine": machine,
    }
    try:
        return RunRecord(**known, **told)
    except ValidationError as error:
        message = f"the run told something that is no record: {error.errors()[0]['msg']}"
        return RunRecord(**known, outcome=Outcome.FAILED, message=message, seconds=told["seconds"])

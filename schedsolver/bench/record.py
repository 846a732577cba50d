"""What one run of an experiment gave: the contract between running and judging."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schedsolver.domain.base import Model


class Outcome(StrEnum):
    """How a run ended; only rosters that were checked and found right are ranked."""

    OK = "ok"
    NO_ROSTER = "no_roster"
    WRONG = "wrong"
    UNCHECKED = "unchecked"
    NOT_EXPRESSED = "not_expressed"
    FAILED = "failed"
    TIMEOUT = "timeout"
    MEMORY = "memory"


class RunRecord(Model):
    """One run: an instance solved by one contestant with one seed under one limit.

    Attributes
    ----------
    instance, contestant, seed, limit_seconds, workers
        What was run. A contestant is a named setting of the library, or a peer.
    outcome, message
        How it ended, and in words why when not well.
    objective, bound
        Cost of the roster by the independent checker, and the proved lower bound; ``None`` without one.
    best_known
        Best cost published for the instance; ``None`` if none is.
    seconds
        From start to end of the process, taken from outside.
    build_seconds, solver_seconds, first_solution_seconds
        By the solver's own clock; ``None`` where it does not say.
    cpu_seconds, peak_mb
        Processor time and peak resident memory of the process with its children, taken from outside.
    deterministic_time
        Work done in the engine's own unit; ``None`` where it does not say.
    trace
        ``(seconds, objective, bound)`` of every improvement, in order of time since the solver began.
    not_expressed
        What of the instance a peer could not express, in words; its roster is priced by every rule regardless.
    machine, versions
        Where it ran, and with what.
    """

    instance: str
    contestant: str
    seed: int
    limit_seconds: float
    workers: int
    outcome: Outcome
    message: str = ""
    objective: int | None = None
    bound: int | None = None
    best_known: int | None = None
    seconds: float
    build_seconds: float | None = None
    solver_seconds: float | None = None
    first_solution_seconds: float | None = None
    cpu_seconds: float | None = None
    peak_mb: float | None = None
    deterministic_time: float | None = None
    trace: tuple[tuple[float, int | None, int | None], ...] = ()
    not_expressed: tuple[str, ...] = ()
    machine: str = ""
    versions: Annotated[dict[str, str], Field(default_factory=dict)]

    @property
    def key(self) -> str:
        """Name of the cell: unique among an experiment's runs."""
        return f"{self.instance}--{self.contestant}--s{self.seed}--{self.limit_seconds:g}s"

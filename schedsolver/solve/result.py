"""What solving gives: a checked roster with its proof."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import platform
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from schedsolver.domain.schedule import Schedule
from schedsolver.solve.settings import Settings
from schedsolver.solve.start import Start


class Status(StrEnum):
    """What is known of the roster."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"


class StopReason(StrEnum):
    """Why the search ended."""

    OPTIMAL = "proved optimal"
    GAP = "gap reached"
    TARGET = "target cost reached"
    STALLED = "no better roster for too long"
    TIME = "time limit"
    WORK = "work limit"
    INTERRUPTED = "interrupted"


# What a search is at once it was told to end.
ENDING = "ending"


@dataclass(frozen=True)
class Progress:
    """A moment of the search.

    Attributes
    ----------
    seconds
        Since solving began.
    objective, bound
        Best roster and best bound so far, in cents; ``None`` when there is none yet.
    phase
        What brought the last change.
    doing
        What the search is at.
    """

    seconds: float
    objective: int | None
    bound: int | None
    phase: str
    doing: str = field(default="", kw_only=True, compare=False)

    @property
    def gap(self) -> float | None:
        """Share by which the objective may exceed the optimum."""
        if self.objective is None or self.bound is None:
            return None
        return relative_gap(self.objective, self.bound)


@dataclass(frozen=True)
class Incumbent(Progress):
    """A roster that was the best so far when it was found; the independent checker has passed it.

    Attributes
    ----------
    objective
        What it costs, in cents.
    schedule
        The roster.
    cost_by_rule
        The objective by rule, in cents.
    """

    objective: int
    schedule: Schedule
    cost_by_rule: dict[str, int]


@dataclass(frozen=True)
class Result:
    """A checked roster, what it costs, and how far it can be from the optimum.

    Attributes
    ----------
    schedule
        The roster; the checker found no violation and the same cost.
    status, stopped_because
        What is known of the roster, and why the search ended.
    objective, bound
        Cost of the roster, and a cost below which there is none, in cents.
    cost_by_rule
        The objective by rule, in cents.
    horizon_start
        First day planned.
    build_seconds, first_solution_seconds, wall_seconds
        Time to the finished model, the first checked roster and the end.
    deterministic_time
        Work in the unit of CP-SAT, the same on every machine; of HiGHS and of annealing, what limits count it as.
    settings
        What was asked of the search.
    versions
        Of Python and the libraries that matter.
    trace
        Each improvement of objective or bound, in order of time.
    start
        What was made of the earlier roster it began with, if it did.
    """

    schedule: Schedule
    status: Status
    stopped_because: StopReason
    objective: int
    bound: int
    cost_by_rule: dict[str, int]
    horizon_start: dt.date
    build_seconds: float
    first_solution_seconds: float
    wall_seconds: float
    deterministic_time: float
    settings: Settings
    versions: dict[str, str]
    trace: tuple[Progress, ...]
    start: Start | None = None

    @property
    def gap(self) -> float:
        """Share by which the objective may exceed the optimum."""
        return relative_gap(self.objective, self.bound)

    def to_dict(self) -> dict[str, Any]:
        """Give everything but the roster, as plain values for JSON."""
        return {
            "status": self.status.value,
            "stopped_because": self.stopped_because.value,
            "objective": self.objective,
            "bound": self.bound,
            "gap": round(self.gap, 6),
            "horizon_start": self.horizon_start.isoformat(),
            "wall_seconds": round(self.wall_seconds, 3),
            "build_seconds": round(self.build_seconds, 3),
            "first_solution_seconds": round(self.first_solution_seconds, 3),
            "deterministic_time": round(self.deterministic_time, 6),
            "cost_by_rule": self.cost_by_rule,
            "seed": self.settings.seed,
            "settings": self.settings.model_dump(mode="json"),
            "versions": self.versions,
            "trace": [[round(p.seconds, 3), p.objective, p.bound, p.phase] for p in self.trace],
        } | ({} if self.start is None else {"start": self.start.to_dict(self.schedule)})

    def to_json(self) -> str:
        """Give :meth:`to_dict` as text."""
        return json.dumps(self.to_dict(), indent=1)


def relative_gap(objective: int, bound: int) -> float:
    """Give ``(objective - bound) / objective``; 0 when both are 0."""
    return (objective - bound) / max(1, abs(objective))


def versions() -> dict[str, str]:
    """Give the versions of Python and the libraries a result depends on."""
    packages = ("schedsolver", "ortools", "highspy", "numpy")
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in packages}

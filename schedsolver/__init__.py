"""Schedules cross-qualified staff across 1+N outlets to the customer peaks, near-optimally and with proof."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from schedsolver import domain, errors, rules, traffic
from schedsolver.domain import (
    Activity,
    Arrivals,
    Availability,
    Backlog,
    BreakWindow,
    Calendar,
    Carried,
    Contract,
    Duty,
    Employee,
    FairItem,
    Horizon,
    IntervalRequirement,
    Leave,
    OpeningHours,
    Outlet,
    Permission,
    Pin,
    PlannedLeave,
    Preference,
    Problem,
    Promise,
    Request,
    Rest,
    Rule,
    Schedule,
    Scope,
    ServicePromise,
    ShiftRequirement,
    ShiftType,
    Skill,
    SpecialDay,
    Stint,
    TravelTimes,
)
from schedsolver.errors import (
    CheckFailed,
    InfeasibleProblem,
    InvalidCheckpoint,
    InvalidProblem,
    InvalidSchedule,
    NoSolutionFound,
    SchedSolverError,
)
from schedsolver.io import load, load_schedule, save, save_schedule
from schedsolver.io.generator import GeneratorSpec, generate
from schedsolver.rules import CheckReport, check
from schedsolver.rules.windows import open_windows
from schedsolver.scoring import kpis, shortages
from schedsolver.solve.result import Incumbent, Progress, Result
from schedsolver.solve.settings import Settings
from schedsolver.solve.strategy import Strategy

if TYPE_CHECKING:
    from schedsolver.solve.runner import Incumbents

__all__ = [
    "Activity",
    "Arrivals",
    "Availability",
    "Backlog",
    "BreakWindow",
    "Calendar",
    "Carried",
    "CheckFailed",
    "CheckReport",
    "Contract",
    "Duty",
    "Employee",
    "FairItem",
    "GeneratorSpec",
    "Horizon",
    "Incumbent",
    "InfeasibleProblem",
    "IntervalRequirement",
    "InvalidCheckpoint",
    "InvalidProblem",
    "InvalidSchedule",
    "Leave",
    "NoSolutionFound",
    "OpeningHours",
    "Outlet",
    "Permission",
    "Pin",
    "PlannedLeave",
    "Preference",
    "Problem",
    "Progress",
    "Promise",
    "Request",
    "Rest",
    "Result",
    "Rule",
    "SchedSolverError",
    "Schedule",
    "Scope",
    "ServicePromise",
    "Settings",
    "ShiftRequirement",
    "ShiftType",
    "Skill",
    "SpecialDay",
    "Stint",
    "Strategy",
    "TravelTimes",
    "check",
    "domain",
    "errors",
    "generate",
    "incumbents",
    "kpis",
    "load",
    "load_schedule",
    "open_windows",
    "rules",
    "save",
    "save_schedule",
    "shortages",
    "solve",
    "traffic",
]


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
    """Find a roster with a proof of how good it is; see :func:`schedsolver.solve.runner.solve`."""
    # Only here is a solver needed: reading, generating and checking load none.
    from schedsolver.solve import runner

    return runner.solve(
        problem, settings, on_progress, on_incumbent=on_incumbent, stop=stop, start=start, checkpoint=checkpoint,
        resume=resume,
    )  # fmt: skip


def incumbents(problem: Problem, settings: Settings | None = None, *, start: Schedule | None = None) -> Incumbents:
    """Give better and better rosters as they are found; see :class:`schedsolver.solve.runner.Incumbents`."""
    from schedsolver.solve.runner import Incumbents

    return Incumbents(problem, settings, start=start)

"""What a peer found and proved, and when."""

from __future__ import annotations

import importlib
import importlib.metadata
import math
import time
from typing import TYPE_CHECKING, Any

from schedsolver.bench.peer import PeerRoster
from schedsolver.domain.arrays import IntArray
from schedsolver.errors import SchedSolverError

if TYPE_CHECKING:
    from types import ModuleType

    from schedsolver.domain.schedule import Schedule

# What floating point may have added to a bound, at least and as a share of it.
ROUNDING, ROUNDING_SHARE = 1e-6, 1e-9

# What solvers say that have no bound.
INFINITE = 1e20


class Trail:
    """The clock of a peer's run, its best solution and its bound.

    Parameters
    ----------
    seconds
        The time it has, building its model included.
    """

    def __init__(self, seconds: float) -> None:
        self._started = time.perf_counter()
        self._seconds = seconds
        self._points: list[tuple[float, int | None, int | None]] = []
        self.objective: int | None = None
        self.values: IntArray | None = None
        self.bound: int | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the peer was called."""
        return time.perf_counter() - self._started

    @property
    def left(self) -> float:
        """Seconds it still has; never quite 0, which some solvers take for no limit."""
        return max(0.01, self._seconds - self.elapsed)

    def found(self, objective: int, values: IntArray | None = None, *, at: float | None = None) -> None:
        """Note a solution, if it is better than the last, found now or ``at`` so many seconds."""
        if self.objective is None or objective < self.objective:
            self.objective, self.values = objective, values
            self._points.append((self.elapsed if at is None else at, objective, self.bound))

    def proved(self, bound: float) -> None:
        """Note a lower bound, if it is better than the last; costs are whole cents, so it may be rounded up."""
        if not abs(bound) < INFINITE:
            return
        # Nothing costs less than nothing, which some solvers are slow to see.
        whole = max(0, math.ceil(bound - max(ROUNDING, ROUNDING_SHARE * abs(bound))))
        if self.bound is None or whole > self.bound:
            self.bound = whole
            self._points.append((self.elapsed, self.objective, whole))

    def roster(self, schedule: Schedule | None, **more: Any) -> PeerRoster:
        """Give what the bench wants to know; ``more`` are further fields of a ``PeerRoster``."""
        return PeerRoster(schedule, self.bound, tuple(self._points), **more)


def foreign(module: str, package: str) -> tuple[ModuleType, dict[str, str]]:
    """Import the library that a peer is, and give it with its version.

    Parameters
    ----------
    module, package
        What is imported, and what it is called in the package index.

    Raises
    ------
    SchedSolverError
        If it is not installed.
    """
    try:
        return importlib.import_module(module), {package: importlib.metadata.version(package)}
    except ImportError as error:
        raise SchedSolverError(f"this peer needs {package}: {error}; run: pip install {package}") from error

"""Every error this library raises on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class SchedSolverError(Exception):
    """Base of every error raised on purpose; catch it to catch them all."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a problem: where it is and what to do about it.

    Attributes
    ----------
    table
        Field of ``Problem`` the fault is in, for example ``"leave"``; empty for the problem itself.
    index
        Position in that table, counted from 0; ``None`` when the whole table is meant.
    message
        What is wrong, with the value, the limit and the way out.
    """

    table: str
    index: int | None
    message: str

    def __str__(self) -> str:
        """Give the fault with its place, as a Python user would index it."""
        if not self.table:
            return self.message
        place = self.table if self.index is None else f"{self.table}[{self.index}]"
        return f"{place}: {self.message}"


class InvalidProblem(SchedSolverError):
    """The problem is not well formed; ``faults`` lists everything found, not only the first.

    Parameters
    ----------
    faults
        The faults, or sentences that say them.
    """

    SHOWN = 20

    def __init__(self, faults: Sequence[Fault | str]) -> None:
        self.faults = tuple(f if isinstance(f, Fault) else Fault("", None, f) for f in faults)
        lines = [str(fault) for fault in self.faults[: self.SHOWN]]
        if len(self.faults) > self.SHOWN:
            lines.append(f"... and {len(self.faults) - self.SHOWN} more")
        super().__init__("\n".join(lines))


class InvalidSchedule(SchedSolverError):
    """A schedule names things its problem does not have, or cannot be read."""


class InfeasibleProblem(SchedSolverError):
    """No roster can satisfy the hard rules; ``reasons`` names what contradicts what.

    Parameters
    ----------
    reasons
        One sentence for each pin or rule that takes part in the contradiction.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("no roster can satisfy these together:\n" + "\n".join(f"  - {r}" for r in reasons))


class NoSolutionFound(SchedSolverError):
    """The limits ran out before any roster was found, which does not prove there is none."""


class CheckFailed(SchedSolverError):
    """The solver's roster and the independent checker disagree: a defect in this library."""

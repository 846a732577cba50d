"""Every error this library raises on purpose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


class SchedSolverError(Exception):
    """Base of every error raised on purpose; catch it to catch them all."""


@dataclass(frozen=True)
class Place:
    """A table of a problem, or one record of it.

    Attributes
    ----------
    table
        Field of ``Problem``, for example ``"leave"``; empty for the problem itself.
    index
        Position in that table, counted from 0; ``None`` for the whole table.
    """

    table: str
    index: int | None = None

    def __str__(self) -> str:
        """Give the place as a Python user would index it."""
        return self.table if self.index is None else f"{self.table}[{self.index}]"


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a problem: where it is and what to do about it.

    Attributes
    ----------
    table, index
        Where; see :class:`Place`.
    message
        What is wrong, with the value, the limit and the way out.
    words
        The message in pieces, where it mentions other places; see :meth:`mentioning`.
    """

    table: str
    index: int | None
    message: str
    words: tuple[str | Place, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def mentioning(cls, table: str, index: int | None, *words: str | Place) -> Fault:
        """Make a fault whose message mentions other places, so that a reader of files can name them its way."""
        return cls(table, index, "".join(map(str, words)), words)

    def told(self, name_of: Callable[[Place], str] = str) -> str:
        """Say the fault with its place.

        Parameters
        ----------
        name_of
            What to call a place, for example ``leave.csv row 14``; as Python indexes it by default.
        """
        place = name_of(Place(self.table, self.index))
        message = "".join(w if isinstance(w, str) else name_of(w) for w in self.words or (self.message,))
        return f"{place}: {message}" if place else message

    def __str__(self) -> str:
        """Give the fault with its place, as a Python user would index it."""
        return self.told()


class InvalidProblem(SchedSolverError):
    """The problem is not well formed; ``faults`` lists everything found, not only the first.

    Parameters
    ----------
    faults
        The faults, or sentences that say them.
    name_of
        What the message calls the place of a fault.
    """

    SHOWN = 20

    def __init__(self, faults: Sequence[Fault | str], name_of: Callable[[Place], str] = str) -> None:
        self.faults = tuple(f if isinstance(f, Fault) else Fault("", None, f) for f in faults)
        self._name_of = name_of
        lines = [fault.told(name_of) for fault in self.faults[: self.SHOWN]]
        if len(self.faults) > self.SHOWN:
            lines.append(f"... and {len(self.faults) - self.SHOWN} more")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[InvalidProblem], tuple[list[str]]]:
        """Cross to another process as sentences; what names the places need not be able to."""
        return InvalidProblem, ([fault.told(self._name_of) for fault in self.faults],)


class InvalidSchedule(SchedSolverError):
    """A schedule names things its problem does not have, or cannot be read."""


class InvalidCheckpoint(SchedSolverError):
    """A file holds no checkpoint of the problem, or not the whole of it."""


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

    def __reduce__(self) -> tuple[type[InfeasibleProblem], tuple[tuple[str, ...]]]:
        """Cross to another process with the reasons, not with the message made of them."""
        return InfeasibleProblem, (self.reasons,)


class NoSolutionFound(SchedSolverError):
    """The limits ran out before any roster was found, which does not prove there is none."""


class CannotWrite(SchedSolverError):
    """A file or folder cannot be written there; nothing was changed."""


class EngineLost(SchedSolverError):
    """A solver's process died; the search goes on without it."""


class CheckFailed(SchedSolverError):
    """The solver's roster and the independent checker disagree: a defect in this library."""

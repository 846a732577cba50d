"""A search kept in a file, from which another process goes on."""

from __future__ import annotations

import hashlib
import re
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from pydantic import ValidationError

from schedsolver.domain.base import Model
from schedsolver.domain.schedule import Schedule
from schedsolver.errors import CannotWrite, InvalidCheckpoint, InvalidProblem
from schedsolver.io.text import read_text, write_file, writing
from schedsolver.solve.result import Progress, versions

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.solve.board import Board

VERSION = 1
MARK = "schedsolver checkpoint"
HEADER = re.compile(MARK + r" (?P<version>\d+) (?P<sum>[0-9a-f]{64})")
WAY_OUT = "begin without it"
# Between two writings: what a search that is killed may lose.
INTERVAL_SECONDS = 2.0


class CheckpointWarning(UserWarning):
    """The search goes on, but its latest state could not be written."""


class Checkpoint(Model):
    """The state of a search.

    Attributes
    ----------
    problem
        Fingerprint of what is solved, see :func:`fingerprint`.
    library
        Version of the library, on whose rules the bound rests.
    objective, schedule
        The best roster and its cost in cents.
    bound
        A cost below which there is no roster, in cents; ``None`` when there is none yet.
    seconds, work
        Time spent solving, and deterministic time.
    trace
        Seconds, objective, bound and phase of each improvement.
    """

    problem: str
    library: str
    objective: int
    bound: int | None
    seconds: float
    work: float
    trace: tuple[tuple[float, int | None, int | None, str], ...]
    schedule: Schedule

    def moments(self) -> list[Progress]:
        """Give the trace as it was."""
        return [Progress(*moment) for moment in self.trace]


def fingerprint(problem: Problem) -> str:
    """Give a text that two problems share only if they are the same."""
    return _sum(problem.to_json())


def read_checkpoint(path: Path, problem: Problem) -> Checkpoint:
    """Read the state of a search.

    Raises
    ------
    InvalidCheckpoint
        If the file is no checkpoint, is not whole, or is of another problem.
    """
    state = _state_in(path)
    try:
        found = Checkpoint.model_validate_json(state)
    except ValidationError as error:
        raise InvalidCheckpoint(f"{path}: is damaged: {error.errors()[0]['msg']}; {WAY_OUT}") from None
    if found.problem != fingerprint(problem):
        raise InvalidCheckpoint(f"{path}: is of another problem, or the problem has changed since; {WAY_OUT}")
    return found


def refuse_unfit_file(path: Path) -> None:
    """Refuse a file that cannot take a checkpoint, before time is spent.

    Raises
    ------
    CannotWrite
        If it is something else than an earlier checkpoint, or its folder cannot be written.
    """
    with writing(path):
        if path.is_dir():
            raise CannotWrite(f"{path}: is a folder; choose a file for the checkpoint")
        if path.exists() and path.read_bytes()[: len(MARK)] not in (b"", MARK.encode()):
            raise CannotWrite(f"{path}: holds something else than a checkpoint; choose another file")
        place = next(folder for folder in path.absolute().parents if folder.exists())
        with TemporaryFile(dir=place):
            pass


class Keeper:
    """Writes the state of a search into a file every few seconds, each time whole.

    Parameters
    ----------
    path
        The file.
    problem
        What is solved.
    clock
        Gives the time in seconds.
    """

    def __init__(self, path: Path, problem: Problem, clock: Callable[[], float] = time.perf_counter) -> None:
        refuse_unfit_file(path)
        self._path = path
        self._problem = fingerprint(problem)
        self._clock = clock
        self._written_at = clock()

    def keep(self, board: Board, *, now: bool = False) -> None:
        """Write the state if it is time to, or at once; nothing before there is a roster."""
        best, clock = board.best, self._clock()
        if best is None or (not now and clock - self._written_at < INTERVAL_SECONDS):
            return
        self._written_at = clock
        state = Checkpoint(
            problem=self._problem, library=versions()["schedsolver"], objective=best.objective, bound=board.bound,
            seconds=board.progress("").seconds, work=board.work, schedule=best.schedule,
            trace=tuple((p.seconds, p.objective, p.bound, p.phase) for p in board.trace),
        ).model_dump_json()  # fmt: skip
        try:
            write_file(self._path, f"{MARK} {VERSION} {_sum(state)}\n{state}")
        except CannotWrite as error:
            warnings.warn(f"the search goes on, but {error}", CheckpointWarning, stacklevel=2)


def _state_in(path: Path) -> str:
    """Give the state that a file holds, whole and unchanged."""
    try:
        header, _, state = read_text(path).partition("\n")
    except InvalidProblem as error:
        raise InvalidCheckpoint(f"{error}; {WAY_OUT}") from None
    match = HEADER.fullmatch(header)
    if match is None:
        raise InvalidCheckpoint(f"{path}: is no checkpoint, or only the beginning of one; {WAY_OUT}")
    if int(match["version"]) != VERSION:
        raise InvalidCheckpoint(
            f"{path}: is a checkpoint of version {match['version']}, this library reads version {VERSION}; {WAY_OUT}"
        )
    if match["sum"] != _sum(state):
        raise InvalidCheckpoint(f"{path}: is damaged or cut off, its content does not add up; {WAY_OUT}")
    return state


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

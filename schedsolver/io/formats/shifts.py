"""What the day/shift formats share: lines with their places, shift types without a clock, rosters as letters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

from pydantic import ValidationError

from schedsolver.domain.schedule import Duty, Schedule
from schedsolver.domain.suggest import did_you_mean
from schedsolver.domain.wording import faults_of_error
from schedsolver.domain.work import ShiftType
from schedsolver.errors import InvalidProblem, InvalidSchedule
from schedsolver.io.text import read_text

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

# These formats name no dates; every instance begins on a Monday.
FIRST_DAY = dt.date(2024, 1, 1)
OUTLET = "Ward"
Made = TypeVar("Made")
Limit = TypeVar("Limit", bound=Hashable)


@dataclass(frozen=True)
class Line:
    """One line of a text file.

    Attributes
    ----------
    file, number
        Where it stands, counted from 1.
    text
        What it says.
    """

    file: str
    number: int
    text: str

    def refuse(self, why: str) -> NoReturn:
        """Refuse the line.

        Raises
        ------
        InvalidProblem
            With file and line.
        """
        raise InvalidProblem([f"{self}: {why}"])

    def __str__(self) -> str:
        """Name the place as people do."""
        return f"{self.file} line {self.number}"

    def integer(self, text: str, what: str) -> int:
        """Read a whole number that is not negative."""
        if not text.strip().isdecimal():
            self.refuse(f'{what} "{text.strip()}" is not a whole number')
        return int(text)

    def known(self, name: str, names: Iterable[str], what: str) -> str:
        """Make sure that a name has been introduced."""
        there = list(names)
        if name not in there:
            self.refuse(f'{what} "{name}" is not in the file{did_you_mean(name, there)}')
        return name


def lines_of(path: Path) -> list[Line]:
    """Read the lines of a text file that say something, comments (``#``) left out."""
    numbered = enumerate(read_text(path).splitlines(), start=1)
    return [Line(path.name, i, text.strip()) for i, text in numbered if text.strip() and text.strip()[0] != "#"]


def shift_of(name: str, minutes: int) -> ShiftType:
    """Make a shift type; the formats give no clock, so every shift begins at midnight."""
    return ShiftType(shift_type_id=name, start_from=0, start_to=0, minutes_min=minutes, minutes_max=minutes)


def duty_of(employee: str, date: dt.date, shift: ShiftType, skill: str | None = None) -> Duty:
    """Make a duty of such a shift type."""
    start = dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=shift.start_from)
    return Duty(
        employee_id=employee, date=date, outlet_id=OUTLET, shift_type_id=shift.shift_type_id, start=start,
        end=start + dt.timedelta(minutes=shift.minutes_min), skill_id=skill,
    )  # fmt: skip


def roster_of_shifts(problem: Problem, shifts: Mapping[str, Sequence[str]]) -> Schedule:
    """Make a roster from each employee's shift on each day.

    Parameters
    ----------
    problem
        A problem read from one of these formats.
    shifts
        For each employee the shift type of every day of the horizon, ``""`` for a day off.

    Raises
    ------
    InvalidSchedule
        If a shift type is not in the problem, or there are more or fewer days than in the horizon.
    """
    types = {s.shift_type_id: s for s in problem.shift_types}
    duties = []
    for employee, line in shifts.items():
        if len(line) != problem.horizon.days:
            raise InvalidSchedule(f"{employee} has {len(line)} days; the horizon has {problem.horizon.days}")
        for date, name in zip(problem.horizon.dates, line, strict=True):
            if name and name not in types:
                raise InvalidSchedule(f'{employee} on {date}: shift "{name}" is not in the problem')
            if name:
                duties.append(duty_of(employee, date, types[name]))
    return Schedule.of(duties)


def made(source: str, make: Callable[[], Made]) -> Made:
    """Make a record or problem; what its model finds wrong is told with the source.

    Raises
    ------
    InvalidProblem
        With every fault found.
    """
    try:
        return make()
    except ValidationError as error:
        raise InvalidProblem([f"{source}: {fault}" for fault in faults_of_error(error)]) from None


def grouped(limits: Mapping[str, Limit]) -> dict[Limit, tuple[str, ...]]:
    """Turn a limit by employee into the employees by limit."""
    groups: dict[Limit, list[str]] = {}
    for name, limit in limits.items():
        groups.setdefault(limit, []).append(name)
    return {limit: tuple(names) for limit, names in groups.items()}

"""The shift-scheduling instances of Curtois and Qu (2014), "Computational results on new staff scheduling benchmarks".

Every limit on people is hard, requests and cover are priced. Day 0 is a Monday.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from schedsolver.domain.horizon import Horizon
from schedsolver.domain.people import Contract, Employee, Leave, Request
from schedsolver.domain.places import Outlet
from schedsolver.domain.problem import Problem
from schedsolver.domain.work import ShiftRequirement, ShiftType
from schedsolver.errors import InvalidProblem
from schedsolver.io.formats.shifts import FIRST_DAY, OUTLET, Line, grouped, lines_of, made, shift_of

SECTIONS = (
    "SECTION_HORIZON", "SECTION_SHIFTS", "SECTION_STAFF", "SECTION_DAYS_OFF", "SECTION_SHIFT_ON_REQUESTS",
    "SECTION_SHIFT_OFF_REQUESTS", "SECTION_COVER",
)  # fmt: skip
STAFF_FIELDS = (
    "MaxTotalMinutes", "MinTotalMinutes", "MaxConsecutiveShifts", "MinConsecutiveShifts", "MinConsecutiveDaysOff",
    "MaxWeekends",
)  # fmt: skip


def load_curtois(path: str | Path) -> Problem:
    """Read an instance.

    Parameters
    ----------
    path
        The text file.

    Raises
    ------
    InvalidProblem
        With file and line of what cannot be read.
    """
    return _Reader(Path(path)).problem()


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._sections = _sections(path)
        self._days = self._horizon_days()
        self._shifts: dict[str, ShiftType] = {}
        self._may_not_follow: dict[str, list[str]] = {}
        self._read_shifts()
        self._most_of_shift: dict[str, dict[str, int]] = {}
        self._limits: dict[str, dict[str, int]] = {}
        self._read_staff()

    def problem(self) -> Problem:
        """Put the sections together."""
        staff = tuple(Employee(employee_id=name, contract_id="staff") for name in self._limits)
        return made(
            self._path.name,
            lambda: Problem(
                name=self._path.stem,
                horizon=Horizon(start=FIRST_DAY, days=self._days),
                outlets=(Outlet(outlet_id=OUTLET),),
                contracts=(Contract(contract_id="staff"),),
                staff=staff,
                shift_types=tuple(self._shifts.values()),
                leave=tuple(self._days_off()),
                requests=(*self._requests("on"), *self._requests("off")),
                shift_requirements=tuple(self._cover()),
                rules=tuple(self._rules()),
            ),
        )

    def _horizon_days(self) -> int:
        lines = self._sections["SECTION_HORIZON"]
        if len(lines) != 1:
            raise InvalidProblem([f"{self._path.name}: SECTION_HORIZON must give one number, the days"])
        return lines[0].integer(lines[0].text, "the number of days")

    def _read_shifts(self) -> None:
        lines = self._sections["SECTION_SHIFTS"]
        names = [line.text.split(",")[0] for line in lines]
        for line in lines:
            name, minutes, followers = _cells(line, 3)
            length = line.integer(minutes, "the length")
            self._shifts[name] = made(str(line), partial(shift_of, name, length))
            barred = [follower for follower in followers.split("|") if follower]
            self._may_not_follow[name] = [line.known(follower, names, "shift") for follower in barred]

    def _read_staff(self) -> None:
        for line in self._sections["SECTION_STAFF"]:
            name, most, *limits = _cells(line, 2 + len(STAFF_FIELDS))
            pairs = [pair.partition("=") for pair in most.split("|") if pair]
            self._most_of_shift[name] = {
                line.known(shift, self._shifts, "shift"): line.integer(count, "the number of shifts")
                for shift, _, count in pairs
            }
            numbers = zip(STAFF_FIELDS, limits, strict=True)
            self._limits[name] = {field: line.integer(value, field) for field, value in numbers}

    def _days_off(self) -> Iterator[Leave]:
        for line in self._sections["SECTION_DAYS_OFF"]:
            name, *days = line.text.split(",")
            for day in days:
                date = self._date(line, day)
                yield Leave(employee_id=self._employee(line, name), first_day=date, last_day=date)

    def _requests(self, wish: str) -> Iterator[Request]:
        for line in self._sections[f"SECTION_SHIFT_{wish.upper()}_REQUESTS"]:
            name, day, shift, weight = _cells(line, 4)
            yield Request(
                employee_id=self._employee(line, name), date=self._date(line, day), wish=wish,
                shift_type_id=line.known(shift, self._shifts, "shift"), cents=line.integer(weight, "the weight"),
            )  # fmt: skip

    def _cover(self) -> Iterator[ShiftRequirement]:
        for line in self._sections["SECTION_COVER"]:
            day, shift, wanted, under, over = _cells(line, 5)
            price = line.integer(under, "the weight under")
            yield ShiftRequirement(
                date=self._date(line, day), shift_type_id=line.known(shift, self._shifts, "shift"),
                preferred=line.integer(wanted, "the requirement"), minimum_cents=price, shortage_cents=price,
                surplus_cents=line.integer(over, "the weight over"),
            )  # fmt: skip

    def _rules(self) -> Iterator[dict[str, Any]]:
        forbidden = [[first, then] for first, after in self._may_not_follow.items() for then in after]
        if forbidden:
            yield {"rule": "sequence.successions", "forbidden": forbidden}
        for shift in self._shifts:
            allowed = {name: limits[shift] for name, limits in self._most_of_shift.items() if shift in limits}
            for count, names in grouped(allowed).items():
                if count < self._days:
                    yield _rule("contract.days", names, per="horizon", shift_types=[shift], maximum=count)
        for (least, most), names in self._alike("MinTotalMinutes", "MaxTotalMinutes"):
            yield _rule("contract.hours", names, per="horizon", minimum_minutes=least, maximum_minutes=most)
        for (least, most), names in self._alike("MinConsecutiveShifts", "MaxConsecutiveShifts"):
            yield _rule("sequence.work_days", names, minimum=max(1, least), maximum=most)
        for (least,), names in self._alike("MinConsecutiveDaysOff"):
            if least > 1:
                yield _rule("sequence.days_off", names, minimum=least)
        for (most,), names in self._alike("MaxWeekends"):
            yield _rule("weekend.worked", names, per="horizon", maximum=most)

    def _alike(self, *fields: str) -> Iterable[tuple[tuple[int, ...], tuple[str, ...]]]:
        """Give the employees who share the values of some fields."""
        return grouped({name: tuple(own[field] for field in fields) for name, own in self._limits.items()}).items()

    def _employee(self, line: Line, name: str) -> str:
        return line.known(name, self._limits, "employee")

    def _date(self, line: Line, day: str) -> dt.date:
        number = line.integer(day, "the day")
        if number >= self._days:
            line.refuse(f"day {number} is past the horizon of {self._days} days, which begins with day 0")
        return FIRST_DAY + dt.timedelta(days=number)


def _rule(name: str, employees: tuple[str, ...], **parameters: Any) -> dict[str, Any]:
    return {"rule": name, **parameters, "scope": {"employees": employees}}


def _sections(path: Path) -> dict[str, list[Line]]:
    sections: dict[str, list[Line]] = defaultdict(list)
    section = ""
    for line in lines_of(path):
        if line.text.startswith("SECTION_"):
            section = line.known(line.text, SECTIONS, "section")
        elif section:
            sections[section].append(line)
        else:
            line.refuse(f"the file begins with {SECTIONS[0]}; is it an instance of Curtois and Qu?")
    return sections


def _cells(line: Line, count: int) -> list[str]:
    cells = [cell.strip() for cell in line.text.split(",")]
    if len(cells) != count:
        line.refuse(f"has {len(cells)} values where {count} are expected")
    return cells

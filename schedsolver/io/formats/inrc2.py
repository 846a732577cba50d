"""The Second International Nurse Rostering Competition (Ceschia and others 2015), the whole horizon solved at once.

Succession, skills and one assignment a day are hard. The hard minimum cover is priced at ``MISSING``, so that a
roster exists even when staff is short. Weights are those of the competition.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schedsolver.domain.horizon import Horizon
from schedsolver.domain.people import Contract, Employee, Permission, Request
from schedsolver.domain.places import Outlet
from schedsolver.domain.problem import Problem
from schedsolver.domain.schedule import Duty, Schedule
from schedsolver.domain.work import ShiftRequirement, Skill
from schedsolver.errors import InvalidProblem, InvalidSchedule
from schedsolver.io.formats.shifts import FIRST_DAY, OUTLET, Line, duty_of, lines_of, made, shift_of

MISSING = 1_000_000
OPTIMAL_COVER, SHIFT_RUN, WORK_RUN, OFF_RUN, WISH, WHOLE_WEEKEND, TOTAL, WEEKENDS = 30, 15, 30, 30, 10, 30, 20, 30
SHIFT_MINUTES = 480
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_INSTANCE = re.compile(r"(?P<scenario>n\d+w\d+)_(?P<history>\d+)_(?P<weeks>\d+(?:-\d+)*)")
_RANGE = re.compile(r"\((\d+),(\d+)\)")


def load_inrc2(path: str | Path) -> Problem:
    """Read an instance.

    Parameters
    ----------
    path
        The folder of the scenario's files with the instance's name behind it, for example
        ``n030w4/n030w4_1_6-2-9-1``: scenario n030w4, history 1, weeks 6, 2, 9 and 1.

    Raises
    ------
    InvalidProblem
        If the name is none, a file is missing or a line cannot be read.
    """
    folder, name = Path(path).parent, Path(path).name
    match = _INSTANCE.fullmatch(name)
    if match is None:
        raise InvalidProblem([f'{path}: "{name}" names no instance; write FOLDER/SCENARIO_HISTORY_WEEKS, for example '
                              "n030w4/n030w4_1_6-2-9-1"])  # fmt: skip
    scenario = match["scenario"]
    if not (folder / f"Sc-{scenario}.txt").is_file() and (folder / scenario).is_dir():
        folder /= scenario
    weeks = [lines_of(folder / f"WD-{scenario}-{week}.txt") for week in match["weeks"].split("-")]
    reader = _Scenario(lines_of(folder / f"Sc-{scenario}.txt"))
    history = lines_of(folder / f"H0-{scenario}-{match['history']}.txt")
    return made(name, lambda: reader.problem(name, history, weeks))


def load_inrc2_roster(problem: Problem, folder: str | Path) -> Schedule:
    """Read a roster from its weeks' files ``sol-week0.txt``, ``sol-week1.txt`` and so on.

    Raises
    ------
    InvalidSchedule
        If a file is missing or a line cannot be read.
    """
    shifts = {s.shift_type_id: s for s in problem.shift_types}
    duties = []
    try:
        for week in range(problem.horizon.days // 7):
            lines = lines_of(Path(folder) / f"sol-week{week}.txt")
            begin = next((i for i, line in enumerate(lines) if line.text.startswith("ASSIGNMENTS")), len(lines))
            for line in lines[begin + 1 :]:
                nurse, day, shift, skill = _words(line, 4)
                date = FIRST_DAY + dt.timedelta(days=7 * week + _weekday(line, day))
                duties.append(duty_of(nurse, date, shifts[line.known(shift, shifts, "shift")], skill))
    except InvalidProblem as error:
        raise InvalidSchedule(str(error)) from None
    return Schedule.of(duties)


@dataclass(frozen=True)
class _Run:
    """Fewest and most of something in a row."""

    least: int
    most: int


class _Scenario:
    """What the scenario file says: skills, shift types, contracts, nurses."""

    def __init__(self, lines: list[Line]) -> None:
        self._blocks = _blocks(lines)
        self.skills = [line.text for line in self._blocks["SKILLS"]]
        self.shifts = {}
        for line in self._blocks["SHIFT_TYPES"]:
            name, run = _words(line, 2)
            self.shifts[name] = _range(line, run)
        self.nurses: dict[str, tuple[str, list[str]]] = {}
        self.contracts = {line.text.split()[0]: line for line in self._blocks["CONTRACTS"]}
        for line in self._blocks["NURSES"]:
            name, contract, _, *skills = line.text.split()
            line.known(contract, self.contracts, "contract")
            self.nurses[name] = contract, [line.known(skill, self.skills, "skill") for skill in skills]

    def problem(self, name: str, history: list[Line], weeks: list[list[Line]]) -> Problem:
        """Put scenario, history and weeks together."""
        past = list(self._history(history))
        # A day further back than any run that the history tells of, so that each is known to have begun.
        known_from = min((duty.date for duty in past), default=FIRST_DAY) - dt.timedelta(days=1)
        return Problem(
            name=name,
            horizon=Horizon(start=FIRST_DAY, days=7 * len(weeks), known_from=known_from),
            outlets=(Outlet(outlet_id=OUTLET),),
            contracts=tuple(Contract(contract_id=contract) for contract in self.contracts),
            staff=tuple(Employee(employee_id=n, contract_id=contract) for n, (contract, _) in self.nurses.items()),
            skills=tuple(Skill(skill_id=skill) for skill in self.skills),
            permissions=tuple(
                Permission(employee_id=n, skill_id=skill) for n, (_, skills) in self.nurses.items() for skill in skills
            ),
            shift_types=tuple(shift_of(shift, SHIFT_MINUTES) for shift in self.shifts),
            shift_requirements=tuple(need for w, lines in enumerate(weeks) for need in self._cover(w, lines)),
            requests=tuple(wish for w, lines in enumerate(weeks) for wish in self._wishes(w, lines)),
            history=tuple(past),
            rules=tuple(self._rules()),
        )

    def _rules(self) -> Iterator[dict[str, Any]]:
        forbidden = []
        for line in self._blocks["FORBIDDEN_SHIFT_TYPES_SUCCESSIONS"]:
            first, _, *after = line.text.split()
            forbidden += [[first, line.known(then, self.shifts, "shift")] for then in after]
        if forbidden:
            yield {"rule": "sequence.successions", "forbidden": forbidden}
        for shift, run in self.shifts.items():
            yield _soft("sequence.shifts", SHIFT_RUN, shift_types=[shift], minimum=run.least, maximum=run.most)
        for contract, line in self.contracts.items():
            scope = {"contracts": [contract]}
            _, total, work, off, weekends, whole = _words(line, 6)
            days, at_work, at_home = _range(line, total), _range(line, work), _range(line, off)
            yield _soft("contract.days", TOTAL, per="horizon", minimum=days.least, maximum=days.most, scope=scope)
            yield _soft("sequence.work_days", WORK_RUN, minimum=at_work.least, maximum=at_work.most, scope=scope)
            yield _soft("sequence.days_off", OFF_RUN, minimum=at_home.least, maximum=at_home.most, scope=scope)
            most = line.integer(weekends, "the number of weekends")
            yield _soft("weekend.worked", WEEKENDS, per="horizon", maximum=most, scope=scope)
            if whole == "1":
                yield _soft("weekend.complete", WHOLE_WEEKEND, scope=scope)

    def _history(self, lines: list[Line]) -> Iterator[Duty]:
        """Give duties that tell of each nurse's last run of work or of days off.

        Only the last shift type and how long it lasted are told; before it another one stands in.
        """
        for line in _blocks(lines)["NURSE_HISTORY"]:
            nurse, total, weekends, last, same, worked, off = _words(line, 7)
            line.known(nurse, self.nurses, "nurse")
            if (total, weekends) != ("0", "0"):
                line.refuse("work before the first week counts towards the totals; only initial histories are read")
            days_off = line.integer(off, "the days off")
            if last == "None":
                yield self._past(nurse, days_off + 1, next(iter(self.shifts)))
                continue
            other = next((shift for shift in self.shifts if shift != line.known(last, self.shifts, "shift")), last)
            for back in range(1, line.integer(worked, "the days worked") + 1):
                yield self._past(nurse, back, last if back <= line.integer(same, "the days in a row") else other)

    def _past(self, nurse: str, days_before: int, shift: str) -> Duty:
        return duty_of(nurse, FIRST_DAY - dt.timedelta(days=days_before), shift_of(shift, SHIFT_MINUTES))

    def _cover(self, week: int, lines: list[Line]) -> Iterator[ShiftRequirement]:
        for line in _blocks(lines)["REQUIREMENTS"]:
            shift, skill, *days = _words(line, 9)
            line.known(shift, self.shifts, "shift")
            line.known(skill, self.skills, "skill")
            for day, numbers in enumerate(days):
                need = _range(line, numbers)
                yield ShiftRequirement(
                    date=FIRST_DAY + dt.timedelta(days=7 * week + day), shift_type_id=shift, skill_id=skill,
                    minimum=need.least, preferred=need.most, minimum_cents=MISSING, shortage_cents=OPTIMAL_COVER,
                )  # fmt: skip

    def _wishes(self, week: int, lines: list[Line]) -> Iterator[Request]:
        for line in _blocks(lines)["SHIFT_OFF_REQUESTS"]:
            nurse, shift, day = _words(line, 3)
            if shift != "Any":
                line.known(shift, self.shifts, "shift")
            yield Request(
                employee_id=line.known(nurse, self.nurses, "nurse"), wish="off", cents=WISH,
                date=FIRST_DAY + dt.timedelta(days=7 * week + _weekday(line, day)),
                shift_type_id=None if shift == "Any" else shift,
            )  # fmt: skip


def _soft(name: str, weight: int, **parameters: Any) -> dict[str, Any]:
    return {"rule": name, "hard": False, "weight": weight, **parameters}


def _blocks(lines: list[Line]) -> dict[str, list[Line]]:
    """Cut a file at its headings, words in capitals alone on a line or before an equals sign."""
    blocks: dict[str, list[Line]] = {
        "SKILLS": [], "SHIFT_TYPES": [], "FORBIDDEN_SHIFT_TYPES_SUCCESSIONS": [], "CONTRACTS": [], "NURSES": [],
        "NURSE_HISTORY": [], "REQUIREMENTS": [], "SHIFT_OFF_REQUESTS": [],
    }  # fmt: skip
    current: list[Line] = []
    for line in lines:
        heading = line.text.partition("=")[0].strip()
        if heading in blocks:
            current = blocks[heading]
        else:
            current.append(line)
    return blocks


def _words(line: Line, count: int) -> list[str]:
    words = line.text.split()
    if len(words) != count:
        line.refuse(f"has {len(words)} values where {count} are expected")
    return words


def _range(line: Line, text: str) -> _Run:
    match = _RANGE.fullmatch(text)
    if match is None:
        line.refuse(f'"{text}" is not a range such as (2,5)')
    return _Run(int(match[1]), int(match[2]))


def _weekday(line: Line, text: str) -> int:
    return WEEKDAYS.index(line.known(text[:3], WEEKDAYS, "day"))

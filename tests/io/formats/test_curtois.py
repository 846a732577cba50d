"""Instances of Curtois and Qu: a small one by hand, and the public ones where they are."""

import datetime as dt
import json
from pathlib import Path

import pytest

import schedsolver as ss
from schedsolver.errors import InvalidProblem, InvalidSchedule
from schedsolver.io.formats import load_curtois, roster_of_shifts
from tests.io.formats.public import DATA, needs

SMALL = """\
# Two people, one week
SECTION_HORIZON
7

SECTION_SHIFTS
E,480,
L,600,E

SECTION_STAFF
# ID, MaxShifts, MaxTotalMinutes, MinTotalMinutes, MaxConsecutive, MinConsecutive, MinDaysOff, MaxWeekends
A,E=7|L=2,2400,960,3,2,2,0
B,E=7|L=7,4200,0,7,1,1,1

SECTION_DAYS_OFF
A,5
SECTION_SHIFT_ON_REQUESTS
B,6,L,3
SECTION_SHIFT_OFF_REQUESTS
A,0,E,2
SECTION_COVER
0,E,1,100,5
1,L,2,7,1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Small.txt"
    path.write_text(SMALL)
    return path


def judged(file: Path, a: str, b: str) -> ss.CheckReport:
    """Check two lines of shifts, a dot for a day off."""
    problem = load_curtois(file)
    lines = {"A": ["" if s == "." else s for s in a], "B": ["" if s == "." else s for s in b]}
    return ss.check(problem, roster_of_shifts(problem, lines))


def test_the_tables(file: Path) -> None:
    problem = load_curtois(file)
    assert (problem.name, problem.horizon.days, problem.horizon.start.weekday()) == ("Small", 7, 0)
    assert [(s.shift_type_id, s.minutes_min) for s in problem.shift_types] == [("E", 480), ("L", 600)]
    assert problem.leave[0].first_day == problem.horizon.start + dt.timedelta(days=5)
    assert len(problem.requests) == len(problem.shift_requirements) == 2


def test_what_a_roster_costs(file: Path) -> None:
    # E on day 0 is covered by A, who wished it off (2); L on day 1 has one of two (7); B's wish is not granted (3).
    report = judged(file, "ELL....", ".......")
    assert (report.ok, report.objective) == (True, 2 + 7 + 3)
    # One E too many (5), both L there, A's wish (2) and B's (3).
    assert judged(file, "ELL....", "EL.....").objective == 5 + 2 + 3
    # Nobody on day 0 costs 100, nobody on day 1 twice 7; B works on Sunday as wished.
    assert judged(file, "..EE...", "......L").objective == 114


@pytest.mark.parametrize(
    ("a", "rule"),
    [
        ("LE.....", "sequence.successions"),
        ("LL..... ", None),
        ("LLL....", "contract.days"),
        ("EEEE...", "sequence.work_days"),
        ("EE.E...", "sequence.work_days"),
        (".EEE..E", "weekend.worked"),
        ("EE..EE.", "leave.taken"),
        ("E......", "contract.hours"),
        ("EEELL..", "contract.hours"),
        ("EEE.E..", "sequence.days_off"),
    ],
)
def test_which_rules_a_roster_breaks(file: Path, a: str, rule: str | None) -> None:
    broken = {v.rule for v in judged(file, a.strip(), ".......").violations}
    assert (rule in broken) if rule else not broken


def test_a_run_that_touches_the_edge_is_not_judged(file: Path) -> None:
    # A begins with a single day, after a single day off, and nothing is known of the days before.
    assert judged(file, "E..EE..", ".......").violations == ()
    inside = {v.rule for v in judged(file, ".E..EE.", ".......").violations}
    assert inside == {"sequence.work_days", "leave.taken", "weekend.worked"}


def test_the_optimum_of_the_small_instance(file: Path) -> None:
    result = ss.solve(load_curtois(file), ss.Settings(deterministic=True))
    # B takes E on day 0 and L on day 1 and 6; A may take L on days 1 and 2. Nothing is left to pay.
    assert (result.objective, result.bound) == (0, 0)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("SECTION_COVER", "SECTION_COVERS", 'line 20: section "SECTION_COVERS" is not in the file (did you mean'),
        ("L,600,E", "L,600,F", 'line 7: shift "F" is not in the file'),
        ("L,600,E", "L,600", "line 7: has 2 values where 3 are expected"),
        ("L,600,E", "L,0,E", "line 7: minutes_min: 0 is out of range"),
        ("A,5", "C,4", 'line 15: employee "C" is not in the file'),
        ("A,5", "A,7", "line 15: day 7 is past the horizon of 7 days"),
        ("A,5", "A,x", 'line 15: the day "x" is not a whole number'),
        ("\n7\n", "\n7\n8\n", "SECTION_HORIZON must give one number"),
        ("A,E=7|L=2", "A,E=7|M=2", 'line 11: shift "M" is not in the file'),
        ("SECTION_HORIZON", "HORIZON", "line 2: the file begins with SECTION_HORIZON"),
    ],
)
def test_bad_files_are_told_by_line(file: Path, old: str, new: str, told: str) -> None:
    file.write_text(SMALL.replace(old, new, 1))
    with pytest.raises(InvalidProblem, match=r"Small\.txt") as error:
        load_curtois(file)
    assert told in str(error.value)


def test_a_roster_of_other_shifts_or_days_is_refused(file: Path) -> None:
    problem = load_curtois(file)
    with pytest.raises(InvalidSchedule, match="A has 6 days; the horizon has 7"):
        roster_of_shifts(problem, {"A": [""] * 6})
    with pytest.raises(InvalidSchedule, match='A on 2024-01-02: shift "X" is not in the problem'):
        roster_of_shifts(problem, {"A": ["", "X", "", "", "", "", ""]})


@needs("curtois")
def test_every_published_roster_costs_what_it_is_known_to_cost() -> None:
    rosters = json.loads((DATA / "curtois" / "checked_rosters.json").read_text())
    assert len(rosters) == 14
    problems = {r["instance"]: load_curtois(DATA / "curtois" / f"Instance{r['instance']}.txt") for r in rosters}
    for known in rosters:
        problem = problems[known["instance"]]
        report = ss.check(problem, roster_of_shifts(problem, known["roster"]))
        assert (report.violations, report.objective) == ((), known["cost"]), known["instance"]


@needs("curtois")
def test_every_instance_can_be_read() -> None:
    files = sorted((DATA / "curtois").glob("Instance*.txt"))
    assert len(files) == 14
    for path in files[:10]:
        problem = load_curtois(path)
        assert problem.horizon.days % 7 == 0
        assert problem.staff

"""Instances of the Second International Nurse Rostering Competition: a small one by hand, and the public ones."""

import csv
from pathlib import Path

import pytest

import schedsolver as ss
from schedsolver.errors import InvalidProblem, InvalidSchedule
from schedsolver.io.formats import load_inrc2, load_inrc2_roster
from tests.io.formats.public import DATA, needs

SCENARIO = """\
SCENARIO = n002w1

WEEKS = 1

SKILLS = 2
Head
Nurse

SHIFT_TYPES = 2
Early (1,5)
Night (2,3)

FORBIDDEN_SHIFT_TYPES_SUCCESSIONS
Early 0
Night 1 Early

CONTRACTS = 2
Full (3,5) (2,4) (2,3) 1 1
Half (0,3) (1,3) (1,5) 1 0

NURSES = 2
Ann Full 2 Head Nurse
Bob Half 1 Nurse
"""
HISTORY = """\
HISTORY
0 n002w1

NURSE_HISTORY
Ann 0 0 Night 1 3 0
Bob 0 0 None 0 0 2
"""
WEEK = """\
WEEK_DATA
n002w1

REQUIREMENTS
Early Head (0,0) (0,1) (0,0) (0,0) (0,0) (0,0) (0,0)
Early Nurse (0,0) (1,1) (0,0) (0,0) (0,0) (0,0) (0,0)
Night Head (0,0) (0,0) (0,0) (0,0) (0,0) (0,0) (0,0)
Night Nurse (0,0) (0,0) (0,0) (0,0) (0,0) (0,0) (0,0)

SHIFT_OFF_REQUESTS = 2
Bob Any Wed
Ann Night Mon
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path)


def written(folder: Path, **changes: str) -> Path:
    """Write the small instance, some of its files changed."""
    files = {"Sc-n002w1": SCENARIO, "H0-n002w1-0": HISTORY, "WD-n002w1-3": WEEK} | changes
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


def report(folder: Path, *assignments: str) -> ss.CheckReport:
    problem = load_inrc2(folder / "n002w1_0_3")
    lines = ["SOLUTION", "0 n002w1", "", f"ASSIGNMENTS = {len(assignments)}", *assignments]
    (folder / "sol-week0.txt").write_text("\n".join(lines))
    return ss.check(problem, load_inrc2_roster(problem, folder))


def test_costs_by_rule_worked_out_by_hand(folder: Path) -> None:
    found = report(folder, "Ann Mon Night Nurse", "Ann Tue Night Head", "Bob Tue Early Nurse", "Bob Wed Early Nurse")
    assert found.ok
    assert {rule: cents for rule, cents in found.cost_by_rule.items() if cents} == {
        # The head is missing on Tuesday, and Bob's Wednesday and Ann's Monday night were wished off.
        "cover.shifts": 30,
        "request.granted": 20,
        # Ann's nights: one in history and two now, three in all; nothing. Her work: three before and two now.
        "sequence.work_days": 30,
        # Ann rests from Wednesday to Sunday, two days too many.
        "sequence.days_off": 60,
        # Ann works two days where three are due.
        "contract.days": 20,
    }


def test_history_goes_on(folder: Path) -> None:
    # Ann is off from Monday: her one night was one too few.
    found = report(folder, "Bob Tue Early Nurse")
    assert found.cost_by_rule["sequence.shifts"] == 15
    # Ann is off on all seven days, four too many, and Bob, off two days before Monday, has no more than five.
    assert found.cost_by_rule["sequence.days_off"] == 4 * 30
    # A night on the last day of history bars an early shift.
    assert [v.rule for v in report(folder, "Ann Mon Early Nurse").violations] == ["sequence.successions"]


def test_weekends(folder: Path) -> None:
    alone = report(folder, "Ann Sat Early Nurse", "Bob Sun Early Nurse").cost_by_rule
    assert (alone["weekend.complete"], alone["weekend.worked"]) == (30, 0)
    both = report(folder, "Ann Sat Early Nurse", "Ann Sun Early Nurse").cost_by_rule
    assert both["weekend.complete"] == 0


def test_the_minimum_cover_is_dear(folder: Path) -> None:
    assert report(folder).cost_by_rule["cover.shifts"] == 1_000_000 + 30


def test_an_assignment_is_in_a_skill_held(folder: Path) -> None:
    assert [v.rule for v in report(folder, "Bob Tue Early Head").violations] == ["permission.held"]


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("n002w1", {}, '"n002w1" names no instance'),
        ("n002w1_0_4", {}, "WD-n002w1-4.txt: there is no such file"),
        ("n002w1_0_3", {"Sc-n002w1": SCENARIO.replace("Early (1,5)", "Early 1-5")}, '"1-5" is not a range'),
        ("n002w1_0_3", {"Sc-n002w1": SCENARIO.replace("Bob Half", "Bob Haff")}, 'contract "Haff" is not in the file'),
        ("n002w1_0_3", {"H0-n002w1-0": HISTORY.replace("Bob 0 0", "Bob 3 0")}, "only initial histories are read"),
        ("n002w1_0_3", {"H0-n002w1-0": HISTORY.replace("Bob", "Bill")}, 'nurse "Bill" is not in the file'),
        ("n002w1_0_3", {"WD-n002w1-3": WEEK.replace("Bob Any", "Bob Late")}, 'shift "Late" is not in the file'),
        ("n002w1_0_3", {"WD-n002w1-3": WEEK.replace("Any Wed", "Any Day")}, 'day "Day" is not in the file'),
        ("n002w1_0_3", {"WD-n002w1-3": WEEK.replace("Any Wed", "Any")}, "has 2 values where 3 are expected"),
    ],
)  # fmt: skip
def test_bad_files_are_told_by_line(tmp_path: Path, name: str, changes: dict[str, str], told: str) -> None:
    written(tmp_path, **changes)
    with pytest.raises(InvalidProblem) as error:
        load_inrc2(tmp_path / name)
    assert told in str(error.value)


def test_a_bad_roster_is_told_by_line(folder: Path) -> None:
    with pytest.raises(InvalidSchedule, match=r'sol-week0\.txt line 5: shift "Late"'):
        report(folder, "Bob Tue Late Nurse")


@needs("inrc2")
def test_every_best_roster_costs_what_it_is_known_to_cost() -> None:
    with (DATA / "inrc2" / "best_known.csv").open() as file:
        known = {row["instance"]: int(row["best_static_cost"]) for row in csv.DictReader(file)}
    assert len(known) == 11
    for name, cost in known.items():
        problem = load_inrc2(DATA / "inrc2" / name)
        found = ss.check(problem, load_inrc2_roster(problem, DATA / "inrc2" / "best_rosters" / name))
        assert (found.violations, found.objective) == ((), cost), name

"""`schedsolver appraise` as a user meets it."""

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import schedsolver as ss
from schedsolver.cli import app
from tests.io.files import write

COMPONENTS = (
    "ability", "volume", "quality", "service", "complex_volume", "assets", "products", "qualifications", "learning",
    "risk_control",
)  # fmt: skip
RULES = """
contract: {targets: {transaction: {counter: 10}}}
ladder: {grades: [{grade_id: junior, coaching: [{measure: cell, at_most: 5}]}]}
targets: {star5: 0.5}
"""


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["appraise", *(str(arg) for arg in args)], prog_name="schedsolver")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A problem of two people, a roster of nobody, and an appraisal."""
    problem = write(tmp_path / "problem")
    ss.save_schedule(ss.Schedule.of([]), tmp_path / "roster")
    staff = ss.load(problem).staff
    rows = [f"{e.employee_id},{i},{','.join('1' * len(COMPONENTS))}" for i, e in enumerate(staff)]
    text = "\n".join([f"employee,counter,{','.join(COMPONENTS)}", *rows])
    (tmp_path / "appraisal.csv").write_text(text + "\n")
    (tmp_path / "rules.yaml").write_text(RULES)
    return [problem, tmp_path / "roster", tmp_path / "appraisal.csv"]


def test_every_indicator_is_printed(files: list[Path], tmp_path: Path) -> None:
    done = run(*files, "--rules", tmp_path / "rules.yaml")
    assert done.exit_code == 0, done.output
    lines = {tuple(line.split()[:2]): line.split()[2:] for line in done.stdout.splitlines() if len(line.split()) > 2}
    assert lines["coverage", "fx"][-2:] == ["70.00%", "no"]
    assert lines["stars", "star3"] == ["100.00%"] * 2
    assert lines["stars", "star5"][-2:] == ["50.00%", "no"]
    assert lines["roster", "cover_share"] == ["0.00"]
    assert ("grades", "grade_junior") in lines


def test_tables_and_page_are_written(files: list[Path], tmp_path: Path) -> None:
    done = run(*files, "--rules", tmp_path / "rules.yaml", "--out", tmp_path / "out", "--certify", 2)
    assert done.exit_code == 0, done.output
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"indicators.csv", "people.csv", "certifications.csv", "appraisal.svg"}
    people = pd.read_csv(tmp_path / "out" / "people.csv")
    assert people["stars"].tolist() == [3, 3]
    indicators = pd.read_csv(tmp_path / "out" / "indicators.csv")
    assert indicators.columns.tolist() == ["group", "indicator", "outlet", "value", "target", "met"]
    # What was written is what a later period is held against.
    again = run(*files, "--before", tmp_path / "out" / "people.csv")
    assert "moved_up" in again.stdout


def test_faults_are_told_by_file_and_row(files: list[Path], tmp_path: Path) -> None:
    text = files[2].read_text()
    files[2].write_text(text.replace(",0,1,1", ",0,-1,1"))
    done = run(*files)
    assert done.exit_code == 2
    assert 'appraisal.csv row 2: ability of "' in done.stderr
    files[2].write_text(text.replace("learning", "lerning"))
    assert 'appraisal.csv: the column "learning" is missing (did you mean "lerning"?)' in run(*files).stderr


def test_semicolons_and_decimal_commas(files: list[Path]) -> None:
    files[2].write_text(files[2].read_text().replace(",", ";").replace(";1;1;1", ";1,5;1;1", 1))
    assert run(*files).exit_code == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("targets: {star6: 1}", 'there is no indicator "star6"'),
        ("target: {}", 'rules.yaml: there is no field "target" (did you mean "targets"?)'),
        ("[]", "rules.yaml: must give some of the fields contract"),
        ("stars: {quotas: [1, 1, 1, 1, 1]}", "add up to 5"),
        ("grid: {method: best}", "rules.yaml: grid"),
    ],
)
def test_rules_that_cannot_be_are_told(files: list[Path], tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "rules.yaml").write_text(text)
    done = run(*files, "--rules", tmp_path / "rules.yaml", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert message in done.stderr
    assert not (tmp_path / "out").exists()


def test_grades_come_from_a_file(files: list[Path], tmp_path: Path) -> None:
    first = ss.load(files[0]).staff[0].employee_id
    (tmp_path / "grades.csv").write_text(f"employee,grade,valid_from\n{first},junior,2026-01-01\n")
    done = run(*files, "--rules", tmp_path / "rules.yaml", "--grades", tmp_path / "grades.csv")
    lines = {line.split()[1]: line.split() for line in done.stdout.splitlines() if "grades" in line}
    assert lines["grade_junior"][-1] == "50.00%"
    (tmp_path / "grades.csv").write_text(f"employee,grade,valid_from\n{first},senior,2026-01-01\n")
    done = run(*files, "--rules", tmp_path / "rules.yaml", "--grades", tmp_path / "grades.csv")
    assert 'grades.csv row 2: grade "senior" is not on the ladder' in done.stderr
    assert run(*files, "--on", "1.1.2026").exit_code == 2

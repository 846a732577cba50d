"""What docs/scoring.md shows runs, and its table of targets is that of the programme."""

import re
from pathlib import Path

import pandas as pd

from schedsolver.io.appraisals import TablesOfPeople, load_appraisal_rules
from schedsolver.scoring import CoverageRules, GradeHeld
from schedsolver.scoring.tables import read_records

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "scoring.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "one_plus_n_appraisal"


def test_python_runs() -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```$", DOC, flags=re.MULTILINE | re.DOTALL)
    space: dict[str, object] = {}
    exec(compile(block, "docs/scoring.md", "exec"), space)
    assert space["found"].people["cell"].tolist() == [9, 1]


def test_targets_are_told() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (\d+) % \|$", DOC, flags=re.MULTILINE))
    assert {name: int(percent) / 100 for name, percent in rows.items()} == {
        indicator.indicator_id: indicator.target for indicator in CoverageRules().indicators
    }


def test_the_files_of_the_example_are_sound() -> None:
    rules = load_appraisal_rules(EXAMPLE / "appraisal.yaml")
    assert rules.contract is not None
    assert rules.contract.targets["all-round"] == {"counter": 450, "audit": 350, "contacts": 75}
    tables = TablesOfPeople({"appraisal": EXAMPLE / "appraisal.csv", "grades": EXAMPLE / "grades.csv"})
    staff = pd.read_csv(ROOT / "examples" / "one_plus_n" / "staff.csv")["employee"].tolist()
    assert tables.table("appraisal")["employee"].tolist() == staff
    held = read_records("grades", GradeHeld, tables.table("grades"))
    assert {row.grade_id for row in held} <= set(rules.ladder.by_name)

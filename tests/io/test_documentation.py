"""The page on problem files tells of every table and column, with examples that can be read."""

import re
from pathlib import Path

import pytest

from schedsolver import io
from schedsolver.domain.records import column_of
from schedsolver.domain.tables import RECORD_TYPES, TABLES

PAGE = (Path(__file__).parents[2] / "docs" / "problem-files.md").read_text(encoding="utf-8")
SECTIONS = {
    match[1]: match[2]
    for match in re.finditer(r"^### `(\w+)\.csv`\n(.*?)(?=^##|\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
}


def test_every_table() -> None:
    assert set(SECTIONS) == set(TABLES)


@pytest.mark.parametrize("table", RECORD_TYPES)
def test_every_column_and_its_default(table: str) -> None:
    rows = re.findall(r"^\| (`.*?) \|.*\| (.*?) \|$", SECTIONS[table], flags=re.MULTILINE)
    told = {column: blank for cell, blank in rows for column in re.findall(r"`(\w+)`", cell)}
    fields = {column_of(name): field for name, field in RECORD_TYPES[table].model_fields.items() if name != "breaks"}
    if table == "history":
        assert {"break_start", "break_end"} <= told.keys()
        told = {column: blank for column, blank in told.items() if not column.startswith("break")}
    assert told.keys() == fields.keys()
    for column, field in fields.items():
        assert (told[column] == "**needed**") == field.is_required(), column
        if type(field.default) in (int, float) and table != "availability":
            assert float(told[column]) == field.default, column


def test_the_examples_together_are_a_problem(tmp_path: Path) -> None:
    for table, section in SECTIONS.items():
        (tmp_path / f"{table}.csv").write_text(section.partition("```csv\n")[2].partition("```")[0])
    (tmp_path / "problem.yaml").write_text(PAGE.partition("```yaml\n")[2].partition("```")[0])
    problem = io.load(tmp_path)
    assert all(getattr(problem, table) for table in TABLES if table != "breaks")
    assert len(problem.rules) == 2

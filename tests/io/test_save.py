"""What is written is read back as it was, and nothing is written by halves."""

import datetime as dt
import os
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings

from schedsolver import io
from schedsolver.domain import (
    BreakWindow,
    Employee,
    Leave,
    OpeningHours,
    Outlet,
    Pin,
    Problem,
    Scope,
    ShiftType,
    TravelTimes,
)
from schedsolver.domain.tables import RECORD_TYPES
from schedsolver.errors import CannotWrite
from schedsolver.rules import MinimumRest
from tests.strategies import problems
from tests.tiny import MONDAY, duty, tiny

SUNDAY = MONDAY - dt.timedelta(days=1)


def full() -> Problem:
    """Whatever is hard to write: two breaks, nights, odd names, rules, matrices."""
    night = ShiftType(
        shift_type_id="night; long", start_from="20:00", start_to="22:00", minutes_min=480, minutes_max=600,
        breaks=(
            BreakWindow(minutes=60, start_from="24:00", start_to="25:00", paid=True),
            BreakWindow(minutes=60, start_from="26:00", start_to="26:00"),
        ),
        outlets=("North Gate", '"Q"'),
    )  # fmt: skip
    contracts = tiny().contracts
    return tiny(
        name='Week 11, "spring": 总行',
        outlets=(
            Outlet(outlet_id="North Gate", hub=True), Outlet(outlet_id='"Q"', name="a,b\r\nc\rd\te"),
            Outlet(outlet_id="003"),
        ),
        opening=(
            OpeningHours(outlet_id="North Gate", weekday=0, start="20:00", end="26:00"),
            OpeningHours(outlet_id='"Q"', date=MONDAY),
            OpeningHours(outlet_id="003", weekday=0, start=0, end="48:00"),
        ),
        travel=TravelTimes(outlets=("North Gate", '"Q"', "003"), minutes=((0, 5, 7), (6, 0, 8), (9, 9, 0))),
        staff=(
            Employee(employee_id="007", name="null", contract_id=contracts[0].contract_id),
            Employee(employee_id="1e3", name="NaN", contract_id=contracts[0].contract_id, tags=("two words", "it's")),
        ),
        permissions=(),
        shift_types=(*tiny().shift_types, night),
        leave=(Leave(employee_id="007", first_day=MONDAY, last_day=MONDAY, start="22:00", end="26:00", reason="; ,"),),
        pins=(Pin(employee_id="1e3", date=MONDAY, off=True), Pin(employee_id="007", date=MONDAY, end="26:00")),
        history=(
            duty("gone", date=SUNDAY, pauses=(("10:00", "10:15"), ("12:00", "13:00")), skill="cash"),
            duty("007", date=SUNDAY, pauses=()),
        ),
        rules=(
            MinimumRest(minutes=660, scope=Scope(employees=("007",), weekdays=(0, 6), first_day=MONDAY)),
            MinimumRest(minutes=720, hard=False, weight=500),
        ),
    )  # fmt: skip


def test_a_folder_is_read_back_as_it_was(tmp_path: Path) -> None:
    io.save(full(), tmp_path / "deep" / "bank")
    assert io.load(tmp_path / "deep" / "bank") == full()


def test_json_is_read_back_as_it_was(tmp_path: Path) -> None:
    io.save(full(), tmp_path / "bank.json")
    assert io.load(tmp_path / "bank.json") == full()


@settings(max_examples=30)
@given(problem=problems(rules=(MinimumRest(minutes=660),)))
def test_any_problem_is_read_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, problem: Problem) -> None:
    folder = tmp_path_factory.mktemp("problem")
    io.save(problem, folder)
    assert io.load(folder) == problem


@pytest.mark.parametrize("table", RECORD_TYPES)
def test_a_blank_cell_can_say_none(table: str) -> None:
    """A blank cell means the default, so where None is possible it must be the default."""
    for name, field in RECORD_TYPES[table].model_fields.items():
        assert field.default is None or type(None) not in get_args(field.annotation), name


def test_only_tables_and_columns_in_use_are_written(tmp_path: Path) -> None:
    io.save(tiny(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "activities.csv", "breaks.csv", "contracts.csv", "outlets.csv", "permissions.csv", "problem.yaml",
        "shift_types.csv", "skills.csv", "staff.csv",
    ]  # fmt: skip
    assert (
        tmp_path / "staff.csv"
    ).read_text() == "employee,home_outlet,contract,tags\nE1,Hub,full,senior\nE2,Sat,full,\n"
    assert (tmp_path / "breaks.csv").read_text() == "shift_type,minutes,start_from,start_to\nday,60,12:00,13:00\n"
    assert (tmp_path / "problem.yaml").read_text() == "horizon:\n  start: 2026-03-09\n  days: 2\n  slot_minutes: 60\n"


def test_excel_is_told_that_names_are_utf8(tmp_path: Path) -> None:
    io.save(tiny(staff=(Employee(employee_id="E1", name="李娜", contract_id="full"),), permissions=()), tmp_path)
    assert (tmp_path / "staff.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_problem_folder_is_replaced_and_its_other_files_stay(tmp_path: Path) -> None:
    io.save(full(), tmp_path)
    (tmp_path / "notes.txt").write_text("keep me")
    io.save(tiny(), tmp_path)
    assert io.load(tmp_path) == tiny()
    assert not (tmp_path / "leave.csv").exists()
    assert (tmp_path / "notes.txt").read_text() == "keep me"


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "staff.csv").write_text("mine")
    with pytest.raises(CannotWrite, match="holds other files and no problem"):
        io.save(tiny(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["staff.csv"]


@pytest.mark.parametrize("name", ["bank", "bank.json"])
def test_a_failure_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    target = tmp_path / name
    io.save(tiny(), target)
    written = []

    def full_disk(path: Path, data: bytes) -> int:
        written.append(path)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(CannotWrite, match="No space left on device"):
        io.save(full(), target)
    assert written
    assert io.load(target) == tiny()
    assert os.listdir(tmp_path) == [name]  # noqa: PTH208 - hidden files too


def test_a_path_that_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite, match="cannot be written"):
        io.save(tiny(), tmp_path / "file")

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedsolver import io
from schedsolver.domain import Problem, Schedule
from schedsolver.errors import CannotWrite, InvalidSchedule
from tests.strategies import problems, rosters
from tests.tiny import MONDAY, TUESDAY, at, duty, stint, tiny

ROSTER = Schedule.of(
    [
        duty("E1", pauses=(("11:00", "11:15"), ("12:00", "13:00"))),
        duty("E2", pauses=(), skill="cash"),
        duty("E2", date=TUESDAY, start="22:00", end="23:00", pauses=()).model_copy(
            update={"end": at("06:00", TUESDAY + dt.timedelta(days=1))}
        ),
    ],
    [stint("E1", "counter", "09:00", "11:00"), stint("E1", "calls", "13:00", "15:00")],
)


@pytest.mark.parametrize("part", ["", "schedule.json", "duties.csv"])
def test_a_roster_is_read_back_as_it_was(tmp_path: Path, part: str) -> None:
    io.save_schedule(ROSTER, tmp_path / "out")
    assert io.load_schedule(tmp_path / "out" / part) == ROSTER


@settings(max_examples=20)
@given(data=st.data())
def test_any_roster_is_read_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    problem: Problem = data.draw(problems())
    roster = data.draw(rosters(problem))
    folder = tmp_path_factory.mktemp("out")
    io.save_schedule(roster, folder)
    assert io.load_schedule(folder) == io.load_schedule(folder / "duties.csv") == roster


def test_the_files(tmp_path: Path) -> None:
    io.save_schedule(ROSTER, tmp_path)
    assert (tmp_path / "duties.csv").read_text().splitlines() == [
        "employee,date,outlet,shift_type,start,end,break_start,break_end,break2_start,break2_end,skill",
        "E1,2026-03-09,Hub,day,2026-03-09 09:00,2026-03-09 15:00,"
        "2026-03-09 11:00,2026-03-09 11:15,2026-03-09 12:00,2026-03-09 13:00,",
        "E2,2026-03-09,Hub,day,2026-03-09 09:00,2026-03-09 15:00,,,,,cash",
        "E2,2026-03-10,Hub,day,2026-03-10 22:00,2026-03-11 06:00,,,,,",
    ]
    assert (tmp_path / "activities.csv").read_text().splitlines() == [
        "employee,outlet,activity,start,end",
        "E1,Hub,counter,2026-03-09 09:00,2026-03-09 11:00",
        "E1,Hub,break,2026-03-09 11:00,2026-03-09 11:15",
        "E1,Hub,break,2026-03-09 12:00,2026-03-09 13:00",
        "E1,Hub,calls,2026-03-09 13:00,2026-03-09 15:00",
    ]


def test_duties_serve_as_history(tmp_path: Path) -> None:
    io.save(tiny(), tmp_path / "next")
    io.save_schedule(Schedule.of([duty(date=MONDAY - dt.timedelta(days=7))]), tmp_path / "out")
    (tmp_path / "out" / "duties.csv").rename(tmp_path / "next" / "history.csv")
    assert io.load(tmp_path / "next").history == (duty(date=MONDAY - dt.timedelta(days=7)),)


def test_an_empty_roster(tmp_path: Path) -> None:
    io.save_schedule(Schedule(), tmp_path)
    assert io.load_schedule(tmp_path / "duties.csv") == Schedule()


def test_other_results_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text("{}")
    io.save_schedule(ROSTER, tmp_path)
    assert (tmp_path / "result.json").read_text() == "{}"


def test_a_problem_is_not_overwritten(tmp_path: Path) -> None:
    io.save(tiny(), tmp_path)
    with pytest.raises(CannotWrite, match=r"holds a problem, whose activities\.csv would be lost"):
        io.save_schedule(ROSTER, tmp_path)
    assert io.load(tmp_path) == tiny()


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (
            "duties.csv",
            "employee,date,outlet,shift_type,start,end\nE1,2026-03-09,Hub,day,2026-03-09 15:00,2026-03-09 09:00\n",
            "duties.csv row 2: starts at 2026-03-09 15:00:00, not before it ends at 2026-03-09 09:00:00",
        ),
        (
            "duties.csv",
            "employee,date,outlet,shift_type,start,end\nE1,2026-03-09,Hub,day,3/9/2026 9:00,2026-03-09 15:00\n",
            'duties.csv row 2: start: "3/9/2026 9:00" is not a moment; write it as YYYY-MM-DD HH:MM',
        ),
        ("duties.csv", "employee,date,outlet\nE1,2026-03-09,Hub\n", 'duties.csv: the column "start" is missing'),
        ("schedule.json", '{"duties": [{}]}', "schedule.json duties[0]: start is missing"),
        ("schedule.json", "[]", "schedule.json: this list is not a record with named fields"),
        ("schedule.json", "{", "schedule.json: it is not valid JSON: EOF while parsing an object at line 1 column 1"),
    ],
)
def test_refusals(tmp_path: Path, name: str, text: str, line: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidSchedule) as caught:
        io.load_schedule(tmp_path)
    assert str(caught.value).splitlines()[0] == line


def test_an_edited_sheet_beside_the_whole_is_refused_until_one_is_named(tmp_path: Path) -> None:
    io.save_schedule(Schedule.of([duty("E1")]), tmp_path)
    assert io.load_schedule(tmp_path).duty_list == (duty("E1"),)
    sheet = tmp_path / "duties.csv"
    sheet.write_text(sheet.read_text().replace("E1", "E2"))
    with pytest.raises(InvalidSchedule, match=r"tell another roster than schedule\.json; name the one you mean"):
        io.load_schedule(tmp_path)
    assert io.load_schedule(sheet).duty_list == (duty("E2"),)
    assert io.load_schedule(tmp_path / "schedule.json").duty_list == (duty("E1"),)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidSchedule, match=r"has neither schedule\.json nor duties\.csv"):
        io.load_schedule(tmp_path)
    with pytest.raises(InvalidSchedule, match="there is no such file"):
        io.load_schedule(tmp_path / "schedule.json")

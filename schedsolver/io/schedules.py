"""Rosters in files: ``schedule.json``, and ``duties.csv`` and ``activities.csv`` for spreadsheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from schedsolver.domain.base import Model
from schedsolver.domain.records import records_of
from schedsolver.domain.schedule import BREAK, Duty, Schedule, Stint
from schedsolver.domain.wording import faults_of_error
from schedsolver.errors import CannotWrite, InvalidProblem, InvalidSchedule, Place
from schedsolver.io.header import is_problem_folder
from schedsolver.io.sheets import read_sheet, sheet_text
from schedsolver.io.text import read_text, reading, write_folder

SCHEDULE_FILE = "schedule.json"
DUTIES_FILE = "duties.csv"
ACTIVITIES_FILE = "activities.csv"


def save_schedule(schedule: Schedule, folder: str | Path) -> None:
    """Write a roster as ``schedule.json``, ``duties.csv`` and ``activities.csv``; other files of the folder stay.

    Planned leave is in ``schedule.json`` only, for those who plan; save ``schedule.published()`` to hand all of it out.

    Raises
    ------
    CannotWrite
        If the folder holds a problem, whose ``activities.csv`` would be lost, or a file cannot be written.
    """
    target = Path(folder)
    if is_problem_folder(target):
        raise CannotWrite(f"{folder}: holds a problem, whose activities.csv would be lost; choose another folder")
    files = {
        SCHEDULE_FILE: schedule.model_dump_json(indent=1),
        DUTIES_FILE: _frame_text(schedule.duties),
        ACTIVITIES_FILE: _frame_text(schedule.activities),
    }
    write_folder(target, files)


def load_schedule(path: str | Path) -> Schedule:
    """Read a roster; the inverse of :func:`save_schedule`.

    Parameters
    ----------
    path
        ``schedule.json``, or a ``duties.csv`` with ``activities.csv`` beside it where there are activities, or
        a folder that holds either. A folder in which they differ, as after an edit, is refused. Planned leave is
        in ``schedule.json`` only.

    Raises
    ------
    InvalidSchedule
        With every fault found, by file and row.
    """
    source = Path(path)
    try:
        with reading(source):
            if source.is_dir():
                return _from_folder(source)
            return _from_sheets(source) if source.suffix == ".csv" else _from_json(source)
    except InvalidProblem as error:
        raise InvalidSchedule(str(error)) from None


def duties_text(duties: Sequence[Duty]) -> str:
    """Give duties as the text of a CSV file with the columns of ``Schedule.duties``; empty when there are none."""
    return _frame_text(Schedule(duty_list=tuple(duties)).duties) if duties else ""


def _from_folder(folder: Path) -> Schedule:
    whole, sheets = folder / SCHEDULE_FILE, folder / DUTIES_FILE
    if not whole.is_file() and not sheets.is_file():
        raise InvalidSchedule(f"{folder}: has neither {SCHEDULE_FILE} nor {DUTIES_FILE}")
    if not whole.is_file():
        return _from_sheets(sheets)
    schedule = _from_json(whole)
    if sheets.is_file() and _from_sheets(sheets) != schedule.published():
        raise InvalidSchedule(
            f"{folder}: {DUTIES_FILE} and {ACTIVITIES_FILE} tell another roster than {SCHEDULE_FILE}; "
            f"name the one you mean, {sheets} or {whole}"
        )
    return schedule


def _from_json(path: Path) -> Schedule:
    text = read_text(path)
    try:
        return Schedule.model_validate_json(text)
    except ValidationError as error:
        faults = faults_of_error(error, known=("duties", "activities", "leave"))
        raise InvalidProblem(faults, lambda place: f"{path.name} {place}".rstrip()) from None


def _from_sheets(duties_file: Path) -> Schedule:
    stints_file = duties_file.with_name(ACTIVITIES_FILE)
    duties = _records(duties_file, Duty)
    stints = _records(stints_file, Stint) if stints_file.is_file() else []
    return Schedule.of(duties, (stint for stint in stints if stint.activity_id != BREAK))


def _records(path: Path, model: type[Model]) -> list[Any]:
    sheet = read_sheet(path)
    records, faults = records_of(path.stem, model, sheet.table)
    if faults:

        def name_of(place: Place) -> str:
            return path.name if place.index is None else f"{path.name} row {sheet.row_numbers[place.index]}"

        raise InvalidProblem(faults, name_of)
    return records


def _frame_text(frame: pd.DataFrame) -> str:
    rows = ([_plain_text(value) for value in row] for row in frame.itertuples(index=False, name=None))
    return sheet_text(list(frame.columns), rows)


def _plain_text(value: Any) -> Any:
    """Write a moment to the minute unless it is finer, and a missing value as nothing."""
    if pd.isna(value):
        return None
    if not isinstance(value, dt.datetime):
        return value
    return value.isoformat(sep=" ", timespec="minutes" if value.second == value.microsecond == 0 else "auto")

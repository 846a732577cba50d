"""Problems in files: a folder of CSV tables beside ``problem.yaml``, or one JSON file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from schedsolver.domain.base import Model
from schedsolver.domain.problem import Problem
from schedsolver.domain.records import Table, column_of, field_shape
from schedsolver.domain.suggest import did_you_mean
from schedsolver.domain.tables import RECORD_TYPES, TABLES, BreakRow, problem_from_tables
from schedsolver.domain.work import BreakWindow
from schedsolver.errors import CannotWrite, Fault, InvalidProblem, Place
from schedsolver.io.header import HEADER_FILES, find_header, header_text, is_problem_folder, read_header
from schedsolver.io.schedules import duties_text
from schedsolver.io.sheets import Sheet, read_sheet, sheet_text
from schedsolver.io.text import read_text, reading, write_file, write_folder, writing

NEEDED = ("outlets", "staff", "contracts", "shift_types")


def load(path: str | Path) -> Problem:
    """Read a problem.

    Parameters
    ----------
    path
        A problem folder as ``docs/problem-files.md`` describes it, or a ``.json`` file.

    Raises
    ------
    InvalidProblem
        With every fault found, by file and row as a spreadsheet numbers them.
    """
    source = Path(path)
    with reading(source):
        if source.is_dir():
            return _load_folder(source)
        if source.name in HEADER_FILES and (source.parent / "staff.csv").is_file():
            return _load_folder(source.parent)
        if not source.exists():
            raise InvalidProblem([f"{path}: there is no such file or folder"])
        if source.suffix != ".json":
            raise InvalidProblem([f"{path}: is neither a problem folder nor a .json file"])
        return _load_json(source)


def save(problem: Problem, path: str | Path) -> None:
    """Write a problem; the inverse of :func:`load`.

    Parameters
    ----------
    problem
        The problem.
    path
        A ``.json`` file, or a folder: a new one, an empty one, or a problem folder, in which
        tables are replaced and other files stay.

    Raises
    ------
    CannotWrite
        If the folder holds something else, or a file cannot be written.
    """
    target = Path(path)
    if target.suffix == ".json":
        write_file(target, problem.to_json())
        return
    with writing(target):
        if target.is_dir() and any(target.iterdir()) and not is_problem_folder(target):
            raise CannotWrite(f"{path}: holds other files and no problem; choose a new folder")
    files = {"problem.yaml": header_text(problem)}
    files |= {f"{name}.csv": text for name, text in _table_texts(problem) if text}
    write_folder(target, files, outdated=(*HEADER_FILES, *(f"{name}.csv" for name in TABLES)))


def _load_json(path: Path) -> Problem:
    text = read_text(path)
    try:
        return Problem.from_json(text)
    except InvalidProblem as error:
        raise InvalidProblem(error.faults, lambda place: _in_json(path.name, place)) from None


def _in_json(file: str, place: Place) -> str:
    return f"{place} in {file}" if place.table else file


def _load_folder(folder: Path) -> Problem:
    header_file = find_header(folder)
    faults: list[Fault | str] = list(_file_faults(folder))
    header = _collect(faults, read_header, header_file)
    sheets = {name: _collect(faults, read_sheet, folder / f"{name}.csv") for name in TABLES if _has(folder, name)}
    if faults or header is None:
        raise InvalidProblem(faults)
    whole = {name: sheet for name, sheet in sheets.items() if sheet is not None}
    tables = {name: _with_decimal_points(name, sheet) for name, sheet in whole.items()}
    try:
        return problem_from_tables(header, tables)
    except InvalidProblem as error:
        raise InvalidProblem(error.faults, lambda place: _in_folder(header_file.name, whole, place)) from None


def _has(folder: Path, table: str) -> bool:
    return (folder / f"{table}.csv").exists()


def _file_faults(folder: Path) -> Iterable[str]:
    """Find tables that are needed but not there, and CSV files that are no table."""
    for name in NEEDED:
        if not _has(folder, name):
            yield f"{name}.csv: is missing from the folder; every problem needs it"
    for path in sorted(folder.glob("*.[cC][sS][vV]")):
        if path.name not in {f"{name}.csv" for name in TABLES} and not path.name.startswith((".", "~")):
            hint = did_you_mean(path.stem.lower(), TABLES)
            yield f"{path.name}: is no table of a problem{hint}; rename it, or keep it elsewhere"


def _collect(faults: list[Fault | str], read: Callable[[Path], Any], path: Path) -> Any:
    try:
        return read(path)
    except InvalidProblem as error:
        faults += error.faults
        return None


def _in_folder(header_file: str, sheets: dict[str, Sheet], place: Place) -> str:
    """Name a place as someone sees it who has the files open in a spreadsheet."""
    if place.table in TABLES:
        row = "" if place.index is None else f" row {sheets[place.table].row_numbers[place.index]}"
        return f"{place.table}.csv{row}"
    if place.table == "rules" and place.index is not None:
        return f"{header_file} rule {place.index + 1}"
    return f"{header_file} {place.table}".rstrip()


def _with_decimal_points(name: str, sheet: Sheet) -> Table:
    if not sheet.decimal_comma or name not in RECORD_TYPES:
        return sheet.table
    fields = RECORD_TYPES[name].model_fields
    numbers = {column_of(field) for field in fields if field_shape(RECORD_TYPES[name], field) == (False, float)}
    rows = [{k: v.replace(",", ".") if k in numbers else v for k, v in row.items()} for row in sheet.table.rows]
    return Table(sheet.table.columns, rows)


def _table_texts(problem: Problem) -> Iterable[tuple[str, str]]:
    for name in RECORD_TYPES:
        if name not in ("shift_types", "breaks", "history"):
            yield name, _records_text(getattr(problem, name))
    yield "shift_types", _records_text([shift.model_copy(update={"breaks": ()}) for shift in problem.shift_types])
    yield "breaks", _records_text(_break_rows(problem), ("shift_type_id", *BreakWindow.model_fields))
    yield "history", duties_text(problem.history)
    travel = problem.travel
    rows = ((name, *minutes) for name, minutes in zip(travel.outlets, travel.minutes, strict=True))
    yield "travel", sheet_text(["outlet", *travel.outlets], rows) if travel.outlets else ""


def _break_rows(problem: Problem) -> list[BreakRow]:
    return [
        BreakRow(shift_type_id=shift.shift_type_id, **dict(pause))
        for shift in problem.shift_types
        for pause in shift.breaks
    ]


def _records_text(records: Sequence[Model], fields: Iterable[str] = ()) -> str:
    """Write records as CSV, with the columns that say something: needed ones, and those not always the default."""
    if not records:
        return ""
    known = type(records[0]).model_fields
    used = [
        field
        for field in fields or known
        if known[field].is_required() or any(getattr(record, field) != known[field].default for record in records)
    ]
    dumped = (record.model_dump(mode="json", include=set(used)) for record in records)
    return sheet_text([column_of(field) for field in used], ([row[field] for field in used] for row in dumped))

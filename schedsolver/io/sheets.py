"""CSV files as spreadsheets write them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schedsolver.domain.records import Table, join_cell
from schedsolver.errors import InvalidProblem
from schedsolver.io.text import read_text

DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Sheet:
    """A CSV file.

    Attributes
    ----------
    table
        Its cells, all text.
    row_numbers
        For each row of the table, its number in a spreadsheet, where the header is row 1.
    decimal_comma
        Whether numbers may be written 12,5: where the comma does not part the cells.
    """

    table: Table
    row_numbers: tuple[int, ...]
    decimal_comma: bool


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file whose cells are parted by commas, semicolons or tabs.

    Raises
    ------
    InvalidProblem
        If it cannot be read, with the row; see :func:`schedsolver.io.text.read_text` for the file as a whole.
    """
    text = read_text(path)
    if not text.strip():
        raise InvalidProblem([f"{path.name}: is empty; it needs a row that names its columns"])
    delimiter = max(DELIMITERS, key=lambda mark: _width(text, mark))
    rows = _numbered_rows(path.name, text, delimiter)
    _, header = next(rows)
    columns = tuple(_without_blank_tail(header))
    faults = list(_header_faults(path.name, columns))
    cells, numbers = [], []
    for number, row in rows:
        if len(row) < len(columns) or any(row[len(columns) :]):
            faults.append(f"{path.name} row {number}: {_ragged(len(row), len(columns))}")
        cells.append({column: cell for column, cell in zip(columns, row, strict=False) if cell})
        numbers.append(number)
    if faults:
        raise InvalidProblem(faults)
    return Sheet(Table(columns, cells), tuple(numbers), delimiter != ",")


def sheet_text(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """Give the text of a CSV file; the inverse of :func:`read_sheet`, as far as cells go."""
    lines = [columns, *([cell_text(value) for value in row] for row in rows)]
    return "".join(",".join(map(_quoted, line)) + "\n" for line in lines)


def cell_text(value: Any) -> str:
    """Write a value as a cell: blank for none, several words parted by spaces."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case list() | tuple():
            return join_cell(map(str, value))
        case _:
            return str(value)


def _width(text: str, delimiter: str) -> int:
    """Count the cells of the header, were they parted by this mark."""
    try:
        return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []))
    except csv.Error:
        return 0


def _numbered_rows(name: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that are not blank, each with its number in a spreadsheet."""
    number = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield number, cells
    except csv.Error:
        where = f"{name} row {number + 1}"
        raise InvalidProblem([f"{where}: a cell opens with a quotation mark that does not close it"]) from None


def _without_blank_tail(cells: Sequence[str]) -> Sequence[str]:
    last = max((i for i, cell in enumerate(cells) if cell), default=-1)
    return cells[: last + 1]


def _header_faults(name: str, columns: Sequence[str]) -> Iterator[str]:
    for column, times in Counter(columns).items():
        if column and times > 1:
            yield f'{name} row 1: the column "{column}" is there {times} times; keep one'
    for i, column in enumerate(columns, 1):
        if not column:
            yield f"{name} row 1: column {i} has no heading; name it or delete it"


def _ragged(width: int, wanted: int) -> str:
    way_out = (
        "leave a cell blank, not out" if width < wanted else "put a cell that holds the separator into quotation marks"
    )
    return f"has {width} {'cell' if width == 1 else 'cells'} but the header has {wanted}; {way_out}"


def _quoted(cell: str) -> str:
    # csv.writer leaves a lone carriage return unquoted before Python 3.13, and semicolons always.
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in '",;\t\r\n') else cell

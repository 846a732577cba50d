"""Rows of plain cells, as files and DataFrames have them, turned into records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from schedsolver.domain.base import Model
from schedsolver.domain.schedule import Duty
from schedsolver.domain.suggest import did_you_mean
from schedsolver.domain.wording import Path, dotted, faults_of_error
from schedsolver.errors import Fault

_BREAK_COLUMN = re.compile(r"break([2-9]?)_(start|end)")
_WORD = re.compile(r'"((?:[^"]|"")*)"|(\S+)')
_NEEDS_QUOTES = re.compile(r'\s|^"')


@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns.

    Attributes
    ----------
    columns
        Names of the columns, once each.
    rows
        Cells by column; a blank cell is left out.
    """

    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]


def records_of(name: str, model: type[Model], table: Table) -> tuple[list[Any], list[Fault]]:
    """Turn the rows of a table into records.

    Parameters
    ----------
    name
        Name of the table, for the faults.
    model
        Kind of record.
    table
        Its cells; columns are fields of the record, the ending ``_id`` may be left out.

    Returns
    -------
    records, faults
        The sound records, and what is wrong with the others.
    """
    path_of = {column: _path(model, column) for column in table.columns}
    faults = list(_column_faults(name, model, path_of, empty=not table.rows))
    if faults:
        return [], faults
    records = []
    for i, row in enumerate(table.rows):
        try:
            records.append(model.model_validate(_fields(model, row, path_of)))
        except ValidationError as error:
            faults += faults_of_error(error, (name, i), column_at)
    return records, faults


def column_of(field: str) -> str:
    """Give the column of a field: its name without ``_id``."""
    return field.removesuffix("_id")


def column_at(path: Path) -> str:
    """Give the column a field of a record is in, from the path to it."""
    match path:
        case ("breaks", int(number), *rest):
            stem = f"break{number + 1}" if number else "break"
            return "_".join([stem, *map(str, rest)])
        case (str(field), *_):
            return column_of(field)
        case _:
            return dotted(path)


def split_cell(text: str) -> list[str]:
    """Split a cell that holds several words; a word with a space in it stands in double quotes.

    >>> split_cell('hub "North Gate"')
    ['hub', 'North Gate']
    """
    return [match[2] or match[1].replace('""', '"') for match in _WORD.finditer(text)]


def join_cell(words: Iterable[str]) -> str:
    """Write words into one cell; the inverse of :func:`split_cell`."""
    return " ".join('"' + w.replace('"', '""') + '"' if _NEEDS_QUOTES.search(w) else w for w in words)


@cache
def field_shape(model: type[Model], field: str) -> tuple[bool, Any]:
    """Tell whether a field holds several values, and the plain type of each."""
    annotation: Any = model.model_fields[field].annotation
    several = False
    while arguments := get_args(annotation):
        several = several or get_origin(annotation) is tuple
        annotation = arguments[0]
    return several, annotation


def _path(model: type[Model], column: str) -> Path | None:
    """Give the path in a record that a column fills, ``None`` when there is none."""
    for field in (column, f"{column}_id"):
        if field in model.model_fields:
            return (field,)
    if model is Duty and (found := _BREAK_COLUMN.fullmatch(column)):
        return "breaks", int(found[1] or 1) - 1, found[2]
    return None


def _column_faults(
    name: str, model: type[Model], path_of: Mapping[str, Path | None], *, empty: bool
) -> Iterator[Fault]:
    columns = [column_of(field) for field in model.model_fields if field != "breaks"]
    first: dict[Path, str] = {}
    for column, path in path_of.items():
        if path is None:
            hint = did_you_mean(column.lower(), columns) or f"; the columns are {', '.join(columns)}"
            yield Fault(name, None, f'there is no column "{column}"{hint}')
        elif first.setdefault(path, column) != column:
            yield Fault(name, None, f'columns "{first[path]}" and "{column}" mean the same; keep one')
    if empty or None in path_of.values():
        return
    for field, info in model.model_fields.items():
        if info.is_required() and (field,) not in first:
            yield Fault(name, None, f'the column "{column_of(field)}" is missing')


def _fields(model: type[Model], row: Mapping[str, Any], path_of: Mapping[str, Path | None]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    breaks: dict[int | str, dict[int | str, Any]] = {}
    for column, value in row.items():
        match path_of[column]:
            case (str(field),):
                fields[field] = _fitted(value, *field_shape(model, field))
            case (_, number, end):
                breaks.setdefault(number, {})[end] = value
    if breaks:
        fields["breaks"] = [breaks[number] for number in sorted(breaks)]
    return fields


def _fitted(value: Any, several: bool, kind: Any) -> Any:
    if several:
        if isinstance(value, str):
            value = split_cell(value)
        elif not isinstance(value, Sequence):
            value = [value]
    if kind is not str:
        return value
    return [_as_text(v) for v in value] if several else _as_text(value)


def _as_text(value: Any) -> Any:
    """Give a number as text: DataFrames hold names such as 12 as numbers, as 12.0 beside blanks."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return str(int(value)) if value == int(value) else str(value)

"""Tables of people as users keep them, read and checked before anything is worked out from them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from schedsolver.domain.base import Model
from schedsolver.domain.records import Table, records_of
from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import Fault, InvalidProblem

if TYPE_CHECKING:
    from schedsolver.domain import Problem

EMPLOYEE, OUTLET = "employee", "outlet"
CLUSTER = "cluster"

Record = TypeVar("Record", bound=Model)


@dataclass(frozen=True)
class Number:
    """What a column of numbers may hold.

    Attributes
    ----------
    lowest, highest
        Limits, both allowed.
    blank
        What a blank cell means, ``nan`` to keep it blank; ``None`` refuses it.
    optional
        Whether the column may be left out, all its cells then being blank.
    whole
        Whether it must be a whole number.
    """

    lowest: float = 0.0
    highest: float = math.inf
    blank: float | None = None
    optional: bool = False
    whole: bool = False


def people_of(problem: Problem) -> pd.DataFrame:
    """Give the staff of a problem as the functions here take people: ``employee`` and ``outlet``, where they belong."""
    rows = [(employee.employee_id, employee.home_outlet_id or "") for employee in problem.staff]
    return pd.DataFrame(rows, columns=[EMPLOYEE, OUTLET], dtype="str")


def read_people(
    name: str, frame: pd.DataFrame, numbers: Mapping[str, Number], *, texts: Sequence[str] = ()
) -> pd.DataFrame:
    """Read a table with one row a person.

    Parameters
    ----------
    name
        What the table is called in messages.
    frame
        The table: ``employee``, perhaps ``outlet``, and the columns named below; others are let be.
    numbers
        Columns of numbers and what they may hold.
    texts
        Columns of names that must be there, beside ``employee``.

    Returns
    -------
    ``employee``, ``outlet`` (a blank name where there is none), ``texts`` and ``numbers``, in the order of the
    rows, counted from 0; names as text, numbers as floats.

    Raises
    ------
    InvalidProblem
        With everything found: no rows, a column missing, a person missing or there twice, a cell that is blank, no
        number or out of range.
    """
    named = list(dict.fromkeys([EMPLOYEE, *texts]))
    needed = [*named, *(column for column, number in numbers.items() if not number.optional)]
    faults = list(_table_faults(name, frame, needed))
    if faults:
        raise InvalidProblem(faults)
    read: dict[str, Any] = {}
    for column in dict.fromkeys([*named, OUTLET]):
        cells = frame[column] if column in frame.columns else [None] * len(frame)
        read[column] = pd.Series([_name(cell) for cell in cells], dtype="str")
    people = read[EMPLOYEE].tolist()
    faults += _name_faults(name, {column: read[column].tolist() for column in named})
    for column, number in numbers.items():
        cells = frame[column] if column in frame.columns else [None] * len(frame)
        read[column], found = _numbers(name, column, cells, number, people)
        faults += found
    if faults:
        raise InvalidProblem(faults)
    return pd.DataFrame(read)


def read_records(name: str, model: type[Record], given: pd.DataFrame | Iterable[Record]) -> tuple[Record, ...]:
    """Read records from a table, or take them as they are.

    Parameters
    ----------
    name
        What the table is called in messages.
    model
        Kind of record; the columns are its fields, the ending ``_id`` may be left out.
    given
        A table or the records themselves.

    Raises
    ------
    InvalidProblem
        With every fault found, by row.
    """
    if not isinstance(given, pd.DataFrame):
        return tuple(given)
    rows = [
        {str(column): cell for column, cell in row.items() if not _is_blank(cell)}
        for row in given.astype(object).to_dict("records")
    ]
    records, faults = records_of(name, model, Table(tuple(map(str, given.columns)), rows))
    if faults:
        raise InvalidProblem(faults)
    return tuple(records)


def by_outlet_and_cluster(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Give the rows of each outlet, in the order of the table, then all rows under the name ``"cluster"``.

    Rows of people who belong to no outlet are in the last part only.
    """
    outlets = [str(outlet) for outlet in dict.fromkeys(table[OUTLET]) if outlet]
    return [*((outlet, table[table[OUTLET] == outlet]) for outlet in outlets), (CLUSTER, table)]


def require_columns(name: str, frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Refuse something that is no table, or a table without one of the columns.

    Raises
    ------
    InvalidProblem
        With every column that is missing or there twice.
    """
    faults = list(_column_faults(name, frame, columns))
    if faults:
        raise InvalidProblem(faults)


def _table_faults(name: str, frame: pd.DataFrame, needed: Iterable[str]) -> Iterator[Fault]:
    yield from _column_faults(name, frame, needed)
    if isinstance(frame, pd.DataFrame) and frame.empty:
        yield Fault(name, None, "has no rows; give one for each person")


def _column_faults(name: str, frame: pd.DataFrame, needed: Iterable[str]) -> Iterator[Fault]:
    if not isinstance(frame, pd.DataFrame):
        yield Fault(name, None, f"is a {type(frame).__name__}; give a DataFrame")
        return
    known = [str(column) for column in frame.columns]
    for column in needed:
        if column not in known:
            yield Fault(name, None, f'the column "{column}" is missing{did_you_mean(column, known)}')
        elif known.count(column) > 1:
            yield Fault(name, None, f'the column "{column}" is there twice; keep one')


def _name_faults(name: str, names: Mapping[str, list[str]]) -> Iterator[Fault]:
    for column, cells in names.items():
        for i, cell in enumerate(cells):
            if not cell:
                yield Fault(name, i, f"{column} is blank; fill it in or drop the row")
    first: dict[str, int] = {}
    for i, person in enumerate(names[EMPLOYEE]):
        if person and first.setdefault(person, i) != i:
            yield Fault(name, i, f'employee "{person}" is there twice, first in row {first[person]}; keep one row')


def _numbers(
    name: str, column: str, cells: Iterable[Any], number: Number, people: list[str]
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], list[Fault]]:
    values = np.full(len(people), math.nan)
    faults = []
    for i, cell in enumerate(cells):
        told = _number_fault(cell, number)
        if told:
            faults.append(Fault(name, i, f'{column} of "{people[i]}" {told}'))
        elif not _is_blank(cell):
            values[i] = float(cell)
        elif number.blank is not None:
            values[i] = number.blank
    return values, faults


def _number_fault(cell: Any, number: Number) -> str:
    """Say what is wrong with a cell that should hold a number; empty when nothing is."""
    if _is_blank(cell):
        return "" if number.blank is not None else "is blank; fill it in"
    try:
        value = float(cell)
    except (TypeError, ValueError):
        return f'is "{cell}", which is not a number'
    if math.isinf(value):
        return "is infinite; it must be a finite number"
    if value < number.lowest:
        return f"is {value:g}; it must be at least {number.lowest:g}"
    if value > number.highest:
        return f"is {value:g}; it must be at most {number.highest:g}"
    if number.whole and not value.is_integer():
        return f"is {value:g}; it must be a whole number"
    return ""


def _name(cell: Any) -> str:
    """Give a name as text: tables hold names such as 12 as numbers, as 12.0 beside blanks."""
    if _is_blank(cell):
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _is_blank(cell: Any) -> bool:
    return not cell.strip() if isinstance(cell, str) else bool(pd.isna(cell))

"""From DataFrames, or lists of records, to a problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from schedsolver.domain.horizon import Horizon
from schedsolver.domain.matrix import LABELS
from schedsolver.domain.places import TravelTimes
from schedsolver.domain.problem import Problem
from schedsolver.domain.records import Table
from schedsolver.domain.suggest import did_you_mean
from schedsolver.domain.tables import TABLES, problem_from_tables
from schedsolver.errors import Fault, InvalidProblem


def problem_from_frames(horizon: Horizon | Mapping[str, Any], tables: Mapping[str, Any]) -> Problem:
    """Make a problem from DataFrames; see :meth:`Problem.from_frames`.

    Parameters
    ----------
    horizon
        The days planned, or its fields.
    tables
        A DataFrame, or a list of records, for each table; ``name``, ``calendar``, ``rules``, ``counted`` as they are.

    Raises
    ------
    InvalidProblem
        With every fault found, by table and row.
    """
    header: dict[str, Any] = {"horizon": horizon}
    plain: dict[str, Table] = {}
    faults: list[Fault] = []
    for name, given in tables.items():
        if name in ("name", "calendar", "rules", "counted") or isinstance(given, TravelTimes):
            header[name] = given
        elif name not in TABLES:
            hint = did_you_mean(name, TABLES) or f"; the tables are {', '.join(TABLES)}"
            faults.append(Fault("", None, f'there is no table "{name}"{hint}'))
        elif isinstance(given, pd.DataFrame):
            faults += _repeated_columns(name, given)
            plain[name] = _from_frame(_labelled(given) if name == "travel" else given)
        elif isinstance(given, Sequence) and all(isinstance(row, (Mapping, BaseModel)) for row in given):
            plain[name] = _from_rows([dict(row) for row in given])
        else:
            faults.append(Fault(name, None, f"is a {type(given).__name__}; give a DataFrame or a list of records"))
    if faults:
        raise InvalidProblem(faults)
    return problem_from_tables(header, plain)


def _labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """Make the row labels of a travel matrix its first column."""
    if any(label in frame.columns for label in LABELS):
        return frame
    return frame.rename_axis(index=LABELS[0], columns=None).reset_index()


def _repeated_columns(name: str, frame: pd.DataFrame) -> Iterator[Fault]:
    for column in frame.columns[frame.columns.duplicated()].unique():
        yield Fault(name, None, f'the column "{column}" is there twice; keep one')


def _from_frame(frame: pd.DataFrame) -> Table:
    columns = tuple(str(column) for column in frame.columns)
    cells = frame.itertuples(index=False, name=None)
    return Table(columns, [_without_blanks(zip(columns, row, strict=True)) for row in cells])


def _from_rows(rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = dict.fromkeys(str(column) for row in rows for column in row)
    return Table(tuple(columns), [_without_blanks(row.items()) for row in rows])


def _without_blanks(cells: Any) -> dict[str, Any]:
    return {str(column): _plain(value) for column, value in cells if not _is_blank(value)}


def _is_blank(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, np.generic):
        return value.item()
    return value.tolist() if isinstance(value, np.ndarray) else value

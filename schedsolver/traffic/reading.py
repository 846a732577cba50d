"""Tables of traffic as machines write them, and what was found odd in them, row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import Fault, InvalidProblem

Mask = NDArray[np.bool_]
Action = Literal["kept", "repaired", "left out"]

# Queue machines of Chinese make write GB 18030, all others that matter UTF-8.
_ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = ",;\t"
_CLOCK = r"(\d{1,2}):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?"
_MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
_REPORT_COLUMNS = ["row", "column", "value", "what", "action", "advice"]


@dataclass(frozen=True)
class ReadingReport:
    """What was found odd in a table, and what became of it.

    Attributes
    ----------
    rows_read, rows_used
        How many rows there were, and how many are in the result.
    remarks
        One row for each finding: ``row`` (in a file as a spreadsheet counts, where the header is row 1; in a DataFrame
        the position from 0), ``column``, ``value`` found there, ``what`` is odd, ``action`` taken (``"kept"``,
        ``"repaired"`` or ``"left out"``) and ``advice``. What is missing is told at the row before it.
    """

    rows_read: int
    rows_used: int
    remarks: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """Give how often each thing was found: ``what``, ``action``, ``times``, ``first_row``, ``advice``."""
        groups = self.remarks.groupby(["what", "action", "advice"], sort=False)["row"]
        table = groups.agg(times="size", first_row="min").reset_index()
        return table[["what", "action", "times", "first_row", "advice"]].sort_values("times", ascending=False)

    def __str__(self) -> str:
        """Say it in a few lines."""
        lines = [f"{self.rows_read} rows read, {self.rows_used} used, {len(self.remarks)} remarks"]
        for what, action, times, first, advice in self.summary().itertuples(index=False):
            lines.append(f"  {times} x {what} ({action}; first in row {first}): {advice}")
        return "\n".join(lines)


class Remarks:
    """Collects findings about the rows of a table."""

    def __init__(self, row_numbers: NDArray[np.int64]) -> None:
        self.alive: Mask = np.ones(len(row_numbers), dtype=bool)
        self._numbers = row_numbers
        self._found: list[pd.DataFrame] = []

    def add(self, where: Mask, column: str, values: Iterable[object], what: str, action: Action, advice: str) -> Mask:
        """Note a finding about the rows that are still in; one left out is out for good.

        Returns
        -------
        The rows it was noted for.
        """
        rows = np.asarray(where, dtype=bool) & self.alive
        if rows.any():
            shown = pd.Series(list(values), dtype=object)[rows].map(lambda v: "" if pd.isna(v) else str(v))
            told = {"row": self._numbers[rows], "column": column, "value": shown.to_numpy()}
            self._found.append(pd.DataFrame(told | {"what": what, "action": action, "advice": advice}))
        if action == "left out":
            self.alive &= ~rows
        return rows

    def report(self, more: Iterable[pd.DataFrame] = ()) -> ReadingReport:
        """Give everything noted, by row, with findings of others."""
        found = [frame for frame in (*self._found, *more) if len(frame)]
        table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=_REPORT_COLUMNS)
        table = table[_REPORT_COLUMNS].sort_values("row", kind="stable", ignore_index=True)
        return ReadingReport(len(self._numbers), int(self.alive.sum()), table)


def read_table(
    source: pd.DataFrame | str | Path, known: Iterable[str], columns: Mapping[str, str] | None
) -> tuple[pd.DataFrame, NDArray[np.int64], str]:
    """Read a table and give its columns the names this library uses.

    Parameters
    ----------
    source
        A DataFrame, or a CSV file parted by commas, semicolons or tabs, in UTF-8 or GB 18030.
    known
        Names that mean something.
    columns
        What the source calls some of them, by our name.

    Returns
    -------
    The known columns that are there, blank cells missing; the number of each row; what to call the source.

    Raises
    ------
    InvalidProblem
        If the file cannot be read or a column named is not there.
    """
    named = dict(columns or {})
    name = "DataFrame" if isinstance(source, pd.DataFrame) else Path(source).name
    frame = source.copy() if isinstance(source, pd.DataFrame) else _read_csv(Path(source))
    first = 0 if isinstance(source, pd.DataFrame) else 2
    faults = [f'"{ours}" means nothing here{did_you_mean(ours, known)}' for ours in named if ours not in set(known)]
    faults += [
        f'there is no column "{theirs}"{did_you_mean(theirs, map(str, frame.columns))}'
        for theirs in named.values()
        if theirs not in frame.columns
    ]
    faults += [f'the column "{c}" is there twice; keep one' for c in frame.columns[frame.columns.duplicated()]]
    if faults:
        raise InvalidProblem([Fault(name, None, fault) for fault in faults])
    found = {ours: named.get(ours, ours) for ours in known if named.get(ours, ours) in frame.columns}
    table = pd.DataFrame({ours: _stripped(frame[theirs].reset_index(drop=True)) for ours, theirs in found.items()})
    return table, np.arange(len(frame), dtype=np.int64) + first, name


def header_of(path: Path) -> tuple[str, ...]:
    """Give the column names of a CSV file.

    Raises
    ------
    InvalidProblem
        If the file cannot be read.
    """
    return tuple(map(str, _read_csv(path, rows=0).columns))


def require(name: str, table: pd.DataFrame, needed: Iterable[str]) -> None:
    """Refuse a table without some columns.

    Raises
    ------
    InvalidProblem
        With each column that is missing.
    """
    missing = [column for column in needed if column not in table.columns]
    if missing:
        way_out = "name the column that holds it in columns={...}"
        raise InvalidProblem([Fault(name, None, f'there is no column for "{column}"; {way_out}') for column in missing])


def parse_dates(values: pd.Series) -> pd.Series:
    """Read dates such as 2026-03-09 or 2026/3/9; missing where a cell is none, as when day and month could swap."""
    if pd.api.types.is_datetime64_any_dtype(values):
        midnight: pd.Series = _local(values).dt.normalize()
        return midnight
    text = values.astype("string").str.replace("/", "-", regex=False).str.replace(r" 00:00(:00)?$", "", regex=True)
    dates: pd.Series = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
    return dates


def parse_times(values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read times that are moments, such as 2026-03-09 08:15:30, or of a day, such as 8:15.

    Returns
    -------
    The moments, and the seconds after midnight of times of a day; each missing where the cell is not one.
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        return _local(values), pd.Series(np.nan, index=values.index)
    text = values.astype("string").str.replace("/", "-", regex=False).str.replace("T", " ", regex=False)
    parts = text.str.extract(f"^{_CLOCK}$").astype("Float64").astype(float)
    seconds = parts[0] * 3600 + parts[1] * 60 + parts[2].fillna(0)
    moments = pd.Series(pd.NaT, index=values.index, dtype="datetime64[us]")
    trimmed = text.str.replace(r"\.\d+$", "", regex=True)
    for form in _MOMENTS:
        moments = moments.fillna(pd.to_datetime(trimmed, format=form, errors="coerce").astype("datetime64[us]"))
    return moments, seconds.where(seconds <= 48 * 3600)


def parse_numbers(values: pd.Series) -> pd.Series:
    """Read numbers; missing where a cell is none or infinite."""
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    return numbers.where(np.isfinite(numbers))


def _local(values: pd.Series) -> pd.Series:
    local: pd.Series = values.dt.tz_localize(None).astype("datetime64[us]")
    return local


def _stripped(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return values
    text = values.map(lambda v: v.strip() if isinstance(v, str) else v).astype(object)
    return text.where(text.notna() & (text != ""), None)


def _read_csv(path: Path, rows: int | None = None) -> pd.DataFrame:
    try:
        with path.open("rb") as file:
            encoding = _encoding_of(path.name, file.read())
        with path.open(encoding=encoding, newline="") as file:
            delimiter = max(_DELIMITERS, key=file.readline().count)
            file.seek(0)
            return pd.read_csv(
                file, sep=delimiter, dtype=str, keep_default_na=False, skip_blank_lines=False, nrows=rows
            )
    except OSError as error:
        raise InvalidProblem([f"{path}: cannot be read: {error.strerror}"]) from None
    except pd.errors.EmptyDataError:
        raise InvalidProblem([f"{path.name}: is empty; it needs a row that names its columns"]) from None
    except (pd.errors.ParserError, csv.Error) as error:
        raise InvalidProblem([f"{path.name}: is not a table: {error}; open it and mend that line"]) from None


def _encoding_of(name: str, data: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise InvalidProblem([f"{name}: is neither UTF-8 nor GB 18030; save it again as CSV UTF-8"])

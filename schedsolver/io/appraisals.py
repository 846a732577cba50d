"""Appraisals in files: tables of people as CSV, and the rules they are appraised by as YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from schedsolver.domain.wording import faults_of_error
from schedsolver.errors import InvalidProblem, Place
from schedsolver.io.header import TextLoader
from schedsolver.io.sheets import Sheet, read_sheet
from schedsolver.io.text import parse_yaml, read_text
from schedsolver.scoring.appraise import AppraisalRules

DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


class TablesOfPeople:
    """CSV files read as DataFrames of text, and how to name their rows in messages.

    Parameters
    ----------
    paths
        File of each table by the name that messages give the table; ``None`` for none.
    """

    def __init__(self, paths: Mapping[str, Path | None]) -> None:
        self._files = {name: path for name, path in paths.items() if path is not None}
        self._sheets: dict[str, Sheet] = {name: read_sheet(path) for name, path in self._files.items()}

    def table(self, name: str) -> pd.DataFrame | None:
        """Give a table, blank cells as ``None``; ``None`` when there is no file for it."""
        if name not in self._sheets:
            return None
        sheet = self._sheets[name]
        rows = [[_plain(row.get(column), sheet) for column in sheet.table.columns] for row in sheet.table.rows]
        return pd.DataFrame(rows, columns=list(sheet.table.columns), dtype=object)

    def name_of(self, place: Place) -> str:
        """Name a place as someone sees it who has the file open in a spreadsheet."""
        if place.table not in self._files:
            return str(place)
        row = "" if place.index is None else f" row {self._sheets[place.table].row_numbers[place.index]}"
        return f"{self._files[place.table].name}{row}"


def load_appraisal_rules(path: Path) -> AppraisalRules:
    """Read the rules of an appraisal.

    Parameters
    ----------
    path
        A YAML file with fields of :class:`~schedsolver.scoring.appraise.AppraisalRules`.

    Raises
    ------
    InvalidProblem
        With every fault found.
    """
    given = parse_yaml(path.name, read_text(path), TextLoader)
    if not isinstance(given, Mapping):
        fields = ", ".join(AppraisalRules.model_fields)
        raise InvalidProblem([f"{path.name}: must give some of the fields {fields}"])
    try:
        return AppraisalRules.model_validate(given)
    except ValidationError as error:
        faults = faults_of_error(error, known=AppraisalRules.model_fields)
        raise InvalidProblem([f"{path.name}: {fault}" for fault in faults]) from None


def _plain(cell: str | None, sheet: Sheet) -> str | None:
    if cell is not None and sheet.decimal_comma and DECIMAL_COMMA.fullmatch(cell):
        return cell.replace(",", ".")
    return cell

"""``problem.yaml``: what of a problem is no table - its name, horizon, calendar, rules and which of them count."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic_core import from_json

from schedsolver.domain.problem import Problem
from schedsolver.domain.suggest import did_you_mean
from schedsolver.domain.tables import TABLES
from schedsolver.errors import InvalidProblem
from schedsolver.io.text import OncePerName, parse_yaml, read_text

HEADER_FILES = ("problem.yaml", "problem.yml", "problem.json")
FIELDS = ("name", "horizon", "calendar", "rules", "counted")


def is_problem_folder(folder: Path) -> bool:
    """Tell whether a folder holds a problem."""
    return any((folder / name).is_file() for name in HEADER_FILES)


def find_header(folder: Path) -> Path:
    """Give the header file of a problem folder.

    Raises
    ------
    InvalidProblem
        If there is none, or more than one.
    """
    found = [folder / name for name in HEADER_FILES if (folder / name).is_file()]
    if not found:
        raise InvalidProblem([f"{folder}: has no problem.yaml; it gives the horizon and the rules"])
    if len(found) > 1:
        raise InvalidProblem([f"{folder}: has both {' and '.join(path.name for path in found)}; keep one"])
    return found[0]


def read_header(path: Path) -> dict[str, Any]:
    """Read the header file of a problem folder.

    Raises
    ------
    InvalidProblem
        If it cannot be read, with the line, or has other fields than those of a header.
    """
    text = read_text(path)
    header = _from_json(path.name, text) if path.suffix == ".json" else parse_yaml(path.name, text, TextLoader)
    if not isinstance(header, Mapping):
        raise InvalidProblem([f"{path.name}: must give the fields {', '.join(FIELDS)}"])
    faults = [f"{path.name}: {_unknown(str(field))}" for field in header if field not in FIELDS]
    if faults:
        raise InvalidProblem(faults)
    return {field: value for field, value in header.items() if value is not None}


def header_text(problem: Problem) -> str:
    """Give the text of ``problem.yaml``; the inverse of :func:`read_header`."""
    header: dict[str, Any] = {"name": problem.name} if problem.name else {}
    header["horizon"] = {field: value for field, value in problem.horizon if value is not None}
    calendar = problem.calendar.model_dump(mode="json", exclude_defaults=True)
    if calendar:
        header["calendar"] = calendar
    rules = [rule.model_dump(mode="json", exclude_defaults=True) for rule in problem.rules]
    if rules:
        header["rules"] = rules
    if problem.counted:
        header["counted"] = list(problem.counted)
    return yaml.safe_dump(header, sort_keys=False, allow_unicode=True)


def _from_json(name: str, text: str) -> Any:
    try:
        return from_json(text)
    except ValueError as error:
        raise InvalidProblem([f"{name}: is not valid JSON: {error}"]) from None


def _unknown(field: str) -> str:
    if field in TABLES:
        return f"{field} does not belong here; put it into {field}.csv"
    hint = did_you_mean(field, FIELDS) or f"; there are {', '.join(FIELDS)}"
    return f'there is no field "{field}"{hint}'


class TextLoader(OncePerName, yaml.BaseLoader):
    """Reads every scalar as text, and nothing as nothing.

    YAML by itself reads 08:30 as 510, 007 as 7, NO as false and a day as a date; the models know
    better what each field is.
    """

    def construct_scalar(self, node: yaml.ScalarNode) -> Any:
        """Give the text of a scalar as it stands."""
        if node.style is None and node.value in ("", "~", "null"):
            return None
        return super().construct_scalar(node)

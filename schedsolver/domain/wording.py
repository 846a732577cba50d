"""What pydantic found wrong with a record, in the user's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import Fault

Path = tuple[str | int, ...]
LONGEST_SHOWN = 60
LIMITS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}
# By the beginning of pydantic's error type: "int" covers int_type, int_parsing, int_from_float ...
WANTED = {
    "int": "a whole number",
    "float": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "string": "text; put it in quotes",
    "tuple": "a list",
    "model": "a record with named fields",
    "date": "a date in the form YYYY-MM-DD",
}


def count_of(number: int, noun: str) -> str:
    """Say a number of things, for example ``1 run`` and ``2 runs``."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def dotted(path: Path) -> str:
    """Give a path into a record as Python writes it, for example ``breaks[0].start``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def faults_of_error(
    error: ValidationError,
    at: Path = (),
    label: Callable[[Path], str] = dotted,
    known: Iterable[str] = (),
) -> list[Fault]:
    """Turn what pydantic found wrong into faults.

    Parameters
    ----------
    error
        What pydantic raised.
    at
        Where in a ``Problem`` the value stands that was read, for example ``("staff", 3)``.
    label
        What the user calls a field, given its path within the record.
    known
        Names of the fields there are, to suggest from when one is misspelt.
    """
    fields = list(known)
    return [
        _fault(details, (*at, *details["loc"]), label, fields)
        for details in error.errors(include_url=False)
        if not _follows_from_others(details)
    ]


def _follows_from_others(details: ErrorDetails) -> bool:
    """Tell whether a list seems short only because its records are faulty themselves."""
    return details["type"] == "too_short" and len(details["input"]) > 0


def _fault(details: ErrorDetails, location: Path, label: Callable[[Path], str], known: list[str]) -> Fault:
    if len(location) == 1 and details["type"] in ("missing", "extra_forbidden"):
        return Fault("", None, _sentence(details, str(location[0]), known))
    table = str(location[0]) if location else ""
    has_index = len(location) > 1 and isinstance(location[1], int)
    index = int(location[1]) if has_index else None
    path = location[2:] if has_index else location[1:]
    return Fault(table, index, _sentence(details, label(path), known))


def _sentence(details: ErrorDetails, field: str, known: list[str]) -> str:
    kind = details["type"]
    if kind == "missing":
        return f"{field} is missing"
    if kind == "extra_forbidden":
        return f'there is no field "{field}"{did_you_mean(field.rpartition(".")[2], known)}'
    reason = _reason(kind, details)
    return f"{field}: {reason}" if field else reason


def _reason(kind: str, details: ErrorDetails) -> str:
    context: dict[str, Any] = details.get("ctx") or {}
    if kind == "value_error":
        return str(context["error"])
    if kind == "json_invalid":
        return f"it is not valid JSON: {context['error']}"
    if kind == "too_short":
        return f"is empty; give at least {context['min_length']}"
    if kind == "string_too_short":
        return "is empty"
    if kind == "string_too_long":
        return f"{_shown(details['input'])} is longer than {context['max_length']} characters"
    if kind in LIMITS:
        words, key = LIMITS[kind]
        return f"{_shown(details['input'])} is out of range; it must be {words} {context[key]:g}"
    if kind == "literal_error":
        return f"{_shown(details['input'])} is none of {context['expected'].replace(' or ', ', ')}"
    wanted = next((words for start, words in WANTED.items() if kind.startswith(start)), None)
    return f"{_shown(details['input'])} is not {wanted}" if wanted else details["msg"].removeprefix("Input ")


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if not isinstance(value, (str, int, float)):
        return f"this {type(value).__name__}"
    text = str(value)
    if len(text) > LONGEST_SHOWN:
        text = text[:LONGEST_SHOWN] + "..."
    return f'"{text}"' if isinstance(value, str) else text

"""Options that hold dates, names with values, or fields of a model; what is wrong is told by the option's name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import typer
from pydantic import ValidationError

from schedsolver.domain.base import parse_date
from schedsolver.domain.wording import faults_of_error

Made = TypeVar("Made")


def made(options: str, kind: Callable[..., Made], *values: Any, **fields: Any) -> Made:
    """Make a model from what some options say."""
    try:
        return kind(*values, **fields)
    except ValidationError as error:
        faults = "; ".join(fault.message for fault in faults_of_error(error))
        raise typer.BadParameter(f"{options}: {faults}") from None


def date_of(option: str, text: str) -> dt.date:
    """Read a date."""
    try:
        date: dt.date = parse_date(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option}: {error}") from None
    return date


def pairs_of(option: str, given: Sequence[str] | None) -> dict[str, str]:
    """Read values such as ``NAME=VALUE``; of a name given twice the last holds."""
    pairs = {}
    for item in given or ():
        name, equals, value = (part.strip() for part in item.partition("="))
        if not (name and equals and value):
            raise typer.BadParameter(f'{option} "{item}" is not of the form NAME=VALUE')
        pairs[name] = value
    return pairs


def numbers_of(option: str, given: Sequence[str] | None) -> dict[str, float]:
    """Read numbers such as ``NAME=1.5``."""
    numbers = {}
    for name, value in pairs_of(option, given).items():
        try:
            numbers[name] = float(value)
        except ValueError:
            raise typer.BadParameter(f'{option} {name}: "{value}" is not a number') from None
    return numbers

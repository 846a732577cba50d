"""The tables of a problem put together: from plain rows to a checked ``Problem``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from schedsolver.domain.base import Identifier, Model
from schedsolver.domain.calendar import Calendar
from schedsolver.domain.horizon import Horizon
from schedsolver.domain.matrix import travel_of
from schedsolver.domain.problem import AnyRule, Problem
from schedsolver.domain.records import Table, column_at, records_of
from schedsolver.domain.rule import Rule
from schedsolver.domain.scope import Scope
from schedsolver.domain.suggest import did_you_mean
from schedsolver.domain.wording import faults_of_error
from schedsolver.domain.work import BreakWindow, ShiftType
from schedsolver.errors import Fault, InvalidProblem, Place


class BreakRow(BreakWindow):
    """A break in a table of its own, with the shift type it belongs to."""

    shift_type_id: Identifier


RECORD_TYPES: dict[str, type[Model]] = {
    name: get_args(field.annotation)[0]
    for name, field in Problem.model_fields.items()
    if get_origin(field.annotation) is tuple and name not in ("rules", "counted")
} | {"breaks": BreakRow}
TABLES = (*RECORD_TYPES, "travel")


def problem_from_tables(header: Mapping[str, Any], tables: Mapping[str, Table]) -> Problem:
    """Make a problem from its tables.

    Parameters
    ----------
    header
        The fields of ``Problem`` that are no tables: ``name``, ``horizon``, ``calendar``, ``rules``
        and ``counted``.
    tables
        The tables by name, ``travel`` and ``breaks`` among them.

    Raises
    ------
    InvalidProblem
        With every fault found; faults between tables show once each is sound by itself.
    """
    faults: list[Fault] = []
    fields = dict(header)
    for field, model in (("horizon", Horizon), ("calendar", Calendar)):
        if field in fields:
            fields[field] = _read_model(field, model, fields[field], faults)
    fields["rules"] = _read_rules(fields.get("rules", ()), faults)
    for name, table in tables.items():
        read = travel_of(table) if name == "travel" else records_of(name, RECORD_TYPES[name], table)
        fields[name] = read[0]
        faults += read[1]
    if not faults:
        breaks = fields.pop("breaks", ())
        fields["shift_types"] = _with_breaks(fields.get("shift_types", ()), breaks, faults)
    if faults:
        raise InvalidProblem(faults)
    try:
        return Problem(**fields)
    except ValidationError as error:
        raise InvalidProblem(faults_of_error(error, known=Problem.model_fields)) from None


def _read_model(field: str, model: type[Model], given: Any, faults: list[Fault]) -> Any:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        faults += faults_of_error(error, (field,), known=model.model_fields)
        return given


def _read_rules(given: Any, faults: list[Fault]) -> list[Rule]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        faults.append(Fault("rules", None, "is not a list of rules"))
        return []
    reader: TypeAdapter[Rule] = TypeAdapter(AnyRule)
    rules = []
    for i, rule in enumerate(given):
        try:
            rules.append(reader.validate_python(rule))
        except ValidationError as error:
            faults += faults_of_error(error, ("rules", i), known=_fields_of_rule(rule))
    return rules


def _fields_of_rule(given: Any) -> list[str]:
    name = given.get("rule") if isinstance(given, Mapping) else None
    kind = Rule.catalogue().get(str(name), Rule)
    return [*kind.model_fields, *Scope.model_fields]


def _with_breaks(shifts: Sequence[ShiftType], rows: Iterable[BreakRow], faults: list[Fault]) -> list[ShiftType]:
    """Put each break into its shift type."""
    breaks: dict[str, list[BreakWindow]] = {shift.shift_type_id: list(shift.breaks) for shift in shifts}
    for i, row in enumerate(rows):
        if row.shift_type_id not in breaks:
            hint = did_you_mean(row.shift_type_id, breaks)
            words = f'shift type "{row.shift_type_id}" is not in ', Place("shift_types"), hint
            faults.append(Fault.mentioning("breaks", i, *words))
            continue
        pause = BreakWindow(minutes=row.minutes, start_from=row.start_from, start_to=row.start_to, paid=row.paid)
        breaks[row.shift_type_id].append(pause)
    whole = []
    for i, shift in enumerate(shifts):
        try:
            whole.append(ShiftType.model_validate(dict(shift) | {"breaks": breaks[shift.shift_type_id]}))
        except ValidationError as error:
            faults += faults_of_error(error, ("shift_types", i), column_at)
    return whole

"""The problem: everything the solver needs to know, cross-checked when it is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BeforeValidator, Field, SerializeAsAny, ValidationError, model_validator

from schedsolver.domain.base import Identifier, Model
from schedsolver.domain.calendar import Calendar, DayKind, SpecialDay
from schedsolver.domain.fair import Carried, FairItem
from schedsolver.domain.horizon import Horizon
from schedsolver.domain.people import Availability, Contract, Employee, Leave, Permission, Pin, Preference, Request
from schedsolver.domain.places import OpeningHours, Outlet, TravelTimes
from schedsolver.domain.promise import ServicePromise
from schedsolver.domain.rule import Rule, is_of
from schedsolver.domain.schedule import Duty
from schedsolver.domain.suggest import did_you_mean
from schedsolver.domain.wording import faults_of_error
from schedsolver.domain.work import (
    Activity,
    Arrivals,
    Backlog,
    IntervalRequirement,
    ShiftRequirement,
    ShiftType,
    Skill,
)
from schedsolver.errors import InvalidProblem

if TYPE_CHECKING:
    import pandas as pd


def parse_rule(value: Any) -> Any:
    """Turn ``{"rule": "rest.minimum", ...}`` into the rule of that name.

    Raises
    ------
    ValueError
        If no rule has that name.
    """
    if not isinstance(value, Mapping):
        return value
    name = value.get("rule")
    kind = Rule.catalogue().get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f'there is no rule "{name}"{did_you_mean(str(name), Rule.catalogue())}')
    return kind.model_validate({k: v for k, v in value.items() if k != "rule"})


AnyRule = Annotated[SerializeAsAny[Rule], BeforeValidator(parse_rule)]


class Problem(Model):
    """Who can work, what is needed, and what a good roster is.

    Every table is a tuple of records; a reference to a record that is not there, a second record of
    the same name and a requirement nobody could meet by the clock are refused when it is made.

    Attributes
    ----------
    name
        Title for people.
    horizon
        The days planned and the slot grid.
    calendar, special_days
        Which dates are workdays, rest days and public holidays; special days take precedence.
    staff, contracts, permissions
        The people, their terms and their rights.
    outlets, opening, travel
        The cluster: sites, opening hours, minutes between them.
    skills, activities, shift_types
        What there is to do and the templates of duties.
    interval_requirements, shift_requirements, traffic
        What is needed: heads in intervals, duties of a shift, customers from which heads follow.
    promises
        How long those customers may wait.
    backlogs
        Work that can wait until a deadline.
    leave, availability, requests, pins
        When people cannot, can, wish to and must work.
    preferences
        Where, on what and with whom they would rather work, or rather not.
    history
        Duties before the horizon.
    fair_items, carried
        Burdens and goods to be shared fairly, and what each person had of them in weeks before.
    rules
        Rules beyond those that always hold, or in place of them; see ``docs/rules.md``.
    counted
        Rules, or families such as ``"cover"``, whose price is the objective; all when empty. What the others charge
        costs nothing then, and what they forbid stays forbidden.

    Raises
    ------
    InvalidProblem
        With every fault found.
    """

    name: str = ""
    horizon: Horizon
    calendar: Calendar = Calendar()
    outlets: Annotated[tuple[Outlet, ...], Field(min_length=1)]
    staff: tuple[Employee, ...]
    contracts: tuple[Contract, ...]
    shift_types: tuple[ShiftType, ...]
    skills: tuple[Skill, ...] = ()
    activities: tuple[Activity, ...] = ()
    permissions: tuple[Permission, ...] = ()
    opening: tuple[OpeningHours, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()
    travel: TravelTimes = TravelTimes()
    interval_requirements: tuple[IntervalRequirement, ...] = ()
    shift_requirements: tuple[ShiftRequirement, ...] = ()
    traffic: tuple[Arrivals, ...] = ()
    promises: tuple[ServicePromise, ...] = ()
    backlogs: tuple[Backlog, ...] = ()
    leave: tuple[Leave, ...] = ()
    availability: tuple[Availability, ...] = ()
    requests: tuple[Request, ...] = ()
    preferences: tuple[Preference, ...] = ()
    pins: tuple[Pin, ...] = ()
    history: tuple[Duty, ...] = ()
    fair_items: tuple[FairItem, ...] = ()
    carried: tuple[Carried, ...] = ()
    rules: tuple[AnyRule, ...] = ()
    counted: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _cross_check(self) -> Self:
        from schedsolver.domain.crosscheck import faults_of

        faults = faults_of(self)
        if faults:
            raise InvalidProblem(faults)
        return self

    @classmethod
    def from_frames(cls, horizon: Horizon | Mapping[str, Any], **tables: pd.DataFrame | Any) -> Problem:
        """Make a problem from DataFrames.

        Parameters
        ----------
        horizon
            The days planned, or its fields.
        **tables
            One DataFrame for each table, columns named as in the folder format of
            ``docs/problem-files.md``; ``travel`` is a square frame labelled by outlet;
            ``name``, ``calendar``, ``rules`` and ``counted`` are given as they are.

        Raises
        ------
        InvalidProblem
            With every fault found, by table and row.
        """
        from schedsolver.domain.frames import problem_from_frames

        return problem_from_frames(horizon, tables)

    def replace(self, **changes: Any) -> Problem:
        """Give a copy with some fields changed, checked again."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return Problem(**(fields | changes))

    def to_json(self, path: str | Path | None = None) -> str:
        """Give the problem as JSON, and write it when a path is given; the inverse of :meth:`from_json`."""
        text = self.model_dump_json(indent=1, exclude_defaults=True)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    @classmethod
    def from_json(cls, text: str | bytes) -> Problem:
        """Read a problem from JSON; the inverse of :meth:`to_json`.

        Raises
        ------
        InvalidProblem
            With every fault found.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise InvalidProblem(faults_of_error(error, known=cls.model_fields)) from None

    @cached_property
    def employee_index(self) -> dict[str, int]:
        """Position of each employee in ``staff``."""
        return {e.employee_id: i for i, e in enumerate(self.staff)}

    @cached_property
    def outlet_index(self) -> dict[str, int]:
        """Position of each outlet in ``outlets``."""
        return {o.outlet_id: i for i, o in enumerate(self.outlets)}

    @cached_property
    def activity_index(self) -> dict[str, int]:
        """Position of each activity in ``activities``."""
        return {a.activity_id: i for i, a in enumerate(self.activities)}

    @cached_property
    def shift_type_index(self) -> dict[str, int]:
        """Position of each shift type in ``shift_types``."""
        return {s.shift_type_id: i for i, s in enumerate(self.shift_types)}

    @cached_property
    def skill_index(self) -> dict[str, int]:
        """Position of each skill in ``skills``."""
        return {s.skill_id: i for i, s in enumerate(self.skills)}

    @cached_property
    def contract_of(self) -> dict[str, Contract]:
        """Contract of each employee."""
        contracts = {c.contract_id: c for c in self.contracts}
        return {e.employee_id: contracts[e.contract_id] for e in self.staff}

    @cached_property
    def known_from(self) -> dt.date:
        """First day of which all duties are known: where history begins, or the horizon when there is none."""
        if self.horizon.known_from is not None:
            return self.horizon.known_from
        return min((duty.date for duty in self.history), default=self.horizon.start)

    def counts(self, rule: str) -> bool:
        """Tell whether what a rule charges is a part of the objective."""
        return not self.counted or is_of(rule, self.counted)

    def history_of(self, employee: int) -> tuple[Duty, ...]:
        """Give the duties before the horizon of the employee at a position in ``staff``."""
        return self._history_by_name.get(self.staff[employee].employee_id, ())

    @cached_property
    def _history_by_name(self) -> dict[str, tuple[Duty, ...]]:
        by_name: dict[str, list[Duty]] = {}
        for duty in self.history:
            by_name.setdefault(duty.employee_id, []).append(duty)
        return {name: tuple(duties) for name, duties in by_name.items()}

    def promise_of(self, outlet_id: str, activity_id: str) -> ServicePromise | None:
        """Give what customers of an activity at an outlet are promised; ``None`` for no promise."""
        return self._promise_of.get((outlet_id, activity_id)) or self._promise_of.get((None, activity_id))

    def wait_limit_minutes(self, outlet_id: str, activity_id: str) -> float:
        """Give the wait after which a customer of an activity at an outlet is late."""
        promise = self.promise_of(outlet_id, activity_id)
        if promise is not None and promise.wait_limit_minutes is not None:
            return promise.wait_limit_minutes
        return self.activities[self.activity_index[activity_id]].wait_limit_minutes

    @cached_property
    def _promise_of(self) -> dict[tuple[str | None, str], ServicePromise]:
        return {(promise.outlet_id, promise.activity_id): promise for promise in self.promises}

    def day_kind(self, date: dt.date) -> DayKind:
        """Tell whether a date is a workday, a rest day or a public holiday."""
        return self._special_kinds.get(date) or self.calendar.kind_of(date)

    @cached_property
    def _special_kinds(self) -> dict[dt.date, DayKind]:
        return {day.date: day.kind for day in self.special_days}

    def open_intervals(self, outlet_id: str, date: dt.date) -> tuple[tuple[int, int], ...]:
        """Give when an outlet is open on a date, as minutes ``[start, end)`` after its midnight.

        Intervals come in order and do not touch; around the clock when no outlet has opening hours.
        """
        if not self.opening:
            return ((0, 48 * 60),)
        rows = [r for r in self._opening_of.get(outlet_id, ()) if r.date == date]
        if not rows:
            rows = [r for r in self._opening_of.get(outlet_id, ()) if r.weekday == date.weekday()]
        return merged((r.start, r.end) for r in rows if r.start is not None and r.end is not None)

    def paid_minutes(self, duty: Duty) -> int:
        """Give the length of a duty without its unpaid breaks.

        Breaks of a shift type that is no longer in the problem, as history may have, count as unpaid.
        """
        position = self.shift_type_index.get(duty.shift_type_id)
        windows = self.shift_types[position].breaks if position is not None else ()
        unpaid = sum(rest.minutes for i, rest in enumerate(duty.breaks) if not (i < len(windows) and windows[i].paid))
        return duty.minutes - unpaid

    @cached_property
    def _opening_of(self) -> dict[str, list[OpeningHours]]:
        rows: dict[str, list[OpeningHours]] = {}
        for row in self.opening:
            rows.setdefault(row.outlet_id, []).append(row)
        return rows


def merged(intervals: Any) -> tuple[tuple[int, int], ...]:
    """Join intervals ``[start, end)`` that overlap or touch, in order."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)

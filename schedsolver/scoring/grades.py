"""Grades: a ladder of dated levels, with what leads into, up and out of each, and what each may do."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Self

import pandas as pd
from pydantic import Field, model_validator

from schedsolver.domain import Permission
from schedsolver.domain.base import Day, Identifier, Model, named_twice
from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import Fault, InvalidProblem
from schedsolver.scoring.tables import EMPLOYEE, Number, read_people, read_records

ANY_NUMBER = Number(-math.inf, blank=math.nan)
ONE_DAY = dt.timedelta(days=1)

Limit = Annotated[float, Field(allow_inf_nan=False)]


class Condition(Model):
    """A limit on a measure of a person.

    Attributes
    ----------
    measure
        Column of the table of measures, for example ``"stars"`` or ``"months_in_grade"``.
    at_least, at_most
        Limits, both allowed; at least one of them is given.
    """

    measure: Identifier
    at_least: Limit | None = None
    at_most: Limit | None = None

    @model_validator(mode="after")
    def _a_limit(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError(f"the condition on {self.measure} has no limit; give at_least or at_most")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"{self.measure} cannot be at least {self.at_least:g} and at most {self.at_most:g}")
        return self

    def met(self, value: float) -> bool:
        """Tell whether a value is within the limits; one that is not known is not."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def told(self, value: float) -> str:
        """Say the value against the limits."""
        limits = [
            f"{words} {limit:g}"
            for words, limit in (("at least", self.at_least), ("at most", self.at_most))
            if limit is not None
        ]
        known = "not known" if math.isnan(value) else f"{value:g}"
        return f"{self.measure} is {known} ({' and '.join(limits)})"


class Grade(Model):
    """One level of the ladder.

    Attributes
    ----------
    grade_id
        Its name.
    caps
        Highest level of each skill that may be used; a skill not named may not. ``None`` for no limit.
    entry
        All are needed to come into the grade, from outside or from below.
    training
        All are asked for in every period; what is not met is due, and stands in the way of promotion.
    promotion
        All are needed to move to the next grade; without any, nobody is promoted by the rules.
    coaching
        Any of them calls for coaching.
    exit
        Any of them ends the grade.
    """

    grade_id: Identifier
    caps: Mapping[Identifier, Annotated[int, Field(ge=1)]] | None = None
    entry: tuple[Condition, ...] = ()
    training: tuple[Condition, ...] = ()
    promotion: tuple[Condition, ...] = ()
    coaching: tuple[Condition, ...] = ()
    exit: tuple[Condition, ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All its conditions."""
        return (*self.entry, *self.training, *self.promotion, *self.coaching, *self.exit)


class Ladder(Model):
    """The grades, from the lowest to the highest."""

    grades: Annotated[tuple[Grade, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if twice := named_twice([grade.grade_id for grade in self.grades]):
            raise ValueError(f"grade {', '.join(twice)} is there twice; name each grade once")
        return self

    @property
    def by_name(self) -> dict[str, Grade]:
        """Each grade by its name, in order."""
        return {grade.grade_id: grade for grade in self.grades}

    def above(self, grade: Grade) -> Grade | None:
        """Give the next grade, ``None`` at the top."""
        position = self.grades.index(grade) + 1
        return self.grades[position] if position < len(self.grades) else None


class GradeHeld(Model):
    """The grade of a person over some days.

    Attributes
    ----------
    employee_id, grade_id
        Who and which.
    valid_from, valid_until
        First and last day; ``None`` for open.
    """

    employee_id: Identifier
    grade_id: Identifier
    valid_from: Day
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.last_day < self.valid_from:
            raise ValueError(f"the grade ends on {self.valid_until}, before it starts on {self.valid_from}")
        return self

    @property
    def last_day(self) -> dt.date:
        """Last day, the last of all when open."""
        return dt.date.max if self.valid_until is None else self.valid_until

    def holds(self, date: dt.date) -> bool:
        """Tell whether it is held on a date."""
        return self.valid_from <= date <= self.last_day


def read_grades(ladder: Ladder, held: pd.DataFrame | Iterable[GradeHeld]) -> tuple[GradeHeld, ...]:
    """Read who holds which grade when, and check it.

    Parameters
    ----------
    ladder
        The grades there are.
    held
        Records, or a table with the columns ``employee``, ``grade``, ``valid_from`` and perhaps ``valid_until``.

    Raises
    ------
    InvalidProblem
        With every fault found: a grade that is not on the ladder, two grades of one person on one day.
    """
    records = read_records("grades", GradeHeld, held)
    faults = [
        Fault("grades", i, f'grade "{row.grade_id}" is not on the ladder{did_you_mean(row.grade_id, ladder.by_name)}')
        for i, row in enumerate(records)
        if row.grade_id not in ladder.by_name
    ]
    faults += _overlaps(records)
    if faults:
        raise InvalidProblem(faults)
    return records


def review(
    ladder: Ladder, held: pd.DataFrame | Iterable[GradeHeld], measures: pd.DataFrame, on: dt.date
) -> pd.DataFrame:
    """Say what becomes of each person on a date.

    A measure that is not known meets no condition: it neither promotes nor ends a grade. The first that applies:
    ``"exit"``, ``"promote"`` (promotion and training of the grade and entry of the next all met), ``"coach"``,
    ``"keep"``. Somebody without a grade may ``"enter"`` the highest one whose entry conditions they meet - a grade
    above the lowest that names none is reached by promotion only - or has to ``"wait"``.

    Parameters
    ----------
    ladder
        The grades.
    held
        As for :func:`read_grades`.
    measures
        One row a person: ``employee`` and a number for each measure that conditions name.
    on
        The date.

    Returns
    -------
    ``employee``, ``grade`` (blank without), ``action``, ``next_grade`` (the grade from then on, blank without),
    ``training_due`` and ``reasons`` (in words, separated by semicolons: the conditions met for exit, promotion,
    coaching and entry, those missed for promotion where the grade is kept and for the lowest grade where one waits).

    Raises
    ------
    InvalidProblem
        If a table is faulty.
    """
    grades = {row.employee_id: row.grade_id for row in read_grades(ladder, held) if row.holds(on)}
    wanted = dict.fromkeys(condition.measure for grade in ladder.grades for condition in grade.conditions)
    table = read_people("measures", measures, dict.fromkeys(wanted, ANY_NUMBER))
    rows = []
    for values in table.to_dict("records"):
        own = {measure: float(values[measure]) for measure in wanted}
        grade = ladder.by_name.get(grades.get(str(values[EMPLOYEE]), ""))
        judged = _newcomer(ladder, own) if grade is None else _holder(ladder, grade, own)
        rows.append((values[EMPLOYEE], grade.grade_id if grade else "", *judged))
    return pd.DataFrame(rows, columns=[EMPLOYEE, "grade", "action", "next_grade", "training_due", "reasons"])


def after_review(
    ladder: Ladder, held: pd.DataFrame | Iterable[GradeHeld], reviewed: pd.DataFrame, on: dt.date
) -> tuple[GradeHeld, ...]:
    """Give who holds which grade when, once a review takes effect on a date.

    Grades of people who exit or are promoted end the day before; a new one is open. What was to begin later for
    them is dropped.

    Parameters
    ----------
    ladder, held
        As for :func:`review`.
    reviewed
        What :func:`review` gave.
    on
        First day of the new grades.
    """
    changed = reviewed[reviewed["action"].isin(["exit", "promote", "enter"])]
    new = dict(zip(changed[EMPLOYEE], changed["next_grade"], strict=True))
    kept = []
    for row in read_grades(ladder, held):
        if row.employee_id not in new or row.last_day < on:
            kept.append(row)
        elif row.valid_from < on:
            kept.append(row.model_copy(update={"valid_until": on - ONE_DAY}))
    begun = [GradeHeld(employee_id=who, grade_id=grade, valid_from=on) for who, grade in new.items() if grade]
    return (*kept, *begun)


def capped_permissions(
    ladder: Ladder, held: pd.DataFrame | Iterable[GradeHeld], permissions: pd.DataFrame | Iterable[Permission]
) -> tuple[Permission, ...]:
    """Cut permissions to what the grade of each day allows.

    Somebody who is in no row of ``held`` is not on the ladder and keeps everything; others may do something only on
    days on which they hold a grade.

    Parameters
    ----------
    ladder, held
        As for :func:`read_grades`.
    permissions
        Permissions, or a table of them.

    Returns
    -------
    Permissions, one split where the grade changes what is left of it; dropped where nothing is.

    Raises
    ------
    InvalidProblem
        If a table is faulty.
    """
    grades: dict[str, list[GradeHeld]] = {}
    for row in read_grades(ladder, held):
        grades.setdefault(row.employee_id, []).append(row)
    cut: list[Permission] = []
    for permission in read_records("permissions", Permission, permissions):
        if permission.employee_id in grades:
            own = sorted(grades[permission.employee_id], key=lambda row: row.valid_from)
            cut += _joined(_pieces(ladder, own, permission))
        else:
            cut.append(permission)
    return tuple(cut)


def _overlaps(records: Sequence[GradeHeld]) -> Iterator[Fault]:
    order = sorted(range(len(records)), key=lambda i: (records[i].employee_id, records[i].valid_from))
    for i, j in itertools.pairwise(order):
        before, after = records[i], records[j]
        if before.employee_id == after.employee_id and after.valid_from <= before.last_day:
            yield Fault(
                "grades", j, f"{after.employee_id} still holds {before.grade_id} on {after.valid_from}; end it before"
            )


def _missed(conditions: Iterable[Condition], own: Mapping[str, float]) -> list[str]:
    return [c.told(own[c.measure]) for c in conditions if not c.met(own[c.measure])]


def _fulfilled(conditions: Iterable[Condition], own: Mapping[str, float]) -> list[str]:
    return [c.told(own[c.measure]) for c in conditions if c.met(own[c.measure])]


def _holder(ladder: Ladder, grade: Grade, own: Mapping[str, float]) -> tuple[str, str, str, str]:
    """Give action, next grade, training due and reasons for somebody who holds a grade."""
    due = "; ".join(_missed(grade.training, own))
    if leaving := _fulfilled(grade.exit, own):
        return "exit", "", due, "; ".join(leaving)
    above = ladder.above(grade)
    wanted = (*grade.promotion, *above.entry) if above and grade.promotion else ()
    missed = _missed(wanted, own)
    if above and wanted and not missed and not due:
        return "promote", above.grade_id, due, "; ".join(_fulfilled(wanted, own))
    if weak := _fulfilled(grade.coaching, own):
        return "coach", grade.grade_id, due, "; ".join(weak)
    return "keep", grade.grade_id, due, "; ".join(missed)


def _newcomer(ladder: Ladder, own: Mapping[str, float]) -> tuple[str, str, str, str]:
    """Give action, next grade, training due and reasons for somebody without a grade."""
    lowest = ladder.grades[0]
    for grade in reversed(ladder.grades):
        if (grade.entry or grade is lowest) and not _missed(grade.entry, own):
            return "enter", grade.grade_id, "", "; ".join(_fulfilled(grade.entry, own))
    return "wait", "", "", "; ".join(_missed(lowest.entry, own))


def _pieces(ladder: Ladder, own: Iterable[GradeHeld], permission: Permission) -> Iterator[Permission]:
    """Give what is left of a permission in each grade, in order of time."""
    for row in own:
        caps = ladder.by_name[row.grade_id].caps
        level = permission.level if caps is None else min(permission.level, caps.get(permission.skill_id, 0))
        first = max(row.valid_from, permission.valid_from or dt.date.min)
        last = min(row.last_day, permission.valid_until or dt.date.max)
        if level and first <= last:
            until = None if last == dt.date.max else last
            yield permission.model_copy(update={"level": level, "valid_from": first, "valid_until": until})


def _joined(pieces: Iterable[Permission]) -> list[Permission]:
    """Join pieces that follow each other without a gap at the same level."""
    joined: list[Permission] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        follows = last and last.valid_until and piece.valid_from == last.valid_until + ONE_DAY
        if last and follows and last.level == piece.level:
            joined[-1] = last.model_copy(update={"valid_until": piece.valid_until})
        else:
            joined.append(piece)
    return joined

"""How a person's activities follow each other within a duty: how long each lasts, and how often they change.

A stint is a run of slots in which someone is on one activity at one outlet without a break. Duties of one person
and date at the same outlet are looked at as one. Nobody's stints can be told from counts of heads, so these rules
have everyone they are about counted alone, and the linear guide does without them.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import Identifier
from schedsolver.domain.rule import Judgement, ModelContext, Rule, unknown_names
from schedsolver.domain.scope import BY_DATE, BY_PEOPLE
from schedsolver.rules.presence import apart, everywhere, slots_on

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


@dataclass(frozen=True)
class _Lines:
    """What each person may be on, one line for each person, day and outlet.

    Attributes
    ----------
    person_day
        Number of the person and day, the same at every outlet, shape ``(lines,)``.
    column
        0-1 column of each activity and slot from the day's midnight on, -1 for none, as in the last slot always;
        shape ``(lines, activities, slots)``.
    """

    person_day: IntArray
    column: IntArray


class StintRule(Rule):
    """Base of rules on the order of a person's activities."""

    in_guide: ClassVar[bool] = False
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | BY_DATE

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse problems without activities."""
        yield from super().faults(problem)
        if not problem.activities:
            yield "it looks at who does what in each slot, so it needs activities; the problem has none"

    def tells_heads_apart(self, problem: Problem) -> tuple[BoolArray, BoolArray]:
        """Count everybody alone, on all activities: what someone is not on tells as much."""
        return apart(problem, self.scope.employees_of(problem)), everywhere(problem)

    def _lines(self, model: ModelContext) -> _Lines:
        """Lay out the columns of the people and dates it is about."""
        problem, heads = model.problem, model.heads
        inside = np.isin(heads.employee, self.scope.employees_of(problem)) & self.scope.days_of(problem)[heads.day]
        of = np.stack([heads.employee, heads.day, heads.outlet])[:, inside]
        keys, line = np.unique(of, axis=1, return_inverse=True)
        slot = heads.slot[inside] - heads.day[inside] * problem.horizon.slots_per_day
        column = np.full((keys.shape[1], len(problem.activities), int(slot.max(initial=0)) + 2), -1, np.int64)
        column[line.ravel(), heads.activity[inside], slot] = heads.column[inside]
        return _Lines(keys[0] * problem.horizon.days + keys[1], column)

    def _slots(self, problem: Problem, schedule: Schedule) -> Mapping[tuple[str, dt.date, str], Mapping[int, str]]:
        """Give, for the checker, what each person meant is on in each slot, by date of the duty and outlet."""
        people = {problem.staff[i].employee_id for i in self.scope.employees_of(problem)}
        found: dict[tuple[str, dt.date, str], dict[int, str]] = defaultdict(dict)
        for duty, stint, slot in slots_on(problem, schedule, tuple(problem.activity_index)):
            if duty.employee_id in people and self.scope.has_date(duty.date, problem):
                found[duty.employee_id, duty.date, duty.outlet_id][slot] = stint.activity_id
        return found


class StintLength(StintRule):
    """A stint on an activity lasts at least, or at most, so long.

    A break ends a stint, as does the end of work. A soft rule charges its weight for each slot that a stint is too
    short or too long.

    Attributes
    ----------
    activities
        Stints on these count; empty for all.
    minimum, maximum
        Minutes; at least one of them.
    """

    name: ClassVar[str] = "stint.length"

    activities: tuple[Identifier, ...] = ()
    minimum: Annotated[int, Field(ge=1)] | None = None
    maximum: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _some_limit(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise ValueError("it limits nothing; give a minimum or a maximum in minutes")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is above maximum {self.maximum}")
        return self

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse activities that are not there, lengths off the grid, and a minimum that every stint has."""
        yield from super().faults(problem)
        yield from unknown_names("activity", self.activities, problem.activity_index)
        step = problem.horizon.slot_minutes
        for minutes in (self.minimum, self.maximum):
            if minutes is not None and minutes % step:
                yield f"{minutes} minutes are no whole number of {step}-minute slots"
        if self.minimum == step and self.maximum is None:
            yield f"every stint lasts {step} minutes, so its minimum limits nothing"

    def add_to(self, model: ModelContext) -> None:
        """Tie the slots of each person and activity to those around them."""
        step = model.problem.horizon.slot_minutes
        meant = [model.problem.activity_index[name] for name in self.activities]
        column = self._lines(model).column
        if meant:
            column = column[:, meant]
        if self.minimum is not None:
            self._no_shorter(model, column, self.minimum // step)
        if self.maximum is not None:
            self._no_longer(model, column, self.maximum // step)

    def _no_shorter(self, model: ModelContext, column: IntArray, least: int) -> None:
        """Ask of whoever begins in a slot to be there in each of the next; the first missing says how short it is."""
        line, activity, slot = np.nonzero(column >= 0)
        begin = np.repeat(np.arange(len(slot)), least - 1)
        later = np.tile(np.arange(1, least), len(slot))
        line, activity, slot = line[begin], activity[begin], slot[begin]
        then = np.minimum(slot + later, column.shape[2] - 1)
        columns = np.stack([column[line, activity, s] for s in (slot, slot - 1, then)], axis=1)
        factors = (least - later)[:, None] * [1, -1, -1]
        model.limit(self, *_terms(columns, factors), np.zeros(len(begin)), excess=begin)

    def _no_longer(self, model: ModelContext, column: IntArray, most: int) -> None:
        """Ask for a slot off in each window just longer than allowed."""
        line, activity, slot = np.nonzero(column >= 0)
        then = np.minimum(slot[:, None] + np.arange(most + 1), column.shape[2] - 1)
        window = column[line[:, None], activity[:, None], then]
        window = window[(window >= 0).all(axis=1)]
        model.limit(self, *_terms(window, 1), np.full(len(window), most))

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Measure every stint."""
        step = problem.horizon.slot_minutes
        found = []
        for (employee, _, outlet), slots in self._slots(problem, schedule).items():
            for first, length in _runs(slots):
                activity, minutes = slots[first], length * step
                if self.activities and activity not in self.activities:
                    continue
                start = problem.horizon.moment_of(first * step)
                words = f"{employee} is on {activity} for {minutes} minutes from {start:%Y-%m-%d %H:%M}"
                where = {"employee_id": employee, "outlet_id": outlet, "activity_id": activity, "start": start}
                if self.minimum is not None:
                    found.append(((self.minimum - minutes) // step, f"{words}, less than {self.minimum}", where))
                if self.maximum is not None:
                    found.append(((minutes - self.maximum) // step, f"{words}, more than {self.maximum}", where))
        return self.over_limit(found)


class Switches(StintRule):
    """Nobody changes activity too often on a date; a change over a break is none.

    A soft rule charges its weight for each change beyond the maximum: with none allowed, for every change.

    Attributes
    ----------
    maximum
        Changes allowed for each person and date.
    """

    name: ClassVar[str] = "stint.switches"

    maximum: Annotated[int, Field(ge=0)] = 0

    def add_to(self, model: ModelContext) -> None:
        """Give each slot of a person a column that is 1 when they change activity there, and limit these.

        A change needs work on either side; is none from an activity to itself, and one from it to any other.
        """
        lines = self._lines(model)
        at_work = (lines.column >= 0).any(axis=1)
        line, slot = np.nonzero(at_work & np.roll(at_work, 1, axis=1))
        before, now = lines.column[line, :, slot - 1], lines.column[line, :, slot]
        change = model.new_columns(np.ones(len(line), np.int64))
        own = change[:, None]
        for near in (before, now):
            _at_most(model, 0, np.hstack([own, near]), [1] + [-1] * near.shape[1])
        for a in range(before.shape[1]):
            both = (before[:, a] >= 0) & (now[:, a] >= 0)
            _at_most(model, 2, np.stack([change, before[:, a], now[:, a]], axis=1)[both], 1)
            left = before[:, a] >= 0
            others = np.hstack([own, before[:, [a]], np.delete(now, a, axis=1)])
            _at_most(model, 1, others[left], [-1] + [1] * now.shape[1])
        person_days, row = np.unique(lines.person_day[line], return_inverse=True)
        model.limit(self, row, change, np.ones(len(change)), np.full(len(person_days), self.maximum))

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count the changes of every person and date."""
        changes: dict[tuple[str, dt.date], list[int]] = defaultdict(list)
        for (employee, date, _), slots in self._slots(problem, schedule).items():
            changes[employee, date] += [s for s in slots if s - 1 in slots and slots[s - 1] != slots[s]]
        found = []
        for (employee, date), at in sorted(changes.items()):
            clocks = (problem.horizon.moment_of(s * problem.horizon.slot_minutes) for s in sorted(at))
            words = f"{employee} changes activity on {date} at {', '.join(f'{c:%H:%M}' for c in clocks)}"
            words += f", {self.maximum} times allowed" if self.maximum else ""
            found.append((len(at) - self.maximum, words, {"employee_id": employee}))
        return self.over_limit(found)


def _at_most(model: ModelContext, upper: int, columns: IntArray, factors: ArrayLike) -> None:
    """Keep each row of columns, -1 for none, at or below a number."""
    model.require(*_terms(columns, factors), None, np.full(len(columns), upper))


def _terms(columns: IntArray, factors: ArrayLike) -> tuple[IntArray, IntArray, IntArray]:
    """Give row, column and coefficient of the terms of rows of columns, -1 for none, with their factors."""
    row, _ = there = np.nonzero(columns >= 0)
    return row, columns[there], np.broadcast_to(factors, columns.shape)[there]


def _runs(slots: Mapping[int, str]) -> Iterator[tuple[int, int]]:
    """Give first slot and length of each run of slots on one activity."""
    ordered = sorted(slots)
    begins = [s for s in ordered if slots.get(s - 1) != slots[s]]
    for first in begins:
        length = next(k for k in itertools.count(1) if slots.get(first + k) != slots[first])
        yield first, length

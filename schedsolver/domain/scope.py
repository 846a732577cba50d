"""Whom, where and when a rule is about, and the parts of it that rules may heed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray
from schedsolver.domain.base import Day, Identifier, Model
from schedsolver.domain.calendar import DayKind
from schedsolver.domain.places import Weekday

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem


class Scope(Model):
    """Whom and when a rule is about; an empty field does not restrict.

    Attributes
    ----------
    employees, contracts, tags
        An employee is meant if named in one of those given.
    outlets, activities, weekdays
        Restrict duties and requirements.
    day_kinds
        Workdays, rest days or public holidays, as the calendar of the problem has them.
    first_day, last_day
        Both included.
    """

    employees: tuple[Identifier, ...] = ()
    contracts: tuple[Identifier, ...] = ()
    tags: tuple[Identifier, ...] = ()
    outlets: tuple[Identifier, ...] = ()
    activities: tuple[Identifier, ...] = ()
    weekdays: tuple[Weekday, ...] = ()
    day_kinds: tuple[DayKind, ...] = ()
    first_day: Day | None = None
    last_day: Day | None = None

    def employees_of(self, problem: Problem) -> tuple[int, ...]:
        """Give the positions in ``problem.staff`` of the employees meant."""
        if not (self.employees or self.contracts or self.tags):
            return tuple(range(len(problem.staff)))
        named, contracts, tags = set(self.employees), set(self.contracts), set(self.tags)
        return tuple(
            i
            for i, e in enumerate(problem.staff)
            if e.employee_id in named or e.contract_id in contracts or tags.intersection(e.tags)
        )

    def has_date(self, date: dt.date, problem: Problem) -> bool:
        """Tell whether a date is meant."""
        return (
            (not self.weekdays or date.weekday() in self.weekdays)
            and (not self.day_kinds or problem.day_kind(date) in self.day_kinds)
            and (self.first_day is None or self.first_day <= date)
            and (self.last_day is None or date <= self.last_day)
        )

    def days_of(self, problem: Problem) -> BoolArray:
        """Tell which days of the horizon are meant, shape ``(days,)``."""
        if not (self.weekdays or self.day_kinds or self.first_day or self.last_day):
            return np.ones(problem.horizon.days, bool)
        return np.array([self.has_date(date, problem) for date in problem.horizon.dates], bool)

    def has_outlet(self, outlet_id: str) -> bool:
        """Tell whether an outlet is meant."""
        return not self.outlets or outlet_id in self.outlets

    def has_activity(self, activity_id: str) -> bool:
        """Tell whether an activity is meant."""
        return not self.activities or activity_id in self.activities


BY_PEOPLE = frozenset({"employees", "contracts", "tags"})
BY_DATE = frozenset({"weekdays", "day_kinds", "first_day", "last_day"})
BY_WORK = frozenset({"outlets", "activities"})

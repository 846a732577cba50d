"""Days worked, one after another: what rules on runs and patterns of days share."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import Identifier
from schedsolver.domain.line import DutyKinds
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import ModelContext, Rule, unknown_names
from schedsolver.domain.scope import BY_DATE, BY_PEOPLE

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule

# In a grid of columns: nothing could be worked on that day; the day was worked, long ago.
NEVER, WORKED = -1, -2


class DutiesRule(Rule):
    """Base of rules that look at some duties of the people in their scope.

    Attributes
    ----------
    shift_types
        Only duties of these shift types count; empty for all.
    """

    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | BY_DATE | {"outlets"}

    shift_types: tuple[Identifier, ...] = ()

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse shift types that are not there."""
        yield from super().faults(problem)
        yield from unknown_names("shift type", self.shift_types, problem.shift_type_index)

    def counted(self, problem: Problem, options: DutyOptions) -> BoolArray:
        """Tell which options count, shape ``(len(options),)``; whatever their date."""
        counts = np.isin(options.employee, self.scope.employees_of(problem))
        if self.shift_types:
            counts &= np.isin(options.shift_type, [problem.shift_type_index[name] for name in self.shift_types])
        if self.scope.outlets:
            counts &= np.isin(options.outlet, [problem.outlet_index[name] for name in self.scope.outlets])
        return counts

    def steps_counted(self, problem: Problem, kinds: DutyKinds) -> BoolArray:
        """Tell which steps of a line count, shape ``(1 + kinds,)``; a day off never does."""
        counts = np.ones(1 + len(kinds), bool)
        counts[0] = False
        if self.shift_types:
            counts[1:] &= np.isin(kinds.shift_type, [problem.shift_type_index[name] for name in self.shift_types])
        if self.scope.outlets:
            counts[1:] &= np.isin(kinds.outlet, [problem.outlet_index[name] for name in self.scope.outlets])
        return counts

    def counts(self, duty: Duty) -> bool:
        """Tell whether a duty of someone in the scope counts, whatever its date."""
        return (not self.shift_types or duty.shift_type_id in self.shift_types) and self.scope.has_outlet(
            duty.outlet_id
        )

    def dates_worked(self, problem: Problem, schedule: Schedule) -> dict[str, set[dt.date]]:
        """Give, for each employee in the scope, the dates with a duty that counts, history included."""
        dates: dict[str, set[dt.date]] = defaultdict(set)
        for duty in (*problem.history, *schedule.duty_list):
            if self.counts(duty):
                dates[duty.employee_id].add(duty.date)
        return {name: dates[name] for name in (problem.staff[i].employee_id for i in self.scope.employees_of(problem))}

    def grid(self, model: ModelContext) -> DayGrid:
        """Give the days worked as the model's columns, history before them."""
        problem = model.problem
        known = (problem.horizon.start - problem.known_from).days
        past = np.full((len(problem.staff), known), NEVER, np.int64)
        for duty in problem.history:
            employee = problem.employee_index.get(duty.employee_id)
            if employee is not None and duty.date >= problem.known_from and self.counts(duty):
                past[employee, known + problem.horizon.day_index(duty.date)] = WORKED
        columns = model.days_worked(self.counted(problem, model.options))
        return DayGrid(self, model, np.concatenate([past, columns], axis=1), known)


class DayGrid:
    """Days of employees in a row, known history first, as columns of a model or as constants.

    Parameters
    ----------
    rule, model
        Who writes, and to what.
    cells
        Column, ``NEVER`` or ``WORKED``, shape ``(staff, known + days planned)``.
    known
        Number of days before the horizon.
    """

    def __init__(self, rule: Rule, model: ModelContext, cells: IntArray, known: int) -> None:
        self._rule = rule
        self._model = model
        self._employees = np.array(rule.scope.employees_of(model.problem), np.int64)
        self.cells = cells
        self.known = known

    @property
    def days(self) -> int:
        """Number of days, known and planned."""
        return int(self.cells.shape[1])

    def limit(self, starts: ArrayLike, offsets: ArrayLike, coefficients: ArrayLike, upper: int, units: int = 1) -> None:
        """Limit a weighted sum of days, in each run of days that begins on one of the starts.

        Parameters
        ----------
        starts
            First day of each run, as positions in the grid, shape ``(runs,)``.
        offsets, coefficients
            Days after the start that count, and how much each counts, shape ``(terms,)`` each.
        upper
            Most that the sum may be.
        units
            How many times its weight a soft rule charges for each unit over.
        """
        first, steps, factors = (np.asarray(part, np.int64) for part in (starts, offsets, coefficients))
        cells = self.cells[self._employees[:, None, None], (first[:, None] + steps)[None]].reshape(-1, len(steps))
        most = upper - ((cells == WORKED) * factors).sum(axis=1)
        open_cells = cells >= 0
        binding = (open_cells * np.maximum(factors, 0)).sum(axis=1) > most
        cells, open_cells, most = cells[binding], open_cells[binding], most[binding]
        row, term = np.nonzero(open_cells)
        self._model.limit(self._rule, row, cells[row, term], factors[term], most, units=np.full(len(cells), units))

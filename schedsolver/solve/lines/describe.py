"""From a model to the lines of its employees: what they may do each day, what it costs, what rules ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.line import FORBIDDEN, DayPrices, DutyKinds, LinePart, Walk, walked
from schedsolver.solve.lines.distinct import distinct_rows

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.rule import Rule
    from schedsolver.model.context import RosterModel


@dataclass(frozen=True)
class LineProblem:
    """What the line of one employee may be.

    Attributes
    ----------
    employee
        Position in ``problem.staff``.
    options
        The employee's duty options, positions in those of the model, shape ``(n,)``.
    day, step
        Day and step of each option, same shape; several options may be the same step of a day.
    cents
        What each option costs by itself, same shape.
    day_cents
        What each day and step costs beside that, infinite where it may not be, shape ``(days, 1 + kinds)``.
    walks
        What else the rules ask.
    """

    employee: int
    options: IntArray
    day: IntArray
    step: IntArray
    cents: IntArray
    day_cents: FloatArray
    walks: tuple[Walk, ...]

    def steps_of(self, options: IntArray) -> IntArray:
        """Give the step of each day of the line with some of the employee's options, shape ``(days,)``."""
        own = np.searchsorted(self.options, options)
        steps = np.zeros(len(self.day_cents), np.int64)
        steps[self.day[own]] = self.step[own]
        return steps

    def counted(self, walk: int) -> IntArray:
        """Give what each of the employee's options can add to the count of a walk, shape ``(n,)``."""
        table = self.walks[walk].amounts
        assert table is not None
        most: IntArray = table.max(axis=1)[self.walks[walk].day_class[self.day], self.step]
        return most

    def cents_of(self, options: IntArray) -> int:
        """Give what the line with some of the employee's options costs, cover aside; it must be one that may be."""
        own, steps = np.searchsorted(self.options, options), self.steps_of(options)
        days = int(self.day_cents[np.arange(len(steps)), steps].sum())
        return days + int(self.cents[own].sum()) + sum(walked(walk, steps.tolist())[1] for walk in self.walks)

    def priced(self, extra: FloatArray) -> tuple[FloatArray, IntArray]:
        """Give the price of each day and step, and its cheapest option, -1 for none.

        Parameters
        ----------
        extra
            What is added to the price of each of the employee's options, shape ``(n,)``.
        """
        price = self.cents + extra
        # Of the options of a cell the cheapest is written last and stays.
        order = np.argsort(-price, kind="stable")
        prices, chosen = np.full(self.day_cents.shape, np.inf), np.full(self.day_cents.shape, -1, np.int64)
        prices[:, 0] = 0.0
        prices[self.day[order], self.step[order]] = price[order]
        chosen[self.day[order], self.step[order]] = order
        return prices + self.day_cents, chosen


def line_problems(roster: RosterModel) -> list[LineProblem]:
    """Describe the lines of all employees of a model in which nobody has two duties a day."""
    problem, options = roster.problem, roster.options
    columns = (
        options.shift_type, options.outlet, options.start - options.day * MINUTES_PER_DAY,
        options.end - options.day * MINUTES_PER_DAY, options.paid_minutes,
    )  # fmt: skip
    kinds, kind = distinct_rows(np.stack(columns, axis=1))
    every = DutyKinds(*np.ascontiguousarray(kinds.T))
    rules = [(rule, set(rule.scope.employees_of(problem))) for rule in roster.rules]
    cents = roster.column_cents()[roster.duty_columns]
    described = []
    for employee in range(len(problem.staff)):
        place = options.of_employee(employee)
        own = np.arange(place.start, place.stop)
        used, step = np.unique(kind[own], return_inverse=True)
        mine = every.where(used)
        parts = [part for rule, meant in rules if employee in meant for part in _parts(rule, problem, employee, mine)]
        day_cents = np.zeros((problem.horizon.days, 1 + len(used)))
        for part in parts:
            if isinstance(part, DayPrices):
                day_cents += np.where(part.cents == FORBIDDEN, np.inf, part.cents)
        walks = tuple(part for part in parts if isinstance(part, Walk) and _says_something(part))
        described.append(
            LineProblem(employee, own, options.day[own], step.ravel() + 1, cents[own], day_cents, walks)
        )  # fmt: skip
    return described


def _says_something(walk: Walk) -> bool:
    """Tell whether a walk can forbid, price or count anything: not, say, if it limits duties that nobody may have."""
    counts = walk.amounts is not None and (walk.amounts.any() or (walk.least or 0) > 0 or (walk.most or 0) < 0)
    return bool(counts or walk.cents.any())


def _parts(rule: Rule, problem: Problem, employee: int, kinds: DutyKinds) -> Iterator[LinePart]:
    """Give what a rule asks of a line; only what it forbids where its price is not a part of the objective."""
    for part in rule.line_parts(problem, employee, kinds):
        if problem.counts(rule.name):
            yield part
            continue
        free = np.where(part.cents == FORBIDDEN, FORBIDDEN, 0)
        if isinstance(part, DayPrices):
            yield DayPrices(free)
        elif part.price is None:
            yield replace(part, cents=free)
        else:
            yield replace(part, cents=free, amounts=None, least=None, most=None, price=None)

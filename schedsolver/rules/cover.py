"""Cover: heads on activities slot by slot, and duties of shift types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from schedsolver.domain.rule import BY_DATE, BY_WORK, Judgement, ModelContext, Rule, Tier
from schedsolver.traffic.staffing import Cell, required_cells

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule
    from schedsolver.domain.work import ShiftRequirement


class IntervalCover(Rule):
    """Heads missing from, or beyond, what an outlet needs on an activity in a slot cost their price."""

    name: ClassVar[str] = "cover.intervals"
    scoped_by: ClassVar[frozenset[str]] = BY_WORK | BY_DATE

    def applies_to(self, problem: Problem) -> bool:
        """Hold for problems with activities."""
        return bool(problem.activities)

    def add_to(self, model: ModelContext) -> None:
        """Tie the heads of each cell to its need through priced shortage and surplus."""
        problem, heads = model.problem, model.heads
        cells = self._cells(problem)
        row_of = {(c.outlet, c.activity, c.slot): r for r, c in enumerate(cells)}
        keys = zip(heads.outlet.tolist(), heads.activity.tolist(), heads.slot.tolist(), strict=True)
        row = np.array([row_of.get(key, -1) for key in keys], np.int64)
        counted = np.flatnonzero(row >= 0)
        shortage = [(r, *step) for r, c in enumerate(cells) for step in _steps(c.heads, c.shortage_cents)]
        surplus = [(r, len(problem.staff), c.surplus_cents) for r, c in enumerate(cells)]
        terms = (row[counted], heads.column[counted], np.ones(len(counted), np.int64))
        model.price_gaps(self, terms, [c.heads for c in cells], shortage, surplus)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count the heads of each cell and price the difference."""
        present: Counter[tuple[str, str, int]] = Counter()
        for stint in schedule.stint_list:
            first = problem.horizon.minute_of(stint.start) // problem.horizon.slot_minutes
            last = problem.horizon.minute_of(stint.end) // problem.horizon.slot_minutes
            present.update((stint.outlet_id, stint.activity_id, slot) for slot in range(first, last))
        penalties = []
        for cell in self._cells(problem):
            outlet, activity = problem.outlets[cell.outlet].outlet_id, problem.activities[cell.activity].activity_id
            start = problem.horizon.moment_of(cell.slot * problem.horizon.slot_minutes)
            here = present[outlet, activity, cell.slot]
            cents = cell.cents_without(cell.heads - here)
            cents += max(0, here - cell.heads) * cell.surplus_cents
            if cents:
                words = f"{here} of {cell.heads} heads on {activity} at {outlet} at {start:%Y-%m-%d %H:%M}"
                penalties.append(self.penalty(cents, words, outlet_id=outlet, activity_id=activity, start=start))
        return Judgement(penalties=tuple(penalties))

    def _cells(self, problem: Problem) -> list[Cell]:
        """Give the cells the scope means."""
        day = problem.horizon.slots_per_day
        return [
            cell
            for cell in required_cells(problem)
            if self.scope.has_outlet(problem.outlets[cell.outlet].outlet_id)
            and self.scope.has_activity(problem.activities[cell.activity].activity_id)
            and self.scope.has_date(problem.horizon.dates[cell.slot // day])
        ]


class ShiftCover(Rule):
    """Duties missing from, or beyond, what a shift requirement prefers cost their price; its maximum holds."""

    name: ClassVar[str] = "cover.shifts"

    def applies_to(self, problem: Problem) -> bool:
        """Hold where there are shift requirements."""
        return bool(problem.shift_requirements)

    def add_to(self, model: ModelContext) -> None:
        """Tie the duties of each requirement to its numbers."""
        problem, options = model.problem, model.options
        rows, columns = [], []
        shortage: list[Tier] = []
        surplus: list[Tier] = []
        for r, need in enumerate(problem.shift_requirements):
            counted = options.day == problem.horizon.day_index(need.date)
            counted &= options.shift_type == problem.shift_type_index[need.shift_type_id]
            if need.outlet_id is not None:
                counted &= options.outlet == problem.outlet_index[need.outlet_id]
            if need.skill_id is not None:
                counted &= options.skill == problem.skill_index[need.skill_id]
            columns.append(model.duty_columns[counted])
            rows.append(np.full(len(columns[-1]), r))
            most = len(problem.staff) if need.maximum is None else need.maximum - need.wanted
            shortage += [(r, need.wanted - need.minimum, need.shortage_cents), (r, need.minimum, need.minimum_cents)]
            surplus.append((r, most, need.surplus_cents))
        column = np.concatenate(columns)
        terms = (np.concatenate(rows), column, np.ones(len(column), np.int64))
        model.price_gaps(self, terms, [n.wanted for n in problem.shift_requirements], shortage, surplus)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count the duties of each requirement and price the difference."""
        violations, penalties = [], []
        for need in problem.shift_requirements:
            here = sum(counts_towards(need, duty) for duty in schedule.duty_list)
            words = f"{here} duties of {need.wanted} wanted on shift {need.shift_type_id} on {need.date}"
            if need.outlet_id is not None:
                words += f" at {need.outlet_id}"
            if need.skill_id is not None:
                words += f" in skill {need.skill_id}"
            if need.maximum is not None and here > need.maximum:
                violations.append(self.violation(f"{words}, above the maximum of {need.maximum}"))
            below_minimum = max(0, need.minimum - here)
            below_preferred = max(0, need.wanted - here) - below_minimum
            cents = below_minimum * need.minimum_cents + below_preferred * need.shortage_cents
            cents += max(0, here - need.wanted) * need.surplus_cents
            if cents:
                penalties.append(self.penalty(cents, words, outlet_id=need.outlet_id))
        return Judgement(tuple(violations), tuple(penalties))


def _steps(heads: int, cents: Sequence[int]) -> list[tuple[int, int]]:
    """Cut a need into steps ``(width, cents)``: one head at each price, the rest at the last."""
    steps = [(1, price) for price in cents[: min(heads, len(cents) - 1)]]
    left = heads - len(steps)
    return [*steps, (left, cents[-1])] if left else steps


def counts_towards(need: ShiftRequirement, duty: Duty) -> bool:
    """Tell whether a duty is one of those a shift requirement asks for."""
    return (
        duty.date == need.date
        and duty.shift_type_id == need.shift_type_id
        and need.outlet_id in (None, duty.outlet_id)
        and need.skill_id in (None, duty.skill_id)
    )

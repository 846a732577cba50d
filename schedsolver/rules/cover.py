"""Cover: heads on activities slot by slot, and duties of shift types."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import Identifier
from schedsolver.domain.line import LineCover
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import Judgement, ModelContext, Rule, Tier, unknown_names
from schedsolver.domain.scope import BY_DATE, BY_WORK
from schedsolver.rules.cells import cell_of, heads_counted
from schedsolver.rules.late_customers import priced_in_customers
from schedsolver.rules.presence import everywhere
from schedsolver.rules.whole_heads import add_least_costs
from schedsolver.traffic.staffing import Cell, cents_per_piece, required_cells

if TYPE_CHECKING:
    import datetime as dt

    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule
    from schedsolver.domain.work import ShiftRequirement


class IntervalCover(Rule):
    """Heads missing from, or beyond, what an activity needs in a slot cost their price; its maximum holds.

    Attributes
    ----------
    head_percent
        What people with a tag count as, for example ``{"trainee": 50, "expert": 120}``; everybody else counts as a
        whole head. Heads are then counted in pieces as small as that needs, and the price of a head is divided among
        its pieces, each rounded half up to a cent.
    """

    name: ClassVar[str] = "cover.intervals"
    scoped_by: ClassVar[frozenset[str]] = BY_WORK | BY_DATE

    head_percent: dict[Identifier, Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=dict)

    @property
    def pieces(self) -> int:
        """Number of pieces a head is cut into; 1 where everybody counts as a whole head."""
        return 100 // math.gcd(100, *self.head_percent.values())

    @model_validator(mode="after")
    def _percents_differ(self) -> Self:
        for tag, percent in self.head_percent.items():
            if percent == 100:
                raise ValueError(f'head_percent counts people with the tag "{tag}" as 100, as everybody; leave it out')
        return self

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse tags that nobody has, and people who would count as two parts."""
        yield from super().faults(problem)
        yield from unknown_names("tag", self.head_percent, {tag for e in problem.staff for tag in e.tags})
        for employee in problem.staff:
            own = [tag for tag in self.head_percent if tag in employee.tags]
            if len(own) > 1:
                yield f"{employee.employee_id} has the tags {' and '.join(own)}; head_percent may name only one of them"

    def applies_to(self, problem: Problem) -> bool:
        """Hold for problems with activities."""
        return bool(problem.activities)

    def tells_heads_apart(self, problem: Problem) -> tuple[BoolArray, BoolArray] | None:
        """Count people apart who have one of the tags, where heads are needed or limited."""
        if not self.head_percent:
            return None
        groups = self._tagged(problem)[:, :, None, None]
        places = everywhere(problem, ())
        for cell in self.cells(problem):
            places[cell.outlet, cell.activity, cell.slot] = True
        shape = (*groups.shape[:2], len(problem.outlets), problem.horizon.days)
        return np.broadcast_to(groups, shape), places

    def add_to(self, model: ModelContext) -> None:
        """Tie the heads of each cell to its need through priced shortage and surplus."""
        problem, heads, pieces = model.problem, model.heads, self.pieces
        cells = self.cells(problem)
        row = cell_of(heads, cells, problem)
        counted = np.flatnonzero(row >= 0)
        extra = np.array([percent - 100 for percent in self.head_percent.values()], np.int64)
        parts = (100 + extra @ self._tagged(problem)) * pieces // 100
        terms = (row[counted], heads.column[counted], parts[heads.employee[counted]])
        shortage = [(r, *step) for r, cell in enumerate(cells) for step in _steps(cell, pieces)]
        crowd = int(parts.sum())
        most = [crowd if c.maximum is None else (c.maximum - c.heads) * pieces for c in cells]
        surplus = [(r, most[r], cents_per_piece(cell.surplus_cents, pieces)) for r, cell in enumerate(cells)]
        needs = [c.heads * pieces for c in cells]
        gap = model.price_gaps(self, terms, needs, shortage, surplus)
        if self.head_percent:
            add_least_costs(model, terms, needs, shortage, surplus, gap)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count the heads of each cell and price the difference."""
        pieces, horizon = self.pieces, problem.horizon
        percent = heads_counted(problem, schedule, self.percents(problem), usual=100)
        violations, penalties = [], []
        for cell in self.cells(problem):
            outlet, activity = problem.outlets[cell.outlet].outlet_id, problem.activities[cell.activity].activity_id
            here = percent[outlet, activity, cell.slot] * pieces // 100
            beyond = here - cell.heads * pieces
            cents = cell.cents_without(-beyond, pieces)
            cents += max(0, beyond) * cents_per_piece(cell.surplus_cents, pieces)
            too_many = cell.maximum is not None and here > cell.maximum * pieces
            if not cents and not too_many:
                continue
            start = horizon.moment_of(cell.slot * horizon.slot_minutes)
            place: dict[str, Any] = {"outlet_id": outlet, "activity_id": activity, "start": start}
            words = f"{here / pieces:g} of {cell.heads} heads on {activity} at {outlet} at {start:%Y-%m-%d %H:%M}"
            if too_many:
                violations.append(self.violation(f"{words}, above the maximum of {cell.maximum}", **place))
            if cents:
                penalties.append(self.penalty(cents, words, **place))
        return Judgement(tuple(violations), tuple(penalties))

    def percents(self, problem: Problem) -> dict[str, int]:
        """Give what each person with one of the tags counts as, for whoever looks at a finished schedule."""
        return {
            e.employee_id: self.head_percent[tag] for e in problem.staff for tag in e.tags if tag in self.head_percent
        }

    def cells(self, problem: Problem) -> list[Cell]:
        """Give the cells the scope means and that are not priced by the customers late in them."""
        day = problem.horizon.slots_per_day
        elsewhere = priced_in_customers(problem)
        return [
            cell
            for cell in required_cells(problem)
            if (cell.outlet, cell.activity, cell.slot) not in elsewhere
            and self.scope.has_outlet(problem.outlets[cell.outlet].outlet_id)
            and self.scope.has_activity(problem.activities[cell.activity].activity_id)
            and self.scope.has_date(problem.horizon.dates[cell.slot // day], problem)
        ]

    def _tagged(self, problem: Problem) -> BoolArray:
        """Tell who has which of the tags, shape ``(tags, staff)``."""
        has = [[tag in e.tags for e in problem.staff] for tag in self.head_percent]
        return np.array(has, bool).reshape(len(self.head_percent), len(problem.staff))


class ShiftCover(Rule):
    """Duties missing from, or beyond, what a shift requirement prefers cost their price; its maximum holds."""

    name: ClassVar[str] = "cover.shifts"

    def applies_to(self, problem: Problem) -> bool:
        """Hold where there are shift requirements."""
        return bool(problem.shift_requirements)

    def add_to(self, model: ModelContext) -> None:
        """Tie the duties of each requirement to its numbers."""
        cover = self.line_cover(model.problem, model.options)
        terms = (cover.row, model.duty_columns[cover.option], np.ones(len(cover.row), np.int64))
        shortage, surplus = ([tuple(tier) for tier in tiers.tolist()] for tiers in (cover.shortage, cover.surplus))
        model.price_gaps(self, terms, cover.target, shortage, surplus)

    def line_cover(self, problem: Problem, options: DutyOptions) -> LineCover:
        """Give the duties of each requirement and its numbers."""
        types = len(problem.shift_types)
        cell = options.day * types + options.shift_type
        order = np.argsort(cell, kind="stable")
        first = np.searchsorted(cell[order], np.arange(problem.horizon.days * types + 1))
        counted: list[IntArray] = [np.zeros(0, np.int64)]
        shortage: list[Tier] = []
        surplus: list[Tier] = []
        for r, need in enumerate(problem.shift_requirements):
            day, shift = problem.horizon.day_index(need.date), problem.shift_type_index[need.shift_type_id]
            own = order[first[day * types + shift] : first[day * types + shift + 1]]
            if need.outlet_id is not None:
                own = own[options.outlet[own] == problem.outlet_index[need.outlet_id]]
            if need.skill_id is not None:
                own = own[options.skill[own] == problem.skill_index[need.skill_id]]
            counted.append(own)
            # Two duties a day at most.
            most = 2 * len(problem.staff) if need.maximum is None else need.maximum - need.wanted
            shortage += [(r, need.wanted - need.minimum, need.shortage_cents), (r, need.minimum, need.minimum_cents)]
            surplus.append((r, most, need.surplus_cents))
        return LineCover(
            np.repeat(np.arange(len(counted) - 1), [len(own) for own in counted[1:]]),
            np.concatenate(counted),
            np.array([need.wanted for need in problem.shift_requirements], np.int64),
            np.array(shortage, np.int64).reshape(-1, 3),
            np.array(surplus, np.int64).reshape(-1, 3),
        )

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count the duties of each requirement and price the difference."""
        violations, penalties = [], []
        on_shift: dict[tuple[dt.date, str | None], list[Duty]] = defaultdict(list)
        for duty in schedule.duty_list:
            on_shift[duty.date, duty.shift_type_id].append(duty)
        for need in problem.shift_requirements:
            here = sum(counts_towards(need, duty) for duty in on_shift[need.date, need.shift_type_id])
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


def _steps(cell: Cell, pieces: int) -> list[tuple[int, int]]:
    """Cut a need into steps ``(width, cents)``: a head at each price, more at the last, the minimum at its own."""
    above, prices = cell.heads - cell.minimum, cell.shortage_cents
    steps = [(1, price) for price in prices[: min(above, len(prices) - 1)]]
    steps += [(above - len(steps), prices[-1]), (cell.minimum, cell.minimum_cents)]
    return [(heads * pieces, cents_per_piece(price, pieces)) for heads, price in steps if heads]


def counts_towards(need: ShiftRequirement, duty: Duty) -> bool:
    """Tell whether a duty is one of those a shift requirement asks for."""
    return (
        duty.date == need.date
        and duty.shift_type_id == need.shift_type_id
        and need.outlet_id in (None, duty.outlet_id)
        and need.skill_id in (None, duty.skill_id)
    )

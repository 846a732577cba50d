"""Cover in customers instead of heads: who waits too long costs, wherever and whenever that is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.rule import Judgement, ModelContext, Rule
from schedsolver.domain.scope import BY_DATE, BY_WORK
from schedsolver.rules.cells import cell_of, heads_counted
from schedsolver.traffic.late_prices import LateCell, late_cells
from schedsolver.traffic.staffing import cents_per_slot

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class LateCustomers(Rule):
    """Each customer expected to wait longer than promised costs, whatever heads that takes; heads beyond use cost too.

    It takes the place of ``cover.intervals`` wherever customers are expected in its scope: no number of heads is asked
    for, but each further head saves the customers who would be late without it, so that a roster trades them across
    slots, outlets and days. A head that saves nothing any more costs the activity's surplus price. Customers who would
    be late however many heads there are, as at too few windows, are not charged. Everybody is one head here, whatever
    ``head_percent`` of ``cover.intervals`` makes of them.

    Source of the tables: ``schedsolver.traffic.promise`` (Erlang C or A with the load really offered), made convex.

    Attributes
    ----------
    cents_per_customer
        Price of a customer who waits longer than the limit of the activity, or of its promise.
    """

    name: ClassVar[str] = "cover.late_customers"
    scoped_by: ClassVar[frozenset[str]] = BY_WORK | BY_DATE

    cents_per_customer: Annotated[int, Field(ge=1, le=10**7)]

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse a rule without customers."""
        yield from super().faults(problem)
        if not self.cells(problem):
            yield "no customers are expected in its scope; give traffic, or leave it out"

    def applies_to(self, problem: Problem) -> bool:
        """Hold where customers are expected."""
        return bool(self.cells(problem))

    def add_to(self, model: ModelContext) -> None:
        """Tie the heads of each cell to the price of the customers late without them."""
        problem, heads = model.problem, model.heads
        cells = self.cells(problem)
        row = cell_of(heads, cells, problem)
        counted = np.flatnonzero(row >= 0)
        terms = row[counted], heads.column[counted], np.ones(len(counted), np.int64)
        missing = [
            (r, len(list(alike)), cents)
            for r, cell in enumerate(cells)
            for cents, alike in itertools.groupby(reversed(cell.savings))
        ]
        beyond = [(r, len(problem.staff), _surplus_cents(problem, cell)) for r, cell in enumerate(cells)]
        model.price_gaps(self, terms, [len(cell.savings) for cell in cells], missing, beyond)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count the heads of each cell and price the customers late with them."""
        here = heads_counted(problem, schedule, {}, usual=1)
        penalties = []
        for cell in self.cells(problem):
            outlet, activity = problem.outlets[cell.outlet].outlet_id, problem.activities[cell.activity].activity_id
            heads = here[outlet, activity, cell.slot]
            late = cell.cents_with(heads)
            cents = late + max(0, heads - len(cell.savings)) * _surplus_cents(problem, cell)
            if cents:
                start = problem.horizon.moment_of(cell.slot * problem.horizon.slot_minutes)
                words = f"{late / self.cents_per_customer:.2f} customers late" if late else "more than are of use"
                words = f"{heads} heads on {activity} at {outlet} at {start:%Y-%m-%d %H:%M}: {words}"
                penalties.append(self.penalty(cents, words, outlet_id=outlet, activity_id=activity, start=start))
        return Judgement(penalties=tuple(penalties))

    def cells(self, problem: Problem) -> list[LateCell]:
        """Give the cells the scope means."""
        day = problem.horizon.slots_per_day
        return [
            cell
            for cell in late_cells(problem, self.cents_per_customer)
            if self.scope.has_outlet(problem.outlets[cell.outlet].outlet_id)
            and self.scope.has_activity(problem.activities[cell.activity].activity_id)
            and self.scope.has_date(problem.horizon.dates[cell.slot // day], problem)
        ]


def priced_in_customers(problem: Problem) -> set[tuple[int, int, int]]:
    """Give outlet, activity and slot of all cells that a listed rule prices in customers."""
    rules = (part for rule in problem.rules for part in rule.parts() if isinstance(part, LateCustomers))
    return {(cell.outlet, cell.activity, cell.slot) for rule in rules for cell in rule.cells(problem)}


def _surplus_cents(problem: Problem, cell: LateCell) -> int:
    return cents_per_slot(problem.activities[cell.activity].surplus_cents_per_hour, problem)

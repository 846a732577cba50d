"""Fairness: what people have of burdens and goods, over weeks, against what they are entitled to.

All rules here add up what each person of the scope has of some items, by their points: in the roster, and faded in the
weeks before. Their due is a share of what all have, by the exposures of ``rules.entitlement``: of each item by itself
for rules on deviations, so that who cannot have one item is due no less of the others; of the sum for the indices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import Identifier
from schedsolver.domain.rule import Judgement, ModelContext, Rule, unknown_names
from schedsolver.domain.scope import BY_PEOPLE
from schedsolver.rules.burden_columns import amount_terms, told_apart
from schedsolver.rules.burdens import amounts
from schedsolver.rules.entitlement import UNIT, WHOLE, counted_activities, exposures, remembered, shares
from schedsolver.rules.presence import apart, everywhere

if TYPE_CHECKING:
    from schedsolver.domain.fair import FairItem
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule

# Deviations count in hundredths of a point, rounded up; they are worked out in sixtieths times parts of the whole.
PER_POINT = 100
STEP = UNIT * WHOLE // PER_POINT


@dataclass(frozen=True)
class Columns:
    """What people have, in sixtieths of a point: ``before + unit x column``; ``total`` sums up the columns."""

    column: IntArray
    total: int
    unit: int
    before: IntArray


class FairRule(Rule):
    """Base of rules on what people have of some items against their due.

    Attributes
    ----------
    items
        Items added up by their points: all burdens or all goods.
    """

    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE

    items: Annotated[tuple[Identifier, ...], Field(min_length=1)]

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse items that are not there or not alike, and sharing with nobody."""
        yield from super().faults(problem)
        yield from unknown_names("fair item", self.items, (item.item_id for item in problem.fair_items))
        if len({item.kind for item in self.items_of(problem)}) > 1:
            yield "it adds up burdens and goods; list the rule once for each kind"
        if len(set(self.items)) < len(self.items):
            yield "it names an item twice; give the item more points instead"
        if len(self.scope.employees_of(problem)) == 1:
            yield "its scope is one person, who has nobody to share with"

    def items_of(self, problem: Problem) -> list[FairItem]:
        """Give the items it is about."""
        return [item for item in problem.fair_items if item.item_id in self.items]

    def shares_of(self, items: Sequence[FairItem], problem: Problem) -> IntArray:
        """Give the share of each person of the scope in the sum of items in parts of the whole, shape ``(people,)``."""
        minutes = np.zeros(len(problem.staff), np.int64)
        for item in items:
            minutes += item.points * (exposures(item, problem) + remembered(item, problem)[1])
        return shares(minutes[list(self.scope.employees_of(problem))])

    def before(self, items: Sequence[FairItem], problem: Problem) -> IntArray:
        """Give what each person of the scope has from weeks before, in sixtieths of a point, shape ``(people,)``."""
        had = np.zeros(len(problem.staff), np.int64)
        for item in items:
            had += item.points * remembered(item, problem)[0]
        return had[list(self.scope.employees_of(problem))]

    def tells_heads_apart(self, problem: Problem) -> tuple[BoolArray, BoolArray] | None:
        """Count everybody alone whose hours on activities are to be shared."""
        alone, activities = np.zeros(len(problem.staff), bool), set()
        for item in self.items_of(problem):
            own = told_apart(item, problem)
            alone |= own
            for i in np.flatnonzero(own).tolist():
                activities.update(counted_activities(item, problem, problem.staff[i].employee_id))
        return (apart(problem, np.flatnonzero(alone).tolist()), everywhere(problem, activities)) if activities else None

    def columns(self, items: Sequence[FairItem], model: ModelContext) -> Columns:
        """Add a column for what each person of the scope has of items in the roster, and one for the sum."""
        problem = model.problem
        people = np.array(self.scope.employees_of(problem), np.int64)
        position = np.full(len(problem.staff), -1, np.int64)
        position[people] = np.arange(len(people))
        rows, columns, factors = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        constant, most = np.zeros(len(people), np.int64), np.zeros(len(people), np.int64)
        for item in items:
            found = amount_terms(item, model)
            inside = position[found.employee] >= 0
            rows.append(position[found.employee[inside]])
            columns.append(found.column[inside])
            factors.append(item.points * found.coefficient[inside])
            constant += item.points * found.constant[people]
            most += item.points * found.most[people]
        row, column, factor = np.concatenate(rows), np.concatenate(columns), np.concatenate(factors)
        unit = max(1, int(np.gcd.reduce(np.concatenate([factor, constant]))))
        own = model.new_columns(most // unit)
        total = model.new_columns([int((most // unit).sum())])
        each = np.arange(len(people))
        wanted = -constant // unit
        model.require(
            np.concatenate([row, each]), np.concatenate([column, own]),
            np.concatenate([factor // unit, np.full(len(own), -1)]), wanted, wanted,
        )  # fmt: skip
        signs = np.repeat([1, -1], [len(own), 1])
        model.require(np.zeros(len(signs)), np.concatenate([own, total]), signs, [0], [0])
        return Columns(own, int(total[0]), unit, self.before(items, problem))

    def has(self, items: Sequence[FairItem], problem: Problem, schedule: Schedule) -> list[int]:
        """Count what each person of the scope has of items, weeks before included, in sixtieths of a point."""
        counted = [(item.points, amounts(item, problem, schedule)) for item in items]
        names = [problem.staff[i].employee_id for i in self.scope.employees_of(problem)]
        before = self.before(items, problem).tolist()
        return [had + sum(points * of[name] for points, of in counted) for name, had in zip(names, before, strict=True)]

    @property
    def _words(self) -> str:
        return ", ".join(self.items)


class _DeviationRule(FairRule):
    """Base of rules on deviations from the due, which count in hundredths of a point, each rounded up.

    Attributes
    ----------
    maximum
        Most points allowed.
    """

    may_be_soft: ClassVar[bool] = True

    maximum: Annotated[int, Field(ge=0, le=10**6)] = 0

    def add_to(self, model: ModelContext) -> None:
        """Find how far everybody is off their due, and limit what the rule looks at."""
        shared = self._shared(model.problem)
        if not shared:
            return
        people = len(shared[0][1])
        each, known = np.arange(people), np.zeros(people, np.int64)
        columns, factors = [], []
        for item, share in shared:
            has = self.columns([item], model)
            known += WHOLE * has.before - share * has.before.sum()
            columns += [has.column, np.full(people, has.total)]
            factors += [np.full(people, has.unit * WHOLE), -has.unit * share]
        row, column, factor = np.tile(each, len(columns)), np.concatenate(columns), np.concatenate(factors)
        free = PER_POINT * STEP * self._free
        over = model.excess(row, column, factor, free - known, self._together(each), step=STEP)
        under = model.excess(row, column, -factor, free + known, self._together(each), step=STEP)
        looked_at, times = self._looked_at(model, over, under)
        model.limit(self, np.zeros(len(looked_at)), looked_at, times, [PER_POINT * self.maximum], step=PER_POINT)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Work out how far everybody is off their due."""
        shared = self._shared(problem)
        if not shared:
            return Judgement()
        apart = [0] * len(shared[0][1])
        for item, share in shared:
            has = self.has([item], problem, schedule)
            apart = [a + WHOLE * own - part * sum(has) for a, own, part in zip(apart, has, share.tolist(), strict=True)]
        free = PER_POINT * self._free
        over, under = ([max(0, -(-sign * off // STEP) - free) for off in apart] for sign in (1, -1))
        found = self._measured(problem, over, under)
        beyond = -(-(found - PER_POINT * self.maximum) // PER_POINT)
        text = f"{self._words}: {self._sentence} {found / PER_POINT:.2f} points, {self.maximum} allowed"
        return self.over_limit([(beyond, text, {})])

    _sentence: ClassVar[str]

    def _shared(self, problem: Problem) -> list[tuple[FairItem, IntArray]]:
        """Give each item with the share of each person in it; those that nobody is entitled to are left out."""
        shared = [(item, self.shares_of([item], problem)) for item in self.items_of(problem)]
        return [(item, share) for item, share in shared if share.any()]

    @property
    def _free(self) -> int:
        """Points that each may be off their due without counting."""
        return 0

    def _together(self, each: IntArray) -> IntArray:
        """Say whose deviations share one column that is the largest of them."""
        return each

    def _looked_at(self, model: ModelContext, over: IntArray, under: IntArray) -> tuple[IntArray, IntArray]:
        """Give the terms that are limited, from columns of what each has too much and too little."""
        raise NotImplementedError

    def _measured(self, problem: Problem, over: list[int], under: list[int]) -> int:
        """Give what is limited, in hundredths of a point."""
        raise NotImplementedError


class FairDistance(_DeviationRule):
    """All people together deviate by so many points at most from what they are entitled to, above or below (L1).

    A soft rule charges for each point more, a part of it counting whole.

    Attributes
    ----------
    maximum
        Most points of all deviations together.
    free
        Points that each may be off their due without counting; half a unit of what is shared lets rosters be even
        enough that have no parts of duties.
    """

    name: ClassVar[str] = "fair.distance"
    _sentence: ClassVar[str] = "people are off their due by"

    free: Annotated[int, Field(ge=0, le=10**6)] = 0

    @property
    def _free(self) -> int:
        return self.free

    def _looked_at(self, model: ModelContext, over: IntArray, under: IntArray) -> tuple[IntArray, IntArray]:
        return np.concatenate([over, under]), np.ones(2 * len(over), np.int64)

    def _measured(self, problem: Problem, over: list[int], under: list[int]) -> int:
        return sum(over) + sum(under)


class FairRange(_DeviationRule):
    """Between who has most beyond their due and who has least lie so many points at most.

    A soft rule charges for each point more, a part of it counting whole.

    Attributes
    ----------
    maximum
        Most points between the two.
    """

    name: ClassVar[str] = "fair.range"
    _sentence: ClassVar[str] = "between the largest and the smallest deviation lie"

    def _together(self, each: IntArray) -> IntArray:
        return np.zeros(len(each), np.int64)

    def _looked_at(self, model: ModelContext, over: IntArray, under: IntArray) -> tuple[IntArray, IntArray]:
        return np.array([over[0], under[0]]), np.ones(2, np.int64)

    def _measured(self, problem: Problem, over: list[int], under: list[int]) -> int:
        return max(over) + max(under)


class FairWorstOff(_DeviationRule):
    """The worst-off people together have so many points at most too much of burdens, or too little of goods.

    A soft rule charges for each point more, a part of it counting whole.

    Attributes
    ----------
    count
        How many people are looked at: those furthest off to their disadvantage.
    maximum
        Most points of theirs together.
    """

    name: ClassVar[str] = "fair.worst_off"
    _sentence: ClassVar[str] = "the worst-off are off their due by"

    count: Annotated[int, Field(ge=1, le=10_000)] = 1

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse to count more people than there are."""
        yield from super().faults(problem)
        people = len(self.scope.employees_of(problem))
        if self.count > people:
            yield f"it looks at the {self.count} worst-off of {people} people; lower the count"

    def _looked_at(self, model: ModelContext, over: IntArray, under: IntArray) -> tuple[IntArray, IntArray]:
        return model.largest(under if self._is_good(model.problem) else over, self.count)

    def _measured(self, problem: Problem, over: list[int], under: list[int]) -> int:
        return sum(sorted(under if self._is_good(problem) else over)[-self.count :])

    def _is_good(self, problem: Problem) -> bool:
        return self.items_of(problem)[0].kind == "good"

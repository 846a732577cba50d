"""Fairness: what people have of burdens and goods, over weeks, against what they are entitled to.

All rules here add up what each person of the scope has of some items, by their points: in the roster, and faded in the
weeks before. Their due is a share of the sum of all, by the exposures of ``rules.entitlement``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.base import Identifier
from schedsolver.domain.options import BoolArray, IntArray
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
Percent = Annotated[int, Field(ge=1, le=99)]


@dataclass(frozen=True)
class _Columns:
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

    def shares_of(self, problem: Problem) -> IntArray:
        """Give the share of each person of the scope in parts of the whole, shape ``(people,)``."""
        people = list(self.scope.employees_of(problem))
        minutes = np.zeros(len(problem.staff), np.int64)
        for item in self.items_of(problem):
            minutes += item.points * (exposures(item, problem) + remembered(item, problem)[1])
        return shares(minutes[people])

    def before(self, problem: Problem) -> IntArray:
        """Give what each person of the scope has from weeks before, in sixtieths of a point, shape ``(people,)``."""
        had = np.zeros(len(problem.staff), np.int64)
        for item in self.items_of(problem):
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

    def columns(self, model: ModelContext) -> _Columns:
        """Add a column for what each person of the scope has in the roster, and one for the sum."""
        problem = model.problem
        people = np.array(self.scope.employees_of(problem), np.int64)
        position = np.full(len(problem.staff), -1, np.int64)
        position[people] = np.arange(len(people))
        rows, columns, factors = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        constant, most = np.zeros(len(people), np.int64), np.zeros(len(people), np.int64)
        for item in self.items_of(problem):
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
        return _Columns(own, int(total[0]), unit, self.before(problem))

    def has(self, problem: Problem, schedule: Schedule) -> list[int]:
        """Count what each person of the scope has, weeks before included, in sixtieths of a point."""
        counted = [(item.points, amounts(item, problem, schedule)) for item in self.items_of(problem)]
        names = [problem.staff[i].employee_id for i in self.scope.employees_of(problem)]
        before = self.before(problem).tolist()
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
        share = self.shares_of(model.problem)
        if not share.any():
            return
        has = self.columns(model)
        each = np.arange(len(share))
        known = WHOLE * has.before - share * has.before.sum()
        row = np.tile(each, 2)
        column = np.concatenate([has.column, np.full(len(share), has.total)])
        factor = has.unit * np.concatenate([np.full(len(share), WHOLE), -share])
        free = PER_POINT * STEP * self._free
        over = model.excess(row, column, factor, free - known, self._together(each), step=STEP)
        under = model.excess(row, column, -factor, free + known, self._together(each), step=STEP)
        columns, times = self._looked_at(model, over, under)
        model.limit(self, np.zeros(len(columns)), columns, times, [PER_POINT * self.maximum], step=PER_POINT)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Work out how far everybody is off their due."""
        share = self.shares_of(problem).tolist()
        if not any(share):
            return Judgement()
        has = self.has(problem, schedule)
        apart = [WHOLE * own - part * sum(has) for own, part in zip(has, share, strict=True)]
        free = PER_POINT * self._free
        over, under = ([max(0, -(-sign * off // STEP) - free) for off in apart] for sign in (1, -1))
        found = self._measured(problem, over, under)
        beyond = -(-(found - PER_POINT * self.maximum) // PER_POINT)
        text = f"{self._words}: {self._sentence} {found / PER_POINT:.2f} points, {self.maximum} allowed"
        return self.over_limit([(beyond, text, {})])

    _sentence: ClassVar[str]

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


class FairGini(FairRule):
    """The Gini index of what people have for each unit of what they are entitled to is no more than so much.

    With shares ``s`` of the whole and amounts ``a`` that is ``sum over pairs of |s_j a_i - s_i a_j| <= index x sum
    of a``. The difference of each pair counts in hundredths of a point, rounded up, so that nothing above the index
    passes. A soft rule charges for each point, a part of it counting whole, by which the pairs exceed that.

    Source: C. Gini (1912), Variabilita e mutabilita.

    Attributes
    ----------
    most_percent
        Largest index, in percent.
    """

    name: ClassVar[str] = "fair.gini"
    may_be_soft: ClassVar[bool] = True

    most_percent: Percent

    def add_to(self, model: ModelContext) -> None:
        """Find the difference of every pair, and limit their sum by that of the amounts."""
        share = self.shares_of(model.problem)
        if not share.any():
            return
        has = self.columns(model)
        one, other = np.triu_indices(len(share), k=1)
        pair = np.arange(len(one))
        known = share[other] * has.before[one] - share[one] * has.before[other]
        row = np.tile(pair, 2)
        column = np.concatenate([has.column[one], has.column[other]])
        factor = has.unit * np.concatenate([share[other], -share[one]])
        gap = model.excess(
            np.concatenate([row, row + len(pair)]), np.tile(column, 2), np.concatenate([factor, -factor]),
            np.concatenate([-known, known]), np.tile(pair, 2), step=STEP,
        )[: len(pair)]  # fmt: skip
        terms = np.concatenate([np.full(len(gap), UNIT), [-self.most_percent * has.unit]])
        most = self.most_percent * int(has.before.sum())
        columns = np.concatenate([gap, [has.total]])
        model.limit(self, np.zeros(len(columns)), columns, terms, [most], step=UNIT * PER_POINT)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Add up the differences of all pairs."""
        share = self.shares_of(problem).tolist()
        if not any(share):
            return Judgement()
        has = self.has(problem, schedule)
        pairs = ((i, j) for i in range(len(has)) for j in range(i))
        gaps = sum(-(-abs(share[j] * has[i] - share[i] * has[j]) // STEP) for i, j in pairs)
        beyond = UNIT * gaps - self.most_percent * sum(has)
        index = UNIT * gaps / max(1, sum(has))
        text = f"{self._words}: the Gini index is {index:.2f} percent, {self.most_percent} allowed"
        return self.over_limit([(-(-beyond // (UNIT * PER_POINT)), text, {})])


class FairJain(FairRule):
    """Jain's index of what people have for each unit of what they are entitled to is no less than so much.

    With shares ``s`` of the whole and amounts ``a`` that is ``(sum of a)^2 >= index x sum of a^2 / s``, where ``1 / s``
    is rounded up to a tenth, so that nothing below the index passes. The squares are exact; the linear relaxation does
    not know them, so the proof is weaker than with ``fair.gini``.

    Source: R. Jain, D. Chiu and W. Hawe (1984), A quantitative measure of fairness and discrimination, DEC-TR-301.

    Attributes
    ----------
    least_percent
        Smallest index, in percent.
    """

    name: ClassVar[str] = "fair.jain"

    least_percent: Percent

    def add_to(self, model: ModelContext) -> None:
        """Limit the sum of squares by the square of the sum."""
        share = self.shares_of(model.problem)
        if not share.any():
            return
        has, scale = self.columns(model), self._scale(model.problem)
        before, unit = has.before // scale, has.unit // scale
        # (before + unit x column) squared, its known part aside.
        column = np.concatenate([has.column, [has.total]])
        known = np.concatenate([before, [before.sum()]])
        factor = np.concatenate([-self.least_percent * _tenths(share), [100 * 10]])
        columns = np.concatenate([model.squares(column), column])
        terms = np.concatenate([factor * unit**2, factor * 2 * known * unit])
        model.require(np.zeros(len(columns)), columns, terms, [-int((factor * known**2).sum())], None)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Compare the square of the sum with the sum of squares."""
        share = self.shares_of(problem)
        if not share.any():
            return Judgement()
        has = [own // self._scale(problem) for own in self.has(problem, schedule)]
        squares = sum(part * own**2 for part, own in zip(_tenths(share).tolist(), has, strict=True))
        if 1000 * sum(has) ** 2 >= self.least_percent * squares:
            return Judgement()
        index = 1000 * sum(has) ** 2 / squares
        return Judgement((self.violation(f"{self._words}: Jain's index is {index:.1f} percent, {self._least}"),))

    @property
    def _least(self) -> str:
        return f"{self.least_percent} at least"

    def _scale(self, problem: Problem) -> int:
        """Give what all points are multiples of: without it the squares stay small."""
        return math.gcd(*(item.points for item in self.items_of(problem)))


def _tenths(share: IntArray) -> IntArray:
    """Give one over each share in tenths, rounded up; nobody's share counts as less than the smallest part."""
    tenths: IntArray = -(-10 * WHOLE // np.maximum(share, 1))
    return tenths

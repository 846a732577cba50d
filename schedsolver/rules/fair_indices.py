"""Fairness as an index of how evenly people have what they are entitled to: Gini's and Jain's."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.rule import Judgement, ModelContext
from schedsolver.rules.entitlement import UNIT, WHOLE
from schedsolver.rules.fairness import PER_POINT, STEP, FairRule

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule

Percent = Annotated[int, Field(ge=1, le=99)]


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
        items = self.items_of(model.problem)
        share = self.shares_of(items, model.problem)
        if not share.any():
            return
        has = self.columns(items, model)
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
        items = self.items_of(problem)
        share = self.shares_of(items, problem).tolist()
        if not any(share):
            return Judgement()
        has = self.has(items, problem, schedule)
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
        items = self.items_of(model.problem)
        share = self.shares_of(items, model.problem)
        if not share.any():
            return
        has, scale = self.columns(items, model), self._scale(model.problem)
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
        items = self.items_of(problem)
        share = self.shares_of(items, problem)
        if not share.any():
            return Judgement()
        has = [own // self._scale(problem) for own in self.has(items, problem, schedule)]
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

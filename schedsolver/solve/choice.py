"""What a search by places solves again next: parts of the kinds that pay, where most is lost against a relaxation."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray, FloatArray, IntArray
from schedsolver.domain.horizon import weeks_of
from schedsolver.model.options import activities_allowed

if TYPE_CHECKING:
    from schedsolver.model.build import BuiltModel

# Of what a kind brought and took, so much counts after the next part of it.
MEMORY = 0.8
# A kind that brings nothing has this share of the time of the best all the same.
LEAST_RATE = 0.1
# What parts take at least, where the clock is too coarse to tell.
LEAST_SECONDS = 1e-3
# A place where nothing is lost is chosen as if it lost this share of what places lose on average.
LEAST_LOSS = 0.05

# What a part is made of, and of how many.
Kind = tuple[str, int]


@dataclass
class _Paid:
    """What a kind of part brought and took lately, in cents and seconds; how many parts that were."""

    cents: float = 0.0
    seconds: float = 1.0
    parts: float = 1.0


class Payoff:
    """Chooses kinds of parts so that each has a share of the time by what it brought for it lately.

    Parameters
    ----------
    kinds
        Those to choose from; every one has a turn at first.
    """

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._paid = {kind: _Paid() for kind in kinds}
        self._untried = deque(self._paid)

    def next(self, rng: np.random.Generator) -> Kind:
        """Choose the kind of the next part."""
        if self._untried:
            return self._untried.popleft()
        kinds = list(self._paid)
        cents, seconds, parts = np.array([(p.cents, p.seconds, p.parts) for p in self._paid.values()]).T
        seconds = np.maximum(seconds, LEAST_SECONDS)
        rate = cents / seconds
        share = np.maximum(rate, LEAST_RATE * rate.max()) if rate.any() else np.ones(len(kinds))
        often = share * parts / seconds
        return kinds[rng.choice(len(kinds), p=often / often.sum())]

    def note(self, kind: Kind, cents: float, seconds: float) -> None:
        """Take note of what a part brought and took; kinds that are not to be chosen are none of its business."""
        paid = self._paid.get(kind)
        if paid is not None:
            paid.cents = MEMORY * paid.cents + cents
            paid.seconds = MEMORY * paid.seconds + seconds
            paid.parts = MEMORY * paid.parts + 1


class Losses:
    """Where a solution of a model loses most: prices of what follows from the decisions, above those of a relaxation.

    Parameters
    ----------
    model
        The model, with its rows.
    """

    def __init__(self, model: BuiltModel) -> None:
        self._model = model
        roster, filling, relaxation = model.roster, model.filling, model.relaxation
        self._days, activities = roster.problem.horizon.days, len(roster.problem.activities)
        place = roster.options.outlet * self._days + roster.options.day
        # Outlets and days at which there are duties to choose from.
        self._there = np.zeros(len(roster.problem.outlets) * self._days, bool)
        self._there[place] = True
        where, what = np.full((2, roster.columns), -1)
        where[roster.duty_columns] = place
        where[filling.column] = filling.outlet * self._days + filling.day
        # What follows from more than heads on an activity belongs to none.
        what[model.decisions] = activities * self._days
        what[roster.heads.column] = roster.heads.activity * self._days + roster.heads.day
        prices = np.where(model.decisions, 0, relaxation.cost)
        # Of priced columns: the outlet and day, and the activity and day, that each belongs to if to one.
        self._by_place = _Cells.of(relaxation.spread(where), prices, len(self._there))
        self._by_activity = _Cells.of(relaxation.spread(what), prices, activities * self._days)
        self._week = np.array(weeks_of(roster.problem.horizon.dates))
        self._able: BoolArray = np.any(activities_allowed(roster.problem, roster.rules), axis=1)
        self._anybody: BoolArray = np.any(self._able, axis=0).T.ravel()

    def expect(self, values: FloatArray, part: BoolArray) -> None:
        """Take what a relaxation loses as what cannot be saved, where it has the columns; shape ``(columns,)`` each."""
        self._by_place.expect(values, part)
        self._by_activity.expect(values, part)

    def options(self, kind: Kind, now: IntArray, rng: np.random.Generator) -> BoolArray:
        """Choose options to decide on again, shape ``(options,)``; those where much is lost are more likely.

        Parameters
        ----------
        kind
            ``"places"`` for some outlets on one day, ``"stretch"`` for consecutive days of one outlet, ``"team"`` for a
            week of some people who may do the same; and how many outlets, days, people.
        now
            A solution of the model, shape ``(columns,)``.
        rng
            Source of the choice.
        """
        options, (what, size) = self._model.roster.options, kind
        if what == "team":
            return self._of_team(size, now, rng)
        lost = self._by_place.lost(now)
        outlet, day = np.divmod(_drawn(lost, self._there, 1, rng), self._days)
        if what == "stretch":
            first = np.clip(day - rng.integers(size), 0, max(0, self._days - size))
            return np.isin(options.outlet, outlet) & (options.day >= first) & (options.day < first + size)
        beside = self._there & np.isin(np.arange(len(lost)) % self._days, day)
        beside[outlet * self._days + day] = False
        others = _drawn(lost, beside, size - 1, rng) // self._days
        return np.isin(options.day, day) & np.isin(options.outlet, [*outlet, *others])

    def _of_team(self, size: int, now: IntArray, rng: np.random.Generator) -> BoolArray:
        """Choose the options that some people who may do the same have in a week."""
        options = self._model.roster.options
        activity, day = np.divmod(_drawn(self._by_activity.lost(now), self._anybody, 1, rng), self._days)
        people = rng.permutation(np.flatnonzero(self._able[:, day, activity].any(axis=1)))[:size]
        return np.isin(options.employee, people) & np.isin(self._week[options.day], self._week[day])


@dataclass
class _Cells:
    """Priced columns that belong to one of some cells each, and what a relaxation loses in every cell."""

    columns: IntArray
    cell: IntArray
    prices: IntArray
    expected: FloatArray

    @classmethod
    def of(cls, cell: IntArray, prices: IntArray, count: int) -> _Cells:
        columns = np.flatnonzero((prices > 0) & (cell >= 0) & (cell < count))
        return cls(columns, cell[columns], prices[columns], np.zeros(count))

    def expect(self, values: FloatArray, part: BoolArray) -> None:
        own = np.zeros(len(self.expected), bool)
        own[self.cell[part[self.columns]]] = True
        self.expected = np.where(own, self._sums(values), self.expected)

    def lost(self, now: IntArray) -> FloatArray:
        lost: FloatArray = np.maximum(0, self._sums(now) - self.expected)
        return lost

    def _sums(self, values: IntArray | FloatArray) -> FloatArray:
        sums = np.bincount(self.cell, self.prices * values[self.columns].astype(float), len(self.expected))
        return sums.astype(float)


def _drawn(lost: FloatArray, among: BoolArray, size: int, rng: np.random.Generator) -> IntArray:
    """Draw some of the marked positions, or all if there are no more; more likely where more is lost."""
    positions = np.flatnonzero(among)
    if size < 1 or not len(positions):
        return positions[:0]
    chances = lost[positions] + LEAST_LOSS * lost[positions].mean() + 1.0
    drawn: IntArray = rng.choice(positions, min(size, len(positions)), replace=False, p=chances / chances.sum())
    return drawn

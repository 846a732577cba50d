"""What a line adds up to over the horizon: its bounds, its price, and where counting may stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.domain.line import Walk


@dataclass(frozen=True)
class Limit:
    """Bounds of a count and what a unit outside them costs, ``None`` where it must not be."""

    least: int | None
    most: int | None
    price: int | None


@dataclass(frozen=True)
class Counter:
    """A count over the horizon in its largest unit, from 0 to ``size - 1``.

    Attributes
    ----------
    walks
        Positions of the walks that count the same.
    unit
        What 1 stands for.
    size
        Number of values.
    saturates
        Whether the last value stands for all beyond it.
    highest
        No line can or may have more.
    limits
        What is asked of it.
    """

    walks: tuple[int, ...]
    unit: int
    size: int
    saturates: bool
    highest: int
    limits: tuple[Limit, ...]

    def whole(self) -> Counter:
        """Give the count without saturation."""
        return replace(self, size=max(0, self.highest) + 1, saturates=False)

    def at_end(self) -> FloatArray:
        """Give the cents that each value costs at the end, infinite where it must not be, shape ``(size,)``."""
        value = np.arange(self.size, dtype=np.int64) * self.unit
        cents = np.zeros(self.size)
        for limit in self.limits:
            lacking = np.maximum(0, (limit.least or 0) - value)
            beyond = np.zeros_like(value) if limit.most is None else np.maximum(0, value - limit.most)
            units = lacking + beyond
            cents += np.where(units > 0, np.inf, 0.0) if limit.price is None else units * limit.price
        return cents

    def beyond_end(self, steps: int) -> int:
        """Give the cents of so many steps beyond the last value, which stands for all of them."""
        slope = sum(limit.price or 0 for limit in self.limits if limit.most is not None)
        return steps * self.unit * slope

    def lowest(self) -> int:
        """Give the least value that the hard limits allow."""
        return max((-(-(li.least or 0) // self.unit) for li in self.limits if li.price is None), default=0)


def counters_of(walks: Sequence[Walk], reach: Sequence[int], amounts: Sequence[IntArray]) -> list[Counter]:
    """Give the counts of walks, those that count the same as one.

    Parameters
    ----------
    walks
        Walks that count.
    reach
        Most that each can count over the horizon.
    amounts
        What each adds on each step of the machine, any shape.
    """
    alike: dict[bytes, list[int]] = {}
    for w, table in enumerate(amounts):
        alike.setdefault(table.tobytes(), []).append(w)
    return [_counter(own, [walks[w] for w in own], reach[own[0]], amounts[own[0]]) for own in alike.values()]


def _counter(positions: list[int], walks: list[Walk], reach: int, amounts: IntArray) -> Counter:
    unit = max(1, int(np.gcd.reduce(amounts, axis=None)))
    limits = tuple(Limit(w.least, w.most, w.price) for w in walks)
    farthest = reach // unit
    hard = [li.most // unit for li in limits if li.price is None and li.most is not None]
    highest = min([farthest, *hard])
    marks = [-(-(li.least or 0) // unit) for li in limits]
    marks += [-(-li.most // unit) for li in limits if li.most is not None and li.price is not None]
    last = max(0, highest if highest < farthest else min(farthest, max(marks)))
    return Counter(tuple(positions), unit, last + 1, last < highest, highest, limits)

"""What rules ask of one employee's line of work, in the form that pricing works with.

A *line* says for each day of the horizon whether its employee is off or has a duty, and of which kind. A rule that
looks at one employee at a time describes itself by walks through small tables (:class:`Walk`) and by prices of single
days (:class:`DayPrices`); ``solve.lines`` multiplies these into one machine and finds best lines by dynamic
programming.

Whatever a rule leaves out here can only make lines cheaper or freer than they are, because no rule has a negative
price. So bounds stay valid, and the model of record and the checker see to the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray

# In tables of cents: that step may not be taken.
FORBIDDEN = -1
OFF = 0


@dataclass(frozen=True)
class DutyKinds:
    """Kinds of duties: those of one kind are alike in all that walks look at; shape ``(kinds,)`` each.

    In tables kind ``k`` is step ``k + 1``; step 0 is a day off.

    Attributes
    ----------
    shift_type, outlet
        Positions in the problem's tables.
    start, end
        Minutes after midnight of the duty's day.
    paid_minutes
        Length without unpaid breaks.
    """

    shift_type: IntArray
    outlet: IntArray
    start: IntArray
    end: IntArray
    paid_minutes: IntArray

    def __len__(self) -> int:
        """Count the kinds."""
        return len(self.shift_type)

    def where(self, chosen: IntArray) -> DutyKinds:
        """Give some of the kinds, by position."""
        fields = (self.shift_type, self.outlet, self.start, self.end, self.paid_minutes)
        return DutyKinds(*(field[chosen] for field in fields))


@dataclass(frozen=True)
class Walk:
    """A walk through states, a step a day, that forbids or prices steps and may count what they add up to.

    Attributes
    ----------
    day_class
        Which table each day goes by, shape ``(days,)``.
    follow
        State after each step, shape ``(classes, states, 1 + kinds)``.
    cents
        Price of each step, ``FORBIDDEN`` for one that may not be taken; same shape.
    start
        State before the first day.
    amounts
        What each step adds to the count, never negative; same shape. ``None`` for a walk that counts nothing.
    least, most
        Bounds of the count over the horizon.
    price
        Cents for each unit below ``least`` or above ``most``; ``None`` where the count must keep within them.
    """

    day_class: IntArray
    follow: IntArray
    cents: IntArray
    start: int = 0
    amounts: IntArray | None = None
    least: int | None = None
    most: int | None = None
    price: int | None = None


@dataclass(frozen=True)
class DayPrices:
    """Prices of single days, whatever the others are.

    Attributes
    ----------
    cents
        Price of each day and step beside what the duty itself costs, ``FORBIDDEN`` for one that may not be taken,
        shape ``(days, 1 + kinds)``.
    """

    cents: IntArray


LinePart: TypeAlias = Walk | DayPrices


def day_total(day_class: IntArray, amounts: IntArray, least: int | None, most: int | None, price: int | None) -> Walk:
    """Give the walk that only counts, on the days of class 1, ``amounts`` of shape ``(1 + kinds,)``."""
    table = np.zeros((2, 1, len(amounts)), np.int64)
    counted = table.copy()
    counted[1, 0] = amounts
    return Walk(day_class, table, table, amounts=counted, least=least, most=most, price=price)


def walked(walk: Walk, steps: Iterable[int]) -> tuple[bool, int]:
    """Tell whether a line keeps a walk, and what it costs; ``steps`` gives the step of each day."""
    state, total, cents = walk.start, 0, 0
    for table, step in zip(walk.day_class.tolist(), steps, strict=True):
        price = int(walk.cents[table, state, step])
        if price == FORBIDDEN:
            return False, 0
        cents += price
        total += 0 if walk.amounts is None else int(walk.amounts[table, state, step])
        state = int(walk.follow[table, state, step])
    beyond = max(0, total - walk.most) if walk.most is not None else 0
    lacking = max(0, walk.least - total) if walk.least is not None else 0
    if walk.price is None:
        return beyond + lacking == 0, cents
    return True, cents + walk.price * (beyond + lacking)


def forbidden_or(price: int | None, units: int | IntArray | BoolArray) -> IntArray:
    """Give the cents of so many units each: ``FORBIDDEN`` where there are some and they have no price."""
    many = np.asarray(units, np.int64)
    if price is None:
        return np.where(many > 0, FORBIDDEN, 0)
    return many * price


@dataclass(frozen=True)
class LineCover:
    """What is wanted of the duties of all lines together: sums of duties with priced shortage and surplus.

    Attributes
    ----------
    row, option
        Row that each duty option counts towards, shape ``(n,)`` each.
    target
        Number wanted, shape ``(rows,)``.
    shortage, surplus
        Tiers ``(row, width, cents)`` as in ``ModelContext.price_gaps``, shape ``(tiers, 3)`` each.
    """

    row: IntArray
    option: IntArray
    target: IntArray
    shortage: IntArray
    surplus: IntArray

"""All employees' lines as flat tables that compiled code can look up: what each step costs, counts and leads to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from schedsolver.domain.arrays import BoolArray, Int32Array, IntArray
from schedsolver.domain.line import Walk
from schedsolver.domain.options import DutyOptions
from schedsolver.solve.lines.describe import LineProblem
from schedsolver.solve.lines.distinct import distinct_rows
from schedsolver.solve.lines.machine import Product, product_of
from schedsolver.solve.lines.master import Cover

# More cents than anything costs; what must not be. Prices are kept in four bytes, so this is what a step or a duty can
# cost at most.
NEVER, MOST_PAID = (1 << 31) - 1, 1 << 30
# Columns of the table of steps.
FOLLOW, PAID, FIRST, END = range(4)
# What any unit of cover costs here at most, in the usual price of a shortage: with prices far from all others nothing
# would move any more.
DEAREST = 10


class Tables(NamedTuple):
    """What lines cost, apart and together. Duties are numbered by *sort*: whatever is alike on all days.

    Attributes
    ----------
    option
        Duty option of each employee, day and sort, -1 for none, shape ``(employees, days, sorts)``.
    own, own_first
        Sorts of each employee, those of employee ``e`` at ``own_first[e]`` to ``own_first[e + 1]``.
    sort
        Sort of each option, shape ``(options,)``.
    step
        Step of each sort in the employee's tables, the last one's that of a day off, shape ``(employees, sorts + 1)``.
    cents
        Price of each employee's duty of a sort on each day, the last one's that of a day off, ``NEVER`` where there is
        none, shape ``(employees, days, sorts + 1)``.
    base
        Where each employee's tables of each day begin, shape ``(employees, days)``.
    steps, start
        How many steps there are from a node of an employee, and the first node, shape ``(employees,)``.
    leads
        Node after each step, -1 where it may not be taken, its price, and where in ``counted`` begins and ends what it
        adds to counts, ending in the same place for the same additions, at ``base + node * steps + step``, shape
        ``(entries, 4)``.
    counted, amount
        Which counts steps add to, and how much.
    own_counts
        Counts of each employee, those of ``e`` from ``own_counts[e]`` on; ``counted`` is numbered from there.
    least, most, price, hard
        Bounds of each count, the price of a unit outside of them, and whether there may not be any more of these.
    row_first, row
        Rows of cover of each option.
    alike
        Whether the same duty of two employees counts towards the same rows, so that exchanges do not change these.
    row_cents
        What so many duties in each row cost, shape ``(rows, 2 + employees)``: one more than there can be, as threads
        that anneal at once may miscount.
    """

    option: Int32Array
    own: Int32Array
    own_first: IntArray
    sort: IntArray
    step: Int32Array
    cents: Int32Array
    base: Int32Array
    steps: IntArray
    start: IntArray
    leads: Int32Array
    counted: Int32Array
    amount: IntArray
    own_counts: IntArray
    least: IntArray
    most: IntArray
    price: IntArray
    hard: BoolArray
    row_first: Int32Array
    row: Int32Array
    alike: bool
    row_cents: IntArray


def tables_of(lines: Sequence[LineProblem], options: DutyOptions, cover: Cover) -> Tables:
    """Put the lines of all employees and what is wanted of them into tables."""
    sort = _sorts(options)
    people, days = len(lines), len(lines[0].day_cents)
    option = np.full((people, days, int(sort.max(initial=-1)) + 1), -1, np.int32)
    sorts = option.shape[2]
    step, cents = np.zeros((people, sorts + 1), np.int32), np.full((people, days, sorts + 1), NEVER, np.int32)
    for line in lines:
        priced = line.day_cents[line.day, line.step]
        may = np.isfinite(priced)
        own, day = line.options[may], line.day[may]
        option[line.employee, day, sort[own]] = own
        step[line.employee, sort[own]] = line.step[may]
        cents[line.employee, day, sort[own]] = np.minimum(line.cents[may] + priced[may].astype(np.int64), MOST_PAID)
        off = line.day_cents[:, 0]
        cents[line.employee, np.isfinite(off), -1] = np.minimum(off[np.isfinite(off)], MOST_PAID)
    used = [np.flatnonzero((option[e] >= 0).any(axis=0)) for e in range(people)]
    own_first = np.cumsum([0, *(len(sorts) for sorts in used)])
    dearest = int(DEAREST * cover.usual)
    walks = _Walks(lines, dearest)
    return Tables(
        option, np.concatenate(used).astype(np.int32), own_first, sort, step, cents, walks.base, walks.steps,
        walks.start, walks.leads, walks.count.astype(np.int32), walks.amount, walks.own_counts, walks.least, walks.most,
        walks.price, walks.hard, cover.first.astype(np.int32), cover.row.astype(np.int32),
        _alike(options.day * sorts + sort, cover), _row_cents(cover, people, dearest),
    )  # fmt: skip


def _alike(what: IntArray, cover: Cover) -> bool:
    """Tell whether all options of a kind count towards the same rows."""
    sizes = np.diff(cover.first)
    rows = np.full((len(what), int(sizes.max(initial=0))), -1, np.int64)
    option = np.repeat(np.arange(len(what)), sizes)
    rows[option, np.arange(len(option)) - cover.first[option]] = cover.row
    _, first, of = np.unique(what, return_index=True, return_inverse=True)
    return bool((np.sort(rows) == np.sort(rows[first])[of.ravel()]).all())


def _sorts(options: DutyOptions) -> IntArray:
    """Number what duties are alike in on all days, shape ``(options,)``."""
    minutes = options.day * (24 * 60)
    what = (options.shift_type, options.outlet, options.skill, options.start - minutes, options.end - minutes)
    return distinct_rows(np.stack([*what, options.paid_minutes], axis=1))[1]


def _row_cents(cover: Cover, people: int, dearest: int) -> IntArray:
    """Give what so many duties in each row cost, no unit more than the dearest."""
    return np.stack([cover.cents_by_row(np.full(cover.rows, n), dearest) for n in range(people + 2)], axis=1)


class _Walks:
    """Flat tables of the walks of some employees, alike ones once."""

    def __init__(self, lines: Sequence[LineProblem], dearest: int) -> None:
        self._entries = self._additions = 0
        self._flat: list[tuple[IntArray, ...]] = []
        alike: dict[tuple[object, ...], list[LineProblem]] = defaultdict(list)
        for line in lines:
            alike[_key(line)].append(line)
        placed = {e: one for same in alike.values() for e, one in self._placed(same).items()}
        base, start, products = zip(*(placed[line.employee] for line in lines), strict=True)
        self.steps = np.array([product.follow.shape[2] for product in products], np.int64)
        self.start = np.array(start, np.int64)
        tables = np.stack([product.day_class * product.follow[0].size for product in products])
        self.base = (np.array(base, np.int64)[:, None] + tables).astype(np.int32)
        follow, paid, adds, sizes, self.count, self.amount = (
            np.concatenate(arrays) for arrays in zip(*self._flat, strict=True)
        )
        first = np.append(0, np.cumsum(sizes))
        leads = np.stack([follow, np.minimum(paid, MOST_PAID), first[adds], first[adds + 1]], axis=1)
        self.leads = leads.astype(np.int32)
        walks = [line.walks[w] for line, product in zip(lines, products, strict=True) for w in product.counting]
        self.own_counts = np.cumsum([0, *(len(product.counting) for product in products)])
        self.least = np.array([walk.least or 0 for walk in walks], np.int64)
        self.most = np.array([NEVER if walk.most is None else walk.most for walk in walks], np.int64)
        self.price = np.array([_hard(walk, dearest) if walk.price is None else walk.price for walk in walks], np.int64)
        self.hard = np.array([walk.price is None for walk in walks], np.bool_)

    def _placed(self, lines: Sequence[LineProblem]) -> dict[int, tuple[int, int, Product]]:
        """Add the tables of employees with the same walks; give where they begin, and each employee's first node."""
        (days, steps), walks = lines[0].day_cents.shape, lines[0].walks
        starts = [[walk.start for walk in line.walks] for line in lines]
        product = product_of(walks, days, steps, range(len(walks)), starts)
        placed = {line.employee: (self._entries, int(product.starts[1 + i]), product) for i, line in enumerate(lines)}
        self._entries += product.follow.size
        amounts = np.array(product.amounts, np.int64).reshape(-1, product.follow.size)
        additions, which = distinct_rows(amounts.T)
        addition, count = np.nonzero(additions)
        sizes = np.bincount(addition, minlength=len(additions))
        self._flat.append((
            product.follow.ravel(), product.cents.ravel(), which + self._additions, sizes, count,
            additions[addition, count],
        ))  # fmt: skip
        self._additions += len(additions)
        return placed


def _key(line: LineProblem) -> tuple[object, ...]:
    """Give what lines with the same walks have in common, wherever these start; where there are none, their steps."""
    arrays = (array for walk in line.walks for array in (walk.day_class, walk.follow, walk.cents, walk.amounts))
    return line.day_cents.shape, *(None if array is None else (array.shape, array.tobytes()) for array in arrays)


def _hard(walk: Walk, dearest: int) -> int:
    """Give a price of a unit outside of hard bounds, so that the least that a duty can add costs the dearest price."""
    assert walk.amounts is not None
    return max(1, dearest // max(1, int(np.gcd.reduce(walk.amounts, axis=None))))

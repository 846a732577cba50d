"""All that rules ask of one employee's line, multiplied into one machine that dynamic programming can run."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np

from schedsolver.domain.arrays import BoolArray, FloatArray, IntArray
from schedsolver.domain.line import FORBIDDEN, Walk
from schedsolver.solve.lines.counters import Counter, counters_of
from schedsolver.solve.lines.distinct import distinct_rows


@dataclass(frozen=True)
class Machine:
    """Nodes and arcs that a line goes along, a day at a time, while it counts.

    One count, the *main* one, is kept as it is; all others together are one mixed number. Steps that lead from the
    same node to the same node at the same price, counting the same, are one arc with a set of steps.

    Attributes
    ----------
    start
        Node before the first day.
    day_class
        Which arcs each day has, shape ``(days,)``.
    first
        Where the arcs of each class and node begin, shape ``(classes, nodes + 1)``.
    target, cents, main, mixed, choice
        Of each arc: where it leads, its price, what it adds to the main count, which row of ``add`` it takes, and
        which set of steps, shape ``(arcs,)``.
    choices
        The sets of steps, shape ``(sets, 1 + kinds)``.
    add, add_cents
        Mixed count after a row's addition, -1 where a limit forbids it, and what that costs, shape
        ``(rows, mixed counts)``.
    low, high
        Least and most main count that may be held before each day and at the end, shape ``(days + 1,)``.
    main_end, mixed_end
        What each count costs at the end, infinite where it must not be.
    """

    start: int
    day_class: IntArray
    first: IntArray
    target: IntArray
    cents: IntArray
    main: IntArray
    mixed: IntArray
    choice: IntArray
    choices: BoolArray
    add: IntArray
    add_cents: IntArray
    low: IntArray
    high: IntArray
    main_end: FloatArray
    mixed_end: FloatArray

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return int(self.first.shape[1]) - 1

    @property
    def cells(self) -> int:
        """Number of values that the dynamic programme keeps."""
        return (len(self.day_class) + 1) * self.nodes * len(self.mixed_end) * int((self.high - self.low).max() + 1)


def machine_of(walks: Sequence[Walk], product: Product, band_days: int | None = None) -> Machine:
    """Make the machine of walks.

    Parameters
    ----------
    walks
        What the line has to keep.
    product
        The walks multiplied, with the counts that are kept.
    band_days
        Where the main count has to be near a straight line, no further off than so many days can add up to. Lines
        further off are lost, so that the cheapest may be. ``None`` for everywhere.
    """
    counters = counters_of(
        [walks[w] for w in product.counting], [walks_reach(walks[w]) for w in product.counting], product.amounts
    )
    counters.sort(key=lambda counter: counter.size)
    main = counters.pop().whole() if counters else Counter((), 1, 1, False, 0, ())
    return _assembled(product, main, counters, band_days)


def walks_reach(walk: Walk) -> int:
    """Give the most that a walk can count over the horizon."""
    if walk.amounts is None:
        return 0
    return int(walk.amounts.max(axis=(1, 2))[walk.day_class].sum())


@dataclass(frozen=True)
class Product:
    """Walks side by side: tables over all nodes, shape ``(classes, nodes, steps)``; ``amounts`` by counting walk.

    ``starts`` has the node where the walks start, then those of other starts.
    """

    starts: IntArray
    day_class: IntArray
    follow: IntArray
    cents: IntArray
    counting: list[int]
    amounts: list[IntArray]


def product_of(
    walks: Sequence[Walk], days: int, steps: int, counted: Container[int], starts: Sequence[Sequence[int]] = ()
) -> Product:
    """Go from the start along all steps of all classes of days, then put together nodes with the same future.

    Most walks have one state only; nodes are combinations of the states of the others, the moving ones.

    Parameters
    ----------
    walks
        What the line has to keep.
    days, steps
        Of the horizon; off and the kinds of duty.
    counted
        Positions of the walks whose counts are kept; those of others are left out.
    starts
        Where else the walks may start: a state of each.
    """
    classes = np.stack([np.zeros(days, np.int64), *(walk.day_class for walk in walks)], axis=1)
    combinations, day_class = distinct_rows(classes)
    moving = [w for w, walk in enumerate(walks) if walk.follow.shape[1] > 1]
    tables = [walks[w].follow[combinations[:, w + 1]] for w in moving]
    prices = [walks[w].cents[combinations[:, w + 1]] for w in moving]
    always = np.zeros((len(combinations), steps), np.int64)
    for w in set(range(len(walks))).difference(moving):
        always = _added(always, walks[w].cents[combinations[:, w + 1], 0])
    begins = np.array([[walk.start for walk in walks], *starts], np.int64)[:, moving]
    nodes, start = distinct_rows(begins)
    known, done = {row.tobytes(): place for place, row in enumerate(nodes)}, 0
    follow = np.zeros((len(combinations), 0, steps), np.int64)
    cents = follow.copy()
    while done < len(nodes):
        fresh = nodes[done:]
        paid, after = _stepped(tables, prices, always, fresh)
        allowed = paid != FORBIDDEN
        reached, which = distinct_rows(after[allowed])
        new = [row for row in reached if row.tobytes() not in known]
        for row in new:
            known[row.tobytes()] = len(known)
        target = np.full(paid.shape, -1, np.int64)
        place = np.array([known[row.tobytes()] for row in reached], np.int64)
        target[allowed] = place[which]
        follow = np.concatenate([follow, target], axis=1)
        cents = np.concatenate([cents, paid], axis=1)
        done = len(nodes)
        nodes = np.concatenate([nodes, *(row[None] for row in new)])
    counting = [w for w, walk in enumerate(walks) if walk.amounts is not None and w in counted]
    amounts = []
    for w in counting:
        table = walks[w].amounts
        assert table is not None
        state = nodes[:, moving.index(w)] if w in moving else np.zeros(len(nodes), np.int64)
        amounts.append(np.where(follow >= 0, table[combinations[:, w + 1]][:, state], 0))
    product = Product(start, day_class, follow, cents, counting, amounts)
    return _minimised(product, [table for w, table in zip(counting, amounts, strict=True) if w in moving])


def _added(cents: IntArray, more: IntArray) -> IntArray:
    """Add prices of steps, ``FORBIDDEN`` where either is."""
    return np.where((cents == FORBIDDEN) | (more == FORBIDDEN), FORBIDDEN, cents + more)


def _stepped(
    tables: Sequence[IntArray], prices: Sequence[IntArray], always: IntArray, fresh: IntArray
) -> tuple[IntArray, IntArray]:
    """Give price and states after each step from some nodes, by class, node and step; others always cost the same."""
    paid = np.repeat(always[:, None], len(fresh), axis=1)
    after = np.zeros((*paid.shape, fresh.shape[1]), np.int64)
    for w, (table, price) in enumerate(zip(tables, prices, strict=True)):
        paid = _added(paid, price[:, fresh[:, w]])
        after[..., w] = table[:, fresh[:, w]]
    return paid, after


def _minimised(product: Product, apart: Sequence[IntArray]) -> Product:
    """Put together nodes from which every step costs, counts and leads to the same (Moore 1956).

    ``apart`` are the amounts that nodes may differ in.
    """
    nodes = product.follow.shape[1]
    by_node = [np.moveaxis(t, 1, 0).reshape(nodes, -1) for t in (product.cents, *apart)]
    fixed = np.concatenate(by_node, axis=1)
    follow = np.moveaxis(product.follow, 1, 0).reshape(nodes, -1)
    label, count = _labels(fixed), 0
    while label.max() + 1 > count:
        count = int(label.max()) + 1
        leads = np.where(follow >= 0, label[follow], -1)
        label = _labels(np.concatenate([label[:, None], leads], axis=1))
    stands = np.zeros(count, np.int64)
    stands[label[::-1]] = np.arange(nodes)[::-1]
    merged = np.where(product.follow[:, stands] >= 0, label[product.follow[:, stands]], -1)
    return Product(
        label[product.starts], product.day_class, merged, product.cents[:, stands], product.counting,
        [table[:, stands] for table in product.amounts],
    )  # fmt: skip


def _labels(rows: IntArray) -> IntArray:
    """Number rows so that equal ones have the same number; few rows, but long ones."""
    known: dict[bytes, int] = {}
    return np.array([known.setdefault(row.tobytes(), len(known)) for row in rows], np.int64)


def _assembled(product: Product, main: Counter, others: Sequence[Counter], band_days: int | None) -> Machine:
    """Bundle steps into arcs, and the other counts into one mixed number."""
    shape = product.follow.shape
    units = [product.amounts[c.walks[0]] // c.unit for c in others]
    main_units = product.amounts[main.walks[0]] // main.unit if main.walks else np.zeros(shape, np.int64)
    rows, mixed = distinct_rows(np.stack([np.zeros(shape, np.int64), *units], axis=-1).reshape(-1, 1 + len(units)))
    classes, nodes, steps = shape
    place = np.indices(shape)
    fields = np.stack([*place[:2], product.follow, product.cents, main_units, mixed.reshape(shape)], axis=-1)
    allowed = product.follow >= 0
    arcs, of = distinct_rows(fields[allowed])
    begins = np.searchsorted(arcs[:, 0] * nodes + arcs[:, 1], np.arange(classes * nodes + 1))
    first = np.stack([begins[c * nodes : (c + 1) * nodes + 1] for c in range(classes)])
    chosen = np.zeros((len(arcs), steps), bool)
    chosen[of, place[2][allowed]] = True
    choices, choice = np.unique(chosen, axis=0, return_inverse=True)
    add, add_cents, mixed_end = _mixed(others, rows[:, 1:])
    low, high = _corridor(main, main_units, product.day_class, band_days)
    target, cents, main_units, mixed = (np.ascontiguousarray(column) for column in arcs.T[2:])
    return Machine(
        int(product.starts[0]), product.day_class, first, target, cents, main_units, mixed, choice.ravel(), choices,
        add, add_cents, low, high, main.at_end(), mixed_end,
    )  # fmt: skip


def _mixed(counters: Sequence[Counter], rows: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Give the tables of the mixed count: after each addition, its cents, and the cents at the end."""
    sizes = [c.size for c in counters]
    values = np.indices(sizes).reshape(len(sizes), -1) if sizes else np.zeros((0, 1), np.int64)
    add = np.zeros((len(rows), values.shape[1]), np.int64)
    cents, end = np.zeros_like(add), np.zeros(values.shape[1])
    stride = 1
    for i in reversed(range(len(counters))):
        counter, sum_of = counters[i], values[i] + rows[:, i : i + 1]
        over = np.maximum(0, sum_of - (counter.size - 1))
        forbidden = sum_of > counter.highest
        place = np.minimum(sum_of, counter.size - 1) * stride
        add = np.where(forbidden | (add < 0), -1, add + place)
        cents += counter.beyond_end(1) * over
        end += counter.at_end()[values[i]]
        stride *= counter.size
    return add, cents, end


def _corridor(main: Counter, units: IntArray, day_class: IntArray, band_days: int | None) -> tuple[IntArray, IntArray]:
    """Give the main counts from which the hard limits can still be kept, before each day and at the end."""
    a_day = units.max(axis=(1, 2))[day_class] if units.size else np.zeros(len(day_class), np.int64)
    ahead = np.append(np.cumsum(a_day[::-1])[::-1], 0)
    so_far = np.append(0, np.cumsum(a_day))
    low = np.maximum(0, main.lowest() - ahead)
    high = np.minimum(so_far, main.size - 1)
    if band_days is not None:
        share = np.arange(len(low)) / max(1, len(day_class))
        width = band_days * int(a_day.max(initial=0))
        middle = (main.lowest() + main.size - 1) / 2 * share
        low = np.maximum(low, np.floor(middle - width).astype(np.int64))
        high = np.minimum(high, np.ceil(middle + width).astype(np.int64))
    return np.minimum(low, high), high

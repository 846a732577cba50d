"""Best lines of one employee by dynamic programming over days, compiled; and the same in plain numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from schedsolver.domain.arrays import FloatArray, IntArray
from schedsolver.solve.lines.machine import Machine


@dataclass(frozen=True)
class Priced:
    """A line found.

    Attributes
    ----------
    value
        Its price under the prices given, rules included.
    steps
        Step of each day, shape ``(days,)``.
    rule_cents
        What the rules alone charge.
    """

    value: float
    steps: IntArray
    rule_cents: int


def best_lines(machine: Machine, prices: FloatArray, count: int = 1, *, compiled: bool = True) -> list[Priced]:
    """Find a cheapest line, and perhaps some more that are cheap and end otherwise; the cheapest first.

    Parameters
    ----------
    machine
        What the rules ask of the line.
    prices
        Price of each day and step, infinite where there is no such duty, shape ``(days, 1 + kinds)``.
    count
        How many lines to give; no more than there are.
    compiled
        Whether to run the compiled programme, or the slower one in numpy, which gives the same.
    """
    least, step = _cheapest_steps(machine, prices)
    forward = _forward if compiled else _forward_in_numpy
    value = forward(
        machine.day_class, machine.first, machine.target, machine.cents, machine.main, machine.mixed, machine.choice,
        least, machine.add, machine.add_cents, machine.low, machine.high, machine.start,
    )  # fmt: skip
    least_main = int(machine.low[-1])
    main_end = machine.main_end[least_main : int(machine.high[-1]) + 1]
    total = value[-1, :, :, : len(main_end)] + machine.mixed_end[:, None] + main_end
    found: list[Priced] = []
    for end in _best_ends(total, count):
        arcs, cents = _back(
            machine.day_class, machine.first, machine.target, machine.cents, machine.main, machine.mixed,
            machine.choice, least, machine.add, machine.add_cents, machine.low, value, *end,
        )  # fmt: skip
        steps = step[np.arange(len(arcs)), machine.choice[arcs]]
        _, mixed, main = end
        cents += int(machine.mixed_end[mixed] + main_end[main])
        if not any(np.array_equal(steps, other.steps) for other in found):
            found.append(Priced(float(total[end]), steps, cents))
    return found


def _cheapest_steps(machine: Machine, prices: FloatArray) -> tuple[FloatArray, IntArray]:
    """Give the price of the cheapest step of each set on each day, and which step that is; shape ``(days, sets)``."""
    masked = np.where(machine.choices, prices[:, None, :], np.inf)
    step = masked.argmin(axis=2)
    return np.take_along_axis(masked, step[..., None], axis=2)[..., 0], step


def _best_ends(total: FloatArray, count: int) -> list[tuple[int, ...]]:
    """Give node and counts of the cheapest ends that can be reached, cheapest first."""
    flat = total.ravel()
    if count == 1:
        order = np.array([int(flat.argmin())])
    else:
        some = np.argpartition(flat, min(4 * count, flat.size - 1))[: 4 * count]
        order = some[np.argsort(flat[some], kind="stable")][:count]
    reached = order[np.isfinite(flat[order])]
    return [tuple(int(i) for i in np.unravel_index(end, total.shape)) for end in reached]


@njit(cache=True, nogil=True)
def _forward(
    day_class: IntArray, first: IntArray, target: IntArray, cents: IntArray, main: IntArray, mixed: IntArray,
    choice: IntArray, least: FloatArray, add: IntArray, add_cents: IntArray, low: IntArray, high: IntArray,
    start: int,
) -> FloatArray:  # fmt: skip
    """Give the least price of each node and counts before each day and at the end.

    The shape is ``(days + 1, nodes, mixed counts, main counts)``; main counts begin with the day's lowest.
    """
    days, nodes, mixes = len(day_class), first.shape[1] - 1, add.shape[1]
    value = np.full((days + 1, nodes, mixes, (high - low).max() + 1), np.inf)
    value[0, start, 0, 0] = 0.0
    live = np.zeros((nodes, mixes), np.bool_)
    live[start, 0] = True
    for day in range(days):
        table = day_class[day]
        after = np.zeros((nodes, mixes), np.bool_)
        for node in range(nodes):
            for arc in range(first[table, node], first[table, node + 1]):
                price = least[day, choice[arc]] + cents[arc]
                begin = max(low[day], low[day + 1] - main[arc])
                end = min(high[day], high[day + 1] - main[arc]) + 1
                if price == np.inf or end <= begin:
                    continue
                for mix in range(mixes):
                    into = add[mixed[arc], mix]
                    if into < 0 or not live[node, mix]:
                        continue
                    after[target[arc], into] = True
                    total = price + add_cents[mixed[arc], mix]
                    source = value[day, node, mix, begin - low[day] :]
                    sink = value[day + 1, target[arc], into, begin + main[arc] - low[day + 1] :]
                    for count in range(end - begin):
                        here = source[count] + total
                        if here < sink[count]:
                            sink[count] = here
        live = after
    return value


def _forward_in_numpy(
    day_class: IntArray, first: IntArray, target: IntArray, cents: IntArray, main: IntArray, mixed: IntArray,
    choice: IntArray, least: FloatArray, add: IntArray, add_cents: IntArray, low: IntArray, high: IntArray,
    start: int,
) -> FloatArray:  # fmt: skip
    """Do what ``_forward`` does, all counts of an arc at once."""
    days, nodes, mixes = len(day_class), first.shape[1] - 1, add.shape[1]
    value = np.full((days + 1, nodes, mixes, (high - low).max() + 1), np.inf)
    value[0, start, 0, 0] = 0.0
    for day, table in enumerate(day_class):
        for node in range(nodes):
            for arc in range(first[table, node], first[table, node + 1]):
                more, row = main[arc], mixed[arc]
                begin = max(low[day], low[day + 1] - more)
                end = min(high[day], high[day + 1] - more) + 1
                if end <= begin:
                    continue
                at, into = begin - low[day], begin + more - low[day + 1]
                price = (least[day, choice[arc]] + cents[arc] + add_cents[row])[:, None]
                here = value[day, node, :, at : at + end - begin] + price
                kept = add[row] >= 0
                sink = value[day + 1, target[arc], :, into : into + end - begin]
                np.minimum.at(sink, add[row][kept], here[kept])
    return value


@njit(cache=True, nogil=True)
def _back(
    day_class: IntArray, first: IntArray, target: IntArray, cents: IntArray, main: IntArray, mixed: IntArray,
    choice: IntArray, least: FloatArray, add: IntArray, add_cents: IntArray, low: IntArray, value: FloatArray,
    node: int, mix: int, count: int,
) -> tuple[IntArray, int]:  # fmt: skip
    """Give the arcs that lead to an end at its price, shape ``(days,)``, and the cents of the rules on the way."""
    days, nodes, mixes = len(day_class), first.shape[1] - 1, add.shape[1]
    arcs = np.full(days, -1, np.int64)
    paid = 0
    for day in range(days - 1, -1, -1):
        table, here, found = day_class[day], value[day + 1, node, mix, count], False
        for before in range(nodes):
            for arc in range(first[table, before], first[table, before + 1]):
                held = count + low[day + 1] - main[arc] - low[day]
                if target[arc] != node or held < 0 or held >= value.shape[3]:
                    continue
                price = least[day, choice[arc]] + cents[arc]
                for other in range(mixes):
                    if add[mixed[arc], other] != mix:
                        continue
                    if value[day, before, other, held] + (price + add_cents[mixed[arc], other]) == here:
                        arcs[day] = arc
                        paid += cents[arc] + add_cents[mixed[arc], other]
                        node, mix, count, found = before, other, held, True
                        break
                if found:
                    break
            if found:
                break
    return arcs, paid

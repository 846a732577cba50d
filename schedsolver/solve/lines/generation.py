"""Column generation: lines priced against the master until no better one is left, with a bound all the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from schedsolver.solve.lines.counters import FloatArray
from schedsolver.solve.lines.master import Cover, Line, Master, MasterSolution
from schedsolver.solve.lines.pricer import Pricers

# Prices are halfway between the master's and those of the best bound (Wentges 1997, "Weighted Dantzig-Wolfe
# decomposition for linear mixed-integer programming", International Transactions in Operational Research 4).
SMOOTHING = 0.5
LINES_AT_ONCE = 2
TOLERANCE = 1e-6
# Within this share of its bound the master's prices are near enough for limits to be counted that lines break.
NEAR = 0.02


@dataclass(frozen=True)
class Generated:
    """Where column generation ended.

    Attributes
    ----------
    bound
        No roster costs less.
    objective
        Cost of the master's solution.
    prices, duals
        Prices of cover that give the bound, shape ``(rows,)``, and the price of each employee's best line at these.
    lines
        All lines generated.
    weight, reduced
        Share of each line in the master's solution, and its reduced cost at the prices, shape ``(lines,)``.
    """

    bound: float
    objective: float
    prices: FloatArray
    duals: Mapping[int, float]
    lines: list[Line]
    weight: FloatArray
    reduced: FloatArray


def generate(
    pricers: Pricers,
    master: Master,
    stopped: Callable[[], bool],
    on_bound: Callable[[float], None] | None = None,
    *,
    close: float = TOLERANCE,
    share: float = 0.0,
    rounds: int | None = None,
) -> Generated | None:
    """Generate lines until the master is solved.

    Parameters
    ----------
    pricers
        The lines of all employees.
    master
        With a line of each employee at least; more are added to it.
    stopped
        Asked in between; true ends the generation with what there is.
    on_bound
        Called with each better bound.
    close, share
        The master may stay so much, or this share of the bound, above the bound.
    rounds
        How often to price at most; ``None`` for as often as it takes.

    Returns
    -------
    Where it ended, be it stopped; ``None`` if some employee can have no line at all or nothing was solved.
    """
    cover, bound, duals = master.cover, -math.inf, np.zeros(0)
    centre: FloatArray | None = None
    smooth, priced = True, 0
    last: MasterSolution | None = None
    while (solution := master.solve()) is not None:
        last = solution
        prices = cover.clipped(solution.cover)
        at = prices if centre is None or not smooth else SMOOTHING * centre + (1 - SMOOTHING) * prices
        offers = [offer for offer in pricers.all_lines(-cover.reward(at), LINES_AT_ONCE) if offer is not None]
        if len(offers) < len(pricers.employees):
            return None
        priced += 1
        values = np.array([offer.least for offer in offers])
        lagrange = cover.least_cents(at) + math.fsum(values)
        if lagrange > bound:
            bound, centre, duals = lagrange, at, values
            if on_bound is not None:
                on_bound(bound)
        gap = solution.objective - bound
        if not pricers.counting and gap <= NEAR * abs(solution.objective):
            pricers.counting = True
            master.keep_only(pricers.keeps)
            continue
        if stopped() or gap <= max(TOLERANCE, close, share * abs(bound)) or priced == rounds:
            break
        new = _improving(master, solution, [line for offer in offers for line in offer.lines])
        if not new and at is prices:
            if pricers.counting:
                break
            pricers.counting = True
            master.keep_only(pricers.keeps)
        smooth = bool(new)
        master.add(new)
    if centre is None or last is None:
        return None
    prices_of = dict(zip(pricers.employees, duals.tolist(), strict=True))
    reduced = reduced_costs(cover, centre, prices_of, master.lines)
    # Lines that came after the last solution have no share in it.
    weight = np.append(last.weight, np.zeros(len(master.lines) - len(last.weight)))
    return Generated(bound, last.objective, centre, prices_of, list(master.lines), weight, reduced)


def _improving(master: Master, solution: MasterSolution, lines: list[Line]) -> list[Line]:
    """Give the lines that the master can do better with."""
    duals = {employee: solution.employee[place] for employee, place in master.place.items()}
    gain = reduced_costs(master.cover, solution.cover, duals, lines)
    return [line for line, value in zip(lines, gain.tolist(), strict=True) if value < -TOLERANCE]


def reduced_costs(cover: Cover, prices: FloatArray, duals: Mapping[int, float], lines: Sequence[Line]) -> FloatArray:
    """Give what each line costs beyond what cover pays for it and its employee's dual, shape ``(lines,)``."""
    paid = cover.reward(prices)
    return np.array([line.cents - paid[line.options].sum() - duals[line.employee] for line in lines])


def first_lines(pricers: Pricers, cover: Cover, order: Sequence[int], rounds: int) -> list[Line] | None:
    """Give everybody a line in turn, each the best beside those given, then do so again while that helps.

    Parameters
    ----------
    pricers, cover
        As for :func:`generate`.
    order
        Employees in the order of their turns.
    rounds
        How often everybody has a turn.

    Returns
    -------
    A line of each employee; ``None`` if none is found for someone.
    """
    given: dict[int, Line] = {}
    counts = np.zeros(cover.rows, np.int64)
    for _ in range(rounds):
        for employee in order:
            if employee in given:
                counts -= cover.counts(given[employee].options)
            offer = pricers.lines(employee, -cover.reward(cover.next_cents(counts)))
            if offer is None or not offer.lines:
                return None
            given[employee] = offer.lines[0]
            counts += cover.counts(given[employee].options)
    return list(given.values())

"""Column generation: lines priced against the master until no better one is left, with a bound all the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from schedsolver.domain.arrays import FloatArray
from schedsolver.solve.lines.master import Cover, Line, Master, MasterSolution, joined
from schedsolver.solve.lines.pricer import Offer, Pricers

# Share of the prices of the best bound in those that lines are priced at, the rest the master's (Wentges 1997,
# "Weighted Dantzig-Wolfe decomposition for linear mixed-integer programming", International Transactions in Operational
# Research 4).
SMOOTHING = 0.5
# How often lines are priced for each time the master is solved, which takes longer: as above, then further uphill.
STEPS = 3
LINES_AT_ONCE = 4
TOLERANCE = 1e-6
# The master is solved to within this share of the gap there is, and of its cost at worst and at best.
NEARER, LOOSEST, TIGHTEST = 0.1, 1e-3, 1e-9


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
    more: Callable[[], list[Line]] = list,
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
    more
        Gives lines from elsewhere, asked each time the master was solved.
    close, share
        The master may stay so much, or this share of the bound, above the bound.
    rounds
        How often to price at most; ``None`` for as often as it takes.

    Returns
    -------
    Where it ended, be it stopped; ``None`` if some employee can have no line at all or nothing was solved.
    """
    ascent = _Ascent(pricers, master.cover, on_bound)
    known = {_key(line) for line in master.lines}
    accuracy, priced = LOOSEST, 0
    last: MasterSolution | None = None
    while (solution := master.solve(accuracy)) is not None:
        last = solution
        offered = ascent.climb(solution, SMOOTHING if accuracy > TIGHTEST else 0, master.dearest)
        if offered is None:
            return None
        priced += 1
        gap = solution.objective - ascent.bound
        if stopped() or gap <= max(TOLERANCE, close, share * abs(ascent.bound)) or priced == rounds:
            break
        new = _improving(master, solution, known, [*offered, *more()])
        if not new and accuracy == TIGHTEST and not master.go_dearer():
            break
        relative = NEARER * gap / max(1.0, abs(solution.objective))
        accuracy = float(np.clip(relative, TIGHTEST, LOOSEST)) if new else TIGHTEST
        master.add(new)
    if last is None:
        return None
    duals = dict(zip(pricers.employees, ascent.duals.tolist(), strict=True))
    reduced = reduced_costs(master.cover, ascent.prices, duals, master.lines)
    # Lines that came after the last solution have no share in it.
    weight = np.append(last.weight, np.zeros(len(master.lines) - len(last.weight)))
    return Generated(ascent.bound, last.objective, ascent.prices, duals, list(master.lines), weight, reduced)


class _Ascent:
    """Prices lines and keeps the best bound, with the prices of cover and of employees that give it."""

    def __init__(self, pricers: Pricers, cover: Cover, on_bound: Callable[[float], None] | None) -> None:
        self._pricers, self._cover, self._on_bound = pricers, cover, on_bound
        self.bound, self.prices, self.duals = -math.inf, np.zeros(cover.rows), np.zeros(0)

    def climb(self, solution: MasterSolution, smoothing: float, dearest: float) -> list[Line] | None:
        """Price near the master's prices and uphill from there; give the lines, ``None`` if someone can have none."""
        at = self._cover.clipped(solution.cover, dearest)
        if math.isfinite(self.bound):
            at = smoothing * self.prices + (1 - smoothing) * at
        lines: list[Line] = []
        for _ in range(STEPS):
            offers = [o for o in self._pricers.all_lines(-self._cover.reward(at), LINES_AT_ONCE) if o is not None]
            if len(offers) < len(self._pricers.employees):
                return None
            lines += [line for offer in offers for line in offer.lines]
            values = np.array([offer.least for offer in offers])
            bound = self._cover.least_cents(at) + math.fsum(values)
            if bound > self.bound:
                self.bound, self.prices, self.duals = bound, at, values
                if self._on_bound is not None:
                    self._on_bound(bound)
            at = self._cover.clipped(at + _uphill(self._cover, at, offers, solution.objective - bound), dearest)
        return lines


def _uphill(cover: Cover, prices: FloatArray, offers: Sequence[Offer], gap: float) -> FloatArray:
    """Give the way to prices at which the lines would cover what is wanted, as far as closes the gap (Polyak 1969)."""
    off = cover.slope(prices) - cover.counts(joined([offer.lines[0] for offer in offers if offer.lines]))
    way: FloatArray = off.astype(float) * (max(0.0, gap) / max(1, int(off @ off)))
    return way


def _key(line: Line) -> tuple[int, bytes]:
    return line.employee, line.options.tobytes()


def _improving(
    master: Master, solution: MasterSolution, known: set[tuple[int, bytes]], lines: list[Line]
) -> list[Line]:
    """Give the lines that the master can do better with and has not yet; they are known from now on."""
    duals = {employee: solution.employee[place] for employee, place in master.place.items()}
    new = []
    for line, gain in zip(lines, reduced_costs(master.cover, solution.cover, duals, lines).tolist(), strict=True):
        if gain < -TOLERANCE and _key(line) not in known:
            known.add(_key(line))
            new.append(line)
    return new


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

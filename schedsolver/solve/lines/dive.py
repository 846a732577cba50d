"""A dive: the master's heaviest lines are given, and lines for the others generated again beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from schedsolver.solve.lines.generation import TOLERANCE, Generated, generate
from schedsolver.solve.lines.master import Cover, Line, Master, joined
from schedsolver.solve.lines.pricer import Pricers

# Lines as heavy as this are given at once, and otherwise this share of those left.
WHOLE, SHARE = 0.95, 0.3
# How often lines are priced before the next ones are given.
ROUNDS = 12
# Lines that each employee takes along from one round to the next.
AT_HAND = 30


def dive(
    pricers: Pricers, cover: Cover, lines: Generated, give_up: Callable[[float], bool], close: float
) -> list[Line] | None:
    """Give lines a few employees at a time until everybody has one.

    Parameters
    ----------
    pricers, cover
        Of the employees.
    lines
        Where column generation ended.
    give_up
        Asked with a bound on what can still come of it; true ends the dive.
    close
        As for :func:`generate`.

    Returns
    -------
    A line of each employee; ``None`` when given up, or when someone has no line any more.
    """
    given: list[Line] = []
    free, now = list(pricers.employees), lines
    while True:
        chosen = _heaviest(pricers, now, free)
        given += chosen
        fixed = {line.employee for line in chosen}
        free = [employee for employee in free if employee not in fixed]
        if not free or not chosen:
            return None if free else given
        beside, paid = cover.beside(cover.counts(joined(given)))
        paid += sum(line.cents for line in given)
        hand = at_hand(pricers, beside, now, free)
        if hand is None:
            return None
        master = Master(beside, free)
        master.add(hand)
        after = generate(pricers.among(free), master, lambda: give_up(-np.inf), close=close, rounds=ROUNDS)
        if after is None or give_up(after.bound + paid):
            return None
        now = after


def at_hand(pricers: Pricers, cover: Cover, lines: Generated, employees: Sequence[int]) -> list[Line] | None:
    """Give some lines of each employee that keep all limits, with the smallest reduced costs, to begin with.

    ``None`` if none is found for someone.
    """
    own: dict[int, list[Line]] = {employee: [] for employee in employees}
    for i in np.argsort(lines.reduced, kind="stable").tolist():
        line = lines.lines[i]
        if len(own.get(line.employee, [0] * AT_HAND)) < AT_HAND and pricers.keeps(line):
            own[line.employee].append(line)
    for employee in (employee for employee in employees if not own[employee]):
        offer = pricers.among([employee]).lines(employee, -cover.reward(lines.prices))
        if offer is None or not offer.lines:
            return None
        own[employee] = offer.lines
    return [line for employee in employees for line in own[employee]]


def _heaviest(pricers: Pricers, lines: Generated, free: Sequence[int]) -> list[Line]:
    """Give the heaviest line of those employees for whom it weighs most."""
    best: dict[int, tuple[float, Line]] = {}
    for weight, line in zip(lines.weight.tolist(), lines.lines, strict=True):
        heavier = weight > best.get(line.employee, (TOLERANCE, line))[0]
        if line.employee in free and heavier and pricers.keeps(line):
            best[line.employee] = weight, line
    order = sorted(best.values(), key=lambda one: -one[0])
    whole = sum(weight >= WHOLE for weight, _ in order)
    return [line for _, line in order[: max(1, whole, round(SHARE * len(free)))]]

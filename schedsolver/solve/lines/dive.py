"""A dive: the master's heaviest lines are given, and lines for the others generated again beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from schedsolver.domain.options import IntArray
from schedsolver.solve.lines.generation import Generated, generate
from schedsolver.solve.lines.master import Cover, Line, Master, joined
from schedsolver.solve.lines.pricer import Pricers

# Lines as heavy as this are given at once, and otherwise this share of those left.
WHOLE, SHARE = 0.95, 0.1
# Lines that each employee takes along from one round to the next.
AT_HAND = 30


def dive(
    pricers: Pricers, cover: Cover, lines: Generated, leave: int, stopped: Callable[[], bool]
) -> tuple[list[Line], IntArray] | None:
    """Give lines a few employees at a time until few are left.

    Parameters
    ----------
    pricers, cover
        Of all employees.
    lines
        Where column generation ended.
    leave
        How many employees to leave.
    stopped
        Asked in between.

    Returns
    -------
    The lines given, and the duty options of good lines of those left, whom something else is to solve. ``None`` when
    stopped or when someone has no line any more.
    """
    given: list[Line] = []
    free = list(pricers.employees)
    now = lines
    while len(free) > leave:
        chosen = _heaviest(now, free, len(free) - leave)
        given += chosen
        free = [employee for employee in free if employee not in {line.employee for line in chosen}]
        beside, _ = cover.beside(cover.counts(joined(given)))
        master = Master(beside, free)
        master.add(at_hand(now, free, AT_HAND))
        after = generate(pricers.among(free), master, stopped)
        if after is None or stopped():
            return None
        now = after
    return given, joined([line for line in now.lines if line.employee in set(free)])


def at_hand(lines: Generated, employees: Sequence[int], count: int) -> list[Line]:
    """Give so many lines of each employee with the smallest reduced costs, in order of these."""
    own: dict[int, list[Line]] = defaultdict(list)
    for i in np.argsort(lines.reduced, kind="stable").tolist():
        if len(own[lines.lines[i].employee]) < count:
            own[lines.lines[i].employee].append(lines.lines[i])
    return [line for employee in employees for line in own[employee]]


def _heaviest(lines: Generated, free: Sequence[int], most: int) -> list[Line]:
    """Give the heaviest line of those employees for whom it weighs most."""
    best: dict[int, tuple[float, Line]] = {}
    for weight, line in zip(lines.weight.tolist(), lines.lines, strict=True):
        if line.employee in free and weight > best.get(line.employee, (0.0, line))[0]:
            best[line.employee] = weight, line
    order = sorted(best.values(), key=lambda one: -one[0])
    whole = sum(weight >= WHOLE for weight, _ in order)
    return [line for _, line in order[: min(most, max(1, whole, round(SHARE * len(free))))]]

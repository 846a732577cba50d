"""Windows of days: what employees may do on some days beside what they have before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.line import FORBIDDEN, Walk
from schedsolver.solve.lines.describe import LineProblem
from schedsolver.solve.lines.master import Cover, Line


@dataclass(frozen=True)
class Window:
    """Some days of some employees, as a problem of its own: days and duty options are numbered anew.

    Attributes
    ----------
    lines
        What each employee may do: anything on the days of the window, then what they have now, as many days as it takes
        until what they did in the window does not matter any more.
    cover
        What is wanted of the days of the window.
    current
        The line that each employee has now.
    options
        Position of each duty option among those of the model, shape ``(options,)``.
    inside
        Which of them are on days of the window, same shape.
    """

    lines: list[LineProblem]
    cover: Cover
    current: list[Line]
    options: IntArray
    inside: BoolArray

    @property
    def cents(self) -> int:
        """What the current lines cost."""
        return self.cover.cents_with(self.current)


def window_of(
    lines: Sequence[LineProblem], cover: Cover, day: IntArray, given: IntArray, first: int, end: int
) -> Window:
    """Cut a window out of a roster that keeps all limits.

    Parameters
    ----------
    lines
        The employees whose days are open, in order.
    cover
        What is wanted of all.
    day
        Day of each duty option of the model.
    given
        The duties there are, of everybody, in order.
    first, end
        First day of the window, and the one after its last.
    """
    parts = [_cut(line, given[np.isin(given, line.options)], first, end) for line in lines]
    options = np.concatenate([part.options for part in parts])
    inside = day[options] < end
    starts = np.cumsum([0, *(len(part.options) for part in parts)])
    own = [replace(p, options=np.arange(a, b)) for p, a, b in zip(parts, starts[:-1], starts[1:], strict=True)]
    left, _ = cover.beside(cover.counts(np.setdiff1d(given, options[inside], assume_unique=True)))
    has = np.isin(options, given)
    current = [
        Line(line.employee, chosen, line.cents_of(chosen))
        for line in own
        for chosen in (line.options[has[line.options]],)
    ]
    return Window(own, left.among(options, inside), current, options, inside)


def _cut(line: LineProblem, given: IntArray, first: int, end: int) -> LineProblem:
    """Give what an employee may do from a first day on if the days from the end on stay as they are."""
    steps = line.steps_of(given)
    last = max([end, *(_settled(walk, steps, end) for walk in line.walks)])
    open_day = (first <= line.day) & (line.day < end)
    kept = open_day | (np.isin(line.options, given) & (end <= line.day) & (line.day < last))
    day_cents = line.day_cents[first:last].copy()
    for day in range(end, last):
        others = np.arange(day_cents.shape[1]) != steps[day]
        day_cents[day - first, others] = np.inf
    walks = tuple(_between(walk, steps, first, last) for walk in line.walks)
    return LineProblem(
        line.employee, line.options[kept], line.day[kept] - first, line.step[kept], line.cents[kept], day_cents, walks
    )


def _settled(walk: Walk, steps: IntArray, day: int) -> int:
    """Give the first day before which all that can still be goes on in the same state, with given steps from a day."""
    states = set(range(walk.follow.shape[1]))
    while len(states) > 1 and day < len(steps):
        table, step = walk.day_class[day], steps[day]
        price, follow = walk.cents[table, :, step].tolist(), walk.follow[table, :, step].tolist()
        states = {follow[state] for state in states if price[state] != FORBIDDEN}
        day += 1
    return day


def _between(walk: Walk, steps: IntArray, first: int, last: int) -> Walk:
    """Give what is left of a walk between two days if the others are as given."""
    state, states = walk.start, np.zeros(len(steps), np.int64)
    if walk.follow.shape[1] > 1:
        for day in range(len(steps)):
            states[day] = state
            state = int(walk.follow[walk.day_class[day], state, steps[day]])
    outside = 0
    if walk.amounts is not None:
        added = walk.amounts[walk.day_class, states, steps]
        outside = int(added[:first].sum() + added[last:].sum())
    return replace(
        walk,
        day_class=walk.day_class[first:last],
        start=int(states[first]),
        least=None if walk.least is None else max(0, walk.least - outside),
        most=None if walk.most is None else walk.most - outside,
    )

"""How long counter windows stay open, and what opening and closing them costs.

A window is open while someone is on an activity done at a window; who opens first closes first.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from schedsolver.domain.rule import Judgement, ModelContext, Rule
from schedsolver.rules.presence import slots_in_reach, slots_on

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class WindowRuns(Rule):
    """A counter window that opens stays open for a while, and each opening and closing has its price.

    As many windows of an outlet are open in a slot as people are on activities done at one. Those on duties of the
    day before the horizon do not count, since what they do is not known.

    Attributes
    ----------
    minimum_minutes
        How long a window stays open at least.
    opening_cents, closing_cents
        Price of each window opened and closed.
    """

    name: ClassVar[str] = "site.window_runs"
    scoped_by: ClassVar[frozenset[str]] = frozenset({"outlets"})

    minimum_minutes: Annotated[int, Field(ge=0)] = 0
    opening_cents: Annotated[int, Field(ge=0, le=10**9)] = 0
    closing_cents: Annotated[int, Field(ge=0, le=10**9)] = 0

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse problems without windows, and what limits nothing."""
        yield from super().faults(problem)
        step = problem.horizon.slot_minutes
        if not any(a.at_window for a in problem.activities):
            yield "no activity is done at a window; set at_window on those that are"
        if self.minimum_minutes % step:
            yield f"{self.minimum_minutes} minutes are no whole number of {step}-minute slots"
        if self.minimum_minutes <= step and not self.opening_cents and not self.closing_cents:
            yield f"it does nothing; give a minimum above {step} minutes, or a price"

    def add_to(self, model: ModelContext) -> None:
        """Split the change in the number of open windows into those opened and those closed."""
        problem, heads = model.problem, model.heads
        at_window = np.array([a.at_window for a in problem.activities], bool)
        meant = np.array([self.scope.has_outlet(o.outlet_id) for o in problem.outlets], bool)
        counted = np.flatnonzero(at_window[heads.activity] & meant[heads.outlet])
        # Whatever is open in a last slot is closed in the one after it, which no outlet shares with the next.
        slots = slots_in_reach(problem) + 1
        place = heads.outlet[counted] * slots + heads.slot[counted]
        cells, cell = np.unique(np.concatenate([place, place + 1]), return_inverse=True)
        column, count = heads.column[counted], len(cells)
        terms = cell, np.tile(column, 2), np.repeat([1, -1], len(column))
        rows, most = range(count), len(problem.staff)
        tiers = (
            [(r, most, self.closing_cents) for r in rows],
            [(r, most, self.opening_cents) for r in rows],
        )
        opened = model.price_gaps(self, terms, np.zeros(count), *tiers)[count:]
        least = self.minimum_minutes // problem.horizon.slot_minutes
        # Those opened of late are among the open ones.
        late = [(r, cells[r] - k) for k in range(least) for r in rows if cells[r] % slots >= k]
        row, earlier = np.array(late, np.int64).reshape(-1, 2).T
        where = np.searchsorted(cells, earlier)
        there = cells[where] == earlier
        model.require(
            np.concatenate([row[there], cell[: len(column)]]),
            np.concatenate([opened[where[there]], column]),
            np.repeat([1, -1], [there.sum(), len(column)]),
            None,
            np.zeros(count),
        )

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Follow each window from opening to closing."""
        violations, penalties = [], []
        for outlet, window, start, end in _openings(problem, schedule):
            minutes = (end - start) // dt.timedelta(minutes=1)
            if not self.scope.has_outlet(outlet):
                continue
            if minutes < self.minimum_minutes:
                words = f"window {window} of {outlet} is open for {minutes} minutes, not {self.minimum_minutes}"
                violations.append(
                    self.violation(f"{words}, from {start:%Y-%m-%d %H:%M}", outlet_id=outlet, start=start)
                )
            for what, cents, moment in (("opens", self.opening_cents, start), ("closes", self.closing_cents, end)):
                if cents:
                    words = f"window {window} of {outlet} {what} at {moment:%Y-%m-%d %H:%M}"
                    penalties.append(self.penalty(cents, words, outlet_id=outlet, start=moment))
        return Judgement(tuple(violations), tuple(penalties))


def open_windows(problem: Problem, schedule: Schedule) -> pd.DataFrame:
    """Give when each counter window is open; of several that could close, the one open longest does.

    Returns
    -------
    A row for each opening, with ``outlet_id``, ``window`` (numbered from 1, the lowest that is free opens), ``start``
    and ``end``, by outlet in order of time.
    """
    return pd.DataFrame(_openings(problem, schedule), columns=["outlet_id", "window", "start", "end"])


def _openings(problem: Problem, schedule: Schedule) -> Iterator[tuple[str, int, dt.datetime, dt.datetime]]:
    at_window = [a.activity_id for a in problem.activities if a.at_window]
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for duty, _, slot in slots_on(problem, schedule, at_window):
        counts[duty.outlet_id][slot] += 1
    moment, step = problem.horizon.moment_of, problem.horizon.slot_minutes
    for outlet in sorted(counts):
        for first, window, end in sorted(_runs(counts[outlet])):
            yield outlet, window, moment(first * step), moment(end * step)


def _runs(counts: Counter[int]) -> Iterator[tuple[int, int, int]]:
    """Give first slot, number and the slot after the last of each time that a window of an outlet is open."""
    open_since: list[tuple[int, int]] = []
    for slot in sorted({*counts, *(slot + 1 for slot in counts)}):
        while len(open_since) > counts[slot]:
            first, window = open_since.pop(0)
            yield first, window, slot
        while len(open_since) < counts[slot]:
            taken = {window for _, window in open_since}
            open_since.append((slot, next(n for n in range(1, len(taken) + 2) if n not in taken)))

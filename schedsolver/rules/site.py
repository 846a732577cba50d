"""What the outlet itself imposes: opening hours and counter windows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from schedsolver.domain.base import format_clock
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.options import BoolArray, DutyOptions
from schedsolver.domain.rule import Judgement, ModelContext, Rule

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class WithinOpeningHours(Rule):
    """A duty lies within one interval in which its outlet is open."""

    name: ClassVar[str] = "site.opening_hours"

    def applies_to(self, problem: Problem) -> bool:
        """Hold where opening hours are given."""
        return bool(problem.opening)

    def admits(self, problem: Problem, options: DutyOptions) -> BoolArray:
        """Strike out duties that begin before the outlet opens or end after it closes."""
        hours = [[problem.open_intervals(o.outlet_id, date) for date in problem.horizon.dates] for o in problem.outlets]
        most = max(len(intervals) for row in hours for intervals in row)
        # An interval that nothing fits into fills up the days with fewer.
        bounds = np.full((len(problem.outlets), problem.horizon.days, most, 2), (1, 0), np.int64)
        for o, row in enumerate(hours):
            for d, intervals in enumerate(row):
                bounds[o, d, : len(intervals)] = np.reshape(intervals, (-1, 2))
        opens, closes = np.moveaxis(bounds[options.outlet, options.day], 2, 0)
        midnight = options.day * MINUTES_PER_DAY
        fits = ((options.start - midnight)[:, None] >= opens) & ((options.end - midnight)[:, None] <= closes)
        allowed: BoolArray = fits.any(axis=1)
        return allowed

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find duties outside opening hours."""
        found = []
        for duty in schedule.duty_list:
            start = problem.horizon.minute_of(duty.start) - problem.horizon.day_index(duty.date) * MINUTES_PER_DAY
            hours = problem.open_intervals(duty.outlet_id, duty.date)
            if not any(opens <= start and start + duty.minutes <= closes for opens, closes in hours):
                shown = ", ".join(f"{format_clock(a)}-{format_clock(b)}" for a, b in hours) or "closed"
                found.append(self.violation(f"{duty} is outside the opening hours ({shown})", duty))
        return Judgement(tuple(found))


class CounterWindows(Rule):
    """No more people at once on activities done at a window than the outlet has windows."""

    name: ClassVar[str] = "site.windows"

    def applies_to(self, problem: Problem) -> bool:
        """Hold where an outlet has a number of windows and an activity needs one."""
        return any(o.windows is not None for o in problem.outlets) and any(a.at_window for a in problem.activities)

    def add_to(self, model: ModelContext) -> None:
        """Limit the heads at windows in each slot."""
        problem, heads = model.problem, model.heads
        windows = np.array([-1 if o.windows is None else o.windows for o in problem.outlets], np.int64)
        at_window = np.array([a.at_window for a in problem.activities], bool)
        counted = np.flatnonzero(at_window[heads.activity] & (windows[heads.outlet] >= 0))
        # A duty of the last day may run on past the horizon, so slots do not end with it.
        places, row = np.unique(np.stack([heads.outlet[counted], heads.slot[counted]]), axis=1, return_inverse=True)
        ones = np.ones(len(counted), np.int64)
        model.limit(self, row.ravel(), heads.column[counted], ones, windows[places[0]])

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find slots with more people at windows than there are windows."""
        slot_minutes = problem.horizon.slot_minutes
        at_window = {a.activity_id for a in problem.activities if a.at_window}
        windows = {o.outlet_id: o.windows for o in problem.outlets if o.windows is not None}
        used: Counter[tuple[str, int]] = Counter()
        for stint in schedule.stint_list:
            if stint.activity_id in at_window and stint.outlet_id in windows:
                first = problem.horizon.minute_of(stint.start)
                used.update((stint.outlet_id, minute) for minute in range(first, first + stint.minutes, slot_minutes))
        return Judgement(
            tuple(
                self.violation(
                    f"{count} people at the {windows[outlet]} windows of {outlet} at "
                    f"{problem.horizon.moment_of(minute):%Y-%m-%d %H:%M}",
                    outlet_id=outlet,
                    start=problem.horizon.moment_of(minute),
                )
                for (outlet, minute), count in sorted(used.items())
                if count > windows[outlet]
            )
        )

"""What outlets impose: opening hours, counter windows, and moves between outlets within a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.arrays import BoolArray
from schedsolver.domain.base import format_clock
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import Judgement, ModelContext, Rule
from schedsolver.domain.scope import BY_DATE, BY_PEOPLE, Scope
from schedsolver.rules.duty import two_a_day
from schedsolver.rules.paid import moves_among, way_minutes

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


class MovesPerDay(Rule):
    """Someone with two duties on a date at different outlets has time for the way, and moves only so often.

    The time for the way is asked of everybody; the scope is about the number of moves.

    Attributes
    ----------
    maximum
        Moves a day: 1, or 0 for people who stay where they are, such as custodians.
    """

    name: ClassVar[str] = "site.moves"
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | BY_DATE

    maximum: Annotated[int, Field(ge=0, le=1)] = 1

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse limits where there is nothing to limit."""
        yield from super().faults(problem)
        if not two_a_day(problem):
            yield "nobody has two duties a day, so there are no moves; list duty.per_day with maximum 2"
        elif self.maximum == 1 and self.scope != Scope():
            yield "maximum 1 limits nothing with two duties a day, so neither does its scope; give maximum 0"

    def applies_to(self, problem: Problem) -> bool:
        """Hold where someone may have two duties a day."""
        return two_a_day(problem)

    def add_to(self, model: ModelContext) -> None:
        """Limit the moves of a day; that there is time for the way, the model's moves keep by construction."""
        problem, moves = model.problem, model.moves
        if self.maximum == 0:
            meant = np.isin(moves.employee, self.scope.employees_of(problem)) & self.scope.days_of(problem)[moves.day]
            column = moves.column[meant]
            model.require(np.arange(len(column)), column, np.ones(len(column)), None, np.zeros(len(column)))

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find moves too many, and ways without the time for them."""
        found = []
        limited = set(self.scope.employees_of(problem)) if self.maximum == 0 else set()
        for i, employee in enumerate(problem.staff):
            for before, after in moves_among(schedule.duties_of.get(employee.employee_id, ())):
                way = way_minutes(problem, before, after)
                if (after.start - before.end).total_seconds() < 60 * way:
                    found.append(
                        self.violation(f"{after} begins less than the way of {way} minutes after {before}", after)
                    )
                if i in limited and self.scope.has_date(after.date, problem):
                    words = f"{after.employee_id} moves from {before.outlet_id} to {after.outlet_id} on {after.date}"
                    found.append(self.violation(words, after))
        return Judgement(tuple(found))

"""What makes a duty a duty: one a day, after a template, its time filled with activities."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from schedsolver.domain.options import BoolArray, DutyOptions
from schedsolver.domain.rule import Finding, Judgement, ModelContext, Rule
from schedsolver.rules.rest import limit_pairs_closer_than, pairs_closer_than

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule, Stint
    from schedsolver.domain.work import ShiftType


class OneDutyADay(Rule):
    """An employee has at most one duty on a date, and is never in two places at once."""

    name: ClassVar[str] = "duty.one_a_day"

    def add_to(self, model: ModelContext) -> None:
        """Allow one option for each employee and day, and none that overlaps the day after."""
        options = model.options
        pair = options.employee * model.problem.horizon.days + options.day
        pairs, row = np.unique(pair, return_inverse=True)
        model.limit(self, row, model.duty_columns, np.ones(len(row), np.int64), np.ones(len(pairs), np.int64))
        limit_pairs_closer_than(0, self, model)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find dates with two duties, and duties that overlap."""
        count: dict[tuple[str, dt.date], int] = defaultdict(int)
        found = []
        for duty in schedule.duty_list:
            count[duty.employee_id, duty.date] += 1
            if count[duty.employee_id, duty.date] == 2:
                found.append(self.violation(f"{duty.employee_id} has more than one duty on {duty.date}", duty))
        for before, after in pairs_closer_than(0, problem, schedule):
            if before.date != after.date:
                found.append(self.violation(f"{before} overlaps {after}", after))
        return Judgement(tuple(found))


class DutyFollowsShiftType(Rule):
    """A duty keeps its shift type's start window, lengths, breaks and outlets, and lies in the horizon."""

    name: ClassVar[str] = "duty.shift_type"

    def admits(self, problem: Problem, options: DutyOptions) -> BoolArray:
        """Strike out outlets that do not use the shift type; all else holds by how options are made."""
        used = np.array(
            [[not s.outlets or o.outlet_id in s.outlets for o in problem.outlets] for s in problem.shift_types]
        )
        allowed: BoolArray = used[options.shift_type, options.outlet]
        return allowed

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find duties that do not follow their shift type."""
        found: list[Finding] = []
        for duty in schedule.duty_list:
            shift = problem.shift_types[problem.shift_type_index[duty.shift_type_id]]
            found += [
                self.violation(f"{duty}: {fault} of shift type {duty.shift_type_id}", duty)
                for fault in _departures(problem, duty, shift)
            ]
        return Judgement(tuple(found))


class StintsFillDuty(Rule):
    """Every minute of a duty outside its breaks is spent on exactly one activity at the duty's outlet."""

    name: ClassVar[str] = "duty.filled"

    def applies_to(self, problem: Problem) -> bool:
        """Hold for problems with activities; the model's flows keep it by construction."""
        return bool(problem.activities)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find working time without an activity, and activities outside working time."""
        stints = defaultdict(list)
        for stint in schedule.stint_list:
            stints[stint.employee_id].append(stint)
        found: list[Finding] = []
        for duty in schedule.duty_list:
            own = [s for s in stints[duty.employee_id] if s.start < duty.end and s.end > duty.start]
            stints[duty.employee_id] = [s for s in stints[duty.employee_id] if s not in own]
            found += [self.violation(f"{duty}: {fault}", duty) for fault in _gaps(problem, duty, own)]
        for left in stints.values():
            found += [
                self.violation(f"{s} is outside every duty", employee_id=s.employee_id, start=s.start) for s in left
            ]
        return Judgement(tuple(found))


def _departures(problem: Problem, duty: Duty, shift: ShiftType) -> Iterator[str]:
    midnight = problem.horizon.minute_of(duty.start) - problem.horizon.day_index(duty.date) * 1440
    step = problem.horizon.slot_minutes
    if duty.date not in problem.horizon:
        yield f"date {duty.date} outside the horizon, against the rules"
    if not shift.start_from <= midnight <= shift.start_to or (midnight - shift.start_from) % step:
        yield "start outside the start window"
    if not shift.minutes_min <= duty.minutes <= shift.minutes_max or (duty.minutes - shift.minutes_min) % step:
        yield f"length of {duty.minutes} minutes is not one"
    if shift.outlets and duty.outlet_id not in shift.outlets:
        yield f"outlet {duty.outlet_id} is not one"
    if len(duty.breaks) != len(shift.breaks):
        yield f"{len(duty.breaks)} breaks taken instead of the {len(shift.breaks)}"
        return
    for taken, window in zip(duty.breaks, shift.breaks, strict=True):
        begin = midnight + _minutes_between(duty, taken.start)
        if taken.minutes != window.minutes:
            yield f"break of {taken.minutes} minutes instead of the {window.minutes}"
        if not window.start_from <= begin <= window.start_to or (begin - window.start_from) % step:
            yield f"break at {taken.start:%H:%M} outside the break window"
        if _minutes_between(duty, taken.start) < step or duty.minutes - _minutes_between(duty, taken.end) < step:
            yield f"break at {taken.start:%H:%M} within a slot of the duty's start or end, against the rules"


def _minutes_between(duty: Duty, moment: dt.datetime) -> int:
    return round((moment - duty.start).total_seconds() / 60)


def _gaps(problem: Problem, duty: Duty, stints: list[Stint]) -> Iterator[str]:
    """Say where stints and breaks together fail to tile the duty."""
    pieces = [(s.start, s.end) for s in stints] + [(r.start, r.end) for r in duty.breaks]
    pieces.sort()
    bounds = [duty.start, *itertools.chain.from_iterable(pieces), duty.end]
    for end, start in zip(bounds[::2], bounds[1::2], strict=True):
        if end < start:
            yield f"nothing to do from {end:%H:%M} to {start:%H:%M}"
        if end > start:
            yield f"two things at once, or work outside the duty, from {start:%H:%M} to {end:%H:%M}"
    for stint in stints:
        if stint.outlet_id != duty.outlet_id:
            yield f"works at {stint.outlet_id} from {stint.start:%H:%M}, away from the duty's outlet"
        if not problem.horizon.on_grid(problem.horizon.minute_of(stint.start)):
            yield f"changes activity at {stint.start:%H:%M}, which is not on the slot grid"

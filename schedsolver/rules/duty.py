"""What makes a duty a duty: one a day, after a template, its time filled with activities."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.line import DutyKinds, Walk
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import Finding, Judgement, ModelContext, Rule
from schedsolver.rules.rest import limit_pairs_closer_than, pairs_closer_than, walk_of_rests

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule, Stint
    from schedsolver.domain.work import ShiftType


class DutiesPerDay(Rule):
    """An employee has at most so many duties on a date, and is never in two places at once.

    Attributes
    ----------
    maximum
        1, or 2 for split duties and for moves between outlets at midday (``site.moves``).
    """

    name: ClassVar[str] = "duty.per_day"

    maximum: Annotated[int, Field(ge=1, le=2)] = 1

    def add_to(self, model: ModelContext) -> None:
        """Limit the options given for each employee and day, and let none overlap another."""
        options = model.options
        pair = options.employee * model.problem.horizon.days + options.day
        pairs, row = np.unique(pair, return_inverse=True)
        most = np.full(len(pairs), self.maximum)
        model.limit(self, row, model.duty_columns, np.ones(len(row), np.int64), most)
        limit_pairs_closer_than(0, self, model)
        if self.maximum > 1:
            _require_apart(model, pair)

    def line_parts(self, problem: Problem, employee: int, kinds: DutyKinds) -> tuple[Walk, ...]:
        """Let no duty overlap the one before."""
        days = np.ones(problem.horizon.days, bool)
        return (walk_of_rests(0, None, problem, employee, kinds, days),)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find dates with too many duties, and duties that overlap."""
        count: dict[tuple[str, dt.date], int] = defaultdict(int)
        found = []
        for duty in schedule.duty_list:
            count[duty.employee_id, duty.date] += 1
            if count[duty.employee_id, duty.date] == self.maximum + 1:
                most = "one duty" if self.maximum == 1 else f"{self.maximum} duties"
                words = f"{duty.employee_id} has more than {most} on {duty.date}"
                found.append(self.violation(words, duty))
        for before, after in pairs_closer_than(0, problem, schedule):
            if before.date != after.date or self.maximum > 1:
                found.append(self.violation(f"{before} overlaps {after}", after))
        return Judgement(tuple(found))


def two_a_day(problem: Problem) -> bool:
    """Tell whether someone may have two duties on a date."""
    listed = (part for rule in problem.rules for part in rule.parts())
    return any(isinstance(rule, DutiesPerDay) and rule.maximum > 1 for rule in listed)


def _require_apart(model: ModelContext, pair: IntArray) -> None:
    """Let no two options with the same number of employee and day, ``pair``, lie in time together.

    Whether someone is on duty follows from the duties begun and ended so far, so each option is in two rows.
    """
    options = model.options
    longest = int(options.end.max(initial=0)) + 1
    starts, ends = pair * longest + options.start, pair * longest + options.end
    moments = np.unique(np.concatenate([starts, ends]))
    busy = model.new_columns(np.ones(len(moments), np.int64))
    later = np.flatnonzero(np.diff(moments // longest) == 0) + 1
    model.require(
        np.concatenate([np.searchsorted(moments, starts), np.searchsorted(moments, ends), np.arange(len(busy)), later]),
        np.concatenate([np.tile(model.duty_columns, 2), busy, busy[later - 1]]),
        np.repeat([-1, 1, 1, -1], [len(starts), len(ends), len(busy), len(later)]),
        np.zeros(len(busy)),
        np.zeros(len(busy)),
    )


class DutyFollowsShiftType(Rule):
    """A duty keeps its shift type's start window, lengths, breaks, outlets and skills, and lies in the horizon.

    Skills are laid down by the shift requirements: where each of a shift type names one, a duty is in one of those.
    """

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
        asked: dict[str, set[str | None]] = defaultdict(set)
        for need in problem.shift_requirements:
            asked[need.shift_type_id].add(need.skill_id)
        found: list[Finding] = []
        for duty in schedule.duty_list:
            shift = problem.shift_types[problem.shift_type_index[duty.shift_type_id]]
            faults = [*_departures(problem, duty, shift), *_unasked(duty, asked[duty.shift_type_id])]
            found += [self.violation(f"{duty}: {fault} of shift type {duty.shift_type_id}", duty) for fault in faults]
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


def _unasked(duty: Duty, asked: set[str | None]) -> Iterator[str]:
    """Refuse a skill, or none, where only other skills are asked for."""
    skills = sorted(filter(None, asked))
    if skills and None not in asked and duty.skill_id not in asked:
        yield f"{duty.skill_id or 'no skill'} instead of {' or '.join(skills)}, the skills"


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

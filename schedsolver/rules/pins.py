"""Parts of the roster that are fixed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from schedsolver.domain.arrays import BoolArray
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.line import FORBIDDEN, OFF, DayPrices, DutyKinds
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import Judgement, ModelContext, Rule

if TYPE_CHECKING:
    from schedsolver.domain.people import Pin
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule


class PinKept(Rule):
    """Each pin is kept: that day off, or a duty with what the pin fixes."""

    name: ClassVar[str] = "pin.kept"

    def applies_to(self, problem: Problem) -> bool:
        """Hold where there are pins."""
        return bool(problem.pins)

    def add_to(self, model: ModelContext) -> None:
        """Require a duty that a pin leaves open, or none on a day off."""
        for pin in model.problem.pins:
            own = model.options.of_employee(model.problem.employee_index[pin.employee_id])
            column = model.duty_columns[own][matching(pin, model.problem, model.options)[own]]
            lower, upper = (None, [0]) if pin.off else ([1], None)
            model.require(np.zeros(len(column)), column, np.ones(len(column)), lower, upper)

    def line_parts(self, problem: Problem, employee: int, kinds: DutyKinds) -> tuple[DayPrices, ...]:
        """Forbid each day all that its pin does."""
        cents = np.zeros((problem.horizon.days, 1 + len(kinds)), np.int64)
        name = problem.staff[employee].employee_id
        for pin in (pin for pin in problem.pins if pin.employee_id == name):
            kept = np.full(1 + len(kinds), not pin.off)
            if pin.outlet_id is not None:
                kept[1:] &= kinds.outlet == problem.outlet_index[pin.outlet_id]
            if pin.shift_type_id is not None:
                kept[1:] &= kinds.shift_type == problem.shift_type_index[pin.shift_type_id]
            if pin.start is not None:
                kept[1:] &= kinds.start == pin.start
            if pin.end is not None:
                kept[1:] &= kinds.end == pin.end
            kept[OFF] = pin.off
            cents[problem.horizon.day_index(pin.date), ~kept] = FORBIDDEN
        return (DayPrices(cents),)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find pins that are not kept."""
        duties: dict[tuple[str, dt.date], list[Duty]] = {}
        for duty in schedule.duty_list:
            duties.setdefault((duty.employee_id, duty.date), []).append(duty)
        found = []
        for pin in problem.pins:
            own = duties.get((pin.employee_id, pin.date), [])
            kept = not own if pin.off else any(_fits(pin, duty) for duty in own)
            if not kept:
                found.append(self.violation(f"{pin.describe()}, not kept", employee_id=pin.employee_id))
        return Judgement(tuple(found))


def matching(pin: Pin, problem: Problem, options: DutyOptions) -> BoolArray:
    """Tell which options a pin is about: those it allows, or all of the day it keeps off."""
    day = problem.horizon.day_index(pin.date)
    midnight = day * MINUTES_PER_DAY
    chosen: BoolArray = (options.employee == problem.employee_index[pin.employee_id]) & (options.day == day)
    if pin.outlet_id is not None:
        chosen &= options.outlet == problem.outlet_index[pin.outlet_id]
    if pin.shift_type_id is not None:
        chosen &= options.shift_type == problem.shift_type_index[pin.shift_type_id]
    if pin.start is not None:
        chosen &= options.start == midnight + pin.start
    if pin.end is not None:
        chosen &= options.end == midnight + pin.end
    return chosen


def _fits(pin: Pin, duty: Duty) -> bool:
    midnight = dt.datetime.combine(duty.date, dt.time())
    return (
        pin.outlet_id in (None, duty.outlet_id)
        and pin.shift_type_id in (None, duty.shift_type_id)
        and (pin.start is None or midnight + dt.timedelta(minutes=pin.start) == duty.start)
        and (pin.end is None or midnight + dt.timedelta(minutes=pin.end) == duty.end)
    )

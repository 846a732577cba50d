"""Burdens and goods as the model's columns have them: the model's way to count them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.rules.entitlement import UNIT, counted_activities, weekends

if TYPE_CHECKING:
    from schedsolver.domain.fair import FairItem
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.rule import ModelContext


@dataclass(frozen=True)
class Amounts:
    """What people have of an item, in sixtieths of a unit.

    Attributes
    ----------
    employee, column, coefficient
        Each term, shape ``(n,)``.
    constant
        What there is beside the terms, shape ``(staff,)``.
    most
        More than this nobody can have, shape ``(staff,)``.
    """

    employee: IntArray
    column: IntArray
    coefficient: IntArray
    constant: IntArray
    most: IntArray


def amount_terms(item: FairItem, model: ModelContext) -> Amounts:
    """Give what each person has of an item as a sum of columns."""
    if item.counts == "wishes":
        return _wishes(model)
    if item.counts in ("weekends", "weekends_off"):
        return _weekends(model, off=item.counts == "weekends_off")
    if item.counts == "activity":
        return _hours_on_activities(item, model)
    return _duties(item, model)


def told_apart(item: FairItem, problem: Problem) -> BoolArray:
    """Tell whose heads must be counted alone, shape ``(staff,)``."""
    return np.array(
        [item.counts == "activity" and bool(counted_activities(item, problem, e.employee_id)) for e in problem.staff]
    )


def _duties(item: FairItem, model: ModelContext) -> Amounts:
    problem, options = model.problem, model.options
    outlets = np.array([item.scope.has_outlet(o.outlet_id) for o in problem.outlets])
    units = _units_of_options(item, model) * (outlets[options.outlet] & item.scope.days_of(problem)[options.day])
    chosen = np.flatnonzero(units)
    by_day = np.zeros((len(problem.staff), problem.horizon.days), np.int64)
    most_of = np.maximum if model.one_a_day else np.add
    most_of.at(by_day, (options.employee[chosen], options.day[chosen]), units[chosen])
    nothing = np.zeros(len(problem.staff), np.int64)
    return Amounts(options.employee[chosen], model.duty_columns[chosen], units[chosen], nothing, by_day.sum(axis=1))


def _units_of_options(item: FairItem, model: ModelContext) -> IntArray:
    """Give the sixtieths that each option counts, wherever and whenever it is, shape ``(options,)``."""
    options = model.options
    if item.counts == "hours":
        start, end = options.start, options.end
        if item.start is not None and item.end is not None:
            midnight = options.day * MINUTES_PER_DAY
            start, end = np.maximum(start, midnight + item.start), np.minimum(end, midnight + item.end)
        minutes: IntArray = np.maximum(end - start, 0)
        return minutes
    return np.where(_is_one(item, model), UNIT, 0)


def _is_one(item: FairItem, model: ModelContext) -> BoolArray:
    """Tell which options are one of what counts, shape ``(options,)``."""
    problem, options = model.problem, model.options
    if item.counts == "duties":
        return np.ones(len(options), bool)
    if item.counts == "trips":
        home = np.array([problem.outlet_index.get(e.home_outlet_id or "", -1) for e in problem.staff], np.int64)
        away: BoolArray = (home[options.employee] >= 0) & (home[options.employee] != options.outlet)
        return away
    first = item.counts == "openings"
    days = range(problem.horizon.days)
    bounds = np.array([[_bound(problem, o.outlet_id, d, first=first) for d in days] for o in problem.outlets], np.int64)
    clock = bounds[options.outlet, options.day]
    moment = options.day * MINUTES_PER_DAY + clock
    reached: BoolArray = (clock >= 0) & (options.start <= moment if first else options.end >= moment)
    return reached


def _bound(problem: Problem, outlet_id: str, day: int, *, first: bool) -> int:
    """Give when an outlet opens, or closes, in minutes of a day; -1 when it does not."""
    hours = problem.open_intervals(outlet_id, problem.horizon.dates[day])
    if not hours:
        return -1
    return min(opens for opens, _ in hours) if first else max(closes for _, closes in hours)


def _weekends(model: ModelContext, *, off: bool) -> Amounts:
    problem = model.problem
    staff = len(problem.staff)
    worked = model.days_worked(np.ones(len(model.options), bool))
    constant, most = np.zeros(staff, np.int64), np.zeros(staff, np.int64)
    employees, columns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for days in weekends(problem, whole=off):
        cells = worked[:, [problem.horizon.day_index(day) for day in days]]
        if off:
            on_leave = [
                any(
                    row.employee_id == e.employee_id and row.start is None
                    and row.first_day <= days[-1] and days[0] <= row.last_day
                    for row in problem.leave
                )
                for e in problem.staff
            ]  # fmt: skip
            cells = np.where(np.array(on_leave)[:, None], -1, cells)
            constant += UNIT * ~np.array(on_leave)
        person, day = np.nonzero(cells >= 0)
        any_day = model.any_of(person, cells[person, day], staff)
        there = np.flatnonzero(any_day >= 0)
        employees.append(there)
        columns.append(any_day[there])
        most[there] += UNIT
    employee, column = np.concatenate(employees), np.concatenate(columns)
    sign = -UNIT if off else UNIT
    return Amounts(employee, column, np.full(len(column), sign), constant, constant if off else most)


def _hours_on_activities(item: FairItem, model: ModelContext) -> Amounts:
    problem, heads = model.problem, model.heads
    outlets = np.array([item.scope.has_outlet(o.outlet_id) for o in problem.outlets])
    counts = np.zeros((len(problem.staff), len(problem.activities)), bool)
    for i, employee in enumerate(problem.staff):
        counts[
            i, [problem.activity_index[name] for name in counted_activities(item, problem, employee.employee_id)]
        ] = 1
    inside = outlets[heads.outlet] & item.scope.days_of(problem)[heads.day]
    chosen = np.flatnonzero(counts[heads.employee, heads.activity] & inside)
    minutes = np.full(len(chosen), problem.horizon.slot_minutes, np.int64)
    slots = np.unique(np.stack([heads.employee[chosen], heads.slot[chosen]]), axis=1)[0]
    most = np.bincount(slots, minlength=len(problem.staff)) * problem.horizon.slot_minutes
    nothing = np.zeros(len(problem.staff), np.int64)
    return Amounts(heads.employee[chosen], heads.column[chosen], minutes, nothing, most)


def _wishes(model: ModelContext) -> Amounts:
    problem, options = model.problem, model.options
    constant, wished = np.zeros(len(problem.staff), np.int64), np.zeros(len(problem.staff), np.int64)
    employees, columns, signs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for request in problem.requests:
        employee = problem.employee_index[request.employee_id]
        own = options.of_employee(employee)
        meant = options.day[own] == problem.horizon.day_index(request.date)
        if request.shift_type_id is not None:
            meant &= options.shift_type[own] == problem.shift_type_index[request.shift_type_id]
        column = model.duty_columns[own][meant]
        if not model.one_a_day and len(column):
            column = model.any_of(np.zeros(len(column), np.int64), column, 1)
        off = request.wish == "off"
        constant[employee] += UNIT * off
        wished[employee] += UNIT
        employees.append(np.full(len(column), employee))
        columns.append(column)
        signs.append(np.full(len(column), -UNIT if off else UNIT))
    return Amounts(np.concatenate(employees), np.concatenate(columns), np.concatenate(signs), constant, wished)

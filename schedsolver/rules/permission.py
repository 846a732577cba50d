"""Who may do what, where and on which date."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import Judgement, Rule

if TYPE_CHECKING:
    import datetime as dt

    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class PermissionHeld(Rule):
    """An activity, or a duty in a skill, is given only to someone permitted at that outlet on the duty's date."""

    name: ClassVar[str] = "permission.held"

    def permits(self, problem: Problem) -> BoolArray | None:
        """Strike out activities whose skill is not held at their level."""
        return eligible_activities(problem) if problem.activities else None

    def admits(self, problem: Problem, options: DutyOptions) -> BoolArray:
        """Strike out duties in a skill not held."""
        allowed = np.ones(len(options), bool)
        of = np.flatnonzero(options.skill >= 0)
        levels = held_levels(problem)
        allowed[of] &= levels[options.employee[of], options.outlet[of], options.day[of], options.skill[of]] > 0
        return allowed

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find stints and duties by people not permitted to do them."""
        activities = {a.activity_id: a for a in problem.activities}
        permissions = defaultdict(list)
        for permission in problem.permissions:
            permissions[permission.employee_id, permission.skill_id].append(permission)

        def holds(employee: str, skill: str | None, level: int, outlet: str, date: dt.date) -> bool:
            own = permissions[employee, skill] if skill is not None else ()
            return skill is None or any(p.level >= level and p.holds(date, outlet) for p in own)

        found = []
        for duty in schedule.duty_list:
            if not holds(duty.employee_id, duty.skill_id, 1, duty.outlet_id, duty.date):
                found.append(self.violation(f"{duty}: not permitted in skill {duty.skill_id}", duty))
        for stint in schedule.stint_list:
            date = schedule.date_of(stint)
            work = activities[stint.activity_id]
            if not holds(stint.employee_id, work.skill_id, work.min_level, stint.outlet_id, date):
                found.append(
                    self.violation(
                        f"{stint}: not permitted there on {date}",
                        employee_id=stint.employee_id,
                        outlet_id=stint.outlet_id,
                        start=stint.start,
                    )
                )
        return Judgement(tuple(found))


def held_levels(problem: Problem) -> IntArray:
    """Give the level at which each skill is held, 0 for not; shape ``(staff, outlets, days, skills)``."""
    shape = (len(problem.staff), len(problem.outlets), problem.horizon.days, len(problem.skills))
    levels = np.zeros(shape, np.int64)
    for p in problem.permissions:
        where = slice(None) if p.outlet_id is None else problem.outlet_index[p.outlet_id]
        first = 0 if p.valid_from is None else max(0, problem.horizon.day_index(p.valid_from))
        last = shape[2] if p.valid_until is None else max(0, problem.horizon.day_index(p.valid_until) + 1)
        held = levels[problem.employee_index[p.employee_id], where, first:last, problem.skill_index[p.skill_id]]
        np.maximum(held, p.level, out=held)
    return levels


def eligible_activities(problem: Problem) -> BoolArray:
    """Tell who may do what; shape ``(staff, outlets, days, activities)``."""
    levels = held_levels(problem)
    eligible = np.ones((*levels.shape[:3], len(problem.activities)), bool)
    for i, activity in enumerate(problem.activities):
        if activity.skill_id is not None:
            eligible[..., i] = levels[..., problem.skill_index[activity.skill_id]] >= activity.min_level
    return eligible

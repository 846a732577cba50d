"""Enumerates every duty that could be given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import Rule

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.work import BreakWindow, ShiftType


def duty_options(problem: Problem, rules: Sequence[Rule]) -> DutyOptions:
    """Enumerate the duties that the shift types allow and no rule strikes out.

    Breaks are not enumerated: an option only says when each of its breaks may begin.
    """
    useful = np.any(activities_allowed(problem, rules), axis=3) if problem.activities else None
    options = every_duty(problem, useful)
    for rule in rules:
        options = admitted(rule, problem, options)
    return options


def admitted(rule: Rule, problem: Problem, options: DutyOptions) -> DutyOptions:
    """Give the options that one rule does not strike out."""
    kept = rule.admits(problem, options)
    if kept is not None:
        options = options.where(kept)
    allowed = rule.permits(problem)
    if allowed is not None:
        options = options.where(np.any(allowed, axis=3)[options.employee, options.outlet, options.day])
    return options


def activities_allowed(problem: Problem, rules: Sequence[Rule]) -> BoolArray:
    """Tell who may do what by all rules, shape ``(staff, outlets, days, activities)``."""
    shape = (len(problem.staff), len(problem.outlets), problem.horizon.days, len(problem.activities))
    allowed = np.ones(shape, bool)
    for rule in rules:
        own = rule.permits(problem)
        if own is not None:
            allowed &= own
    return allowed


def every_duty(problem: Problem, useful: BoolArray | None = None) -> DutyOptions:
    """Enumerate the duties that the shift types allow, for everyone on every day at every outlet.

    Parameters
    ----------
    problem
        What to look at.
    useful
        Who is of use at which outlet on which day, shape ``(staff, outlets, days)``; only there are duties then.
    """
    most_breaks = max(len(s.breaks) for s in problem.shift_types)
    templates = np.array(list(_templates(problem, most_breaks)), np.int64).reshape(-1, 5 + 3 * most_breaks)
    if useful is None:
        useful = np.ones((len(problem.staff), len(problem.outlets), problem.horizon.days), bool)
    employee, day, outlet = (np.repeat(index, len(templates)) for index in np.nonzero(useful.swapaxes(1, 2)))
    template = np.arange(len(employee)) % max(1, len(templates))
    shift_type, skill, start, end, paid = templates[template, :5].T
    breaks = templates[template, 5:].reshape(len(template), 3, most_breaks)
    midnight = day * MINUTES_PER_DAY
    given = breaks[:, 2] > 0
    return DutyOptions(
        employee, day, outlet, shift_type, skill, start + midnight, end + midnight, paid,
        break_from=np.where(given, breaks[:, 0] + midnight[:, None], -1),
        break_to=np.where(given, breaks[:, 1] + midnight[:, None], -1),
        break_minutes=breaks[:, 2],
    )  # fmt: skip


def _templates(problem: Problem, most_breaks: int) -> Iterator[list[int]]:
    """Give shift type, skill, start, end, paid minutes, then first and last begin and length of each break."""
    step = problem.horizon.slot_minutes
    for s, shift in enumerate(problem.shift_types):
        unpaid = sum(pause.minutes for pause in shift.breaks if not pause.paid)
        padding = [0] * (most_breaks - len(shift.breaks))
        for start in range(shift.start_from, shift.start_to + 1, step):
            for length in range(shift.minutes_min, shift.minutes_max + 1, step):
                begins = [_break_begins(pause, start, start + length, step) for pause in shift.breaks]
                if any(first > last for first, last in begins):
                    continue
                first = [b[0] for b in begins] + padding
                last = [b[1] for b in begins] + padding
                lengths = [pause.minutes for pause in shift.breaks] + padding
                for skill in _skills_of(problem, shift):
                    yield [s, skill, start, start + length, length - unpaid, *first, *last, *lengths]


def _break_begins(pause: BreakWindow, start: int, end: int, step: int) -> tuple[int, int]:
    """Give the first and last begin of a break with a slot of work on either side, on its window's grid."""
    late = max(0, start + step - pause.start_from)
    first = pause.start_from + -(-late // step) * step
    last = min(pause.start_to, end - step - pause.minutes)
    return first, last - (last - pause.start_from) % step


def _skills_of(problem: Problem, shift: ShiftType) -> list[int]:
    """Give the skills a duty of a shift type may be carried out in; -1 stands for none in particular.

    Where every requirement of the shift type asks for a skill, a duty in none would be of no use.
    """
    asked = {n.skill_id for n in problem.shift_requirements if n.shift_type_id == shift.shift_type_id}
    skills = sorted(problem.skill_index[name] for name in asked if name is not None)
    return skills if asked and None not in asked else [-1, *skills]

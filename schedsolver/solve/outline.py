"""The outline of a problem with many rules: who works where on which day, people not told apart by anything fine.

Rules that tell people apart slot by slot multiply the rows of a model: without them, and with one duty a day, a week of
five times the rows is solved in seconds. What the outline costs means little, but who works where in it is a good
choice to begin from; what it left out is kept from there on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.options import BoolArray
from schedsolver.domain.rule import is_of
from schedsolver.errors import InvalidProblem
from schedsolver.rules.catalogue import CORE
from schedsolver.rules.cover import IntervalCover

if TYPE_CHECKING:
    from schedsolver.domain.options import DutyOptions
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.rule import Rule


def outline_of(problem: Problem) -> Problem | None:
    """Give a problem without what tells people apart, or ``None`` where that leaves out nothing or makes no sense.

    Everybody has one duty a day; work away from the outlet and work that rules ration are nobody's. Parts of a head
    stay, as they decide how many people it takes.
    """
    rules = tuple(_outlined(problem))
    if rules == problem.rules:
        return None
    rationed = frozenset().union(*(rule.rationed() for rule in problem.rules))
    out = {a.activity_id for a in problem.activities if a.away or a.activity_id in rationed}
    skills = {a.skill_id for a in problem.activities if a.activity_id not in out}
    not_needed = {a.skill_id for a in problem.activities} - skills
    permissions = tuple(p for p in problem.permissions if p.skill_id not in not_needed)
    try:
        return problem.replace(rules=rules, permissions=permissions)
    except InvalidProblem:
        return None


def _outlined(problem: Problem) -> Iterator[Rule]:
    for rule in problem.rules:
        if isinstance(rule, IntervalCover) or (is_of(rule.name, CORE) and not _tells_apart(rule, problem)):
            yield rule


def _tells_apart(rule: Rule, problem: Problem) -> bool:
    return rule.tells_apart(problem) is not None or rule.tells_heads_apart(problem) is not None


def placed(outlined: DutyOptions, given: BoolArray, options: DutyOptions) -> BoolArray:
    """Tell which options are on a day and at an outlet where the outline has their employee.

    Parameters
    ----------
    outlined, given
        Options of the outline, and which of them it gives, shape ``(len(outlined),)``.
    options
        Options to tell of.

    Returns
    -------
    Array of shape ``(len(options),)``.
    """
    there = {*zip(*(part[given].tolist() for part in (outlined.employee, outlined.day, outlined.outlet)), strict=True)}
    every = zip(options.employee.tolist(), options.day.tolist(), options.outlet.tolist(), strict=True)
    return np.array([place in there for place in every], bool)

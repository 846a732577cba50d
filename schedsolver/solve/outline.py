"""The outline of a problem with many rules: who works where on which day, people not told apart by anything fine.

Rules that tell people apart slot by slot multiply the rows of a model: without them, with one duty a day and few
starts and lengths, the relaxation of a week of five times the rows is solved in seconds. What the outline costs means
little, but who works where in it is a good choice to begin from; what it left out is kept from there on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from schedsolver.domain.arrays import BoolArray, FloatArray, IntArray
from schedsolver.domain.rule import is_of
from schedsolver.errors import InvalidProblem
from schedsolver.rules.catalogue import CORE, ORDER
from schedsolver.rules.cover import IntervalCover

if TYPE_CHECKING:
    from schedsolver.domain.options import DutyOptions
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.rule import Rule


# Of duties that differ in their start only, an outline has the first, and others that start so much later.
START_MINUTES = 120
# Shares this near to a whole number are whole.
TOLERANCE = 1e-6


def outline_of(problem: Problem) -> Problem | None:
    """Give a problem without what tells people apart, or ``None`` where that leaves out nothing or makes no sense.

    The core of the rules is kept, and what they say of the order of somebody's days. Everybody has one duty a day; work
    away from the outlet and work that rules ration are nobody's. Parts of a head stay, as they decide how many people
    it takes.
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
        outlined = is_of(rule.name, (*CORE, *ORDER)) and not _tells_apart(rule, problem)
        if outlined or isinstance(rule, IntervalCover):
            yield rule


def _tells_apart(rule: Rule, problem: Problem) -> bool:
    return rule.tells_apart(problem) is not None or rule.tells_heads_apart(problem) is not None


def few_options(options: DutyOptions) -> BoolArray:
    """Tell which options an outline has: the longest of each shift type, at some of its starts; shape ``(n,)``."""
    kinds = np.stack([options.employee, options.day, options.outlet, options.shift_type])
    _, kind = np.unique(kinds, axis=1, return_inverse=True)
    length = options.end - options.start
    longest = np.zeros(kind.max(initial=0) + 1, np.int64)
    np.maximum.at(longest, kind, length)
    few = length == longest[kind]
    first = np.full(len(longest), options.start.max(initial=0))
    np.minimum.at(first, kind[few], options.start[few])
    kept: BoolArray = few & ((options.start - first[kind]) % START_MINUTES == 0)
    return kept


def shares_of(options: DutyOptions, given: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Add up how much of some options everybody has on each day at each outlet, in that shape."""
    share = np.zeros(shape)
    np.add.at(share, (options.employee, options.day, options.outlet), given)
    return share


def expected(
    outlined: DutyOptions, given: FloatArray, options: DutyOptions, week: IntArray, whole: BoolArray
) -> FloatArray:
    """Tell how much of each option its employee is expected to work, shape ``(len(options),)``.

    Where an outline has people once its places are whole, they work as long as its relaxation has them there, by any
    of the options there, for a mean duty where it has them not at all; in a week no longer than it has them anywhere:
    with five days in place of four and a half, days are shorter.

    Parameters
    ----------
    outlined, given
        Options of the outline, and how much of each its relaxation gives, shape ``(len(outlined),)``.
    options
        Options to tell of.
    week
        Calendar week of each day, from 0, shape ``(days,)``.
    whole
        Who is where when, shape ``(employees, days, outlets)``.
    """
    share = shares_of(outlined, given, whole.shape)
    minutes = shares_of(outlined, given * outlined.paid_minutes, whole.shape)
    there = shares_of(options, options.paid_minutes.astype(float), whole.shape)
    in_week = np.equal.outer(week, np.arange(week.max() + 1)).astype(np.int64)
    days, shares = whole.sum(2) @ in_week, share.sum(2) @ in_week
    more = np.where(shares > TOLERANCE, days / np.maximum(TOLERANCE, shares), 1)
    duty = minutes.sum() / np.maximum(TOLERANCE, share.sum())
    mean = np.where(share > TOLERANCE, minutes / np.maximum(TOLERANCE, share), duty)
    mean /= np.maximum(1, more)[:, week, None]
    much: FloatArray = np.where(whole, mean / np.maximum(1, there), 0)[options.employee, options.day, options.outlet]
    return much


def whole_places(share: FloatArray, week: IntArray) -> BoolArray:
    """Round how much everybody is at each outlet on each day, keeping as much of it as can be.

    The sums over a person's week, over their outlets on a day and over the people at an outlet on a day are rounded up
    or down. They are sums of a flow, so the linear programme has a whole optimum.

    Parameters
    ----------
    share
        Shape ``(employees, days, outlets)``.
    week
        Week of each day, from 0, shape ``(days,)``: who has a day too many in one lacks it for good in another.
    """
    at = np.nonzero(share > TOLERANCE)
    whole = np.zeros(share.shape, bool)
    if not len(at[0]):
        return whole
    employee, day, outlet = at
    _, days, outlets = share.shape
    sums = (employee * days + week[day], employee * days + day, day * outlets + outlet)
    each = np.arange(len(employee))
    ends = np.cumsum([0, *(1 + group.max() for group in sums)])
    rows = np.concatenate([group + first for group, first in zip(sums, ends, strict=False)])
    taken = csr_array((np.ones(len(rows)), (rows, np.tile(each, len(sums)))), shape=(ends[-1], len(each)))
    total = taken @ share[at]
    keep = LinearConstraint(taken, np.floor(total + TOLERANCE), np.ceil(total - TOLERANCE))
    found = milp(-share[at], constraints=keep, integrality=np.ones(len(each)), bounds=(0, 1))
    whole[at] = found.x > 0.5
    return whole

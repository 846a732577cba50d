"""Whom to certify next in what: what one more permission would save, by duals, by the relaxation and by a roster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from schedsolver.domain.arrays import BoolArray, FloatArray
from schedsolver.domain.base import Identifier, Model
from schedsolver.domain.people import Permission
from schedsolver.errors import InfeasibleProblem, InvalidProblem
from schedsolver.model.build import BuiltModel, build_model
from schedsolver.model.options import activities_allowed
from schedsolver.rules.catalogue import active_rules
from schedsolver.rules.check import check
from schedsolver.rules.cover import IntervalCover
from schedsolver.rules.permission import held_levels
from schedsolver.scoring.kpis import kpis
from schedsolver.solve.highs import LinearGuide, LpResult
from schedsolver.solve.infeasible import contradictions
from schedsolver.solve.runner import solve
from schedsolver.solve.settings import Settings

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

COLUMNS = [
    "employee", "outlet", "skill", "level", "estimate_cents", "relaxed_cents", "gain_cents", "gain_at_least",
    "gain_at_most", "missing_hours_saved",
]  # fmt: skip


class Certification(Model):
    """A permission that somebody could be given.

    Attributes
    ----------
    employee_id, skill_id, level
        Who, what and how far.
    outlets
        Where it would hold; empty for everywhere.
    """

    employee_id: Identifier
    skill_id: Identifier
    level: Annotated[int, Field(ge=1)] = 1
    outlets: tuple[Identifier, ...] = ()

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """The permissions it would be."""
        return tuple(
            Permission(employee_id=self.employee_id, skill_id=self.skill_id, level=self.level, outlet_id=outlet)
            for outlet in self.outlets or (None,)
        )

    def given_in(self, problem: Problem) -> Problem:
        """Give the problem as it would be with it."""
        return problem.replace(permissions=(*problem.permissions, *self.permissions))


def possible_certifications(problem: Problem) -> tuple[Certification, ...]:
    """List what could be learned: each skill and level of service that somebody lacks where they may work.

    Service means activities that cannot wait. Somebody may work where they may do anything; who may do nothing is
    looked at where they belong, or everywhere.
    """
    asked = sorted({(a.skill_id, a.min_level) for a in problem.activities if a.skill_id and not a.deferrable})
    levels = held_levels(problem).max(axis=2)
    useful: BoolArray = np.any(activities_allowed(problem, active_rules(problem)), axis=(2, 3))
    found = []
    for i, employee in enumerate(problem.staff):
        where = useful[i]
        if not where.any():
            where = np.array([employee.home_outlet_id in (None, o.outlet_id) for o in problem.outlets])
        for skill, level in asked:
            lacking = where & (levels[i, :, problem.skill_index[skill]] < level)
            names = () if lacking.all() else tuple(problem.outlets[o].outlet_id for o in np.flatnonzero(lacking))
            if lacking.any():
                found.append(
                    Certification(employee_id=employee.employee_id, skill_id=skill, level=level, outlets=names)
                )
    return tuple(found)


def certification_values(
    problem: Problem,
    candidates: Iterable[Certification] | None = None,
    *,
    by_relaxation: int = 10,
    by_roster: int = 0,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Tell what each certification would save, the most valuable first.

    In three steps, each for the best of the step before. All are first estimated from one linear relaxation: a slot of
    the person would be worth more by what the dual price of cover is there above that of the best they may do now.
    The best, and those who can have no duty yet and so no estimate, are valued by solving the relaxation again with
    the permission, and the best of those by solving for a roster. Where nothing but cover speaks of who does what,
    the estimate is never below the second step's value.

    Parameters
    ----------
    problem
        A problem with activities.
    candidates
        What could be given; :func:`possible_certifications` when ``None``.
    by_relaxation, by_roster
        How many to value in the second and in the third step.
    settings
        Of the third step; the defaults when ``None``.

    Returns
    -------
    One row for each candidate: ``employee``, ``outlet`` (where they belong), ``skill``, ``level``,
    ``estimate_cents``, ``relaxed_cents`` (fall of the relaxation's optimum), ``gain_cents`` (fall of the cost of the
    roster), ``gain_at_least`` and ``gain_at_most`` (what bounds and costs of both rosters prove of it),
    ``missing_hours_saved`` (head-hours of service); blank where a step was not taken.

    Raises
    ------
    InvalidProblem
        If the problem has no activities, or not what a candidate names.
    InfeasibleProblem
        If there is no roster at all.
    """
    if not problem.activities:
        raise InvalidProblem(["certifications are valued by activities, but the problem has none; give activities"])
    listed = list(possible_certifications(problem) if candidates is None else candidates)
    # Refuses names that the problem does not have.
    problem.replace(permissions=(*problem.permissions, *(p for c in listed for p in c.permissions)))
    model = build_model(problem)
    lp = _relaxed(model, problem)
    rows = [_Valued(c, cents) for c, cents in zip(listed, _estimates(model, lp, listed), strict=True)]
    rows.sort(key=lambda row: -np.nan_to_num(row.estimate, nan=np.inf))
    for i, row in enumerate(rows[:by_relaxation]):
        with_it = row.candidate.given_in(problem)
        rows[i] = replace(row, relaxed=lp.bound - _relaxed(build_model(with_it), with_it).bound)
    rows[:by_relaxation] = sorted(rows[:by_relaxation], key=lambda row: -row.relaxed)
    solved = _solved(problem, [row.candidate for row in rows[: min(by_roster, by_relaxation)]], settings or Settings())
    home = {e.employee_id: e.home_outlet_id or "" for e in problem.staff}
    table = [
        (c.employee_id, home[c.employee_id], c.skill_id, c.level, row.estimate, row.relaxed, *gains)
        for row, gains in zip(rows, [*solved, *[(np.nan,) * 4] * (len(rows) - len(solved))], strict=True)
        for c in [row.candidate]
    ]
    return pd.DataFrame(table, columns=COLUMNS)


@dataclass(frozen=True)
class _Valued:
    candidate: Certification
    estimate: float
    relaxed: float = np.nan


def _relaxed(model: BuiltModel, problem: Problem) -> LpResult:
    lp = LinearGuide(model.relaxation, lambda: False).solve()
    if lp is None:
        raise InfeasibleProblem(contradictions(problem, Settings()))
    return lp


def _solved(
    problem: Problem, candidates: Sequence[Certification], settings: Settings
) -> list[tuple[float, float, float, float]]:
    """Solve with each certification, and hold cost, bound and missing hours against those without.

    Where the search finds nothing better than the roster without it, that roster stands.
    """
    if not candidates:
        return []
    before = solve(problem, settings)
    missing = kpis(problem, before.schedule)["missing_hours"]
    gains: list[tuple[float, float, float, float]] = []
    for candidate in candidates:
        with_it = candidate.given_in(problem)
        after = solve(with_it, settings)
        cost, roster = after.objective, after.schedule
        unchanged = check(with_it, before.schedule)
        if unchanged.ok and unchanged.objective < cost:
            cost, roster = unchanged.objective, before.schedule
        saved = missing - kpis(with_it, roster)["missing_hours"]
        gains.append((before.objective - cost, before.bound - cost, before.objective - after.bound, saved))
    return gains


def _estimates(model: BuiltModel, lp: LpResult, candidates: Sequence[Certification]) -> Iterator[float]:
    """Bound the worth of each candidate in the relaxation, in cents; ``nan`` for who can have no duty yet.

    By weak duality: with each slot worth what the permission adds there, the person's best duty of a day, less what
    the duty itself costs by its reduced cost, is the most that the day can gain.
    """
    problem, options = model.roster.problem, model.roster.options
    price = _cover_prices(model, lp)
    allowed = activities_allowed(problem, active_rules(problem))
    reduced = np.maximum(lp.reduced_costs[model.roster.duty_columns], 0.0)
    minutes = problem.horizon.slot_minutes
    for candidate in candidates:
        employee = problem.employee_index[candidate.employee_id]
        gained = np.cumsum(_added(problem, candidate, price, allowed[employee]), axis=1)
        gained = np.pad(gained, ((0, 0), (1, 0)))
        own = np.flatnonzero(options.employee == employee)
        if not len(own):
            yield np.nan
            continue
        first, last = options.start[own] // minutes, np.minimum(options.end[own] // minutes, problem.horizon.slots)
        worth = gained[options.outlet[own], last] - gained[options.outlet[own], first] - reduced[own]
        best = np.zeros(problem.horizon.days)
        np.maximum.at(best, options.day[own], worth)
        yield float(best.sum())


def _added(problem: Problem, candidate: Certification, price: FloatArray, allowed: BoolArray) -> FloatArray:
    """Give what a slot of the person is worth more with the permission, shape ``(outlets, slots)``.

    Parameters
    ----------
    problem, candidate
        Whom it is about.
    price
        Of one more head, shape ``(outlets, activities, slots)``.
    allowed
        What the person may do already, shape ``(outlets, days, activities)``.
    """
    opened = [
        a
        for a, activity in enumerate(problem.activities)
        if activity.skill_id == candidate.skill_id and activity.min_level <= candidate.level
    ]
    may = np.repeat(allowed, problem.horizon.slots_per_day, axis=1).transpose(0, 2, 1)
    now = np.where(may, price, -np.inf).max(axis=1)
    then = price[:, opened].max(axis=1, initial=-np.inf)
    better: FloatArray = np.maximum(then - np.where(np.isinf(now), 0.0, now), 0.0)
    named = [problem.outlet_index[name] for name in candidate.outlets]
    better[np.setdiff1d(np.arange(len(price)), named) if named else []] = 0.0
    return better


def _cover_prices(model: BuiltModel, lp: LpResult) -> FloatArray:
    """Give what one more head would save, by the duals of cover; shape ``(outlets, activities, slots)``."""
    problem = model.roster.problem
    price = np.zeros((len(problem.outlets), len(problem.activities), problem.horizon.slots))
    for rule in active_rules(problem):
        if isinstance(rule, IntervalCover):
            place = np.array([(c.outlet, c.activity, c.slot) for c in rule.cells(problem)], np.int64).reshape(-1, 3)
            row, column, cents = model.roster.shortages(rule)
            # A column of the shortage is in no other row, so what its price lacks of its reduced cost is the dual.
            dual = np.zeros(len(place))
            dual[row] = (cents - lp.reduced_costs[column]) * rule.pieces
            np.add.at(price, tuple(place.T), dual)
    return price

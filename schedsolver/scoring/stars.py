"""Stars from one to five: how good a manager is, among colleagues or by fixed marks."""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from schedsolver.domain import Permission
from schedsolver.domain.base import Model
from schedsolver.scoring.normalise import (
    Component,
    Components,
    Method,
    Rising,
    Threshold,
    component_scores,
    levels,
    levels_by_share,
    weighted_mean,
)
from schedsolver.scoring.tables import EMPLOYEE, OUTLET, Number, by_outlet_and_cluster, read_people

STARS = range(1, 6)
STAR = Number(1, 5, whole=True)


class StarRules(Model):
    """How stars are given.

    Attributes
    ----------
    components
        Columns of the appraisal and their weights.
    method
        How figures become scores: :func:`~schedsolver.scoring.normalise.scores`.
    quotas
        Share of the people with one, two, ... five stars, adding up to 1. Equal scores get equal stars, so the
        shares are met as nearly as that allows.
    thresholds
        Instead of quotas: lowest score in ``[0, 1]`` for two, three, four and five stars.
    """

    components: Components = (
        Component(name="ability", weight=0.25),
        Component(name="volume", weight=0.20),
        Component(name="quality", weight=0.20),
        Component(name="breadth", weight=0.15),
        Component(name="service", weight=0.20),
    )
    method: Method = "rank"
    quotas: Annotated[tuple[Threshold, ...], Field(min_length=5, max_length=5)] = (0.1, 0.2, 0.4, 0.2, 0.1)
    thresholds: Annotated[tuple[Threshold, ...], Field(min_length=4, max_length=4), Rising] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if not math.isclose(sum(self.quotas), 1.0, abs_tol=1e-9):
            raise ValueError(f"the quotas {list(self.quotas)} add up to {sum(self.quotas):g}; they must add up to 1")
        if self.thresholds is not None and "quotas" in self.model_fields_set:
            raise ValueError("give either quotas or thresholds, not both")
        return self


def stars(appraisal: pd.DataFrame, rules: StarRules | None = None) -> pd.DataFrame:
    """Give each person their stars.

    A blank figure scores 0.5, the middle, and so do all when all are equal or there is one person only: they then
    have three stars by the default quotas.

    Parameters
    ----------
    appraisal
        One row a person: ``employee``, a number for each component, perhaps ``outlet``.
    rules
        How; the defaults of :class:`StarRules` when not given.

    Returns
    -------
    ``employee``, ``outlet``, a score for each component, ``score`` (their weighted mean) and ``stars``, rows as
    given.

    Raises
    ------
    InvalidProblem
        With every fault found: a component's column missing, a negative or infinite figure, a person twice, no rows.
    """
    rules = rules or StarRules()
    table = read_people("appraisal", appraisal, {c.name: c.number(rules.method) for c in rules.components})
    scored = component_scores(table, rules.components, rules.method)
    score = weighted_mean(scored, rules.components)
    reached = levels_by_share(score, rules.quotas) if rules.thresholds is None else levels(score, rules.thresholds)
    return pd.concat([table[[EMPLOYEE, OUTLET]], scored], axis=1).assign(score=score, stars=reached + 1)


def star_shares(given: pd.DataFrame) -> pd.DataFrame:
    """Give the share of each star by outlet, the indicator of a branch.

    Parameters
    ----------
    given
        ``employee``, ``stars`` and perhaps ``outlet``, as :func:`stars` gives them.

    Returns
    -------
    One row an outlet and a last one for the cluster: ``outlet``, ``people``, ``star1`` to ``star5`` (shares),
    ``mean_stars``.

    Raises
    ------
    InvalidProblem
        If a column is missing or a star is not 1 to 5.
    """
    table = read_people("stars", given, {"stars": STAR})
    rows = []
    for outlet, part in by_outlet_and_cluster(table):
        shares = {f"star{star}": float(np.mean(part["stars"] == star)) for star in STARS}
        rows.append({OUTLET: outlet, "people": len(part), **shares, "mean_stars": float(part["stars"].mean())})
    return pd.DataFrame(rows)


def star_permissions(
    given: pd.DataFrame,
    skill: str = "stars",
    valid_from: dt.date | None = None,
    valid_until: dt.date | None = None,
) -> tuple[Permission, ...]:
    """Write stars as levels of a skill, so that rules on levels can ask for a mix of stars.

    With the skill in the problem, ``{"rule": "cover.levels", "skill": "stars", "min_level": 4, "minimum": 1}`` asks
    for somebody with four stars or more wherever heads are needed.

    Parameters
    ----------
    given
        ``employee`` and ``stars``.
    skill
        Name of the skill.
    valid_from, valid_until
        Days on which the stars hold.

    Raises
    ------
    InvalidProblem
        As :func:`star_shares`.
    """
    table = read_people("stars", given, {"stars": STAR})
    return tuple(
        Permission(employee_id=who, skill_id=skill, level=int(level), valid_from=valid_from, valid_until=valid_until)
        for who, level in zip(table[EMPLOYEE], table["stars"], strict=True)
    )

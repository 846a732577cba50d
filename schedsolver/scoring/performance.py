"""The performance contract: what a manager's work of a period is worth.

``score = coefficient x (individual part + team part) - deduction for risk``, at least 0. Meeting every target
alone and as a team, without risk points, gives exactly the coefficient of one's kind.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from schedsolver.domain import Permission
from schedsolver.domain.arrays import BoolArray, FloatArray
from schedsolver.domain.base import Identifier, Model
from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import Fault, InvalidProblem
from schedsolver.scoring.posts import Post, Posts, levels_held, minutes_worked
from schedsolver.scoring.tables import EMPLOYEE, OUTLET, Number, read_people

ALL_ROUND = "all-round"
MET = 1.0
SHARE = Number(0, 1, blank=1.0, optional=True)
RISK = Number(blank=0.0, optional=True)

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]


class KindRules(Model):
    """How the kind of a manager follows from what they may do and what they do.

    Attributes
    ----------
    posts
        The posts that kinds are named after, the first taking precedence.
    all_round_posts
        Who holds and performs so many of them is an all-round manager.
    least_share
        A post is performed with this share of the time on all posts.
    """

    posts: Posts = (
        Post.of("transaction", "counter", "fx"),
        Post.of("service", "audit", "lobby"),
        Post.of("maintenance", "maintenance", "outreach"),
    )
    all_round_posts: Annotated[int, Field(ge=2)] = 3
    least_share: Annotated[float, Field(gt=0, le=1)] = 0.1

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.all_round_posts > len(self.posts):
            raise ValueError(f"all_round_posts is {self.all_round_posts}, but there are {len(self.posts)} posts")
        if self.all_round_posts * self.least_share > 1:
            raise ValueError(
                f"nobody can spend {self.least_share:.0%} of their time on each of {self.all_round_posts} posts; "
                "lower least_share"
            )
        return self


class PerformanceContract(Model):
    """What is expected, and how it counts.

    Attributes
    ----------
    targets
        By kind of manager, the volume of each work expected in the period from somebody there all the time. A work
        that is not named is not expected of that kind: it counts for the team alone.
    coefficients
        By kind, what the sum of both parts is multiplied by.
    weights
        Of the works against each other; 1 where not named.
    individual_share
        Part of the individual's attainment; the rest is the team's.
    attainment_cap
        Most that one work can count, as a multiple of its target.
    deduction_per_risk_point
        What each risk point takes off the score.
    """

    targets: Annotated[
        Mapping[Identifier, Annotated[Mapping[Identifier, Positive], Field(min_length=1)]], Field(min_length=1)
    ]
    coefficients: Mapping[Identifier, Positive] = Field(
        default={"transaction": 1.0, "service": 1.0, "maintenance": 1.0, ALL_ROUND: 1.15}
    )
    weights: Mapping[Identifier, Positive] = Field(default={})
    individual_share: Share = 0.7
    attainment_cap: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 1.5
    deduction_per_risk_point: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.01

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        for kind in self.targets:
            if kind not in self.coefficients:
                raise ValueError(f'kind "{kind}" has no coefficient{did_you_mean(kind, self.coefficients)}')
        for work in self.weights:
            if work not in self.works:
                raise ValueError(f'there is a weight but no target for "{work}"{did_you_mean(work, self.works)}')
        return self

    @property
    def works(self) -> tuple[str, ...]:
        """Every work with a target, in the order of the targets."""
        return tuple(dict.fromkeys(work for own in self.targets.values() for work in own))


def manager_kinds(
    people: pd.DataFrame,
    permissions: pd.DataFrame | Iterable[Permission],
    activities: pd.DataFrame,
    on: dt.date,
    rules: KindRules | None = None,
) -> pd.DataFrame:
    """Derive the kind of each manager.

    All-round is earned: by holding and performing enough posts. Others are named after the post, of those they
    hold, on which they spent most time, the first of equals; so somebody without work is named after the first post
    they hold. Work on a post not held does not count.

    Parameters
    ----------
    people
        ``employee`` and perhaps ``outlet``.
    permissions
        As for :func:`~schedsolver.scoring.posts.levels_held`.
    activities
        Rosters, as for :func:`~schedsolver.scoring.posts.minutes_worked`.
    on
        Date on which permissions are looked at.
    rules
        How; the defaults of :class:`KindRules` when not given.

    Returns
    -------
    ``employee``, ``outlet``, ``kind`` (blank for those who hold no post) and, for each post, ``<post>_share`` of the
    time on posts held (0 without any).

    Raises
    ------
    InvalidProblem
        If a table is faulty.
    """
    rules = rules or KindRules()
    table = read_people("people", people, {})
    names = [post.post_id for post in rules.posts]
    held: BoolArray = levels_held(table, permissions, rules.posts, on)[names].to_numpy(int) > 0
    minutes = np.where(held, minutes_worked(table, activities, rules.posts)[names].to_numpy(float), 0.0)
    share = minutes / np.maximum(minutes.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    busiest = np.where(held, minutes, -1.0).argmax(axis=1)
    versatile = (held & (share >= rules.least_share)).sum(axis=1) >= rules.all_round_posts
    kinds = [
        ALL_ROUND if all_round else names[first] if some else ""
        for all_round, first, some in zip(versatile, busiest, held.sum(axis=1), strict=True)
    ]
    shares = {f"{name}_share": share[:, i] for i, name in enumerate(names)}
    return table.assign(kind=pd.Series(kinds, dtype="str"), **shares)


def performance(contract: PerformanceContract, volumes: pd.DataFrame) -> pd.DataFrame:
    """Work out the contract of a period for each person.

    Individual: the mean, by weight, of volume over target for each work expected of the person's kind, each at most
    the cap. Team, the people of an outlet: the same of the sum of volumes over the sum of targets; volumes beyond
    one's own kind count here too. Targets shrink with the time a person was away. Who was away all the time takes
    the team's attainment; a team that nothing was expected of has 1, its targets met.

    Parameters
    ----------
    contract
        What is expected.
    volumes
        One row a person: ``employee``, ``outlet``, ``kind``, a volume of each work of the contract, at least 0;
        perhaps ``available_share`` (part of full time for which they were there, blank for 1) and ``risk_points``
        (blank for 0).

    Returns
    -------
    ``employee``, ``outlet``, ``kind``, ``<work>_attained`` (volume over target, not capped, blank where not
    expected), ``individual``, ``team``, ``coefficient``, ``deduction``, ``score``; rows as given.

    Raises
    ------
    InvalidProblem
        With every fault found: a column missing, a volume blank, negative or no number, a kind without targets, a
        person twice, no rows.
    """
    numbers = {work: Number() for work in contract.works} | {"available_share": SHARE, "risk_points": RISK}
    table = read_people("volumes", volumes, numbers, texts=[OUTLET, "kind"])
    _refuse_other_kinds(contract, table["kind"].tolist())
    done = table[list(contract.works)]
    expected = _targets(contract, table)
    weights = np.array([contract.weights.get(work, 1.0) for work in contract.works])
    by_team = table[OUTLET]
    of_team = _mean_attained(
        done.groupby(by_team).transform("sum"), expected.groupby(by_team).transform("sum"), weights, contract
    )
    team = np.where(np.isnan(of_team), MET, of_team)
    own = _mean_attained(done, expected, weights, contract)
    individual = np.where(np.isnan(own), team, own)
    coefficient = np.array([contract.coefficients[kind] for kind in table["kind"]])
    deduction = contract.deduction_per_risk_point * table["risk_points"].to_numpy(float)
    parts = contract.individual_share * individual + (1 - contract.individual_share) * team
    attained = (done / expected.where(expected > 0)).add_suffix("_attained")
    return pd.concat([table[[EMPLOYEE, OUTLET, "kind"]], attained], axis=1).assign(
        individual=individual,
        team=team,
        coefficient=coefficient,
        deduction=deduction,
        score=np.maximum(0.0, coefficient * parts - deduction),
    )


def _refuse_other_kinds(contract: PerformanceContract, kinds: list[str]) -> None:
    faults = [
        Fault("volumes", i, f'kind "{kind}" has no targets{did_you_mean(kind, contract.targets)}')
        for i, kind in enumerate(kinds)
        if kind not in contract.targets
    ]
    if faults:
        raise InvalidProblem(faults)


def _targets(contract: PerformanceContract, table: pd.DataFrame) -> pd.DataFrame:
    """Give each person's target for each work, for the time they were there; 0 where nothing is expected."""
    full = pd.DataFrame(
        [[contract.targets[kind].get(work, 0.0) for work in contract.works] for kind in table["kind"]],
        columns=list(contract.works),
        index=table.index,
        dtype=float,
    )
    return full.mul(table["available_share"], axis=0)


def _mean_attained(
    done: pd.DataFrame, expected: pd.DataFrame, weights: FloatArray, contract: PerformanceContract
) -> FloatArray:
    """Give the weighted mean of the attainment of each row, ``nan`` where nothing is expected."""
    target = expected.to_numpy(float)
    counted = np.where(target > 0, weights, 0.0)
    attained = np.minimum(done.to_numpy(float) / np.where(target > 0, target, 1.0), contract.attainment_cap)
    whole = counted.sum(axis=1)
    mean: FloatArray = np.where(whole > 0, (counted * attained).sum(axis=1) / np.where(whole > 0, whole, 1.0), math.nan)
    return mean

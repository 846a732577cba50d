"""Coverage of posts: what share of the people may stand on which posts, and what share does."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from schedsolver.domain import Permission
from schedsolver.domain.arrays import BoolArray
from schedsolver.domain.base import Identifier, Model
from schedsolver.domain.suggest import did_you_mean
from schedsolver.scoring.posts import Names, Post, Posts, levels_held, minutes_worked
from schedsolver.scoring.tables import EMPLOYEE, OUTLET, by_outlet_and_cluster, read_people

CROSS = ("counter", "audit", "fx", "maintenance")


class Indicator(Model):
    """A share of the people, and the target for it.

    Attributes
    ----------
    indicator_id
        Its name.
    target
        Share that there should be.
    posts
        The posts it is about.
    at_least
        So many of them count a person in; ``None`` for all of them.
    level
        Lowest level at which a post is held.
    performed
        Whether a post counts when it is worked on, not when it is held.
    least_minutes
        Time on a post from which it counts as performed.
    """

    indicator_id: Identifier
    target: Annotated[float, Field(ge=0, le=1)]
    posts: Names
    at_least: Annotated[int, Field(ge=1)] | None = None
    level: Annotated[int, Field(ge=1)] = 1
    performed: bool = False
    least_minutes: Annotated[float, Field(gt=0)] = 30.0

    @property
    def needed(self) -> int:
        """Number of posts that count a person in."""
        return len(self.posts) if self.at_least is None else self.at_least

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if len(set(self.posts)) < len(self.posts):
            raise ValueError(f"{self.indicator_id} names a post twice; name each once")
        if self.needed > len(self.posts):
            raise ValueError(f"{self.indicator_id} asks for {self.needed} of {len(self.posts)} posts; lower at_least")
        return self


class CoverageRules(Model):
    """What is measured.

    Attributes
    ----------
    posts
        The posts. *Service* is all work with customers who are there, as against maintenance.
    indicators
        The shares and their targets. *Deep* means held at level 2 or above.
    """

    posts: Posts = (
        Post.of("counter", "counter"),
        Post.of("audit", "audit", "lobby"),
        Post.of("fx", "fx"),
        Post.of("maintenance", "maintenance", "outreach"),
        Post.of("service", "counter", "audit", "lobby", "fx"),
    )
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)] = (
        Indicator(indicator_id="certified", target=1.0, posts=CROSS, at_least=1),
        Indicator(indicator_id="counter_and_audit", target=0.60, posts=("counter", "audit")),
        Indicator(indicator_id="fx", target=0.70, posts=("fx",)),
        Indicator(indicator_id="service_and_maintenance", target=0.80, posts=("service", "maintenance")),
        Indicator(indicator_id="deep_cross_post", target=0.85, posts=CROSS, at_least=2, level=2),
        Indicator(indicator_id="cross_post_held", target=0.90, posts=CROSS, at_least=2),
        Indicator(indicator_id="cross_post_performed", target=0.88, posts=CROSS, at_least=2, performed=True),
    )

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        posts = [post.post_id for post in self.posts]
        names = [indicator.indicator_id for indicator in self.indicators]
        if len(set(names)) < len(names):
            raise ValueError("two indicators have the same name; name each once")
        for indicator in self.indicators:
            for post in indicator.posts:
                if post not in posts:
                    raise ValueError(f'{indicator.indicator_id}: there is no post "{post}"{did_you_mean(post, posts)}')
        return self


def coverage(
    people: pd.DataFrame,
    permissions: pd.DataFrame | Iterable[Permission],
    on: dt.date,
    activities: pd.DataFrame | None = None,
    rules: CoverageRules | None = None,
) -> pd.DataFrame:
    """Measure each indicator at each outlet and in the cluster.

    Shares of posts held are of all people, shares of posts performed of those who worked on any post.

    Parameters
    ----------
    people
        ``employee`` and perhaps ``outlet``, where they belong.
    permissions
        As for :func:`~schedsolver.scoring.posts.levels_held`: one bound to another outlet does not count.
    on
        Date on which permissions are looked at.
    activities
        Rosters, as for :func:`~schedsolver.scoring.posts.minutes_worked`; without them, what is performed is left
        out.
    rules
        What to measure; the defaults of :class:`CoverageRules` when not given.

    Returns
    -------
    One row for each outlet, then the cluster, and indicator: ``outlet``, ``indicator``, ``people`` (of whom the share
    is), ``having``, ``share``, ``target``, ``met`` and ``people_short`` (how many more the target takes). An outlet
    where nobody worked has no row for what is performed.

    Raises
    ------
    InvalidProblem
        If a table is faulty.
    """
    rules = rules or CoverageRules()
    table = read_people("people", people, {})
    rows = []
    judged = list(_judged(table, permissions, on, activities, rules))
    for outlet, part in by_outlet_and_cluster(table):
        for found in judged:
            inside = found.counted[part.index]
            if inside.any():
                rows.append({OUTLET: outlet, **_measured(found.indicator, found.complete[part.index][inside])})
    columns = [OUTLET, "indicator", "people", "having", "share", "target", "met", "people_short"]
    return pd.DataFrame(rows, columns=columns)


def who_lacks(
    people: pd.DataFrame,
    permissions: pd.DataFrame | Iterable[Permission],
    on: dt.date,
    activities: pd.DataFrame | None = None,
    rules: CoverageRules | None = None,
) -> pd.DataFrame:
    """List who does not count towards an indicator, and what they lack.

    Parameters and errors are those of :func:`coverage`.

    Returns
    -------
    One row for each indicator and such person: ``indicator``, ``employee``, ``outlet``, ``posts_short`` (how many
    more would do) and ``lacking`` (the posts it could be, separated by spaces); within an indicator those come first
    who lack least.
    """
    rules = rules or CoverageRules()
    table = read_people("people", people, {})
    rows = []
    for found in _judged(table, permissions, on, activities, rules):
        short = found.indicator.needed - found.have.sum(axis=1)
        lacks = np.flatnonzero(found.counted & (short > 0))
        for i in lacks[np.argsort(short[lacks], kind="stable")]:
            lacking = [post for post, has in zip(found.indicator.posts, found.have[i], strict=True) if not has]
            person = table.iloc[i]
            rows.append((found.indicator.indicator_id, person[EMPLOYEE], person[OUTLET], short[i], " ".join(lacking)))
    return pd.DataFrame(rows, columns=["indicator", EMPLOYEE, OUTLET, "posts_short", "lacking"])


@dataclass(frozen=True)
class _Judged:
    """An indicator with who is counted at all, shape ``(people,)``, and has what, shape ``(people, posts)``."""

    indicator: Indicator
    counted: BoolArray
    have: BoolArray

    @property
    def complete(self) -> BoolArray:
        enough: BoolArray = self.have.sum(axis=1) >= self.indicator.needed
        return enough


def _judged(
    table: pd.DataFrame,
    permissions: pd.DataFrame | Iterable[Permission],
    on: dt.date,
    activities: pd.DataFrame | None,
    rules: CoverageRules,
) -> Iterator[_Judged]:
    held = levels_held(table, permissions, rules.posts, on)
    everybody = np.ones(len(table), bool)
    worked = None if activities is None else minutes_worked(table, activities, rules.posts)
    for indicator in rules.indicators:
        posts = list(indicator.posts)
        if not indicator.performed:
            yield _Judged(indicator, everybody, held[posts].to_numpy() >= indicator.level)
        elif worked is not None:
            present = (worked > 0).any(axis=1).to_numpy()
            yield _Judged(indicator, present, worked[posts].to_numpy(float) >= indicator.least_minutes)


def _measured(indicator: Indicator, complete: BoolArray) -> dict[str, Any]:
    having, people = int(complete.sum()), len(complete)
    short = max(0, math.ceil(indicator.target * people - having - 1e-9))
    return {
        "indicator": indicator.indicator_id,
        "people": people,
        "having": having,
        "share": having / people,
        "target": indicator.target,
        "met": short == 0,
        "people_short": short,
    }

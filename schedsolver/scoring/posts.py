"""Posts: groups of work a manager can stand on, who is permitted to and who does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Annotated

import pandas as pd
from pydantic import AfterValidator, Field

from schedsolver.domain import Permission
from schedsolver.domain.base import Identifier, Model, named_twice
from schedsolver.errors import Fault, InvalidProblem
from schedsolver.scoring.tables import EMPLOYEE, OUTLET, read_records, require_columns

Names = Annotated[tuple[Identifier, ...], Field(min_length=1)]


class Post(Model):
    """A group of work.

    Attributes
    ----------
    post_id
        Its name.
    skills
        Holding any of these means holding the post.
    activities
        Time on any of these is time on the post.
    """

    post_id: Identifier
    skills: Names
    activities: Names

    @classmethod
    def of(cls, post_id: str, *names: str) -> Post:
        """Make a post whose skills and activities are called alike."""
        return cls(post_id=post_id, skills=names, activities=names)


def _ids_differ(posts: tuple[Post, ...]) -> tuple[Post, ...]:
    if twice := named_twice([post.post_id for post in posts]):
        raise ValueError(f"post {', '.join(twice)} is there twice; name each post once")
    return posts


Posts = Annotated[tuple[Post, ...], Field(min_length=1), AfterValidator(_ids_differ)]


def levels_held(
    people: pd.DataFrame, permissions: pd.DataFrame | Iterable[Permission], posts: Sequence[Post], on: dt.date
) -> pd.DataFrame:
    """Give how far each person may work on each post on a date.

    Parameters
    ----------
    people
        ``employee`` and ``outlet``, the outlet where they belong.
    permissions
        Permissions, or a table of them; those bound to another outlet than the person's own do not count.
    posts
        The posts.
    on
        The date.

    Returns
    -------
    Highest level of the post's skills, 0 without any: a column for each post, a row for each person, as in
    ``people``.

    Raises
    ------
    InvalidProblem
        If a row of the table of permissions is faulty.
    """
    home = dict(zip(people[EMPLOYEE], people[OUTLET], strict=True))
    best: dict[tuple[str, str], int] = {}
    for held in read_records("permissions", Permission, permissions):
        if held.employee_id in home and held.holds(on, home[held.employee_id]):
            place = held.employee_id, held.skill_id
            best[place] = max(held.level, best.get(place, 0))
    return pd.DataFrame(
        {
            post.post_id: [max(best.get((person, skill), 0) for skill in post.skills) for person in home]
            for post in posts
        },
        index=people.index,
        dtype="int64",
    )


def minutes_worked(people: pd.DataFrame, activities: pd.DataFrame, posts: Sequence[Post]) -> pd.DataFrame:
    """Add up the time each person spent on each post.

    Parameters
    ----------
    people
        ``employee``.
    activities
        Rosters, as ``Schedule.activities`` gives them, several one after the other if you like: ``employee``,
        ``activity``, ``start``, ``end``. Other people and activities are let be.
    posts
        The posts.

    Returns
    -------
    Minutes: a column for each post, a row for each person, as in ``people``.

    Raises
    ------
    InvalidProblem
        If a column is missing, or a start or end is no moment or they are in the wrong order.
    """
    require_columns("activities", activities, [EMPLOYEE, "activity", "start", "end"])
    start, end = (pd.to_datetime(activities[column], errors="coerce") for column in ("start", "end"))
    length = (end - start).dt.total_seconds() / 60
    faults = [
        Fault("activities", i, "start or end is not a moment, or the end is not after the start; correct the times")
        for i, minutes in enumerate(length)
        if not minutes > 0
    ]
    if faults:
        raise InvalidProblem(faults)
    who, what = activities[EMPLOYEE].astype("str"), activities["activity"]
    worked = {}
    for post in posts:
        inside = what.isin(post.activities)
        total = length[inside].groupby(who[inside]).sum()
        worked[post.post_id] = people[EMPLOYEE].map(total).fillna(0.0).astype(float)
    return pd.DataFrame(worked, index=people.index)

"""Who is to learn what next: from nine-grid and coverage to a list, from hours worked to permissions."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

import pandas as pd
from pydantic import Field, model_validator

from schedsolver.domain import Permission
from schedsolver.domain.base import ClockTime, Identifier, Model
from schedsolver.scoring.coverage import CoverageRules, coverage, who_lacks
from schedsolver.scoring.posts import levels_held
from schedsolver.scoring.tables import CLUSTER, EMPLOYEE, OUTLET, Number, read_people, read_records, require_columns

COURSE, ROTATION, COACHING = "course", "rotation", "coaching"
PLAN_COLUMNS = [
    EMPLOYEE, OUTLET, "action", "skill", "level", "reason", "session_minutes", "practice_minutes",
]  # fmt: skip
CELL = Number(1, 9, whole=True)

Minutes = Annotated[int, Field(ge=0, le=100_000)]


class Course(Model):
    """What it takes to be certified in a skill.

    Attributes
    ----------
    skill_id, level
        The skill, and the level that is certified.
    session_minutes
        Length of the training session; 0 for none.
    practice_minutes
        Hours beside a mentor, in minutes.
    trainer_level
        Level of the skill from which somebody may lead the session and mentor; ``None`` for trainers from outside
        and practice alone.
    """

    skill_id: Identifier
    level: Annotated[int, Field(ge=1)] = 1
    session_minutes: Minutes = 60
    practice_minutes: Minutes = 480
    trainer_level: Annotated[int, Field(ge=1)] | None = 2


class GrowthRules(Model):
    """How people are developed.

    Attributes
    ----------
    courses
        What can be learned, at most one course for each skill.
    places
        Most people in one course at a time.
    rotation_minutes
        Time on a post that somebody holds and does not perform.
    coached_cells
        Cells of the nine-grid whose people are coached in what is weakest with them.
    coaching_minutes
        Length of that session.
    session_from, session_to
        Sessions begin between these times of day.
    undone_cents_per_hour
        Price of an hour of practice or rotation that a roster leaves undone.
    absent_cents
        Price of each session that somebody should attend and does not.
    """

    courses: tuple[Course, ...] = ()
    places: Annotated[int, Field(ge=1)] = 3
    rotation_minutes: Minutes = 240
    coached_cells: tuple[Annotated[int, Field(ge=1, le=9)], ...] = (1, 2, 4)
    coaching_minutes: Minutes = 60
    session_from: ClockTime = 13 * 60 + 30
    session_to: ClockTime = 16 * 60
    undone_cents_per_hour: Annotated[int, Field(ge=0, le=10**9)] = 6_000
    absent_cents: Annotated[int, Field(ge=0, le=10**9)] = 20_000

    @model_validator(mode="after")
    def _one_course_a_skill(self) -> Self:
        twice = [skill for skill, count in Counter(course.skill_id for course in self.courses).items() if count > 1]
        if twice:
            raise ValueError(f"there are two courses in {', '.join(twice)}; keep one for each skill")
        return self

    @property
    def course_of(self) -> dict[str, Course]:
        """Course of each skill."""
        return {course.skill_id: course for course in self.courses}


def coaching_list(
    people: pd.DataFrame,
    permissions: pd.DataFrame | Iterable[Permission],
    on: dt.date,
    activities: pd.DataFrame,
    placed: pd.DataFrame,
    rules: GrowthRules,
    *,
    coverage_rules: CoverageRules | None = None,
    values: pd.DataFrame | None = None,
    progress: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List who is to learn what in the next period.

    For each indicator of coverage that the cluster misses, as many people as it lacks are chosen: those who need the
    fewest posts more; of these whose certificate saves most, then who stand in the better cell, then as the table has
    them. Each takes a course in a skill that they lack on a post they lack, or for what is to be performed a rotation
    on a post that they hold. One course and one rotation a person. A course that was begun goes on before others
    begin; one that nobody could lead is not begun. People in the coached cells have a coaching session in their
    weakest component.

    Parameters
    ----------
    people, permissions, on, activities
        As for :func:`~schedsolver.scoring.coverage.coverage`.
    placed
        What :func:`~schedsolver.scoring.nine_grid.nine_grid` gives.
    rules
        What can be learned, and how.
    coverage_rules
        Indicators and targets; the defaults when not given.
    values
        What a certificate saves, as :func:`~schedsolver.solve.certify.certification_values` tells it.
    progress
        What was begun before: what :func:`after_growth` gave. Only what is left is planned.

    Returns
    -------
    One row for each person and action: ``employee``, ``outlet``, ``action`` (course, rotation or coaching),
    ``skill`` (the weakest component for coaching), ``level`` (0 but for courses), ``reason``, ``session_minutes``,
    ``practice_minutes`` (with a mentor in a course, alone in a rotation).

    Raises
    ------
    InvalidProblem
        If a table is faulty.
    """
    table = read_people("people", people, {})
    held = read_records("permissions", Permission, permissions)
    require_columns("nine-grid", placed, ["weakest"])
    grid = read_people("nine-grid", placed, {"cell": CELL}).set_index(EMPLOYEE)
    weakest = dict(zip(grid.index, placed["weakest"].fillna("").astype("str"), strict=True))
    chosen = _Chosen(table, rules, _levels_of_skills(held, on, table))
    chosen.go_on(progress)
    wanted = coverage_rules or CoverageRules()
    covered = coverage(table, held, on, activities, wanted)
    short = covered[covered[OUTLET] == CLUSTER].set_index("indicator")["people_short"]
    lacking = _by_promise(who_lacks(table, held, on, activities, wanted), grid, values)
    posts = {post.post_id: post for post in wanted.posts}
    on_posts = levels_held(table, held, wanted.posts, on).set_index(table[EMPLOYEE]).to_dict("index")
    for indicator in wanted.indicators:
        left = int(short.get(indicator.indicator_id, 0))
        for name, names in lacking.get(indicator.indicator_id, ()):
            if left <= 0:
                break
            parts = [posts[post] for post in names]
            if indicator.performed:
                own = [skill for post in parts if on_posts[name][post.post_id] > 0 for skill in post.skills]
                left -= chosen.rotate(name, own, indicator.indicator_id)
            else:
                left -= chosen.teach(name, [s for post in parts for s in post.skills], indicator.indicator_id)
    for who, cell in zip(grid.index, grid["cell"].astype(int), strict=True):
        if cell in rules.coached_cells and who in on_posts:
            chosen.coach(str(who), weakest[who], cell)
    return chosen.plan()


def after_growth(plan: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """Say what of a plan was done.

    Parameters
    ----------
    plan
        What :func:`coaching_list` gave.
    activities
        Rosters of the period, with the activities that :func:`~schedsolver.scoring.growth.with_growth` made.

    Returns
    -------
    The plan with ``session_done`` and ``practice_done`` (minutes) and ``finished``, whether nothing is left.

    Raises
    ------
    InvalidProblem
        If a column is missing.
    """
    require_columns("plan", plan, PLAN_COLUMNS)
    require_columns("activities", activities, [EMPLOYEE, "activity", "start", "end"])
    minutes = (pd.to_datetime(activities["end"]) - pd.to_datetime(activities["start"])).dt.total_seconds() / 60
    spent = minutes.groupby([activities[EMPLOYEE].astype("str"), activities["activity"]]).sum().to_dict()
    names = [activity_names(action, skill) for action, skill in zip(plan["action"], plan["skill"], strict=True)]
    done = pd.DataFrame(
        [[spent.get((who, name), 0.0) for name in own] for who, own in zip(plan[EMPLOYEE], names, strict=True)],
        columns=["session_done", "practice_done"],
        index=plan.index,
        dtype=float,
    )
    finished = (done["session_done"] >= plan["session_minutes"]) & (done["practice_done"] >= plan["practice_minutes"])
    return plan.join(done).assign(finished=finished)


def certificates(done: pd.DataFrame, valid_from: dt.date) -> tuple[Permission, ...]:
    """Give the permissions that finished courses earn.

    Parameters
    ----------
    done
        What :func:`after_growth` gave.
    valid_from
        First day of the permissions.
    """
    earned = done[(done["action"] == COURSE) & done["finished"]]
    return tuple(
        Permission(employee_id=who, skill_id=skill, level=int(level), valid_from=valid_from)
        for who, skill, level in zip(earned[EMPLOYEE], earned["skill"], earned["level"], strict=True)
    )


def activity_names(action: str, skill: str) -> tuple[str, str]:
    """Give the names of the activities of an action: its session and its practice; blank for none."""
    if action == COURSE:
        return f"session_{skill}", f"practice_{skill}"
    return ("", f"rotation_{skill}") if action == ROTATION else (COACHING, "")


@dataclass
class _Chosen:
    """The list while it is made."""

    people: pd.DataFrame
    rules: GrowthRules
    levels: Mapping[tuple[str, str], int]

    def __post_init__(self) -> None:
        self._courses: dict[str, tuple[Course, str, int, int]] = {}
        self._rotations: dict[str, tuple[str, str]] = {}
        self._coached: dict[str, tuple[str, int]] = {}

    def go_on(self, progress: pd.DataFrame | None) -> None:
        """Take over courses that were begun and not finished, less what was done."""
        if progress is None:
            return
        known = set(self.people[EMPLOYEE])
        begun = progress[(progress["action"] == COURSE) & ~progress["finished"].astype(bool)]
        for row in begun.to_dict("records"):
            course = self.rules.course_of.get(row["skill"])
            if course is not None and row[EMPLOYEE] in known:
                session, practice = (
                    max(0, round(row[f"{part}_minutes"] - row[f"{part}_done"])) for part in ("session", "practice")
                )
                self._courses[row[EMPLOYEE]] = course, row["reason"], session, practice

    def teach(self, who: str, skills: Sequence[str], reason: str) -> bool:
        """Put somebody into a course in one of the skills, unless they are in one or none has a place left."""
        if who in self._courses:
            return self._courses[who][0].skill_id in skills
        taken = Counter(course.skill_id for course, *_ in self._courses.values())
        for skill in skills:
            course = self.rules.course_of.get(skill)
            if course is None or not self._is_led(course):
                continue
            if self.levels.get((who, skill), 0) < course.level and taken[skill] < self.rules.places:
                self._courses[who] = course, reason, course.session_minutes, course.practice_minutes
                return True
        return False

    def _is_led(self, course: Course) -> bool:
        """Tell whether there is somebody to lead a course, or it needs nobody."""
        least = course.trainer_level
        return least is None or any(
            level >= least for (_, skill), level in self.levels.items() if skill == course.skill_id
        )

    def rotate(self, who: str, skills: Sequence[str], reason: str) -> bool:
        """Let somebody work on one of the skills that they hold."""
        own = [skill for skill in skills if self.levels.get((who, skill), 0) > 0]
        if own and who not in self._rotations and self.rules.rotation_minutes:
            self._rotations[who] = own[0], reason
            return True
        return False

    def coach(self, who: str, weakest: str, cell: int) -> None:
        """Coach somebody in a component."""
        if self.rules.coaching_minutes:
            self._coached[who] = weakest, cell

    def plan(self) -> pd.DataFrame:
        """Give the list, courses first."""
        outlet = dict(zip(self.people[EMPLOYEE], self.people[OUTLET], strict=True))
        return pd.DataFrame([(who, outlet[who], *rest) for who, *rest in self._rows()], columns=PLAN_COLUMNS)

    def _rows(self) -> Iterator[tuple[str, str, str, int, str, int, int]]:
        order = {who: place for place, who in enumerate(self.people[EMPLOYEE])}
        for who, (course, reason, session, practice) in sorted(self._courses.items(), key=lambda row: order[row[0]]):
            yield who, COURSE, course.skill_id, course.level, reason, session, practice
        for who, (skill, reason) in sorted(self._rotations.items(), key=lambda row: order[row[0]]):
            yield who, ROTATION, skill, 0, reason, 0, self.rules.rotation_minutes
        for who, (weakest, cell) in self._coached.items():
            yield who, COACHING, weakest, 0, f"cell {cell}", self.rules.coaching_minutes, 0


def _levels_of_skills(held: Iterable[Permission], on: dt.date, table: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Give the level of each skill of each person on a date where they belong."""
    home = dict(zip(table[EMPLOYEE], table[OUTLET], strict=True))
    levels: dict[tuple[str, str], int] = {}
    for permission in held:
        who = permission.employee_id
        if who in home and permission.holds(on, home[who]):
            levels[who, permission.skill_id] = max(permission.level, levels.get((who, permission.skill_id), 0))
    return levels


def _by_promise(
    lacking: pd.DataFrame, grid: pd.DataFrame, values: pd.DataFrame | None
) -> dict[str, list[tuple[str, list[str]]]]:
    """Give by indicator who lacks which posts: nearest first, then by what a certificate saves, then by cell."""
    worth = {} if values is None else values.groupby(EMPLOYEE)["relaxed_cents"].max().to_dict()
    order = lacking.assign(
        worth=lacking[EMPLOYEE].map(worth).astype(float).fillna(0.0), cell=lacking[EMPLOYEE].map(grid["cell"]).fillna(0)
    ).sort_values(["posts_short", "worth", "cell"], ascending=[True, False, False], kind="stable")
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for indicator, who, posts in zip(order["indicator"], order[EMPLOYEE], order["lacking"], strict=True):
        found.setdefault(indicator, []).append((who, posts.split()))
    return found

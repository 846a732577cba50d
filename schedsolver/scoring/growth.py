"""A coaching list as work that can wait: sessions, hours beside a mentor and rotation hours in the next roster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from schedsolver.domain import Activity, Backlog, Permission, Problem, Schedule, Skill, Stint
from schedsolver.scoring.coaching import COACHING, COURSE, PLAN_COLUMNS, ROTATION, Course, GrowthRules, activity_names
from schedsolver.scoring.tables import EMPLOYEE, require_columns


def with_growth(problem: Problem, plan: pd.DataFrame, rules: GrowthRules) -> Problem:
    """Give a problem with the work of a coaching list, to be fitted in where service leaves people over.

    A course brings a session that its people attend together, led by somebody of the trainer's level, and practice,
    done only while somebody of that level is at work at the outlet for each of them. Practice and rotations are
    backlogs of the horizon of which everybody has a share of their own. Coaching is a session without a trainer.
    Sessions missed and hours undone cost what the rules say.

    Parameters
    ----------
    problem
        The problem; its activities need not know of any of this.
    plan
        What :func:`~schedsolver.scoring.coaching.coaching_list` gives, for people of the problem.
    rules
        The rules it was made by.

    Raises
    ------
    InvalidProblem
        If the plan lacks a column, names somebody who is not in the problem, or a course has nobody to lead it.
    """
    require_columns("plan", plan, PLAN_COLUMNS)
    added = _Added(problem, rules)
    for (action, skill), part in plan.groupby(["action", "skill"], sort=False):
        if action == COURSE:
            added.course(part, rules.course_of[str(skill)])
        elif action == ROTATION:
            added.practice(part, activity_names(ROTATION, str(skill))[1])
    added.coaching(plan[plan["action"] == COACHING])
    return problem.replace(
        skills=(*problem.skills, *added.skills),
        activities=(*problem.activities, *added.activities),
        permissions=(*problem.permissions, *added.permissions),
        backlogs=(*problem.backlogs, *added.backlogs),
        rules=(*problem.rules, *added.rules),
    )


def without_growth(problem: Problem, schedule: Schedule) -> Schedule:
    """Give a roster as the problem without growth knows it: rotation is work on its post, sessions and practice go.

    Parameters
    ----------
    problem
        The problem that :func:`with_growth` was given.
    schedule
        A roster for what it gave.
    """
    first: dict[str, str] = {}
    for activity in problem.activities:
        if activity.skill_id is not None:
            first.setdefault(activity_names(ROTATION, activity.skill_id)[1], activity.activity_id)
    known = {activity.activity_id for activity in problem.activities}
    return Schedule.of(schedule.duty_list, _renamed(schedule, first, known), schedule.leave_list)


def _renamed(schedule: Schedule, first: dict[str, str], known: set[str]) -> Iterator[Stint]:
    for stint in schedule.stint_list:
        name = first.get(stint.activity_id, stint.activity_id)
        if name in known:
            yield stint.model_copy(update={"activity_id": name})


@dataclass
class _Added:
    """What is added to a problem."""

    problem: Problem
    of: GrowthRules
    skills: list[Skill] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    permissions: list[Permission] = field(default_factory=list)
    backlogs: list[Backlog] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)

    def course(self, part: pd.DataFrame, course: Course) -> None:
        """Add the session and the practice of those in a course."""
        session, practice = activity_names(COURSE, course.skill_id)
        teachers = {"skill": course.skill_id, "min_level": course.trainer_level} if course.trainer_level else None
        due = part[part["session_minutes"] > 0]
        if len(due):
            self.session(session, due[EMPLOYEE].tolist(), int(due["session_minutes"].max()), teachers)
        self.practice(part, practice)
        learners = part.loc[part["practice_minutes"] > 0, EMPLOYEE].tolist()
        if teachers and learners:
            mentors = {"trainees": {"employees": learners}, "mentors": teachers}
            self.rules.append({"rule": "mentor.present", "activities": [practice], **mentors})

    def practice(self, part: pd.DataFrame, name: str) -> None:
        """Add a backlog to be shared evenly by those who practise; each has as much to do as who has most."""
        due = part[part["practice_minutes"] > 0]
        if not len(due):
            return
        horizon = self.problem.horizon
        first, last = horizon.dates[0], horizon.dates[-1]
        each = -(-int(due["practice_minutes"].max()) // horizon.slot_minutes) * horizon.slot_minutes
        self.skills.append(Skill(skill_id=name))
        self.activities.append(Activity(activity_id=name, skill_id=name, deferrable=True))
        self.permissions += [
            Permission(employee_id=who, skill_id=name, valid_from=first, valid_until=last) for who in due[EMPLOYEE]
        ]
        price = self.of.undone_cents_per_hour
        self.backlogs.append(
            Backlog(
                backlog_id=name, activity_id=name, minutes=each * len(due), deadline=last, undone_cents_per_hour=price
            )
        )
        weight = max(1, price * horizon.slot_minutes // 60)
        self.rules.append({"rule": "backlog.quotas", "backlogs": [name], "hard": False, "weight": weight})

    def coaching(self, part: pd.DataFrame) -> None:
        """Add the coaching session."""
        if len(part):
            self.session(COACHING, part[EMPLOYEE].tolist(), int(part["session_minutes"].max()), None)

    def session(self, name: str, learners: list[str], minutes: int, trainer: dict[str, Any] | None) -> None:
        """Add a session that some attend."""
        step = self.problem.horizon.slot_minutes
        self.activities.append(Activity(activity_id=name, deferrable=True))
        self.rules.append(
            {
                "rule": "training.sessions", "activity": name, "who": {"employees": learners}, "trainer": trainer,
                "minutes": -(-minutes // step) * step,
                "windows": [{"start_from": self.of.session_from, "start_to": self.of.session_to}],
                "hard": False, "weight": self.of.absent_cents,
            }
        )  # fmt: skip

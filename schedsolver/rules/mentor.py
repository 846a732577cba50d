"""Trainees and those who look after them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.base import Identifier
from schedsolver.domain.options import BoolArray
from schedsolver.domain.rule import Judgement, ModelContext, unknown_names
from schedsolver.rules.presence import (
    People,
    PresenceRule,
    already_there,
    crews,
    duties_meant,
    everywhere,
    is_meant,
    slots_in_reach,
    slots_on,
)

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule


class MentorPresent(PresenceRule):
    """In each slot in which trainees work at an outlet, so do mentors: one for every so many trainees.

    A trainee is never a mentor, not even their own. Trainees are meant if the date of their duty is in the scope; so
    are slots after the horizon that a duty of its last day runs into. Trainees on a duty of the day before take up
    mentors as well, but what was lacking without the horizon's own trainees is let be. A soft rule charges for each
    mentor missing in a slot.

    Attributes
    ----------
    trainees, mentors
        The groups; whoever is in both is a trainee.
    activities
        Only trainees on these count; empty for all. Mentors may do anything.
    per_mentor
        How many trainees one mentor looks after.
    """

    name: ClassVar[str] = "mentor.present"

    trainees: People
    mentors: People
    activities: tuple[Identifier, ...] = ()
    per_mentor: Annotated[int, Field(ge=1)] = 1

    @property
    def groups(self) -> tuple[People, ...]:
        """Trainees and mentors."""
        return self.trainees, self.mentors

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse activities that are not there, and mentors who are all trainees."""
        own = [*super().faults(problem), *unknown_names("activity", self.activities, problem.activity_index)]
        yield from own
        if not own and not (self.mentors.members(problem) & ~self.trainees.members(problem))[:, :, 1:].any():
            yield f"the {self.mentors} are all trainees, so there are no mentors"

    def tells_heads_apart(self, problem: Problem) -> tuple[BoolArray, BoolArray] | None:
        """Count trainees apart where only those on some activities count."""
        if not self.activities:
            return None
        places = everywhere(problem, self.activities, self.scope)
        return np.stack([self.trainees.members(problem)[:, :, 1:]]), places

    def add_to(self, model: ModelContext) -> None:
        """Tie the trainees of each slot to its mentors."""
        problem, crew = model.problem, model.crew
        trainees = self.trainees.members(problem)
        mentors = self.mentors.members(problem) & ~trainees
        learners = model.heads if self.activities else crew
        learning = learners.within(trainees[:, :, 1:])
        learning &= duties_meant(self.scope, problem)[learners.outlet, learners.day]
        if self.activities:
            learning &= np.isin(model.heads.activity, [problem.activity_index[name] for name in self.activities])
        judged = np.zeros((len(problem.outlets), slots_in_reach(problem)), bool)
        judged[learners.outlet[learning], learners.slot[learning]] = True
        teaching = crew.within(mentors[:, :, 1:]) & judged[crew.outlet, crew.slot]
        row_of = np.cumsum(judged).reshape(judged.shape) - 1
        sign = np.repeat([1, -self.per_mentor], [learning.sum(), teaching.sum()])
        spare = self.per_mentor * already_there(problem, mentors)
        before = problem.horizon.start - dt.timedelta(days=1)
        if not self.activities and self.scope.has_date(before, problem):
            spare -= already_there(problem, trainees)
        by_learner = row_of[learners.outlet[learning], learners.slot[learning]]
        row = np.concatenate([by_learner, row_of[crew.outlet[teaching], crew.slot[teaching]]])
        column = np.concatenate([learners.column[learning], crew.column[teaching]])
        model.limit(self, row, column, sign, np.maximum(spare, 0)[judged], step=self.per_mentor)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count trainees and mentors in each slot with a trainee."""
        is_trainee, is_mentor = self.trainees.test(problem), self.mentors.test(problem)
        crew = crews(problem, schedule)
        learning: dict[tuple[str, int], list[Duty]] = defaultdict(list)
        if self.activities:
            for duty, _, slot in slots_on(problem, schedule, self.activities):
                learning[duty.outlet_id, slot].append(duty)
        else:
            learning.update(crew)
        found = []
        for (outlet, slot), there in sorted(learning.items()):
            trainees = [d for d in there if is_trainee(d) and is_meant(self.scope, d, problem)]
            mentors = [d for d in crew[outlet, slot] if is_mentor(d) and not is_trainee(d)]
            past = ([d for d in group if d.date not in problem.horizon] for group in (trainees, mentors))
            let_be = max(0, self._unattended(*past))
            missing = -(-(self._unattended(trainees, mentors) - let_be) // self.per_mentor)
            start = problem.horizon.moment_of(slot * problem.horizon.slot_minutes)
            words = f"{len(trainees)} trainees and {len(mentors)} mentors at {outlet} at {start:%Y-%m-%d %H:%M}"
            words += f", one mentor for {self.per_mentor} needed"
            found.append((missing, words, {"outlet_id": outlet, "start": start}))
        return self.over_limit(found)

    def _unattended(self, trainees: Sequence[Duty], mentors: Sequence[Duty]) -> int:
        """Count the trainees beyond what their mentors can look after; below 0 when these could do more."""
        return len(trainees) - self.per_mentor * len(mentors)

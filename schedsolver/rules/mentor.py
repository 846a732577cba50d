"""Trainees and those who look after them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from pydantic import Field

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import Identifier
from schedsolver.domain.rule import Judgement, ModelContext, unknown_names
from schedsolver.rules.presence import (
    People,
    PresenceRule,
    already_there,
    apart,
    belonging,
    crews,
    done_away,
    done_elsewhere,
    duties_meant,
    everywhere,
    is_meant,
    slots_in_reach,
    slots_on,
    those_there,
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
        own = [
            *super().faults(problem),
            *unknown_names("activity", self.activities, problem.activity_index),
            *done_elsewhere(self.activities, problem),
        ]
        yield from own or no_mentors(self.trainees, self.mentors, problem)

    def tells_heads_apart(self, problem: Problem) -> tuple[BoolArray, BoolArray] | None:
        """Count trainees apart where only those on some activities count, and both on what is done away."""
        away = done_away(problem)
        if not self.activities or away:
            told = super().tells_heads_apart(problem)
            return told and (told[0], everywhere(problem, {*self.activities, *away}, self.scope))
        places = everywhere(problem, self.activities, self.scope)
        return np.stack([self.trainees.members(problem)[:, :, 1:]]), places

    def add_to(self, model: ModelContext) -> None:
        """Tie the trainees of each slot to its mentors."""
        problem, (crew, sign) = model.problem, those_there(model)
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
        learns = np.ones(int(learning.sum()), np.int64) if self.activities else sign[learning]
        factor = np.append(learns, -self.per_mentor * sign[teaching])
        spare = self.per_mentor * already_there(problem, mentors)
        before = problem.horizon.start - dt.timedelta(days=1)
        if not self.activities and self.scope.has_date(before, problem):
            spare -= already_there(problem, trainees)
        by_learner = row_of[learners.outlet[learning], learners.slot[learning]]
        row = np.concatenate([by_learner, row_of[crew.outlet[teaching], crew.slot[teaching]]])
        column = np.concatenate([learners.column[learning], crew.column[teaching]])
        model.limit(self, row, column, factor, np.maximum(spare, 0)[judged], step=self.per_mentor)

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


class MentoredHours(PresenceRule):
    """Each trainee works so long beside a mentor: at the same outlet, in the same slots.

    Any mentor will do, whoever else they look after; :class:`MentorPresent` limits how many. A trainee is never a
    mentor, not even for others. Slots of duties whose date is in the scope count; those
    on duty since the day before are mentors too. A soft rule charges for each slot that someone lacks.

    Attributes
    ----------
    trainees, mentors
        The groups; whoever is in both is a trainee.
    minutes
        Time beside a mentor that everybody wants who belongs to the trainees on a date at an outlet of the scope.
    """

    name: ClassVar[str] = "mentor.hours"

    trainees: People
    mentors: People
    minutes: Annotated[int, Field(ge=1)]

    @property
    def groups(self) -> tuple[People, ...]:
        """Trainees and mentors."""
        return self.trainees, self.mentors

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse mentors who are all trainees."""
        own = [*super().faults(problem)]
        yield from own or no_mentors(self.trainees, self.mentors, problem)

    def tells_apart(self, problem: Problem) -> BoolArray:
        """Count each trainee alone, and the mentors."""
        learners = self._learners(problem)
        return np.concatenate([super().tells_apart(problem), apart(problem, np.flatnonzero(learners).tolist())])

    def add_to(self, model: ModelContext) -> None:
        """Give each slot of a trainee a column that is 1 exactly when a mentor is there, and ask for enough of them."""
        problem, (crew, sign) = model.problem, those_there(model)
        trainees = self.trainees.members(problem)
        mentors = self.mentors.members(problem) & ~trainees
        meant = duties_meant(self.scope, problem)
        place = crew.outlet * slots_in_reach(problem) + crew.slot
        learning = np.flatnonzero(crew.within(trainees[:, :, 1:] & meant))
        # A trainee's slot at an outlet has one column at work and perhaps some away, which take it off again.
        key = place[learning] * len(problem.staff) + crew.employee[learning]
        slots, row = np.unique(key, return_inverse=True)
        places, at = np.unique(slots // len(problem.staff), return_inverse=True)
        already = already_there(problem, mentors).ravel()[places]
        teaching = np.flatnonzero(crew.within(mentors[:, :, 1:]) & np.isin(place, places))
        terms = np.searchsorted(places, place[teaching]), crew.column[teaching], sign[teaching]
        there = self._there(model, terms, already)[at]
        learns = row, crew.column[learning], sign[learning]
        beside = self._both(model, learns, there)
        needing = np.flatnonzero(self._learners(problem))
        own = np.searchsorted(needing, slots % len(problem.staff))
        wanted = -(-self.minutes // problem.horizon.slot_minutes)
        model.limit(self, own, beside, -np.ones(len(own), np.int64), np.full(len(needing), -wanted))

    def _both(self, model: ModelContext, learns: tuple[IntArray, IntArray, IntArray], there: IntArray) -> IntArray:
        """Give a 0-1 column for each row that is 1 exactly when its terms ``learns`` and its column ``there`` are."""
        row, column, sign = learns
        number, beside = np.arange(len(there)), model.new_columns(np.ones(len(there)))
        nothing, ones = np.zeros(len(there)), np.ones(len(there), np.int64)
        model.require(np.append(number, row), np.append(beside, column), np.append(ones, -sign), None, nothing)
        model.require(np.tile(number, 2), np.append(beside, there), np.append(ones, -ones), None, nothing)
        # What is paid hangs on it, so it must be 1 whenever both are.
        rows, columns = np.concatenate([row, number, number]), np.concatenate([column, there, beside])
        model.require(rows, columns, np.concatenate([sign, ones, -ones]), None, ones)
        return beside

    def _there(self, model: ModelContext, terms: tuple[IntArray, IntArray, IntArray], already: IntArray) -> IntArray:
        """Give a 0-1 column for each place that is 1 exactly when a mentor is there, ``already`` or by its terms."""
        row, column, sign = terms
        there = model.new_columns(np.ones(len(already)))
        number, most = np.arange(len(already)), len(model.problem.staff)
        rows, columns, ones = np.append(row, number), np.append(column, there), np.ones(len(already), np.int64)
        model.require(rows, columns, np.append(-sign, ones), None, already)
        model.require(rows, columns, np.append(sign, -most * ones), None, -already)
        return there

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count the slots of each trainee beside a mentor."""
        is_trainee, is_mentor = self.trainees.test(problem), self.mentors.test(problem)
        beside: dict[str, int] = defaultdict(int)
        for duties in crews(problem, schedule).values():
            if any(is_mentor(duty) and not is_trainee(duty) for duty in duties):
                for duty in duties:
                    if is_trainee(duty) and duty.date in problem.horizon and is_meant(self.scope, duty, problem):
                        beside[duty.employee_id] += 1
        step = problem.horizon.slot_minutes
        found = []
        for name in belonging(self.trainees, self.scope, problem):
            words = f"{name} works {beside[name] * step} minutes beside a mentor, {self.minutes} wanted"
            found.append((-(-self.minutes // step) - beside[name], words, {"employee_id": name}))
        return self.over_limit(found)

    def _learners(self, problem: Problem) -> BoolArray:
        """Tell, for the model, who wants to be mentored, shape ``(staff,)``."""
        trainees = self.trainees.members(problem)[:, :, 1:] & duties_meant(self.scope, problem)
        return np.asarray(trainees.any(axis=(1, 2)))


def no_mentors(trainees: People, mentors: People, problem: Problem) -> Iterator[str]:
    """Say where all mentors are trainees."""
    if not (mentors.members(problem) & ~trainees.members(problem))[:, :, 1:].any():
        yield f"the {mentors} are all trainees, so there are no mentors"

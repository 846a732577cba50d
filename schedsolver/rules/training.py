"""Training sessions: a group learns together, at one outlet in the same slots."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.rule import Finding, Judgement, ModelContext
from schedsolver.rules.gathering import GatheringRule, StartWindow, off_grid
from schedsolver.rules.presence import People, belonging, duties_meant

if TYPE_CHECKING:
    import datetime as dt

    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class TrainingSessions(GatheringRule):
    """Everybody of a group attends one session of a training, together with others at one outlet.

    A session begins on a date at an outlet of the scope. Whoever belongs to the group on its date at its outlet can
    attend it, nobody attends two, and nobody is on the activity otherwise, except for its trainer. A soft rule charges
    for each of the group who attends none.

    Attributes
    ----------
    who
        Those who need it.
    trainer
        Of these one leads each session; those who need it themselves do not. ``None`` for a training without.
    minutes
        Length of a session.
    windows
        When on a date a session may begin: each with ``start_from`` and ``start_to``, both included.
    least, most
        Participants of a session, the trainer left out.
    """

    name: ClassVar[str] = "training.sessions"
    may_be_soft: ClassVar[bool] = True

    who: People = People()
    trainer: People | None = None
    minutes: Annotated[int, Field(ge=1, le=MINUTES_PER_DAY)]
    windows: Annotated[tuple[StartWindow, ...], Field(min_length=1)]
    least: Annotated[int, Field(ge=1)] = 1
    most: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _least_before_most(self) -> Self:
        if self.most is not None and self.least > self.most:
            raise ValueError(f"least {self.least} participants are more than the most, {self.most}")
        return self

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse sessions that nobody could attend or lead, or that could never have enough participants."""
        own = list(super().faults(problem))
        for people in filter(None, (self.who, self.trainer)):
            own += people.faults(problem)
        own += off_grid(problem, self.windows, [self.minutes])
        yield from own
        if own:
            return
        learners, trainers = self._roles(problem)
        able, meant = self._able(problem), duties_meant(self.scope, problem)
        most = int((learners & able & meant).sum(axis=0).max())
        if most < self.least:
            yield f"at no time and place more than {most} of those who need it may do {self.activity}"
        if self.trainer is not None and not (trainers & able & meant).any():
            yield f"no trainer of the {self.trainer}, who do not need it themselves, may do {self.activity}"

    def add_to(self, model: ModelContext) -> None:
        """Give each session that could be a column, and one for each who could attend or lead it."""
        problem, step = model.problem, model.problem.horizon.slot_minutes
        starts = {start // step for w in self.windows for start in range(w.start_from, w.start_to + 1, step)}
        blocks = self._blocks(problem, [(start, self.minutes // step) for start in sorted(starts)])
        employee, block = self._could_be_in(model, blocks)
        learners, trainers = (
            role[employee, blocks.outlet[block], blocks.day[block]] for role in self._roles(problem)
        )  # fmt: skip
        kept = learners | trainers
        employee, block, learns = employee[kept], block[kept], learners[kept]
        member = model.new_columns(np.ones(len(block), np.int64))
        self._tie(model, blocks, employee, block, member)
        held = model.new_columns(np.ones(len(blocks), np.int64))
        row, nothing = np.arange(len(blocks)), np.zeros(len(blocks))
        attending = np.append(block[learns], row), np.append(member[learns], held)
        factors = np.repeat([1, -self.least], [int(learns.sum()), len(row)])
        model.require(*attending, factors, nothing, None)
        most = len(problem.staff) if self.most is None else self.most
        model.require(*attending, np.where(factors > 0, 1, -most), None, nothing)
        if self.trainer is not None:
            leading = np.append(block[~learns], row), np.append(member[~learns], held)
            model.require(*leading, np.repeat([1, -1], [int((~learns).sum()), len(row)]), nothing, nothing)
        self._ask_for_all(model, employee[learns], member[learns])

    def _ask_for_all(self, model: ModelContext, employee: IntArray, attends: IntArray) -> None:
        """Let each of the group attend one session."""
        problem = model.problem
        needs = (self._roles(problem)[0] & duties_meant(self.scope, problem)).any(axis=(1, 2))
        needing, row = np.flatnonzero(needs), np.zeros(len(problem.staff), np.int64)
        row[needing] = np.arange(len(needing))
        ones = np.ones(len(employee), np.int64)
        model.require(row[employee], attends, ones, None, np.ones(len(needing)))
        model.limit(self, row[employee], attends, -ones, np.full(len(needing), -1))

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Take what each person did apart into sessions, and see who was there."""
        violations: list[Finding] = []
        there: dict[tuple[str, int], list[str]] = defaultdict(list)
        slots = self.minutes // problem.horizon.slot_minutes
        for outlet, first, length, name in self._runs(problem, schedule):
            if length % slots:
                words = f"{name} spends {length * problem.horizon.slot_minutes} minutes on {self.activity}"
                words += f", no whole number of sessions of {self.minutes}"
                violations.append(self.violation(words, employee_id=name, outlet_id=outlet))
            for begin in range(first, first + length - slots + 1, slots):
                there[outlet, begin].append(name)
        attended: Counter[str] = Counter()
        needs = self.who.test_at(problem)
        for (outlet, first), names in sorted(there.items()):
            start = problem.horizon.moment_of(first * problem.horizon.slot_minutes)
            learners = [name for name in names if needs(name, outlet, start.date())]
            others = [name for name in names if name not in learners]
            attended.update(learners)
            wrong = self._wrong_with(problem, outlet, start, learners, others)
            words = f"session of {self.activity} at {outlet} at {start:%Y-%m-%d %H:%M}"
            violations += [self.violation(f"{words}: {fault}", outlet_id=outlet, start=start) for fault in wrong]
        for name, sessions in sorted(attended.items()):
            if sessions > 1:
                violations.append(self.violation(f"{name} attends {sessions} sessions", employee_id=name))
        found = (
            (int(not attended[name]), f"{name} attends no session of {self.activity}", {"employee_id": name})
            for name in belonging(self.who, self.scope, problem)
        )
        missing = self.over_limit(found)
        return Judgement((*violations, *missing.violations), missing.penalties)

    def _wrong_with(
        self, problem: Problem, outlet: str, start: dt.datetime, learners: list[str], others: list[str]
    ) -> Iterator[str]:
        """Say, for the checker, what is wrong with a session."""
        clock = self._clock_of(problem, outlet, problem.horizon.minute_of(start) // problem.horizon.slot_minutes)
        if clock is None or not any(clock in window for window in self.windows):
            yield "none begins then"
        if not self.least <= len(learners) <= (self.most or len(learners)):
            most = "or more" if self.most is None else f"to {self.most}"
            yield f"{len(learners)} participants, not {self.least} {most}"
        leads = self.trainer.test_at(problem) if self.trainer is not None else lambda *_: False
        trainers = [name for name in others if leads(name, outlet, start.date())]
        if self.trainer is not None and len(trainers) != 1:
            yield f"{len(trainers)} trainers, not one"
        for name in others:
            if name not in trainers:
                yield f"{name} neither needs it nor leads it"

    def _roles(self, problem: Problem) -> tuple[BoolArray, BoolArray]:
        """Tell, for the model, who learns and who could lead, shape ``(staff, outlets, days)`` each."""
        learners = self.who.members(problem)[:, :, 1:]
        if self.trainer is None:
            return learners, np.zeros_like(learners)
        return learners, self.trainer.members(problem)[:, :, 1:] & ~learners

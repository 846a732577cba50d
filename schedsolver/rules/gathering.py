"""People who do something together: at one outlet, in the same slots, from beginning to end.

Nobody does it otherwise, so those who may do it are told apart there, and each can be a member of a *block*: an
outlet, a first slot and a number of slots.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from pydantic import model_validator

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import ClockTime, Identifier, Model, format_clock
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.rule import ModelContext, Rule, unknown_names
from schedsolver.domain.scope import BY_DATE
from schedsolver.rules.permission import eligible_activities
from schedsolver.rules.presence import apart, duties_meant, everywhere, slots_in_reach, slots_on

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class StartWindow(Model):
    """When on a date people may begin something together.

    Attributes
    ----------
    start_from, start_to
        They begin in ``[start_from, start_to]``, in steps of a slot.
    """

    start_from: ClockTime
    start_to: ClockTime

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start_from > self.start_to:
            raise ValueError(
                f"starts from {format_clock(self.start_from)}, after its latest start {format_clock(self.start_to)}"
            )
        if self.start_to >= MINUTES_PER_DAY:
            raise ValueError(f"its latest start {format_clock(self.start_to)} is not on the date itself")
        return self

    def __contains__(self, clock: int) -> bool:
        """Tell whether they may begin at a time of day."""
        return self.start_from <= clock <= self.start_to


@dataclass(frozen=True)
class Blocks:
    """Blocks that could be, for the model; shape ``(blocks,)`` each.

    Attributes
    ----------
    outlet, day, first, slots
        Outlet, day that it begins on, first slot and number of slots.
    """

    outlet: IntArray
    day: IntArray
    first: IntArray
    slots: IntArray

    def __len__(self) -> int:
        """Count the blocks."""
        return len(self.outlet)


class GatheringRule(Rule):
    """Base of rules on what people do together and nobody does alone.

    Attributes
    ----------
    activity
        What they do; it can wait.
    """

    scoped_by: ClassVar[frozenset[str]] = BY_DATE | {"outlets"}

    activity: Identifier

    def rationed(self) -> frozenset[str]:
        """Name the activity."""
        return frozenset({self.activity})

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse an activity that is not there, that cannot wait, or that another such rule is about."""
        yield from super().faults(problem)
        yield from unknown_names("activity", [self.activity], problem.activity_index)
        if self.activity in problem.activity_index:
            if not problem.activities[problem.activity_index[self.activity]].deferrable:
                yield f"{self.activity} cannot wait; mark it as deferrable"
            if not self._able(problem).any():
                yield f"nobody may do {self.activity} in its scope"
        others = [r for r in problem.rules if isinstance(r, GatheringRule) and r != self]
        if any(other.activity == self.activity for other in others):
            yield f"another rule is about {self.activity} too; give each an activity of its own"

    def tells_heads_apart(self, problem: Problem) -> tuple[BoolArray, BoolArray]:
        """Count everybody who may do it alone on it."""
        able = self._able(problem)
        people = np.flatnonzero(able.any(axis=(1, 2))).tolist()
        return apart(problem, people) & able, everywhere(problem, [self.activity], self.scope)

    def _able(self, problem: Problem) -> BoolArray:
        """Tell, for the model, who may do it, shape ``(staff, outlets, days)``."""
        here = np.array([self.scope.has_outlet(o.outlet_id) for o in problem.outlets])
        able: BoolArray = eligible_activities(problem)[..., problem.activity_index[self.activity]] & here[:, None]
        return able

    def _blocks(self, problem: Problem, begins: Iterable[tuple[int, int]]) -> Blocks:
        """Give, for the model, the blocks with some first slots after midnight and numbers of slots."""
        outlet, day = np.nonzero(duties_meant(self.scope, problem))
        after, slots = np.array(list(begins), np.int64).T
        return Blocks(
            np.repeat(outlet, len(after)),
            np.repeat(day, len(after)),
            (day[:, None] * problem.horizon.slots_per_day + after).ravel(),
            np.tile(slots, len(outlet)),
        )

    def _could_be_in(self, model: ModelContext, blocks: Blocks) -> tuple[IntArray, IntArray]:
        """Give employee and block of everybody who could be at it in all its slots."""
        problem, heads = model.problem, model.heads
        own = heads.activity == problem.activity_index[self.activity]
        could = np.zeros((len(problem.staff), len(problem.outlets), slots_in_reach(problem) + 1), np.int64)
        could[heads.employee[own], heads.outlet[own], heads.slot[own] + 1] = 1
        could = could.cumsum(axis=2)
        last = np.minimum(blocks.first + blocks.slots, could.shape[2] - 1)
        whole = could[:, blocks.outlet, last] - could[:, blocks.outlet, blocks.first] == blocks.slots
        able = np.asarray(self._able(problem).any(axis=2))
        employee, block = np.nonzero(whole & able[:, blocks.outlet])
        return employee, block

    def _tie(self, model: ModelContext, blocks: Blocks, employee: IntArray, block: IntArray, column: IntArray) -> None:
        """Let people be on the activity exactly in the slots of the blocks of which they are members."""
        heads = model.heads
        own = np.flatnonzero(heads.activity == model.problem.activity_index[self.activity])
        slots = blocks.slots[block]
        member = np.repeat(np.arange(len(block)), slots)
        passed = np.arange(len(member)) - np.repeat(np.cumsum(slots) - slots, slots)
        outlet = np.append(heads.outlet[own], blocks.outlet[block][member])
        slot = np.append(heads.slot[own], blocks.first[block][member] + passed)
        people = np.append(heads.employee[own], employee[member])
        shape = len(model.problem.staff), len(model.problem.outlets), slots_in_reach(model.problem)
        _, row = np.unique(np.ravel_multi_index((people, outlet, slot), shape), return_inverse=True)
        nothing = np.zeros(int(row.max(initial=-1)) + 1)
        columns = np.concatenate([heads.column[own], column[member]])
        model.require(row, columns, np.repeat([1, -1], [len(own), len(member)]), nothing, nothing)

    def _runs(self, problem: Problem, schedule: Schedule) -> Iterator[tuple[str, int, int, str]]:
        """Give, for the checker, outlet, first slot, number of slots and employee of each run of slots on it."""
        slots: dict[tuple[str, str], set[int]] = defaultdict(set)
        for duty, _, slot in slots_on(problem, schedule, [self.activity]):
            slots[duty.employee_id, duty.outlet_id].add(slot)
        for (name, outlet), at in sorted(slots.items()):
            for first in sorted(at):
                if first - 1 not in at:
                    yield outlet, first, next(k for k in itertools.count(1) if first + k not in at), name

    def _clock_of(self, problem: Problem, outlet_id: str, slot: int) -> int | None:
        """Give, for the checker, the time of day of a slot at an outlet, ``None`` where it is not in the scope."""
        day, within = divmod(slot, problem.horizon.slots_per_day)
        meant = day < problem.horizon.days and self.scope.has_date(problem.horizon.dates[day], problem)
        return within * problem.horizon.slot_minutes if meant and self.scope.has_outlet(outlet_id) else None


def off_grid(problem: Problem, windows: Iterable[StartWindow], lengths: Iterable[int]) -> Iterator[str]:
    """Refuse times of day and lengths that are not on the grid."""
    step = problem.horizon.slot_minutes
    for clock in (clock for window in windows for clock in (window.start_from, window.start_to)):
        if clock % step:
            yield f"{format_clock(clock)} is not on the grid of {step}-minute slots"
    for minutes in lengths:
        if minutes % step:
            yield f"{minutes} minutes are no whole number of {step}-minute slots"

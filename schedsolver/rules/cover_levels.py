"""Cover by skill level: how many of those on an activity know it well."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import Identifier
from schedsolver.domain.rule import Judgement, ModelContext, Rule, unknown_names
from schedsolver.domain.scope import BY_DATE, BY_WORK
from schedsolver.rules.permission import held_levels
from schedsolver.rules.presence import everywhere
from schedsolver.traffic.staffing import required_cells

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule

Percent = Annotated[int, Field(ge=1, le=100)]
# Outlet, activity and slot.
_Place = tuple[str, str, int]


class LevelCover(Rule):
    """Enough of those on an activity in a slot hold its skill at a level or above.

    Give either ``minimum`` or ``share_percent``. A soft rule charges for each such person missing in a slot.

    Attributes
    ----------
    min_level
        Level that counts, on the date of a person's duty at its outlet.
    minimum
        At least so many people hold it, in each slot in which heads are needed.
    share_percent
        At least this share of the people there holds it, rounded up to a whole person.
    skill
        Skill that counts; ``None`` for that of the activity, which leaves out activities without one.
    top_percent
        Ask for it in the busiest slots only: of an outlet's slots with a need for heads on the activity in the whole
        horizon, this share, rounded up, with the highest need, and all others with as high a need.
    """

    name: ClassVar[str] = "cover.levels"
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_WORK | BY_DATE

    min_level: Annotated[int, Field(ge=1)]
    minimum: Annotated[int, Field(ge=1)] | None = None
    share_percent: Percent | None = None
    skill: Identifier | None = None
    top_percent: Percent | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.minimum is None) == (self.share_percent is None):
            raise ValueError("give either minimum or share_percent, not both and not neither")
        return self

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse skills that are not there or that nobody holds so well, and rules that ask for nothing."""
        yield from super().faults(problem)
        if self.skill is not None and self.skill not in problem.skill_index:
            yield from unknown_names("skill", [self.skill], problem.skill_index)
            return
        skills = self._skills(problem)
        for activity in self.scope.activities:
            if activity not in skills:
                yield f"{activity} needs no skill; name the skill that counts"
        if not skills:
            yield "no activity in its scope needs a skill; name the skill that counts"
        for skill in sorted(set(skills.values())):
            able = {p.employee_id for p in problem.permissions if p.skill_id == skill and p.level >= self.min_level}
            least = 1 if self.minimum is None or not self.hard else self.minimum
            if len(able) < least:
                yield f"{len(able)} people hold {skill} at level {self.min_level} or above, fewer than {least}"
        meant = [a for a in problem.activities if a.activity_id in skills]
        sure = all(a.skill_id == skills[a.activity_id] and a.min_level >= self.min_level for a in meant)
        if self.share_percent is not None and skills and sure:
            yield f"everybody on {' and '.join(skills)} holds the skill at level {self.min_level} or above anyhow"
        if (self.minimum or self.top_percent) and skills and not self._needed_places(problem):
            yield f"no heads are needed on {' or '.join(skills)} in its scope, so it asks for nothing"

    def applies_to(self, problem: Problem) -> bool:
        """Hold for problems with activities."""
        return bool(problem.activities)

    def tells_heads_apart(self, problem: Problem) -> tuple[BoolArray, BoolArray]:
        """Count apart who holds each skill well enough, where that is asked for."""
        positions = sorted({problem.skill_index[skill] for skill in self._skills(problem).values()})
        able = held_levels(problem)[..., positions] >= self.min_level
        places = everywhere(problem)
        places[..., : problem.horizon.slots] = self._asked(problem)
        return np.moveaxis(able, 3, 0), places

    def add_to(self, model: ModelContext) -> None:
        """Limit the others on an activity by those who hold the level, or ask for enough of these."""
        problem, heads = model.problem, model.heads
        asked = self._asked(problem)
        able = self._able(problem)[heads.employee, heads.outlet, heads.day, heads.activity]
        inside = np.flatnonzero(heads.slot < problem.horizon.slots)
        place = heads.outlet[inside], heads.activity[inside], heads.slot[inside]
        if self.share_percent is not None:
            mixed = np.zeros_like(asked)
            mixed[tuple(axis[~able[inside]] for axis in place)] = True
            asked &= mixed
        rows = int(asked.sum())
        row = (np.cumsum(asked) - 1).reshape(asked.shape)[place]
        counted = np.flatnonzero(asked[place])
        row, column, able = row[counted], heads.column[inside[counted]], able[inside[counted]]
        if self.minimum is not None:
            model.limit(self, row, column, -able.astype(np.int64), np.full(rows, -self.minimum))
        elif self.share_percent is not None:
            # Of 100 people the others may be 100 - share: share * others <= (100 - share) * those who hold the level.
            model.limit(self, row, column, self.share_percent - 100 * able, np.zeros(rows), step=100)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count who is on each activity, and who of them holds the level."""
        horizon, skills = problem.horizon, self._skills(problem)
        permissions = defaultdict(list)
        for permission in problem.permissions:
            if permission.level >= self.min_level:
                permissions[permission.employee_id, permission.skill_id].append(permission)
        here: Counter[_Place] = Counter()
        able: Counter[_Place] = Counter()
        for stint in schedule.stint_list:
            if stint.activity_id not in skills:
                continue
            own, date = permissions[stint.employee_id, skills[stint.activity_id]], schedule.date_of(stint)
            holds = any(permission.holds(date, stint.outlet_id) for permission in own)
            first = horizon.minute_of(stint.start) // horizon.slot_minutes
            last = horizon.minute_of(stint.end) // horizon.slot_minutes
            for slot in range(first, min(last, horizon.slots)):
                here[stint.outlet_id, stint.activity_id, slot] += 1
                able[stint.outlet_id, stint.activity_id, slot] += holds
        everywhere = self.minimum is None and self.top_percent is None
        places = (
            [place for place in here if self._means(place, problem)] if everywhere else self._needed_places(problem)
        )
        found = []
        for place in sorted(places, key=lambda place: (place[2], place)):
            outlet, activity, slot = place
            wanted = self.minimum or -(-here[place] * (self.share_percent or 0) // 100)
            start = horizon.moment_of(slot * horizon.slot_minutes)
            words = (
                f"{able[place]} of {here[place]} on {activity} at {outlet} at {start:%Y-%m-%d %H:%M} hold "
                f"{skills[activity]} at level {self.min_level} or above, fewer than {wanted}"
            )
            found.append((wanted - able[place], words, {"outlet_id": outlet, "activity_id": activity, "start": start}))
        return self.over_limit(found)

    def _skills(self, problem: Problem) -> dict[str, str]:
        """Give the skill that counts on each activity meant."""
        skills = {a.activity_id: self.skill or a.skill_id for a in problem.activities}
        return {
            activity: skill
            for activity, skill in skills.items()
            if skill is not None and self.scope.has_activity(activity)
        }

    def _able(self, problem: Problem) -> BoolArray:
        """Tell who holds the level on which activity, shape ``(staff, outlets, days, activities)``."""
        levels = held_levels(problem)
        able = np.zeros((*levels.shape[:3], len(problem.activities)), bool)
        for activity, skill in self._skills(problem).items():
            held = levels[..., problem.skill_index[skill]]
            able[..., problem.activity_index[activity]] = held >= self.min_level
        return able

    def _asked(self, problem: Problem) -> BoolArray:
        """Tell where the model asks for people of the level, shape ``(outlets, activities, slots)``."""
        horizon = problem.horizon
        need = np.zeros((len(problem.outlets), len(problem.activities), horizon.slots), np.int64)
        for cell in required_cells(problem):
            need[cell.outlet, cell.activity, cell.slot] = cell.heads
        outlets = np.array([self.scope.has_outlet(o.outlet_id) for o in problem.outlets])
        skills = self._skills(problem)
        activities = np.array([a.activity_id in skills for a in problem.activities])
        days = np.array([self.scope.has_date(date, problem) for date in horizon.dates])
        asked: BoolArray = outlets[:, None, None] & activities[:, None] & np.repeat(days, horizon.slots_per_day)
        if self.top_percent is not None:
            asked &= _among_highest(need, self.top_percent)
        elif self.minimum is not None:
            asked &= need > 0
        return asked

    def _needed_places(self, problem: Problem) -> list[_Place]:
        """Give the places in the scope that need heads; of these the busiest, if only they are meant."""
        skills = self._skills(problem)
        needs: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        for cell in required_cells(problem):
            outlet, activity = problem.outlets[cell.outlet].outlet_id, problem.activities[cell.activity].activity_id
            if cell.heads > 0 and activity in skills:
                needs[outlet, activity][cell.slot] = cell.heads
        places = []
        for (outlet, activity), need in needs.items():
            busiest = sorted(need.values(), reverse=True)
            least = busiest[-(-len(busiest) * (self.top_percent or 100) // 100) - 1]
            places += [(outlet, activity, slot) for slot, heads in need.items() if heads >= least]
        return [place for place in places if self._means(place, problem)]

    def _means(self, place: _Place, problem: Problem) -> bool:
        outlet, _, slot = place
        date = problem.horizon.dates[slot // problem.horizon.slots_per_day]
        return self.scope.has_outlet(outlet) and self.scope.has_date(date, problem)


def _among_highest(need: IntArray, percent: int) -> BoolArray:
    """Tell which needs are among the highest of their row, those of 0 left out and ties let in."""
    rank = -(-percent * (need > 0).sum(axis=-1, keepdims=True) // 100)
    ranked = -np.sort(-need, axis=-1)
    least = np.take_along_axis(ranked, np.maximum(rank - 1, 0), axis=-1)
    among: BoolArray = (need >= least) & (need > 0)
    return among

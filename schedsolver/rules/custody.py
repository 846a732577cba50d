"""Custody of cash and premises: how many and which people are there, and who may handle what with whom."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.base import Identifier, Model
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import Judgement, ModelContext, Rule, unknown_names
from schedsolver.domain.scope import BY_DATE, BY_PEOPLE
from schedsolver.rules.permission import held_levels
from schedsolver.rules.presence import (
    OpenSlotsRule,
    People,
    PresenceRule,
    already_there,
    crews,
    done_away,
    done_elsewhere,
    duties_meant,
    everywhere,
    is_meant,
    slots_on,
    stints_on,
    those_there,
)

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule, Stint

# Each post doubles the rows of a slot.
MOST_POSTS = 5


class Post(Model):
    """A place that people of a group fill.

    Attributes
    ----------
    who
        The group.
    minimum
        How many of them.
    """

    who: People = People()
    minimum: Annotated[int, Field(ge=1)] = 1


class _PostsRule(OpenSlotsRule):
    """Base of rules on posts filled at the same time by different people; see :class:`OpenSlotsRule` for when."""

    @property
    def wanted(self) -> tuple[Post, ...]:
        """The posts."""
        raise NotImplementedError

    @property
    def groups(self) -> tuple[People, ...]:
        """The group of each post."""
        return tuple(post.who for post in self.wanted)

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse posts that there are not people enough to fill."""
        own = list(super().faults(problem))
        yield from own
        yield from unfillable(self.wanted, problem) if not own else ()

    def add_to(self, model: ModelContext) -> None:
        """Ask for enough people in each set of posts, in each slot.

        All posts can be filled by different people if each set of them has as many people who fit one of it (Hall
        1935, "On representatives of subsets"), and as many stay empty as the worst set lacks (Ore 1955, "Graphs and
        matching theorems"), so the sets pay together for the largest lack.
        """
        problem, (crew, sign) = model.problem, those_there(model)
        meant = self.slots_meant(problem)
        slots = int(meant.sum())
        row_of = np.cumsum(meant).reshape(meant.shape) - 1
        judged = meant[crew.outlet, crew.slot]
        rows, columns, signs, upper = [], [], [], []
        for i, (number, members) in enumerate(demands_of(self.wanted, problem)):
            counted = np.flatnonzero(judged & crew.within(members[:, :, 1:]))
            rows.append(i * slots + row_of[crew.outlet[counted], crew.slot[counted]])
            columns.append(crew.column[counted])
            signs.append(sign[counted])
            upper.append(already_there(problem, members)[meant] - number)
        row, column, most = np.concatenate(rows), np.concatenate(columns), np.concatenate(upper)
        model.limit(self, row, column, -np.concatenate(signs), most, np.arange(len(most)) % slots)


def demands_of(posts: Sequence[Post], problem: Problem) -> Iterator[tuple[int, BoolArray]]:
    """Give, for the model, how many people each set of posts asks for and who fits one of them.

    A set is left out where a post could join it without anybody new who fits: with it the set asks for more. Who fits
    is told as :meth:`People.members` does.
    """
    fits = [post.who.members(problem) for post in posts]
    for chosen in itertools.product((False, True), repeat=len(posts)):
        if not any(chosen):
            continue
        members = np.any([own for own, inside in zip(fits, chosen, strict=True) if inside], axis=0)
        others = [own for own, inside in zip(fits, chosen, strict=True) if not inside]
        if all((own & ~members).any() for own in others):
            yield sum(post.minimum for post, inside in zip(posts, chosen, strict=True) if inside), members


def unfillable(posts: Sequence[Post], problem: Problem) -> Iterator[str]:
    """Say which posts there are not people enough to fill."""
    for number, members in demands_of(posts, problem):
        there = int(members[:, :, 1:].any(axis=(1, 2)).sum())
        if there < number:
            yield f"it asks for {number} different people where only {there} belong to the group"


class Present(_PostsRule):
    """So many people work at each outlet in each slot while it is open, or when it opens or closes.

    A soft rule charges for each person missing in a slot. That is advised: short staff is normal, and a hard rule
    leaves no roster at all where too few people are there.

    Attributes
    ----------
    who, minimum
        How many people of which group.
    """

    name: ClassVar[str] = "custody.present"

    who: People = People()
    minimum: Annotated[int, Field(ge=1)]

    @property
    def wanted(self) -> tuple[Post, ...]:
        """One post for all."""
        return (Post(who=self.who, minimum=self.minimum),)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Count the people of the group in each slot."""
        crew, belongs = crews(problem, schedule), self.who.test(problem)
        found = []
        for outlet, slot in self.judged_slots(problem):
            here = sum(belongs(duty) for duty in crew.get((outlet, slot), ()))
            start = problem.horizon.moment_of(slot * problem.horizon.slot_minutes)
            words = f"{here} of {self.minimum} {self.who} at {outlet} at {start:%Y-%m-%d %H:%M}"
            found.append((self.minimum - here, words, {"outlet_id": outlet, "start": start}))
        return self.over_limit(found)


class Posts(_PostsRule):
    """In each slot while an outlet is open, or when it opens or closes, different people fill some posts.

    A soft rule charges for each post empty in a slot, whoever is best put where. That is advised: short staff is
    normal, and a hard rule leaves no roster at all where too few people are there.

    Attributes
    ----------
    posts
        At most five groups with how many people of each; someone in several groups fills one post at a time.
    """

    name: ClassVar[str] = "custody.posts"

    posts: Annotated[tuple[Post, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _few(self) -> Self:
        if len(self.posts) > MOST_POSTS:
            raise ValueError(f"{len(self.posts)} posts are more than the {MOST_POSTS} that can be weighed together")
        return self

    @property
    def wanted(self) -> tuple[Post, ...]:
        """The posts."""
        return self.posts

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Fill as many posts as can be in each slot."""
        crew = crews(problem, schedule)
        seats = [post.who.test(problem) for post in self.posts for _ in range(post.minimum)]
        found = []
        for outlet, slot in self.judged_slots(problem):
            here = crew.get((outlet, slot), ())
            filled = most_filled([[d.employee_id for d in here if fits(d)] for fits in seats])
            start = problem.horizon.moment_of(slot * problem.horizon.slot_minutes)
            words = f"{filled} of {len(seats)} posts filled by {len(here)} people at {outlet} at {start:%Y-%m-%d %H:%M}"
            found.append((len(seats) - filled, words, {"outlet_id": outlet, "start": start}))
        return self.over_limit(found)


def most_filled(candidates: Sequence[Sequence[str]]) -> int:
    """Count, for the checker, the seats that different people can fill, given who could fill each; augmenting paths."""
    seat_of: dict[str, int] = {}

    def seated(seat: int, asked: set[str]) -> bool:
        """Seat somebody, moving others on where need be."""
        for name in candidates[seat]:
            if name not in asked:
                asked.add(name)
                if name not in seat_of or seated(seat_of[name], asked):
                    seat_of[name] = seat
                    return True
        return False

    return sum(seated(seat, set()) for seat in range(len(candidates)))


class DualControl(PresenceRule):
    """Whoever works on some activities at an outlet has somebody else of the authorisers working there.

    Slots after the horizon that a duty of its last day runs into are judged too. A soft rule charges for each person
    on the activities without an authoriser in a slot.

    Attributes
    ----------
    activities
        What nobody does alone, such as handling cash.
    authorisers
        Who else must be there, on whatever activity; everybody when left out.
    """

    name: ClassVar[str] = "custody.dual_control"

    activities: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    authorisers: People = People()

    @property
    def groups(self) -> tuple[People, ...]:
        """The authorisers."""
        return (self.authorisers,)

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse activities that are not there, or not done there."""
        yield from super().faults(problem)
        yield from unknown_names("activity", self.activities, problem.activity_index)
        yield from done_elsewhere(self.activities, problem)

    def tells_heads_apart(self, problem: Problem) -> tuple[BoolArray, BoolArray]:
        """Count apart who could authorise others, on the activities and on what is done away from the outlet."""
        places = everywhere(problem, {*self.activities, *done_away(problem)}, self.scope)
        return np.stack([self.authorisers.members(problem)[:, :, 1:]]), places

    def add_to(self, model: ModelContext) -> None:
        """Ask for one authoriser beside those who are none, and for two where one of them is on the activities."""
        problem, heads = model.problem, model.heads
        members = self.authorisers.members(problem)
        authorising = heads.within(members[:, :, 1:])
        handling = np.isin(heads.activity, [problem.activity_index[name] for name in self.activities])
        handling &= duties_meant(self.scope, problem)[heads.outlet, heads.day]
        there = already_there(problem, members)
        for needed, handlers in ((1, handling & ~authorising), (2, handling & authorising)):
            self._require(model, np.flatnonzero(handlers), members[:, :, 1:], needed - there)

    def _require(self, model: ModelContext, handlers: IntArray, group: BoolArray, needed: IntArray) -> None:
        """Let handlers, columns of ``heads``, be there only with so many of a group, ``needed`` by outlet and slot."""
        problem, heads, (crew, sign) = model.problem, model.heads, those_there(model)
        judged = np.zeros(needed.shape, bool)
        judged[heads.outlet[handlers], heads.slot[handlers]] = True
        judged &= needed > 0
        row_of = np.cumsum(judged).reshape(judged.shape) - 1
        handlers = handlers[judged[heads.outlet[handlers], heads.slot[handlers]]]
        authorisers = np.flatnonzero(crew.within(group) & judged[crew.outlet, crew.slot])
        by_handler = row_of[heads.outlet[handlers], heads.slot[handlers]]
        by_authoriser = row_of[crew.outlet[authorisers], crew.slot[authorisers]]
        least = needed[judged]
        row, most = np.arange(len(least)), len(problem.staff)
        enough = model.new_columns(np.ones(len(least)))
        rows, columns = np.append(by_authoriser, row), np.append(crew.column[authorisers], enough)
        count = sign[authorisers]
        model.require(rows, columns, np.append(count, -least), np.zeros(len(least)), None)
        if not self.hard:
            # A price hangs on the column, so it must be 1 whenever it can.
            model.require(rows, columns, np.append(count, np.full(len(least), -most)), None, least - 1)
        model.limit(
            self,
            np.append(by_handler, row),
            np.append(heads.column[handlers], enough),
            np.append(np.ones(len(handlers), np.int64), np.full(len(least), -most)),
            np.zeros(len(least), np.int64),
        )

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Look for an authoriser beside each person on the activities, slot by slot."""
        crew, authorises = crews(problem, schedule), self.authorisers.test(problem)
        found = []
        for duty, stint, slot in slots_on(problem, schedule, self.activities):
            others = (d for d in crew[duty.outlet_id, slot] if d.employee_id != duty.employee_id)
            alone = is_meant(self.scope, duty, problem) and not any(authorises(other) for other in others)
            start = problem.horizon.moment_of(slot * problem.horizon.slot_minutes)
            words = f"{duty.employee_id} on {stint.activity_id} at {duty.outlet_id} at {start:%Y-%m-%d %H:%M}"
            place = {
                "employee_id": duty.employee_id, "outlet_id": duty.outlet_id, "activity_id": stint.activity_id,
                "start": start,
            }  # fmt: skip
            found.append((int(alone), f"{words} with no other of the {self.authorisers}", place))
        return self.over_limit(found)


class Pledged(Rule):
    """Only those who have signed a pledge, a permission valid at the outlet on the duty's date, work on something.

    Attributes
    ----------
    skill
        The pledge, as a skill that ``permissions`` tell who holds and until when.
    activities
        What is barred without it; empty for every duty.
    """

    name: ClassVar[str] = "custody.pledge"
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE | BY_DATE | {"outlets"}

    skill: Identifier
    activities: tuple[Identifier, ...] = ()

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse names that are not there, and a pledge that nobody has signed."""
        yield from super().faults(problem)
        own = [
            *unknown_names("skill", (self.skill,), problem.skill_index),
            *unknown_names("activity", self.activities, problem.activity_index),
        ]
        yield from own
        if not own and not (self._signed(problem) & self._meant(problem)).any():
            yield f"nobody that it is about has signed {self.skill}"

    def admits(self, problem: Problem, options: DutyOptions) -> BoolArray | None:
        """Strike out all duties without the pledge, unless only some activities are barred."""
        return None if self.activities else self._allowed(problem)[options.employee, options.outlet, options.day]

    def permits(self, problem: Problem) -> BoolArray | None:
        """Strike out the activities without the pledge."""
        if not self.activities:
            return None
        allowed = self._allowed(problem)
        permitted = np.ones((*allowed.shape, len(problem.activities)), bool)
        permitted[..., [problem.activity_index[name] for name in self.activities]] = allowed[..., None]
        return permitted

    def _allowed(self, problem: Problem) -> BoolArray:
        """Tell who is not barred, shape ``(staff, outlets, days)``."""
        return self._signed(problem) | ~self._meant(problem)

    def _signed(self, problem: Problem) -> BoolArray:
        signed: BoolArray = held_levels(problem)[..., problem.skill_index[self.skill]] > 0
        return signed

    def _meant(self, problem: Problem) -> BoolArray:
        people = np.isin(np.arange(len(problem.staff)), self.scope.employees_of(problem))
        return people[:, None, None] & duties_meant(self.scope, problem)

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Find duties, or work on the activities, of people without the pledge."""
        people = {problem.staff[i].employee_id for i in self.scope.employees_of(problem)}
        signed = People(skill=self.skill).test(problem)
        work: Iterable[tuple[Duty, Duty | Stint]] = ((duty, duty) for duty in schedule.duty_list)
        if self.activities:
            work = stints_on(schedule, self.activities)
        return Judgement(
            tuple(
                self.violation(f"{piece}: {self.skill} not signed, or not valid there then", duty, start=piece.start)
                for duty, piece in work
                if duty.employee_id in people and is_meant(self.scope, duty, problem) and not signed(duty)
            )
        )

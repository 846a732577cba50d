"""Rotation: how long someone may, and must, stay at a post."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.rule import Judgement, ModelContext, Rule
from schedsolver.domain.scope import BY_PEOPLE
from schedsolver.rules.duty import two_a_day

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty, Schedule

Days = Annotated[int, Field(le=3660)]


@dataclass(frozen=True)
class _Past:
    """What history says of someone's post: which it is, since which day, and when it last changed, if it is known."""

    post: str
    first: int
    change: int | None


@dataclass(frozen=True)
class _Row:
    """A row of the model and what it is one view of."""

    column: IntArray
    coefficient: IntArray
    upper: int
    view_of: tuple[int, int]


class PostRotation(Rule):
    """An employee stays at a post for so many days at most, and so many at least; history counts.

    The post is that of the latest duty, whatever days off lie between. A stay begins with the first duty at another
    post than the latest one, or with the first duty known, and every further duty at the post belongs to it; so history
    has to reach back as far as the stays that are limited. Where posts are skills, duties in none do not count. A soft
    rule charges for each duty too late in its stay and for each change of post too early.

    Sources: Federal Reserve, SR 96-37 "Supervisory Guidance on Required Absences from Sensitive Positions": rotation
    of assignments. China, CBRC, guidelines on the internal control of commercial banks (2014): rotation or mandatory
    leave for staff in key posts.

    Attributes
    ----------
    post
        What the posts are: ``"outlet"``, ``"skill"`` or ``"shift_type"``.
    most_days
        Calendar days from the first duty of a stay, which is the first of them, in which all its duties lie.
    least_days
        Fewest calendar days from one change of post to the next; the first duty known is none.
    """

    name: ClassVar[str] = "rotation.post"
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE

    post: Literal["outlet", "skill", "shift_type"]
    most_days: Annotated[Days, Field(ge=1)] | None = None
    least_days: Annotated[Days, Field(ge=2)] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.most_days is None and self.least_days is None:
            raise ValueError(f"{self.name} has neither most_days nor least_days, so it would do nothing; give one")
        if self.most_days is not None and self.least_days is not None and self.least_days > self.most_days:
            raise ValueError(f"{self.name}: least_days {self.least_days} is above most_days {self.most_days}")
        return self

    @property
    def _word(self) -> str:
        return self.post.replace("_", " ")

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse two duties a day, which leave the post open, and problems with no posts to change between."""
        yield from super().faults(problem)
        if two_a_day(problem):
            yield "with two duties a day (duty.per_day) someone may be at two posts; give one duty a day"
        asked = {need.skill_id for need in problem.shift_requirements}
        posts = [post for post in self._posts(problem) if self.post != "skill" or post in asked]
        if len(posts) < 2:
            which = " that shift requirements ask for" if self.post == "skill" else ""
            yield f"there are no two {self._word}s{which} to change between"

    def add_to(self, model: ModelContext) -> None:
        """Follow the posts of those whom the rule can bind, and limit their stays."""
        problem, options = model.problem, model.options
        pasts = {employee: self._past(problem, employee) for employee in self.scope.employees_of(problem)}
        bound = [employee for employee, past in pasts.items() if self._binds(model, employee, past)]
        on_post = self._on_post(model)
        followed = np.isin(options.employee, bound)
        at_posts = {name: model.days_worked(followed & (on_post == p)) for p, name in enumerate(self._posts(problem))}
        rows: list[_Row] = []
        for employee in bound:
            past = pasts[employee]
            own = {post: columns[employee] for post, columns in at_posts.items() if columns[employee].max() >= 0}
            begins, changes = _stays(model, own, past)
            rows += self._late_duties(np.stack(list(own.values())), begins, past, 2 * employee)
            rows += self._early_changes(changes, past, 2 * employee + 1)
        if rows:
            row = np.repeat(np.arange(len(rows)), [len(r.column) for r in rows])
            column = np.concatenate([r.column for r in rows])
            coefficient = np.concatenate([r.coefficient for r in rows])
            _, excess = np.unique([r.view_of for r in rows], axis=0, return_inverse=True)
            model.limit(self, row, column, coefficient, [r.upper for r in rows], excess.ravel())

    def _posts(self, problem: Problem) -> list[str]:
        """Give the names of all posts, as options number them."""
        return list({"outlet": problem.outlet_index, "skill": problem.skill_index,
                     "shift_type": problem.shift_type_index}[self.post])  # fmt: skip

    def _on_post(self, model: ModelContext) -> IntArray:
        """Give the post of each option, -1 for none."""
        post: IntArray = getattr(model.options, self.post)
        return post

    def _post_of(self, duty: Duty) -> str | None:
        post: str | None = getattr(duty, f"{self.post}_id")
        return post

    def _past(self, problem: Problem, employee: int) -> _Past | None:
        """Walk through what is known of an employee's history."""
        past: _Past | None = None
        known = [duty for duty in problem.history_of(employee) if duty.date >= problem.known_from]
        for duty in sorted(known, key=lambda duty: duty.start):
            post, day = self._post_of(duty), problem.horizon.day_index(duty.date)
            if post is not None and (past is None or post != past.post):
                past = _Past(post, day, None if past is None else day)
        return past

    def _binds(self, model: ModelContext, employee: int, past: _Past | None) -> bool:
        """Tell whether any duties of an employee could break the rule."""
        own = model.options.of_employee(employee)
        on_post = self._on_post(model)[own]
        days = np.unique(model.options.day[own][on_post >= 0])
        if self.most_days is not None and len(days) and days[-1] - _since(past) >= self.most_days:
            return True
        posts = {self._posts(model.problem)[p] for p in np.unique(on_post[on_post >= 0])}
        changes = days
        if past is None:
            changes = days[1:]
        else:
            posts.add(past.post)
            changes = days if past.change is None else np.append(past.change, days)
        return self.least_days is not None and len(posts) > 1 and bool(np.any(np.diff(changes) < self.least_days))

    def _late_duties(self, worked: IntArray, begins: IntArray, past: _Past | None, kind: int) -> Iterator[_Row]:
        """Let a stay begin no longer before each duty than it may last; ``worked`` has shape ``(posts, days)``."""
        if self.most_days is None:
            return
        for day, columns in enumerate(worked.T):
            given = columns[columns >= 0]
            if len(given) and day - _since(past) >= self.most_days:
                recent = begins[max(0, day - self.most_days + 1) : day + 1]
                signs = np.repeat([1, -1], [len(given), len(recent)])
                yield _Row(np.append(given, recent), signs, 0, (kind, day))

    def _early_changes(self, changes: IntArray, past: _Past | None, kind: int) -> Iterator[_Row]:
        """Let no change lie soon after another; a soft rule charges it once, however many it is too close to."""
        if self.least_days is None:
            return
        for day, change in enumerate(changes):
            earlier = changes[max(0, day - self.least_days + 1) : day]
            together = [earlier] if self.hard else np.split(earlier, np.arange(1, len(earlier)))
            for columns in together:
                if len(columns):
                    yield _Row(np.append(columns, change), np.ones(len(columns) + 1, np.int64), 1, (kind, day))
            if past is not None and past.change is not None and day - past.change < self.least_days:
                yield _Row(changes[day : day + 1], np.ones(1, np.int64), 0, (kind, day))

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Walk through the duties of each employee."""
        excess = []
        for employee in self.scope.employees_of(problem):
            name = problem.staff[employee].employee_id
            duties = (*problem.history_of(employee), *schedule.duties_of.get(name, ()))
            excess += [(1, f"{name} {words}", {"employee_id": name}) for words in self._faults_of(problem, duties)]
        return self.over_limit(excess)

    def _faults_of(self, problem: Problem, duties: Iterable[Duty]) -> Iterator[str]:
        """Say which duties of one employee come too late in a stay, and which change post too early."""
        post: str | None = None
        begun = changed = None
        for duty in sorted(duties, key=lambda duty: duty.start):
            here = self._post_of(duty)
            if here is None or duty.date < problem.known_from:
                continue
            judged = duty.date in problem.horizon
            if post is not None and here != post:
                if judged and self.least_days and changed and (duty.date - changed).days < self.least_days:
                    yield (
                        f"changes from {self._word} {post} to {here} on {duty.date}, {(duty.date - changed).days} days "
                        f"after the change before, {self.least_days} at least"
                    )
                changed = duty.date
            if here != post:
                post, begun = here, duty.date
            assert begun is not None
            days = (duty.date - begun).days + 1
            if judged and self.most_days and days > self.most_days:
                yield f"has {self._word} {here} for {days} days from {begun} to {duty.date}, {self.most_days} at most"


def _since(past: _Past | None) -> int:
    """Give the first day on which the latest stay may have begun."""
    return 0 if past is None else past.first


def _stays(model: ModelContext, at_posts: Mapping[str, IntArray], past: _Past | None) -> tuple[IntArray, IntArray]:
    """Give columns that say on which days someone begins a stay, and on which of these it is a change of post.

    Parameters
    ----------
    at_posts
        Column of each day for a duty at each post there may be one at, -1 where there is none, shape ``(days,)``.
    past
        What history says.

    Returns
    -------
    Two arrays of shape ``(days,)``.
    """
    days = model.problem.horizon.days
    nowhere = np.full(days, -1, np.int64)
    posts = list(dict.fromkeys([*at_posts, *([past.post] if past is not None else [])]))
    worked = np.stack([at_posts.get(post, nowhere) for post in posts])
    # The post after each day, and, first, before all of them; until the first duty known there is none.
    upper = np.ones((len(posts), days + 1), np.int64)
    upper[:, 0] = [past is not None and post == past.post for post in posts]
    after = model.new_columns(upper.ravel()).reshape(upper.shape)
    known = model.new_columns(np.append(past is not None, np.ones(days, np.int64)))
    begins, changes = model.new_columns(np.ones(2 * days, np.int64)).reshape(2, days)
    then, now = after[:, :-1], after[:, 1:]
    _require(model, [(1, worked), (-1, now)], 0)
    _require(model, [(1, now), (-1, then), (-1, worked)], 0)
    _require(model, [(1, known[:-1]), (-1, known[1:])], 0)
    _require(model, [*((1, columns) for columns in after), (-1, known)], 0, exactly=True)
    if past is not None:
        _require(model, [(-1, known[:1])], -1)
    _require(model, [(1, now), (-1, then), (-1, begins)], 0)
    _require(model, [(1, begins), (1, now), (1, then)], 2)
    _require(model, [(1, begins), (-1, known[1:])], 0)
    _require(model, [(1, changes), (-1, begins), (1, known[1:]), (-1, known[:-1])], 0, exactly=True)
    return begins, changes


def _require(model: ModelContext, terms: Sequence[tuple[int, IntArray]], upper: int, *, exactly: bool = False) -> None:
    """Add a row for each position of arrays of columns, broadcast together; -1 stands for a column that is always 0."""
    arrays = np.broadcast_arrays(*(columns for _, columns in terms))
    size = arrays[0].size
    column = np.concatenate([columns.ravel() for columns in arrays])
    there = column >= 0
    row = np.tile(np.arange(size), len(terms))[there]
    coefficient = np.repeat([sign for sign, _ in terms], size)[there]
    limit = np.full(size, upper)
    model.require(row, column[there], coefficient, limit if exactly else None, limit)

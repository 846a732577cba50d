"""Outreach teams: people with a mix of skills who go out together for half a day, when service can spare them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from schedsolver.domain.arrays import IntArray
from schedsolver.domain.base import format_clock
from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.domain.rule import Finding, Judgement, ModelContext
from schedsolver.rules.cover import IntervalCover
from schedsolver.rules.custody import Post, demands_of, most_filled, unfillable
from schedsolver.rules.gathering import Blocks, GatheringRule, StartWindow, off_grid
from schedsolver.traffic.staffing import cents_per_slot

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class TeamWindow(StartWindow):
    """When on a date a team may be out.

    Attributes
    ----------
    start_from, start_to
        It leaves in ``[start_from, start_to]``, in steps of a slot.
    minutes
        How long it stays out.
    """

    minutes: Annotated[int, Field(ge=1, le=MINUTES_PER_DAY)]


class OutreachTeams(GatheringRule):
    """People are on outreach in teams only: so many together from one outlet, all out at the same time.

    At each outlet at most one team goes out in a window of a date. Team time missing from what is wanted on a date
    costs; its price has to be so low that a whole team is worth less than one head missing from service in one slot,
    so that teams are made of what service leaves over; customers late by ``cover.late_customers`` are weighed against
    teams as against anything else. Time beyond what is wanted brings nothing.

    Attributes
    ----------
    members
        People in a team.
    mix
        Groups that fill some places of a team, each with different people, on the date at the outlet.
    windows
        When on a date teams are out, in order and with a slot between them.
    recall_minutes
        A team can be called back at any time after so long, and counts for the time it was out; ``None`` for never.
    wanted_minutes
        Team time wanted on each date of the scope, in all its outlets together.
    missing_cents_per_hour
        Price of an hour of a team missing from that.
    """

    name: ClassVar[str] = "outreach.teams"

    members: Annotated[int, Field(ge=2)]
    mix: tuple[Post, ...] = ()
    windows: Annotated[tuple[TeamWindow, ...], Field(min_length=1)]
    recall_minutes: Annotated[int, Field(ge=1)] | None = None
    wanted_minutes: Annotated[int, Field(ge=1)]
    missing_cents_per_hour: Annotated[int, Field(ge=1, le=10**6)]

    @model_validator(mode="after")
    def _apart(self) -> Self:
        following = (*self.windows[1:], self.windows[0])
        shift = [0] * (len(self.windows) - 1) + [MINUTES_PER_DAY]
        for before, after, later in zip(self.windows, following, shift, strict=True):
            end, start = before.start_to + before.minutes, after.start_from + later
            if end >= start:
                raise ValueError(
                    f"a team of one window may be out until {format_clock(end)}, when the next may leave from "
                    f"{format_clock(start)}; leave time between them"
                )
        return self

    @model_validator(mode="after")
    def _places_enough(self) -> Self:
        asked = sum(post.minimum for post in self.mix)
        if asked > self.members:
            raise ValueError(f"its mix asks for {asked} people, more than its {self.members} members")
        return self

    @model_validator(mode="after")
    def _recalled_before_the_end(self) -> Self:
        shortest = min(window.minutes for window in self.windows)
        if self.recall_minutes is not None and self.recall_minutes >= shortest:
            raise ValueError(f"recall_minutes {self.recall_minutes} must be below the {shortest} minutes it is out")
        return self

    def faults(self, problem: Problem) -> Iterator[str]:
        """Refuse teams that nobody could form, times off the grid, and a price that competes with service."""
        yield from super().faults(problem)
        own = [fault for post in self.mix for fault in post.who.faults(problem)]
        yield from own or unfillable(self.mix, problem)
        yield from off_grid(
            problem, self.windows, [*(w.minutes for w in self.windows), *filter(None, [self.recall_minutes])]
        )
        if self.activity in problem.activity_index:
            most = int(self._able(problem).any(axis=2).sum(axis=0).max())
            if 0 < most < self.members:
                yield f"nowhere more than {most} people may do {self.activity}, fewer than the {self.members} members"
        worth = self._most_cents(problem)
        if (least := _least_shortage(problem)) is not None and worth >= least:
            yield (
                f"a team would bring up to {worth} cents, no less than the {least} that a slot without a head in "
                f"service costs; lower missing_cents_per_hour {self.missing_cents_per_hour}"
            )

    def add_to(self, model: ModelContext) -> None:
        """Give each block of a window a column for its team and one for each of its possible members."""
        problem = model.problem
        begins = [list(self._begins(problem, window)) for window in self.windows]
        blocks = self._blocks(problem, itertools.chain.from_iterable(begins))
        of_window = np.repeat(np.arange(len(begins)), [len(own) for own in begins])
        window = np.tile(of_window, len(blocks) // len(of_window))
        team = model.new_columns(np.ones(len(blocks), np.int64))
        employee, block = self._could_be_in(model, blocks)
        member = model.new_columns(np.ones(len(block), np.int64))
        self._tie(model, blocks, employee, block, member)
        row, nothing = np.arange(len(blocks)), np.zeros(len(blocks))
        terms = np.append(block, row), np.append(member, team)
        model.require(*terms, np.repeat([1, -self.members], [len(block), len(row)]), nothing, nothing)
        for number, fits in demands_of(self.mix, problem):
            fit = fits[employee, blocks.outlet[block], 1 + blocks.day[block]]
            terms = np.append(block[fit], row), np.append(member[fit], team)
            model.require(*terms, np.repeat([1, -number], [int(fit.sum()), len(row)]), nothing, None)
        _, one = np.unique(np.stack([blocks.outlet, blocks.day, window]), axis=1, return_inverse=True)
        model.require(one.ravel(), team, np.ones(len(team)), None, np.ones(int(one.max(initial=-1)) + 1))
        self._price(model, blocks, team)

    def _price(self, model: ModelContext, blocks: Blocks, team: IntArray) -> None:
        """Tie the team time of each date to what is wanted."""
        problem = model.problem
        days, row = np.unique(blocks.day, return_inverse=True)
        wanted = -(-self.wanted_minutes // problem.horizon.slot_minutes)
        cents = cents_per_slot(self.missing_cents_per_hour, problem)
        most = int(blocks.slots.sum())
        model.price_gaps(
            self,
            (row, team, blocks.slots),
            np.full(len(days), wanted),
            [(r, wanted, cents) for r in range(len(days))],
            [(r, most, 0) for r in range(len(days))],
        )

    def judge(self, problem: Problem, schedule: Schedule) -> Judgement:
        """Look at who is out together, and add up the time of each date."""
        teams: dict[tuple[str, int, int], list[str]] = defaultdict(list)
        for outlet, first, length, name in self._runs(problem, schedule):
            teams[outlet, first, length].append(name)
        violations: list[Finding] = []
        out: Counter[int] = Counter()
        in_window: Counter[tuple[str, int, int]] = Counter()
        for (outlet, first, length), names in sorted(teams.items()):
            start = problem.horizon.moment_of(first * problem.horizon.slot_minutes)
            day, window = first // problem.horizon.slots_per_day, self._window_of(problem, outlet, first, length)
            if window is not None:
                out[day] += length
                in_window[outlet, day, window] += 1
            words = f"{', '.join(names)} on {self.activity} from {outlet} at {start:%Y-%m-%d %H:%M}"
            words += f" for {length * problem.horizon.slot_minutes} minutes"
            wrong = self._wrong_with(problem, outlet, names, start.date(), window, in_window[outlet, day, window or 0])
            violations += [self.violation(f"{words}: {fault}", outlet_id=outlet, start=start) for fault in wrong]
        return Judgement(tuple(violations), tuple(self._missing(problem, out)))

    def _wrong_with(
        self, problem: Problem, outlet: str, names: list[str], date: dt.date, window: int | None, teams: int
    ) -> Iterator[str]:
        """Say, for the checker, what keeps people who are out together from being a team."""
        if window is None:
            yield "no team is out then"
        elif teams > 1:
            yield "another team goes out in the same window"
        if len(names) != self.members:
            yield f"{len(names)} people, not the {self.members} of a team"
        seats = [post.who.test_at(problem) for post in self.mix for _ in range(post.minimum)]
        filled = most_filled([[name for name in names if fits(name, outlet, date)] for fits in seats])
        if filled < len(seats):
            yield f"{filled} of the {len(seats)} places of its mix are filled"

    def _missing(self, problem: Problem, out: Counter[int]) -> Iterator[Finding]:
        """Price, for the checker, the team time missing on each date."""
        step = problem.horizon.slot_minutes
        for day, date in enumerate(problem.horizon.dates):
            missing = -(-self.wanted_minutes // step) - out[day]
            if self.scope.has_date(date, problem) and missing > 0:
                cents = missing * cents_per_slot(self.missing_cents_per_hour, problem)
                words = f"{out[day] * step} of {self.wanted_minutes} minutes of teams on {self.activity} on {date}"
                yield self.penalty(cents, words, activity_id=self.activity)

    def _window_of(self, problem: Problem, outlet_id: str, first: int, length: int) -> int | None:
        """Give, for the checker, the window that a team may have gone out in."""
        clock, step = self._clock_of(problem, outlet_id, first), problem.horizon.slot_minutes
        for w, window in enumerate(self.windows):
            least = self.recall_minutes or window.minutes
            if clock is not None and clock in window:
                return w if least <= length * step <= window.minutes else None
        return None

    def _begins(self, problem: Problem, window: TeamWindow) -> Iterator[tuple[int, int]]:
        """Give, for the model, first slot after midnight and number of slots of each block of a window."""
        step = problem.horizon.slot_minutes
        starts = range(window.start_from, window.start_to + 1, step)
        lengths = range(self.recall_minutes or window.minutes, window.minutes + 1, step)
        return ((start // step, length // step) for start, length in itertools.product(starts, lengths))

    def _most_cents(self, problem: Problem) -> int:
        """Give the most that one team can bring."""
        longest = max(window.minutes for window in self.windows) // problem.horizon.slot_minutes
        return longest * cents_per_slot(self.missing_cents_per_hour, problem)


def _least_shortage(problem: Problem) -> int | None:
    """Give the least price of a slot without the smallest part of a head in service, ``None`` where it has none."""
    prices = {a.activity_id: a.shortage_cents_per_hour[0] for a in problem.activities}
    asked = [prices[row.activity_id] for row in problem.traffic]
    asked += [(row.shortage_cents_per_hour or (prices[row.activity_id],))[0] for row in problem.interval_requirements]
    covers = (rule for rule in problem.rules if isinstance(rule, IntervalCover))
    share = min([100, *(percent for cover in covers for percent in cover.head_percent.values() if percent)])
    priced = [cents_per_slot(cents, problem) * share // 100 for cents in asked if cents]
    return min(priced, default=None)

"""Presence, breaks and activities as flows of interchangeable people.

People who may do the same activities at an outlet on a day, and whom no rule tells apart, form a
*class* there; within a slot they can stand in for each other. For each class, outlet and day a
*chain* of links, one for each slot, carries how many work: a duty enters it where it starts and
leaves where it ends, so it costs two entries instead of one for each slot. Breaks are counted per
chain and window (Aykin 1996, "Optimal shift scheduling with multiple break windows", Management
Science 42); one leaves the chain and enters it again. Links of a slot whose people do the same
activities and are told apart by no rule on activities form a *pool*, and activities are a transport
of the people of each pool. ``model.names`` attaches names afterwards, which always succeeds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from schedsolver.domain.arrays import BoolArray, IntArray
from schedsolver.domain.columns import CrewColumns, HeadColumns
from schedsolver.model.options import activities_allowed
from schedsolver.rules.catalogue import may_want_surplus
from schedsolver.traffic.staffing import required_cells

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.rule import Rule
    from schedsolver.model.context import RosterModel


@dataclass(frozen=True)
class Chains:
    """Chains of slots; arrays by chain unless said otherwise.

    Attributes
    ----------
    of_option
        Chain each duty option belongs to, shape ``(options,)``.
    outlet, day
        Outlet and day of its duties.
    employee
        One of its people.
    may
        Activities its people may do, shape ``(chains, activities)``.
    people
        Number of employees who could be present.
    first_slot, slots
        Slots it spans.
    offset
        Position of its first slot among the links of all chains; link = chain and slot.
    """

    of_option: IntArray
    outlet: IntArray
    employee: IntArray
    day: IntArray
    may: BoolArray
    people: IntArray
    first_slot: IntArray
    slots: IntArray
    offset: IntArray

    def link(self, chain: IntArray, slot: IntArray | int) -> IntArray:
        """Give the link of each chain and slot."""
        return self.offset[chain] + slot - self.first_slot[chain]

    @property
    def links(self) -> tuple[IntArray, IntArray]:
        """Chain and slot of every link, shape ``(links,)`` each."""
        chain = np.repeat(np.arange(len(self.slots)), self.slots)
        return chain, np.arange(len(chain)) - self.offset[chain] + self.first_slot[chain]


@dataclass(frozen=True)
class BreakColumns:
    """Columns that count breaks beginning in a slot; shape ``(n,)`` each unless said otherwise.

    Attributes
    ----------
    of_option
        Group of each option's breaks, -1 for none; shape ``(options, most breaks)``.
    chain, group
        Chain and group the column belongs to.
    slot, slots
        Slot the breaks begin in, and how many they take.
    column
        The column.
    """

    of_option: IntArray
    chain: IntArray
    group: IntArray
    slot: IntArray
    slots: IntArray
    column: IntArray


@dataclass(frozen=True)
class Pools:
    """Links whose people can stand in for each other on activities; arrays by pool unless said otherwise.

    Attributes
    ----------
    of_link
        Pool each link belongs to, shape ``(links,)``.
    outlet, day, slot
        Where and when its people work, and the day of their duties.
    employee
        One of its people.
    may
        Activities its people may do, shape ``(pools, activities)``.
    people
        Number of employees who could be in it.
    """

    of_link: IntArray
    outlet: IntArray
    day: IntArray
    slot: IntArray
    employee: IntArray
    may: BoolArray
    people: IntArray


@dataclass(frozen=True)
class Flows:
    """What the names are attached to: chains, their breaks, pools and the pool of each column of ``heads``."""

    chains: Chains
    breaks: BreakColumns
    pools: Pools
    head_pool: IntArray


def add_flows(model: RosterModel) -> Flows:
    """Add presence, breaks and activities to a model, and fill its ``crew`` and ``heads``."""
    chains = chains_of(model)
    breaks = _breaks(model, chains)
    _crew(model, chains, breaks)
    pools = pools_of(model, chains)
    head_pool = add_heads(model, pools)
    count = len(pools.outlet)
    model.require(
        np.concatenate([pools.of_link, head_pool]),
        np.concatenate([model.crew.column, model.heads.column]),
        np.repeat([1, -1], [len(pools.of_link), len(head_pool)]),
        np.zeros(count),
        np.zeros(count),
    )
    return Flows(chains, breaks, pools, head_pool)


def chains_of(model: RosterModel) -> Chains:
    """Group the options of a model into chains: one for each class, outlet and day."""
    options, problem = model.options, model.problem
    slot_minutes = problem.horizon.slot_minutes
    rules = model.rules
    where = options.employee, options.outlet, options.day
    may = activities_allowed(problem, rules)[where]
    groups = [group[where] for rule in rules for group in _groups(rule, problem)]
    traits = np.column_stack([may, *groups])
    _, skill_class = np.unique(np.packbits(traits, axis=1), axis=0, return_inverse=True)
    classes = int(skill_class.max(initial=0)) + 1
    key = (options.outlet * problem.horizon.days + options.day) * classes + skill_class.ravel()
    _, first_option, of_option = np.unique(key, return_index=True, return_inverse=True)
    count = len(first_option)
    first, last = np.full(count, np.iinfo(np.int64).max), np.zeros(count, np.int64)
    np.minimum.at(first, of_option, options.start // slot_minutes)
    np.maximum.at(last, of_option, options.end // slot_minutes)
    members = np.unique(of_option * len(problem.staff) + options.employee) // len(problem.staff)
    slots = last - first
    return Chains(
        of_option, options.outlet[first_option], options.employee[first_option], options.day[first_option],
        may[first_option], np.bincount(members, minlength=count), first, slots, offset=np.cumsum(slots) - slots,
    )  # fmt: skip


def pools_of(model: RosterModel, chains: Chains) -> Pools:
    """Group the links of chains into pools: one for each outlet, day, slot and set of traits that matter there."""
    problem = model.problem
    chain, slot = chains.links
    outlet, day, employee, may = chains.outlet[chain], chains.day[chain], chains.employee[chain], chains.may[chain]
    traits = [may]
    for rule in model.rules:
        told = rule.tells_heads_apart(problem)
        if told is not None:
            groups, places = told
            matters = (may & places[outlet, :, slot]).any(axis=1)
            traits += [group[employee, outlet, day] & matters for group in groups]
    place = np.stack([outlet, day, slot], axis=1)
    bits = np.packbits(np.column_stack(traits), axis=1)
    _, first, of_link = np.unique(np.column_stack([place, bits]), axis=0, return_index=True, return_inverse=True)
    of_link = of_link.ravel()
    people = np.bincount(of_link, chains.people[chain]).astype(np.int64)
    return Pools(of_link, outlet[first], day[first], slot[first], employee[first], may[first], people)


def _groups(rule: Rule, problem: Problem) -> Iterator[BoolArray]:
    """Give every group of people that a rule tells apart, at work or on activities."""
    crew, heads = rule.tells_apart(problem), rule.tells_heads_apart(problem)
    if crew is not None:
        yield from crew
    if heads is not None:
        yield from heads[0]


def _crew(model: RosterModel, chains: Chains, breaks: BreakColumns) -> None:
    """Add the number at work in each link: those before, with starts and ends of duties and breaks."""
    slot_minutes = model.problem.horizon.slot_minutes
    chain, slot = chains.links
    working = model.new_columns(chains.people[chain])
    later = np.flatnonzero(slot > chains.first_slot[chain])
    end_of_chain = chains.first_slot + chains.slots
    starts = chains.link(chains.of_option, model.options.start // slot_minutes)
    end_slot = model.options.end // slot_minutes
    leaves = np.flatnonzero(end_slot < end_of_chain[chains.of_option])
    ends = chains.link(chains.of_option[leaves], end_slot[leaves])
    over = breaks.slot + breaks.slots
    returns = np.flatnonzero(over < end_of_chain[breaks.chain])
    model.require(
        np.concatenate([
            np.arange(len(working)), later, starts, ends,
            chains.link(breaks.chain, breaks.slot), chains.link(breaks.chain[returns], over[returns]),
        ]),
        np.concatenate([
            working, working[later - 1], model.duty_columns, model.duty_columns[leaves],
            breaks.column, breaks.column[returns],
        ]),
        np.repeat(
            [1, -1, -1, 1, 1, -1],
            [len(working), len(later), len(starts), len(ends), len(breaks.column), len(returns)],
        ),
        np.zeros(len(working)),
        np.zeros(len(working)),
    )  # fmt: skip
    model.crew = CrewColumns(chains.outlet[chain], slot, chains.employee[chain], chains.day[chain], working)


def _breaks(model: RosterModel, chains: Chains) -> BreakColumns:
    """Add the breaks of each group: options of one chain whose break has the same length and window."""
    options, slot_minutes = model.options, model.problem.horizon.slot_minutes
    option, which = np.nonzero(options.break_minutes)
    window = np.stack(
        [
            chains.of_option[option],
            which,
            options.break_from[option, which] // slot_minutes,
            options.break_to[option, which] // slot_minutes,
            options.break_minutes[option, which] // slot_minutes,
        ],
        axis=1,
    )
    groups, group_of = np.unique(window.reshape(-1, 5), axis=0, return_inverse=True)
    of_option = np.full(options.break_minutes.shape, -1, np.int64)
    of_option[option, which] = group_of.ravel()
    chain, _, first, last, length = groups.T
    width = last - first + 1
    group = np.repeat(np.arange(len(groups)), width)
    slot = np.arange(len(group)) - np.repeat(np.cumsum(width) - width, width) + first[group]
    column = model.new_columns(chains.people[chain[group]])
    model.require(
        np.concatenate([group_of.ravel(), group]),
        np.concatenate([model.duty_columns[option], column]),
        np.concatenate([np.ones(len(option)), -np.ones(len(column))]),
        np.zeros(len(groups)),
        np.zeros(len(groups)),
    )
    return BreakColumns(of_option, chain[group], group, slot, length[group], column)


def add_heads(model: RosterModel, pools: Pools) -> IntArray:
    """Add the heads of each pool on each activity worth doing there, and give the pool of each column.

    People who may do something that can wait, and of which there may always be more, at no cost, without a window and
    where they are, do that rather than be surplus on something else; a column for such surplus could only cost. A rule
    from elsewhere may see that otherwise, so beside one every column is there.
    """
    problem = model.problem
    foreseen = not any(may_want_surplus(rule, problem) for rule in model.rules)
    can_wait = np.array([a.deferrable for a in problem.activities], bool)
    at_window = np.array([a.at_window for a in problem.activities], bool)
    few_windows = np.array([o.windows is not None for o in problem.outlets], bool)
    shape = (len(problem.outlets), problem.horizon.slots, len(problem.activities))
    needed = np.zeros(shape, bool)
    rationed = frozenset().union(*(rule.rationed() for rule in model.rules))
    unbounded = can_wait & [not a.away and a.activity_id not in rationed for a in problem.activities]
    free = np.broadcast_to((unbounded & ~(few_windows[:, None] & at_window))[:, None], shape).copy()
    for cell in required_cells(problem):
        needed[cell.outlet, cell.slot, cell.activity] = cell.heads > 0
        free[cell.outlet, cell.slot, cell.activity] &= cell.surplus_cents == 0 and cell.maximum is None
    may = pools.may
    inside = np.flatnonzero(pools.slot < problem.horizon.slots)
    place = pools.outlet[inside], pools.slot[inside]
    wanted, idle_is_free = np.zeros_like(may), np.zeros(len(may), bool)
    wanted[inside] = needed[place]
    idle_is_free[inside] = (may[inside] & free[place]).any(axis=1)
    pool, activity = np.nonzero(may & (wanted | can_wait | ~idle_is_free[:, None] | (not foreseen)))
    column = model.new_columns(pools.people[pool])
    model.heads = HeadColumns(
        pools.outlet[pool], pools.slot[pool], pools.employee[pool], pools.day[pool], column, activity
    )
    return pool

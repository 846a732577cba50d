"""The straightforward CP-SAT model, at CP-SAT's default settings.

One Boolean for each employee, day, outlet and pattern, a pattern being a duty with its breaks placed, and sums over
all of them in every slot. Rules, prices and CP-SAT are the library's own, so all of the problem is expressed; only
the formulation and the search differ. To be kind to it, activities are counted by class of people as in the
library, it is told that nobody working is a roster where that is one, and its duties are completed at best with
the library's model, after its time is over.

For problems without activities, whose breaks nothing depends on, that is the library's own model: one Boolean for
each employee, day, outlet and duty. The peer then differs from ``compact_cp_sat`` by the roster it is told only.
"""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.compact import Compact, price, with_duties
from benchmarks.peers.cp_search import search
from benchmarks.peers.trail import Trail
from schedsolver.domain.arrays import IntArray
from schedsolver.domain.columns import CrewColumns
from schedsolver.domain.options import DutyOptions
from schedsolver.model.context import RosterModel
from schedsolver.model.flows import add_heads, chains_of, pools_of
from schedsolver.model.leave import add_leaves
from schedsolver.model.moves import add_moves
from schedsolver.rules.catalogue import active_rules

if TYPE_CHECKING:
    from schedsolver.bench.peer import PeerRoster
    from schedsolver.domain.problem import Problem


def solve(problem: Problem, seconds: float, workers: int, seed: int) -> PeerRoster:
    trail = Trail(seconds)
    compact = Compact(problem)
    roster = compact.roster
    if problem.activities:
        patterns, option_of = all_patterns(roster.options, problem.horizon.slot_minutes)
        roster = plain_model(problem, patterns, one_a_day=roster.one_a_day)
    # Without a hint it finds nothing at all in a minute or two; that nobody works often is a roster.
    idle = with_duties(roster, np.zeros(0, np.int64))
    if idle is not None:
        roster.cp.proto.solution_hint.vars.extend(range(len(idle)))
        roster.cp.proto.solution_hint.values.extend(idle.tolist())
    told = search(roster.cp, lambda values: price(roster, values), trail, workers, seed)
    best = trail.values
    if best is None:
        return trail.roster(None, **told)
    if problem.activities:
        best = compact.completed(option_of[best[roster.duty_columns] > 0])
        assert best is not None
        trail.found(compact.cost(best), best)
    return trail.roster(compact.schedule(best), **told)


def all_patterns(options: DutyOptions, slot_minutes: int) -> tuple[DutyOptions, IntArray]:
    """Place the breaks of each option in every way; give the patterns and the option of each."""
    option_of, begins = [], []
    for i in range(len(options)):
        ranges = [
            range(first, last + 1, slot_minutes) if minutes else (-1,)
            for first, last, minutes in zip(
                options.break_from[i].tolist(), options.break_to[i].tolist(), options.break_minutes[i].tolist(),
                strict=True,
            )
        ]  # fmt: skip
        for begin in itertools.product(*ranges):
            option_of.append(i)
            begins.append(begin)
    chosen = np.array(option_of, np.int64)
    placed = np.array(begins, np.int64).reshape(len(chosen), options.break_minutes.shape[1])
    return replace(taken(options, chosen), break_from=placed, break_to=placed), chosen


def taken(options: DutyOptions, positions: IntArray) -> DutyOptions:
    """Give the options at some positions, shape ``(n,)``, as often as they are named."""
    return DutyOptions(*(getattr(options, field.name)[positions] for field in fields(options)))


def plain_model(problem: Problem, patterns: DutyOptions, *, one_a_day: bool) -> RosterModel:
    """Write the straightforward model of a problem with activities over its patterns."""
    rules = active_rules(problem)
    roster = RosterModel(problem, patterns, rules, one_a_day=one_a_day)
    if not one_a_day:
        add_moves(roster)
    add_leaves(roster)
    _cover_every_slot(roster)
    for rule in rules:
        rule.add_to(roster)
    roster.set_objective()
    return roster


def working_slots(options: DutyOptions, slot_minutes: int) -> tuple[IntArray, IntArray]:
    """Give pattern and slot of each slot that a pattern works in, breaks left out; shape ``(n,)`` each."""
    first = options.start // slot_minutes
    slots = (options.end - options.start) // slot_minutes
    pattern = np.repeat(np.arange(len(options)), slots)
    slot = np.arange(len(pattern)) - np.repeat(np.cumsum(slots) - slots, slots) + first[pattern]
    working = np.ones(len(pattern), bool)
    for which in range(options.break_minutes.shape[1]):
        begin = options.break_from[pattern, which] // slot_minutes
        length = options.break_minutes[pattern, which] // slot_minutes
        working &= ~((slot >= begin) & (slot < begin + length))
    return pattern[working], slot[working]


def _cover_every_slot(roster: RosterModel) -> None:
    """Tie the people at work to the sum over all patterns that work then, and the heads of each pool to them."""
    chains = chains_of(roster)
    chain, at = chains.links
    working = roster.new_columns(chains.people[chain])
    pattern, slot = working_slots(roster.options, roster.problem.horizon.slot_minutes)
    nothing = np.zeros(len(working))
    roster.require(
        np.concatenate([chains.link(chains.of_option[pattern], slot), np.arange(len(working))]),
        np.concatenate([roster.duty_columns[pattern], working]),
        np.repeat([1, -1], [len(pattern), len(working)]),
        nothing,
        nothing,
    )
    roster.crew = CrewColumns(chains.outlet[chain], at, chains.employee[chain], chains.day[chain], working)
    pools = pools_of(roster, chains)
    head_pool = add_heads(roster, pools)
    nothing = np.zeros(len(pools.outlet))
    roster.require(
        np.concatenate([pools.of_link, head_pool]),
        np.concatenate([working, roster.heads.column]),
        np.repeat([1, -1], [len(working), len(head_pool)]),
        nothing,
        nothing,
    )

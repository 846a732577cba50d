"""The straightforward CP-SAT model against schedsolver: same problem, same time, one run.

The straightforward model has one Boolean for each employee, day, outlet and pattern, a pattern being
a duty with its breaks placed, and sums over all of them in every slot. Rules, prices and CP-SAT are
the library's own; only the formulation and the search differ: CP-SAT alone at its default settings.
To be kind to it, activities are counted by class of people as in the library, it is told that nobody
working is a roster, and its duties are completed at best with the library's model, which also lets the
independent checker judge them.

    python -m benchmarks.straightforward examples/one_plus_n --seconds 75
"""

from __future__ import annotations

import argparse
import itertools
import threading
import time

import numpy as np
from ortools.sat.python import cp_model

import schedsolver as ss
from benchmarks.machine import describe_machine
from schedsolver.domain.options import DutyOptions, IntArray
from schedsolver.model.build import BuiltModel, build_model
from schedsolver.model.context import RosterModel
from schedsolver.model.flows import add_heads, chains_of, pools_of
from schedsolver.model.names import schedule_of
from schedsolver.rules import active_rules
from schedsolver.solve.cpsat import CpLimits, solve_cp


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", help="folder or JSON file of the problem")
    parser.add_argument("--seconds", type=float, default=75.0, help="wall-clock time each gets, building included")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    problem = ss.load(arguments.problem)
    print(describe_machine())

    settings = ss.Settings(time_seconds=arguments.seconds, seed=arguments.seed, gap=0.0)
    ours = ss.solve(problem, settings)
    print(f"schedsolver:      {ours.objective:>12,} cents, bound {ours.bound:,}, {ours.wall_seconds:.1f} s")
    theirs, bound, seconds = solve_straightforward(problem, ours.wall_seconds, settings)
    if theirs is None:
        print(f"straightforward:  no roster in {seconds:.1f} s")
        return
    print(f"straightforward:  {theirs:>12,} cents, bound {bound:,.0f}, {seconds:.1f} s")
    print(f"ratio:            {theirs / ours.objective:.2f}")


def solve_straightforward(
    problem: ss.Problem, seconds: float, settings: ss.Settings
) -> tuple[int | None, float, float]:
    """Give cost (completed at best and checked), bound and time of the straightforward model."""
    started = time.perf_counter()
    compact = build_model(problem)
    patterns, option_of = all_patterns(compact.roster.options)
    roster = RosterModel(problem, patterns)
    cover_every_slot(roster)
    for rule in active_rules(problem):
        rule.add_to(roster)
    roster.set_objective()
    # Without a hint it finds nothing at all in a minute or two; that nobody works is a roster.
    idle = fixed_duties(roster, np.zeros(0, np.int64))
    roster.cp.proto.solution_hint.vars.extend(range(len(idle)))
    roster.cp.proto.solution_hint.values.extend(idle.tolist())
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = settings.seed
    solver.parameters.num_workers = settings.threads
    solver.parameters.max_time_in_seconds = seconds - (time.perf_counter() - started)
    status = solver.solve(roster.cp)
    elapsed = time.perf_counter() - started
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, solver.best_objective_bound, elapsed
    given = np.array(solver.response_proto.solution)[roster.duty_columns] > 0
    return completed_cost(compact, option_of[given]), solver.best_objective_bound, elapsed


def all_patterns(options: DutyOptions) -> tuple[DutyOptions, IntArray]:
    """Place the breaks of each option in every way; give the patterns and the option of each."""
    step = int(np.gcd.reduce([15, *np.unique(options.break_minutes).tolist()]))
    option_of, begins = [], []
    for i in range(len(options)):
        ranges = [
            range(first, last + 1, step) if minutes else (-1,)
            for first, last, minutes in zip(
                options.break_from[i].tolist(), options.break_to[i].tolist(), options.break_minutes[i].tolist(),
                strict=True,
            )
        ]  # fmt: skip
        for begin in itertools.product(*ranges):
            option_of.append(i)
            begins.append(begin)
    chosen = np.array(option_of)
    placed = np.array(begins, np.int64).reshape(len(chosen), -1)
    fields = {name: getattr(options, name)[chosen] for name in DutyOptions.__dataclass_fields__}
    return DutyOptions(**fields | {"break_from": placed, "break_to": placed}), chosen


def cover_every_slot(roster: RosterModel) -> None:
    """Tie the heads of each pool to the sum over all patterns that work in it."""
    options, slot_minutes = roster.options, roster.problem.horizon.slot_minutes
    chains = chains_of(roster)
    pools = pools_of(roster, chains)
    head_pool = add_heads(roster, pools)
    first = options.start // slot_minutes
    slots = (options.end - options.start) // slot_minutes
    pattern = np.repeat(np.arange(len(options)), slots)
    slot = np.arange(len(pattern)) - np.repeat(np.cumsum(slots) - slots, slots) + first[pattern]
    working = np.ones(len(pattern), bool)
    for which in range(options.break_minutes.shape[1]):
        begin = options.break_from[pattern, which] // slot_minutes
        length = options.break_minutes[pattern, which] // slot_minutes
        working &= ~((slot >= begin) & (slot < begin + length))
    pattern, slot = pattern[working], slot[working]
    working_pool = pools.of_link[chains.link(chains.of_option[pattern], slot)]
    count = len(pools.outlet)
    roster.require(
        np.concatenate([working_pool, head_pool]),
        np.concatenate([roster.duty_columns[pattern], roster.heads.column]),
        np.concatenate([np.ones(len(pattern)), -np.ones(len(head_pool))]),
        np.zeros(count),
        np.zeros(count),
    )


def completed_cost(model: BuiltModel, given: IntArray) -> int:
    """Deal out breaks and activities at best for given duties, and let the checker price the roster."""
    values = fixed_duties(model.roster, given)
    report = ss.check(model.roster.problem, schedule_of(model, model.roster.settled(values)))
    assert report.ok, report.violations
    return report.objective


def fixed_duties(roster: RosterModel, given: IntArray) -> IntArray:
    """Give the best solution with exactly the given duties, one value for each column."""
    values = np.zeros(roster.columns, np.int64)
    values[roster.duty_columns[given]] = 1
    result = solve_cp(roster.cp, CpLimits(), fixed=roster.duty_columns, fix_to=values, stop=threading.Event())
    assert result.values is not None
    return result.values


if __name__ == "__main__":
    main()

"""The straightforward CP-SAT model against schedsolver: same problem, same time, one run.

What the straightforward model is, :mod:`benchmarks.peers.plain_cp_sat` says; it gets the time that schedsolver took.

    python -m benchmarks.straightforward examples/one_plus_n --seconds 75
"""

from __future__ import annotations

import argparse
import time

import schedsolver as ss
from benchmarks.machine import describe_machine
from benchmarks.peers import plain_cp_sat


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
    started = time.perf_counter()
    theirs = plain_cp_sat.solve(problem, ours.wall_seconds, settings.threads, settings.seed)
    seconds = time.perf_counter() - started
    if theirs.schedule is None:
        print(f"straightforward:  no roster in {seconds:.1f} s")
        return
    report = ss.check(problem, theirs.schedule)
    assert report.ok, report.violations
    print(f"straightforward:  {report.objective:>12,} cents, bound {theirs.bound or 0:,}, {seconds:.1f} s")
    print(f"ratio:            {report.objective / ours.objective:.2f}")


if __name__ == "__main__":
    main()

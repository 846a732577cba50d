"""Public day and shift rosters: cost and bound after so many seconds, beside the best known and two plain solvers.

Runs one instance after the other and adds a line of JSON for each run to a file; ``--table`` reads the file and
writes the medians as a table. Every roster is judged by the checker of this library.

    python -m benchmarks.rosters DATA --out rosters.jsonl --instances 2 8 n030w4_1_6-2-9-1 --seconds 60 --seeds 1 2 3
    python -m benchmarks.rosters DATA --out rosters.jsonl --table

``DATA`` holds the folders ``curtois`` and ``inrc2`` with their files ``best_known.csv``.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import statistics
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.machine import describe_machine
from benchmarks.peers import highs_mip, plain_cp_sat
from schedsolver.domain.problem import Problem
from schedsolver.io.formats import load_curtois, load_inrc2
from schedsolver.rules.check import check
from schedsolver.solve.runner import solve
from schedsolver.solve.settings import Settings

PEERS = {"cp-sat": plain_cp_sat.solve, "highs": highs_mip.solve}
WHO = ("schedsolver", *PEERS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--instances", nargs="*", default=[])
    parser.add_argument("--who", nargs="*", choices=WHO, default=["schedsolver"])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, nargs="*", default=[1])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--within", type=float, help="stop so many percent above the best known cost")
    parser.add_argument("--table", action="store_true")
    chosen = parser.parse_args()
    best = {} if chosen.within is None else best_known(chosen.data)
    for name in chosen.instances:
        target = None if chosen.within is None else int(best[name] * (1 + chosen.within / 100))
        for who in chosen.who:
            for seed in chosen.seeds:
                run = measured(load(chosen.data, name), who, chosen.seconds, chosen.workers, seed, target)
                with chosen.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"instance": name, "who": who, "seed": seed, **run}) + "\n")
    if chosen.table:
        print(table(chosen.data, chosen.out))


def load(data: Path, name: str) -> Problem:
    """Read an instance: a number for one of Curtois and Qu, else one of INRC-II."""
    if name.isdecimal():
        return load_curtois(data / "curtois" / f"Instance{name}.txt")
    return load_inrc2(data / "inrc2" / name)


def measured(problem: Problem, who: str, seconds: float, workers: int, seed: int, target: int | None) -> dict[str, Any]:
    """Let someone solve a problem once, and give what came of it; this library stops at the target, if there is one."""
    began, used = time.perf_counter(), time.process_time()
    if who in PEERS:
        found = PEERS[who](problem, seconds, workers, seed)
        report = None if found.schedule is None else check(problem, found.schedule)
        cost = None if report is None or not report.ok else report.objective
        first = next((at for at, objective, _ in found.trace if objective is not None), None)
        bound = found.bound
    else:
        result = solve(problem, Settings(time_seconds=seconds, workers=workers, seed=seed, gap=0, target_cents=target))
        report = check(problem, result.schedule)
        cost, bound, first = (report.objective if report.ok else None), result.bound, result.first_solution_seconds
    return {
        "seconds": seconds, "target": target, "cost": cost, "bound": bound, "first_seconds": first,
        "wall_seconds": round(time.perf_counter() - began, 1),
        "processor_seconds": round(time.process_time() - used, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load": round(os.getloadavg()[0], 1), "machine": describe_machine(),
    }  # fmt: skip


def table(data: Path, out: Path) -> str:
    """Write medians as a table: an instance and limit a row."""
    best = best_known(data)
    runs: dict[tuple[str, float], dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for line in out.read_text(encoding="utf-8").splitlines():
        run = json.loads(line)
        if run.get("target") is not None:
            # It stopped early, so its cost says nothing of its limit.
            continue
        runs[run["instance"], run["seconds"]][run["who"]].append(run)
    rows = ["| instance | s | best known | cost (gap to it) | bound | first s | cpu s | CP-SAT | HiGHS |",
            "|---|---|---|---|---|---|---|---|---|"]  # fmt: skip
    for (instance, seconds), by_who in sorted(runs.items(), key=lambda item: (item[0][1], len(item[0][0]), item[0][0])):
        ours, known = by_who.get("schedsolver", []), best[instance]
        cost = median(ours, "cost")
        gap = "" if cost is None else f" ({100 * (cost - known) / known:.1f} %)"
        cells = [instance, f"{seconds:g}", known, f"{said(cost)}{gap}", said(median(ours, "bound"))]
        cells += [said(median(ours, key)) for key in ("first_seconds", "processor_seconds")]
        cells += [said(median(by_who.get(peer, []), "cost")) for peer in PEERS]
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows)


def best_known(data: Path) -> dict[str, int]:
    """Give the best known cost of each instance."""
    known = {}
    for folder, column in (("curtois", "best_known"), ("inrc2", "best_static_cost")):
        with (data / folder / "best_known.csv").open(encoding="utf-8", newline="") as file:
            known |= {row["instance"]: int(row[column]) for row in csv.DictReader(file)}
    return known


def median(runs: list[dict[str, Any]], key: str) -> float | None:
    """Give the median of a figure over runs, the worse for those without one; ``None`` if it is none."""
    found = [run[key] for run in runs if run[key] is not None]
    return statistics.median_high(found) if len(found) * 2 > len(runs) else None


def said(figure: float | None) -> str:
    """Write a figure, a dash for none."""
    return "-" if figure is None else f"{figure:g}" if figure < 1e6 else f"{figure:.0f}"


if __name__ == "__main__":
    main()

"""How the time to a gap grows with staff x days: clusters with everything on, each about half as large again.

For each gap the exponent ``b`` of ``seconds = a * (staff x days) ** b`` is fitted over the clusters that reached it.

    python -m benchmarks.growth --seconds 120 --out GROWTH.png
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

import schedsolver as ss
from benchmarks.machine import describe_machine

# Customers ask for some two thirds of what staff can do in their hours.
CLUSTERS = tuple(
    ss.GeneratorSpec(outlets=outlets, staff=staff, days=days, load=load, seed=2, content="everything")
    for outlets, staff, days, load in (
        (2, 16, 7, 0.4), (3, 22, 7, 0.5), (5, 33, 7, 0.5), (6, 46, 7, 0.7), (7, 48, 10, 0.7), (9, 69, 10, 1.1),
    )
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120.0, help="limit of each")
    parser.add_argument("--gaps", type=float, nargs="+", default=[0.2, 0.15, 0.1, 0.05, 0.01])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="where the plot is written")
    arguments = parser.parse_args()
    print(describe_machine())
    sizes, seconds = [], []
    for spec in CLUSTERS:
        settings = ss.Settings(time_seconds=arguments.seconds, gap=min(arguments.gaps), seed=arguments.seed)
        result = ss.solve(ss.generate(spec), settings)
        reached = [first_within(result, gap) for gap in arguments.gaps]
        print(
            f"{spec.outlets} outlets, {spec.staff} people, {spec.days} days: "
            f"gap {result.gap:.1%} after {result.wall_seconds:.0f} s, build {result.build_seconds:.1f} s; "
            + ", ".join(f"{gap:.0%} {at:.0f} s" for gap, at in zip(arguments.gaps, reached, strict=True)),
            flush=True,
        )
        sizes.append(spec.staff * spec.days)
        seconds.append(reached)
    plot(np.array(sizes), np.array(seconds), arguments.gaps, arguments.out)


def first_within(result: ss.Result, gap: float) -> float:
    """Give when a search was first within a gap, building included; not a number if never."""
    within = (point.seconds for point in result.trace if point.gap is not None and point.gap <= gap)
    return next(within, math.nan)


def exponent(sizes: np.ndarray, seconds: np.ndarray) -> float:
    """Fit the power of the size with which the seconds grow; not a number for fewer than two sizes."""
    reached = np.isfinite(seconds)
    if reached.sum() < 2:
        return math.nan
    return float(np.polyfit(np.log(sizes[reached]), np.log(seconds[reached]), 1)[0])


def plot(sizes: np.ndarray, seconds: np.ndarray, gaps: list[float], out: Path) -> None:
    """Draw seconds against size for each gap, both by powers, and print the exponents."""
    with mpl.rc_context({"svg.fonttype": "none"}):
        figure = Figure(figsize=(7, 4.5), layout="constrained")
        axes = figure.add_subplot(
            xlabel="staff x days", ylabel="seconds, building included", xscale="log", yscale="log"
        )
        for gap, times in zip(gaps, seconds.T, strict=True):
            power = exponent(sizes, times)
            print(f"{gap:.0%}: reached by {np.isfinite(times).sum()} of {len(sizes)}, exponent {power:.2f}")
            if not math.isnan(power):
                axes.plot(sizes, times, marker="o", label=f"gap {gap:.0%}, exponent {power:.2f}")
        axes.legend()
        figure.savefig(out)


if __name__ == "__main__":
    main()

"""The simulation against Ciw: the same queue, the same figures within their intervals, how much faster.

A day of 17 half-hours with two peaks, Poisson arrivals at a rate constant within a half-hour, exponential service,
heads that change every half-hour. Ciw's servers all go at the end of a slot, each after finishing with the customer at
hand, and as many new ones come as the next slot has; this library is given the same people. Ciw runs one day after
another, which is how it is used; neither uses more than one processor. Ciw's time is per day, so that it need
not run as many days. Compiling is not counted; it is printed. Times are processor time.

Ciw's package brings a folder ``tests`` along that would hide this repository's, so it is best kept apart:

    pip install --target ciw-apart ciw
    PYTHONPATH=ciw-apart python -m benchmarks.simulation --ciw-days 1000 --seed 1
"""

from __future__ import annotations

import argparse
import time

import ciw
import numpy as np

from benchmarks.machine import describe_machine
from benchmarks.sipp_trap import SHARP, SLOT_MINUTES, double_peak
from schedsolver.simulate.customers import draw_customers
from schedsolver.simulate.figures import count, share_with_interval
from schedsolver.simulate.kernel import NOBODY
from schedsolver.traffic.erlang import heads_needed
from schedsolver.traffic.offered_load import stationary_load
from schedsolver.traffic.service_law import ServiceLaw

LAW = ServiceLaw.of(15)
LIMIT_MINUTES = 20.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=1500, help="days of this library")
    parser.add_argument("--ciw-days", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    customers = double_peak(**SHARP)
    # Fewer heads than a promise asks for, so that there are waits to compare.
    heads = np.maximum(heads_needed(stationary_load(customers, SLOT_MINUTES, LAW), 15, LIMIT_MINUTES, 0.97) - 2, 2)
    print(describe_machine(), f"; Ciw {ciw.__version__}", sep="")

    compiling = time.process_time()
    ours(customers, heads, 1, arguments.seed)
    compiling = time.process_time() - compiling
    started = time.process_time()
    our_days = ours(customers, heads, arguments.days, arguments.seed)
    our_seconds = (time.process_time() - started) / arguments.days
    started = time.process_time()
    seeds = 10_000 * arguments.seed + np.arange(arguments.ciw_days)
    their_days = np.array([theirs(customers, heads, seed) for seed in seeds.tolist()])
    their_seconds = (time.process_time() - started) / arguments.ciw_days

    print(f"{'':22} {'schedsolver':>28} {'Ciw':>28}")
    print(f"{'days':22} {arguments.days:>28} {arguments.ciw_days:>28}")
    for row, name in enumerate(("late share", "wait, minutes"), start=1):
        pair = [interval(days[:, row], days[:, 0]) for days in (our_days, their_days)]
        print(f"{name:22} {told(pair[0]):>28} {told(pair[1]):>28}   {'equal' if agree(*pair) else 'DIFFERENT'}")
    print(f"{'ms a day':22} {1000 * our_seconds:>28.3f} {1000 * their_seconds:>28.1f}")
    print(f"faster by a factor of {their_seconds / our_seconds:.0f}; first call {compiling:.1f} s")


def ours(customers: np.ndarray, heads: np.ndarray, days: int, seed: int) -> np.ndarray:
    """Give customers, late ones and the minutes waited of each day."""
    drawn = draw_customers(customers[None], SLOT_MINUTES, [LAW], days, seed)
    ends, person = heads.cumsum(), np.arange(heads.sum())
    # As in Ciw, a slot's people are others than those of the slot before; the last ones stay to the end.
    rostered = np.where((person >= (ends - heads)[:, None]) & (person < ends[:, None]), 0, NOBODY)
    figures = count(drawn, rostered[:, :, None], rostered, LIMIT_MINUTES)
    return np.stack([n.sum(axis=(1, 2)) for n in (figures.customers, figures.late, figures.wait_minutes)], axis=1)


def theirs(customers: np.ndarray, heads: np.ndarray, seed: int) -> tuple[int, int, float]:
    """Give customers, late ones and the minutes waited of one day by Ciw."""
    ends = (SLOT_MINUTES * np.arange(1, len(heads) + 1)).tolist()
    closing, night = ends[-1], 10_000.0
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.PoissonIntervals((customers / SLOT_MINUTES).tolist(), ends, closing)],
        service_distributions=[ciw.dists.Exponential(1 / LAW.mean_minutes)],
        number_of_servers=[ciw.Schedule(numbers_of_servers=heads.tolist(), shift_end_dates=[*ends[:-1], night])],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(night / 2)
    waits = np.array([record.waiting_time for record in simulation.get_all_records()])
    return len(waits), int((waits > LIMIT_MINUTES).sum()), float(waits.sum())


def interval(part: np.ndarray, whole: np.ndarray) -> tuple[float, float, float]:
    """Give a ratio of sums over days with its 95 % interval, a mean wait not cut off at 1."""
    scale = max(float(part.sum() / whole.sum()), 1.0) * 10
    share, low, high = share_with_interval(part / scale, whole)
    return float(share * scale), float(low * scale), float(high * scale)


def told(value: tuple[float, float, float]) -> str:
    return "{:.4f} ({:.4f} to {:.4f})".format(*value)


def agree(a: tuple[float, float, float], b: tuple[float, float, float]) -> bool:
    """Tell whether the 95 % interval of the difference holds 0."""
    half = np.hypot((a[2] - a[1]) / 2, (b[2] - b[1]) / 2)
    return bool(abs(a[0] - b[0]) <= half)


if __name__ == "__main__":
    main()

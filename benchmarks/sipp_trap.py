"""The SIPP trap: a formula slot by slot looks right and fails after the peaks; load that lags does not.

200 customers a day in 17 half-hours from 09:00 with two peaks, exponential service of 15 minutes, nobody may wait
longer than 20 minutes but 3 %. Each staffing is simulated on the same days; those chosen by simulation were chosen
on other days. The worst slot is given with its 95 % interval.

The trap as told gives 70.0 window-hours and 8.8 % late in the worst slot, over 1,500 days, for staffing slot by slot,
but not the shape of its day. The shapes here are ``floor + exp(-((t - 10.0 h) / spread)^2 / 2) + the same at the
second peak``. Hundreds of such days take 70.0 window-hours, with worst slots from 1.5 % to 12 % late; ``SHARP`` is a
plain one among them, chosen since it comes near 8.8 %. So it shows that the figure is what such a day gives, not that
this is the day that gave it. ``WIDE`` is a milder day, for comparison.

    python -m benchmarks.sipp_trap
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.machine import describe_machine
from schedsolver.domain.promise import Promise
from schedsolver.simulate.customers import Customers, draw_customers
from schedsolver.simulate.figures import share_with_interval
from schedsolver.simulate.queue import serve
from schedsolver.simulate.staffing import iterative_staffing, staff_by_simulation
from schedsolver.traffic.erlang import heads_needed
from schedsolver.traffic.offered_load import lagged_load, modified_offered_load, stationary_load
from schedsolver.traffic.promise import queue_tables, staff_to_promise
from schedsolver.traffic.service_law import ServiceLaw

SLOTS, SLOT_MINUTES, OPENS, CUSTOMERS = 17, 30.0, 9.0, 200.0
LAW, LIMIT, TARGET = ServiceLaw.of(15), 20.0, 0.03
SHARP = {"second_peak": 14.5, "spread": 0.5, "floor": 0.1}
WIDE = {"second_peak": 15.0, "spread": 1.0, "floor": 0.3}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=1500)
    parser.add_argument("--search-days", type=int, default=500, help="days on which staffing by simulation is chosen")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print(describe_machine())
    for name, shape in (("sharp peaks", SHARP), ("wide peaks", WIDE)):
        expected = double_peak(**shape)
        days = draw_customers(expected[None], SLOT_MINUTES, [LAW], arguments.days, arguments.seed)
        others = draw_customers(expected[None], SLOT_MINUTES, [LAW], arguments.search_days, arguments.seed + 1)
        print(f"\n{name}: customers by half-hour {expected.round(1).tolist()}")
        print(f"{'':44} window-hours  late, day  late, worst slot")
        for method, heads in staffings(expected, others).items():
            print(f"{method:44} {heads.sum() * SLOT_MINUTES / 60:12.1f} {told(days, expected, heads)}", flush=True)


def double_peak(second_peak: float, spread: float, floor: float) -> np.ndarray:
    """Give the expected customers by slot; peaks at 10:00 and the second one, in hours after midnight."""
    hour = OPENS + (np.arange(SLOTS) + 0.5) * SLOT_MINUTES / 60
    shape = floor + sum(np.exp(-(((hour - peak) / spread) ** 2) / 2) for peak in (10.0, second_peak))
    return CUSTOMERS * shape / shape.sum()


def staffings(expected: np.ndarray, others: Customers) -> dict[str, np.ndarray]:
    alone = stationary_load(expected, SLOT_MINUTES, LAW)
    lagged, modified = (f(expected, SLOT_MINUTES, LAW) for f in (lagged_load, modified_offered_load))
    tables = queue_tables(expected, modified, LAW, LIMIT)
    by_day = Promise(wait_limit_minutes=LIMIT, late_share_of_day=TARGET, late_share_of_slot=0.1)
    by_slot = Promise(wait_limit_minutes=LIMIT, late_share_of_slot=TARGET)

    def slot_by_slot(load: np.ndarray) -> np.ndarray:
        return heads_needed(load, LAW.mean_minutes, LIMIT, 1 - TARGET)

    chosen = staff_to_promise(tables, by_day).heads
    return {
        "Erlang C slot by slot": slot_by_slot(alone),
        "the same, lagged load": slot_by_slot(lagged),
        "the same, modified offered load": slot_by_slot(modified),
        "iterative staffing, 30 % may have to wait": iterative_staffing(others, expected, 0.3),
        "each slot 3 %, by simulation": staff_by_simulation(others, expected, by_slot, slot_by_slot(modified)).heads,
        "day 3 %, slot 10 %, modified offered load": chosen,
        "day 3 %, slot 10 %, by simulation": staff_by_simulation(others, expected, by_day, chosen).heads,
    }


def told(days: Customers, expected: np.ndarray, heads: np.ndarray) -> str:
    figures = serve(days, expected, heads, LIMIT)
    share, low, high = share_with_interval(figures.late[:, 0], figures.customers[:, 0])
    worst = int(share.argmax())
    day = figures.late.sum() / figures.customers.sum()
    interval = f"({100 * low[worst]:.1f} to {100 * high[worst]:.1f} %)"
    return f"{100 * day:8.2f} %  {100 * share[worst]:.1f} % {interval} in slot {worst + 1}"


if __name__ == "__main__":
    main()

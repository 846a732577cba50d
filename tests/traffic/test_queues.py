"""Promises in problems: the queues of a problem, and heads that keep what is promised over a day."""

import numpy as np
import pytest

from schedsolver.domain import Activity, Outlet, Promise, ServicePromise
from schedsolver.errors import InvalidProblem
from schedsolver.scoring import kpis
from schedsolver.simulate import simulate
from schedsolver.traffic import queue_tables, staff_to_promise
from schedsolver.traffic.erlang import erlang_c, heads_needed, service_level
from schedsolver.traffic.erlang_a import erlang_a
from schedsolver.traffic.offered_load import modified_offered_load
from schedsolver.traffic.queues import queue_days
from schedsolver.traffic.service_law import ServiceLaw
from schedsolver.traffic.staffing import required_cells
from tests.simulate.test_roster import bank as problem_of
from tests.simulate.test_roster import come, roster
from tests.tiny import TUESDAY

DAY = (30.0, 60.0, 12.0)
BOTH = {"late_share_of_day": 0.03, "late_share_of_slot": 0.15}


def busy(**changes):
    """Customers of ten minutes at the hub on Monday, a few at the satellite on Tuesday."""
    rows = [come(f"{9 + i:02}:00", count) for i, count in enumerate(DAY)]
    return problem_of(*rows, come("11:00", 5, outlet="Sat", date=TUESDAY), **changes)


def promised(**bounds):
    return busy(promises=(ServicePromise(activity_id="counter", **bounds),))


def heads(problem, outlet=0, activity=0):
    cells = {c.slot: c.heads for c in required_cells(problem) if (c.outlet, c.activity) == (outlet, activity)}
    return [cells.get(slot, 0) for slot in (9, 10, 11)]


def test_queues_are_told_day_by_day():
    hub, sat = queue_days(promised(**BOTH))
    assert (hub.outlet, hub.activity, hub.slot, hub.customers) == (0, 0, 9, DAY)
    assert (sat.outlet, sat.slot, sat.customers) == (1, 24 + 11, (5.0,))
    assert hub.promise == Promise(wait_limit_minutes=20, **BOTH)
    assert hub.load.tolist() == pytest.approx(modified_offered_load(DAY, 60, ServiceLaw.of(10)).tolist())


def test_a_pause_between_customers_is_a_slot_without():
    problem = problem_of(come("09:00", 3), come("10:00", 0), come("12:00", 2))
    assert [queue.customers for queue in queue_days(problem)] == [(3.0, 0.0, 0.0, 2.0)]
    assert heads(problem)[1:] == [0, 0]


def test_heads_keep_the_promise_with_the_fewest_over_the_day():
    load = modified_offered_load(DAY, 60, ServiceLaw.of(10))
    tables = queue_tables(DAY, load, ServiceLaw.of(10), 20)
    chosen = staff_to_promise(tables, Promise(**BOTH)).heads
    assert heads(promised(**BOTH)) == chosen.tolist()
    assert sum(heads(promised(**BOTH))) < sum(heads(busy()))
    assert (tables.late_share[range(3), chosen] @ np.array(DAY)) <= 0.03 * sum(DAY)


def test_without_a_promise_erlang_c_holds_slot_by_slot():
    assert heads(busy()) == heads_needed(np.array(DAY) / 6, 10, 20, 0.97).tolist()


def test_one_head_stays_where_anybody_comes():
    # All of one customer in a hundred may be late, were nobody there.
    problem = problem_of(
        come("09:00", 99), come("10:00", 0.5), promises=(ServicePromise(activity_id="counter", late_share_of_day=0.1),)
    )
    assert heads(problem)[1] == 1


@pytest.mark.parametrize(
    ("bounds", "holds"),
    [
        ({"mean_wait_of_slot": 2}, lambda t, h: t.mean_wait[range(3), h].max() <= 2),
        ({"occupancy_of_slot": 0.4}, lambda t, h: t.occupancy[range(3), h].max() <= 0.4),
        ({"late_share_of_slot": 0.01}, lambda t, h: t.late_share[range(3), h].max() <= 0.01),
    ],
)
def test_other_promises(bounds, holds):
    problem = promised(**bounds)
    tables = queue_days(problem)[0].tables()
    chosen = np.array(heads(problem))
    assert holds(tables, chosen)
    assert not holds(tables, chosen - 1)


def test_windows_that_are_enough_are_used_where_there_are():
    rows = [come("09:00", 40), come("10:00", 20)]
    counter = Activity(activity_id="counter", skill_id="cash", at_window=True, service_minutes=10)
    promise = ServicePromise(activity_id="counter", late_share_of_day=0.02)
    free = problem_of(*rows, activities=(counter,), permissions=(), promises=(promise,))
    assert heads(free)[:2] == [8, 5]
    # Seven windows, and the head that the first hour lacks, is made up for in the second.
    tight = free.replace(outlets=(Outlet(outlet_id="Hub", windows=7), Outlet(outlet_id="Sat")))
    assert heads(tight)[:2] == [7, 6]
    assert queue_days(tight)[0].tables().late_share[range(2), [7, 6]] @ [40, 20] <= 0.02 * 60
    none = free.replace(outlets=(Outlet(outlet_id="Hub", windows=1), Outlet(outlet_id="Sat")))
    assert heads(none)[:2] == [1, 1]
    closed = free.replace(outlets=(Outlet(outlet_id="Hub", windows=0), Outlet(outlet_id="Sat")))
    assert heads(closed)[:2] == [0, 0]


def test_an_outlets_own_promise_takes_precedence():
    everywhere = ServicePromise(activity_id="counter", wait_limit_minutes=10, late_share_of_slot=0.03)
    own = ServicePromise(activity_id="counter", outlet_id="Sat", late_share_of_slot=0.5)
    problem = busy(promises=(everywhere, own))
    assert problem.promise_of("Hub", "counter") == everywhere
    assert problem.promise_of("Sat", "counter") == own
    assert problem.promise_of("Hub", "fx") is None
    places = ("Hub", "counter"), ("Sat", "counter"), ("Sat", "fx")
    assert [problem.wait_limit_minutes(*place) for place in places] == [10, 20, 5]


def test_the_limit_promised_is_the_one_that_counts():
    schedule = roster(("E1", "counter", "09:00", "12:00"), ("E2", "counter", "09:00", "12:00"))
    strict = problem_of(come("09:00", 10), promises=(
        ServicePromise(activity_id="counter", wait_limit_minutes=2, late_share_of_slot=1),
    ))  # fmt: skip
    loose = problem_of(come("09:00", 10))
    assert kpis(strict, schedule)["late_share"] == pytest.approx(1 - service_level(2, 10 / 6, 10, 2))
    assert kpis(loose, schedule)["late_share"] == pytest.approx(1 - service_level(2, 10 / 6, 10, 20))
    assert simulate(strict, schedule, 200).late_share > 2 * simulate(loose, schedule, 200).late_share


def test_spread_and_patience_of_an_activity_count():
    def with_counter(**fields):
        counter = Activity(activity_id="counter", skill_id="cash", service_minutes=10, **fields)
        return promised(**BOTH).replace(activities=(counter, *busy().activities[1:]))

    steady, wild = with_counter(service_cv=0.0), with_counter(service_cv=3.0)
    assert sum(heads(steady)) < sum(heads(wild))
    load = modified_offered_load(DAY, 60, ServiceLaw.of(10, 3.0))
    late = queue_days(wild)[0].tables().late_share[1, 12]
    assert late == pytest.approx(float(erlang_c(12, load[1])) * np.exp(-(12 - load[1]) * 20 / 50))
    leaving = queue_days(with_counter(patience_minutes=5))[0].tables()
    load = modified_offered_load(DAY, 60, ServiceLaw.of(10))
    assert leaving.late_share[1, 9] == pytest.approx(erlang_a(9, load[1], 10, 5, 20).late_share)
    schedule = roster(("E1", "counter", "09:00", "12:00"))
    assert simulate(with_counter(patience_minutes=5), schedule, 50).table()["lost"][0] > 0
    waits = [simulate(p, schedule, 300).table()["mean_wait"][0] for p in (problem_of(come("09:00", 4)),
             problem_of(come("09:00", 4), activities=with_counter(service_cv=0.0).activities))]  # fmt: skip
    assert waits[1] < 0.8 * waits[0]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"activity_id": "teller"}], r'activity "teller" is not in activities'),
        (
            [{"activity_id": "counter", "outlet_id": "Hubb"}],
            r'outlet "Hubb" is not in outlets \(did you mean "Hub"\?\)',
        ),
        (
            [{"activity_id": "counter"}] * 2,
            r"promises\[1\]: counter at every outlet has another promise in promises\[0\]",
        ),
        ([{"activity_id": "fx", "outlet_id": "Hub"}] * 2, r"fx at Hub has another promise in promises\[0\]; keep one"),
    ],
)
def test_promises_that_make_no_sense(rows, words):
    with pytest.raises(InvalidProblem, match=words):
        busy(promises=tuple(ServicePromise(**row, late_share_of_day=0.03) for row in rows))


def test_a_promise_without_a_bound_is_none():
    with pytest.raises(ValueError, match="nothing is promised; give at least one bound"):
        ServicePromise(activity_id="counter", wait_limit_minutes=10)

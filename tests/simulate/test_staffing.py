import itertools

import numpy as np
import pytest

from schedsolver.domain.promise import Promise
from schedsolver.simulate.customers import draw_customers
from schedsolver.simulate.queue import serve, simulate_queue
from schedsolver.simulate.staffing import (
    QueueToStaff,
    changed,
    excess,
    iterative_staffing,
    staff_by_simulation,
    staff_together,
)
from schedsolver.traffic.erlang import erlang_c, heads_needed
from schedsolver.traffic.offered_load import modified_offered_load, stationary_load
from schedsolver.traffic.service_law import ServiceLaw

LAW = ServiceLaw.of(15)
DAY = np.array([3.0, 12, 12, 3, 1, 1])
CUSTOMERS = draw_customers(DAY[None], 30, [LAW], 300, 1)
PROMISES = [
    Promise(late_share_of_slot=0.05),
    Promise(late_share_of_day=0.03, late_share_of_slot=0.15),
    Promise(mean_wait_of_day=3),
    Promise(mean_wait_of_slot=4, occupancy_of_slot=0.8),
]


@pytest.mark.parametrize("promise", PROMISES)
@pytest.mark.parametrize("start", [np.zeros(6), np.full(6, 3), np.full(6, 12)])
def test_the_promise_holds_and_no_head_can_go(promise, start):
    found = staff_by_simulation(CUSTOMERS, DAY, promise, start)
    assert found.kept
    assert excess(found.figures, promise) == 0
    for slot in np.flatnonzero(found.heads):
        assert excess(serve(CUSTOMERS, DAY, changed(found.heads, slot, -1), 20), promise) > 0


def test_too_few_windows_do_not_keep_it():
    found = staff_by_simulation(CUSTOMERS, DAY, PROMISES[0], np.zeros(6), most_heads=3)
    assert not found.kept
    assert found.heads.max() <= 3


def test_queues_together_share_the_promise_of_a_day():
    promise = Promise(late_share_of_day=0.03, late_share_of_slot=0.3)
    busy = 3 * DAY
    others = draw_customers(busy[None], 30, [LAW], 300, 2)
    queues = [QueueToStaff(CUSTOMERS, DAY, np.full(6, 9)), QueueToStaff(others, busy, np.full(6, 25))]
    alone = [staff_by_simulation(q.customers, q.expected, promise, q.start) for q in queues]
    together = staff_together(queues, promise)
    assert [s.kept for s in together] == [True, True]
    assert sum(s.heads.sum() for s in together) < sum(s.heads.sum() for s in alone)
    late, came = (np.array([getattr(s.figures, n).sum() for s in together]) for n in ("late", "customers"))
    assert late.sum() <= 0.03 * came.sum()
    assert (late / came).max() > 0.03
    assert max(s.figures.late_share().max() for s in together) <= 0.3


def test_heads_move_to_slots_nearby_until_no_fewer_keep_the_promise():
    day, promise = np.array([6.0, 12, 3, 1]), Promise(late_share_of_day=0.08)
    customers = draw_customers(day[None], 30, [LAW], 80, 1)
    found = staff_by_simulation(customers, day, promise, np.full(4, 8))
    # Taking away alone ends at 1, 7, 4 and 0 heads.
    assert found.heads.sum() == 11
    for heads in itertools.product(range(11), repeat=4):
        if sum(heads) == 10:
            assert excess(serve(customers, day, np.array(heads), 20), promise) > 0


def test_each_queue_has_its_own_windows():
    queues = [QueueToStaff(CUSTOMERS, DAY, np.zeros(6, int), 3), QueueToStaff(CUSTOMERS, DAY, np.zeros(6, int))]
    few, enough = staff_together(queues, Promise(late_share_of_slot=0.05))
    assert few.heads.max() <= 3 < enough.heads.max()
    assert not few.kept


def test_the_excess_by_hand():
    # 100 of 100 customers wait for ever: late 100 %, 97 points above 3 %
    figures = simulate_queue([10.0], [0], 60, LAW, wait_limit_minutes=0, replications=50)
    assert excess(figures, Promise(late_share_of_day=0.03)) == pytest.approx(0.97 / 0.03)
    assert excess(figures, Promise(late_share_of_slot=0.5)) == pytest.approx(1)
    assert excess(figures, Promise(late_share_of_day=1)) == 0


def test_iterative_staffing_of_a_steady_day_is_erlang_c():
    steady = np.full(40, 10.0)
    heads = iterative_staffing(draw_customers(steady[None], 30, [LAW], 400, 2), steady, 0.2)
    least = next(c for c in range(6, 20) if erlang_c(c, 5) <= 0.2)
    assert set(heads[10:].tolist()) <= {least, least + 1, least - 1}
    assert np.median(heads[10:]) == least


def test_iterative_staffing_holds_the_delay_where_slot_by_slot_does_not():
    customers = draw_customers(DAY[None], 30, [LAW], 2000, 3)
    heads = iterative_staffing(customers, DAY, 0.25)

    def delayed(staff):
        figures = serve(customers, DAY, staff, 0)
        return figures.late_share()[0]

    by_slot = [next(c for c in range(1, 30) if erlang_c(c, load) <= 0.25) for load in stationary_load(DAY, 30, LAW)]
    assert delayed(heads).max() < 0.3 < delayed(np.array(by_slot)).max(), (delayed(heads), heads)


def test_a_delay_share_is_a_share():
    with pytest.raises(ValueError, match="delay_share is 0; it must lie between 0 and 1"):
        iterative_staffing(CUSTOMERS, DAY, 0)


def test_load_that_lags_removes_the_trap_of_slot_by_slot():
    # A double peak of 200 customers: heads by slot's own arrivals leave the slot after a peak late
    hour = 9.25 + np.arange(17) / 2
    shape = 0.1 + np.exp(-2 * (hour - 10) ** 2) + np.exp(-2 * (hour - 14.5) ** 2)
    day = 200 * shape / shape.sum()
    customers = draw_customers(day[None], 30, [LAW], 600, 4)
    alone, lagging = (heads_needed(f(day, 30, LAW), 15, 20, 0.97) for f in (stationary_load, modified_offered_load))
    worst = [serve(customers, day, heads, 20).late_share().max() for heads in (alone, lagging)]
    assert alone.sum() / 2 == 70
    assert lagging.sum() / 2 <= 70
    assert worst[0] > 0.06
    assert worst[1] < 0.03

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedsolver.simulate.customers import Customers, draw_customers
from schedsolver.simulate.figures import count, share_with_interval
from schedsolver.simulate.kernel import NOBODY, run_replications
from schedsolver.simulate.queue import present, serve, simulate_queue
from schedsolver.traffic.erlang import mean_wait, service_level
from schedsolver.traffic.erlang_a import erlang_a
from schedsolver.traffic.offered_load import modified_offered_load
from schedsolver.traffic.service_law import ServiceLaw, two_moment_time
from tests.simulate.reference import replay, waits_of_one_queue

LAW = ServiceLaw.of(10)


def known(arrival, service, *, queue=None, patience=None, slots=3, slot_minutes=10.0, queues=1) -> Customers:
    """One replication with customers given by hand."""
    n = len(arrival)
    arrival = np.array(arrival, float)
    slot = np.minimum((arrival // slot_minutes).astype(np.int64), slots - 1)
    return Customers(
        np.array([0, n]), arrival, slot, np.array(queue or [0] * n), np.array(service, float),
        np.array(patience or [np.inf] * n, float), slot_minutes, slots, queues,
    )  # fmt: skip


def run(customers, serves):
    c = customers
    return run_replications(
        c.first, c.arrival, c.queue, c.service, c.patience, np.array(serves), c.slot_minutes, c.queues
    )


# ---------------------------------------------------------------- by hand


def test_one_window_by_hand():
    # Served 1-5, 5-8, 20-22: waits 0, 3, 0
    wait, server = run(known([1, 2, 20], [4, 3, 2]), [[[0]]] * 3)
    assert wait.tolist() == [0, 3, 0]
    assert server.tolist() == [0, 0, 0]


def test_a_customer_in_service_is_finished_after_the_window_closes():
    # Person 0 leaves at 10 but serves until 12; the second customer waits for person 1 at 20
    wait, server = run(known([8, 9], [4, 1]), [[[0], [-1]], [[-1], [-1]], [[-1], [0]]])
    assert wait.tolist() == [0, 11]
    assert server.tolist() == [0, 1]


def test_who_finishes_late_comes_late_to_the_next_queue():
    # Person 0 goes from queue 0 to queue 1 at 10, but is busy until 15
    wait, _ = run(known([5, 9], [10, 1], queue=[0, 1], queues=2), [[[0]], [[1]], [[1]]])
    assert wait.tolist() == [0, 6]


def test_patience_ends():
    # Busy 0-9; the second leaves at 4, the third is served
    wait, server = run(known([0, 1, 2], [9, 1, 1], patience=[1, 3, 8]), [[[0]]] * 3)
    assert wait.tolist() == [0, 3, 7]
    assert server.tolist() == [0, NOBODY, 0]


def test_own_queue_first_then_the_others():
    # Person 0 prefers queue 0: at 5 takes customer 2 although customer 1 of queue 1 waits longer
    wait, _ = run(known([0, 1, 2], [5, 2, 4], queue=[0, 1, 0], queues=2), [[[0, 1]]] * 3)
    assert wait.tolist() == [0, 8, 3]


def test_the_free_person_who_prefers_the_queue_serves():
    _, server = run(known([0], [5], queue=[1], queues=2), [[[0, 1], [1, -1]]] * 3)
    assert server.tolist() == [1]


def test_nobody_ever_comes():
    wait, server = run(known([5, 6], [1, 1], patience=[np.inf, 2]), [[[-1]]] * 3)
    assert wait.tolist() == [25, 2]
    assert server.tolist() == [NOBODY, NOBODY]


def test_figures_by_hand():
    # Slots of 10 minutes; served 5-17, 17-21 and 21-22; limit 10
    customers = known([5, 8, 9], [12, 4, 1])
    figures = count(customers, np.array([[[0]]] * 3), np.array([[0], [0], [NOBODY]]), 10)
    assert figures.customers[0, 0].tolist() == [3, 0, 0]
    assert figures.late[0, 0].tolist() == [1, 0, 0]  # waits 0, 9, 12
    assert figures.lost.sum() == 0
    assert figures.wait_minutes[0, 0].tolist() == [21, 0, 0]
    assert figures.queue_minutes[0].tolist() == [2 + 1, 7 + 10, 1]
    assert figures.busy_minutes[0].tolist() == [5, 10, 0]
    assert figures.staffed_minutes[0].tolist() == [10, 10, 0]
    assert figures.overtime_minutes == 2
    assert figures.late_share().tolist() == [[1 / 3, 0, 0]]


# ---------------------------------------------------------------- against other computations


@given(st.integers(1, 4), st.integers(0, 10_000))
def test_fixed_windows_follow_the_recursion(servers, seed):
    customers = draw_customers([[6.0] * 5], 30, [ServiceLaw.of(15, 0.7)], 1, seed)
    wait, _ = run(customers, np.zeros((5, servers, 1), np.int64))
    assert wait == pytest.approx(waits_of_one_queue(customers.arrival, customers.service, servers), abs=1e-9)


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_any_roster_agrees_with_the_reference(seed):
    rng = np.random.default_rng(seed)
    slots, people, queues = 3, 3, 2
    serves = np.full((slots, people, 2), NOBODY)
    for place in np.ndindex(slots, people):
        own = rng.permutation(queues)[: rng.integers(0, 3)]
        serves[place][: len(own)] = own
    patience = [None, 12.0] if seed % 2 else [8.0, None]
    customers = draw_customers(rng.uniform(0, 4, (queues, slots)), 20, [ServiceLaw.of(9, 0.5)] * 2, 1, seed, patience)
    wait, server = run(customers, serves)
    by_hand, who = replay(customers, serves, customers.patience)
    assert server.tolist() == who.tolist()
    served = server != NOBODY
    assert wait[served] == pytest.approx(by_hand[served], abs=1e-9)
    gave_up = ~served & np.isfinite(customers.patience)
    assert np.all(wait[gave_up] <= customers.patience[gave_up])


def steady(load, servers, law, limit, **options):
    """Figures of a long steady day after it has settled: late share, lost share and mean wait."""
    hours = 400
    f = simulate_queue(
        np.full(hours, load * 60 / law.mean_minutes), np.full(hours, servers), 60, law, wait_limit_minutes=limit,
        replications=60, **options,
    )  # fmt: skip
    came = f.customers[:, 0, 20:]
    return (
        share_with_interval(f.late[:, 0, 20:].sum(axis=1), came.sum(axis=1)),
        f.lost[:, 0, 20:].sum() / came.sum(),
        f.wait_minutes[:, 0, 20:].sum() / came.sum(),
        (f.busy_minutes / f.staffed_minutes)[0, 20:].mean(),
    )


def test_a_steady_day_is_erlang_c():
    (_, low, high), lost, wait, busy = steady(3, 4, LAW, 8)
    late = 1 - service_level(4, 3, 10, 8)
    assert abs(late - (low + high) / 2) < high - low  # twice the interval: one seed in ten thousand fails
    assert lost == 0
    assert wait == pytest.approx(mean_wait(4, 3, 10), rel=0.05)
    assert busy == pytest.approx(3 / 4, rel=0.02)


def test_impatient_customers_are_erlang_a():
    (_, low, high), lost, wait, busy = steady(4, 3, LAW, 8, patience_minutes=12)
    queue = erlang_a(3, 4, 10, 12, 8)
    assert abs(queue.late_share - (low + high) / 2) < high - low
    assert lost == pytest.approx(queue.abandon_share, rel=0.03)
    assert wait == pytest.approx(queue.mean_wait, rel=0.03)
    assert busy == pytest.approx(queue.occupancy, rel=0.02)


@pytest.mark.parametrize("cv", [0, 0.5, 1.5])
def test_other_service_is_near_the_two_moment_correction(cv):
    law = ServiceLaw.of(10, cv)
    _, _, wait, _ = steady(3, 4, law, 8)
    # An approximation: for lognormal service of cv 1.5 and four servers it is some 15 % too long.
    assert wait == pytest.approx(mean_wait(4, 3, two_moment_time(10, cv)), rel=0.2 if cv > 1 else 0.1)


def test_with_windows_enough_the_modified_offered_load_is_present():
    day = np.array([2.0, 10, 30, 12, 5, 5, 20, 0, 0])
    customers = draw_customers(day[None], 30, [ServiceLaw.of(20, 1.5)], 3000, 5)
    there = present(customers, day, np.full(9, 80), 10).reshape(3000, 9, 10).mean(axis=(0, 2))
    assert there == pytest.approx(modified_offered_load(day, 30, ServiceLaw.of(20, 1.5)), rel=0.03, abs=0.02)


# ---------------------------------------------------------------- customers


def test_customers_come_as_expected():
    expected = np.array([[3.0, 0, 8], [1, 2, 0]])
    c = draw_customers(expected, 30, [ServiceLaw.of(5), ServiceLaw.of(9, 0)], 4000, 1, [None, 20])
    assert c.first[-1] == len(c.arrival) == len(c.slot)
    cells = np.zeros((2, 3))
    np.add.at(cells, (c.queue, c.slot), 1)
    assert cells / 4000 == pytest.approx(expected, rel=0.05)
    per_day = np.diff(c.first)
    assert per_day.var() == pytest.approx(14, rel=0.1)  # Poisson
    assert np.all(np.diff(c.arrival)[np.diff(c.replication) == 0] >= 0)
    assert np.all(c.arrival // 30 == c.slot)
    assert c.arrival[c.slot == 2].mean() == pytest.approx(75, rel=0.01)
    assert c.arrival[c.slot == 2].std() == pytest.approx(30 / np.sqrt(12), rel=0.03)
    assert np.all(c.service[c.queue == 1] == 9)
    assert np.all(np.isinf(c.patience[c.queue == 0]))
    assert c.patience[c.queue == 1].mean() == pytest.approx(20, rel=0.05)


def test_the_same_seed_gives_the_same_day():
    one, same, other = (simulate_queue([9, 9], [2, 2], 30, LAW, replications=5, seed=s) for s in (3, 3, 4))
    assert one.wait_minutes.tolist() == same.wait_minutes.tolist() != other.wait_minutes.tolist()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expected": [[-1.0]]}, "expected arrivals must be numbers"),
        ({"expected": [1.0]}, "give one row, one law and one value a queue"),
        ({"laws": []}, "give one row, one law"),
        ({"replications": 0}, "at least one replication"),
        ({"slot_minutes": 0}, "slot_minutes must be positive"),
        ({"patience_minutes": [0]}, "patience must be positive minutes; None for"),
    ],
)
def test_customers_out_of_range_are_refused(change, words):
    arguments = {"expected": [[1.0]], "slot_minutes": 30, "laws": [LAW], "replications": 1}
    with pytest.raises(ValueError, match=words):
        draw_customers(**(arguments | change))


# ---------------------------------------------------------------- closing


def test_those_inside_at_closing_are_served():
    figures = simulate_queue([20.0, 0, 0], [1, 0, 0], 30, LAW, replications=200)
    assert figures.lost.sum() == 0
    assert figures.late.sum() > 0
    assert figures.overtime_minutes > 60


def test_where_nobody_is_the_doors_shut():
    # Staff for the first slot only, customers for two: those left at 60 go unserved
    figures = simulate_queue([2.0, 6], [1, 0], 30, ServiceLaw.of(1, 0), replications=500, wait_limit_minutes=10)
    came = figures.customers.sum(axis=(0, 1))
    assert figures.lost.sum(axis=(0, 1)).tolist() == pytest.approx([0, came[1]], abs=0.05 * came[1])
    assert figures.late.sum(axis=(0, 1))[1] / came[1] == pytest.approx(2 / 3, rel=0.06)


@pytest.mark.parametrize(("heads", "words"), [([1], "give one number for each of the 2"), ([1, 0.5], "whole numbers")])
def test_heads_are_given_for_each_slot(heads, words):
    with pytest.raises(ValueError, match=words):
        simulate_queue([1, 1], heads, 30, LAW)


def test_heads_belong_to_a_single_queue():
    two = draw_customers([[1.0], [1.0]], 30, [LAW, LAW], 1)
    with pytest.raises(ValueError, match="customers of a single queue"):
        serve(two, np.array([1.0]), np.array([1]), 20)


# ---------------------------------------------------------------- intervals


def test_the_interval_by_hand():
    # Shares 1/2 and 0/2: ratio 1/4, deviations 1/2 and -1/2, s.e. sqrt(1/2 * 2 / 1) / 4
    share, low, high = share_with_interval([1, 0], [2, 2])
    assert share == 0.25
    assert low == 0
    assert high == pytest.approx(0.25 + 1.959964 * 0.25)
    assert share_with_interval([0, 0], [0, 0]) == (0, 0, 0)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(6)
    came = rng.poisson(20, (200, 500))
    _, low, high = share_with_interval(rng.binomial(came, 0.3), came)
    assert ((low <= 0.3) & (high >= 0.3)).mean() == pytest.approx(0.95, abs=0.03)

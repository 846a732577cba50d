import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedsolver.traffic.erlang import erlang_c, mean_wait, service_level
from schedsolver.traffic.erlang_a import ErlangA, erlang_a

pytestmark = pytest.mark.filterwarnings("error")


def by_states(servers: int, load: float, patience: float, most: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Shares of time with 0, 1, ... customers present, service time 1, by balancing flows; and rates of leaving."""
    leaving = np.array([min(n, servers) + max(n - servers, 0) / patience for n in range(most)])
    weights = np.cumprod(np.concatenate([[1.0], load / leaving[1:]]))
    return weights / weights.sum(), leaving


def served_late(servers: int, load: float, patience: float, limit: float) -> float:
    """P(served after more than the limit), by integrating density of the offered wait numerically."""
    shares, _ = by_states(servers, load, patience)
    x = np.linspace(0, 60, 600_001)
    density = np.exp(load * patience * (1 - np.exp(-x / patience)) - servers * x)
    # The offered wait has this density up to a factor, and is positive as often as all servers are busy.
    waits = shares[servers:].sum()
    weight = waits / np.trapezoid(density, x)
    late = x >= limit
    return float(weight * np.trapezoid((density * np.exp(-x / patience))[late], x[late]))


# ---------------------------------------------------------------- published


def test_a_published_call_centre():
    # 100 calls per half-hour, 3 minutes each, patience 5 minutes, 13 agents, answered within 20 seconds
    queue = erlang_a(13, 100 / 30 * 3, 3, 5, 20 / 60)
    assert queue.wait_share == pytest.approx(0.2258, abs=5e-5)
    assert queue.abandon_share == pytest.approx(0.02496, abs=5e-6)
    assert queue.occupancy == pytest.approx(0.75003, abs=5e-6)
    assert queue.served_in_time_share == pytest.approx(0.85818, abs=5e-6)


def test_patience_as_long_as_service_is_a_poisson_number_present():
    queue = erlang_a(10, 8, 3, 3)
    assert queue.wait_share == pytest.approx(0.2833757413, abs=5e-11)
    assert queue.wait_share == pytest.approx(
        1 - sum(math.exp(-8) * 8**n / math.factorial(n) for n in range(10)), rel=1e-12
    )


# ---------------------------------------------------------------- against independent computations


@pytest.mark.parametrize(("servers", "load", "patience"), [(1, 0.5, 2.0), (3, 4, 0.7), (5, 4, 3), (12, 20, 1.5)])
def test_means_agree_with_the_balance_of_flows(servers, load, patience):
    shares, _ = by_states(servers, load, patience)
    waiting = np.maximum(np.arange(len(shares)) - servers, 0) @ shares
    queue = erlang_a(servers, load, 1, patience)
    assert queue.wait_share == pytest.approx(shares[servers:].sum(), rel=1e-10)
    assert queue.mean_queue == pytest.approx(waiting, rel=1e-10)
    assert queue.mean_wait == pytest.approx(waiting / load, rel=1e-10)
    assert queue.abandon_share == pytest.approx(waiting / patience / load, rel=1e-10)
    assert queue.occupancy == pytest.approx(np.minimum(np.arange(len(shares)), servers) @ shares / servers, rel=1e-10)


@pytest.mark.parametrize(("servers", "load", "patience"), [(1, 0.5, 2.0), (3, 4, 0.7), (5, 4, 3), (12, 20, 1.5)])
@pytest.mark.parametrize("limit", [0.1, 0.5, 2.0])
def test_the_tail_of_served_waits_agrees_with_the_integral(servers, load, patience, limit):
    queue = erlang_a(servers, load, 1, patience, limit)
    assert queue.served_late_share == pytest.approx(served_late(servers, load, patience, limit), rel=1e-5)


def test_one_server_waiting_by_hand():
    # No service at all: everybody waits out their patience
    queue = erlang_a(0, 2, 1, 3, 6)
    assert queue.late_share == pytest.approx(math.exp(-2))
    assert (queue.wait_share, queue.abandon_share, queue.occupancy) == pytest.approx((1, 1, 0))
    assert (queue.mean_wait, queue.mean_queue) == pytest.approx((3, 6))


def test_endless_patience_is_erlang_c():
    queue = erlang_a(10, 8, 4, 4e7, 3)
    assert queue.wait_share == pytest.approx(erlang_c(10, 8), rel=1e-5)
    assert 1 - queue.late_share == pytest.approx(service_level(10, 8, 4, 3), rel=1e-6)
    assert queue.mean_wait == pytest.approx(mean_wait(10, 8, 4), rel=1e-5)


@given(st.integers(0, 60), st.floats(0, 80), st.floats(1, 20), st.floats(0.1, 30), st.floats(0, 40))
def test_shares_add_up(servers, load, service, patience, limit):
    q = erlang_a(servers, load, service, patience, limit)
    for share in (q.wait_share, q.abandon_share, q.late_share, q.served_in_time_share, q.occupancy):
        assert -1e-12 <= share <= 1 + 1e-9
    assert q.served_in_time_share + q.served_late_share + q.abandon_share == pytest.approx(1, abs=1e-9)
    assert q.served_late_share <= q.late_share + 1e-12
    assert q.mean_wait <= patience * (1 + 1e-9)


@given(st.integers(0, 40), st.floats(0.1, 60), st.floats(0.2, 30), st.floats(0, 20))
def test_a_further_server_never_hurts(servers, load, patience, limit):
    q = erlang_a([servers, servers + 1], load, 5, patience, limit)
    for worse, better in (q.wait_share, q.abandon_share, q.late_share, q.mean_wait):
        assert better <= worse + 1e-12


def test_heavy_overload_is_a_fluid():
    q = erlang_a([3, 50], [100, 1000], 1, 2, 0.5)
    assert q.abandon_share.tolist() == pytest.approx([0.97, 0.95], rel=1e-6)
    assert q.occupancy.tolist() == pytest.approx([1, 1])


# ---------------------------------------------------------------- shapes and refusals


def test_arguments_broadcast_and_nobody_waits_without_customers():
    q = erlang_a([[1], [2]], [0.0, 1.0, 3.0], 5, 5, 1)
    assert all(getattr(q, name).shape == (2, 3) for name in ErlangA.__dataclass_fields__)
    assert q.late_share[:, 0].tolist() == q.mean_wait[:, 0].tolist() == q.abandon_share[:, 0].tolist() == [0, 0]
    assert q.served_in_time_share[:, 0].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((1.5, 1, 1, 1, 0), "servers must be whole"),
        ((1, -1, 1, 1, 0), "load must be a number"),
        ((1, 1, 0, 1, 0), "service_time and patience must be positive and finite"),
        ((1, 1, 1, np.inf, 0), "without end of patience use erlang_c"),
        ((1, 1, 1, 0, 0), "service_time and patience must be positive"),
        ((1, 1, 1, 1, -1), "wait_limit must be a time, not negative"),
    ],
)
def test_numbers_out_of_range_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        erlang_a(*arguments)

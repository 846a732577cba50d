import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schedsolver.traffic.erlang import MOST_SERVERS, erlang_b, erlang_c, heads_needed, mean_wait, service_level

pytestmark = pytest.mark.filterwarnings("error")  # no division by zero behind the scenes

LOADS = st.floats(0.01, 60)


def erlang_c_by_definition(servers: int, load: float) -> float:
    """The textbook sum, fit for few servers only."""
    terms = [1.0]
    for k in range(1, servers):
        terms.append(terms[-1] * load / k)
    waiting = terms[-1] * load / servers * servers / (servers - load)
    return waiting / (sum(terms) + waiting)


# ---------------------------------------------------------------- loss


@pytest.mark.parametrize(
    ("servers", "load", "loss"), [(0, 5, 1), (1, 1, 1 / 2), (2, 1, 1 / 5), (3, 2, 4 / 19), (4, 0, 0)]
)
def test_loss_by_hand(servers, load, loss):
    assert erlang_b(servers, load) == pytest.approx(loss, rel=1e-12)


def test_loss_exists_beyond_the_servers():
    assert erlang_b(1, 3) == pytest.approx(3 / 4)


# ---------------------------------------------------------------- waiting


@pytest.mark.parametrize(
    ("servers", "load", "share"),
    [(1, 0.25, 0.25), (2, 1, 1 / 3), (3, 2, 4 / 9), (10, 8, 0.4091801508), (5, 4, 0.5541125541), (14, 10, 0.1741319)],
)
def test_published_shares_that_wait(servers, load, share):
    assert erlang_c(servers, load) == pytest.approx(share, abs=5e-11 if servers in (5, 10) else 5e-8)


@pytest.mark.parametrize(("servers", "load"), [(2, 2), (2, 2.5), (0, 0), (0, 1)])
def test_everybody_waits_when_the_load_reaches_the_servers(servers, load):
    assert erlang_c(servers, load) == 1
    assert service_level(servers, load, 180, 20) == 0
    assert mean_wait(servers, load, 180) == np.inf


def test_nobody_waits_without_customers():
    assert erlang_c(3, 0) == 0
    assert service_level(3, 0, 180, 0) == 1
    assert mean_wait(3, 0, 180) == 0


def test_a_published_call_centre():
    assert service_level(14, 10, 180, 20) == pytest.approx(0.88835, abs=5e-6)
    assert mean_wait(14, 10, 180) == pytest.approx(7.835937, abs=5e-7)


def test_without_patience_the_level_is_the_share_that_does_not_wait():
    assert service_level(2, 1, 5, 0) == pytest.approx(2 / 3)


def test_one_server_by_hand():
    # M/M/1 at half load: half wait, on average 1 service time over all; P(wait > 1) = e^-0.5 / 2
    assert mean_wait(1, 0.5, 4) == pytest.approx(4)
    assert service_level(1, 0.5, 1, 1) == pytest.approx(1 - np.exp(-0.5) / 2)


@given(st.integers(1, 60), st.floats(0.01, 0.99))
def test_the_recursion_agrees_with_the_definition(servers, share):
    load = servers * share
    assert erlang_c(servers, load) == pytest.approx(erlang_c_by_definition(servers, load), rel=1e-9)


@given(st.integers(1, 80), LOADS)
def test_a_further_server_never_hurts(servers, load):
    fewer, more = np.array([servers, servers + 1])
    assert erlang_b(more, load) < erlang_b(fewer, load)
    assert erlang_c(more, load) <= erlang_c(fewer, load)
    assert service_level(more, load, 5, 2) >= service_level(fewer, load, 5, 2)
    assert mean_wait(more, load, 5) <= mean_wait(fewer, load, 5)


@given(st.integers(1, 80), LOADS)
def test_shares_lie_between_0_and_1(servers, load):
    for share in (erlang_b(servers, load), erlang_c(servers, load), service_level(servers, load, 5, 2)):
        assert 0 <= share <= 1


def test_five_thousand_servers_are_no_trouble():
    loads = np.array([4000.0, 4900.0, 4999.0, 5000.0])
    shares = erlang_c(5000, loads)
    assert np.all(np.isfinite(shares))
    assert np.all(np.diff(shares) > 0)
    assert 0 <= shares[0] < 1e-30
    # square-root staffing (Halfin and Whitt, 1981): beta = 100 / sqrt(4900), C = 1 / (1 + beta Phi / phi)
    assert shares[1] == pytest.approx(0.0983, abs=0.002)
    assert shares[3] == 1


# ---------------------------------------------------------------- shapes


def test_arguments_broadcast():
    servers, load = np.array([[1], [2], [3]]), np.array([0.5, 2.0])
    shares = erlang_c(servers, load)
    assert shares.shape == erlang_b(servers, load).shape == (3, 2)
    assert shares[2, 1] == pytest.approx(4 / 9)
    assert shares[0, 1] == 1
    assert service_level(servers, load, 5, 1).shape == mean_wait(servers, load, 5).shape == (3, 2)
    assert service_level(2, 1, [5, 6, 7], [[1], [2]]).shape == (2, 3)
    assert mean_wait(2, 1, [5, 10]).tolist() == pytest.approx([5 / 3, 10 / 3])
    assert heads_needed([[1.0], [2.0]], [5, 10], 3, 0.8).shape == (2, 2)


def test_nothing_gives_nothing():
    assert erlang_c([], []).shape == (0,)
    assert heads_needed([], 5, 3, 0.8).shape == (0,)


def test_a_number_is_enough():
    assert erlang_c(2, 1).shape == ()
    assert heads_needed(10, 180, 20, 0.88).shape == ()


# ---------------------------------------------------------------- heads


@pytest.mark.parametrize(
    ("load", "share", "heads"),
    [(10, 0.88, 14), (10, 0.889, 15), (0, 0.97, 0), (0.01, 0.5, 1), (0.5, 0.9, 2), (1, 0.5, 2), (2.5, 0.01, 3)],
)
def test_heads_by_hand(load, share, heads):
    assert heads_needed(load, 180, 20, share) == heads


def test_heads_are_whole_numbers():
    assert heads_needed([1, 2], 5, 3, 0.8).dtype == np.int64


def test_meeting_the_target_exactly_is_enough():
    target = service_level(14, 10, 180, 20)
    assert heads_needed(10, 180, 20, target) == 14


@given(LOADS, st.floats(0.5, 30), st.floats(0, 30), st.floats(0.01, 0.999))
def test_heads_meet_the_target_and_one_less_does_not(load, service, limit, target):
    heads = int(heads_needed(load, service, limit, target))
    assert service_level(heads, load, service, limit) >= target
    assert service_level(heads - 1, load, service, limit) < target


@given(st.lists(LOADS, min_size=1, max_size=5), st.floats(0.5, 0.99))
def test_each_cell_is_staffed_on_its_own(loads, target):
    alone = [int(heads_needed(load, 5, 2, target)) for load in loads]
    assert heads_needed(loads, 5, 2, target).tolist() == alone


@given(LOADS, LOADS)
def test_more_load_never_needs_fewer_heads(a, b):
    assume(a < b)
    assert heads_needed(a, 5, 2, 0.9) <= heads_needed(b, 5, 2, 0.9)


def test_as_many_servers_as_there_may_be():
    assert heads_needed(MOST_SERVERS - 0.5, 5, 1e9, 0.5) == MOST_SERVERS


@pytest.mark.parametrize(("load", "limit"), [(MOST_SERVERS, 1e9), (MOST_SERVERS - 0.5, 0), (1e6, 1)])
def test_more_servers_than_that_are_refused(load, limit):
    with pytest.raises(ValueError, match=r"erlangs of load need more than 10000 servers; check its unit"):
        heads_needed([1.0, load], 5, limit, 0.97)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize("servers", [-1, 1.5, np.nan, np.inf, [2, -1]])
def test_servers_are_whole_and_not_negative(servers):
    for formula in (erlang_b, erlang_c):
        with pytest.raises(ValueError, match="servers must be whole numbers, at least 0"):
            formula(servers, 1)


@pytest.mark.parametrize("load", [-0.1, np.nan, np.inf, [1, -1]])
def test_a_load_is_a_number_and_not_negative(load):
    words = "load must be a number of erlangs, at least 0"
    for formula in (erlang_b, erlang_c):
        with pytest.raises(ValueError, match=words):
            formula(2, load)
    with pytest.raises(ValueError, match=words):
        heads_needed(load, 5, 2, 0.9)


@pytest.mark.parametrize(("service", "limit"), [(0, 1), (-1, 1), (np.nan, 1), (5, -1), (5, np.nan), ([5, 0], 1)])
def test_times_make_sense(service, limit):
    words = "service_time must be positive and wait_limit must not be negative"
    with pytest.raises(ValueError, match=words):
        service_level(2, 1, service, limit)
    with pytest.raises(ValueError, match=words):
        heads_needed(0, service, limit, 0.9)


def test_a_wait_needs_a_service_time():
    with pytest.raises(ValueError, match="service_time must be positive"):
        mean_wait(2, 1, 0)


@pytest.mark.parametrize("target", [0, 1, -0.1, 1.1, np.nan, [0.5, 1]])
def test_a_target_is_a_share(target):
    with pytest.raises(ValueError, match="target_share must lie between 0 and 1, both excluded"):
        heads_needed(1, 5, 2, target)

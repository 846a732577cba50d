import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedsolver.traffic.offered_load import lagged_load, modified_offered_load, stationary_load
from schedsolver.traffic.service_law import ServiceLaw

LOADS = (stationary_load, lagged_load, modified_offered_load)
DAY = np.array([2.0, 10, 30, 12, 5, 5, 20, 0, 0, 0])


def test_the_stationary_load_by_hand():
    assert stationary_load([6, 12], 30, ServiceLaw.of(10)).tolist() == pytest.approx([2, 4])


def test_the_lagged_load_by_hand():
    # Constant 10 minutes: a mean rest of 5 minutes, a sixth of the slot
    law = ServiceLaw.of(10, cv=0)
    assert lagged_load([6, 12, 0], 30, law).tolist() == pytest.approx([2 * 5 / 6, 2 / 6 + 4 * 5 / 6, 4 / 6])


def test_constant_service_by_hand():
    # Arrivals of the last 10 minutes are present: from 0 to 2 in the first third, then 2
    law = ServiceLaw.of(10, cv=0)
    found = modified_offered_load([6, 0], 30, law, points=3000)
    assert found.tolist() == pytest.approx([(1 + 2 + 2) / 3, 1 / 3], rel=1e-6)


def test_exponential_service_solves_the_equation_of_flow():
    # dm/dt = rate - m / mean, stepped by hand
    mean, slot, steps = 12.0, 30, 3000
    m, means = 0.0, []
    for customers in DAY:
        levels = []
        for _ in range(steps):
            m += (customers / slot - m / mean) * slot / steps
            levels.append(m)
        means.append(np.mean(levels))
    assert modified_offered_load(DAY, slot, ServiceLaw.of(mean), points=200) == pytest.approx(means, rel=2e-3, abs=1e-3)


def test_lognormal_service_agrees_with_infinitely_many_servers():
    law, rng, days = ServiceLaw.of(20, cv=1.5), np.random.default_rng(3), 4000
    slot = np.repeat(np.tile(np.arange(len(DAY)), days), rng.poisson(np.tile(DAY, days)))
    begin = (slot + rng.random(len(slot))) * 30
    end = begin + law.draw(rng, len(slot))
    found = [
        np.clip(np.minimum(end, t + 30) - np.maximum(begin, t), 0, None).sum() / 30 / days
        for t in 30 * np.arange(len(DAY))
    ]
    assert modified_offered_load(DAY, 30, law) == pytest.approx(found, rel=0.03, abs=0.02)


def test_a_delay_moves_the_load():
    law = ServiceLaw.of(15)
    plain = modified_offered_load(DAY, 30, law)
    assert modified_offered_load(DAY, 30, law, delay_minutes=30)[1:] == pytest.approx(plain[:-1])
    assert modified_offered_load(DAY, 30, law, delay_minutes=30)[0] == 0


@given(st.lists(st.floats(0, 50), min_size=1, max_size=6), st.sampled_from([0, 0.5, 1, 2]))
def test_all_work_is_done_in_the_end(customers, cv):
    law = ServiceLaw.of(3, cv)
    day = [*customers, *[0.0] * 8]
    assert modified_offered_load(day, 60, law, points=40).sum() == pytest.approx(sum(customers) / 20, rel=0.02)
    assert lagged_load(day, 60, law).sum() == pytest.approx(sum(customers) / 20)


@pytest.mark.parametrize("of", LOADS)
def test_a_steady_day_settles_at_its_stationary_load(of):
    assert of(np.full(40, 6.0), 30, ServiceLaw.of(10, 1.3))[-1] == pytest.approx(2, rel=1e-2)


@pytest.mark.parametrize("of", LOADS)
def test_several_days_at_once(of):
    law = ServiceLaw.of(10)
    both = of([DAY, DAY[::-1]], 30, law)
    assert both.shape == (2, len(DAY))
    assert both[1].tolist() == pytest.approx(of(DAY[::-1], 30, law).tolist())
    assert of(np.zeros((2, 0)), 30, law).shape == (2, 0)


@pytest.mark.parametrize("of", LOADS)
@pytest.mark.parametrize(
    ("customers", "slot", "words"),
    [
        (3.0, 30, "slot by slot"),
        ([-1], 30, "customers must be numbers, at least 0"),
        ([np.nan], 30, "customers must be numbers"),
        ([1], 0, "slot_minutes is 0; it must be positive"),
    ],
)
def test_numbers_out_of_range_are_refused(of, customers, slot, words):
    with pytest.raises(ValueError, match=words):
        of(customers, slot, ServiceLaw.of(5))


@pytest.mark.parametrize("options", [{"delay_minutes": -1}, {"points": 0}])
def test_options_make_sense(options):
    with pytest.raises(ValueError, match="delay_minutes must not be negative and points must be at least 1"):
        modified_offered_load([1], 30, ServiceLaw.of(5), **options)

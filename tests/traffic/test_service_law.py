import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedsolver.traffic.erlang import mean_wait
from schedsolver.traffic.service_law import ServiceLaw, two_moment_time


@pytest.mark.parametrize(("cv", "shape"), [(0, "constant"), (1, "exponential"), (0.5, "lognormal"), (2, "lognormal")])
def test_the_shape_follows_from_the_cv(cv, shape):
    assert ServiceLaw.of(5, cv).shape == shape


@pytest.mark.parametrize("cv", [0, 0.4, 1, 1.8])
def test_draws_have_the_mean_and_cv(cv):
    times = ServiceLaw.of(7, cv).draw(np.random.default_rng(1), 400_000)
    assert times.mean() == pytest.approx(7, rel=0.02)
    assert times.std() / times.mean() == pytest.approx(cv, rel=0.05, abs=1e-12)


@pytest.mark.parametrize("cv", [0, 0.4, 1, 1.8])
def test_the_part_done_agrees_with_draws(cv):
    law = ServiceLaw.of(7, cv)
    times = law.draw(np.random.default_rng(2), 400_000)
    x = np.array([0.0, 1, 5, 7, 20, 500])
    assert law.expected_minimum(x) == pytest.approx(np.minimum(times[:, None], x).mean(axis=0), rel=0.02, abs=1e-12)


@given(st.floats(0.1, 100), st.floats(0.05, 3))
def test_in_the_end_a_whole_service_is_done(mean, cv):
    law = ServiceLaw.of(mean, cv)
    assert law.expected_minimum(1e9 * mean) == pytest.approx(mean)


@pytest.mark.parametrize(("cv", "factor"), [(0, 0.5), (1, 1), (2, 2.5)])
def test_two_moments_give_the_mean_wait_of_one_server(cv, factor):
    # Pollaczek and Khinchine: rho / (1 - rho) * (1 + cv^2) / 2 service times
    load, service = 0.75, 6.0
    assert mean_wait(1, load, two_moment_time(service, cv)) == pytest.approx(3 * factor * service)
    assert ServiceLaw.of(service, cv).residual_minutes == pytest.approx(factor * service)


def test_steady_arrivals_halve_the_variability():
    assert two_moment_time(10, service_cv=1, arrival_cv=0) == 5


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mean_minutes": 0}, "greater than 0"),
        ({"mean_minutes": 5, "cv": 2}, 'exponential service has cv 1, not 2; for another use "lognormal"'),
        ({"mean_minutes": 5, "cv": 1, "shape": "constant"}, "constant service has cv 0, not 1"),
        ({"mean_minutes": 5, "cv": 0, "shape": "lognormal"}, "lognormal service needs a cv above 0"),
    ],
)
def test_what_does_not_agree_is_refused(fields, words):
    with pytest.raises(ValueError, match=words):
        ServiceLaw(**fields)

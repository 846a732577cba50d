"""Late customers by equations: against Erlang C in the long run, simulation over the day, every small staffing."""

import itertools

import numpy as np
import pytest

from schedsolver.domain.promise import Promise
from schedsolver.errors import InfeasibleProblem
from schedsolver.simulate.customers import draw_customers
from schedsolver.simulate.figures import share_with_interval
from schedsolver.simulate.queue import serve
from schedsolver.traffic import transient
from schedsolver.traffic.erlang import service_level
from schedsolver.traffic.service_law import ServiceLaw
from schedsolver.traffic.transient import late_customers, staff_over_time

LAW = ServiceLaw.of(6.0)
PEAK = np.array([4.0, 12.0, 20.0, 9.0, 14.0, 5.0])


@pytest.mark.parametrize(("heads", "load", "limit"), [(3, 2.0, 5.0), (1, 0.7, 20.0), (8, 7.0, 2.0), (3, 2.0, 0.0)])
def test_in_the_long_run_it_is_erlang_c(heads, load, limit):
    come = load / LAW.mean_minutes * 30
    late = late_customers(np.full(40, come), np.full(40, heads), LAW, limit)
    assert late[-1] / come == pytest.approx(1 - service_level(heads, load, LAW.mean_minutes, limit), abs=5e-4)


@pytest.mark.parametrize("heads", [(2, 3, 4, 3, 3, 2), (1, 2, 6, 5, 4, 3), (0, 3, 4, 3, 5, 4), (3, 2, 2, 2, 4, 3)])
def test_over_the_day_it_is_what_a_simulation_counts(heads):
    chosen = np.array(heads)
    found = serve(draw_customers(PEAK[None], 30, [LAW], 4000, seed=1), PEAK, chosen, 10.0)
    share, low, high = share_with_interval(found.late[:, 0], found.customers[:, 0])
    expected = late_customers(PEAK, chosen, LAW, 10.0) / PEAK
    assert np.all((low - 0.02 <= expected) & (expected <= high + 0.02)), (share, expected)
    assert late_customers(PEAK, chosen, LAW, 10.0).sum() == pytest.approx(found.late.sum() / 4000, rel=0.04)


def test_heads_for_everybody_or_nobody():
    assert late_customers(PEAK, np.full(6, 60), LAW).sum() == pytest.approx(0, abs=1e-9)
    assert late_customers(PEAK, np.zeros(6, int), LAW) == pytest.approx(PEAK)
    # Half an hour before there is anybody, and a limit that reaches beyond it.
    assert late_customers([3.0, 0.0], [0, 60], LAW, 40.0).sum() == pytest.approx(0, abs=1e-6)
    assert late_customers([3.0, 0.0], [0, 60], LAW, 5.0)[0] == pytest.approx(3.0 * 25 / 30, rel=0.02)


def least(days, share, cap=1.0, most=4) -> int:
    """Fewest heads of all staffings, each tried."""
    total = sum(np.sum(day) for day in days)
    fronts = []
    for day in days:
        best: dict[int, float] = {}
        for heads in itertools.product(range(most + 1), repeat=len(day)):
            late = late_customers(day, heads, LAW, 10.0)
            if np.all(late <= cap * np.asarray(day) + 1e-9):
                best[sum(heads)] = min(best.get(sum(heads), np.inf), late.sum())
        fronts.append(best)
    sums = (
        (sum(which), sum(front[n] for front, n in zip(fronts, which, strict=True)))
        for which in itertools.product(*fronts)
    )
    return min(heads for heads, late in sums if late <= share * total)


@pytest.mark.parametrize(
    ("days", "share", "cap"),
    [
        ([[3.0, 9.0, 5.0]], 0.03, None), ([[3.0, 9.0, 5.0]], 0.1, None), ([[3.0, 9.0, 5.0]], 0.1, 0.12),
        ([[3.0, 9.0], [8.0, 1.0]], 0.05, None), ([[3.0, 9.0], [8.0, 1.0]], 0.05, 0.06), ([[0.0, 0.0]], 0.03, None),
    ],
)  # fmt: skip
def test_no_staffing_has_fewer_heads(days, share, cap):
    promise = Promise(wait_limit_minutes=10, late_share_of_day=share, late_share_of_slot=cap)
    found = staff_over_time(days, LAW, promise)
    late = [late_customers(day, heads, LAW, 10.0) for day, heads in zip(days, found, strict=True)]
    assert sum(map(np.sum, late)) <= share * sum(map(np.sum, days)) + 1e-6
    if cap is not None:
        assert all(np.all(own <= cap * np.asarray(day) + 1e-6) for own, day in zip(late, days, strict=True))
    assert sum(int(heads.sum()) for heads in found) == least(days, share, cap or 1.0)


def test_days_together_need_no_more_than_each_by_itself():
    days = [PEAK, PEAK / 2, PEAK / 4]
    promise = Promise(late_share_of_day=0.03)
    alone = sum(int(staff_over_time([day], LAW, promise)[0].sum()) for day in days)
    assert sum(int(heads.sum()) for heads in staff_over_time(days, LAW, promise)) < alone


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: late_customers(PEAK, [1, 2], LAW), r"heads have shape \(2,\), customers \(6,\)"),
        (lambda: late_customers([1.0], [-1], LAW), "at least 0"),
        (lambda: late_customers([np.nan], [1], LAW), "finite numbers"),
        (lambda: late_customers([-1.0], [1], LAW), "at least 0"),
        (lambda: late_customers([1.0], [1], ServiceLaw.of(6, 2)), "service is lognormal; the equations know"),
        (lambda: staff_over_time([PEAK], LAW, Promise(late_share_of_slot=0.1)), "give late_share_of_day"),
        (lambda: staff_over_time([PEAK], LAW, Promise(late_share_of_day=0.1, occupancy_of_slot=0.9)), "alone"),
        (lambda: staff_over_time([PEAK], LAW, Promise(late_share_of_day=0.1, mean_wait_of_slot=9)), "alone"),
    ],
)
def test_what_means_nothing_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_cap_that_cannot_be_kept_is_told(monkeypatch):
    monkeypatch.setattr(transient, "heads_needed", lambda *_: np.zeros(2))
    promise = Promise(late_share_of_day=0.5, late_share_of_slot=0.1)
    with pytest.raises(InfeasibleProblem, match="day 0: not even 5 heads more than Erlang C asks for keep 10"):
        staff_over_time([np.full(2, 50.0)], LAW, promise)
    assert staff_over_time([np.full(2, 20.0)], LAW, promise)[0].sum() <= 10, "five are enough"

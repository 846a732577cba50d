import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.forecast_backtest import EFFECTS
from schedsolver.domain import Activity, Horizon, OpeningHours, Outlet
from schedsolver.errors import InvalidProblem
from schedsolver.traffic.backtest import backtest, totals, wape
from schedsolver.traffic.bands import band, negative_binomial_quantile
from schedsolver.traffic.counts import Counts, read_counts
from schedsolver.traffic.forecast import forecast, seasonal_naive
from schedsolver.traffic.staffing import required_cells
from tests.io.formats.public import DATA, needs
from tests.tiny import tiny
from tests.traffic.series import MONDAY, STARTS, counts_from, days, lawful


def below(k, mean, phi) -> float:
    """P(X <= k) by the closed form of the negative binomial, or of Poisson."""
    if phi == 0:
        return math.fsum(math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(k + 1))
    r = 1 / phi
    logs = (math.lgamma(i + r) - math.lgamma(r) - math.lgamma(i + 1) for i in range(k + 1))
    return math.fsum(
        math.exp(log - r * math.log1p(mean / r) + i * math.log(mean / (r + mean))) for i, log in enumerate(logs)
    )


@given(st.floats(0.05, 120), st.sampled_from([0, 0.01, 0.2, 3]), st.sampled_from([0.05, 0.1, 0.5, 0.9, 0.99]))
def test_quantiles_are_the_least_counts_with_the_probability(mean, phi, probability):
    k = int(negative_binomial_quantile(probability, mean, phi))
    assert below(k, mean, phi) >= probability - 1e-6
    assert k == 0 or below(k - 1, mean, phi) < probability + 1e-6


def test_quantiles_broadcast_and_do_not_vanish_at_large_means():
    found = negative_binomial_quantile(0.5, [[0], [3000]], [0, 0.01])
    assert found.shape == (2, 2)
    assert found[0].tolist() == [0, 0]
    assert found[1, 0] == 3000  # the median of Poisson is within ln 2 and 1/3 of the mean
    assert 2980 < found[1, 1] < 3000


def test_a_probability_next_to_1_comes_to_an_end():
    assert 100 < negative_binomial_quantile(np.nextafter(1, 0), 50, 0) < 200


def test_bands_hold_what_they_promise():
    random = np.random.default_rng(1)
    mean, phi = np.array([20.0, 60.0]), 0.1
    low, high = band(0.8, mean, phi)
    drawn = random.negative_binomial(1 / phi, 1 / (1 + phi * mean), (20_000, 2))
    share = ((drawn >= low) & (drawn <= high)).mean(axis=0)
    assert (share >= 0.795).all()
    assert (share <= 0.84).all()  # whole counts hold a little more


@pytest.mark.parametrize(("probability", "mean", "phi"), [(0, 1, 1), (1, 1, 1), (0.5, -1, 1), (0.5, 1, np.nan)])
def test_quantiles_of_nothing_are_refused(probability, mean, phi):
    with pytest.raises(ValueError, match="must"):
        negative_binomial_quantile(probability, mean, phi)
    with pytest.raises(ValueError, match="share of a band"):
        band(1.0, 1, 1)


def test_a_forecast_has_a_row_for_each_slot_with_its_band():
    found = forecast(counts_from(days(140), lawful(days(140))), days(7, MONDAY + dt.timedelta(days=140)))
    table = found.table
    assert list(table.columns) == ["outlet", "activity", "date", "start", "customers", "low", "high"]
    assert len(table) == 28
    np.testing.assert_allclose(table["customers"], lawful(days(7)).ravel(), rtol=0.03)
    assert (table["low"] <= table["customers"]).all()
    assert (table["customers"] <= table["high"]).all()
    assert set(found.notes["outlet"]) == {"Hub"}


def test_bands_cover_simulated_weeks_not_seen():
    random = np.random.default_rng(11)
    history, ahead = days(280), days(56, MONDAY + dt.timedelta(days=280))

    def noisy(dates):
        mean = 3 * lawful(dates)
        return random.negative_binomial(20, 1 / (1 + mean / 20)).astype(float)

    table = forecast(counts_from(history, noisy(history)), ahead, band_share=0.9).table
    came = noisy(ahead).ravel()
    covered = ((came >= table["low"]) & (came <= table["high"])).mean()
    assert 0.86 < covered < 0.97  # of 224 slots; standard error 0.02


def test_every_outlet_and_activity_is_forecast_by_itself():
    both = pd.concat(
        counts_from(days(70), lawful(days(70)) * times, outlet, activity).table
        for outlet, activity, times in (("Hub", "counter", 1), ("Hub", "fx", 0.5), ("Sat", "counter", 2))
    )
    counts = Counts(both, 30, counts_from(days(1), np.ones((1, 4))).report)
    sums = forecast(counts, [MONDAY]).table.groupby(["outlet", "activity"])["customers"].sum()
    assert sums.index.tolist() == [("Hub", "counter"), ("Hub", "fx"), ("Sat", "counter")]
    np.testing.assert_allclose(sums / sums.iloc[0], [1, 0.5, 2], rtol=0.05)


def test_no_history_is_refused():
    empty = Counts(
        counts_from(days(1), np.ones((1, 4))).table.iloc[:0], 30, counts_from(days(1), np.ones((1, 4))).report
    )
    with pytest.raises(InvalidProblem, match="no history"):
        forecast(empty, [MONDAY])


def test_seasonal_naive_takes_the_last_such_weekday_known():
    customers = np.arange(14 * 4, dtype=float).reshape(14, 4)
    customers[7] = [np.nan, 90, 91, 92]  # of the second Monday the first slot is unknown
    naive = seasonal_naive(counts_from(days(14), customers), days(8, MONDAY + dt.timedelta(days=14)))
    assert naive["customers"].tolist()[:8] == [0, 90, 91, 92, *range(32, 36)]
    assert naive["customers"].tolist()[28:] == [0, 90, 91, 92]
    alone = seasonal_naive(counts_from(days(1), customers[:1]), days(2))
    assert alone["customers"].isna().tolist() == [False] * 4 + [True] * 4


def test_the_error_is_weighted_by_customers():
    assert wape([10, 0, 30], [8, 2, 33]) == pytest.approx(7 / 40)
    with pytest.raises(ValueError, match="shape"):
        wape([1, 2], [1])
    with pytest.raises(ValueError, match="no customer"):
        wape([0], [1])


def test_a_backtest_knows_nothing_of_what_it_forecasts():
    customers = np.tile(np.arange(28, dtype=float)[:, None] + 1, (1, 4))
    known_to = []

    def constant(counts, dates):
        known_to.append(counts.table["date"].max())
        return seasonal_naive(counts, dates).assign(customers=20.0, low=15, high=20)

    first = MONDAY + dt.timedelta(days=14)
    tested = backtest(counts_from(days(28), customers), {"constant": constant}, [first], lead_days=3)
    assert known_to == [pd.Timestamp(first) - pd.Timedelta(days=3)]
    # Days 15 to 21; naive knows days 1 to 12: the last such weekday is day 8 to 12, then day 6 and 7.
    own, naive = (tested.set_index("method").loc[name] for name in ("constant", "seasonal_naive"))
    assert own["absolute_error"] == 4 * (5 + 4 + 3 + 2 + 1 + 0 + 1)
    assert naive["absolute_error"] == 4 * (5 * 7 + 2 * 14)
    assert own["customers"] == naive["customers"] == 4 * 126
    assert own["wape"] == pytest.approx(16 / 126)
    assert own["covered"] == pytest.approx(6 / 7)
    assert np.isnan(naive["covered"])
    summed = totals(tested)
    assert summed.index.tolist() == ["constant", "seasonal_naive"]
    assert summed["best_of"].tolist() == [1, 0]
    assert summed.loc["constant", "wape"] == pytest.approx(16 / 126)
    assert summed.loc["constant", "covered"] == pytest.approx(6 / 7)


def test_the_error_of_several_weeks_weighs_them_by_customers():
    customers = np.ones((28, 4)) * np.repeat([1, 1, 3, 10], 7)[:, None]
    tested = backtest(counts_from(days(28), customers), {}, [MONDAY + dt.timedelta(days=d) for d in (14, 21)])
    assert tested["wape"].tolist() == pytest.approx([2 / 3, 7 / 10])
    assert totals(tested).loc["seasonal_naive", "wape"] == pytest.approx((2 + 7) / (3 + 10))


def test_backtests_without_a_past_or_with_holes_are_refused():
    counts = counts_from(days(14), lawful(days(14)))
    with pytest.raises(InvalidProblem, match="no counts for the period"):
        backtest(counts, {}, [MONDAY])
    half = {"half": lambda known, dates: seasonal_naive(known, dates[:3])}
    with pytest.raises(InvalidProblem, match='"half" says nothing of 16 slots'):
        backtest(counts, half, [MONDAY + dt.timedelta(days=7)])


def bank(**changes):
    tables = {
        "activities": (Activity(activity_id="counter", service_minutes=10),),
        "opening": tuple(
            OpeningHours(outlet_id=outlet, weekday=0, start="09:30", end="11:00") for outlet in ("Hub", "Sat")
        ),
        "horizon": Horizon(start=MONDAY, days=2, slot_minutes=30),
        "outlets": (Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")),
        "permissions": (),
    }
    return tiny(**(tables | changes))


def test_a_forecast_becomes_the_traffic_of_a_problem():
    found = forecast(counts_from(days(140), lawful(days(140))), days(2))
    problem = bank()
    rows, left = found.arrivals_for(problem)
    assert [(r.outlet_id, r.activity_id, r.date, r.start) for r in rows] == [
        ("Hub", "counter", MONDAY, start) for start in (570, 600, 630)
    ]
    assert [r.customers for r in rows] == pytest.approx(found.table["customers"].tolist()[1:4], abs=1e-6)
    assert left["why"].tolist() == ["outside the opening hours"] * 5
    assert left["customers"].sum() + sum(r.customers for r in rows) == pytest.approx(found.table["customers"].sum())
    heads = {(c.outlet, c.slot): c.heads for c in required_cells(problem.replace(traffic=rows))}
    # About 40 customers of 10 minutes in half an hour are 13.3 erlangs, which 13 heads do not serve.
    assert heads[0, 19] >= 14


def test_what_a_problem_does_not_have_is_left_out_with_the_reason():
    found = forecast(counts_from(days(70), lawful(days(70)), "Sta"), days(2))
    assert set(found.arrivals_for(bank())[1]["why"]) == {"the problem has no such outlet"}
    found = forecast(counts_from(days(70), lawful(days(70)), "Hub", "coutner"), days(2))
    assert set(found.arrivals_for(bank())[1]["why"]) == {"the problem has no such activity"}
    found = forecast(counts_from(days(70), lawful(days(70))), days(1, MONDAY - dt.timedelta(days=1)))
    assert set(found.arrivals_for(bank())[1]["why"]) == {"outside the horizon"}


@pytest.mark.parametrize(("slot", "rows"), [(15, 8), (30, 4), (60, 2)])
def test_other_slots_hold_the_same_customers(slot, rows):
    found = forecast(counts_from(days(70), lawful(days(70))), [MONDAY])
    arrivals = found.arrivals(slot)
    assert [a.start for a in arrivals] == list(range(540, 660, slot))
    assert len(arrivals) == rows
    assert sum(a.customers for a in arrivals) == pytest.approx(found.table["customers"].sum(), abs=1e-4)
    first = found.table["customers"].iloc[0]
    wanted = {15: first / 2, 30: first, 60: first + found.table["customers"].iloc[1]}
    assert arrivals[0].customers == pytest.approx(wanted[slot], abs=1e-5)


def test_a_busy_case_takes_the_upper_limits():
    found = forecast(counts_from(days(70), lawful(days(70))), [MONDAY])
    assert [a.customers for a in found.arrivals(column="high")] == found.table["high"].tolist()
    with pytest.raises(InvalidProblem, match='no column "median"'):
        found.arrivals(column="median")
    with pytest.raises(InvalidProblem, match="30-minute slots do not fit into 20-minute slots"):
        found.arrivals(20)


def test_empty_slots_have_no_row():
    customers = lawful(days(70))
    customers[:, 0] = 0
    found = forecast(counts_from(days(70), customers), [MONDAY])
    assert [row.start for row in found.arrivals()] == STARTS[1:].tolist()


@needs("traffic")
def test_the_forecast_beats_seasonal_naive_in_weeks_held_back():
    path = DATA / "traffic" / "anonymous_bank_1999_30min.csv"
    counts = read_counts(path, 30, columns={"customers": "calls"}, outlet="bank", activity="calls")
    first_days = [dt.date(1999, 9, 5) + dt.timedelta(weeks=2 * i) for i in range(8)]
    tested = backtest(counts, {"profile": lambda c, d: forecast(c, d, EFFECTS).table}, first_days)
    summed = totals(tested)
    assert summed.loc["profile", "wape"] < 0.85 * summed.loc["seasonal_naive", "wape"]
    assert summed.loc["profile", "best_of"] == 8
    assert 0.75 < summed.loc["profile", "covered"] < 0.9

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedsolver.domain import Calendar, SpecialDay
from schedsolver.errors import InvalidProblem
from schedsolver.traffic.effects import CalendarEffects, day_features
from schedsolver.traffic.factors import WEEKDAYS, design, fit_factors
from schedsolver.traffic.profiles import Memory, fit_profile
from tests.traffic.series import BY_WEEKDAY, MONDAY, SHARES, STARTS, days, lawful

CHINA = CalendarEffects(Calendar(country="CN"), paydays={"pension": (15,)})


def dates_with(effect, dates, effects) -> list[str]:
    features = day_features(dates, effects)
    return [str(date) for date in features.index[features[effect]]]


def test_what_a_chinese_autumn_is_made_of():
    # 2025: 1 to 8 October off, 28 September and 11 October worked; the statutory days are 1-3 and 6 October.
    autumn = days(24, dt.date(2025, 9, 24))
    assert dates_with("swapped_workday", autumn, CHINA) == ["2025-09-28", "2025-10-11"]
    assert dates_with("rest_in_lieu", autumn, CHINA) == ["2025-10-07", "2025-10-08"]
    assert dates_with("holiday", autumn, CHINA) == ["2025-10-01", "2025-10-02", "2025-10-03", "2025-10-06"]
    assert dates_with("before_holiday", autumn, CHINA) == ["2025-09-30", "2025-10-05"]
    assert dates_with("after_holiday", autumn, CHINA) == ["2025-10-04", "2025-10-07"]
    assert dates_with("month_end", autumn, CHINA) == ["2025-09-30"]
    assert dates_with("pension", autumn, CHINA) == ["2025-10-15"]
    weekdays = day_features(autumn, CHINA)["weekday"]
    assert weekdays[dt.date(2025, 9, 28)] == -1
    assert weekdays[dt.date(2025, 9, 27)] == 5


def test_pay_comes_before_a_day_off_even_into_the_month_before():
    effects = CalendarEffects(paydays={"first": (1,), "last": (31,)})
    # 1 February and 1 March 2026 are Sundays, 28 February a Saturday.
    assert dates_with("first", days(59, dt.date(2026, 1, 2)), effects) == ["2026-01-30", "2026-02-27"]
    assert dates_with("last", days(59, dt.date(2026, 1, 2)), effects) == ["2026-01-30", "2026-02-27"]


def test_special_days_take_precedence():
    effects = CalendarEffects(special_days=(SpecialDay(date=MONDAY, kind="holiday"),), month_end_days=2)
    assert dates_with("holiday", days(7), effects) == ["2026-03-02"]
    assert dates_with("after_holiday", days(7), effects) == ["2026-03-03"]
    assert dates_with("month_end", days(31, dt.date(2026, 3, 1)), effects) == ["2026-03-30", "2026-03-31"]


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"paydays": {"pay": (0,)}}, '"pay" falls on day 0'),
        ({"paydays": {"holiday": (1,)}}, '"holiday" is taken'),
        ({"month_end_days": -1}, "month_end_days is -1"),
    ],
)
def test_effects_that_cannot_be_are_refused(fields, match):
    with pytest.raises(InvalidProblem, match=match):
        CalendarEffects(**fields)


def test_a_law_is_found_again():
    history = days(140)
    profile = fit_profile(history, STARTS, lawful(history))
    week = days(7, MONDAY + dt.timedelta(days=140))
    np.testing.assert_allclose(profile.expected(week), lawful(week), rtol=0.03)
    assert profile.level == pytest.approx(1, abs=0.01)
    assert profile.notes[0] == "no day of swapped_workday in the history: taken as a workday of no particular weekday, with a wider band"  # fmt: skip  # noqa: E501


def test_weekday_factors_are_against_their_kind():
    history = days(140)
    table = fit_profile(history, STARTS, lawful(history)).factors.table(weekend=(5, 6)).set_index("effect")
    logs = np.log(BY_WEEKDAY)
    expected = np.exp(logs - np.r_[np.full(5, logs[:5].mean()), np.full(2, logs[5:].mean())])
    np.testing.assert_allclose(table.loc[list(WEEKDAYS), "factor"], expected, rtol=0.03)
    assert (table["low"] < table["factor"]).all()
    assert (table["factor"] < table["high"]).all()
    assert table.loc["Monday", "days"] == 20
    assert table.loc["rest_day", "days"] == 40


def test_the_level_follows_recent_weeks():
    history = days(140)
    raised = lawful(history) * np.where(np.arange(140) < 112, 1.0, 1.5)[:, None]
    ahead = days(7, MONDAY + dt.timedelta(days=140))
    quick = fit_profile(history, STARTS, raised, memory=Memory(level_days=5)).expected(ahead)
    slow = fit_profile(history, STARTS, raised, memory=Memory(level_days=500)).expected(ahead)
    np.testing.assert_allclose(quick, 1.5 * lawful(ahead), rtol=0.06)
    assert slow.sum() < 1.25 * lawful(ahead).sum()


def test_a_day_counts_half_at_the_age_said():
    history = days(140)
    raised = lawful(history) * np.where(np.arange(140) < 112, 1.0, 1.5)[:, None]
    profile = fit_profile(history, STARTS, raised, memory=Memory(level_days=28))
    # Five blocks of four weeks weigh 1, 1/2, ... 1/16; the youngest has half as much again.
    level = 1 + 0.5 / (1 + 1 / 2 + 1 / 4 + 1 / 8 + 1 / 16)
    assert profile.expected(days(7)).sum() == pytest.approx(level * BY_WEEKDAY.sum(), rel=0.01)


def test_bands_widen_with_the_lead():
    history = days(350)
    drift = np.exp(np.cumsum(np.random.default_rng(4).normal(0, 0.05, 350)))
    customers = 20 * lawful(history) * drift[:, None]
    near, far = (
        fit_profile(history, STARTS, customers, memory=Memory(level_days=3, lead_days=lead)).dispersion[0]
        for lead in (1, 28)
    )
    assert far > 2 * near


def test_days_before_holidays_have_a_shape_of_their_own():
    history = days(280)
    effects = CalendarEffects(special_days=tuple(SpecialDay(date=date, kind="holiday") for date in history[11::11]))
    before = day_features(history, effects)["before_holiday"].to_numpy()
    skewed = np.where(before[:, None], lawful(history)[:, ::-1], lawful(history))
    profile = fit_profile(history, STARTS, skewed, effects, Memory(shape_customers=1))
    eve, ordinary = profile.expected([history[10], history[17]])
    np.testing.assert_allclose(eve / eve.sum(), SHARES[::-1], atol=0.01)
    np.testing.assert_allclose(ordinary / ordinary.sum(), SHARES, atol=0.05)


def test_calendar_factors_are_found_and_applied():
    effects = CalendarEffects(paydays={"pay": (10,)}, month_end_days=0)
    history = days(600)
    paid = day_features(history, effects)["pay"].to_numpy()
    profile = fit_profile(history, STARTS, lawful(history) * np.where(paid, 1.6, 1.0)[:, None], effects)
    factor = profile.factors.table(weekend=(5, 6)).set_index("effect").loc["pay"]
    assert factor["factor"] == pytest.approx(1.6, rel=0.05)
    assert factor["low"] < 1.6 < factor["high"]
    assert factor["days"] == 20


def test_a_factor_with_few_days_is_drawn_to_none():
    history = days(140)
    dates = (history[30], history[65])
    special = tuple(SpecialDay(date=date, kind="holiday") for date in dates)
    effects = CalendarEffects(special_days=special)
    seen = np.isin(np.arange(140), (30, 65))
    profile = fit_profile(history, STARTS, lawful(history) * np.where(seen, 0.1, 1)[:, None], effects)
    factor = profile.factors.table(weekend=(5, 6)).set_index("effect").loc["holiday", "factor"]
    # The Wednesdays at a tenth are 8 customers; rest days have 28 in the geometric mean.
    assert 8 / 28 < factor < 0.6
    assert "2 day(s) of holiday in the history: its factor is drawn to that of a rest day" in profile.notes


def test_days_never_seen_stand_in_for_by_their_kind():
    history = [date for date in days(70) if date.weekday() not in (2, 5, 6)]
    profile = fit_profile(history, STARTS, lawful(history))
    wednesday = profile.expected([MONDAY + dt.timedelta(days=72)]).sum()
    assert wednesday == pytest.approx(np.exp(np.log(BY_WEEKDAY[[0, 1, 3, 4]]).mean()), rel=0.04)
    assert "no Wednesday in the history: taken as the mean of workdays" in profile.notes
    assert "no rest day in the history: taken as a workday, which is a guess" in profile.notes
    known, unknown = profile.dispersion_on([MONDAY + dt.timedelta(days=d) for d in (70, 72)])
    assert unknown > known + 0.1


def test_short_history_is_said():
    profile = fit_profile(days(3), STARTS, lawful(days(3)))
    assert profile.notes[0].startswith("3 days of history")
    assert np.isfinite(profile.expected(days(30))).all()


def test_unknown_slots_are_not_taken_for_empty():
    history = days(140)
    holes = lawful(history)
    holes[::3, 1] = np.nan
    holes[5] = np.nan
    ahead = days(7, MONDAY + dt.timedelta(days=140))
    np.testing.assert_allclose(fit_profile(history, STARTS, holes).expected(ahead), lawful(ahead), rtol=0.03)


def test_shapes_differ_by_weekday_as_far_as_customers_tell():
    history = days(140)
    friday = np.array([date.weekday() == 4 for date in history])
    skewed = np.where(friday[:, None], lawful(history)[:, ::-1], lawful(history))
    expected = fit_profile(history, STARTS, skewed, memory=Memory(shape_customers=1)).expected(days(7))
    np.testing.assert_allclose(expected[4] / expected[4].sum(), SHARES[::-1], atol=0.01)
    drawn = fit_profile(history, STARTS, skewed, memory=Memory(shape_customers=1e9)).expected(days(7))
    np.testing.assert_allclose(drawn[4] / drawn[4].sum(), drawn[0] / drawn[0].sum(), atol=1e-3)


def test_dispersion_is_found_again():
    random = np.random.default_rng(7)
    history = days(700)
    noisy = random.negative_binomial(10, 1 / (1 + lawful(history) * 5 / 10)).astype(float)  # phi = 1/10, five times
    profile = fit_profile(history, STARTS, noisy)
    assert profile.dispersion[0] == pytest.approx(0.1, rel=0.15)
    poisson = fit_profile(history, STARTS, random.poisson(lawful(history) * 5).astype(float))
    assert poisson.dispersion[0] < 0.002


def test_factors_solve_the_penalised_score_equations():
    # An independent check of the fit: at the posterior mode the gradient vanishes.
    random = np.random.default_rng(3)
    history = days(90)
    features = day_features(history, CalendarEffects())
    totals = random.poisson(lawful(history).sum(axis=1)).astype(float)
    exposure, phi = random.uniform(0.5, 1, 90), np.full(90, 0.05)
    names = CalendarEffects().names
    fitted = fit_factors(features, names, totals, exposure, phi)
    rows = design(features, fitted.names)
    mean = exposure * np.exp(rows @ fitted.log_factors)
    spread = np.array([5, 1.5, *[0.5] * 7, *[{"holiday": 1.0}.get(name, 0.3) for name in names]])
    centre = np.zeros(len(spread))
    centre[0] = np.log(totals.sum() / exposure.sum())
    gradient = rows.T @ ((totals - mean) / (1 + 0.05 * mean)) - (fitted.log_factors - centre) / spread**2
    np.testing.assert_allclose(gradient, 0, atol=1e-5)


@pytest.mark.parametrize(
    ("dates", "customers", "match"),
    [
        ([MONDAY, MONDAY], np.ones((2, 4)), "ascending"),
        ([MONDAY], -np.ones((1, 4)), "below 0"),
        ([MONDAY], np.zeros((1, 4)), "no customer"),
    ],
)
def test_histories_that_cannot_be_are_refused(dates, customers, match):
    with pytest.raises(InvalidProblem, match=match):
        fit_profile(dates, STARTS, customers)


def test_memory_must_be_positive():
    with pytest.raises(InvalidProblem, match="level_days is 0"):
        Memory(level_days=0)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(0, 2**31), st.floats(0.05, 50))
def test_any_history_gives_a_usable_profile(number, seed, scale):
    random = np.random.default_rng(seed)
    customers = random.poisson(scale, (number, 4)).astype(float)
    customers[random.random(customers.shape) < 0.2] = np.nan
    customers[0, 0] = 1
    profile = fit_profile(days(number), STARTS, customers, CHINA)
    ahead = days(60, MONDAY + dt.timedelta(days=number))
    expected, dispersion = profile.expected(ahead), profile.dispersion_on(ahead)
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
    assert (dispersion > 0).all()
    shares = profile.shapes.of(day_features(ahead, CHINA))
    np.testing.assert_allclose(shares.sum(axis=1), 1)

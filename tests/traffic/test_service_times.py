import math

import numpy as np
import pandas as pd
import pytest

from schedsolver.domain import Activity
from schedsolver.errors import InvalidProblem
from schedsolver.traffic.records import read_records
from schedsolver.traffic.service_times import (
    Override,
    lognormal_of,
    service_table,
    service_times,
    with_service_times,
)
from tests.io.formats.public import DATA, needs
from tests.tiny import tiny


def records(**seconds):
    rows = [(name, f"2026-03-09 09:{i % 60:02}:{i // 60:02}", 0, s) for name, times in seconds.items()
            for i, s in enumerate(times)]  # fmt: skip
    columns = ["activity", "arrival", "wait_seconds", "service_seconds"]
    return read_records(pd.DataFrame(rows, columns=columns), outlet="Hub")


def test_mean_and_cv_by_activity():
    times = service_times(records(counter=[120] * 50 + [360] * 50, fx=[600] * 60))
    counter, fx = times["counter"], times["fx"]
    assert (counter.customers, counter.mean_minutes, counter.cv) == (100, pytest.approx(4), pytest.approx(0.5))
    assert counter.log_mean == pytest.approx((math.log(2) + math.log(6)) / 2)
    assert counter.log_sd == pytest.approx(math.log(3) / 2)
    assert (fx.mean_minutes, fx.source) == (10, "measured")
    # Half the customers take 2 minutes, where the fitted distribution function is 0.159.
    assert counter.fit_distance == pytest.approx(0.5 - 0.158655, abs=1e-5)


def test_the_distance_is_the_larger_of_both_sides():
    # Nine in ten take an hour, a third of a standard deviation above the mean of the logarithms.
    found = service_times(records(counter=[120] * 10 + [3600] * 90))["counter"]
    assert found.fit_distance == pytest.approx(0.630559 - 0.1, abs=1e-5)


def test_a_lognormal_is_found_again():
    random = np.random.default_rng(5)
    found = service_times(records(counter=60 * random.lognormal(1.2, 0.7, 3000)))["counter"]
    assert found.log_mean == pytest.approx(1.2, abs=0.04)
    assert found.log_sd == pytest.approx(0.7, abs=0.03)
    assert found.fit_distance < 1.36 / math.sqrt(3000)


def test_few_customers_are_mixed_with_all():
    times = service_times(records(counter=[240] * 180, fx=[840] * 20))
    fx = times["fx"]
    # 20 of its own at 14 minutes and 20 of all, whose mean is 5 = (180 * 4 + 20 * 14) / 200.
    assert (fx.mean_minutes, fx.source, fx.customers) == (pytest.approx(9.5), "mixed", 20)
    second = (14**2 + (0.9 * 4**2 + 0.1 * 14**2)) / 2
    assert fx.cv == pytest.approx(math.sqrt(second - 9.5**2) / 9.5)
    assert (fx.log_mean, fx.log_sd) == lognormal_of(fx.mean_minutes, fx.cv)
    assert math.isnan(fx.fit_distance)


def test_overrides_win_and_say_so():
    overrides = {"counter": Override(3), "audit": Override(2, cv=0.4)}
    times = service_times(records(counter=[120] * 50 + [360] * 50), overrides)
    assert list(times) == ["audit", "counter"]
    assert (times["counter"].mean_minutes, times["counter"].cv) == (3, pytest.approx(0.5))
    assert (times["audit"].mean_minutes, times["audit"].cv, times["audit"].source) == (2, 0.4, "stated")
    assert times["audit"].customers == 0


def test_only_those_served_count():
    rows = [("2026-03-09 09:00", 0, 60, "served"), ("2026-03-09 09:01", 0, 600, "abandoned"),
            ("2026-03-09 09:02", 0, 5, "served")]  # fmt: skip
    columns = ["arrival", "wait_seconds", "service_seconds", "outcome"]
    read = read_records(pd.DataFrame(rows, columns=columns), outlet="Hub", activity="counter")
    assert service_times(read)["counter"].customers == 2
    assert service_times(read, shortest_seconds=10)["counter"].mean_minutes == pytest.approx(1)


def test_no_service_time_at_all_is_refused():
    read = read_records(pd.DataFrame({"arrival": ["2026-03-09 09:00"]}), outlet="Hub", activity="counter")
    with pytest.raises(InvalidProblem, match=r'no service time is known of "counter".*Override'):
        service_times(read)
    assert service_times(read, {"counter": Override(4)})["counter"].cv == 1.0


@pytest.mark.parametrize("figures", [{"mean_minutes": 0}, {"mean_minutes": math.inf}, {"mean_minutes": 3, "cv": -1}])
def test_overrides_must_be_above_0(figures):
    with pytest.raises(InvalidProblem, match="give a number above 0"):
        Override(**figures)


def test_samples_have_the_mean_and_cv():
    time = service_times(records(counter=[120] * 50 + [360] * 50))["counter"]
    drawn = time.sample(np.random.default_rng(2), (200, 1000))
    assert drawn.shape == (200, 1000)
    assert drawn.mean() == pytest.approx(4, rel=0.01)
    assert drawn.std() / drawn.mean() == pytest.approx(0.5, rel=0.02)


def test_a_problem_takes_the_means():
    counter, calls = Activity(activity_id="counter", service_minutes=9), Activity(activity_id="calls", deferrable=True)
    problem = tiny(activities=(counter, calls), permissions=())
    times = service_times(records(counter=[120] * 30 + [360] * 30))
    taken = with_service_times(problem, times).activities
    assert [a.service_minutes for a in taken] == [4.0, None]
    assert [a.service_cv for a in taken] == pytest.approx([0.5, 1.0])
    with pytest.raises(InvalidProblem, match=r'no activity "conter" \(did you mean "counter"\?\)'):
        with_service_times(problem, service_times(records(conter=[240])))


@needs("traffic")
def test_a_month_of_a_real_call_centre():
    path = DATA / "traffic" / "anonymous_bank_1999-02_service.csv"
    columns = {"activity": "type", "wait_seconds": "queue_seconds"}
    table = service_table(service_times(read_records(path, columns=columns, outlet="bank"))).set_index("activity")
    raw = pd.read_csv(path)
    ours = raw[(raw["outcome"] == "AGENT") & (raw["service_seconds"] > 0)].groupby("type")["service_seconds"]
    np.testing.assert_allclose(table["mean_minutes"], ours.mean() / 60)
    np.testing.assert_allclose(table["cv"], ours.std(ddof=0) / ours.mean())
    assert table["customers"].tolist() == ours.size().tolist()

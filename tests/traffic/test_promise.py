import itertools

import numpy as np
import pytest

from schedsolver.domain.promise import Promise
from schedsolver.errors import InfeasibleProblem
from schedsolver.traffic.erlang import heads_needed, mean_wait, service_level
from schedsolver.traffic.erlang_a import erlang_a
from schedsolver.traffic.promise import Tables, expected, queue_tables, staff_to_promise
from schedsolver.traffic.service_law import ServiceLaw

LAW = ServiceLaw.of(15)
CUSTOMERS = np.array([6.0, 14, 3])
LOAD = CUSTOMERS / 2


def tables(**options) -> Tables:
    return queue_tables(CUSTOMERS, LOAD, LAW, **options)


# ---------------------------------------------------------------- tables


def test_tables_are_the_formulas():
    found = tables(most_heads=9)
    assert found.late_share.shape == (3, 10)
    assert found.late_share[1, 8] == pytest.approx(1 - service_level(8, 7, 15, 20))
    assert found.mean_wait[1, 8] == pytest.approx(mean_wait(8, 7, 15))
    assert found.occupancy[1, 8] == pytest.approx(7 / 8)
    assert found.occupancy[1, 3] == found.occupancy[1, 0] == found.late_share[1, 7] == 1
    assert found.late_customers[1, 8] == pytest.approx(14 * found.late_share[1, 8])


def test_service_that_varies_more_waits_longer():
    found = queue_tables(CUSTOMERS, LOAD, ServiceLaw.of(15, cv=2), 20, most_heads=9)
    assert found.mean_wait[1, 8] == pytest.approx(2.5 * mean_wait(8, 7, 15))
    assert found.late_share[1, 8] == pytest.approx(1 - service_level(8, 7, 2.5 * 15, 20))


def test_impatient_customers_follow_erlang_a():
    found, queue = tables(most_heads=5, patience_minutes=30), erlang_a(5, 7, 15, 30, 20)
    assert found.late_share[1, 5] == pytest.approx(queue.late_share)
    assert found.mean_wait[1, 5] == pytest.approx(queue.mean_wait)
    assert found.occupancy[1, 5] == pytest.approx(queue.occupancy)


def test_slots_without_customers_need_nobody():
    found = queue_tables([0, 5], [1.0, 2.5], LAW)
    assert staff_to_promise(found, Promise(late_share_of_slot=0.03)).heads.tolist() == [
        0,
        heads_needed(2.5, 15, 20, 0.97),
    ]


# ---------------------------------------------------------------- promises


def test_a_bound_on_each_slot_is_staffing_slot_by_slot():
    found = staff_to_promise(tables(), Promise(late_share_of_slot=0.03))
    assert found.heads.tolist() == heads_needed(LOAD, 15, 20, 0.97).tolist()
    assert found.worst_late_share == found.late_share.max() <= 0.03


def test_the_day_is_chosen_together():
    table, promise = tables(most_heads=12), Promise(late_share_of_day=0.03, late_share_of_slot=0.15)
    found = staff_to_promise(table, promise)
    fewest = min(
        sum(heads)
        for heads in itertools.product(range(13), repeat=3)
        if (late := table.late_share[range(3), heads]).max() <= 0.15 and late @ CUSTOMERS <= 0.03 * CUSTOMERS.sum()
    )
    assert found.heads.sum() == fewest < staff_to_promise(table, Promise(late_share_of_slot=0.03)).heads.sum()
    assert found.late_share_of_day == pytest.approx(found.late_share @ CUSTOMERS / CUSTOMERS.sum())
    assert found.late_share_of_day <= 0.03
    assert found.worst_late_share <= 0.15


def test_a_cap_on_slots_costs_heads():
    loose, tight = (
        staff_to_promise(tables(), Promise(late_share_of_day=0.03, late_share_of_slot=cap)) for cap in (1, 0.03)
    )
    assert tight.heads.sum() >= loose.heads.sum()
    assert tight.worst_late_share <= 0.03 < loose.worst_late_share


def test_mean_wait_and_occupancy_can_be_promised():
    by_wait = staff_to_promise(tables(), Promise(mean_wait_of_slot=2))
    assert np.all(by_wait.mean_wait <= 2)
    assert np.all(mean_wait(by_wait.heads - 1, LOAD, 15) > 2)
    by_day = staff_to_promise(tables(), Promise(mean_wait_of_day=2))
    assert by_day.mean_wait @ CUSTOMERS <= 2 * CUSTOMERS.sum()
    assert by_day.heads.sum() <= by_wait.heads.sum()
    busy = staff_to_promise(tables(), Promise(occupancy_of_slot=0.7))
    assert busy.heads.tolist() == np.ceil(LOAD / 0.7).tolist()


def test_a_window_may_have_to_stay_open():
    found = staff_to_promise(tables(), Promise(late_share_of_slot=0.5), fewest_heads=[5, 0, 7])
    assert found.heads[0] == 5
    assert found.heads[2] == 7
    assert found.heads[1] == heads_needed(7, 15, 20, 0.5)


def test_what_is_expected_of_given_heads():
    found = expected(tables(), np.array([4, 9, 3]))
    late = 1 - service_level([4, 9, 3], LOAD, 15, 20)
    assert found.late_share.tolist() == pytest.approx(late.tolist())
    assert found.late_share_of_day == pytest.approx(late @ CUSTOMERS / 23)


def test_too_few_windows_are_named():
    with pytest.raises(InfeasibleProblem, match=r"slot 1: not even 7 heads keep its bounds"):
        staff_to_promise(tables(most_heads=7), Promise(late_share_of_slot=0.03))
    with pytest.raises(InfeasibleProblem, match=r"7 heads in every slot do not keep .* over the day"):
        staff_to_promise(tables(most_heads=7), Promise(late_share_of_day=0.03))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "nothing is promised"),
        ({"late_share_of_day": 0.03, "mean_wait_of_day": 5}, "not both"),
        ({"late_share_of_day": 0}, "greater than 0"),
        ({"occupancy_of_slot": 1.2}, "less than or equal to 1"),
    ],
)
def test_a_promise_makes_sense(fields, words):
    with pytest.raises(ValueError, match=words):
        Promise(**fields)


@pytest.mark.parametrize(
    ("customers", "load", "words"), [([1, 2], [1], "slot by slot"), ([-1], [1], "customers must be numbers")]
)
def test_tables_need_customers_and_load_of_each_slot(customers, load, words):
    with pytest.raises(ValueError, match=words):
        queue_tables(customers, load, LAW)

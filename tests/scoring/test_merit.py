"""Appraisals as percents, and volumes corrected for what the roster let people do."""

import math

import pandas as pd
import pytest

from schedsolver.domain import Arrivals
from schedsolver.errors import InvalidProblem
from schedsolver.scoring import appraisal_percents, corrected_volumes, customers_met, with_appraisals
from tests.solving import roster_of
from tests.tiny import MONDAY, duty, stint, tiny

NAN = math.nan


@pytest.mark.parametrize(
    ("scores", "percents"),
    [
        ({"a": 1.2, "b": 0.8, "c": 1.0}, {"a": 120, "b": 80, "c": 100}),
        ({"a": 3, "b": 1, "c": NAN}, {"a": 150, "b": 50, "c": 100}),
        ({"a": 7}, {"a": 100}), ({"a": 2, "b": 2}, {"a": 100, "b": 100}), ({"a": 0, "b": 0}, {"a": 100, "b": 100}),
        ({"a": NAN}, {"a": 100}), ({}, {}),
        ({"a": 1000, **{f"b{i}": 0 for i in range(19)}}, {"a": 1000, **{f"b{i}": 0 for i in range(19)}}),
    ],
)  # fmt: skip
def test_percents_of_the_mean(scores, percents):
    assert appraisal_percents(scores) == percents
    assert appraisal_percents(pd.Series(scores, dtype=float)) == percents


def test_scores_that_mean_nothing_are_refused():
    with pytest.raises(
        InvalidProblem, match='the appraisal of "a" is -1; it must be a finite number of at least 0'
    ) as e:
        appraisal_percents({"a": -1, "b": 2, "c": math.inf})
    assert 'of "c" is inf' in str(e.value)
    with pytest.raises(InvalidProblem, match='"E3" has an appraisal but is not on the staff'):
        with_appraisals(tiny(), {"E3": 1})


def test_staff_take_on_their_appraisals():
    assert [e.appraisal_percent for e in with_appraisals(tiny(), {"E2": 3, "E1": 1}).staff] == [50, 150]
    assert [e.appraisal_percent for e in with_appraisals(tiny(), {"E2": 3}).staff] == [100, 100]


def test_customers_are_those_of_the_slots_divided_among_who_was_there():
    customers = {"09:00": 12, "10:00": 6, "11:00": 8}
    traffic = [
        Arrivals(outlet_id="Hub", activity_id="counter", date=MONDAY, start=start, customers=n)
        for start, n in customers.items()
    ]
    roster = roster_of([
        duty("E1"), stint("E1", "counter", "09:00", "11:00"), stint("E1", "calls", "11:00", "12:00"),
        duty("E2"), stint("E2", "counter", "10:00", "12:00"), stint("E2", "counter", "13:00", "15:00"),
    ])  # fmt: skip
    table = customers_met(tiny(traffic=traffic), roster)
    assert table.to_dict("list") == {"employee": ["E1", "E2"], "counter": [15, 11]}


def test_volumes_are_those_of_the_mean_exposure():
    table = pd.DataFrame({"employee": ["a", "b", "c", "d"], "counter": [30, 20, 5, NAN], "rest": "x"})
    exposure = pd.DataFrame({"employee": ["c", "b", "a"], "counter": [0, 20, 60]})
    # Per customer met b did more than a; of c, who met nobody, nothing can be said.
    corrected = corrected_volumes(table, exposure, ["counter"])
    assert corrected["counter"].tolist()[:2] == [20, 40]
    assert corrected["counter"].isna().tolist() == [False, False, True, True]
    assert corrected["rest"].tolist() == ["x"] * 4
    assert table["counter"].tolist()[:3] == [30, 20, 5], "the table given is left alone"


@pytest.mark.parametrize(("least", "known"), [(0.1, True), (0.5, False)])
def test_with_too_little_exposure_nothing_is_said(least, known):
    table = pd.DataFrame({"employee": ["a", "b"], "counter": [30, 2]})
    exposure = pd.DataFrame({"employee": ["a", "b"], "counter": [16, 4]})
    corrected = corrected_volumes(table, exposure, ["counter"], least=least)["counter"]
    assert corrected[0] == 30 * 10 / 16
    assert (corrected[1] == 5) == known == (not math.isnan(corrected[1]))


def test_where_nobody_was_exposed_nothing_is_said_of_anybody():
    table = pd.DataFrame({"employee": ["a"], "counter": [3]})
    assert corrected_volumes(table, table.assign(counter=0), ["counter"])["counter"].isna().all()


def test_equal_exposure_changes_nothing():
    table = pd.DataFrame({"employee": ["a", "b"], "counter": [3, 8]})
    assert corrected_volumes(table, table.assign(counter=5), ["counter"])["counter"].tolist() == [3, 8]


@pytest.mark.parametrize(
    ("table", "exposure", "words"),
    [
        ({"counter": [-1, 2]}, {"counter": [1, 1]}, 'counter of "a" is -1'),
        ({"counter": [1, 2]}, {"counter": [1, "many"]}, 'counter of "b" is "many", which is not a number'),
        ({"counter": [1, 2]}, {"calls": [1, 1]}, 'the column "counter" is missing'),
    ],
)
def test_tables_that_mean_nothing_are_refused(table, exposure, words):
    names = {"employee": ["a", "b"]}
    with pytest.raises(InvalidProblem, match=words):
        corrected_volumes(pd.DataFrame(names | table), pd.DataFrame(names | exposure), ["counter"])

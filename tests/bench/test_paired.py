"""Paired comparisons and their intervals, against answers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from schedsolver.bench.measures import tidy
from schedsolver.bench.paired import interval_of_mean, paired
from schedsolver.bench.scores import FINAL_GAP, INTEGRAL, to_target
from schedsolver.errors import SchedSolverError
from tests.bench.synthetic import at, duel, experiment, failed, run

TARGET = to_target()


def test_ratio_is_the_geometric_mean() -> None:
    got = paired(duel([0.5, 2.0, 4.0, 4.0]), "x", "y", TARGET)
    assert got.value == pytest.approx(2.0)
    assert paired(duel([0.5, 2.0, 4.0, 4.0]), "y", "x", TARGET).value == pytest.approx(0.5)
    assert (got.instances, got.seeds, got.pairs) == (4, 1, 4)


def test_sentence_of_a_difference() -> None:
    got = paired(duel([0.5] * 6, seeds=2), "x", "y", TARGET)
    assert got.decided
    assert got.sentence() == "y reaches 1 % in 0.50x the time of x [0.50, 0.50], 6 instances, 2 seeds"


def test_two_instances_of_a_kind_prove_little() -> None:
    got = paired(duel([2.0, 3.0]), "x", "y", TARGET)
    assert got.low < 1 < 2.45 < got.high
    assert not got.decided


def test_many_seeds_do_not_make_up_for_few_instances() -> None:
    assert not paired(duel([2.0, 3.0], seeds=9), "x", "y", TARGET).decided


def test_a_higher_level_gives_a_wider_interval() -> None:
    frame = duel([0.5, 0.6, 0.9, 1.2, 1.5, 2.5])
    usual, strict = (paired(frame, "x", "y", TARGET, level=level) for level in (0.95, 0.99))
    assert strict.low < usual.low < usual.high < strict.high


def test_failures_count_as_a_gap_of_100_points() -> None:
    frame = tidy([*(run(f"i{k}") for k in range(6)), *(failed(f"i{k}", "y") for k in range(6))])
    assert (
        paired(frame, "x", "y", FINAL_GAP)
        .sentence()
        .endswith(
            "by +100.00 percentage points [+100.00, +100.00], 6 instances, 1 seed; "
            "never there in 6 and 0 of 6 runs, which count as a gap of 100 points"
        )
    )


def test_sentence_when_the_interval_holds_1() -> None:
    got = paired(duel([0.5, 2.0] * 5), "x", "y", TARGET)
    assert got.low < 1 < got.high
    assert not got.decided
    assert got.sentence().startswith("y and x cannot be told apart by time to 1 %: 1.00x [0.")


def test_sentence_tells_failures() -> None:
    frame = tidy([*(at(1.0, f"i{k}") for k in range(6)), *(at(2.0, f"i{k}", "y") for k in range(5)), failed("i5", "y")])
    got = paired(frame, "x", "y", TARGET)
    assert got.value == pytest.approx((2**5 * 10) ** (1 / 6))
    assert "never there in 1 and 0 of 6 runs, which count at their limit" in got.sentence()


def test_sentence_when_neither_gets_there() -> None:
    frame = tidy([failed(), failed(contestant="y")])
    assert paired(frame, "x", "y", TARGET).sentence().startswith("neither y nor x ever gets there")


def test_sentence_without_common_instances() -> None:
    got = paired(tidy([run("a"), run("b", "y")]), "x", "y", TARGET)
    assert got.sentence() == "y and x have no instance in common"
    assert not got.decided


def test_one_run_each_gives_no_interval() -> None:
    got = paired(duel([2.0]), "x", "y", TARGET)
    assert math.isnan(got.low)
    assert got.sentence() == (
        "y and x cannot be told apart by time to 1 %: 2.00x (no interval from one run of each), 1 instance, 1 seed"
    )


def test_one_instance_is_judged_by_its_seeds() -> None:
    records = [at(1.0, seed=s) for s in range(8)] + [at(2.0 + s / 10, contestant="y", seed=s) for s in range(8)]
    got = paired(tidy(records), "x", "y", TARGET)
    assert 2.0 < got.low < got.value < got.high < 2.7
    assert got.instances == 1


def test_seeds_of_an_instance_are_not_taken_for_independent() -> None:
    ratios = [0.5, 0.6, 0.9, 1.2, 1.5, 2.5]
    one, many = (paired(duel(ratios, seeds), "x", "y", TARGET) for seeds in (1, 5))
    assert (many.low, many.high) == pytest.approx((one.low, one.high))


def test_every_instance_counts_the_same() -> None:
    records = [at(1.0, "a", seed=s) for s in range(9)] + [at(4.0, "a", "y", seed=s) for s in range(9)]
    got = paired(tidy([*records, at(4.0, "b"), at(1.0, "b", "y")]), "x", "y", TARGET)
    assert got.value == pytest.approx(1.0)


def test_gaps_are_compared_by_their_difference() -> None:
    records = [run(f"i{k}", name, objective=cost) for k in range(6) for name, cost in (("x", 100), ("y", 125))]
    got = paired(tidy(records), "x", "y", FINAL_GAP)
    assert got.value == pytest.approx(0.2)
    assert got.decided
    assert got.sentence() == (
        "the final gap of y differs from that of x by +20.00 percentage points [+20.00, +20.00], 6 instances, 1 seed"
    )


def test_unknown_contestant_is_told_with_the_nearest() -> None:
    with pytest.raises(SchedSolverError, match=r'no runs of "balancd".*did you mean "balanced"'):
        paired(tidy(experiment(instances=1)), "balancd", "fast", INTEGRAL)


def test_interval_is_the_same_for_the_same_seed() -> None:
    values = np.random.default_rng(3).normal(size=12)
    assert interval_of_mean(values, seed=1) == interval_of_mean(values, seed=1)
    assert interval_of_mean(values, seed=1) != interval_of_mean(values, seed=2)


@pytest.mark.parametrize("n", [3, 7, 25])
def test_interval_covers_the_truth_about_as_often_as_it_says(n: int) -> None:
    random = np.random.default_rng(7)
    intervals = [interval_of_mean(random.normal(size=n)) for _ in range(400)]
    covered = np.mean([low <= 0 <= high for low, high in intervals])
    assert 0.92 <= covered <= 0.98

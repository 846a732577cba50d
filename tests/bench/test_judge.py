"""Profiles, means, portfolios and findings, against answers worked out by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from schedsolver.bench import findings
from schedsolver.bench import portfolio as portfolio_module
from schedsolver.bench.judge import judge, rank
from schedsolver.bench.measures import tidy
from schedsolver.bench.portfolio import choose, portfolio, virtual_best
from schedsolver.bench.profiles import performance_profile, shifted_geometric_mean, time_to_target
from schedsolver.bench.record import Outcome
from schedsolver.bench.scores import WORK, reached, scores, to_target
from tests.bench.synthetic import at, duel, failed, run

TARGET = to_target()


def table(values: dict[str, list[float]]) -> pd.DataFrame:
    frame = pd.DataFrame(values)
    frame.index = pd.MultiIndex.from_tuples(
        [(f"i{place}", 1, 10.0) for place in range(len(frame))], names=["instance", "seed", "limit_seconds"]
    )
    return frame


# Means and scores


def test_shifted_geometric_mean() -> None:
    assert shifted_geometric_mean([0.0, 3.0]) == pytest.approx(math.sqrt(1 * 4) - 1)
    assert shifted_geometric_mean([0.0, 3.0], shift=10.0) == pytest.approx(math.sqrt(10 * 13) - 10)
    assert math.isnan(shifted_geometric_mean([]))


def test_failures_count_at_the_limit_or_at_ten_times_it() -> None:
    frame = tidy([at(4.0), failed("b")])
    assert list(scores(frame, TARGET)["x"]) == [4.0, 10.0]
    assert list(scores(frame, TARGET, penalty=10)["x"]) == [4.0, 100.0]


def test_times_end_at_the_limit_and_begin_where_clocks_tell() -> None:
    frame = tidy([at(12.0), at(0.001, "b")])
    assert list(scores(frame, TARGET)["x"]) == [10.0, 0.05]


def test_work_knows_no_limit() -> None:
    frame = tidy(
        [
            run(deterministic_time=12.0),
            run("b", deterministic_time=0.001),
            run("c"),
            failed("d", deterministic_time=1.0),
        ]
    )
    assert list(scores(frame, WORK)["x"].dropna()) == [12.0, 0.001]


def test_reached_needs_a_run_and_a_right_roster() -> None:
    frame = tidy([at(4.0), failed("b"), at(1.0, "c"), at(3.0, "c", "y")])
    assert reached(frame, TARGET).to_numpy().tolist() == [[True, False], [False, False], [True, True]]


# Profiles


def test_performance_profile() -> None:
    values = table({"x": [1.0, 4.0, 10.0], "y": [2.0, 2.0, 10.0]})
    solved = table({"x": [1, 1, 0], "y": [1, 1, 0]}).astype(bool)
    profile = performance_profile(values, solved)
    assert list(profile.index) == [1.0, 2.0]
    assert list(profile["x"]) == pytest.approx([1 / 3, 2 / 3])
    assert list(profile["y"]) == pytest.approx([1 / 3, 2 / 3])


def test_profile_ends_at_the_share_solved() -> None:
    values = table({"x": [1.0, 1.0], "y": [3.0, 1.0]})
    profile = performance_profile(values, table({"x": [1, 0], "y": [1, 1]}).astype(bool))
    assert list(profile.loc[1.0]) == [0.5, 0.5]
    assert list(profile.loc[3.0]) == [0.5, 1.0]


def test_profile_of_what_nobody_solved() -> None:
    profile = performance_profile(table({"x": [1.0]}), table({"x": [0]}).astype(bool))
    assert profile["x"].to_dict() == {1.0: 0.0}


def test_time_to_target_is_the_share_that_is_there() -> None:
    shares = time_to_target(table({"x": [5.0, 2.0, 10.0, 10.0]}), table({"x": [1, 1, 0, 1]}).astype(bool))
    assert list(shares.index) == [0.0, 2.0, 5.0, 10.0]
    assert list(shares["x"]) == [0.0, 0.25, 0.5, 0.75]


# Portfolios


SPECIALISTS = table({"all": [3.0, 3.0, 3.0, 3.0], "left": [1.0, 1.0, 9.0, 9.0], "right": [9.0, 9.0, 1.0, 1.0]})


def test_virtual_best() -> None:
    assert list(virtual_best(SPECIALISTS)) == [1.0] * 4


def test_the_best_pair_need_not_hold_the_single_best() -> None:
    assert choose(SPECIALISTS, 1) == ("all",)
    assert choose(SPECIALISTS, 2) == ("left", "right")
    assert portfolio(SPECIALISTS, 2).score == pytest.approx(1.0)


def test_contestants_are_added_one_by_one_when_there_are_too_many_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolio_module, "MOST_SETS", 2)
    assert choose(SPECIALISTS, 2) == ("all", "left")


def test_exact_choice_is_the_best_of_all_sets() -> None:
    random = np.random.default_rng(5)
    values = table({f"c{k}": list(random.uniform(0.1, 10, 12)) for k in range(6)})
    worth = {s: shifted_geometric_mean(values[list(s)].min(axis=1)) for s in itertools.combinations(values.columns, 3)}
    assert portfolio(values, 3).score == pytest.approx(min(worth.values()))


def test_held_out_is_what_the_choice_gives_on_the_instance_left_out() -> None:
    values = table({"x": [1.0, 9.0], "y": [4.0, 2.0]})
    got = portfolio(values, 1)
    # y is the better one over both, and by i1 alone; by i0 alone it is x.
    assert got.members == ("y",)
    assert got.held_out == pytest.approx(math.sqrt(5 * 10) - 1)


def test_the_instance_left_out_has_no_say() -> None:
    values = table({"x": [1.0, 3.0, 3.0], "y": [2.0, 2.0, 2.5]})
    # Without i0 it is y; without i1 or i2 it is x: 2 * 4 < 3 * 3.5 and 2 * 4 < 3 * 3.
    assert portfolio(values, 1).held_out == pytest.approx((3 * 4 * 4) ** (1 / 3) - 1)


def test_nothing_can_be_held_out_of_one_instance() -> None:
    assert math.isnan(portfolio(table({"x": [1.0], "y": [2.0]}), 1).held_out)


# Judgement of an experiment


def test_ranking() -> None:
    records = [at(1.0), at(4.0, contestant="y"), at(1.0, "b"), failed("b", "y")]
    ranking = rank(tidy(records))
    assert list(ranking.index) == ["x", "y"]
    assert list(ranking["runs"]) == [2, 2]
    assert list(ranking["ranked"]) == list(ranking["on_target"]) == [2, 1]
    assert list(ranking["best_on"]) == [2, 1]
    assert list(ranking["primal_gap"]) == [0.0, 0.5]
    assert list(ranking["time_to_target"]) == pytest.approx([1.0, math.sqrt(5 * 11) - 1])
    assert list(ranking["integral"]) == pytest.approx([1.0, math.sqrt(5 * 11) - 1])
    assert list(ranking["factor"]) == pytest.approx([1.0, math.sqrt(4 * 10)])


def test_best_on_counts_the_lowest_gap() -> None:
    frame = tidy(
        [run(objective=120), run(contestant="y"), run("b"), run("b", "y"), run("c"), run("c", "y", objective=101)]
    )
    assert rank(frame)["best_on"].to_dict() == {"x": 2, "y": 2}
    assert rank(frame[frame["instance"] == "a"])["best_on"].to_dict() == {"y": 1, "x": 0}


def test_proved_runs_are_those_whose_bound_is_their_cost() -> None:
    assert list(rank(tidy([run(bound=100), run("b", bound=99), run("c")]))["proved"]) == [1]


def test_each_limit_is_judged_by_itself() -> None:
    judged = judge(tidy([at(2.0), at(3.0, limit_seconds=20.0)]))
    assert [part.limit_seconds for part in judged] == [10.0, 20.0]
    assert [part.ranking["time_to_target"].iloc[0] for part in judged] == pytest.approx([2.0, 3.0])


def test_runs_that_some_contestant_lacks_are_left_out() -> None:
    (judged,) = judge(tidy([at(2.0), at(3.0, contestant="y"), at(9.0, "b")]))
    assert judged.left_out == 1
    assert list(judged.ranking["runs"]) == [1, 1]
    assert "1 run left out: some contestant has not run that cell." in findings.of_judgement(judged)


def test_contestants_without_a_common_instance_are_not_ranked() -> None:
    (judged,) = judge(tidy([run("a"), run("b", "y")]))
    assert judged.ranking.empty
    assert findings.of_judgement(judged) == ["No instance was run by every contestant, so nothing is compared."]


def test_a_single_contestant_is_told_as_such() -> None:
    (judged,) = judge(tidy([at(2.0)]))
    assert findings.of_judgement(judged) == ["x is the only contestant; its mean primal integral is 2.00 s."]


def test_nobody_is_ranked_when_all_fail() -> None:
    (judged,) = judge(tidy([failed(), failed(contestant="y")]))
    assert findings.of_judgement(judged) == ["No run gave a right roster, so nobody is ranked."]
    assert judged.ranking.empty


def test_nobody_is_best_where_all_fail() -> None:
    frame = tidy([at(1.0), at(1.0, contestant="y"), failed("b"), failed("b", "y")])
    assert list(rank(frame)["best_on"]) == [1, 1]


def test_findings_of_a_clear_case() -> None:
    (judged,) = judge(duel([3.0] * 6))
    told = findings.of_judgement(judged)
    assert told == [
        "x has the least primal integral: 1.00 s in the mean, and every other's is larger by more than the choice of "
        "instances explains.",
        "x reaches 1 % in 0.33x the time of y [0.33, 0.33], 6 instances, 1 seed.",
        "By time to 1 %, x is best on every task: others would add nothing.",
    ]


def test_findings_name_those_that_cannot_be_told_apart() -> None:
    (judged,) = judge(duel([0.5, 2.1] * 4))
    told = findings.of_judgement(judged)
    assert told[0].endswith("it cannot be told apart from y by that.")
    assert any(sentence.startswith("Chosen by the other instances only") for sentence in told)


def test_findings_when_mean_and_ratio_disagree() -> None:
    quick, slow = 20, 6
    records = [at(t, f"i{k}") for k, t in enumerate([0.4] * quick + [2.0] * slow)]
    records += [at(t, f"i{k}", "y") for k, t in enumerate([0.05] * quick + [9.0] * slow)]
    (judged,) = judge(tidy(records))
    # With the shift x leads: 20 log(1.4 / 1.05) < 6 log(10 / 3); without it y does: 20 log 8 > 6 log 4.5.
    assert judged.ranking.index[0] == "x"
    assert "y has less" in findings.of_judgement(judged)[0]


def test_findings_of_runs() -> None:
    records = [
        run(objective=120, bound=110, contestant="x"),
        run(contestant="y", best_known=101),
        failed("b", "y"),
        run("b", outcome=Outcome.NO_ROSTER),
    ]
    assert findings.of_runs(tidy(records)) == [
        "4 runs of 2 contestants: 2 instances, 1 seed.",
        "2 runs gave no right roster and count as failures: 1 failed, 1 no roster.",
        "x claims a bound above a checked roster in 1 run; it is not used.",
        "The best published cost is undercut on a; have these rosters checked by others.",
    ]


def test_failures_are_gathered_by_reason() -> None:
    frame = tidy([failed("b"), failed("a"), run("c"), run("d", outcome=Outcome.WRONG, message="rest")])
    assert [(f.outcome, f.message, f.number, f.instances) for f in findings.failures(frame)] == [
        ("failed", "exit code 1", 2, ("a", "b")),
        ("wrong", "rest", 1, ("d",)),
    ]


def test_what_was_not_expressed_is_counted_by_instance() -> None:
    records = [run(not_expressed=("rests", "travel; cars"), seed=s) for s in (1, 2)] + [
        run("b", not_expressed=("rests",))
    ]
    assert findings.not_expressed(tidy(records)) == {"x": {"rests": 2, "travel; cars": 1}}


def test_by_instance_marks_the_fewest_failures_and_then_the_lowest_gap() -> None:
    records = [
        *(run(objective=101, seed=s) for s in (1, 2)),
        *(run(contestant="y", objective=cost, seed=s) for s, cost in ((1, 103), (2, 104))),
        run(contestant="z", objective=100, seed=1),
        failed(contestant="z", seed=2),
    ]
    x, y, z, none = findings.by_instance(tidy(records), ["x", "y", "z", "none"])["a"]
    assert [cell.is_best for cell in (x, y, z, none)] == [True, False, False, False]
    assert (y.objective, y.gap) == pytest.approx((103.5, 0.035))
    assert (z.failed, z.runs, z.reason) == (1, 2, "failed: exit code 1")
    assert (none.runs, none.has_roster) == (0, False)

"""The figures of a run, against answers worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from schedsolver.bench.measures import COLUMNS, tidy, write_results
from schedsolver.bench.record import Outcome, RunRecord
from schedsolver.errors import CannotWrite, SchedSolverError
from tests.bench.synthetic import experiment, run

TWO_STEPS = {"trace": ((2.0, 200, 50), (5.0, 100, 90)), "bound": 99, "solver_seconds": 8.0}


def row(*records: RunRecord, at: int = 0, target: float = 0.01) -> pd.Series:
    return tidy(records, target).iloc[at]


def test_primal_integral_is_the_area_under_the_gap() -> None:
    got = row(run(**TWO_STEPS))
    # 2 s at 1, 3 s at (200 - 100) / 200, then at the best.
    assert got["primal_integral"] == pytest.approx(2 + 3 * 0.5)
    assert got["primal_integral_share"] == pytest.approx(0.35)


def test_primal_dual_integral_is_the_area_under_the_gap_between_cost_and_bound() -> None:
    got = row(run(**TWO_STEPS))
    # 2 s at 1, 3 s at 150 / 200, 3 s at 10 / 100, and the last bound counts from the end of the solver on.
    assert got["primal_dual_integral"] == pytest.approx(2 + 3 * 0.75 + 3 * 0.1 + 2 * 0.01)
    assert got["primal_dual_integral_share"] == pytest.approx(0.457)


def test_primal_dual_gap_is_1_until_there_are_both() -> None:
    got = row(run(trace=((1.0, None, 50), (4.0, 100, None)), bound=50, solver_seconds=4.0))
    assert got["primal_dual_integral"] == pytest.approx(4 + 6 * 0.5)


def test_times() -> None:
    got = row(run(**TWO_STEPS))
    assert (got["time_to_first"], got["time_to_1_percent"], got["time_to_1_percent_gap"]) == (2.0, 5.0, 8.0)
    assert got["gap"] == pytest.approx(0.01)


def test_the_first_roster_by_the_solvers_own_word_if_it_has_one() -> None:
    assert row(run(first_solution_seconds=1.5, **TWO_STEPS))["time_to_first"] == 1.5


def test_within_1_percent_includes_the_edge_and_no_more() -> None:
    best = run(contestant="best")
    trace = ((1.0, 102, None), (2.0, 101, None))
    assert row(run(objective=101, trace=trace), best)["time_to_1_percent"] == 2.0
    assert np.isnan(row(run(objective=102, trace=trace), best)["time_to_1_percent"])


def test_target_of_ones_own() -> None:
    got = row(run(objective=101, trace=((1.0, 105, None), (2.0, 101, None))), run(contestant="best"), target=0.05)
    assert (got["target"], got["time_to_target"], got["time_to_1_percent"]) == (0.05, 1.0, 2.0)


def test_the_best_is_over_all_ranked_runs_and_what_is_published() -> None:
    frame = tidy([run(objective=120), run(contestant="y", objective=110), run("b", objective=120, best_known=100)])
    assert list(frame["best_of_experiment"]) == [110, 110, 100]
    assert list(frame["gap_to_best"]) == pytest.approx([10 / 110, 0, 0.2])
    assert list(frame["primal_gap"]) == pytest.approx([10 / 120, 0, 20 / 120])
    assert np.isnan(frame["gap_to_best_known"][0])
    assert frame["gap_to_best_known"][2] == pytest.approx(0.2)


def test_a_cost_below_the_published_one_is_the_best() -> None:
    got = row(run(objective=90, best_known=100))
    assert (got["best_of_experiment"], got["gap_to_best"]) == (90, 0)
    assert got["gap_to_best_known"] == pytest.approx(-0.1)


def test_cost_of_zero() -> None:
    frame = tidy([run(objective=0, bound=0, trace=((4.0, 0, 0),)), run(contestant="y", objective=5, bound=0)])
    zero, five = frame.iloc[0], frame.iloc[1]
    assert (zero["primal_integral"], zero["primal_dual_integral"], zero["gap"]) == (4.0, 4.0, 0.0)
    assert (zero["primal_gap"], zero["gap_to_best"], zero["time_to_1_percent"]) == (0.0, 0.0, 4.0)
    assert (five["primal_gap"], five["gap_to_best"], five["gap"]) == (1.0, 5.0, 1.0)
    assert np.isnan(five["time_to_1_percent"])


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.OK])
def test_a_run_that_is_not_ok_is_marked_and_has_nothing_to_be_ranked_by(outcome: Outcome) -> None:
    cheap = run(outcome=outcome, objective=1, bound=0, trace=((1.0, 1, 0),), first_solution_seconds=1.0)
    frame = tidy([cheap, run(contestant="y")])
    got = frame.iloc[0]
    assert not got["ranked"]
    assert pd.isna(got["objective"])
    assert frame["best_of_experiment"][1] == 100
    assert got[["gap", "time_to_first", "time_to_1_percent", "time_to_1_percent_gap"]].isna().all()
    assert (got["primal_gap"], got["primal_integral"], got["primal_dual_integral"]) == (1.0, 10.0, 10.0)


def test_ok_without_a_cost_is_not_ranked() -> None:
    assert not row(run(objective=None))["ranked"]


def test_the_trace_is_not_believed_beyond_the_checked_cost() -> None:
    got = row(run(objective=150, trace=((1.0, 200, None), (2.0, 60, None))), run(contestant="y"))
    assert got["primal_integral"] == pytest.approx(1 + 0.5 + 8 * 50 / 150)


def test_the_trace_is_not_believed_beyond_the_final_bound() -> None:
    got = row(run(bound=50, trace=((1.0, 100, 99),)))
    assert got["primal_dual_integral"] == pytest.approx(1 + 9 * 0.5)
    assert np.isnan(got["time_to_1_percent_gap"])


def test_steps_that_are_worse_than_before_do_not_count() -> None:
    got = row(run(trace=((1.0, 100, 80), (2.0, 200, 40), (3.0, 100, 80)), bound=80))
    assert got["primal_integral"] == pytest.approx(1)
    assert got["primal_dual_integral"] == pytest.approx(1 + 9 * 0.2)


def test_a_roster_that_the_trace_does_not_show_was_found_at_the_end() -> None:
    assert row(run(solver_seconds=4.0))["primal_integral"] == 4.0
    assert row(run(seconds=6.0))["primal_integral"] == 6.0
    assert row(run(solver_seconds=4.0, trace=((5.0, 200, None),)))["time_to_1_percent"] == 5.0


def test_what_comes_after_the_limit_adds_nothing() -> None:
    got = row(run(solver_seconds=12.0, trace=((5.0, 200, None), (12.0, 100, None))))
    assert got["primal_integral"] == pytest.approx(5 + 5 * 0.5)
    assert got["time_to_1_percent"] == 12.0


def test_a_bound_above_a_checked_roster_is_marked_and_not_used() -> None:
    frame = tidy([run(objective=120, bound=119), run(contestant="y", bound=100, trace=((1.0, 100, 100),))])
    assert list(frame["bound_disproved"]) == [True, False]
    assert np.isnan(frame["gap"][0])
    assert (frame["primal_dual_integral"][0], frame["primal_dual_integral"][1]) == (10.0, 1.0)


def test_a_published_cost_disproves_nothing() -> None:
    assert not row(run(objective=120, bound=119, best_known=100))["bound_disproved"]


def test_bound_without_roster_is_kept() -> None:
    got = row(run(outcome=Outcome.NO_ROSTER, bound=40))
    assert got["bound"] == 40
    assert np.isnan(got["gap"])


def test_what_was_measured_is_passed_on() -> None:
    got = row(run(cpu_seconds=3.0, peak_mb=20.0, machine="m", versions={"b": "2", "a": "1"}, not_expressed=("x", "y")))
    assert (got["cpu_seconds"], got["peak_mb"], got["machine"]) == (3.0, 20.0, "m")
    assert (got["versions"], got["not_expressed"]) == ("a 1, b 2", "x | y")
    assert np.isnan(got["deterministic_time"])


def test_a_cell_given_twice_is_refused() -> None:
    with pytest.raises(SchedSolverError, match=r"the run a--x--s1--10s occurs more than once"):
        tidy([run(), run()])


@pytest.mark.parametrize("target", [0.0, -0.1, float("nan")])
def test_target_has_to_be_a_share_above_zero(target: float) -> None:
    with pytest.raises(SchedSolverError, match="above 0"):
        tidy([run()], target)


def test_no_runs_give_an_empty_table() -> None:
    frame = tidy([])
    assert len(frame) == 0
    assert tuple(frame.columns) == COLUMNS


def test_files_give_the_table_back(tmp_path: Path) -> None:
    frame = tidy(experiment(instances=2))
    paths = write_results(frame, tmp_path / "new")
    assert [path.name for path in paths] == ["results.parquet", "results.csv"]
    pd.testing.assert_frame_equal(pd.read_parquet(paths[0]), frame)
    assert list(pd.read_csv(paths[1])["primal_integral"]) == pytest.approx(list(frame["primal_integral"]))


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="file: the results cannot be written"):
        write_results(tidy([run()]), tmp_path / "file")

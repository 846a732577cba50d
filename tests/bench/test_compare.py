"""The regression guard: what is a loss, and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer

from schedsolver.bench.compare import Comparison, compare
from schedsolver.bench.record import Outcome, RunRecord
from schedsolver.cli.bench_report import compare as compare_command
from schedsolver.errors import SchedSolverError
from tests.bench.synthetic import experiment, run, write_folder


def cells(costs: list[int | None], **fields: Any) -> list[RunRecord]:
    """Give a run for each cost; one without is failed."""
    return [
        run(f"i{k}", objective=cost, **fields)
        if cost is not None
        else run(f"i{k}", outcome=Outcome.FAILED, message="exit code 1", **fields)
        for k, cost in enumerate(costs)
    ]


def timed(seconds: list[float], **fields: Any) -> list[RunRecord]:
    return [run(f"i{k}", trace=((moment, 100, None),), **fields) for k, moment in enumerate(seconds)]


def by_cell(old: list[RunRecord], new: list[RunRecord], tolerance: float = 0.0) -> Comparison:
    return compare(old, new, tolerance=tolerance, deterministic=True)


@pytest.mark.parametrize("deterministic", [True, False])
def test_the_same_results_are_no_loss(deterministic: bool) -> None:
    records = experiment(instances=3)
    found = compare(records, records, deterministic=deterministic)
    assert found.ok
    assert found.notes[0] == "27 cells compared."
    assert all("cannot be told apart" in note for note in found.notes[1:])


def test_a_higher_cost_is_a_loss_and_a_lower_one_a_note() -> None:
    found = by_cell(cells([100, 100, 1000]), cells([101, 100, 999]))
    assert found.losses == ("i0--x--s1--10s: cost 101, was 100.",)
    assert "i2--x--s1--10s: cost 999, was 1,000." in found.notes


def test_a_cost_within_the_tolerance_is_no_loss() -> None:
    assert by_cell(cells([100]), cells([102]), tolerance=0.02).ok
    assert not by_cell(cells([100]), cells([103]), tolerance=0.02).ok


def test_a_cost_of_zero_tolerates_nothing() -> None:
    assert not by_cell(cells([0]), cells([1]), tolerance=0.5).ok


def test_a_lower_bound_or_none_is_a_loss() -> None:
    old = cells([100], bound=90)
    assert by_cell(old, cells([100], bound=89)).losses == ("i0--x--s1--10s: bound 89, was 90.",)
    assert by_cell(old, cells([100])).losses == ("i0--x--s1--10s: bound none, was 90.",)
    assert by_cell(old, cells([100], bound=95)).ok
    assert by_cell(old, cells([100], bound=89), tolerance=0.05).ok


@pytest.mark.parametrize("deterministic", [True, False])
def test_lost_coverage_is_a_loss(deterministic: bool) -> None:
    found = compare(cells([100, 100, 100]), cells([100, None]), deterministic=deterministic)
    assert found.losses[:2] == (
        "i1--x--s1--10s: had a right roster, and is failed now (exit code 1).",
        "i2--x--s1--10s: had a right roster, and is missing now.",
    )


def test_what_failed_before_may_fail_or_be_missing() -> None:
    assert by_cell(cells([100, None, None]), cells([100, None])).ok


def test_new_and_regained_cells_are_told() -> None:
    found = by_cell(cells([100, None]), cells([100, 100, 100]))
    assert found.ok
    assert "Had no right roster before: i1--x--s1--10s." in found.notes
    assert "New, so not compared: i2--x--s1--10s." in found.notes


def test_a_false_bound_is_a_loss() -> None:
    found = by_cell(cells([100]), cells([120], bound=110), tolerance=0.5)
    assert found.losses == ("i0, x (new), seed 1: bound 110 is above a checked roster's cost.",)


def test_more_work_on_every_cell_is_a_loss_beyond_the_tolerance() -> None:
    old, new = cells([100] * 6, deterministic_time=1.0), cells([100] * 6, deterministic_time=1.2)
    found = by_cell(old, new, tolerance=0.1)
    assert found.losses == ("x (new) does 1.20x the work of x (old) [1.20, 1.20], 6 instances, 1 seed.",)
    assert by_cell(old, new, tolerance=0.25).ok


def test_slower_beyond_chance_is_a_loss() -> None:
    found = compare(timed([1.0] * 8), timed([2.0, 1.8, 2.2, 2.0] * 2))
    assert len(found.losses) == 2
    assert found.losses[0].startswith("x (new) reaches 1 % in 1.99x the time of x (old) [1.")
    assert found.losses[1].startswith("x (new) has 1.99x the primal integral of x (old) [1.")
    assert compare(timed([1.0] * 8), timed([2.0] * 8), tolerance=1.01).ok


def test_more_contestants_make_a_loss_harder_to_claim() -> None:
    def both(seconds: list[float]) -> list[RunRecord]:
        return [record for k in range(8) for record in timed(seconds, contestant=f"c{k}")]

    slower = [2.0, 1.9, 1.8, 1.2, 0.9, 1.5, 1.3, 1.0]
    assert not compare(timed([1.0] * 8), timed(slower)).ok
    assert compare(both([1.0] * 8), both(slower)).ok


def test_slower_by_chance_is_none() -> None:
    found = compare(timed([1.0] * 8), timed([2.0, 0.6] * 4))
    assert found.ok
    assert any("cannot be told apart" in note for note in found.notes)


def test_quicker_is_none() -> None:
    assert compare(timed([2.0] * 8), timed([1.0] * 8)).ok


def test_a_wider_final_gap_is_a_loss() -> None:
    found = compare(cells([100] * 6), cells([110] * 6))
    assert any(loss.startswith("the final gap of x (new)") for loss in found.losses)
    # (110 - 100) / 110 is 9.09 points.
    assert compare(cells([100] * 6, machine="a"), cells([110] * 6, machine="b"), tolerance=0.1).ok
    assert not compare(cells([100] * 6, machine="a"), cells([110] * 6, machine="b"), tolerance=0.09).ok


def test_times_of_different_machines_are_not_compared() -> None:
    found = compare(timed([1.0] * 8, machine="a"), timed([5.0] * 8, machine="b"))
    assert found.ok
    assert "The machines differ: times are not compared, and gaps may differ by speed." in found.notes
    assert not any("time to" in note for note in found.notes)


def test_other_versions_are_told() -> None:
    found = by_cell(cells([100], versions={"a": "1", "b": "1"}), cells([100], versions={"a": "1", "b": "2"}))
    assert "Versions differ: b 1 before, b 2 now." in found.notes


def test_nothing_in_common_is_refused() -> None:
    with pytest.raises(SchedSolverError, match=r"no cell .* in common"):
        compare([run("a")], [run("b")])


def test_a_negative_tolerance_is_refused() -> None:
    with pytest.raises(SchedSolverError, match=r"tolerance is -0\.1"):
        compare([run()], [run()], tolerance=-0.1)


def test_command_ends_with_1_on_a_loss(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write_folder(tmp_path / "old", cells([100, 100])), write_folder(tmp_path / "new", cells([100, 105]))
    compare_command(old, new, tolerance=0.1, deterministic=True)
    assert "Nothing was lost." in capsys.readouterr().out
    with pytest.raises(typer.Exit) as ended:
        compare_command(old, new, deterministic=True)
    assert ended.value.exit_code == 1
    assert "i1--x--s1--10s: cost 105, was 100." in capsys.readouterr().out

"""Tuning: candidates, halving, the verdict on other instances, the presets that come of it."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from typer.testing import CliRunner

import schedsolver as ss
from schedsolver.bench import tune as tuner
from schedsolver.bench.invalid import InvalidExperiment
from schedsolver.bench.measures import tidy
from schedsolver.bench.scores import FINAL_GAP, INTEGRAL
from schedsolver.bench.tune import kept, mean_scores, tune, verdict_of
from schedsolver.bench.tuning import DEFAULT, PresetGoal, Tuning, load_tuning
from schedsolver.cli import app
from schedsolver.solve import presets as shipped
from tests.bench.synthetic import at, duel, run
from tests.solving import counter_day

TOML = """
limit = 1
candidates = 4
eta = 2
random_seed = 3

[space]
"strategy.small_options" = [0, 3000]
"strategy.width" = [0.01, 0.1]
"cp_sat.linearization_level" = [1]

[presets.balanced]
goal = "final gap"
deterministic = true
fields = {gap = 0.25}

[[training]]
generate = {outlets = 1, staff = 3, days = 1, seeds = [1, 2]}

[[validation]]
generate = {outlets = 1, staff = 3, days = 1, seeds = [3]}
"""


def written(folder: Path, text: str = TOML) -> Path:
    file = folder / "t.toml"
    file.write_text(text)
    return file


def tuning(**changes: Any) -> Tuning:
    fields: dict[str, Any] = {
        "training": [{"problem": counter_day(), "name": "a"}],
        "validation": [{"problem": counter_day(), "name": "b"}],
        "space": {"strategy.days": [1, 2, 3], "strategy.employees": [4, 8, 12]},
        "presets": {"fast": PresetGoal(goal="primal integral")},
    }
    return Tuning.model_validate(fields | changes)


# ---------------------------------------------------------------- candidates and rungs


def test_the_defaults_and_different_candidates_take_part():
    points = tuning(candidates=6).points()
    assert list(points) == [DEFAULT, "c1", "c2", "c3", "c4", "c5"]
    assert points[DEFAULT] == {}
    assert len({json.dumps(point, sort_keys=True) for point in points.values()}) == 6
    # What is as in the defaults is not told.
    assert {value for point in points.values() for value in point.values()} == {2, 3, 4, 12}
    assert tuning(candidates=6).points() == points
    assert tuning(candidates=6, random_seed=1).points() != points


def test_a_small_space_gives_what_it_has():
    assert list(tuning(space={"strategy.days": [1, 2]}).points().values()) == [{}, {"strategy.days": 2}]


@pytest.mark.parametrize(
    ("candidates", "eta", "rungs"), [(9, 3, [9, 3]), (8, 3, [8, 3]), (8, 2, [8, 4, 2]), (5, 2, [5, 3, 2]), (2, 3, [2])]
)
def test_each_rung_keeps_a_part_and_at_least_two(candidates, eta, rungs):
    assert tuning(candidates=candidates, eta=eta).rungs() == rungs


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"strategy.width"', '"strategy.widht"', "widht"),
        ('"strategy.width" = [0.01, 0.1]', '"strategy.width" = [0.01, -1]', "width: -1 is out of range"),
        ('"cp_sat.linearization_level"', '"cp_sat.linearisation_level"', '(did you mean "linearization_level"?)'),
        ("fields = {gap = 0.25}", "fields = {gapp = 0.25}", "gapp"),
        ('goal = "final gap"', 'goal = "speed"', "goal"),
        ("seeds = [3]", "seeds = [2]", "1x3x1d30-2 is to be learned on and judged on"),
        ("candidates = 4", "candidates = 1", "candidates: 1 is out of range"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(tmp_path, old, new, told):
    with pytest.raises(InvalidExperiment) as error:
        load_tuning(written(tmp_path, TOML.replace(old, new)))
    assert told in str(error.value)


# ---------------------------------------------------------------- scores and verdicts


def test_times_are_averaged_geometrically_and_gaps_are_not():
    frame = tidy([at(1.0, "i", "x"), at(7.0, "j", "x"), at(3.0, "i", "y"), at(3.0, "j", "y")])
    assert mean_scores(frame, INTEGRAL) == pytest.approx({"x": 3.0, "y": 3.0})
    costs = [("i", "x", 100), ("j", "x", 200), ("i", "y", 150), ("j", "y", 100)]
    gaps = mean_scores(tidy([run(i, c, objective=o) for i, c, o in costs]), FINAL_GAP)
    assert gaps == pytest.approx({"x": 0.25, "y": 1 / 6})


def test_a_run_without_a_roster_has_the_largest_gap():
    frame = tidy([run("i", "x"), run("i", "y", outcome="no_roster")])
    assert mean_scores(frame, FINAL_GAP) == {"x": 0.0, "y": 1.0}


def test_the_least_means_are_kept_and_of_equals_the_first():
    assert kept({"a": 3.0, "b": 1.0, "c": 2.0, "d": 1.0}, 3) == ["b", "d", "c"]


@pytest.mark.parametrize(
    ("ratios", "adopted"), [([0.5] * 8, "y"), ([2.0] * 8, "x"), ([0.5, 2.0] * 4, "x"), ([1.0] * 8, "x")]
)
def test_only_what_is_better_beyond_doubt_is_adopted(monkeypatch, ratios, adopted):
    monkeypatch.setattr(tuner, "DEFAULT", "x")
    verdict = verdict_of(duel(ratios), "y", INTEGRAL, [{"y": 1.0}])
    assert (verdict.chosen, verdict.adopted) == ("y", adopted)
    assert verdict.sentence.endswith("adopted" if adopted == "y" else "the defaults stay")


def test_the_defaults_need_no_comparison():
    verdict = verdict_of(duel([1.0]), DEFAULT, INTEGRAL, [])
    assert (verdict.adopted, verdict.sentence) == (DEFAULT, "the defaults were best in training by primal integral")


# ---------------------------------------------------------------- the whole way


def test_a_tuning_runs_its_rungs_and_goes_on_where_it_was(tmp_path):
    wanted = load_tuning(written(tmp_path))
    first = tune(wanted, tmp_path / "out")
    means = first.verdicts["balanced"].means
    assert [len(rung) for rung in means] == wanted.rungs() == [4, 2]
    assert set(means[1]) <= set(means[0]) == set(wanted.points())
    cells = sorted((tmp_path / "out").rglob("cells/*.json"))
    assert {cell.parents[1].name for cell in cells} == {"training-deterministic", "validation-deterministic"}
    before = [cell.stat().st_mtime_ns for cell in cells]
    assert tune(wanted, tmp_path / "out") == first
    assert [cell.stat().st_mtime_ns for cell in cells] == before


def test_the_command_writes_what_it_found_and_presets_that_can_be_read(tmp_path, monkeypatch):
    out, presets = tmp_path / "out", tmp_path / "presets.toml"
    done = CliRunner().invoke(
        app, ["bench", "tune", str(written(tmp_path)), "--out", str(out), "--presets", str(presets)]
    )
    assert done.exit_code == 0, done.output
    told = json.loads((out / "tuning.json").read_text())
    tables = tomllib.loads(presets.read_text())
    adopted = told["presets"]["balanced"]["adopted"]
    assert tables["presets"]["balanced"]["gap"] == 0.25
    assert tables["presets"]["fast"] == shipped.preset_fields("fast")
    assert ("strategy" in tables["presets"]["balanced"]) == any(
        p.startswith("strategy") for p in told["points"][adopted]
    )
    monkeypatch.setattr(shipped, "_tables", lambda: tables)
    assert ss.Settings.preset("balanced").gap == 0.25


# ---------------------------------------------------------------- presets


def test_presets_are_settings_by_name():
    assert ss.Settings.preset("deterministic", deterministic_work=3).deterministic_work == 3
    assert ss.Settings.preset("proof").gap == 0
    with pytest.raises(ValueError, match='there is no preset "fats"'):
        ss.Settings.preset("fats")


def test_settings_that_suit_a_problem_are_those_of_its_first_row(monkeypatch):
    problem = counter_day()
    tables = {
        "presets": {"balanced": {"gap": 0.1}, "fast": {"gap": 0.2}},
        "auto": [
            {"shape": "shifts", "preset": "fast"},
            {"shape": "slots", "preset": "fast", "most_cells": shipped.cells(problem), "strategy": {"days": 3}},
            {"shape": "slots", "preset": "balanced"},
        ],
    }
    assert tomllib.loads(tomli_w.dumps(tables)) == tables
    monkeypatch.setattr(shipped, "_tables", lambda: tables)
    assert shipped.cells(problem) == 3 * 1 * 1 * 2
    small, large = ss.Settings.auto(problem), ss.Settings.auto(problem.replace(staff=(*problem.staff, ss.Employee(
        employee_id="E9", contract_id="full"))))  # fmt: skip
    assert (small.gap, small.strategy.days) == (0.2, 3)
    assert (large.gap, large.strategy.days) == (0.1, 1)
    shifts = problem.replace(activities=(), interval_requirements=(), opening=())
    assert ss.Settings.auto(shifts, seed=4).model_dump(include={"gap", "seed"}) == {"gap": 0.2, "seed": 4}


def test_what_was_found_replaces_only_its_own(monkeypatch):
    known = {"presets": {"fast": {"gap": 0.1}, "proof": {"gap": 0}}, "auto": [{"shape": "slots", "preset": "fast"}]}
    monkeypatch.setattr(shipped, "_tables", lambda: known)
    found = {"presets": {"fast": {"gap": 0.3}}, "auto": [{"shape": "shifts", "preset": "proof"}]}
    assert shipped.tables_with(found) == {
        "presets": {"fast": {"gap": 0.3}, "proof": {"gap": 0}},
        "auto": [{"shape": "slots", "preset": "fast"}, {"shape": "shifts", "preset": "proof"}],
    }

"""Experiments as data: what is refused before anything runs, and in which words."""

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.bench import plan as planning
from schedsolver.bench.contestant import Contestant
from schedsolver.bench.experiment import Experiment, load_experiment
from schedsolver.bench.invalid import InvalidExperiment
from schedsolver.bench.peer import search_path
from schedsolver.bench.plan import Plan, make_plan
from schedsolver.rules import PaidTime
from tests.io.files import write
from tests.solving import counter_day

TOML = """
limits = [2, 30.5]
seeds = [1, 2]
workers = 2

[[instances]]
path = "week"
best_known = 100

[contestants.plain]
[contestants.tuned]
preset = "proof"
cp_sat = {linearization_level = 1}
[contestants.repeatable]
deterministic = true
"""
YAML = """
name: again
limits: 2
instances:
  - path: week
contestants:
  plain:
  tuned: {gap: 0.5, cp_sat: {use_lns: true, random_branches_ratio: 0.25}}
"""


def experiment(**changes: Any) -> Experiment:
    fields: dict[str, Any] = {"instances": [{"problem": counter_day(name="day")}], "contestants": {"plain": {}}}
    return Experiment(**(fields | changes))


def refusal(tmp_path: Path, text: str, name: str = "e.toml") -> str:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidExperiment) as caught:
        make_plan(load_experiment(tmp_path / name))
    return str(caught.value)


class TestLoad:
    def test_toml(self, tmp_path: Path, monkeypatch) -> None:
        write(tmp_path / "week")
        (tmp_path / "e.toml").write_text(TOML)
        monkeypatch.setattr(planning, "usable_processors", lambda: 2)
        plan = make_plan(load_experiment(tmp_path / "e.toml"))
        assert plan.warnings == ()
        assert plan.experiment.name == "e"
        # All contestants of an instance and seed together, then the next seed, then the next limit.
        assert [cell.key for cell in plan.cells[:4]] == [
            "week--plain--s1--2s", "week--tuned--s1--2s", "week--repeatable--s1--2s", "week--plain--s2--2s",
        ]  # fmt: skip
        assert [cell.workers for cell in plan.cells[:3]] == [2, 2, 1]
        assert [cell.limit_seconds for cell in plan.cells] == [2] * 6 + [30.5] * 6
        assert {cell.best_known for cell in plan.cells} == {100}
        assert (plan.cells[0].hard_seconds, plan.cells[-1].hard_seconds) == (64, 121)
        assert ss.Problem.from_json(plan.problems["week"]) == ss.load(tmp_path / "week")

    def test_yaml(self, tmp_path: Path) -> None:
        (tmp_path / "e.yaml").write_text(YAML)
        read = load_experiment(tmp_path / "e.yaml")
        assert (read.name, read.limits, read.seeds) == ("again", (2.0,), (0,))
        settings = read.contestants["tuned"].settings(seed=4, limit_seconds=2)
        wanted = {"use_lns": True, "random_branches_ratio": 0.25}
        assert settings == ss.Settings(gap=0.5, seed=4, time_seconds=2, workers=1, cp_sat=wanted)

    def test_what_is_written_is_read_again(self, tmp_path: Path) -> None:
        (tmp_path / "e.toml").write_text(TOML)
        read = load_experiment(tmp_path / "e.toml")
        assert Experiment.model_validate_json(read.model_dump_json()) == read

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            (
                "linearization_level",
                "linearisation_level",
                'CP-SAT has no parameter "linearisation_level" (did you mean "linearization_level"?)',
            ),
            ("linearization_level = 1", "linearization_level = 'x'", "parameter linearization_level cannot be 'x'"),
            ("linearization_level = 1", "subsolvers = 'core'", "CP-SAT parameter subsolvers is a list"),
            ('preset = "proof"', 'preset = "prof"', 'there is no preset "prof" (did you mean "proof"?)'),
            ('preset = "proof"', "gapp = 0.1", 'there is no field "gapp" (did you mean "gap"?)'),
            ('preset = "proof"', "gap = 2", "gap: 2 is out of range; it must be below 1"),
            ('preset = "proof"', "rule_weights = {'cost.travle' = 2}", '"cost.travle" (did you mean "cost.travel"?)'),
            ('preset = "proof"', "rule_weights = {'pin.kept' = 2}", "pin.kept has no price of its own"),
            ('preset = "proof"', "seed = 3", 'seed is given to all contestants by "seeds" of the experiment'),
            ('preset = "proof"', "time_seconds = 3", 'by "limits" of the experiment'),
            ("deterministic = true", "deterministic = true\nworkers = 2", "search has one worker, not 2"),
            ("seeds = [1, 2]", "seads = [1]", 'there is no field "seads" (did you mean "seeds"?)'),
            ("seeds = [1, 2]", "seeds = [1, 2, 1]", "seeds: 1 is given more than once"),
            ("limits = [2, 30.5]", "limits = [0]", "is out of range; it must be above 0"),
            ('path = "week"', 'pth = "week"', 'there is no field "pth" (did you mean "path"?)'),
            ("[contestants.plain]", "[contestants.'a/b']", '"a/b" names files'),
            ("[contestants.plain]", "[contestants.tuned]", "Cannot declare"),
        ],
    )  # fmt: skip
    def test_refuses(self, tmp_path: Path, old: str, new: str, words: str) -> None:
        write(tmp_path / "week")
        message = refusal(tmp_path, TOML.replace(old, new))
        assert message.startswith("e.toml: ")
        assert words in message

    def test_refuses_a_name_that_yaml_has_twice(self, tmp_path: Path) -> None:
        message = refusal(tmp_path, YAML + "  plain: {gap: 0.1}\n", "e.yaml")
        assert message == 'e.yaml line 9: "plain" is given twice; keep one'

    def test_refuses_other_files(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "", "e.json").endswith("e.json: an experiment is a .toml or a .yaml file")
        with pytest.raises(InvalidExperiment, match=r"none.toml: there is no such file"):
            load_experiment("none.toml")

    def test_all_that_is_wrong_is_told_at_once(self, tmp_path: Path) -> None:
        text = TOML.replace('preset = "proof"', "gapp = 0.1").replace("workers = 2", "workers = 0")
        assert len(refusal(tmp_path, text).splitlines()) == 2


class TestContestant:
    def test_own_fields_take_precedence_over_the_preset(self) -> None:
        own = Contestant(preset="fast", gap=0.3).settings(seed=0, limit_seconds=9)
        assert own.gap == 0.3
        assert Contestant(preset="fast").settings(seed=0, limit_seconds=9).gap == 0.02

    def test_workers_of_its_own_take_precedence_over_the_experiment(self) -> None:
        assert Contestant(workers=2).settings(seed=0, limit_seconds=9, workers=4).workers == 2
        assert Contestant().settings(seed=0, limit_seconds=9, workers=4).workers == 4

    def test_a_deterministic_one_takes_the_limit_as_work(self) -> None:
        settings = Contestant(preset="deterministic").settings(seed=0, limit_seconds=9, workers=4)
        assert (settings.deterministic_work, settings.threads) == (9, 1)

    def test_settings_are_taken_as_they_are(self) -> None:
        taken = experiment(contestants={"a": ss.Settings(gap=0.25, workers=2)}).contestants["a"]
        assert taken == Contestant(gap=0.25, workers=2)

    def test_a_peer_takes_no_settings(self) -> None:
        with pytest.raises(ValidationError, match="gap is for the library, not for a peer"):
            Contestant(peer="a.b:c", gap=0.1)
        with pytest.raises(ValidationError, match="preset is for the library"):
            Contestant(peer="a.b:c", preset="fast")
        with pytest.raises(ValidationError, match="is not of the form module:function"):
            Contestant(peer="a.b.c")


class TestPlan:
    def test_refuses_peers_that_cannot_be_imported(self) -> None:
        faults = refused(contestants={"a": {"peer": "tests.bench.casse:good"}, "b": {"peer": "tests.bench.cases:god"}})
        assert "contestant a: " in faults[0]
        assert "importing tests.bench.casse fails: ModuleNotFoundError" in faults[0]
        assert 'no such function (did you mean "good"?)' in faults[1]

    def test_refuses_names_that_are_one_file_to_some_systems(self) -> None:
        twice = [{"problem": counter_day(name="day")}, {"problem": counter_day(name="Day")}]
        assert refused(instances=twice) == ('two instances have the names "day" and "Day"; give them a "name" each',)
        assert 'two runs have the names "day--a--s0--60s" and' in refused(contestants={"a": {}, "A": {}})[0]
        assert "limits" in refused(limits=(1.0000001, 1.0000002))[0]

    def test_faults_of_all_instances_are_told(self, tmp_path: Path) -> None:
        write(tmp_path / "bad", {"staff.csv": "employee,contract\nE1,none\n"})
        faults = refused(instances=[{"path": tmp_path / "bad"}, {"path": tmp_path / "nowhere"}])
        assert any("instance bad: staff.csv row 2" in fault for fault in faults)
        assert any("nowhere: there is no such file or folder" in fault for fault in faults)

    def test_what_is_optional_may_be_absent(self, tmp_path: Path) -> None:
        absent = {"path": tmp_path / "nowhere", "optional": True}
        plan = make_plan(experiment(instances=[absent, {"problem": counter_day(name="day")}]))
        assert plan.warnings == (f"{tmp_path / 'nowhere'}: is not there, so it is left out",)
        assert [cell.instance for cell in plan.cells] == ["day"]
        assert refused(instances=[absent])[0] == "no instance is left to run"

    @pytest.mark.parametrize("asked_for", [True, False])
    def test_the_working_folder_comes_last_unless_asked_for(self, tmp_path, monkeypatch, asked_for) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.path", ["", str(tmp_path), "/elsewhere"])
        monkeypatch.setenv("PYTHONPATH", f"/other{os.pathsep}{tmp_path}" if asked_for else "/other")
        path = search_path()
        assert path[-1] == str(tmp_path)
        assert path[:-1] == ([str(tmp_path)] if asked_for else []) + ["/elsewhere"]

    def test_an_optional_peer_may_be_absent(self) -> None:
        absent = {"peer": "tests.bench.no_such:solve", "optional": True}
        plan = make_plan(experiment(contestants={"plain": {}, "absent": absent}))
        assert [cell.name for cell in plan.cells] == list(plan.experiment.contestants) == ["plain"]
        assert "importing tests.bench.no_such fails" in plan.warnings[0]
        assert plan.warnings[0].endswith("; it is left out")
        assert refused(contestants={"absent": absent})[0] == "no contestant is left to run"
        there = {"peer": "tests.bench.cases:good", "optional": True}
        assert [cell.name for cell in make_plan(experiment(contestants={"there": there})).cells] == ["there"]
        with pytest.raises(ValidationError, match="only a peer can be optional"):
            Contestant(optional=True)

    def test_more_workers_than_processors_are_told(self, monkeypatch) -> None:
        monkeypatch.setattr(planning, "usable_processors", lambda: 2)
        plan = make_plan(experiment(contestants={"wide": {"workers": 3}, "fits": {"workers": 2}}))
        assert plan.warnings == ("contestant wide has 3 workers for 2 processors, so they share them",)

    def test_weights_without_effect_are_told(self) -> None:
        weights = {"cost.travel": 2.0, "cover.intervals": 2.0}
        plan = make_plan(experiment(contestants={"a": {"rule_weights": weights}}))
        assert [text.partition(":")[0] for text in plan.warnings] == ["contestant a, rule_weights cost.travel"]

    def test_weights_out_of_range_are_refused(self) -> None:
        day = counter_day(name="day", activities=({"activity_id": "counter", "surplus_cents_per_hour": 10**8},))
        faults = refused(instances=[{"problem": day}], contestants={"a": {"rule_weights": {"cover.intervals": 1e6}}})
        assert faults[0].startswith("contestant a, rule_weights cover.intervals: ")

    def test_the_digest_changes_with_all_that_matters_and_nothing_else(self) -> None:
        def digest(**changes: Any) -> str:
            return first(make_plan(experiment(**changes))).digest

        same = digest(seeds=(0, 5), limits=(60, 70), contestants={"plain": {}, "other": {"gap": 0.5}}, memory_mb=999)
        assert same == digest() == digest(contestants={"plain": {"workers": 1}}) == digest(grace_seconds=5)
        others = [
            digest(limits=61), digest(seeds=(1,)), digest(workers=2), digest(contestants={"plain": {"gap": 0.5}}),
            digest(contestants={"plain": {"rule_weights": {"cover.intervals": 2}}}),
            digest(contestants={"plain": {"peer": "tests.bench.cases:good"}}),
            digest(instances=[{"problem": counter_day(name="day", rules=(PaidTime(),))}]),
            digest(instances=[{"problem": counter_day(name="day"), "best_known": 3}]),
        ]  # fmt: skip
        assert len({digest(), *others}) == len(others) + 1


def first(plan: Plan):
    return plan.cells[0]


def refused(**changes: Any) -> tuple[str, ...]:
    with pytest.raises(InvalidExperiment) as caught:
        make_plan(experiment(**changes))
    return caught.value.faults

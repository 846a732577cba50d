"""Running in processes of their own: limits, resuming, refusing, and leaving nothing behind."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner

import schedsolver as ss
from schedsolver.bench import run as running
from schedsolver.bench import store
from schedsolver.bench.experiment import Experiment, load_experiment
from schedsolver.bench.invalid import InvalidExperiment
from schedsolver.bench.plan import make_plan
from schedsolver.bench.record import Outcome, RunRecord
from schedsolver.bench.run import ExperimentWarning, at_once, left_seconds, record_of, run_experiment, run_plan
from schedsolver.bench.store import load_records
from schedsolver.cli import app as cli
from schedsolver.cli import bench
from schedsolver.errors import CannotWrite
from tests.bench.cases import ONE_DUTY
from tests.solving import counter_day

ROOT = Path(__file__).parents[2]
STEADY = {"deterministic": True}


def experiment(contestants: dict[str, Any], name: str = "day", **changes: Any) -> Experiment:
    return Experiment(
        instances=[{"problem": counter_day(name=name), "name": "day"}], contestants=contestants, **changes
    )


def peer(name: str, **more: Any) -> dict[str, Any]:
    return {"peer": f"tests.bench.cases:{name}"} | more


def record(contestant: str = "a", seconds: float = 1.0, limit: float = 2.0, **more: Any) -> RunRecord:
    known = {"instance": "i", "seed": 0, "workers": 1, "outcome": Outcome.OK}
    return RunRecord(**known | {"contestant": contestant, "seconds": seconds, "limit_seconds": limit} | more)


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        time.sleep(0.02)
    pytest.fail("it never came to that")


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def workers_of(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.NoSuchProcess:
        return []


class TestProcess:
    def test_the_library_is_measured_from_outside(self, tmp_path: Path) -> None:
        (run,) = run_experiment(experiment({"plain": STEADY}, limits=5), tmp_path / "out")
        expected = ss.solve(counter_day(), ss.Settings(deterministic=True, deterministic_work=5))
        assert (run.outcome, run.objective, run.bound) == ("ok", expected.objective, expected.bound)
        assert [point[1:] for point in run.trace] == [(p.objective, p.bound) for p in expected.trace]
        assert run.seconds > run.solver_seconds > run.first_solution_seconds > 0
        assert run.cpu_seconds > 0.1
        # Python with its solver is far above 40 MB, and this problem takes next to nothing.
        assert 40 < run.peak_mb < 1000
        assert "processors" in run.machine
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["cells", "experiment.json", "instances"]

    def test_processors_and_threads_are_pinned(self, tmp_path: Path) -> None:
        (run,) = run_experiment(experiment({"pinned": peer("pinned", workers=1)}), tmp_path / "out")
        assert (run.outcome, run.message, run.objective) == ("ok", "1 cores, 1 threads", ONE_DUTY)

    def test_a_crash_is_told_with_the_last_words(self, tmp_path: Path) -> None:
        (run,) = run_experiment(experiment({"crash": peer("crashing")}), tmp_path / "out")
        assert run.outcome is Outcome.FAILED
        assert run.message == "ended with code 3 and no result. no more beads"

    def test_time_is_up_at_the_hard_limit(self, tmp_path: Path) -> None:
        endless = experiment({"endless": peer("endless")}, limits=0.1, grace_factor=1, grace_seconds=0.4)
        (run,) = run_experiment(endless, tmp_path / "out")
        assert (run.outcome, run.objective) == (Outcome.TIMEOUT, None)
        assert run.message == "had not ended after 0.5 s, and was ended"
        assert run.seconds >= 0.5

    def test_memory_counts_what_a_worker_starts_and_all_of_it_is_ended(self, tmp_path: Path) -> None:
        pid_file = tmp_path / "pid"
        (run,) = run_experiment(experiment({"greedy": peer("greedy")}, str(pid_file), memory_mb=400), tmp_path / "out")
        assert run.outcome is Outcome.MEMORY
        assert "above the limit of 400 MB" in run.message
        assert run.peak_mb > 400
        wait_until(lambda: is_gone(int(pid_file.read_text())))

    def test_what_is_no_record_is_a_failure(self) -> None:
        (cell,) = make_plan(experiment({"plain": {}})).cells
        told = record_of(cell, {"outcome": "ok", "seconds": 2.0, "objective": "cheap"}, "here")
        assert (told.outcome, told.seconds, told.machine) == (Outcome.FAILED, 2.0, "here")
        assert told.message.startswith("the run told something that is no record")


class TestResuming:
    def test_a_killed_run_goes_on_to_the_same_table(self, tmp_path: Path) -> None:
        # Killed at once and without warning, as by the system; it leaves no worker behind and a stale lock.
        ss.save(counter_day(), tmp_path / "day.json")
        text = (
            'seeds = [1, 2]\nlimits = 5\n[[instances]]\npath = "day.json"\n[contestants.plain]\ndeterministic = true\n'
        )
        (tmp_path / "e.toml").write_text(text + f"[contestants.last]\npeer = '{peer('endless')['peer']}'\n")
        out = tmp_path / "out"
        code = "from tests.bench.test_run import cli; cli()"
        command = [sys.executable, "-c", code, "bench", "run", str(tmp_path / "e.toml"), "--out", str(out)]
        process = subprocess.Popen([*command, "--parallel", "1"], cwd=ROOT, stdout=subprocess.DEVNULL)
        cells = out / "cells"
        wait_until(lambda: cells.is_dir() and any(cells.glob("*.json")) and bool(workers_of(process.pid)))
        orphans = workers_of(process.pid)
        process.kill()
        process.wait()
        wait_until(lambda: all(is_gone(pid) for pid in orphans))
        (first,) = cells.glob("*.json")
        assert first.name == "day--plain--s1--5s.json"
        assert (out / "running.json").exists()
        before = first.stat().st_mtime_ns

        # The endless one gives way to one that ends; the finished cell is not run again.
        (tmp_path / "e.toml").write_text(text)
        records = run_experiment(load_experiment(tmp_path / "e.toml"), out)
        assert first.stat().st_mtime_ns == before
        expected = [
            ss.solve(counter_day(), ss.Settings(deterministic=True, deterministic_work=5, seed=seed)) for seed in (1, 2)
        ]
        assert [(r.key, r.objective, r.bound) for r in records] == [
            (f"day--plain--s{seed}--5s", result.objective, result.bound)
            for seed, result in zip((1, 2), expected, strict=True)
        ]
        assert load_records(out) == records
        assert not list(out.glob("running*"))

    def test_ctrl_c_ends_what_runs_and_keeps_what_is_finished(self, tmp_path: Path) -> None:
        seen: list[int] = []

        def stop(progress: running.RunProgress) -> None:
            seen.extend(workers_of(os.getpid()))
            if progress.running and progress.running[0][0].startswith("day--endless"):
                raise KeyboardInterrupt

        both = experiment({"crash": peer("crashing"), "endless": peer("endless")})
        with pytest.raises(KeyboardInterrupt):
            run_experiment(both, tmp_path / "out", 1, stop)
        assert seen
        assert all(is_gone(pid) for pid in seen)
        assert [r.contestant for r in load_records(tmp_path / "out")] == ["crash"]
        assert not (tmp_path / "out" / "running.json").exists()

    def test_finished_cells_are_not_run_again_but_failed_ones_when_asked(self, tmp_path: Path, monkeypatch) -> None:
        plan = make_plan(experiment({"plain": {}, "broken": {}, "slow": {}}))
        outcomes = [Outcome.NO_ROSTER, Outcome.FAILED, Outcome.TIMEOUT]
        finished_by_hand(plan, tmp_path / "out", outcomes)
        monkeypatch.setattr(running, "Worker", InstantWorker)
        assert [r.outcome for r in run_plan(plan, tmp_path / "out")] == outcomes
        again = run_plan(plan, tmp_path / "out", retry=True)
        assert [r.outcome for r in again] == [Outcome.NO_ROSTER, Outcome.OK, Outcome.OK]

    def test_new_contestants_and_seeds_join_the_finished_ones(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr(running, "Worker", InstantWorker)
        run_experiment(experiment({"plain": {}}), tmp_path / "out")
        InstantWorker.begun.clear()
        run_experiment(experiment({"plain": {}, "other": {"gap": 0.1}}, seeds=(0, 1)), tmp_path / "out")
        begun = [(spec["seed"], spec["contestant"].get("gap", "default")) for spec in InstantWorker.begun]
        assert begun == [(0, 0.1), (1, "default"), (1, 0.1)]


class TestStore:
    def test_refuses_other_content_under_the_same_name(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr(running, "Worker", InstantWorker)
        out = tmp_path / "out"
        run_experiment(experiment({"plain": {}}), out)
        before = {path: path.read_bytes() for path in out.rglob("*.json")}
        with pytest.raises(InvalidExperiment, match="holds a run of other settings or of another problem"):
            run_experiment(experiment({"plain": {"gap": 0.5}}), out)
        with pytest.raises(InvalidExperiment, match='holds results of experiment "experiment", not of "second"'):
            run_experiment(experiment({"plain": {}}).model_copy(update={"name": "second"}), out)
        monkeypatch.setattr(store, "versions", lambda: {"ortools": "1"})
        with pytest.raises(InvalidExperiment, match="holds results of other versions"):
            run_experiment(experiment({"plain": {}}), out)
        assert {path: path.read_bytes() for path in out.rglob("*.json")} == before

    def test_refuses_folders_of_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").write_text("years of work")
        with pytest.raises(CannotWrite, match="holds other files and no results"):
            run_experiment(experiment({"plain": {}}), tmp_path)
        with pytest.raises(InvalidExperiment, match="holds no results"):
            load_records(tmp_path)

    def test_refuses_while_another_process_is_at_it(self, tmp_path: Path) -> None:
        plan = make_plan(experiment({"plain": {}}))
        with store.Store(plan, tmp_path / "out").held(plan):
            with pytest.raises(InvalidExperiment, match=f"process {os.getpid()} is running an experiment there"):
                run_plan(plan, tmp_path / "out")
            # A number given anew to another process is not the same process.
            lock = tmp_path / "out" / "running.json"
            lock.write_text(json.dumps({"pid": os.getpid(), "created": 1.0}))
            assert store._holder_of(lock) is None

    def test_a_damaged_file_is_named(self, tmp_path: Path) -> None:
        plan = make_plan(experiment({"plain": {}}))
        finished_by_hand(plan, tmp_path / "out", [Outcome.OK])
        path = tmp_path / "out" / "cells" / f"{plan.cells[0].key}.json"
        for text, words in (("{", "cannot be read"), ('{"digest": "x"}', "is no record of a run; delete it")):
            path.write_text(text)
            with pytest.raises(InvalidExperiment, match=words) as caught:
                load_records(tmp_path / "out")
            assert str(path) in str(caught.value)


class TestCrew:
    def test_as_many_at_once_as_there_are_processors_for(self, monkeypatch) -> None:
        monkeypatch.setattr(running, "usable_cores", lambda: [0, 1, 2, 5, 7])
        cells = make_plan(experiment({"one": {}, "two": {"workers": 2}})).cells
        assert (at_once(cells), at_once(cells[:1]), at_once(cells, 1), at_once(cells, 9)) == (2, 5, 1, 2)
        wide = make_plan(experiment({"wide": {"workers": 8}})).cells
        assert at_once(wide) == 1

    def test_cells_at_once_have_processors_of_their_own(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr(running, "usable_cores", lambda: [0, 1, 2, 5, 7])
        monkeypatch.setattr(running, "Worker", InstantWorker)
        InstantWorker.cores.clear()
        run_experiment(experiment({"two": {"workers": 2}}, seeds=(0, 1, 2)), tmp_path / "out")
        assert InstantWorker.cores[:2] == [(0, 1), (2, 5)]
        assert len(InstantWorker.cores[2]) == 2

    def test_refuses_none_at_once(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidExperiment, match="parallel is 0"):
            run_experiment(experiment({"plain": {}}), tmp_path / "out", parallel=0)

    def test_warnings_are_told(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr(running, "Worker", InstantWorker)
        with pytest.warns(ExperimentWarning, match="no instance has a price of this rule"):
            run_experiment(experiment({"a": {"rule_weights": {"cost.travel": 2}}}), tmp_path / "out")

    def test_progress_counts_to_the_end(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr(running, "Worker", InstantWorker)
        seen: list[running.RunProgress] = []
        run_experiment(experiment({"plain": {}}, seeds=(0, 1, 2)), tmp_path / "out", 1, seen.append)
        assert [(p.done, p.total, len(p.finished)) for p in seen if p.finished] == [(1, 3, 1), (2, 3, 1), (3, 3, 1)]
        assert seen[-1].left_seconds == 0

    def test_what_is_left_follows_what_runs_took(self) -> None:
        done = [record("a", seconds=1, limit=2), record("a", seconds=3, limit=6), record("b", seconds=6, limit=4)]
        # a takes half of its limit, b one and a half; c is taken for all together, 10 of 12.
        assert left_seconds(done, [("a", 10, 0)], 1) == 5
        assert left_seconds(done, [("b", 10, 4), ("a", 10, 7)], 1) == 11
        assert left_seconds(done, [("c", 12, 0)], 2) == 5
        assert left_seconds([], [("a", 10, 1)], 1) == 9


class TestCommand:
    def test_runs_and_says_how_it_went(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr(running, "Worker", InstantWorker)
        monkeypatch.setattr(running, "usable_cores", lambda: [0])
        ss.save(counter_day(), tmp_path / "day.json")
        text = 'limits = [10, 20]\n[[instances]]\npath = "day.json"\n[[instances]]\npath = "no"\noptional = true\n'
        (tmp_path / "e.toml").write_text(text + "[contestants.plain]\n[contestants.bad]\ngap = 0.5\n")
        done = CliRunner().invoke(cli, ["bench", "run", str(tmp_path / "e.toml"), "--out", str(tmp_path / "out")])
        assert done.exit_code == 0, done.output
        wanted = (
            "e: 1 instance x 2 contestants x 1 seed x 2 limits = 4 cells, 1 at a time; 1 min 0 s by their limits, "
            "6 min 0 s at most",
            "no: is not there, so it is left out",
            "day--plain--s0--10s  ok  cost 1.60  3.0 s",
            "day--bad--s0--20s  failed  no roster  3.0 s: it fell over",
            f"4 cells: 2 ok, 2 failed. Results are in {tmp_path / 'out'}",
        )
        for words in wanted:
            assert words in done.output
        again = ["bench", "run", str(tmp_path / "e.toml"), "--out", str(tmp_path / "out")]
        # The two of contestant bad, 20 s and 40 s of grace and a minute each on top.
        for option, words in (
            ((), "4 cells, 4 of them finished, 1 at a time; 0 s by their limits, 0 s at most"),
            (("--retry",), "4 cells, 2 of them finished, 1 at a time; 30 s by their limits, 3 min 0 s at most"),
        ):
            assert words in CliRunner().invoke(cli, [*again, *option]).output

    def test_bad_input_is_told_and_nothing_written(self, tmp_path: Path) -> None:
        (tmp_path / "e.toml").write_text('[[instances]]\npath = "day.json"\n[contestants.plain]\n')
        done = CliRunner().invoke(cli, ["bench", "run", str(tmp_path / "e.toml"), "--out", str(tmp_path / "out")])
        assert done.exit_code == 2
        assert "day.json: there is no such file or folder" in done.output
        assert not (tmp_path / "out").exists()

    def test_an_interrupted_run_says_how_to_go_on(self, tmp_path: Path, monkeypatch) -> None:
        def interrupt(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(running, "run_plan", interrupt)
        ss.save(counter_day(), tmp_path / "day.json")
        (tmp_path / "e.toml").write_text('[[instances]]\npath = "day.json"\n[contestants.plain]\n')
        done = CliRunner().invoke(cli, ["bench", "run", str(tmp_path / "e.toml"), "--out", str(tmp_path / "out")])
        assert done.exit_code == bench.INTERRUPTED
        assert "The same command goes on." in done.output


class InstantWorker:
    """In place of a process: has ended as soon as it is looked at twice; settings with a gap of a half fail."""

    begun: list[dict[str, Any]] = []  # noqa: RUF012
    cores: list[tuple[int, ...]] = []  # noqa: RUF012

    def __init__(self, spec: dict[str, Any], cores: tuple[int, ...], *_: Any) -> None:
        self.begun.append(spec)
        self.cores.append(tuple(cores))
        self._looks = 0
        self._fails = spec["contestant"].get("gap") == 0.5
        self.seconds = 0.0

    def poll(self) -> dict[str, Any] | None:
        self._looks += 1
        if self._looks == 1:
            return None
        if self._fails:
            return {"outcome": Outcome.FAILED, "message": "it fell over", "seconds": 3.0}
        return {"outcome": Outcome.OK, "objective": 160, "seconds": 3.0}

    def kill(self) -> None: ...

    def wait(self) -> None: ...


def finished_by_hand(plan: Any, out: Path, outcomes: list[Outcome]) -> None:
    kept = store.Store(plan, out)
    with kept.held(plan):
        for cell, outcome in zip(plan.cells, outcomes, strict=True):
            own = {"instance": cell.instance, "limit": cell.limit_seconds, "outcome": outcome}
            kept.put(cell, record(cell.name, **own))

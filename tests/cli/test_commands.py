"""The command as a user meets it: exit codes, messages, and what is written."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import schedsolver as ss
from schedsolver.cli import app, commands
from schedsolver.cli.roster_folder import CHECKPOINT_FILE
from schedsolver.cli.roster_folder import FILES as ROSTER_FILES
from tests.io.files import write

PINS = "employee,date,off,shift_type\nE0007,2026-03-09,true,\nE0007,2026-03-09,,day\n"


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args], prog_name="schedsolver")


def solve(problem: Path, out: Path, *options: object) -> Result:
    return run("solve", problem, "--out", out, "--deterministic", "--time", 2, *options)


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    return write(tmp_path / "problem")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out" / "roster"


class TestSolve:
    def test_writes_the_roster_with_its_proof(self, problem: Path, out: Path) -> None:
        run = solve(problem, out, "--seed", 3)
        assert run.exit_code == 0, run.output
        assert {path.name for path in out.iterdir()} == set(ROSTER_FILES)
        duties, activities = pd.read_csv(out / "duties.csv"), pd.read_csv(out / "activities.csv")
        wanted = ["employee", "date", "outlet", "shift_type", "start", "end", "break_start", "break_end"]
        assert list(duties.columns[:8]) == wanted
        assert list(activities.columns) == ["employee", "outlet", "activity", "start", "end"]
        assert list(duties["employee"]) == ["E0007"]
        result = json.loads((out / "result.json").read_text())
        assert result.keys() >= {
            "status", "objective", "bound", "gap", "horizon_start", "wall_seconds", "first_solution_seconds",
            "cost_by_rule", "seed", "settings", "versions",
        }  # fmt: skip
        assert (result["status"], result["seed"], result["horizon_start"]) == ("optimal", 3, "2026-03-09")
        assert result["objective"] == result["bound"] == sum(result["cost_by_rule"].values())
        assert ss.check(ss.load(problem), ss.load_schedule(out)).objective == result["objective"]

    def test_says_how_good_it_is_and_where(self, problem: Path, out: Path) -> None:
        printed = solve(problem, out).stdout
        for words in ("2 outlets, 2 employees", "optimal", "bound", "gap", "Cost by rule", "total", str(out)):
            assert words in printed

    def test_stops_at_the_target_in_money_as_shown(self, problem: Path, out: Path) -> None:
        assert "(target cost reached)" in solve(problem, out, "--target", "99,999.50").stdout
        assert json.loads((out / "result.json").read_text())["settings"]["target_cents"] == 9_999_950

    def test_work_and_patience_are_limits_of_their_own(self, problem: Path, out: Path) -> None:
        assert solve(problem, out, "--work", 3, "--stall", 7.5).exit_code == 0
        settings = json.loads((out / "result.json").read_text())["settings"]
        assert (settings["deterministic_work"], settings["stall_seconds"]) == (3, 7.5)

    def test_begins_with_an_earlier_roster_and_tells_what_became_of_it(self, problem: Path, out: Path) -> None:
        solve(problem, out)
        text = (problem / "leave.csv").read_text()
        (problem / "leave.csv").write_text(text + "E0007,2026-03-09,2026-03-09\n")
        earlier = (out / "schedule.json").read_text().replace('"counter"', '"chess"', 1)
        (out.parent / "earlier.json").write_text(earlier)
        printed = solve(problem, out, "--start", out.parent / "earlier.json")
        assert printed.exit_code == 0, printed.output
        assert "of today's rules; 0 of its 1 duties are as they were" in printed.stdout
        assert '  dropped 1 stint: activity "chess" is not in the problem' in printed.stdout
        assert "  leave.taken: E0007" in printed.stdout
        assert json.loads((out / "result.json").read_text())["start"]["duties"] == 1
        refused_ = solve(problem, out, "--start", out.parent / "nowhere.json")
        assert (refused_.exit_code, "there is no such file" in refused_.stderr) == (2, True)

    def test_goes_on_with_the_search_that_the_folder_keeps(self, tmp_path: Path, out: Path) -> None:
        folder = tmp_path / "problem"
        ss.save(ss.generate(ss.GeneratorSpec(outlets=2, staff=6, days=3, seed=5)), folder)
        first = run("solve", folder, "--out", out, "--time", 0.1, "--workers", 1)
        assert "give the same command with --resume and a longer --time." in first.stdout
        assert {path.name for path in out.iterdir()} == {*ROSTER_FILES, CHECKPOINT_FILE}
        before = json.loads((out / "result.json").read_text())
        again = run("solve", folder, "--out", out, "--resume", "--time", 5, "--target", 1e9, "--workers", 1)
        assert (again.exit_code, "(target cost reached)" in again.stdout) == (0, True)
        assert "with --resume and a lower --target." in again.stdout
        after = json.loads((out / "result.json").read_text())
        assert after["trace"][: len(before["trace"])] == before["trace"]
        assert after["objective"] <= before["objective"]
        ss.save(ss.generate(ss.GeneratorSpec(outlets=2, staff=6, days=3, seed=6)), folder)
        other = run("solve", folder, "--out", out, "--resume")
        assert (other.exit_code, "search.checkpoint: is of another problem" in other.stderr) == (2, True)
        assert json.loads((out / "result.json").read_text()) == after

    def test_resuming_where_nothing_is_kept_begins_anew_and_says_so(self, problem: Path, out: Path) -> None:
        printed = solve(problem, out, "--resume")
        assert (printed.exit_code, "to go on from; this begins anew." in printed.stdout) == (0, True)

    def test_a_reader_who_leaves_early_does_not_cost_the_roster(self, problem: Path, out: Path) -> None:
        code = "from schedsolver.cli import main; main()"
        command = [sys.executable, "-c", code, "solve", str(problem), "--out", str(out), "--time", "20"]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, **pipes) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert (process.stderr.read(), process.wait()) == ("", 0)
        assert {path.name for path in out.iterdir()} == set(ROSTER_FILES)

    def test_short_staff_is_a_roster_with_priced_shortages(self, tmp_path: Path, out: Path) -> None:
        needs = "outlet,activity,date,start,end,heads\nHub,counter,2026-03-10,09:00,12:00,3\n"
        run = solve(write(tmp_path / "problem", {"interval_requirements.csv": needs}), out)
        assert run.exit_code == 0, run.output
        # Two of three heads for three hours, at 120 and 180 an hour.
        assert "Missing: 6.0 head-hours, priced at 900.00" in run.stdout
        assert ["Hub", "counter", "2026-03-10", "09:00-12:00", "1", "of", "3", "2", "900.00"] in rows(run.stdout)

    def test_missing_duties_are_told(self, tmp_path: Path, out: Path) -> None:
        needs = "date,shift_type,outlet,preferred\n2026-03-09,day,Sat,3\n"
        run = solve(write(tmp_path / "problem", {"shift_requirements.csv": needs}), out)
        assert run.exit_code == 0, run.output
        assert "duties of 3 wanted on shift day on 2026-03-09 at Sat" in run.stdout

    def test_an_earlier_roster_is_replaced(self, problem: Path, out: Path) -> None:
        for seed in (1, 2):
            assert solve(problem, out, "--seed", seed).exit_code == 0
        assert json.loads((out / "result.json").read_text())["seed"] == 2
        assert {path.name for path in out.iterdir()} == set(ROSTER_FILES)

    @pytest.mark.parametrize("hint", ["auto", "json"])
    def test_json(self, problem: Path, out: Path, tmp_path: Path, hint: str) -> None:
        file = tmp_path / "problem.json"
        ss.save(ss.load(problem), file)
        assert solve(file, out, "--format", hint).exit_code == 0

    @pytest.mark.parametrize(
        "text",
        [
            "\ufeffemployee,first_day,last_day\nE0008,2026-03-10,2026-03-10\n",
            "employee;first_day;last_day\r\nE0008;2026-03-10;2026-03-10\r\n",
        ],
    )
    def test_what_excel_saves_is_read(self, tmp_path: Path, out: Path, text: str) -> None:
        assert solve(write(tmp_path / "problem", {"leave.csv": text}), out).exit_code == 0

    def test_contradictory_pins_are_named(self, tmp_path: Path, out: Path) -> None:
        run = solve(write(tmp_path / "problem", {"pins.csv": PINS}), out)
        assert run.exit_code == 1
        assert "E0007 is off on 2026-03-09" in run.stderr
        assert "E0007 works on 2026-03-09 on shift day" in run.stderr
        assert not out.exists()

    def test_a_solver_that_disagrees_with_the_checker_is_no_roster(
        self, problem: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def disagree(*args: Any, **more: Any) -> ss.Result:
            raise ss.CheckFailed("the solver says 1 cent, the checker 2")

        monkeypatch.setattr(ss, "solve", disagree)
        run = solve(problem, out)
        assert (run.exit_code, out.exists()) == (1, False)
        assert "the checker 2" in run.stderr


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("leave.csv", "employee,first_day,last_day\nE07,2026-03-09,2026-03-09\n", 'leave.csv row 2: employee "E07"'),
        ("leave.csv", "employee,first_day,last_day\nE0007,10/03/2026,2026-03-10\n", "leave.csv row 2"),
        ("permissions.csv", "employee,skill,valid_from,valid_until\nE0007,cash,2026-03-09,2026-03-01\n",
         "permissions.csv row 2: the permission ends on 2026-03-01"),
        ("shift_types.csv", "shift_type,start_from,start_to,minutes_min,minutes_max\nday,09:00,10:00,300,420\n"
         "day,11:00,12:00,300,420\n", "shift_types.csv row 3"),
        ("interval_requirements.csv", "outlet,activity,date,start,end,heads\nHub,counter,2026-03-09,07:00,08:00,1\n",
         "interval_requirements.csv row 2"),
        ("travel.csv", "outlet,Hub,Sat\nHub,0,25\n", "travel.csv"),
        ("activities.csv", "activity,skill,service_minutes\ncounter,cash,-7\n", "activities.csv row 2: service_min"),
        ("staff.csv", "", "staff.csv"),
        ("staff.csv", "employee,contract\n\u00e9,full\n".encode("latin-1"), "staff.csv row 2: is not UTF-8"),
        ("problem.yaml", "horizon: {start: 2026-03-09, days: two}\n", "days"),
        ("problem.yaml", None, "problem.yaml"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_its_place(tmp_path: Path, name: str, text: str | bytes | None, told: str) -> None:
    write(tmp_path / "problem", {name: text})
    refused(solve(tmp_path / "problem", tmp_path / "roster"), told, tmp_path)


def test_a_huge_file_is_refused(problem: Path, tmp_path: Path) -> None:
    os.truncate(problem / "leave.csv", 200 * 2**20)
    refused(solve(problem, tmp_path / "roster"), "leave.csv: is too large", tmp_path)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--time", 0], "--time: 0.0 is out of range"),
        (["--gap", 1], "--gap: 1.0 is out of range"),
        (["--workers", 0], "--workers: 0 is out of range"),
        (["--workers", 2], "one worker"),
        (["--stall", 0], "--stall: 0.0 is out of range"),
        (["--time", "inf"], "--time: inf is not a finite number"),
        (["--target", "inf"], '"inf" is not an amount of money'),
        (["--target", "cheap"], '"cheap" is not an amount of money'),
        (["--work", -1], "--work: -1.0 is out of range"),
        (["--seed", -1], "--seed: -1 is out of range"),
        (["--format", "excel"], '"excel" is not supported; the formats are'),
        (["--format", "json"], "is a folder"),
    ],
)
def test_bad_options_are_refused(problem: Path, tmp_path: Path, options: Sequence[object], told: str) -> None:
    refused(solve(problem, tmp_path / "roster", *options), told, tmp_path)


def test_a_problem_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused(solve(tmp_path / "nowhere", tmp_path / "roster"), "there is no such file or folder", tmp_path)


class TestOut:
    def test_a_folder_with_other_files_is_refused_and_left_alone(self, problem: Path) -> None:
        before = {path.name: path.read_bytes() for path in problem.iterdir()}
        run = solve(problem, problem)
        assert run.exit_code == 2
        assert "holds other files (activities.csv, breaks.csv, contracts.csv, ...)" in run.stderr
        assert {path.name: path.read_bytes() for path in problem.iterdir()} == before

    def test_another_activities_file_is_not_overwritten(self, problem: Path, out: Path) -> None:
        out.mkdir(parents=True)
        (out / "activities.csv").write_text("mine")
        assert solve(problem, out).exit_code == 2
        assert (out / "activities.csv").read_text() == "mine"

    def test_an_empty_folder_but_for_hidden_files_will_do(self, problem: Path, out: Path) -> None:
        out.mkdir(parents=True)
        (out / ".DS_Store").touch()
        assert solve(problem, out).exit_code == 0
        assert {path.name for path in out.iterdir()} == {*ROSTER_FILES, ".DS_Store"}

    @pytest.mark.parametrize("below", ["", "deeper"])
    def test_a_file_is_refused(self, problem: Path, tmp_path: Path, below: str) -> None:
        file = tmp_path / "file"
        file.write_text("mine")
        run = solve(problem, file / below)
        assert (run.exit_code, file.read_text()) == (2, "mine")
        assert str(file) in run.stderr

    def test_it_is_tried_before_solving(self, problem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ss, "solve", lambda *args, **more: pytest.fail("solved"))
        assert solve(problem, problem).exit_code == 2

    def test_nothing_is_half_written(self, problem: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def no_space(self: ss.Result) -> str:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(ss.Result, "to_json", no_space)
        run = solve(problem, out)
        assert run.exit_code == 2
        assert "No space left on device" in run.stderr
        # What was found is not lost: the search goes on from its checkpoint when there is space again.
        assert [path.name for path in out.iterdir()] == [CHECKPOINT_FILE]
        monkeypatch.undo()
        again = solve(problem, out, "--resume")
        assert again.exit_code == 0, again.output
        assert {path.name for path in out.iterdir()} == set(ROSTER_FILES)


class TestCheck:
    def test_a_roster_passes(self, problem: Path, out: Path) -> None:
        solve(problem, out)
        for schedule in (out, out / "schedule.json", out / "duties.csv"):
            run_ = run("check", problem, schedule)
            assert run_.exit_code == 0, run_.output
            assert "no violations" in run_.stdout
            assert "total" in run_.stdout

    def test_a_doctored_roster_fails(self, problem: Path, out: Path) -> None:
        solve(problem, out)
        schedule = ss.load_schedule(out)
        ss.save_schedule(ss.Schedule.of(schedule.duty_list), out)
        run_ = run("check", problem, out)
        assert run_.exit_code == 1
        assert "2 violations\n  duty.filled: E0007 at Hub on 2026-03-09" in run_.stdout

    def test_a_roster_of_someone_else_is_bad_input(self, problem: Path, out: Path) -> None:
        solve(problem, out)
        text = (out / "schedule.json").read_text()
        (out / "schedule.json").write_text(text.replace("E0007", "E7"))
        run_ = run("check", problem, out / "schedule.json")
        assert run_.exit_code == 2
        assert '"E7" is not in the problem' in run_.stderr

    def test_a_roster_that_is_not_there_is_bad_input(self, problem: Path, out: Path) -> None:
        run_ = run("check", problem, out)
        assert run_.exit_code == 2
        assert str(out) in run_.stderr


class TestGenerate:
    def test_writes_a_problem_folder(self, out: Path) -> None:
        args = ("--outlets", 2, "--staff", 8, "--days", 3, "--slot-minutes", 15, "--seed", 5)
        assert run("generate", *args, "--out", out).exit_code == 0
        spec = ss.GeneratorSpec(outlets=2, staff=8, days=3, slot_minutes=15, seed=5)
        assert ss.load(out) == ss.generate(spec)

    def test_impossible_sizes_are_refused(self, tmp_path: Path) -> None:
        for option in ("--outlets", "--days", "--slot-minutes"):
            refused(run("generate", option, 0, "--out", tmp_path / "roster"), option, tmp_path)

    def test_a_folder_with_other_files_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").touch()
        assert run("generate", "--out", tmp_path).exit_code == 2
        assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


class TestDemo:
    def test_solves_the_example(self, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[tuple[ss.Problem, ss.Settings]] = []

        def instead(problem: ss.Problem, settings: ss.Settings, on_progress: Any, **more: Any) -> ss.Result:
            asked.append((problem, settings))
            raise ss.NoSolutionFound("not tried")

        monkeypatch.setattr(ss, "solve", instead)
        assert run("demo", "--out", out).exit_code == 1
        problem, settings = asked[0]
        assert (len(problem.outlets), len(problem.staff), problem.horizon.days) == (6, 36, 7)
        assert (settings.time_seconds, settings.gap) == (75, commands.DEMO_GAP)


def test_importing_the_command_loads_no_solver() -> None:
    code = "import schedsolver.cli, sys; assert not {'ortools', 'highspy'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_not_expected_is_not_hidden(problem: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ss, "solve", lambda *args, **more: 1 / 0)
    assert isinstance(solve(problem, out).exception, ZeroDivisionError)


def refused(run: Result, told: str, folder: Path) -> None:
    """Hold a refusal against what it owes the user: the code, the place, no traceback, and nothing written."""
    assert run.exit_code == 2, run.output
    assert told in run.stderr
    assert "Traceback" not in run.output
    assert [path.name for path in folder.iterdir() if path.name != "problem"] == []


def rows(printed: str) -> list[list[str]]:
    return [line.split() for line in printed.splitlines()]


def test_generate_with_everything_on(tmp_path):
    sizes = ["generate", "--outlets", "1", "--staff", "6", "--days", "1"]
    names = []
    for more, folder in (([], "plain"), (["--everything"], "full")):
        assert CliRunner().invoke(app, [*sizes, *more, "--out", str(tmp_path / folder)]).exit_code == 0
        names.append({rule.name for rule in ss.load(tmp_path / folder).rules})
    assert names[0] < names[1]
    assert {"outreach.teams", "training.sessions", "backlog.quotas"} <= names[1]


def test_generate_keeps_a_problem_unless_told(tmp_path):
    sizes = ["generate", "--outlets", "1", "--staff", "2", "--days", "1", "--out", str(tmp_path / "branch")]
    assert CliRunner().invoke(app, sizes).exit_code == 0
    staff = tmp_path / "branch" / "staff.csv"
    staff.write_text("mine")
    kept = CliRunner().invoke(app, sizes)
    assert kept.exit_code == 2
    assert "holds a problem, which would be lost; choose a new folder, or add --force" in kept.stderr
    assert staff.read_text() == "mine"
    assert CliRunner().invoke(app, [*sizes, "--force"]).exit_code == 0
    assert staff.read_text() != "mine"

"""A search goes on from its file, however it was ended; a file that does not fit is refused in words."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest

import schedsolver as ss
from schedsolver.errors import CannotWrite, InvalidCheckpoint
from schedsolver.model.build import build_model
from schedsolver.rules import MinimumRest
from schedsolver.solve import checkpoint as keeping
from schedsolver.solve.board import Board
from schedsolver.solve.checkpoint import CheckpointWarning, Keeper, fingerprint, read_checkpoint
from schedsolver.solve.start import Start
from tests.solving import counter_day

SHORT = ss.Settings(time_seconds=0.5, workers=1, gap=0)


def cluster(staff: int = 6, days: int = 3, seed: int = 5) -> ss.Problem:
    return ss.generate(ss.GeneratorSpec(outlets=2, staff=staff, days=days, seed=seed))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new" / "search.checkpoint"


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> tuple[ss.Problem, ss.Result, str]:
    """A problem, a search that was cut short, and what it left behind."""
    problem, file = cluster(), tmp_path_factory.mktemp("kept") / "search.checkpoint"
    stop, found = threading.Event(), []

    def second_is_enough(incumbent: ss.Incumbent) -> None:
        found.append(incumbent)
        if len(found) == 2:
            stop.set()

    settings = ss.Settings(time_seconds=300, workers=1, gap=0)
    result = ss.solve(problem, settings, on_incumbent=second_is_enough, stop=stop, checkpoint=file)
    return problem, result, file.read_text()


def test_the_end_of_a_search_is_kept(kept, file):
    problem, result, text = kept
    file.parent.mkdir()
    file.write_text(text)
    state = read_checkpoint(file, problem)
    assert (state.objective, state.bound, state.schedule) == (result.objective, result.bound, result.schedule)
    assert tuple(state.moments()) == result.trace
    assert state.seconds == pytest.approx(result.wall_seconds, abs=1)


def test_a_search_with_no_time_left_returns_what_was_kept(kept, file):
    problem, result, text = kept
    file.parent.mkdir()
    file.write_text(text)
    again = ss.solve(problem, SHORT, checkpoint=file, resume=True)
    assert (again.schedule, again.objective, again.bound) == (result.schedule, result.objective, result.bound)
    reason = "proved optimal" if result.status == "optimal" else "time limit"
    assert (again.stopped_because, again.start) == (reason, None)
    assert again.trace[: len(result.trace)] == result.trace
    assert again.first_solution_seconds == result.first_solution_seconds
    assert again.wall_seconds >= result.wall_seconds


def test_a_search_goes_on_with_roster_bound_and_time(kept, file):
    problem, result, text = kept
    file.parent.mkdir()
    file.write_text(text)
    longer = ss.Settings(time_seconds=result.wall_seconds + 3, workers=1, gap=0)
    again = ss.solve(problem, longer, checkpoint=file, resume=True)
    assert again.objective <= result.objective
    assert again.bound >= result.bound
    assert ss.check(problem, again.schedule).objective == again.objective
    assert read_checkpoint(file, problem).objective == again.objective
    # The roster kept is a solution of the model too, which the search goes on from.
    board = Board(build_model(problem), ss.Settings(time_seconds=60), time.perf_counter())
    board.begin_with(Start.of(problem, result.schedule), "checkpoint")
    assert board.best.objective == result.objective


def test_the_bound_of_another_version_of_the_rules_is_not_taken_over(kept, file):
    problem, result, text = kept
    file.parent.mkdir()
    file.write_text(text)
    state = read_checkpoint(file, problem)
    board = Board(build_model(problem), SHORT, 0.0, lambda: 0.0)
    report = ss.check(problem, state.schedule)
    board.restore(state.model_copy(update={"library": "0.0.1"}), report)
    assert (board.bound, board.work) == (None, state.work)
    board.restore(state.model_copy(update={"objective": state.objective + 1}), report)
    assert board.bound is None
    board.restore(state, report)
    assert (board.bound, board.seconds_left) == (result.bound, SHORT.time_seconds - state.seconds)


def test_work_done_before_counts(kept, file):
    problem, _, text = kept
    file.parent.mkdir()
    file.write_text(text)
    state = read_checkpoint(file, problem)
    settings = ss.Settings(deterministic=True, deterministic_work=0.5, gap=0)
    board = Board(build_model(problem), settings, 0.0)
    board.restore(state.model_copy(update={"work": 0.4}), ss.check(problem, state.schedule))
    assert board.work_left == pytest.approx(0.1)


def test_a_search_never_begun_begins(file):
    result = ss.solve(counter_day(), ss.Settings(deterministic=True), checkpoint=file, resume=True)
    assert (result.objective, file.exists()) == (160, True)


@pytest.mark.parametrize("share", [0, 0.001, 0.01, 0.5, 0.999])
def test_a_file_cut_off_is_refused(kept, file, share):
    problem, _, text = kept
    file.parent.mkdir()
    file.write_text(text[: int(share * len(text))])
    with pytest.raises(InvalidCheckpoint, match=r"search\.checkpoint: is (damaged|no checkpoint).*begin without it"):
        ss.solve(problem, SHORT, checkpoint=file, resume=True)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (r'"bound":-?\d+', '"bound":99', "is damaged or cut off"),
        ("checkpoint 1 ", "checkpoint 2 ", "is a checkpoint of version 2, this library reads version 1"),
        ("schedsolver checkpoint", "another program's", "is no checkpoint"),
    ],
)
def test_a_file_that_was_changed_is_refused(kept, file, old, new, told):
    problem, _, text = kept
    file.parent.mkdir()
    file.write_text(re.sub(old, new, text, count=1))
    with pytest.raises(InvalidCheckpoint, match=told):
        ss.solve(problem, SHORT, checkpoint=file, resume=True)


def test_a_file_of_another_problem_is_refused(kept, file):
    problem, _, text = kept
    file.parent.mkdir()
    file.write_text(text)
    for other in (cluster(seed=6), problem.replace(rules=(*problem.rules, MinimumRest(minutes=61)))):
        with pytest.raises(InvalidCheckpoint, match="is of another problem"):
            ss.solve(other, SHORT, checkpoint=file, resume=True)
    assert file.read_text() == text
    assert fingerprint(problem) == fingerprint(ss.Problem.from_json(problem.to_json())) != fingerprint(cluster(seed=6))


def test_resuming_needs_a_file():
    with pytest.raises(ss.SchedSolverError, match="needs the file to go on from"):
        ss.solve(counter_day(), SHORT, resume=True)


def test_what_is_no_checkpoint_is_not_overwritten(tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    for path, told in (
        (mine, "holds something else"),
        (tmp_path, "is a folder"),
        (mine / "below", "cannot be written"),
    ):
        with pytest.raises(CannotWrite, match=told):
            ss.solve(counter_day(), SHORT, checkpoint=path)
    assert mine.read_text() == "mine"


def test_it_is_written_every_few_seconds_and_whole(file, monkeypatch):
    problem = counter_day()
    clock = [0.0]
    board = Board(build_model(problem), ss.Settings(), 0.0, lambda: clock[0])
    keeper = Keeper(file, problem, lambda: clock[0])
    clock[0] = 10.0
    keeper.keep(board)
    assert not file.exists(), "there is no roster yet"
    board.begin_with(Start.of(problem, ss.Schedule()), "start")
    keeper.keep(board)
    assert read_checkpoint(file, problem).seconds == 10
    clock[0] = 10 + keeping.INTERVAL_SECONDS - 0.01
    board.raise_bound(1, "bound")
    keeper.keep(board)
    assert read_checkpoint(file, problem).bound is None
    clock[0] += 0.01
    keeper.keep(board)
    assert read_checkpoint(file, problem).bound == 1
    # A writing that fails half-way leaves the earlier one, and the search goes on.
    before = file.read_text()
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    board.raise_bound(2, "bound")
    with pytest.warns(CheckpointWarning, match="goes on, but .* No space left on device"):
        keeper.keep(board, now=True)
    assert file.read_text() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


# So large that the search is not done before it is killed.
LARGE = ss.GeneratorSpec(outlets=3, staff=18, days=7, seed=5)
KILLED = f"""
import sys
import schedsolver as ss
from schedsolver.solve import checkpoint
checkpoint.INTERVAL_SECONDS = 0.2
problem = ss.generate(ss.GeneratorSpec.model_validate_json({LARGE.model_dump_json()!r}))
settings = ss.Settings(time_seconds=300, workers=1, gap=0)
ss.solve(problem, settings, checkpoint=sys.argv[1], on_incumbent=lambda found: print(found.objective, flush=True))
"""


def test_a_search_that_was_killed_goes_on(file):
    with subprocess.Popen([sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        costs = [int(process.stdout.readline()) for _ in range(2)]
        written = time.time()
        while not file.exists() or file.stat().st_mtime < written:
            assert process.poll() is None
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    problem = ss.generate(LARGE)
    state = read_checkpoint(file, problem)
    assert state.objective <= costs[-1] < costs[0]
    assert state.bound is not None
    assert ss.check(problem, state.schedule).objective == state.objective
    settings = ss.Settings(time_seconds=state.seconds + 1, workers=1, gap=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = ss.solve(problem, settings, checkpoint=file, resume=True)
    assert result.objective <= state.objective
    assert result.bound >= state.bound
    assert result.wall_seconds >= state.seconds

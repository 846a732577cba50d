"""Rosters as they are found, the ways to end a search, and that nothing is left of it."""

import signal
import subprocess
import sys
import threading
import time

import pytest

import schedsolver as ss
from tests.solving import counter_day

LONG = ss.Settings(time_seconds=600, gap=0, workers=1)
QUICK = ss.Settings(deterministic=True, deterministic_work=2)


def cluster(staff: int = 10, days: int = 7) -> ss.Problem:
    return ss.generate(ss.GeneratorSpec(outlets=2, staff=staff, days=days, seed=5))


def hopeless() -> ss.Problem:
    pins = tuple(
        ss.Pin(employee_id="E0", date="2026-03-09", **about) for about in ({"off": True}, {"shift_type_id": "am"})
    )
    return counter_day(pins=pins)


@pytest.fixture(autouse=True)
def _leaves_no_thread():
    before = threading.active_count()
    yield
    assert threading.active_count() == before


def test_each_is_checked_and_better_than_the_last_and_the_last_is_the_result():
    problem = cluster(6, 2)
    with ss.incumbents(problem, QUICK) as rosters:
        found = list(rosters)
    assert len(found) > 1
    for roster in found:
        report = ss.check(problem, roster.schedule)
        assert (report.ok, report.objective, report.cost_by_rule) == (True, roster.objective, roster.cost_by_rule)
        assert roster.bound is None or roster.bound <= roster.objective
    costs, seconds = [f.objective for f in found], [f.seconds for f in found]
    assert costs == sorted(set(costs), reverse=True)
    assert seconds == sorted(seconds)
    assert found[-1].schedule == rosters.result.schedule
    assert rosters.result.objective == costs[-1] == ss.solve(problem, QUICK).objective


@pytest.mark.parametrize("way", ["break", "close", "with", "result"])
def test_leaving_early_ends_the_search(way):
    rosters = ss.incumbents(cluster(), LONG)
    if way == "break":
        for _ in rosters:
            break
        assert threading.active_count() > 1
        del rosters, _
        return
    if way == "with":
        with rosters:
            first = next(rosters)
    else:
        first = next(rosters)
    if way == "close":
        rosters.close()
    assert rosters.result.objective <= first.objective
    assert rosters.result.stopped_because == "interrupted"
    assert list(rosters) == []


def test_one_never_begun_has_no_result():
    rosters = ss.incumbents(cluster(), LONG)
    rosters.close()
    with pytest.raises(ss.NoSolutionFound, match="before the search began"):
        _ = rosters.result


def test_what_goes_wrong_is_raised_in_the_loop():
    with pytest.raises(ss.InfeasibleProblem):
        next(ss.incumbents(hopeless(), QUICK))
    with pytest.raises(ss.SchedSolverError, match="no parameter"):
        ss.incumbents(counter_day(), ss.Settings(cp_sat={"nonsense": 1}))


def test_an_error_of_the_loop_itself_ends_the_search():
    def broken() -> None:
        with ss.incumbents(cluster(), LONG) as rosters:
            for _ in rosters:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()


def test_a_callback_gets_the_same_rosters_in_the_callers_thread():
    told: list[tuple[ss.Incumbent, threading.Thread]] = []
    problem = cluster(6, 2)
    result = ss.solve(problem, QUICK, on_incumbent=lambda found: told.append((found, threading.current_thread())))
    assert {thread for _, thread in told} == {threading.current_thread()}
    assert [f.objective for f, _ in told] == [f.objective for f in ss.incumbents(problem, QUICK)]
    assert told[-1][0].schedule == result.schedule


def test_a_search_in_a_thread_is_ended_from_another():
    stop, first, results = threading.Event(), threading.Event(), []
    problem = cluster()

    def search() -> None:
        results.append(ss.solve(problem, LONG, on_incumbent=lambda _: first.set(), stop=stop))

    thread = threading.Thread(target=search)
    thread.start()
    assert first.wait(60)
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
    assert results[0].stopped_because == "interrupted"
    assert ss.check(problem, results[0].schedule).objective == results[0].objective
    assert results[0].bound <= results[0].objective


@pytest.fixture
def ctrl_c() -> None:
    """Ctrl-C as Python starts with it: CP-SAT at its defaults, as tests use it, leaves the system's way behind."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def interrupting(at: int):
    """A callback that presses Ctrl-C on each of its first calls."""
    calls = []

    def on_progress(_progress: ss.Progress) -> None:
        calls.append(1)
        if len(calls) <= at:
            signal.raise_signal(signal.SIGINT)

    return on_progress


@pytest.mark.usefixtures("ctrl_c")
def test_the_first_ctrl_c_returns_the_best_roster_so_far():
    problem = cluster()
    result = ss.solve(problem, LONG, interrupting(1))
    assert result.stopped_because == "interrupted"
    assert ss.check(problem, result.schedule).ok


@pytest.mark.usefixtures("ctrl_c")
def test_the_second_ctrl_c_is_raised_at_once():
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        ss.solve(cluster(), LONG, interrupting(2))
    # What goes on behind ends by itself.
    while threading.active_count() > before:
        time.sleep(0.05)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_in_a_loop_over_incumbents_is_raised_and_the_best_is_kept():
    problem = cluster()
    rosters = ss.incumbents(problem, LONG)

    def pressed() -> None:
        with rosters:
            for _ in rosters:
                signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        pressed()
    assert ss.check(problem, rosters.result.schedule).ok


def test_no_solver_is_loaded_before_one_is_needed():
    code = "import schedsolver as ss, sys; ss.incumbents; assert not {'ortools', 'highspy'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)

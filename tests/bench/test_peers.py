"""The peers of the benchmarks: what they find is checked, and what they prove agrees with the library."""

import importlib.util
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from ortools.sat.python import cp_model

import schedsolver as ss
from benchmarks import straightforward
from benchmarks.peers import (
    cbc_mip,
    compact_cp_sat,
    cp_search,
    highs_mip,
    mps,
    plain_cp_sat,
    pyworkforce,
    scip_mip,
)
from benchmarks.peers.compact import Compact
from benchmarks.peers.trail import Trail, foreign
from schedsolver.bench.worker import by_peer
from schedsolver.domain import Pin, Problem, Schedule
from schedsolver.errors import SchedSolverError
from schedsolver.model.relaxation import UNBOUNDED, Relaxation
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.traffic import erlang
from tests.bench.cases import OPTIMUM
from tests.miniatures import miniatures
from tests.solving import counter_day, plain
from tests.tiny import MONDAY, tiny

NEEDS = {cbc_mip: "pulp", scip_mip: "pyscipopt", pyworkforce: "pyworkforce"}
EXACT = [compact_cp_sat, plain_cp_sat, highs_mip, cbc_mip, scip_mip]


def installed(peer: ModuleType) -> bool:
    return peer not in NEEDS or importlib.util.find_spec(NEEDS[peer]) is not None


@pytest.fixture(params=EXACT, ids=lambda peer: peer.__name__.rpartition(".")[2])
def exact(request: pytest.FixtureRequest) -> ModuleType:
    if not installed(request.param):
        pytest.skip(f"{NEEDS[request.param]} is not installed")
    return request.param


# ---------------------------------------------------------------- those to whom all is told


def test_all_prove_the_optimum(exact):
    found = exact.solve(counter_day(), 10.0, 1, 3)
    report = ss.check(counter_day(), found.schedule)
    assert (report.violations, report.objective, found.bound) == ((), OPTIMUM, OPTIMUM)
    assert [cost for _, cost, _ in found.trace if cost is not None][-1] == OPTIMUM
    assert found.not_expressed == ()
    assert all(found.versions.values())


def test_the_bench_takes_them_as_they_are(exact):
    contestant = SimpleNamespace(peer=f"{exact.__name__}:solve")
    told = by_peer(counter_day(), contestant, {"limit_seconds": 10.0, "workers": 1, "seed": 0})
    assert (told["outcome"], told["objective"], told["bound"]) == ("ok", OPTIMUM, OPTIMUM)
    assert 0 < told["first_solution_seconds"] <= told["solver_seconds"]


def test_all_find_that_there_is_no_roster(exact):
    # Two duties of one shift on one day.
    pins = (Pin(employee_id="E0", date=MONDAY, start="09:00"), Pin(employee_id="E0", date=MONDAY, start="11:00"))
    found = exact.solve(counter_day(pins=pins), 10.0, 1, 0)
    assert found.schedule is None
    assert found.message


@settings(max_examples=20, deadline=None)
@given(miniatures())
def test_they_agree_with_each_other_on_problems_with_any_rules(problem: Problem):
    costs = set()
    for peer in filter(installed, EXACT):
        found = peer.solve(problem, 20.0, 1, 0)
        if found.schedule is None:
            costs.add(None)
            continue
        report = ss.check(problem, found.schedule)
        assert report.ok, (peer, report.violations)
        assert found.bound == report.objective, peer
        costs.add(report.objective)
    assert len(costs) == 1


def test_two_duties_a_day_are_told_to_the_straightforward_model():
    problem = counter_day(rules=(DutiesPerDay(maximum=2),), staff=counter_day().staff[:2])
    found = plain_cp_sat.solve(problem, 10.0, 1, 0)
    # Both people work all four hours, of which one each in the morning and at noon is surplus.
    assert (ss.check(problem, found.schedule).objective, found.bound) == (4 * 20, 4 * 20)


def test_straightforward_patterns_place_breaks_on_slots():
    # 9-14 has one place for its break, 9-15, 10-15 and 10-16 have two; for two people, days and outlets.
    options = Compact(tiny()).roster.options
    patterns, option_of = plain_cp_sat.all_patterns(options, 60)
    assert (len(options), len(patterns)) == (4 * 8, 7 * 8)
    assert set(option_of.tolist()) == set(range(32))
    assert np.array_equal(patterns.break_from, patterns.break_to)
    pattern, _ = plain_cp_sat.working_slots(patterns, 60)
    hours = (patterns.end - patterns.start) // 60 - 1
    assert np.array_equal(np.bincount(pattern), hours)


def test_the_straightforward_benchmark_tells_both_costs(tmp_path, monkeypatch, capsys):
    counter_day().to_json(tmp_path / "problem.json")
    monkeypatch.setattr(sys, "argv", ["straightforward", str(tmp_path / "problem.json"), "--seconds", "5"])
    straightforward.main()
    said = capsys.readouterr().out
    assert said.count(f" {OPTIMUM} cents, bound {OPTIMUM},") == 2
    assert "ratio:            1.00" in said


# ---------------------------------------------------------------- what they share


def test_a_trail_keeps_what_is_better_and_rounds_bounds_up():
    trail = Trail(5.0)
    trail.proved(-40.0)
    trail.found(9, np.array([1]), at=0.5)
    trail.found(9, np.array([2]))
    trail.proved(3.2)
    trail.proved(3.0 + 1e-9)
    trail.proved(float("inf"))
    trail.proved(1e20)
    trail.found(7, np.array([3]), at=0.75)
    assert (trail.objective, trail.values.tolist(), trail.bound) == (7, [3], 4)
    found = trail.roster(Schedule(), message="done")
    assert [point[1:] for point in found.trace] == [(None, 0), (9, 0), (9, 4), (7, 4)]
    assert (found.trace[1][0], found.trace[3][0], found.bound, found.message) == (0.5, 0.75, 4, "done")


def test_a_bound_a_hair_above_a_whole_number_is_that_number():
    trail = Trail(5.0)
    trail.proved(2.0 + 1e-7)
    assert trail.bound == 2
    trail.proved(4e10 + 20.0)
    assert trail.bound == 4 * 10**10 + 20 - 40


def test_time_left_never_reaches_nothing():
    assert Trail(0.0).left == 0.01
    assert 99.0 < Trail(100.0).left <= 100.0


def test_a_package_not_installed_is_named():
    with pytest.raises(SchedSolverError, match=r"this peer needs no-such-package: .*pip install no-such-package"):
        foreign("no_such_module", "no-such-package")


@pytest.mark.parametrize("peer", NEEDS, ids=NEEDS.get)
def test_peers_without_their_package_say_so(peer, monkeypatch):
    for module in (NEEDS[peer], f"{NEEDS[peer]}.apis.coin_api"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SchedSolverError, match=f"this peer needs {NEEDS[peer]}"):
        peer.solve(counter_day(), 1.0, 1, 0)


def relaxation(rows: list[tuple[dict[int, int], int, int]], cost: list[int], low: list[int], high: list[int]):
    first = np.cumsum([0, *(len(terms) for terms, _, _ in rows)])
    columns = [c for terms, _, _ in rows for c in terms]
    factors = [f for terms, _, _ in rows for f in terms.values()]
    lower, upper = [row[1] for row in rows], [row[2] for row in rows]
    parts = (cost, low, high, lower, upper, first, columns, factors)
    return Relaxation(*(np.array(part, np.int64) for part in parts), exact=True)


@pytest.mark.parametrize(
    ("row", "optimum"),
    [
        # Least of 2 a - b + 3 c, with a and b from -2 to 5 and 0 to 9, and c not in any row.
        (({0: 1, 1: 1}, -UNBOUNDED, 3), -4 - 5),
        (({0: 1, 1: -1}, 1, UNBOUNDED), 2 - 0),
        (({0: 2, 1: 1}, 4, 6), -4 - 9),
        (({0: 3, 1: 2}, 7, 7), -2 - 5),
        (({0: 1, 1: 1}, -UNBOUNDED, UNBOUNDED), -4 - 9),
    ],
)
def test_every_kind_of_row_and_bound_is_written(tmp_path, row, optimum):
    mps.write_mps(relaxation([row], [2, -1, 3], [-2, 0, 0], [5, 9, 4]), tmp_path / "small.mps")
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    # As many as the library asks for: all of a process share one set of threads.
    highs.setOptionValue("threads", 1)
    assert highs.readModel(str(tmp_path / "small.mps")) == highspy.HighsStatus.kOk
    highs.run()
    assert highs.getInfo().objective_function_value == optimum
    assert highs.getNumCol() == 3


def test_a_solution_that_breaks_a_row_once_rounded_is_refused():
    small = relaxation([({0: 1, 1: 1}, 1, 1)], [1, 1], [0, 0], [1, 1])
    assert mps.values_of({"c1": 0.999999}, small, "Abacus").tolist() == [0, 1]
    with pytest.raises(SchedSolverError, match=r"Abacus's solution breaks rows"):
        mps.values_of({"c0": 0.5, "c1": 0.4999}, small, "Abacus")


def test_a_model_that_is_no_integer_programme_is_refused():
    compact = Compact(counter_day())
    numbers = [compact.roster.cp.new_int_var(0, 3, "") for _ in range(3)]
    compact.roster.cp.add_multiplication_equality(numbers[0], numbers[1:])
    with pytest.raises(SchedSolverError, match="no linear rows"):
        compact.integer_programme()


def test_cp_sat_is_left_at_its_defaults_but_for_workers_seed_and_limit(monkeypatch):
    made = []

    class Solver(cp_model.CpSolver):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    monkeypatch.setattr(cp_search.cp_model, "CpSolver", Solver)
    compact = Compact(counter_day())
    cp_search.search(compact.roster.cp, compact.cost, Trail(5.0), 2, 7)
    parameters = made[0].parameters
    assert (parameters.num_workers, parameters.random_seed) == (2, 7)
    assert 0 < parameters.max_time_in_seconds <= 5.0
    assert parameters.linearization_level == cp_model.CpSolver().parameters.linearization_level


def test_cbc_is_told_its_limits(monkeypatch):
    pytest.importorskip("pulp")
    asked: list[list[str]] = []

    def run(command: list[str], **_: Any) -> SimpleNamespace:
        asked.append(command)
        return SimpleNamespace(returncode=0, stdout="", stderr="")

    monkeypatch.setattr(cbc_mip.subprocess, "run", run)
    found = cbc_mip.solve(counter_day(), 5.0, 2, 7)
    told = dict(zip(asked[0][2::2], asked[0][3::2], strict=False))
    assert (told["-threads"], told["-randomSeed"], told["-ratio"]) == ("2", "7", "0")
    assert 0 < float(told["-sec"]) <= 5.0
    assert (found.schedule, found.message) == (None, "CBC ended: without a solution")


def test_improvements_are_taken_from_the_log_of_cbc(monkeypatch):
    pytest.importorskip("pulp")
    log = (
        "Cbc0012I Integer solution of 500 found by DiveCoefficient after 0 iterations and 0 nodes (0.25 seconds)\n"
        "Cbc0004I Integer solution of 159.6 found after 5 iterations and 1 nodes (0.50 seconds)\n"
        "Cbc0016I Integer solution of 159.7 found by strong branching after 6 iterations and 1 nodes (0.75 seconds)\n"
        "Lower bound:                    150.250\n"
    )
    run = cbc_mip._run

    def logged(*arguments: Any) -> str:
        run(*arguments)
        return log

    monkeypatch.setattr(cbc_mip, "_run", logged)
    found = cbc_mip.solve(counter_day(), 5.0, 1, 0)
    costs = [point for point in found.trace if point[2] is None]
    assert [cost for _, cost, _ in costs] == [500, OPTIMUM]
    assert costs[1][0] - costs[0][0] == pytest.approx(0.5)
    assert found.bound == 151


def test_a_crash_of_cbc_is_told(monkeypatch):
    pytest.importorskip("pulp")
    ended = SimpleNamespace(returncode=-9, stdout="reading", stderr="")
    monkeypatch.setattr(cbc_mip.subprocess, "run", lambda *_, **__: ended)
    with pytest.raises(SchedSolverError, match="CBC ended with code -9: reading"):
        cbc_mip.solve(counter_day(), 5.0, 1, 0)


# ---------------------------------------------------------------- pyworkforce


def test_shifts_of_pyworkforce_are_given_to_people_who_may_work_them():
    pytest.importorskip("pyworkforce")
    need = counter_day().interval_requirements[0].model_copy(update={"start": 9 * 60, "end": 13 * 60, "heads": 1})
    problem = counter_day(interval_requirements=(need,))
    found = pyworkforce.solve(problem, 5.0, 1, 0)
    report = ss.check(problem, found.schedule)
    assert (report.violations, report.objective) == ((), 0)
    assert found.message == "2 of the 2 shifts that were given to people keep the hard rules"
    assert found.bound is None
    assert "activities and skills" in " ".join(found.not_expressed)


def test_of_the_shifts_of_pyworkforce_as_many_are_kept_as_hard_rules_allow():
    pytest.importorskip("pyworkforce")
    need = counter_day().interval_requirements[0].model_copy(update={"start": 9 * 60, "end": 13 * 60, "heads": 3})
    pins = (Pin(employee_id="E1", date=MONDAY, off=True),)
    problem = counter_day(interval_requirements=(need,), pins=pins)
    found = pyworkforce.solve(problem, 5.0, 1, 0)
    report = ss.check(problem, found.schedule)
    # It chooses six shifts, of which three people have one each and one of them has the day off.
    assert report.ok
    assert found.message == "2 of the 3 shifts that were given to people keep the hard rules"
    assert len(found.schedule.duty_list) == 2


def test_people_get_no_more_than_their_contract_from_pyworkforce():
    pytest.importorskip("pyworkforce")
    contract = counter_day().contracts[0].model_copy(update={"weekly_minutes": 119})
    found = pyworkforce.solve(counter_day(contracts=(contract,)), 5.0, 1, 0)
    assert found.schedule == Schedule()


def test_pyworkforce_refuses_rosters_without_activities():
    pytest.importorskip("pyworkforce")
    with pytest.raises(SchedSolverError, match="give it a problem with activities"):
        pyworkforce.solve(plain(), 1.0, 1, 0)


@pytest.mark.parametrize("customers", [3, 11, 40, 200])
@pytest.mark.parametrize(("service", "limit", "share"), [(4.0, 1.0, 0.8), (10.0, 20.0, 0.97), (0.5, 0.25, 0.9)])
def test_erlang_c_of_pyworkforce_is_that_of_the_library(customers, service, limit, share):
    queuing = pytest.importorskip("pyworkforce.queuing")
    theirs = queuing.ErlangC(transactions=customers, aht=service, asa=limit, interval=30)
    load = customers * service / 30
    heads = int(erlang.heads_needed(load, service, limit, share))
    for servers in range(heads, heads + 3):
        assert theirs.waiting_probability(servers) == pytest.approx(float(erlang.erlang_c(servers, load)), rel=1e-9)
        level = float(erlang.service_level(servers, load, service, limit))
        assert theirs.service_level(servers) == pytest.approx(level, rel=1e-9)
    # It begins to search at the load and one more, rounded, which may be one more than needed.
    assert theirs.required_positions(share)["raw_positions"] == max(heads, round(load + 1))

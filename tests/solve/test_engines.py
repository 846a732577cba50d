"""HiGHS, CP-SAT and what the search shares, each alone."""

import itertools
import pickle
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ortools.sat.python import cp_model

import schedsolver as ss
from schedsolver.errors import CheckFailed
from schedsolver.model.build import build_model
from schedsolver.model.read_off import relaxation_of
from schedsolver.model.relaxation import Relaxation
from schedsolver.solve.board import Board
from schedsolver.solve.cpsat import CpLimits, CpStatus, solve_cp
from schedsolver.solve.highs import LinearGuide, MipTask, _safe_bound, run_mip
from schedsolver.solve.mip import solve_mip
from schedsolver.solve.neighbourhoods import columns_of, free_options
from schedsolver.solve.result import relative_gap
from tests.model.test_relaxation import POINTS, empty, rows_hold
from tests.solving import fixed_shift, plain
from tests.tiny import tiny

GO_ON = threading.Event()


def never() -> bool:
    return False


# ---------------------------------------------------------------- HiGHS


def known_programme() -> Relaxation:
    """Largest x + y with x + 2 y <= 4 and 3 x + y <= 6: 2.8 at (1.6, 1.2), in whole numbers 2."""
    model = cp_model.CpModel()
    x, y = model.new_int_var(0, 10, "x"), model.new_int_var(0, 10, "y")
    model.add(x + 2 * y <= 4)
    model.add(3 * x + y <= 6)
    model.minimize(-x - y)
    return relaxation_of(model)


@st.composite
def programmes(draw: st.DrawFn) -> tuple[Relaxation, list[int]]:
    """Draw rows and prices over three Booleans and an integer; give the costs of all solutions too."""
    model, columns = empty()
    numbers = st.lists(st.integers(-4, 4), min_size=4, max_size=4)
    for _ in range(draw(st.integers(1, 3))):
        low = draw(st.integers(-4, 3))
        expression = sum(f * c for f, c in zip(draw(numbers), columns, strict=True))
        model.add_linear_constraint(expression, low, low + draw(st.integers(0, 4)))
    prices = draw(numbers)
    model.minimize(sum(p * c for p, c in zip(prices, columns, strict=True)))
    relaxation = relaxation_of(model)
    return relaxation, [int(p @ prices) for p in POINTS if rows_hold(relaxation, p)]


def test_a_known_linear_programme_is_solved():
    found = LinearGuide(known_programme(), never).solve()
    assert found.values == pytest.approx([1.6, 1.2])
    assert found.reduced_costs == pytest.approx([0, 0])
    assert found.bound == -2  # whole costs: -2.8 rounds up


def test_a_known_integer_programme_is_solved():
    bounds, seen = [], []
    found = run_mip(MipTask(known_programme()), bounds.append, seen.append)
    assert (found.proved, -int(found.values.sum())) == (True, -2)
    assert bounds[-1] == -2
    assert all(rows_hold(known_programme(), values) for values in seen)


@given(programmes())
def test_bounds_are_below_every_solution_and_proofs_are_right(programme):
    relaxation, costs = programme
    lp, bounds = LinearGuide(relaxation, never).solve(), []
    found = run_mip(MipTask(relaxation), bounds.append, None)
    assert found.proved
    if not costs:
        assert found.values is None
        return
    assert lp.bound <= min(costs)
    assert max(bounds) <= min(costs) == found.values @ relaxation.cost


@given(programmes(), st.lists(st.floats(-9, 9), min_size=3, max_size=3))
def test_the_bound_is_safe_whatever_the_duals(programme, duals):
    relaxation, costs = programme
    assert _safe_bound(relaxation, np.array(duals[: len(relaxation.row_lower)])) <= min(costs, default=10**9)


def test_duals_of_rows_without_that_bound_are_dropped():
    # With no lower bounds a positive dual says nothing: what is left is the least cost of the box, -20.
    assert _safe_bound(known_programme(), np.array([5.0, 5.0])) == -20
    # Duals -0.4 and -0.2 are the optimal ones: -4 * 0.4 - 6 * 0.2 = -2.8.
    assert _safe_bound(known_programme(), np.array([-0.4, -0.2])) == -2


def test_what_cannot_be_is_said():
    model, columns = empty()
    model.add(sum(columns) >= 9)
    assert LinearGuide(relaxation_of(model), never).solve() is None
    assert run_mip(MipTask(relaxation_of(model)), None, None).proved


def test_a_dive_makes_columns_whole_within_the_rows():
    # Five in two of three: the LP may split, the dive may not.
    model, columns = empty()
    model.add(2 * columns[0] + 2 * columns[1] + 2 * columns[2] + columns[3] >= 5)
    model.minimize(3 * columns[0] + 4 * columns[1] + 5 * columns[2] + 2 * columns[3])
    relaxation = relaxation_of(model)
    guide = LinearGuide(relaxation, never)
    values = guide.dive(np.arange(3), guide.solve().values)
    assert rows_hold(relaxation, values)


def test_a_dive_takes_back_what_cannot_be():
    # Pairs exclude each other and every column is worth having: the LP gives each a half.
    model, columns = empty()
    for a, b in itertools.combinations(columns[:3], 2):
        model.add_at_most_one(a, b)
    model.maximize(columns[0] + columns[1] + columns[2])
    relaxation = relaxation_of(model)
    values = LinearGuide(relaxation, never).dive(np.arange(3), np.array([0.5, 0.5, 0.5, 0.0]))
    assert sorted(values[:3].tolist()) == [0, 0, 1]


@pytest.mark.parametrize(("iterations", "ends"), [(0, True), (1, True), (10_000, False), (None, False)])
def test_a_dive_ends_with_its_iterations(iterations, ends):
    model = build_model(ss.generate(ss.GeneratorSpec(outlets=2, staff=9, days=3, seed=5)))
    guide, duties = LinearGuide(relaxation_of(model.roster.cp), never), model.roster.duty_columns
    assert (guide.dive(duties, guide.solve().values, iterations=iterations) is None) is ends


def test_a_part_goes_on_from_the_basis_of_the_whole():
    relaxation = relaxation_of(build_model(ss.generate(ss.GeneratorSpec(outlets=1, staff=4, days=1, seed=5))).roster.cp)
    lp = LinearGuide(relaxation, never).solve()
    upper = np.where(lp.reduced_costs > 1, 0, relaxation.upper)
    part = relaxation.within(relaxation.lower, upper)
    assert 0 < len(part.columns) < len(relaxation.cost)
    guide = LinearGuide(part.relaxation, never, start=lp.basis.within(part))
    found = guide.solve()
    assert found.bound == lp.bound
    assert guide._highs.getInfo().simplex_iteration_count == 0


def test_a_tree_search_ends_with_its_nodes():
    relaxation = relaxation_of(build_model(ss.generate(ss.GeneratorSpec(outlets=2, staff=9, days=3, seed=5))).roster.cp)
    assert not run_mip(MipTask(relaxation, nodes=0), None, None).proved


def test_a_tree_search_begins_with_what_it_is_given_and_ends_when_told():
    relaxation = relaxation_of(build_model(ss.generate(ss.GeneratorSpec(outlets=2, staff=9, days=3, seed=5))).roster.cp)
    rough = run_mip(MipTask(relaxation, gap=0.5)).values
    kept = run_mip(MipTask(relaxation, nodes=0, start=rough)).values
    assert relaxation.cost @ kept <= relaxation.cost @ rough
    assert not run_mip(MipTask(relaxation), stopped=lambda: True).proved


def test_an_integer_programme_in_its_own_process_gives_the_same():
    bounds, seen = [], []
    found = solve_mip(MipTask(known_programme()), never, bounds.append, seen.append)
    assert (found.proved, -int(found.values.sum())) == (True, -2)
    assert bounds == sorted(bounds)
    assert bounds[-1] == -2


def test_its_process_ends_by_itself_without_a_word():
    code = "from schedsolver.solve.mip import _serve; _serve()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as process:
        pickle.dump(MipTask(known_programme()), process.stdin)
        process.stdin.flush()
        # Its parent is still there, and waits.
        assert process.stdout.read()
        assert (process.stderr.read(), process.wait()) == (b"", 0)


def test_an_integer_programme_ends_when_told():
    found = solve_mip(MipTask(known_programme()), lambda: True)
    assert (found.values, found.proved) == (None, False)


# ---------------------------------------------------------------- CP-SAT


def small_model() -> cp_model.CpModel:
    model, (a, b, c, x) = empty()
    model.add(a + b + c + x >= 2)
    model.minimize(5 * a + 3 * b + 4 * c + 10 * x)
    return model


def test_cp_sat_solves_fixes_and_leaves_the_model_as_it_was():
    model = small_model()
    free = solve_cp(model, CpLimits(), stop=GO_ON)
    # The integer at -1 saves 10 and asks for all three others.
    assert (free.status, free.values.tolist(), free.bound) == (CpStatus.OPTIMAL, [1, 1, 1, -1], 2)
    fixed = solve_cp(model, CpLimits(), fixed=np.array([3, 0]), fix_to=np.array([0, 9, 9, 1]), stop=GO_ON)
    assert (fixed.values.tolist(), fixed.bound) == ([0, 1, 0, 1], 13)
    never_so = solve_cp(model, CpLimits(), fixed=np.array([3, 0]), fix_to=np.array([0, 0, 0, -1]), stop=GO_ON)
    assert (never_so.status, never_so.values) == (CpStatus.INFEASIBLE, None)
    assert [list(v.domain) for v in model.proto.variables] == [[0, 1], [0, 1], [0, 1], [-1, 2]]
    assert len(model.proto.solution_hint.vars) == 0


def test_a_hint_is_taken_where_the_limits_allow_no_more():
    hint = np.array([1, 0, 1, 0])
    at_once = CpLimits(parameters={"stop_after_first_solution": True, "cp_model_presolve": False})
    found = solve_cp(small_model(), at_once, hint=hint, stop=GO_ON)
    assert found.values.tolist() == hint.tolist()


@pytest.mark.parametrize(("gap", "best"), [(0.0, True), (10.0, False)])
def test_cp_sat_stops_at_a_gap(gap, best):
    """The hint costs 9 and the best 2; no bound can be further off than ten times the cost."""
    limits = CpLimits(gap=gap, parameters={"cp_model_presolve": False})
    found = solve_cp(small_model(), limits, hint=np.array([1, 0, 1, 0]), stop=GO_ON)
    assert found.status is CpStatus.OPTIMAL
    assert (found.values.tolist() == [1, 1, 1, -1]) == best


# ---------------------------------------------------------------- the board


def board_of(problem: ss.Problem, **settings) -> Board:
    return Board(build_model(problem), ss.Settings(**settings), time.perf_counter())


@pytest.mark.parametrize("deterministic", [True, False])
def test_a_board_hands_on_what_limits_a_part(deterministic):
    board = board_of(wishing(), deterministic=deterministic, deterministic_work=9, seed=5)
    limits = board.limits(seconds=3, work=2, gap=0.25)
    assert (limits.work, limits.gap, limits.seed) == (2, 0.25, 5)
    assert (limits.seconds == 3) != deterministic
    assert board.limits().gap == 0


def wishing(cents: int = 40) -> ss.Problem:
    """One person, one day, one shift, and a wish to work."""
    wish = {"employee_id": "E1", "date": "2026-03-09", "wish": "on", "cents": cents}
    return plain(
        horizon={"start": "2026-03-09", "days": 1, "slot_minutes": 60}, requests=(wish,),
        outlets=[{"outlet_id": "Hub"}, {"outlet_id": "Sat"}], staff=[{"employee_id": "E1", "contract_id": "full"}],
        shift_types=(fixed_shift("day", "09:00", "15:00"),),
    )  # fmt: skip


def test_the_board_keeps_the_cheapest_roster_and_the_best_bound():
    board = board_of(wishing())
    idle, working = np.array([0, 0, 1]), np.array([1, 0, 0])
    board.offer(idle, "idle")
    board.raise_bound(-7, "low")
    board.raise_bound(-9, "lower")
    board.offer(working, "working")
    board.offer(idle, "idle again")
    assert (board.best.objective, board.bound, board.stopped) == (0, -7, False)
    board.raise_bound(0, "proof")
    assert [(p.objective, p.bound, p.phase) for p in board.trace] == [
        (40, None, "idle"), (40, -7, "low"), (0, -7, "working"), (0, 0, "proof"),
    ]  # fmt: skip
    assert (board.stopped, board.reason) == (True, "proved optimal")


def test_the_board_settles_what_a_solver_left_open():
    board = board_of(wishing())
    board.offer(np.array([1, 0, 1]), "careless")
    assert board.best.objective == 0


@pytest.mark.parametrize(("bound", "reason"), [(30, None), (36, "gap reached"), (40, "proved optimal")])
def test_the_board_stops_at_the_gap_asked_for(bound, reason):
    board = board_of(wishing(), gap=0.1)
    board.offer(np.array([0, 0, 1]), "idle")
    board.raise_bound(bound, "bound")
    assert board.reason == reason


def test_the_first_reason_to_stop_stands():
    board = board_of(wishing())
    board.end("time limit")
    board.end("work limit")
    assert (board.reason, board.stopped) == ("time limit", True)


def test_a_roster_the_checker_refuses_is_a_defect():
    with pytest.raises(CheckFailed, match=r"'careless' breaks .*more than one duty"):
        board_of(wishing()).offer(np.array([1, 1, 0]), "careless")


def test_a_roster_the_checker_prices_otherwise_is_a_defect():
    board = board_of(wishing())
    board.model.roster.penalise(ss.rules.PaidTime(), [0], [3])
    with pytest.raises(CheckFailed, match=r"'careless' says 3 cents for cost\.paid_time, the checker 0"):
        board.offer(np.array([1, 0, 0]), "careless")


def test_an_error_of_a_thread_ends_the_search():
    board = board_of(wishing())

    def fail() -> None:
        raise ValueError("broken")

    board.guarded(fail)()
    assert (str(board.failure), board.stopped) == ("broken", True)


def test_the_board_tells_what_the_search_is_at_and_that_it_is_ending():
    board = board_of(wishing())
    board.doing = "dive"
    assert board.progress("linear relaxation").doing == "dive"
    board.end("interrupted")
    assert board.progress("linear relaxation").doing == "ending"


@pytest.mark.parametrize(("objective", "bound", "gap"), [(100, 90, 0.1), (0, 0, 0), (50, 50, 0), (10, -10, 2)])
def test_the_gap_is_relative_to_the_objective(objective, bound, gap):
    assert relative_gap(objective, bound) == pytest.approx(gap)
    assert ss.Progress(1.0, objective, bound, "now").gap == pytest.approx(gap)
    assert ss.Progress(1.0, None, bound, "now").gap is None


# ---------------------------------------------------------------- neighbourhoods


@pytest.mark.parametrize(
    ("kind", "size", "share"),
    [("days", 1, 2), ("outlets", 1, 2), ("employees", 1, 2), ("days", 2, 1)],
)
def test_a_neighbourhood_frees_some_days_outlets_or_people(kind, size, share):
    model = build_model(tiny(shift_types=(fixed_shift("day", "09:00", "11:00"),)))
    free = free_options(model, kind, size, np.random.default_rng(3))
    assert free.sum() == len(free) // share
    column = {"outlets": "outlet", "employees": "employee"}.get(kind, "day")
    assert len(set(getattr(model.roster.options, column)[free].tolist())) == size


def test_within_a_neighbourhood_free_duties_and_what_fills_the_touched_places_are_open():
    shift = fixed_shift("day", "09:00", "12:00", breaks=({"minutes": 60, "start_from": "10:00", "start_to": "10:00"},))
    model = build_model(tiny(shift_types=(shift,)))
    options, duties = model.roster.options, model.roster.duty_columns
    free = (options.day == 0) & (options.employee == 0)
    opened = set(columns_of(model, free).tolist())
    assert opened & set(duties.tolist()) == set(duties[free].tolist())
    # The other person shares Monday's flows, so these are open; Tuesday's are not.
    crew, heads, breaks = model.roster.crew, model.roster.heads, model.flows.breaks
    for columns in (crew, heads, breaks):
        assert {int(c) in opened for c in columns.column[columns.slot < 24]} == {True}
        assert {int(c) in opened for c in columns.column[columns.slot >= 24]} == {False}
    assert set(np.flatnonzero(model.decisions)) >= opened

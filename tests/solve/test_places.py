"""The search outlet by outlet, its outline, and the relaxation solved row by row."""

import itertools
import time
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schedsolver as ss
from schedsolver.domain import FairItem
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import is_of
from schedsolver.model.build import BuiltModel, build_model
from schedsolver.model.options import duty_options
from schedsolver.model.relaxation import Part
from schedsolver.rules import check
from schedsolver.rules.catalogue import CORE, ORDER, active_rules
from schedsolver.rules.fair_indices import FairJain
from schedsolver.rules.sequence import WorkDays
from schedsolver.rules.weekly import WeeklyHours
from schedsolver.solve import announce
from schedsolver.solve import places as places_module
from schedsolver.solve.board import Board
from schedsolver.solve.guide import by_weeks, near_duties, solve_by_rows
from schedsolver.solve.highs import LinearGuide
from schedsolver.solve.naming import Naming, model_for_search
from schedsolver.solve.neighbourhoods import columns_of
from schedsolver.solve.outline import expected, few_options, outline_of, shares_of, whole_places
from schedsolver.solve.places import ONE, PlaceSearch
from schedsolver.solve.search import Search
from tests.solve.test_engines import never

LARGE = ss.Strategy(small_options=0, place_rows=0)


def everything(**spec) -> ss.Problem:
    small = {"outlets": 2, "staff": 8, "days": 2, "seed": 3, "content": "everything"}
    return ss.generate(ss.GeneratorSpec(**(small | spec)))


@pytest.fixture(scope="module")
def problem() -> ss.Problem:
    return everything()


def test_with_many_rules_outlets_are_staffed_one_by_one(problem):
    settings = ss.Settings(deterministic=True, deterministic_work=7, strategy=LARGE)
    result = ss.solve(problem, settings)
    phases = [point.phase for point in result.trace]
    assert "outlet by outlet" in phases
    assert any(phase.startswith("neighbourhood of ") for phase in phases)
    assert "dive" not in phases
    assert check(problem, result.schedule).ok
    idle = next(point.objective for point in result.trace if point.objective is not None)
    assert result.bound <= result.objective < 0.5 * idle
    assert ss.solve(problem, settings).schedule == result.schedule


def test_on_two_threads_the_bound_comes_beside_and_both_improve(problem):
    # Idle, the roster is far further off than that, so a bound and outlets with people are needed to end.
    result = ss.solve(problem, ss.Settings(time_seconds=300, workers=2, gap=0.4, strategy=LARGE))
    assert result.stopped_because == "gap reached"
    assert check(problem, result.schedule).objective == result.objective
    assert 0 < result.bound <= result.objective
    assert {"outlet by outlet", "linear relaxation"} <= {point.phase for point in result.trace}


def test_what_is_not_linear_is_kept_too():
    plain = everything(outlets=1, staff=5, days=1)
    item = FairItem(item_id="duty", counts="duties", points=1)
    problem = plain.replace(fair_items=(item,), rules=(*plain.rules, FairJain(items=("duty",), least_percent=1)))
    result = ss.solve(problem, ss.Settings(deterministic=True, deterministic_work=2, strategy=LARGE))
    assert check(problem, result.schedule).ok
    assert "outlet by outlet" in [point.phase for point in result.trace]


def opened(problem: ss.Problem) -> tuple[Board, PlaceSearch]:
    """Give a search by places that has an idle roster."""
    settings = ss.Settings(strategy=LARGE, deterministic=True)
    board = Board(model_for_search(problem, LARGE), settings, time.perf_counter())
    search = Search(board)
    search._open()
    return board, PlaceSearch(board, search.naming)


def anybody(board: Board) -> tuple[np.ndarray, np.ndarray]:
    """Give an outline that has everybody everywhere and expects nobody."""
    options = len(board.model.roster.options)
    return np.ones(options, bool), np.zeros(options)


def staffed(places: PlaceSearch, board: Board, day: int, outlet: int) -> tuple[Part, np.ndarray]:
    """Staff one outlet and day of the roster there is."""
    options, relaxation = board.model.roster.options, places._relaxation
    free = columns_of(board.model, (options.day == day) & (options.outlet == outlet))
    part = relaxation.around(relaxation.reach(free, board.model.decisions), board.values)
    places._again(part, board.values, ONE)
    return part, places._now


def test_two_threads_do_not_undo_each_other(problem):
    """What one found is put into what the other has found meanwhile."""
    board, places = opened(problem)
    for place in ((0, 0), (1, 1)):
        # Both begin from the idle roster.
        staffed(places, board, *place)
    board.offer(places._now, "both")
    assert {duty.date for duty in board.best.schedule.duty_list} == set(problem.horizon.dates)


def test_each_place_has_its_turn_and_the_roster_gets_better_on_the_way(problem, monkeypatch):
    monkeypatch.setattr(announce, "EVERY", 3)
    board, places = opened(problem)
    places._outlines = lambda: [anybody(board)]
    solved, again = [], places._again
    places._again = lambda part, now, kind: solved.append(kind) or again(part, now, kind)
    first = board.cost
    places._staff()
    assert solved == [ONE] * 4
    assert [point.phase for point in board.trace[1:]] == ["outlet by outlet"] * 2
    assert board.cost < 0.6 * first
    assert {duty.date for duty in board.best.schedule.duty_list} == set(problem.horizon.dates)


def test_at_the_second_turn_anybody_may_come(problem):
    board, places = opened(problem)
    options, duties = board.model.roster.options, board.model.roster.duty_columns
    places._outlines = lambda: [(options.employee < 2, np.zeros(len(options)))]
    places._staff()
    assert set(options.employee[places._now[duties] > 0]) == {0, 1}
    before = board.model.roster.cost(places._now)
    places._staff_again()
    assert set(options.employee[places._now[duties] > 0]) > {0, 1}
    assert board.model.roster.cost(places._now) < before


@pytest.mark.parametrize("threads", [1, 2])
def test_one_thread_has_a_bound_before_the_second_turn(problem, threads):
    board, places = opened(problem)
    if threads == 2:
        board.settings = ss.Settings(strategy=LARGE, workers=2)
    called = []
    places._staff = lambda: called.append("staff")
    places._staff_again = lambda: called.append("again")
    places._improve = lambda *_: None
    places._guided = lambda *_: called.append("bound")
    places.run()
    first = [called.index(name) for name in ("staff", "bound", "again")]
    assert called.count("again") == 1
    assert threads == 2 or first == sorted(first)


def test_without_any_kind_of_neighbourhood_outlets_are_solved_again_one_by_one(problem):
    none = LARGE.model_copy(update=dict.fromkeys(("places", "many_places", "stretch", "long_stretch", "team"), 0))
    result = ss.solve(problem, ss.Settings(deterministic=True, deterministic_work=6, strategy=none))
    assert {p.phase for p in result.trace if p.phase.startswith("neighbourhood")} <= {"neighbourhood of places"}
    assert check(problem, result.schedule).ok


def test_names_get_no_care_before_everybody_has_had_a_second_turn(problem):
    board, places = opened(problem)
    places._outlines = lambda: [anybody(board)]
    places._staff()
    assert not places._announcer.careful
    places._staff_again()
    assert places._announcer.careful


@pytest.mark.parametrize(("left", "solved"), [(11.0, [1000, 2000, 3000]), (9.0, [1000])])
def test_no_round_of_a_relaxation_is_begun_that_there_is_no_time_for(problem, monkeypatch, left, solved):
    """Each of three rounds takes ten seconds."""
    board, places = opened(problem)
    clock = itertools.count(0, 10)
    monkeypatch.setattr(places_module, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    monkeypatch.setattr(
        places_module, "solve_by_rows", lambda *_: (SimpleNamespace(bound=b) for b in (1000, 2000, 3000))
    )
    monkeypatch.setattr(Board, "seconds_left", left)
    places._improve = places._guided = places._staff_again = lambda *_: None
    places._relax_and_improve(np.random.default_rng(0))
    assert [point.bound for point in board.trace if point.phase == "linear relaxation"] == solved


@pytest.mark.parametrize("seconds", [0.0, 5.0])
def test_when_there_is_no_time_for_a_part_only_names_are_found(problem, seconds):
    board, places = opened(problem)
    solved, named = [], []

    def name(values, phase):
        named.append(phase)
        if len(named) == 2:
            board.stop.set()

    places._announcer = SimpleNamespace(part_seconds=seconds, offer_if_due=name)
    places._again = lambda *_: solved.append(1)
    places._improve(np.random.default_rng(0))
    assert named == ["neighbourhood of places"] * 2
    assert len(solved) == (2 if seconds else 0)


def test_only_the_people_of_the_outline_staff_a_place(problem):
    board, places = opened(problem)
    options = board.model.roster.options
    places._outlines = lambda: [((options.employee < 2) & (options.day == 1), np.zeros(len(options)))]
    places._staff()
    duties = board.best.schedule.duty_list
    assert duties
    assert {duty.employee_id for duty in duties} <= {e.employee_id for e in problem.staff[:2]}
    assert {duty.date for duty in duties} == {problem.horizon.dates[1]}


def test_what_does_not_go_with_what_another_thread_found_is_staffed_again(problem):
    board, places = opened(problem)
    places._outlines = lambda: [anybody(board)]
    both, refused = places._both, []

    def refuse_once(values, part):
        if refused:
            return both(values, part)
        refused.append(part)
        return None

    places._both = refuse_once
    before = places._now
    _, after = staffed(places, board, 0, 0)
    assert after is before
    refused.clear()
    places._staff()
    assert len(refused) == 1
    assert board.best.schedule.duty_list
    first = {(duty.date, duty.outlet_id) for duty in board.best.schedule.duty_list}
    assert len(first) == 4


def test_staffing_ends_when_told(problem):
    board, places = opened(problem)
    places._outlines = lambda: [anybody(board)]
    solved = []
    places._again = lambda part, now, kind: solved.append(kind) or board.stop.set() or True
    places._staff()
    assert len(solved) == 1


# ---------------------------------------------------------------- outline


def test_an_outline_tells_people_apart_on_a_day_by_cover_only_and_gives_one_duty_a_day():
    problem = everything(staff=12)
    outline = outline_of(problem)
    assert {rule.name for rule in outline.rules} < {rule.name for rule in problem.rules}
    assert all(is_of(rule.name, (*CORE, *ORDER)) for rule in outline.rules)
    assert [r for r in outline.rules if r.name == "cover.intervals"] == [
        r for r in problem.rules if r.name == "cover.intervals"
    ]
    lost = {p.skill_id for p in problem.permissions} - {p.skill_id for p in outline.permissions}
    assert lost == {"outreach", "training"}
    whole, few = build_model(problem).roster, build_model(outline).roster
    assert few.one_a_day
    assert not whole.one_a_day
    assert len(few.relaxation().row_lower) < 0.5 * len(whole.relaxation().row_lower)


def test_a_plain_problem_needs_no_outline():
    assert outline_of(ss.generate(ss.GeneratorSpec(outlets=1, staff=3, days=1)).replace(rules=())) is None


def test_an_outline_has_the_longest_duties_two_hours_apart(problem):
    options = duty_options(problem, active_rules(problem))
    few = few_options(options)
    kinds = np.stack([options.employee, options.day, options.outlet, options.shift_type]).T
    for kind in np.unique(kinds, axis=0):
        these = (kinds == kind).all(axis=1)
        length = options.end[these] - options.start[these]
        start, longest = options.start[these], length == length.max()
        np.testing.assert_array_equal(few[these], longest & ((start - start[longest].min()) % 120 == 0))
    assert len({*options.start[few]}) > 1
    assert 0 < few.sum() < len(few)


def expected_by(outlined: DutyOptions, given: np.ndarray, options: DutyOptions, week: np.ndarray) -> np.ndarray:
    """Tell how much is expected of each option where the places of an outline are rounded by a flow."""
    shape = 1 + options.employee.max(), len(week), 1 + options.outlet.max()
    return expected(outlined, given, options, week, whole_places(shares_of(outlined, given, shape), week))


def test_people_are_expected_where_the_outline_has_them_for_as_long(problem):
    options, outlined = build_model(problem).roster.options, build_model(outline_of(problem)).roster.options
    worked = np.zeros(len(outlined))
    worked[[0, len(outlined) - 1]] = 1
    much = expected_by(outlined, worked, options, np.zeros(2, int))
    for i in (0, len(outlined) - 1):
        where = outlined.employee[i], outlined.day[i], outlined.outlet[i]
        here = (options.employee == where[0]) & (options.day == where[1]) & (options.outlet == where[2])
        assert here.sum() > 1
        assert (much[here] == much[here][0]).all()
        assert (much * options.paid_minutes)[here].sum() == pytest.approx(outlined.paid_minutes[i])
        much[here] = 0
    assert not much.any()


def test_who_gets_more_days_than_the_outline_gives_is_expected_for_less_time_on_each(problem):
    options = build_model(problem).roster.options
    first = [np.flatnonzero((options.employee == 0) & (options.day == day))[0] for day in (0, 1)]
    worked = np.zeros(len(options))
    worked[first] = 0.9, 0.6
    much = expected_by(options, worked, options, np.zeros(2, int))
    assert set(options.day[much > 0]) == {0, 1}
    assert (much * options.paid_minutes).sum() == pytest.approx(worked @ options.paid_minutes)
    apart = expected_by(options, worked, options, np.array([0, 1]))
    by_day = np.bincount(options.day, apart * options.paid_minutes)
    np.testing.assert_allclose(by_day, (worked * options.paid_minutes)[first])


def test_who_is_somewhere_without_a_share_is_expected_for_a_mean_duty(problem):
    options = build_model(problem).roster.options
    first = np.flatnonzero(options.employee == 0)[0]
    worked, whole = np.zeros(len(options)), np.zeros((len(problem.staff), 2, len(problem.outlets)), bool)
    worked[first] = 0.5
    whole[1, 1, 0] = True
    much = expected(options, worked, options, np.zeros(2, int), whole)
    there = (options.employee == 1) & (options.day == 1) & (options.outlet == 0)
    assert (much > 0).tolist() == there.tolist()
    assert (much * options.paid_minutes).sum() == pytest.approx(options.paid_minutes[first])


def test_nobody_is_expected_by_an_outline_without_duties(problem):
    options = build_model(problem).roster.options
    assert not expected_by(options, np.zeros(len(options)), options, np.zeros(2, int)).any()


@pytest.mark.parametrize("limit", [None, 2])
def test_where_runs_of_days_have_a_limit_an_outline_has_nobody_at_work_for_longer(limit: int | None):
    plain = everything(outlets=1, days=5)
    runs = () if limit is None else (WorkDays(maximum=limit),)
    _, places = opened(plain.replace(rules=(*plain.rules, *runs)))
    (placed, much), *others = places._outlines()
    assert not others
    np.testing.assert_array_equal(placed, much > 0)
    options, at_work = places._model.roster.options, np.zeros((len(plain.staff), 5), bool)
    at_work[options.employee[placed], options.day[placed]] = True
    longest = max(len(run) for line in at_work for run in bytes(line).split(b"\0"))
    assert longest == (limit or 5)


def test_where_somebody_can_have_no_line_an_outline_is_rounded_without(monkeypatch: pytest.MonkeyPatch):
    plain = everything(outlets=1, days=5)
    _, places = opened(plain.replace(rules=(*plain.rules, WorkDays(maximum=2))))
    monkeypatch.setattr(places_module, "whole_lines", lambda *_: None)
    (placed, _), *_ = places._outlines()
    assert placed.any()


def test_who_is_expected_on_a_later_day_keeps_the_time_for_it():
    """Two days with customers enough for all the time there is, which one of them would take by itself."""
    plain = everything(outlets=1, staff=4, load=2.0)
    hours = WeeklyHours(under_cents_per_minute=0, over_cents_per_minute=60, most_over_minutes=0)
    rules = tuple(hours if rule.name == hours.name else rule for rule in plain.rules)
    days = []
    for share in (0, 1):
        board, places = opened(plain.replace(rules=rules))
        options, duties = board.model.roster.options, board.model.roster.duty_columns
        there = np.zeros((len(plain.staff), 2))
        np.add.at(there, (options.employee, options.day), options.paid_minutes)
        half = 2400 / 7 / there[options.employee, options.day]
        places._outlines = lambda much=share * half: [(np.ones(len(much), bool), much)]
        places._staff()
        given = places._now[duties] > 0
        days.append(np.bincount(options.day[given], options.paid_minutes[given], 2))
    assert days[0].max() > 1.5 * days[0].min()
    assert days[1].max() < 1.5 * days[1].min()


@given(st.integers(0, 2**32 - 1))
def test_places_are_rounded_so_that_as_much_is_kept_as_can_be(seed):
    """Against every way to put people, where sums of what is given are rounded up or down."""
    rng = np.random.default_rng(seed)
    people, days, outlets = 2, 2, 2
    share = rng.dirichlet(np.ones(outlets + 1), (people, days))[..., :outlets] * rng.integers(0, 2, (people, days, 1))
    week = np.array([0, int(rng.integers(2))])
    found = whole_places(share, week)
    by_week = (lambda of: of.sum((1, 2)),) if week[1] == 0 else ()
    sums = (*by_week, lambda of: of.sum(2), lambda of: of.sum(0))

    def keeps(whole: np.ndarray) -> bool:
        return all((abs(total(whole) - total(share)) < 1).all() for total in sums)

    every = (np.reshape(bits, share.shape) for bits in itertools.product((0, 1), repeat=share.size))
    best = max((share * whole).sum() for whole in every if keeps(whole) and not whole[share == 0].any())
    assert keeps(found)
    np.testing.assert_allclose((share * found).sum(), best, atol=1e-6)


# ---------------------------------------------------------------- row by row


def test_rows_come_in_three_rounds_and_every_bound_holds(problem):
    relaxation = build_model(problem).roster.relaxation()
    assert 0 < relaxation.core.sum() < len(relaxation.core)
    solved = list(solve_by_rows(lambda: relaxation, never))
    whole = LinearGuide(relaxation, never, method="simplex").solve()
    bounds = [lp.bound for lp in solved]
    assert len(bounds) <= 3
    assert bounds[0] < bounds[-1]
    assert bounds == sorted(bounds)
    assert bounds[-1] == pytest.approx(whole.bound, rel=1e-4)
    assert relaxation.broken(solved[0].values).any()
    assert not relaxation.broken(whole.values).any()


def test_core_rows_alone_are_solved_once_and_nothing_when_stopped(problem):
    relaxation = build_model(problem).roster.relaxation()
    assert len(list(solve_by_rows(lambda: relaxation.with_rows(relaxation.core), never))) == 1
    assert not list(solve_by_rows(lambda: relaxation, lambda: True))


@pytest.fixture(scope="module")
def ten_days() -> BuiltModel:
    """Two calendar weeks: Monday to Sunday, and three days more."""
    problem = everything(outlets=1, staff=4, days=10)
    assert problem.horizon.start.weekday() == 0
    return build_model(problem)


def test_a_small_relaxation_stays_whole(ten_days):
    relaxation = ten_days.roster.relaxation()
    (part,) = by_weeks(ten_days, relaxation, len(relaxation.row_lower))
    assert part.shape == relaxation.cost.shape
    assert part.all()


def test_weeks_are_apart_and_cost_no_more_than_the_whole(ten_days):
    roster, relaxation = ten_days.roster, ten_days.roster.relaxation()
    ties, *parts = by_weeks(ten_days, relaxation, 0)
    days = [set(roster.options.day[part[roster.duty_columns]].tolist()) for part in parts]
    assert days == [set(range(7)), {7, 8, 9}]
    assert (np.sum([ties, *parts], axis=0) == 1).all()
    bounds = [LinearGuide(relaxation.among(part), never).solve().bound for part in (ties, *parts)]
    assert 0.95 * LinearGuide(relaxation, never).solve().bound < sum(bounds)
    assert sum(bounds) <= LinearGuide(relaxation, never).solve().bound


def test_a_search_week_by_week_has_a_bound_and_guides_each(ten_days, monkeypatch):
    monkeypatch.setattr(places_module, "WEEK_ROWS", 0)
    problem = ten_days.roster.problem
    board, places = opened(problem)
    places._improve = lambda *_: None
    guided = []
    near_of = places._guided

    def guide(lp, part):
        near_of(lp, part)
        guided.append((board.bound, places._near(ONE).sum()))
        assert places._near(("stretch", 2)).sum() >= places._near(ONE).sum()

    places._guided = guide
    places.run()
    assert 6 <= len(guided) <= 9
    assert guided == sorted(guided, key=lambda bound_and_near: (bound_and_near[0], -bound_and_near[1]))
    assert guided[0][1] > guided[1][1] > guided[2][1]
    assert board.bound <= LinearGuide(board.model.roster.relaxation(), never).solve().bound
    assert board.bound > 0.3 * board.cost
    assert {duty.date for duty in board.best.schedule.duty_list} >= set(problem.horizon.dates[7:])


def test_a_relaxation_keeps_the_rows_that_are_chosen(problem):
    relaxation = build_model(problem).roster.relaxation()
    some = np.arange(len(relaxation.row_lower)) % 3 == 0
    part = relaxation.with_rows(some)
    terms = np.concatenate([np.arange(*relaxation.first[r : r + 2]) for r in np.flatnonzero(some)])
    np.testing.assert_array_equal(part.column, relaxation.column[terms])
    np.testing.assert_array_equal(part.coefficient, relaxation.coefficient[terms])
    np.testing.assert_array_equal(part.row_lower, relaxation.row_lower[some])
    np.testing.assert_array_equal(np.diff(part.first), np.diff(relaxation.first)[some])
    assert (part.exact, part.core) == (False, None)


def test_near_duties_are_used_or_priced_not_far_above(problem):
    roster = build_model(outline_of(problem)).roster
    lp = LinearGuide(roster.relaxation(), never).solve()
    duties, counts = roster.duty_columns, []
    for width in (0, 0.01, 0.1, 10.0):
        near = near_duties(lp, duties, width)
        assert near[lp.values[duties] > 1e-6].all()
        counts.append(near.sum())
    assert all(a < b for a, b in itertools.pairwise(counts))
    assert counts[-1] == len(duties)


def test_names_wait_for_their_turn(problem):
    """As many places as wanted are filled anew at a time, those that waited longest first, until none waits."""
    board, places = opened(problem)
    places._outlines = lambda: [anybody(board)]
    places._staff()
    naming, values = Naming(board.model), places._now
    assert naming.needed
    solved: list[int] = []

    def solve(part: Part, now: np.ndarray) -> np.ndarray:
        solved.append(part.columns[0])
        return now

    def name(most: int | None) -> bool:
        naming.most = most
        assert naming.of(values, board.best.schedule if naming.waiting else None, solve, lambda model, now: now)
        return naming.waiting

    assert name(0)
    assert not solved
    assert name(1)
    assert name(2)
    assert len(solved) == len(set(solved)) == 3
    assert not name(None)
    assert len(solved) == len(set(solved)) == 4


def test_names_that_break_a_rule_do_not_wait(problem):
    board, places = opened(problem)
    _, values = staffed(places, board, 0, 0)
    naming = Naming(board.model)
    naming.most = 0
    solved, tries = [], []

    def finish(model, now):
        tries.append(1)
        return now if solved else None

    assert naming.of(values, None, lambda part, now: solved.append(1), finish) is not None
    assert (len(solved), len(tries)) == (1, 2)
    assert not naming.waiting

import dataclasses
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from ortools.sat.python import cp_model

import schedsolver as ss
from schedsolver.model.names import schedule_of
from schedsolver.model.read_off import relaxation_of
from schedsolver.rules import active_rules, check
from schedsolver.rules.stints import StintLength, Switches
from schedsolver.solve import naming as naming_module
from schedsolver.solve.board import Board
from schedsolver.solve.cpsat import CpLimits, solve_cp
from schedsolver.solve.naming import Naming, _Care, many_rules, model_for_search
from schedsolver.solve.search import Search
from schedsolver.solve.strategy import Strategy
from tests.rules.test_stints import world

GUIDED = Strategy(small_options=0)
PRICED = (Switches(hard=False, weight=20), StintLength(minimum=120, hard=False, weight=20))


def week(*rules, **spec):
    plain = ss.generate(ss.GeneratorSpec(**({"outlets": 2, "staff": 8, "days": 2, "seed": 3} | spec)))
    return plain.replace(rules=(*plain.rules, *rules))


def test_only_large_problems_have_rules_left_to_the_names():
    problem = week(*PRICED)
    whole, guide = model_for_search(problem, Strategy(place_rows=10**6)), model_for_search(problem, GUIDED)
    assert whole.roster.rules == active_rules(problem)
    assert model_for_search(problem, Strategy(place_rows=0)).roster.rules == guide.roster.rules
    assert [rule for rule in whole.roster.rules if rule not in guide.roster.rules] == list(PRICED)
    assert not Naming(whole).needed
    assert Naming(guide).needed
    assert len(guide.roster.options) == len(whole.roster.options)
    assert guide.roster.columns < whole.roster.columns


@pytest.mark.parametrize(
    ("options", "rows", "place_rows", "dive_rows", "many"),
    [
        (50, 51, 50, 100, True),
        (50, 51, 51, 100, False),
        (51, 51, 50, 100, False),
        (200, 101, 50, 100, True),
        (200, 100, 50, 100, False),
        (200, 101, 101, 0, False),
    ],
)
def test_rows_are_many_beside_duties_or_by_themselves(options, rows, place_rows, dive_rows, many):
    roster = SimpleNamespace(options=range(options), rows=rows)
    strategy = Strategy(place_rows=place_rows, dive_rows=dive_rows)
    assert many_rules(SimpleNamespace(roster=roster, flows=()), strategy) is many
    assert not many_rules(SimpleNamespace(roster=roster, flows=None), strategy)


@pytest.mark.parametrize("hard", [False, True])
def test_names_keep_rules_that_the_guide_does_without(hard):
    rules = (Switches(maximum=2), StintLength(minimum=60)) if hard else PRICED
    result = ss.solve(week(*rules), ss.Settings(strategy=GUIDED, deterministic=True, deterministic_work=20, gap=0.02))
    assert check(week(*rules), result.schedule).ok
    assert result.bound <= result.objective
    assert result.gap < 0.1


def test_what_the_guide_proves_holds_for_all_rules():
    problem = world(staff=world().staff[:1], rules=PRICED)
    guided = ss.solve(problem, ss.Settings(strategy=GUIDED, deterministic=True, deterministic_work=1, gap=0))
    whole = ss.solve(problem, ss.Settings(gap=0))
    assert whole.status == "optimal"
    assert guided.bound <= whole.objective <= guided.objective
    assert whole.cost_by_rule["stint.switches"] + whole.cost_by_rule["stint.length"] > 0


def solved(relaxation):
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.stop_after_first_solution = True
    assert solver.solve(relaxation.model()) in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return np.array(solver.response_proto.solution, np.int64)


class Filler:
    """Solves parts, and remembers on how many columns each had to decide."""

    def __init__(self, fails=False):
        self.parts, self.fails = [], fails

    def __call__(self, part, now):
        self.parts.append(part)
        return None if self.fails else part.whole(solved(part.relaxation))


def finished(model, values):
    decided = np.flatnonzero(model.decisions)
    return solve_cp(model.roster.cp, CpLimits(), fixed=decided, fix_to=values, stop=threading.Event()).values


def test_only_outlets_and_dates_with_other_duties_are_filled_again():
    problem = week(*PRICED)
    guide = model_for_search(problem, GUIDED)
    relaxation, options = relaxation_of(guide.roster.cp), guide.roster.options
    first = guide.roster.settled(solved(relaxation))
    given = np.flatnonzero(first[guide.roster.duty_columns])
    places = set(zip(options.outlet[given], options.day[given], strict=True))
    filler = Filler()
    model, values = Naming(guide).of(first, None, filler, finished)
    assert len(filler.parts) == len(places)
    assert relaxation_of(model.roster.cp).holds(values)
    roster = schedule_of(model, model.roster.settled(values))
    assert check(problem, roster).ok

    again = Filler()
    assert Naming(guide).of(first, roster, again, finished) is not None
    assert not again.parts

    upper = relaxation.upper.copy()
    upper[guide.roster.duty_columns[given[0]]] = 0
    lower = relaxation.lower.copy()
    lower[guide.roster.duty_columns[given[1:]]] = 1
    other = relaxation.within(lower, upper)
    changed = Filler()
    second = guide.roster.settled(other.whole(solved(other.relaxation)))
    model, values = Naming(guide).of(second, roster, changed, finished)
    own = {(options.outlet[i], options.day[i]) for i in np.flatnonzero(first != second) if i < len(options)}
    assert len(changed.parts) == len(own)
    assert check(problem, schedule_of(model, model.roster.settled(values))).ok


def optimal(part, now):
    return part.whole(solve_cp(part.relaxation.model(), CpLimits(), stop=threading.Event()).values)


def test_of_the_same_duties_those_that_wait_are_filled_and_all_else_stays():
    problem = week(*PRICED)
    guide = model_for_search(problem, GUIDED)
    first = guide.roster.settled(solved(relaxation_of(guide.roster.cp)))
    naming, asked = Naming(guide), []
    assert naming.changes(first) == 2 * 2
    naming.most = 0
    model, rough = naming.of(first, None, optimal, finished)
    waiting = naming.waiting
    assert waiting > 1
    naming.most = waiting - 1

    def solve(part, now):
        asked.append(part)
        return optimal(part, now)

    same, better = naming.of(first.copy(), None, solve, lambda *_: pytest.fail("all names were found before"))
    assert same is model
    assert (len(asked), naming.waiting) == (waiting - 1, 1)
    assert model.relaxation.holds(better)
    assert model.roster.cost(better) < model.roster.cost(rough)
    assert naming.changes(first) == 0
    given = np.flatnonzero(first[guide.roster.duty_columns])
    fewer = first.copy()
    fewer[guide.roster.duty_columns[given[0]]] = 0
    assert naming.changes(fewer) == 1


def test_what_is_not_linear_is_named_anew_each_time(monkeypatch):
    guide = model_for_search(week(*PRICED), GUIDED)
    first = guide.roster.settled(solved(relaxation_of(guide.roster.cp)))
    built, finishes = naming_module.build_model, []

    def inexact(*of):
        model = built(*of)
        vars(model)["relaxation"] = dataclasses.replace(model.relaxation, exact=False)
        return model

    monkeypatch.setattr(naming_module, "build_model", inexact)
    naming = Naming(guide)
    for _ in range(2):
        naming.of(first, None, optimal, lambda model, now: (finishes.append(1), finished(model, now))[1])
    assert len(finishes) == 2


def two_people():
    """Two 0-1 columns at 3 and 2 cents less than nothing, of which a row allows one."""
    model = cp_model.CpModel()
    one, other = model.new_bool_var("one"), model.new_bool_var("other")
    model.add(one + other <= 1)
    model.minimize(-3 * one - 2 * other)
    relaxation = relaxation_of(model)
    return SimpleNamespace(
        relaxation=relaxation,
        decisions=np.ones(2, bool),
        kept=lambda values, since: values if relaxation.holds(values, since) else None,
    )


@pytest.mark.parametrize("first", [0, 1])
def test_threads_care_for_places_at_once_and_what_does_not_go_together_is_tried_again(first):
    """Both places are begun with before one is done; the other then finds its row taken."""
    both, done = threading.Barrier(2), threading.Event()
    began: list[int] = []

    def solve(part, now):
        column = int(part.columns[0])
        began.append(column)
        if len(began) <= 2:
            both.wait(10)
            if column != first:
                assert done.wait(10)
        values = now.copy()
        values[column] = int(part.relaxation.row_upper[0] > 0)
        return values

    model = two_people()
    care = _Care(model, np.zeros(2, np.int64), [np.array([0]), np.array([1])], solve)
    taken = care._taken

    def take(*what):
        answer = taken(*what)
        done.set()
        return answer

    care._taken = take
    helper = threading.Thread(target=care.work)
    helper.start()
    found = care.done()
    helper.join()
    assert found.tolist() == [1 - first, first]
    assert sorted(began[:2]) == [0, 1]
    assert began[2:] == [1 - first]


def test_care_takes_nothing_dearer():
    care = _Care(two_people(), np.array([0, 1]), [np.array([1])], lambda part, now: np.zeros_like(now))
    assert care.done().tolist() == [0, 1]


def test_care_ends_when_all_who_help_are_done():
    begun, go_on = threading.Event(), threading.Event()

    def solve(part, now):
        begun.set()
        assert go_on.wait(10)
        return np.array([1, 0])

    care = _Care(two_people(), np.zeros(2, np.int64), [np.array([0])], solve)
    helper = threading.Thread(target=care.work)
    helper.start()
    assert begun.wait(10)
    threading.Timer(0.05, go_on.set).start()
    assert care.done().tolist() == [1, 0]
    helper.join()


def test_nobody_helps_where_nothing_is_begun():
    naming = Naming(model_for_search(week(*PRICED), GUIDED))
    naming.help()
    helped = []
    naming._care = SimpleNamespace(work=lambda: helped.append(1))
    naming.help()
    assert helped == [1]


@pytest.mark.parametrize("place_rows", [0, 10**6])
def test_where_what_the_guide_gives_has_no_names_all_rules_are_searched_at_once(monkeypatch, place_rows):
    problem = week(*PRICED, staff=4, days=1)
    monkeypatch.setattr(Naming, "of", lambda *_: None)
    way = Strategy(small_options=0, place_rows=place_rows)
    result = ss.solve(problem, ss.Settings(strategy=way, deterministic=True, deterministic_work=1))
    assert check(problem, result.schedule).ok
    assert result.schedule.duty_list


def test_duties_whose_activities_cannot_keep_the_rules_are_no_roster():
    guide = model_for_search(week(*PRICED), GUIDED)
    values = guide.roster.settled(solved(relaxation_of(guide.roster.cp)))
    assert Naming(guide).of(values, None, Filler(fails=True), lambda model, now: None) is None


def test_activities_that_nobody_finds_better_stay_as_they_come():
    problem = week(*PRICED)
    guide = model_for_search(problem, GUIDED)
    values = guide.roster.settled(solved(relaxation_of(guide.roster.cp)))
    model, named = Naming(guide).of(values, None, Filler(fails=True), finished)
    assert check(problem, schedule_of(model, model.roster.settled(named))).ok


@pytest.mark.parametrize("exact", [True, False])
def test_what_follows_from_names_is_what_the_whole_model_says(exact, monkeypatch):
    guide = model_for_search(week(*PRICED), GUIDED)
    first = guide.roster.settled(solved(relaxation_of(guide.roster.cp)))
    model, values = Naming(guide).of(first, None, Filler(), finished)
    search = Search(Board(guide, ss.Settings(deterministic=True), time.perf_counter()))
    monkeypatch.setitem(vars(model), "relaxation", dataclasses.replace(model.relaxation, exact=exact))
    decided, given = np.flatnonzero(model.decisions), np.flatnonzero(values[model.roster.duty_columns])[0]
    bare = np.zeros_like(values)
    bare[decided] = values[decided]
    found = search._finished(model, bare)
    assert np.array_equal(found[decided], values[decided])
    assert model.relaxation.holds(found)
    assert model.roster.cost(model.roster.settled(found)) == model.roster.cost(model.roster.settled(values))
    bare[model.roster.duty_columns[given]] = 0
    assert search._finished(model, bare) is None

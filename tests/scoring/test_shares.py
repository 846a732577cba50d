"""Tables of who had what, and the problem of the week after, by hand on small rosters."""

import datetime as dt
import doctest
from pathlib import Path
from typing import get_args

import pytest
import yaml

import schedsolver as ss
from schedsolver.domain import Carried, Contract, FairItem, Request, ShiftRequirement
from schedsolver.domain.problem import parse_rule
from schedsolver.errors import InvalidSchedule
from schedsolver.rules.fair_indices import FairGini
from schedsolver.rules.fairness import FairDistance, FairWorstOff
from schedsolver.scoring import carry, fairness_table, next_problem, shares_table
from tests.rules.test_burdens import on
from tests.rules.test_fairness import DUTIES, TUESDAY, TWO_ONE_NONE, had, person, world
from tests.solving import roster_of, work
from tests.tiny import MONDAY

PAGE = Path(__file__).parents[2] / "docs" / "fairness.md"
ROSTER = roster_of(TWO_ONE_NONE)
PLAIN = DUTIES.model_copy(update={"decay_percent": 0})


def test_the_table_of_shares():
    half = Contract(contract_id="half", weekly_minutes=1200)
    problem = world(
        fair_items=(PLAIN,), carried=(had(0, 1, 685), had(2, 1.5, 343)),
        contracts=(Contract(contract_id="full"), half), staff=(person(0), person(1), person(2, contract_id="half")),
    )  # fmt: skip
    table = shares_table(problem, ROSTER)
    assert table["employee"].tolist() == ["E0", "E1", "E2"]
    assert table["amount"].tolist() == [2, 1, 0]
    assert table["before"].tolist() == [1, 0, 1.5]
    assert table["exposure_minutes"].tolist() == [685 + 685, 685, 342 + 343]
    assert table["due"].tolist() == pytest.approx([2.75, 1.375, 1.375])
    assert table["deviation"].tolist() == pytest.approx([0.25, -0.375, 0.125])


def test_the_table_of_measures():
    wish = FairItem(item_id="wish", counts="wishes", kind="good")
    off = Request(employee_id="E0", date=TUESDAY, wish="off"), Request(employee_id="E1", date=TUESDAY, wish="off")
    holiday = FairItem(item_id="holiday", counts="duties", day_kinds=("holiday",))
    table = fairness_table(world(fair_items=(DUTIES, wish, holiday), requests=off), ROSTER, worst=2)
    assert table["item"].tolist() == ["duty", "wish"], "nobody can have a holiday's duty without a holiday"
    duty, wishes = table.to_dict("records")
    assert duty["total"] == 3
    assert [duty[name] for name in ("range", "distance", "worst_off")] == pytest.approx([2, 2, 1])
    assert [duty[name] for name in ("gini", "jain")] == pytest.approx([4 / 9, 0.6])
    assert [wishes[name] for name in ("total", "worst_off", "gini", "jain")] == pytest.approx([1, 0.5, 0.5, 0.5])


def test_without_items_the_tables_are_empty():
    problem = world(fair_items=())
    assert shares_table(problem, ROSTER).empty
    assert fairness_table(problem, ROSTER).empty
    assert "gini" in fairness_table(problem, ROSTER)


def test_a_week_is_carried_and_forgotten_after_the_window():
    item = DUTIES.model_copy(update={"window_weeks": 3})
    problem = world(fair_items=(item,), carried=(had(0, 3, weeks=1), had(1, 1, weeks=2), had(9, 1)), people=2)
    assert carry(problem, roster_of(TWO_ONE_NONE[:2])) == (
        had(0, 3), had(9, 1),
        Carried(employee_id="E0", item_id="duty", first_day=MONDAY, amount=2, exposure_minutes=685),
        Carried(employee_id="E1", item_id="duty", first_day=MONDAY, amount=0, exposure_minutes=685),
    )  # fmt: skip


def test_hours_are_carried_in_hours():
    hours = FairItem(item_id="h", counts="hours", start="09:30", end="10:15")
    amounts = [row.amount for row in carry(world(fair_items=(hours,)), ROSTER)]
    assert amounts == [1.5, 0.75, 0]


def test_the_next_problem():
    need = ShiftRequirement(date=MONDAY, shift_type_id="day", minimum=1)
    old = work("E2", "day", "09:00", "11:00", date=MONDAY - dt.timedelta(days=2))
    older = work("E2", "day", "09:00", "11:00", date=MONDAY - dt.timedelta(days=3))
    problem = world(
        shift_requirements=(need,), requests=(Request(employee_id="E0", date=MONDAY, wish="off"),), history=(older, old)
    )
    after = next_problem(problem, ROSTER, history_days=4)
    assert (after.horizon.start, after.horizon.days) == (MONDAY + dt.timedelta(days=2), 2)
    assert after.known_from == MONDAY - dt.timedelta(days=2)
    assert after.history == (old, *ROSTER.duty_list)
    assert after.shift_requirements == (need.model_copy(update={"date": MONDAY + dt.timedelta(days=2)}),)
    assert (after.requests, after.staff, after.rules) == ((), problem.staff, problem.rules)
    assert after.carried == carry(problem, ROSTER)
    wish = Request(employee_id="E1", date=MONDAY + dt.timedelta(days=3), wish="off")
    assert next_problem(problem, ROSTER, requests=[wish]).requests == (wish,)
    assert next_problem(problem, ROSTER).known_from == MONDAY - dt.timedelta(days=3)


def test_over_weeks_everybody_gets_their_turn():
    # Three people, two duties in each of three stretches of two days: two each in the end.
    needs = [ShiftRequirement(date=date, shift_type_id="day", minimum=1, maximum=1) for date in (MONDAY, TUESDAY)]
    rule = FairDistance(items=["duty"], hard=False, weight=30)
    problem = world(rule, fair_items=(PLAIN,), shift_requirements=needs)
    settings = ss.Settings(deterministic=True)
    for _ in range(2):
        problem = next_problem(problem, ss.solve(problem, settings).schedule)
    last = ss.solve(problem, settings).schedule
    table = shares_table(problem, last)
    assert (table["amount"] + table["before"]).tolist() == [2, 2, 2]
    assert fairness_table(problem, last)["gini"].tolist() == [0]


def test_the_page_on_fairness_shows_what_comes_out():
    assert doctest.testfile(str(PAGE), module_relative=False).failed == 0
    text = PAGE.read_text(encoding="utf-8")
    named = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])["rules"]
    assert [type(parse_rule(rule)) for rule in named] == [FairDistance, FairWorstOff, FairGini]
    ways = get_args(FairItem.model_fields["counts"].annotation)
    assert all(f"`{way}`" in text for way in ways)


@pytest.mark.parametrize("view", [shares_table, carry])
def test_a_roster_of_strangers_is_refused(view):
    with pytest.raises(InvalidSchedule, match='employee "E7" is not in the problem'):
        view(world(), roster_of([on(7, 0)]))

"""What rules may charge together, and which of them count for the objective."""

import pytest

import schedsolver as ss
from schedsolver.domain import Contract, Request, ShiftRequirement
from schedsolver.errors import InvalidProblem
from schedsolver.rules import PaidTime, check
from schedsolver.rules.budget import Budget
from tests.rules.test_agreement import DAY, E1, NOON, alone
from tests.solving import assert_agree, judged, roster_of, words, work
from tests.tiny import MONDAY, TUESDAY

WAGE = Contract(contract_id="full", wage_cents_per_hour=100)
NEEDS = tuple(
    ShiftRequirement(date=date, shift_type_id="day", preferred=1, shortage_cents=500) for date in (MONDAY, TUESDAY)
)
WISH = Request(employee_id="E1", date=TUESDAY, wish="off", cents=40)


def world(*rules, **changes) -> ss.Problem:
    """A duty on each of two days, worth 500 and costing 200, and a wish against the second, worth 40."""
    tables = {"staff": (E1,), "contracts": (WAGE,), "shift_requirements": NEEDS, "requests": (WISH,)}
    return alone(DAY, NOON, rules=(PaidTime(), *rules), **(tables | changes))


FIRST, SECOND = (work("E1", "day", "09:00", "11:00", date=date) for date in (MONDAY, TUESDAY))


@pytest.mark.parametrize(("cents", "told"), [(400, []), (399, ["cost charge 400 cents, 399 allowed"])])
def test_what_a_family_charges_is_added_up(cents, told):
    rule = Budget(rules=["cost"], cents=cents)
    assert words(judged(rule, world(rule), FIRST, SECOND)) == told
    assert words(judged(rule, world(rule), FIRST)) == []


def test_several_rules_share_a_budget():
    rule = Budget(rules=["cost.paid_time", "request"], cents=439)
    assert words(judged(rule, world(rule), FIRST, SECOND)) == ["cost.paid_time, request charge 440 cents, 439 allowed"]


@pytest.mark.parametrize("counted", [(), ("cover",), ("request.granted", "cost")])
@pytest.mark.parametrize("cents", [0, 200, 640])
def test_model_and_check_agree_on_budgets_and_on_what_counts(cents, counted):
    costs = assert_agree(world(Budget(rules=["cost", "request"], cents=cents), counted=counted))
    assert None in costs
    assert assert_agree(world(Budget(rules=["cover"], cents=500), counted=counted)).count(None) > 0


def test_a_budget_is_looked_at_last_wherever_it_is_listed():
    problem = world()
    problem = problem.replace(rules=(Budget(rules=["cost"], cents=200), *problem.rules))
    assert len(ss.solve(problem, ss.Settings(deterministic=True)).schedule.duty_list) == 1


def test_what_does_not_count_costs_nothing_but_still_forbids():
    both = roster_of([FIRST, SECOND])
    report = check(world(counted=("request",)), both)
    assert report.cost_by_rule == {"request.granted": 40}
    assert [p.rule for p in report.penalties] == ["request.granted"]
    short = check(world(Budget(rules=["cost"], cents=1), counted=("request",)), both)
    assert [v.rule for v in short.violations] == ["budget.rules"]
    result = ss.solve(world(counted=("request",)), ss.Settings(deterministic=True))
    assert (result.objective, result.bound, set(result.cost_by_rule)) == (0, 0, {"request.granted"})


def test_names_that_are_no_rule_are_refused():
    for name in ("costt", "cost.", "cost.paid"):
        with pytest.raises(InvalidProblem, match=f'there is no rule or family of rules "{name}"'):
            world(Budget(rules=[name], cents=1))
        with pytest.raises(InvalidProblem, match=f'there is no rule or family of rules "{name}"'):
            world(counted=[name])


def test_what_counts_is_kept_in_files(tmp_path):
    problem = world(Budget(rules=["cost"], cents=5), counted=("cover", "cost.paid_time"))
    ss.save(problem, tmp_path / "problem")
    assert ss.load(tmp_path / "problem") == ss.Problem.from_json(problem.to_json()) == problem

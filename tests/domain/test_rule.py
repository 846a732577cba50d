import datetime as dt
from typing import ClassVar

import pytest
from pydantic import ValidationError

from schedsolver.domain import Activity, Finding, Judgement, Problem, Rule, Scope
from schedsolver.errors import InvalidProblem
from schedsolver.rules import PaidTime
from tests.tiny import MONDAY, TUESDAY, at, duty, tiny


class AtMost(Rule):
    """A limit that may be soft."""

    name: ClassVar[str] = "test.at_most"
    may_be_soft: ClassVar[bool] = True
    scoped_by: ClassVar[frozenset[str]] = frozenset(Scope.model_fields)

    most: int = 1


class Always(Rule):
    """A rule that may not be soft and does not judge."""

    name: ClassVar[str] = "test.always"


# Known in these tests only, so that no other test finds them among the library's rules.
KINDS = {kind.name: Rule._catalogue.pop(kind.name) for kind in (AtMost, Always)}


@pytest.fixture(autouse=True)
def _known(monkeypatch):
    for name, kind in KINDS.items():
        monkeypatch.setitem(Rule._catalogue, name, kind)


# ---------------------------------------------------------------- scope


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Always, "test.always cannot be scoped by outlets, nor by anything else"),
        (PaidTime, "cost.paid_time cannot be scoped by outlets, only by contracts, employees, tags"),
    ],
)
def test_a_scope_the_rule_does_not_heed_is_refused(kind, words):
    with pytest.raises(ValidationError, match=words):
        kind(scope=Scope(outlets=("A",)))
    assert kind(scope=Scope()).scope == Scope()


@pytest.mark.parametrize(
    ("scope", "employees"),
    [
        ({}, (0, 1)),
        ({"employees": ("E2",)}, (1,)),
        ({"contracts": ("full",)}, (0, 1)),
        ({"tags": ("senior",)}, (0,)),
        ({"employees": ("E2",), "tags": ("senior",)}, (0, 1)),
        ({"tags": ("trainer",)}, ()),
        ({"contracts": ("half",)}, ()),
        ({"outlets": ("Sat",), "weekdays": (0,)}, (0, 1)),
    ],
)
def test_an_employee_is_meant_when_named_in_any_way(scope, employees):
    assert Scope(**scope).employees_of(tiny()) == employees


@pytest.mark.parametrize(
    ("scope", "meant"),
    [
        ({}, True),
        ({"weekdays": (0, 3)}, True),
        ({"weekdays": (1,)}, False),
        ({"day_kinds": ("workday",)}, True),
        ({"day_kinds": ("rest", "holiday")}, False),
        ({"first_day": "2026-03-09"}, True),
        ({"first_day": "2026-03-10"}, False),
        ({"last_day": "2026-03-09"}, True),
        ({"last_day": "2026-03-08"}, False),
        ({"weekdays": (0,), "first_day": "2026-03-10"}, False),
    ],
)
def test_a_date_is_meant_when_nothing_excludes_it(scope, meant):
    assert Scope(**scope).has_date(MONDAY, tiny()) is meant


def test_outlets_and_activities_are_meant_when_named_or_none_is():
    assert Scope().has_outlet("Hub")
    assert Scope(outlets=("Hub",)).has_outlet("Hub")
    assert not Scope(outlets=("Sat",)).has_outlet("Hub")
    assert Scope().has_activity("counter")
    assert Scope(activities=("counter",)).has_activity("counter")
    assert not Scope(activities=("calls",)).has_activity("counter")


@pytest.mark.parametrize("weekday", [-1, 7])
def test_weekdays_are_0_to_6(weekday):
    assert Scope(weekdays=(0, 6)).weekdays == (0, 6)
    with pytest.raises(ValidationError, match="than or equal to"):
        Scope(weekdays=(weekday,))


# ---------------------------------------------------------------- hard and soft


def test_a_rule_is_hard_unless_told():
    rule = AtMost()
    assert (rule.hard, rule.weight, rule.scope) == (True, 0, Scope())


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (Always, {"hard": False, "weight": 5}, "test.always cannot be soft; leave out 'hard' and 'weight'"),
        (AtMost, {"hard": False}, "test.at_most is soft but its weight is 0, so it would do nothing"),
        (AtMost, {"weight": 5}, "test.at_most is hard, so its weight 5 would do nothing; add 'hard: false'"),
        (AtMost, {"hard": False, "weight": -1}, "greater than or equal to 0"),
        (AtMost, {"hard": False, "weight": 10**9 + 1}, "less than or equal to 1000000000"),
    ],
)
def test_hard_and_weight_must_fit_together(kind, fields, words):
    with pytest.raises(ValidationError, match=words):
        kind(**fields)


@pytest.mark.parametrize("weight", [1, 10**9])
def test_a_soft_rule_has_a_price(weight):
    assert AtMost(hard=False, weight=weight).weight == weight


# ---------------------------------------------------------------- judging

FOUND = ((2, "two over", {"employee_id": "E1"}), (0, "just right", {}), (-1, "one under", {}))


def test_a_hard_excess_is_a_violation():
    assert AtMost().over_limit(FOUND) == Judgement(violations=(Finding("test.at_most", "two over", employee_id="E1"),))


def test_a_soft_excess_costs_its_weight_for_each_unit():
    judgement = AtMost(hard=False, weight=5).over_limit(FOUND)
    assert judgement == Judgement(penalties=(Finding("test.at_most", "two over", 10, employee_id="E1"),))
    assert judgement.cents == 10


def test_the_smallest_excess_counts():
    assert len(AtMost().over_limit([(1, "one over", {})]).violations) == 1


def test_the_cents_of_a_judgement_add_up():
    penalties = (Finding("a", "x", 3), Finding("a", "y", 4))
    assert Judgement(penalties=penalties, violations=(Finding("a", "z"),)).cents == 7
    assert Judgement().cents == 0


def test_a_finding_takes_its_place_from_a_duty():
    assert AtMost().violation("late").cents == 0
    here = {"employee_id": "E1", "outlet_id": "Hub", "start": at("09:00")}
    assert AtMost().violation("late", duty()) == Finding("test.at_most", "late", **here)
    assert AtMost().penalty(7, "late", duty()) == Finding("test.at_most", "late", 7, **here)


def test_a_place_given_outright_wins():
    assert AtMost().violation("late", duty(), outlet_id="Sat", activity_id="calls") == Finding(
        "test.at_most", "late", employee_id="E1", outlet_id="Sat", activity_id="calls", start=at("09:00")
    )
    assert AtMost().penalty(7, "late", employee_id="E2") == Finding("test.at_most", "late", 7, employee_id="E2")


def test_a_rule_must_judge_and_need_do_nothing_else():
    rule = Always()
    assert rule.applies_to(tiny())
    assert rule.admits(tiny(), None) is None
    rule.add_to(None)
    with pytest.raises(NotImplementedError, match="Always must say how it judges a schedule"):
        rule.judge(tiny(), None)


# ---------------------------------------------------------------- rules as data


def test_a_rule_carries_its_name_in_json():
    assert AtMost(most=3).model_dump(exclude_defaults=True) == {"rule": "test.at_most", "most": 3}


def test_rules_come_back_from_json_exactly():
    rules = (Always(), AtMost(most=2, hard=False, weight=9, scope=Scope(tags=("senior",), first_day=TUESDAY)))
    problem = tiny(rules=rules)
    assert Problem.from_json(problem.to_json()) == problem
    assert Problem.from_json(problem.to_json()).rules == rules


def test_a_rule_may_be_given_by_its_fields():
    assert tiny(rules=({"rule": "test.at_most", "most": 2},)).rules == (AtMost(most=2),)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rule": "test.at_mots"}, 'no rule "test.at_mots" .did you mean "test.at_most"?'),
        ({"most": 2}, 'no rule "None"'),
        ({"rule": ["x"]}, "no rule"),
        ({"rule": "test.at_most", "least": 1}, "least"),
        (7, "Rule"),
    ],
)
def test_a_rule_that_is_none_is_refused(fields, words):
    with pytest.raises((ValidationError, InvalidProblem), match=words):
        tiny(rules=(fields,))


def test_the_catalogue_knows_a_rule_by_its_name():
    assert Rule.catalogue()["test.always"] is Always


# ---------------------------------------------------------------- rules in a problem


def faults(*rules: Rule, **changes) -> list[str]:
    try:
        tiny(rules=rules, **changes)
    except InvalidProblem as error:
        return [str(fault) for fault in error.faults]
    return []


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        ({"employees": ("E1", "zz")}, 'employee "zz" is not in staff'),
        ({"contracts": ("zz",)}, 'contract "zz" is not in contracts'),
        ({"outlets": ("X",)}, 'outlet "X" is not in outlets'),
        ({"activities": ("zz",)}, 'activity "zz" is not in activities'),
    ],
)
def test_a_scope_names_what_is_there(scope, message):
    assert faults(Always(), AtMost(scope=Scope(**scope))) == [f"rules[1]: test.at_most: {message}"]


def test_a_scope_by_a_tag_nobody_has_is_refused():
    assert faults(AtMost(scope=Scope(tags=("senior", "senor")))) == [
        'rules[0]: test.at_most: nobody in staff has the tag "senor" (did you mean "senior"?)'
    ]


@pytest.mark.parametrize("scope", [{"weekdays": (5,)}, {"first_day": "2026-03-11"}, {"last_day": "2026-03-08"}])
def test_a_scope_without_a_day_of_the_horizon_is_refused(scope):
    assert faults(AtMost(scope=Scope(**scope))) == ["rules[0]: test.at_most: its scope matches no day of the horizon"]


def test_a_scope_with_one_day_of_the_horizon_is_accepted():
    assert faults(AtMost(scope=Scope(weekdays=(1, 5)))) == []


def test_the_same_rule_twice_is_refused():
    assert faults(AtMost(), AtMost(most=2), Always(), AtMost()) == [
        "rules[3]: test.at_most is given twice with the same parameters; keep one"
    ]


def test_a_scope_by_activity_looks_in_activities():
    assert faults(AtMost(scope=Scope(activities=("fx",))), activities=(Activity(activity_id="fx"),)) == []


def test_dates_of_a_scope_are_dates():
    assert Scope(first_day="2026-03-09").first_day == dt.date(2026, 3, 9)

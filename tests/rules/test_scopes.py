"""Every rule that a scope can bind to kinds of days heeds them, in the model and in the check."""

import pytest

import schedsolver as ss
from benchmarks.all_rules import with_all_rules
from schedsolver.model.build import build_model
from tests.tiny import MONDAY

KINDS = ("workday", "rest", "holiday")
PLAIN = ss.generate(ss.GeneratorSpec(outlets=3, staff=18, days=8, start=MONDAY, seed=3))
FULL = with_all_rules(PLAIN, [])
BY_KIND = [i for i, rule in enumerate(FULL.rules) if "day_kinds" in rule.scoped_by]


@pytest.fixture(scope="module")
def roster() -> ss.Schedule:
    return ss.solve(PLAIN, ss.Settings(deterministic=True, gap=0.3)).schedule


def scoped(number: int, *kinds: str) -> ss.Rule:
    rule = FULL.rules[number]
    return rule.model_copy(update={"scope": rule.scope.model_copy(update={"day_kinds": kinds})})


@pytest.mark.parametrize("number", BY_KIND, ids=lambda i: f"{FULL.rules[i].name}-{i}")
def test_all_kinds_of_days_are_as_good_as_none_given(number, roster):
    rule, everywhere = scoped(number), scoped(number, *KINDS)
    assert everywhere.judge(FULL, roster) == rule.judge(FULL, roster)
    own, same = (build_model(FULL.replace(rules=(each,))).roster.cp.proto for each in (rule, everywhere))
    assert str(same) == str(own)


@pytest.mark.parametrize("number", BY_KIND, ids=lambda i: f"{FULL.rules[i].name}-{i}")
def test_a_kind_that_no_day_is_of_asks_for_nothing(number, roster):
    found = scoped(number, "holiday").judge(FULL, roster)
    assert (found.violations, found.penalties) == ((), ())

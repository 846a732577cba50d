"""The rule that docs/adding-a-rule.md adds is a rule: model and checker agree on it, hard and soft."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest
import yaml

import schedsolver as ss
from schedsolver.domain import Horizon, Request, Rule
from tests.solving import fixed_shift, plain
from tests.tiny import MONDAY, tiny

DOCS = Path(__file__).parents[1] / "docs"
DOC = DOCS / "adding-a-rule.md"
SUNDAY = MONDAY.replace(day=MONDAY.day - 1)


@pytest.fixture
def _known(tmp_path, monkeypatch):
    monkeypatch.setattr(Rule, "_catalogue", dict(Rule._catalogue))
    (tmp_path / "sundays.py").write_text(re.search(r"```python\n(.*?)```", DOC.read_text(), re.DOTALL)[1])
    spec = importlib.util.spec_from_file_location("sundays", tmp_path / "sundays.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "sundays", module)
    spec.loader.exec_module(module)


@pytest.mark.usefixtures("_known")
@pytest.mark.parametrize(
    ("rule", "sundays", "cost"),
    [
        ({"maximum": 1}, 1, 1000),
        ({"maximum": 1, "hard": False, "weight": 900}, 2, 900),
        ({"maximum": 1, "hard": False, "weight": 1100}, 1, 1000),
        ({"maximum": 1, "scope": {"employees": ["E2"]}}, 2, 0),
    ],
)
def test_the_documented_rule_works(rule, sundays, cost):
    # E1 wishes to work on both Sundays, each wish worth 1000 cents.
    days = [SUNDAY, SUNDAY.replace(day=SUNDAY.day + 7)]
    problem = plain(
        horizon=Horizon(start=SUNDAY, days=8, slot_minutes=60),
        shift_types=(fixed_shift("day", "09:00", "17:00"),),
        requests=tuple(Request(employee_id="E1", date=day, wish="on") for day in days),
        rules=({"rule": "sundays.most", **rule},),
    )
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert len(result.schedule.duty_list) == sundays
    assert result.objective == result.bound == cost
    assert ss.Problem.from_json(problem.to_json()) == problem


def test_the_documented_work_in_the_valleys_is_a_problem():
    text = (DOCS / "rules.md").read_text(encoding="utf-8").partition("Work in the valleys")[2]
    listed = yaml.safe_load(text.partition("```yaml")[2].partition("```")[0])["rules"]
    tags = ("star", "mentor", "trainee", "trainee")
    problem = tiny(
        horizon=Horizon(start=MONDAY, days=7, slot_minutes=30),
        staff=tuple(
            ss.Employee(employee_id=f"E{i}", contract_id="full", home_outlet_id="Hub", tags=(t,))
            for i, t in enumerate(tags)
        ),
        permissions=(),
        activities=tuple(ss.Activity(activity_id=name, deferrable=True) for name in ("calls", "outreach", "course")),
        backlogs=(ss.Backlog(backlog_id="contacts", activity_id="calls", minutes=600, deadline=MONDAY),),
    ).to_json()
    rules = ss.Problem.from_json(json.dumps(json.loads(problem) | {"rules": listed})).rules
    assert [rule.name for rule in rules] == [rule["rule"] for rule in listed]

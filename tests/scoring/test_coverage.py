import pandas as pd
import pytest
from pydantic import ValidationError

from schedsolver.domain import Permission, Schedule
from schedsolver.errors import InvalidProblem
from schedsolver.scoring.coverage import CoverageRules, Indicator, coverage, who_lacks
from tests.tiny import MONDAY, TUESDAY, duty, stint

PEOPLE = pd.DataFrame({"employee": list("ABCDE"), "outlet": ["Hub", "Hub", "Hub", "Sat", "Sat"]})
NAMES = [
    "certified", "counter_and_audit", "fx", "service_and_maintenance", "deep_cross_post", "cross_post_held",
    "cross_post_performed",
]  # fmt: skip
HELD = {
    "A": {"counter": 2, "audit": 2, "fx": 1},  # one level short of deep in fx
    "B": {"counter": 1, "maintenance": 2},
    "C": {"audit": 3},
    "D": {"lobby": 2, "maintenance": 2, "counter": 1},
    "E": {},
}


def permissions() -> list[Permission]:
    return [
        Permission(employee_id=who, skill_id=skill, level=level)
        for who, own in HELD.items()
        for skill, level in own.items()
    ]


def roster() -> pd.DataFrame:
    stints = [
        stint("A", "counter", "09:00", "12:00"),
        stint("A", "audit", "13:00", "13:29"),  # not yet half an hour
        stint("B", "counter", "09:00", "12:00"),
        stint("B", "outreach", "13:00", "13:30"),
        stint("D", "maintenance", "09:00", "12:00"),
    ]
    return Schedule.of([duty(who) for who in "ABD"], stints).activities


def having(found: pd.DataFrame, outlet: str) -> dict[str, int]:
    part = found[found["outlet"] == outlet]
    return dict(zip(part["indicator"], part["having"], strict=True))


def test_every_indicator_by_hand():
    found = coverage(PEOPLE, permissions(), MONDAY, roster())
    assert having(found, "Hub") == dict(zip(NAMES, [3, 1, 1, 1, 1, 2, 1], strict=True))
    assert having(found, "Sat") == dict(zip(NAMES, [1, 1, 0, 1, 1, 1, 0], strict=True))
    assert having(found, "cluster") == dict(zip(NAMES, [4, 2, 1, 2, 2, 3, 1], strict=True))
    assert found["outlet"].tolist() == ["Hub"] * 7 + ["Sat"] * 7 + ["cluster"] * 7


def test_targets_are_those_of_the_programme():
    found = coverage(PEOPLE, permissions(), MONDAY, roster()).head(7)
    assert found["indicator"].tolist() == NAMES
    assert found["target"].tolist() == [1.0, 0.6, 0.7, 0.8, 0.85, 0.9, 0.88]


def test_performed_is_of_those_who_worked_and_held_of_all():
    found = coverage(PEOPLE, permissions(), MONDAY, roster()).set_index(["outlet", "indicator"])
    performed = found.loc[("cluster", "cross_post_performed")]
    assert (performed["people"], performed["having"], performed["share"]) == (3, 1, pytest.approx(1 / 3))
    assert found.loc[("cluster", "cross_post_held"), "people"] == 5


def test_how_many_more_the_target_takes():
    rules = CoverageRules(indicators=(Indicator(indicator_id="two", target=0.6, posts=("counter", "audit")),))
    found = coverage(PEOPLE, permissions(), MONDAY, rules=rules).set_index("outlet")
    # Hub 1 of 3 with 1.8 wanted, Sat 1 of 2 with 1.2 wanted, cluster 2 of 5 with 3.0 wanted.
    assert found["people_short"].to_dict() == {"Hub": 1, "Sat": 1, "cluster": 1}
    assert found["share"].tolist() == pytest.approx([1 / 3, 1 / 2, 2 / 5])
    assert not found["met"].any()


@pytest.mark.parametrize(("target", "met"), [(0.6, True), (0.61, False), (0.3, True)])
def test_a_target_is_met_when_it_is_reached(target, met):
    rules = CoverageRules(indicators=(Indicator(indicator_id="x", target=target, posts=("counter",)),))
    found = coverage(PEOPLE, permissions(), MONDAY, rules=rules)
    assert bool(found["met"].iloc[-1]) is met
    assert found["people_short"].iloc[-1] == (0 if met else 1)


def test_a_target_met_to_the_person_is_met_whatever_the_last_digits():
    # In floating point 0.07 x 100 is a little more than 7.
    people = pd.DataFrame({"employee": [f"E{i}" for i in range(100)]})
    held = [Permission(employee_id=f"E{i}", skill_id="fx") for i in range(7)]
    rules = CoverageRules(indicators=(Indicator(indicator_id="x", target=0.07, posts=("fx",)),))
    assert coverage(people, held, MONDAY, rules=rules)["people_short"].tolist() == [0]
    assert coverage(people, held[1:], MONDAY, rules=rules)["people_short"].tolist() == [1]


def test_without_a_roster_what_is_performed_is_left_out():
    found = coverage(PEOPLE, permissions(), MONDAY)
    assert found["indicator"].tolist() == NAMES[:-1] * 3


def test_an_outlet_where_nobody_worked_has_no_share_performed():
    only_hub = roster().query("employee != 'D'")
    found = coverage(PEOPLE, permissions(), MONDAY, only_hub)
    assert NAMES[-1] not in having(found, "Sat")
    assert having(found, "cluster")[NAMES[-1]] == 1


def test_permissions_count_on_their_days_and_from_a_table():
    table = pd.DataFrame({"employee": ["A"], "skill": ["fx"], "valid_from": [str(TUESDAY)]})
    assert having(coverage(PEOPLE, table, MONDAY), "cluster")["fx"] == 0
    assert having(coverage(PEOPLE, table, TUESDAY), "cluster")["fx"] == 1


def test_who_lacks_what_nearest_first():
    lacks = who_lacks(PEOPLE, permissions(), MONDAY, roster())
    part = lacks[lacks["indicator"] == "service_and_maintenance"]
    assert part[["employee", "posts_short", "lacking"]].to_numpy().tolist() == [
        ["A", 1, "maintenance"],
        ["C", 1, "maintenance"],
        ["E", 2, "service maintenance"],
    ]
    deep = lacks[lacks["indicator"] == "deep_cross_post"]
    assert deep["employee"].tolist() == ["B", "C", "E"]
    assert deep["lacking"].tolist()[0] == "counter audit fx"
    assert lacks[lacks["indicator"] == "cross_post_performed"]["employee"].tolist() == ["A", "D"]


def test_lists_and_shares_agree():
    found = coverage(PEOPLE, permissions(), MONDAY, roster())
    cluster = found[found["outlet"] == "cluster"].set_index("indicator")
    lacking = who_lacks(PEOPLE, permissions(), MONDAY, roster())["indicator"].value_counts()
    assert (cluster["people"] - cluster["having"]).to_dict() == lacking.to_dict()


def test_malformed_people_are_told():
    with pytest.raises(InvalidProblem, match="people: has no rows"):
        coverage(PEOPLE.head(0), [], MONDAY)
    with pytest.raises(InvalidProblem, match=r'people\[1\]: employee "A" is there twice'):
        who_lacks(pd.DataFrame({"employee": ["A", "A"]}), [], MONDAY)


@pytest.mark.parametrize(
    ("indicators", "message"),
    [
        ([{"posts": ("counters",)}], r'there is no post "counters" \(did you mean "counter"\?\)'),
        ([{"posts": ("fx",), "at_least": 2}], "asks for 2 of 1 posts"),
        ([{"posts": ("fx", "fx")}], "names a post twice"),
        ([{"posts": ("fx",)}, {"posts": ("fx",)}], "two indicators have the same name"),
    ],
)
def test_rules_that_cannot_be_are_refused(indicators, message):
    with pytest.raises(ValidationError, match=message):
        CoverageRules(indicators=[{"indicator_id": "x", "target": 0.5} | fields for fields in indicators])

import datetime as dt

import pandas as pd
import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import Contract, Employee, IntervalRequirement, Permission, Skill
from schedsolver.errors import InvalidProblem
from schedsolver.scoring.normalise import Component
from schedsolver.scoring.stars import StarRules, star_permissions, star_shares, stars
from tests.tiny import MONDAY, duty, stint, tiny

ONE = StarRules(components=(Component(name="volume"),))


def appraisal(**columns) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    names = ["ability", "volume", "quality", "breadth", "service"]
    return pd.DataFrame({"employee": [f"E{i}" for i in range(count)]} | dict.fromkeys(names, 1.0) | columns)


def test_quotas_give_the_shares_of_stars():
    found = stars(appraisal(volume=[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]), ONE)
    assert found["stars"].tolist() == [5, 4, 4, 3, 3, 3, 3, 2, 2, 1]
    assert found.columns.tolist() == ["employee", "outlet", "volume", "score", "stars"]


def test_the_score_weighs_every_component():
    columns = {"ability": [1, 2], "volume": [2, 1], "quality": [1, 2], "breadth": [2, 1], "service": [1, 2]}
    found = stars(appraisal(**columns))
    # .25 + .20 + .20 of the weight is better for E1, .20 + .15 for E0: .65 x .75 + .35 x .25
    assert found["score"].tolist() == pytest.approx([0.425, 0.575])


def test_thresholds_are_fixed_marks():
    rules = StarRules(components=ONE.components, method="given", thresholds=(0.2, 0.4, 0.6, 0.8))
    found = stars(appraisal(volume=[0.19, 0.2, 0.4, 0.6, 0.79, 0.8]), rules)
    assert found["stars"].tolist() == [1, 2, 3, 4, 4, 5]
    assert found["score"].tolist() == [0.19, 0.2, 0.4, 0.6, 0.79, 0.8]


@pytest.mark.parametrize("count", [1, 4])
def test_one_person_and_all_equal_are_in_the_middle(count):
    found = stars(appraisal(volume=[6] * count))
    assert found["score"].tolist() == [0.5] * count
    assert found["stars"].tolist() == [3] * count


def test_a_blank_figure_is_neutral():
    assert stars(appraisal(volume=[1, None, 3]), ONE)["score"].tolist() == [0.25, 0.5, 0.75]


def test_a_missing_component_and_a_negative_figure_are_told():
    with pytest.raises(InvalidProblem, match=r'the column "service" is missing'):
        stars(appraisal(volume=[1]).drop(columns="service"))
    with pytest.raises(InvalidProblem, match=r'appraisal\[1\]: volume of "E1" is -3; it must be at least 0'):
        stars(appraisal(volume=[1, -3]))
    with pytest.raises(InvalidProblem, match=r'"E0" is 7; it must be at most 1'):
        stars(appraisal(volume=[7]), StarRules(components=ONE.components, method="given"))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"quotas": (0.1, 0.2, 0.4, 0.2, 0.2)}, "add up to 1.1"),
        ({"quotas": (0.1, 0.2, 0.4, 0.2, 0.1), "thresholds": (0.2, 0.4, 0.6, 0.8)}, "either quotas or thresholds"),
        ({"thresholds": (0.2, 0.4, 0.4, 0.8)}, "do not rise"),
        ({"quotas": (0.5, 0.5)}, "at least 5"),
    ],
)
def test_rules_that_cannot_be_are_refused(fields, message):
    with pytest.raises(ValidationError, match=message):
        StarRules(**fields)


def test_shares_of_stars_by_outlet_and_cluster():
    given = pd.DataFrame({"employee": list("ABCD"), "outlet": ["Hub", "Hub", "Sat", None], "stars": [5, 3, 3, 1]})
    shares = star_shares(given).set_index("outlet")
    assert shares.index.tolist() == ["Hub", "Sat", "cluster"]
    assert shares.loc["Hub"].tolist() == [2, 0, 0, 0.5, 0, 0.5, 4.0]
    assert shares.loc["Sat"].tolist() == [1, 0, 0, 1, 0, 0, 3.0]
    assert shares.loc["cluster"].tolist() == [4, 0.25, 0, 0.5, 0, 0.25, 3.0]


@pytest.mark.parametrize("star", [0, 6, 2.5, None])
def test_a_star_that_is_none_is_refused(star):
    with pytest.raises(InvalidProblem, match="stars of"):
        star_shares(pd.DataFrame({"employee": ["A"], "stars": [star]}))


def starred(stars: dict[str, int], heads: int = 1, **changes) -> ss.Problem:
    """Heads on the counter from 10 to 11 and people with stars, each dearer than the one before."""
    need = IntervalRequirement(
        outlet_id="Hub", activity_id="counter", date=MONDAY, start="10:00", end="11:00", heads=heads
    )  # fmt: skip
    rated = pd.DataFrame({"employee": list(stars), "stars": list(stars.values())})
    wages = {who: Contract(contract_id=who, wage_cents_per_hour=1000 + i) for i, who in enumerate(stars)}
    cash = [Permission(employee_id=who, skill_id="cash") for who in stars]
    return tiny(
        interval_requirements=(need,),
        contracts=tuple(wages.values()),
        staff=tuple(Employee(employee_id=who, contract_id=who) for who in stars),
        skills=(Skill(skill_id="cash"), Skill(skill_id="stars")),
        permissions=(*cash, *star_permissions(rated, valid_from=MONDAY)),
        **changes,
    )


def on_duty(problem: ss.Problem) -> set[str]:
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert result.objective == result.bound
    return {duty.employee_id for duty in result.schedule.duty_list}


PAID = {"rule": "cost.paid_time"}
FOUR_STARS = {"rule": "cover.levels", "skill": "stars", "min_level": 4, "scope": {"activities": ["counter"]}}


def test_a_requirement_can_ask_for_a_mix_of_stars():
    people = {"A": 1, "B": 3, "C": 4, "D": 5}
    assert on_duty(starred(people, 3, rules=(PAID,))) == {"A", "B", "C"}
    assert on_duty(starred(people, 2, rules=(PAID,))) == {"A", "B"}
    one = {**FOUR_STARS, "minimum": 1}
    half = {**FOUR_STARS, "share_percent": 50}
    assert on_duty(starred(people, 2, rules=(PAID, one))) == {"A", "C"}
    assert on_duty(starred(people, 3, rules=(PAID, half))) == {"A", "C", "D"}
    both = (PAID, one, {**FOUR_STARS, "min_level": 3, "share_percent": 100})
    assert on_duty(starred(people, 2, rules=both)) == {"B", "C"}


def test_the_check_misses_the_stars_without_a_solver():
    problem = starred({"A": 1, "C": 4}, rules=({**FOUR_STARS, "minimum": 1},))
    stints = [("10:00", "12:00"), ("13:00", "16:00")]
    rosters = {
        who: ss.Schedule.of([duty(who, "10:00", "16:00")], [stint(who, "counter", *hours) for hours in stints])
        for who in "AC"
    }
    assert ss.check(problem, rosters["C"]).ok
    (violation,) = ss.check(problem, rosters["A"]).violations
    assert violation.message == (
        "0 of 1 on counter at Hub at 2026-03-09 10:00 hold stars at level 4 or above, fewer than 1"
    )


def test_a_mix_nobody_can_give_is_refused():
    with pytest.raises(InvalidProblem, match="0 people hold stars at level 5 or above, fewer than 1"):
        starred({"A": 1, "C": 4}, rules=({**FOUR_STARS, "min_level": 5, "minimum": 1},))


def test_stars_hold_on_their_days():
    given = pd.DataFrame({"employee": ["E1"], "stars": [3]})
    (held,) = star_permissions(given, "sterne", MONDAY, MONDAY)
    assert held.skill_id == "sterne"
    assert held.holds(MONDAY, "Hub")
    assert not held.holds(MONDAY + dt.timedelta(days=1), "Hub")

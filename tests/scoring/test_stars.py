import datetime as dt

import pandas as pd
import pytest
from pydantic import ValidationError

from schedsolver.domain import IntervalRequirement, Permission, Skill
from schedsolver.errors import InvalidProblem
from schedsolver.rules.cover_levels import LevelCover
from schedsolver.scoring.normalise import Component
from schedsolver.scoring.stars import StarRules, star_permissions, star_shares, stars
from tests.tiny import MONDAY, tiny

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


def test_stars_as_levels_let_a_requirement_ask_for_a_mix():
    given = pd.DataFrame({"employee": ["E1", "E2"], "stars": [4, 2]})
    held = star_permissions(given, valid_from=MONDAY)
    assert held[0] == Permission(employee_id="E1", skill_id="stars", level=4, valid_from=MONDAY)
    need = IntervalRequirement(
        outlet_id="Hub", activity_id="counter", date=MONDAY, start="10:00", end="11:00", heads=2
    )  # fmt: skip
    problem = tiny(interval_requirements=(need,))
    problem = problem.replace(
        skills=(*problem.skills, Skill(skill_id="stars")), permissions=(*problem.permissions, *held)
    )
    assert not list(LevelCover(skill="stars", min_level=4, minimum=1).faults(problem))
    assert list(LevelCover(skill="stars", min_level=5, minimum=1).faults(problem))


def test_stars_hold_on_their_days():
    given = pd.DataFrame({"employee": ["E1"], "stars": [3]})
    (held,) = star_permissions(given, "sterne", MONDAY, MONDAY)
    assert held.skill_id == "sterne"
    assert held.holds(MONDAY, "Hub")
    assert not held.holds(MONDAY + dt.timedelta(days=1), "Hub")

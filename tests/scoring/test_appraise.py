import math

import pandas as pd
import pytest

from schedsolver.domain import Permission
from schedsolver.errors import InvalidProblem
from schedsolver.scoring.appraise import AppraisalRules, appraise, indicator_table
from schedsolver.scoring.grades import Condition, Grade, GradeHeld, Ladder
from schedsolver.scoring.nine_grid import NineGridRules
from schedsolver.scoring.normalise import Component
from schedsolver.scoring.performance import PerformanceContract
from schedsolver.scoring.stars import StarRules
from tests.tiny import MONDAY, TUESDAY, at

PEOPLE = pd.DataFrame({"employee": list("ABCD"), "outlet": ["Hub", "Hub", "Sat", "Sat"]})
HELD = {"A": ["counter", "audit", "maintenance"], "B": ["counter", "fx"], "C": ["audit", "maintenance"], "D": []}
WORK = [
    ("A", "counter", "09:00", "11:00"),
    ("A", "audit", "11:00", "13:00"),
    ("A", "outreach", "13:00", "15:00"),
    ("B", "counter", "09:00", "15:00"),
    ("C", "maintenance", "09:00", "15:00"),
]
RULES = AppraisalRules(
    contract=PerformanceContract(
        targets={
            "transaction": {"counter": 100},
            "maintenance": {"contacts": 50},
            "all-round": {"counter": 50, "contacts": 20},
        }
    ),
    stars=StarRules(components=(Component(name="ability"),)),
    grid=NineGridRules(
        vertical=(Component(name="volume"), Component(name="breadth")),
        horizontal=(Component(name="certified_skills"), Component(name="risk_control")),
    ),
    ladder=Ladder(
        grades=(
            Grade(
                grade_id="junior",
                training=(Condition(measure="learning", at_least=5),),
                promotion=(Condition(measure="stars", at_least=4),),
                coaching=(Condition(measure="cell", at_most=2),),
            ),
            Grade(grade_id="middle"),
        )
    ),
    targets={"mean_stars": 3.0, "cover_share": 0.9},
)
FIGURES = {
    "ability": [4, 3, 2, 1], "volume": [40, 30, 20, 10], "risk_control": [4, 3, 2, 1], "learning": [9, 4, 9, 9],
    "counter": [50, 100, 0, 0], "contacts": [20, 0, 25, 0], "risk_points": [0, 10, 0, 0],
}  # fmt: skip
GRADES = [GradeHeld(employee_id=who, grade_id="junior", valid_from=MONDAY) for who in "ABC"]


def permissions() -> list[Permission]:
    return [Permission(employee_id=who, skill_id=skill) for who, own in HELD.items() for skill in own]


def roster() -> pd.DataFrame:
    rows = [(who, what, at(start), at(end)) for who, what, start, end in WORK]
    return pd.DataFrame(rows, columns=["employee", "activity", "start", "end"])


def figures(**changes) -> pd.DataFrame:
    return pd.DataFrame({"employee": list("ABCD")} | FIGURES | changes)


def appraised(table: pd.DataFrame | None = None, rules: AppraisalRules = RULES, **more):
    table = figures() if table is None else table
    more = {"grades": GRADES, "figures": {"cover_share": 0.95}} | more
    return appraise(PEOPLE, permissions(), roster(), table, MONDAY, rules, **more)


def values(found, group: str, outlet: str = "cluster") -> dict[str, float]:
    rows = found.indicators.query("group == @group and outlet == @outlet")
    return dict(zip(rows["indicator"], rows["value"], strict=True))


# ---------------------------------------------------------------- people


def test_each_person_by_hand():
    people = appraised().people.set_index("employee")
    assert people["kind"].tolist() == ["all-round", "transaction", "maintenance", ""]
    # Hub: counter 150 of 150, contacts 20 of 20; everybody meets their own; B has ten points of risk.
    assert people["performance"].tolist()[:3] == pytest.approx([1.15, 0.9, 0.5])
    assert math.isnan(people.loc["D", "performance"])
    assert people["individual"].tolist()[:3] == pytest.approx([1, 1, 0.5])
    assert people["stars"].tolist() == [4, 3, 3, 2]
    assert people["star_score"].tolist() == [0.875, 0.625, 0.375, 0.125]
    # Breadth 3, 1, 1, 0 and skills 3, 2, 2, 0 are counted from roster and permissions.
    assert people["vertical"].tolist() == pytest.approx([0.875, (0.625 + 0.5) / 2, (0.375 + 0.5) / 2, 0.125])
    assert people["horizontal"].tolist() == pytest.approx([0.875, (0.625 + 0.5) / 2, (0.375 + 0.5) / 2, 0.125])
    assert people["cell"].tolist() == [9, 5, 5, 1]
    assert people["weakest"].tolist() == ["volume", "breadth", "volume", "volume"]
    assert people["grade"].tolist() == ["junior", "junior", "junior", ""]
    assert people["action"].tolist() == ["promote", "keep", "keep", "enter"]
    assert people["training_due"].tolist() == ["", "learning is 4 (at least 5)", "", ""]


def test_what_is_given_is_not_counted():
    people = appraised(figures(breadth=[0, 1, 2, 3], certified_skills=[1, 1, 1, 1])).people
    assert people["vertical"].tolist() == pytest.approx([0.5, 0.5, 0.5, 0.5])
    assert people["horizontal"].tolist() == pytest.approx([(s + 0.5) / 2 for s in (0.875, 0.625, 0.375, 0.125)])


def test_skills_count_once_and_on_their_days():
    held = [
        Permission(employee_id="A", skill_id="fx", outlet_id="Hub"),
        Permission(employee_id="A", skill_id="fx", outlet_id="Sat"),
        Permission(employee_id="B", skill_id="fx", valid_from=TUESDAY),
        Permission(employee_id="C", skill_id="fx", valid_until=MONDAY),
    ]
    rules = AppraisalRules(
        stars=StarRules(components=(Component(name="certified_skills"),), method="rank"), grid=RULES.grid
    )
    people = appraise(PEOPLE, held, roster(), figures(), MONDAY, rules).people
    assert people["star_score"].tolist() == [0.75, 0.25, 0.75, 0.25]


def test_rows_may_come_in_any_order_and_belong_where_the_people_do():
    mixed = figures().iloc[[2, 0, 3, 1]].assign(outlet="elsewhere")
    pd.testing.assert_frame_equal(appraised(mixed).people, appraised().people)


def test_without_contract_and_ladder_these_are_left_out():
    found = appraised(rules=AppraisalRules(stars=RULES.stars, grid=RULES.grid))
    assert not {"performance", "grade"} & set(found.people.columns)
    assert set(found.indicators["group"]) == {"coverage", "stars", "nine_grid", "kinds", "roster"}


def test_nobody_of_a_kind_leaves_performance_out():
    found = appraise(PEOPLE, [], roster(), figures(), MONDAY, RULES.model_copy(update={"targets": {}}))
    assert "performance" not in found.people.columns
    assert set(found.people["kind"]) == {""}


# ---------------------------------------------------------------- indicators


def test_every_indicator_by_hand():
    found = appraised()
    assert values(found, "coverage") == {
        "certified": 0.75, "counter_and_audit": 0.25, "fx": 0.25, "service_and_maintenance": 0.5,
        "deep_cross_post": 0.0, "cross_post_held": 0.75, "cross_post_performed": pytest.approx(1 / 3),
    }  # fmt: skip
    assert values(found, "stars") == {
        "star1": 0.0, "star2": 0.25, "star3": 0.5, "star4": 0.25, "star5": 0.0, "mean_stars": 3.0
    }  # fmt: skip
    assert values(found, "nine_grid") == {"upper_cells": 0.25, "lower_cells": 0.25}
    assert values(found, "performance") == pytest.approx(
        {
            "performance": (1.15 + 0.9 + 0.5) / 3, "individual": 2.5 / 3, "team": 2.5 / 3, "deduction": 0.1 / 3,
            "counter_attained": 1.0, "contacts_attained": 0.75,
        }
    )  # fmt: skip
    assert values(found, "kinds") == {"transaction": 0.25, "service": 0.0, "maintenance": 0.25, "all-round": 0.25}
    assert values(found, "grades") == {
        "grade_junior": 0.75, "grade_middle": 0.0, "to_promote": 0.25, "to_coach": 0.0, "training_due": 0.25
    }  # fmt: skip
    assert values(found, "roster") == {"cover_share": 0.95}


def test_better_and_weaker_cells_lie_on_either_side_of_the_diagonal():
    names = [f"E{cell}" for cell in range(1, 10)]
    marks = {"volume": [1, 2, 3, 11, 12, 13, 21, 22, 23], "learning": [1, 11, 21, 2, 12, 22, 3, 13, 23]}
    grid = NineGridRules(vertical=(Component(name="volume"),), horizontal=(Component(name="learning"),))
    rules = AppraisalRules(stars=StarRules(components=(Component(name="volume"),)), grid=grid)
    # One person in each cell, each at an outlet of their own.
    people = pd.DataFrame({"employee": names, "outlet": names})
    found = appraise(people, [], roster(), pd.DataFrame({"employee": names} | marks), MONDAY, rules)
    upper = [name for name in names if values(found, "nine_grid", name)["upper_cells"]]
    lower = [name for name in names if values(found, "nine_grid", name)["lower_cells"]]
    assert (upper, lower) == (["E6", "E8", "E9"], ["E1", "E2", "E4"])


def test_outlets_have_indicators_of_their_own():
    found = appraised()
    assert values(found, "stars", "Hub")["mean_stars"] == 3.5
    assert values(found, "stars", "Sat")["star2"] == 0.5
    assert values(found, "nine_grid", "Hub") == {"upper_cells": 0.5, "lower_cells": 0.0}
    assert values(found, "performance", "Sat")["performance"] == pytest.approx(0.5)
    assert math.isnan(values(found, "performance", "Sat")["counter_attained"])
    assert values(found, "roster", "Hub") == {}


def test_targets_of_the_programme_and_those_asked_for():
    rows = appraised().indicators.set_index(["indicator", "outlet"])
    assert (rows.loc[("certified", "cluster"), "target"], rows.loc[("certified", "cluster"), "met"]) == (1.0, False)
    assert (rows.loc[("certified", "Hub"), "target"], rows.loc[("certified", "Hub"), "met"]) == (1.0, True)
    assert rows.loc["mean_stars", "met"].tolist() == [True, False, True]
    assert rows.loc[("cover_share", "cluster"), "met"]
    assert pd.isna(rows.loc[("star1", "cluster"), "met"])


def test_a_target_without_an_indicator_is_told():
    with pytest.raises(InvalidProblem, match=r'there is no indicator "star6" \(did you mean "star'):
        appraised(rules=RULES.model_copy(update={"targets": {"star6": 0.1}}))


def test_who_moved_since_the_last_period():
    before = pd.DataFrame({"employee": ["A", "B", "C", "Z"], "cell": [9, 6, 2, 1]})
    found = appraised(before=before)
    assert values(found, "nine_grid", "Hub") == {
        "upper_cells": 0.5, "lower_cells": 0.0, "moved_up": 0.0, "moved_down": 0.5
    }  # fmt: skip
    assert values(found, "nine_grid")["moved_up"] == pytest.approx(1 / 3)


def test_the_table_to_read_has_a_column_for_each_outlet():
    table = indicator_table(appraised().indicators)
    assert table.columns.tolist() == ["Hub", "Sat", "cluster", "target", "met"]
    assert table.index.get_level_values("group").unique().tolist() == [
        "coverage", "stars", "nine_grid", "performance", "kinds", "grades", "roster"
    ]  # fmt: skip
    fx = table.loc[("coverage", "fx")]
    assert fx.tolist() == [0.5, 0.0, 0.25, 0.7, False]
    assert table.loc[("roster", "cover_share"), ["Hub", "cluster"]].fillna(-1).tolist() == [-1, 0.95]


# ---------------------------------------------------------------- malformed appraisals


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (figures().drop(columns="risk_control"), 'appraisal: the column "risk_control" is missing'),
        (figures().drop(columns="contacts"), 'the column "contacts" is missing'),
        (figures().drop(columns="learning"), 'the column "learning" is missing'),
        (figures(volume=[1, 2, -3, 4]), r'appraisal\[2\]: volume of "C" is -3; it must be at least 0'),
        (figures(counter=[1, -2, 3, 4]), r'counter of "B" is -2; it must be at least 0'),
        (figures(ability=[1, 2, math.inf, 4]), r'ability of "C" is infinite'),
        (figures(ability=["good", 2, 3, 4]), r'ability of "A" is "good", which is not a number'),
        (figures(counter=[1, None, 3, 4]), r'counter of "B" is blank; fill it in'),
        (figures(employee=["A", "B", "C", "C"]), r'employee "C" is there twice'),
        (figures().head(0), "appraisal: has no rows"),
        (figures().head(3), r'people\[3\]: "D" has no row in the appraisal'),
        (figures(employee=["A", "B", "C", "DD"]), r'appraisal\[3\]: employee "DD" is not among the people'),
        ("appraisal.csv", "appraisal: is a str; give a DataFrame"),
    ],
)
def test_a_malformed_appraisal_is_told(table, message):
    with pytest.raises(InvalidProblem, match=message):
        appraised(table)


def test_a_figure_that_is_not_known_is_neutral():
    people = appraised(figures(ability=[3, None, 1, float("nan")], volume=[float("nan")] * 4)).people
    assert people["star_score"].tolist() == [0.75, 0.5, 0.25, 0.5]
    assert people["weakest"].tolist()[0] == "breadth"


def test_when_all_are_equal_everybody_is_in_the_middle():
    equal = {name: [7] * 4 for name in ("ability", "volume", "risk_control", "breadth", "certified_skills")}
    people = appraised(figures(**equal)).people
    assert people["cell"].tolist() == [5] * 4
    assert people["stars"].tolist() == [3] * 4


def test_one_person_is_in_the_middle():
    alone = appraise(PEOPLE.head(1), permissions(), roster(), figures().head(1), MONDAY, RULES.model_copy(
        update={"targets": {}}
    ))  # fmt: skip
    assert alone.people[["cell", "stars"]].to_numpy().tolist() == [[5, 3]]
    assert alone.people["performance"].tolist() == pytest.approx([1.15])

import pandas as pd
import pytest
from pydantic import ValidationError

from schedsolver.domain import Permission
from schedsolver.errors import InvalidProblem
from schedsolver.scoring.coaching import Course, GrowthRules, after_growth, certificates, coaching_list
from schedsolver.scoring.coverage import CoverageRules, Indicator
from tests.tiny import MONDAY, TUESDAY, at

PEOPLE = pd.DataFrame({"employee": list("ABCD"), "outlet": ["Hub", "Hub", "Sat", "Sat"]})
HELD = {"A": ["counter"], "B": ["counter", "audit"], "C": ["audit"], "D": ["counter", "audit", "fx"]}
FX = Course(skill_id="fx", level=2, session_minutes=60, practice_minutes=240)
AUDIT = Course(skill_id="audit", session_minutes=30, practice_minutes=120, trainer_level=1)
RULES = GrowthRules(courses=(FX, AUDIT), places=2, coached_cells=(1, 2, 4))
GRID = pd.DataFrame({"employee": list("ABCD"), "cell": [5, 6, 9, 5], "weakest": ["volume"] * 4})


def held(**changes) -> list[Permission]:
    return [
        Permission(employee_id=who, skill_id=skill, level=2 if skill == "fx" else 1)
        for who, own in (HELD | changes).items()
        for skill in own
    ]


def work(*rows) -> pd.DataFrame:
    table = [(who, what, at("09:00"), at(end)) for who, what, end in rows]
    return pd.DataFrame(table, columns=["employee", "activity", "start", "end"])


def indicators(*given: Indicator) -> CoverageRules:
    return CoverageRules(indicators=given)


WANT_FX = Indicator(indicator_id="fx", target=0.75, posts=("fx",))


def listed(*given: Indicator, rules: GrowthRules = RULES, permissions=None, rosters=None, grid=GRID, **more):
    rosters = work(("D", "counter", "12:00")) if rosters is None else rosters
    table = coaching_list(
        PEOPLE, held() if permissions is None else permissions, MONDAY, rosters, grid, rules,
        coverage_rules=indicators(*(given or (WANT_FX,))), **more,
    )  # fmt: skip
    return table[["employee", "action", "skill"]].to_numpy().tolist()


def test_as_many_learn_as_the_cluster_lacks_the_better_first():
    # One of four has fx and three should: two are chosen, C and B standing in the better cells.
    plan = coaching_list(
        PEOPLE, held(), MONDAY, work(("D", "counter", "12:00")), GRID, RULES, coverage_rules=indicators(WANT_FX)
    )  # fmt: skip
    assert plan.to_dict("records") == [
        {
            "employee": who, "outlet": outlet, "action": "course", "skill": "fx", "level": 2, "reason": "fx",
            "session_minutes": 60, "practice_minutes": 240,
        }
        for who, outlet in (("B", "Hub"), ("C", "Sat"))
    ]  # fmt: skip


def test_what_a_certificate_saves_comes_before_the_cell():
    values = pd.DataFrame({"employee": ["A", "A", "B"], "relaxed_cents": [10.0, 500.0, 400.0]})
    assert listed(values=values) == [["A", "course", "fx"], ["B", "course", "fx"]]


def test_who_is_nearest_comes_first():
    both = Indicator(indicator_id="all", target=0.5, posts=("counter", "audit", "fx"))
    assert listed(both) == [["B", "course", "fx"]]


def test_places_of_a_course_are_few_and_nobody_is_in_two():
    everybody = Indicator(indicator_id="fx", target=1.0, posts=("fx",))
    audit = Indicator(indicator_id="audit", target=1.0, posts=("audit",))
    assert listed(everybody, audit) == [["A", "course", "audit"], ["B", "course", "fx"], ["C", "course", "fx"]]
    assert listed(everybody, audit, rules=RULES.model_copy(update={"places": 3})) == [
        [who, "course", "fx"] for who in "ABC"
    ]


def test_one_course_serves_two_indicators():
    again = Indicator(indicator_id="again", target=0.75, posts=("fx",))
    assert len(listed(WANT_FX, again)) == 2


def test_a_higher_level_is_a_course_as_well():
    low = [*held(), Permission(employee_id="C", skill_id="fx", level=1)]
    deep = Indicator(indicator_id="deep", target=0.5, posts=("fx",), level=2)
    assert listed(deep, permissions=low) == [["C", "course", "fx"]]


def test_without_a_course_nobody_learns_and_with_targets_met_neither():
    assert listed(rules=GrowthRules(courses=(AUDIT,))) == []
    assert listed(WANT_FX.model_copy(update={"target": 0.25})) == []


def test_a_course_that_nobody_could_lead_is_not_begun():
    expert = GrowthRules(courses=(FX.model_copy(update={"trainer_level": 3}), AUDIT))
    assert listed(rules=expert) == []
    outside = GrowthRules(courses=(FX.model_copy(update={"trainer_level": None}),))
    nobody = [p for p in held() if p.skill_id != "fx"]
    assert len(listed(rules=outside, permissions=nobody)) == 3
    assert listed(permissions=nobody) == []


def test_a_sum_of_posts_is_learned_by_one_of_its_parts():
    service = Indicator(indicator_id="service", target=1.0, posts=("service",))
    assert listed(service, permissions=held(C=["maintenance"])) == [["C", "course", "audit"]]


def test_who_holds_a_post_and_does_not_perform_it_rotates():
    performed = Indicator(
        indicator_id="performed", target=1.0, posts=("counter", "audit", "fx"), at_least=2, performed=True
    )
    rosters = work(("A", "counter", "12:00"), ("B", "counter", "12:00"), ("C", "audit", "12:00"), ("D", "fx", "10:00"))
    # A and C hold one post only.
    assert listed(performed, rosters=rosters) == [["B", "rotation", "audit"], ["D", "rotation", "counter"]]


def test_people_of_the_weak_cells_are_coached_in_what_is_weakest():
    grid = GRID.assign(cell=[1, 2, 3, 4], weakest=["volume", "learning", "volume", None])
    assert listed(WANT_FX.model_copy(update={"target": 0.25}), grid=grid) == [
        ["A", "coaching", "volume"], ["B", "coaching", "learning"], ["D", "coaching", ""]
    ]  # fmt: skip


def plan_and_work(*rows) -> pd.DataFrame:
    plan = coaching_list(
        PEOPLE, held(), MONDAY, work(("D", "counter", "12:00")), GRID, RULES, coverage_rules=indicators(WANT_FX)
    )  # fmt: skip
    return after_growth(plan, work(*rows))


def test_what_is_done_is_counted_and_finished():
    rows = [("B", "session_fx", "10:00"), ("B", "practice_fx", "13:00"), ("C", "practice_fx", "11:00")]
    done = plan_and_work(*rows, ("C", "practice_audit", "12:00"))
    assert done["session_done"].tolist() == [60, 0]
    assert done["practice_done"].tolist() == [240, 120]
    assert done["finished"].tolist() == [True, False]
    assert certificates(done, TUESDAY) == (
        Permission(employee_id="B", skill_id="fx", level=2, valid_from=TUESDAY),
    )  # fmt: skip


def test_a_course_that_was_begun_goes_on_with_what_is_left():
    progress = plan_and_work(("B", "session_fx", "10:00"), ("B", "practice_fx", "10:00"), ("C", "session_fx", "10:00"))
    values = pd.DataFrame({"employee": ["A"], "relaxed_cents": [900.0]})
    plan = coaching_list(
        PEOPLE, held(), TUESDAY, work(("D", "counter", "12:00")), GRID, RULES,
        coverage_rules=indicators(WANT_FX), values=values, progress=progress,
    )  # fmt: skip
    assert plan["employee"].tolist() == ["B", "C"]
    assert plan["session_minutes"].tolist() == [0, 0]
    assert plan["practice_minutes"].tolist() == [180, 240]


def test_only_courses_are_certified():
    plan = listed()
    assert plan
    done = plan_and_work(("B", "session_fx", "10:00"), ("B", "practice_fx", "13:00")).assign(action="rotation")
    assert certificates(done, TUESDAY) == ()


def test_what_cannot_be_is_refused():
    with pytest.raises(ValidationError, match="two courses in fx"):
        GrowthRules(courses=(FX, FX))
    with pytest.raises(InvalidProblem, match='the column "weakest" is missing'):
        listed(grid=GRID.drop(columns="weakest"))
    with pytest.raises(InvalidProblem, match='plan: the column "action" is missing'):
        after_growth(pd.DataFrame({"employee": ["A"]}), work())

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schedsolver.domain import Permission
from schedsolver.errors import InvalidProblem
from schedsolver.scoring.grades import (
    Condition,
    Grade,
    GradeHeld,
    Ladder,
    after_review,
    capped_permissions,
    read_grades,
    review,
)

DAY = dt.date(2026, 7, 1)
LADDER = Ladder(
    grades=(
        Grade(
            grade_id="junior",
            caps={"counter": 2},
            entry=(Condition(measure="exam", at_least=60),),
            training=(Condition(measure="hours", at_least=10),),
            promotion=(Condition(measure="stars", at_least=3),),
            coaching=(Condition(measure="stars", at_most=2),),
            exit=(Condition(measure="risk", at_least=12),),
        ),
        Grade(
            grade_id="middle",
            caps={"counter": 3, "fx": 1},
            entry=(Condition(measure="exam", at_least=80),),
            promotion=(Condition(measure="stars", at_least=5),),
        ),
        Grade(grade_id="senior"),
    )
)
GOOD = {"exam": 80, "hours": 10, "stars": 3, "risk": 0}


def held(employee="A", grade="junior", start="2026-01-01", end=None) -> GradeHeld:
    return GradeHeld(employee_id=employee, grade_id=grade, valid_from=start, valid_until=end)


def reviewed(grade: str | None = "junior", **changes) -> dict[str, str]:
    rows = [held(grade=grade)] if grade else []
    (row,) = review(LADDER, rows, pd.DataFrame([{"employee": "A"} | GOOD | changes]), DAY).to_dict("records")
    return row


# ---------------------------------------------------------------- review


def test_promotion_takes_its_conditions_training_and_the_entry_above():
    assert reviewed() == {
        "employee": "A", "grade": "junior", "action": "promote", "next_grade": "middle", "training_due": "",
        "reasons": "stars is 3 (at least 3); exam is 80 (at least 80)",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "reasons", "due"),
    [
        ({"exam": 79}, "exam is 79 (at least 80)", ""),
        ({"stars": 2.5}, "stars is 2.5 (at least 3)", ""),
        ({"hours": 9}, "", "hours is 9 (at least 10)"),
        ({"exam": None}, "exam is not known (at least 80)", ""),
    ],
)
def test_what_is_missed_keeps_the_grade(changes, reasons, due):
    row = reviewed(**changes)
    assert (row["action"], row["next_grade"]) == ("keep", "junior")
    assert (row["reasons"], row["training_due"]) == (reasons, due)


def test_coaching_and_exit_need_one_of_their_conditions():
    coached = reviewed(stars=2)
    assert (coached["action"], coached["next_grade"], coached["reasons"]) == (
        "coach",
        "junior",
        "stars is 2 (at most 2)",
    )
    gone = reviewed(risk=12)
    assert (gone["action"], gone["next_grade"], gone["reasons"]) == ("exit", "", "risk is 12 (at least 12)")


def test_what_is_not_known_ends_no_grade():
    assert reviewed(risk=None, stars=None)["action"] == "keep"


def test_nobody_is_promoted_from_the_top_or_without_conditions():
    assert reviewed("senior", stars=5)["action"] == "keep"
    top = Ladder(grades=(Grade(grade_id="only", promotion=(Condition(measure="stars", at_least=3),)),))
    stars = pd.DataFrame({"employee": ["A"], "stars": [5]})
    assert review(top, [held(grade="only")], stars, DAY)["action"].tolist() == ["keep"]
    ladder = Ladder(grades=(Grade(grade_id="one"), Grade(grade_id="two")))
    found = review(ladder, [held(grade="one")], pd.DataFrame({"employee": ["A"]}), DAY)
    assert found["action"].tolist() == ["keep"]


@pytest.mark.parametrize(
    ("exam", "action", "grade"),
    [(59, "wait", ""), (60, "enter", "junior"), (80, "enter", "middle"), (100, "enter", "middle")],
)
def test_a_newcomer_enters_the_highest_grade_open_to_them(exam, action, grade):
    row = reviewed(None, exam=exam)
    assert (row["grade"], row["action"], row["next_grade"]) == ("", action, grade)
    assert row["reasons"].startswith(f"exam is {exam}")


def test_the_lowest_grade_is_open_when_it_names_no_condition():
    ladder = Ladder(grades=(Grade(grade_id="one"), Grade(grade_id="two")))
    assert review(ladder, [], pd.DataFrame({"employee": ["A"]}), DAY)["next_grade"].tolist() == ["one"]


def test_the_grade_of_the_date_counts():
    rows = [held(end="2026-06-30"), held(grade="middle", start="2026-07-01")]
    measures = pd.DataFrame([{"employee": "A"} | GOOD])
    assert review(LADDER, rows, measures, DAY)["grade"].tolist() == ["middle"]
    assert review(LADDER, rows, measures, DAY - dt.timedelta(days=1))["grade"].tolist() == ["junior"]


def test_measures_that_conditions_name_must_be_there():
    with pytest.raises(InvalidProblem, match='measures: the column "risk" is missing'):
        review(LADDER, [], pd.DataFrame([{"employee": "A"} | GOOD]).drop(columns="risk"), DAY)


def test_a_condition_with_two_limits_tells_both():
    condition = Condition(measure="cell", at_least=4, at_most=6)
    assert [condition.met(value) for value in (3, 4, 6, 7, float("nan"))] == [False, True, True, False, False]
    assert Condition(measure="cell", at_least=5, at_most=5).met(5)
    assert condition.told(7) == "cell is 7 (at least 4 and at most 6)"


# ---------------------------------------------------------------- after the review


def test_grades_change_on_the_day():
    rows = [held("A"), held("B", start="2026-07-01"), held("C", end="2026-03-31"), held("D", "middle")]
    changes = pd.DataFrame(
        {
            "employee": ["A", "B", "C", "D", "E"],
            "action": ["promote", "exit", "enter", "keep", "wait"],
            "next_grade": ["middle", "", "junior", "middle", ""],
        }
    )
    assert after_review(LADDER, rows, changes, DAY) == (
        held("A", end="2026-06-30"),
        held("C", end="2026-03-31"),
        held("D", "middle"),
        held("A", "middle", "2026-07-01"),
        held("C", "junior", "2026-07-01"),
    )


def test_a_grade_that_ends_on_the_day_of_the_change_ends_the_day_before():
    changes = pd.DataFrame({"employee": ["A"], "action": ["exit"], "next_grade": [""]})
    assert after_review(LADDER, [held(end=DAY)], changes, DAY) == (held(end="2026-06-30"),)


# ---------------------------------------------------------------- who holds what


def test_grades_are_read_from_a_table():
    table = pd.DataFrame({"employee": ["A"], "grade": ["junior"], "valid_from": ["2026-01-01"], "valid_until": [None]})
    assert read_grades(LADDER, table) == (held(),)


def test_every_fault_is_told():
    rows = [held("B", "sneior"), held(), held(grade="middle", start="2026-05-01")]
    with pytest.raises(InvalidProblem) as caught:
        read_grades(LADDER, rows)
    assert [str(fault) for fault in caught.value.faults] == [
        'grades[0]: grade "sneior" is not on the ladder (did you mean "senior"?)',
        "grades[2]: A still holds junior on 2026-05-01; end it before",
    ]


def test_a_grade_may_begin_the_day_after_another_ends():
    assert len(read_grades(LADDER, [held(end="2026-04-30"), held(grade="middle", start="2026-05-01")])) == 2
    with pytest.raises(InvalidProblem, match="A still holds junior on 2026-05-01"):
        read_grades(LADDER, [held(end="2026-05-01"), held(grade="middle", start="2026-05-01")])


def test_what_cannot_be_is_refused():
    with pytest.raises(ValidationError, match="ends on 2025-12-31, before it starts"):
        held(end="2025-12-31")
    with pytest.raises(ValidationError, match="has no limit"):
        Condition(measure="stars")
    with pytest.raises(ValidationError, match="at least 4 and at most 3"):
        Condition(measure="stars", at_least=4, at_most=3)
    with pytest.raises(ValidationError, match="grade a is there twice"):
        Ladder(grades=(Grade(grade_id="a"), Grade(grade_id="a")))


# ---------------------------------------------------------------- caps


def may(skill="counter", level=3, employee="A", **more) -> Permission:
    return Permission(employee_id=employee, skill_id=skill, level=level, **more)


def test_a_permission_is_split_where_the_grade_changes():
    rows = [held(end="2026-06-30"), held(grade="middle", start="2026-07-01")]
    assert capped_permissions(LADDER, rows, [may(outlet_id="Hub")]) == (
        may(level=2, outlet_id="Hub", valid_from="2026-01-01", valid_until="2026-06-30"),
        may(level=3, outlet_id="Hub", valid_from="2026-07-01"),
    )


def test_pieces_of_the_same_level_stay_together_unless_there_is_a_gap():
    rows = [held(grade="senior", end="2026-06-30"), held(grade="middle", start="2026-07-01")]
    assert capped_permissions(LADDER, rows, [may()]) == (may(valid_from="2026-01-01"),)
    rows[1] = held(grade="middle", start="2026-07-02")
    assert capped_permissions(LADDER, rows, [may()]) == (
        may(valid_from="2026-01-01", valid_until="2026-06-30"),
        may(valid_from="2026-07-02"),
    )


def test_a_skill_not_named_may_not_be_used_and_no_caps_allow_all():
    assert capped_permissions(LADDER, [held()], [may("fx")]) == ()
    assert capped_permissions(LADDER, [held(grade="senior")], [may("fx")]) == (may("fx", valid_from="2026-01-01"),)


def test_the_permissions_own_days_hold():
    own = {"valid_from": "2026-03-01", "valid_until": "2026-04-01"}
    assert capped_permissions(LADDER, [held()], [may(**own)]) == (may(level=2, **own),)
    assert capped_permissions(LADDER, [held(start="2026-05-01")], [may(**own)]) == ()


def test_who_is_not_on_the_ladder_keeps_everything():
    assert capped_permissions(LADDER, [held()], [may("fx", employee="B")]) == (may("fx", employee="B"),)


DAYS = st.integers(0, 60).map(lambda n: dt.date(2026, 1, 1) + dt.timedelta(days=n))


@given(
    st.lists(
        st.tuples(DAYS, st.sampled_from(["junior", "middle", "senior"])),
        min_size=1,
        max_size=5,
        unique_by=lambda r: r[0],
    ),
    st.integers(1, 4),
    st.lists(DAYS, min_size=2, max_size=2),
    DAYS,
)
def test_on_each_day_the_level_is_the_lower_of_permission_and_cap(starts, level, span, date):
    order = sorted(starts)
    ends = [start - dt.timedelta(days=1) for start, _ in order[1:]] + [dt.date(2026, 2, 10) + dt.timedelta(days=60)]
    rows = [held(grade=grade, start=start, end=end) for (start, grade), end in zip(order, ends, strict=True)]
    permission = may(level=level, valid_from=min(span), valid_until=max(span))
    cut = [p.level for p in capped_permissions(LADDER, rows, [permission]) if p.holds(date, "Hub")]
    own = next((row.grade_id for row in rows if row.holds(date)), None)
    allowed = {"junior": 2, "middle": 3, "senior": 99, None: 0}[own]
    expected = min(level, allowed) if permission.holds(date, "Hub") else 0
    assert cut == ([expected] if expected else [])

import pandas as pd
import pytest
from pydantic import TypeAdapter, ValidationError

from schedsolver.domain import Permission, Schedule
from schedsolver.errors import InvalidProblem
from schedsolver.scoring.posts import Post, Posts, levels_held, minutes_worked
from tests.tiny import MONDAY, TUESDAY, duty, stint

POSTS = (Post(post_id="money", skills=("counter", "fx"), activities=("counter", "fx")), Post.of("audit", "audit"))
PEOPLE = pd.DataFrame({"employee": ["A", "B", "C"], "outlet": ["Hub", "Sat", ""]})


def may(employee, skill, **more) -> Permission:
    return Permission(employee_id=employee, skill_id=skill, **more)


def test_the_best_level_of_the_skills_of_a_post_counts():
    held = levels_held(
        PEOPLE, [may("A", "counter", level=2), may("A", "fx", level=3), may("B", "audit")], POSTS, MONDAY
    )
    assert held.to_dict("list") == {"money": [3, 0, 0], "audit": [0, 1, 0]}


def test_two_rows_of_one_skill_count_as_the_better():
    held = levels_held(PEOPLE, [may("A", "fx", level=3), may("A", "fx", level=1)], POSTS, MONDAY)
    assert held["money"].tolist() == [3, 0, 0]


def test_a_permission_counts_on_its_days_and_at_the_persons_own_outlet():
    rows = [
        may("A", "counter", valid_from=TUESDAY),
        may("A", "audit", outlet_id="Hub"),
        may("B", "audit", outlet_id="Hub"),
        may("C", "audit", outlet_id="Hub"),
        may("C", "fx"),
        may("Z", "fx"),
    ]
    assert levels_held(PEOPLE, rows, POSTS, MONDAY).to_dict("list") == {"money": [0, 0, 1], "audit": [1, 0, 0]}
    assert levels_held(PEOPLE, rows, POSTS, TUESDAY)["money"].tolist() == [1, 0, 1]


def test_time_is_added_up_by_post():
    schedule = Schedule.of(
        [duty("A"), duty("B")],
        [
            stint("A", "counter", "09:00", "10:00"),
            stint("A", "fx", "10:00", "10:30"),
            stint("A", "audit", "13:00", "15:00"),
            stint("B", "calls", "09:00", "12:00"),
            stint("Z", "audit", "09:00", "12:00"),
        ],
    )
    found = minutes_worked(PEOPLE, schedule.activities, POSTS)
    assert found.to_dict("list") == {"money": [90.0, 0.0, 0.0], "audit": [120.0, 0.0, 0.0]}
    twice = pd.concat([schedule.activities, schedule.activities])
    assert minutes_worked(PEOPLE, twice, POSTS)["audit"].tolist() == [240.0, 0.0, 0.0]


def test_an_empty_roster_is_no_time():
    assert minutes_worked(PEOPLE, Schedule().activities, POSTS)["audit"].tolist() == [0.0, 0.0, 0.0]


def test_faulty_times_and_columns_are_told():
    rows = pd.DataFrame(
        {
            "employee": "A",
            "activity": "fx",
            "start": ["2026-03-09 09:00", None, "2026-03-09 09:00"],
            "end": "2026-03-09 09:30",
        }
    )
    rows.loc[2, "end"] = "2026-03-09 09:00"
    with pytest.raises(InvalidProblem) as caught:
        minutes_worked(PEOPLE, rows, POSTS)
    assert [fault.index for fault in caught.value.faults] == [1, 2]
    with pytest.raises(InvalidProblem, match='activities: the column "end" is missing'):
        minutes_worked(PEOPLE, rows.drop(columns="end"), POSTS)


def test_posts_need_names_of_their_own():
    with pytest.raises(ValidationError, match="post audit is there twice"):
        TypeAdapter(Posts).validate_python([POSTS[1], POSTS[1]])

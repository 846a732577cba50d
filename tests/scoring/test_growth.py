import pandas as pd
import pytest

import schedsolver as ss
from schedsolver.domain import Activity, Duty, Employee, IntervalRequirement, Permission, Skill
from schedsolver.errors import InvalidProblem
from schedsolver.scoring.coaching import PLAN_COLUMNS, Course, GrowthRules, after_growth, certificates
from schedsolver.scoring.growth import with_growth, without_growth
from tests.solving import fixed_shift
from tests.tiny import MONDAY, at, stint, tiny

RULES = GrowthRules(
    courses=(Course(skill_id="fx", session_minutes=60, practice_minutes=120, trainer_level=2),),
    session_from="12:00", session_to="14:00", absent_cents=500, undone_cents_per_hour=300,
)  # fmt: skip
QUICK = ss.Settings(deterministic=True)


def branch(heads: int = 1, **changes) -> ss.Problem:
    """One outlet, open on a Monday from 9 to 15; A may do the counter, B the counter and audit, T everything."""
    need = IntervalRequirement(
        outlet_id="Hub", activity_id="counter", date=MONDAY, start="09:00", end="15:00", heads=heads
    )  # fmt: skip
    may = {"A": {"counter": 1}, "B": {"counter": 1, "audit": 1}, "T": {"counter": 1, "fx": 2}}
    tables = {
        "horizon": ss.Horizon(start=MONDAY, days=1, slot_minutes=60),
        "outlets": (ss.Outlet(outlet_id="Hub"),),
        "staff": tuple(Employee(employee_id=who, contract_id="full", home_outlet_id="Hub") for who in may),
        "skills": tuple(Skill(skill_id=name) for name in ("counter", "audit", "fx")),
        "activities": tuple(
            Activity(activity_id=name, skill_id=name, shortage_cents_per_hour=(1000,), surplus_cents_per_hour=0)
            for name in ("counter", "audit", "fx")
        ),
        "permissions": tuple(
            Permission(employee_id=who, skill_id=skill, level=level)
            for who, own in may.items()
            for skill, level in own.items()
        ),
        "shift_types": (fixed_shift("day", "09:00", "15:00"),),
        "interval_requirements": (need,),
    }  # fmt: skip
    return tiny(**(tables | changes))


def plan(*rows: tuple[str, str, str, int, int]) -> pd.DataFrame:
    table = [(who, "Hub", action, skill, 2, "why", session, practice) for who, action, skill, session, practice in rows]
    return pd.DataFrame(table, columns=PLAN_COLUMNS)


COURSE = ("A", "course", "fx", 60, 120)


def solved(problem: ss.Problem) -> ss.Result:
    result = ss.solve(problem, QUICK)
    assert result.objective == result.bound
    assert ss.check(problem, result.schedule).ok
    return result


def spent(schedule: ss.Schedule) -> dict[tuple[str, str], int]:
    minutes: dict[tuple[str, str], int] = {}
    for s in schedule.stint_list:
        minutes[s.employee_id, s.activity_id] = minutes.get((s.employee_id, s.activity_id), 0) + s.minutes
    return minutes


def test_a_course_is_a_session_and_practice_beside_a_mentor():
    todo = plan(COURSE)
    problem = with_growth(branch(), todo, RULES)
    result = solved(problem)
    assert result.objective == 0
    done = spent(result.schedule)
    assert done["A", "session_fx"] == done["T", "session_fx"] == 60
    assert done["A", "practice_fx"] >= 120
    learned = after_growth(todo, result.schedule.activities)
    assert learned["finished"].tolist() == [True]
    assert certificates(learned, MONDAY)[0].level == 2


def test_practice_takes_a_mentor_at_work():
    problem = with_growth(branch(), plan(("A", "course", "fx", 0, 120)), RULES)
    there = {who: Duty(
        employee_id=who, date=MONDAY, outlet_id="Hub", shift_type_id="day", start=at("09:00"), end=at("15:00")
    ) for who in "AT"}  # fmt: skip
    practice = stint("A", "practice_fx", "09:00", "11:00"), stint("A", "counter", "11:00", "15:00")
    alone = ss.check(problem, ss.Schedule.of([there["A"]], practice))
    assert {finding.rule for finding in alone.violations} == {"mentor.present"}
    taught = ss.check(problem, ss.Schedule.of(there.values(), [*practice, stint("T", "counter", "09:00", "15:00")]))
    assert taught.ok


def test_service_comes_first_and_what_is_missed_is_priced():
    # All three are needed at the counter all day: an hour there is worth 1000, learning far less.
    result = solved(with_growth(branch(heads=3), plan(COURSE), RULES))
    assert not any(name.endswith("_fx") for _, name in spent(result.schedule))
    # The session missed, two hours undone, and twice an hour of one's share.
    assert result.objective == 500 + 2 * 300 + 2 * 300


def test_everybody_has_a_share_of_their_own():
    todo = plan(("A", "course", "fx", 0, 120), ("B", "course", "fx", 0, 60))
    result = solved(with_growth(branch(), todo, RULES))
    done = spent(result.schedule)
    assert min(done["A", "practice_fx"], done["B", "practice_fx"]) >= 120


def test_a_rotation_needs_no_mentor_and_is_work_on_its_post():
    problem = with_growth(branch(), plan(("B", "rotation", "audit", 0, 120)), RULES)
    result = solved(problem)
    done = spent(result.schedule)
    assert done["B", "rotation_audit"] >= 120
    plain = without_growth(branch(), result.schedule)
    assert spent(plain)["B", "audit"] == done["B", "rotation_audit"]
    assert "rotation_audit" not in {s.activity_id for s in plain.stint_list}
    assert ss.kpis(branch(), plain)["cover_share"] == 1.0


def test_sessions_and_practice_are_no_work_of_the_plain_problem():
    result = solved(with_growth(branch(), plan(COURSE), RULES))
    plain = without_growth(branch(), result.schedule)
    assert {s.activity_id for s in plain.stint_list} <= {"counter", "audit", "fx"}
    assert plain.duty_list == result.schedule.duty_list


def test_people_are_coached_together():
    todo = plan(("A", "coaching", "volume", 60, 0), ("B", "coaching", "learning", 60, 0))
    result = solved(with_growth(branch(), todo, RULES))
    sessions = [s for s in result.schedule.stint_list if s.activity_id == "coaching"]
    assert {s.employee_id for s in sessions} == {"A", "B"}
    assert len({s.start for s in sessions}) <= 2
    assert after_growth(todo, result.schedule.activities)["finished"].all()


def test_practice_is_permitted_within_the_horizon_only():
    problem = with_growth(branch(), plan(COURSE), RULES)
    (permission,) = [p for p in problem.permissions if p.skill_id == "practice_fx"]
    assert (permission.valid_from, permission.valid_until) == (MONDAY, MONDAY)


def test_an_empty_plan_changes_nothing():
    assert with_growth(branch(), plan(), RULES) == branch()


def test_a_course_without_anybody_to_lead_it_is_told():
    nobody = branch().replace(permissions=tuple(p for p in branch().permissions if p.skill_id != "fx"))
    with pytest.raises(InvalidProblem, match="nobody belongs to the staff with skill fx at level 2"):
        with_growth(nobody, plan(COURSE), RULES)
    outside = GrowthRules(courses=(RULES.courses[0].model_copy(update={"trainer_level": None}),), session_from="12:00")
    assert solved(with_growth(nobody, plan(COURSE), outside)).objective == 0

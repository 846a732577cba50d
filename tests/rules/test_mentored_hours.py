import datetime as dt

import pytest

import schedsolver as ss
from schedsolver.domain import Permission, Scope, Skill
from schedsolver.errors import InvalidProblem
from schedsolver.rules.mentor import MentoredHours
from schedsolver.rules.presence import People
from tests.rules.test_mentor import COUNTER, EARLY, GROUPS, HUB, M1, NIGHT, SAT, T1, T2, TM, day, night, world
from tests.solving import assert_agree, assert_settled, fixed_shift, judged, words, work
from tests.tiny import MONDAY, TUESDAY

SUNDAY = MONDAY - dt.timedelta(days=1)
SHORT, LATE = fixed_shift("short", "10:00", "12:00"), fixed_shift("late", "11:00", "13:00")
SOFT = {"hard": False, "weight": 7}
THREE = MentoredHours(**GROUPS, minutes=180)


def lacking(judgement) -> dict[str, int]:
    return {p.employee_id: p.cents // 7 for p in judgement.penalties}


@pytest.mark.parametrize(
    ("records", "lack"),
    [
        ([], {"T1": 3, "T2": 3, "TM": 3}),
        ([day("T1")], {"T1": 3, "T2": 3, "TM": 3}),
        ([day("T1"), day("M1")], {"T2": 3, "TM": 3}),
        # One mentor will do for all; someone who is both is a trainee.
        ([day("T1"), day("T2"), day("TM"), day("M1")], {}),
        ([day("T1"), day("TM")], {"T1": 3, "T2": 3, "TM": 3}),
        ([day("T1"), day("M1", "10:00")], {"T1": 1, "T2": 3, "TM": 3}),
        ([day("T1"), day("M1", pauses=(("10:00", "11:00"),))], {"T1": 1, "T2": 3, "TM": 3}),
        ([day("T1", pauses=(("10:00", "11:00"),)), day("M1")], {"T1": 1, "T2": 3, "TM": 3}),
        ([day("T1"), day("M1", "10:00", "11:00"), day("M2", "11:00")], {"T1": 1, "T2": 3, "TM": 3}),
        ([day("T1"), day("M1", outlet="Sat")], {"T1": 3, "T2": 3, "TM": 3}),
        ([night("T1"), night("M1", end="25:00")], {"T2": 3, "TM": 3}),
    ],
)
def test_slots_beside_a_mentor_count(records, lack):
    problem = world(outlets=(HUB, SAT))
    soft = judged(THREE.model_copy(update=SOFT), problem, *records)
    assert (soft.violations, lacking(soft)) == ((), lack)
    hard = judged(THREE, problem, *records)
    assert [v.employee_id for v in hard.violations] == list(lack)


def test_time_wanted_is_rounded_up_to_slots_and_said():
    found = judged(MentoredHours(**GROUPS, minutes=150), world(staff=(T1, M1)), day("T1"), day("M1", "10:00"))
    assert words(found) == ["T1 works 120 minutes beside a mentor, 150 wanted"]
    found = judged(MentoredHours(**GROUPS, minutes=120), world(staff=(T1, M1)), day("T1"), day("M1", "10:00"))
    assert words(found) == []


@pytest.mark.parametrize(
    ("scope", "lack"),
    [
        (Scope(), {"T1": 2}),
        (Scope(first_day=TUESDAY), {"T1": 3}),
        (Scope(last_day=MONDAY), {"T1": 5}),
        (Scope(outlets=("Sat",)), {"T1": 6}),
    ],
)
def test_dates_and_outlets_of_the_scope(scope, lack):
    rule = MentoredHours(**GROUPS, minutes=360, scope=scope, **SOFT)
    problem = world(days=2, outlets=(HUB, SAT), staff=(T1, M1))
    records = day("T1", "11:00"), day("M1"), day("T1", date=TUESDAY), day("M1", date=TUESDAY)
    assert lacking(judged(rule, problem, *records)) == lack


def test_a_mentor_on_duty_since_the_day_before_is_there_and_a_trainee_of_then_does_not_count():
    problem = world(staff=(T1, T2, M1), history=(night("M1", date=SUNDAY), night("T2", date=SUNDAY)))
    found = judged(MentoredHours(**GROUPS, minutes=180, **SOFT), problem, work("T1", "day", "00:00", "03:00"))
    assert lacking(found) == {"T1": 1, "T2": 3}


def test_who_belongs_on_no_date_of_the_scope_wants_nothing():
    groups = {"trainees": People(skill="teach"), "mentors": People(tags=("mentor",))}
    rights = (Permission(employee_id="T1", skill_id="teach", valid_from=TUESDAY),)
    problem = world(days=2, staff=(T1, M1), permissions=rights, skills=(Skill(skill_id="teach"),))
    assert len(judged(MentoredHours(**groups, minutes=60), problem).violations) == 1
    early = MentoredHours(**groups, minutes=60, scope=Scope(last_day=MONDAY))
    assert judged(early, problem).violations == ()
    # On Monday T1 does not belong yet, so that time does not count.
    assert len(judged(MentoredHours(**groups, minutes=60), problem, day("T1"), day("M1")).violations) == 1


def test_mentors_who_are_all_trainees_are_refused():
    with pytest.raises(InvalidProblem, match="the staff among TM, T1 are all trainees, so there are no mentors"):
        world(rules=(MentoredHours(**GROUPS | {"mentors": People(employees=("TM", "T1"))}, minutes=60),))


# ---------------------------------------------------------------- model against checker

ONE_ACTIVITY = {"activities": (COUNTER,)}
# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    # Two must be there: T1 and M1.
    "hard": (world(rules=(MentoredHours(**GROUPS, minutes=150),), staff=(T1, M1), **ONE_ACTIVITY), 3),
    "soft, with overlaps": (
        world(SHORT, LATE, rules=(THREE.model_copy(update=SOFT),), staff=(T1, T2, M1), **ONE_ACTIVITY), 37,
    ),
    "two days, at two places": (
        world(SHORT, days=2, outlets=(HUB, SAT), staff=(T1, M1), rules=(THREE.model_copy(update=SOFT),),
              **ONE_ACTIVITY), 175,
    ),
    "one who is both": (world(SHORT, rules=(THREE.model_copy(update=SOFT),), staff=(T1, TM, M1), **ONE_ACTIVITY), 0),
    "past the horizon": (
        world(NIGHT, rules=(MentoredHours(**GROUPS, minutes=240, **SOFT),), staff=(T1, T2, M1), **ONE_ACTIVITY), 0,
    ),
    "on duty since the day before": (
        world(EARLY, rules=(MentoredHours(**GROUPS, minutes=240, **SOFT),), staff=(T1, T2, M1), **ONE_ACTIVITY,
              history=(night("M1", end="25:00", date=SUNDAY),)), 4,
    ),
    "a scope": (
        world(SHORT, days=2, staff=(T1, M1), rules=(THREE.model_copy(update=SOFT | {"scope": Scope(weekdays=(1,))}),),
              **ONE_ACTIVITY), 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    costs = assert_agree(problem)
    assert costs.count(None) == forbidden
    assert len(set(costs)) > 1


def test_a_search_stopped_early_names_the_cost_of_the_checker():
    assert_settled(world(SHORT, LATE, rules=(THREE.model_copy(update=SOFT),), staff=(T1, M1), **ONE_ACTIVITY))


def test_a_trainee_is_put_beside_a_mentor():
    # M1 can only work late; both duties of the trainee serve as well.
    pins = (ss.Pin(employee_id="M1", date=MONDAY, shift_type_id="late"), ss.Pin(employee_id="T1", date=MONDAY))
    problem = world(SHORT, LATE, rules=(MentoredHours(**GROUPS, minutes=120),), staff=(T1, M1), pins=pins)
    result = ss.solve(problem, ss.Settings(time_seconds=20, gap=0))
    assert {d.shift_type_id for d in result.schedule.duty_list} == {"late"}

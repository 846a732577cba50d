import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import (
    Activity,
    BreakWindow,
    Contract,
    Employee,
    Horizon,
    IntervalRequirement,
    Outlet,
    Permission,
    Scope,
    Skill,
)
from schedsolver.errors import InvalidProblem
from schedsolver.rules.cost import PaidTime
from schedsolver.rules.mentor import MentorPresent
from schedsolver.rules.presence import People
from tests.solving import assert_agree, fixed_shift, judged, spell, words, work
from tests.tiny import MONDAY, TUESDAY, tiny

SUNDAY = MONDAY - dt.timedelta(days=1)
HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
# Two trainees, a mentor, and someone who is both and thus a trainee.
T1, T2 = (Employee(employee_id=name, contract_id="new", tags=("trainee",)) for name in ("T1", "T2"))
M1, M2 = (Employee(employee_id=name, contract_id="full", tags=("mentor",)) for name in ("M1", "M2"))
TM = Employee(employee_id="TM", contract_id="full", tags=("trainee", "mentor"))
COUNTER, LOBBY = (
    Activity(activity_id=name, surplus_cents_per_hour=cents) for name, cents in (("counter", 0), ("lobby", 10))
)
DAY, NIGHT = fixed_shift("day", "09:00", "12:00"), fixed_shift("night", "22:00", "26:00")
HOUR, EARLY = fixed_shift("hour", "09:00", "10:00"), fixed_shift("early", "00:00", "02:00")
SOFT = {"hard": False, "weight": 30}
GROUPS = {"trainees": People(tags=("trainee",)), "mentors": People(tags=("mentor",))}
MENTORED = MentorPresent(**GROUPS)


def world(*shifts, days=1, **changes):
    tables = {
        "horizon": Horizon(start=MONDAY, days=days, slot_minutes=60), "staff": (T1, T2, M1, M2, TM), "outlets": (HUB,),
        "contracts": tuple(Contract(contract_id=name, wage_cents_per_hour=20) for name in ("full", "new")),
        "shift_types": shifts or (DAY,), "activities": (COUNTER, LOBBY), "skills": (Skill(skill_id="teach"),),
        "permissions": (),
    }  # fmt: skip
    return tiny(**(tables | changes))


def day(name, start="09:00", end="12:00", **more):
    return work(name, "day", start, end, **more)


def night(name, start="22:00", end="26:00", **more):
    return work(name, "night", start, end, **more)


def lacking(trainees, mentors, *clocks, date=MONDAY, per=1):
    said = f"{trainees} trainees and {mentors} mentors at Hub at {date}"
    return [f"{said} {clock}, one mentor for {per} needed" for clock in clocks]


ALL_DAY = ("09:00", "10:00", "11:00")


@pytest.mark.parametrize(
    ("crew", "per", "missing", "counts"),
    [
        ("T1", 1, 1, (1, 0)),
        ("T1 M1", 1, 0, None),
        ("M1", 1, 0, None),
        ("", 1, 0, None),
        ("T1 T2 M1", 1, 1, (2, 1)),
        ("T1 T2 M1 M2", 1, 0, None),
        ("T1 T2 M1", 2, 0, None),
        ("T1 T2", 2, 1, (2, 0)),
        ("T1 T2", 1, 2, (2, 0)),
        ("TM", 1, 1, (1, 0)),
        ("T1 TM", 1, 2, (2, 0)),
        ("T1 T2 TM", 2, 2, (3, 0)),
        ("T1 T2 TM M1", 2, 1, (3, 1)),
        ("T1 T2 TM M1", 3, 0, None),
        ("T1 T2 TM M1", 1, 2, (3, 1)),
    ],
)
def test_one_mentor_for_so_many_trainees(crew, per, missing, counts):
    records = [day(name) for name in crew.split()]
    rule = MentorPresent(**GROUPS, per_mentor=per)
    found = judged(rule, world(), *records)
    assert words(found) == (lacking(*counts, *ALL_DAY, per=per) if counts else [])
    assert [(v.outlet_id, v.start.hour) for v in found.violations] == [("Hub", h) for h in (9, 10, 11) if counts]
    soft = judged(rule.model_copy(update=SOFT), world(), *records)
    assert (soft.violations, [p.cents for p in soft.penalties]) == ((), [30 * missing] * 3 * bool(counts))


def test_mentors_on_a_break_or_elsewhere_are_not_there():
    pause = (("10:00", "11:00"),)
    assert words(judged(MENTORED, world(), day("T1"), day("M1", pauses=pause))) == lacking(1, 0, "10:00")
    assert words(judged(MENTORED, world(), day("T1", pauses=pause), day("M1", end="11:00"))) == lacking(1, 0, "11:00")
    problem = world(outlets=(HUB, SAT))
    assert words(judged(MENTORED, problem, day("T1"), day("M1", outlet="Sat"))) == lacking(1, 0, *ALL_DAY)


def test_only_trainees_on_some_activities_count_but_mentors_do_anything():
    rule = MentorPresent(**GROUPS, activities=("counter",))
    learning = (day("T1"), spell("T1", "lobby", "09:00", "10:00"), spell("T1", "counter", "10:00", "12:00"))
    beside = (day("M1", end="11:00"), spell("M1", "lobby", "09:00", "11:00"))
    other = (day("T2"), spell("T2", "lobby", "09:00", "12:00"))
    assert words(judged(rule, world(), *learning, *beside, *other)) == lacking(1, 0, "11:00")
    mentor_at_work = (day("M1"), spell("M1", "counter", "09:00", "12:00"))
    assert words(judged(rule, world(), *mentor_at_work)) == []


@pytest.mark.parametrize(
    ("scope", "monday", "tuesday"),
    [
        (Scope(), 4, 4), (Scope(first_day=TUESDAY), 0, 4), (Scope(last_day=MONDAY), 4, 0),
        (Scope(outlets=("Hub",)), 4, 4), (Scope(outlets=("Sat",)), 0, 0),
    ],
)  # fmt: skip
def test_the_date_of_the_duty_counts_and_slots_past_the_horizon_too(scope, monday, tuesday):
    rule = MentorPresent(**GROUPS, scope=scope)
    problem = world(NIGHT, days=2, outlets=(HUB, SAT))
    assert len(judged(rule, problem, night("T1")).violations) == monday
    assert len(judged(rule, problem, night("T1", date=TUESDAY)).violations) == tuesday


# From midnight to one both are still there, until two only one, and from then on neither.
@pytest.mark.parametrize(
    ("before", "fields", "costs"),
    [
        ((night("M1", date=SUNDAY),), {}, [0, 0, 30]),
        ((night("M1", date=SUNDAY), night("T2", end="25:00", date=SUNDAY)), {}, [30, 0, 30]),
        ((night("T2", date=SUNDAY),), {}, [30, 30, 30]),
        ((night("M1", date=SUNDAY), night("T2", date=SUNDAY)), {"activities": ("counter",)}, [0, 0, 30]),
        ((night("M1", date=SUNDAY), night("T2", date=SUNDAY)), {"scope": Scope(first_day=MONDAY)}, [0, 0, 30]),
        ((night("M1", date=SUNDAY), night("T2", date=SUNDAY)), {"per_mentor": 2}, [0, 0, 30]),
        ((night("M1", date=SUNDAY), night("T2", date=SUNDAY, outlet="Sat")), {}, [0, 0, 30]),
    ],
)
def test_duties_of_the_day_before_run_into_the_horizon(before, fields, costs):
    rule = MentorPresent(**GROUPS, **fields, **SOFT)
    records = work("T1", "day", "00:00", "03:00"), spell("T1", "counter", "00:00", "03:00")
    found = judged(rule, world(outlets=(HUB, SAT), history=before), *records)
    by_hour = {p.start.hour: p.cents for p in found.penalties}
    assert [by_hour.get(hour, 0) for hour in (0, 1, 2)] == costs


def test_what_was_lacking_before_is_let_be():
    before = tuple(night(name, date=SUNDAY) for name in ("T1", "T2", "M1"))
    assert judged(MENTORED, world(history=before)).violations == ()
    # Two trainees and a mentor are there; a third trainee needs a mentor, a mentor comes for them or for the second.
    early = work("TM", "day", "00:00", "01:00")
    assert words(judged(MENTORED, world(history=before), early)) == lacking(3, 1, "00:00")
    assert words(judged(MENTORED, world(history=before), early, work("M2", "day", "00:00", "01:00"))) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"trainees": {"tags": ("trainees",)}}, ['tag "trainees" is not in the problem (did you mean "trainee"?)']),
        ({"mentors": {"skill": "teach"}}, ["nobody belongs to the staff with skill teach"]),
        (
            {"mentors": {"employees": ("TM", "T1")}},
            ["the staff among TM, T1 are all trainees, so there are no mentors"],
        ),
        ({"activities": ("countr",)}, ['activity "countr" is not in the problem (did you mean "counter"?)']),
    ],
)
def test_what_could_never_be_is_refused(fields, said):
    rule = MentorPresent(**(GROUPS | fields))
    with pytest.raises(InvalidProblem) as error:
        world(rules=(rule,))
    assert [fault.message.removeprefix("mentor.present: ") for fault in error.value.faults] == said


def test_it_needs_activities():
    with pytest.raises(InvalidProblem, match="it needs activities; the problem has none"):
        world(activities=(), rules=(MENTORED,))


def test_a_mentor_looks_after_someone():
    assert MentorPresent(**GROUPS, per_mentor=1).per_mentor == 1
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        MentorPresent(**GROUPS, per_mentor=0)


# ---------------------------------------------------------------- model against checker

NIGHTS = tuple(night(name, end="25:00", date=SUNDAY) for name in ("M1", "M2"))
TWO_PLACES = {"outlets": (HUB, SAT), "staff": (T1, M1), "activities": (COUNTER,)}
# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    # Of five people three are trainees: none of them, or no more than mentors: 4 + 3 * 3 + 3 * 1 of 32.
    "hard": (world(HOUR, activities=(COUNTER,), rules=(MENTORED,)), 16),
    # At least half as many mentors: with up to two trainees one, with three both: 4 + 3 * 3 + 3 * 3 + 1.
    "two for each": (
        world(HOUR, activities=(COUNTER,), rules=(MentorPresent(**GROUPS, per_mentor=2),)), 9,
    ),
    "soft, two for each": (
        world(HOUR, activities=(COUNTER,), rules=(MentorPresent(**GROUPS, per_mentor=2, **SOFT),)), 0,
    ),
    "soft": (world(HOUR, activities=(COUNTER,), rules=(MentorPresent(**GROUPS, **SOFT),)), 0),
    "breaks": (
        # Without T1 whatever, else both the same, as one is at work while the other has the break: 3 + 2 of 16.
        world(fixed_shift("paused", "09:00", "12:00", breaks=(
                  BreakWindow(minutes=60, start_from="10:00", start_to="10:00"),)),
              fixed_shift("short", "09:00", "11:00"), staff=(T1, M1), activities=(COUNTER,), rules=(MENTORED,)), 11,
    ),
    "a break to choose": (
        world(fixed_shift("long", "09:00", "13:00", breaks=(
                  BreakWindow(minutes=60, start_from="10:00", start_to="11:00"),)),
              staff=(T1, T2, M1), activities=(COUNTER,), rules=(MentorPresent(**GROUPS, per_mentor=2, **SOFT),)), 0,
    ),
    # The trainee on the counter needs a mentor; in the lobby, where more costs 10, not.
    "some activities": (
        world(HOUR, staff=(T1, T2, M1), rules=(MentorPresent(**GROUPS, activities=("counter",)),)), 0,
    ),
    # Each is off or at a place; T1 at the hub only with M1 there: 9 - 2 of 16.
    "outlets": (
        world(HOUR, **TWO_PLACES, rules=(MENTORED.model_copy(update={"scope": Scope(outlets=("Hub",))}),)), 9,
    ),
    # On Monday 3 of 4, on Tuesday all.
    "dates": (
        world(HOUR, days=2, staff=(T1, M1), activities=(COUNTER,),
              rules=(MENTORED.model_copy(update={"scope": Scope(last_day=MONDAY)}),)), 4,
    ),
    # Only those who may teach that day do: M1 on Monday, M2 on Tuesday, T1 beside them or not at all: 6 * 6 of 64.
    "a skill": (
        world(HOUR, days=2, staff=(T1, M1, M2), activities=(COUNTER,),
              permissions=(Permission(employee_id="M1", skill_id="teach", valid_until=MONDAY),
                           Permission(employee_id="M2", skill_id="teach", valid_from=TUESDAY)),
              rules=(MentorPresent(trainees=GROUPS["trainees"], mentors=People(skill="teach")),)), 28,
    ),
    "past the horizon": (world(NIGHT, staff=(T1, M1), activities=(COUNTER,), rules=(MENTORED,)), 1),
    # M1 and M2 are there until one, so neither comes; T1 and T2 would be alone from then on: 2 * 2 of 256.
    "history": (
        world(EARLY, fixed_shift("small", "00:00", "01:00"), staff=(T1, T2, M1, M2), activities=(COUNTER,),
              history=NIGHTS, rules=(MENTORED,)), 252,
    ),
    # M1 is still there, TM has left the staff.
    "history, of some who left": (
        world(EARLY, staff=(T1, T2, M1), activities=(COUNTER,), history=(*NIGHTS[:1], night("TM", date=SUNDAY)),
              rules=(MentorPresent(**GROUPS, **SOFT),)), 4,
    ),
    # TM and M1 are still there, so T1 and T2 are free to come: 4 of 16.
    "history of trainees": (
        world(EARLY, activities=(COUNTER,), staff=(T1, T2, M1, TM),
              history=(night("TM", date=SUNDAY), night("M1", end="25:00", date=SUNDAY)),
              rules=(MentorPresent(**GROUPS, per_mentor=2, **SOFT),)), 12,
    ),
    # A scope that has the Sunday counts who began then: M1 looks after TM, and after nobody else.
    "history of trainees in scope": (
        world(EARLY, activities=(COUNTER,), staff=(T1, M1, TM),
              history=(night("TM", date=SUNDAY), night("M1", date=SUNDAY)),
              rules=(MENTORED.model_copy(update={"scope": Scope(weekdays=(0, 6))} | SOFT),)), 6,
    ),
    "history of trainees out of scope, or on what is not known": (
        world(EARLY, activities=(COUNTER,), staff=(T1, T2, M1, TM),
              history=(night("TM", date=SUNDAY), night("M1", date=SUNDAY)),
              rules=(MentorPresent(**GROUPS, scope=Scope(first_day=MONDAY), **SOFT),
                     MentorPresent(**GROUPS, activities=("counter",), hard=False, weight=7))), 12,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree(name):
    problem, forbidden = CASES[name]
    costs = assert_agree(problem)
    assert any(cost is not None for cost in costs)
    assert costs.count(None) == forbidden


def test_work_that_can_wait_is_left_for_surplus_where_no_mentor_is():
    rule = MentorPresent(**GROUPS, activities=("counter",))
    can_wait = Activity(activity_id="counter", deferrable=True)
    costs = assert_agree(world(HOUR, staff=(T1, M1), activities=(can_wait, LOBBY), rules=(rule,)))
    assert costs == [0, 10, 0, 0]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (MENTORED, (150, "M1T1")),
        (MENTORED.model_copy(update={"hard": False, "weight": 29}), (147, "T1")),
        (MENTORED.model_copy(update={"hard": False, "weight": 31}), (150, "M1T1")),
    ],
)
def test_the_best_roster(rule, expected):
    """Only the trainee can do what is needed, for 60 of wages; a mentor costs as much and 30 of surplus."""
    need = IntervalRequirement(
        outlet_id="Hub", activity_id="counter", date=MONDAY, start="09:00", end="12:00", heads=1,
        shortage_cents_per_hour=(100,),
    )  # fmt: skip
    problem = world(
        staff=(T1, M1), activities=(Activity(activity_id="counter", skill_id="teach"), LOBBY), rules=(rule, PaidTime()),
        permissions=(Permission(employee_id="T1", skill_id="teach"),), interval_requirements=(need,),
    )  # fmt: skip
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert (result.objective, "".join(sorted(d.employee_id for d in result.schedule.duty_list))) == expected

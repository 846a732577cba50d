import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import (
    Activity,
    Contract,
    Employee,
    Horizon,
    IntervalRequirement,
    OpeningHours,
    Outlet,
    Permission,
    Scope,
    Skill,
)
from schedsolver.model.build import build_model
from schedsolver.rules.cover_levels import LevelCover
from tests.solving import assert_agree, fixed_shift, judged, spell, words, work
from tests.tiny import MONDAY, TUESDAY, tiny

HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
COUNTER = Activity(activity_id="counter", skill_id="cash", surplus_cents_per_hour=10)
LOBBY = Activity(activity_id="lobby", surplus_cents_per_hour=20)
CALLS = Activity(activity_id="calls", skill_id="talk", deferrable=True)
DAY, NIGHT = fixed_shift("day", "09:00", "12:00"), fixed_shift("night", "23:00", "25:00")
SOFT = {"hard": False, "weight": 70}
# At cash E1 holds level 3, E2 level 1 and E3 level 2; E1 and E3 may take calls.
PERMISSIONS = (
    *(Permission(employee_id=f"E{i}", skill_id="cash", level=level) for i, level in ((1, 3), (2, 1), (3, 2))),
    Permission(employee_id="E1", skill_id="talk"),
    Permission(employee_id="E3", skill_id="talk"),
)


def at_level(employee: str, level: int, **more) -> Permission:
    return Permission(employee_id=employee, skill_id="cash", level=level, **more)


def asked(heads: int, start: str, end: str, **more) -> IntervalRequirement:
    place = {"outlet_id": "Hub", "activity_id": "counter", "date": MONDAY}
    return IntervalRequirement(**(place | {"start": start, "end": end, "heads": heads} | more))


def world(*requirements: IntervalRequirement, shift=DAY, days: int = 1, **changes):
    """Three people at the hub, open 09:00-12:00 and 22:00-26:00, on one shift."""
    tables = {
        "horizon": Horizon(start=MONDAY, days=days, slot_minutes=60), "outlets": (HUB,), "shift_types": (shift,),
        "staff": tuple(Employee(employee_id=f"E{i}", contract_id="full") for i in (1, 2, 3)),
        "skills": tuple(Skill(skill_id=name) for name in ("cash", "talk", "fx")), "permissions": PERMISSIONS,
        "activities": (COUNTER, LOBBY, CALLS), "interval_requirements": requirements,
        "opening": tuple(
            OpeningHours(outlet_id=o.outlet_id, weekday=0, start=start, end=end)
            for o in changes.get("outlets", (HUB,)) for start, end in (("09:00", "12:00"), ("22:00", "26:00"))
        ),
    }  # fmt: skip
    return tiny(**(tables | changes))


def crew(*names: str, activity="counter", start="09:00", end="10:00", **more):
    return [spell(name, activity, start, end, **more) for name in names]


# ---------------------------------------------------------------- share


@pytest.mark.parametrize(
    ("level", "percent", "names", "missing"),
    [
        (3, 33, ("E1", "E2", "E3"), 0),
        (3, 34, ("E1", "E2", "E3"), 1),
        (3, 33, ("E2", "E3"), 1),
        (3, 33, ("E2",), 1),
        (3, 50, ("E1", "E2"), 0),
        (3, 51, ("E1", "E2"), 1),
        (3, 100, ("E2", "E3"), 2),
        (2, 51, ("E2", "E3"), 1),
        (2, 50, ("E2", "E3"), 0),
        (2, 66, ("E1", "E2", "E3"), 0),
        (2, 67, ("E1", "E2", "E3"), 1),
        (3, 100, ("E1",), 0),
        (3, 100, (), 0),
    ],
)
def test_a_share_of_those_there_holds_the_level_rounded_up(level, percent, names, missing):
    rule = LevelCover(min_level=level, share_percent=percent, **SOFT)
    found = judged(rule, world(), *crew(*names))
    assert (found.violations, found.cents) == ((), 70 * missing)
    hard = LevelCover(min_level=level, share_percent=percent)
    assert len(judged(hard, world(), *crew(*names)).violations) == (missing > 0)


def test_a_finding_says_where_and_when_and_how_many():
    found = judged(LevelCover(min_level=3, share_percent=60), world(), *crew("E2", "E1", end="11:00"), *crew("E3"))
    assert words(found) == [
        f"1 of {here} on counter at Hub at 2026-03-09 {clock} hold cash at level 3 or above, fewer than 2"
        for here, clock in ((3, "09:00"), (2, "10:00"))
    ]
    last = found.violations[1]
    assert (last.outlet_id, last.activity_id, last.start) == ("Hub", "counter", dt.datetime(2026, 3, 9, 10))


def test_each_activity_and_outlet_is_judged_by_itself():
    rule = LevelCover(min_level=3, share_percent=34, skill="cash")
    there = (*crew("E1"), *crew("E2", activity="lobby"), *crew("E3", outlet="Sat"))
    assert [(v.outlet_id, v.activity_id) for v in judged(rule, world(outlets=(HUB, SAT)), *there).violations] == [
        ("Hub", "lobby"),
        ("Sat", "counter"),
    ]


def test_activities_without_a_skill_are_left_out_unless_a_skill_is_named():
    there = crew("E2", activity="lobby")
    assert judged(LevelCover(min_level=3, share_percent=34), world(), *there).violations == ()
    assert len(judged(LevelCover(min_level=3, share_percent=34, skill="cash"), world(), *there).violations) == 1
    # It is not their own skill that counts then.
    for skill, count in (("talk", 1), ("cash", 0)):
        rule = LevelCover(min_level=2, share_percent=1, skill=skill)
        assert len(judged(rule, world(), *crew("E3", activity="calls")).violations) == count


@pytest.mark.parametrize(
    ("permission", "able"),
    [
        (at_level("E2", 3), True),
        (at_level("E2", 4), True),
        (at_level("E2", 2), False),
        (at_level("E2", 3, outlet_id="Hub"), True),
        (at_level("E2", 3, outlet_id="Sat"), False),
        (at_level("E2", 3, valid_until=MONDAY), True),
        (at_level("E2", 3, valid_from=TUESDAY), False),
        (at_level("E1", 3), False),
        (Permission(employee_id="E2", skill_id="talk", level=3), False),
    ],
)
def test_the_level_counts_that_is_held_there_on_the_date_of_the_duty(permission, able):
    problem = world(days=2, outlets=(HUB, SAT), permissions=(at_level("E2", 1), permission))
    night = work("E2", "night", "23:00", "25:00")
    found = judged(LevelCover(min_level=3, share_percent=1), problem, night, *crew("E2", start="24:00", end="25:00"))
    assert len(found.violations) == (not able)


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (Scope(activities=("counter",)), 1),
        (Scope(activities=("calls",)), 0),
        (Scope(outlets=("Hub",)), 1),
        (Scope(outlets=("Sat",)), 0),
        (Scope(last_day=MONDAY), 0),
        (Scope(first_day=TUESDAY), 1),
    ],
)
def test_the_scope_says_where_and_when(scope, count):
    problem = world(days=2, outlets=(HUB, SAT))
    there = crew("E2", start="24:00", end="25:00")
    for share in ({"share_percent": 34}, {"share_percent": 34, "top_percent": 100}):
        rule = LevelCover(min_level=3, scope=scope, **share)
        asking = problem.replace(interval_requirements=(asked(1, "24:00", "25:00"),))
        assert len(judged(rule, asking, *there).violations) == count


def test_past_the_horizon_nothing_is_judged():
    found = judged(LevelCover(min_level=3, share_percent=34), world(), *crew("E2", start="23:00", end="25:00"))
    assert [v.start.hour for v in found.violations] == [23]


# ---------------------------------------------------------------- minimum


@pytest.mark.parametrize(
    ("minimum", "names", "missing"),
    [(1, (), 1), (1, ("E1",), 0), (1, ("E2",), 1), (2, ("E1", "E2"), 1), (2, ("E1", "E3"), 0), (2, (), 2)],
)
def test_a_minimum_holds_the_level_in_each_slot_in_which_heads_are_needed(minimum, names, missing):
    problem = world(asked(1, "09:00", "10:00"), asked(0, "10:00", "11:00"))
    rule = LevelCover(min_level=2, minimum=minimum, **SOFT)
    found = judged(rule, problem, *crew(*names), *crew("E2", start="10:00", end="12:00"))
    assert found.cents == 70 * missing
    if missing:
        (message,) = words(found)
        assert message == (
            f"{minimum - missing} of {len(names)} on counter at Hub at 2026-03-09 09:00 hold cash at level 2 or above, "
            f"fewer than {minimum}"
        )


# ---------------------------------------------------------------- the busiest slots


def busiest(percent: int, problem, **more) -> list[tuple[str | None, int]]:
    """Outlet and hour of the slots in which the rule misses somebody; nobody is there."""
    found = judged(LevelCover(min_level=3, minimum=1, top_percent=percent, **more), problem)
    return [(v.outlet_id, v.start.hour) for v in found.violations]


# Needs 2, 3, 1, 2, 0 and 1: five slots have some.
PROFILE = tuple(
    asked(heads, *hours)
    for heads, hours in (
        (2, ("09:00", "10:00")), (3, ("10:00", "11:00")), (1, ("11:00", "12:00")), (2, ("22:00", "23:00")),
        (0, ("23:00", "24:00")), (1, ("24:00", "25:00")),
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("percent", "hours"),
    [(1, [10]), (20, [10]), (21, [9, 10, 22]), (60, [9, 10, 22]), (61, [9, 10, 11, 22, 0]), (100, [9, 10, 11, 22, 0])],
)
def test_the_busiest_slots_are_those_of_highest_need_with_all_ties(percent, hours):
    assert busiest(percent, world(*PROFILE, days=2)) == [("Hub", hour) for hour in hours]


def test_each_outlet_has_its_own_busiest_slots_of_the_whole_horizon():
    needs = (*PROFILE, asked(1, "09:00", "10:00", outlet_id="Sat"), asked(9, "10:00", "11:00", activity_id="lobby"))
    problem = world(*needs, days=2, outlets=(HUB, SAT))
    assert busiest(20, problem) == [("Sat", 9), ("Hub", 10)]
    assert busiest(20, problem, skill="cash") == [("Sat", 9), ("Hub", 10), ("Hub", 10)]
    later = asked(4, "24:00", "25:00")
    problem = world(*PROFILE[:-1], later, days=2)
    assert busiest(20, problem, scope=Scope(last_day=MONDAY)) == []
    assert busiest(40, problem, scope=Scope(last_day=MONDAY)) == [("Hub", 10)]
    assert busiest(20, problem, scope=Scope(first_day=TUESDAY)) == [("Hub", 0)]


def test_a_share_may_be_asked_for_in_the_busiest_slots_only():
    rule = LevelCover(min_level=3, share_percent=34, top_percent=20)
    found = judged(rule, world(*PROFILE, days=2), *crew("E2", end="12:00"))
    assert [v.start.hour for v in found.violations] == [10]


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize("measure", [{}, {"minimum": 1, "share_percent": 30}])
def test_one_measure_is_given(measure):
    with pytest.raises(ValidationError, match="give either minimum or share_percent, not both and not neither"):
        LevelCover(min_level=1, **measure)


@pytest.mark.parametrize(
    "fields",
    [{"min_level": 0}, {"minimum": 0}, {"share_percent": 0}, {"share_percent": 101}, {"top_percent": 0},
     {"top_percent": 101}],
)  # fmt: skip
def test_numbers_beyond_their_range_are_refused(fields):
    measure = {} if {"minimum", "share_percent"} & fields.keys() else {"minimum": 1}
    with pytest.raises(ValidationError, match="equal to"):
        LevelCover(**({"min_level": 1} | measure | fields))


SHARE, LEAST = {"share_percent": 34}, {"minimum": 1}
NEED = asked(1, "09:00", "10:00")


@pytest.mark.parametrize(
    ("fields", "needs", "faults"),
    [
        ({"min_level": 3, **SHARE}, (), []),
        ({"min_level": 2, "minimum": 2}, (NEED,), []),
        ({"min_level": 1, **LEAST}, (NEED,), []),
        ({"min_level": 3, "skill": "cahs", **SHARE}, (), ['skill "cahs" is not in the problem (did you mean "cash"?)']),
        (
            {"min_level": 3, "scope": {"activities": ["counter", "lobby"]}, **SHARE}, (),
            ["lobby needs no skill; name the skill that counts"],
        ),
        ({"min_level": 3, "skill": "cash", "scope": {"activities": ["lobby"]}, **SHARE}, (), []),
        ({"min_level": 4, **SHARE}, (), ["0 people hold cash at level 4 or above, fewer than 1"]),
        ({"min_level": 1, "skill": "fx", **SHARE}, (), ["0 people hold fx at level 1 or above, fewer than 1"]),
        ({"min_level": 2, "minimum": 3}, (NEED,), ["2 people hold cash at level 2 or above, fewer than 3"]),
        ({"min_level": 2, "minimum": 3, **SOFT}, (NEED,), []),
        ({"min_level": 4, "minimum": 3, **SOFT}, (NEED,), ["0 people hold cash at level 4 or above, fewer than 1"]),
        ({"min_level": 1, **SHARE}, (), ["everybody on counter holds the skill at level 1 or above anyhow"]),
        ({"min_level": 1, "skill": "cash", **SHARE}, (), []),
        ({"min_level": 1, "skill": "cash", "scope": {"activities": ["counter"]}, **SHARE}, (),
         ["everybody on counter holds the skill at level 1 or above anyhow"]),
        ({"min_level": 3, **LEAST}, (), ["no heads are needed on counter in its scope, so it asks for nothing"]),
        (
            {"min_level": 3, "top_percent": 10, **SHARE}, (asked(0, "09:00", "10:00"),),
            ["no heads are needed on counter in its scope, so it asks for nothing"],
        ),
        ({"min_level": 3, "top_percent": 10, **SHARE}, (NEED,), []),
    ],
)  # fmt: skip
def test_rules_that_mean_nothing_are_refused(fields, needs, faults):
    assert list(LevelCover(**fields).faults(world(*needs, activities=(COUNTER, LOBBY)))) == faults


def test_a_share_of_those_who_hold_another_skill_than_their_work_needs_may_be_broken():
    assert list(LevelCover(min_level=1, skill="cash", **SHARE).faults(world(activities=(COUNTER, CALLS)))) == []


def test_a_rule_without_an_activity_is_refused():
    without = world(activities=(LOBBY,))
    for measure in (SHARE, LEAST):
        assert list(LevelCover(min_level=1, **measure).faults(without)) == [
            "no activity in its scope needs a skill; name the skill that counts"
        ]
    assert not LevelCover(min_level=1, **SHARE).applies_to(without.replace(activities=()))
    assert LevelCover(min_level=1, **SHARE).applies_to(without)


def test_rules_on_levels_survive_a_file():
    problem = world(NEED, rules=(LevelCover(min_level=3, share_percent=33, skill="cash", top_percent=25, **SOFT),))
    assert ss.Problem.from_json(problem.to_json()) == problem


# ---------------------------------------------------------------- model and checker


def ruled(rule: LevelCover, *requirements: IntervalRequirement, **changes):
    return world(*requirements, rules=(rule,), **changes)


TWO_HOURS = fixed_shift("day", "09:00", "11:00")
ONLY_COUNTER = {"activities": (COUNTER,), "shift": TWO_HOURS}
FALLING = (asked(3, "09:00", "10:00"), asked(2, "10:00", "11:00"), asked(1, "11:00", "12:00"))
TWO_PEOPLE = tuple(Employee(employee_id=name, contract_id="full") for name in ("E1", "E2"))
# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    # All but E2 alone.
    "half at level 2": (ruled(LevelCover(min_level=2, share_percent=50), **ONLY_COUNTER), 1),
    # Without E1 nobody; of all three two would have to be at level 3.
    "more than a third at level 3": (ruled(LevelCover(min_level=3, share_percent=34), **ONLY_COUNTER), 4),
    "a third at level 3": (ruled(LevelCover(min_level=3, share_percent=33), **ONLY_COUNTER), 3),
    # Any set with E2: two of three are less than that.
    "more than two thirds at level 2": (ruled(LevelCover(min_level=2, share_percent=67), **ONLY_COUNTER), 4),
    "more than two thirds at level 3, soft": (
        ruled(LevelCover(min_level=3, share_percent=67, **SOFT), **ONLY_COUNTER), 0,
    ),
    "all at level 2, soft": (ruled(LevelCover(min_level=2, share_percent=100, **SOFT), **ONLY_COUNTER), 0),
    "a share where there is other work": (
        ruled(LevelCover(min_level=3, share_percent=51, **SOFT), asked(2, "09:00", "11:00"), shift=TWO_HOURS,
              activities=(COUNTER, LOBBY)), 0,
    ),
    # E2 has nothing to do but be surplus at the counter, where E1 joins: not without E1 then.
    "a share that surplus heads help to keep": (
        ruled(
            LevelCover(min_level=3, share_percent=50, scope=Scope(activities=("counter",))), shift=TWO_HOURS,
            activities=(COUNTER, CALLS),
        ), 2,
    ),
    "a minimum where heads are needed": (
        ruled(LevelCover(min_level=3, minimum=1), asked(1, "09:00", "10:00"), shift=TWO_HOURS,
              activities=(COUNTER, LOBBY)), 4,
    ),
    "a minimum of people who all hold the level": (
        ruled(LevelCover(min_level=1, minimum=2), asked(1, "09:00", "10:00"), **ONLY_COUNTER), 4,
    ),
    "a minimum while nobody can be there, soft": (
        ruled(LevelCover(min_level=3, minimum=1, **SOFT), asked(1, "22:00", "23:00"), **ONLY_COUNTER), 0,
    ),
    "a minimum of two, soft": (
        ruled(LevelCover(min_level=2, minimum=2, **SOFT), asked(1, "09:00", "10:00"), shift=TWO_HOURS,
              activities=(COUNTER, LOBBY)), 0,
    ),
    "a minimum of a skill that is not the activity's": (
        ruled(LevelCover(min_level=2, minimum=1, skill="cash"), asked(1, "09:00", "10:00", activity_id="lobby"),
              shift=TWO_HOURS, activities=(LOBBY,)), 2,
    ),
    "the busiest slot": (
        ruled(LevelCover(min_level=3, minimum=1, top_percent=33, **SOFT), *FALLING, activities=(COUNTER,)), 0,
    ),
    "the two busiest slots": (
        ruled(LevelCover(min_level=3, minimum=1, top_percent=34, **SOFT), *FALLING, activities=(COUNTER,)), 0,
    ),
    "the three busiest slots": (
        ruled(LevelCover(min_level=3, minimum=1, top_percent=67, **SOFT), *FALLING, activities=(COUNTER,)), 0,
    ),
    "a share in the busiest slots": (
        ruled(LevelCover(min_level=3, share_percent=51, top_percent=50, **SOFT), *FALLING, activities=(COUNTER,)), 0,
    ),
    "a share in the busiest slots, none of them on work without a need": (
        ruled(LevelCover(min_level=3, share_percent=100, skill="cash", top_percent=100, **SOFT),
              asked(1, "09:00", "10:00"), shift=TWO_HOURS, activities=(COUNTER, LOBBY)), 0,
    ),
    # Each at most at one outlet: 16 sets of which 9 remain; at Sat E2 is alone in two of them.
    "a share at one outlet": (
        ruled(
            LevelCover(min_level=3, share_percent=50, scope=Scope(outlets=("Sat",))), staff=TWO_PEOPLE,
            permissions=PERMISSIONS[:2], outlets=(HUB, SAT), **ONLY_COUNTER,
        ), 7 + 2,
    ),
    # E1 holds the level on Monday's date only, so also on Monday night; E2 never does.
    "a share past midnight": (
        ruled(
            LevelCover(min_level=3, share_percent=100, scope=Scope(first_day=TUESDAY)), staff=TWO_PEOPLE,
            permissions=(at_level("E1", 3, valid_until=MONDAY), at_level("E1", 1), at_level("E2", 1)),
            activities=(COUNTER,), shift=NIGHT, days=2,
            opening=tuple(OpeningHours(outlet_id="Hub", weekday=w, start="22:00", end="26:00") for w in (0, 1)),
        ), 16 - 2,
    ),
    "a share up to the end of the horizon": (
        ruled(LevelCover(min_level=3, share_percent=100, **SOFT), shift=NIGHT, activities=(COUNTER,)), 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    assert assert_agree(problem).count(None) == forbidden


def test_a_share_that_all_who_may_be_there_hold_costs_no_rows():
    held = tuple(at_level(f"E{i}", 3) for i in (1, 2, 3))

    def rows(*rules) -> int:
        return len(build_model(world(rules=rules, permissions=held, **ONLY_COUNTER)).roster.cp.proto.constraints)

    assert rows(LevelCover(min_level=3, share_percent=50)) == rows()


@pytest.mark.parametrize(
    ("softness", "cost"), [({}, 8000), ({"hard": False, "weight": 1500}, 7000), ({"hard": False, "weight": 2500}, 8000)]
)
def test_the_solver_pays_for_the_level_only_where_it_is_worth_it(softness, cost):
    # Two heads for two hours; E1, who alone holds level 3, costs 30.00 an hour, the others 10.00. A third of two heads
    # is one head.
    contracts = tuple(
        Contract(contract_id=name, wage_cents_per_hour=wage) for name, wage in (("full", 1000), ("dear", 3000))
    )
    staff = tuple(Employee(employee_id=f"E{i}", contract_id="dear" if i == 1 else "full") for i in (1, 2, 3))
    rules = ({"rule": "cost.paid_time"}, LevelCover(min_level=3, share_percent=33, **softness))
    need = asked(2, "09:00", "11:00", shortage_cents_per_hour=(10_000,))
    problem = world(
        need, contracts=contracts, staff=staff, rules=rules, activities=(COUNTER,), shift=TWO_HOURS,
        permissions=(at_level("E1", 3), at_level("E2", 1), at_level("E3", 1, valid_until=MONDAY)),
    )  # fmt: skip
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert result.objective == result.bound == cost
    on_duty = [duty.employee_id for duty in result.schedule.duty_list]
    assert (len(on_duty), "E1" in on_duty) == (2, cost == 8000)

import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import Horizon, Permission, Preference, Request, Scope, ShiftRequirement, Skill
from schedsolver.errors import InvalidProblem
from schedsolver.model.build import build_model
from schedsolver.rules.rotation import PostRotation
from tests.rules.test_agreement import DAY, E1, E2, HUB, NOON, SAT, alone
from tests.solving import assert_agree, assert_settled, judged, words, work
from tests.tiny import MONDAY


def on(day: int) -> dt.date:
    """A day counted from Monday the 9th."""
    return MONDAY + dt.timedelta(days=day)


def at(day: int, outlet: str = "Hub", employee: str = "E1", **more):
    return work(employee, more.pop("shift", "day"), "09:00", "11:00", date=on(day), outlet=outlet, **more)


def horizon(days: int, known_from: int | None = None) -> Horizon:
    return Horizon(start=MONDAY, days=days, slot_minutes=60, known_from=None if known_from is None else on(known_from))


def world(days: int = 7, **changes):
    return alone(DAY, NOON, **({"horizon": horizon(days), "outlets": (HUB, SAT), "staff": (E1, E2)} | changes))


def stay(post: str = "outlet", **more) -> PostRotation:
    return PostRotation(post=post, **more)


def found(rule: PostRotation, *duties, **changes) -> list[str]:
    return words(judged(rule, world(**changes), *duties))


FOUR_DAYS = "E1 has outlet Hub for 4 days from 2026-03-09 to 2026-03-12"


@pytest.mark.parametrize(("most", "told"), [(4, []), (3, [f"{FOUR_DAYS}, 3 at most"])])
def test_all_duties_of_a_stay_lie_within_its_days(most, told):
    assert found(stay(most_days=most), at(0), at(3)) == found(stay(most_days=most), at(3), at(0)) == told
    assert found(stay(most_days=most), at(0), at(3), at(4, "Sat"), at(6, "Sat")) == told


def test_a_change_begins_a_stay_whoever_comes_back():
    assert found(stay(most_days=2), at(0), at(1, "Sat"), at(2), at(3), at(4, "Sat"), at(5, "Sat")) == []
    assert found(stay(most_days=2), at(0), at(1, "Sat"), at(2), at(4)) == [
        "E1 has outlet Hub for 3 days from 2026-03-11 to 2026-03-13, 2 at most"
    ]


def test_each_duty_too_late_in_its_stay_costs_the_weight_when_soft():
    rule = stay(most_days=2, hard=False, weight=70)
    judgement = judged(rule, world(), at(0), at(2), at(3), at(5), at(6, "Sat"))
    assert (judgement.violations, judgement.cents, len(judgement.penalties)) == ((), 210, 3)
    assert judgement.penalties[0].employee_id == "E1"


@pytest.mark.parametrize(
    ("history", "days"), [((at(-2),), 3), ((at(-5), at(-2)), 6), ((at(-5), at(-3, "Sat"), at(-2)), 3)]
)
def test_a_stay_begins_in_history(history, days):
    assert found(stay(most_days=days), at(0), history=history) == []
    told = f"E1 has outlet Hub for {days} days from {on(1 - days)} to 2026-03-09, {days - 1} at most"
    assert found(stay(most_days=days - 1), at(0), history=history) == [told]
    assert found(stay(most_days=days - 1), at(0, "Sat"), history=history) == []
    assert found(stay(most_days=1), history=history) == []


def test_a_stay_is_judged_from_the_first_day_known():
    history = (at(-5), at(-4), at(-3))
    assert found(stay(most_days=5), at(0), history=history, horizon=horizon(7, known_from=-4)) == []
    assert len(found(stay(most_days=4), at(0), history=history, horizon=horizon(7, known_from=-4))) == 1


EARLY = "E1 changes from outlet Sat to Hub on 2026-03-13, 2 days after the change before, 3 at least"


@pytest.mark.parametrize(("least", "told"), [(2, []), (3, [EARLY])])
def test_changes_lie_apart(least, told):
    assert found(stay(least_days=least), at(0), at(2, "Sat"), at(4)) == told
    assert found(stay(least_days=least), at(0), at(2, "Sat"), at(3, "Sat"), at(4), at(5)) == told
    # The first duty is no change.
    assert found(stay(least_days=least), at(0), at(1, "Sat")) == []


def test_each_change_too_early_costs_the_weight_once_when_soft():
    rule = stay(least_days=3, hard=False, weight=70)
    duties = [at(d, "Sat" if d % 2 else "Hub") for d in range(5)]
    judgement = judged(rule, world(), *duties)
    assert (judgement.violations, judgement.cents, len(judgement.penalties)) == ((), 210, 3)
    assert judgement.penalties[0].employee_id == "E1"


def test_a_change_may_lie_in_history():
    history = (at(-3), at(-2, "Sat"), at(-1))
    assert found(stay(least_days=2), at(1, "Sat"), history=history) == []
    assert found(stay(least_days=3), at(1, "Sat"), history=history) == [
        "E1 changes from outlet Hub to Sat on 2026-03-10, 2 days after the change before, 3 at least"
    ]
    # The change of the day before Monday was as early, but is history; without the first two duties it was none.
    assert found(stay(least_days=3), at(0), history=history) == []
    assert found(stay(least_days=3), at(1, "Sat"), history=history[2:]) == []
    assert found(stay(least_days=3), at(1, "Sat"), history=history, horizon=horizon(7, known_from=-1)) == []


def test_posts_may_be_shift_types():
    rule = stay("shift_type", most_days=1)
    assert found(rule, at(0), at(1, "Sat")) == [
        "E1 has shift type day for 2 days from 2026-03-09 to 2026-03-10, 1 at most"
    ]
    assert found(rule, at(0), at(1, shift="noon")) == []


def test_posts_may_be_skills_and_duties_in_none_do_not_count():
    rule = stay("skill", most_days=2, least_days=2)
    assert found(rule, at(0, skill="cash"), at(1), at(2, "Sat", skill="cash")) == [
        "E1 has skill cash for 3 days from 2026-03-09 to 2026-03-11, 2 at most"
    ]
    assert found(rule, at(0, skill="cash"), at(1), at(2), at(3)) == []
    assert found(rule, at(0, skill="cash"), at(1, skill="fx"), at(2), at(3, skill="cash")) == []


def test_rotation_is_personal_and_scoped():
    duties = at(0, employee="E2"), at(3, employee="E2")
    assert [text[:2] for text in found(stay(most_days=3), *duties)] == ["E2"]
    assert found(stay(most_days=3, scope=Scope(tags=("senior",))), *duties) == []
    assert found(stay(most_days=3), at(0), at(3, employee="E2")) == []
    assert found(stay(least_days=2), at(0), at(1, "Sat", "E2"), at(2)) == []


@pytest.mark.parametrize(
    ("parameters", "fault"),
    [
        ({}, "neither most_days nor least_days"),
        ({"most_days": 4, "least_days": 5}, "least_days 5 is above most_days 4"),
        ({"most_days": 0}, "most_days"),
        ({"least_days": 1}, "least_days"),
    ],
)
def test_stays_that_cannot_be_are_refused(parameters, fault):
    with pytest.raises(ValidationError, match=fault):
        stay(**parameters)
    assert stay(most_days=5, least_days=5)


CASH = ShiftRequirement(date=MONDAY, shift_type_id="day", skill_id="cash", minimum_cents=0, shortage_cents=0)
FX = CASH.model_copy(update={"skill_id": "fx"})
ANY = CASH.model_copy(update={"skill_id": None})
SKILLS = {
    "skills": (Skill(skill_id="cash"), Skill(skill_id="fx")),
    "permissions": tuple(Permission(employee_id="E1", skill_id=skill) for skill in ("cash", "fx")),
}


@pytest.mark.parametrize(
    ("post", "changes", "fault"),
    [
        ("outlet", {"outlets": (HUB,)}, "there are no two outlets to change between"),
        ("outlet", {}, None),
        ("shift_type", {"shift_types": (DAY,)}, "there are no two shift types to change between"),
        ("shift_type", {}, None),
        ("skill", {**SKILLS, "shift_requirements": (CASH, ANY)},
         "there are no two skills that shift requirements ask for to change between"),
        ("skill", {**SKILLS, "shift_requirements": (CASH, FX)}, None),
        ("outlet", {"rules": ({"rule": "duty.per_day", "maximum": 2},)},
         "with two duties a day (duty.per_day) someone may be at two posts; give one duty a day"),
    ],
)  # fmt: skip
def test_problems_without_posts_to_change_between_are_refused(post, changes, fault):
    rule = stay(post, most_days=2)
    assert list(rule.faults(world(**changes))) == ([fault] if fault else [])
    if fault:
        with pytest.raises(InvalidProblem):
            world(**{**changes, "rules": (*changes.get("rules", ()), rule)})


# ---------------------------------------------------------------- model and checker

# A person has 27 weeks of three days off, at Hub or at Sat; 37 of the 64 sets of duties have two on a day.
CASES = {
    # H-H and HHH, and so for S.
    "two days": ({"most_days": 2}, (), 4, 4),
    # Hub on a day after Monday and never at Sat before: 6 + 2; from Monday to Wednesday at Sat: SSS and S-S. Of the
    # former -HH and HHH have two such duties.
    "two days, history": ({"most_days": 2}, (at(-1),), 10, 12),
    # Hub on any day and never at Sat before: 7 + 3 + 3 weeks, with 12 + 4 + 3 such duties.
    "three days, since long": ({"most_days": 3}, (at(-3),), 13, 19),
    # HSH and SHS.
    "two days apart": ({"least_days": 2}, (), 2, 2),
    # SH-, SHH, SHS with two changes too early, -SH and HSH.
    "two days apart, history": ({"least_days": 2}, (at(-1),), 5, 6),
    # Besides -SH and HSH all nine that begin with S; four of these change on Tuesday again, one on Wednesday too.
    "two days apart, change in history": ({"least_days": 2}, (at(-3, "Sat"), at(-1)), 11, 15),
    # Sat on Monday (9), or else on Tuesday (6). Changes on Monday (9), on Tuesday (9), on Wednesday after another (5).
    "three days apart, change in history": ({"least_days": 3}, (at(-3, "Sat"), at(-1)), 15, 23),
    # All 18 with a duty on Monday, -HS and -SH. Of the 18 six change on Tuesday again, HSH and SHS on Wednesday too.
    "from an outlet that is closed": ({"least_days": 2}, (at(-2), at(-1, "Old")), 20, 28),
    "both": ({"most_days": 2, "least_days": 2}, (), 6, 6),
    "only one of both can bind": ({"most_days": 3, "least_days": 2}, (), 2, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_stays(name):
    parameters, history, forbidden, _ = CASES[name]
    problem = alone(DAY, horizon=horizon(3), outlets=(HUB, SAT), history=history, rules=(stay(**parameters),))
    assert assert_agree(problem).count(None) == 37 + forbidden


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_the_price_of_stays(name):
    parameters, history, _, units = CASES[name]
    rule = stay(**parameters, hard=False, weight=7)
    costs = assert_agree(alone(DAY, horizon=horizon(3), outlets=(HUB, SAT), history=history, rules=(rule,)))
    assert costs.count(None) == 37
    assert sum(filter(None, costs)) == 7 * units


@pytest.mark.parametrize("history", [(), (at(-1),), (at(-3, "Sat"), at(-1))])
def test_a_search_that_stops_early_names_the_price_of_its_roster(history):
    rule = stay(most_days=2, least_days=2, hard=False, weight=7)
    problem = alone(DAY, horizon=horizon(3), outlets=(HUB, SAT), history=history, rules=(rule,))
    assert_settled(problem)


OTHER_CASES = {
    # Of nine ways to fill two days E1 has seven, all but HH and SS.
    "of one of two": (
        world(2, shift_types=(DAY,), rules=(stay(most_days=1, scope=Scope(tags=("senior",))),)), 256 - 63,
    ),
    "shift types": (alone(DAY, NOON, horizon=horizon(2), rules=(stay("shift_type", most_days=1),)), 16 - 7),
    # E1 was on cash on Saturday, and is again on Monday (4 ways) or, not on exchange between, on Tuesday (2), or is on
    # exchange on both days (1).
    "skills and history": (
        alone(DAY, horizon=horizon(2), **SKILLS, shift_requirements=(CASH, FX, ANY),
              history=(at(-3), at(-2, skill="cash"), at(-1)),
              rules=(stay("skill", most_days=1),)), 64 - 9,
    ),
    # Of 16 ways to be off, in no skill, on cash or on exchange two have one skill on both days.
    "skills": (
        alone(DAY, horizon=horizon(2), **SKILLS, shift_requirements=(CASH, FX, ANY),
              rules=(stay("skill", most_days=1),)), 64 - 14,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_CASES)
def test_model_and_checker_agree_on_posts(name):
    problem, forbidden = OTHER_CASES[name]
    assert assert_agree(problem).count(None) == forbidden


@pytest.mark.parametrize(("weight", "cost", "outlets"), [(25, 25, "HHHH"), (35, 30, "SSSH")])
def test_the_solver_weighs_stays_against_wishes(weight, cost, outlets):
    # E1 changed to Sat on Sunday and would rather be at Hub, for which it is too early until Thursday.
    problem = alone(
        DAY, horizon=horizon(4), outlets=(HUB, SAT), history=(at(-3), at(-1, "Sat")),
        requests=tuple(Request(employee_id="E1", date=on(d), wish="on", cents=90) for d in range(4)),
        preferences=(Preference(employee_id="E1", wish="prefer", outlet_id="Hub", cents=10),),
        rules=(stay(least_days=4, hard=False, weight=weight),),
    )  # fmt: skip
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert result.objective == result.bound == cost
    assert "".join(duty.outlet_id[0] for duty in result.schedule.duty_list) == outlets


@pytest.mark.parametrize(
    ("parameters", "days", "history", "binds"),
    [
        ({"most_days": 6}, 7, (), True), ({"most_days": 7}, 7, (), False),
        ({"most_days": 8}, 7, (at(-2),), True), ({"most_days": 9}, 7, (at(-2),), False),
        ({"least_days": 2}, 3, (), True), ({"least_days": 2}, 2, (), False),
        ({"least_days": 2}, 2, (at(-1),), True), ({"least_days": 2}, 1, (at(-1),), False),
        ({"least_days": 2}, 1, (at(-2), at(-1, "Sat")), True), ({"least_days": 2}, 1, (at(-3), at(-2, "Sat")), False),
        ({"least_days": 3}, 1, (at(-3), at(-2, "Sat")), True),
        ({"least_days": 2}, 3, (at(-1),), True),
    ],
)  # fmt: skip
def test_only_those_who_can_be_bound_are_followed(parameters, days, history, binds):
    problem = alone(DAY, horizon=horizon(days), outlets=(HUB, SAT), history=history)
    bare, ruled = (build_model(problem.replace(rules=rules)).roster for rules in ((), (stay(**parameters),)))
    assert (ruled.columns > bare.columns) == binds


def test_with_one_outlet_to_be_at_there_are_no_changes_to_follow():
    near = DAY.model_copy(update={"outlets": ("Hub",)})
    problem = alone(near, horizon=horizon(3), outlets=(HUB, SAT), history=(at(-1),))
    bare, ruled = (build_model(problem.replace(rules=rules)).roster for rules in ((), (stay(least_days=2),)))
    assert ruled.columns == bare.columns
    assert build_model(problem.replace(rules=(stay(most_days=2),))).roster.columns > bare.columns
    away = problem.replace(history=(at(-2, "Sat"), at(-1, "Old")), rules=(stay(least_days=2),))
    assert assert_agree(away).count(None) == 4

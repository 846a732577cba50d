import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import Availability, Employee, Horizon, Leave, Outlet, Schedule, Scope, ShiftRequirement
from schedsolver.errors import InvalidProblem
from schedsolver.model.build import build_model
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.rules.pairing import WorkApart, WorkTogether
from tests.solving import assert_agree, fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY, TUESDAY

SUNDAY = MONDAY - dt.timedelta(days=1)
HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
E1, E2, E3 = (Employee(employee_id=name, contract_id="full") for name in ("E1", "E2", "E3"))
# Morning and noon share an hour, morning and late touch, a long duty covers all three.
MORNING, NOON, LATE, LONG = (
    fixed_shift("morning", "09:00", "11:00"), fixed_shift("noon", "10:00", "12:00"),
    fixed_shift("late", "11:00", "13:00"), fixed_shift("long", "09:00", "13:00"),
)  # fmt: skip
NIGHT, EARLY = fixed_shift("night", "22:00", "30:00"), fixed_shift("early", "05:00", "09:00")
SOFT = {"hard": False, "weight": 70}
APART = WorkApart(employees=("E1", "E2"))
TOGETHER = WorkTogether(employee="E1", companion="E2")


def world(*shifts, **changes):
    """Two people at one outlet on one day in a day/shift roster."""
    tables = {
        "horizon": Horizon(start=MONDAY, days=1, slot_minutes=60), "staff": (E1, E2), "outlets": (HUB,),
        "shift_types": shifts or (MORNING, NOON, LATE, LONG),
    }  # fmt: skip
    return plain(**(tables | changes))


def two_days(*shifts, **changes):
    return world(*shifts, horizon=Horizon(start=MONDAY, days=2, slot_minutes=60), **changes)


def morning(name: str = "E1", **where):
    return work(name, "morning", "09:00", "11:00", **where)


def noon(name: str = "E2", **where):
    return work(name, "noon", "10:00", "12:00", **where)


def late(name: str = "E2", **where):
    return work(name, "late", "11:00", "13:00", **where)


def night(name: str = "E1", **where):
    return work(name, "night", "22:00", "30:00", **where)


def early(name: str = "E2", **where):
    return work(name, "early", "05:00", "09:00", **where)


# ---------------------------------------------------------------- pair.apart


@pytest.mark.parametrize(
    ("other", "count"),
    [
        (noon(), 1),
        (late(), 0),
        (noon(outlet="Sat"), 0),
        (noon("E3"), 0),
        (noon(date=TUESDAY), 0),
        (work("E2", "noon", "08:00", "10:00"), 1),
        (work("E2", "noon", "07:00", "09:00"), 0),
    ],
)
def test_people_kept_apart_meet_when_their_duties_overlap_at_an_outlet(other, count):
    found = judged(APART, world(staff=(E1, E2, E3)), morning(), other)
    assert words(found) == [f"E1 and E2 work together at Hub on {MONDAY}"] * count
    assert len(found.violations) == count


def test_a_meeting_names_person_place_and_time():
    (found,) = judged(APART, world(), morning(), noon()).violations
    assert (found.employee_id, found.outlet_id, found.start) == ("E1", "Hub", morning().start)


def test_each_pair_and_date_costs_once_when_soft():
    rule = WorkApart(employees=("E1", "E2", "E3"), **SOFT)
    problem = two_days(staff=(E1, E2, E3), outlets=(HUB, SAT))
    # Twice on Monday, at two outlets, and once on Tuesday.
    records = (
        morning(), late("E1", outlet="Sat"), noon(), late("E2", outlet="Sat"),
        morning(date=TUESDAY), noon(date=TUESDAY),
    )  # fmt: skip
    found = judged(rule, problem, *records)
    assert (found.violations, [p.cents for p in found.penalties]) == ((), [70, 70])
    assert words(found) == [f"E1 and E2 work together at Hub on {day}" for day in (MONDAY, TUESDAY)]
    with_third = judged(rule, problem, *records, noon("E3"))
    assert [p.message[:9] for p in with_third.penalties] == ["E1 and E2", "E1 and E2", "E1 and E3", "E2 and E3"]


def test_the_date_of_a_meeting_is_that_of_the_one_named_first():
    problem = two_days(NIGHT, EARLY)
    for names, date in ((("E1", "E2"), MONDAY), (("E2", "E1"), TUESDAY)):
        rule = WorkApart(employees=names)
        met = f"{names[0]} and {names[1]} work together at Hub on {date}"
        assert words(judged(rule, problem, night(), early(date=TUESDAY))) == [met]
        for day in (MONDAY, TUESDAY):
            scoped = WorkApart(employees=names, scope=Scope(first_day=day, last_day=day))
            assert len(judged(scoped, problem, night(), early(date=TUESDAY)).violations) == (day == date)


def test_the_scope_says_where_people_are_kept_apart():
    scoped = WorkApart(employees=("E1", "E2"), scope=Scope(outlets=("Sat",)))
    problem = world(outlets=(HUB, SAT))
    assert judged(scoped, problem, morning(), noon()).violations == ()
    assert len(judged(scoped, problem, morning(outlet="Sat"), noon(outlet="Sat")).violations) == 1


def test_duties_before_the_horizon_are_not_met():
    problem = world(NIGHT, EARLY, history=(night("E2", date=SUNDAY),))
    assert judged(APART, problem, early("E1")).violations == ()
    assert len(judged(TOGETHER, problem, early("E1")).violations) == 1


@pytest.mark.parametrize(
    ("employees", "message"),
    [
        (("E1",), "at least 2"),
        (("E1", "E2", "E1"), "E1 cannot be kept apart from themselves; name each person once"),
    ],
)
def test_two_different_people_are_kept_apart(employees, message):
    with pytest.raises(ValidationError, match=message):
        WorkApart(employees=employees)


# ---------------------------------------------------------------- pair.together


@pytest.mark.parametrize(
    ("other", "count"),
    [
        (noon(), 0),
        (late(), 1),
        (noon(outlet="Sat"), 1),
        (noon("E3"), 1),
        (noon(date=TUESDAY), 1),
        (work("E2", "noon", "08:00", "10:00"), 0),
        (work("E2", "noon", "07:00", "09:00"), 1),
    ],
)
def test_each_duty_overlaps_one_of_the_companion(other, count):
    found = judged(TOGETHER, world(staff=(E1, E2, E3)), morning(), other)
    assert words(found) == [f"E1 at Hub on {MONDAY} 09:00-11:00 overlaps no duty of E2 there"] * count
    assert [(v.employee_id, v.outlet_id, v.start) for v in found.violations] == [("E1", "Hub", morning().start)] * count


def test_the_companion_may_work_alone():
    assert judged(TOGETHER, world(), noon()).violations == ()
    assert len(judged(TOGETHER, world(), morning()).violations) == 1


def test_each_duty_without_the_companion_costs_when_soft():
    rule = WorkTogether(employee="E1", companion="E2", **SOFT)
    found = judged(rule, two_days(), morning(), late("E1"), noon("E1", date=TUESDAY), noon(date=TUESDAY))
    assert (found.violations, [p.cents for p in found.penalties]) == ((), [70, 70])


def test_a_night_overlaps_the_morning_after():
    problem = two_days(NIGHT, EARLY)
    assert judged(TOGETHER, problem, night(), early(date=TUESDAY)).violations == ()
    assert len(judged(TOGETHER, problem, night(), early()).violations) == 1


@pytest.mark.parametrize(
    ("scope", "count"),
    [({}, 1), ({"outlets": ("Hub",)}, 1), ({"outlets": ("Sat",)}, 0), ({"weekdays": (0,)}, 1), ({"weekdays": (1,)}, 0)],
)
def test_the_scope_says_which_duties_need_the_companion(scope, count):
    rule = WorkTogether(employee="E1", companion="E2", scope=scope)
    assert len(judged(rule, two_days(outlets=(HUB, SAT)), morning()).violations) == count


def test_nobody_is_their_own_companion():
    with pytest.raises(ValidationError, match="E1 cannot be their own companion; name somebody else"):
        WorkTogether(employee="E1", companion="E1")


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        (WorkTogether(employee="E1", companion="E22"), ['pair.together: employee "E22" is not in the problem']),
        (WorkTogether(employee="EX", companion="E2"), ['pair.together: employee "EX" is not in the problem']),
        (WorkApart(employees=("E1", "EX")), ['pair.apart: employee "EX" is not in the problem']),
    ],
)
def test_unknown_people_are_refused(rule, faults):
    with pytest.raises(InvalidProblem) as error:
        world(rules=(rule,))
    assert [fault.message.partition(" (did")[0] for fault in error.value.faults] == faults


# ---------------------------------------------------------------- model and checker

TWICE = DutiesPerDay(maximum=2)
# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    # Of 5 x 5 ways to give each at most one duty, 2 x 2 at each of two outlets meet.
    "pair.apart: overlapping shifts": (world(MORNING, NOON, outlets=(HUB, SAT), rules=(APART,)), 256 - 17),
    # Morning and late touch: of 4 x 4 ways, only the same shift or the long one of either meets.
    "pair.apart: touching shifts": (world(MORNING, LATE, LONG, rules=(APART,)), 64 - (16 - 7)),
    "pair.apart: two a day cost once": (
        world(MORNING, LATE, outlets=(HUB, SAT), rules=(WorkApart(employees=("E1", "E2"), **SOFT), TWICE)), 256 - 81,
    ),
    # By Monday's duties: nobody or one on the early shift, the other off, leave 7 ways for Tuesday each; a night
    # beside somebody off or on the early shift leaves 3: the other has no early shift the morning after.
    "pair.apart: across midnight": (two_days(NIGHT, EARLY, rules=(APART,)), 256 - (3 * 7 + 4 * 3)),
    "pair.apart: across midnight, soft": (
        two_days(NIGHT, EARLY, rules=(WorkApart(employees=("E2", "E1"), **SOFT),)), 256 - 64,
    ),
    "pair.apart: scope by date": (
        two_days(NIGHT, EARLY, rules=(WorkApart(employees=("E1", "E2"), scope=Scope(weekdays=(1,)), **SOFT),)),
        256 - 64,
    ),
    "pair.apart: scope by outlet": (
        world(
            MORNING, NOON, outlets=(HUB, SAT),
            rules=(WorkApart(employees=("E1", "E2"), scope=Scope(outlets=("Sat",))),),
        ), 256 - 21,
    ),
    "pair.apart: three people": (
        world(MORNING, LATE, staff=(E1, E2, E3), rules=(WorkApart(employees=("E3", "E1", "E2"), **SOFT),)), 64 - 27,
    ),
    # After the night E2 can only have the next; E1 may have all but that then.
    "pair.apart: one way to meet": (world(MORNING, rules=(APART,)), 1),
    "pair.apart: nobody can meet": (
        world(MORNING, NOON, availability=(Availability(employee_id="E2", date=SUNDAY),), rules=(APART,)), 4 - 3,
    ),
    "pair.apart: history": (
        world(NIGHT, EARLY, history=(night("E2", date=SUNDAY),), rules=(APART,)), 16 - (3 + 2),
    ),
    # Without a duty of E1 5 ways, with one at an outlet each of the two of E2 there.
    "pair.together: overlapping shifts": (world(MORNING, NOON, outlets=(HUB, SAT), rules=(TOGETHER,)), 256 - 13),
    # E1 off: 4; morning beside morning and long, late beside late and long, long beside all three.
    "pair.together: touching shifts": (world(MORNING, LATE, LONG, rules=(TOGETHER,)), 64 - (4 + 2 + 2 + 3)),
    # Each may have none, one, or morning and late: 5 ways. Beside none of E2 E1 is off; beside the morning alone
    # E1 has none, the morning or the long one; beside the long one, or both short ones, any.
    "pair.together: one long duty goes with two short ones": (
        world(MORNING, LATE, LONG, rules=(TOGETHER, TWICE)), 64 - (1 + 3 + 3 + 5 + 5),
    ),
    # The night of E2, in 4 of their 11 ways, goes with none, one or two of three short duties the morning after.
    "pair.together: one long duty goes with two short ones that touch": (
        two_days(
            NIGHT, *(fixed_shift(f"from {h}", f"0{h}:00", f"0{h + 1}:00") for h in (3, 4, 5)),
            availability=tuple(
                Availability(employee_id=name, date=date) for name, date in (("E1", TUESDAY), ("E2", MONDAY))
            ), rules=(TOGETHER, TWICE),
        ), 256 - (4 * 7 + 7 * 1),
    ),
    "pair.together: two a day without cost twice": (
        world(MORNING, LATE, LONG, rules=(WorkTogether(employee="E1", companion="E2", **SOFT), TWICE)), 64 - 25,
    ),
    "pair.together: two outlets, soft": (
        world(MORNING, LATE, outlets=(HUB, SAT), rules=(WorkTogether(employee="E1", companion="E2", **SOFT), TWICE)),
        256 - 81,
    ),
    "pair.together: across midnight, soft": (
        two_days(NIGHT, EARLY, rules=(WorkTogether(employee="E1", companion="E2", **SOFT),)), 256 - 64,
    ),
    "pair.together: scope by date and outlet": (
        world(
            MORNING, NOON, outlets=(HUB, SAT),
            rules=(WorkTogether(employee="E1", companion="E2", scope=Scope(outlets=("Sat",), weekdays=(0,))),),
        ), 256 - (5 * 3 + 2 * 2),
    ),
    "pair.together: history": (
        world(NIGHT, EARLY, history=(night("E2", date=SUNDAY),), rules=(TOGETHER,)), 16 - 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    assert assert_agree(problem).count(None) == forbidden


def rows_of(rule, *shifts, **changes):
    """How many rows a rule adds to the model."""
    models = (build_model(world(*shifts, rules=rules, **changes)) for rules in ((rule,), ()))
    with_rule, without = (len(model.roster.cp.proto.constraints) for model in models)
    return with_rule - without


def test_moments_at_which_nobody_has_left_share_a_row():
    # All are there at 10:00; at 11:00 the long and the noon duties are, and late ones have come.
    assert rows_of(APART, MORNING, NOON, LONG) == 1
    assert rows_of(APART, MORNING, NOON, LONG, LATE) == 2


def test_moments_at_which_one_is_alone_have_no_row():
    away = Leave(employee_id="E2", first_day=MONDAY, last_day=MONDAY, start="11:00", end="13:00")
    assert rows_of(APART, MORNING, LATE, leave=(away,)) == 1


def test_duties_with_the_same_company_share_a_row():
    # Morning and noon of E1 overlap both of E2's; late only one of them.
    assert rows_of(TOGETHER, MORNING, NOON) == 1
    assert rows_of(TOGETHER, MORNING, NOON, LATE) == 3


@pytest.mark.parametrize(
    ("rule", "shifts", "cost"),
    [
        (APART, ["morning"], 500),
        (WorkApart(employees=("E1", "E2"), **SOFT), ["morning", "noon"], 70),
        (WorkApart(employees=("E1", "E2"), hard=False, weight=600), ["morning"], 500),
    ],
)
def test_the_solver_pays_for_a_meeting_only_where_it_is_worth_it(rule, shifts, cost):
    # One duty on each of two overlapping shifts; a missing one costs 1000 in the morning, 500 at noon.
    needs = tuple(
        ShiftRequirement(date=MONDAY, shift_type_id=name, minimum=1, minimum_cents=cents, shortage_cents=0)
        for name, cents in (("morning", 1000), ("noon", 500))
    )
    result = ss.solve(world(MORNING, NOON, shift_requirements=needs, rules=(rule,)), ss.Settings(deterministic=True))
    assert sorted(duty.shift_type_id for duty in result.schedule.duty_list) == shifts
    assert result.objective == result.bound == cost


def test_rules_on_pairs_survive_a_file():
    problem = world(rules=(APART, TOGETHER))
    assert ss.Problem.from_json(problem.to_json()) == problem
    assert judged(APART, problem) == judged(TOGETHER, problem) == APART.judge(problem, Schedule())

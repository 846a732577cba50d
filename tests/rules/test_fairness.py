"""Rules on fair shares: each judged by hand, and the model held against the check on every roster of small cases."""

import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import (
    Availability,
    Calendar,
    Carried,
    Contract,
    Employee,
    FairItem,
    Preference,
    Request,
    Scope,
    ShiftRequirement,
)
from schedsolver.errors import InvalidProblem
from schedsolver.rules.fair_indices import FairGini, FairJain
from schedsolver.rules.fairness import FairDistance, FairRange, FairWorstOff
from tests.rules.test_agreement import HUB, SAT, branch, days, opening
from tests.solving import (
    assert_agree,
    assert_settled,
    fixed_shift,
    judged,
    plain,
    words,
    work,
)
from tests.tiny import MONDAY

TUESDAY = MONDAY + dt.timedelta(days=1)
DAY = fixed_shift("day", "09:00", "11:00")
DUTIES = FairItem(item_id="duty", counts="duties", points=1)
TENS = {"fair_items": (DUTIES.model_copy(update={"points": 10}),)}
SOFT = {"hard": False, "weight": 30}


def person(number: int, **more) -> Employee:
    return Employee(**({"employee_id": f"E{number}", "contract_id": "full", "home_outlet_id": "Hub"} | more))


def had(number: int, amount: float, minutes: int = 2400, item: str = "duty", weeks: int = 1) -> Carried:
    first = MONDAY - dt.timedelta(weeks=weeks)
    return Carried(employee_id=f"E{number}", item_id=item, first_day=first, amount=amount, exposure_minutes=minutes)


def world(*rules, people: int = 3, **changes):
    tables = {
        "horizon": days(2), "outlets": (HUB,), "staff": tuple(person(i) for i in range(people)), "shift_types": (DAY,),
        "fair_items": (DUTIES,), "rules": rules,
    }  # fmt: skip
    return plain(**(tables | changes))


def duty(number: int, date: dt.date = MONDAY, **more):
    return work(f"E{number}", "day", "09:00", "11:00", date=date, **more)


TWO_ONE_NONE = duty(0), duty(0, TUESDAY), duty(1)


def found(rule, *duties, **changes) -> list[str]:
    return words(judged(rule, world(rule, **changes), *duties))


# ---------------------------------------------------------------- by hand


def test_all_together_are_off_their_due_by_so_many_points():
    # Off by 1, 0 and 1.
    told = "duty: people are off their due by 2.00 points, 1 allowed"
    assert found(FairDistance(items=["duty"], maximum=1), *TWO_ONE_NONE) == [told]
    assert found(FairDistance(items=["duty"], maximum=2), *TWO_ONE_NONE) == []
    judgement = judged(soft := FairDistance(items=["duty"], **SOFT), world(soft), *TWO_ONE_NONE)
    assert (judgement.violations, judgement.cents) == ((), 60)


def test_points_that_are_free_do_not_count():
    # Twenty, ten and no points of three: off by 10, 0 and 10.
    for free, beyond in ((0, 20), (4, 12), (9, 2), (10, 0), (11, 0)):
        rule = FairDistance(items=["duty"], free=free, **SOFT)
        assert judged(rule, world(rule, **TENS), *TWO_ONE_NONE).cents == 30 * beyond


def test_between_most_and_least_lie_so_many_points():
    told = "duty: between the largest and the smallest deviation lie 2.00 points, 1 allowed"
    assert found(FairRange(items=["duty"], maximum=1), *TWO_ONE_NONE) == [told]
    assert found(FairRange(items=["duty"], maximum=2), *TWO_ONE_NONE) == []


def test_the_worst_off_of_burdens_have_too_much():
    # Of four duties each is due one: off by 1, 1, -1 and -1.
    roster = duty(0), duty(0, TUESDAY), duty(1), duty(1, TUESDAY)
    told = "duty: the worst-off are off their due by {} points, 0 allowed"
    for count, points in ((1, "1.00"), (2, "2.00"), (3, "2.00")):
        assert found(FairWorstOff(items=["duty"], count=count), *roster, people=4) == [told.format(points)]
    assert found(FairWorstOff(items=["duty"], count=2, maximum=2), *roster, people=4) == []


def test_the_worst_off_of_goods_have_too_little():
    # Off by 3/2, -1/2, -1/2 and -1/2.
    good = DUTIES.model_copy(update={"kind": "good"})
    told = "duty: the worst-off are off their due by 1.00 points, 0 allowed"
    rule = FairWorstOff(items=["duty"], count=2)
    assert found(rule, duty(0), duty(0, TUESDAY), people=4, fair_items=(good,)) == [told]


def test_who_cannot_have_one_item_is_due_no_less_of_the_others():
    # A duty each; of the trip's 3 points E0 and E1 are due half, and E2, who has no home, nothing.
    trip = FairItem(item_id="trip", counts="trips", points=3)
    tables = {
        "fair_items": (DUTIES, trip), "outlets": (HUB, SAT),
        "staff": (person(0), person(1), person(2, home_outlet_id=None)),
    }  # fmt: skip
    rule = FairDistance(items=["duty", "trip"], maximum=2)
    told = ["duty, trip: people are off their due by 3.00 points, 2 allowed"]
    assert found(rule, duty(0, outlet="Sat"), duty(1), duty(2), **tables) == told
    # Nobody is entitled to holidays, as there are none: nothing is asked of them.
    holiday = trip.model_copy(update={"item_id": "holiday", "counts": "duties", "day_kinds": ("holiday",)})
    both = FairDistance(items=["duty", "holiday"])
    assert found(both, duty(0), duty(1), duty(2), **(tables | {"fair_items": (DUTIES, holiday)})) == []


@pytest.mark.parametrize(("most", "told"), [(44, ["44.50"]), (45, [])])
def test_gini_of_two_one_and_none(most, told):
    # Differences 1, 2 and 1, over 3 people and 3 duties: 4 / 9, but for the rounding of each pair.
    rule = FairGini(items=["duty"], most_percent=most)
    expected = [f"duty: the Gini index is {index} percent, {most} allowed" for index in told]
    assert found(rule, *TWO_ONE_NONE, **TENS) == expected


def test_each_point_of_differences_above_the_index_costs_the_weight():
    # Of 30 points the differences make 40 / 3, each pair rounded up, and 10 percent of them are 3: 10.35 too many.
    rule = FairGini(items=["duty"], most_percent=10, **SOFT)
    assert judged(rule, world(rule, **TENS), *TWO_ONE_NONE).cents == 30 * 11


@pytest.mark.parametrize(("least", "told"), [(60, []), (61, ["60.0"])])
def test_jain_of_two_one_and_none(least, told):
    # 3^2 / (3 (2^2 + 1^2)).
    expected = [f"duty: Jain's index is {index} percent, {least} at least" for index in told]
    assert found(FairJain(items=["duty"], least_percent=least), *TWO_ONE_NONE) == expected


@pytest.mark.parametrize("rule", [FairGini(items=["duty"], most_percent=1), FairJain(items=["duty"], least_percent=99)])
def test_even_shares_and_no_shares_at_all_are_fair(rule):
    assert found(rule, duty(0), duty(1), duty(2)) == found(rule) == []
    assert len(found(rule, duty(0))) == 1


# ---------------------------------------------------------------- one against the other

PM = fixed_shift("pm", "12:00", "14:00")
NEED = tuple(
    ShiftRequirement(date=date, shift_type_id="day", preferred=1, shortage_cents=100) for date in (MONDAY, TUESDAY)
)
EVERY = [
    FairDistance(items=["duty"], maximum=3), FairDistance(items=["duty"], **SOFT),
    FairDistance(items=["duty"], free=1, maximum=1, **SOFT),
    FairRange(items=["duty"], maximum=3), FairRange(items=["duty"], maximum=1, **SOFT),
    FairWorstOff(items=["duty"], maximum=1), FairWorstOff(items=["duty"], count=2, **SOFT),
    FairGini(items=["duty"], most_percent=20), FairGini(items=["duty"], most_percent=20, **SOFT),
    FairJain(items=["duty"], least_percent=80),
]  # fmt: skip


def name(value) -> str:
    return f"{value.name}{'' if value.hard else ', soft'}" if hasattr(value, "hard") else ""


@pytest.mark.parametrize("kind", ["burden", "good"])
@pytest.mark.parametrize("rule", EVERY, ids=name)
def test_the_model_agrees_on_what_is_shared_and_remembered(rule, kind):
    item = DUTIES.model_copy(update={"kind": kind, "points": 2})
    carried = had(0, 1.5), had(1, 0, 1200), had(2, 1, weeks=3), had(9, 4)
    part = person(1, contract_id="part", appraisal_percent=150)
    problem = world(
        rule, fair_items=(item,), carried=carried, shift_requirements=NEED, staff=(person(0), part, person(2)),
        contracts=(Contract(contract_id="full"), Contract(contract_id="part", weekly_minutes=1200)),
    )  # fmt: skip
    costs = assert_agree(problem)
    assert (None in costs) == rule.hard
    assert len(set(costs)) > 2
    assert_settled(problem)


@pytest.mark.parametrize("free", [(), (0,)], ids=["all can have both", "one cannot have one of them"])
@pytest.mark.parametrize("rule", EVERY, ids=name)
def test_of_several_items_the_points_are_added_up(rule, free):
    items = (
        DUTIES.model_copy(update={"points": 3}),
        FairItem(item_id="late", counts="hours", start="10:00", end="13:00", points=2, weekdays=(1,)),
    )
    rule = rule.model_copy(update={"items": ("duty", "late")})
    available = tuple(Availability(employee_id="E1", weekday=day, start="00:00", end="24:00") for day in free)
    problem = world(
        rule, fair_items=items, people=2, shift_types=(DAY, PM), shift_requirements=NEED, availability=available
    )
    assert len(set(assert_agree(problem))) > 2


ITEMS = {
    "duties there and then": {"counts": "duties", "outlets": ("Sat",), "weekdays": (0,)},
    "hours": {"counts": "hours", "start": "10:30", "end": "13:00"},
    "hours of whole duties": {"counts": "hours"},
    "openings": {"counts": "openings"},
    "closings": {"counts": "closings"},
    "trips": {"counts": "trips"},
    "weekends": {"counts": "weekends"},
    "weekends off": {"counts": "weekends_off", "kind": "good"},
    "wishes": {"counts": "wishes", "kind": "good"},
}


@pytest.mark.parametrize("fields", ITEMS.values(), ids=ITEMS)
def test_the_model_counts_as_the_check_does(fields):
    item = FairItem(item_id="it", points=1, **fields)
    shifts = (fixed_shift("am", "09:00", "11:00"), fixed_shift("pm", "11:00", "13:00"))
    wishes = (
        Request(employee_id="E0", date=TUESDAY, wish="off", cents=3),
        Request(employee_id="E0", date=MONDAY, wish="on", shift_type_id="pm", cents=5),
        Request(employee_id="E1", date=MONDAY, wish="off", shift_type_id="am", cents=7),
    )
    problem = plain(
        horizon=days(2), outlets=(HUB, SAT), fair_items=(item,), requests=wishes, shift_types=shifts,
        opening=(*opening("09:00", "13:00", 0), *opening("09:00", "11:00", 1)), calendar=Calendar(weekend=(0, 1)),
        staff=(person(0, home_outlet_id="Hub"), person(1, home_outlet_id="Sat")),
        availability=tuple(Availability(employee_id="E1", weekday=0, start=s, end="13:00") for s in ("11:00",)),
        rules=(FairDistance(items=["it"], **SOFT),),
    )  # fmt: skip
    fitting = [s.model_copy(update={"outlets": ("Hub",)}) if s.shift_type_id == "am" else s for s in shifts]
    assert len(set(assert_agree(problem.replace(shift_types=fitting)))) > 2


def test_hours_on_activities_are_counted_for_each_alone():
    hard = FairItem(item_id="hard", counts="activity", activities=("lobby",), points=1)
    problem = branch(
        fixed_shift("am", "09:00", "11:00"), fair_items=(hard,), rules=(FairRange(items=["hard"], **SOFT),)
    )
    assert min(assert_agree(problem)) == 0
    avoided = hard.model_copy(update={"activities": ()})
    dislikes = tuple(
        Preference(employee_id=n, wish="avoid", activity_id=a, cents=4) for n, a in (("E1", "lobby"), ("E2", "calls"))
    )
    assert_agree(problem.replace(fair_items=(avoided,), preferences=dislikes))


def test_only_those_in_the_scope_share():
    rule = FairRange(items=["duty"], maximum=0, scope=Scope(employees=("E0", "E1")))
    assert found(rule, duty(0), duty(1), duty(2), duty(2, TUESDAY)) == []
    assert len(found(rule, duty(0))) == 1
    assert_agree(world(rule, shift_requirements=NEED))


@pytest.mark.parametrize("rule", EVERY, ids=name)
def test_where_nobody_is_entitled_to_anything_nothing_is_asked(rule):
    holidays = DUTIES.model_copy(update={"day_kinds": ("holiday",)})
    assert found(rule, *TWO_ONE_NONE, fair_items=(holidays,)) == []
    assert set(assert_agree(world(rule, fair_items=(holidays,), people=2))) == {0}


# ---------------------------------------------------------------- solved


def week(carried: tuple[Carried, ...] = (), **changes):
    """One duty a day for three people, one of whom has had more than the others."""
    needs = [ShiftRequirement(date=date, shift_type_id="day", minimum=1, maximum=1) for date in (MONDAY, TUESDAY)]
    return world(FairDistance(items=["duty"], **SOFT), carried=carried, shift_requirements=needs, **changes)


def duties_of(problem) -> dict[str, int]:
    schedule = ss.solve(problem, ss.Settings(deterministic=True)).schedule
    return {e.employee_id: len(schedule.duties_of.get(e.employee_id, ())) for e in problem.staff}


def test_who_had_more_gets_less():
    assert duties_of(week((had(0, 3), had(1, 1), had(2, 1)))) == {"E0": 0, "E1": 1, "E2": 1}
    assert duties_of(week((had(0, 1), had(1, 3), had(2, 1)))) == {"E0": 1, "E1": 0, "E2": 1}


def test_a_newcomer_does_not_have_to_catch_up():
    # The others had four each; whoever gets none now, the newcomer does not get both.
    assert duties_of(week((had(0, 4), had(1, 4))))["E2"] <= 1
    # Had the weeks before counted for the newcomer too, it would be both.
    assert duties_of(week((had(0, 4), had(1, 4), had(2, 0))))["E2"] == 2


def test_who_comes_back_from_long_leave_does_not_have_to_catch_up():
    away = (had(0, 4), had(1, 4), had(2, 0, minutes=0))
    assert duties_of(week(away))["E2"] <= 1


def test_a_part_timer_gets_half():
    half = Contract(contract_id="half", weekly_minutes=1200)
    carried = (*(had(i, 2, weeks=2) for i in (0, 1)), had(2, 1, 1200, weeks=2))
    problem = week(
        carried, contracts=(Contract(contract_id="full"), half),
        staff=(person(0), person(1), person(2, contract_id="half")),
    )  # fmt: skip
    assert duties_of(problem) == {"E0": 1, "E1": 1, "E2": 0}


@pytest.mark.parametrize("kind", [FairDistance, FairRange, FairWorstOff])
def test_an_appraisal_changes_whose_wish_is_granted_and_nobody_s_burden(kind):
    # Both wish Monday off, and one must come. Tuesday is a burden, and E0 has had more of those.
    items = (
        FairItem(item_id="tuesday", counts="duties", weekdays=(1,)),
        FairItem(item_id="wish", counts="wishes", kind="good"),
    )
    before = [had(who, amount, item=item) for item, amounts in (("tuesday", (2, 1)), ("wish", (3, 3)))
              for who, amount in enumerate(amounts)]  # fmt: skip
    needs = [ShiftRequirement(date=date, shift_type_id="day", minimum=1, maximum=1) for date in (MONDAY, TUESDAY)]

    def roster(*appraisals: int) -> list[list[str]]:
        problem = world(
            kind(items=["tuesday"], **SOFT), kind(items=["wish"], **SOFT), fair_items=items, carried=before,
            staff=[person(i, appraisal_percent=percent) for i, percent in enumerate(appraisals)],
            requests=[Request(employee_id=f"E{i}", date=MONDAY, wish="off", cents=10) for i in (0, 1)],
            shift_requirements=needs,
        )  # fmt: skip
        found = ss.solve(problem, ss.Settings(deterministic=True)).schedule.duty_list
        return [[duty.employee_id for duty in found if duty.date == date] for date in (MONDAY, TUESDAY)]

    assert roster(120, 80) == [["E1"], ["E1"]]
    assert roster(80, 120) == [["E0"], ["E1"]]
    assert roster(110, 90) == roster(200, 0) == [["E1"], ["E1"]]


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("fields", "changes", "words"),
    [
        ({"items": ["dutty"]}, {}, r'fair item "dutty" is not in the problem \(did you mean "duty"\?\)'),
        ({"items": ["duty", "wish"]}, {}, "adds up burdens and goods; list the rule once for each kind"),
        ({"items": ["duty", "duty"]}, {}, "names an item twice; give the item more points instead"),
        ({"scope": {"employees": ["E0"]}}, {}, "its scope is one person, who has nobody to share with"),
        ({"count": 4}, {}, "looks at the 4 worst-off of 3 people; lower the count"),
    ],
)
def test_rules_that_mean_nothing_are_refused(fields, changes, words):
    wish = FairItem(item_id="wish", counts="wishes", kind="good")
    rule = {"rule": "fair.worst_off", "items": ["duty"]} | fields
    with pytest.raises(InvalidProblem, match=words):
        world(rule, fair_items=(DUTIES, wish), **changes)


def test_parameters_that_mean_nothing_are_refused():
    for kind, fields in (
        (FairDistance, {"items": []}), (FairRange, {"items": ["duty"], "maximum": -1}),
        (FairWorstOff, {"items": ["duty"], "count": 0}), (FairGini, {"items": ["duty"], "most_percent": 0}),
        (FairJain, {"items": ["duty"], "least_percent": 100}),
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            kind(**fields)
    with pytest.raises(ValidationError, match="cannot be soft"):
        FairJain(items=["duty"], least_percent=90, **SOFT)

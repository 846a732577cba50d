"""Profiles: several rules by one name, in files, in the check and in the model."""

import datetime as dt

import pytest

import schedsolver as ss
from schedsolver.domain import Horizon
from schedsolver.errors import InvalidProblem
from schedsolver.rules import active_rules, check
from schedsolver.rules.catalogue import PROFILES
from tests.solving import fixed_shift, plain, roster_of, work
from tests.tiny import MONDAY

DAY, LONG, NIGHT = (
    fixed_shift("day", "09:00", "17:00"), fixed_shift("long", "08:00", "20:00"), fixed_shift("night", "22:00", "30:00")
)  # fmt: skip


def world(profile: str, **parameters):
    return plain(
        horizon=Horizon(start=MONDAY, days=7, slot_minutes=60), shift_types=(DAY, LONG, NIGHT),
        rules=({"rule": profile, "scope": {"employees": ["E1"]}, **parameters},),
    )  # fmt: skip


def broken(profile: str, *duties, **parameters) -> set[str]:
    return {v.rule for v in check(world(profile, **parameters), roster_of(duties)).violations}


def days(shift: str, start: str, end: str, *numbers: int, employee: str = "E1"):
    return [work(employee, shift, start, end, date=MONDAY + dt.timedelta(days=d)) for d in numbers]


@pytest.mark.parametrize("kind", PROFILES)
def test_a_profile_stands_for_rules_within_its_scope(kind):
    problem = world(kind.name)
    listed = [rule for rule in active_rules(problem) if rule.scope.employees == ("E1",)]
    assert listed == list(problem.rules[0].parts())
    assert kind not in {type(rule) for rule in listed}
    assert ss.Problem.from_json(problem.to_json()) == problem


def test_standard_hours_in_china():
    assert broken("prc_standard", *days("day", "09:00", "17:00", 0, 1, 2, 3, 4)) == set()
    # Twelve hours are one more than three hours of overtime allow; seven days leave no day of rest.
    assert broken("prc_standard", *days("long", "08:00", "20:00", 0)) == {"contract.hours"}
    assert broken("prc_standard", *days("day", "09:00", "17:00", *range(7))) == {"rest.weekly"}
    assert broken("prc_standard", *days("long", "08:00", "20:00", 0, employee="E2")) == set()


def test_comprehensive_hours_in_china():
    # 40 hours on average of a week and at most nine beyond: four long days make 48 hours, five make 60.
    assert broken("prc_comprehensive", *days("long", "08:00", "20:00", 0, 1, 2, 3), per="week") == set()
    assert broken("prc_comprehensive", *days("long", "08:00", "20:00", 0, 1, 2, 3, 4), per="week") == {"cost.overtime"}
    assert broken("prc_comprehensive", *days("long", "08:00", "20:00", 0, 1, 2, 3, 4)) == set()


def test_the_european_directive():
    # A duty of eight hours needs a break; three hours lie between a night and the next day.
    assert broken("eu_wtd", *days("day", "09:00", "17:00", 0)) == {"duty.break_due"}
    tired = [*days("night", "22:00", "30:00", 0), *days("day", "09:00", "17:00", 1)]
    assert broken("eu_wtd", *tired) == {"duty.break_due", "rest.minimum"}
    # One week of the reference period is known and planned: 48 hours are allowed in it, not 60.
    past = {"reference_days": 28, "reference_from": MONDAY - dt.timedelta(days=21)}
    average = {"contract.average_hours", "duty.break_due"}
    assert broken("eu_wtd", *days("long", "08:00", "20:00", 0, 1, 2, 3), **past) == average - {"contract.average_hours"}
    assert broken("eu_wtd", *days("long", "08:00", "20:00", 0, 1, 2, 3, 4), **past) == average


def test_pregnant_employees():
    assert "duty.barred_hours" in broken("pregnant", *days("night", "22:00", "30:00", 0))
    assert "contract.hours" in broken("pregnant", *days("long", "08:00", "20:00", 0))
    assert broken("pregnant", *days("day", "09:00", "17:00", 0)) == {"duty.break_due"}


def test_what_is_wrong_with_a_part_is_told_by_its_name():
    with pytest.raises(InvalidProblem, match=r"prc_standard: .*its scope matches nobody"):
        plain(rules=({"rule": "prc_standard", "scope": {"contracts": ["idle"]}},), contracts=(
            ss.Contract(contract_id="full"), ss.Contract(contract_id="idle")))  # fmt: skip


def test_the_figures_of_the_profiles_are_those_of_the_law():
    def parts(name, **parameters):
        told = []
        for rule in world(name, **parameters).rules[0].parts():
            fields = rule.model_dump(exclude_defaults=True, mode="json")
            kinds = fields.pop("scope").get("day_kinds", [])
            told.append({name: value for name, value in fields.items() if value is not None} | {"on": kinds})
        return told

    assert parts("prc_standard") == [
        {"rule": "contract.hours", "per": "day", "maximum_minutes": 660, "on": []},
        {"rule": "cost.overtime", "per": "month", "tiers": [{"minutes": 2160, "percent": 100}], "on": []},
        {"rule": "rest.weekly", "minutes": 1440, "on": []},
        {"rule": "cost.overtime", "per": "day", "norm_minutes": 480, "tiers": [{"percent": 150}], "on": ["workday"]},
        {"rule": "cost.day_pay", "percent": 200, "on": ["rest"]},
        {"rule": "cost.day_pay", "percent": 300, "on": ["holiday"]},
    ]
    for per, most in (("week", 540), ("month", 2160), ("quarter", 6480), ("year", 25920)):
        assert parts("prc_comprehensive", per=per)[0]["tiers"] == [{"minutes": most, "percent": 150}]
    assert parts("prc_comprehensive")[1:] == [
        {"rule": "rest.weekly", "minutes": 1440, "on": []},
        {"rule": "cost.day_pay", "percent": 300, "on": ["holiday"]},
    ]
    assert parts("eu_wtd", reference_days=28) == [
        {"rule": "rest.minimum", "minutes": 660, "on": []},
        {"rule": "rest.weekly", "per": "rolling", "days": 7, "minutes": 2100, "on": []},
        {"rule": "contract.average_hours", "per": "block", "days": 28, "weekly_minutes": 2880, "on": []},
        {"rule": "duty.break_due", "after_minutes": 360, "break_minutes": 1, "on": []},
    ]
    assert parts("pregnant") == [
        {"rule": "duty.barred_hours", "start": "22:00", "end": "30:00", "on": []},
        {"rule": "contract.hours", "per": "day", "maximum_minutes": 480, "on": []},
        {"rule": "contract.hours", "maximum_minutes": 2400, "on": []},
        {"rule": "duty.break_due", "after_minutes": 360, "break_minutes": 1, "on": []},
    ]

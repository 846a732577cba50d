"""Dates as the notices of China's State Council have them, and what the calendar does not know."""

import datetime as dt
import subprocess
import sys

import pytest
from pydantic import ValidationError

from schedsolver import io
from schedsolver.domain import Calendar, Horizon, Problem, Scope, SpecialDay
from schedsolver.domain.calendar import package_version
from schedsolver.errors import InvalidProblem
from schedsolver.rules import DaysWorked, MinimumRest, WeeklyHours
from tests.io.files import FILES, refusal, write
from tests.solving import assert_agree, fixed_shift, plain
from tests.tiny import MONDAY, TUESDAY, tiny

CHINA = Calendar(country="CN")


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def kinds(calendar: Calendar, first: str, last: str) -> str:
    """One letter a day: holiday, rest, workday."""
    days = (date(last) - date(first)).days + 1
    return "".join(calendar.kind_of(date(first) + dt.timedelta(days=d))[0] for d in range(days))


# ---------------------------------------------------------------- China


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        # Sunday 26 January is swapped for Monday 3 February, Saturday 8 February for Tuesday 4 February.
        ("2025-01-25", "2025-02-09", "rw" "w" "hhhh" "rrrr" "www" "wr"),
        # The Dragon Boat Festival falls on Saturday 31 May; Monday makes up for it.
        ("2025-05-30", "2025-06-03", "whrrw"),
        # Sunday 28 September and Saturday 11 October; the Mid-Autumn Festival is on Monday 6 October.
        ("2025-09-27", "2025-10-12", "rw" "ww" "hhh" "rr" "h" "rr" "ww" "wr"),
        # Friday 2 January for Sunday 4 January.
        ("2026-01-01", "2026-01-05", "hrrww"),
        # Saturdays 14 and 28 February for Friday 20 and Monday 23 February.
        ("2026-02-14", "2026-03-01", "wr" "hhhh" "r" "rr" "r" "wwww" "wr"),
        # Sunday 5 April is the holiday, Monday makes up for it.
        ("2026-04-03", "2026-04-07", "wrhrw"),
        # National Day: Saturday 3 October is statutory, Monday 5 makes up for it, 6 and 7 are swapped.
        ("2026-09-30", "2026-10-11", "w" "hhh" "rrrr" "ww" "wr"),
    ],
)  # fmt: skip
def test_statutory_holidays_days_in_lieu_and_swapped_workdays(first, last, expected):
    assert kinds(CHINA, first, last) == expected


@pytest.mark.parametrize(
    # Days paid threefold: 11 under the regulation of 2013, 13 since that of 2024.
    ("year", "holidays", "workdays_at_weekends"), [(2024, 11, 8), (2025, 13, 5), (2026, 13, 6)]
)  # fmt: skip
def test_a_year_in_numbers(year, holidays, workdays_at_weekends):
    days = [date(f"{year}-01-01") + dt.timedelta(days=d) for d in range(365)]
    assert sum(CHINA.kind_of(day) == "holiday" for day in days) == holidays
    assert sum(CHINA.kind_of(day) == "workday" and day.weekday() >= 5 for day in days) == workdays_at_weekends


def test_the_order_of_asking_does_not_matter():
    asked = [Calendar(country="CHN", weekend=()).kind_of(date(f"{y}-09-28")) for y in (2027, 2025, 2024, 2026, 2025)]
    assert asked == ["workday"] * 5
    assert CHINA.kind_of(date("2011-12-31")) == "workday"  # swapped for 3 January 2012


# ---------------------------------------------------------------- elsewhere


def test_a_subdivision_has_holidays_of_its_own():
    epiphany = date("2026-01-06")
    assert Calendar(country="DE").kind_of(epiphany) == "workday"
    assert Calendar(country="DE", subdivision="BE").kind_of(epiphany) == "workday"
    assert Calendar(country="DE", subdivision="BY").kind_of(epiphany) == "holiday"


def test_where_nothing_is_swapped_a_day_in_lieu_is_a_holiday():
    assert kinds(Calendar(country="US"), "2026-07-02", "2026-07-05") == "whhr"


def test_another_country_with_swaps():
    # Saturday 10 January for Friday 2 January.
    assert kinds(Calendar(country="HU"), "2026-01-01", "2026-01-11") == "hrrrwwwwwwr"


def test_without_a_country_only_the_weekend_counts():
    assert kinds(Calendar(), "2026-01-01", "2026-01-07") == "wwrrwww"
    assert kinds(Calendar(weekend=(4, 5)), "2026-01-01", "2026-01-07") == "wrrwwww"
    assert kinds(Calendar(weekend=()), "2026-01-01", "2026-01-07") == "wwwwwww"


def test_without_a_country_the_package_is_not_needed():
    code = "import sys, schedsolver as ss; ss.Calendar(); sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"country": "Chian"}, 'country "Chian" is not in the holidays package .* .did you mean "China"?'),
        ({"country": "cn"}, 'did you mean "CN"?'),
        ({"country": "XX"}, "give its ISO 3166 code, such as CN or DE"),
        ({"country": "DE", "subdivision": "Bayren"}, 'DE has no subdivision "Bayren" .* .did you mean "Bayern"?'),
        ({"country": "DE", "subdivision": "DE-BY"}, "it has BB, BE, BW, BY, HB"),
        ({"country": "CN", "subdivision": "SH"}, "it has none, leave it out"),
        ({"subdivision": "BY"}, "subdivision says nothing without a country"),
        ({"complete_years": (2027,)}, "complete_years says nothing without a country"),
    ],
)
def test_a_place_that_is_not_known_is_refused(fields, words):
    with pytest.raises(ValidationError, match=words):
        Calendar(**fields)


# ---------------------------------------------------------------- special days


def test_special_days_take_precedence():
    days = {"2026-10-01": "workday", "2026-09-20": "rest", "2026-10-08": "holiday"}
    problem = tiny(calendar=CHINA, special_days=tuple(SpecialDay(date=d, kind=k) for d, k in days.items()))
    assert {d: problem.day_kind(date(d)) for d in days} == days
    assert problem.day_kind(date("2026-10-02")) == "holiday"


def test_a_date_is_special_once():
    day = {"date": MONDAY, "kind": "rest"}
    with pytest.raises(InvalidProblem) as caught:
        tiny(special_days=(day, {"date": TUESDAY, "kind": "rest"}, day | {"kind": "workday"}))
    assert str(caught.value) == "special_days[2]: 2026-03-09 is given again, after special_days[0]; keep one"


# ---------------------------------------------------------------- years the package does not know

# Announced in November of the year before; no package knows of a year so far off.
UNKNOWN = date("2099-03-09")


def of_2099(**changes) -> Problem:
    return tiny(**({"horizon": Horizon(start=UNKNOWN, days=2, slot_minutes=60), "calendar": CHINA} | changes))


def refused(**changes) -> list[str]:
    with pytest.raises(InvalidProblem) as caught:
        of_2099(**changes)
    return str(caught.value).splitlines()


def test_a_year_whose_swaps_are_not_known_is_refused():
    assert refused() == [
        f"calendar: the holidays package {package_version()} does not know which weekend days of 2099 are workdays in "
        "CN, as that is announced late; update it, give them in special_days, or list 2099 in complete_years if there "
        "are none"
    ]


def test_each_such_year_of_the_horizon_is_told():
    lines = refused(horizon=Horizon(start="2098-12-31", days=2, slot_minutes=60))
    assert ["of 2098" in line for line in lines] == [True, False]
    assert ["of 2099" in line for line in lines] == [False, True]


def test_a_year_is_accepted_once_its_swaps_are_given():
    workday = SpecialDay(date="2099-01-04", kind="workday")
    assert of_2099(special_days=(workday,)).day_kind(workday.date) == "workday"
    assert of_2099(calendar=Calendar(country="CN", complete_years=(2099,))).day_kind(date("2099-10-01")) == "holiday"


@pytest.mark.parametrize("day", [{"date": "2099-01-05", "kind": "rest"}, {"date": "2098-01-04", "kind": "workday"}])
def test_other_special_days_do_not_say_that_the_swaps_are_given(day):
    assert len(refused(special_days=(day,))) == 1


@pytest.mark.parametrize("calendar", [Calendar(), Calendar(country="DE")])
def test_where_nothing_is_swapped_every_year_is_known(calendar):
    assert of_2099(calendar=calendar).calendar == calendar


def test_a_year_without_swaps_before_one_with_some_is_known():
    assert Calendar(country="HU").knows_swaps_of(2023)  # none that year
    assert [CHINA.knows_swaps_of(year) for year in (2024, 2025, 2026, 2099)] == [True, True, True, False]


# ---------------------------------------------------------------- files


def test_a_folder_and_json_keep_the_calendar(tmp_path):
    calendar = Calendar(country="DE", subdivision="BY", weekend=(6,), complete_years=(2027,))
    special = SpecialDay(date=MONDAY, kind="holiday", name="Founders' Day")
    problem = tiny(calendar=calendar, special_days=(special,))
    for path in (tmp_path / "folder", tmp_path / "problem.json"):
        io.save(problem, path)
        assert io.load(path) == problem
    assert (tmp_path / "folder" / "special_days.csv").read_text() == (
        "date,kind,name\n2026-03-09,holiday,Founders' Day\n"
    )
    assert Problem.from_json(tiny().to_json()).calendar == Calendar()


@pytest.mark.parametrize(
    ("calendar", "start", "expected"),
    [
        ("{country: Chian}", "2026-03-09",
         f'country "Chian" is not in the holidays package {package_version()} (did you mean "China"?)'),
        ("{contry: CN}", "2026-03-09", 'there is no field "contry" (did you mean "country"?)'),
        ("{weekend: [5, 7]}", "2026-03-09", 'weekend[1]: "7" is out of range; it must be at most 6'),
        ("{country: CN}", "2099-03-09",
         f"the holidays package {package_version()} does not know which weekend days of 2099 are workdays in CN, as "
         "that is announced late; update it, give them in special_days.csv, or list 2099 in complete_years if there "
         "are none"),
    ],
)  # fmt: skip
def test_a_faulty_calendar_is_told_by_file(tmp_path, calendar, start, expected):
    header = FILES["problem.yaml"].replace("2026-03-09", start) + f"calendar: {calendar}\n"
    lines = refusal(tmp_path, {"problem.yaml": header, "interval_requirements.csv": None})
    assert lines == [f"problem.yaml calendar: {expected}"]


def test_faulty_special_days_are_told_by_row(tmp_path):
    sound = "date,kind\n2026-03-09,rest\n2026-03-10,rest\n"
    assert refusal(tmp_path, {"special_days.csv": sound + "2026-03-11,hliday\n"}) == [
        "special_days.csv row 4: kind: \"hliday\" is none of 'workday', 'rest', 'holiday'"
    ]
    assert refusal(tmp_path, {"special_days.csv": sound + "2026-03-09,workday\n"}) == [
        "special_days.csv row 4: 2026-03-09 is given again, after special_days.csv row 2; keep one"
    ]


def test_a_folder_with_a_calendar(tmp_path):
    header = FILES["problem.yaml"] + "calendar: {country: CN, weekend: [6]}\n"
    problem = io.load(write(tmp_path, {"problem.yaml": header, "special_days.csv": "date,kind\n2026-03-09,rest\n"}))
    assert problem.calendar == Calendar(country="CN", weekend=(6,))
    assert problem.day_kind(MONDAY) == "rest"


def test_frames_take_a_calendar():
    problem = tiny()
    tables = {name: getattr(problem, name) for name in ("outlets", "staff", "contracts", "shift_types")}
    made = Problem.from_frames(
        problem.horizon, calendar={"country": "CN"}, special_days=[SpecialDay(date=MONDAY, kind="rest")], **tables
    )
    assert (made.calendar, made.day_kind(MONDAY)) == (CHINA, "rest")


# ---------------------------------------------------------------- rules


def two_days(**changes) -> Problem:
    """One person, one shift, two days."""
    problem = plain(shift_types=(fixed_shift("day", "09:00", "11:00"),))
    return problem.replace(staff=problem.staff[:1], outlets=problem.outlets[:1], **changes)


def test_a_scope_by_kind_of_day():
    problem = tiny(special_days=(SpecialDay(date=MONDAY, kind="holiday"),))
    free = Scope(day_kinds=("rest", "holiday"))
    assert [free.has_date(day, problem) for day in (MONDAY, TUESDAY)] == [True, False]
    assert not Scope(day_kinds=("holiday",), weekdays=(1,)).has_date(MONDAY, problem)


@pytest.mark.parametrize(
    "rule",
    [
        MinimumRest(minutes=2000, scope=Scope(day_kinds=("holiday",))),
        DaysWorked(maximum=0, scope=Scope(day_kinds=("holiday",))),
        WeeklyHours(most_over_minutes=0, scope=Scope(day_kinds=("holiday",))),
    ],
)
def test_a_rule_about_holidays_says_nothing_in_a_week_without_any(rule):
    assert assert_agree(two_days(rules=(rule,))) == [0, 0, 0, 0]


def test_a_rule_holds_on_the_days_it_is_about():
    rule = DaysWorked(maximum=0, scope=Scope(day_kinds=("holiday",)))
    problem = two_days(rules=(rule,), special_days=(SpecialDay(date=TUESDAY, kind="holiday"),))
    assert assert_agree(problem) == [0, 0]  # no duty, Monday; none on Tuesday can be chosen

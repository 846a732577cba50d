"""Weekends by hand and model against checker."""

import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import Employee, Horizon, OpeningHours, Outlet, Problem, Request, Rule, Scope, ShiftType
from schedsolver.errors import InvalidProblem
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.rules.weekend import CompleteWeekends, ConsecutiveWeekends, WeekendsOff, WeekendsWorked
from tests.solving import assert_agree, fixed_shift, judged, plain, words, work

HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
E1 = Employee(employee_id="E1", contract_id="full", tags=("senior",))
E2 = Employee(employee_id="E2", contract_id="full")
DAY, NIGHT = fixed_shift("day", "09:00", "11:00"), fixed_shift("night", "20:00", "22:00")
SOFT = {"hard": False, "weight": 10}
# A Monday whose month ends on the Saturday four weeks later; the Saturdays are 7, 14, 21 and 28 February.
FEBRUARY = dt.date(2026, 2, 2)
SATURDAY, SUNDAY = dt.date(2026, 2, 7), dt.date(2026, 2, 8)
WEEK = dt.timedelta(days=7)


def on(*dates: dt.date | int, employee: str = "E1", shift: str = "day", outlet: str = "Hub"):
    """Duties on dates, or on days of February by number."""
    hours = ("09:00", "11:00") if shift == "day" else ("20:00", "22:00")
    days = [dt.date(2026, 2, date) if isinstance(date, int) else date for date in dates]
    return tuple(work(employee, shift, *hours, date=date, outlet=outlet) for date in days)


def alone(*shifts: ShiftType, start: dt.date = FEBRUARY, days: int = 28, known_from=None, **changes) -> Problem:
    """One person at one outlet, for four weeks from Monday."""
    tables = {
        "horizon": Horizon(start=start, days=days, slot_minutes=60, known_from=known_from), "staff": (E1,),
        "outlets": (HUB,), "shift_types": shifts or (DAY,),
    }  # fmt: skip
    return plain(**(tables | changes))


def faults(rule: Rule, **changes) -> list[str]:
    try:
        alone(rules=(rule,), **changes)
    except InvalidProblem as error:
        return [str(fault).removeprefix(f"rules[0]: {rule.name}: ") for fault in error.faults]
    return []


def passed(maximum: int, per: str, most: int) -> str:
    return f"nobody could pass its maximum of {maximum}: no {per} period has more than {most} weekends"


def reached(minimum: int, span: str, most: int) -> str:
    return f"nobody could reach its minimum of {minimum}: {span} has {most} weekends in its scope"


# ---------------------------------------------------------------- which weekends there are


def told(rule, problem) -> list[tuple[str, int, bool, bool]]:
    return [(f"{w.first:%d.%m.}", len(w.known), w.whole, w.planned) for w in rule.weekends(problem)]


def test_weekends_are_the_saturdays_and_sundays_from_where_history_is_known():
    rule = WeekendsWorked(maximum=1)
    assert told(rule, alone(days=14)) == [("07.02.", 2, True, True), ("14.02.", 2, True, True)]
    before = alone(days=6, known_from=dt.date(2026, 1, 25))
    assert told(rule, before) == [("24.01.", 1, False, False), ("31.01.", 2, True, False), ("07.02.", 1, False, True)]
    assert told(rule, alone(days=5)) == []
    assert told(rule, alone(start=SUNDAY, days=7)) == [("07.02.", 1, False, True), ("14.02.", 1, False, True)]
    assert told(rule, alone(start=SATURDAY, days=7)) == [("07.02.", 2, True, True)]
    assert told(rule, alone(start=SUNDAY, days=6, known_from=SATURDAY)) == [("07.02.", 2, True, True)]


def test_a_weekend_may_have_other_days():
    friday_on = WeekendsWorked(maximum=1, weekend=(4, 5, 6))
    assert told(friday_on, alone(days=12)) == [("06.02.", 3, True, True), ("13.02.", 1, False, True)]
    across_the_week = WeekendsWorked(maximum=1, weekend=(6, 0))
    assert told(across_the_week, alone(days=7)) == [("01.02.", 1, False, True), ("08.02.", 1, False, True)]
    assert told(WeekendsOff(minimum=1, weekend=(6,)), alone(days=7)) == [("08.02.", 1, True, True)]


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        (WeekendsWorked, {"maximum": 1, "weekend": (5, 0)}, r"the days \[5, 0\] of a weekend do not follow each other"),
        (WeekendsWorked, {"maximum": 1, "weekend": (6, 5)}, "do not follow each other"),
        (WeekendsWorked, {"maximum": 1, "weekend": ()}, "at least 1 item"),
        (WeekendsWorked, {"maximum": 1, "weekend": (0, 1, 2, 3, 4, 5, 6)}, "at most 6 items"),
        (WeekendsWorked, {}, "weekend.worked has neither minimum nor maximum, so it would do nothing; give one"),
        (WeekendsWorked, {"minimum": 0}, "weekend.worked has neither minimum nor maximum"),
        (WeekendsWorked, {"minimum": 3, "maximum": 2}, "weekend.worked: minimum 3 is above maximum 2"),
        (WeekendsWorked, {"maximum": -1}, "greater than or equal to 0"),
        (WeekendsOff, {"minimum": 0}, "greater than or equal to 1"),
        (ConsecutiveWeekends, {"maximum": 0}, "greater than or equal to 1"),
        (WeekendsWorked, {"maximum": 1, "scope": Scope(weekdays=(5,))}, "weekend.worked cannot be scoped by weekdays"),
    ],
)
def test_parameters_that_contradict_each_other_or_say_nothing_are_refused(kind, fields, message):
    with pytest.raises(ValidationError, match=message):
        kind(**fields)


def test_a_minimum_may_equal_its_maximum():
    assert WeekendsWorked(minimum=2, maximum=2).per == "horizon"


# ---------------------------------------------------------------- weekend.worked


@pytest.mark.parametrize(
    ("days", "count"),
    [((2, 3, 9), 0), ((7,), 1), ((8,), 1), ((7, 8), 1), ((7, 15), 2), ((7, 8, 14, 28), 3), ((7, 14, 21, 28), 4)],
)
def test_a_weekend_is_worked_by_a_duty_on_any_of_its_days(days, count):
    message = f"E1 works {count} weekends in 2026-02-02 to 2026-03-01, %s"
    for bound in range(count - 1, count + 2):
        most = words(judged(WeekendsWorked(maximum=max(bound, 0)), alone(), *on(*days)))
        assert most == ([message % f"{bound} at most"] if 0 <= bound < count else [])
        least = words(judged(WeekendsWorked(minimum=max(bound, 1)), alone(), *on(*days)))
        assert least == ([message % f"{max(bound, 1)} at least"] if max(bound, 1) > count else [])


def test_soft_weekends_are_charged_by_weekend():
    assert judged(WeekendsWorked(maximum=1, **SOFT), alone(), *on(7, 14, 21, 22)).cents == 20
    assert judged(WeekendsWorked(minimum=4, maximum=4, **SOFT), alone(), *on(7)).cents == 30


def test_only_counted_duties_work_a_weekend():
    problem = alone(DAY, NIGHT, outlets=(HUB, SAT), staff=(E1, E2))
    duties = (*on(7), *on(14, shift="night"), *on(21, outlet="Sat"), *on(28, employee="E2"))

    def count(**fields) -> list[str]:
        return [text.split(" in ")[0] for text in words(judged(WeekendsWorked(maximum=0, **fields), problem, *duties))]

    assert count() == ["E1 works 3 weekends", "E2 works 1 weekends"]
    assert count(shift_types=("night",)) == ["E1 works 1 weekends on night"]
    assert count(scope=Scope(outlets=("Sat",))) == ["E1 works 1 weekends"]
    assert count(scope=Scope(employees=("E2",))) == ["E2 works 1 weekends"]
    assert count(scope=Scope(first_day=dt.date(2026, 2, 14), last_day=dt.date(2026, 2, 20))) == ["E1 works 1 weekends"]
    # The weekend of the 7th began before its Sunday.
    assert count(scope=Scope(first_day=dt.date(2026, 2, 8), last_day=dt.date(2026, 2, 13))) == []


# Five weeks from Monday 19 January; the last Saturday of January is the 31st, of which Sunday is in February.
JANUARY = dt.date(2026, 1, 19)


@pytest.mark.parametrize(
    ("fields", "spans"),
    [
        ({"per": "month"}, ["2 weekends in 2026-01-01 to 2026-01-31", "3 weekends in 2026-02-01 to 2026-02-28"]),
        ({"per": "week"}, [f"1 weekends in {JANUARY + i * WEEK} to {SUNDAY + (i - 2) * WEEK}" for i in range(5)]),
        ({"per": "quarter"}, ["5 weekends in 2026-01-01 to 2026-03-31"]),
        ({"per": "year"}, ["5 weekends in 2026-01-01 to 2026-12-31"]),
        ({"per": "horizon"}, ["5 weekends in 2026-01-19 to 2026-02-22"]),
        (
            {"per": "block", "days": 14},
            [
                "2 weekends in 2026-01-19 to 2026-02-01", "2 weekends in 2026-02-02 to 2026-02-15",
                "1 weekends in 2026-02-16 to 2026-03-01",
            ],
        ),
    ],
)  # fmt: skip
def test_weekends_belong_to_the_period_of_their_first_day(fields, spans):
    problem = alone(start=JANUARY, days=35)
    every = on(*(dt.date(2026, 1, 24) + i * WEEK for i in range(5)))
    texts = words(judged(WeekendsWorked(maximum=0, **fields), problem, *every))
    assert texts == [f"E1 works {span}, 0 at most" for span in spans]


def test_a_weekend_that_began_before_the_horizon_belongs_to_the_period_before():
    # On Sunday 1 February the last weekend of January is not over.
    problem = alone(start=dt.date(2026, 2, 1), days=28, known_from=dt.date(2026, 1, 1))
    texts = words(judged(WeekendsWorked(maximum=0, per="month"), problem, *on(1, 7)))
    assert texts == ["E1 works 1 weekends in 2026-01-01 to 2026-01-31, 0 at most",
                     "E1 works 1 weekends in 2026-02-01 to 2026-02-28, 0 at most"]  # fmt: skip
    least = words(judged(WeekendsWorked(minimum=1, per="month"), problem))
    assert [text.split(" in ")[1] for text in least] == [
        "2026-01-01 to 2026-01-31, 1 at least", "2026-02-01 to 2026-02-28, 1 at least"
    ]  # fmt: skip
    # The horizon has it, though its Saturday is not in the horizon.
    assert len(judged(WeekendsWorked(maximum=0), problem, *on(1)).violations) == 1
    assert judged(WeekendsWorked(maximum=0), problem).violations == ()


def test_every_set_of_weekends_in_a_rolling_period_is_judged_once():
    rule = WeekendsWorked(maximum=1, per="rolling", days=14, **SOFT)
    texts = words(judged(rule, alone(), *on(7, 14, 21)))
    # Fourteen days hold two weekends; those of the 7th and 14th, and of the 14th and 21st.
    assert [text.split(" in ")[0] for text in texts] == ["E1 works 2 weekends", "E1 works 2 weekends"]
    assert judged(rule, alone(), *on(7, 21)).cents == 0
    # Ten days hold one or two: the 7th alone, the 21st alone and that with the 28th are without work.
    assert judged(WeekendsWorked(minimum=1, per="rolling", days=10, **SOFT), alone(), *on(14)).cents == 30


@pytest.mark.parametrize(
    ("history", "planned", "count"),
    [((), (7, 14), 0), ((31,), (7,), 0), ((31,), (7, 14), 1), ((24, 31), (7,), 2), ((17, 24, 31), (), 0),
     ((17, 24, 31), (7,), 2), ((10, 17, 31), (7,), 2), ((10, 31), (7,), 1), ((24, 25), (7,), 0)],
)  # fmt: skip
def test_weekends_of_history_count_but_are_not_charged_themselves(history, planned, count):
    days = tuple(dt.date(2026, 1, day) for day in history)
    # Five weekends up to that of the 7th, and up to that of the 14th.
    problem = alone(days=14, history=on(*days), known_from=dt.date(2026, 1, 1))
    rule = WeekendsWorked(maximum=2, per="rolling", days=35, **SOFT)
    assert judged(rule, problem, *on(*planned)).cents == count * 10


def test_what_history_already_had_too_many_is_let_be():
    history = on(*(dt.date(2026, 1, day) for day in (3, 10, 17)))
    problem = alone(start=dt.date(2026, 1, 19), days=14, history=history, known_from=dt.date(2026, 1, 1))
    rule = WeekendsWorked(maximum=1, per="month", **SOFT)
    assert judged(rule, problem).cents == 0
    assert judged(rule, problem, *on(dt.date(2026, 1, 24), dt.date(2026, 1, 31))).cents == 20


def test_weekends_that_are_over_are_not_asked_for():
    rules = (WeekendsWorked(minimum=1, per="rolling", days=7), WeekendsOff(minimum=1, per="rolling", days=7))
    # Until Friday the last weekend of January is the only one; on Saturday the first of February comes.
    for history, broken in (((), rules[0]), ((dt.date(2026, 1, 31),), rules[1])):
        known = {"known_from": dt.date(2026, 1, 26), "history": on(*history)}
        assert judged(broken, alone(days=5, **known)).violations == ()
        assert len(judged(broken, alone(days=7, **known), *on(*(7,) * len(history))).violations) == 1


def test_a_minimum_is_asked_of_whole_periods_only():
    rule = WeekendsWorked(minimum=1, per="month")
    assert faults(WeekendsWorked(minimum=2, per="month"), days=7) == []
    assert faults(WeekendsOff(minimum=2, per="month"), days=7) == []
    assert judged(rule, alone(days=26)).violations == ()
    assert judged(rule, alone(start=dt.date(2026, 2, 1), days=27)).violations == ()
    assert len(judged(rule, alone(start=dt.date(2026, 2, 1), days=28)).violations) == 1
    cut = rule.model_copy(update={"scope": Scope(first_day=dt.date(2026, 2, 2))})
    assert judged(cut, alone(start=dt.date(2026, 2, 1), days=28)).violations == ()
    whole = WeekendsWorked(minimum=2, scope=Scope(last_day=dt.date(2026, 2, 14)))
    assert words(judged(whole, alone(), *on(7, 21))) == [
        "E1 works 1 weekends in 2026-02-02 to 2026-03-01, 2 at least"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"maximum": 1, "per": "week"}, passed(1, "week", 1)),
        ({"maximum": 0, "per": "week"}, None),
        ({"maximum": 5, "per": "month"}, passed(5, "month", 5)),
        ({"maximum": 4, "per": "month"}, None),
        ({"maximum": 14, "per": "quarter"}, passed(14, "quarter", 14)),
        ({"maximum": 13, "per": "quarter"}, None),
        ({"maximum": 53, "per": "year"}, passed(53, "year", 53)),
        ({"maximum": 52, "per": "year"}, None),
        ({"maximum": 1, "per": "day"}, passed(1, "day", 1)),
        ({"maximum": 2, "per": "rolling", "days": 14}, passed(2, "rolling", 2)),
        ({"maximum": 2, "per": "rolling", "days": 15}, None),
        ({"maximum": 110}, None),
        ({"minimum": 5}, reached(5, "2026-02-02 to 2026-03-01", 4)),
        ({"minimum": 4}, None),
        ({"minimum": 3, "per": "month"}, None),
        ({"minimum": 2, "per": "week"}, reached(2, "2026-02-02 to 2026-02-08", 1)),
        ({"minimum": 2, "scope": Scope(last_day=dt.date(2026, 2, 10))}, reached(2, "2026-02-02 to 2026-03-01", 1)),
    ],
)  # fmt: skip
def test_bounds_nobody_could_break_or_keep_are_refused(fields, fault):
    assert faults(WeekendsWorked(**fields)) == ([] if fault is None else [fault])


def test_unknown_shift_types_are_refused():
    for rule in (WeekendsWorked(maximum=1, shift_types=("X",)), WeekendsOff(minimum=1, shift_types=("X",)),
                 CompleteWeekends(shift_types=("X",)), ConsecutiveWeekends(maximum=1, shift_types=("X",))):  # fmt: skip
        assert faults(rule) == ['shift type "X" is not in the problem']


# ---------------------------------------------------------------- weekend.off


@pytest.mark.parametrize(("days", "off"), [((), 4), ((7,), 3), ((8, 9), 3), ((7, 8), 3), ((7, 14, 22, 28), 0)])
def test_so_many_weekends_are_wholly_off(days, off):
    for bound in range(1, 5):
        texts = words(judged(WeekendsOff(minimum=bound), alone(), *on(*days)))
        expected = f"E1 has {off} weekends off in 2026-02-02 to 2026-03-01, {bound} at least"
        assert texts == ([expected] if bound > off else [])
    assert judged(WeekendsOff(minimum=4, **SOFT), alone(), *on(*days)).cents == (4 - off) * 10


def test_only_weekends_known_whole_can_be_off():
    # From Sunday to Saturday: the first and the last weekend are cut.
    problem = alone(start=SUNDAY, days=21)
    assert judged(WeekendsOff(minimum=2), problem).violations == ()
    assert faults(WeekendsOff(minimum=2), start=SUNDAY, days=21) == []
    assert faults(WeekendsOff(minimum=3), start=SUNDAY, days=21) == [reached(3, "2026-02-08 to 2026-02-28", 2)]
    known = alone(start=SUNDAY, days=21, known_from=SATURDAY)
    assert judged(WeekendsOff(minimum=3), known).violations == ()
    worked = alone(start=SUNDAY, days=21, history=on(7))
    assert len(judged(WeekendsOff(minimum=3), worked).violations) == 1


def test_weekends_off_are_asked_of_whole_periods_only():
    rule = WeekendsOff(minimum=4, per="month")
    everything = on(7, 8, 14, 15, 21, 22, 28)
    start = dt.date(2026, 2, 1)
    assert judged(rule, alone(start=start, days=27), *everything).violations == ()
    assert judged(rule, alone(start=dt.date(2026, 2, 2), days=27), *everything).violations == ()
    assert len(judged(rule, alone(start=start, days=29), *everything).violations) == 1


def test_weekends_off_some_shifts_and_sundays_off():
    problem = alone(DAY, NIGHT)
    assert words(judged(WeekendsOff(minimum=4, shift_types=("night",)), problem, *on(7), *on(14, shift="night"))) == [
        "E1 has 3 weekends off on night in 2026-02-02 to 2026-03-01, 4 at least"
    ]
    sundays = WeekendsOff(minimum=4, weekend=(6,))
    assert judged(sundays, problem, *on(7, 14)).violations == ()
    assert len(judged(sundays, problem, *on(8)).violations) == 1


def test_weekends_off_in_history_count_in_periods_that_reach_back():
    problem = alone(days=7, known_from=dt.date(2026, 1, 26), history=on(dt.date(2026, 1, 26)))
    rule = WeekendsOff(minimum=1, per="rolling", days=14)
    assert judged(rule, problem, *on(7)).violations == ()
    worked = alone(days=7, history=on(dt.date(2026, 1, 26), dt.date(2026, 1, 31)))
    assert len(judged(rule, worked, *on(7)).violations) == 1
    assert judged(rule, worked).violations == ()


# ---------------------------------------------------------------- weekend.complete


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ((), None), ((7, 8), None), ((6, 9), None),
        ((7,), "E1 works 1 of the 2 days of the weekend of 2026-02-07"),
        ((8, 9), "E1 works 1 of the 2 days of the weekend of 2026-02-07"),
        ((1, 7, 8), None),
    ],
)  # fmt: skip
def test_a_weekend_is_worked_whole_or_not_at_all(days, message):
    assert words(judged(CompleteWeekends(), alone(), *on(*days))) == ([] if message is None else [message])


def test_each_incomplete_weekend_costs_once():
    friday_on = CompleteWeekends(weekend=(4, 5, 6), **SOFT)
    assert judged(friday_on, alone(), *on(7, 13, 15, 20, 21, 22)).cents == 20
    assert judged(CompleteWeekends(**SOFT), alone(), *on(7, 15, 21, 22)).cents == 20


def test_only_weekends_known_whole_are_judged_for_completeness():
    assert judged(CompleteWeekends(), alone(start=SUNDAY, days=7), *on(8, 14)).violations == ()
    assert len(judged(CompleteWeekends(), alone(start=SUNDAY, days=8), *on(8, 14)).violations) == 1
    assert judged(CompleteWeekends(), alone(start=SUNDAY, days=6, history=on(7)), *on(8)).violations == ()
    assert len(judged(CompleteWeekends(), alone(start=SUNDAY, days=6, history=on(7))).violations) == 1
    assert len(judged(CompleteWeekends(), alone(start=SUNDAY, days=6, known_from=SATURDAY), *on(8)).violations) == 1
    assert (
        judged(CompleteWeekends(), alone(start=SUNDAY + dt.timedelta(days=1), days=5, history=on(7))).violations == ()
    )


def test_completeness_of_some_shifts_and_people():
    problem = alone(DAY, NIGHT, staff=(E1, E2))
    nights = CompleteWeekends(shift_types=("night",))
    assert words(judged(nights, problem, *on(7), *on(8, shift="night"))) == [
        "E1 works 1 of the 2 days of the weekend of 2026-02-07 on night"
    ]
    theirs = CompleteWeekends(scope=Scope(employees=("E2",), last_day=SATURDAY))
    assert judged(theirs, problem, *on(7), *on(14, employee="E2")).violations == ()
    assert judged(theirs, problem, *on(8, employee="E2")).violations[0].employee_id == "E2"


def test_a_weekend_of_one_day_has_no_parts():
    assert faults(CompleteWeekends(weekend=(6,))) == [
        "a weekend of one day is never worked in part; give two days or more"
    ]
    assert faults(CompleteWeekends(weekend=(6, 0))) == []


# ---------------------------------------------------------------- weekend.consecutive


@pytest.mark.parametrize(
    ("days", "until"), [((7, 15), []), ((7, 14, 22), ["21"]), ((7, 14, 21, 28), ["21", "28"]), ((7, 14, 28), [])]
)
def test_each_weekend_beyond_the_maximum_in_a_row_counts(days, until):
    texts = words(judged(ConsecutiveWeekends(maximum=2), alone(), *on(*days)))
    assert texts == [
        f"E1 works {i + 3} weekends in a row until that of 2026-02-{day}, 2 at most" for i, day in enumerate(until)
    ]
    assert judged(ConsecutiveWeekends(maximum=2, **SOFT), alone(), *on(*days)).cents == 10 * len(until)


@pytest.mark.parametrize(
    ("history", "planned", "count"),
    [((24, 31), (), 0), ((24, 31), (7,), 1), ((31,), (7,), 0), ((24,), (7, 14), 0), ((17, 24, 31), (7, 14), 2)],
)
def test_weekends_worked_before_the_horizon_count(history, planned, count):
    problem = alone(history=on(*(dt.date(2026, 1, day) for day in history)))
    assert len(judged(ConsecutiveWeekends(maximum=2), problem, *on(*planned)).violations) == count


def test_a_weekend_that_history_already_worked_is_not_charged_again():
    # On Sunday the weekend is the third in a row already.
    history = on(dt.date(2026, 1, 24), dt.date(2026, 1, 31), SATURDAY)
    problem = alone(start=SUNDAY, history=history)
    rule = ConsecutiveWeekends(maximum=2)
    assert judged(rule, problem, *on(8)).violations == ()
    assert len(judged(rule, problem, *on(14)).violations) == 1
    off = alone(start=SUNDAY, history=history[:2])
    assert len(judged(rule, off, *on(8)).violations) == 1


def test_the_scope_says_whose_weekends_and_the_last_of_them_says_when():
    problem = alone(staff=(E1, E2))
    days = (*on(7, 14, 21), *on(7, 14, 21, employee="E2"))
    rule = ConsecutiveWeekends(maximum=1, scope=Scope(employees=("E2",), last_day=dt.date(2026, 2, 15)))
    found = judged(rule, problem, *days)
    assert words(found) == ["E2 works 2 weekends in a row until that of 2026-02-14, 1 at most"]
    assert found.violations[0].employee_id == "E2"


# ---------------------------------------------------------------- model against checker


def cut(start: str, days: int, *rules: Rule, **changes) -> Problem:
    """A few days from a weekday on, of the week from 2 February."""
    first = FEBRUARY + dt.timedelta(days=("mo", "tu", "we", "th", "fr", "sa", "su").index(start))
    return alone(start=first, days=days, rules=rules, **changes)


def saturdays(*rules: Rule, days: int, **changes) -> Problem:
    """Saturdays and Sundays from the 7th; on other days the outlet is closed."""
    opening = tuple(OpeningHours(outlet_id="Hub", weekday=d, start="09:00", end="22:00") for d in (5, 6))
    return alone(start=SATURDAY, days=days, rules=rules, opening=opening, **changes)


PAST = (dt.date(2026, 1, 24), dt.date(2026, 1, 31))
# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    # Three weekends of 4 sets: all three worked 27 of 64.
    "worked: maximum": (saturdays(WeekendsWorked(maximum=2), days=16), 27),
    # None worked 1, one worked 9.
    "worked: minimum": (saturdays(WeekendsWorked(minimum=2), days=16), 10),
    "worked: soft": (saturdays(WeekendsWorked(minimum=2, maximum=2, **SOFT), days=16), 0),
    # A Saturday at the end and a Sunday at the start count as what they are.
    "worked: cut": (cut("su", 7, WeekendsWorked(maximum=1)), 32),
    "worked: month": (
        alone(
            start=dt.date(2026, 1, 30), days=8,
            rules=(WeekendsWorked(maximum=0, per="month", scope=Scope(last_day=PAST[1])),),
        ), 256 - 64,
    ),
    "worked: month of history": (
        alone(start=dt.date(2026, 2, 1), days=7, history=on(*PAST),
              rules=(WeekendsWorked(minimum=1, maximum=1, per="month", **SOFT),)), 0,
    ),
    "worked: rolling over history": (
        saturdays(WeekendsWorked(maximum=2, per="rolling", days=21, **SOFT), days=16, history=on(*PAST)), 0,
    ),
    # With one before, no two in a row of three: the first worked 3 * 16, and the others both 9.
    "worked: rolling": (
        saturdays(WeekendsWorked(maximum=1, per="rolling", days=14), days=16, history=on(PAST[1])), 48 + 9,
    ),
    "worked: rolling minimum": (
        saturdays(WeekendsWorked(minimum=1, per="rolling", days=10, **SOFT), days=16, history=on(PAST[1])), 0,
    ),
    "worked: two duties a day, some shifts": (
        alone(
            DAY, NIGHT, start=SATURDAY, days=2,
            rules=(DutiesPerDay(maximum=2), WeekendsWorked(maximum=0, shift_types=("night",))),
        ), 16 - 4,
    ),
    "worked: scope": (
        alone(
            start=SATURDAY, days=2, staff=(E1, E2), outlets=(HUB, SAT),
            rules=(WeekendsWorked(maximum=0, scope=Scope(employees=("E1",), outlets=("Hub",))),),
        ), 256 - 9 * 4,
    ),
    "worked: Friday to Sunday": (cut("fr", 3, WeekendsWorked(maximum=0, weekend=(4, 5, 6))), 7),
    # Closed on Sundays, of two Saturdays one.
    "worked: Sundays closed": (
        saturdays(WeekendsWorked(maximum=1), days=9).replace(
            opening=(OpeningHours(outlet_id="Hub", weekday=5, start="09:00", end="22:00"),)
        ), 1,
    ),
    # One of two weekends off: both worked 9.
    "off": (saturdays(WeekendsOff(minimum=1), days=9), 9),
    "off: soft": (saturdays(WeekendsOff(minimum=3, **SOFT), days=16), 0),
    "off: cut": (cut("su", 8, WeekendsOff(minimum=1)), 256 - 64),
    "off: history": (
        saturdays(WeekendsOff(minimum=1, per="rolling", days=14), days=9, history=on(PAST[1])),
        # Worked before: the first is off, then the second may be worked.
        16 - 4,
    ),
    "off: history too far gone": (
        saturdays(WeekendsOff(minimum=2, per="rolling", days=14, **SOFT), days=9, history=on(PAST[1])), 0,
    ),
    # Half of the sets of each weekend.
    "complete": (saturdays(CompleteWeekends(), days=9), 16 - 4),
    "complete: soft": (saturdays(CompleteWeekends(**SOFT), days=16), 0),
    "complete: three days": (cut("fr", 3, CompleteWeekends(weekend=(4, 5, 6))), 6),
    "complete: soft three days": (cut("th", 5, CompleteWeekends(weekend=(4, 5, 6), **SOFT)), 0),
    "complete: cut": (cut("su", 7, CompleteWeekends()), 0),
    "complete: three days cut": (cut("sa", 6, CompleteWeekends(weekend=(4, 5, 6))), 0),
    "complete: over": (alone(days=2, rules=(CompleteWeekends(),), history=on(PAST[1])), 0),
    "complete: until a day": (saturdays(CompleteWeekends(scope=Scope(last_day=SUNDAY)), days=9), 8),
    # Saturday was worked, so Sunday must be.
    "complete: history": (cut("su", 3, CompleteWeekends(), history=on(7)), 4),
    "complete: off in history": (cut("su", 3, CompleteWeekends(**SOFT), known_from=SATURDAY), 0),
    "complete: some shifts": (
        alone(DAY, NIGHT, start=SATURDAY, days=2, rules=(CompleteWeekends(shift_types=("night",)),)), 16 - 9 + 4,
    ),
    "complete: scope": (
        alone(start=SATURDAY, days=2, staff=(E1, E2), rules=(CompleteWeekends(scope=Scope(tags=("senior",))),)), 8,
    ),
    # Three weekends: the first two worked 9 * 4, the last two too, all 27.
    "consecutive": (saturdays(ConsecutiveWeekends(maximum=1), days=16), 36 + 36 - 27),
    "consecutive: soft": (saturdays(ConsecutiveWeekends(maximum=1, **SOFT), days=16), 0),
    # Two before: the first may not be worked, nor the last three.
    "consecutive: history": (saturdays(ConsecutiveWeekends(maximum=2), days=9, history=on(*PAST)), 12),
    "consecutive: worked already": (
        cut("su", 7, ConsecutiveWeekends(maximum=1), history=on(PAST[1], SATURDAY)),
        # The Saturday at the end is one more.
        64,
    ),
    "consecutive: not yet worked": (
        cut("su", 7, ConsecutiveWeekends(maximum=1, **SOFT), history=on(PAST[1])), 0,
    ),
    # A night on Monday would be the second in a row, whatever is on Tuesday.
    "consecutive: Mondays on some shifts": (
        alone(
            DAY, NIGHT, start=FEBRUARY + WEEK, days=2, history=on(FEBRUARY, shift="night"),
            rules=(ConsecutiveWeekends(maximum=1, shift_types=("night",), weekend=(0,)),),
        ), 16 - 9 + 3,
    ),
    "consecutive: scope": (
        saturdays(ConsecutiveWeekends(maximum=1, scope=Scope(last_day=SATURDAY)), days=16, history=on(PAST[1])), 48,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    assert assert_agree(problem).count(None) == forbidden


# ---------------------------------------------------------------- solved


@pytest.mark.parametrize(
    ("rule", "objective"),
    [
        # Saturdays of the 7th, 14th and 21st and the Sunday of the 14th are wished for 15 each.
        (WeekendsWorked(maximum=2), 15),
        (WeekendsWorked(maximum=1, **SOFT), 20),
        (WeekendsOff(minimum=3), 30),
        # To work a Sunday not wished costs nothing.
        (CompleteWeekends(), 0),
        (ConsecutiveWeekends(maximum=1), 30),
        (ConsecutiveWeekends(maximum=1, **SOFT), 20),
    ],
)
def test_the_solver_finds_the_optimum_worked_out_by_hand(rule, objective):
    wishes = tuple(
        Request(employee_id="E1", date=dt.date(2026, 2, day), wish="on", cents=15) for day in (7, 14, 15, 21)
    )
    result = ss.solve(alone(rules=(rule,), requests=wishes), ss.Settings(deterministic=True))
    assert (result.objective, result.status) == (objective, "optimal")

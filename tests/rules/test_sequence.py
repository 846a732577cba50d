"""Runs of days and forbidden successions, by hand and model against checker."""

import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import Employee, Horizon, Outlet, Problem, Request, Rule, Scope, ShiftType
from schedsolver.errors import InvalidProblem
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.rules.sequence import DaysOff, SameShifts, Successions, WorkDays
from tests.solving import assert_agree, fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY

HUB, SAT = Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")
E1 = Employee(employee_id="E1", contract_id="full", tags=("senior",))
E2 = Employee(employee_id="E2", contract_id="full")
DAY, LATE, NIGHT = (
    fixed_shift("D", "08:00", "12:00"), fixed_shift("L", "14:00", "18:00"), fixed_shift("N", "20:00", "24:00")
)  # fmt: skip
HOURS = {"D": ("08:00", "12:00"), "L": ("14:00", "18:00"), "N": ("20:00", "24:00")}
SOFT = {"hard": False, "weight": 10}


def day(number: int) -> dt.date:
    """A day of the horizon, or with a negative number of history."""
    return MONDAY + dt.timedelta(days=number)


def worked(pattern: str, first: int = 0, employee: str = "E1", outlet: str = "Hub"):
    """Duties such as ``"DD-N"``, one letter a day and a dash for a day off."""
    return tuple(
        work(employee, letter, *HOURS[letter], date=day(first + i), outlet=outlet)
        for i, letter in enumerate(pattern)
        if letter != "-"
    )


def alone(*shifts: ShiftType, days: int = 7, known_from: int | None = None, **changes) -> Problem:
    """One person at one outlet."""
    since = None if known_from is None else day(known_from)
    tables = {
        "horizon": Horizon(start=MONDAY, days=days, slot_minutes=60, known_from=since), "staff": (E1,),
        "outlets": (HUB,), "shift_types": shifts or (DAY, LATE, NIGHT),
    }  # fmt: skip
    return plain(**(tables | changes))


def found(rule: Rule, pattern: str, history: str = "", **changes) -> list[str]:
    """What a rule says of one week after a history that ends the day before it."""
    past = worked(history, -len(history))
    known_from = -len(history) if history else None
    return words(judged(rule, alone(history=past, known_from=known_from, **changes), *worked(pattern)))


# ---------------------------------------------------------------- sequence.work_days


@pytest.mark.parametrize(
    ("pattern", "days"),
    [("DDD----", []), ("DDDD---", [3]), ("DDDDD--", [3, 4]), ("DDD-DDD", []), ("-DDDDDD", [4, 5, 6]), ("---DDDD", [6])],
)
def test_each_day_worked_beyond_the_maximum_counts(pattern, days):
    runs = [f"E1 has {d - pattern.index('D') + 1} days worked in a row until {day(d)}, 3 at most" for d in days]
    assert found(WorkDays(maximum=3), pattern) == runs


@pytest.mark.parametrize(
    ("pattern", "history", "count"),
    [
        ("D------", "DDD", 1), ("D------", "-DD", 0), ("DD-----", "-DD", 1), ("-------", "DDDD", 0), ("D--", "DDDD", 1),
    ],
)  # fmt: skip
def test_days_worked_before_the_horizon_count_but_are_not_judged(pattern, history, count):
    assert len(found(WorkDays(maximum=3), pattern, history)) == count


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("-D-DDDD", "E1 has 1 days worked in a row until 2026-03-10, 3 at least"),
        ("-DD-DDD", "E1 has 2 days worked in a row until 2026-03-11, 3 at least"),
        ("-DDD---", None),
        # Runs that touch an end of the horizon may be parts of longer ones.
        ("D------", None), ("DD-DDD-", None), ("-----DD", None), ("-------", None),
    ],
)  # fmt: skip
def test_a_run_of_working_days_reaches_the_minimum(pattern, message):
    assert found(WorkDays(minimum=3), pattern) == ([] if message is None else [message])


@pytest.mark.parametrize(
    ("pattern", "history", "count"),
    [
        ("D------", "-D", 1), ("DD-----", "-D", 0), ("-D-DDD-", "-", 1), ("D------", "-", 1),
        # The run began before anything is known; the run ended with history.
        ("D------", "D", 0), ("-DDD---", "-D", 1), ("-DDD---", "-D-", 0), ("-DDD---", "DD", 0),
    ],
)  # fmt: skip
def test_a_run_that_began_in_history_is_measured_when_its_beginning_is_known(pattern, history, count):
    assert len(found(WorkDays(minimum=3), pattern, history)) == count


def test_soft_runs_charge_for_each_day_missing_or_beyond():
    # One day short by two, two days short by one.
    assert judged(WorkDays(minimum=3, **SOFT), alone(), *worked("-D-DD--")).cents == 30
    assert judged(WorkDays(maximum=2, **SOFT), alone(), *worked("DDDDD--")).cents == 30
    both = judged(WorkDays(minimum=2, maximum=2, **SOFT), alone(), *worked("-D-DDD-"))
    assert (both.cents, both.violations, [p.employee_id for p in both.penalties]) == (20, (), ["E1", "E1"])


def test_two_duties_make_one_working_day():
    problem = alone(rules=(DutiesPerDay(maximum=2),))
    double = (*worked("DDD----"), *worked("NNN----"))
    assert judged(WorkDays(maximum=3), problem, *double).violations == ()
    assert len(judged(WorkDays(maximum=2), problem, *double).violations) == 1


@pytest.mark.parametrize(
    ("scope", "days"),
    [
        (Scope(employees=("E2",)), []),
        (Scope(tags=("senior",)), [2, 3, 4]),
        (Scope(weekdays=(3,)), [3]),
        (Scope(first_day=day(3), last_day=day(3)), [3]),
        (Scope(outlets=("Hub",)), [2, 3, 4]),
        (Scope(outlets=("Sat",)), []),
    ],
)
def test_the_scope_says_whose_runs_and_the_day_they_grow_too_long_says_when(scope, days):
    problem = alone(staff=(E1, E2), outlets=(HUB, SAT))
    messages = words(judged(WorkDays(maximum=2, scope=scope), problem, *worked("DDDDD")))
    assert [text.split(" until ")[1] for text in messages] == [f"{day(d)}, 2 at most" for d in days]


def test_a_short_run_is_judged_on_the_day_after_it():
    for weekday, count in ((1, 0), (2, 1), (3, 0)):
        rule = WorkDays(minimum=2, scope=Scope(weekdays=(weekday,)))
        assert len(judged(rule, alone(), *worked("-D-")).violations) == count


# ---------------------------------------------------------------- sequence.days_off


@pytest.mark.parametrize(
    ("pattern", "days"), [("DD--DDD", []), ("D---DDD", [3]), ("---DDDD", [2]), ("D-----D", [3, 4, 5]), ("-------", [])]
)
def test_each_day_off_beyond_the_maximum_counts(pattern, days):
    messages = found(DaysOff(maximum=2), pattern)
    if pattern == "-------":
        assert len(messages) == 5
    else:
        start = pattern.index("-")
        assert messages == [f"E1 has {d - start + 1} days off in a row until {day(d)}, 2 at most" for d in days]


@pytest.mark.parametrize(
    ("pattern", "history", "count"),
    [("-DDDDDD", "--", 1), ("DDDDDDD", "---", 0), ("-DDDDDD", "D-", 0), ("-DDDDDD", "", 0), ("--DDDDD", "-D-", 1)],
)
def test_days_off_before_the_horizon_count_as_far_as_history_is_known(pattern, history, count):
    assert len(found(DaysOff(maximum=2), pattern, history)) == count


@pytest.mark.parametrize(
    ("pattern", "history", "count"),
    [
        ("DD-DDDD", "", 1), ("D--DDDD", "", 0), ("-DDDDDD", "", 0), ("DDDDDD-", "", 0), ("-DDDDDD", "D", 1),
        ("-DDDDDD", "D-", 0), ("DDDDDDD", "D-", 1), ("DDDDDDD", "-", 0), ("DDDDDDD", "D-D", 0),
    ],
)  # fmt: skip
def test_no_isolated_day_off(pattern, history, count):
    messages = found(DaysOff(minimum=2), pattern, history)
    assert ["1 days off in a row until" in text and text.endswith(", 2 at least") for text in messages] == [
        True
    ] * count


def test_days_without_a_counted_duty_are_off():
    rule = DaysOff(minimum=2, shift_types=("N",))
    assert len(judged(rule, alone(), *worked("NDN")).violations) == 1
    assert judged(rule, alone(), *worked("NDDN")).violations == ()


def test_soft_days_off_charge_for_each_day_missing_or_beyond():
    assert judged(DaysOff(minimum=4, **SOFT), alone(), *worked("D-DD--D")).cents == 50
    assert judged(DaysOff(maximum=1, **SOFT), alone(), *worked("D---D-D")).cents == 20


# ---------------------------------------------------------------- sequence.shifts


@pytest.mark.parametrize(("pattern", "count"), [("NN-NN--", 0), ("NNDNN--", 0), ("NNN----", 1), ("NDNNNND", 2)])
def test_days_on_some_shifts_in_a_row_are_limited(pattern, count):
    messages = found(SameShifts(shift_types=("N",), maximum=2), pattern)
    assert [" days on N in a row until " in text for text in messages] == [True] * count


def test_several_shifts_may_be_meant_together():
    messages = found(SameShifts(shift_types=("N", "L"), maximum=2), "NLN-LD-")
    assert messages == ["E1 has 3 days on N, L in a row until 2026-03-11, 2 at most"]


@pytest.mark.parametrize(
    ("pattern", "history", "count"), [("DND-NN-", "", 1), ("DNNDDDD", "", 0), ("-------", "-N", 1), ("-------", "N", 0)]
)
def test_days_on_some_shifts_reach_their_minimum(pattern, history, count):
    assert len(found(SameShifts(shift_types=("N",), minimum=2), pattern, history)) == count


# ---------------------------------------------------------------- parameters of runs


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        (WorkDays, {}, "sequence.work_days has neither minimum nor maximum, so it would do nothing; give one"),
        (DaysOff, {"minimum": 3, "maximum": 2}, "sequence.days_off: minimum 3 is above maximum 2"),
        (SameShifts, {"maximum": 2}, "sequence.shifts needs shift_types; for any shift use sequence.work_days"),
        (WorkDays, {"minimum": 0}, "greater than or equal to 1"),
        (WorkDays, {"maximum": 0}, "greater than or equal to 1"),
        (Successions, {"forbidden": ()}, "at least 1 item"),
        (Successions, {"forbidden": (("N",),)}, "Field required"),
        (Successions, {"forbidden": (("N", "D"),), "days_between": -1}, "greater than or equal to 0"),
    ],
)
def test_bounds_that_contradict_each_other_or_say_nothing_are_refused(kind, fields, message):
    with pytest.raises(ValidationError, match=message):
        kind(**fields)


def test_a_minimum_may_equal_its_maximum():
    assert WorkDays(minimum=3, maximum=3).minimum == 3


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (WorkDays(maximum=2, shift_types=("D", "X")), 'sequence.work_days: shift type "X" is not in the problem'),
        (Successions(forbidden=(("N", "X"), ("X", "D"))), 'sequence.successions: shift type "X" is not in the problem'),
    ],
)
def test_shift_types_that_are_not_there_are_refused(rule, fault):
    with pytest.raises(InvalidProblem) as raised:
        alone(rules=(rule,))
    assert [str(f) for f in raised.value.faults] == [f"rules[0]: {fault}"]


# ---------------------------------------------------------------- sequence.successions

NO_NIGHT_THEN_DAY = Successions(forbidden=(("N", "D"), ("N", "L")))


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("ND-----", "E1 has shift D on 2026-03-10 after shift N on 2026-03-09"),
        ("NL-----", "E1 has shift L on 2026-03-10 after shift N on 2026-03-09"),
        ("-----ND", "E1 has shift D on 2026-03-15 after shift N on 2026-03-14"),
        ("NN-----", None), ("DN-----", None), ("N-D----", None),
    ],
)  # fmt: skip
def test_some_shifts_may_not_follow_others(pattern, message):
    assert found(NO_NIGHT_THEN_DAY, pattern) == ([] if message is None else [message])


@pytest.mark.parametrize(
    ("pattern", "between", "count"),
    [("N-D----", 0, 0), ("N-D----", 1, 1), ("N--D---", 1, 0), ("N--D---", 2, 1), ("N-N-D--", 1, 1), ("NDL----", 2, 1)],
)
def test_days_off_between_may_not_be_enough(pattern, between, count):
    rule = Successions(forbidden=(("N", "D"), ("N", "L")), days_between=between)
    assert len(found(rule, pattern)) == count


def test_another_day_worked_between_is_enough():
    rule = Successions(forbidden=(("N", "D"),), days_between=3)
    assert found(rule, "NLD----") == []
    assert found(rule, "N-LD---") == []
    assert found(rule, "N--D---") == ["E1 has shift D on 2026-03-12 after shift N on 2026-03-09"]


@pytest.mark.parametrize(
    ("pattern", "history", "between", "count"),
    [
        ("D------", "N", 0, 1), ("-D-----", "N", 0, 0), ("-D-----", "N", 1, 1), ("D------", "N-", 1, 1),
        ("D------", "N-", 0, 0), ("D------", "ND", 1, 0), ("-------", "ND", 1, 0), ("D------", "N--", 1, 0),
    ],
)  # fmt: skip
def test_the_last_shift_of_history_counts(pattern, history, between, count):
    assert len(found(Successions(forbidden=(("N", "D"),), days_between=between), pattern, history)) == count


def test_days_before_the_history_is_known_do_not_count():
    problem = alone(history=worked("N", -1), known_from=0)
    assert judged(NO_NIGHT_THEN_DAY, problem, *worked("D")).violations == ()


def test_each_two_days_cost_once_when_soft():
    rule = Successions(forbidden=(("N", "D"), ("D", "N"), ("D", "N")), **SOFT)
    result = judged(rule, alone(), *worked("NDN-ND-"))
    assert (result.cents, result.violations) == (30, ())
    double = (*worked("DN"), *worked("NL"))
    assert judged(rule, alone(rules=(DutiesPerDay(maximum=2),)), *double).cents == 10


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (Scope(employees=("E2",)), 0),
        (Scope(tags=("senior",)), 1),
        (Scope(weekdays=(1,)), 1),
        (Scope(weekdays=(0,)), 0),
    ],
)
def test_the_scope_of_a_succession_is_about_the_later_day(scope, count):
    rule = Successions(forbidden=(("N", "D"),), scope=scope)
    assert len(judged(rule, alone(staff=(E1, E2)), *worked("ND")).violations) == count


def test_successions_are_personal():
    assert judged(NO_NIGHT_THEN_DAY, alone(staff=(E1, E2)), *worked("N"), *worked("-D", employee="E2")).cents == 0


# ---------------------------------------------------------------- model against checker


def night_and_day(*rules: Rule, days: int = 4, **changes) -> Problem:
    return alone(NIGHT, DAY, days=days, rules=rules, **changes)


TWO = DutiesPerDay(maximum=2)
# Each case: a problem, and how many of its sets of duties are no roster. One shift of one person on n days has
# 2^n sets; day and night 3^n of 4^n.
CASES = {
    # Of 32, those with three in a row: 8.
    "work_days: maximum": (alone(DAY, days=5, rules=(WorkDays(maximum=2),)), 8),
    # Runs of one day between two days off: on Tuesday, Wednesday or Thursday, 4 each, one twice.
    "work_days: minimum": (alone(DAY, days=5, rules=(WorkDays(minimum=2),)), 4 * 3 - 1),
    "work_days: soft": (alone(DAY, days=6, rules=(WorkDays(minimum=3, maximum=3, **SOFT),)), 0),
    # After two days worked, all that begin with two, and three in a row later: Tuesday to Thursday.
    "work_days: history": (
        alone(DAY, days=4, rules=(WorkDays(maximum=2),), history=worked("DD", -2)), 8 + 1,
    ),
    "work_days: soft history": (
        alone(DAY, days=5, rules=(WorkDays(minimum=4, maximum=4, **SOFT),), history=worked("-DDD", -4), known_from=-4),
        0,
    ),
    "work_days: scope": (
        alone(
            DAY, days=4, staff=(E1, E2), rules=(WorkDays(maximum=1, scope=Scope(employees=("E1",), weekdays=(1, 3))),)
        ),
        # Monday with Tuesday, or Wednesday with Thursday: 4 + 4 - 1.
        7 * 16,
    ),
    "work_days: two duties a day": (
        alone(NIGHT, DAY, days=3, rules=(TWO, WorkDays(maximum=1))),
        # A day is worked in 3 ways: Monday and Tuesday 3 * 3, Tuesday and Wednesday 3 * 3, all three 27.
        9 + 9 + 27,
    ),
    "work_days: an outlet": (
        alone(DAY, days=3, outlets=(HUB, SAT), rules=(WorkDays(maximum=1, scope=Scope(outlets=("Sat",))),)),
        # Of 27, those with two in a row at the satellite: 3 + 3 - 1.
        64 - 27 + 5,
    ),
    # Three off in a row at the start, the middle or the end: of 32.
    "days_off: maximum": (alone(DAY, days=5, rules=(DaysOff(maximum=2),)), 8),
    "days_off: minimum": (alone(DAY, days=5, rules=(DaysOff(minimum=2),)), 4 * 3 - 1),
    "days_off: soft": (alone(DAY, days=6, rules=(DaysOff(minimum=3, maximum=3, **SOFT),)), 0),
    # A day off ended history: Monday off makes two, Tuesday too three; and Tuesday to Thursday.
    "days_off: history": (alone(DAY, days=4, rules=(DaysOff(maximum=2),), history=worked("D-", -2)), 4 + 1),
    "days_off: soft history": (
        alone(DAY, days=5, rules=(DaysOff(minimum=3, maximum=4, **SOFT),), history=worked("D--", -3)), 0,
    ),
    # Two nights in a row, 3 times 9 of 81; less those counted twice: three in a row 3 + 3, and four.
    "shifts: maximum": (night_and_day(SameShifts(shift_types=("N",), maximum=1)), 256 - 81 + 27 - 3 - 3 - 1 + 1),
    "shifts: soft": (night_and_day(SameShifts(shift_types=("N",), minimum=2, maximum=2, **SOFT)), 256 - 81),
    "shifts: history": (
        night_and_day(SameShifts(shift_types=("N",), minimum=2, **SOFT), history=worked("DN", -2)), 256 - 81,
    ),
    # Night then day on two of three days: 2 * 3 of 27.
    "successions": (night_and_day(Successions(forbidden=(("N", "D"),)), days=3), 64 - 27 + 6),
    # And with a day off between, one more.
    "successions: a day between": (
        night_and_day(Successions(forbidden=(("N", "D"),), days_between=1), days=3), 64 - 27 + 6 + 1,
    ),
    "successions: soft": (
        night_and_day(Successions(forbidden=(("N", "D"), ("D", "N"), ("D", "D")), days_between=2, **SOFT)), 256 - 81,
    ),
    # After a night on Saturday: no day on Monday, nor on Tuesday after Monday off.
    "successions: history": (
        night_and_day(
            Successions(forbidden=(("N", "D"),), days_between=2), days=2, history=worked("N-", -2), known_from=-2
        ),
        # Of 9: D first 3, -D, ND.
        16 - 9 + 5,
    ),
    "successions: soft history": (
        night_and_day(
            Successions(forbidden=(("N", "D"), ("N", "N")), days_between=2, **SOFT), history=worked("DN-", -3),
        ), 256 - 81,
    ),
    "successions: nested families": (
        alone(
            DAY, LATE, NIGHT, fixed_shift("X", "00:00", "01:00"), days=2,
            rules=(Successions(forbidden=(("N", "X"), ("N", "D"), ("N", "L"), ("L", "D"), ("L", "X"), ("D", "X"))),),
        ),
        # Of 25 the six pairs.
        256 - 25 + 6,
    ),
    "successions: soft nested families": (
        alone(
            DAY, LATE, NIGHT, fixed_shift("X", "00:00", "01:00"), days=2,
            rules=(
                Successions(
                    forbidden=(("N", "X"), ("N", "D"), ("N", "L"), ("L", "D"), ("L", "X"), ("D", "X")), **SOFT
                ),
            ),
        ), 256 - 25,
    ),
    "successions: two duties a day": (
        alone(DAY, LATE, NIGHT, days=2, rules=(TWO, Successions(forbidden=(("N", "D"), ("N", "L"), ("L", "D"))))),
        # Of 7 sets a day: N then D, L or both 3 * 5, ...; counted by the days' shifts.
        sum(
            bool({"ND", "NL", "LD"} & {a + b for a in first for b in second}) or max(len(first), len(second)) > 2
            for first in ("", "D", "L", "N", "DL", "DN", "LN", "DLN")
            for second in ("", "D", "L", "N", "DL", "DN", "LN", "DLN")
        ),
    ),
    "successions: soft, two duties a day": (
        alone(
            DAY, NIGHT, days=3,
            rules=(TWO, Successions(forbidden=(("N", "D"), ("D", "D"), ("N", "N")), days_between=1, **SOFT)),
        ), 0,
    ),
    "successions: scope": (
        alone(
            NIGHT, DAY, days=2, staff=(E1, E2),
            rules=(Successions(forbidden=(("N", "D"),), scope=Scope(employees=("E1",), weekdays=(1,))),),
        ), 256 - 8 * 9,
    ),
    "successions: not on that day": (
        night_and_day(Successions(forbidden=(("N", "D"),), scope=Scope(weekdays=(2,))), days=3), 64 - 27 + 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    assert assert_agree(problem).count(None) == forbidden


# ---------------------------------------------------------------- solved


def wishing(pattern: str, cents: int) -> tuple[Request, ...]:
    """Wishes to work each of these shifts, and to be off on the other days."""
    return tuple(
        Request(employee_id="E1", date=day(i), cents=cents,
                **({"wish": "off"} if letter == "-" else {"wish": "on", "shift_type_id": letter}))
        for i, letter in enumerate(pattern)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "wishes", "objective"),
    [
        # Of seven days wished one is left out, or each of the two beyond five costs 10.
        (WorkDays(maximum=3), "DDDDDDD", 15),
        (WorkDays(maximum=5, **SOFT), "DDDDDDD", 15),
        (WorkDays(maximum=6, **SOFT), "DDDDDDD", 10),
        # The day alone costs its wish, 15, or what two days miss of three, 10 and 10.
        (WorkDays(minimum=3, **SOFT), "-D--DDD", 15),
        # The day off alone misses two; working it costs 15.
        (DaysOff(minimum=3, **SOFT), "DD-DDDD", 15),
        (DaysOff(minimum=2, **SOFT), "DD-DDDD", 10),
        (Successions(forbidden=(("N", "D"),), **SOFT), "ND--NDL", 20),
        (Successions(forbidden=(("N", "D"),)), "ND--NDL", 30),
        (Successions(forbidden=(("N", "D"),), days_between=1), "N-D-N-D", 30),
    ],
)
def test_the_solver_finds_the_optimum_worked_out_by_hand(rule, wishes, objective):
    problem = alone(rules=(rule,), requests=wishing(wishes, 15))
    result = ss.solve(problem, ss.Settings(deterministic=True))
    assert (result.objective, result.status) == (objective, "optimal")

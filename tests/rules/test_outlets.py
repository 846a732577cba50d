import datetime as dt

import pytest
from pydantic import ValidationError

import schedsolver as ss
from schedsolver.domain import Employee, Horizon, OpeningHours, Outlet, Scope, ShiftRequirement
from schedsolver.errors import InvalidProblem
from schedsolver.model.build import build_model
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.rules.outlets import DifferentOutlets, LoanCost, LoansPerPeriod
from tests.solving import assert_agree, fixed_shift, judged, plain, words, work
from tests.tiny import MONDAY, TUESDAY

SUNDAY = MONDAY - dt.timedelta(days=1)
SATURDAY = MONDAY - dt.timedelta(days=2)
WEDNESDAY = TUESDAY + dt.timedelta(days=1)
HUB, SAT, OUT = (Outlet(outlet_id=name) for name in ("Hub", "Sat", "Out"))
E1 = Employee(employee_id="E1", contract_id="full", home_outlet_id="Hub", tags=("senior",))
E2 = Employee(employee_id="E2", contract_id="full", home_outlet_id="Sat")
E3 = Employee(employee_id="E3", contract_id="full")
DAY, LATE = fixed_shift("day", "09:00", "11:00"), fixed_shift("late", "12:00", "14:00")
SOFT = {"hard": False, "weight": 30}
TWICE = DutiesPerDay(maximum=2)
WEEK = "2026-03-09 to 2026-03-15"


def world(days=2, first=MONDAY, **changes):
    """One person, three outlets, one shift."""
    tables = {
        "horizon": Horizon(start=first, days=days, slot_minutes=60), "staff": (E1,), "outlets": (HUB, SAT, OUT),
        "shift_types": (DAY,),
    }  # fmt: skip
    return plain(**(tables | changes))


def at(outlet, date=MONDAY, name="E1", start="09:00", end="11:00"):
    return work(name, "day", start, end, date=date, outlet=outlet)


def faults(problem_of):
    with pytest.raises(InvalidProblem) as error:
        problem_of()
    return [fault.message for fault in error.value.faults]


# ---------------------------------------------------------------- site.outlets


@pytest.mark.parametrize(
    ("maximum", "records", "count"),
    [
        (1, (at("Hub"), at("Hub", TUESDAY)), 0),
        (1, (at("Hub"), at("Sat", TUESDAY)), 1),
        (1, (at("Hub"), at("Sat", start="12:00", end="14:00")), 1),
        (2, (at("Hub"), at("Sat", TUESDAY), at("Hub", WEDNESDAY)), 0),
        (2, (at("Hub"), at("Sat", TUESDAY), at("Out", WEDNESDAY)), 1),
    ],
)
def test_so_many_outlets_in_a_period(maximum, records, count):
    found = judged(DifferentOutlets(maximum=maximum), world(3), *records)
    assert words(found) == [f"E1 works at {maximum + 1} outlets in {WEEK}, {maximum} allowed"] * count
    assert [v.employee_id for v in found.violations] == ["E1"] * count


def test_each_outlet_more_costs_for_each_person_and_period_when_soft():
    rule = DifferentOutlets(maximum=1, **SOFT)
    records = [at(outlet, date) for outlet, date in (("Hub", MONDAY), ("Sat", TUESDAY), ("Out", WEDNESDAY))]
    found = judged(rule, world(3, staff=(E1, E2)), *records, at("Hub", MONDAY, "E2"), at("Out", TUESDAY, "E2"))
    assert (found.violations, [p.cents for p in found.penalties]) == ((), [60, 30])
    rolling = DifferentOutlets(maximum=1, per="rolling", days=2, **SOFT)
    assert [p.cents for p in judged(rolling, world(3), *records).penalties] == [30, 30]


def test_history_counts_but_what_it_exceeded_is_let_be():
    before = (at("Hub", SUNDAY), at("Sat", SUNDAY, start="12:00", end="14:00"), at("Gone", SUNDAY, "E2"))
    problem = world(first=MONDAY, staff=(E1, E2), history=before)
    rule = DifferentOutlets(maximum=1, per="rolling", days=2)
    assert words(judged(rule, problem, at("Hub"))) == []
    assert words(judged(rule, problem, at("Out"))) == ["E1 works at 3 outlets in 2026-03-08 to 2026-03-09, 1 allowed"]
    assert words(judged(rule, problem, at("Hub", name="E2"))) == [
        "E2 works at 2 outlets in 2026-03-08 to 2026-03-09, 1 allowed"
    ]
    assert words(judged(rule, problem, at("Hub", TUESDAY, "E2"))) == []


def test_days_before_the_history_is_known_are_not_counted():
    horizon = Horizon(start=MONDAY, days=1, slot_minutes=60, known_from=SUNDAY)
    for date, count in ((SUNDAY - dt.timedelta(days=1), 0), (SUNDAY, 1)):
        problem = world(horizon=horizon, history=(at("Sat", date),))
        rule = DifferentOutlets(maximum=1, per="rolling", days=7)
        assert len(judged(rule, problem, at("Hub")).violations) == count
        loans = LoansPerPeriod(maximum=1, per="rolling", days=7)
        assert len(judged(loans, problem, at("Out")).violations) == count


@pytest.mark.parametrize(
    ("scope", "count"),
    [({"employees": ("E1",)}, 1), ({"employees": ("E2",)}, 0), ({"weekdays": (0,)}, 0), ({"weekdays": (0, 1)}, 1)],
)
def test_the_scope_says_whose_outlets_and_on_which_days(scope, count):
    rule = DifferentOutlets(maximum=1, scope=scope)
    found = judged(rule, world(staff=(E1, E2)), at("Hub"), at("Sat", TUESDAY))
    assert len(found.violations) == count


def test_a_maximum_of_outlets_that_cannot_be_exceeded_is_refused():
    words = "site.outlets: nobody can exceed the maximum of 3; there are 3 outlets in all"
    assert faults(lambda: world(rules=(DifferentOutlets(maximum=3),))) == [words]
    assert world(rules=(DifferentOutlets(maximum=2),)).rules
    assert world(rules=(DifferentOutlets(maximum=3),), history=(at("Gone", SUNDAY),)).rules
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        DifferentOutlets(maximum=0)


def test_only_people_who_could_be_at_too_many_outlets_have_columns_for_it():
    near = fixed_shift("near", "09:00", "11:00", outlets=("Hub", "Sat"))

    def columns(*rules):
        return build_model(world(shift_types=(near,), rules=rules)).roster.columns

    assert columns(DifferentOutlets(maximum=2)) == columns()
    assert columns(DifferentOutlets(maximum=1)) == columns() + 2


# ---------------------------------------------------------------- site.loans


def test_a_loan_is_a_duty_away_from_home():
    rule = LoansPerPeriod(maximum=0)
    problem = world(staff=(E1, E2, E3))
    assert judged(rule, problem, at("Hub"), at("Sat", name="E2"), at("Hub", name="E3")).violations == ()
    found = judged(rule, problem, at("Sat"))
    assert words(found) == [f"E1 is lent 1 times in {WEEK}, 0 allowed"]
    assert (found.violations[0].employee_id, found.violations[0].outlet_id) == ("E1", None)


@pytest.mark.parametrize(
    ("each", "messages"),
    [
        ("employee", ["E1 is lent 2 times", "E2 is lent 2 times"]),
        ("lender", ["Hub lends 2 times", "Sat lends 2 times"]),
        ("borrower", ["Out borrows 3 times"]),
    ],
)
def test_loans_are_counted_for_each_person_lender_or_borrower(each, messages):
    records = (at("Out"), at("Sat", TUESDAY), at("Out", name="E2"), at("Out", TUESDAY, "E2"))
    rule = LoansPerPeriod(maximum=1, each=each)
    found = judged(rule, world(staff=(E1, E2)), *records)
    assert words(found) == [f"{message} in {WEEK}, 1 allowed" for message in messages]
    assert all((v.employee_id is None) == (each != "employee") for v in found.violations)
    soft = judged(LoansPerPeriod(maximum=1, each=each, **SOFT), world(staff=(E1, E2)), *records)
    assert soft.cents == 60
    assert judged(LoansPerPeriod(maximum=3, each=each), world(staff=(E1, E2)), *records).violations == ()


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 2),
        ({"from_outlets": ("Hub",)}, 1),
        ({"to_outlets": ("Out",)}, 1),
        ({"from_outlets": ("Hub",), "to_outlets": ("Out",)}, 1),
        ({"from_outlets": ("Sat",), "to_outlets": ("Out",)}, 0),
        ({"scope": {"employees": ("E2",)}}, 1),
        ({"scope": {"last_day": MONDAY}}, 1),
    ],
)
def test_filters_and_scope_say_which_loans_count(filters, count):
    problem = world(staff=(E1, E2))
    records = (at("Out"), at("Hub", TUESDAY, "E2"))
    assert len(judged(LoansPerPeriod(maximum=0, **filters), problem, *records).violations) == count
    assert judged(LoanCost(cents=11, **filters), problem, *records).cents == 11 * count


def test_loans_of_history_count_in_their_period():
    history = (at("Sat", SUNDAY), at("Gone", SUNDAY, start="12:00", end="14:00"), at("Sat", SUNDAY, "E9"))
    problem = world(history=history)
    rule = LoansPerPeriod(maximum=1, per="rolling", days=2, **SOFT)
    assert judged(rule, problem, at("Hub")).cents == 0
    found = judged(rule, problem, at("Sat"))
    assert (words(found), found.cents) == (["E1 is lent 3 times in 2026-03-08 to 2026-03-09, 1 allowed"], 30)
    assert judged(rule, problem, at("Sat", TUESDAY)).cents == 0
    for each, cents in (("lender", 30), ("borrower", 30)):
        rule = LoansPerPeriod(maximum=1, per="rolling", days=2, each=each, **SOFT)
        assert judged(rule, problem, at("Sat")).cents == cents


NOBODY = "it concerns no loan: nobody it is about has a home outlet that they could be lent from"


@pytest.mark.parametrize(
    ("changes", "fields", "expected"),
    [
        ({}, {}, []),
        ({}, {"from_outlets": ("Hubb",)}, ['outlet "Hubb" is not in the problem (did you mean "Hub"?)']),
        ({}, {"to_outlets": ("XX",)}, ['outlet "XX" is not in the problem']),
        ({}, {"from_outlets": ("Sat",)}, [NOBODY]),
        ({}, {"to_outlets": ("Hub",)}, [NOBODY]),
        ({}, {"to_outlets": ("Hub", "Sat")}, []),
        ({"outlets": (HUB,)}, {}, [NOBODY]),
        ({"staff": (E3,)}, {}, [NOBODY]),
        ({"staff": (E1, E3)}, {"scope": {"employees": ("E3",)}}, [NOBODY]),
        ({"staff": (E1, E3)}, {}, []),
    ],
)
def test_rules_on_loans_that_nobody_could_make_are_refused(changes, fields, expected):
    for rule in (LoansPerPeriod(maximum=1, **fields), LoanCost(cents=1, **fields)):
        assert list(rule.faults(world(**changes))) == expected


# ---------------------------------------------------------------- cost.loan


def test_each_loan_costs_its_price():
    found = judged(LoanCost(cents=250), world(staff=(E1, E3)), at("Sat"), at("Hub", TUESDAY), at("Sat", name="E3"))
    assert words(found) == ["E1 at Sat on 2026-03-09 09:00-11:00: lent by Hub"]
    assert (found.violations, found.cents, found.penalties[0].outlet_id) == ((), 250, "Sat")


# ---------------------------------------------------------------- model and checker

AWAY = Employee(employee_id="E2", contract_id="full", home_outlet_id="Out")
# Each case: a problem, and how many of its sets of duties are no roster.
CASES = {
    # Two days, three outlets: none, one day (2 x 3) or the same outlet twice (3) are allowed.
    "site.outlets": (world(rules=(DifferentOutlets(maximum=1),)), 64 - 10),
    "site.outlets: soft": (world(rules=(DifferentOutlets(maximum=1, **SOFT),)), 64 - 16),
    "site.outlets: two a day": (
        world(1, shift_types=(DAY, LATE), rules=(DifferentOutlets(maximum=1, per="day"), TWICE)), 64 - (1 + 6 + 3),
    ),
    "site.outlets: rolling, two outlets": (
        world(4, outlets=(HUB, SAT), rules=(DifferentOutlets(maximum=1, per="rolling", days=2, **SOFT),)), 256 - 81,
    ),
    # Hub on Sunday; another outlet on Monday is too many, on Tuesday not.
    "site.outlets: history": (
        world(history=(at("Hub", SUNDAY),), rules=(DifferentOutlets(maximum=1, per="rolling", days=2),)),
        64 - (4 + 2),
    ),
    "site.outlets: history at an outlet that is gone, and of somebody else": (
        world(
            staff=(E1, E2), days=1, history=(at("Gone", SUNDAY), at("Hub", SUNDAY, "E2")),
            rules=(DifferentOutlets(maximum=2, per="rolling", days=2, **SOFT), TWICE),
        ), 64 - 16,
    ),
    "site.outlets: history already beyond": (
        world(
            history=(at("Hub", SUNDAY), at("Sat", SUNDAY, start="12:00", end="14:00")),
            rules=(DifferentOutlets(maximum=1, per="rolling", days=3),),
        ), 64 - 9,
    ),
    # Before Sunday nothing is known, and Sunday is not meant: of the 16 ways those at two outlets are too many.
    "site.outlets: history that does not count": (
        world(
            horizon=Horizon(start=MONDAY, days=2, slot_minutes=60, known_from=SUNDAY),
            history=(at("Sat", SATURDAY), at("Out", SUNDAY)),
            rules=(DifferentOutlets(maximum=1, per="rolling", days=7, scope=Scope(weekdays=(0, 1, 5))),),
        ), 64 - 10,
    ),
    "site.outlets: one way to be at each": (
        world(
            1, shift_types=(
                fixed_shift("day", "09:00", "11:00", outlets=("Hub",)),
                fixed_shift("late", "12:00", "14:00", outlets=("Sat",)),
            ), rules=(DifferentOutlets(maximum=1), TWICE),
        ), 1,
    ),
    "site.outlets: each outlet on a day of its own": (
        world(
            outlets=(HUB, SAT), rules=(DifferentOutlets(maximum=1),),
            opening=(
                OpeningHours(outlet_id="Hub", weekday=0, start="09:00", end="11:00"),
                OpeningHours(outlet_id="Sat", weekday=1, start="09:00", end="11:00"),
            ),
        ), 1,
    ),
    "site.outlets: scope": (
        world(outlets=(HUB, SAT), staff=(E1, E2),
              rules=(DifferentOutlets(maximum=1, scope=Scope(tags=("senior",), weekdays=(1,)), **SOFT),
                     DifferentOutlets(maximum=1, per="horizon", scope=Scope(employees=("E2",))))), 256 - 9 * 7,
    ),
    # Loans of E1: to Sat or Out. One at most: of 4 x 4 ways the 2 x 2 with both days away are too many.
    "site.loans": (world(rules=(LoansPerPeriod(maximum=1),)), 64 - 12),
    "site.loans: none, filters": (
        world(rules=(LoansPerPeriod(maximum=0, from_outlets=("Hub", "Sat"), to_outlets=("Out", "Hub")),)), 64 - 9,
    ),
    "site.loans: soft, lender": (
        world(1, staff=(E1, AWAY), rules=(LoansPerPeriod(maximum=0, each="lender", **SOFT),)), 64 - 16,
    ),
    "site.loans: borrower": (
        world(1, staff=(E1, AWAY), rules=(LoansPerPeriod(maximum=1, each="borrower", per="day"),)), 64 - 15,
    ),
    "site.loans: borrower, soft, two a day": (
        world(1, shift_types=(DAY, LATE), rules=(LoansPerPeriod(maximum=0, each="borrower", **SOFT), TWICE)), 64 - 16,
    ),
    "site.loans: employee, two a day": (
        world(1, shift_types=(DAY, LATE), rules=(LoansPerPeriod(maximum=1), TWICE)), 64 - 12,
    ),
    "site.loans: history": (
        world(
            history=(at("Sat", SUNDAY), at("Gone", SUNDAY, start="12:00", end="14:00"), at("Hub", SUNDAY, "E9")),
            rules=tuple(
                LoansPerPeriod(maximum=maximum, per="rolling", days=2, each=each, **SOFT)
                for maximum, each in ((1, "employee"), (2, "lender"), (1, "borrower"))
            ),
        ), 64 - 16,
    ),
    "site.loans: history, filters and known days": (
        world(
            horizon=Horizon(start=MONDAY, days=2, slot_minutes=60, known_from=SUNDAY),
            history=(
                at("Sat", SATURDAY), at("Out", SUNDAY), at("Hub", SUNDAY, start="12:00", end="14:00"),
            ),
            rules=(
                LoansPerPeriod(maximum=1, per="rolling", days=7, to_outlets=("Sat",), **SOFT),
                LoansPerPeriod(maximum=1, per="rolling", days=7, to_outlets=("Out",), scope=Scope(first_day=MONDAY)),
            ),
        ), 64 - 15,
    ),
    "site.loans: people without a home": (world(staff=(E3, E1), days=1, rules=(LoansPerPeriod(maximum=0),)), 64 - 8),
    "site.loans: history of people without a home": (
        world(
            1, staff=(E3, E1), history=(at("Sat", SUNDAY, "E3"),),
            rules=(LoansPerPeriod(maximum=1, each="borrower", per="rolling", days=2),),
        ), 64 - 16,
    ),
    "cost.loan": (
        world(staff=(E1, E3), days=1, rules=(LoanCost(cents=7), LoanCost(cents=20, to_outlets=("Out",)))), 64 - 16,
    ),
    "cost.loan: scope": (
        world(rules=(LoanCost(cents=7, from_outlets=("Hub",), scope=Scope(first_day=TUESDAY)),)), 64 - 16,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_checker_agree_on_every_set_of_duties(name):
    problem, forbidden = CASES[name]
    assert assert_agree(problem).count(None) == forbidden


@pytest.mark.parametrize(
    ("rule", "cost"),
    [
        # Each duty at the satellite is worth 100 and each loan costs 70, or 120 beyond the first.
        (LoanCost(cents=70), 2 * 70),
        (LoanCost(cents=120), 2 * 100),
        (LoansPerPeriod(maximum=1), 100),
        (LoansPerPeriod(maximum=1, hard=False, weight=70), 70),
        (LoansPerPeriod(maximum=1, hard=False, weight=120), 100),
        (DifferentOutlets(maximum=1), 0),
    ],
)
def test_the_solver_lends_only_where_it_is_worth_it(rule, cost):
    needs = tuple(
        ShiftRequirement(
            date=date, shift_type_id="day", outlet_id="Sat", minimum=1, minimum_cents=100, shortage_cents=0
        )
        for date in (MONDAY, TUESDAY)
    )
    result = ss.solve(world(shift_requirements=needs, rules=(rule,)), ss.Settings(deterministic=True))
    assert result.objective == result.bound == cost


def test_rules_on_outlets_survive_a_file():
    problem = world(rules=(DifferentOutlets(maximum=1), LoansPerPeriod(maximum=1, each="lender"), LoanCost(cents=5)))
    assert ss.Problem.from_json(problem.to_json()) == problem

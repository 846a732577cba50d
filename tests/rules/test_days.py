"""Days in a row as columns and constants, by hand."""

import datetime as dt

import numpy as np
import pytest

from schedsolver.domain import Employee, Horizon, Outlet, Problem, Scope
from schedsolver.domain.scope import BY_DATE, BY_PEOPLE
from schedsolver.model.context import RosterModel
from schedsolver.model.options import duty_options
from schedsolver.rules.catalogue import active_rules
from schedsolver.rules.days import NEVER, WORKED, DayGrid, DutiesRule
from tests.solving import fixed_shift, plain, roster_of, work
from tests.tiny import MONDAY, TUESDAY

SATURDAY, SUNDAY = MONDAY - dt.timedelta(days=2), MONDAY - dt.timedelta(days=1)
STAFF = (
    Employee(employee_id="E1", contract_id="full", tags=("senior",)), Employee(employee_id="E2", contract_id="full")
)  # fmt: skip


class Counted(DutiesRule):
    """A rule on duties and nothing else; without a name it is in no catalogue."""

    may_be_soft = True


def world(**changes) -> Problem:
    """Two people, outlets and days; a day and a night shift."""
    tables = {
        "horizon": Horizon(start=MONDAY, days=2, slot_minutes=60), "staff": STAFF,
        "outlets": (Outlet(outlet_id="Hub"), Outlet(outlet_id="Sat")),
        "shift_types": (fixed_shift("day", "09:00", "11:00"), fixed_shift("night", "20:00", "22:00")),
    }  # fmt: skip
    return plain(**(tables | changes))


def model_of(problem: Problem) -> RosterModel:
    return RosterModel(problem, duty_options(problem, active_rules(problem)), active_rules(problem))


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        ({}, 16),
        ({"shift_types": ("night",)}, 8),
        ({"shift_types": ("night", "day")}, 16),
        ({"scope": Scope(outlets=("Sat",))}, 8),
        ({"scope": Scope(tags=("senior",))}, 8),
        ({"shift_types": ("day",), "scope": Scope(employees=("E2",), outlets=("Hub",))}, 2),
        # The date of the scope is up to each rule.
        ({"scope": Scope(weekdays=(0,))}, 16),
    ],
)
def test_duties_count_by_shift_outlet_and_person(fields, counted):
    problem, rule = world(), Counted(**fields)
    options = model_of(problem).options
    counts = rule.counted(problem, options)
    assert counts.sum() == counted
    meant = set(rule.scope.employees_of(problem))
    for i in range(len(options)):
        shift = problem.shift_types[options.shift_type[i]].shift_type_id
        duty = work("E1", shift, "09:00", "11:00", outlet=problem.outlets[options.outlet[i]].outlet_id)
        assert counts[i] == (options.employee[i] in meant and rule.counts(duty))


def test_dates_worked_are_those_of_people_in_the_scope_history_included():
    history = (work("E1", "old", "09:00", "11:00", date=SUNDAY), work("gone", "day", "09:00", "11:00", date=SUNDAY))
    problem = world(history=history)
    duties = (
        work("E1", "day", "09:00", "11:00"), work("E1", "night", "20:00", "22:00"),
        work("E2", "night", "20:00", "22:00", date=TUESDAY, outlet="Sat"),
    )  # fmt: skip
    schedule = roster_of(duties)
    assert Counted().dates_worked(problem, schedule) == {"E1": {SUNDAY, MONDAY}, "E2": {TUESDAY}}
    assert Counted(shift_types=("night",)).dates_worked(problem, schedule) == {"E1": {MONDAY}, "E2": {TUESDAY}}
    hub = Counted(scope=Scope(outlets=("Hub",)))
    assert hub.dates_worked(problem, schedule) == {"E1": {SUNDAY, MONDAY}, "E2": set()}
    assert Counted(scope=Scope(employees=("E2",))).dates_worked(problem, schedule) == {"E2": {TUESDAY}}


def test_the_grid_has_history_before_the_columns_of_the_horizon():
    history = (
        work("E1", "day", "09:00", "11:00", date=SATURDAY), work("E1", "night", "20:00", "22:00", date=SUNDAY),
        work("gone", "day", "09:00", "11:00", date=SUNDAY),
    )  # fmt: skip
    model = model_of(world(history=history))
    grid = Counted().grid(model)
    assert (grid.days, grid.known) == (4, 2)
    assert grid.cells[:, :2].tolist() == [[WORKED, WORKED], [NEVER, NEVER]]
    everything = np.ones(len(model.options), bool)
    assert grid.cells[:, 2:].tolist() == model.days_worked(everything).tolist()
    assert (grid.cells[:, 2:] >= 0).all()
    nights = Counted(shift_types=("night",), scope=Scope(employees=("E1",))).grid(model)
    assert nights.cells[:, :2].tolist() == [[NEVER, WORKED], [NEVER, NEVER]]
    assert nights.cells[1].tolist() == [NEVER] * 4
    assert (nights.cells[0, 2:] >= 0).all()


def test_days_before_the_history_is_known_are_not_in_the_grid():
    horizon = Horizon(start=MONDAY, days=2, slot_minutes=60, known_from=SUNDAY)
    history = (work("E1", "day", "09:00", "11:00", date=SATURDAY), work("E1", "day", "09:00", "11:00", date=SUNDAY))
    grid = Counted().grid(model_of(world(horizon=horizon, history=history)))
    assert (grid.days, grid.known) == (3, 1)
    assert grid.cells[:, 0].tolist() == [WORKED, NEVER]
    assert Counted().grid(model_of(world(horizon=horizon, history=history[:1]))).cells[:, 0].tolist() == [NEVER] * 2
    longer = Horizon(start=MONDAY, days=2, slot_minutes=60, known_from=SATURDAY - dt.timedelta(days=1))
    grid = Counted().grid(model_of(world(horizon=longer, history=history)))
    assert grid.cells[0, :3].tolist() == [NEVER, WORKED, WORKED]


def test_shift_types_that_are_not_there_are_refused():
    rule = Counted(shift_types=("day", "nigth"))
    assert list(rule.faults(world())) == ['shift type "nigth" is not in the problem (did you mean "night"?)']
    assert list(Counted(shift_types=("day",)).faults(world())) == []


# ---------------------------------------------------------------- limit


class Recorder:
    """Takes the rows that a grid writes."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.rows: list[tuple[dict[int, int], int, int]] = []

    def limit(self, rule, row, column, coefficient, upper, *, units) -> None:
        for r, (most, each) in enumerate(zip(upper, units, strict=True)):
            terms = {int(c): int(k) for i, c, k in zip(row, column, coefficient, strict=True) if i == r}
            self.rows.append((terms, int(most), int(each)))


def rows(cells, starts, offsets, coefficients, upper, units=1, **scope):
    recorder = Recorder(world())
    grid = DayGrid(Counted(scope=Scope(**scope)), recorder, np.array(cells), 1)
    grid.limit(starts, offsets, coefficients, upper, units)
    return recorder.rows


def test_a_limit_holds_for_each_run_and_person():
    cells = [[10, 11, 12], [20, 21, 22]]
    assert rows(cells, [0, 1], [0, 1], [1, 1], 1, units=3) == [
        ({10: 1, 11: 1}, 1, 3), ({11: 1, 12: 1}, 1, 3), ({20: 1, 21: 1}, 1, 3), ({21: 1, 22: 1}, 1, 3)
    ]  # fmt: skip
    assert rows([[0, 1], [2, 3]], [0], [0, 1], [1, 1], 1) == [({0: 1, 1: 1}, 1, 1), ({2: 1, 3: 1}, 1, 1)]
    assert rows(cells, [0], [0, 2], [1, -1], 0, employees=("E2",)) == [({20: 1, 22: -1}, 0, 1)]


def test_days_worked_long_ago_count_and_days_never_worked_do_not():
    assert rows([[WORKED, 11, 12], [NEVER, 21, 22]], [0], [0, 1, 2], [1, 1, 1], 2) == [({11: 1, 12: 1}, 1, 1)]
    assert rows([[WORKED, 11, 12], [NEVER, 21, 22]], [0], [0, 1, 2], [-1, 1, 1], 1) == [({21: 1, 22: 1}, 1, 1)]
    assert rows([[WORKED, 11, NEVER], [WORKED, NEVER, 22]], [0], [0, 1, 2], [2, 1, -1], 2) == [({11: 1}, 0, 1)]


def test_rows_that_nothing_could_break_are_left_out():
    assert rows([[10, 11, 12], [20, 21, 22]], [0], [0, 1, 2], [1, 1, 1], 3) == []
    assert rows([[10, 11, 12], [20, 21, 22]], [0], [0, 1, 2], [-1, -1, -1], 0) == []
    assert rows([[10, 11, 12], [20, 21, 22]], [], [0], [1], 0) == []


def test_history_alone_may_be_over_the_limit():
    assert rows([[WORKED, WORKED, 12], [NEVER, 21, 22]], [0], [0, 1], [1, 1], 1) == [({}, -1, 1)]


def test_duties_may_be_scoped_by_people_date_and_outlet():
    assert Counted.scoped_by == BY_PEOPLE | BY_DATE | {"outlets"}

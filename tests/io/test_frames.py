"""Problems from DataFrames."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from schedsolver.domain import BreakWindow, Horizon, Problem, Schedule, TravelTimes
from schedsolver.errors import Fault, InvalidProblem
from schedsolver.rules import MinimumRest
from tests.tiny import MONDAY, duty, tiny

HORIZON = {"start": "2026-03-09", "days": 2, "slot_minutes": 60}


def frames(**changes: object) -> dict[str, object]:
    tables: dict[str, object] = {
        "outlets": pd.DataFrame({"outlet": ["Hub", "Sat"], "hub": [True, False], "windows": [np.nan, 1]}),
        "contracts": pd.DataFrame({"contract": ["full"]}),
        "staff": pd.DataFrame(
            {"employee": ["E1", "E2"], "contract": "full", "home_outlet": ["Hub", "Sat"], "tags": ["senior", None]}
        ),
        "skills": pd.DataFrame({"skill": ["cash"]}),
        "activities": [
            {"activity": "counter", "skill": "cash", "at_window": True, "service_minutes": 10},
            {"activity": "calls", "deferrable": True},
        ],
        "permissions": pd.DataFrame({"employee": ["E1", "E2"], "skill": "cash"}),
        "shift_types": pd.DataFrame(
            {"shift_type": ["day"], "start_from": ["09:00"], "start_to": [dt.time(10)], "minutes_min": [300.0],
             "minutes_max": [360]}
        ),
        "breaks": pd.DataFrame({"shift_type": ["day"], "minutes": [60], "start_from": ["12:00"], "start_to": [780]}),
    }  # fmt: skip
    return tables | changes


def faults(**changes: object) -> list[Fault]:
    with pytest.raises(InvalidProblem) as caught:
        Problem.from_frames(HORIZON, **frames(**changes))
    return list(caught.value.faults)


def test_frames_say_the_same_as_objects() -> None:
    assert Problem.from_frames(HORIZON, **frames()) == tiny()


def test_records_say_the_same_as_frames() -> None:
    problem = tiny()
    tables = {name: list(getattr(problem, name)) for name in frames() if name != "breaks"}
    assert Problem.from_frames(problem.horizon, **tables) == problem


def test_name_and_rules_are_taken_as_they_are() -> None:
    rule = MinimumRest(minutes=660)
    problem = Problem.from_frames(HORIZON, **frames(), name="x", rules=[rule, {"rule": "rest.minimum", "minutes": 600}])
    assert (problem.name, problem.rules) == ("x", (rule, MinimumRest(minutes=600)))


@pytest.mark.parametrize(
    "travel",
    [
        pd.DataFrame([[0, 25], [30, 0]], index=["Hub", "Sat"], columns=["Hub", "Sat"]),
        pd.DataFrame([[25.0, np.nan], [np.nan, 30.0]], index=["Hub", "Sat"], columns=["Sat", "Hub"]),
        pd.DataFrame({"outlet": ["Hub", "Sat"], "Hub": [0, 30], "Sat": [25, 0]}),
        TravelTimes(outlets=("Hub", "Sat"), minutes=((0, 25), (30, 0))),
    ],
)
def test_travel(travel: object) -> None:
    problem = Problem.from_frames(HORIZON, **frames(travel=travel))
    assert problem.travel == TravelTimes(outlets=("Hub", "Sat"), minutes=((0, 25), (30, 0)))


def test_numbers_as_names() -> None:
    problem = Problem.from_frames(
        HORIZON,
        **frames(
            outlets=pd.DataFrame({"outlet": [1, 2]}),
            staff=pd.DataFrame({"employee": [7, 8], "contract": "full", "home_outlet": [1, np.nan]}),
            permissions=pd.DataFrame({"employee": np.array([7]), "skill": "cash"}),
            travel=pd.DataFrame([[0, 5], [5, 0]], index=[1, 2], columns=[1, 2]),
        ),
    )
    assert [(e.employee_id, e.home_outlet_id) for e in problem.staff] == [("7", "1"), ("8", None)]
    assert problem.travel.outlets == ("1", "2")


@pytest.mark.parametrize("blank", [None, np.nan, pd.NaT, pd.NA, "", "  "])
def test_blank_cells_are_left_out(blank: object) -> None:
    rows = pd.DataFrame({"employee": ["E1"], "skill": ["cash"], "valid_from": pd.Series([blank], dtype=object)})
    assert Problem.from_frames(HORIZON, **frames(permissions=rows)).permissions[0].valid_from is None


def test_moments_and_dates_of_pandas() -> None:
    last_week = duty(date=MONDAY - dt.timedelta(days=7), pauses=(("10:00", "10:30"), ("12:00", "13:00")))
    history = Problem.from_frames(HORIZON, **frames(history=Schedule.of([last_week]).duties)).history
    assert history == (last_week,)
    assert type(history[0].start) is dt.datetime
    leave = pd.DataFrame({"employee": ["E1"], "first_day": pd.to_datetime(["2026-03-09"]), "last_day": [MONDAY]})
    assert Problem.from_frames(HORIZON, **frames(leave=leave)).leave[0].first_day == MONDAY


def test_breaks_come_after_those_a_shift_type_has() -> None:
    more = pd.DataFrame({"shift_type": ["day"], "minutes": [60], "start_from": ["14:00"], "start_to": ["14:00"]})
    problem = Problem.from_frames(HORIZON, **frames(shift_types=list(tiny().shift_types), breaks=more))
    assert problem.shift_types[0].breaks[1] == BreakWindow(minutes=60, start_from="14:00", start_to="14:00")


def test_several_values_in_a_cell() -> None:
    activities = pd.DataFrame({"activity": ["a", "b"], "shortage_cents_per_hour": ["100 200", 300]})
    problem = Problem.from_frames(HORIZON, **frames(activities=activities))
    assert [a.shortage_cents_per_hour for a in problem.activities] == [(100, 200), (300,)]


class TestRefusals:
    def test_every_fault_with_its_row(self) -> None:
        assert faults(
            staff=pd.DataFrame({"employee": ["E1", "E2"], "contract": ["full", None]}),
            outlets=pd.DataFrame({"outlet": ["Hub", "Sat"], "windows": [1.5, -1]}),
            activities=[{"activity": "counter", "service_minutes": -5}],
        ) == [
            Fault("outlets", 0, "windows: 1.5 is not a whole number"),
            Fault("outlets", 1, "windows: -1.0 is out of range; it must be at least 0"),
            Fault("staff", 1, "contract is missing"),
            Fault("activities", 0, "service_minutes: -5 is out of range; it must be above 0"),
        ]

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            ({"stafff": []}, Fault("", None, 'there is no table "stafff" (did you mean "staff"?)')),
            ({"staff": "E1"}, Fault("staff", None, "is a str; give a DataFrame or a list of records")),
            (
                {"skills": pd.DataFrame([["cash", "x"]], columns=["skill", "skill"])},
                Fault("skills", None, 'the column "skill" is there twice; keep one'),
            ),
            (
                {"skills": pd.DataFrame({"skil": ["cash"]})},
                Fault("skills", None, 'there is no column "skil" (did you mean "skill"?)'),
            ),
            (
                {"travel": pd.DataFrame([[0, 1]], index=["Hub"], columns=["Hub", "Sat"])},
                Fault(
                    "travel", None, "the travel matrix is not square: Sat has a column but no row; "
                    "give one row and one column for each outlet"
                ),
            ),
            (
                {"travel": pd.DataFrame([[0, -1], [1, 0]], index=["Hub", "Sat"], columns=["Hub", "Sat"])},
                Fault("travel", 0, "Sat: -1 is out of range; it must be at least 0"),
            ),
            (
                {"travel": pd.DataFrame({"outlet": ["Hub", "Hub", "Sat"], "Hub": [0, 0, 1], "Sat": [1, 1, 0]})},
                Fault("travel", 1, 'outlet "Hub" has a second row; keep one'),
            ),
            ({"travel": []}, Fault("travel", None, 'has no column "outlet" to name its rows')),
            ({"rules": "rest"}, Fault("rules", None, "is not a list of rules")),
            ({"rules": [{"rule": "rest.minimum"}]}, Fault("rules", 0, "minutes is missing")),
            ({"rules": [3]}, Fault("rules", 0, "3 is not a record with named fields")),
            ({"outlets": pd.DataFrame({"outlet": []})}, Fault("outlets", None, "is empty; give at least 1")),
        ],
    )  # fmt: skip
    def test_one_fault(self, changes: dict[str, object], fault: Fault) -> None:
        assert faults(**changes) == [fault]

    def test_missing_table(self) -> None:
        tables = frames()
        del tables["staff"]
        with pytest.raises(InvalidProblem, match=r"^staff is missing$"):
            Problem.from_frames(HORIZON, **tables)

    def test_between_tables(self) -> None:
        found = faults(permissions=pd.DataFrame({"employee": ["E1", "E22"], "skill": "cash"}))
        assert [str(fault) for fault in found] == [
            'permissions[1]: employee "E22" is not in staff (did you mean "E2"?)'
        ]

    def test_horizon(self) -> None:
        with pytest.raises(InvalidProblem, match='horizon: there is no field "day" \\(did you mean "days"\\?\\)'):
            Problem.from_frames({"start": "2026-03-09", "days": 2, "day": 1}, **frames())


def test_a_horizon_may_be_an_object() -> None:
    assert Problem.from_frames(Horizon(**HORIZON), **frames()).horizon.days == 2

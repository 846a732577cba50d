import datetime as dt

import numpy as np
import pytest
from hypothesis import assume, given, settings

import schedsolver as ss
from schedsolver.domain import Schedule
from schedsolver.model.build import build_model
from schedsolver.model.names import schedule_of
from schedsolver.model.values import counts_of
from tests.miniatures import miniatures
from tests.solving import FixedModel, counter_day, roster_of, spell, work


def counted(model):
    """Columns that a roster says the value of."""
    roster, flows = model.roster, model.flows
    filled = () if flows is None else (roster.crew.column, roster.heads.column, flows.breaks.column)
    return np.concatenate([roster.duty_columns, *filled])


@settings(max_examples=60, deadline=None)
@given(miniatures())
def test_what_names_were_given_to_is_counted_again(problem):
    fixed = FixedModel(problem)
    found = (fixed.solve(range(first, len(fixed.options), 3)) for first in range(3))
    values = next((v for v in found if v is not None), None)
    assume(values is not None)
    columns = counted(fixed.model)
    assert (counts_of(fixed.model, schedule_of(fixed.model, values))[columns] == values[columns]).all()


def test_breaks_and_activities_of_a_week_are_counted_again():
    problem = ss.generate(ss.GeneratorSpec(outlets=2, staff=9, days=2, seed=5))
    roster, model = ss.solve(problem).schedule, build_model(problem)
    values = counts_of(model, roster)
    assert values[model.roster.duty_columns].sum() == len(roster.duty_list)
    assert values[model.flows.breaks.column].sum() == sum(len(duty.breaks) for duty in roster.duty_list) > 0
    minutes = sum(stint.minutes for stint in roster.stint_list)
    assert values[model.roster.heads.column].sum() * 30 == values[model.roster.crew.column].sum() * 30 == minutes


@pytest.mark.parametrize(
    "unknown",
    [
        {"employee_id": "nobody"}, {"outlet_id": "nowhere"}, {"shift_type_id": "never"}, {"skill_id": "none"},
        {"date": dt.date(2030, 1, 1)}, {"end": dt.datetime(2026, 3, 9, 12)},
    ],
)  # fmt: skip
def test_what_the_model_does_not_have_is_left_out(unknown):
    model = build_model(counter_day())
    duty, stint = work("E0", "am", "09:00", "11:00"), spell("E0", "counter", "09:00", "11:00")
    assert counts_of(model, roster_of([duty, stint])).sum() == 1 + 2 + 2
    assert not counts_of(model, Schedule.of([duty.model_copy(update=unknown)], [stint])).any()


def test_activities_that_are_not_there_are_left_out():
    model = build_model(counter_day())
    stints = [spell("E0", "counter", "09:00", "10:00"), spell("E0", "chess", "10:00", "11:00")]
    assert counts_of(model, roster_of([work("E0", "am", "09:00", "11:00"), *stints])).sum() == 1 + 2 + 1

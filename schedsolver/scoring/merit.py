"""From appraisals to shares of what is good, and appraisals that do not blame people for the roster they were given."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from schedsolver.domain import Problem, Schedule
from schedsolver.domain.arrays import FloatArray
from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import InvalidProblem
from schedsolver.rules.check import refuse_unknown_names
from schedsolver.scoring.kpis import heads_given
from schedsolver.scoring.tables import EMPLOYEE, Number, read_people, require_columns

ORDINARY, HIGHEST = 100, 1000


def appraisal_percents(scores: Mapping[str, float] | pd.Series) -> dict[str, int]:
    """Express appraisals in percent of the mean one, as ``staff.csv`` has them.

    Parameters
    ----------
    scores
        Score of each person, at least 0, in whatever unit; ``nan`` where not known.

    Returns
    -------
    Percent by employee, rounded, at most 1000. An unknown score is neutral, 100; so are all where none is above 0,
    and that of a single person.

    Raises
    ------
    InvalidProblem
        If a score is negative or infinite.
    """
    named = {str(name): float(score) for name, score in scores.items()}
    faults = [
        f'the appraisal of "{name}" is {score:g}; it must be a finite number of at least 0'
        for name, score in named.items()
        if score < 0 or math.isinf(score)
    ]
    if faults:
        raise InvalidProblem(faults)
    known = [score for score in named.values() if not math.isnan(score)]
    mean = sum(known) / len(known) if known else 0.0

    def percent(score: float) -> int:
        if math.isnan(score) or not mean:
            return ORDINARY
        return min(HIGHEST, round(100 * score / mean))

    return {name: percent(score) for name, score in named.items()}


def with_appraisals(problem: Problem, scores: Mapping[str, float] | pd.Series) -> Problem:
    """Give a problem whose people have the appraisals of :func:`appraisal_percents`; who has none stays as they are.

    Raises
    ------
    InvalidProblem
        If a score is faulty, or of somebody who is not on the staff.
    """
    percents = appraisal_percents(scores)
    unknown = [name for name in percents if name not in problem.employee_index]
    if unknown:
        known = problem.employee_index
        raise InvalidProblem(
            [f'"{n}" has an appraisal but is not on the staff{did_you_mean(n, known)}' for n in unknown]
        )
    staff = [
        e.model_copy(update={"appraisal_percent": percents.get(e.employee_id, e.appraisal_percent)})
        for e in problem.staff
    ]
    return problem.replace(staff=staff)


def customers_met(problem: Problem, schedule: Schedule) -> pd.DataFrame:
    """Tell how much work a roster put before each person: what volume there was to be had where and when they stood.

    Parameters
    ----------
    problem, schedule
        The problem, with traffic, and a roster for it.

    Returns
    -------
    One row a person: ``employee``, and for each activity with traffic the customers of the slots in which they were on
    it, those of each slot and outlet divided evenly among all who were.

    Raises
    ------
    InvalidSchedule
        If the schedule names an employee, outlet or activity the problem does not have.
    """
    refuse_unknown_names(problem, schedule)
    horizon = problem.horizon
    each = np.zeros((len(problem.outlets), len(problem.activities), horizon.slots))
    for row in problem.traffic:
        place = problem.outlet_index[row.outlet_id], problem.activity_index[row.activity_id]
        each[(*place, horizon.slot_of(row.date, row.start))] += row.customers
    each /= np.maximum(heads_given(problem, schedule), 1)
    met = np.zeros((len(problem.staff), len(problem.activities)))
    for stint in schedule.stint_list:
        first, last = (horizon.minute_of(moment) // horizon.slot_minutes for moment in (stint.start, stint.end))
        activity = problem.activity_index[stint.activity_id]
        slots = each[problem.outlet_index[stint.outlet_id], activity, max(0, first) : max(0, last)]
        met[problem.employee_index[stint.employee_id], activity] += slots.sum()
    counted = {row.activity_id for row in problem.traffic}
    return pd.DataFrame(
        {EMPLOYEE: [e.employee_id for e in problem.staff]}
        | {a.activity_id: met[:, k] for k, a in enumerate(problem.activities) if a.activity_id in counted}
    )


def corrected_volumes(
    table: pd.DataFrame, exposure: pd.DataFrame, columns: Sequence[str], *, least: float = 0.1
) -> pd.DataFrame:
    """Correct volumes of work for the exposure that the roster gave: what each would have had with the mean exposure.

    Parameters
    ----------
    table
        Appraisal table: ``employee`` and a volume, at least 0, in each of the columns; blank where not known.
    exposure
        ``employee`` and, in columns of the same names, how much each could have had: for example
        :func:`customers_met`, or the minutes of :func:`~schedsolver.scoring.posts.minutes_worked`, of the same period.
    columns
        The volumes to correct.
    least
        With less than this share of the mean exposure nothing can be said of someone: the volume becomes blank, which
        appraisals take as neutral.

    Returns
    -------
    The table with those columns replaced by ``volume x mean exposure / own exposure``, means over those exposed.

    Raises
    ------
    InvalidProblem
        If a table lacks a column, names a person twice or not at all, or has a cell that is no number of at least 0.
    """
    numbers = {column: Number(blank=math.nan) for column in columns}
    volumes = read_people("appraisal", table, numbers)
    exposed = read_people("exposure", exposure, {column: Number(blank=0.0) for column in columns})
    require_columns("appraisal", table, columns)
    own = exposed.set_index(EMPLOYEE).reindex(volumes[EMPLOYEE])
    corrected = table.copy()
    for column in columns:
        had: FloatArray = own[column].fillna(0.0).to_numpy(float)
        mean = had[had > 0].mean() if (had > 0).any() else 0.0
        enough = (had > 0) & (had >= least * mean)
        rate = np.divide(mean, had, out=np.full(len(had), math.nan), where=enough)
        corrected[column] = volumes[column].to_numpy(float) * rate
    return corrected

"""The whole appraisal of a period: every measure of every person, and every indicator of the programme in one table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from schedsolver.domain import Permission
from schedsolver.domain.base import Identifier, Model
from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import Fault, InvalidProblem
from schedsolver.scoring.coverage import CoverageRules, coverage
from schedsolver.scoring.grades import GradeHeld, Ladder, review
from schedsolver.scoring.nine_grid import NineGridRules, movement, nine_grid
from schedsolver.scoring.performance import ALL_ROUND, KindRules, PerformanceContract, manager_kinds, performance
from schedsolver.scoring.posts import minutes_worked
from schedsolver.scoring.stars import StarRules, star_shares, stars
from schedsolver.scoring.tables import CLUSTER, EMPLOYEE, OUTLET, by_outlet_and_cluster, read_people, read_records

BREADTH, CERTIFIED = "breadth", "certified_skills"
UPPER_CELLS, LOWER_CELLS = (6, 8, 9), (1, 2, 4)
COLUMNS = ["group", "indicator", OUTLET, "value", "target"]
TOLERANCE = 1e-9

_Row = tuple[str, str, str, float, float | None]


class AppraisalRules(Model):
    """How a period is appraised.

    Attributes
    ----------
    contract
        The performance contract; ``None`` leaves performance out.
    kinds, stars, grid, coverage
        Rules of the parts.
    ladder
        The grades; ``None`` leaves them out.
    targets
        Lowest value that there should be of indicators which have no target of their own, by name, for example
        ``{"star5": 0.1}``.
    """

    contract: PerformanceContract | None = None
    kinds: KindRules = KindRules()
    stars: StarRules = StarRules()
    grid: NineGridRules = NineGridRules()
    coverage: CoverageRules = CoverageRules()
    ladder: Ladder | None = None
    targets: Mapping[Identifier, Annotated[float, Field(allow_inf_nan=False)]] = Field(default={})


@dataclass(frozen=True)
class Appraisal:
    """What a period's appraisal says.

    Attributes
    ----------
    people
        One row a person: ``employee``, ``outlet``, ``kind``; ``performance``, ``individual``, ``team`` and
        ``deduction`` with a contract (blank for those of no kind); ``stars``, ``star_score``, ``vertical``,
        ``horizontal``, ``cell``, ``weakest``; ``grade``, ``action``, ``next_grade`` and ``training_due`` with a ladder.
    indicators
        One row for each indicator and outlet, and for the cluster: ``group``, ``indicator``, ``outlet``, ``value``,
        ``target`` (blank without one) and ``met`` (likewise).
    grid
        What :func:`~schedsolver.scoring.nine_grid.nine_grid` gives.
    """

    people: pd.DataFrame
    indicators: pd.DataFrame
    grid: pd.DataFrame


def appraise(
    people: pd.DataFrame,
    permissions: pd.DataFrame | Iterable[Permission],
    activities: pd.DataFrame,
    appraisal: pd.DataFrame,
    on: dt.date,
    rules: AppraisalRules | None = None,
    *,
    grades: pd.DataFrame | Iterable[GradeHeld] = (),
    before: pd.DataFrame | None = None,
    figures: Mapping[str, float] | None = None,
) -> Appraisal:
    """Appraise everybody, and work out every indicator.

    Parameters
    ----------
    people
        The employees: ``employee`` and perhaps ``outlet``, where they belong.
    permissions
        As for :func:`~schedsolver.scoring.posts.levels_held`.
    activities
        Rosters of the period, as for :func:`~schedsolver.scoring.posts.minutes_worked`.
    appraisal
        One row for each of the people: ``employee``, a number for each component of stars and nine-grid, a volume of
        each work of the contract, and each measure that the ladder's conditions name, beside ``stars``, ``cell`` and
        ``performance``, which come from here. ``breadth`` (posts performed, as the coverage rules have them, service
        as a whole left out) and ``certified_skills`` (skills held anywhere) are counted where there is no such column.
    on
        Date on which permissions and grades are looked at.
    rules
        How; the defaults of :class:`AppraisalRules` when not given.
    grades
        Who holds which grade, as for :func:`~schedsolver.scoring.grades.read_grades`.
    before
        ``employee`` and ``cell`` of an earlier period, to tell who moved.
    figures
        Figures of the roster by name, for example :func:`~schedsolver.scoring.kpis.kpis`, to be listed with the rest.

    Raises
    ------
    InvalidProblem
        With every fault found: somebody who is in one table only, a column missing, a figure that cannot be, a target
        for an indicator that is not there.
    """
    rules = rules or AppraisalRules()
    table = read_people("people", people, {})
    held = read_records("permissions", Permission, permissions)
    given = _with_counts(_given_to(table, appraisal), table, held, activities, on, rules)
    kinds = manager_kinds(table, held, activities, on, rules.kinds)[[EMPLOYEE, OUTLET, "kind"]]
    rated, placed = stars(given, rules.stars), nine_grid(given, rules.grid)
    contracted = _performance(given, kinds, rules.contract)
    everybody = pd.concat(
        [
            kinds,
            contracted.filter(["performance", "individual", "team", "deduction"]),
            rated[["stars"]].assign(star_score=rated["score"]),
            placed[["vertical", "horizontal", "cell", "weakest"]],
        ],
        axis=1,
    )
    if rules.ladder is not None:
        measured = everybody.filter(["stars", "cell", "performance"])
        reviewed = review(
            rules.ladder, grades, given.drop(columns=measured.columns, errors="ignore").join(measured), on
        )
        everybody = everybody.join(reviewed[["grade", "action", "next_grade", "training_due"]])
    rows = [
        *_coverage_rows(coverage(table, held, on, activities, rules.coverage)),
        *_people_rows(everybody, contracted, rules),
        *_movement_rows(table, placed, before),
        *(("roster", name, CLUSTER, float(value), None) for name, value in (figures or {}).items()),
    ]
    return Appraisal(everybody, _with_targets(rows, rules.targets), placed)


def indicator_table(indicators: pd.DataFrame) -> pd.DataFrame:
    """Set the indicators out for reading: a row for each, a column for each outlet and the cluster, then the target.

    Parameters
    ----------
    indicators
        As in :class:`Appraisal`.

    Returns
    -------
    Index ``group`` and ``indicator``; the outlets, ``cluster``, ``target`` and ``met`` (by the cluster; by all outlets
    where the cluster has no value), blank where there is nothing to say.
    """
    names = ["group", "indicator"]
    order = pd.MultiIndex.from_frame(indicators[names].drop_duplicates())
    outlets = [outlet for outlet in dict.fromkeys(indicators[OUTLET]) if outlet != CLUSTER]
    wide = indicators.pivot_table("value", index=names, columns=OUTLET, aggfunc="first", dropna=False)
    wide = wide.reindex(index=order, columns=[*outlets, CLUSTER])
    of_cluster = indicators[indicators[OUTLET] == CLUSTER].set_index(names)
    return wide.assign(target=of_cluster["target"], met=of_cluster["met"]).rename_axis(columns=None)


def _given_to(table: pd.DataFrame, appraisal: pd.DataFrame) -> pd.DataFrame:
    """Give the appraisal's rows in the order of the people, with the outlets they belong to."""
    named = read_people("appraisal", appraisal, {})[EMPLOYEE].tolist()
    known = table[EMPLOYEE].tolist()
    faults = [
        Fault("appraisal", i, f'employee "{name}" is not among the people{did_you_mean(name, known)}')
        for i, name in enumerate(named)
        if name not in set(known)
    ]
    faults += [
        Fault("people", i, f'"{name}" has no row in the appraisal; add one, blank where nothing is known')
        for i, name in enumerate(known)
        if name not in set(named)
    ]
    if faults:
        raise InvalidProblem(faults)
    position = {name: i for i, name in enumerate(named)}
    rows = appraisal.iloc[[position[name] for name in known]].reset_index(drop=True)
    return rows.assign(**{EMPLOYEE: table[EMPLOYEE], OUTLET: table[OUTLET]})


def _with_counts(
    given: pd.DataFrame,
    table: pd.DataFrame,
    held: Iterable[Permission],
    activities: pd.DataFrame,
    on: dt.date,
    rules: AppraisalRules,
) -> pd.DataFrame:
    """Add what can be counted and was not given: posts performed and skills held."""
    parts = [
        post
        for post in rules.coverage.posts
        if not any(set(other.activities) < set(post.activities) for other in rules.coverage.posts)
    ]
    if BREADTH not in given:
        given = given.assign(**{BREADTH: (minutes_worked(table, activities, parts) > 0).sum(axis=1)})
    if CERTIFIED not in given:
        valid = {
            (p.employee_id, p.skill_id)
            for p in held
            if (p.valid_from is None or p.valid_from <= on) and (p.valid_until is None or on <= p.valid_until)
        }
        skills = pd.Series([name for name, _ in valid], dtype="str").value_counts()
        given = given.assign(**{CERTIFIED: table[EMPLOYEE].map(skills).fillna(0).astype(int)})
    return given


def _performance(given: pd.DataFrame, kinds: pd.DataFrame, contract: PerformanceContract | None) -> pd.DataFrame:
    """Give the contract of everybody who is of a kind, blank for others; no columns without a contract."""
    if contract is None:
        return pd.DataFrame(index=given.index)
    judged = given.assign(kind=kinds["kind"])[kinds["kind"] != ""]
    if judged.empty:
        return pd.DataFrame(index=given.index)
    return (
        performance(contract, judged)
        .set_index(judged.index)
        .rename(columns={"score": "performance"})
        .reindex(given.index)
    )


def _coverage_rows(covered: pd.DataFrame) -> Iterator[_Row]:
    for row in covered.to_dict("records"):
        yield "coverage", str(row["indicator"]), str(row[OUTLET]), float(row["share"]), float(row["target"])


def _people_rows(everybody: pd.DataFrame, contracted: pd.DataFrame, rules: AppraisalRules) -> Iterator[_Row]:
    """Give what is a share of the people, or a mean over them, at each outlet and in the cluster."""
    shares = star_shares(everybody)
    for row in shares.drop(columns="people").to_dict("records"):
        yield from (("stars", str(name), str(row[OUTLET]), float(row[name]), None) for name in row if name != OUTLET)
    attained = [column for column in contracted.columns if str(column).endswith("_attained")]
    for outlet, part in by_outlet_and_cluster(everybody):
        means: dict[str, dict[Any, Any]] = {
            "nine_grid": {
                "upper_cells": part["cell"].isin(UPPER_CELLS).mean(),
                "lower_cells": part["cell"].isin(LOWER_CELLS).mean(),
            },
            "performance": part.filter(["performance", "individual", "team", "deduction"]).mean().to_dict()
            | contracted.loc[part.index, attained].mean().to_dict(),
            "kinds": {kind: (part["kind"] == kind).mean() for kind in _kinds(rules)},
            "grades": {} if rules.ladder is None else _grade_shares(part, rules.ladder),
        }
        for group, values in means.items():
            yield from ((group, str(name), outlet, float(value), None) for name, value in values.items())


def _kinds(rules: AppraisalRules) -> list[str]:
    return [*(post.post_id for post in rules.kinds.posts), ALL_ROUND]


def _grade_shares(part: pd.DataFrame, ladder: Ladder) -> dict[str, float]:
    of_grade = {f"grade_{name}": float((part["grade"] == name).mean()) for name in ladder.by_name}
    return of_grade | {
        "to_promote": float((part["action"] == "promote").mean()),
        "to_coach": float((part["action"] == "coach").mean()),
        "training_due": float((part["training_due"] != "").mean()),
    }


def _movement_rows(table: pd.DataFrame, placed: pd.DataFrame, before: pd.DataFrame | None) -> Iterator[_Row]:
    """Give the shares that moved, of the people who were placed in both periods."""
    if before is None:
        return
    moved = movement(before, placed)
    both = table.merge(moved[~moved["moved"].isin(["joined", "left"])], on=EMPLOYEE)
    for outlet, part in by_outlet_and_cluster(both):
        for way in ("up", "down"):
            yield "nine_grid", f"moved_{way}", outlet, float((part["moved"] == way).mean()), None


def _with_targets(rows: Iterable[_Row], targets: Mapping[str, float]) -> pd.DataFrame:
    """Make the table of indicators, ordered by group, with the targets asked for."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    names = dict.fromkeys(table["indicator"])
    faults = [
        Fault("targets", None, f'there is no indicator "{name}"{did_you_mean(name, names)}')
        for name in targets
        if name not in names
    ]
    if faults:
        raise InvalidProblem(faults)
    wanted = table["target"].astype(float).fillna(table["indicator"].map(dict(targets)).astype(float))
    known = wanted.notna() & table["value"].notna()
    met = (table["value"] >= wanted - TOLERANCE).astype("boolean").where(known)
    groups = {group: place for place, group in enumerate(dict.fromkeys(table["group"]))}
    indicators = {name: place for place, name in enumerate(names)}
    keys = pd.DataFrame({"group": table["group"].map(groups), "indicator": table["indicator"].map(indicators)})
    order = keys.sort_values(["group", "indicator"], kind="stable").index
    return table.assign(target=wanted, met=met).loc[order].reset_index(drop=True)

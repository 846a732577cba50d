"""`schedsolver appraise`: every indicator of the programme from a roster and an appraisal.

Exit codes: 0 when done; 2 for bad input, and nothing is written.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

import schedsolver as ss
from schedsolver.bench.extras import need
from schedsolver.cli.console import plain_console
from schedsolver.cli.summary import money, of_problem, print_table, share
from schedsolver.cli.values import date_of
from schedsolver.errors import InvalidProblem
from schedsolver.io.appraisals import TablesOfPeople, load_appraisal_rules
from schedsolver.io.text import write_folder
from schedsolver.scoring import Appraisal, AppraisalRules, indicator_table, kpis, people_of
from schedsolver.scoring import appraise as appraised

if TYPE_CHECKING:
    from rich.console import Console

PAGE = "appraisal.svg"
# Of more outlets a terminal shows the cluster alone.
MOST_OUTLETS = 8
SHARES = ("coverage", "stars", "nine_grid", "kinds", "grades")
MEANS = ("mean_stars",)


def appraise(
    path: Annotated[Path, typer.Argument(metavar="PROBLEM", help="Problem folder or .json file: people, permissions.")],
    schedule: Annotated[Path, typer.Argument(metavar="SCHEDULE", help="Roster folder, schedule.json or duties.csv.")],
    appraisal: Annotated[Path, typer.Argument(metavar="APPRAISAL", help="CSV: a row a person, see docs/scoring.md.")],
    rules: Annotated[
        Path | None, typer.Option(help="YAML: contract, stars, grid, coverage, ladder, targets; the defaults without.")
    ] = None,
    grades: Annotated[Path | None, typer.Option(help="CSV: employee, grade, valid_from, valid_until.")] = None,
    before: Annotated[Path | None, typer.Option(help="CSV of an earlier period: employee, cell.")] = None,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Day looked at; the first one planned.")] = None,
    certify: Annotated[int, typer.Option(min=0, help="Value so many certifications by solving again.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables and the page of plots.")] = None,
) -> None:
    """Appraise people and roster: every indicator as one table, and with --out as one page of plots."""
    if out is not None:
        need("matplotlib", "draw the page", "report")
    problem, roster = ss.load(path), ss.load_schedule(schedule)
    date = problem.horizon.start if on is None else date_of("--on", on)
    tables = TablesOfPeople({"appraisal": appraisal, "grades": grades, "before": before})
    wanted = AppraisalRules() if rules is None else load_appraisal_rules(rules)
    found = _appraised(problem, roster, tables, date, wanted)
    console = plain_console()
    console.print(of_problem(problem))
    _print_indicators(console, found)
    certifications = _certifications(problem, certify)
    if certifications is not None:
        _print_certifications(console, certifications)
    if out is not None:
        files = _files(found, f"{problem.name or 'Appraisal'}, {date}", certifications)
        write_folder(out, files)
        console.print(f"The appraisal is in {out}: {', '.join(files)}", soft_wrap=True)


def _appraised(
    problem: ss.Problem, roster: ss.Schedule, tables: TablesOfPeople, date: dt.date, rules: AppraisalRules
) -> Appraisal:
    given, grades = tables.table("appraisal"), tables.table("grades")
    assert given is not None, "the command asks for it"
    try:
        return appraised(
            people_of(problem),
            problem.permissions,
            roster.activities,
            given,
            date,
            rules,
            grades=() if grades is None else grades,
            before=tables.table("before"),
            figures=kpis(problem, roster),
        )
    except InvalidProblem as error:
        raise InvalidProblem(error.faults, tables.name_of) from None


def _certifications(problem: ss.Problem, count: int) -> pd.DataFrame | None:
    if not count:
        return None
    from schedsolver.solve.certify import certification_values

    return certification_values(problem, by_relaxation=count)


def _print_indicators(console: Console, found: Appraisal) -> None:
    table = indicator_table(found.indicators)
    outlets = [column for column in table.columns if column not in ("cluster", "target", "met")]
    if len(outlets) > MOST_OUTLETS:
        table = table.drop(columns=outlets)
    shown = table.drop(columns="met").astype(object)
    for place, (group, name) in enumerate(table.index):
        shares = group in SHARES and name not in MEANS
        shown.iloc[place] = [_figure(value, shares) for value in shown.iloc[place]]
    met = table["met"].map({True: "yes", False: "no"}).fillna("")
    print_table(console, "Indicators", shown.assign(met=met).reset_index(), 2)


def _figure(value: float, as_share: bool) -> str:
    if pd.isna(value):
        return ""
    return share(value) if as_share else f"{value:,.2f}"


def _print_certifications(console: Console, values: pd.DataFrame) -> None:
    known = values.dropna(subset=["relaxed_cents"])
    shown = known[["employee", "outlet", "skill", "level"]].assign(
        saves=[money(int(cents)) for cents in known["relaxed_cents"]],
        at_most_by_duals=["" if pd.isna(c) else money(round(c)) for c in known["estimate_cents"]],
    )
    print_table(console, "Whom to certify next", shown, 3)


def _files(found: Appraisal, title: str, certifications: pd.DataFrame | None) -> dict[str, str]:
    from schedsolver.report.appraisal import appraisal_page, as_svg

    frames = {"indicators.csv": found.indicators, "people.csv": found.people}
    if certifications is not None:
        frames["certifications.csv"] = certifications
    texts = {name: frame.round(6).to_csv(index=False, lineterminator="\n") for name, frame in frames.items()}
    return texts | {PAGE: as_svg(appraisal_page(found, title, certifications))}

"""What the command says of customers: a roster simulated, a forecast, a backtest."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import schedsolver as ss
from schedsolver.cli import app
from schedsolver.domain import Activity, Arrivals
from tests.tiny import MONDAY, duty, stint, tiny
from tests.traffic.series import BY_WEEKDAY, SHARES, STARTS, days

FIRST = dt.date(2026, 1, 5)


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args], prog_name="schedsolver")


def said(result: Result) -> str:
    """The words of an answer, however they were wrapped."""
    return " ".join((result.stdout + result.stderr).replace("│", " ").split())


@pytest.fixture
def roster(tmp_path: Path) -> tuple[Path, Path]:
    problem = tiny(
        activities=(
            Activity(activity_id="counter", skill_id="cash", service_minutes=10),
            Activity(activity_id="calls", deferrable=True),
        ),
        traffic=tuple(
            Arrivals(outlet_id="Hub", activity_id="counter", date=MONDAY, start=start, customers=4)
            for start in ("09:00", "10:00", "11:00")
        ),
    )
    schedule = ss.Schedule.of([duty()], [stint("E1", "counter", "09:00", "12:00")])
    ss.save(problem, tmp_path / "problem")
    ss.save_schedule(schedule, tmp_path / "roster")
    return tmp_path / "problem", tmp_path / "roster"


@pytest.fixture
def counts(tmp_path: Path) -> Path:
    """Twelve weeks of a bank in two outlets, Harbour half as busy, told in a machine's own words."""
    dates = days(84, FIRST)
    rows = [
        (outlet, date, f"{start // 60:02}:{start % 60:02}", round(times * BY_WEEKDAY[date.weekday()] * part))
        for outlet, times in (("Hub", 1.0), ("Harbour", 0.5))
        for date in dates
        for start, part in zip(STARTS.tolist(), SHARES.tolist(), strict=True)
    ]
    path = tmp_path / "counts.csv"
    pd.DataFrame(rows, columns=["outlet", "date", "start", "tickets"]).to_csv(path, index=False)
    return path


MACHINE = ("--column", "customers=tickets", "--activity", "counter")


class TestSimulate:
    def test_tells_what_the_library_finds(self, roster: tuple[Path, Path], tmp_path: Path) -> None:
        out = tmp_path / "slots.csv"
        answer = run("simulate", *roster, "--replications", 300, "--seed", 5, "--out", out)
        assert answer.exit_code == 0, answer.output
        from schedsolver.simulate import simulate

        found = simulate(ss.load(roster[0]), ss.load_schedule(roster[1]), 300, 5)
        assert f"{found.late_share:.2%}" in answer.stdout
        assert f"{found.table()['mean_wait'][0]:,.2f}" in answer.stdout
        written = pd.read_csv(out)
        assert written["late_share"].tolist() == pytest.approx(found.by_slot["late_share"].tolist())

    def test_less_variable_service_makes_fewer_late(self, roster: tuple[Path, Path], tmp_path: Path) -> None:
        waits = []
        for options in ((), ("--cv", "counter=0.2"), ("--patience", "counter=5")):
            out = tmp_path / "slots.csv"
            assert run("simulate", *roster, "--out", out, *options).exit_code == 0
            table = pd.read_csv(out)
            waits.append((table["mean_wait"] @ table["customers"], table["lost"].sum()))
        (plain, none_lost), (steady, _), (_, lost) = waits
        assert steady < 0.9 * plain
        assert none_lost == 0 < lost

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            (("--cv", "counter"), '--cv "counter" is not of the form NAME=VALUE'),
            (("--cv", "counter=wide"), '--cv counter: "wide" is not a number'),
            (("--cv", "calls=1"), '--cv: the problem has no activity "calls" with service_minutes'),
            (("--cv", "counter=-1"), "--cv: "),
            (("--patience", "counter=0"), "--patience of counter must be above 0"),
            (("--patience", "countr=5"), 'the problem does not have (did you mean "counter"?)'),
            (("--helps", "teller"), 'help_order names activity "teller"'),
            (("--replications", "1"), "Invalid value for '--replications'"),
        ],
    )
    def test_bad_input_is_told(self, roster: tuple[Path, Path], tmp_path: Path, options: tuple, why: str) -> None:
        out = tmp_path / "slots.csv"
        answer = run("simulate", *roster, "--out", out, *options)
        assert answer.exit_code == 2
        assert why in said(answer)
        assert not out.exists()


class TestForecast:
    def test_writes_a_traffic_table(self, counts: Path, tmp_path: Path) -> None:
        out, bands = tmp_path / "traffic.csv", tmp_path / "bands.csv"
        answer = run("forecast", counts, *MACHINE, "--from", "2026-03-30", "--out", out, "--bands", bands)
        assert answer.exit_code == 0, answer.output
        table = pd.read_csv(out)
        assert list(table.columns) == ["outlet", "activity", "date", "start", "customers"]
        monday = table[(table["date"] == "2026-03-30") & (table["outlet"] == "Hub")]
        assert monday["start"].tolist() == ["09:00", "09:30", "10:00", "10:30"]
        assert monday["customers"].to_numpy() == pytest.approx(BY_WEEKDAY[0] * SHARES, rel=0.03)
        harbour = table[table["outlet"] == "Harbour"]["customers"].sum()
        assert harbour == pytest.approx(0.5 * BY_WEEKDAY.sum(), rel=0.03)
        wide = pd.read_csv(bands)
        assert np.all(wide["low"] <= wide["customers"] + 0.5)
        assert np.all(wide["customers"] <= wide["high"] + 0.5)
        assert "672 rows read, 672 used" in answer.stdout

    def test_leaves_out_what_a_problem_cannot_take(self, counts: Path, roster: tuple[Path, Path], tmp_path) -> None:
        out = tmp_path / "traffic.csv"
        answer = run("forecast", counts, *MACHINE, "--from", "2026-03-09", "--days", 3, "--out", out,
                     "--slot-minutes", 30, "--problem", roster[0])  # fmt: skip
        assert answer.exit_code == 0, answer.output
        table = pd.read_csv(out)
        assert set(table["outlet"]) == {"Hub"}
        assert set(table["date"]) == {"2026-03-09", "2026-03-10"}
        # Two hours of half-hours became hours; one of three days is past the horizon, one of two outlets unknown.
        assert table["start"].tolist() == ["09:00", "10:00"] * 2
        assert "6 the problem has no such outlet" in said(answer)
        assert "2 outside the horizon" in said(answer)

    def test_counts_customers_one_by_one(self, tmp_path: Path) -> None:
        records = tmp_path / "records.csv"
        moments = [f"{date} 09:{minute:02}" for date in days(56, FIRST) for minute in (1, 5, 31)]
        records.write_text("kind,arrival\n" + "".join(f"counter,{moment}\n" for moment in moments))
        out = tmp_path / "traffic.csv"
        answer = run("forecast", records, "--column", "activity=kind", "--outlet", "Hub", "--from", "2026-03-02",
                     "--days", 1, "--out", out)  # fmt: skip
        assert answer.exit_code == 0, answer.output
        assert pd.read_csv(out)["customers"].tolist() == pytest.approx([2, 1], rel=0.1)

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            (("--from", "30.3.2026"), '--from: "30.3.2026" is not a date in the form YYYY-MM-DD'),
            (("--from", "2026-03-30", "--take", "most"), 'no column "most"; take customers, low or high'),
            (("--from", "2026-03-30", "--weekend", "sunday"), '--weekend is "sunday"; give days such as 5,6'),
            (("--from", "2026-03-30", "--country", "XX"), "--country, --weekend: "),
            (("--from", "2026-03-30", "--payday", "rent=32"), '"rent" falls on day 32 of the month'),
            (("--from", "2026-03-30", "--timezone", "Mars/Base"), 'there is no time zone "Mars/Base"'),
            (("--from", "2026-03-30", "--column", "customers=came"), 'there is no column "came"'),
        ],
    )
    def test_bad_input_is_told(self, counts: Path, tmp_path: Path, options: tuple, why: str) -> None:
        out = tmp_path / "traffic.csv"
        answer = run("forecast", counts, *MACHINE, "--out", out, *options)
        assert answer.exit_code == 2
        assert why in said(answer)
        assert not out.exists()

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        answer = run("forecast", tmp_path / "none.csv", "--from", "2026-03-30", "--out", tmp_path / "traffic.csv")
        assert answer.exit_code == 2
        assert "none.csv: cannot be read: No such file" in said(answer)


def test_backtest_holds_weeks_against_last_week(counts: Path) -> None:
    answer = run("backtest", counts, *MACHINE, "--weeks", 3)
    assert answer.exit_code == 0, answer.output
    lines = [line.split() for line in answer.stdout.splitlines()]
    # Weeks that repeat exactly are known exactly by last week's; the profile may round.
    assert ["seasonal_naive", "3", "0.00%", "3"] in lines
    assert [line[0] for line in lines if line[:1] and line[0].startswith("2026-03")] == [
        "2026-03-09", "2026-03-16", "2026-03-23",
    ]  # fmt: skip


def test_backtest_without_history_before(counts: Path) -> None:
    answer = run("backtest", counts, *MACHINE, "--weeks", 12)
    assert answer.exit_code == 2
    assert "there are no counts for the period from 2026-01-05, or before" in said(answer)

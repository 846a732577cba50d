import datetime as dt
import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from schedsolver.errors import InvalidProblem
from schedsolver.io.generator import GeneratorSpec

ROOT = Path(__file__).parents[2]
# The real file is not part of the repository: wherever it is beside it, or where the variable says.
FOUND = sorted(ROOT.parent.glob("*/data/traffic/anonymous_bank_1999_30min.csv"))
REAL_FILE = Path(os.environ.get("BANK_TRAFFIC", FOUND[0] if FOUND else "anonymous_bank_1999_30min.csv"))
MONDAY = dt.date(2026, 3, 2)


@pytest.fixture(scope="module")
def bank_week() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bank_week", ROOT / "examples/bank_week.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def write(tmp_path):
    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "traffic.csv"
        path.write_text(text, encoding=encoding)
        return path

    return write


def rows_of_weeks(*customers: float, starts: tuple[str, ...] = ("10:00", "10:30")) -> str:
    """Give a file of whole weeks from MONDAY, each with its number of customers in every slot."""
    lines = ["day,from,calls"]
    for week, count in enumerate(customers):
        for day in range(7):
            date = MONDAY + dt.timedelta(days=7 * week + day)
            lines += [f"{date},{start},{count}" for start in starts]
    return "\n".join(lines)


class TestReading:
    def test_columns_by_name_rows_of_one_slot_added_up(self, bank_week, write) -> None:
        path = write("kind,from,day,calls\na,09:30,2026-03-02,2\nb,9:30,2026-03-02,3.5\na,09:00,2026-03-02,1\n")
        table = bank_week.read_arrivals(path, "day", "from", "calls")
        assert list(table.itertuples(index=False, name=None)) == [(MONDAY, 540, 1.0), (MONDAY, 570, 5.5)]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    def test_semicolons_and_byte_order_mark(self, bank_week, write, encoding: str) -> None:
        path = write("day;from;calls\n2026-03-02;09:30;2,5\n", encoding)
        assert bank_week.read_arrivals(path, "day", "from", "calls")["customers"].tolist() == [2.5]

    def test_a_file_that_is_not_utf_8_is_refused(self, bank_week, write) -> None:
        path = write("day,from,calls,note\n2026-03-02,09:30,2,café\n", "latin-1")
        with pytest.raises(InvalidProblem, match="not UTF-8"):
            bank_week.read_arrivals(path, "day", "from", "calls")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("day,start,calls\n", 'no column "from"; the columns are day, start, calls'),
            ("day,from,calls\n", "no rows"),
            (
                "day,from,calls\n2026-03-02,09:30,2\n02/03/2026,09:30,2\n",
                'row 3, column "day": "02/03/2026" is not a date',
            ),
            ("day,from,calls\n2026-02-30,09:30,2\n", 'row 2, column "day": .* not a day of the calendar'),
            ("day,from,calls\n2026-03-02,half nine,2\n", 'row 2, column "from": "half nine" is not a time'),
            ("day,from,calls\n2026-03-02,09:30,-2\n", 'row 2, column "calls": -2 customers'),
            ("day,from,calls\n2026-03-02,09:30,\n", 'row 2, column "calls": "" is not a number'),
            ('day,from,calls\n2026-03-02,09:30,"1,234"\n', '"1,234" is not a number'),
            ("day,from,calls\n2026-03-02,09:30,inf\n", "inf customers"),
        ],
    )
    def test_bad_files_are_refused_with_the_row(self, bank_week, write, text: str, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            bank_week.read_arrivals(write(text), "day", "from", "calls")


class TestWeeks:
    def problem(self, bank_week, path: Path, scale: float = 1.0, **fields: object):
        arrivals = bank_week.read_arrivals(path, "day", "from", "calls")
        spec = GeneratorSpec(**{"start": MONDAY, "noise": 0} | fields)
        return bank_week.week_problem(arrivals, spec, scale)

    def counter_customers(self, problem, date: dt.date = MONDAY, outlet: str = "HUB") -> dict[int, float]:
        found: dict[int, float] = {}
        for row in problem.traffic:
            if row.activity_id != "audit" and (row.outlet_id, row.date) == (outlet, date):
                found[row.start] = found.get(row.start, 0) + row.customers
        return found

    def test_typical_week_is_the_median(self, bank_week, write) -> None:
        arrivals = bank_week.read_arrivals(write(rows_of_weeks(9, 2, 5)), "day", "from", "calls")
        assert bank_week.typical_week(arrivals) == MONDAY + dt.timedelta(days=14)

    def test_weeks_cut_by_the_file_are_not_typical(self, bank_week, write) -> None:
        arrivals = bank_week.read_arrivals(write(rows_of_weeks(9, 5)), "day", "from", "calls")
        cut = arrivals[arrivals["date"] > MONDAY]
        assert bank_week.typical_week(cut) == MONDAY + dt.timedelta(days=7)
        with pytest.raises(ValueError, match="choose one with --week"):
            bank_week.typical_week(cut[cut["date"] < MONDAY + dt.timedelta(days=13)])

    def test_hub_gets_two_hundred_on_an_average_working_day_of_the_file(self, bank_week, write) -> None:
        path = write(rows_of_weeks(1, 3))
        for week, total in ((0, 100), (1, 300)):
            monday = MONDAY + dt.timedelta(days=7 * week)
            found = self.counter_customers(self.problem(bank_week, path, start=monday), monday)
            assert found == pytest.approx({600: total / 2, 630: total / 2}, abs=0.02)

    def test_scale(self, bank_week, write) -> None:
        found = self.counter_customers(self.problem(bank_week, write(rows_of_weeks(4)), scale=0.5))
        assert sum(found.values()) == pytest.approx(100, abs=0.05)

    def test_longer_slots_are_spread_and_shorter_ones_added_up(self, bank_week, write) -> None:
        hours = write(rows_of_weeks(4, starts=("10:00", "11:00")))
        found = self.counter_customers(self.problem(bank_week, hours))
        assert found == pytest.approx({600: 50, 630: 50, 660: 50, 690: 50}, abs=0.02)
        quarters = write(rows_of_weeks(4, starts=("10:00", "10:15", "10:30", "10:45")))
        found = self.counter_customers(self.problem(bank_week, quarters))
        assert found == pytest.approx({600: 100, 630: 100}, abs=0.02)

    def test_slots_that_do_not_divide_are_refused(self, bank_week, write) -> None:
        path = write(rows_of_weeks(4, starts=("10:00", "10:20", "10:40")))
        with pytest.raises(ValueError, match="slots of 20 minutes"):
            self.problem(bank_week, path)

    @pytest.mark.parametrize(
        ("start", "message"),
        [
            (MONDAY + dt.timedelta(days=1), "2026-03-03 is not a Monday; that week begins on 2026-03-02"),
            (MONDAY + dt.timedelta(days=7), "2026-03-09 is not in the file, which goes from 2026-03-02 to 2026-03-08"),
        ],
    )
    def test_weeks_that_are_not_there_are_refused(self, bank_week, write, start: dt.date, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            self.problem(bank_week, write(rows_of_weeks(4)), start=start)

    def test_nobody_in_opening_hours_is_refused(self, bank_week, write) -> None:
        with pytest.raises(ValueError, match="nobody comes from Monday to Friday, 08:30-18:00"):
            self.problem(bank_week, write(rows_of_weeks(4, starts=("20:00", "20:30"))))


class TestCommand:
    def test_bad_input_ends_with_the_file_and_the_reason(self, bank_week, write, tmp_path: Path) -> None:
        import typer

        app = typer.Typer()
        app.command()(bank_week.main)
        path = write("date,start,customers\n2026-03-02,09:30,-2\n")
        out = tmp_path / "roster"
        result = CliRunner().invoke(app, [str(path), "--out", str(out)], env={"COLUMNS": "300"})
        assert result.exit_code == 2
        assert "-2 customers" in result.output
        assert not out.exists()


@pytest.mark.skipif(not REAL_FILE.exists(), reason="the bank's file is not here")
def test_a_typical_week_of_the_real_file(bank_week) -> None:
    arrivals = bank_week.read_arrivals(REAL_FILE, "date", "start", "calls")
    monday = bank_week.typical_week(arrivals)
    problem = bank_week.week_problem(arrivals, GeneratorSpec(start=monday, seed=1, noise=0))
    days = [problem.horizon.start + dt.timedelta(days=d) for d in range(5)]
    at_hub = sum(
        row.customers
        for row in problem.traffic
        if row.outlet_id == "HUB" and row.activity_id != "audit" and row.date in days
    )
    assert at_hub / 5 == pytest.approx(200, rel=0.1)

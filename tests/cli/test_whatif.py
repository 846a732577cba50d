"""What-ifs by command: each prints its table, and writes table and picture when asked."""

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import schedsolver as ss
from schedsolver.cli import app
from schedsolver.domain import Activity
from schedsolver.whatif import joined, merged_posts, needs, opened, service_curve
from tests.simulate.test_roster import come
from tests.whatif.test_variants import bank

PROBLEM = bank(
    come("09:00", 8), come("10:00", 20), come("09:00", 6, outlet="Sat"), come("10:00", 3, activity="fx"),
    activities=(*bank().activities, Activity(activity_id="audit", service_minutes=3)),
)  # fmt: skip
FEW = ("--replications", 20, "--seed", 4)


def run(*args: object) -> Result:
    return CliRunner().invoke(app, ["whatif", *(str(arg) for arg in args)], prog_name="schedsolver")


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    ss.save(PROBLEM, tmp_path / "problem")
    return tmp_path / "problem"


CASES = {
    "join": (
        ("Hub", "Sat"),
        lambda: needs({"apart": PROBLEM, "Hub and Sat as one": joined(PROBLEM, "Hub", "Sat")}, 20, 4),
    ),
    "posts": (
        ("--merge", "desk=counter+fx", "--merge", "all=desk+audit"),
        lambda: needs({
            "3 posts": PROBLEM,
            "2 posts: desk=counter+fx": (desk := merged_posts(PROBLEM, {"desk": ["counter", "fx"]})),
            "1 post: all=desk+audit": merged_posts(desk, {"all": ["desk", "audit"]}),
        }, 20, 4),
    ),
    "hours": (
        ("Hub", "--from", "10:00", "--to", "14:00", "--weekday", 0),
        lambda: needs({
            "today": PROBLEM,
            "Hub 10:00-14:00 on weekdays 0": opened(PROBLEM, "Hub", 600, 840, [0]),
        }, 20, 4),
    ),
    "service": (
        ("--late", 0.2, "--late", 0.02),
        lambda: service_curve(PROBLEM, [0.02, 0.2], replications=20, seed=4).drop(columns="variant"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("command", CASES)
def test_what_is_needed(command: str, problem: Path, tmp_path: Path) -> None:
    options, expected = CASES[command]
    out, picture = tmp_path / "table.csv", tmp_path / "picture.svg"
    answer = run(command, problem, *options, *FEW, "--out", out, "--plot", picture)
    assert answer.exit_code == 0, answer.output
    pd.testing.assert_frame_equal(pd.read_csv(out), expected(), check_dtype=False)
    assert "<svg" in picture.read_text()
    for hours in expected()["head_hours"]:
        assert f"{hours:,.1f}" in answer.stdout


def test_channels(problem: Path, tmp_path: Path) -> None:
    out = tmp_path / "table.csv"
    answer = run("channels", problem, "--moved", 0.5, "--moved", 0, "--audits", 2, "--minutes", 5, *FEW, "--out", out)
    assert answer.exit_code == 0, answer.output
    table = pd.read_csv(out)
    assert table["moved"].tolist() == [0, 0.5]
    assert table["counter_hours"].is_monotonic_decreasing
    assert table["audit_hours"][0] == 0 < table["audit_hours"][1]
    assert "50.00%" in answer.stdout


@pytest.mark.parametrize(
    ("command", "options", "variants"),
    [
        ("pool", (), ["home only", "home only, as well served", "pool"]),
        ("certify", ("fx",), ["today", "E2 with fx"]),
        ("certify", ("fx", "--employee", "E1"), ["today", "E1 with fx"]),
    ],
)
def test_rosters(command: str, options: tuple, variants: list[str], problem: Path, tmp_path: Path) -> None:
    out = tmp_path / "table.csv"
    answer = run(command, problem, *options, *FEW, "--time", 3, "--out", out, "--plot", tmp_path / "picture.png")
    assert answer.exit_code == 0, answer.output
    table = pd.read_csv(out)
    assert table["variant"].tolist() == variants
    assert set(table.columns) >= {"paid_hours", "hours_saved", "late_share", "late_low", "late_high", "cost_cents"}
    base = table["variant"].tolist().index("home only, as well served") if command == "pool" else 0
    assert table["hours_saved"].tolist() == pytest.approx((table["paid_hours"][base] - table["paid_hours"]).tolist())
    assert all(variant in answer.stdout for variant in variants)
    assert (tmp_path / "picture.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("command", "options", "why"),
    [
        ("join", ("Hub", "Sit"), 'the problem has no outlet "Sit"'),
        ("posts", ("--merge", "desk"), '--merge "desk" is not of the form NAME=A+B'),
        ("posts", ("--merge", "desk=counter"), "of two activities or more"),
        ("posts", ("--merge", "desk=counter+till"), 'the problem has no activity "till"'),
        ("hours", ("Hub", "--from", "9", "--to", "12:00"), '--from: "9" is not a time'),
        ("hours", ("Hub", "--from", "12:00", "--to", "09:00"), "not before it closes"),
        ("service", ("--late", 0), "--late is 0; give a share such as 0.03"),
        ("service", ("--activity", "till"), 'the problem has no activity "till"'),
        ("channels", ("--moved", 2), "--moved is 2; give a share"),
        ("channels", ("--audit", "calls"), 'the activity "calls" has no service_minutes'),
        ("certify", ("sword",), 'the problem has no skill "sword"'),
        ("pool", ("--time", "-1"), "--time"),
        ("pool", ("--plot", "picture.jpg"), "picture.jpg: is no picture this can draw"),
    ],
)
def test_bad_input_is_told(command: str, options: tuple, why: str, problem: Path, tmp_path: Path) -> None:
    out = tmp_path / "table.csv"
    answer = run(command, problem, *options, "--out", out)
    assert answer.exit_code == 2, answer.output
    assert why in " ".join((answer.stdout + answer.stderr).replace("│", " ").split())
    assert not out.exists()

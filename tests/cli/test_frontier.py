"""The command that finds what fairness costs."""

from pathlib import Path

import pandas as pd

import schedsolver as ss
from schedsolver.cli.frontier import picture
from schedsolver.rules.fairness import FairDistance
from tests.cli.test_traffic import run, said
from tests.rules.test_fairness import world
from tests.solve.test_in_order import branch


def folder(tmp_path: Path, problem: ss.Problem) -> Path:
    ss.save(problem, tmp_path / "problem")
    return tmp_path / "problem"


def test_table_picture_and_rosters(tmp_path):
    problem = branch(requests=())
    factors = [option for factor in (0, 10, 100) for option in ("--factor", factor)]
    out = tmp_path / "out"
    found = run("frontier", folder(tmp_path, problem), "--out", out, "--deterministic", *factors)
    assert found.exit_code == 0, said(found)
    table = pd.read_csv(out / "frontier.csv")
    assert table["money"].tolist() == [400, 460, 720]
    assert table["factor"].tolist() == [0, 10, 100]
    assert "100 0.00 7.20 7.20 0.00 3.20" in said(found)
    for factor in (0, 10, 100):
        assert ss.check(problem, ss.load_schedule(out / f"factor-{factor}")).ok
    again = ("--factor", 0, "--start", out / "factor-100")
    begun = run("frontier", tmp_path / "problem", "--out", tmp_path / "again", "--deterministic", *again)
    assert begun.exit_code == 0
    assert "start" in said(begun), "the search begins with the roster given"
    drawn = (out / "frontier.svg").read_text()
    assert all(words in drawn for words in ("x 0<", "x 10<", "x 100<", "price of fairness", "unfairness"))
    assert drawn == picture(table), "the same table makes the same picture"


def test_without_a_soft_rule_nothing_is_written(tmp_path):
    problem = folder(tmp_path, world(FairDistance(items=["duty"])))
    found = run("frontier", problem, "--out", tmp_path / "out", "--deterministic")
    assert (found.exit_code, (tmp_path / "out").exists()) == (2, False)
    assert "there is no soft fairness rule" in said(found)


def test_a_folder_with_other_files_is_refused(tmp_path):
    problem = folder(tmp_path, branch())
    found = run("frontier", problem, "--out", problem)
    assert found.exit_code == 2
    assert "choose a new folder" in said(found)
    assert run("frontier", problem, "--out", tmp_path / "new", "--time", "0").exit_code == 2

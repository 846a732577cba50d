"""The page, the printed tables and the command that makes them."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from schedsolver.bench.page import render, write_page
from schedsolver.bench.record import Outcome, RunRecord
from schedsolver.cli.bench_report import report
from schedsolver.errors import SchedSolverError
from tests.bench.synthetic import experiment, run, write_folder


class Page(HTMLParser):
    """Collects text by element, anchors and what would be fetched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.best: list[str] = []
        self._in_best = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found.get("href", ""))
        if tag in ("script", "link", "img", "iframe"):
            self.fetched.append(tag)
        if tag == "td":
            self._in_best = found.get("class") == "best"

    def handle_data(self, data: str) -> None:
        if self._in_best and data.strip():
            self.best.append(data.strip())


@pytest.fixture(scope="module")
def records() -> list[RunRecord]:
    return experiment(contestants=9, instances=4, seeds=2, failures=0.06)


@pytest.fixture(scope="module")
def text(records: list[RunRecord]) -> str:
    return render(records, "demo", experiment={"name": "demo", "seeds": [1, 2]}, folder="my results")


def test_page_needs_nothing_else(text: str) -> None:
    page = Page(text)
    assert not page.fetched
    assert not re.search(r'(src|href)="(https?:)?//', text)
    assert "@import" not in text
    assert "url(http" not in text


def test_contents_lead_to_what_is_there(text: str) -> None:
    page = Page(text)
    links = [link.removeprefix("#") for link in page.links]
    assert links
    assert set(links) <= set(page.ids)
    assert {"ranking-60", "figures-60", "portfolio-60", "instances-60", "outcomes", "not-expressed", "again"} <= set(
        links
    )


def test_page_has_three_figures_with_every_contestant(text: str, records: list[RunRecord]) -> None:
    figures = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(figures) == 3
    for figure in figures:
        assert all(name in figure for name in {record.contestant for record in records})


def test_page_tells_how_to_repeat_it(text: str) -> None:
    assert "schedsolver bench run demo.yaml --out &#39;my results&#39;" in text
    assert "schedsolver bench report &#39;my results&#39;</pre>" in text
    assert "name: demo\nseeds:\n- 1\n- 2" in text


def test_page_leaves_out_what_the_experiment_leaves_open() -> None:
    asked = {"name": "demo", "memory_mb": None, "contestants": {"a": {"preset": None, "cp_sat": {"x": 0}}, "b": {}}}
    text = render([run()], "demo", experiment=asked)
    assert "contestants:\n  a:\n    cp_sat:\n      x: 0\n</pre>" in text
    found = {"name": "demo", "instances": [{"path": str(Path.cwd() / "weeks" / "one.json")}]}
    assert "instances:\n- path: weeks/one.json\n</pre>" in render([run()], "demo", experiment=found)
    assert "saved as" not in render([run()], "demo", experiment={"name": "x" * 30_000})


def test_page_is_the_same_every_time(text: str, records: list[RunRecord]) -> None:
    assert render(records, "demo", experiment={"name": "demo", "seeds": [1, 2]}, folder="my results") == text


def test_page_tells_what_went_wrong_and_what_was_not_expressed() -> None:
    records = [
        run(objective=104),
        run(contestant="peer", not_expressed=("travel",), best_known=None),
        run("b", outcome=Outcome.WRONG, message="rest of <E07>"),
        run("b", "peer"),
    ]
    text = render(records, "demo")
    assert "rest of &lt;E07&gt;" in text
    assert "<E07>" not in text
    assert "1/1 failed" in text
    assert "peer: travel (1 instance)" in text
    assert Page(text).best == ["0 %", "0 %"]
    assert ">4.00 %</td>" in text


@pytest.mark.parametrize(
    "records",
    [
        [run()],
        [run(objective=0), run(contestant="y", objective=5)],
        [run(outcome=Outcome.FAILED), run(contestant="y", outcome=Outcome.TIMEOUT)],
        [run("a"), run("b", "y")],
        [run(), run(limit_seconds=0.5), run(contestant="y")],
        [run(trace=((0.0, 100, 100),), bound=100), run(contestant="y", trace=((0.0, 100, 100),))],
    ],
    ids=["one run", "cost 0", "all failed", "nothing in common", "two limits", "at once"],
)
def test_page_of_small_experiments(records: list[RunRecord]) -> None:
    page = Page(render(records, "demo"))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_page_of_several_machines_warns() -> None:
    assert "cannot be held against" in render([run(machine="m"), run("b", machine="n")], "demo")
    assert "cannot be held against" not in render([run(machine="m"), run("b", machine="m")], "demo")


def test_no_runs_are_told() -> None:
    with pytest.raises(SchedSolverError, match="no finished runs"):
        render([], "demo")


@pytest.mark.parametrize("module", ["jinja2", "matplotlib"])
def test_a_missing_library_is_told_with_the_way_to_get_it(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SchedSolverError, match=rf'{module} is needed .*pip install "schedsolver\[bench\]"'):
        render([run()], "demo")


def test_report_writes_files_and_prints_the_ranking(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = write_folder(tmp_path / "demo", experiment(instances=2))
    report(out, target=0.05)
    printed = capsys.readouterr().out
    assert "balanced" in printed
    assert "time to 5 %" in printed
    assert "18 runs of 3 contestants: 2 instances, 3 seeds." in printed
    assert set(pd.read_parquet(out / "results.parquet")["target"]) == {0.05}
    assert (out / "results.csv").is_file()
    page = (out / "index.html").read_text(encoding="utf-8")
    assert f"schedsolver bench report {out} --target 0.05" in page
    assert "<title>demo: benchmark</title>" in page


def test_page_of_a_folder(tmp_path: Path) -> None:
    out = write_folder(tmp_path / "demo", [run()])
    assert write_page(out) == out / "index.html"

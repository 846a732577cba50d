"""The page of an appraisal: what it draws is what the tables say."""

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from schedsolver.report.appraisal import appraisal_page, as_svg
from schedsolver.scoring import AppraisalRules
from tests.scoring.test_appraise import RULES, appraised

PLAIN = AppraisalRules(stars=RULES.stars, grid=RULES.grid)
VALUES = pd.DataFrame(
    {"employee": ["A", "B", "C"], "skill": "fx", "level": 2, "relaxed_cents": [12_300, 4_500, None]}
)  # fmt: skip


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def labels(axes, axis: str = "y") -> list[str]:
    return [label.get_text() for label in getattr(axes, f"get_{axis}ticklabels")()]


def titles(figure) -> list[str]:
    return [axes.get_title(loc="left") for axes in figure.axes]


def test_six_panels():
    assert titles(appraisal_page(appraised(), "March", VALUES)) == [
        "Coverage of posts",
        "Nine-grid, with the weakest component",
        "Stars, and their mean",
        "Performance contract: score",
        "Grades, and what the review says",
        "Whom to certify next",
    ]
    assert titles(appraisal_page(appraised(), "March"))[-1] == "Kinds of manager"


def test_bars_are_the_values():
    found = appraised()
    covered, _, stars, performance, grades, certify = appraisal_page(found, "March", VALUES).axes
    cluster = found.indicators.query("group == 'coverage' and outlet == 'cluster'").set_index("indicator")
    drawn = dict(zip(labels(covered), [bar.get_width() for bar in covered.patches[::-1]], strict=False))
    assert drawn["fx"] == cluster.loc["fx", "value"]
    assert sorted(bar.get_width() for bar in covered.patches) == sorted(cluster["value"])
    marks = {line.get_label(): line.get_xdata() for line in covered.lines}
    assert list(marks["target"]) == cluster["target"].tolist()
    assert len(marks["an outlet"]) == 14
    assert labels(stars) == ["cluster", "Sat", "Hub"]
    assert texts(stars) == ["3.0", "2.5", "3.5"]
    assert labels(performance, "x") == ["A", "B", "C"]
    assert [bar.get_height() for bar in performance.patches] == pytest.approx([1.15, 0.9, 0.5])
    assert "75%" in texts(grades)
    assert labels(certify) == ["B: fx 2", "A: fx 2"]
    assert [bar.get_width() for bar in certify.patches] == [45, 123]


def test_the_grid_names_people_and_what_is_weakest():
    grid = appraisal_page(appraised(), "March").axes[1]
    assert texts(grid)[:2] == ["1", "D (volume)"]
    assert texts(grid)[8:10] == ["2", "B (breadth)\nC (volume)"]
    assert texts(grid)[16:] == ["1", "A (volume)"]


def test_a_crowded_cell_says_how_many_more():
    found = appraised()
    crowd = pd.concat([found.grid.iloc[[1]].assign(employee=f"Employee number {i}") for i in range(8)])
    grid = appraisal_page(type(found)(found.people, found.indicators, crowd), "March").axes[1]
    lines = texts(grid)[9].split("\n")
    assert lines[0] == "Employee number 0 …"
    assert len(lines) == 6
    assert lines[-1] == "and 3 more"


def test_without_contract_and_ladder_the_page_says_so():
    figure = appraisal_page(appraised(rules=PLAIN), "March")
    assert texts(figure.axes[3]) == ["no contract was given"]
    assert texts(figure.axes[4]) == ["no ladder of grades was given"]


def test_the_svg_is_whole_and_the_same_each_time():
    text = as_svg(appraisal_page(appraised(), "March & April"))
    root = ET.fromstring(text)
    assert root.tag.endswith("svg")
    assert "March &amp; April" in text
    assert text == as_svg(appraisal_page(appraised(), "March & April"))

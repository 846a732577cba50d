"""The chart of heads needed and given."""

from pathlib import Path
from xml.etree import ElementTree

import schedsolver as ss
from examples import cover_chart
from schedsolver.domain import IntervalRequirement, Schedule
from tests.tiny import MONDAY, TUESDAY, duty, stint, tiny


def problem() -> ss.Problem:
    need = IntervalRequirement(
        outlet_id="Hub", activity_id="counter", date=MONDAY, start="09:00", end="12:00", heads=2
    )  # fmt: skip
    return tiny(interval_requirements=(need,))


def roster() -> Schedule:
    return Schedule.of(
        [duty("E1", "10:00", "15:00")],
        [stint("E1", "counter", "10:00", "12:00"), stint("E1", "calls", "13:00", "15:00")],
    )


def test_heads_are_covered_missing_or_to_spare() -> None:
    layers, first = cover_chart.stacked_heads(problem(), roster(), MONDAY)
    assert first == 9 * 60
    assert layers[:, 0].tolist() == [[0, 1, 1, 0, 0, 0], [2, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1]]
    assert not layers[:, 1].any()


def test_a_day_without_anything_can_be_drawn() -> None:
    ElementTree.fromstring(cover_chart.drawing(problem(), roster(), TUESDAY))


def test_the_picture_is_written(tmp_path: Path) -> None:
    ss.save(problem(), tmp_path / "problem")
    ss.save_schedule(roster(), tmp_path / "roster")
    cover_chart.main(tmp_path / "problem", tmp_path / "roster", tmp_path / "cover.svg", str(MONDAY))
    root = ElementTree.fromstring((tmp_path / "cover.svg").read_text())
    titles = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Heads on Monday 2026-03-09" in titles
    assert {"Hub", "Sat"} <= set(titles)

"""The loop of growth closes: what is planned is learned, what is learned is certified, what is certified is counted."""

import pandas as pd
import pytest

from examples import growth_loop
from schedsolver.scoring import Course, GrowthRules


def test_two_months_of_a_small_branch(monkeypatch: pytest.MonkeyPatch) -> None:
    course = {"level": 2, "session_minutes": 30, "practice_minutes": 60, "trainer_level": None}
    courses = tuple(Course(skill_id=skill, **course) for skill in ("audit", "fx"))
    monkeypatch.setattr(growth_loop, "GROWTH", GrowthRules(courses=courses, places=2))
    spec = growth_loop.SPEC.model_copy(update={"outlets": 1, "staff": 5, "days": 1, "load": 0.2, "weekend": "closed"})
    table = growth_loop.loop(3, spec)
    assert table.columns.tolist() == ["2026-03", "2026-04", "2026-05"]
    growth = table.loc["growth"]
    assert growth.loc["learners"].tolist()[0] == 0
    assert growth.loc["courses_planned", "2026-03"] > 0
    assert growth.loc["hours_learned", "2026-04"] > 0
    assert growth.loc["certificates", "2026-04"] > 0
    # Earned in April, held from May.
    coverage = table.loc["coverage"]
    assert (coverage["2026-04"].drop("cross_post_performed") == coverage["2026-03"].drop("cross_post_performed")).all()
    assert coverage["2026-05"].sum() > coverage["2026-04"].sum()
    assert not table["2026-05"].isna().any()


def test_the_table_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    table = pd.DataFrame({"2026-03": [0.5]}, index=pd.MultiIndex.from_tuples([("stars", "mean_stars")]))
    monkeypatch.setattr(growth_loop, "loop", lambda: table)
    growth_loop.main()
    assert "mean_stars" in capsys.readouterr().out

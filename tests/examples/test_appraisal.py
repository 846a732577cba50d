"""Every table of the appraisal, on made-up data."""

import pandas as pd
import pytest

from examples import appraisal


def test_the_tables_agree_with_each_other() -> None:
    tables = appraisal.every_table()
    people = tables["Kinds of manager"]["employee"].tolist()
    assert len(people) == 12
    for title in ("Performance contract", "Stars", "Movement to the next quarter", "Review of grades"):
        assert tables[title]["employee"].tolist() == people
    cells = tables["Nine-grid: from the best cell"]
    assert sorted(cells["employee"]) == people
    assert tables["Nine-grid: how many"].to_numpy().sum() == 12
    assert tables["Share of each star"]["people"].tolist() == [4, 4, 4, 12]
    covered = tables["Coverage of posts"]
    assert covered["outlet"].nunique() == 4
    assert len(covered) == 4 * 7
    cluster = covered[covered["outlet"] == "cluster"].set_index("indicator")
    lacking = tables["Who lacks what"]["indicator"].value_counts().reindex(cluster.index, fill_value=0)
    assert lacking.tolist() == (cluster["people"] - cluster["having"]).tolist()
    every = tables["Every indicator"]
    assert every.loc["coverage", "cluster"].tolist() == cluster["share"].tolist()
    assert every.loc[("stars", "mean_stars"), "cluster"] == tables["Share of each star"]["mean_stars"].iloc[-1]


def test_the_same_seed_gives_the_same_tables() -> None:
    first, again, other = appraisal.every_table(3), appraisal.every_table(3), appraisal.every_table(4)
    pd.testing.assert_frame_equal(first["Performance contract"], again["Performance contract"])
    assert not first["Performance contract"].equals(other["Performance contract"])


def test_everything_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    appraisal.main()
    printed = capsys.readouterr().out
    for title in appraisal.every_table():
        assert f"\n{title}\n" in printed
    assert "middle |4: " in printed

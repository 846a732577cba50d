import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schedsolver.errors import InvalidProblem
from schedsolver.scoring.nine_grid import NineGridRules, movement, nine_grid, people_by_cell, picture, render
from schedsolver.scoring.normalise import Component

TWO = NineGridRules(vertical=(Component(name="volume"),), horizontal=(Component(name="learning"),))
FOUR = NineGridRules(
    vertical=(Component(name="volume", weight=2), Component(name="products")),
    horizontal=(Component(name="learning"), Component(name="risk")),
)


def people(**columns) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    return pd.DataFrame({"employee": [f"E{i + 1}" for i in range(count)]} | columns)


def nine() -> pd.DataFrame:
    """One person in each cell, E1 in cell 1 to E9 in cell 9."""
    return people(volume=[1, 2, 3, 11, 12, 13, 21, 22, 23], learning=[1, 11, 21, 2, 12, 22, 3, 13, 23])


def placed(*cells, names=None) -> pd.DataFrame:
    return pd.DataFrame({"employee": names or [f"E{i + 1}" for i in range(len(cells))], "cell": cells})


# ---------------------------------------------------------------- placing


def test_terciles_fill_the_cells():
    found = nine_grid(nine(), TWO)
    assert found["cell"].tolist() == list(range(1, 10))
    assert found["vertical_level"].tolist() == ["low"] * 3 + ["middle"] * 3 + ["high"] * 3
    assert found["horizontal_level"].tolist() == ["low", "middle", "high"] * 3


def test_axes_are_weighted_means_of_their_own_components():
    found = nine_grid(people(volume=[1, 2], products=[2, 1], learning=[1, 2], risk=[1, 2]), FOUR)
    assert found["vertical"].tolist() == pytest.approx([(2 * 0.25 + 0.75) / 3, (2 * 0.75 + 0.25) / 3])
    assert found["horizontal"].tolist() == [0.25, 0.75]
    assert found["cell"].tolist() == [1, 9]


def test_thresholds_cut_each_axis():
    rules = TWO.model_copy(update={"method": "given", "vertical_cuts": (0.4, 0.8), "horizontal_cuts": (0.1, 0.2)})
    found = nine_grid(people(volume=[0.39, 0.4, 0.8], learning=[0.05, 0.1, 0.2]), rules)
    assert found["cell"].tolist() == [1, 5, 9]
    mixed = nine_grid(people(volume=[0.8, 0.4], learning=[0.05, 0.2]), rules)
    assert mixed["cell"].tolist() == [7, 6]


def test_the_default_looks_at_nine_things():
    rules = NineGridRules()
    names = [component.name for component in (*rules.vertical, *rules.horizontal)]
    found = nine_grid(people(**{name: [1, 2, 3] for name in names}))
    assert found["cell"].tolist() == [1, 5, 9]
    assert found.columns.tolist()[2:11] == names


def test_people_can_be_compared_with_their_kind():
    table = people(volume=[1, 2, 100, 200], learning=[1, 2, 1, 2], kind=["a", "a", "b", "b"])
    found = nine_grid(table, TWO.model_copy(update={"among": "kind"}))
    assert found["vertical"].tolist() == [0.25, 0.75, 0.25, 0.75]
    with pytest.raises(InvalidProblem, match='the column "kind" is missing'):
        nine_grid(table.drop(columns="kind"), TWO.model_copy(update={"among": "kind"}))


@pytest.mark.parametrize("method", ["rank", "z"])
@pytest.mark.parametrize("count", [1, 5])
def test_one_person_and_all_equal_are_in_the_middle(method, count):
    found = nine_grid(people(volume=[4] * count, learning=[0] * count), TWO.model_copy(update={"method": method}))
    assert found["cell"].tolist() == [5] * count


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=20))
def test_who_is_better_in_everything_is_never_in_a_lower_cell(figures):
    found = nine_grid(people(volume=[a for a, _ in figures], learning=[b for _, b in figures]), TWO)
    rows = list(zip(figures, (found["cell"] - 1) // 3, (found["cell"] - 1) % 3, strict=True))
    for (a, b), row, column in rows:
        for (c, d), other_row, other_column in rows:
            assert a > c or row <= other_row
            assert b > d or column <= other_column


# ---------------------------------------------------------------- weakest


def test_the_weakest_component_is_the_lowest_score_that_is_known():
    table = people(volume=[1, 2, 3], products=[2, 3, 1], learning=[3, None, 2], risk=[2, 1, 3])
    assert nine_grid(table, FOUR)["weakest"].tolist() == ["volume", "risk", "products"]


def test_of_equals_the_first_is_the_weakest_and_of_nothing_none():
    table = people(volume=[1, None], products=[1, None], learning=[1, None], risk=[1, None])
    assert nine_grid(table, FOUR)["weakest"].tolist() == ["volume", ""]


def test_a_blank_figure_counts_as_the_middle():
    found = nine_grid(people(volume=[1, None, 3], learning=[1, 2, 3]), TWO)
    assert found["cell"].tolist() == [1, 5, 9]
    assert found["weakest"].tolist()[1] == "learning"


# ---------------------------------------------------------------- refusals


def test_malformed_appraisals_are_told():
    with pytest.raises(InvalidProblem, match='the column "learning" is missing'):
        nine_grid(people(volume=[1]), TWO)
    with pytest.raises(InvalidProblem, match=r'appraisal\[0\]: volume of "E1" is -1; it must be at least 0'):
        nine_grid(people(volume=[-1], learning=[1]), TWO)
    with pytest.raises(InvalidProblem, match="has no rows"):
        nine_grid(people(volume=[], learning=[]), TWO)


def test_rules_that_cannot_be_are_refused():
    with pytest.raises(ValidationError, match="volume is on both axes"):
        NineGridRules(vertical=TWO.vertical, horizontal=TWO.vertical)
    with pytest.raises(ValidationError, match="do not rise"):
        NineGridRules(vertical_cuts=(0.6, 0.4))


# ---------------------------------------------------------------- the picture


def test_the_picture_has_the_best_at_the_top_right():
    counts = picture(placed(9, 9, 7, 1, 5, 6))
    assert counts.loc["high"].to_dict() == {"low": 1, "middle": 0, "high": 2}
    assert counts.to_numpy().tolist() == [[1, 0, 2], [0, 1, 1], [1, 0, 0]]
    assert counts.index.tolist() == ["high", "middle", "low"]


def test_people_are_listed_from_the_best_cell():
    rules = TWO.model_copy(update={"method": "given", "vertical_cuts": (0.4, 0.7), "horizontal_cuts": (0.4, 0.7)})
    listed = people_by_cell(nine_grid(people(volume=[0.1, 0.8, 0.8, 0.5], learning=[0.1, 0.7, 0.9, 0.5]), rules))
    assert listed["employee"].tolist() == ["E3", "E2", "E4", "E1"]
    assert listed["cell"].tolist() == [9, 9, 5, 1]


def test_the_grid_is_drawn_with_names_and_what_is_weakest():
    text = render(nine_grid(people(volume=[1, 2, 3], learning=[3, 2, 1]), TWO), width=14)
    assert text.split("\n") == [
        "       +--------------+--------------+--------------+",
        "  high |7: 1          |8: 0          |9: 0          |",
        "       |E3 (learning) |              |              |",
        "       +--------------+--------------+--------------+",
        "middle |4: 0          |5: 1          |6: 0          |",
        "       |              |E2 (volume)   |              |",
        "       +--------------+--------------+--------------+",
        "   low |1: 0          |2: 0          |3: 1          |",
        "       |              |              |E1 (volume)   |",
        "       +--------------+--------------+--------------+",
        "             low           middle          high",
    ]


def test_long_entries_are_cut_off_and_narrow_cells_refused():
    found = nine_grid(people(volume=[1], learning=[1]), TWO)
    assert "|E1 (vol…|" in render(found, width=8)
    with pytest.raises(ValueError, match="give at least 8"):
        render(found, width=7)


def test_somebody_of_whom_nothing_is_known_is_drawn_without_a_weakness():
    assert "|E1      |" in render(nine_grid(people(volume=[None], learning=[None]), TWO), width=8)


# ---------------------------------------------------------------- movement


@pytest.mark.parametrize(
    ("before", "after", "steps", "moved"),
    [
        (5, 5, (0, 0), "same"),
        (1, 9, (2, 2), "up"),
        (4, 5, (0, 1), "up"),
        (4, 7, (1, 0), "up"),
        (9, 6, (-1, 0), "down"),
        (6, 2, (-1, -1), "down"),
        (3, 5, (1, -1), "across"),
        (7, 3, (-2, 2), "across"),
    ],
)
def test_movement_by_hand(before, after, steps, moved):
    (row,) = movement(placed(before), placed(after)).to_dict("records")
    assert row == {
        "employee": "E1",
        "cell_before": before,
        "cell_after": after,
        "vertical_steps": steps[0],
        "horizontal_steps": steps[1],
        "moved": moved,
    }


def test_who_joined_and_who_left_is_listed():
    found = movement(placed(3, 8, names=["A", "B"]), placed(2, 8, names=["C", "B"]))
    assert found["employee"].tolist() == ["C", "B", "A"]
    assert found["moved"].tolist() == ["joined", "same", "left"]
    assert found["cell_before"].isna().tolist() == [True, False, False]
    assert found["cell_after"].isna().tolist() == [False, False, True]
    assert found["vertical_steps"].isna().tolist() == [True, False, True]


def test_a_cell_off_the_grid_is_refused():
    with pytest.raises(InvalidProblem, match=r'after\[0\]: cell of "E1" is 10; it must be at most 9'):
        movement(placed(1), placed(10))
    with pytest.raises(InvalidProblem, match=r'cell of "E1" is 2.5; it must be a whole number'):
        picture(placed(2.5))

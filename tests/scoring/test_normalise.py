import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schedsolver.scoring.normalise import (
    Component,
    Components,
    component_scores,
    levels,
    levels_by_share,
    rank_scores,
    scores,
    weighted_mean,
    winsorised_z,
)

NAN = math.nan
FIGURES = st.lists(st.integers(-1000, 1000), min_size=1, max_size=30)


# ---------------------------------------------------------------- ranks


def test_ranks_by_hand():
    # Ranks 4, 1, 2.5, 2.5 of four: less a half, over four.
    assert rank_scores([9, 1, 5, 5]).tolist() == [0.875, 0.125, 0.5, 0.5]


@pytest.mark.parametrize("values", [[7], [3, 3, 3], [NAN, NAN], [NAN, 4]])
def test_ranks_are_neutral_where_nothing_can_be_told(values):
    assert rank_scores(values).tolist() == [0.5] * len(values)


def test_an_unknown_figure_is_neutral_and_does_not_count_for_the_others():
    assert rank_scores([1, NAN, 2]).tolist() == [0.25, 0.5, 0.75]


@given(FIGURES)
def test_ranks_average_a_half_and_depend_on_order_alone(values):
    found = rank_scores(values)
    assert found.mean() == pytest.approx(0.5)
    assert (found > 0).all()
    assert (found < 1).all()
    assert rank_scores(np.exp(np.array(values) / 100)).tolist() == found.tolist()
    assert (1 - rank_scores([-v for v in values])).tolist() == pytest.approx(found.tolist())


# ---------------------------------------------------------------- winsorised z


def test_winsorised_z_by_hand():
    # Ten figures, one pulled in at either end: 1 becomes 2 and 1000 becomes 9; the mean is 5.5.
    values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000]
    pulled = [2, 2, 3, 4, 5, 6, 7, 8, 9, 9]
    deviation = math.sqrt(sum((v - 5.5) ** 2 for v in pulled) / 10)
    assert winsorised_z(values).tolist() == pytest.approx([(v - 5.5) / deviation for v in pulled])


def test_the_share_says_how_many_are_pulled_in():
    assert winsorised_z([0, 10, 20, 90], 0.25).tolist() == pytest.approx([-1, -1, 1, 1])
    assert winsorised_z([0, 2], 0.0).tolist() == [-1, 1]
    assert winsorised_z([0, 0, 0, 1], 0.2).tolist() == pytest.approx([-1 / math.sqrt(3)] * 3 + [math.sqrt(3)])


def test_a_tenth_is_pulled_in_unless_told():
    values = [v**3 for v in range(40)]
    assert winsorised_z(values).tolist() == winsorised_z(values, 0.1).tolist()
    assert np.flatnonzero(winsorised_z(values) == winsorised_z(values).max()).tolist() == [35, 36, 37, 38, 39]


def test_an_extreme_figure_moves_nobody_else():
    calm, wild = list(range(20)), [*range(19), 10**9]
    assert winsorised_z(wild).tolist() == pytest.approx(winsorised_z(calm).tolist())


@pytest.mark.parametrize("values", [[7], [3, 3, 3], [NAN, NAN], [], [1] * 9 + [50]])
def test_z_is_0_where_nothing_varies(values):
    assert winsorised_z(values).tolist() == [0.0] * len(values)


@pytest.mark.parametrize("share", [-0.1, 0.5])
def test_a_share_that_leaves_nothing_is_refused(share):
    with pytest.raises(ValueError, match="must be at least 0 and below"):
        winsorised_z([1, 2], share)


# ---------------------------------------------------------------- scores


def test_scores_by_each_method():
    assert scores([1, 3]).tolist() == [0.25, 0.75]
    # One deviation below and above the mean of a normal population.
    assert scores([1, 3, NAN], "z").tolist() == pytest.approx([0.158655254, 0.841344746, 0.5])
    assert scores([0.2, NAN, 1.0], "given").tolist() == [0.2, 0.5, 1.0]


def test_components_are_scored_among_peers_and_turned_where_less_is_better():
    table = pd.DataFrame({"volume": [1, 2, 30, 40], "complaints": [0, 5, 9, 7], "kind": ["a", "a", "b", "b"]})
    parts = [Component(name="volume"), Component(name="complaints", higher_is_better=False)]
    alone = component_scores(table, parts, "rank", "kind")
    assert alone["volume"].tolist() == [0.25, 0.75, 0.25, 0.75]
    assert alone["complaints"].tolist() == [0.75, 0.25, 0.25, 0.75]
    assert component_scores(table, parts, "rank")["volume"].tolist() == [0.125, 0.375, 0.625, 0.875]


def test_the_mean_is_weighted():
    parts = [Component(name="a", weight=3), Component(name="b")]
    scored = pd.DataFrame({"b": [0.0, 1.0], "a": [1.0, 0.5]})
    assert weighted_mean(scored, parts).tolist() == [0.75, 0.625]


# ---------------------------------------------------------------- levels


def test_a_value_on_a_cut_is_above_it():
    assert levels([0.1, 0.3, 0.1 + 0.2, 0.9], [0.3, 0.9]).tolist() == [0, 1, 1, 2]


def test_levels_have_the_sizes_asked_for():
    shares = (0.1, 0.2, 0.4, 0.2, 0.1)
    assert levels_by_share(range(10), shares).tolist() == [0, 1, 1, 2, 2, 2, 2, 3, 3, 4]
    assert levels_by_share([5, 1, 3], (1 / 3, 1 / 3, 1 / 3)).tolist() == [2, 0, 1]


@given(FIGURES, st.integers(2, 6))
def test_equal_figures_share_a_level_and_better_ones_are_never_lower(values, count):
    found = levels_by_share(values, [1 / count] * count)
    order = np.argsort(values, kind="stable")
    assert (np.diff(found[order]) >= 0).all()
    assert len(set(zip(values, found.tolist(), strict=True))) == len(set(values))


# ---------------------------------------------------------------- components


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a", "b", "a"], "a is there twice"),
        (["cell"], "cell is the name of a column of the result"),
        ([], "at least 1"),
    ],
)
def test_components_need_names_of_their_own(names, message):
    with pytest.raises(ValidationError, match=message):
        TypeAdapter(Components).validate_python([{"name": name} for name in names])


@pytest.mark.parametrize("weight", [0, -1, math.inf, NAN])
def test_weights_are_above_0(weight):
    with pytest.raises(ValidationError):
        Component(name="a", weight=weight)


def test_a_component_says_what_its_column_may_hold():
    assert Component(name="a").number("rank").lowest == 0
    assert Component(name="a", lowest=None).number("z").lowest == -math.inf
    given = Component(name="a").number("given")
    assert (given.lowest, given.highest) == (0, 1)

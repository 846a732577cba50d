import pytest

from schedsolver.domain.suggest import did_you_mean


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("E07", ["E0007", "X1"], ' (did you mean "E0007"?)'),
        ("fooba", ["foobar", "fooban"], ' (did you mean "foobar"?)'),
        ("lobby", ["counter", "audit"], ""),
        ("abcde", ["abcxy"], ' (did you mean "abcxy"?)'),  # likeness 2 * 3 / 10 = 0.6, just enough
        ("abcde", ["abcxyz"], ""),  # 2 * 3 / 11
        ("E1", [], ""),
    ],
)
def test_only_a_near_name_is_suggested(name, known, hint):
    assert did_you_mean(name, known) == hint

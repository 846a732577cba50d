"""Arrays of numbers that are kept small where they can be."""

import numpy as np
import pytest

from schedsolver.domain.arrays import short

SMALL, MOST = 2**15 - 1, 2**31 - 1


@pytest.mark.parametrize(
    ("numbers", "size"),
    [
        ([], 2), ([0, -7, 5], 2), ([SMALL, -SMALL], 2), ([0, SMALL + 1], 4), ([-SMALL - 1], 4), ([MOST, -MOST], 4),
        ([MOST + 1], 8), ([0, -MOST - 1], 8), ([2**53, -(2**53)], 8),
    ],
)  # fmt: skip
def test_numbers_take_as_few_bytes_as_all_fit_into_and_stay_what_they_are(numbers, size):
    given = np.array(numbers, np.int64)
    kept = short(given)
    assert kept.itemsize == size
    assert kept.tolist() == numbers

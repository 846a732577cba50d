"""Arrays of numbers that are kept small where they can be."""

import numpy as np
import pytest

from schedsolver.domain.arrays import short

MOST = 2**31 - 1


@pytest.mark.parametrize(
    ("numbers", "size"),
    [([], 4), ([0, -7, 5], 4), ([MOST, -MOST], 4), ([MOST + 1], 8), ([0, -MOST - 1], 8), ([2**53, -(2**53)], 8)],
)
def test_numbers_take_four_bytes_if_all_fit_and_stay_what_they_are(numbers, size):
    given = np.array(numbers, np.int64)
    kept = short(given)
    assert kept.itemsize == size
    assert kept.tolist() == numbers

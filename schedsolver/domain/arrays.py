"""Names for arrays of numbers by what they hold, and how to keep many of them small."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Int32Array = NDArray[np.int32]
# Where there may be so many numbers that they are kept small if they are.
ShortArray = IntArray | Int32Array
BoolArray = NDArray[np.bool_]


def short(numbers: IntArray) -> ShortArray:
    """Give whole numbers in four bytes each if all fit."""
    most = np.iinfo(np.int32).max
    fits = not len(numbers) or (numbers.max() <= most and numbers.min() >= -most)
    return numbers.astype(np.int32) if fits else numbers

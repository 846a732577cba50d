"""Names for arrays of numbers by what they hold, and how to keep many of them small."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Int32Array = NDArray[np.int32]
BoolArray = NDArray[np.bool_]
# Whole numbers of which there may be so many that each takes as few bytes as all of them allow.
ShortArray = NDArray[np.int16] | Int32Array | IntArray


def short(numbers: IntArray) -> ShortArray:
    """Give whole numbers in as few bytes each as all of them fit into, two at least."""
    largest = np.abs(numbers).max(initial=0)
    if largest <= np.iinfo(np.int16).max:
        return numbers.astype(np.int16)
    return numbers.astype(np.int32) if largest <= np.iinfo(np.int32).max else numbers

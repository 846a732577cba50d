"""Distinct rows of a table, much faster than numpy finds them where a row fits into one number."""

from __future__ import annotations

import math

import numpy as np

from schedsolver.domain.arrays import IntArray


def distinct_rows(rows: IntArray) -> tuple[IntArray, IntArray]:
    """Give the distinct rows in order, and which of them each row is; ``rows`` of shape ``(n, columns)``."""
    if len(rows):
        low, high = rows.min(axis=0, initial=0), rows.max(axis=0, initial=0)
        sizes = [int(size) for size in high - low + 1]
        if math.prod(sizes) < 2**62:
            strides = np.array([math.prod(sizes[i + 1 :]) for i in range(len(sizes))], np.int64)
            _, first, which = np.unique((rows - low) @ strides, return_index=True, return_inverse=True)
            return rows[first], which
    found, which = np.unique(rows, axis=0, return_inverse=True)
    return found, which.ravel()

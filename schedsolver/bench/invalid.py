"""The error of experiments, and the names they may use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator

from schedsolver.errors import SchedSolverError

LONGEST_BYTES = 90
_NAME = re.compile(r"\w[\w.+=,-]*")
_UNUSABLE = re.compile(r"[^\w.+=,-]+")


class InvalidExperiment(SchedSolverError):
    """An experiment cannot be run as it is; ``faults`` lists everything found.

    Parameters
    ----------
    faults
        One sentence each.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))

    def __reduce__(self) -> tuple[type[InvalidExperiment], tuple[tuple[str, ...]]]:
        """Cross to another process as sentences."""
        return InvalidExperiment, (self.faults,)


def usable_name(text: str) -> str:
    """Give a text as a name; what cannot stand in a file's name becomes an underscore.

    >>> usable_name("week 3 (new)")
    'week_3_new'
    """
    name = _UNUSABLE.sub("_", text).strip("_.+=,-") or "unnamed"
    return name.encode()[:LONGEST_BYTES].decode(errors="ignore")


def _refuse_unusable(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f'"{name}" names files, so it may hold letters, digits and . _ + = , - only')
    if len(name.encode()) > LONGEST_BYTES:
        raise ValueError(f'"{name}" names files, so it may be {LONGEST_BYTES} bytes long at most')
    return name


Name = Annotated[str, AfterValidator(_refuse_unusable)]

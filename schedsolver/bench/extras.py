"""Libraries that only some commands need, asked for when they are needed."""

from __future__ import annotations

import importlib

from schedsolver.errors import SchedSolverError

INSTALL = 'pip install "schedsolver[{extra}]"'


def need(module: str, purpose: str, extra: str = "bench") -> None:
    """Make sure that an optional library is there.

    Parameters
    ----------
    module
        What is imported, for example ``"matplotlib"``.
    purpose
        What it is for, in words that complete "is needed to ...".
    extra
        What of this library brings it along.

    Raises
    ------
    SchedSolverError
        If it is not installed; says how to install it.
    """
    try:
        importlib.import_module(module)
    except ImportError as error:
        install = INSTALL.format(extra=extra)
        raise SchedSolverError(f"{module} is needed to {purpose} and is not installed; run: {install}") from error

"""What a peer is: another solver on the same instances, by an adapter of one function."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from schedsolver.domain.suggest import did_you_mean
from schedsolver.errors import SchedSolverError

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Schedule


class CannotExpress(SchedSolverError):
    """A peer has no words for a problem at all."""


@dataclass(frozen=True)
class PeerRoster:
    """What a peer found.

    Attributes
    ----------
    schedule
        Its roster; ``None`` when it found none.
    bound
        What it proved that no roster costs less than.
    trace
        ``(seconds, objective, bound)`` of every improvement, seconds since it was called.
    not_expressed
        What of the problem it left out, a sentence each; its roster is priced by every rule regardless.
    message
        What else there is to say.
    deterministic_time
        Work done, in a unit of its own.
    versions
        Of the packages it runs on.
    """

    schedule: Schedule | None
    bound: int | None = None
    trace: tuple[tuple[float, int | None, int | None], ...] = ()
    not_expressed: tuple[str, ...] = ()
    message: str = ""
    deterministic_time: float | None = None
    versions: dict[str, str] = field(default_factory=dict)


Peer = Callable[["Problem", float, int, int], PeerRoster]
"""Called with the problem, the limit in seconds, the number of workers and the seed; may raise CannotExpress."""


def find_peer(where: str) -> Peer:
    """Import a peer; modules in the working folder are found after those of the environment.

    Parameters
    ----------
    where
        ``module:function``.

    Raises
    ------
    SchedSolverError
        If there is no such module or function, or importing it fails.
    """
    module_name, _, function_name = where.partition(":")
    before = sys.path[:]
    sys.path[:] = search_path()
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise SchedSolverError(
            f'peer "{where}": importing {module_name} fails: {type(error).__name__}: {error}; '
            "install what it needs, or run where Python finds it"
        ) from error
    finally:
        sys.path[:] = before
    peer = getattr(module, function_name, None)
    if not callable(peer):
        known = [name for name in vars(module) if not name.startswith("_")]
        raise SchedSolverError(
            f'peer "{where}": {module_name} has no such function{did_you_mean(function_name, known)}'
        )
    found: Peer = peer
    return found


def search_path() -> list[str]:
    """Give where modules are looked for: as now, but in the working folder last unless ``PYTHONPATH`` names it."""
    here = str(Path.cwd())
    # Last, so that nothing the user happens to keep there takes the place of a library's module.
    chance = {""} if here in os.environ.get("PYTHONPATH", "").split(os.pathsep) else {"", here}
    return [*(path for path in sys.path if path not in chance), here]

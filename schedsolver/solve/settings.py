"""How long, how close and with what to solve."""

from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, model_validator

from schedsolver.domain.base import Model
from schedsolver.solve.presets import auto_fields, preset_fields
from schedsolver.solve.strategy import Strategy

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
# Units of work of a deterministic search that does not say.
DETERMINISTIC_WORK = 20.0


class Settings(Model):
    """How long, how close and with what to solve.

    Attributes
    ----------
    time_seconds
        Wall-clock limit of the search; building the model comes before. Not used when deterministic.
    gap
        Stop once the objective is proved to be within this share of the optimum.
    target_cents
        Stop once a roster costs no more than this.
    stall_seconds
        Stop when the search has brought no better roster for so long; units of work when deterministic. Counted from
        its first roster that is better than the one it began with.
    workers
        Engines at work at once: with two or more, HiGHS raises the bound beside the search; more than
        two are not used yet. ``None`` takes as many as there are processors.
    seed
        Seed of every random choice.
    deterministic
        Give the same roster on every run and machine: one thread, and work limits instead of time.
    deterministic_work
        Stop after so much deterministic time of CP-SAT, roughly seconds; the same on every machine, however busy it is.
        When deterministic, the limit in place of seconds, 20 by itself; otherwise in addition to them, none by itself.
    cp_sat
        Parameters of CP-SAT by name, in place of the library's choice.
    strategy
        How the search goes about its work.
    """

    time_seconds: Seconds = 60.0
    gap: Annotated[float, Field(ge=0, lt=1)] = 0.001
    target_cents: int | None = None
    stall_seconds: Seconds | None = None
    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    deterministic: bool = False
    deterministic_work: Seconds | None = None
    cp_sat: dict[str, bool | int | float | str] = Field(default_factory=dict)
    strategy: Strategy = Strategy()

    @model_validator(mode="after")
    def _one_worker_is_deterministic(self) -> Self:
        if self.deterministic and self.workers not in (None, 1):
            raise ValueError(f"a deterministic search has one worker, not {self.workers}; leave workers out")
        return self

    @classmethod
    def preset(cls, name: str, **changes: Any) -> Self:
        """Give the settings known by a name: ``"fast"``, ``"balanced"``, ``"proof"`` or ``"deterministic"``.

        Parameters
        ----------
        name
            The preset.
        changes
            Fields in place of the preset's, such as the time limit.

        Raises
        ------
        ValueError
            If there is no such preset, with the nearest name.
        """
        return cls.model_validate(preset_fields(name) | changes)

    @classmethod
    def auto(cls, problem: Problem, **changes: Any) -> Self:
        """Give the settings that suit a problem's size and shape, as measured; ``changes`` are as for a preset."""
        return cls.model_validate(auto_fields(problem) | changes)

    @property
    def work_limit(self) -> float:
        """Deterministic time of CP-SAT at which to stop; infinite for none."""
        if self.deterministic_work is not None:
            return self.deterministic_work
        return DETERMINISTIC_WORK if self.deterministic else math.inf

    @property
    def threads(self) -> int:
        """Number of threads to use."""
        if self.deterministic:
            return 1
        return self.workers or usable_processors()


def usable_processors() -> int:
    """Count the processors this process may use, or those there are where the system does not tell."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

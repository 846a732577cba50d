"""What customers are promised."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from schedsolver.domain.base import Identifier, Model

Share = Annotated[float, Field(gt=0, le=1)]
Minutes = Annotated[float, Field(gt=0, allow_inf_nan=False)]
WaitLimit = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Bounds(Model):
    """Bounds on how customers are served; each is optional, at least one must be given.

    Bounds on a slot hold in each one; a bound on the day holds for all its customers together, so that a slot may be
    worse than it where another is better. A target slot by slot is a bound on slots without one on the day.

    Attributes
    ----------
    late_share_of_day, late_share_of_slot
        Most customers who may be late.
    mean_wait_of_day, mean_wait_of_slot
        Longest mean wait in minutes.
    occupancy_of_slot
        Most of their time that heads may be busy serving.
    """

    late_share_of_day: Share | None = None
    late_share_of_slot: Share | None = None
    mean_wait_of_day: Minutes | None = None
    mean_wait_of_slot: Minutes | None = None
    occupancy_of_slot: Share | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(getattr(self, name) is None for name in Bounds.model_fields):
            raise ValueError("nothing is promised; give at least one bound, for example late_share_of_day 0.03")
        if self.late_share_of_day is not None and self.mean_wait_of_day is not None:
            raise ValueError("give late_share_of_day or mean_wait_of_day, not both; bound the other slot by slot")
        return self


class Promise(Bounds):
    """What the customers of one queue are promised; see :class:`Bounds`.

    Attributes
    ----------
    wait_limit_minutes
        A customer who waits longer is late.
    """

    wait_limit_minutes: WaitLimit = 20.0


class ServicePromise(Bounds):
    """What a problem promises the customers of an activity, in place of its ``target_share``; see :class:`Bounds`.

    Attributes
    ----------
    activity_id
        What they come for.
    outlet_id
        Where; ``None`` for every outlet that has no promise of its own for the activity.
    wait_limit_minutes
        A customer who waits longer is late; ``None`` for the limit of the activity.
    """

    activity_id: Identifier
    outlet_id: Identifier | None = None
    wait_limit_minutes: WaitLimit | None = None

"""The parameters of a generated problem."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from schedsolver.domain.base import Day, Model

Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0, le=10)]

# All generated times of day are on the half-hour, so a slot has to divide it.
GRID_MINUTES = 30


class GeneratorSpec(Model):
    """What :func:`~schedsolver.io.generator.generate` makes.

    Attributes
    ----------
    outlets
        Number of outlets: the first is the hub, the others are its satellites, by turns of medium
        and small size.
    staff
        Number of employees, spread evenly over the outlets, the remainder at the hub; ``None`` draws
        the number of each outlet from ``staff_per_outlet``.
    staff_per_outlet
        Fewest and most employees of an outlet when ``staff`` is ``None``.
    days, start
        Number of days planned and the first of them.
    slot_minutes
        Length of a slot; divides 30.
    seed
        Same seed and parameters, same problem.
    weekend
        Who opens at weekends: the hub alone, all outlets, or none.
    load
        Multiplies all customers.
    morning_share, afternoon_share
        Shares of a day's customers that come in the two peaks, 09:00-11:00 and 14:00-16:00.
    weekday_factors
        Customers relative to an average working day, Monday to Sunday.
    payday_factors
        Further factor on some days of the month, when wages and pensions are paid.
    noise
        Relative standard deviation of the customers of a slot around their expected number.
    cash_customer_share, fx_customer_share
        Shares of counter customers who pay in or draw cash (5 min) and who change money (15 min);
        the others take 8 min.
    audit_customer_ratio
        Customers at smart devices, who need an audit (3 min), for each counter customer.
    single_skilled_share
        Share of staff with one skill.
    fx_staff_share, maintenance_staff_share
        Shares of the other staff, who all have counter and audit, with these skills too.
    bound_share
        Share of staff whose permissions hold at their home outlet only.
    dated_share
        Share of permissions beyond the counter's that begin or end within the horizon.
    part_time_share
        Share of staff with a part-time contract of 24 hours.
    leave_share
        Share of employee-days, Monday to Friday, on leave.
    request_share
        Share of employee-days with a wish.
    reach
        At how many outlets those not bound to their home may work: there, at the hub and at the nearest to their home;
        ``None`` for all.
    content
        ``"basic"`` for wages, hours, rests and travel; ``"everything"`` for all work that can wait and every rule of
        the slots besides.
    """

    outlets: Annotated[int, Field(ge=1, le=200)] = 6
    staff: Annotated[int, Field(ge=1, le=5000)] | None = 36
    staff_per_outlet: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(le=100)]] = (4, 6)
    days: Annotated[int, Field(ge=1, le=366)] = 7
    start: Day = dt.date(2026, 3, 2)
    slot_minutes: int = 30
    seed: Annotated[int, Field(ge=0)] = 0

    weekend: Literal["hub", "all", "closed"] = "hub"
    load: Annotated[float, Field(gt=0, le=10)] = 1.0
    morning_share: Share = 0.40
    afternoon_share: Share = 0.26
    weekday_factors: Annotated[tuple[Factor, ...], Field(min_length=7, max_length=7)] = (
        1.12, 1.00, 0.94, 0.94, 1.00, 0.60, 0.45,
    )  # fmt: skip
    payday_factors: Mapping[Annotated[int, Field(ge=1, le=31)], Factor] = Field(
        default={5: 1.10, 10: 1.25, 15: 1.25, 20: 1.10, 25: 1.15}
    )
    noise: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    cash_customer_share: Share = 0.55
    fx_customer_share: Share = 0.06
    audit_customer_ratio: Factor = 0.5

    single_skilled_share: Share = 0.20
    fx_staff_share: Share = 0.40
    maintenance_staff_share: Share = 0.70
    bound_share: Share = 0.25
    dated_share: Share = 0.08
    part_time_share: Share = 0.15
    leave_share: Annotated[float, Field(ge=0, le=0.5)] = 0.04
    request_share: Annotated[float, Field(ge=0, le=0.5)] = 0.03
    reach: Annotated[int, Field(ge=2)] | None = None
    content: Literal["basic", "everything"] = "basic"

    @field_validator("slot_minutes")
    @classmethod
    def _slot_divides_half_an_hour(cls, value: int) -> int:
        if value < 5 or GRID_MINUTES % value:
            raise ValueError(
                f"slots of {value} minutes do not fit generated times, which are on the half-hour; "
                "use 5, 6, 10, 15 or 30"
            )
        return value

    @field_validator("staff_per_outlet")
    @classmethod
    def _fewest_before_most(cls, value: tuple[int, int]) -> tuple[int, int]:
        if value[0] > value[1]:
            raise ValueError(f"the fewest staff of an outlet, {value[0]}, is above the most, {value[1]}")
        return value

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        if self.morning_share + self.afternoon_share > 1:
            raise ValueError(
                f"morning_share {self.morning_share} and afternoon_share {self.afternoon_share} add up to more than 1"
            )
        if self.cash_customer_share + self.fx_customer_share > 1:
            raise ValueError(
                f"cash_customer_share {self.cash_customer_share} and fx_customer_share {self.fx_customer_share} "
                "add up to more than 1"
            )
        return self

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """The days planned, in order."""
        return tuple(self.start + dt.timedelta(days=d) for d in range(self.days))

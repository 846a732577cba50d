"""Ready sets of rules for a body of law, listed by one name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from schedsolver.domain.base import Day
from schedsolver.domain.rule import Rule
from schedsolver.domain.scope import BY_PEOPLE, Scope
from schedsolver.rules.contract import AverageHours, PaidHours
from schedsolver.rules.cost import DayPay, Overtime, OvertimeTier
from schedsolver.rules.duty_limits import BarredHours, BreakDue
from schedsolver.rules.rest import MinimumRest, WeeklyRest

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

DAY_MINUTES = 8 * 60
WEEK_MINUTES = 40 * 60
MONTHLY_OVERTIME_MINUTES = 36 * 60


class Profile(Rule):
    """Base of rules that stand for several others, all within the profile's scope."""

    scoped_by: ClassVar[frozenset[str]] = BY_PEOPLE

    def faults(self, problem: Problem) -> Iterator[str]:
        """Find what makes one of its rules meaningless."""
        for part in self.parts():
            yield from (f"{part.name}: {fault}" for fault in part.faults(problem))

    def _scope(self, **more: Any) -> Scope:
        return self.scope.model_copy(update=more)


class PrcStandard(Profile):
    """Standard working hours in China.

    Eight hours a day and forty a week; at most three hours of overtime a day and 36 a month, paid at 150 %;
    one day of rest a week; work on rest days paid at 200 %, on public holidays at 300 %.

    Source: Labour Law of the People's Republic of China (1994), articles 38, 41 and 44; State Council Decree 174
    (1995), article 3. The month's norm is the contract's weekly time for each seven of its days.
    """

    name: ClassVar[str] = "prc_standard"

    def parts(self) -> tuple[Rule, ...]:
        """Give the rules."""
        return (
            PaidHours(per="day", maximum_minutes=DAY_MINUTES + 3 * 60, scope=self.scope),
            Overtime(
                per="month", tiers=(OvertimeTier(minutes=MONTHLY_OVERTIME_MINUTES, percent=100),), scope=self.scope
            ),
            WeeklyRest(minutes=24 * 60, scope=self.scope),
            Overtime(
                per="day", norm_minutes=DAY_MINUTES, tiers=(OvertimeTier(percent=150),),
                scope=self._scope(day_kinds=("workday",)),
            ),
            DayPay(percent=200, scope=self._scope(day_kinds=("rest",))),
            DayPay(percent=300, scope=self._scope(day_kinds=("holiday",))),
        )  # fmt: skip


class PrcComprehensive(Profile):
    """Comprehensive working hours in China: forty hours a week on the average of a period.

    Beyond the average comes overtime, at most 36 hours a month, paid at 150 %; work on public holidays is paid at
    300 %; one day of rest a week.

    Source: Ministry of Labour, Lao Bu Fa [1994] No. 503, articles 5 and 6; [1997] No. 271 on the pay; Labour Law of
    the People's Republic of China (1994), articles 38, 41 and 44.

    Attributes
    ----------
    per
        The period that hours are averaged over.
    """

    name: ClassVar[str] = "prc_comprehensive"

    per: Literal["week", "month", "quarter", "year"] = "month"

    def parts(self) -> tuple[Rule, ...]:
        """Give the rules."""
        months = {"week": 0.25, "month": 1, "quarter": 3, "year": 12}[self.per]
        most_over = round(months * MONTHLY_OVERTIME_MINUTES)
        return (
            Overtime(per=self.per, tiers=(OvertimeTier(minutes=most_over, percent=150),), scope=self.scope),
            WeeklyRest(minutes=24 * 60, scope=self.scope),
            DayPay(percent=300, scope=self._scope(day_kinds=("holiday",))),
        )


class EuWorkingTime(Profile):
    """The European Working Time Directive.

    Eleven hours of rest between days; 24 hours and those eleven without a duty in every seven days; 48 hours a week
    on the average of the reference period; a break in every duty of more than six hours.

    Source: Directive 2003/88/EC, articles 3, 4, 5, 6 and 16.

    Attributes
    ----------
    reference_days
        Length of the reference period; four months at most unless otherwise agreed, 17 weeks in the United Kingdom.
    reference_from
        First day of one reference period; the first day planned when not given.
    """

    name: ClassVar[str] = "eu_wtd"

    reference_days: Literal[28, 56, 84, 119] = 119
    reference_from: Day | None = None

    def parts(self) -> tuple[Rule, ...]:
        """Give the rules."""
        return (
            MinimumRest(minutes=11 * 60, scope=self.scope),
            WeeklyRest(per="rolling", days=7, minutes=(24 + 11) * 60, scope=self.scope),
            AverageHours(
                per="block",
                days=self.reference_days,
                anchor=self.reference_from,
                weekly_minutes=48 * 60,
                scope=self.scope,
            ),
            BreakDue(after_minutes=6 * 60, break_minutes=1, scope=self.scope),
        )


class Pregnant(Profile):
    """Limits for pregnant employees: no night work, no overtime, a break in every duty of more than six hours.

    Nobody in the scope works from 22:00 to 06:00, more than eight hours a day or more than forty a week.

    Source: Special Rules on the Labour Protection of Female Employees (State Council Decree 619, 2012), article 6;
    Directive 92/85/EEC, article 7.
    """

    name: ClassVar[str] = "pregnant"

    def parts(self) -> tuple[Rule, ...]:
        """Give the rules."""
        return (
            BarredHours(start=22 * 60, end=30 * 60, scope=self.scope),
            PaidHours(per="day", maximum_minutes=DAY_MINUTES, scope=self.scope),
            PaidHours(per="week", maximum_minutes=WEEK_MINUTES, scope=self.scope),
            BreakDue(after_minutes=6 * 60, break_minutes=1, scope=self.scope),
        )

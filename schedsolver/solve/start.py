"""Where a search begins when there is an earlier roster: what of it is known today, and the nearest one allowed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from schedsolver.domain.base import Model
from schedsolver.domain.schedule import Schedule
from schedsolver.errors import InvalidSchedule
from schedsolver.rules.check import CheckReport, check

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schedsolver.domain.problem import Problem
    from schedsolver.domain.schedule import Duty

Record = TypeVar("Record", bound=Model)


@dataclass(frozen=True)
class Start:
    """An earlier roster as far as the problem knows what is in it.

    Attributes
    ----------
    schedule
        The roster without what is dropped.
    dropped
        What the problem does not know, in sentences.
    duties
        Number of duties of the roster as it was given.
    report
        How the checker judges the rest today.
    """

    schedule: Schedule
    dropped: tuple[str, ...]
    duties: int
    report: CheckReport

    @classmethod
    def of(cls, problem: Problem, given: Schedule) -> Start:
        """Take what a problem knows from any roster.

        Raises
        ------
        InvalidSchedule
            If it is no roster at all.
        """
        if not isinstance(given, Schedule):
            raise InvalidSchedule(
                f"the roster to begin with is of type {type(given).__name__}, not Schedule; read one from files with "
                "load_schedule, or give the schedule of a result"
            )
        dropped: Counter[tuple[str, str]] = Counter()
        duties = _known(problem, given.duty_list, "duty", dropped)
        duties_of = Schedule.of(duties).duties_of
        known = _known(problem, given.stint_list, "stint", dropped)
        stints = [s for s in known if any(d.start <= s.start < d.end for d in duties_of.get(s.employee_id, ()))]
        if len(stints) < len(known):
            dropped["stint", "within no duty that is left"] = len(known) - len(stints)
        schedule = Schedule.of(duties, stints, _known(problem, given.leave_list, "leave", dropped))
        return cls(schedule, tuple(_told(dropped)), len(given.duty_list), check(problem, schedule))

    def kept_in(self, schedule: Schedule) -> int:
        """Count its duties that a roster has as they were."""
        return len({_what(duty) for duty in self.schedule.duty_list} & {_what(duty) for duty in schedule.duty_list})

    def to_dict(self, schedule: Schedule) -> dict[str, Any]:
        """Tell what became of it in a roster, as plain values for JSON."""
        return {
            "duties": self.duties,
            "dropped": list(self.dropped),
            "violations": [f"{finding.rule}: {finding.message}" for finding in self.report.violations],
            "kept": self.kept_in(schedule),
        }


def _what(duty: Duty) -> tuple[object, ...]:
    """Give what a duty is but for its breaks, which are dealt out anew."""
    return duty.employee_id, duty.outlet_id, duty.shift_type_id, duty.skill_id, duty.start, duty.end


def _known(problem: Problem, records: Iterable[Record], noun: str, dropped: Counter[tuple[str, str]]) -> list[Record]:
    """Give the records that a problem knows, and count the others by what they are and why."""
    reasons = [(record, _unknown(problem, record)) for record in records]
    dropped.update((noun, reason) for _, reason in reasons if reason is not None)
    return [record for record, reason in reasons if reason is None]


def _unknown(problem: Problem, record: Model) -> str | None:
    """Say what of a record the problem does not have; ``None`` when it has all."""
    tables: dict[str, Mapping[str, int]] = {
        "employee_id": problem.employee_index, "outlet_id": problem.outlet_index, "skill_id": problem.skill_index,
        "shift_type_id": problem.shift_type_index, "activity_id": problem.activity_index,
    }  # fmt: skip
    for field, names in tables.items():
        name = getattr(record, field, None)
        if name is not None and name not in names:
            what = field.removesuffix("_id").replace("_", " ")
            return f'{what} "{name}" is not in the problem'
    days = problem.horizon.dates
    for field in ("date", "first_day", "last_day"):
        date = getattr(record, field, days[0])
        if not days[0] <= date <= days[-1]:
            return f"outside the days planned, {days[0]} to {days[-1]}"
    return None


def _told(dropped: Counter[tuple[str, str]]) -> Iterable[str]:
    plurals = {"duty": "duties", "stint": "stints", "leave": "leaves"}
    for (noun, reason), number in dropped.items():
        yield f"{number:,} {noun if number == 1 else plurals[noun]}: {reason}"

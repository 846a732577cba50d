"""One rule judged alone, and the model held against the checker on every roster of a small case.

``cheapest_roster`` knows nothing of the model: it lays breaks and activities into given duties in every
way the tables allow and lets the checker judge. ``FixedModel`` knows nothing of the checker: it fixes the
duty columns and lets CP-SAT find the rest.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from schedsolver.domain import (
    Activity,
    Duty,
    Employee,
    Horizon,
    IntervalRequirement,
    OpeningHours,
    Outlet,
    PlannedLeave,
    Problem,
    Rest,
    Rule,
    Schedule,
    ShiftType,
    Stint,
)
from schedsolver.domain.arrays import IntArray
from schedsolver.domain.base import parse_clock
from schedsolver.domain.options import DutyOptions
from schedsolver.domain.rule import Finding, Judgement
from schedsolver.model.build import BuiltModel, build_model
from schedsolver.model.names import schedule_of
from schedsolver.rules import check
from schedsolver.rules.custody import Pledged
from schedsolver.rules.duty import DutyFollowsShiftType, StintsFillDuty
from schedsolver.rules.leave import MandatoryLeave
from schedsolver.rules.permission import PermissionHeld
from tests.tiny import MONDAY, tiny

# Rules that look at breaks, stints or planned leave; all others see the duties alone.
OF_FILLINGS = {
    "duty.shift_type", "duty.filled", "permission.held", "site.windows", "preference.activity", "cover.intervals",
    "cover.levels", "custody.present", "custody.posts", "custody.dual_control", "mentor.present",
    "leave.mandatory", "site.window_runs", "stint.length", "stint.switches", "backlog.quotas",
    "outreach.teams", "training.sessions", "mentor.hours", "cover.late_customers",
}  # fmt: skip
# Rules that can say of a duty alone that it is in no roster.
OF_DUTIES = {
    "duty.shift_type", "duty.filled", "permission.held", "site.opening_hours", "leave.taken", "availability.kept",
    "duty.span", "duty.break_due", "duty.barred_hours",
}  # fmt: skip
# A duty with its breaks, and the stints that fill it.
Filled = tuple[Duty, tuple[Stint, ...]]


def plain(**changes: Any) -> Problem:
    """The tiny problem without activities and skills: a day/shift roster."""
    return tiny(**({"activities": (), "skills": (), "permissions": ()} | changes))


def fixed_shift(name: str, start: str, end: str, **more: Any) -> ShiftType:
    """A shift type of one start and one length; an end past 24:00 lies on the next day."""
    length = parse_clock(end) - parse_clock(start)
    return ShiftType(
        shift_type_id=name, start_from=start, start_to=start, minutes_min=length, minutes_max=length, **more
    )


def counter_day(**changes: Any) -> Problem:
    """One outlet, 09:00-13:00, in slots of an hour; two heads wanted 10:00-12:00, duties of two hours."""
    need = IntervalRequirement(outlet_id="Hub", activity_id="counter", date=MONDAY, start="10:00", end="12:00", heads=2)
    tables = {
        "horizon": Horizon(start=MONDAY, days=1, slot_minutes=60),
        "outlets": (Outlet(outlet_id="Hub"),),
        "staff": tuple(Employee(employee_id=f"E{i}", contract_id="full") for i in range(3)),
        "skills": (), "permissions": (),
        "activities": (Activity(activity_id="counter", shortage_cents_per_hour=(100, 150), surplus_cents_per_hour=20),),
        "opening": (OpeningHours(outlet_id="Hub", weekday=0, start="09:00", end="13:00"),),
        "shift_types": (fixed_shift("am", "09:00", "11:00"), fixed_shift("pm", "11:00", "13:00")),
        "interval_requirements": (need,),
    }  # fmt: skip
    return tiny(**(tables | changes))


def work(
    employee: str, shift: str, start: str, end: str, *, date: dt.date = MONDAY, outlet: str = "Hub",
    pauses: tuple[tuple[str, str], ...] = (), skill: str | None = None,
) -> Duty:  # fmt: skip
    """A duty by the clock of its date; times past 24:00 lie on the next day."""
    return Duty(
        employee_id=employee, date=date, outlet_id=outlet, shift_type_id=shift, start=moment(start, date),
        end=moment(end, date), breaks=tuple(Rest(start=moment(a, date), end=moment(b, date)) for a, b in pauses),
        skill_id=skill,
    )  # fmt: skip


def spell(employee: str, activity: str, start: str, end: str, *, date: dt.date = MONDAY, outlet: str = "Hub") -> Stint:
    """A stint by the clock of a date; times past 24:00 lie on the next day."""
    return Stint(
        employee_id=employee, outlet_id=outlet, activity_id=activity, start=moment(start, date), end=moment(end, date)
    )


def moment(clock: str | int, date: dt.date = MONDAY) -> dt.datetime:
    """The moment of a time of day, up to 48:00, or of minutes after midnight."""
    return dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=parse_clock(clock))


def judged(rule: Rule, problem: Problem, *records: Duty | Stint) -> Judgement:
    """What a rule says of a schedule of these duties and stints."""
    return rule.judge(problem, roster_of(records))


def words(judgement: Judgement) -> list[str]:
    """The messages of a judgement, violations first."""
    return [f.message for f in (*judgement.violations, *judgement.penalties)]


def roster_of(records: Iterable[Duty | Stint]) -> Schedule:
    records = list(records)
    return Schedule.of(
        (r for r in records if isinstance(r, Duty)), (r for r in records if isinstance(r, Stint))
    )  # fmt: skip


# ---------------------------------------------------------------- the checker's side


def cheapest_roster(problem: Problem, duties: Sequence[Duty]) -> int | None:
    """Least cost of all rosters with exactly these duties, breaks and activities open; ``None`` without one."""
    costs = [report.objective for roster in rosters_with(problem, duties) if (report := check(problem, roster)).ok]
    return min(costs, default=None)


def rosters_with(problem: Problem, duties: Sequence[Duty]) -> Iterator[Schedule]:
    """Every schedule with these duties that may pass the check."""
    ways = [list(fillings(problem, duty)) for duty in duties]
    if not all(ways):
        return
    first = _schedule(way[0] for way in ways)
    if {v.rule for v in check(problem, first).violations} - OF_FILLINGS:
        return
    for chosen, leave in itertools.product(itertools.product(*ways), leave_plans(problem)):
        roster = _schedule(chosen)
        yield Schedule.of(roster.duty_list, roster.stint_list, leave)


def leave_plans(problem: Problem) -> list[list[PlannedLeave]]:
    """Every choice of planned leave that may be one, where a rule asks for some: up to one for each of its periods."""
    most = max((len(list(r.spans(problem))) for r in problem.rules if isinstance(r, MandatoryLeave)), default=0)
    leaves = [
        [
            PlannedLeave(employee_id=e.employee_id, first_day=first, last_day=last)
            for first, last in itertools.combinations_with_replacement(problem.horizon.dates, 2)
        ]
        for e in problem.staff
    ]
    plans = [[c for size in range(most + 1) for c in itertools.combinations(own, size)] for own in leaves]
    return [list(itertools.chain.from_iterable(plan)) for plan in itertools.product(*plans)]


def fillings(problem: Problem, duty: Duty) -> Iterator[Filled]:
    """Every way to lay breaks and activities into a duty that the checker accepts in itself."""
    shift = problem.shift_types[problem.shift_type_index[duty.shift_type_id]]
    step = problem.horizon.slot_minutes
    windows = [range(w.start_from, w.start_to + 1, step) for w in shift.breaks]
    pledges = [rule for rule in problem.rules if isinstance(rule, Pledged)]
    own = (*pledges, StintsFillDuty(), PermissionHeld()) if problem.activities else (*pledges, PermissionHeld())
    for begins in itertools.product(*windows):
        rests = tuple(
            Rest(start=moment(b, duty.date), end=moment(b + w.minutes, duty.date))
            for b, w in zip(begins, shift.breaks, strict=True)
        )
        taken = duty.model_copy(update={"breaks": rests})
        if judged(DutyFollowsShiftType(), problem, taken).violations:
            continue
        slots = [
            begin
            for begin in (duty.start + i * dt.timedelta(minutes=step) for i in range(duty.minutes // step))
            if not any(r.start <= begin < r.end for r in rests)
        ]
        for activities in itertools.product(problem.activities, repeat=len(slots) if problem.activities else 0):
            stints = tuple(
                Stint(
                    employee_id=duty.employee_id, outlet_id=duty.outlet_id, activity_id=activity.activity_id,
                    start=begin, end=begin + dt.timedelta(minutes=step),
                )
                for begin, activity in zip(slots, activities, strict=bool(problem.activities))
            )  # fmt: skip
            if not any(judged(rule, problem, taken, *stints).violations for rule in own):
                yield taken, stints


def every_roster(problem: Problem) -> Iterator[Schedule]:
    """Every schedule with at most one duty for each person and day that may pass the check."""
    for chosen, leave in itertools.product(itertools.product(*choices(problem)), leave_plans(problem)):
        roster = _schedule(way for way in chosen if way is not None)
        yield Schedule.of(roster.duty_list, roster.stint_list, leave)


def choices(problem: Problem) -> list[list[Filled | None]]:
    """For each person and day: no duty, or each that the checker accepts alone, filled in every way."""
    days = itertools.product((e.employee_id for e in problem.staff), problem.horizon.dates)
    return [
        [None, *itertools.chain.from_iterable(fillings(problem, duty) for duty in possible_duties(problem, *day))]
        for day in days
    ]


def possible_duties(problem: Problem, employee: str, date: dt.date) -> list[Duty]:
    """Every duty, and some that are not, by the tables alone: windows and lengths a step too wide on both sides."""
    step = problem.horizon.slot_minutes
    return [
        Duty(
            employee_id=employee, date=date, outlet_id=outlet.outlet_id, shift_type_id=shift.shift_type_id,
            start=moment(start, date), end=moment(start + length, date), skill_id=skill,
        )
        for outlet in problem.outlets
        for shift in problem.shift_types
        for start in range(shift.start_from - step, shift.start_to + step + 1, step)
        for length in range(shift.minutes_min - step, shift.minutes_max + step + 1, step)
        if length > 0
        for skill in [None, *sorted(_asked_skills(problem, shift))]
    ]  # fmt: skip


def _asked_skills(problem: Problem, shift: ShiftType) -> set[str]:
    needs = problem.shift_requirements
    return {n.skill_id for n in needs if n.shift_type_id == shift.shift_type_id and n.skill_id is not None}


def _schedule(parts: Iterable[Filled]) -> Schedule:
    return roster_of(itertools.chain.from_iterable((duty, *stints) for duty, stints in parts))


# ---------------------------------------------------------------- the model's side


class FixedModel:
    """A model whose duty columns can be fixed again and again."""

    def __init__(self, problem: Problem) -> None:
        self.model: BuiltModel = build_model(problem)
        self._part = self.model.roster.cp.clone()
        self._solver = cp_model.CpSolver()
        self._solver.parameters.num_workers = 1

    @property
    def options(self) -> DutyOptions:
        return self.model.roster.options

    def maximise_columns(self) -> None:
        """Look for the largest solutions from now on, not for the cheapest."""
        self._part.clear_objective()
        columns = self.model.roster.columns
        self._part.proto.objective.vars.extend(range(columns))
        self._part.proto.objective.coeffs.extend([-1] * columns)

    def solve(self, given: Sequence[int]) -> IntArray | None:
        """A cheapest solution in which exactly these options are given; ``None`` when there is none."""
        roster = self.model.roster
        for option, column in enumerate(roster.duty_columns.tolist()):
            domain = self._part.proto.variables[column].domain
            domain.clear()
            domain.extend([int(option in given)] * 2)
        status = self._solver.solve(self._part)
        if status == cp_model.INFEASIBLE:
            return None
        assert status == cp_model.OPTIMAL
        return np.array(self._solver.response_proto.solution, np.int64)


def duty_of(problem: Problem, options: DutyOptions, i: int) -> Duty:
    """The duty an option stands for, its breaks still open."""
    skill = int(options.skill[i])
    return Duty(
        employee_id=problem.staff[options.employee[i]].employee_id,
        date=problem.horizon.dates[options.day[i]],
        outlet_id=problem.outlets[options.outlet[i]].outlet_id,
        shift_type_id=problem.shift_types[options.shift_type[i]].shift_type_id,
        start=problem.horizon.moment_of(int(options.start[i])),
        end=problem.horizon.moment_of(int(options.end[i])),
        skill_id=problem.skills[skill].skill_id if skill >= 0 else None,
    )


# ---------------------------------------------------------------- one against the other


def assert_same_options(problem: Problem) -> None:
    """The options are exactly the duties that the checker accepts alone, in some filling."""
    options = build_model(problem).roster.options
    offered = [duty_of(problem, options, i) for i in range(len(options))]
    candidates = [
        duty
        for employee in problem.staff
        for date in problem.horizon.dates
        for duty in possible_duties(problem, employee.employee_id, date)
    ]
    accepted = [duty for duty in candidates if _accepted_alone(problem, duty)]
    key = Duty.model_dump_json
    assert sorted(offered, key=key) == sorted(accepted, key=key)


def _accepted_alone(problem: Problem, duty: Duty) -> bool:
    way = next(fillings(problem, duty), None)
    return way is not None and not any(map(_says_never, check(problem, _schedule([way])).violations))


def _says_never(violation: Finding) -> bool:
    """Whether it is the duty alone that breaks the rule: a limit of none at all is one on single duties."""
    none_at_all = violation.rule == "contract.days" and violation.message.endswith(", 0 at most")
    return violation.rule in OF_DUTIES or none_at_all


def assert_agree_on(fixed: FixedModel, problem: Problem, given: Sequence[int]) -> int | None:
    """Model and checker say the same of the duties given: whether there is a roster, and the least cost."""
    duties = [duty_of(problem, fixed.options, i) for i in given]
    expected = cheapest_roster(problem, duties)
    values = fixed.solve(given)
    if values is None:
        assert expected is None, f"the checker has a roster for {expected} with {[str(d) for d in duties]}"
        return None
    roster = fixed.model.roster
    settled = roster.settled(values)
    cost = roster.cost_by_rule(settled)
    schedule = schedule_of(fixed.model, settled)
    report = check(problem, schedule)
    assert report.ok, f"{report.violations[0].message}; duties {[str(d) for d in duties]}"
    assert {k: v for k, v in cost.items() if v} == {k: v for k, v in report.cost_by_rule.items() if v}
    assert report.objective == expected, [str(d) for d in duties]
    return expected


def assert_settled(problem: Problem) -> None:
    """However large a search leaves its columns, model and checker name one cost, for every set of duties."""
    fixed = FixedModel(problem)
    roster = fixed.model.roster
    fixed.maximise_columns()
    for given in itertools.product((False, True), repeat=len(fixed.options)):
        values = fixed.solve(np.flatnonzero(given))
        if values is not None:
            settled = roster.settled(values)
            report = check(problem, schedule_of(fixed.model, settled))
            assert report.ok
            assert sum(roster.cost_by_rule(settled).values()) == report.objective


def assert_agree(problem: Problem) -> list[int | None]:
    """Model and checker agree on every set of duties; gives the least cost of each."""
    assert_same_options(problem)
    fixed = FixedModel(problem)
    count = len(fixed.options)
    assert count <= 8, f"{count} options make too many rosters to try"
    return [
        assert_agree_on(fixed, problem, given)
        for size in range(count + 1)
        for given in itertools.combinations(range(count), size)
    ]

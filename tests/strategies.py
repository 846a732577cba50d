"""Random small problems and rosters for Hypothesis.

``problems()`` draws a valid problem that always has a roster: every duty may be left out except the
pinned ones, and each pin is taken from a duty that fits its shift type, the opening hours, leave,
availability and permissions. ``rosters(problem)`` draws duties of that kind, at most one for each
person and day; they keep every hard limit except counter windows and maxima, and rules of the problem.
"""

import datetime as dt
import itertools
from typing import Any

from hypothesis import strategies as st

from schedsolver.domain import (
    Activity,
    Arrivals,
    Availability,
    Backlog,
    BreakWindow,
    Contract,
    Duty,
    Employee,
    Horizon,
    IntervalRequirement,
    Leave,
    OpeningHours,
    Outlet,
    Permission,
    Pin,
    Preference,
    Problem,
    Request,
    Rest,
    Rule,
    Schedule,
    ServicePromise,
    ShiftRequirement,
    ShiftType,
    Skill,
    Stint,
    TravelTimes,
)

FIRST_DAYS = st.dates(dt.date(2026, 3, 1), dt.date(2026, 3, 14))
OPENS = 8 * 60
MOST_OPEN_SLOTS = 8
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=8)
CENTS = st.integers(0, 5_000)
PRICES = st.lists(st.integers(0, 30_000), min_size=1, max_size=3).map(lambda p: tuple(sorted(p)))


@st.composite
def problems(draw: st.DrawFn, rules: tuple[Rule, ...] = ()) -> Problem:
    """Draw a problem with activities, or a plain day/shift roster without; it carries ``rules``."""
    return draw(st.one_of(interval_problems(rules), interval_problems(rules), shift_problems(rules)))


@st.composite
def interval_problems(draw: st.DrawFn, rules: tuple[Rule, ...] = ()) -> Problem:
    """Draw a problem with one to three activities, required in intervals or by traffic."""
    tables = draw(_cluster())
    slot = tables["horizon"].slot_minutes
    activities = draw(_activities(tables["skills"]))
    bare = Problem(**tables, activities=activities, opening=draw(_opening(tables)))
    requirements, traffic = draw(_demand(bare, slot))
    asked = {row.shift_type_id: row for row in draw(st.lists(_shift_requirement(bare), max_size=1))}
    open_problem = bare.replace(
        interval_requirements=requirements,
        traffic=traffic,
        shift_requirements=tuple(asked.values()),
        promises=draw(_promises(bare)),
        backlogs=tuple(draw(st.lists(_backlog(bare), max_size=1))) if activities[-1].deferrable else (),
    )
    return draw(_with_people(open_problem, rules))


@st.composite
def shift_problems(draw: st.DrawFn, rules: tuple[Rule, ...] = ()) -> Problem:
    """Draw a problem without activities, required by shift types and dates."""
    bare = Problem(**draw(_cluster()))
    rows = draw(st.lists(_shift_requirement(bare), max_size=4))
    once = {(r.date, r.shift_type_id, r.outlet_id, r.skill_id): r for r in rows}
    return draw(_with_people(bare.replace(shift_requirements=tuple(once.values())), rules))


@st.composite
def rosters(draw: st.DrawFn, problem: Problem) -> Schedule:
    """Draw a schedule whose duties each fit the problem, with stints the people are permitted."""
    duties, stints = [], []
    for e, date in itertools.product(range(len(problem.staff)), problem.horizon.dates):
        fitting = fitting_duties(problem, e, date)
        if fitting and draw(st.booleans()):
            duty = draw(st.sampled_from(fitting))
            duties.append(duty)
            stints += draw(_stints(problem, duty)) if problem.activities else []
    return Schedule.of(duties, stints)


def fitting_duties(problem: Problem, employee: int, date: dt.date) -> list[Duty]:
    """Give every duty of a person and date that fits shift types, opening, leave, availability, permissions."""
    return [
        duty
        for outlet, shift in itertools.product(problem.outlets, problem.shift_types)
        if not shift.outlets or outlet.outlet_id in shift.outlets
        for duty in _duties_of_shift(problem, employee, date, outlet.outlet_id, shift)
        if _fits(problem, duty)
    ]


def permitted_activities(problem: Problem, duty: Duty) -> list[str]:
    """Give the activities the person of a duty may do in it."""
    return [
        a.activity_id
        for a in problem.activities
        if a.skill_id is None or _holds(problem, duty, a.skill_id, a.min_level)
    ]


@st.composite
def _cluster(draw: st.DrawFn) -> dict[str, Any]:
    slot = draw(st.sampled_from([30, 60]))
    horizon = Horizon(start=draw(FIRST_DAYS), days=draw(st.integers(1, 3)), slot_minutes=slot)
    hub = draw(st.booleans())
    outlets = tuple(
        Outlet(outlet_id=f"O{i}", name=draw(NAMES), hub=hub and i == 0, windows=draw(st.none() | st.integers(0, 3)))
        for i in range(draw(st.integers(1, 3)))
    )
    contracts = tuple(draw(_contract(i)) for i in range(draw(st.integers(1, 2))))
    names = [o.outlet_id for o in outlets]
    return {
        "name": draw(NAMES),
        "horizon": horizon,
        "outlets": outlets,
        "contracts": contracts,
        "staff": tuple(draw(_employee(i, names, contracts)) for i in range(draw(st.integers(1, 5)))),
        "skills": tuple(Skill(skill_id=f"K{i}") for i in range(draw(st.integers(0, 2)))),
        "shift_types": tuple(draw(_shift_type(i, slot, names)) for i in range(draw(st.integers(1, 2)))),
        "travel": draw(_travel(names)),
    }


@st.composite
def _contract(draw: st.DrawFn, i: int) -> Contract:
    return Contract(
        contract_id=f"C{i}",
        weekly_minutes=draw(st.sampled_from([0, 600, 1200, 2400])),
        daily_minutes=draw(st.none() | st.just(240)),
        wage_cents_per_hour=draw(CENTS),
    )


@st.composite
def _employee(draw: st.DrawFn, i: int, outlets: list[str], contracts: tuple[Contract, ...]) -> Employee:
    return Employee(
        employee_id=f"E{i}",
        name=draw(NAMES),
        home_outlet_id=draw(st.none() | st.sampled_from(outlets)),
        contract_id=draw(st.sampled_from(contracts)).contract_id,
        tags=draw(st.sampled_from([(), ("senior",), ("senior", "trainer")])),
    )


@st.composite
def _shift_type(draw: st.DrawFn, i: int, slot: int, outlets: list[str]) -> ShiftType:
    """Draw a shift of at most 9 slots; its breaks fit whatever start and length are chosen."""
    first = OPENS // slot + draw(st.integers(0, 1))
    spread = draw(st.integers(0, 1))
    pauses = draw(st.integers(0, 2))
    shortest = 2 * pauses + 1 + spread + draw(st.integers(0, 1))
    begins = [first + spread + 1 + 2 * b for b in range(pauses)]
    slack = shortest - spread - 2 * pauses - 1  # slots the last break may move without touching the end
    return ShiftType(
        shift_type_id=f"S{i}",
        start_from=first * slot,
        start_to=(first + spread) * slot,
        minutes_min=shortest * slot,
        minutes_max=(shortest + draw(st.integers(0, 2))) * slot,
        breaks=tuple(
            BreakWindow(
                minutes=slot,
                start_from=begin * slot,
                start_to=(begin + (slack if begin == begins[-1] else 0)) * slot,
                paid=draw(st.booleans()),
            )
            for begin in begins
        ),
        outlets=draw(st.just(()) | st.sampled_from(outlets).map(lambda name: (name,))),
    )


@st.composite
def _travel(draw: st.DrawFn, outlets: list[str]) -> TravelTimes:
    if draw(st.booleans()):
        return TravelTimes()
    minutes = [[0 if a == b else draw(st.integers(0, 60)) for b in outlets] for a in outlets]
    return TravelTimes(outlets=outlets, minutes=minutes)


@st.composite
def _activities(draw: st.DrawFn, skills: tuple[Skill, ...]) -> tuple[Activity, ...]:
    skill = st.none() | st.sampled_from([s.skill_id for s in skills]) if skills else st.none()
    service = tuple(
        Activity(
            activity_id=f"A{i}",
            skill_id=draw(skill),
            min_level=draw(st.integers(1, 2)),
            at_window=draw(st.booleans()),
            service_minutes=draw(st.floats(1, 30)),
            wait_limit_minutes=draw(st.sampled_from([0.0, 5.0, 20.0])),
            target_share=draw(st.sampled_from([0.5, 0.8, 0.97])),
            shortage_cents_per_hour=draw(PRICES),
            surplus_cents_per_hour=draw(CENTS),
        )
        for i in range(draw(st.integers(1, 2)))
    )
    return (*service, Activity(activity_id="calls", deferrable=True)) if draw(st.booleans()) else service


@st.composite
def _opening(draw: st.DrawFn, tables: dict[str, Any]) -> tuple[OpeningHours, ...]:
    """Draw hours for every weekday and outlet, sometimes a date with its own or none; or no hours at all."""
    if draw(st.integers(0, 7)) == 7:
        return ()
    slot = tables["horizon"].slot_minutes
    rows = []
    for outlet in tables["outlets"]:
        closes = OPENS + draw(st.integers(4, MOST_OPEN_SLOTS)) * slot
        own = {"outlet_id": outlet.outlet_id}
        rows += [OpeningHours(**own, weekday=w, start=OPENS, end=closes) for w in range(7)]
        if draw(st.booleans()):
            date = draw(st.sampled_from(tables["horizon"].dates))
            hours = draw(st.sampled_from([{}, {"start": OPENS, "end": OPENS + 5 * slot}]))
            rows.append(OpeningHours(**own, date=date, **hours))
    return tuple(rows)


@st.composite
def _demand(
    draw: st.DrawFn, problem: Problem, slot: int
) -> tuple[tuple[IntervalRequirement, ...], tuple[Arrivals, ...]]:
    """Draw, for each outlet, activity and date, an interval requirement, traffic, or neither."""
    requirements, traffic = [], []
    for outlet, activity, date in itertools.product(problem.outlets, problem.activities, problem.horizon.dates):
        hours = problem.open_intervals(outlet.outlet_id, date)
        kind = draw(st.sampled_from(["none", "stated", "traffic"]))
        if not hours or kind == "none":
            continue
        begin, close = max(hours[0][0], OPENS), min(hours[0][1], OPENS + MOST_OPEN_SLOTS * slot)
        place = {"outlet_id": outlet.outlet_id, "activity_id": activity.activity_id, "date": date}
        clocks = range(begin, close, slot)
        if kind == "stated":
            first, last = sorted((draw(st.sampled_from(clocks)), draw(st.sampled_from(clocks))))
            heads = draw(st.integers(0, 3))
            requirements.append(
                IntervalRequirement(
                    **place,
                    start=first,
                    end=last + slot,
                    heads=heads,
                    minimum=draw(st.integers(0, heads)),
                    # every pin can be kept: no maximum is below the number of people
                    maximum=draw(st.none() | st.just(max(heads, len(problem.staff)))),
                    shortage_cents_per_hour=draw(st.none() | PRICES),
                    surplus_cents_per_hour=draw(st.none() | CENTS),
                )
            )
        elif activity.service_minutes is not None:
            chosen = draw(st.lists(st.sampled_from(clocks), max_size=3, unique=True))
            traffic += [Arrivals(**place, start=c, customers=draw(st.floats(0, 6))) for c in chosen]
    return tuple(requirements), tuple(traffic)


@st.composite
def _promises(draw: st.DrawFn, problem: Problem) -> tuple[ServicePromise, ...]:
    """Draw at most one promise, everywhere or at one outlet."""
    return tuple(
        ServicePromise(
            activity_id=draw(st.sampled_from(problem.activities)).activity_id,
            outlet_id=draw(st.none() | st.sampled_from(problem.outlets).map(lambda o: o.outlet_id)),
            wait_limit_minutes=draw(st.none() | st.just(10.0)),
            late_share_of_day=draw(st.none() | st.just(0.1)),
            late_share_of_slot=draw(st.sampled_from([0.2, 1.0])),
        )
        for _ in range(draw(st.integers(0, 1)))
    )


def _backlog(problem: Problem) -> st.SearchStrategy[Backlog]:
    return st.builds(
        Backlog,
        backlog_id=st.just("owed"),
        activity_id=st.just("calls"),
        outlet_id=st.none() | st.sampled_from([o.outlet_id for o in problem.outlets]),
        minutes=st.integers(1, 2000),
        release=st.none() | st.just(problem.horizon.start),
        deadline=st.sampled_from([*problem.horizon.dates, problem.horizon.end]),
        undone_cents_per_hour=CENTS,
    )


def _may_be_asked_for(problem: Problem, shift: ShiftType, outlet: str, date: dt.date) -> bool:
    starts = ((max(opens, shift.start_from), closes) for opens, closes in problem.open_intervals(outlet, date))
    used = not shift.outlets or outlet in shift.outlets
    return used and any(s <= shift.start_to and s + shift.minutes_min <= closes for s, closes in starts)


@st.composite
def _shift_requirement(draw: st.DrawFn, problem: Problem) -> ShiftRequirement:
    minimum = draw(st.integers(0, 2))
    preferred = draw(st.none() | st.integers(minimum, minimum + 1))
    wanted = minimum if preferred is None else preferred
    outlets = [o.outlet_id for o in problem.outlets]
    skills = [s.skill_id for s in problem.skills]
    shortage = draw(CENTS)
    date, shift = draw(st.sampled_from(problem.horizon.dates)), draw(st.sampled_from(problem.shift_types))
    fitting = [o for o in outlets if _may_be_asked_for(problem, shift, o, date)]
    return ShiftRequirement(
        date=date,
        shift_type_id=shift.shift_type_id,
        outlet_id=draw(st.none() | st.sampled_from(fitting)) if fitting else None,
        skill_id=draw(st.none() | st.sampled_from(skills)) if skills else None,
        minimum=minimum,
        preferred=preferred,
        # every pin can be kept: no maximum is below the number of people
        maximum=draw(st.none() | st.just(max(wanted, len(problem.staff)))),
        minimum_cents=shortage + draw(CENTS),
        shortage_cents=shortage,
        surplus_cents=draw(CENTS),
    )


@st.composite
def _with_people(draw: st.DrawFn, problem: Problem, rules: tuple[Rule, ...]) -> Problem:
    """Add permissions, absences, wishes, history, and pins that can be kept."""
    ready = problem.replace(
        rules=rules,
        permissions=tuple(draw(_permissions(problem))),
        leave=tuple(draw(st.lists(_leave(problem), max_size=2))),
        availability=tuple(draw(st.lists(_availability(problem), max_size=2))),
        requests=tuple(draw(st.lists(_request(problem), max_size=3))),
        preferences=tuple(
            draw(st.lists(_preference(problem), max_size=3, unique_by=lambda p: (p.employee_id, p.thing)))
        ),
        history=tuple(draw(_history(problem))),
    )
    return ready.replace(pins=tuple(draw(_pins(ready))))


@st.composite
def _permissions(draw: st.DrawFn, problem: Problem) -> list[Permission]:
    held = []
    for employee, skill in itertools.product(problem.staff, problem.skills):
        kind = draw(st.sampled_from(["everywhere", "everywhere", "limited", "none"]))
        if kind == "none":
            continue
        limits: dict[str, Any] = {}
        if kind == "limited":
            limits = {
                "outlet_id": draw(st.none() | st.sampled_from([o.outlet_id for o in problem.outlets])),
                "valid_from": draw(st.none() | st.just(problem.horizon.start)),
                "valid_until": draw(st.none() | st.sampled_from(problem.horizon.dates)),
            }
        own = {"employee_id": employee.employee_id, "skill_id": skill.skill_id}
        held.append(Permission(**own, level=draw(st.integers(1, 3)), **limits))
    return held


@st.composite
def _leave(draw: st.DrawFn, problem: Problem) -> Leave:
    first = draw(st.integers(-1, problem.horizon.days - 1))
    last = first + draw(st.integers(0, 1))
    day = problem.horizon.start
    return Leave(
        employee_id=draw(st.sampled_from(problem.staff)).employee_id,
        first_day=day + dt.timedelta(days=first),
        last_day=day + dt.timedelta(days=last),
        **draw(st.sampled_from([{}, {"start": 0, "end": 9 * 60}, {"start": 10 * 60, "end": 11 * 60}])),
        reason=draw(NAMES),
    )


@st.composite
def _availability(draw: st.DrawFn, problem: Problem) -> Availability:
    date = draw(st.sampled_from(problem.horizon.dates))
    return Availability(
        employee_id=draw(st.sampled_from(problem.staff)).employee_id,
        **draw(st.sampled_from([{"date": date}, {"weekday": date.weekday()}])),
        **draw(st.sampled_from([{}, {"end": 12 * 60}, {"start": 9 * 60, "end": 15 * 60}])),
    )


@st.composite
def _request(draw: st.DrawFn, problem: Problem) -> Request:
    return Request(
        employee_id=draw(st.sampled_from(problem.staff)).employee_id,
        date=draw(st.sampled_from(problem.horizon.dates)),
        wish=draw(st.sampled_from(["on", "off"])),
        shift_type_id=draw(st.none() | st.sampled_from(problem.shift_types).map(lambda s: s.shift_type_id)),
        cents=draw(CENTS),
    )


@st.composite
def _preference(draw: st.DrawFn, problem: Problem) -> Preference:
    who = draw(st.sampled_from(problem.staff)).employee_id
    things = [{"outlet_id": o.outlet_id} for o in problem.outlets]
    things += [{"activity_id": a.activity_id} for a in problem.activities]
    things += [{"colleague_id": e.employee_id} for e in problem.staff if e.employee_id != who]
    wish = draw(st.sampled_from(["prefer", "avoid"]))
    return Preference(employee_id=who, wish=wish, cents=draw(CENTS), **draw(st.sampled_from(things)))


@st.composite
def _history(draw: st.DrawFn, problem: Problem) -> list[Duty]:
    """Draw the duties of some people on the day before, ending by noon."""
    date = problem.horizon.start - dt.timedelta(days=1)
    worked = draw(st.lists(st.sampled_from(problem.staff), max_size=2, unique_by=lambda e: e.employee_id))
    midnight = dt.datetime.combine(date, dt.time())
    return [
        Duty(
            employee_id=e.employee_id,
            date=date,
            outlet_id=problem.outlets[0].outlet_id,
            shift_type_id=problem.shift_types[0].shift_type_id,
            start=midnight + dt.timedelta(hours=8),
            end=midnight + dt.timedelta(hours=12),
        )
        for e in worked
    ]


@st.composite
def _pins(draw: st.DrawFn, problem: Problem) -> list[Pin]:
    """Draw at most two pins, on different people."""
    chosen = draw(st.lists(st.integers(0, len(problem.staff) - 1), max_size=2, unique=True))
    pins = []
    for e in chosen:
        date = draw(st.sampled_from(problem.horizon.dates))
        own = {"employee_id": problem.staff[e].employee_id, "date": date}
        fitting = fitting_duties(problem, e, date)
        if not fitting or draw(st.booleans()):
            pins.append(Pin(**own, off=True))
            continue
        duty = draw(st.sampled_from(fitting))
        parts = {
            "outlet_id": duty.outlet_id,
            "shift_type_id": duty.shift_type_id,
            "start": problem.horizon.minute_of(duty.start) - problem.horizon.day_index(date) * 1440,
            "end": problem.horizon.minute_of(duty.end) - problem.horizon.day_index(date) * 1440,
        }
        kept = draw(st.sets(st.sampled_from(sorted(parts))))
        pins.append(Pin(**own, **{k: v for k, v in parts.items() if k in kept}))
    return pins


@st.composite
def _stints(draw: st.DrawFn, problem: Problem, duty: Duty) -> list[Stint]:
    """Draw one or two stints in each piece of a duty between its breaks."""
    step = dt.timedelta(minutes=problem.horizon.slot_minutes)
    bounds = [duty.start, *itertools.chain.from_iterable((r.start, r.end) for r in duty.breaks), duty.end]
    activities = st.sampled_from(permitted_activities(problem, duty))
    stints = []
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        cut = start + draw(st.integers(0, (end - start) // step - 1)) * step
        for a, b in ((start, cut), (cut, end)):
            if a < b:
                own = {"employee_id": duty.employee_id, "outlet_id": duty.outlet_id, "activity_id": draw(activities)}
                stints.append(Stint(**own, start=a, end=b))
    return stints


def _duties_of_shift(problem: Problem, employee: int, date: dt.date, outlet: str, shift: ShiftType) -> list[Duty]:
    slot = problem.horizon.slot_minutes
    midnight = dt.datetime.combine(date, dt.time())

    def moment(clock: int) -> dt.datetime:
        return midnight + dt.timedelta(minutes=clock)

    windows = [range(w.start_from, w.start_to + 1, slot) for w in shift.breaks]
    return [
        Duty(
            employee_id=problem.staff[employee].employee_id,
            date=date,
            outlet_id=outlet,
            shift_type_id=shift.shift_type_id,
            start=moment(start),
            end=moment(start + length),
            breaks=tuple(
                Rest(start=moment(b), end=moment(b + w.minutes)) for b, w in zip(begins, shift.breaks, strict=True)
            ),
        )
        for start in range(shift.start_from, shift.start_to + 1, slot)
        for length in range(shift.minutes_min, shift.minutes_max + 1, slot)
        for begins in itertools.product(*windows)
    ]


def _fits(problem: Problem, duty: Duty) -> bool:
    start = problem.horizon.minute_of(duty.start) - problem.horizon.day_index(duty.date) * 1440
    end = start + duty.minutes
    hours = problem.open_intervals(duty.outlet_id, duty.date)
    return (
        any(opens <= start and end <= closes for opens, closes in hours)
        and not any(_takes(row, duty, start, end) for row in problem.leave)
        and _available(problem, duty, start, end)
        and (not problem.activities or bool(permitted_activities(problem, duty)))
    )


def _takes(row: Leave, duty: Duty, start: int, end: int) -> bool:
    """Tell whether leave overlaps a duty that lies within its date."""
    first, last = row.clock_interval
    return (
        row.employee_id == duty.employee_id
        and row.first_day <= duty.date <= row.last_day
        and first < end
        and start < last
    )


def _available(problem: Problem, duty: Duty, start: int, end: int) -> bool:
    """Tell whether one availability row covers the duty: stricter than the rule, which joins rows."""
    rows = [r for r in problem.availability if r.employee_id == duty.employee_id]
    today = [r for r in rows if r.date == duty.date] or [r for r in rows if r.weekday == duty.date.weekday()]
    return not rows or any(r.start <= start and end <= r.end for r in today)


def _holds(problem: Problem, duty: Duty, skill: str, level: int) -> bool:
    return any(
        p.employee_id == duty.employee_id
        and p.skill_id == skill
        and p.level >= level
        and p.holds(duty.date, duty.outlet_id)
        for p in problem.permissions
    )

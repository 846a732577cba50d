"""Random problems so small that every roster of theirs can be tried."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from schedsolver.domain import (
    Activity,
    Availability,
    BreakWindow,
    Contract,
    Employee,
    Horizon,
    IntervalRequirement,
    Leave,
    OpeningHours,
    Outlet,
    Permission,
    Pin,
    Problem,
    Request,
    Rule,
    Scope,
    ShiftRequirement,
    ShiftType,
    Skill,
    TravelTimes,
)
from schedsolver.rules import DaysPerWeek, MinimumRest, PaidTime, Travel, WeeklyHours
from tests.solving import fixed_shift, work
from tests.tiny import MONDAY

# Each shift leaves at most two slots to fill; one has a choice of break, one of start, one crosses midnight.
SHIFTS = (
    fixed_shift("day", "09:00", "11:00"),
    ShiftType(shift_type_id="flex", start_from="08:00", start_to="09:00", minutes_min=60, minutes_max=60),
    fixed_shift("long", "09:00", "12:00", breaks=(BreakWindow(minutes=60, start_from="09:00", start_to="11:00"),)),
    fixed_shift(
        "paid", "08:00", "11:00", breaks=(BreakWindow(minutes=60, start_from="09:00", start_to="09:00", paid=True),)
    ),
    fixed_shift("night", "23:00", "25:00"),
)  # fmt: skip
HOURS = (("08:00", "12:00"), ("22:00", "26:00"))
CENTS = st.integers(0, 900)


@st.composite
def miniatures(draw: st.DrawFn) -> Problem:
    """Draw a problem of one or two people and days with whatever rules; it may have no roster at all."""
    crowd, days = draw(st.sampled_from([(1, 1), (1, 2), (2, 1)]))
    first = MONDAY + dt.timedelta(days=draw(st.integers(-1, 0)))
    outlets = tuple(
        Outlet(outlet_id=f"O{i}", windows=draw(st.none() | st.integers(0, 1))) for i in range(draw(st.integers(1, 2)))
    )
    names = [o.outlet_id for o in outlets]
    minutes = [[0 if a == b else draw(st.integers(0, 30)) for b in names] for a in names]
    bare = Problem(
        horizon=Horizon(start=first, days=days, slot_minutes=60),
        outlets=outlets,
        contracts=(
            Contract(contract_id="full", weekly_minutes=840, wage_cents_per_hour=draw(CENTS)),
            Contract(contract_id="part", weekly_minutes=420, daily_minutes=90, wage_cents_per_hour=draw(CENTS)),
        ),
        staff=tuple(
            Employee(
                employee_id=f"E{i}",
                contract_id=draw(st.sampled_from(["full", "part"])),
                home_outlet_id=draw(st.none() | st.sampled_from(names)),
            )
            for i in range(crowd)
        ),
        skills=(Skill(skill_id="cash"),),
        shift_types=tuple(draw(st.lists(st.sampled_from(SHIFTS), min_size=1, max_size=2, unique=True))),
        opening=tuple(
            OpeningHours(outlet_id=o, weekday=w, start=s, end=e) for o in names for w in range(7) for s, e in HOURS
        ),
        travel=draw(st.just(TravelTimes()) | st.just(TravelTimes(outlets=names, minutes=minutes))),
        activities=draw(_activities()),
        permissions=draw(_permissions(crowd, names, first)),
    )
    return draw(_with_wishes(bare))


@st.composite
def _activities(draw: st.DrawFn) -> tuple[Activity, ...]:
    prices = st.lists(CENTS, min_size=1, max_size=3).map(lambda p: tuple(sorted(p)))
    own: dict[str, Any] = {"shortage_cents_per_hour": draw(prices), "surplus_cents_per_hour": draw(CENTS)}
    counter = Activity(activity_id="counter", skill_id="cash", min_level=draw(st.integers(1, 2)), at_window=True, **own)
    lobby = Activity(activity_id="lobby", surplus_cents_per_hour=draw(CENTS))
    calls = Activity(activity_id="calls", deferrable=True, at_window=draw(st.booleans()))
    return draw(st.sampled_from([(), (counter,), (counter, lobby), (counter, calls), (lobby, calls)]))


@st.composite
def _permissions(draw: st.DrawFn, crowd: int, outlets: list[str], first: dt.date) -> list[Permission]:
    return [
        Permission(
            employee_id=f"E{i}",
            skill_id="cash",
            level=draw(st.integers(1, 2)),
            outlet_id=draw(st.none() | st.sampled_from(outlets)),
            valid_until=draw(st.none() | st.just(first)),
        )
        for i in range(crowd)
        if draw(st.integers(0, 3))
    ]


@st.composite
def _with_wishes(draw: st.DrawFn, problem: Problem) -> Problem:
    """Add what is needed, absences, wishes, pins, history and rules."""
    first = problem.horizon.start
    who = st.sampled_from([e.employee_id for e in problem.staff])
    when = st.sampled_from(problem.horizon.dates)
    shift = st.sampled_from([s.shift_type_id for s in problem.shift_types])
    outlet = st.sampled_from([o.outlet_id for o in problem.outlets])

    def some(records: st.SearchStrategy[Any], most: int = 1) -> tuple[Any, ...]:
        return tuple(draw(st.lists(records, max_size=most)))

    activity = st.sampled_from([a.activity_id for a in problem.activities] or ["none"])
    heads = st.builds(
        IntervalRequirement, outlet_id=outlet, activity_id=activity, date=when, start=st.just("09:00"),
        end=st.sampled_from(["10:00", "12:00"]), heads=st.integers(0, 3),
        shortage_cents_per_hour=st.none() | st.just((30, 70)), surplus_cents_per_hour=st.none() | CENTS,
    )  # fmt: skip
    needs = st.builds(
        ShiftRequirement, date=when, shift_type_id=shift, outlet_id=st.none() | outlet,
        skill_id=st.sampled_from([None, "cash"]), minimum=st.integers(0, 1), preferred=st.integers(1, 2),
        maximum=st.none() | st.just(2), minimum_cents=st.just(900), shortage_cents=CENTS, surplus_cents=CENTS,
    )  # fmt: skip
    times = st.sampled_from([{}, {"start": "08:00", "end": "09:00"}, {"start": "00:00", "end": "01:00"}])
    leave = st.builds(
        lambda e, day, at: Leave(employee_id=e, first_day=day, last_day=day, **at), who,
        st.sampled_from([first, first + dt.timedelta(days=1)]), times,
    )  # fmt: skip
    hours = st.sampled_from([{}, {"end": "12:00"}, {"start": "09:00", "end": "24:00"}])
    available = st.builds(lambda e, day, at: Availability(employee_id=e, date=day, **at), who, when, hours)
    wish = st.builds(
        Request, employee_id=who, date=when, wish=st.sampled_from(["on", "off"]), shift_type_id=st.none() | shift,
        cents=CENTS,
    )  # fmt: skip
    pin = st.builds(Pin, employee_id=who, date=when, off=st.just(True)) | st.builds(
        Pin, employee_id=who, date=when, outlet_id=st.none() | outlet, shift_type_id=st.none() | shift
    )
    worked = st.builds(
        lambda e, name: work(e, name, *("23:00", "25:00") if name == "night" else ("09:00", "12:00"),
                             date=first - dt.timedelta(days=1)),
        who, st.sampled_from(["night", "long"]),
    )  # fmt: skip
    return problem.replace(
        interval_requirements=some(heads) if problem.activities else (), shift_requirements=some(needs),
        leave=some(leave), availability=some(available), requests=some(wish, 2), pins=some(pin), history=some(worked),
        rules=draw(_rules()),
    )  # fmt: skip


@st.composite
def _rules(draw: st.DrawFn) -> list[Rule]:
    softness = st.sampled_from([{}, {"hard": False, "weight": 40}])
    scope = st.sampled_from([Scope(), Scope(employees=("E0",)), Scope(contracts=("full",))])
    rest = MinimumRest(minutes=draw(st.sampled_from([60, 480, 1380, 2000])), scope=draw(scope), **draw(softness))
    days = DaysPerWeek(maximum=draw(st.integers(0, 2)), scope=draw(scope), **draw(softness))
    hours = WeeklyHours(
        under_cents_per_minute=draw(st.integers(0, 3)), over_cents_per_minute=draw(st.integers(0, 3)),
        most_over_minutes=draw(st.sampled_from([None, 0, 60])), scope=draw(scope),
    )  # fmt: skip
    costs = (PaidTime(scope=draw(scope)), Travel(cents_per_minute=draw(st.integers(0, 9)), scope=draw(scope)))
    return draw(st.lists(st.sampled_from([rest, days, hours, *costs]), max_size=3, unique_by=lambda r: r.name))

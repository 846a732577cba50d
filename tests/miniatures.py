"""Random problems so small that every roster of theirs can be tried."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from schedsolver.domain import (
    Activity,
    Availability,
    Backlog,
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
    Preference,
    Problem,
    Request,
    Rule,
    Scope,
    ShiftRequirement,
    ShiftType,
    Skill,
    TravelTimes,
)
from schedsolver.rules import (
    AverageHours,
    DayPay,
    DaysWorked,
    MinimumRest,
    Overtime,
    PaidHours,
    PaidTime,
    Travel,
    WeeklyHours,
)
from schedsolver.rules.backlog import BacklogQuotas
from schedsolver.rules.cover import IntervalCover
from schedsolver.rules.cover_levels import LevelCover
from schedsolver.rules.custody import DualControl, Pledged, Post, Posts, Present
from schedsolver.rules.duty import DutiesPerDay
from schedsolver.rules.duty_limits import BarredHours, BreakDue, DutySpan
from schedsolver.rules.leave import MandatoryLeave
from schedsolver.rules.mentor import MentoredHours, MentorPresent
from schedsolver.rules.outlets import DifferentOutlets, LoanCost, LoansPerPeriod
from schedsolver.rules.outreach import OutreachTeams
from schedsolver.rules.pairing import WorkApart, WorkTogether
from schedsolver.rules.presence import People
from schedsolver.rules.rest import WeeklyRest
from schedsolver.rules.rotation import PostRotation
from schedsolver.rules.sequence import DaysOff, SameShifts, Successions, WorkDays
from schedsolver.rules.site import MovesPerDay
from schedsolver.rules.stints import StintLength, Switches
from schedsolver.rules.training import TrainingSessions
from schedsolver.rules.weekend import CompleteWeekends, ConsecutiveWeekends, WeekendsOff, WeekendsWorked
from schedsolver.rules.windows import WindowRuns
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
                tags=draw(st.sampled_from([(), ("trainee",)])),
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
    calls = Activity(
        activity_id="calls", deferrable=True, at_window=draw(st.booleans()), away=draw(st.booleans())
    )  # fmt: skip
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
    bounds = st.lists(st.integers(0, 3), min_size=3, max_size=3).map(sorted)
    heads = st.builds(
        lambda bounds, limited, **more: IntervalRequirement(
            minimum=bounds[0], heads=bounds[1], maximum=bounds[2] if limited else None, **more
        ),
        bounds, st.booleans(), outlet_id=outlet, activity_id=activity, date=when, start=st.just("09:00"),
        end=st.sampled_from(["10:00", "12:00"]), minimum_cents_per_hour=st.just(25_000),
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
    waiting = any(activity.deferrable for activity in problem.activities)
    problem = problem.replace(
        interval_requirements=some(heads) if problem.activities else (),
        backlogs=some(_backlog(problem)) if waiting else (),
    )
    cover = draw(_rules_on_cover(problem))
    return problem.replace(
        shift_requirements=some(needs),
        leave=some(leave), availability=some(available), requests=some(wish, 2), pins=some(pin), history=some(worked),
        preferences=draw(st.lists(_preference(problem), max_size=2, unique_by=lambda p: (p.employee_id, p.thing))),
        rules=[*draw(_rules(problem)), *draw(_rules_on_places_and_stays(problem)), *cover,
               *draw(_rules_on_days(problem)), *draw(_rules_on_presence(problem)), *draw(_rules_on_order(problem)),
               *draw(_rules_on_waiting_work(problem.replace(rules=cover)))],
    )  # fmt: skip


def _backlog(problem: Problem) -> st.SearchStrategy[Backlog]:
    first = problem.horizon.start
    days = st.sampled_from([first, first + dt.timedelta(days=1), first + dt.timedelta(days=2)])
    return st.builds(
        lambda release, deadline, **more: Backlog(
            backlog_id="owed", activity_id="calls", release=release and min(release, deadline), deadline=deadline,
            **more,
        ),
        st.none() | days, days, outlet_id=st.none() | st.sampled_from([o.outlet_id for o in problem.outlets]),
        minutes=st.sampled_from([30, 60, 200]), undone_cents_per_hour=CENTS,
    )  # fmt: skip


@st.composite
def _preference(draw: st.DrawFn, problem: Problem) -> Preference:
    who = draw(st.sampled_from(problem.staff)).employee_id
    things = [{"outlet_id": o.outlet_id} for o in problem.outlets]
    things += [{"activity_id": a.activity_id} for a in problem.activities]
    things += [{"colleague_id": e.employee_id} for e in problem.staff if e.employee_id != who]
    thing = draw(st.sampled_from(things))
    return Preference(employee_id=who, wish=draw(st.sampled_from(["prefer", "avoid"])), cents=draw(CENTS), **thing)


@st.composite
def _rules_on_places(draw: st.DrawFn, problem: Problem) -> list[Rule]:
    """Draw rules on who works where and with whom, as far as the problem has the people and places for them."""
    softness = st.sampled_from([{}, {"hard": False, "weight": 35}])
    scope = st.sampled_from([Scope(), Scope(first_day=problem.horizon.dates[-1])])
    period = st.sampled_from([{}, {"per": "rolling", "days": 2}, {"per": "horizon"}])
    some_outlets = st.sampled_from([(), (problem.outlets[-1].outlet_id,)])
    outlets = DifferentOutlets(maximum=1, scope=draw(scope), **draw(period), **draw(softness))
    loans = LoansPerPeriod(
        maximum=draw(st.integers(0, 1)), each=draw(st.sampled_from(["employee", "lender", "borrower"])),
        to_outlets=draw(some_outlets), scope=draw(scope), **draw(period), **draw(softness),
    )  # fmt: skip
    rules = [DutiesPerDay(maximum=2), outlets, loans, LoanCost(cents=draw(CENTS), from_outlets=draw(some_outlets))]
    names = [e.employee_id for e in problem.staff]
    if len(names) == 2:
        rules.append(WorkTogether(employee="E1", companion="E0", scope=draw(scope), **draw(softness)))
        rules.append(WorkApart(employees=draw(st.permutations(names)), scope=draw(scope), **draw(softness)))
    fitting = [rule for rule in rules if not list(rule.faults(problem))]
    chosen = draw(st.lists(st.sampled_from(fitting), max_size=2, unique_by=lambda r: r.name))
    stay = any(isinstance(rule, DutiesPerDay) for rule in chosen) and draw(st.booleans())
    return [*chosen, MovesPerDay(maximum=0)] if stay else chosen


@st.composite
def _rules_on_places_and_stays(draw: st.DrawFn, problem: Problem) -> list[Rule]:
    """Draw rules on places, and on long rests, planned leave and, with one duty a day, rotation."""
    places = draw(_rules_on_places(problem))
    softness = st.sampled_from([{}, {"hard": False, "weight": 45}])
    scope = st.sampled_from([Scope(), Scope(employees=("E0",))])
    period = st.sampled_from([{"per": "day"}, {"per": "rolling", "days": 2}, {"per": "horizon"}])
    rest = WeeklyRest(
        minutes=draw(st.sampled_from([600, 1020, 1440])), scope=draw(scope), **draw(period), **draw(softness)
    )
    away = MandatoryLeave(workdays=1, per="horizon", scope=draw(scope))
    stays = PostRotation(
        post=draw(st.sampled_from(["outlet", "shift_type"])), scope=draw(scope), **draw(softness),
        **draw(st.sampled_from([{"most_days": 1}, {"least_days": 2}, {"most_days": 2, "least_days": 2}])),
    )  # fmt: skip
    probe = problem.replace(rules=[rule for rule in places if isinstance(rule, DutiesPerDay)])
    fitting = [rule for rule in (rest, away, stays) if not list(rule.faults(probe))]
    return [*places, *draw(st.lists(st.sampled_from(fitting), max_size=2, unique_by=lambda r: r.name))]


@st.composite
def _rules_on_days(draw: st.DrawFn, problem: Problem) -> list[Rule]:
    """Draw rules on runs of days, weekends, single duties and moves."""
    softness = st.sampled_from([{}, {"hard": False, "weight": 55}])
    scope = st.sampled_from([Scope(), Scope(employees=("E0",)), Scope(last_day=problem.horizon.start)])
    shifts = [shift.shift_type_id for shift in problem.shift_types]
    some = st.sampled_from([(), (shifts[0],)])
    run = st.sampled_from([{"minimum": 2}, {"maximum": 1}, {"minimum": 2, "maximum": 2}])
    weekend = st.sampled_from([{}, {"weekend": (6, 0)}, {"weekend": (0,)}])
    counted = st.fixed_dictionaries({"scope": scope, "shift_types": some})
    of_period = st.sampled_from([{}, {"per": "week"}, {"per": "rolling", "days": 8}])

    def rule(kind: type[Rule], *fields: st.SearchStrategy[dict[str, Any]]) -> Rule:
        return kind(**{name: value for own in fields for name, value in draw(own).items()}, **draw(softness))

    pairs = st.lists(st.tuples(*[st.sampled_from(shifts)] * 2), min_size=1, max_size=3, unique=True)
    barred = st.sampled_from([{"start": "23:30", "end": "08:01"}, {"start": "09:00", "end": "10:00"}])
    rules = [
        rule(WorkDays, run, counted),
        rule(DaysOff, run, counted),
        SameShifts(**draw(run), scope=draw(scope), shift_types=shifts[-1:], **draw(softness)),
        Successions(forbidden=draw(pairs), days_between=draw(st.integers(0, 1)), scope=draw(scope), **draw(softness)),
        rule(WeekendsWorked, st.sampled_from([{"minimum": 1}, {"maximum": 0}]), of_period, weekend, counted),
        rule(WeekendsOff, st.just({"minimum": 1}), of_period, weekend, counted),
        rule(CompleteWeekends, st.sampled_from([{}, {"weekend": (6, 0)}]), counted),
        rule(ConsecutiveWeekends, st.just({"maximum": 1}), weekend, counted),
        rule(DutySpan, st.sampled_from([{"minutes": 60}, {"minutes": 150}, {"minutes": 900}]), counted),
        rule(BreakDue, st.sampled_from([{"after_minutes": 60, "break_minutes": 60}]), counted),
        rule(BarredHours, barred, counted),
    ]  # fmt: skip
    fitting = [own for own in rules if not list(own.faults(problem))]
    return draw(st.lists(st.sampled_from(fitting), max_size=2, unique_by=lambda r: r.name))


@st.composite
def _rules_on_cover(draw: st.DrawFn, problem: Problem) -> list[Rule]:
    """Draw rules on heads and their levels, as far as there are activities, needs and skills for them."""
    softness = st.sampled_from([{}, {"hard": False, "weight": 45}])
    scope = st.sampled_from(
        [Scope(), Scope(outlets=(problem.outlets[-1].outlet_id,)), Scope(last_day=problem.horizon.start)]
    )
    where, top, soft = draw(scope), draw(st.none() | st.just(50)), draw(softness)
    parts = IntervalCover(head_percent={"trainee": draw(st.sampled_from([0, 50, 75, 120]))}, scope=where)
    levels = [
        LevelCover(min_level=level, skill=skill, top_percent=top, scope=where, **measure, **soft)
        for measure in ({"minimum": 1}, {"share_percent": 34}, {"share_percent": 51})
        for level in (1, 2)
        for skill in (None, "cash")
    ]
    fitting = [rule for rule in (parts, *levels) if problem.activities and not list(rule.faults(problem))]
    if not fitting:
        return []
    return draw(st.lists(st.sampled_from(fitting), max_size=2, unique_by=lambda rule: rule.name))


@st.composite
def _rules_on_presence(draw: st.DrawFn, problem: Problem) -> list[Rule]:
    """Draw rules on who is there in a slot, as far as there are activities and people for them."""
    softness = st.sampled_from([{"hard": False, "weight": 65}, {"hard": False, "weight": 65}, {}])
    scope = st.sampled_from(
        [Scope(), Scope(outlets=(problem.outlets[-1].outlet_id,)), Scope(first_day=problem.horizon.dates[-1])]
    )
    groups = ({}, {"skill": "cash"}, {"skill": "cash", "min_level": 2}, {"tags": ("trainee",)}, {"employees": ("E0",)})
    who = st.sampled_from([People(**group) for group in groups])
    when = st.sampled_from([{}, {"when": "opening"}, {"when": "closing"}, {"start": "09:00", "end": "24:00"}])
    works = [a.activity_id for a in problem.activities] or ["none"]
    some, any_work = st.sampled_from([tuple(works), (works[0],)]), st.sampled_from([(), (works[-1],)])
    posts = st.builds(Post, who=who, minimum=st.integers(1, 2))
    rules = [
        Present(who=draw(who), minimum=draw(st.integers(1, 2)), scope=draw(scope), **draw(when), **draw(softness)),
        Posts(posts=draw(st.lists(posts, min_size=2, max_size=3)), scope=draw(scope), **draw(when), **draw(softness)),
        DualControl(activities=draw(some), authorisers=draw(who), scope=draw(scope), **draw(softness)),
        Pledged(skill="cash", activities=draw(any_work), scope=draw(scope)),
        MentorPresent(
            trainees=draw(who), mentors=draw(who), activities=draw(any_work), per_mentor=draw(st.integers(1, 2)),
            scope=draw(scope), **draw(softness),
        ),
        MentoredHours(
            trainees=draw(who), mentors=draw(who), minutes=draw(st.sampled_from([60, 100, 300])), scope=draw(scope),
            **draw(softness),
        ),
    ]  # fmt: skip
    fitting = [rule for rule in rules if not list(rule.faults(problem))]
    return draw(st.lists(st.sampled_from(fitting), max_size=2, unique_by=lambda r: r.name)) if fitting else []


@st.composite
def _rules_on_order(draw: st.DrawFn, problem: Problem) -> list[Rule]:
    """Draw rules on how activities follow each other, and on open windows."""
    softness = st.sampled_from([{}, {"hard": False, "weight": 25}])
    scope = st.sampled_from([Scope(), Scope(employees=("E0",)), Scope(first_day=problem.horizon.dates[-1])])
    length = st.sampled_from([{"minimum": 120}, {"maximum": 60}, {"minimum": 120, "maximum": 120}])
    some = st.sampled_from([(), tuple(a.activity_id for a in problem.activities[:1])])
    window = st.sampled_from(
        [{"minimum_minutes": 120}, {"opening_cents": 15}, {"minimum_minutes": 180, "closing_cents": 5}]
    )
    rules = [
        StintLength(activities=draw(some), scope=draw(scope), **draw(length), **draw(softness)),
        Switches(maximum=draw(st.integers(0, 1)), scope=draw(scope), **draw(softness)),
        WindowRuns(**draw(window)),
    ]  # fmt: skip
    fitting = [rule for rule in rules if not list(rule.faults(problem))]
    return draw(st.lists(st.sampled_from(fitting), max_size=2, unique_by=lambda r: r.name)) if fitting else []


@st.composite
def _rules_on_waiting_work(draw: st.DrawFn, problem: Problem) -> list[Rule]:
    """Draw rules on who does a backlog, and on what is done together, if there is something that can wait."""
    softness = st.sampled_from([{"hard": False, "weight": 75}, {"hard": False, "weight": 75}, {}])
    scope = st.sampled_from([Scope(), Scope(employees=("E0",)), Scope(outlets=(problem.outlets[0].outlet_id,))])
    days = st.sampled_from(
        [Scope(), Scope(outlets=(problem.outlets[0].outlet_id,)), Scope(first_day=problem.horizon.dates[-1])]
    )
    window = st.sampled_from([("09:00", "10:00", 60), ("23:00", "23:00", 120), ("09:00", "09:00", 120)])
    start, end, minutes = draw(window)
    groups = st.sampled_from([People(), People(skill="cash"), People(tags=("trainee",)), People(employees=("E0",))])
    teams = OutreachTeams(
        activity="calls", members=2, mix=draw(st.lists(st.builds(Post, who=groups), max_size=2)),
        windows=({"start_from": start, "start_to": end, "minutes": minutes},), scope=draw(days),
        recall_minutes=draw(st.none() | st.just(60)) if minutes > 60 else None, wanted_minutes=120,
        missing_cents_per_hour=draw(st.integers(1, 40)),
    )  # fmt: skip
    sessions = TrainingSessions(
        activity="calls", who=draw(groups), trainer=draw(st.none() | groups), minutes=minutes,
        windows=({"start_from": start, "start_to": end},), least=draw(st.integers(1, 2)), scope=draw(days),
        **draw(softness),
    )  # fmt: skip
    rules = [BacklogQuotas(at_home=draw(st.booleans()), scope=draw(scope), **draw(softness)), teams, sessions]
    fitting = [rule for rule in rules if problem.activities and not list(rule.faults(problem))]
    return [draw(st.sampled_from(fitting))] if fitting and draw(st.booleans()) else []


@st.composite
def _rules(draw: st.DrawFn, problem: Problem) -> list[Rule]:
    softness = st.sampled_from([{}, {"hard": False, "weight": 40}])
    scope = st.sampled_from([Scope(), Scope(employees=("E0",)), Scope(contracts=(problem.staff[0].contract_id,))])
    rest = MinimumRest(minutes=draw(st.sampled_from([60, 480, 1380, 2000])), scope=draw(scope), **draw(softness))
    periods = st.sampled_from([{}, {"per": "day"}, {"per": "rolling", "days": 2}, {"per": "month"}, {"per": "horizon"}])
    counted = draw(periods)
    one_day = counted == {"per": "day"}
    days = DaysWorked(
        **draw(st.sampled_from([{"maximum": 0}, {"minimum": 1}, {"minimum": 1, "maximum": 1}][: 2 if one_day else 3])),
        **counted, shift_types=draw(st.sampled_from([(), (problem.shift_types[0].shift_type_id,)])),
        scope=draw(scope), **draw(softness),
    )  # fmt: skip
    paid = PaidHours(
        **draw(st.sampled_from([{"minimum_minutes": 60, "maximum_minutes": 150}, {"maximum_minutes": 119}])),
        **draw(periods), scope=draw(scope), **draw(softness),
    )  # fmt: skip
    average = AverageHours(
        weekly_minutes=draw(st.sampled_from([200, 420, 1680])), scope=draw(scope), **draw(softness),
        **draw(st.sampled_from([{"per": "week"}, {"per": "rolling", "days": 3}, {"per": "block", "days": 2}])),
    )  # fmt: skip
    hours = WeeklyHours(
        under_cents_per_minute=draw(st.integers(0, 3)), over_cents_per_minute=draw(st.integers(0, 3)),
        most_over_minutes=draw(st.sampled_from([None, 0, 60])), scope=draw(scope),
    )  # fmt: skip
    tiers = [[{"percent": 150}], [{"minutes": 9, "percent": 100}, {"minutes": 112, "percent": 175}]]
    overtime = Overtime(
        per=draw(st.sampled_from(["day", "week", "month"])), norm_minutes=draw(st.sampled_from([None, 60, 119])),
        tiers=draw(st.sampled_from(tiers)), scope=draw(scope),
    )  # fmt: skip
    costs = (
        PaidTime(scope=draw(scope)), Travel(cents_per_minute=draw(st.integers(0, 9)), scope=draw(scope)), overtime,
        DayPay(percent=draw(st.sampled_from([150, 300])), scope=draw(scope)),
    )  # fmt: skip
    rules = [rest, days, paid, average, hours, *costs]
    return draw(st.lists(st.sampled_from(rules), max_size=3, unique_by=lambda r: r.name))

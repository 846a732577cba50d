from hypothesis import given, settings
from hypothesis import strategies as st

from schedsolver.domain import BreakWindow, IntervalRequirement, ShiftRequirement, Skill
from schedsolver.model.names import schedule_of
from schedsolver.rules import check
from tests.model.test_flows import CALLS, COUNTER, branch, counter_heads
from tests.solving import FixedModel, fixed_shift, plain, work
from tests.strategies import problems
from tests.tiny import MONDAY

LONG = fixed_shift("long", "09:00", "15:00")


def named(problem, given):
    """The schedule read from the cheapest solution with these duties."""
    fixed = FixedModel(problem)
    return schedule_of(fixed.model, fixed.solve(given))


def stints_of(schedule, employee):
    own = [s for s in schedule.stint_list if s.employee_id == employee]
    return [(s.activity_id, s.start.hour, s.end.hour) for s in own]


def test_a_duty_is_told_as_it_was_given():
    shift = fixed_shift(
        "night", "22:00", "30:00", breaks=(BreakWindow(minutes=60, start_from="25:00", start_to="25:00"),)
    )
    problem = plain(
        shift_types=(shift,), skills=(Skill(skill_id="cash"), Skill(skill_id="fx")),
        permissions=[{"employee_id": "E2", "skill_id": "fx"}],
        shift_requirements=(ShiftRequirement(date=MONDAY, shift_type_id="night", skill_id="fx"),),
    )  # fmt: skip
    options = FixedModel(problem).options
    option = next(i for i in range(len(options)) if options.skill[i] == 1 and options.outlet[i] == 1)
    schedule = named(problem, [option])
    assert schedule.duty_list == (
        work("E2", "night", "22:00", "30:00", outlet="Sat", pauses=(("25:00", "26:00"),), skill="fx"),
    )
    assert schedule.stint_list == ()


def test_neighbouring_slots_on_one_activity_are_one_stint():
    # Whoever is not at the counter makes calls.
    schedule = named(branch(LONG, interval_requirements=(counter_heads(1, "11:00", "13:00"),)), [0])
    assert stints_of(schedule, "E1") == [("calls", 9, 11), ("counter", 11, 13), ("calls", 13, 15)]


def test_a_break_ends_a_stint():
    pause = BreakWindow(minutes=60, start_from="12:00", start_to="12:00")
    schedule = named(branch(fixed_shift("day", "09:00", "15:00", breaks=(pause,))), [1])
    assert stints_of(schedule, "E2") == [("calls", 9, 12), ("calls", 13, 15)]


def test_whoever_can_stay_on_an_activity_stays():
    # One head at the counter from 10:00, the other person on calls throughout: two changes, not more.
    schedule = named(branch(LONG, interval_requirements=(counter_heads(1, "10:00", "14:00"),)), [0, 1])
    everyone = sorted([stints_of(schedule, "E1"), stints_of(schedule, "E2")], key=len)
    assert everyone == [[("calls", 9, 15)], [("calls", 9, 10), ("counter", 10, 14), ("calls", 14, 15)]]


def test_whoever_comes_back_from_a_break_goes_back_to_their_work():
    # One at the counter, one on calls, and one pause each: the other stands in at the counter at 11:00 only.
    early, late = (
        fixed_shift(name, "09:00", "15:00", breaks=(BreakWindow(minutes=60, start_from=at, start_to=at),))
        for name, at in (("early", "11:00"), ("late", "12:00"))
    )
    need = (counter_heads(1),)
    schedule = named(branch(early, late, interval_requirements=need), [0, 3])
    assert stints_of(schedule, "E1") == [("counter", 9, 11), ("counter", 12, 15)]
    assert stints_of(schedule, "E2") == [("calls", 9, 11), ("counter", 11, 12), ("calls", 13, 15)]


def test_breaks_are_dealt_within_the_windows_of_those_who_take_them():
    # Three may begin their hour off from 10:00 to 12:00; two must be at the counter all the time.
    pause = BreakWindow(minutes=60, start_from="10:00", start_to="12:00")
    shift = fixed_shift("day", "09:00", "15:00", breaks=(pause,))
    staff = [e.model_copy(update={"employee_id": f"E{i}"}) for i, e in enumerate(branch(LONG).staff * 2)][:3]
    activities = (CALLS, COUNTER.model_copy(update={"skill_id": None}))
    need = (counter_heads(2),)
    problem = branch(shift, activities=activities, staff=staff, permissions=(), interval_requirements=need)
    schedule = named(problem, [0, 1, 2])
    assert sorted(d.breaks[0].start.hour for d in schedule.duty_list) == [10, 11, 12]
    assert check(problem, schedule).cost_by_rule["cover.intervals"] == 0


def test_two_breaks_of_one_person_do_not_meet():
    windows = tuple(
        BreakWindow(minutes=60, start_from=a, start_to=b) for a, b in (("10:00", "11:00"), ("12:00", "13:00"))
    )
    problem = branch(
        fixed_shift("day", "09:00", "15:00", breaks=windows),
        interval_requirements=(
            counter_heads(1, "09:00", "15:00"),
            IntervalRequirement(outlet_id="Hub", activity_id="calls", date=MONDAY, start="11:00", end="13:00", heads=1),
        ),
    )
    schedule = named(problem, [0, 1])
    assert check(problem, schedule).ok
    assert all(len(d.breaks) == 2 and d.breaks[0].end <= d.breaks[1].start for d in schedule.duty_list)


@settings(max_examples=40)
@given(st.data())
def test_names_are_always_found_whatever_duties_are_given(data):
    problem = data.draw(problems())
    fixed = FixedModel(problem.replace(pins=()))
    options = fixed.options
    days = sorted(set(zip(options.employee.tolist(), options.day.tolist(), strict=True)))
    given = []
    for employee, day in data.draw(st.sets(st.sampled_from(days), max_size=6)) if days else ():
        own = [i for i in range(len(options)) if options.employee[i] == employee and options.day[i] == day]
        given.append(data.draw(st.sampled_from(own)))
    values = fixed.solve(given)
    if values is None:
        return  # too many for the counter windows
    values = fixed.model.roster.settled(values)
    schedule = schedule_of(fixed.model, values)
    report = check(problem.replace(pins=()), schedule)
    assert report.ok
    assert report.objective == sum(fixed.model.roster.cost_by_rule(values).values())
    assert len(schedule.duty_list) == len(given)

import datetime as dt
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from schedsolver.domain import Arrivals, Problem
from schedsolver.io import load, save
from schedsolver.io.generator import GeneratorSpec, customers_per_day, generate
from schedsolver.traffic.staffing import required_cells

PLAIN = {"noise": 0.0, "payday_factors": {}, "weekday_factors": (1.0,) * 7}


def customers(problem: Problem, **where: object) -> float:
    """Add up the customers of the rows with the given fields."""
    return sum(row.customers for row in problem.traffic if all(getattr(row, k) == v for k, v in where.items()))


def at_counter(problem: Problem) -> list[Arrivals]:
    return [row for row in problem.traffic if row.activity_id in ("counter", "fx")]


def skills_held(problem: Problem) -> dict[str, set[str]]:
    held: dict[str, set[str]] = {e.employee_id: set() for e in problem.staff}
    for permission in problem.permissions:
        held[permission.employee_id].add(permission.skill_id)
    return held


def leave_days(problem: Problem) -> list[tuple[str, dt.date]]:
    dates = problem.horizon.dates
    return [(row.employee_id, d) for row in problem.leave for d in dates if row.first_day <= d <= row.last_day]


class TestSeeds:
    def test_same_seed_gives_the_same_problem(self) -> None:
        assert generate(GeneratorSpec(seed=7)) == generate(GeneratorSpec(seed=7))

    def test_another_seed_gives_another_problem(self) -> None:
        one, other = generate(GeneratorSpec(seed=7)), generate(GeneratorSpec(seed=8))
        for table in ("travel", "permissions", "leave", "requests", "traffic"):
            assert getattr(one, table) != getattr(other, table), table

    def test_people_do_not_depend_on_traffic_nor_traffic_on_people(self) -> None:
        usual = generate(GeneratorSpec(seed=7))
        busy = generate(GeneratorSpec(seed=7, load=2.0))
        assert (busy.staff, busy.permissions, busy.leave) == (usual.staff, usual.permissions, usual.leave)
        assert generate(GeneratorSpec(seed=7, staff=20)).traffic == usual.traffic

    def test_json_round_trip(self) -> None:
        problem = generate(GeneratorSpec(seed=7))
        assert Problem.from_json(problem.to_json()) == problem


class TestSizes:
    @pytest.mark.parametrize(
        ("outlets", "staff", "days", "slot_minutes"),
        [(1, 1, 1, 30), (1, 2, 3, 15), (2, 1, 1, 10), (12, 5, 2, 30), (3, 15, 14, 5)],
    )
    def test_small_and_odd_sizes(self, outlets: int, staff: int, days: int, slot_minutes: int) -> None:
        problem = generate(GeneratorSpec(outlets=outlets, staff=staff, days=days, slot_minutes=slot_minutes))
        assert (len(problem.outlets), len(problem.staff)) == (outlets, staff)
        assert (problem.horizon.days, problem.horizon.slot_minutes) == (days, slot_minutes)
        assert problem.traffic

    @pytest.mark.parametrize("seed", range(20))
    def test_one_employee_for_one_day_at_any_seed(self, seed: int) -> None:
        spec = GeneratorSpec(outlets=1, staff=1, days=1, seed=seed, dated_share=1, leave_share=0.5, request_share=0.5)
        assert len(generate(spec).staff) == 1

    def test_twelve_outlets_for_four_weeks_of_quarter_hours(self) -> None:
        problem = generate(GeneratorSpec(outlets=12, staff=100, days=28, slot_minutes=15))
        days_with_traffic = {(row.outlet_id, row.date) for row in problem.traffic}
        assert len(days_with_traffic) == 12 * 20 + 8

    def test_half_hours_of_a_working_day(self) -> None:
        problem = generate()
        starts = {row.start for row in problem.traffic if row.date.weekday() < 5}
        assert starts == set(range(8 * 60 + 30, 18 * 60, 30))
        assert len(starts) == 19

    def test_slot_length_does_not_change_the_number_of_customers(self) -> None:
        halves, quarters = (generate(GeneratorSpec(slot_minutes=m, **PLAIN)) for m in (30, 15))
        assert customers(quarters) == pytest.approx(customers(halves), rel=0.01)

    def test_staff_spread_evenly_with_the_remainder_at_the_hub(self) -> None:
        homes = Counter(e.home_outlet_id for e in generate(GeneratorSpec(outlets=4, staff=23)).staff)
        assert homes == {"HUB": 8, "S01": 5, "S02": 5, "S03": 5}

    def test_four_to_six_an_outlet_when_staff_is_not_given(self) -> None:
        homes = Counter(e.home_outlet_id for e in generate(GeneratorSpec(outlets=12, staff=None)).staff)
        assert set(homes.values()) == {4, 5, 6}


class TestCluster:
    def test_one_hub_and_three_to_six_windows(self) -> None:
        outlets = generate(GeneratorSpec(outlets=12)).outlets
        assert [o.outlet_id for o in outlets if o.hub] == ["HUB"]
        assert {o.windows for o in outlets} == {3, 4, 6}

    def test_travel_is_symmetric_in_steps_of_five_and_never_shorter_by_a_detour(self) -> None:
        minutes = pd.DataFrame(generate(GeneratorSpec(outlets=12)).travel.minutes).to_numpy()
        assert (minutes == minutes.T).all()
        assert (minutes % 5 == 0).all()
        assert (minutes[:, None, :] <= minutes[:, :, None] + minutes[None, :, :]).all()

    @pytest.mark.parametrize(
        ("weekend", "open_on_sunday"), [("hub", {"HUB"}), ("all", {"HUB", "S01"}), ("closed", set())]
    )
    def test_weekends(self, weekend: str, open_on_sunday: set[str]) -> None:
        problem = generate(GeneratorSpec(outlets=2, staff=8, weekend=weekend))
        sunday = dt.date(2026, 3, 8)
        assert {o.outlet_id for o in problem.outlets if problem.open_intervals(o.outlet_id, sunday)} == open_on_sunday
        assert {row.outlet_id for row in problem.traffic if row.date == sunday} == open_on_sunday


class TestCustomers:
    def test_counter_customers_a_day_by_size(self) -> None:
        problem = generate(GeneratorSpec(outlets=3, staff=15, **PLAIN))
        monday = dt.date(2026, 3, 2)
        for outlet, count in (("HUB", 200), ("S01", 90), ("S02", 40)):
            found = sum(row.customers for row in at_counter(problem) if (row.outlet_id, row.date) == (outlet, monday))
            assert found == pytest.approx(count, rel=0.01)

    def test_customers_per_day_of_the_cluster(self) -> None:
        assert customers_per_day(GeneratorSpec(outlets=6)) == 200 + 3 * 90 + 2 * 40
        assert customers_per_day(GeneratorSpec(outlets=1, load=0.5)) == 100

    @pytest.mark.parametrize("seed", range(3))
    def test_share_of_the_morning(self, seed: int) -> None:
        rows = at_counter(generate(GeneratorSpec(seed=seed, days=28)))
        morning = sum(row.customers for row in rows if 9 * 60 <= row.start < 11 * 60)
        assert morning / sum(row.customers for row in rows) == pytest.approx(0.40, abs=0.01)

    def test_two_peaks(self) -> None:
        rows = generate(GeneratorSpec(days=1, **PLAIN)).traffic
        at = Counter()
        for row in rows:
            at[row.start] += row.customers
        morning, noon, afternoon, evening = (at[60 * h] for h in (10, 12.5, 15, 17.5))
        assert morning > afternoon > 1.5 * noon
        assert noon > evening

    def test_service_times(self) -> None:
        spec = GeneratorSpec(cash_customer_share=0.6, fx_customer_share=0.1)
        minutes = {a.activity_id: a.service_minutes for a in generate(spec).activities}
        # 6 of 9 pay in or draw cash at 5 minutes, 3 of 9 take 8 minutes.
        assert minutes == {"counter": 6.0, "fx": 15.0, "audit": 3.0, "maintenance": None}

    def test_weekday_and_payday_factors(self) -> None:
        spec = GeneratorSpec(
            outlets=1, noise=0, days=14, payday_factors={10: 1.5}, weekday_factors=(2, 1, 1, 1, 1, 0, 1)
        )
        problem = generate(spec)
        days = [customers(problem, date=date) for date in spec.dates]
        usual = days[2]
        assert days[0] == pytest.approx(2 * usual, rel=0.01)
        assert days[8] == pytest.approx(1.5 * usual, rel=0.01)  # Tuesday, 10 March
        assert days[5] == 0

    def test_default_week_needs_most_of_the_contracted_hours_and_more_at_peaks(self) -> None:
        for seed in range(3):
            problem = generate(GeneratorSpec(seed=seed))
            needed = Counter()
            for cell in required_cells(problem):
                needed[cell.slot] += cell.heads
            hours = sum(needed.values()) * 0.5
            away = sum(4 if row.start is not None else 8 for row in problem.leave)
            contracted = sum(problem.contract_of[e.employee_id].weekly_minutes for e in problem.staff) / 60
            assert 0.85 < hours / (contracted - away) < 1.0
            assert max(needed.values()) > 0.95 * len(problem.staff)


class TestPeople:
    @pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.2, 10), (0.5, 25), (1.0, 50)])
    def test_share_of_single_skilled_is_exact(self, share: float, count: int) -> None:
        held = skills_held(generate(GeneratorSpec(staff=50, single_skilled_share=share)))
        assert sum(len(skills) == 1 for skills in held.values()) == count
        assert all({"counter", "audit"} <= skills for skills in held.values() if len(skills) > 1)

    def test_shares_of_skills_among_the_others(self) -> None:
        spec = GeneratorSpec(staff=50, single_skilled_share=0.2, fx_staff_share=0.25, maintenance_staff_share=0.5)
        counts = Counter(skill for skills in skills_held(generate(spec)).values() for skill in skills)
        assert (counts["fx"], counts["maintenance"]) == (10, 20)

    def test_bound_permissions_hold_at_home_only(self) -> None:
        problem = generate(GeneratorSpec(staff=40, bound_share=0.25))
        home = {e.employee_id: e.home_outlet_id for e in problem.staff}
        bound = {p.employee_id for p in problem.permissions if p.outlet_id is not None}
        assert len(bound) == 10
        assert all(
            p.outlet_id == (home[p.employee_id] if p.employee_id in bound else None) for p in problem.permissions
        )

    def test_dated_permissions_leave_everyone_a_skill(self) -> None:
        problem = generate(GeneratorSpec(staff=40, dated_share=1.0))
        dated = [p for p in problem.permissions if p.valid_from or p.valid_until]
        open_ended = {p.employee_id for p in problem.permissions if not (p.valid_from or p.valid_until)}
        assert {bool(p.valid_from) for p in dated} == {True, False}
        assert open_ended == {e.employee_id for e in problem.staff}

    def test_share_of_leave(self) -> None:
        problem = generate(GeneratorSpec(staff=50, days=28))
        days = leave_days(problem)
        assert len(days) == len(set(days)) == 40  # 4 % of 50 employees on 20 working days
        assert all(day.weekday() < 5 for _, day in days)
        assert any(row.last_day > row.first_day for row in problem.leave)
        assert any(row.start is not None for row in problem.leave)

    def test_wishes_are_not_about_days_of_leave(self) -> None:
        problem = generate(GeneratorSpec(staff=50, days=28, leave_share=0.3, request_share=0.3))
        wishes = {(r.employee_id, r.date) for r in problem.requests}
        assert len(wishes) == len(problem.requests) > 0
        assert not wishes & set(leave_days(problem))

    def test_share_of_part_time(self) -> None:
        problem = generate(GeneratorSpec(staff=40, part_time_share=0.15))
        assert sum(problem.contract_of[e.employee_id].weekly_minutes == 24 * 60 for e in problem.staff) == 6


class TestGivenTraffic:
    MONDAY = dt.date(2026, 3, 2)

    def frame(self, *rows: tuple[object, object, object]) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=["date", "start", "customers"])

    def test_is_split_by_size_and_activity(self) -> None:
        spec = GeneratorSpec(outlets=3, staff=15, noise=0)
        problem = generate(spec, self.frame((self.MONDAY, 600, 33.0)))
        found = {(row.outlet_id, row.activity_id): row.customers for row in problem.traffic}
        assert found == {
            ("HUB", "counter"): 18.8, ("HUB", "fx"): 1.2, ("HUB", "audit"): 10.0,
            ("S01", "counter"): 8.46, ("S01", "fx"): 0.54, ("S01", "audit"): 4.5,
            ("S02", "counter"): 4.0, ("S02", "audit"): 2.0,
        }  # fmt: skip

    def test_customers_outside_opening_hours_are_left_out(self) -> None:
        spec = GeneratorSpec(outlets=1, staff=5)
        sunday = dt.date(2026, 3, 8)
        frame = self.frame((self.MONDAY, 480, 9), (self.MONDAY, 510, 9), (self.MONDAY, 1080, 9), (sunday, 510, 9))
        assert {(row.date, row.start) for row in generate(spec, frame).traffic} == {(self.MONDAY, 510)}

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ((dt.date(2026, 3, 9), 600, 1), "row 1: 2026-03-09 is not a date from 2026-03-02 to 2026-03-08"),
            (("2026-03-02", 600, 1), "row 1: 2026-03-02 is not a date"),
            ((MONDAY, 615, 1), "row 1: minute 615 does not begin a slot of 30 minutes"),
            ((MONDAY, 630, -1), "row 1: -1 customers"),
            ((MONDAY, 630, float("nan")), "row 1: nan customers"),
            ((MONDAY, 600, 1), "2026-03-02 minute 600 twice"),
        ],
    )
    def test_bad_rows_are_refused(self, row: tuple[object, object, object], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            generate(GeneratorSpec(), self.frame((self.MONDAY, 600, 1), row))

    def test_missing_column_is_refused(self) -> None:
        with pytest.raises(ValueError, match="lacks the column customers"):
            generate(GeneratorSpec(), self.frame((self.MONDAY, 600, 1)).drop(columns="customers"))

    def test_nobody_in_opening_hours_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no customers within opening hours"):
            generate(GeneratorSpec(), self.frame((self.MONDAY, 300, 5)))


def test_committed_example_is_what_the_generator_makes(tmp_path: Path) -> None:
    committed = Path(__file__).parents[2] / "examples/one_plus_n"
    save(generate(GeneratorSpec(outlets=6, staff=36, days=7, slot_minutes=30, seed=1)), tmp_path / "made")
    made = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    assert {path.name: path.read_bytes() for path in committed.iterdir() if path.name != "README.md"} == made
    assert load(committed) == generate(GeneratorSpec(seed=1))


class TestBadSpecs:
    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"outlets": 0}, "outlets"),
            ({"staff": 0}, "staff"),
            ({"days": 0}, "days"),
            ({"seed": -1}, "seed"),
            ({"slot_minutes": 60}, "slots of 60 minutes do not fit.*use 5, 6, 10, 15 or 30"),
            ({"slot_minutes": 7}, "slots of 7 minutes"),
            ({"slot_minutes": 0}, "slots of 0 minutes"),
            ({"load": 0}, "load"),
            ({"leave_share": 0.9}, "leave_share"),
            ({"single_skilled_share": 1.1}, "single_skilled_share"),
            ({"weekday_factors": (1, 1)}, "weekday_factors"),
            ({"payday_factors": {32: 1}}, "payday_factors"),
            ({"weekend": "sunday"}, "weekend"),
            ({"start": "02/03/2026"}, "YYYY-MM-DD"),
            ({"staff_per_outlet": (6, 4)}, "6, is above the most, 4"),
            ({"morning_share": 0.7, "afternoon_share": 0.4}, "add up to more than 1"),
            ({"cash_customer_share": 0.9, "fx_customer_share": 0.2}, "add up to more than 1"),
            ({"outlet": 3}, "outlet"),
        ],
    )
    def test_are_refused_with_the_field_or_the_reason(self, fields: dict[str, object], message: str) -> None:
        with pytest.raises(ValidationError, match=message):
            GeneratorSpec(**fields)

"""What one run tells, without the process around it."""

import json
from pathlib import Path
from typing import Any

import pytest

import schedsolver as ss
from schedsolver.bench import worker
from schedsolver.bench.weights import reweighted
from schedsolver.domain import Problem
from schedsolver.domain.scope import Scope
from schedsolver.errors import CheckFailed
from schedsolver.rules import DaysWorked, Travel
from tests.bench.cases import NOBODY, ONE_DUTY, OPTIMUM
from tests.solving import counter_day


@pytest.fixture
def told(tmp_path: Path):
    def run(problem: Problem | None = None, **contestant: Any) -> dict[str, Any]:
        (tmp_path / "problem.json").write_text((problem or counter_day()).to_json())
        spec = {"problem": str(tmp_path / "problem.json"), "contestant": contestant}
        record = worker.told_of(spec | {"seed": 3, "limit_seconds": 5.0, "workers": 1})
        return json.loads(json.dumps(record))

    return run


def by_peer(name: str) -> dict[str, str]:
    return {"peer": f"tests.bench.cases:{name}"}


class TestLibrary:
    def test_gives_the_checked_cost_with_its_proof_and_course(self, told) -> None:
        run = told(deterministic=True)
        assert (run["outcome"], run["objective"], run["bound"]) == ("ok", OPTIMUM, OPTIMUM)
        assert run["trace"][-1][1:] == [OPTIMUM, OPTIMUM]
        assert 0 < run["build_seconds"] < run["first_solution_seconds"] <= run["solver_seconds"]
        assert run["versions"].keys() >= {"schedsolver", "ortools", "highspy"}

    def test_settings_reach_the_search(self, told, monkeypatch) -> None:
        seen = []
        monkeypatch.setattr(worker, "solve", lambda problem, settings: seen.append(settings) or 1 / 0)
        told(preset="proof", cp_sat={"linearization_level": 1})
        assert (seen[0].seed, seen[0].time_seconds, seen[0].gap, seen[0].workers) == (3, 5.0, 0.0, 1)
        assert seen[0].cp_sat == {"linearization_level": 1}

    def test_other_weights_steer_but_the_original_prices_judge(self, told) -> None:
        # A duty saves 150, costs 20 of surplus and 90: two in different halves, 2 x 110 and 2 x 100 missing. At
        # 900 each none is worth it.
        problem = counter_day(rules=(DaysWorked(per="horizon", maximum=0, hard=False, weight=90),))
        plain = told(problem, deterministic=True)
        assert (plain["objective"], plain["bound"]) == (420, 420)
        steered = told(problem, deterministic=True, rule_weights={"contract.days": 10})
        assert (steered["outcome"], steered["objective"], steered["bound"]) == ("ok", NOBODY, None)
        assert [point[1:] for point in steered["trace"]] == [[NOBODY, None]]

    def test_a_claim_the_checker_denies_is_wrong(self, told, monkeypatch) -> None:
        def lying(problem, settings):
            result = ss.solve(problem, settings)
            return type(result)(**(vars(result) | {"objective": result.objective - 1}))

        monkeypatch.setattr(worker, "solve", lying)
        run = told(deterministic=True)
        assert run["outcome"] == "wrong"
        assert run["message"] == f"the solver says {OPTIMUM - 1}, the checker {OPTIMUM}"
        assert run["objective"] == OPTIMUM

    def test_a_disagreement_within_the_library_is_wrong(self, told, monkeypatch) -> None:
        def failing(problem, settings):
            raise CheckFailed("phase dive says 3, the checker 4")

        monkeypatch.setattr(worker, "solve", failing)
        run = told()
        assert (run["outcome"], run["message"]) == ("wrong", "phase dive says 3, the checker 4")

    def test_no_roster_is_told_with_the_reason(self, told) -> None:
        problem = counter_day(rules=(DaysWorked(per="horizon", minimum=1, scope=Scope(employees=("E0",))),), opening=())
        problem = problem.replace(leave=({"employee_id": "E0", "first_day": "2026-03-09", "last_day": "2026-03-09"},))
        run = told(problem, deterministic=True)
        assert run["outcome"] == "no_roster"
        assert run["message"]
        assert "objective" not in run

    def test_a_check_that_fails_leaves_the_roster_unchecked(self, told, monkeypatch) -> None:
        monkeypatch.setattr(worker, "check", lambda *_: 1 / 0)
        run = told(deterministic=True)
        assert (run["outcome"], run["objective"]) == ("unchecked", None)
        assert run["message"] == "the check failed: ZeroDivisionError: division by zero"


class TestPeers:
    def test_a_roster_is_priced_by_the_checker(self, told) -> None:
        run = told(**by_peer("good"))
        assert (run["outcome"], run["objective"], run["bound"]) == ("ok", ONE_DUTY, 100)
        assert run["message"] == "5 s, 1 workers, seed 3"
        assert (run["deterministic_time"], run["versions"]["abacus"]) == (7.5, "1.0")
        assert run["trace"] == [[0.25, None, 90], [0.5, NOBODY, 90], [0.75, ONE_DUTY, 100]]
        assert run["first_solution_seconds"] == 0.5

    def test_what_was_left_out_takes_the_bound_and_the_costs_along_the_way(self, told) -> None:
        run = told(**by_peer("other_prices"))
        assert (run["outcome"], run["objective"], run["bound"]) == ("ok", ONE_DUTY, None)
        assert run["not_expressed"] == ["surplus"]
        # The last roster came at 0.75; only what it really costs is known.
        assert run["trace"] == [[0.75, ONE_DUTY, None]]

    @pytest.mark.parametrize(
        ("peer", "outcome", "words", "objective"),
        [
            ("lawless", "wrong", "breaks 1 hard limits, first duty.filled: ", None),
            ("blind", "not_expressed", "breaks 1 hard limits, first duty.filled: ", None),
            ("boastful", "wrong", f"its bound {ONE_DUTY + 1} is above the cost {ONE_DUTY} of its own", ONE_DUTY),
            ("lost", "wrong", 'employee "E9" is not in the problem', None),
            ("wordless", "not_expressed", "the abacus knows no breaks", None),
            ("broken", "failed", "ZeroDivisionError: the abacus fell over", None),
            ("careless", "failed", "TypeError: peer tests.bench.cases:careless must give a PeerRoster, not int", None),
        ],
    )
    def test_ends_otherwise(self, told, peer: str, outcome: str, words: str, objective: int | None) -> None:
        run = told(**by_peer(peer))
        assert run["outcome"] == outcome
        assert words in run["message"]
        if objective is not None:
            assert run["objective"] == objective

    def test_a_lawless_roster_is_priced_nonetheless(self, told) -> None:
        # Nobody does the work, so all of it is missing.
        run = told(**by_peer("blind"))
        assert (run["objective"], run["bound"], run["not_expressed"]) == (NOBODY, None, ["breaks and activities"])

    def test_without_a_roster_there_may_be_a_bound(self, told) -> None:
        run = told(**by_peer("idle"))
        assert (run["outcome"], run["objective"], run["bound"]) == ("no_roster", None, 99)
        assert run["message"] == "the peer found no roster"


class TestWeights:
    def test_every_price_of_a_rule_is_multiplied_and_no_other(self) -> None:
        days = DaysWorked(per="horizon", maximum=1, hard=False, weight=5)
        problem = counter_day(rules=(days, Travel(cents_per_minute=4)))
        other = reweighted(problem, {"contract.days": 2.5, "cover.intervals": 2})
        assert other.rules == (days.model_copy(update={"weight": 12}), Travel(cents_per_minute=4))
        assert other.activities[0].shortage_cents_per_hour == (200, 300)
        assert other.activities[0].surplus_cents_per_hour == 40
        need, before = other.interval_requirements[0], problem.interval_requirements[0]
        assert need.minimum_cents_per_hour == 2 * before.minimum_cents_per_hour
        assert need.shortage_cents_per_hour is None
        assert reweighted(problem, {"cost.travel": 0.01}).rules == (days, Travel(cents_per_minute=1))
        assert reweighted(problem, {"cost.travel": 1}) == problem

    def test_preferences_are_told_apart_by_what_they_are_about(self) -> None:
        rows = (
            {"employee_id": "E0", "outlet_id": "Hub", "wish": "avoid", "cents": 10},
            {"employee_id": "E0", "activity_id": "counter", "wish": "avoid", "cents": 10},
        )
        other = reweighted(counter_day(preferences=rows), {"preference.activity": 3})
        assert [row.cents for row in other.preferences] == [10, 30]

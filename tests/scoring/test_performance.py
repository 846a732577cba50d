import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schedsolver.domain import Permission
from schedsolver.errors import InvalidProblem
from schedsolver.scoring.performance import KindRules, PerformanceContract, manager_kinds, performance
from tests.tiny import MONDAY

TARGETS = {
    "transaction": {"counter": 100},
    "service": {"counter": 20, "audit": 200},
    "maintenance": {"contacts": 50},
    "all-round": {"counter": 50, "audit": 100, "contacts": 25},
}
CONTRACT = PerformanceContract(targets=TARGETS)


def volumes(*rows, **columns) -> pd.DataFrame:
    names = ["employee", "outlet", "kind", "counter", "audit", "contacts"]
    return pd.DataFrame(rows, columns=names).assign(**columns)


def score_of(table: pd.DataFrame, contract: PerformanceContract = CONTRACT) -> list[float]:
    return performance(contract, table)["score"].tolist()


# ---------------------------------------------------------------- the contract


def test_a_team_by_hand():
    table = volumes(("A", "Hub", "transaction", 80, 0, 10), ("B", "Hub", "all-round", 60, 50, 25))
    found = performance(CONTRACT, table)
    assert found["individual"].tolist() == pytest.approx([0.8, (1.2 + 0.5 + 1.0) / 3])
    # Counter 140 of 150, audits 50 of 100, contacts 35 of 25: A's contacts count for the team.
    team = (140 / 150 + 0.5 + 1.4) / 3
    assert found["team"].tolist() == pytest.approx([team, team])
    assert found["coefficient"].tolist() == [1.0, 1.15]
    assert found["score"].tolist() == pytest.approx([0.7 * 0.8 + 0.3 * team, 1.15 * (0.7 * 0.9 + 0.3 * team)])
    assert found["audit_attained"].isna().tolist() == [True, False]
    assert found["audit_attained"].tolist()[1] == 0.5
    assert found["contacts_attained"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("kind", "score"), [("transaction", 1), ("service", 1), ("maintenance", 1), ("all-round", 1.15)]
)
def test_meeting_every_target_gives_the_coefficient(kind, score):
    work = {"counter": 0, "audit": 0, "contacts": 0} | TARGETS[kind]
    assert score_of(volumes(("A", "Hub", kind, *work.values()))) == pytest.approx([score])


def test_teams_do_not_mix():
    table = volumes(("A", "Hub", "transaction", 100, 0, 0), ("B", "Sat", "transaction", 0, 0, 0))
    assert score_of(table) == [1.0, 0.0]


def test_one_work_counts_up_to_the_cap():
    table = volumes(("A", "Hub", "service", 2000, 0, 0))
    assert score_of(table) == pytest.approx([(1.5 + 0) / 2])
    assert performance(CONTRACT, table)["counter_attained"].tolist() == [100.0]
    assert score_of(table, CONTRACT.model_copy(update={"attainment_cap": 3.0})) == pytest.approx([1.5])


def test_works_are_weighed():
    contract = PerformanceContract(targets=TARGETS, weights={"audit": 3})
    assert score_of(volumes(("A", "Hub", "service", 20, 100, 0)), contract) == pytest.approx([(1 + 3 * 0.5) / 4])


def test_the_parts_are_parameters():
    table = volumes(("A", "Hub", "transaction", 100, 0, 0), ("B", "Hub", "transaction", 0, 0, 0))
    assert score_of(table) == pytest.approx([0.85, 0.15])
    assert score_of(table, CONTRACT.model_copy(update={"individual_share": 1.0})) == [1.0, 0.0]


def test_risk_takes_off_but_never_below_0():
    table = volumes(
        ("A", "Hub", "all-round", 50, 100, 25), ("B", "Sat", "transaction", 100, 0, 0), risk_points=[3, 200]
    )
    found = performance(CONTRACT, table)
    assert found["deduction"].tolist() == pytest.approx([0.03, 2.0])
    assert found["score"].tolist() == pytest.approx([1.12, 0.0])


def test_targets_shrink_with_the_time_away():
    table = volumes(("A", "Hub", "transaction", 50, 0, 0), available_share=[0.5])
    assert score_of(table) == pytest.approx([1.0])


def test_who_was_away_all_the_time_takes_the_teams_attainment():
    table = volumes(
        ("A", "Hub", "transaction", 0, 0, 0), ("B", "Hub", "transaction", 60, 0, 0), available_share=[0, None]
    )
    found = performance(CONTRACT, table)
    assert found["individual"].tolist() == [0.6, 0.6]
    assert found["counter_attained"].isna().tolist() == [True, False]
    assert found["score"].tolist() == pytest.approx([0.6, 0.6])


def test_a_team_that_nothing_was_expected_of_met_its_targets():
    assert score_of(volumes(("A", "Hub", "all-round", 0, 0, 0), available_share=[0])) == pytest.approx([1.15])


@given(
    st.lists(st.tuples(st.sampled_from(sorted(TARGETS)), *[st.integers(0, 300)] * 3), min_size=1, max_size=6),
    st.integers(0, 2),
    st.integers(1, 50),
)
def test_more_work_is_never_worth_less_to_anybody(rows, work, more):
    before = [[f"E{i}", "Hub", *row] for i, row in enumerate(rows)]
    after = [list(row) for row in before]
    after[0][3 + work] += more
    pairs = zip(score_of(volumes(*before)), score_of(volumes(*after)), strict=True)
    assert all(b >= a - 1e-12 for a, b in pairs)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"counter": -1}, r'volumes\[0\]: counter of "A" is -1; it must be at least 0'),
        ({"counter": None}, r'counter of "A" is blank; fill it in'),
        ({"kind": "servise"}, r'kind "servise" has no targets \(did you mean "service"\?\)'),
        ({"outlet": None}, r"volumes\[0\]: outlet is blank"),
        ({"available_share": 1.2}, r'available_share of "A" is 1.2; it must be at most 1'),
        ({"risk_points": -1}, r'risk_points of "A" is -1'),
    ],
)
def test_malformed_volumes_are_told(change, message):
    with pytest.raises(InvalidProblem, match=message):
        performance(CONTRACT, volumes(("A", "Hub", "service", 1, 1, 1)).assign(**change))


def test_a_work_without_a_column_is_told():
    with pytest.raises(InvalidProblem, match='the column "audit" is missing'):
        performance(CONTRACT, volumes(("A", "Hub", "service", 1, 1, 1)).drop(columns="audit"))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"targets": {"servise": {"audit": 1}}}, r'kind "servise" has no coefficient \(did you mean "service"\?\)'),
        ({"targets": TARGETS, "weights": {"audits": 1}}, r'no target for "audits" \(did you mean "audit"\?\)'),
        ({"targets": {"service": {"audit": 0}}}, "greater than 0"),
        ({"targets": {"service": {}}}, "at least 1"),
        ({"targets": TARGETS, "deduction_per_risk_point": float("inf")}, "finite"),
        ({"targets": TARGETS, "individual_share": 1.1}, "less than or equal to 1"),
    ],
)
def test_contracts_that_cannot_be_are_refused(fields, message):
    with pytest.raises(ValidationError, match=message):
        PerformanceContract(**fields)


# ---------------------------------------------------------------- kinds


def work(*rows) -> pd.DataFrame:
    """Make a roster of rows of employee, activity and minutes."""
    start = dt.datetime(2026, 3, 9, 9)
    spans = [(who, what, start, start + dt.timedelta(minutes=minutes)) for who, what, minutes in rows]
    return pd.DataFrame(spans, columns=["employee", "activity", "start", "end"])


def kinds(skills: dict[str, list[str]], *rows, rules: KindRules | None = None) -> list[str]:
    held = [Permission(employee_id=who, skill_id=skill) for who, own in skills.items() for skill in own]
    return manager_kinds(pd.DataFrame({"employee": list(skills)}), held, work(*rows), MONDAY, rules)["kind"].tolist()


ALL = ["counter", "audit", "maintenance"]


def test_all_round_is_held_and_performed():
    parts = ("A", "counter", 80), ("A", "audit", 10)
    assert kinds({"A": ALL}, *parts, ("A", "maintenance", 10)) == ["all-round"]
    assert kinds({"A": ALL}, *parts, ("A", "maintenance", 9)) == ["transaction"]
    assert kinds({"A": ["counter", "audit"]}, *parts, ("A", "maintenance", 10)) == ["transaction"]
    assert kinds({"A": ["counter", "audit"]}, *parts, rules=KindRules(all_round_posts=2)) == ["all-round"]


def test_others_are_named_after_what_they_do_most():
    assert kinds({"A": ALL}, ("A", "lobby", 50), ("A", "fx", 49)) == ["service"]
    assert kinds({"A": ALL}, ("A", "outreach", 50)) == ["maintenance"]


def test_work_on_a_post_not_held_does_not_count():
    assert kinds({"A": ["audit"]}, ("A", "counter", 500), ("A", "audit", 1)) == ["service"]


def test_a_newcomer_is_named_after_the_first_post_held():
    assert kinds({"A": ALL, "B": ["maintenance"], "C": []}) == ["transaction", "maintenance", ""]


def test_shares_are_of_the_time_on_posts_held():
    held = [Permission(employee_id="A", skill_id=skill) for skill in ("counter", "audit")]
    rows = work(("A", "fx", 45), ("A", "audit", 15), ("A", "maintenance", 60), ("A", "training", 60))
    (row,) = manager_kinds(pd.DataFrame({"employee": ["A"]}), held, rows, MONDAY).to_dict("records")
    assert row == {
        "employee": "A", "outlet": "", "kind": "transaction",
        "transaction_share": 0.75, "service_share": 0.25, "maintenance_share": 0.0,
    }  # fmt: skip


def test_rules_nobody_can_meet_are_refused():
    assert KindRules(all_round_posts=2, least_share=0.5).least_share == 0.5
    with pytest.raises(ValidationError, match="nobody can spend 40% of their time on each of 3 posts"):
        KindRules(least_share=0.4)
    with pytest.raises(ValidationError, match="all_round_posts is 4, but there are 3 posts"):
        KindRules(all_round_posts=4)

"""The same problem with some of its prices multiplied, to steer a search; rosters are judged by the original."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from schedsolver.domain.base import Model
from schedsolver.domain.rule import Rule
from schedsolver.domain.suggest import did_you_mean

if TYPE_CHECKING:
    from schedsolver.domain.problem import Problem

# Rules whose prices stand in tables of the problem; of preferences, the rows that are about the field named.
PRICE_TABLES: Mapping[str, Mapping[str, str | None]] = {
    "cover.intervals": {"activities": None, "interval_requirements": None},
    "cover.shifts": {"shift_requirements": None},
    "backlog.done": {"backlogs": None},
    "request.granted": {"requests": None},
    "preference.outlet": {"preferences": "outlet_id"},
    "preference.activity": {"preferences": "activity_id"},
    "preference.colleague": {"preferences": "colleague_id"},
}
Record = TypeVar("Record", bound=Model)


def refuse_unpriced(name: str) -> None:
    """Make sure that a rule has a price that can be multiplied.

    Raises
    ------
    ValueError
        If there is no such rule, with the nearest name, or it has no price of its own.
    """
    kind = Rule.catalogue().get(name)
    if kind is None:
        raise ValueError(f'there is no rule "{name}"{did_you_mean(name, Rule.catalogue())}')
    if name not in PRICE_TABLES and not kind.may_be_soft and not any("cents" in f for f in kind.model_fields):
        raise ValueError(f"{name} has no price of its own that could be multiplied; leave it out")


def reweighted(problem: Problem, factors: Mapping[str, float]) -> Problem:
    """Multiply the prices of soft rules.

    Parameters
    ----------
    problem
        The original.
    factors
        By name of the rule. Prices are rounded to whole cents; one above 0 stays above 0.

    Returns
    -------
    A problem with the same rosters, at other costs.
    """
    changes: dict[str, tuple[Any, ...]] = {
        "rules": tuple(_scaled(rule, factors.get(rule.name, 1.0)) for rule in problem.rules)
    }
    for name, factor in factors.items():
        for table, about in PRICE_TABLES.get(name, {}).items():
            rows = changes.get(table, getattr(problem, table))
            changes[table] = tuple(
                _scaled(row, factor) if about is None or getattr(row, about) is not None else row for row in rows
            )
    return problem.replace(**changes)


def _scaled(record: Record, factor: float) -> Record:
    """Multiply every price of a record; it is checked again."""
    prices = dict(_prices(record, factor)) if factor != 1 else {}
    return type(record).model_validate(dict(record) | prices) if prices else record


def _prices(record: Model, factor: float) -> Iterator[tuple[str, Any]]:
    for field, value in record:
        if value and (field == "weight" or "cents" in field):
            many = isinstance(value, tuple)
            yield field, tuple(_times(v, factor) for v in value) if many else _times(value, factor)


def _times(cents: int, factor: float) -> int:
    return max(1, round(cents * factor)) if cents else 0

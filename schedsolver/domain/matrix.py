"""The travel matrix as a table: one row and one column for each outlet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from schedsolver.domain.places import TravelTimes
from schedsolver.domain.records import Table
from schedsolver.domain.wording import faults_of_error
from schedsolver.errors import Fault

LABELS = ("outlet", "outlet_id")
_MINUTES: TypeAdapter[tuple[int, ...]] = TypeAdapter(tuple[Annotated[int, Field(ge=0)], ...])


def travel_of(table: Table) -> tuple[TravelTimes, list[Fault]]:
    """Turn a square table into travel times.

    Parameters
    ----------
    table
        One row an outlet, named in the column ``outlet``, and one column an outlet; a blank cell
        on the diagonal is 0.

    Returns
    -------
    travel, faults
        The times, none when there are faults.
    """
    label = next((column for column in LABELS if column in table.columns), None)
    if label is None:
        return TravelTimes(), [Fault("travel", None, 'has no column "outlet" to name its rows')]
    down = [str(row.get(label, "")) for row in table.rows]
    across = [column for column in table.columns if column != label]
    faults = list(_outline_faults(down, across))
    if faults:
        return TravelTimes(), faults
    minutes = [_minutes(i, row, down, faults) for i, row in enumerate(table.rows)]
    if faults:
        return TravelTimes(), faults
    try:
        return TravelTimes(outlets=tuple(down), minutes=tuple(minutes)), []
    except ValidationError as error:
        return TravelTimes(), faults_of_error(error, ("travel",))


def _outline_faults(down: list[str], across: list[str]) -> Iterator[Fault]:
    for i, name in enumerate(down):
        if not name:
            yield Fault("travel", i, "the row names no outlet")
        elif name in down[:i]:
            yield Fault("travel", i, f'outlet "{name}" has a second row; keep one')
    ways = (("a column but no row", across, down), ("a row but no column", down, across))
    for lack, here, there in ways:
        lonely = [name for name in Counter(here) if name and name not in there]
        if lonely:
            verb = "has" if len(lonely) == 1 else "have"
            yield Fault("travel", None, f"the travel matrix is not square: {', '.join(lonely)} {verb} {lack}; "
                        "give one row and one column for each outlet")  # fmt: skip


def _minutes(i: int, row: Mapping[str, Any], names: list[str], faults: list[Fault]) -> tuple[int, ...]:
    cells = [row.get(name, 0 if name == names[i] else None) for name in names]
    blank = [name for name, cell in zip(names, cells, strict=True) if cell is None]
    if blank:
        faults.append(Fault("travel", i, f"the minutes from {names[i]} to {', '.join(blank)} are missing"))
        return ()
    try:
        return _MINUTES.validate_python(cells)
    except ValidationError as error:
        faults += faults_of_error(error, ("travel", i), lambda path: names[int(path[0])])
        return ()

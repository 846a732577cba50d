"""Customers counted by interval: read from tables, or added up from records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from schedsolver.domain.horizon import MINUTES_PER_DAY
from schedsolver.errors import Fault, InvalidProblem
from schedsolver.traffic.clock import changes
from schedsolver.traffic.gaps import gap_remarks
from schedsolver.traffic.reading import (
    Mask,
    ReadingReport,
    Remarks,
    parse_dates,
    parse_numbers,
    parse_times,
    read_table,
    require,
)
from schedsolver.traffic.records import Records

COLUMNS = ("outlet", "activity", "date", "start", "customers")
_KEY = ["outlet", "activity", "date", "start"]


@dataclass(frozen=True)
class Counts:
    """Customers by outlet, activity, date and slot.

    Attributes
    ----------
    table
        ``outlet``, ``activity``, ``date`` (midnight), ``start`` (minutes after midnight), ``customers``; each slot
        once, in this order. A slot that is not there is unknown, not empty.
    slot_minutes
        Length of a slot.
    report
        What was odd in the source.
    """

    table: pd.DataFrame
    slot_minutes: int
    report: ReadingReport

    def up_to(self, last: pd.Timestamp) -> Counts:
        """Give what was known at the end of a day."""
        return Counts(self.table[self.table["date"] <= last], self.slot_minutes, self.report)


def read_counts(
    source: pd.DataFrame | str | Path,
    slot_minutes: int,
    *,
    columns: Mapping[str, str] | None = None,
    outlet: str | None = None,
    activity: str | None = None,
    timezone: str | None = None,
) -> Counts:
    """Read interval counts.

    Parameters
    ----------
    source
        A CSV file or DataFrame with columns ``outlet``, ``activity``, ``date``, ``start`` (a time of day, or a
        moment, which makes ``date`` unnecessary) and ``customers``.
    slot_minutes
        Length of an interval.
    columns
        What the source calls them, by these names.
    outlet, activity
        What they are in every row, where the source has no such column.
    timezone
        Name such as ``"Europe/Berlin"``, to find intervals that a change of the clock repeats or skips.

    Raises
    ------
    InvalidProblem
        If the source cannot be read, a column is missing, or no row can be used. Rows are not refused: the
        result's report says what was odd in each and what became of it.
    """
    _validate_slot(slot_minutes)
    table, numbers, name = read_table(source, COLUMNS, columns)
    blank = table.isna().all(axis=1).to_numpy()
    given = {"outlet": outlet, "activity": activity}
    table = table.assign(**{column: value for column, value in given.items() if value is not None})
    require(name, table, ("outlet", "activity", "start", "customers"))
    remarks = Remarks(numbers)
    _leave_out_blanks(table, blank, remarks)
    tidy = _tidy(table, slot_minutes, remarks).assign(row=numbers)
    _check_customers(table["customers"], tidy, remarks)
    if timezone is not None:
        _leave_out_skipped(tidy, remarks, timezone)
    tidy["customers"] = _settle_repeats(tidy, remarks, timezone)
    used = tidy[remarks.alive].astype({"start": np.int64}).sort_values(_KEY, ignore_index=True)
    if used.empty:
        report = remarks.report()
        raise InvalidProblem([Fault(name, None, f"no row can be used\n{report}")])
    report = remarks.report(gap_remarks(used, slot_minutes))
    return Counts(used[list(COLUMNS)], slot_minutes, report)


def counts_of(records: Records, slot_minutes: int) -> Counts:
    """Add records up to counts.

    On a day on which an outlet has any record, all its activities are known, from the first slot of a day in which
    the outlet ever had a customer to the last. A slot that the clock's change repeats is given the mean of both.

    Parameters
    ----------
    records
        The customers.
    slot_minutes
        Length of a slot.

    Raises
    ------
    InvalidProblem
        If the slot does not divide a day.
    """
    _validate_slot(slot_minutes)
    table = records.table
    arrival = table["arrival"]
    minute = arrival.dt.hour * 60 + arrival.dt.minute
    keyed = table[["outlet", "activity", "row"]].assign(
        date=arrival.dt.normalize(), start=(minute // slot_minutes * slot_minutes).astype(np.int64)
    )
    summed = keyed.groupby(_KEY)["row"].agg(customers="size", row="min")
    whole = pd.concat([_whole_days(rows, slot_minutes) for _, rows in keyed.groupby("outlet", sort=True)])
    counts = whole.merge(summed.reset_index(), on=_KEY, how="left")
    counts["customers"] = counts["customers"].fillna(0.0).astype(float)
    counts = _adjust_for_clock(counts, records.timezone)
    found = records.report.remarks
    report = Remarks(np.zeros(0, dtype=np.int64)).report([found, *gap_remarks(counts, slot_minutes)])
    report = ReadingReport(records.report.rows_read, records.report.rows_used, report.remarks)
    return Counts(counts[list(COLUMNS)].sort_values(_KEY, ignore_index=True), slot_minutes, report)


def _validate_slot(slot_minutes: int) -> None:
    if slot_minutes < 1 or MINUTES_PER_DAY % slot_minutes:
        fault = f"slot_minutes is {slot_minutes}, which does not divide a day; use 5, 10, 15, 20, 30 or 60"
        raise InvalidProblem([Fault("counts", None, fault)])


def _leave_out_blanks(table: pd.DataFrame, blank: Mask, remarks: Remarks) -> None:
    remarks.add(blank, "", [""] * len(table), "row is empty", "left out", "delete it")
    for column in ("outlet", "activity"):
        values = table[column]
        remarks.add(values.isna().to_numpy(), column, values, f"no {column}", "left out", "fill in its name")


def _tidy(table: pd.DataFrame, slot_minutes: int, remarks: Remarks) -> pd.DataFrame:
    """Read dates and begins of slots."""
    moments, seconds = parse_times(table["start"])
    given = parse_dates(table["date"]) if "date" in table else pd.Series(pd.NaT, index=table.index)
    date = moments.dt.normalize().fillna(given.astype("datetime64[us]"))
    minutes = seconds.fillna((moments - moments.dt.normalize()).dt.total_seconds()) / 60
    raw_date = table["date"] if "date" in table else table["start"]
    advice = "write it as 2026-03-09"
    remarks.add((date.isna() & minutes.notna()).to_numpy(), "date", raw_date, "not a date", "left out", advice)
    remarks.add(minutes.isna().to_numpy(), "start", table["start"], "not a time", "left out", "write it as 08:30")
    late = (minutes >= MINUTES_PER_DAY).to_numpy()
    advice = "taken as the next day; nothing to do if that is right"
    remarks.add(late, "start", table["start"], "time past midnight", "repaired", advice)
    date = date.where(~late, date + pd.Timedelta(days=1))
    minutes = minutes.where(~late, minutes - MINUTES_PER_DAY)
    off = (minutes % slot_minutes).fillna(0).ne(0).to_numpy()
    advice = "count in intervals that begin on the grid, or give their true length"
    remarks.add(off, "start", table["start"], f"does not begin a {slot_minutes}-minute slot", "left out", advice)
    return table[["outlet", "activity"]].astype(str).assign(date=date, start=minutes)


def _check_customers(raw: pd.Series, tidy: pd.DataFrame, remarks: Remarks) -> None:
    count = parse_numbers(raw)
    remarks.add(count.isna().to_numpy(), "customers", raw, "not a number", "left out", "write a number, 0 for nobody")
    remarks.add((count < 0).to_numpy(), "customers", raw, "negative count", "left out", "find out what was counted")
    broken = (count % 1 != 0).to_numpy()
    remarks.add(broken, "customers", raw, "not a whole count", "kept", "nothing to do if these are means")
    tidy["customers"] = count


def _leave_out_skipped(tidy: pd.DataFrame, remarks: Remarks, timezone: str) -> None:
    moments = tidy["date"] + pd.to_timedelta(tidy["start"], unit="min")
    _, never = changes(moments, timezone)
    what = "slot that the change of the clock skipped"
    remarks.add(never, "start", moments, what, "left out", "if it holds customers, set the machine's clock")


def _settle_repeats(tidy: pd.DataFrame, remarks: Remarks, timezone: str | None) -> pd.Series:
    """Keep the first of the rows of a slot, or the mean where the clock's change made it come twice."""
    alive = tidy[remarks.alive]
    moments = tidy["date"] + pd.to_timedelta(tidy["start"], unit="min")
    twice, _ = changes(moments, timezone)
    customers = tidy["customers"].copy()
    groups = alive.groupby(_KEY)["customers"]
    customers[alive.index] = groups.transform("mean").where(twice[alive.index], alive["customers"])
    advice = "the mean of its two occurrences is kept; nothing to do if the machine writes both"
    mean_of = np.zeros(len(tidy), dtype=bool)
    mean_of[alive.index] = groups.transform("size") > 1
    remarks.add(twice & mean_of, "start", moments, "slot comes twice as the clock goes back", "repaired", advice)
    advice = "kept as it is; it may hold two slots' customers"
    remarks.add(twice & ~mean_of, "start", moments, "slot comes twice as the clock goes back", "kept", advice)
    later = np.zeros(len(tidy), dtype=bool)
    later[alive.index] = alive.duplicated(_KEY)
    same = later.copy()
    same[alive.index] &= (alive["customers"] == groups.transform("first")).to_numpy()
    remarks.add(same & ~twice, "start", moments, "slot given again, same count", "left out", "delete the row")
    # Of two occurrences of an hour the first row now holds the mean.
    remarks.add(later & ~twice, "start", moments, "slot given again, other count", "left out", "keep the right one")
    remarks.alive &= ~(later & twice)
    return customers


def _whole_days(keyed: pd.DataFrame, slot_minutes: int) -> pd.DataFrame:
    """Give every slot of the days on which an outlet has records, for each of its activities."""
    starts = np.arange(keyed["start"].min(), keyed["start"].max() + slot_minutes, slot_minutes, dtype=np.int64)
    levels = [keyed["outlet"].unique(), keyed["activity"].unique(), keyed["date"].unique(), starts]
    return pd.MultiIndex.from_product(levels, names=_KEY).to_frame(index=False)


def _adjust_for_clock(counts: pd.DataFrame, timezone: str | None) -> pd.DataFrame:
    twice, never = changes(counts["date"] + pd.to_timedelta(counts["start"], unit="min"), timezone)
    halved = counts["customers"].where(~twice, counts["customers"] / 2)
    return counts.assign(customers=halved)[~never]

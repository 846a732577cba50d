"""Records of a queue machine or a telephone exchange: one row a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from schedsolver.errors import Fault, InvalidProblem
from schedsolver.traffic.clock import changes, elapsed_seconds
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

COLUMNS = (
    "outlet", "activity", "ticket", "date", "arrival", "service_start", "service_end", "wait_seconds",
    "service_seconds", "outcome",
)  # fmt: skip
TIDY = [
    "row", "outlet", "activity", "arrival", "service_start", "service_end", "wait_seconds", "service_seconds", "outcome"
]  # fmt: skip
# What machines call it; give `outcomes` for other words.
OUTCOMES = {"served": "served", "agent": "served", "abandoned": "abandoned", "hang": "abandoned"}
_DAY = pd.Timedelta(days=1)
_DAY_SECONDS = 86_400.0
_FAR_YEARS = 10


@dataclass(frozen=True)
class Limits:
    """What is too long to be true.

    Attributes
    ----------
    wait_seconds, service_seconds
        Longest wait and longest service of one customer.
    """

    wait_seconds: float = 6 * 3600
    service_seconds: float = 4 * 3600


@dataclass(frozen=True)
class Records:
    """Customers, one row each.

    Attributes
    ----------
    table
        ``row`` (see the report), ``outlet``, ``activity``, ``arrival``, ``service_start``, ``service_end`` (local
        moments), ``wait_seconds``, ``service_seconds`` (a change of the clock allowed for), ``outcome`` (``"served"``,
        ``"abandoned"`` or ``"unknown"``); by arrival. Times that are unknown, or could not be, are missing.
    report
        What was odd in the source.
    timezone
        Whose clock the moments are read by; ``None`` when it was not given.
    """

    table: pd.DataFrame
    report: ReadingReport
    timezone: str | None


def read_records(
    source: pd.DataFrame | str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    outlet: str | None = None,
    activity: str | None = None,
    outcomes: Mapping[str, str] | None = None,
    timezone: str | None = None,
    limits: Limits | None = None,
) -> Records:
    """Read customers' records.

    A customer whose arrival is known counts as one even when the rest of the row is wrong; only the times that
    cannot be true are then blank.

    Parameters
    ----------
    source
        A CSV file or DataFrame with columns ``outlet``, ``activity`` (the business type) and ``arrival``, and as
        far as known ``ticket``, ``date``, ``service_start`` or ``wait_seconds``, ``service_end`` or
        ``service_seconds``, and ``outcome``. Times are moments, or times of day of the row's ``date``; a time of day
        before the one that comes first is of the next day.
    columns
        What the source calls them, by these names.
    outlet, activity
        What they are in every row, where the source has no such column.
    outcomes
        ``"served"``, ``"abandoned"`` or ``"unknown"`` by the source's words, capitals aside; by default
        :data:`OUTCOMES`. Without such a column those with a service time were served, of the others it is unknown.
    timezone
        Name such as ``"Europe/Berlin"``, to allow for changes of the clock.
    limits
        What is too long to be true.

    Raises
    ------
    InvalidProblem
        If the source cannot be read, a column is missing, or no row can be used. Rows are not refused: the
        result's report says what was odd in each and what became of it.
    """
    table, numbers, name = read_table(source, COLUMNS, columns)
    given = {"outlet": outlet, "activity": activity}
    blank = table.isna().all(axis=1).to_numpy()
    table = table.assign(**{column: value for column, value in given.items() if value is not None})
    require(name, table, ("outlet", "activity", "arrival"))
    remarks = Remarks(numbers)
    remarks.add(blank, "", [""] * len(table), "row is empty", "left out", "delete it")
    for column in ("outlet", "activity"):
        missing = table[column].isna().to_numpy()
        remarks.add(missing, column, table[column], f"no {column}", "left out", "fill in its name")
    reader = _Reader(table, remarks, timezone, limits or Limits())
    tidy = reader.tidy(outcomes or OUTCOMES).assign(row=numbers)
    _leave_out_repeats(table, tidy, remarks)
    used = tidy.loc[remarks.alive, TIDY].sort_values(["arrival", "row"], ignore_index=True)
    report = remarks.report()
    if used.empty:
        raise InvalidProblem([Fault(name, None, f"no row can be used\n{report}")])
    return Records(used, report, timezone)


class _Reader:
    """Reads the times of a table, noting what is odd."""

    def __init__(self, table: pd.DataFrame, remarks: Remarks, timezone: str | None, limits: Limits) -> None:
        self.table, self.remarks, self.timezone, self.limits = table, remarks, timezone, limits

    def tidy(self, outcomes: Mapping[str, str]) -> pd.DataFrame:
        arrival = self._arrival()
        start = self._later("service_start", "wait_seconds", arrival, arrival, self.limits.wait_seconds)
        start, wait = self._span("wait", "service_start", "wait_seconds", arrival, start, self.limits.wait_seconds)
        begun = start.fillna(arrival) if "service_start" not in self.table else start
        end = self._later("service_end", "service_seconds", begun, arrival, self.limits.service_seconds)
        end, service = self._span("service", "service_end", "service_seconds", start, end, self.limits.service_seconds)
        outcome = self._outcome(outcomes, service)
        service, end = self._without_service(outcome, service, end)
        self._note_midnight(arrival, end.fillna(start))
        names = self.table[["outlet", "activity"]].astype(str)
        times = {"arrival": arrival, "service_start": start, "service_end": end}
        return names.assign(**times, wait_seconds=wait, service_seconds=service, outcome=outcome)

    def _arrival(self) -> pd.Series:
        raw = self.table["arrival"]
        moments, seconds = parse_times(raw)
        dates = self._dates()
        late = (seconds >= _DAY_SECONDS).to_numpy()
        arrival = moments.fillna(dates + pd.to_timedelta(seconds, unit="s")).astype("datetime64[us]")
        undated = (moments.isna() & seconds.notna() & dates.isna()).to_numpy()
        shown = self.table.get("date", raw)
        self.remarks.add(undated, "date", shown, "no date, or not one", "left out", "write it as 2026-03-09")
        advice = "write it as 08:30 or 2026-03-09 08:30:00"
        self.remarks.add((moments.isna() & seconds.isna()).to_numpy(), "arrival", raw, "not a time", "left out", advice)
        advice = "taken as the next day; nothing to do if that is right"
        self.remarks.add(late, "arrival", raw, "time past midnight", "repaired", advice)
        usual = float(arrival.dt.year.quantile(0.5, interpolation="nearest"))
        far = (arrival.dt.year - usual).abs().gt(_FAR_YEARS).to_numpy()
        what = f"date more than {_FAR_YEARS} years from the others"
        self.remarks.add(far, "arrival", raw, what, "left out", "set the machine's calendar; correct the date")
        return self._without_skipped(arrival)

    def _dates(self) -> pd.Series:
        if "date" in self.table:
            return parse_dates(self.table["date"])
        return pd.Series(pd.NaT, index=self.table.index, dtype="datetime64[us]")

    def _without_skipped(self, arrival: pd.Series) -> pd.Series:
        """Move arrivals out of the hour that never was, and tell which are in one that was twice."""
        twice, never = changes(arrival, self.timezone)
        what, advice = "arrival in an hour that the change of the clock skipped", "set the machine's clock"
        self.remarks.add(never, "arrival", arrival, what, "repaired", f"moved an hour on; {advice}")
        what, advice = "arrival in an hour that comes twice as the clock goes back", "nothing to do; times are shortest"
        self.remarks.add(twice, "arrival", arrival, what, "kept", advice)
        return arrival.where(~never, arrival + pd.Timedelta(hours=1))

    def _later(self, column: str, length: str, before: pd.Series, arrival: pd.Series, limit: float) -> pd.Series:
        """Read a moment that comes after another, from a time or from the seconds in between."""
        if column not in self.table:
            seconds = self._seconds(length)
            return before + pd.to_timedelta(seconds.where(seconds <= limit), unit="s")
        raw = self.table[column]
        moments, clock = parse_times(raw)
        unread = (raw.notna() & moments.isna() & clock.isna()).to_numpy()
        self.remarks.add(unread, column, raw, "not a time", "repaired", "left blank; write it as 08:30")
        moments = moments.fillna(arrival.dt.normalize() + pd.to_timedelta(clock, unit="s"))
        behind = (clock.notna() & (moments < before)).to_numpy()
        span = (moments + _DAY - before).dt.total_seconds()
        crossed = behind & (span <= limit).to_numpy()
        advice = "taken as the next day; nothing to do if that is right"
        self.remarks.add(crossed, column, raw, "time of day after midnight", "repaired", advice)
        return moments.where(~crossed, moments + _DAY).astype("datetime64[us]")

    def _seconds(self, column: str) -> pd.Series:
        if column not in self.table:
            return pd.Series(np.nan, index=self.table.index)
        raw = self.table[column]
        seconds = parse_numbers(raw)
        unread = (raw.notna() & seconds.isna()).to_numpy()
        self.remarks.add(unread, column, raw, "not a number", "repaired", "left blank; write seconds")
        return seconds

    def _span(
        self, what: str, column: str, length: str, begin: pd.Series, end: pd.Series, limit: float
    ) -> tuple[pd.Series, pd.Series]:
        """Give an end and the seconds to it, both blank where they cannot be true."""
        timed = column in self.table
        seconds = elapsed_seconds(begin, end, self.timezone) if timed else parse_numbers(self._raw(length)).to_numpy()
        where, raw = (column, self._raw(column)) if timed else (length, self._raw(length))
        if timed:
            by_clock = (end - begin).dt.total_seconds().to_numpy()
            shifted = np.isfinite(seconds) & (seconds != by_clock)
            advice = "nothing to do; the change of the clock is allowed for"
            self.remarks.add(shifted, where, raw, f"{what} across a change of the clock", "repaired", advice)
        advice = "left blank; the customer is counted"
        negative, absurd = seconds < 0, seconds > limit
        self.remarks.add(negative, where, raw, f"negative {what} time", "repaired", advice)
        self.remarks.add(absurd, where, raw, f"{what} of more than {limit / 3600:g} hours", "repaired", advice)
        true = ~(negative | absurd)
        return end.where(true), pd.Series(np.where(true, seconds, np.nan), index=end.index)

    def _raw(self, column: str) -> pd.Series:
        return self.table[column] if column in self.table else pd.Series(np.nan, index=self.table.index)

    def _outcome(self, outcomes: Mapping[str, str], service: pd.Series) -> pd.Series:
        if "outcome" not in self.table:
            return pd.Series(np.where(service.notna(), "served", "unknown"), index=service.index)
        words = {word.casefold(): outcome for word, outcome in outcomes.items()}
        raw = self.table["outcome"]
        outcome = raw.map(lambda word: words.get(str(word).casefold()))
        strange = outcome.isna().to_numpy()
        advice = 'taken as unknown; name it in outcomes={"...": "served"}'
        self.remarks.add(strange, "outcome", raw, "outcome that has no meaning here", "kept", advice)
        return outcome.fillna("unknown")

    def _without_service(self, outcome: pd.Series, service: pd.Series, end: pd.Series) -> tuple[pd.Series, pd.Series]:
        """Blank service times of those who left, and of those served in no time at all."""
        column = "service_end" if "service_end" in self.table else "service_seconds"
        gone, none = outcome.eq("abandoned").to_numpy(), service.eq(0).to_numpy()
        advice = "left blank; the outcome is believed"
        raw = self._raw(column)
        what = "service time of a customer who left"
        self.remarks.add(gone & (service > 0).to_numpy(), column, raw, what, "repaired", advice)
        advice = "left blank; the customer is counted"
        self.remarks.add(none & ~gone, column, raw, "service of no time at all", "repaired", advice)
        return service.where(~gone & ~none), end.where(~gone & ~none)

    def _note_midnight(self, arrival: pd.Series, last: pd.Series) -> None:
        crossed = (last.dt.normalize() > arrival.dt.normalize()).to_numpy()
        advice = "nothing to do; the customer counts on the day of arrival"
        self.remarks.add(crossed, "arrival", arrival, "customer served past midnight", "kept", advice)


def _leave_out_repeats(table: pd.DataFrame, tidy: pd.DataFrame, remarks: Remarks) -> None:
    """Leave out a ticket's second row, or without tickets a row that repeats another to the second."""
    if "ticket" in table:
        key = tidy[["outlet", "activity"]].assign(date=tidy["arrival"].dt.normalize(), ticket=table["ticket"])
        again = _again(key, remarks.alive) & table["ticket"].notna().to_numpy()
        remarks.add(again, "ticket", table["ticket"], "ticket given again on its day", "left out", "keep the right row")
        return
    again = _again(tidy.drop(columns="row"), remarks.alive)
    timed = tidy["service_seconds"].notna().to_numpy()
    what = "row given again"
    remarks.add(again & timed, "arrival", tidy["arrival"], what, "left out", "delete the row; give tickets to be sure")
    advice = "nothing to do if two customers came at once; give tickets to be sure"
    remarks.add(again & ~timed, "arrival", tidy["arrival"], what, "kept", advice)


def _again(key: pd.DataFrame, alive: Mask) -> NDArray[np.bool_]:
    found = np.zeros(len(key), dtype=bool)
    found[alive] = key[alive].duplicated().to_numpy()
    return found

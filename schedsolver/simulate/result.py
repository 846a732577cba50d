"""The outcome of a simulation with its names, as tidy tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from schedsolver.domain.arrays import FloatArray
from schedsolver.simulate.figures import Figures, ratio, share_with_interval


@dataclass(frozen=True)
class SimulationResult:
    """A roster under random customers.

    Attributes
    ----------
    figures
        What was counted, by replication, queue and slot.
    cells
        ``outlet``, ``activity``, ``date``, ``start``, and the ``queue`` and ``slot`` in the figures, of every queue
        and slot in which customers are expected or people rostered.
    replications, seed
        How often, and of which randomness.
    """

    figures: Figures
    cells: pd.DataFrame
    replications: int
    seed: int

    @classmethod
    def of(
        cls,
        figures: Figures,
        names: Sequence[tuple[str, str]],
        starts: Sequence[dt.datetime],
        expected: FloatArray,
        seed: int,
    ) -> SimulationResult:
        """Make a result from figures, outlet and activity of each queue, and the begin of each slot."""
        queue, slot = np.nonzero((expected > 0) | (figures.staffed_minutes > 0))
        start = pd.Series(pd.to_datetime(list(starts)))[slot].reset_index(drop=True)
        outlet, activity = (pd.Series([n[i] for n in names], dtype="str")[queue].reset_index(drop=True) for i in (0, 1))
        cells = pd.DataFrame(
            {"outlet": outlet, "activity": activity, "date": start.dt.normalize(), "start": start, "queue": queue,
             "slot": slot}
        )  # fmt: skip
        return cls(figures, cells, len(figures.customers), seed)

    @property
    def late_share(self) -> float:
        """Share of all customers who waited longer than the limit of their activity."""
        return float(self.figures.late.sum() / max(int(self.figures.customers.sum()), 1))

    @property
    def by_outlet(self) -> pd.DataFrame:
        """:meth:`table` by outlet."""
        return self.table("outlet")

    @property
    def by_activity(self) -> pd.DataFrame:
        """:meth:`table` by outlet and activity."""
        return self.table("outlet", "activity")

    @property
    def by_slot(self) -> pd.DataFrame:
        """:meth:`table` by outlet, activity and slot."""
        return self.table("outlet", "activity", "start")

    def table(self, *by: str) -> pd.DataFrame:
        """Sum up by some of ``outlet``, ``activity``, ``date`` and ``start``; everything in one row without any.

        Customers count in the slot in which they came.

        Returns
        -------
        The columns asked for, then, for each replication on average,

        - ``customers``, ``late`` and ``lost`` (left unserved);
        - ``late_share`` with its 95 % interval ``late_low``, ``late_high``, and ``lost_share``;
        - ``mean_wait`` in minutes, of all who came; ``mean_queue``, customers waiting at a random moment;
        - ``head_hours`` rostered, and ``utilisation``, the share of them spent with customers.

        Raises
        ------
        ValueError
            If a column is none of the four.
        """
        if unknown := set(by) - {"outlet", "activity", "date", "start"}:
            raise ValueError(f"cannot sum up by {sorted(unknown)}; choose from outlet, activity, date and start")
        group = self.cells.groupby(list(by), sort=False).ngroup().to_numpy() if by else np.zeros(len(self.cells), int)
        _, first = np.unique(group, return_index=True)
        figures, n = self.figures, self.replications

        def of_each(values: NDArray[np.generic]) -> FloatArray:
            """Sum the last two axes, queues and slots, by group."""
            cells = np.moveaxis(values[..., self.cells["queue"], self.cells["slot"]], -1, 0)
            sums = np.zeros((len(first), *cells.shape[1:]))
            np.add.at(sums, group, cells)
            return sums

        customers, late, lost = (of_each(x).T for x in (figures.customers, figures.late, figures.lost))
        waits, staffed = of_each(figures.wait_minutes).T, of_each(figures.staffed_minutes)
        moments = self.cells.assign(group=group).groupby("group")["slot"].nunique().to_numpy()
        share, low, high = share_with_interval(late, customers)
        came = customers.sum(axis=0)
        values = {
            "customers": came / n,
            "late": late.sum(axis=0) / n,
            "lost": lost.sum(axis=0) / n,
            "late_share": share,
            "late_low": low,
            "late_high": high,
            "lost_share": ratio(lost.sum(axis=0), came),
            "mean_wait": ratio(waits.sum(axis=0), came),
            "mean_queue": of_each(figures.queue_minutes) / (n * figures.slot_minutes * moments),
            "head_hours": staffed / n / 60,
            "utilisation": ratio(of_each(figures.busy_minutes), staffed),
        }
        labels = {column: self.cells[column].to_numpy()[first] for column in by}
        return pd.DataFrame(labels | values)

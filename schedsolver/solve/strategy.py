"""How the search goes about its work; what a tuning run may change."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schedsolver.domain.base import Model

Share = Annotated[float, Field(gt=0, le=1)]


class Strategy(Model):
    """How the search goes about its work; tuning has beaten the defaults for `Settings.auto` of clusters only.

    Attributes
    ----------
    lines
        Whether rosters of shifts, one a day and without activities, are searched over lines of work.
    small_options, small_seconds
        Up to so many duty options, CP-SAT is tried on the whole model first, for so long, unless rules make many rows.
    relaxation
        Method of the linear relaxation: ``"simplex"``, ``"interior"``, or ``"auto"`` to let both race where there
        are two threads and the relaxation is large.
    width
        Duties are left out of dive, polish and neighbourhoods when the relaxation prices them this share of a
        duty's mean cost above itself.
    dive_near, dive_share
        Each round of the dive rounds up duties at least this near to 1, and no more than this share of those
        that are not whole; ``dive_share`` 0 leaves the dive out.
    polish_share
        Share of the time left that the polish may take; 0 leaves it out.
    reassign_share
        Share of the time left that a search which begins with a roster may take to find who else could work its
        duties; 0 leaves that out, 1 everything after it.
    prove_beside
        Whether HiGHS raises the bound beside the search, given a second thread.
    neighbourhood_work
        Deterministic time of CP-SAT for each neighbourhood, roughly seconds.
    place_rows, dive_rows
        The search goes outlet by outlet where rules make more rows than the first, and than there are duties or the
        second; rules that tell every person apart are then kept for the end.
    naming_work
        Deterministic time of CP-SAT for the activities of an outlet and day, where rules tell people apart.
    days, outlets, employees
        Sizes of the neighbourhoods solved again in turn; 0 leaves a kind out.
    places, many_places, stretch, long_stretch, team
        The same where there are many rules: outlets on one day, few or more; a few days of one outlet, or many; people
        who may do the same, for a week. Whatever pays has most of the time.
    place_width, stretch_width
        What ``width`` is for these: for days of one outlet the latter.
    """

    lines: bool = True
    small_options: Annotated[int, Field(ge=0)] = 3_000
    small_seconds: Annotated[float, Field(gt=0)] = 5.0
    relaxation: Literal["auto", "simplex", "interior"] = "auto"
    width: Annotated[float, Field(gt=0)] = 0.01
    dive_near: Share = 0.5
    dive_share: Annotated[float, Field(ge=0, le=1)] = 0.3
    polish_share: Annotated[float, Field(ge=0, le=1)] = 0.6
    reassign_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    prove_beside: bool = True
    neighbourhood_work: Annotated[float, Field(gt=0)] = 2.0
    place_rows: Annotated[int, Field(ge=0)] = 5_000
    dive_rows: Annotated[int, Field(ge=0)] = 30_000
    naming_work: Annotated[float, Field(gt=0)] = 2.0
    days: Annotated[int, Field(ge=0)] = 1
    outlets: Annotated[int, Field(ge=0)] = 2
    employees: Annotated[int, Field(ge=0)] = 8
    places: Annotated[int, Field(ge=0)] = 2
    many_places: Annotated[int, Field(ge=0)] = 3
    stretch: Annotated[int, Field(ge=0)] = 2
    long_stretch: Annotated[int, Field(ge=0)] = 7
    team: Annotated[int, Field(ge=0)] = 3
    place_width: Annotated[float, Field(gt=0)] = 0.001
    stretch_width: Annotated[float, Field(gt=0)] = 0.01

    @property
    def neighbourhoods(self) -> tuple[tuple[str, int], ...]:
        """Kind and size of the neighbourhoods to take in turn."""
        return _used(("days", self.days), ("outlets", self.outlets), ("employees", self.employees))

    @property
    def small_neighbourhoods(self) -> tuple[tuple[str, int], ...]:
        """Kind and size of the neighbourhoods where there are many rules."""
        places = ("places", self.places), ("places", self.many_places)
        return _used(*places, ("stretch", self.stretch), ("stretch", self.long_stretch), ("team", self.team))


def _used(*sizes: tuple[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((kind, size) for kind, size in sizes if size)

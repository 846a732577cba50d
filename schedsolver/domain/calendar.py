"""Which dates are workdays, rest days and public holidays."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from schedsolver.domain.base import Day, Identifier, Model
from schedsolver.domain.places import Weekday
from schedsolver.domain.suggest import did_you_mean

if TYPE_CHECKING:
    from holidays import HolidayBase

DayKind = Literal["workday", "rest", "holiday"]

# A year without swaps before one with some is a year without, as Hungary's 2023; gaps are shorter than this.
_YEARS_AHEAD = 5
_OBSERVED = ("observed_label", "observed_label_before", "observed_estimated_label")


class SpecialDay(Model):
    """What a date is, whatever the calendar says of it.

    Attributes
    ----------
    date
        The date.
    kind
        ``"workday"``, ``"rest"`` or ``"holiday"``.
    name
        What people call it.
    """

    date: Day
    kind: DayKind
    name: str = ""


class Calendar(Model):
    """The public holidays of a country, as the ``holidays`` package has them, and the days of the weekend.

    Some countries move rest days to make longer breaks: a weekend day becomes a workday and another day
    free. In such a country all days in lieu, of a weekend day or of a holiday that fell on one, are rest
    days; in China, for one, only the statutory holidays themselves are paid threefold (Labour Law,
    article 44). Elsewhere a day on which a holiday is observed is a holiday.

    Attributes
    ----------
    country
        Its ISO 3166 code, such as ``"CN"``; ``None`` to know of no holidays.
    subdivision
        State or province, as the package names it, such as ``"BY"`` for Bavaria.
    weekend
        Rest days of a week, 0 Monday to 6 Sunday.
    complete_years
        Years all of whose swapped workdays are given, by the package or as special days.
    """

    country: Identifier | None = None
    subdivision: Identifier | None = None
    weekend: tuple[Weekday, ...] = (5, 6)
    complete_years: tuple[Annotated[int, Field(ge=dt.MINYEAR, le=dt.MAXYEAR)], ...] = ()

    @model_validator(mode="after")
    def _place_is_known(self) -> Self:
        if self.country is None:
            for field in ("subdivision", "complete_years"):
                if getattr(self, field):
                    raise ValueError(f"{field} says nothing without a country; give the country too")
            return self
        if fault := _unknown_country(self.country) or _unknown_subdivision(self.country, self.subdivision):
            raise ValueError(fault)
        return self

    def kind_of(self, date: dt.date) -> DayKind:
        """Tell what a date is, special days aside."""
        listed = _listed(self.country, self.subdivision, date.year) if self.country else {}
        return listed.get(date) or ("rest" if date.weekday() in self.weekend else "workday")

    def knows_swaps_of(self, year: int) -> bool:
        """Tell whether it knows which weekend days are workdays in a year; where none ever is, it does."""
        return not self.country or year in self.complete_years or _swaps_known(self.country, self.subdivision, year)


def package_version() -> str:
    """Give the version of the package that the holidays come from."""
    return version("holidays")


def _unknown_country(country: str) -> str | None:
    from holidays.registry import COUNTRIES

    known = [name for names in COUNTRIES.values() for name in names]
    if country in known:
        return None
    hint = did_you_mean(country, known) or did_you_mean(country.upper(), known)
    hint = hint or "; give its ISO 3166 code, such as CN or DE"
    return f'country "{country}" is not in the holidays package {package_version()}{hint}'


def _unknown_subdivision(country: str, subdivision: str | None) -> str | None:
    book = _book(country, None, ())
    known = [*book.subdivisions, *book.subdivisions_aliases]
    if subdivision is None or subdivision in known:
        return None
    hint = did_you_mean(subdivision, known) or f"; it has {', '.join(book.subdivisions) or 'none, leave it out'}"
    return f'{country} has no subdivision "{subdivision}" in the holidays package {package_version()}{hint}'


@cache
def _listed(country: str, subdivision: str | None, year: int) -> Mapping[dt.date, DayKind]:
    """Give the dates of a year that the package knows to be other than their weekday."""
    # A workday may be swapped for a day of the year before or after.
    book = _book(country, subdivision, range(year - 1, year + 2))
    in_lieu = _labels(book, "substituted_label", *_OBSERVED) if book.has_substituted_holidays else []
    kinds: dict[dt.date, DayKind] = {
        date: "rest" if all(_has_label(name, in_lieu) for name in book.get_list(date)) else "holiday"
        for date in sorted(book)
    }
    kinds |= dict.fromkeys(book.weekend_workdays, "workday")
    return {date: kind for date, kind in kinds.items() if date.year == year}


@cache
def _swaps_known(country: str, subdivision: str | None, year: int) -> bool:
    book = _book(country, subdivision, range(year, year + _YEARS_AHEAD))
    swapped = _labels(book, "substituted_label")
    return not book.has_substituted_holidays or any(
        _has_label(name, swapped) for date in sorted(book) for name in book.get_list(date)
    )


def _book(country: str, subdivision: str | None, years: Iterable[int]) -> HolidayBase:
    """Give the package's holidays, in the country's own language: else names would depend on who runs this."""
    import holidays

    language = getattr(holidays, country).default_language
    return holidays.country_holidays(country, subdivision, years=years, language=language)


def _labels(book: HolidayBase, *fields: str) -> list[re.Pattern[str]]:
    """Give what names look like that carry a label such as ``%s (observed)``."""
    labels = {book.tr(getattr(book, field, "%s")) for field in fields} - {"%s"}
    return [re.compile(".+".join(map(re.escape, label.split("%s")))) for label in labels]


def _has_label(name: str, labels: Iterable[re.Pattern[str]]) -> bool:
    return any(label.fullmatch(name) for label in labels)

"""Working days, public holidays and office hours.

The library `holidays` is the base (Tết by the lunar calendar, days in lieu, swap days); what the government ordered and
the library lacks stands in `data/holidays.toml`, and an agency's own closed or open days come from its settings.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

LOOK_AHEAD_DAYS = 400  # a year and the longest Tết: every kind of holiday comes up once
# What the library calls the days of the lunar new year and the days in lieu, and what we call the former.
TET_EVE, TET, IN_LIEU = "29 Tết", "Tết Nguyên Đán", " (nghỉ bù)"
TET_NAME = "Tết Nguyên đán"


@dataclass(frozen=True, slots=True)
class Break:
    """Holidays that follow each other, weekends between them included: first and last day, their Vietnamese names."""

    first: date
    last: date
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days and hours of one office.

    `hours`: spans of a working day, in order; `closed` and `open`: the agency's own exceptions, with their names.
    """

    hours: tuple[tuple[time, time], ...]
    closed: Mapping[date, str] = field(default_factory=dict)
    opened: frozenset[date] = frozenset()

    def holiday(self, day: date) -> str | None:
        """Name the holiday on this day; None on every other day, weekends included."""
        if day in self.opened:
            return None
        return self.closed.get(day) or _ordered_closed().get(day) or _named(_vietnam(day.year).get(day))

    def is_working_day(self, day: date) -> bool:
        """Tell whether the office works on this day (swap Saturdays are working days)."""
        if day in self.opened or day in _ordered_open():
            return True
        if self.holiday(day) is not None:
            return False
        return day.weekday() < 5 or day in _vietnam(day.year).weekend_workdays

    def is_open(self, at: datetime) -> bool:
        """Tell whether the office is open at this local time; the closing minute still counts as open."""
        return self.is_working_day(at.date()) and any(start <= at.time() <= end for start, end in self.hours)

    def coming(self, today: date, most: int) -> list[Break]:
        """List the next breaks for public holidays, today included; one that falls on a weekend alone is none."""
        found: list[Break] = []
        worked = True  # whether the office worked since the last holiday
        for day in (today + timedelta(days=offset) for offset in range(LOOK_AHEAD_DAYS)):
            name = self.holiday(day)
            if name is None:
                worked = worked or self.is_working_day(day)
            elif found and not worked:
                found[-1] = Break(found[-1].first, day, tuple(dict.fromkeys((*found[-1].names, name))))
            else:
                found.append(Break(day, day, (name,)))
                worked = False
        return [one for one in found if one.last.weekday() < 5 or one.first.weekday() < 5][:most]


def _named(name: str | None) -> str | None:
    """Name a holiday in general: the library counts the days of Tết, and calls the 28th "29 Tết" in a short month."""
    if name is None:
        return None
    return TET_NAME if name == TET_EVE or TET in name else name.removesuffix(IN_LIEU)


@cache
def _ordered() -> dict[str, list[dict[str, object]]]:
    text = resources.files("knowledge").joinpath("data/holidays.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _ordered_closed() -> dict[date, str]:
    return {entry["day"]: str(entry["name"]) for entry in _ordered()["closed"] if isinstance(entry["day"], date)}


@cache
def _ordered_open() -> frozenset[date]:
    return frozenset(_dates(_ordered()["open"]))


def _dates(entries: Iterable[Mapping[str, object]]) -> Iterable[date]:
    return (entry["day"] for entry in entries if isinstance(entry["day"], date))


@cache
def _vietnam(year: int) -> HolidayBase:
    import holidays  # takes 0.1 s, and few conversations ask for it

    return holidays.country_holidays("VN", years=year, language="vi")

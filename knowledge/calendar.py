"""Working days, public holidays, office hours, and when a dossier is due.

The library `holidays` is the base (Tết by the lunar calendar, days in lieu, swap days); what the government ordered and
the library lacks stands in `data/holidays.toml`, and an agency's own closed or open days come from its settings.

How due dates are counted is settled here, in one place; an office that counts otherwise changes its hours and days in
the settings, not the rules. The printed example of a receipt form (received 27/10/2023 at 9:32, 5 working days, due
03/11/2023) holds:

- The clock starts when the office is open: what comes after hours, in the lunch break, on a weekend or on a holiday
  counts from the next opening. Exactly the closing minute (11:30, 17:00) still counts as open.
- *n working days* (ngày làm việc) are counted day by day and keep the hour of receipt; they are not n × 8 hours that
  end with the closing of the n-th day. Swap Saturdays (ngày làm bù) are working days like any other.
- *n days* (ngày) are calendar days; only the end is moved off a day that is not worked, to the next one that is, and
  keeps its hour.
- *n working hours* (giờ làm việc) pass only while the office is open.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from knowledge.errors import Wrong

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


class Unit(StrEnum):
    """In what a time to settle a dossier is counted."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    WORKING_HOURS = "working_hours"


# Ten years: no procedure takes longer, and the counting must end.
AMOUNT_MOST = {Unit.WORKING_DAYS: 2_500, Unit.DAYS: 3_650, Unit.WORKING_HOURS: 20_000}
CLOSED_DAYS_MOST = 366  # an office that is closed for longer has wrong settings, and the counting must end
WEEKEND = "cuối tuần"  # the name of a day that is not worked and no holiday


class StepKind(StrEnum):
    """What a step of the counting does."""

    RECEIVED = "received"  # as told
    OPENED = "opened"  # the next opening, where the receipt was outside the hours
    COUNTED = "counted"  # the n-th day, or hours in one span
    SKIPPED = "skipped"  # a day that is not worked
    MOVED = "moved"  # the end, off a day that is not worked


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the counting: where it leads (local time), how much is counted so far, the name of a day off."""

    kind: StepKind
    at: datetime
    count: float = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """When a dossier is due (local time), and how that came about."""

    at: datetime
    steps: tuple[Step, ...]


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

    def opening(self, at: datetime) -> datetime:
        """Give the time itself where the office is open, else the next opening (local time, without a zone).

        Raises `Wrong` where the office does not open again within a year.
        """
        if self.is_open(at):
            return at
        for offset in range(CLOSED_DAYS_MOST):
            day = _day_after(at.date(), offset)
            if not self.is_working_day(day):
                continue
            starts = [start for start, _ in self.hours if offset or start > at.time()]
            if starts:
                return datetime.combine(day, starts[0])
        raise Wrong("the office is closed for more than a year by its settings (calendar.closed)")

    def due(self, received: datetime, amount: float, unit: Unit) -> Due:
        """Tell when a dossier is due that was received then (local time, without a zone), by the rules above.

        `amount` is a whole number of days, or hours with their fractions. Raises `Wrong` for another one, for more
        than ten years, and for an office that does not open again.
        """
        if not 0 <= amount <= AMOUNT_MOST[unit]:
            raise Wrong(f"an amount of {unit} is from 0 to {AMOUNT_MOST[unit]}")
        if unit is not Unit.WORKING_HOURS and amount != int(amount):
            raise Wrong(f"an amount of {unit} is a whole number")
        start = self.opening(received)
        steps = [Step(StepKind.RECEIVED, received)]
        if start != received:
            steps.append(Step(StepKind.OPENED, start))
        match unit:
            case Unit.WORKING_DAYS:
                steps += self._by_working_days(start, int(amount))
            case Unit.DAYS:
                steps += self._by_days(start, int(amount))
            case Unit.WORKING_HOURS:
                steps += self._by_hours(start, timedelta(hours=amount))
        return Due(steps[-1].at, tuple(steps))

    def _by_working_days(self, start: datetime, amount: int) -> Iterator[Step]:
        at = start
        for count in range(1, amount + 1):
            at = _later(at, 1)
            while not self.is_working_day(at.date()):
                yield Step(StepKind.SKIPPED, at, count - 1, self._off(at.date()))
                at = self._next_day(at)
            yield Step(StepKind.COUNTED, at, count)

    def _by_days(self, start: datetime, amount: int) -> Iterator[Step]:
        end = _later(start, amount)
        yield Step(StepKind.COUNTED, end, amount)
        at = end
        while not self.is_working_day(at.date()):
            yield Step(StepKind.SKIPPED, at, amount, self._off(at.date()))
            at = self._next_day(at)
        if at != end:
            yield Step(StepKind.MOVED, at, amount)

    def _by_hours(self, start: datetime, amount: timedelta) -> Iterator[Step]:
        at, left = start, amount
        while left:
            ends = [end for first, end in self.hours if first <= at.time() <= end]
            passed = min(left, datetime.combine(at.date(), ends[-1]) - at)
            left -= passed
            at += passed
            if passed:
                yield Step(StepKind.COUNTED, at, (amount - left) / timedelta(hours=1))
            if left and at.time() not in [first for first, _ in self.hours]:
                at = self.opening(at + timedelta.resolution)

    def _next_day(self, at: datetime) -> datetime:
        """Give the same hour of the next day; raises `Wrong` where no day is worked for a year."""
        self.opening(datetime.combine(at.date(), time.max))
        return _later(at, 1)

    def _off(self, day: date) -> str:
        return self.holiday(day) or WEEKEND

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


def _later(at: datetime, days: int) -> datetime:
    return datetime.combine(_day_after(at.date(), days), at.time())


def _day_after(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise Wrong("a time that far ahead cannot be written") from None


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

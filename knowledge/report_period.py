"""The period of a report: two dates, both inclusive as people write them, and how the presets make them of a name."""

from __future__ import annotations

import re
import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from importlib import resources
from zoneinfo import ZoneInfo

from knowledge.errors import Wrong

ONE_DAY = timedelta(days=1)
LONGEST_DAYS = 366 * 2  # a report over more is a slip in a year's digits
_NAME = re.compile(r"(\d{4})(?:-(Q[1-4]|H[12]))?")
_DAYS_A_MONTH = 30.4375


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both inclusive, in the agency's zone; `name`: 2020-Q3, or "" for free dates."""

    first: date
    last: date
    zone: ZoneInfo
    name: str = ""

    @cached_property
    def start(self) -> datetime:
        """The moment at which it begins."""
        return datetime.combine(self.first, time(0), self.zone)

    @cached_property
    def end(self) -> datetime:
        """The cut-off: the first moment after it."""
        return datetime.combine(self.last + ONE_DAY, time(0), self.zone)

    def day_of(self, at: datetime) -> date:
        """Tell on which local day a moment falls."""
        return at.astimezone(self.zone).date()

    def same(self, other: Period) -> bool:
        """Tell whether both have the same days."""
        return (self.first, self.last) == (other.first, other.last)

    def before(self) -> Period:
        """Give the period of the same length in months that ends the day before this one begins."""
        months = max(1, round((self.last - self.first).days / _DAYS_A_MONTH))
        return Period(_months_later(self.first, -months), self.first - ONE_DAY, self.zone)

    def a_year_before(self) -> Period:
        """Give the same days of the year before."""
        return Period(_months_later(self.first, -12), _months_later(self.last, -12), self.zone)


@dataclass(frozen=True, slots=True)
class Misfit:
    """Days that two reports share (`overlap`), or that none of them covers."""

    overlap: bool
    first: date
    last: date


@cache
def presets() -> dict[str, tuple[int, int]]:
    """List the presets: name → day of the month, months before the period's first month."""
    text = resources.files("knowledge").joinpath("data/periods.toml").read_text(encoding="utf-8")
    return {name: (rule["day"], rule["months_before"]) for name, rule in tomllib.loads(text).items()}


def named(name: str, preset: str, zone: ZoneInfo) -> Period:
    """Read 2020-Q3, 2020-H1 or 2020 by a preset. Raises `Wrong` for anything else."""
    found = _NAME.fullmatch(name.strip().upper())
    if found is None or not 1990 <= int(found[1]) <= 2100:
        raise Wrong(f"not a period: {name!r}; write one such as 2020-Q3, 2020-H1 or 2020, or give --from and --to")
    year, part = int(found[1]), found[2] or ""
    length = {"Q": 3, "H": 6}.get(part[:1], 12)
    month = 1 if not part else (int(part[1]) - 1) * length + 1
    day, months_before = presets()[preset]
    begins = _months_later(date(year, month, day), -months_before)
    return Period(begins, _months_later(begins, length) - ONE_DAY, zone, found[0])


def free(first: date, last: date, zone: ZoneInfo) -> Period:
    """Make a period of two dates, both inclusive. Raises `Wrong` when they are the wrong way round or too far apart."""
    if first > last:
        raise Wrong(f"the period ends ({last}) before it begins ({first})")
    if (last - first).days >= LONGEST_DAYS:
        raise Wrong(f"a period from {first} to {last} is longer than two years")
    return Period(first, last, zone)


def containing(day: date, preset: str, zone: ZoneInfo) -> Period:
    """Give the quarter of a preset that holds a day."""
    names = (f"{year}-Q{number}" for year in (day.year, day.year + 1) for number in (1, 2, 3, 4))
    quarters = (named(name, preset, zone) for name in names)
    return next(quarter for quarter in quarters if quarter.first <= day <= quarter.last)


def misfit(period: Period, issued: Period) -> Misfit | None:
    """Compare a period with one that was reported on: shared days, or days between them that no report covers."""
    first, last = max(period.first, issued.first), min(period.last, issued.last)
    if first <= last:
        return Misfit(True, first, last)
    earlier, later = sorted((period, issued), key=lambda one: one.first)
    if later.first - earlier.last == ONE_DAY:
        return None
    return Misfit(False, earlier.last + ONE_DAY, later.first - ONE_DAY)


def _months_later(day: date, months: int) -> date:
    """Move a date by whole months; a day that the month lacks becomes its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

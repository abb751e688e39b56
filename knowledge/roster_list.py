"""A duty roster written as a list, read back: who is to be on duty when, and what that changes. Pure.

A line counts only where it cannot be misread: its number and its name must mean the same official, its days must lie
together, ahead, and in no other line. What a list says of a day is a stand-in, so the rotation goes on behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from knowledge.calendar import Calendar
from knowledge.roster import Days, Roster
from knowledge.vietnamese import fold

LONGEST = timedelta(days=62)  # of a line: more is a slip in a year or a month
AHEAD = timedelta(days=800)  # of a line's end: nobody plans further


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was read: its number in the file, and what it asks for."""

    number: int
    days: Days


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that does not count, and why: `date`, `days`, `past`, `official`, `mismatch`, `overlap` or `away`."""

    number: int
    why: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """Days on which somebody else is on duty than before."""

    days: Days
    before: int | None


def read(
    lines: Iterable[tuple[int, Sequence[str]]], names: Mapping[int, str], roster: Roster, today: date
) -> tuple[list[Line], list[Refused]]:
    """Read lines of four texts (first day, last day, number, name), each with its number in the file.

    `names`: of the officials who stand, by number. A line with neither number nor name says that nobody is on duty and
    is passed over, and so is one that is over.
    """
    good: list[Line] = []
    bad: list[Refused] = []
    for number, (first, last, who, name) in lines:
        if not (who or name):
            continue
        found = _line(number, (first, last), _official(who, name, names), today)
        if isinstance(found, Line):
            if any(one.days.first <= found.days.last and found.days.first <= one.days.last for one in good):
                found = Refused(number, "overlap", first)
            elif any(one.official == found.days.official and _meet(one, found.days) for one in roster.away):
                found = Refused(number, "away", name or who)
        if isinstance(found, Line):
            good.append(found)
        elif found is not None:
            bad.append(found)
    return good, bad


def _meet(one: Days, other: Days) -> bool:
    return one.first <= other.last and other.first <= one.last


def _line(number: int, days: tuple[str, str], official: int | Refused, today: date) -> Line | Refused | None:
    first, last = map(_day, days)
    if first is None or last is None:
        return Refused(number, "date", days[0] if first is None else days[1])
    if last < today:
        return None
    if first > last or last - first > LONGEST or last > today + AHEAD:
        return Refused(number, "days", f"{first:%d/%m/%Y}–{last:%d/%m/%Y}")
    if isinstance(official, Refused):
        return Refused(number, official.why, official.value)
    return Line(number, Days(official, max(first, today), last))


def _official(number: str, name: str, names: Mapping[int, str]) -> int | Refused:
    """Find the one official whom a number, a name or both mean."""
    called = [one for one, known in names.items() if _same(known, name)]
    if not number:
        return called[0] if len(called) == 1 else Refused(0, "official", name)
    meant = int(number) if number.isdecimal() and len(number) < 10 else 0
    if meant not in names:
        return Refused(0, "official", number)
    return meant if not name or _same(names[meant], name) else Refused(0, "mismatch", f"{number} ≠ {name}")


def _same(one: str, other: str) -> bool:
    return " ".join(fold(one).split()) == " ".join(fold(other).split())


def _day(text: str) -> date | None:
    """Read a day as a workbook gives it (ISO, perhaps with an hour) or as people write it (dd/mm/yyyy)."""
    for pattern, part in (("%Y-%m-%d", text[:10]), ("%d/%m/%Y", text), ("%d-%m-%Y", text), ("%d.%m.%Y", text)):
        try:
            return datetime.strptime(part.strip(), pattern).date()
        except ValueError:
            continue
    return None


def changed(lines: Iterable[Line], roster: Roster, calendar: Calendar) -> list[Changed]:
    """Say what these lines change, day by day that is worked; those in a row for the same reason are put together."""
    days = [one for line in lines for one in _worked(line.days, roster, calendar)]
    days.sort(key=lambda one: one.days.first)
    found: list[Changed] = []
    for _, group in groupby(days, key=lambda one: (one.days.official, one.before, one.days.first.isocalendar()[:2])):
        together = list(group)
        span = Days(together[0].days.official, together[0].days.first, together[-1].days.last)
        found.append(Changed(span, together[0].before))
    return found


def _worked(days: Days, roster: Roster, calendar: Calendar) -> Iterator[Changed]:
    for offset in range((days.last - days.first).days + 1):
        day = days.first + timedelta(days=offset)
        if calendar.opening(datetime.combine(day, time())).date() == day:
            before = roster.on_duty(calendar, day)
            if before != days.official:
                yield Changed(Days(days.official, day, day), before)

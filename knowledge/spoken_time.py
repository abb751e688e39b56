"""A time to come as people write it: “8h sáng mai”, “14:00 5/12”, “9h30 thứ hai tuần sau”, “2 tiếng nữa”. Pure.

What can be read in two ways is not read at all, and neither is anything with a word in it that is not known here: who
wrote it is asked again. So “2h” alone is nothing, for it may be at night or in the afternoon; “2h chiều” is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from knowledge.vietnamese import fold

_HOUR = re.compile(
    r"\b(\d{1,2}) ?(?:gio|h|g|:(?=\d\d))(?![a-z]) ?(?:(\d{2})(?: ?phut)?\b|(ruoi)\b)?(?![\d/])|\b(\d{1,2}) ?(am|pm)\b"
)
_PART = re.compile(r"\b(sang|trua|chieu|toi|dem)\b")
_SPAN = re.compile(r"\b(?:sau )?(\d{1,3}) ?(phut|gio|tieng|h|ngay)(?: nua)?\b")
_FILLERS = frozenset(("luc", "vao", "ngay", "buoi", "gui", "hen", "nhe", "nha", "a", "di", "thoi", "at", "on", "the"))
_WEEKDAYS = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5}
_UNCLEAR_HOURS = range(1, 7)  # said without a part of the day: night or afternoon
_SPANS = {"phut": "minutes", "gio": "hours", "tieng": "hours", "h": "hours", "ngay": "days"}

Day = Callable[[re.Match[str], date], date | None]


def _plain(days: int) -> Day:
    return lambda _match, today: today + timedelta(days=days)


def _weekday(match: re.Match[str], today: date) -> date | None:
    """Give the coming day of this name; on such a day itself only “this week” or “next week” says which is meant."""
    number = 6 if match["name"] is None else _WEEKDAYS[match["name"]]
    ahead = number - today.weekday()
    if match["week"] is not None:
        return today + timedelta(days=ahead + (0 if match["week"].endswith("nay") else 7))
    return None if ahead == 0 else today + timedelta(days=ahead % 7)


def _dated(match: re.Match[str], today: date) -> date | None:
    """Give the day of a date; one without a year is the next that comes."""
    year = match["year"]
    years = [int(year) if len(year) == 4 else 2000 + int(year)] if year else [today.year, today.year + 1]
    for one in years:
        try:
            day = date(one, int(match["month"]), int(match["day"]))
        except ValueError:
            continue
        if year or day >= today:
            return day
    return None


_DAYS: tuple[tuple[re.Pattern[str], Day], ...] = (
    (re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b"), _dated),
    (re.compile(r"\b(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})(?:[/.-](?P<year>\d{4}|\d{2}))?\b(?![/\d])"), _dated),
    (re.compile(r"\b(?P<day>\d{1,2}) thang (?P<month>\d{1,2})(?: nam (?P<year>\d{4}))?\b"), _dated),
    (
        re.compile(
            r"\b(?:(?:thu ?|t)(?P<name>[2-7]|hai|ba|tu|nam|sau|bay)|chu nhat|cn)\b"
            r"(?: (?P<week>tuan nay|(?:sang )?tuan(?: sau| toi)?))?"
        ),
        _weekday,
    ),
    (re.compile(r"\bngay kia\b|\bday after tomorrow\b"), _plain(2)),
    (re.compile(r"\b(?:ngay )?mai\b|\btomorrow\b"), _plain(1)),
    (re.compile(r"\b(?:hom )?nay\b|\btoday\b"), _plain(0)),
)


def read(text: str, now: datetime) -> datetime | None:
    """Read a time from words said at `now` (local); None for what is not understood, or in two ways.

    It may have passed, such as an hour of today: that is for the caller to say.
    """
    said = " ".join(fold(text).replace(",", " ").split()).strip(" .!")
    span = _SPAN.fullmatch(said)
    if span is not None and (said.endswith(" nua") or said.startswith("sau ")):
        return now + timedelta(**{_SPANS[span[2]]: int(span[1])})
    day, rest = _day(said, now.date())
    at, rest = _time(rest)
    if at is None or day is None or not set(rest.split()) <= _FILLERS:
        return None
    return datetime.combine(day, at, now.tzinfo)


def _day(said: str, today: date) -> tuple[date | None, str]:
    """Take the day out of what was said: today where none is named, None where it is named unclearly or twice."""
    for pattern, day_of in _DAYS:
        found = pattern.search(said)
        if found is not None:
            return day_of(found, today), said[: found.start()] + " " + said[found.end() :]
    return today, said


def _time(said: str) -> tuple[time | None, str]:
    """Take the hour, with its part of the day, out of what was said."""
    found = _HOUR.search(said)
    if found is None:
        return None, said
    rest = said[: found.start()] + " " + said[found.end() :]
    part = _PART.search(rest)
    if part is not None:
        rest = rest[: part.start()] + " " + rest[part.end() :]
    written = found[1] or found[4]
    half = found[5] or (None if part is None else part[1])
    hour = _of_day(int(written), half, is_exact=len(written) == 2)
    minute = 30 if found[3] else int(found[2] or 0)
    return (None if hour is None or minute > 59 else time(hour, minute)), rest


def _of_day(hour: int, part: str | None, *, is_exact: bool) -> int | None:
    """Give the hour of the day; None where the part of the day does not fit, or is missing where it is needed."""
    match part:
        case None:
            return hour if hour <= 23 and (is_exact or hour not in _UNCLEAR_HOURS) else None
        case "sang" | "am":
            return hour if hour < 12 else None
        case "trua":
            return {10: 10, 11: 11, 12: 12, 1: 13, 13: 13}.get(hour)
        case "chieu" | "pm" | "toi" if hour <= 12:
            return 12 if hour == 12 and part != "toi" else hour + 12 if hour < 12 else None
        case "chieu" | "toi" if hour <= 23:
            return hour
    return None

"""The report's own words, numbers and dates, as Vietnamese administrative documents write them."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib import resources

from knowledge.report_period import Period

LEVELS_RENAMED = date(2022, 8, 15)  # NĐ 42/2022/NĐ-CP in force: levels 4 and 3 became toàn trình and một phần


def say(key: str, **values: object) -> str:
    """Word the text `room.name`; numbers are written with dots between thousands. KeyError for an unknown key."""
    room, name = key.split(".", 1)
    written = {name: number(value) if type(value) is int else value for name, value in values.items()}
    return _texts()[room][name].format(**written)


def knows(key: str) -> bool:
    """Whether there is a text of this key."""
    room, name = key.split(".", 1)
    return name in _texts()[room]


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files("handlers.documents").joinpath("wording.toml").read_text(encoding="utf-8"))


def number(value: int) -> str:
    """Write 1.234.567."""
    return f"{value:,}".replace(",", ".")


def share(part: int, whole: int) -> str:
    """Write a percentage with one digit behind the comma; 100 only where it is whole."""
    per_mille = part * 1000 // whole
    return f"{per_mille // 10},{per_mille % 10}" if per_mille % 10 else str(per_mille // 10)


def short(day: date) -> str:
    """Write 28/8/2020; days under 10 and the first two months with a leading zero, as the decree writes dates."""
    return f"{_two(day.day, 9)}/{_two(day.month, 2)}/{day.year}"


def long(day: date) -> str:
    """Write ngày 28 tháng 8 năm 2020."""
    return f"ngày {_two(day.day, 9)} tháng {_two(day.month, 2)} năm {day.year}"


def _two(value: int, most: int) -> str:
    return f"{value:02}" if value <= most else str(value)


def period(given: Period) -> str:
    """Name a period: quý III năm 2020, or its dates."""
    year, _, part = given.name.partition("-")
    if not part:
        named = "period.year" if year else "period.dates"
        return say(named, year=year, first=short(given.first), last=short(given.last))
    if part.startswith("Q"):
        return say("period.quarter", number=say(f"period.quarter_{part[1]}"), year=year)
    return say(f"period.half_{part[1]}", year=year)


def level(which: int, last: date) -> str:
    """Name an online level in the terms of the time."""
    return say(f"online.level_{which}{'_since_2022' if last >= LEVELS_RENAMED else ''}")

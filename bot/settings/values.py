"""How single values of the settings are read; each raises ValueError with the reason when it cannot be."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from itertools import pairwise
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr

UNNAMED_DAY = "Ngày nghỉ của cơ quan"  # the name of a day off that was given without one

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_TOKEN = re.compile(r"[A-Za-z0-9:_-]*")  # it becomes a part of an address
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")  # Bot API, setWebhook: secret_token
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s+(\S.*))?")


def one_line(text: str) -> str:
    """Bring a text to NFC; it may have no line breaks or other control characters."""
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("it has a line break or another control character")
    return unicodedata.normalize("NFC", text)


def items(value: object) -> object:
    """Split a text at its commas, as lists come in the environment; leave everything else as it is."""
    return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value


def read_span(value: object) -> tuple[time, time]:
    """Read "HH:MM-HH:MM"; the end must be after the start."""
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, time) for part in value):
        start, end = value
    else:
        found = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            raise ValueError("not a span of hours")
        first, second, third, fourth = map(int, found.groups())
        start, end = time(first, second), time(third, fourth)
    if start >= end:
        raise ValueError("it ends before it begins")
    return start, end


def quiet_span(value: object) -> tuple[time, time] | None:
    """Read "HH:MM-HH:MM", which may go over midnight; None from the empty text."""
    if value in (None, ""):
        return None
    found = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("not a span of hours")
    first, second, third, fourth = map(int, found.groups())
    start, end = time(first, second), time(third, fourth)
    if start == end:
        raise ValueError("it would be quiet all day")
    return start, end


def hours_in_order(spans: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
    """Order the spans of a day; there must be one, and no two may overlap."""
    if not spans:
        raise ValueError("no hours at all")
    ordered = tuple(sorted(spans))
    for (_, end), (start, _) in pairwise(ordered):
        if start < end:
            raise ValueError(f"two spans overlap at {start:%H:%M}")
    return ordered


def closed_day(value: object) -> tuple[date, str]:
    """Read a day off: a date, or a text of a date and what the day is called."""
    if isinstance(value, tuple) and len(value) == 2:
        value = f"{value[0]} {value[1]}"
    found = _DAY.fullmatch(str(value).strip())
    if found is None or isinstance(value, datetime):
        raise ValueError("not a day")
    return date.fromisoformat(found[1]), one_line(found[2] or UNNAMED_DAY)


def day(value: object) -> date:
    """Read a date; a bare number is none, though it could be read as seconds since 1970."""
    found, name = closed_day(value)
    if name != UNNAMED_DAY:
        raise ValueError("not a day")
    return found


def optional_day(value: object) -> date | None:
    """Read a date, or nothing from the empty text."""
    return None if value in (None, "") else day(value)


def seconds(value: object) -> object:
    """Refuse true and false, which would pass as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("not a number")
    return value


def zone(value: object) -> ZoneInfo:
    """Find a time zone by its name."""
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        raise ValueError("no such time zone") from None


def web_root(url: str) -> str:
    """Read the root of a web address, without a slash at its end; "" stays empty."""
    if not url:
        return url
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.port == 0:
        raise ValueError("not the root of a web address")
    if parts.username is not None or any(character.isspace() for character in url):
        raise ValueError("not the root of a web address")
    return url.rstrip("/")


def bot_token(token: SecretStr) -> SecretStr:
    """Refuse a token with characters that no bot's token has."""
    if not _TOKEN.fullmatch(token.get_secret_value()):
        raise ValueError("not a token")
    return token


def secret_token(secret: SecretStr) -> SecretStr:
    """Refuse a secret that Telegram would not take."""
    if not _WEBHOOK_SECRET.fullmatch(secret.get_secret_value()):
        raise ValueError("not a secret that Telegram takes")
    return secret

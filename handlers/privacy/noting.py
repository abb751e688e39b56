"""Noting what somebody asks about their data in the register of requests (Nghị định 356/2025/NĐ-CP, Điều 5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.talk import Talk
from knowledge.calendar import Calendar
from storage.people import privacy_requests
from storage.people.privacy_requests import ACKNOWLEDGE_WORKING_DAYS, Asked


def acknowledge_by(calendar: Calendar, now: datetime) -> datetime:
    """Give the end of the second working day after `now`."""
    day, left = now, ACKNOWLEDGE_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= calendar.is_working_day(day.date())
    return day.replace(hour=23, minute=59)


def note(talk: Talk, kind: Asked, outcome: str | None = None) -> int:
    """Note a request in the register."""
    by = acknowledge_by(talk.agency.calendar, talk.now)
    return privacy_requests.add(talk.tx, talk.account.id, kind, talk.now, by, outcome)

"""What happens to a dossier, or comes with the day → what officials are told (`telling.py`).

The day's look at all that runs is split into events of `PART` dossiers, so that no turn computes for long.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from handlers.agency import Agency
from handlers.intake import batches as intake
from handlers.messages import Happening, Notice
from handlers.notices import Rules
from handlers.officials.telling import Told, say_to, shown, tell
from knowledge.duties import OF_CLAIMER, News
from knowledge.status import Status
from knowledge.urgency import stage, working_days_between
from storage import events
from storage.database import Connection
from storage.dossiers import records as dossiers
from storage.dossiers.records import Dossier
from storage.events import NewEvent, Pending
from storage.officials import duty, duty_dossiers
from storage.officials.duty_dossiers import Standing

DAY = "duty_day"  # the moment of the working day at which due dates are looked at
PART = "duty_part"  # an event of some of the dossiers that are told of on a day, and the same happening
CLAIMED = "dossier_claimed"
AT_ONCE = 50  # dossiers of one part: 40 officials are told of them in some milliseconds
STUCK_DAYS = 5  # our choice: working days without a step, after which somebody is asked


def rules(agency: Agency) -> Rules:
    """Give the rules by which officials hear of dossiers."""
    return {
        intake.ARRIVED: partial(_arrived, agency),
        intake.CHANGED: partial(_changed, agency),
        PART: partial(_part, agency),
        CLAIMED: partial(_claimed, agency),
    }


def _arrived(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell of new dossiers that are to be handled; one that is over when it becomes known is no news."""
    found = dossiers.by_ids(tx, happening.facts["dossiers"])
    return tell(agency, tx, [Told(News.NEW, one, "") for one in found if is_open(one)], now)


def is_open(dossier: Dossier) -> bool:
    """Tell whether there is something to do about a dossier."""
    runs = dossier.status is Status.SUBMITTED or dossier.status.clock_is_running
    return runs and not dossier.illustrative and dossier.finished_at is None


def _changed(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell that a supplement came in; stop everything about a dossier that is over."""
    facts = happening.facts
    old, new = facts["old"], Status(facts["new"])
    dossier = None if facts["late"] else dossiers.by_id(tx, facts["dossier_id"])
    if dossier is None:
        return iter(())
    if new.is_final or new is Status.RESULT_READY:
        duty.stop(tx, dossier.id, now)
        duty.finish(tx, dossier.id, now)
    elif old == Status.NEED_SUPPLEMENT and is_open(dossier):
        return tell(agency, tx, [Told(News.SUPPLEMENT, dossier, str(facts["history_id"]))], now)
    return iter(())


def look_at_the_day(agency: Agency, tx: Connection, event: Pending, now: datetime) -> None:
    """Find what is due soon, today or over it, and what nobody has touched for long; bring it in parts."""
    local = now.astimezone(ZoneInfo(agency.timezone))
    if not agency.calendar.is_working_day(local.date()):
        return
    days = Days(agency, local)
    found = [one.id for one in duty_dossiers.running(tx) if days.news(one) is not None]
    for first in range(0, len(found), AT_ONCE):
        body = {"dossiers": found[first : first + AT_ONCE], "gathered": len(found) > AT_ONCE}
        events.accept(tx, NewEvent(event.channel, f"{event.id}:{first}", PART, json.dumps(body), event.lane), now)


def bring_part(_tx: Connection, event: Pending, _now: datetime) -> list[Happening]:
    """Bring about what only the clock does."""
    return [Happening(PART, json.loads(event.body))]


def _part(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell of these dossiers what is so by now."""
    days = Days(agency, now.astimezone(ZoneInfo(agency.timezone)))
    standing = duty_dossiers.running(tx, happening.facts["dossiers"])
    known = {one.id: one for one in dossiers.by_ids(tx, [one.id for one in standing])}
    found = [(known[one.id], days.news(one)) for one in standing if one.id in known]
    told = [Told(news[0], dossier, news[1]) for dossier, news in found if news is not None]
    return tell(agency, tx, told, now, gathered=happening.facts["gathered"])


class Days:
    """What is to be told of dossiers on one day; days that come often are counted once."""

    def __init__(self, agency: Agency, local: datetime) -> None:
        self._calendar, self._zone, self._local = agency.calendar, ZoneInfo(agency.timezone), local.replace(tzinfo=None)
        self._stages: dict[date, News | None] = {}
        self._still: dict[date, bool] = {}

    def news(self, one: Standing) -> tuple[News, str] | None:
        """Tell what is to be told of a dossier, and the mark by which it is told once; None for nothing."""
        due = None if one.due_at is None else one.due_at.astimezone(self._zone).date()
        news = None if due is None else self._stage(due)
        if news is not None and not (one.is_done and news in OF_CLAIMER | {News.DUE_1}):
            return news, f"{self._local.date() if news is News.OVERDUE else due}"
        if news is None and not one.is_done and self._stands(one.since.astimezone(self._zone).date()):
            return News.STUCK, one.since.isoformat()
        return None

    def _stage(self, due: date) -> News | None:
        if due not in self._stages:
            self._stages[due] = stage(self._calendar, datetime.combine(due, time()), self._local)
        return self._stages[due]

    def _stands(self, since: date) -> bool:
        if since not in self._still:
            self._still[since] = working_days_between(self._calendar, since, self._local.date()) >= STUCK_DAYS
        return self._still[since]


def _claimed(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Let the messages of linked groups say who took a dossier; the one that was pressed says so already."""
    facts = happening.facts
    dossier = dossiers.by_id(tx, facts["dossier_id"])
    if dossier is None:
        return
    for account_id, message in duty.shown_in(tx, dossier.id):
        if account_id != facts["account"]:
            reply = replace(shown(agency, tx, say_to(tx, account_id), News.NEW, dossier, now), edits=message)
            yield Notice(account_id, reply, urgent=True, here=True, about=duty.about(dossier.id))

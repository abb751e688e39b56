"""Once a month administrators hear what of the catalogue in force nobody has looked at for long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from handlers.agency import Agency
from handlers.catalogue import library
from handlers.messages import Happening, Notice, Reply
from handlers.notices import Rules
from handlers.talk import lines
from handlers.texts import words
from knowledge.catalogue import stale
from storage import accounts, moments
from storage.database import Connection
from storage.events import Pending
from storage.officials import register as officials
from storage.officials.register import Role

DAY = "catalogue_stale"  # the moment, every day; the first one of a month speaks
MONTH = "catalogue_stale_month"
LISTED = 15  # procedures in one message; `motcua catalogue check` tells all of them


def look(agency: Agency, months: int, tx: Connection, _event: Pending, now: datetime) -> list[Happening]:
    """Once a month, on the first day of it on which the bot runs, tell what was not checked for so many months."""
    zone = ZoneInfo(agency.timezone)
    today = now.astimezone(zone).date()
    if not moments.take(tx, MONTH, datetime.combine(today.replace(day=1), time(0), zone), now):
        return []
    edition = library.of_day(tx, today)
    found = [] if edition is None else list(stale(edition, today, months))
    if not found:
        return []
    items = [(one.procedure.short_title or one.procedure.title, one.since, list(one.fields)) for one in found[:LISTED]]
    return [Happening(DAY, {"count": len(found), "months": months, "items": items})]


def _told(tx: Connection, happening: Happening, _now: datetime) -> Iterator[Notice]:
    facts = happening.facts
    for account_id in officials.reached(tx, {Role.ADMINISTRATOR}):
        found = accounts.by_id(tx, account_id)
        say = words(None if found is None else found[0].language)
        items = (
            say("desk.stale_item", title=title, since=f"{since:%d/%m/%Y}", fields=", ".join(fields))
            for title, since, fields in facts["items"]
        )
        text = lines([say("desk.stale", count=facts["count"], months=facts["months"]), *items])
        yield Notice(account_id, Reply(text))


RULES: Rules = {DAY: _told}

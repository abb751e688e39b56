"""Sources of dossiers that fall silent: announced to those who can do something about it, once for each silence.

What nobody is told is answered to people from old data, so a source that should tell by itself and does not is looked
for every hour, in working hours; the time it may be silent is counted in working hours too, for at night and over Tết
no dossier moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from handlers.agency import Agency
from handlers.messages import Happening, Notice, Reply
from handlers.notices import Rules
from handlers.standing import INTAKE
from handlers.texts import words
from knowledge.calendar import Unit
from storage import accounts, audit
from storage.database import Connection
from storage.dossiers import silences, sources
from storage.dossiers.sources import Source
from storage.events import Pending
from storage.officials import register as officials

WATCH = "sources_watch"  # the moment at which the sources are looked at
SILENT = "source_silent"


def watch(agency: Agency, silent_hours: float, tx: Connection, event: Pending, now: datetime) -> list[Happening]:
    """Look for sources from which nothing came for so many working hours, and that were not announced since."""
    zone = ZoneInfo(agency.timezone)
    local = now.astimezone(zone).replace(tzinfo=None)
    if not agency.calendar.is_open(local):
        return []  # a later hour will do: nobody could look after it now
    found: list[Happening] = []
    for source in sources.known(tx):
        since = _last_good(source)
        until = agency.calendar.due(since.astimezone(zone).replace(tzinfo=None), silent_hours, Unit.WORKING_HOURS).at
        if until < local and silences.announce(tx, source.name, since, now):
            audit.add(tx, SILENT, now, event_id=event.id, detail=source.name)
            found.append(Happening(SILENT, {"source": source.name, "good_at": source.good_at}))
    return found


def _last_good(source: Source) -> datetime:
    """Give the time of the last good data; of a source that never had any, when it was first found to fail."""
    return source.good_at or source.failed_at or source.tried_at


def tell(agency: Agency, tx: Connection, happening: Happening, _now: datetime) -> Iterable[Notice]:
    """Tell the administrators and officials, each in their language."""
    source, good_at = happening.facts["source"], happening.facts["good_at"]
    for account_id in officials.reached(tx, INTAKE):
        found = accounts.by_id(tx, account_id)
        if found is None:
            continue
        say = words(found[0].language)
        if good_at is None:
            text = say("silent.never", source=source)
        else:
            since = good_at.astimezone(ZoneInfo(agency.timezone)).strftime("%H:%M, %d/%m/%Y")
            text = say("silent.told", source=source, since=since)
        yield Notice(account_id, Reply(text))


def rules(agency: Agency) -> Rules:
    """Give the rule of who hears of a silence."""
    return {SILENT: partial(tell, agency)}

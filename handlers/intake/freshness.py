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
from handlers.messages import Happening, Notice
from handlers.notices import Rules
from handlers.officials import news as office_news
from handlers.officials.telling import Told, tell
from knowledge.calendar import Unit
from knowledge.duties import News
from storage import audit
from storage.database import Connection
from storage.dossiers import silences, sources
from storage.dossiers.sources import Source
from storage.events import Pending

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
            found.append(Happening(SILENT, {"source": source.name, "since": since}))
    return found


def _last_good(source: Source) -> datetime:
    """Give the time of the last good data; of a source that never had any, when it was first found to fail."""
    return source.good_at or source.failed_at or source.tried_at


def _told(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterable[Notice]:
    """Tell officials by the rules, once for each silence."""
    facts = happening.facts
    about = office_news.subject(office_news.SOURCE, facts["source"])
    return tell(agency, tx, [Told(News.SILENT, None, facts["since"].isoformat(), about)], now)


def rules(agency: Agency) -> Rules:
    """Give the rule of who hears of a silence."""
    return {SILENT: partial(_told, agency)}

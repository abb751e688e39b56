"""The jobs behind officials' rooms: the roster, long digests and letters as files, statistics as a picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from bot.settings import Settings
from bot.work.attachments import Attachments
from handlers.intake.words import FileFault
from handlers.messages import Attachment
from handlers.officials.words import LISTED
from knowledge import roster_list
from knowledge.errors import Unusable
from knowledge.roster_list import Changed, Line, Refused
from storage import files
from storage.database import Connection, Database
from storage.files import KEPT_SHORTLY
from storage.officials import broadcasts, roster
from storage.officials import register as officials
from storage.officials.register import Role

WEEKS = 26  # of the roster in a file: half a year


def roster_file(database: Database, settings: Settings, clock: Callable[[], datetime], body: str) -> str:
    """Write the roster from a day on and give the kept file."""
    from bot.app import agency
    from handlers.documents import roster as sheet

    order = json.loads(body)
    with database.transaction() as tx:
        weeks = list(roster.load(tx).weeks(agency(settings).calendar, date.fromisoformat(order["from"]), WEEKS))
        names = {one.id: one.name or f"({one.id})" for one, _, _ in officials.listed(tx)}
    content = sheet.written(weeks, names, order["language"])
    with database.transaction() as tx:
        return files.keep(tx, content, clock() + KEPT_SHORTLY, account_id=order["account"])


def roster_read(
    database: Database, settings: Settings, fetched: Attachments, clock: Callable[[], datetime], body: str
) -> str:
    """Read a roster on trial; gives what it changes, what is refused, and the kept days, or what is wrong."""
    from bot.intake.roster_files import read_roster

    order = json.loads(body)
    try:
        lines = read_roster(fetched.fetch(order["channel"], Attachment.from_record(order["file"])))
    except FileFault as fault:
        return json.dumps({"fault": "table", "said": fault.reason(order["language"])}, ensure_ascii=False)
    except Unusable as fault:
        return json.dumps({"fault": fault.reason})
    with database.transaction() as tx:
        good, changes, refused = planned(tx, settings, lines, clock())
    asked = [[one.days.official, f"{one.days.first}", f"{one.days.last}"] for one in good]
    kept = json.dumps({"days": asked}).encode()
    told = [[one.days.official, f"{one.days.first}", f"{one.days.last}", one.before] for one in changes]
    found = {"changes": told, "refused": [[one.number, one.why, one.value] for one in refused]}
    return json.dumps({**found, "manifest": _keep(database, clock, order, kept)}, ensure_ascii=False)


def planned(
    tx: Connection, settings: Settings, lines: Iterable[tuple[int, Sequence[str]]], now: datetime
) -> tuple[list[Line], list[Changed], list[Refused]]:
    """Say which lines of a list count, what they change, and which do not count."""
    from bot.app import agency

    found, listed = roster.load(tx), officials.listed(tx)
    names = {one.id: one.name or "" for one, _, _ in listed if one.id in found.standing and one.role is not Role.GROUP}
    good, refused = roster_list.read(lines, names, found, now.astimezone(settings.agency.timezone).date())
    return good, roster_list.changed(good, found, agency(settings).calendar), refused


def digest_file(database: Database, settings: Settings, clock: Callable[[], datetime], body: str) -> str:
    """Put a long digest together and write its file; gives the digest."""
    from bot.app import agency
    from handlers.documents import dossier_list
    from handlers.officials import digests, news
    from handlers.texts import words

    order, now = json.loads(body), clock()
    office, say = agency(settings), words(order["language"])
    with database.transaction() as tx:
        found = digests.gathered(office, tx, order, now)
        standing = list(digests.standing_of(office, tx, order, now))
        rows = [
            dossier_list.of_dossier(one.news, dossier)
            if dossier is not None
            else dossier_list.of_other(one.news, one.subject, news.worded(office, tx, say, one.subject, one.mark, now))
            for one, dossier in standing
        ]
    if len(rows) > LISTED:
        content = dossier_list.written(rows, order["language"], settings.agency.timezone.key)
        found["file"] = _keep(database, clock, order, content)
    return json.dumps(found)


def chart(database: Database, clock: Callable[[], datetime], body: str) -> str:
    """Draw the statistics and give the kept picture."""
    from handlers.documents import charts

    order = json.loads(body)
    return _keep(database, clock, order, charts.bars(order["title"], order["labels"], order["rows"]))


def questions(database: Database, settings: Settings, clock: Callable[[], datetime], body: str) -> str:
    """Write the questions of an announcement and give the kept file."""
    from handlers.documents import questions as sheet

    order = json.loads(body)
    with database.transaction() as tx:
        asked = broadcasts.questions(tx, order["broadcast"])
    local = [(at.astimezone(settings.agency.timezone), text) for at, text in asked]
    return _keep(database, clock, order, sheet.written(local, order["language"]))


def apology(database: Database, clock: Callable[[], datetime], body: str) -> str:
    """Write the draft of an apology; gives the kept file and the dossier's code."""
    from handlers.documents import apology as letter

    order = json.loads(body)
    kept = _keep(database, clock, order, letter.apology(order["record"]))
    return json.dumps({"hash": kept, "code": order["code"]})


def _keep(database: Database, clock: Callable[[], datetime], order: dict[str, Any], content: bytes) -> str:
    with database.transaction() as tx:
        return files.keep(tx, content, clock() + KEPT_SHORTLY, account_id=order["account"])

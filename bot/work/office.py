"""The jobs behind officials' rooms: the roster, long digests and letters as files, statistics as a picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from bot.settings import Settings
from storage import files
from storage.database import Database
from storage.dossiers import records as dossiers
from storage.files import KEPT_SHORTLY
from storage.officials import broadcasts, roster
from storage.officials import register as officials

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


def digest_file(database: Database, clock: Callable[[], datetime], body: str) -> str:
    """Write the file of a digest; gives the digest with its file."""
    from handlers.documents import dossier_list

    order = json.loads(body)
    with database.transaction() as tx:
        known = {one.id: one for one in dossiers.by_ids(tx, [number for _, number in order["items"]])}
    listed = [(news, known[number]) for news, number in order["items"] if number in known]
    return json.dumps({**order, "file": _keep(database, clock, order, dossier_list.written(listed, order["language"]))})


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

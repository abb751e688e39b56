"""The jobs behind officials' rooms: the roster as a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime

from bot.settings import Settings
from storage import files, officials, roster
from storage.database import Database
from storage.files import KEPT_SHORTLY

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

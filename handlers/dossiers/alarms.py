"""What administrators hear of look-ups: that somebody counts codes up, or that very many miss."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers.dossiers.guard import COUNTED_UP
from handlers.messages import Happening, Notice, Reply
from handlers.notices import Rules
from handlers.texts import words
from storage import accounts
from storage.database import Connection
from storage.officials import register as officials
from storage.officials.register import Role


def _counted_up(tx: Connection, happening: Happening, _now: datetime) -> Iterator[Notice]:
    facts = happening.facts
    for account_id in officials.reached(tx, {Role.ADMINISTRATOR}):
        found = accounts.by_id(tx, account_id)
        say = words(None if found is None else found[0].language)
        text = say(f"alarm.{facts['why']}", count=facts["count"], who=say(f"alarm.{facts['who']}"))
        yield Notice(account_id, Reply(text), urgent=True)


RULES: Rules = {COUNTED_UP: _counted_up}

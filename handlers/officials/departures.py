"""What administrators hear when an official or a group blocked the bot, left, or was deleted.

Until they write again nothing is sent to them, and what comes goes to whoever the rules lead to without them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from handlers.messages import Happening, Notice, Reply
from handlers.notices import Rules
from handlers.texts import words
from storage import accounts
from storage.database import Connection
from storage.events import Pending
from storage.officials import duty_dossiers
from storage.officials import register as officials
from storage.officials.departures import GONE
from storage.officials.register import Role


def take_in(_tx: Connection, event: Pending, _now: datetime) -> list[Happening]:
    """Say who it is."""
    return [Happening(GONE, json.loads(event.body))]


def _told(tx: Connection, happening: Happening, _now: datetime) -> Iterator[Notice]:
    one = officials.by_id(tx, happening.facts["official"])
    if one is None or one.account_id is None:
        return
    left = accounts.by_id(tx, one.account_id)
    if left is None or left[0].gone_at is None:  # back already
        return
    held = duty_dossiers.count_of_official(tx, one.id)
    for account_id in officials.reached(tx, {Role.ADMINISTRATOR}):
        found = accounts.by_id(tx, account_id)
        say = words(None if found is None else found[0].language)
        text = say("alarm.gone", who=one.name or str(one.id), role=say.plain(f"role.{one.role}"), held=held)
        yield Notice(account_id, Reply(text))


RULES: Rules = {GONE: _told}

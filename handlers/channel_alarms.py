"""What administrators hear of a channel that will fall silent unless a person acts: Zalo's tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from handlers.messages import Happening, Notice, Reply
from handlers.notices import Rules
from handlers.texts import words
from storage import accounts, officials
from storage.database import Connection
from storage.events import Pending
from storage.officials import Role

TROUBLE = "channel_trouble"  # the kind of the event, and what happens by it
REFUSED, OLD = "alarm.zalo_refused", "alarm.zalo_old"
FAILING, BLOCKED, BY_PHONE = "alarm.zalo_failing", "alarm.zalo_blocked", "alarm.zalo_phone"
"""The troubles, by the keys of their words: Zalo renews no longer; the refresh token nears its end; a renewal failed
for the first time; every message is refused; every message by phone is."""


def take_in(_tx: Connection, event: Pending, _now: datetime) -> list[Happening]:
    """Say what the trouble is."""
    return [Happening(TROUBLE, {"why": json.loads(event.body)["why"]})]


def _told(tx: Connection, happening: Happening, _now: datetime) -> Iterator[Notice]:
    for account_id in officials.reached(tx, {Role.ADMINISTRATOR}):
        found = accounts.by_id(tx, account_id)
        say = words(None if found is None else found[0].language)
        yield Notice(account_id, Reply(say(happening.facts["why"])), urgent=True)


RULES: Rules = {TROUBLE: _told}

"""Officials and groups that cannot be reached any more: noted as an event, so that somebody hears of it once."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection

from storage import events
from storage.columns import vault_of
from storage.events import NewEvent
from storage.officials import register as officials

GONE = "official_gone"  # the kind of the event
CHANNEL = "clock"  # events of nobody's conversation, served by every process that serves the clock's


def note(tx: Connection, account_id: int, now: datetime) -> None:
    """Bring the event when a linked official's (or group's) account was closed; nothing for everybody else."""
    one = officials.of_account(tx, account_id)
    if one is None:
        return
    body = json.dumps({"official": one.id})
    lane = vault_of(tx).digest(GONE, str(one.id))
    events.accept(tx, NewEvent(CHANNEL, f"{GONE}:{one.id}:{now.isoformat()}", GONE, body, lane), now)

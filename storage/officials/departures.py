"""Officials and groups that cannot be reached any more: noted as an event, so that somebody hears of it once."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection

from storage import events
from storage.columns import vault_of
from storage.events import NewEvent
from storage.officials import duty
from storage.officials import register as officials

GONE = "official_gone"  # the kind of the event
CHANNEL = "clock"  # events of nobody's conversation, served by every process that serves the clock's


def note(tx: Connection, account_id: int, now: datetime) -> None:
    """Bring the event when a linked official's (or group's) account was closed; nothing for everybody else."""
    one = officials.of_account(tx, account_id)
    if one is not None:
        _bring(tx, one.id, account_id, now)


def dismiss(tx: Connection, official_id: int, now: datetime) -> bool:
    """Revoke an official (see `register.revoke`), and bring the event, so that others hear what they were to hear."""
    one = officials.by_id(tx, official_id)
    if not officials.revoke(tx, official_id, now):
        return False
    account_id = None if one is None else one.account_id
    if account_id is not None and duty.unheard(tx, official_id, account_id, now):
        _bring(tx, official_id, account_id, now)
    return True


def _bring(tx: Connection, official_id: int, account_id: int, now: datetime) -> None:
    body = json.dumps({"official": official_id, "account": account_id, "at": now.isoformat()})
    lane = vault_of(tx).digest(GONE, str(official_id))
    events.accept(tx, NewEvent(CHANNEL, f"{GONE}:{official_id}:{now.isoformat()}", GONE, body, lane), now)

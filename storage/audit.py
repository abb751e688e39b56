"""The trail: what was done, a line a person can read, never content or identity."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from storage.schema import audit

_ADD = insert(audit)


def add(
    tx: Connection,
    action: str,
    now: datetime,
    *,
    event_id: int | None = None,
    lane: str | None = None,
    detail: str | None = None,
) -> None:
    """Leave one line: what was done, by the event that caused it."""
    tx.execute(_ADD, {"at": now, "event_id": event_id, "lane": lane, "action": action, "detail": detail})

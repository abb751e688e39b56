"""The trail: what was done, a line a person can read, never content or identity."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from storage.schema import audit

_ADD = insert(audit)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail."""

    at: datetime
    action: str
    detail: str | None


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


def latest(tx: Connection, most: int, action: str = "", find: str = "", *, without: Collection[str] = ()) -> list[Line]:
    """Give the latest lines, newest first, of one action or with a text in their detail if asked for.

    `without`: actions that are left out, unless it is them that are asked for.
    """
    lines = select(audit.c.at, audit.c.action, audit.c.detail).order_by(audit.c.id.desc()).limit(most)
    if action:
        lines = lines.where(audit.c.action == action)
    elif without:
        lines = lines.where(audit.c.action.not_in(without))
    if find:
        lines = lines.where(audit.c.detail.contains(find, autoescape=True))
    return [Line(*row) for row in tx.execute(lines)]

"""Questions that nothing answered, scrubbed before they come here; officials attach them or set them aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage.schema import unanswered

OPEN, ATTACHED, OUT = "open", "attached", "out"
LOOKED_AT = 2_000  # the latest open questions that are grouped: grouping compares each with each


@dataclass(frozen=True, slots=True)
class Asked:
    """An open question; `text` is scrubbed."""

    id: int
    text: str
    asked_at: datetime


def add(tx: Connection, account_id: int, text: str, now: datetime) -> None:
    """Keep a question that nothing answered."""
    row = {"account_id": account_id, "text": text, "state": OPEN, "asked_at": now}
    tx.execute(insert(unanswered), row)


def open_ones(tx: Connection, most: int = LOOKED_AT) -> list[Asked]:
    """List the latest open questions, oldest first; those whose words were erased are left out."""
    rows = tx.execute(
        select(unanswered.c.id, unanswered.c.text, unanswered.c.asked_at)
        .where(unanswered.c.state == OPEN, unanswered.c.text.is_not(None))
        .order_by(unanswered.c.id.desc())
        .limit(most)
    )
    return [Asked(*row) for row in reversed(rows.all())]


def settle(tx: Connection, ids: Sequence[int], state: str, entry_id: str | None = None) -> int:
    """Close these questions, those that are still open; returns how many were."""
    done = tx.execute(
        update(unanswered)
        .where(unanswered.c.id.in_(ids), unanswered.c.state == OPEN)
        .values(state=state, entry_id=entry_id)
    )
    return done.rowcount

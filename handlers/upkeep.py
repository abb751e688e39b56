"""Upkeep: what the clock brings and no person asked for. Long work is ordered as a job; its result leaves a line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from storage import audit, jobs, web_rows
from storage.database import Connection
from storage.delivery import outbox_desk
from storage.events import Pending
from storage.jobs import NewJob

PURGE = "purge"  # the moment, and the job that it orders
PURGED = "purge_done"
EXPIRE = "expire_kept"  # the moment at which old replies of the web page are emptied
KEPT_FOR = timedelta(hours=24)  # our choice: a page left open over night still shows its conversation


def expire_kept(tx: Connection, event: Pending, now: datetime) -> None:
    """Empty the replies that the web page kept for longer than a day, and what failed and was not sent again."""
    count = web_rows.empty_old(tx, now - KEPT_FOR) + outbox_desk.empty_failed(tx, now - outbox_desk.DEAD_FOR)
    audit.add(tx, "kept_emptied", now, event_id=event.id, detail=str(count))


def order_purge(tx: Connection, event: Pending, now: datetime) -> None:
    """Order the purge of what is kept no longer (see `storage/people/erasure.py`)."""
    jobs.add(tx, NewJob(PURGE, "{}", event.lane, event.channel), now)


def purged(tx: Connection, event: Pending, now: datetime) -> None:
    """Leave a line that says what was purged, or that it failed."""
    outcome = json.loads(event.body)
    counts = json.loads(outcome["result"]) if outcome["result"] else {}
    told = ", ".join(f"{table}: {count}" for table, count in sorted(counts.items()) if count)
    detail = f"failed: {outcome['error']}" if outcome["error"] else told or "nothing was due"
    audit.add(tx, PURGED, now, event_id=event.id, detail=detail)

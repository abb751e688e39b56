"""Systems that are asked: the clock orders the first page of each, a page that is taken in orders the next.

A source that is down is noted so, with why; its last good data keep their time, which every answer tells.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from handlers.intake.batches import take_in_body
from handlers.messages import Happening
from storage import audit, jobs
from storage.database import Connection
from storage.dossiers import sources
from storage.events import Pending
from storage.jobs import NewJob

PULL = "pull"  # the moment at which all are asked, and the job that asks for one page
PULLED = "pull_done"


def order(names: Sequence[str], tx: Connection, event: Pending, now: datetime) -> None:
    """Order the first page of every source of which no page is still on its way."""
    for name in names:
        lane = sources.lane(tx, name)
        if not jobs.is_open(tx, lane):
            known = sources.find(tx, name)
            since = known.cursor.isoformat() if known is not None and known.cursor is not None else None
            jobs.add(tx, NewJob(PULL, json.dumps({"source": name, "since": since}), lane, event.channel), now)


def take_in(tx: Connection, event: Pending, now: datetime) -> list[Happening]:
    """Take in a page and order the next one; after the last the source was asked for everything until it began."""
    outcome = json.loads(event.body)
    if outcome["result"] is None:  # the job's process died again and again, or a fault of ours
        audit.add(tx, PULLED, now, event_id=event.id, detail=f"failed: {outcome['error']}")
        return []
    told = json.loads(outcome["result"])
    name, kind = told["source"], told["kind"]
    if "down" in told:
        sources.failed(tx, name, kind, told["down"], now)
        audit.add(tx, "source_down", now, event_id=event.id, detail=f"{name}: {told['down']}")
        return []
    happened = take_in_body(tx, json.loads(told["batch"]), event.id, now)
    if told["refused"]:
        audit.add(tx, "dossiers_refused", now, event_id=event.id, detail=f"{name}: {told['refused']} rows")
    following = told["next"]
    cursor = None if following else datetime.fromisoformat(told["began"])
    sources.heard(tx, name, kind, datetime.fromisoformat(told["as_of"]), now, cursor=cursor)
    if following:
        jobs.add(tx, NewJob(PULL, json.dumps(following), event.lane, event.channel), now)
    return happened

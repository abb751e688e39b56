"""Jobs: long work as rows. A worker takes one under a lease; its result comes back as an event.

A job may run twice when its process dies, its result is told once: the event's key is the job. A job that fails three
times tells that too, so that whoever waits for it hears.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, exists, insert, literal_column, or_, select, update

from storage.columns import database_now
from storage.database import notify
from storage.schema import job

TOPIC = "motcua_job"
OPEN = ("queued", "running")


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work to do: its kind, what to do it with (JSON), and the lane and account to which its result goes."""

    kind: str
    body: str
    lane: str
    channel: str
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that this process may do until its lease ends."""

    id: int
    kind: str
    body: str
    lane: str
    channel: str
    account_id: int | None
    attempts: int


_COLUMNS = (job.c.id, job.c.kind, job.c.body, job.c.lane, job.c.channel, job.c.account_id, job.c.attempts)
_free = or_(job.c.state == "queued", job.c.lease_until < database_now(0))
_due = or_(job.c.not_before.is_(None), job.c.not_before <= bindparam("b_now"))
_candidate = (
    select(job.c.id)
    .where(job.c.state.in_(("queued", "running")), job.c.kind.in_(bindparam("b_kinds", expanding=True)), _free, _due)
    .order_by(job.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(job)
    .where(job.c.id == _candidate.scalar_subquery(), _free)
    .values(
        state="running",
        # A lease that ran out was an attempt too: a job that kills its process must come to an end.
        attempts=job.c.attempts + case((job.c.state == "running", 1), else_=0),
        lease_owner=bindparam("b_owner"),
        lease_until=database_now(bindparam("b_seconds")),
    )
    .returning(*_COLUMNS)
)
_mine = (job.c.id == bindparam("b_id"), job.c.state == "running", job.c.lease_owner == bindparam("b_owner"))
_FINISH = (
    update(job)
    .where(*_mine)
    .values(
        state=bindparam("b_state"), body=None, error=bindparam("b_error"), lease_until=None, done_at=bindparam("b_now")
    )
)
_RELEASE = (
    update(job)
    .where(*_mine)
    .values(
        state="queued",
        attempts=job.c.attempts + 1,
        not_before=bindparam("b_again"),
        error=bindparam("b_error"),
        lease_until=None,
    )
)
_RENEW = update(job).where(*_mine).values(lease_until=database_now(bindparam("b_seconds")))
_IS_OPEN = select(
    exists().where(job.c.lane == bindparam("b_lane"), job.c.state.in_([literal_column(f"'{one}'") for one in OPEN]))
)


def add(tx: Connection, new: NewJob, now: datetime) -> int:
    """Save a job and return its id."""
    row = {
        "kind": new.kind,
        "body": new.body,
        "lane": new.lane,
        "channel": new.channel,
        "account_id": new.account_id,
        "state": "queued",
        "attempts": 0,
        "created_at": now,
    }
    key = tx.execute(insert(job), row).inserted_primary_key
    assert key is not None
    notify(tx, TOPIC)
    return int(key[0])


def claim(tx: Connection, kinds: Sequence[str], owner: str, now: datetime, lease_seconds: float) -> ClaimedJob | None:
    """Lease the oldest job of these kinds that is due."""
    values = {"b_kinds": list(kinds), "b_owner": owner, "b_now": now, "b_seconds": lease_seconds}
    row = tx.execute(_CLAIM, values).one_or_none()
    return None if row is None else ClaimedJob(*row)


def renew(tx: Connection, job_id: int, owner: str, lease_seconds: float) -> bool:
    """Hold a job for longer; False when it passed to another process."""
    return tx.execute(_RENEW, {"b_id": job_id, "b_owner": owner, "b_seconds": lease_seconds}).rowcount == 1


def finish(tx: Connection, job_id: int, owner: str, now: datetime, *, error: str | None = None) -> bool:
    """Close a job (failed, with an error) and empty its body; False when it passed to another process."""
    values = {
        "b_id": job_id,
        "b_owner": owner,
        "b_state": "done" if error is None else "failed",
        "b_error": error,
        "b_now": now,
    }
    return tx.execute(_FINISH, values).rowcount == 1


def release(tx: Connection, job_id: int, owner: str, again: datetime, error: str) -> bool:
    """Put a job back to be tried again; False when it passed to another process."""
    values = {"b_id": job_id, "b_owner": owner, "b_again": again, "b_error": error}
    return tx.execute(_RELEASE, values).rowcount == 1


def is_open(tx: Connection, lane: str, kind: str | None = None) -> bool:
    """Tell whether a conversation ordered work, or work of this kind, that is not done yet."""
    if kind is not None:
        open_ = select(job.c.id).where(job.c.lane == lane, job.c.kind == kind, job.c.state.in_(OPEN)).limit(1)
        return tx.execute(open_).one_or_none() is not None
    return bool(tx.execute(_IS_OPEN, {"b_lane": lane}).scalar_one())

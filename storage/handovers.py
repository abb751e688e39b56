"""Conversations that are handed over to a person: who talks with whom, and what waits behind a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, delete, insert, or_, select, update

from storage.schema import ROW_ID, handover, handover_line


@dataclass(frozen=True, slots=True)
class Handover:
    """A conversation with the officials (see `storage/schema/handovers.py`)."""

    id: int
    account_id: int
    topic_id: int | None
    taken_by: int | None
    console: bool
    said_at: datetime | None
    answered_at: datetime | None
    last_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """A message that goes on: its words, and the hash and name of a kept file."""

    text: str
    file_hash: str | None = None
    name: str | None = None


_COLUMNS = tuple(handover.c[name] for name in Handover.__dataclass_fields__)
_SELECT = select(*_COLUMNS)
_HELD: BindParameter[int] = bindparam("b_account", type_=ROW_ID)
# Held to the end of the turn: its two sides are in different lanes.
_OPEN_OF = (
    _SELECT.where(
        handover.c.closed_at.is_(None),
        or_(handover.c.account_id == _HELD, handover.c.taken_by == _HELD, handover.c.topic_id == _HELD),
    )
    .order_by(handover.c.id)
    .with_for_update()
)
_BY_ID = _SELECT.where(handover.c.id == bindparam("b_id")).with_for_update()


def open_of(tx: Connection, account_id: int) -> Handover | None:
    """Find the open conversation in which this account takes part, be it an official's, a topic, or whoever asked."""
    found = [Handover(*row) for row in tx.execute(_OPEN_OF, {"b_account": account_id})]
    return min(found, key=lambda one: one.account_id == account_id, default=None)


def by_id(tx: Connection, handover_id: int) -> Handover | None:
    """Load a conversation."""
    row = tx.execute(_BY_ID, {"b_id": handover_id}).one_or_none()
    return None if row is None else Handover(*row)


def was_topic(tx: Connection, account_id: int) -> bool:
    """Tell whether this account is a topic in which such a conversation was held."""
    return tx.execute(select(handover.c.id).where(handover.c.topic_id == account_id).limit(1)).first() is not None


def begin(tx: Connection, account_id: int, now: datetime, *, console: bool) -> int:
    """Open a conversation for this account and return its number."""
    row = {"account_id": account_id, "console": console, "opened_at": now, "last_at": now}
    key = tx.execute(insert(handover), row).inserted_primary_key
    assert key is not None
    return int(key[0])


def hold_in(tx: Connection, one: Handover, topic_id: int) -> None:
    """Hold a conversation in this topic."""
    _change(tx, one.id, topic_id=topic_id)


def note(tx: Connection, one: Handover, now: datetime, *, inward: bool) -> None:
    """Note that one side said something."""
    first = "said_at" if inward else "answered_at"
    known = one.said_at if inward else one.answered_at
    _change(tx, one.id, **{first: known or now}, last_at=now)


def take(tx: Connection, one: Handover, official: int, now: datetime) -> bool:
    """Let this official's chat hold the conversation; False when it is over, held elsewhere, or they are in another."""
    busy = open_of(tx, official)
    if busy is not None and busy.taken_by == official:
        return False
    free = (handover.c.taken_by.is_(None), handover.c.topic_id.is_(None), handover.c.closed_at.is_(None))
    taking = update(handover).where(handover.c.id == one.id, *free).values(taken_by=official, last_at=now)
    return tx.execute(taking).rowcount == 1


def close(tx: Connection, one: Handover, now: datetime) -> bool:
    """Close a conversation; False when it was closed already."""
    closing = update(handover).where(handover.c.id == one.id, handover.c.closed_at.is_(None)).values(closed_at=now)
    return tx.execute(closing).rowcount == 1


def idle(tx: Connection, before: datetime) -> list[Handover]:
    """List the open conversations in which nobody has said anything since this time."""
    where = (handover.c.closed_at.is_(None), handover.c.last_at < before)
    return [Handover(*row) for row in tx.execute(_SELECT.where(*where).order_by(handover.c.id).with_for_update())]


def is_held(tx: Connection, one: Handover, *, inward: bool) -> bool:
    """Tell whether something waits in this direction, so that what comes now must wait behind it."""
    return tx.execute(select(handover_line.c.id).where(*_lines(one, inward=inward)).limit(1)).first() is not None


def hold(tx: Connection, one: Handover, sender: int, text: str, *, inward: bool, file: str | None = None) -> int:
    """Let a message wait, with a file of this name that is still to be fetched, and return its number."""
    row = {"handover_id": one.id, "sender_id": sender, "inward": inward, "text": text, "name": file}
    key = tx.execute(insert(handover_line), {**row, "ready": file is None}).inserted_primary_key
    assert key is not None
    return int(key[0])


def settle(tx: Connection, sender: int, line: int | None, file_hash: str | None) -> Handover | None:
    """Note what became of a file: its hash, or None where it could not be had; gives the conversation it was said in.

    `line`: the message with which it came; None, or one that is no longer there, stands for the sender's oldest.
    """
    waiting = (handover_line.c.sender_id == sender, handover_line.c.ready.is_(False))
    found = select(handover_line.c.id, handover_line.c.handover_id).where(*waiting).order_by(handover_line.c.id)
    rows: Sequence[Any] = tx.execute(found).all()
    row = next((row for row in rows if row.id == line), rows[0] if rows else None)
    if row is None:
        return None
    settled = update(handover_line).where(handover_line.c.id == row.id).values(ready=True, file_hash=file_hash)
    tx.execute(settled)
    return by_id(tx, row.handover_id)


def release(tx: Connection, one: Handover, *, inward: bool) -> list[Line]:
    """Take out what waits for nothing any more, in order."""
    rows = tx.execute(select(handover_line).where(*_lines(one, inward=inward)).order_by(handover_line.c.id)).all()
    ready = []
    for row in rows:
        if not row.ready:
            break
        ready.append(row)
    if ready:
        tx.execute(delete(handover_line).where(handover_line.c.id.in_([row.id for row in ready])))
    return [Line(row.text or "", row.file_hash, row.name) for row in ready if row.text or row.file_hash]


def _lines(one: Handover, *, inward: bool) -> tuple[ColumnElement[bool], ...]:
    return handover_line.c.handover_id == one.id, handover_line.c.inward.is_(inward)


def _change(tx: Connection, handover_id: int, **values: object) -> None:
    tx.execute(update(handover).where(handover.c.id == handover_id).values(**values))

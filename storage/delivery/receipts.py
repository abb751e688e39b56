"""Receipts: a platform tells that a message arrived at the person's telephone, or that they looked at it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, func, literal_column, update

from storage.schema import outbox

_at = bindparam("b_at", type_=outbox.c.received_at.type)
_RECEIVED = {"received_at": func.coalesce(outbox.c.received_at, _at)}
_SEEN = {**_RECEIVED, "seen_at": func.coalesce(outbox.c.seen_at, _at)}
# Written out, not bound: only then can an engine see that its index will do.
_MESSAGES = update(outbox).where(
    literal_column("outbox.channel = 'zalo_oa'"), outbox.c.external_id.in_(bindparam("b_ids", expanding=True))
)
_BY_NUMBER = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"), literal_column("outbox.channel = 'zalo_oa'"))
    # What was in doubt has arrived after all.
    .values({**_RECEIVED, "state": case((outbox.c.state == "uncertain", "sent"), else_=outbox.c.state)})
)


def note(tx: Connection, messages: Sequence[str], at: datetime, *, seen: bool) -> int:
    """Note that these messages, by the platform's ids, arrived (and were `seen`); returns how many are ours."""
    return tx.execute(_MESSAGES.values(_SEEN if seen else _RECEIVED), {"b_ids": list(messages), "b_at": at}).rowcount


def note_by_number(tx: Connection, number: int, at: datetime) -> int:
    """Note that the message of this row arrived by phone; returns 1 where there is one."""
    return tx.execute(_BY_NUMBER, {"b_id": number, "b_at": at}).rowcount

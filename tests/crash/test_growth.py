"""What is kept does not slow down what happens: the work of a message is the same after a hundred thousand others.

Counted in steps of SQLite's machine, because a clock would be disturbed. PostgreSQL chooses by its statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from markupsafe import Markup
from sqlalchemy import insert

from handlers import turn
from handlers.messages import Incoming, Kind, Reply, Turn
from handlers.turn import Handlers, Lease, Taken
from storage import accounts, events
from storage.database import Connection, Database
from storage.delivery import claims, outbox
from storage.delivery.claims import Claimer
from storage.events import NewEvent
from storage.schema import event as event_table
from storage.schema import outbox as outbox_table

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
FEW, MANY = 20, 3000
TIMES = 1.5  # a deeper tree costs a few steps more, a scan would cost a hundred times as many
CHANNEL = "test"
HANDLERS = Handlers(lambda _situation: Turn((Reply(Markup("a")),)), lambda _account: Turn())


def fill(tx: Connection, first: int, number: int) -> None:
    """Keep so many messages that were handled and answered."""
    account_id = accounts.ensure(tx, channel=CHANNEL, address="old", lane="00" * 16, now=NOW)
    done: dict[str, Any] = {"channel": CHANNEL, "lane": "00" * 16, "account_id": account_id, "kind": "message"}
    done |= {"state": "done", "attempts": 0, "received_at": NOW}
    sent: dict[str, Any] = {"account_id": account_id, "channel": CHANNEL, "kind": outbox.REPLY, "state": "sent"}
    sent |= {"attempts": 1, "repeats": 0, "created_at": NOW}
    numbers = range(first, first + number)
    tx.execute(insert(event_table), [done | {"key": f"old{n}"} for n in numbers])
    tx.execute(insert(outbox_table), [sent | {"dedup_key": f"old{n}"} for n in numbers])


def one_message(tx: Connection, key: str, lane: str) -> None:
    """Everything that is asked of the database for one message, and by a process that looks for work."""
    body = Incoming(Kind.TEXT, "xin chào").to_json()
    events.accept(tx, NewEvent(CHANNEL, key, "message", body, lane, "new"), NOW)
    events.waiting_lanes(tx, [CHANNEL], 10)
    taken = turn.take(tx, lane, HANDLERS, Lease("me", 60), NOW)
    assert isinstance(taken, Taken)
    claims.claim(tx, [CHANNEL], Claimer("me", 60, 50), NOW)
    for row in taken.leased:
        outbox.settle(tx, row, "me", "sent", NOW)


@contextmanager
def counted(tx: Connection) -> Iterator[list[int]]:
    """Count the steps that SQLite takes."""
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    driver: Any = tx.connection.driver_connection
    driver.set_progress_handler(step, 1)
    yield steps
    driver.set_progress_handler(None, 0)


def test_a_message_takes_the_same_work_however_much_is_kept(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL's planner goes by its statistics")
    lane = accounts.lane_of(database.vault, CHANNEL, "new")
    with database.transaction() as tx:
        fill(tx, 0, FEW)
        one_message(tx, "first", lane)
        with counted(tx) as before:
            one_message(tx, "second", lane)
        fill(tx, FEW, MANY)
        with counted(tx) as after:
            one_message(tx, "third", lane)
    assert after[0] < before[0] * TIMES

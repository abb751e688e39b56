"""Upkeep: replies of the web page are emptied after a day, and the purge leaves a line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from handlers import upkeep
from storage import accounts, events, jobs
from storage.database import Connection, Database
from storage.delivery import outbox
from storage.delivery.outbox import NewRow
from storage.events import NewEvent, Pending
from storage.schema import audit, job
from storage.schema import outbox as outbox_table

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def happened(tx: Connection, lane: str, kind: str, body: str = "{}") -> Pending:
    """Store an event of the clock and give it as its turn would get it."""
    events.accept(tx, NewEvent("clock", kind, kind, body, lane), NOW)
    event = events.oldest(tx, lane, NOW)
    assert event is not None
    return event


def test_replies_of_the_web_page_are_emptied_after_a_day(database: Database) -> None:
    lane = database.vault.digest("web")
    with database.transaction() as tx:
        account = accounts.add(tx, channel="web", address="w", lane=lane, now=NOW)
        for number, age in enumerate((timedelta(hours=25), timedelta(hours=23))):
            row = NewRow(f"1:1:{number}", account, "web", outbox.REPLY, "{}")
            outbox.add(tx, row, NOW - age, owner=None, lease_seconds=0)
        upkeep.expire_kept(tx, happened(tx, database.vault.digest("clock"), upkeep.EXPIRE), NOW)
        query = select(outbox_table.c.state, outbox_table.c.body).order_by(outbox_table.c.id)
        assert [tuple(row) for row in tx.execute(query)] == [("expired", None), ("kept", "{}")]
        assert tx.execute(select(audit.c.detail)).scalar_one() == "1"


def test_the_purge_is_ordered_as_a_job_and_its_result_leaves_a_line(database: Database) -> None:
    lane = database.vault.digest("clock")
    with database.transaction() as tx:
        upkeep.order_purge(tx, happened(tx, lane, upkeep.PURGE), NOW)
        assert tx.execute(select(job.c.kind, job.c.state)).one() == (upkeep.PURGE, "queued")
        assert jobs.claim(tx, [upkeep.PURGE], "me", NOW, 60) is not None
        result = '{"result": "{\\"conversation\\": 2, \\"event\\": 0}", "error": null}'
        upkeep.purged(tx, happened(tx, database.vault.digest("result"), upkeep.PURGED, result), NOW)
        assert tx.execute(select(audit.c.detail)).scalar_one() == "conversation: 2"

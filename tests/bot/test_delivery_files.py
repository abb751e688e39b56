"""Files that go with a message are loaded when it is sent; one that is no longer kept does not hold it up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from markupsafe import Markup

from bot.channels.base import Outgoing, OutgoingFile
from bot.delivery import Delivery
from bot.store import Store
from handlers.messages import FileRef, Reply
from storage import accounts, files
from storage.database import Database
from storage.delivery import outbox
from storage.delivery.outbox import NewRow

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


class Collecting:
    """A channel that keeps what it was given to send."""

    name = "test"

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    async def send(self, message: Outgoing) -> str | None:
        self.sent.append(message)
        return "m1"


async def test_a_message_is_sent_with_the_files_that_are_still_kept(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.transaction() as tx:
        lane = accounts.lane_of(database.vault, "test", "an")
        an = accounts.add(tx, channel="test", address="an", lane=lane, now=NOW)
        key = files.keep(tx, b"%PDF-", NOW + timedelta(days=1), account_id=an)
        reply = Reply(Markup("Đây ạ"), (), (FileRef(key, "báo cáo.pdf"), FileRef("0" * 32, "cũ.pdf")))
        outbox.add(tx, NewRow("1", an, "test", outbox.NOTICE, reply.to_json()), NOW, owner=None, lease_seconds=0)
    channel, store = Collecting(), Store(database)
    delivery = Delivery(store, {"test": channel}, "me", lambda: NOW)
    await delivery.idle()
    await delivery.close()
    await store.close()
    (sent,) = channel.sent
    assert sent.files == (OutgoingFile("báo cáo.pdf", b"%PDF-", "application/pdf"),)
    assert "no longer kept" in caplog.text

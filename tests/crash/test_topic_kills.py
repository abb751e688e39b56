"""A kill while a topic is opened for a talk with an official: nothing of it is lost or doubled."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

import pytest
from markupsafe import Markup
from sqlalchemy import select

from bot.channels.base import REPEATED
from bot.standins.telegram import TelegramServer
from handlers.messages import Reply
from storage import accounts
from storage.database import Database
from storage.delivery import outbox
from storage.delivery.outbox import NewRow
from storage.schema import account
from storage.schema import outbox as rows
from tests.channels.zalo_desk import served

GROUP, NAME = "-100200", "Trao đổi số 1"
SAID = ("Tôi muốn hỏi", "về giấy phép")


@pytest.mark.parametrize("point", ["move.written", "move.committed"])
async def test_a_kill_when_the_topic_was_opened_brings_the_whole_conversation_into_one_topic(
    database: Database, engine_url: str, point: str
) -> None:
    """Before the commit nobody knows of the topic that the platform opened: it stays empty beside a second one.

    Nor does anybody know then that the first message was not sent: it is marked as one that may come again.
    """
    server, now = TelegramServer(), datetime.now(UTC)
    with database.transaction() as tx:
        address = f"{GROUP}:+{NAME}"
        lane = accounts.lane_of(database.vault, "telegram", address)
        topic = accounts.ensure(tx, channel="telegram", address=address, lane=lane, now=now)
        for number, said in enumerate(SAID):
            row = NewRow(f"1:{topic}:{number}", topic, "telegram", outbox.NOTICE, Reply(Markup(said)).to_json())
            outbox.add(tx, row, now, owner=None, lease_seconds=0)
    async with served(server) as root:
        command = (sys.executable, "-W", "error", "-m", "tests.crash.topic_worker", engine_url, root, point)
        process = await asyncio.create_subprocess_exec(*command)
        assert await process.wait() == 0
    is_lost = point == "move.written"
    assert server.topics == [(int(GROUP), NAME)] * (2 if is_lost else 1)
    (thread,) = {str(given["message_thread_id"]) for given in server.messages.values()}
    shown = [f"{REPEATED} {SAID[0]}" if is_lost else SAID[0], SAID[1]]
    assert [given["text"] for given in server.messages.values()] == shown, "once each, in order"
    with database.transaction() as tx:
        assert tx.execute(select(account.c.address)).scalars().all() == [f"{GROUP}:{thread}"]
        assert set(tx.execute(select(rows.c.state)).scalars()) == {"sent"}

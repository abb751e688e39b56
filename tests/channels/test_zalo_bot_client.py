"""Our stand-in of the Bot Platform, spoken to by a client that others wrote: python-zalo-bot with a base address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import web
from zalo_bot import Bot

from bot.standins.zalo_bot import ZaloBotServer


@pytest.fixture
async def served() -> AsyncIterator[tuple[ZaloBotServer, str]]:
    """The stand-in, and its root."""
    server = ZaloBotServer(lambda: datetime.now(UTC))
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield server, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_client_of_others_learns_who_the_bot_is_and_sends(served: tuple[ZaloBotServer, str]) -> None:
    server, root = served
    server.wrote("1001", "xin chào")
    async with Bot(server.token, root) as bot:
        assert (await bot.get_me()).account_name == "bot.mot_cua"
        sent = await bot.send_message("1001", "Hồ sơ đã có kết quả")
    assert sent.message_id == "m1"
    assert [(one["chat_id"], one["text"]) for one in server.sent] == [("1001", "Hồ sơ đã có kết quả")]

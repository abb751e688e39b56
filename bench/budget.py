"""Many notices through a Telegram that enforces its limits: how fast they leave, and whether it says "too many"."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from aiohttp import web
from markupsafe import Markup

from bot.budgets import budgets_of
from bot.channels.telegram.channel import Telegram
from bot.delivery import Delivery
from bot.settings.delivery import Delivery as Settings
from bot.settling import Limits, Rules
from bot.standins.telegram import Limits as Enforced
from bot.standins.telegram import TelegramServer
from bot.store import Store
from handlers.messages import Reply
from storage import accounts
from storage.database import Database
from storage.delivery import outbox
from storage.delivery.outbox import NewRow
from storage.vault import Vault

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of it: messages that arrived, seconds from the first to the last, refusals, chats out of order."""

    arrived: int
    seconds: float
    refused: int
    disordered: int

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return (self.arrived - 1) / self.seconds if self.seconds else 0.0


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def served(application: web.Application) -> AsyncIterator[str]:
    """Run a stand-in and give its root."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def put_notices(database: Database, channel: str, chats: int, number: int, first: int = 1000) -> None:
    """Save notices in turn for so many chats, whose texts are numbers."""
    with database.transaction() as tx:
        ids = []
        for chat in range(first, first + chats):
            lane = accounts.lane_of(database.vault, channel, str(chat))
            ids.append(accounts.ensure(tx, channel=channel, address=str(chat), lane=lane, now=now()))
        for text in range(number):
            body = Reply(Markup(text)).to_json()
            row = NewRow(f"bench:{text}", ids[text % chats], channel, outbox.NOTICE, body)
            outbox.add(tx, row, now(), owner=None, lease_seconds=0)


async def send_through_telegram(url: str, vault: Vault, *, notices: int, chats: int, processes: int = 1) -> Sent:
    """Send notices with the default budget through a stand-in with Telegram's limits, by so many deliveries."""
    server = TelegramServer(limits=Enforced())
    database = Database(url, vault)
    put_notices(database, "telegram", chats, notices)
    async with served(server.application()) as root:
        rules = Rules(Limits(), budgets_of(Settings(), UTC))
        channels = [Telegram(server.token, root) for _ in range(processes)]
        stores = [Store(Database(url, vault)) for _ in range(processes)]
        pairs = zip(stores, channels, strict=True)
        deliveries = [Delivery(store, {"telegram": one}, uuid4().hex, now, rules) for store, one in pairs]
        loops = [asyncio.create_task(one.run()) for one in deliveries]
        until = time.monotonic() + 60 + 3 * notices / rules.budgets["telegram"].per_second
        while len(server.sent) < notices and time.monotonic() < until:
            await asyncio.sleep(0.05)
        for loop in loops:
            loop.cancel()
            with suppress(asyncio.CancelledError):
                await loop
        for delivery in deliveries:
            await delivery.close()
        for channel in channels:
            await channel.close()
        for store in stores:
            await store.close()
    database.close()
    return outcome(server)


def outcome(server: TelegramServer) -> Sent:
    """Count what the stand-in saw."""
    shown: defaultdict[int, list[int]] = defaultdict(list)
    for _, chat, text in server.sent:
        shown[chat].append(int(text))
    times = [at for at, _, _ in server.sent]
    disordered = sum(texts != sorted(set(texts)) for texts in shown.values())
    arrived = len({text for texts in shown.values() for text in texts})
    return Sent(arrived, max(times) - min(times), len(server.refusals), disordered)

"""How fast an outbox drains with budgets off and a sender that costs nothing."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from bench.budget import put_notices
from bench.platforms import now
from bot.channels.base import Outgoing
from bot.delivery import Delivery
from bot.settling import Limits, Rules
from bot.store import Store
from storage.database import Database
from storage.delivery.budgets import Budget
from storage.vault import Vault

CHANNEL = "bench"


class Free:
    """A channel that takes everything at once."""

    name = CHANNEL

    def __init__(self) -> None:
        self.taken = 0

    async def send(self, _message: Outgoing) -> str | None:
        """Take it."""
        self.taken += 1
        return "1"


async def drain(url: str, vault: Vault, *, notices: int, chats: int, watched: bool = False) -> tuple[float, float]:
    """Send so many notices; gives messages a second and the processor time of one in ms.

    `watched`: with a budget row that limits nothing, as a channel has whose limits are off in the settings.
    """
    database = Database(url, vault)
    put_notices(database, CHANNEL, chats, notices)
    database.close()
    store, channel = Store(Database(url, vault)), Free()
    rules = Rules(Limits(), {CHANNEL: Budget()} if watched else {})
    delivery = Delivery(store, {CHANNEL: channel}, "bench", now, rules)
    started, cpu = time.perf_counter(), time.process_time()
    running = asyncio.create_task(delivery.run())
    while channel.taken < notices:
        await asyncio.sleep(0.005)
    while delivery._senders:
        await asyncio.sleep(0.001)
    took, spent = time.perf_counter() - started, time.process_time() - cpu
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await store.close()
    return notices / took, spent / notices * 1000

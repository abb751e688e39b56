"""Many notices through platforms that enforce their limits: how fast they leave, and whether one says "too many"."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from aiohttp import web
from markupsafe import Markup

from bench.chaos_worker import channels_of
from bench.forks import forked
from bench.load import KEY
from bench.platforms import Platforms, now
from bot.budgets import budgets_of
from bot.delivery import Delivery
from bot.settings.delivery import Delivery as Settings
from bot.settling import Limits, Rules
from bot.standins.telegram import Limits as Enforced
from bot.store import Store
from handlers.messages import Reply
from storage import accounts
from storage.database import Database
from storage.delivery import outbox
from storage.delivery.outbox import NewRow
from storage.vault import Vault

HOST = "127.0.0.1"
FIRST = 1000  # the address of the first chat
HELD_SECONDS = 1.0  # in which no more may come once the day's number for notices is reached


@dataclass(frozen=True, slots=True)
class Order:
    """What is sent: so many notices to so many chats on a channel, by so many deliveries with these settings.

    `apart`: each delivery is a process of its own, which a PostgreSQL database can take.
    """

    channel: str
    notices: int
    chats: int
    processes: int = 1
    apart: bool = False
    given: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of it: messages that arrived, seconds from the first to the last, refusals, chats out of order.

    `first_day`: how many arrived before the clock was moved on by a day, where a day's number holds back.
    """

    arrived: int
    seconds: float
    refused: int
    disordered: int
    first_day: int

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return (self.arrived - 1) / self.seconds if self.seconds else 0.0


class Clock:
    """A clock that begins at noon, and can be moved on by a day."""

    def __init__(self) -> None:
        self._begins = datetime(2026, 11, 23, 12, tzinfo=UTC)
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        """Tell the time."""
        return self._begins + timedelta(seconds=time.monotonic() - self._since)

    def moves(self) -> None:
        """Let a day pass."""
        self._begins += timedelta(days=1)


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


def put_notices(database: Database, channel: str, chats: int, number: int) -> None:
    """Save notices in turn for so many chats, whose texts are numbers."""
    with database.transaction() as tx:
        ids = []
        for chat in addresses(chats):
            lane = accounts.lane_of(database.vault, channel, chat)
            ids.append(accounts.ensure(tx, channel=channel, address=chat, lane=lane, now=now()))
        for text in range(number):
            body = Reply(Markup(text)).to_json()
            row = NewRow(f"bench:{text}", ids[text % chats], channel, outbox.NOTICE, body)
            outbox.add(tx, row, now(), owner=None, lease_seconds=0)


def addresses(chats: int) -> Iterator[str]:
    """Name so many chats."""
    return map(str, range(FIRST, FIRST + chats))


async def send_through(url: str, vault: Vault, order: Order) -> Sent:
    """Send notices through a stand-in that enforces what the settings allow, and no more."""
    clock = Clock()
    platforms = Platforms(Enforced(), clock=now if order.apart else clock)
    budget = budgets_of(order.given, UTC)[order.channel]
    enforce(platforms, order.given, budget.burst)
    for chat in addresses(order.chats):
        platforms.know(order.channel, chat)
    database = Database(url, vault)
    put_notices(database, order.channel, order.chats, order.notices)
    database.close()
    orders = {"url": url, "key": KEY.hex(), "delivery": order.given.model_dump(mode="json"), "limits": {}}
    async with served(platforms.application()) as root, AsyncExitStack() as stack:
        orders |= platforms.orders(root)
        if order.apart:
            await stack.enter_async_context(forked(orders, order.processes))
        else:
            await stack.enter_async_context(deliveries(url, vault, orders, order, clock))
        seconds = 60 + 3 * order.notices / budget.per_second
        first = await arrive(platforms, budget.per_day * 9 // 10 or order.notices, seconds)
        if budget.per_day:
            await asyncio.sleep(HELD_SECONDS)
            first = len(platforms.came)
            clock.moves()
            await arrive(platforms, order.notices, seconds)
    return outcome(platforms, first)


def enforce(platforms: Platforms, given: Settings, burst: int) -> None:
    """Let the Official Account take just what the settings allow: in a minute the rate and one burst, in a day all."""
    known = platforms.zalo_oa.account
    known.per_minute = int(given.zalo_oa_per_minute) + burst
    known.per_day = given.zalo_oa_per_day


async def arrive(platforms: Platforms, notices: int, seconds: float) -> int:
    """Wait for so many seconds at most until all have arrived; gives how many."""
    until = time.monotonic() + seconds
    while len(platforms.came) < notices and time.monotonic() < until:
        await asyncio.sleep(0.05)
    return len(platforms.came)


@asynccontextmanager
async def deliveries(
    url: str, vault: Vault, orders: dict[str, Any], order: Order, clock: Callable[[], datetime]
) -> AsyncIterator[None]:
    """Run so many deliveries in this process, each with a store and connections of its own."""
    rules = Rules(Limits(), budgets_of(order.given, UTC))
    stores = [Store(Database(url, vault)) for _ in range(order.processes)]
    channels = [(await channels_of(orders, store, clock))[order.channel] for store in stores]
    pairs = zip(stores, channels, strict=True)
    running = [Delivery(store, {order.channel: one}, uuid4().hex, clock, rules) for store, one in pairs]
    loops = [asyncio.create_task(one.run()) for one in running]
    try:
        yield
    finally:
        for loop in loops:
            loop.cancel()
            with suppress(asyncio.CancelledError):
                await loop
        for delivery in running:
            await delivery.close()
        for channel in channels:
            await channel.close()
        for store in stores:
            await store.close()


def outcome(platforms: Platforms, first_day: int) -> Sent:
    """Count what the stand-ins saw."""
    shown: defaultdict[str, list[int]] = defaultdict(list)
    for chat, text in platforms.came:
        shown[chat].append(int(text))
    disordered = sum(texts != sorted(set(texts)) for texts in shown.values())
    arrived = len({text for texts in shown.values() for text in texts})
    seconds = max(platforms.times, default=0.0) - min(platforms.times, default=0.0)
    return Sent(arrived, seconds, platforms.refused, disordered, first_day)

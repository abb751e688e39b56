"""The load on one database, measured inside a process of its own: `python -m bench.load URL`, figures as JSON.

Started by `bench.turn`. The database must be empty; this process migrates nothing, so that alembic does not count
into its memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from markupsafe import Markup

from bot.channels.base import Outgoing
from bot.delivery import Delivery, Leased
from bot.store import Store
from bot.turns import Served, Turns
from handlers import turn
from handlers.messages import Incoming, Kind, Reply, Turn
from handlers.turn import Handlers, Lease, Situation
from storage import accounts, events
from storage.accounts import Account
from storage.database import Database
from storage.events import NewEvent
from storage.vault import Vault

CHANNEL = "bench"
TEXT = "xin cấp giấy phép xây dựng nhà xưởng cần những giấy tờ gì"  # as long as questions are
LEASE = Lease("bench", 60.0)
KEY = b"a key for the benchmark, 32 byte"


@dataclass(slots=True)
class Rate:
    """Turns a second and the processor time that this process spent on each, in milliseconds."""

    per_second: float
    cpu_ms: float


@dataclass(slots=True)
class Figures:
    """What one run measured: rates by conversations at once, latency in milliseconds, memory in MiB."""

    store: dict[int, Rate] = field(default_factory=dict)
    channel: dict[int, Rate] = field(default_factory=dict)
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    rss_mib: float = 0.0


class Collecting:
    """A channel that takes every message at once."""

    name = CHANNEL

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}

    async def send(self, message: Outgoing) -> str | None:
        """Take it and note when it came."""
        self.arrived[message.address] = time.perf_counter()
        return "1"


class Watched(Delivery):
    """A delivery that tells when a message is settled."""

    waiting: dict[str, asyncio.Future[None]]

    async def _send_one(self, leased: Leased) -> bool:
        sent = await super()._send_one(leased)
        self.waiting.pop(leased.row.address).set_result(None)
        return sent


def echo(situation: Situation) -> Turn:
    return Turn((Reply(Markup.escape(situation.incoming.text)),), situation.session)


def sorry(_account: Account) -> Turn:
    return Turn()


def now() -> datetime:
    return datetime.now(UTC)


def most_memory() -> float:
    """The most memory (resident, MiB) that this process ever had. `getrusage` would count its parent's before exec."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


class Bench:
    """A running store, turns and delivery, and people who write."""

    def __init__(self, url: str) -> None:
        self.vault = Vault(KEY)
        self.store = Store(Database(url, self.vault))
        self.channel = Collecting()
        self.handlers = Handlers(echo, sorry)
        self.delivery = Watched(self.store, {CHANNEL: self.channel}, LEASE.owner, now)
        self.delivery.waiting = {}
        self.turns = Turns(self.store, self.handlers, self.delivery, Served([CHANNEL]), now)
        self._keys = count()

    def event(self, chat: str) -> NewEvent:
        """A message of this chat."""
        lane = accounts.lane_of(self.vault, CHANNEL, chat)
        body = Incoming(Kind.TEXT, TEXT).to_json()
        return NewEvent(CHANNEL, f"e{next(self._keys)}", "message", body, lane, chat)

    async def store_alone(self, chat: str) -> None:
        """One message as two commits, without delivery: the replies stay in the outbox."""
        new = self.event(chat)
        await self.store.write("accept", lambda tx: events.accept(tx, new, now()))
        await self.store.write("turn", lambda tx: turn.take(tx, new.lane, self.handlers, LEASE, now()))

    async def with_channel(self, chat: str) -> None:
        """One message until its reply was sent and is settled: three commits."""
        settled = self.delivery.waiting[chat] = asyncio.get_running_loop().create_future()
        await self.turns.take(self.event(chat))
        await settled

    async def rate(self, say: Callable[[str], Awaitable[None]], people: int, seconds: float, name: str) -> Rate:
        """Let so many people write for some seconds, each the next message after the answer to the last."""

        async def talk(number: int) -> int:
            said = 0
            while time.perf_counter() < until:
                await say(f"{name}{number}")
                said += 1
            return said

        started, cpu = time.perf_counter(), time.process_time()
        until = started + seconds
        said = sum(await asyncio.gather(*(talk(number) for number in range(people))))
        took, spent = time.perf_counter() - started, time.process_time() - cpu
        return Rate(said / took, spent / said * 1000)

    async def latency(self, per_second: float, seconds: float) -> tuple[float, float]:
        """Messages of new people at random moments; p50 and p99 in ms from the moment until the reply is sent."""
        chance = random.Random(5)  # the same moments in every run
        chats = count()
        taken: list[float] = []
        talks: list[asyncio.Task[None]] = []

        async def one(due: float) -> None:
            chat = f"l{next(chats)}"
            await self.with_channel(chat)
            taken.append((self.channel.arrived[chat] - due) * 1000)

        due = started = time.perf_counter() + 0.1
        while due < started + seconds:
            await asyncio.sleep(due - time.perf_counter())
            talks.append(asyncio.create_task(one(due)))
            due += chance.expovariate(per_second)
        await asyncio.gather(*talks)
        taken.sort()
        return taken[len(taken) // 2], taken[int(len(taken) * 0.99)]


async def measure(url: str, people: list[int], seconds: float, per_second: float) -> Figures:
    bench, figures = Bench(url), Figures()
    loops = [asyncio.create_task(bench.delivery.run()), asyncio.create_task(bench.turns.watch())]
    await bench.rate(bench.with_channel, 4, min(seconds, 0.5), "warm")
    for number in people:
        figures.channel[number] = await bench.rate(bench.with_channel, number, seconds, f"c{number}-")
    figures.p50_ms, figures.p99_ms = await bench.latency(per_second, seconds * 2)
    for loop in loops:
        loop.cancel()
    for number in people:
        figures.store[number] = await bench.rate(bench.store_alone, number, seconds, f"s{number}-")
    await bench.turns.close()
    await bench.store.close()
    figures.rss_mib = most_memory()
    return figures


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("url")
    options.add_argument("--people", type=int, nargs="+", default=[1, 4, 16, 64])
    options.add_argument("--seconds", type=float, default=2.0)
    options.add_argument("--per-second", type=float, default=100.0)
    given = options.parse_args()
    figures = asyncio.run(measure(given.url, given.people, given.seconds, given.per_second))
    json.dump(asdict(figures), sys.stdout)


if __name__ == "__main__":
    main()

"""Chaos: three processes on PostgreSQL of which one is killed again and again, behind platforms that fail a tenth.

In the end every message must have arrived, once, but for those in doubt: these are counted, and a repeat is marked.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from bench.budget import served
from bench.chaos_worker import NEWS
from bench.forks import Forks, forked
from bench.load import KEY
from bench.platforms import CHANNELS, SEED, Key, Platforms, now
from bot.channels.base import REPEATED
from bot.standins.telegram import Limits as Enforced
from bot.store import Store
from handlers.messages import Incoming, Kind
from storage import accounts, events
from storage.database import Connection, Database
from storage.delivery.outbox import OPEN
from storage.events import NewEvent
from storage.schema import account, event, outbox
from storage.vault import Vault

AUTHORISE_SECONDS = 1.0  # between looks of the account's administrator


@dataclass(frozen=True, slots=True)
class Plan:
    """How much happens, for how long, how often a process is killed. Times in seconds."""

    seconds: float = 120.0
    kill_every: float = 10.0
    processes: int = 3
    chats: int = 40
    replies_per_second: float = 4.0
    news_every: float = 5.0  # each is a notice to every chat
    wrong: float = 0.1  # of the calls
    token_seconds: float = 20.0  # how long a token of the Official Account lives
    end_every: float = 15.0  # now and then one ends before its time
    send_seconds: float = 2.0
    lease_seconds: float = 6.0
    end_seconds: float = 120.0  # after which what is still open counts as lost


@dataclass(slots=True)
class Found:
    """What came of it."""

    kills: int = 0
    expected: int = 0
    arrived: int = 0
    refused: int = 0  # 429
    repeated: int = 0  # arrived again, marked, and in doubt before
    in_doubt: int = 0  # not repeated, or not once more, since they may have arrived
    doubt_lost: int = 0  # of these, those that did not
    renewals: int = 0  # of the Official Account's token
    authorised: int = 0  # anew, by a person, for a new pair was lost on its way
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, faults {dict(self.faults)}; {self.arrived} of {self.expected} messages arrived;"
            f" {self.repeated} arrived again, each marked; {self.in_doubt} stayed in doubt, of which"
            f" {self.doubt_lost} had not arrived; {self.refused} times too many (429);"
            f" the Official Account's token renewed {self.renewals} times, authorised anew {self.authorised} times"
        )

    def check(self) -> None:
        """Say what was counted, and fail where a promise was broken."""
        print(self)
        assert not self.wrong, "\n".join(self.wrong[:20])


class Chaos:
    """One run."""

    def __init__(self, url: str, plan: Plan) -> None:
        self.url, self.plan = url, plan
        self.vault = Vault(KEY)
        self.store = Store(Database(url, self.vault))
        self.platforms = Platforms(Enforced(chat=(3, 1.0)), plan.wrong, plan.send_seconds * 1.5, plan.token_seconds)
        self.chats = [(CHANNELS[number % 3], str(1000 + number)) for number in range(plan.chats)]
        for channel, address in self.chats:
            self.platforms.know(channel, address)
        self.accounts: list[int] = []
        self.expected: dict[Key, tuple[str, str]] = {}  # message → key of its event, kind
        self._chance = random.Random(SEED)

    def _begin(self, tx: Connection) -> list[int]:
        return [
            accounts.ensure(tx, channel=channel, address=address, lane=self._lane(channel, address), now=now())
            for channel, address in self.chats
        ]

    def _lane(self, channel: str, address: str) -> str:
        return accounts.lane_of(self.vault, channel, address)

    async def _accept(self, new: NewEvent) -> None:
        await self.store.write("chaos", lambda tx: events.accept(tx, new, now()))

    async def says(self, number: int) -> None:
        """Let somebody say something."""
        channel, address = self._chance.choice(self.chats)
        text = f"r{number:06d}"
        body = Incoming(Kind.TEXT, text).to_json()
        await self._accept(NewEvent(channel, text, "message", body, self._lane(channel, address), address))
        self.expected[f"{channel} {address}", text] = text, "reply"

    async def happens(self, number: int) -> None:
        """Let something happen of which every chat hears."""
        text = f"n{number:06d}"
        body = json.dumps({"accounts": self.accounts, "text": text})
        await self._accept(NewEvent(NEWS, text, NEWS, body, self.vault.digest(NEWS)))
        self.expected |= {(f"{channel} {address}", text): (text, "notice") for channel, address in self.chats}

    async def run(self, found: Found) -> None:
        """Let it happen, kill, and wait until all is quiet."""
        self.accounts = await self.store.write("chaos_begin", self._begin)
        async with (
            served(self.platforms.application()) as root,
            forked(self._orders(root), self.plan.processes) as forks,
        ):
            person = asyncio.create_task(self._authorise())
            await asyncio.gather(
                self._every(1 / self.plan.replies_per_second, self.says),
                self._every(self.plan.news_every, self.happens),
                self._every(self.plan.end_every, self._end_the_token),
                self._kill(forks, found),
            )
            await self._quiet()
            person.cancel()
        await self.store.read(lambda tx: self._judge(tx, found))

    def _orders(self, root: str) -> dict[str, Any]:
        limits = {"lease_seconds": self.plan.lease_seconds, "send_seconds": self.plan.send_seconds}
        return {"url": self.url, "key": KEY.hex(), "delivery": {}, "limits": limits, **self.platforms.orders(root)}

    async def _end_the_token(self, _number: int) -> None:
        self.platforms.end_the_token()

    async def _authorise(self) -> None:
        while True:
            await self.platforms.authorise(self.store)
            await asyncio.sleep(AUTHORISE_SECONDS)

    async def _every(self, seconds: float, do: Callable[[int], Any]) -> None:
        until = time.monotonic() + self.plan.seconds
        number = 0
        while time.monotonic() < until:
            await do(number)
            number += 1
            await asyncio.sleep(seconds)

    async def _kill(self, forks: Forks, found: Found) -> None:
        until = time.monotonic() + self.plan.seconds
        while time.monotonic() < until:
            await asyncio.sleep(self.plan.kill_every)
            forks.kill()
            found.kills += 1
            await forks.start()

    async def _quiet(self) -> None:
        until = time.monotonic() + self.plan.end_seconds
        while await self.store.read(_open) and time.monotonic() < until:
            await asyncio.sleep(0.2)

    def _judge(self, tx: Connection, found: Found) -> None:
        """Compare what arrived with what should have, and with what the outbox says of it."""
        arrived: defaultdict[Key, list[bool]] = defaultdict(list)
        order: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for chat, shown in self.platforms.came:
            text = shown.removeprefix(REPEATED).strip()
            if (chat, text) not in arrived:
                order[chat, text[0]].append(text)
            arrived[chat, text].append(shown.startswith(REPEATED))
        found.expected, found.arrived = len(self.expected), len(arrived)
        found.refused, found.faults = self.platforms.refused, self.platforms.faults.made
        found.renewals, found.authorised = self.platforms.zalo_oa.account.renewals, self.platforms.authorised
        found.wrong += [f"came out of nowhere: {key}" for key in arrived.keys() - self.expected.keys()]
        found.wrong += [f"{at}: out of order {texts}" for at, texts in order.items() if texts != sorted(texts)]
        rows = {(f"{row.channel} {row.address}", row.key): row for row in tx.execute(_ROWS)}
        for key in self.expected:
            _judge_one(key, arrived.get(key, []), rows.get(key), found)


_ROWS = (
    select(outbox.c.channel, account.c.address, event.c.key, outbox.c.state, outbox.c.repeats, outbox.c.error)
    .select_from(outbox)
    .join(account)
    .join(event, outbox.c.event_id == event.c.id)
)


def _judge_one(key: Key, marks: list[bool], row: Any, found: Found) -> None:
    if row is None or row.state not in ("sent", "uncertain"):
        found.wrong.append(f"{key}: {'never saved' if row is None else f'{row.state}: {row.error}'}")
        return
    if row.state == "uncertain":
        found.in_doubt += 1
        found.doubt_lost += not marks
    elif not marks:
        found.wrong.append(f"{key}: lost, though it is settled as sent")
    again = marks[1:]
    if len(again) > row.repeats or not all(again):
        found.wrong.append(f"{key}: came {len(marks)} times ({marks}) with {row.repeats} sends in doubt")
    found.repeated += len(again)


def _open(tx: Connection) -> int:
    rows = select(func.count()).where(outbox.c.state.in_(OPEN)).scalar_subquery()
    waiting = select(func.count()).where(event.c.state == "pending").scalar_subquery()
    return int(tx.execute(select(rows + waiting)).scalar_one())


async def chaos(url: str, plan: Plan) -> Found:
    """Run it on an empty PostgreSQL database."""
    found, one = Found(), Chaos(url, plan)
    try:
        await one.run(found)
    finally:
        await one.store.close()
    return found

"""Processes to be killed: `python -m bench.chaos_worker ORDERS`, which forks one for each line that it reads.

Each is a whole process of the product around made-up handlers: turns, delivery with the default budgets, Telegram,
Zalo's Bot Platform and its Official Account over real HTTP.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from markupsafe import Markup

from bot.budgets import budgets_of
from bot.channels.base import Channel
from bot.channels.telegram.channel import Telegram
from bot.channels.zalo import oa, tokens
from bot.channels.zalo.bot import ZaloBot
from bot.channels.zalo.oa import ZaloOa
from bot.delivery import Delivery
from bot.settings.delivery import Delivery as Settings
from bot.settings.zalo import ZaloBot as ZaloBotSettings
from bot.settings.zalo import ZaloOa as ZaloOaSettings
from bot.settling import Limits, Rules
from bot.store import Store
from bot.turns import Served, Turns
from handlers.messages import Happening, Notice, Reply, Turn
from handlers.turn import Handlers, Situation
from storage.database import Connection, Database
from storage.events import Pending
from storage.vault import Vault

NEWS = "news"  # the channel and the kind of the events that everybody hears of


def now() -> datetime:
    return datetime.now(UTC)


def answer(situation: Situation) -> Turn:
    """Say what was said."""
    return Turn((Reply(Markup.escape(situation.incoming.text)),), situation.session)


def news(_tx: Connection, event: Pending, _now: datetime) -> list[Happening]:
    """Something happened of which all these accounts hear."""
    return [Happening(NEWS, json.loads(event.body))]


def told(_tx: Connection, happening: Happening, _now: datetime) -> Iterator[Notice]:
    for account_id in happening.facts["accounts"]:
        yield Notice(account_id, Reply(Markup.escape(happening.facts["text"])))


class Closing(Channel, Protocol):
    """A channel whose connections can be closed."""

    async def close(self) -> None:
        """Close the connections."""
        ...


async def unheard(_channel: str, _why: str) -> None:
    """Nobody is there to hear of a trouble."""


async def channels_of(orders: Mapping[str, Any], store: Store, clock: Callable[[], datetime]) -> dict[str, Closing]:
    """Make the channels that send to the platforms of these orders (`Platforms.orders`)."""
    official = ZaloOa(ZaloOaSettings(**orders["zalo_oa"]), clock)
    await official.begin(store, unheard)
    return {
        "telegram": Telegram(**orders["telegram"]),
        "zalo_bot": ZaloBot(ZaloBotSettings(**orders["zalo_bot"])),
        "zalo_oa": official,
    }


def hurry(limits: Mapping[str, float]) -> None:
    """Let the Official Account's channel wait as much shorter as a send may take shorter here than in service."""
    oa.PREPARE_SECONDS = oa.SEND_SECONDS = limits["send_seconds"] * 0.4
    tokens.LEASE_SECONDS = limits["lease_seconds"]


async def work(orders: dict[str, Any]) -> None:
    """Work until killed."""
    store = Store(Database(orders["url"], Vault(bytes.fromhex(orders["key"]))))
    channels = await channels_of(orders, store, now)
    limits = Limits()
    if orders["limits"]:
        hurry(orders["limits"])
        limits = replace(Limits(poll_seconds=0.5, backoff_seconds=0.5, backoff_most_seconds=5.0), **orders["limits"])
    rules = Rules(limits, budgets_of(Settings(**orders["delivery"]), UTC))
    delivery = Delivery(store, channels, f"process {os.getpid()}", now, rules)
    handlers = Handlers(answer, lambda _account: Turn(), {NEWS: news}, rules={NEWS: told})
    turns = Turns(store, handlers, delivery, Served([*channels, NEWS]), now)
    await asyncio.gather(turns.watch(), delivery.run())


def main() -> None:
    orders = json.loads(sys.argv[1])
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(work(orders))
            finally:
                os._exit(1)
        print(child, flush=True)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass


if __name__ == "__main__":
    main()

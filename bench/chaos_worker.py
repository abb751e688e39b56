"""The processes that chaos kills: `python -m bench.chaos_worker ORDERS`, which forks one for each line that it reads.

Each is a whole process of the product around made-up handlers: turns, delivery with the default budgets, Telegram and
Zalo's Bot Platform over real HTTP.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup
from pydantic import SecretStr

from bot.budgets import budgets_of
from bot.channels.base import Channel
from bot.channels.telegram.channel import Telegram
from bot.channels.zalo.bot import ZaloBot
from bot.delivery import Delivery
from bot.settings.delivery import Delivery as Settings
from bot.settings.zalo import ZaloBot as ZaloBotSettings
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


async def work(orders: dict[str, Any]) -> None:
    """Work until killed."""
    store = Store(Database(orders["url"], Vault(bytes.fromhex(orders["key"]))))
    zalo = ZaloBotSettings(token=SecretStr(orders["zalo_token"]), base_url=orders["zalo"])
    channels: dict[str, Channel] = {
        "telegram": Telegram(orders["telegram_token"], orders["telegram"]),
        "zalo_bot": ZaloBot(zalo),
    }
    limits = replace(Limits(poll_seconds=0.5, backoff_seconds=0.5, backoff_most_seconds=5.0), **orders["limits"])
    rules = Rules(limits, budgets_of(Settings(), UTC))
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

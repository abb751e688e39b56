"""Two processes that open a topic of a group by its first message, one after the other: the first dies at a point.

`python -m tests.crash.topic_worker URL ROOT POINT`
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime

from sqlalchemy import text

from bot import points
from bot.channels.telegram.channel import Telegram
from bot.delivery import Delivery
from bot.settling import Limits
from bot.standins.telegram import TOKEN
from bot.store import Store
from storage.database import Database
from tests.crash.fates import die
from tests.engines import VAULT

LONG_AGO = "2000-01-01 00:00:00"


def clock() -> datetime:
    return datetime.now(UTC)


async def work(url: str, root: str) -> None:
    store, telegram = Store(Database(url, VAULT)), Telegram(TOKEN, root)
    delivery = Delivery(store, {"telegram": telegram}, f"worker {os.getpid()}", clock, Limits(poll_seconds=0.1))
    await delivery.idle()
    await telegram.close()
    await store.close()


def main(url: str, root: str, point: str) -> None:
    child = os.fork()
    if child == 0:
        points.hook = lambda name: die() if name == point else None
        asyncio.run(work(url, root))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, f"it never came to {point}"
    database = Database(url, VAULT)
    with database.transaction() as tx:
        tx.execute(text("UPDATE outbox SET lease_until = :ago WHERE lease_until IS NOT NULL"), {"ago": LONG_AGO})
    database.close()
    asyncio.run(work(url, root))


if __name__ == "__main__":
    main(*sys.argv[1:])

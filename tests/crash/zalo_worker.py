"""Two processes that renew Zalo's token and note a contact, one after the other: the first dies at a point.

`python -m tests.crash.zalo_worker URL ROOT POINT NTH` prints the token that the second has, or what it waits for.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import text

from bot import points
from bot.channels.zalo.contacts import Contacts
from bot.channels.zalo.http import Http
from bot.channels.zalo.oa_reading import Receipt
from bot.channels.zalo.receipts import Receipts
from bot.channels.zalo.tokens import Tokens
from bot.standins.zalo_oa import Account, ZaloOaServer
from bot.store import Store
from knowledge.errors import TryLater
from storage.database import Database
from tests.channels.zalo_desk import WHO, settings
from tests.crash.fates import die
from tests.engines import VAULT


def clock() -> datetime:
    return datetime.now(UTC)


def die_at(point: str, nth: int) -> None:
    left = nth

    def reached(name: str) -> None:
        nonlocal left
        left -= name == point
        if left == 0:
            die()

    points.hook = reached


async def work(url: str, root: str) -> str:
    store, http = Store(Database(url, VAULT)), Http()
    seed = SecretStr(Account.refresh)
    tokens = Tokens(http, settings(root, ZaloOaServer(clock), refresh_token=seed), clock, f"worker {os.getpid()}")
    try:
        await tokens.begin(store)
        contacts = Contacts(store, "zalo_oa", clock)
        await contacts.note(WHO)
        await contacts.make_way(WHO, None, timedelta(minutes=30))
        await contacts.spoil_phone(WHO)
        await Receipts(store, clock).note(Receipt(("m1",), seen=True, at=None))
        return await tokens.access()
    except TryLater as error:
        return f"waits: {error}"
    finally:
        await tokens.close()
        await http.close()
        await store.close()


def let_leases_end(url: str) -> None:
    database = Database(url, VAULT)
    with database.transaction() as tx:
        tx.execute(text("UPDATE zalo_token SET lease_until = NULL"))
    database.close()


def main(url: str, root: str, point: str, nth: str) -> None:
    child = os.fork()
    if child == 0:
        die_at(point, int(nth))
        asyncio.run(work(url, root))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, f"it never came to {point}"
    let_leases_end(url)
    sys.stdout.write(asyncio.run(work(url, root)))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A running bot together with the Telegram that it talks to, and ways to look at both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy import select

from storage.database import Database
from storage.schema import account
from storage.schema import outbox as outbox_table
from tests.channels.samples import GROUP, Json
from tests.e2e.running_bot import SECRET, TOKEN, Bot
from tests.e2e.standins.telegram import Standin, standin

WELCOME = "trợ lý tự động"


@contextmanager
def bot_on(folder: Path, database: str, telegram: str, mode: str = "polling") -> Iterator[Bot]:
    """A bot; whatever happens, its log must hold no secret and no traceback."""
    bot = Bot(folder, database, telegram, mode)
    try:
        yield bot
    finally:
        bot.kill()
        log = bot.log()
        assert TOKEN not in log
        assert SECRET not in log
        assert "Traceback" not in log, log


@asynccontextmanager
async def running(folder: Path, database: str, mode: str = "polling") -> AsyncIterator[tuple[Bot, Standin]]:
    """A bot that runs, and the Telegram that it talks to."""
    async with standin(TOKEN) as telegram:
        with bot_on(folder, database, telegram.address, mode) as bot:
            await asyncio.to_thread(bot.start)
            yield bot, telegram


def in_chat(raw: Json, chat: int) -> Json:
    """The same update in another private chat."""
    place = {"id": chat, "type": "private", "first_name": "An"}
    made = dict(raw)
    for kind in ("message", "edited_message", "my_chat_member"):
        if isinstance(made.get(kind), dict) and made[kind].get("chat", {}) != GROUP and "date" in made[kind]:
            made[kind] = made[kind] | {"chat": place}
    if "callback_query" in made:
        under = made["callback_query"]["message"] | {"chat": place}
        made["callback_query"] = made["callback_query"] | {"message": under}
    return made


def states(database: Database, address: str) -> list[str]:
    with database.transaction() as tx:
        of_account = select(outbox_table.c.state).join(account).where(account.c.address == address)
        return list(tx.execute(of_account).scalars())

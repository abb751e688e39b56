"""The stand-in of the Bot API for end-to-end tests: planned answers, and people who wait for what they see."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from bot.standins.telegram import SECRET_HEADER as SECRET_HEADER
from bot.standins.telegram import Answer, TelegramServer
from bot.standins.telegram import no as no
from tests.channels.samples import BOT, Json

REPEAT_SECONDS = 0.2


class Standin(TelegramServer):
    """The server and the people behind it."""

    def __init__(self, token: str) -> None:
        super().__init__(token, bot=BOT)
        self._planned: defaultdict[str, list[Answer | Callable[[Json], Answer | None]]] = defaultdict(list)
        self.asked: list[tuple[float, str, Json]] = []
        self.address = ""

    def plan(self, method: str, *answers: Answer | Callable[[Json], Answer | None]) -> None:
        """Answer the next calls of a method with these."""
        self._planned[method] += answers

    async def answer(self, method: str, given: Json) -> Answer:
        self.asked.append((time.monotonic(), method, given))
        if self._planned[method]:
            planned = self._planned[method].pop(0)
            found = planned(given) if callable(planned) else planned
            if found is not None:
                return found
        return await super().answer(method, given)

    async def deliver(self, raw: Json, seconds: float = 60.0) -> int:
        """Call the webhook until it says that the update is safe, as Telegram does; gives how often it was called."""
        assert self.webhook is not None
        url, secret = self.webhook
        self._number += 1
        body = {**raw, "update_id": self._number}
        until, calls = time.monotonic() + seconds, 0
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < until:
                calls += 1
                try:
                    async with session.post(url, json=body, headers={SECRET_HEADER: secret}) as answer:
                        if answer.status < 300:
                            return calls
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(REPEAT_SECONDS)
        raise AssertionError("the webhook never took it")

    def of(self, method: str) -> list[Json]:
        """The parameters of every call of a method so far."""
        return [asked for _, name, asked in self.asked if name == method]

    def times(self, method: str) -> list[float]:
        """When a method was called, in monotonic seconds."""
        return [at for at, name, _ in self.asked if name == method]

    def shown(self, chat: int) -> list[str]:
        """The texts that a chat shows, in order."""
        return [given["text"] for (place, _), given in sorted(self.messages.items()) if place == chat]

    async def until(self, true: Callable[[], object], what: str, seconds: float = 60.0) -> None:
        """Wait for something to become true."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"{what}; asked: {[name for _, name, _ in self.asked][-20:]}"
            await asyncio.sleep(0.02)

    async def answers(self, chat: int, count: int, what: str) -> None:
        """Wait until the chat shows so many messages."""
        await self.until(lambda: len(self.shown(chat)) >= count, f"{what}: not answered")

    async def sees(self, wanted: str, chat: int = 100) -> int:
        """Wait until the chat shows a message with these words; gives its id."""

        def found() -> list[int]:
            of_chat = sorted(((at, shown) for at, shown in self.messages.items() if at[0] == chat), reverse=True)
            return [number for (_, number), shown in of_chat if wanted in shown["text"]]

        await self.until(found, f"{wanted!r} was not said")
        return found()[0]


async def _rounds() -> None:
    """Let the loop turn a few times, however long one turn takes on a busy machine."""
    for _ in range(10):
        await asyncio.sleep(0.01)


@asynccontextmanager
async def standin(token: str) -> AsyncIterator[Standin]:
    """Run the server on a free port."""
    made = Standin(token)
    runner = web.AppRunner(made.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await _rounds()  # what a killed bot had begun is accepted: asyncio leaks a connection accepted while it closes
        await runner.cleanup()
        await _rounds()

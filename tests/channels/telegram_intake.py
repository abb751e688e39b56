"""Where updates go in the tests of receiving: an intake that remembers what it was given."""

from __future__ import annotations

import asyncio

from bot.channels.telegram.reading import Me
from handlers.messages import Incoming
from knowledge.errors import Unavailable
from tests.channels.samples import BOT

ME = Me(BOT["id"], BOT["username"])


class Intake:
    """Takes everything in, unless it is out of reach; remembers keys as the database does."""

    def __init__(self) -> None:
        self.received: list[tuple[str, Incoming, str | None]] = []
        self.presence: list[tuple[str, bool]] = []
        self.moves: list[tuple[str, str]] = []
        self.outages = 0
        self.broken = False
        self.came = asyncio.Event()

    def _reach(self) -> None:
        if self.outages:
            self.outages -= 1
            raise Unavailable("out of reach")
        if self.broken:
            raise RuntimeError("a bug")

    async def receive(self, _channel: str, address: str, incoming: Incoming, key: str | None = None) -> bool:
        await asyncio.sleep(0)
        self._reach()
        self.came.set()
        if any(key == known for _, _, known in self.received):
            return False
        self.received.append((address, incoming, key))
        return True

    async def present(self, _channel: str, address: str, *, here: bool) -> None:
        self._reach()
        self.presence.append((address, here))

    async def moved(self, _channel: str, old: str, new: str) -> None:
        self._reach()
        self.moves.append((old, new))

    async def is_awaited(self, _channel: str, _address: str) -> bool:
        return True

    def texts(self) -> list[str]:
        return [incoming.text for _, incoming, _ in self.received]

"""The Official Account's channel before the stand-in: tokens and contacts without a database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from aiohttp import web
from pydantic import SecretStr

from bot.channels.zalo.contacts import Contacts
from bot.channels.zalo.oa import ZaloOa
from bot.channels.zalo.oa_reading import Receipt
from bot.channels.zalo.receipts import Receipts
from bot.channels.zalo.tokens import Tokens
from bot.settings.zalo import ZaloOa as Settings
from bot.standins.zalo_oa import Person, ZaloOaServer

WHO = "246845883529000001"


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def moves(self, **span: float) -> None:
        self.now += timedelta(**span)


class KnownTokens(Tokens):
    """Has the token that the stand-in gave, and another when that is refused."""

    def __init__(self, server: ZaloOaServer) -> None:
        self._server = server
        self.current: str = server.renew()["access_token"]

    async def access(self) -> str:
        return self.current

    async def renewed(self, stale: str) -> str:
        assert stale == self.current
        self.current = self._server.renew()["access_token"]
        return self.current


class KnownContacts(Contacts):
    """Notes contacts in a list; everybody can be written to unless `closed`."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.ways: list[tuple[str, datetime | None, timedelta]] = []
        self.closed = False
        self.agreed: str | None = None

    async def note(self, address: str) -> None:
        self.noted.append(address)

    async def make_way(self, address: str, at: datetime | None, span: timedelta) -> datetime:
        self.ways.append((address, at, span))
        return (at or datetime.now(UTC)) + span

    async def last(self, address: str) -> datetime | None:  # noqa: ARG002
        return datetime(2026, 1, 1, tzinfo=UTC) if self.closed else None

    async def phone(self, address: str) -> str | None:  # noqa: ARG002
        return self.agreed

    async def spoil_phone(self, address: str) -> None:  # noqa: ARG002
        self.agreed = None


class KnownReceipts(Receipts):
    """Notes receipts in a list."""

    def __init__(self) -> None:
        self.noted: list[Receipt] = []

    async def note(self, receipt: Receipt) -> None:
        self.noted.append(receipt)


def settings(root: str, server: ZaloOaServer, **more: Any) -> Settings:
    """The settings for a stand-in at this root."""
    known = server.account
    secrets = {"app_secret": SecretStr(known.app_secret), "oa_secret": SecretStr(known.oa_secret)}
    roots = {"openapi_url": root, "oauth_url": root, "business_url": root}
    return Settings(**{"app_id": known.app_id, "oa_id": known.oa_id, **secrets, **roots, **more})


class Serving(Protocol):
    """A stand-in."""

    def application(self) -> web.Application: ...


@asynccontextmanager
async def served(server: Serving) -> AsyncIterator[str]:
    """Let a stand-in listen; gives its root."""
    runner = web.AppRunner(server.application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextmanager
def begun(zalo: ZaloOa, server: ZaloOaServer) -> Iterator[KnownContacts]:
    """Let a channel have tokens and contacts without a database."""
    contacts = KnownContacts()
    zalo.tokens, zalo.contacts, zalo.receipts = KnownTokens(server), contacts, KnownReceipts()
    yield contacts


@dataclass
class Desk:
    """A channel and the servers that it talks to."""

    zalo: ZaloOa
    server: ZaloOaServer
    contacts: KnownContacts
    root: str

    def messages(self) -> list[dict[str, Any]]:
        """What was asked to be sent, as it was written."""
        return [body for _, body in self.server.asked]


@asynccontextmanager
async def desk(**more: Any) -> AsyncIterator[Desk]:
    """Open the channel before a stand-in that knows one person, who wrote just now."""
    clock = Clock()
    server = ZaloOaServer(clock)
    server.people[WHO] = Person(clock())
    async with served(server) as root:
        zalo = ZaloOa(settings(root, server, **more), clock)
        try:
            with begun(zalo, server) as contacts:
                yield Desk(zalo, server, contacts, root)
        finally:
            await zalo.close()

"""The whole bot on Zalo, in this process: the app, its server, the stand-in, and people who write there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from markupsafe import Markup

from bot.app import App, running
from bot.channels.zalo.oa import ZaloOa
from bot.channels.zalo.running import Zalo
from bot.server import Server
from bot.settings import Settings, load
from bot.standins.zalo_oa import Json, Person, ZaloOaServer
from handlers.messages import Reply
from storage import accounts
from storage.accounts import lane_of
from storage.delivery import outbox
from storage.delivery.outbox import NewRow
from storage.officials import register as officials
from storage.officials.register import Role
from tests.channels.zalo_desk import WHO, Clock, served
from tests.cli.motcua import put_key

PATH = "/zalo/oa/webhook"


@dataclass
class Town:
    """The bot, Zalo, and the clock of both."""

    app: App
    server: ZaloOaServer
    clock: Clock
    zalo: ZaloOa
    webhook: str
    session: aiohttp.ClientSession

    async def tells(self, event: Json, *, by_phone: bool = False) -> None:
        """Let Zalo tell the bot something, and let everything come of it that comes."""
        answered = 503  # a busy machine may need longer than Zalo waits, and then Zalo calls again
        while answered == 503:
            answered = await self.server.tell(self.session, self.webhook, event, by_phone=by_phone)
        assert answered == 200
        await self.settles()

    async def says(self, text: str, who: str = WHO) -> list[str]:
        """Let somebody write, and give what they were answered."""
        before = len(self.server.sent)
        await self.tells(self.server.wrote(who, text))
        return [sent.message.get("text", "") for sent in self.server.sent[before:] if sent.to == who]

    async def settles(self) -> None:
        """Wait until nothing more is to be done."""
        for lane in await self.app.store.read(self.app.turns._waiting):
            self.app.turns.wake(lane)
        await self.app.turns.idle()

    async def notice(self, text: str, who: str = WHO, *, code: str = "") -> int:
        """Let the bot have something to tell that nobody asked for; gives the row. `code`: it can be told by phone."""
        told = ((("code", code), ("status", text), ("time", "10:00")),) if code else ()
        lane = lane_of(self.app.database.vault, "zalo_oa", who)

        def add(tx: Any) -> int:
            known = accounts.by_lane(tx, lane)
            assert known is not None
            row = NewRow(
                f"test:{text}", known[0].id, "zalo_oa", outbox.NOTICE, Reply(Markup(text), by_phone=told).to_json()
            )
            return outbox.add(tx, row, self.clock(), owner=None, lease_seconds=0)

        with self.app.database.transaction() as tx:
            row = add(tx)
        await self.settles()
        return row

    def is_administrator(self, who: str) -> None:
        """Let somebody, who wrote just now, be an administrator of the bot."""
        self.server.people[who] = Person(self.clock())
        with self.app.database.transaction() as tx:
            lane, now = lane_of(self.app.database.vault, "zalo_oa", who), self.clock()
            account = accounts.ensure(tx, channel="zalo_oa", address=who, lane=lane, now=now)
            _, code = officials.invite_new(tx, Role.ADMINISTRATOR, "An", now, now + timedelta(days=1))
            found = officials.open_invite(tx, code, now)
            assert found is not None
            assert officials.accept(tx, found, account, now)

    async def reads(self, statement: Any) -> list[Any]:
        return await self.app.store.read(lambda tx: list(tx.execute(statement)))


def environment(root: str, server: ZaloOaServer, url: str) -> dict[str, str]:
    """The settings for a stand-in at this root, as an operator's environment has them."""
    known = server.account
    values = {
        "DATABASE__URL": url,
        "ZALO_OA__APP_ID": known.app_id,
        "ZALO_OA__APP_SECRET": known.app_secret,
        "ZALO_OA__OA_SECRET": known.oa_secret,
        "ZALO_OA__REFRESH_TOKEN": known.refresh,
        "ZALO_OA__OPENAPI_URL": root,
        "ZALO_OA__OAUTH_URL": root,
        "ZALO_OA__BUSINESS_URL": root,
    }
    return {f"MOTCUA_{key}": value for key, value in values.items()}


@asynccontextmanager
async def town(
    engine_url: str, folder: Path, changed: Callable[[dict[str, str]], dict[str, str]] = dict
) -> AsyncIterator[Town]:
    """Let the bot run on this database before a stand-in."""
    put_key(folder)
    clock = Clock()
    server = ZaloOaServer(clock)
    async with served(server) as root:
        known = {**environment(root, server, engine_url), "MOTCUA_DATABASE__KEY_FILE": str(folder / "var" / "key")}
        given: Settings = load(None, changed(known))
        zalo = Zalo(given, clock)
        async with running(given, zalo.channels, clock=clock) as app, aiohttp.ClientSession() as session:
            routes, _ = await zalo.begin(app)
            listening = Server("127.0.0.1", 0, routes)
            port = await listening.start()
            assert zalo._oa is not None
            yield Town(app, server, clock, zalo._oa, f"http://127.0.0.1:{port}{PATH}", session)
            await listening.stop()
            await zalo.rest()
        await zalo.close()

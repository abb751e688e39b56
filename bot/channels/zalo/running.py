"""What of Zalo is on: its channels, and once the app runs their routes and loops."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from bot.channels.base import Channel
from bot.channels.zalo.bot import ZaloBot
from bot.channels.zalo.bot_receiving import Polling
from bot.channels.zalo.bot_receiving import Webhook as BotWebhook
from bot.channels.zalo.oa import ZaloOa
from bot.channels.zalo.oa_receiving import Receiving, Webhook
from bot.settings import Settings
from bot.store import Store
from knowledge.errors import Wrong

Loop = Callable[[], Coroutine[Any, Any, None]]


class Running(Receiving, Protocol):
    """The app, as far as Zalo needs it."""

    @property
    def store(self) -> Store:
        """The way to the database."""
        ...

    async def alarm(self, channel: str, why: str) -> None:
        """Let administrators hear of a channel's trouble. Raises `Unavailable`."""
        ...


class Zalo:
    """The channels of Zalo that the settings enable."""

    def __init__(self, given: Settings, clock: Callable[[], datetime]) -> None:
        """Raises `Wrong` for what cannot be started as it is set."""
        self._given = given
        self._oa = ZaloOa(given.zalo_oa, clock) if given.zalo_oa.on else None
        self._bot = ZaloBot(given.zalo_bot) if given.zalo_bot.on else None
        if self._bot is not None and given.zalo_bot.mode == "webhook" and not given.server.public_url:
            raise Wrong("server.public_url is not set: Zalo's Bot Platform must know where to send")

    @property
    def channels(self) -> list[Channel]:
        """What sends."""
        return [channel for channel in (self._oa, self._bot) if channel is not None]

    async def begin(self, app: Running) -> tuple[list[web.RouteDef], list[Loop]]:
        """Use this app, and give the routes and the loops. Raises `Unavailable`."""
        routes: list[web.RouteDef] = []
        loops: list[Loop] = []
        if self._oa is not None:
            await self._oa.begin(app.store, app.alarm)
            routes += Webhook(self._oa, app, self._given.zalo_oa).routes()
            loops.append(self._oa.tokens.run)
            if self._oa.receipts is not None:
                loops.append(self._oa.receipts.run)
        if self._bot is not None and self._given.zalo_bot.mode == "polling":
            loops.append(Polling(self._bot, app).run)
        elif self._bot is not None:
            secret = self._given.zalo_bot.webhook_secret.get_secret_value()
            webhook = BotWebhook(self._bot, app, secret, self._given.server.public_url)
            routes += webhook.routes()
            loops.append(webhook.run)
        return routes, loops

    async def rest(self) -> None:
        """Let come to its end what needs the database."""
        if self._oa is not None:
            await self._oa.tokens.close()

    async def close(self) -> None:
        """Close the connections."""
        for channel in (self._oa, self._bot):
            if channel is not None:
                await channel.close()

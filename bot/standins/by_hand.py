"""Talking to the bot through a stand-in by hand: one request says something, what is answered is written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp
from aiohttp import web

from bot.standins.telegram import TelegramServer
from bot.standins.zalo_bot import ZaloBotServer
from bot.standins.zalo_oa import Json, ZaloOaServer

Telling = Callable[[aiohttp.ClientSession], Awaitable[int]]


class ByHand:
    """The routes by which somebody says or does something; the body is what they say. `webhook`: of the account."""

    def __init__(self, oa: ZaloOaServer, bot: ZaloBotServer, telegram: TelegramServer, webhook: str) -> None:
        self._oa, self._bot, self._telegram = oa, bot, telegram
        self._webhook = webhook

    def routes(self) -> list[web.RouteDef]:
        """Give the routes: what each does is in `docs/zalo.md`."""
        return [
            web.post("/say/bot/{who}", self._to_bot),
            web.post("/say/telegram/{who}", self._to_telegram),
            web.post("/{what:say|share|console|follow|unfollow|withdraw|seen}/{who}", self._to_oa),
        ]

    async def _to_oa(self, request: web.Request) -> web.Response:
        who, said = request.match_info["who"], (await request.text()).strip()
        event = self._event(request.match_info["what"], who, said)
        if event is None:
            return web.Response(status=404, text="nothing was sent to them\n")
        return await _told(lambda session: self._oa.tell(session, self._webhook, event))

    def _event(self, what: str, who: str, said: str) -> Json | None:
        match what:
            case "say":
                return self._oa.wrote(who, said)
            case "share":
                return self._oa.shared(who, said)
            case "console":
                return self._oa.answered_by_hand(who, said)
            case "withdraw":
                return self._oa.withdrew(who)
            case "seen":
                sent = [one for one in self._oa.sent if one.to == who]
                return self._oa.receipt(sent[-1], seen=True) if sent else None
        return self._oa.follows(who, still=what == "follow")

    async def _to_bot(self, request: web.Request) -> web.Response:
        event = self._bot.wrote(request.match_info["who"], (await request.text()).strip())
        if self._bot.webhook is None:
            self._bot.waiting.append(event)
            return web.Response(text="it waits for the bot's next poll\n")
        return await _told(lambda session: self._bot.tell(session, event))

    async def _to_telegram(self, request: web.Request) -> web.Response:
        who = request.match_info["who"]
        if not who.isdecimal():
            return web.Response(status=400, text="on Telegram a person is a number\n")
        update = self._telegram.wrote(int(who), (await request.text()).strip())
        if self._telegram.webhook is None:
            self._telegram.update(update)
            return web.Response(text="it waits for the bot's next poll\n")
        return await _told(lambda session: self._telegram.tell(session, update))


async def _told(telling: Telling) -> web.Response:
    try:
        async with aiohttp.ClientSession() as session:
            status = await telling(session)
    except aiohttp.ClientError as error:
        return web.Response(status=502, text=f"the bot's webhook does not answer: {type(error).__name__}\n")
    return web.Response(status=status, text=f"the webhook answered {status}\n")

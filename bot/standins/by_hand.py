"""Talking to the bot through a stand-in by hand: one request says something, what is answered is written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp
from aiohttp import web

from bot.standins.telegram import TelegramServer
from bot.standins.zalo_bot import ZaloBotServer
from bot.standins.zalo_oa import ZaloOaServer

Telling = Callable[[aiohttp.ClientSession], Awaitable[int]]


def routes(oa: ZaloOaServer, bot: ZaloBotServer, telegram: TelegramServer, webhook: str) -> list[web.RouteDef]:
    """Give the routes by which somebody says something; the body is what they say.

    `POST /say/PERSON`: to the Official Account, whose events go to `webhook`; `POST /say/bot/PERSON`: to the bot of the
    Bot Platform, `POST /say/telegram/NUMBER`: to Telegram's, which poll or have said where their events go.
    `POST /share/PERSON`: they share a telephone number with the Official Account; `POST /console/PERSON`: a colleague
    answers them from Zalo's console.
    """

    async def to_oa(request: web.Request) -> web.Response:
        event = oa.wrote(request.match_info["who"], await _said(request))
        return await _told(lambda session: oa.tell(session, webhook, event))

    async def to_bot(request: web.Request) -> web.Response:
        event = bot.wrote(request.match_info["who"], await _said(request))
        if bot.webhook is None:
            bot.waiting.append(event)
            return web.Response(text="it waits for the bot's next poll\n")
        return await _told(lambda session: bot.tell(session, event))

    async def share(request: web.Request) -> web.Response:
        event = oa.shared(request.match_info["who"], await _said(request))
        return await _told(lambda session: oa.tell(session, webhook, event))

    async def by_hand(request: web.Request) -> web.Response:
        event = oa.answered_by_hand(request.match_info["who"], await _said(request))
        return await _told(lambda session: oa.tell(session, webhook, event))

    async def to_telegram(request: web.Request) -> web.Response:
        who = request.match_info["who"]
        if not who.isdecimal():
            return web.Response(status=400, text="on Telegram a person is a number\n")
        update = telegram.wrote(int(who), await _said(request))
        if telegram.webhook is None:
            telegram.update(update)
            return web.Response(text="it waits for the bot's next poll\n")
        return await _told(lambda session: telegram.tell(session, update))

    return [
        web.post("/say/bot/{who}", to_bot),
        web.post("/say/telegram/{who}", to_telegram),
        web.post("/say/{who}", to_oa),
        web.post("/share/{who}", share),
        web.post("/console/{who}", by_hand),
    ]


async def _said(request: web.Request) -> str:
    return (await request.text()).strip()


async def _told(telling: Telling) -> web.Response:
    try:
        async with aiohttp.ClientSession() as session:
            status = await telling(session)
    except aiohttp.ClientError as error:
        return web.Response(status=502, text=f"the bot's webhook does not answer: {type(error).__name__}\n")
    return web.Response(status=status, text=f"the webhook answered {status}\n")

"""How events of Zalo's Bot Platform come in: its webhook, or our own polling loop.

The webhook stores first and answers then. Polling is for trying things out: `getUpdates` gives one event and knows no
acknowledgement, so what was fetched and not yet stored when the process dies is lost.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from typing import Any

from aiohttp import web

from bot.channels.base import Intake
from bot.channels.zalo.bot import TIMEOUT, ZaloBot
from bot.channels.zalo.bot_reading import Heard, Said, read
from bot.server import BODY_BYTES
from knowledge.errors import DeliveryError, TryLater, Unavailable, Uncertain

log = logging.getLogger(__name__)

PATH = "/zalo/bot/webhook"
SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
BODY_SECONDS = 10.0  # in which a whole event must have come
POLL_SECONDS = 25  # how long the platform holds an empty poll
PAUSE_SECONDS, PAUSE_MOST_SECONDS = 1.0, 60.0  # between calls that fail, doubling
EMPTY_SECONDS = 0.1  # after an empty poll: a server that does not hold polls is not run down
OUTAGE_SECONDS = 1.0  # between tries to store what was fetched


async def take(bot: ZaloBot, intake: Intake, heard: Heard) -> None:
    """Take in what an event said; when this returns it is safe.

    Raises `Unavailable`: nothing was kept. What fails for another reason would fail each time and is left aside.
    """
    if not isinstance(heard, Said):
        log.log(logging.INFO if heard.strange else logging.DEBUG, "Zalo bot: left aside: %s", heard.why)
        return
    try:
        await intake.receive(bot.name, heard.address, heard.incoming, heard.key)
    except Unavailable:
        raise
    except Exception as error:
        log.error("Zalo bot: an event could not be taken in", exc_info=error)


class Polling:
    """Asks for events, one at a time."""

    def __init__(self, bot: ZaloBot, intake: Intake) -> None:
        self._bot = bot
        self._intake = intake

    async def run(self) -> None:
        """End a webhook that may be set, and poll until cancelled. No fault ends this."""
        await _insist(self._bot, "deleteWebhook", {})
        pause = PAUSE_SECONDS
        while True:
            try:
                raw = await self._poll()
            except DeliveryError as error:
                log.log(logging.ERROR if pause == PAUSE_SECONDS else logging.DEBUG, "Zalo bot: no poll: %s", error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, PAUSE_MOST_SECONDS)
                continue
            pause = PAUSE_SECONDS
            if raw is None:
                await asyncio.sleep(EMPTY_SECONDS)
                continue
            await self._store(read(raw))

    async def _poll(self) -> Any:
        """Ask for one event; None when there is none."""
        try:
            return await self._bot.call("getUpdates", {"timeout": str(POLL_SECONDS)}, silence=POLL_SECONDS + 10.0)
        except Uncertain as error:
            if str(error).startswith(str(TIMEOUT)):
                return None
            raise

    async def _store(self, heard: Heard) -> None:
        while True:
            try:
                return await take(self._bot, self._intake, heard)
            except Unavailable:
                log.warning("the database is out of reach; one event of Zalo's waits here")
                await asyncio.sleep(OUTAGE_SECONDS)


class Webhook:
    """Takes the calls of the platform's webhook."""

    def __init__(self, bot: ZaloBot, intake: Intake, secret: str, public_url: str) -> None:
        self._bot = bot
        self._intake = intake
        self._secret = secret
        self._url = public_url + PATH

    def routes(self) -> list[web.RouteDef]:
        """Give the route to hang into the server."""
        return [web.post(PATH, self._called)]

    async def run(self) -> None:
        """Tell the platform where to send, trying until it agrees; it calls the address at once."""
        await _insist(self._bot, "setWebhook", {"url": self._url, "secret_token": self._secret})
        log.info("Zalo's Bot Platform sends to %s", self._url)

    async def _called(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret.encode()):
            return _closing(401)
        if (request.content_length or 0) > BODY_BYTES:
            return _closing(413)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await request.read()
        except TimeoutError:
            return _closing(408)
        try:
            raw: Any = json.loads(body)
        except (ValueError, RecursionError):
            log.info("Zalo bot: a call is left aside: no JSON, %d bytes", len(body))
            return web.Response()
        await take(self._bot, self._intake, read(raw))
        return web.Response()


async def _insist(bot: ZaloBot, method: str, given: dict[str, str]) -> None:
    """Call a method until it works; a refusal is told at its first time."""
    pause = PAUSE_SECONDS
    while True:
        try:
            await bot.call(method, given)
            return
        except DeliveryError as error:
            level = logging.ERROR if pause == PAUSE_SECONDS and not isinstance(error, TryLater) else logging.WARNING
            log.log(level, "Zalo bot: %s did not work: %s", method, error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, PAUSE_MOST_SECONDS)


def _closing(status: int) -> web.Response:
    """Refuse a call and end its connection: what else comes over it is not read."""
    response = web.Response(status=status)
    response.force_close()
    return response

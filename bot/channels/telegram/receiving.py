"""How Telegram's updates come in: our own polling loop, or its webhook. Both store first and acknowledge then."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from aiohttp import web
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.base import Intake
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.errors import seconds
from bot.channels.telegram.reading import Back, Heard, Ignored, Left, Migrated, Said, number_of, read
from bot.logs import scrub
from bot.server import BODY_BYTES
from handlers.messages import Kind
from knowledge.errors import DeliveryError, Unavailable

log = logging.getLogger(__name__)

PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
BODY_SECONDS = 10.0  # in which a whole update must have come
PAUSE_SECONDS, PAUSE_MOST_SECONDS = 1.0, 60.0  # between polls that fail, doubling
EMPTY_SECONDS = 0.1  # after an empty poll: a server that does not hold polls is not run down
OUTAGE_SECONDS = 1.0  # between tries to store what was fetched


class Receiver:
    """Takes updates in for one bot, whichever way they come."""

    def __init__(self, telegram: Telegram, intake: Intake) -> None:
        self._telegram = telegram
        self._intake = intake

    async def take(self, heard: Heard) -> None:
        """Take in what an update said; when this returns it is safe.

        Raises `Unavailable`: nothing was kept. What fails for another reason would fail each time and is left aside.
        """
        try:
            await self._take(heard)
        except Unavailable:
            raise
        except Exception as error:
            log.error("Telegram: an update could not be taken in", exc_info=error)

    async def _take(self, heard: Heard) -> None:
        name = self._telegram.name
        match heard:
            case Said():
                if heard.query is not None:
                    self._telegram.answer_tap(heard.query)
                if await self._intake.receive(name, heard.address, heard.incoming, heard.key):
                    self._telegram.expect(heard.address, partial(self._intake.is_awaited, name, heard.address))
            case Left() | Back():
                await self._intake.present(name, heard.address, here=isinstance(heard, Back))
            case Migrated():
                await self._intake.moved(name, heard.old, heard.new)
            case Ignored():
                log.log(
                    logging.INFO if heard.strange else logging.DEBUG, "Telegram: an update is left aside: %s", heard.why
                )


class Polling:
    """Asks Telegram for updates: fetch, store all of them, and only then ask for the next."""

    def __init__(self, telegram: Telegram, intake: Intake) -> None:
        self._telegram = telegram
        self._receiver = Receiver(telegram, intake)
        self._offset: int | None = None
        self._trouble: str | None = None
        self._pause = PAUSE_SECONDS

    async def run(self) -> None:
        """Poll until cancelled. No fault ends this: it is logged once and tried again."""
        while True:
            try:
                me = await self._telegram.introduce()
                batch = await self._telegram.api.updates(self._offset)
            except (TelegramError, DeliveryError) as error:
                await self._wait_after(error)
                continue
            self._recovered()
            while not await self._stored([read(raw, me) for raw in batch]):
                log.warning("the database is out of reach; Telegram keeps the updates")
                await asyncio.sleep(OUTAGE_SECONDS)
            numbers = [number for number in map(number_of, batch) if number is not None]
            if numbers:
                self._offset = max(numbers) + 1
            else:  # nothing, or nothing that can be confirmed: it may give the same at once again
                await asyncio.sleep(PAUSE_SECONDS if batch else EMPTY_SECONDS)

    async def _stored(self, batch: list[Heard]) -> bool:
        """Store a batch, each conversation in order; False when the database was out of reach for a part of it."""
        taken = await asyncio.gather(*map(self._in_order, by_address(batch)), return_exceptions=True)
        for fault in taken:
            if isinstance(fault, BaseException) and not isinstance(fault, Unavailable):
                raise fault
        return not any(taken)

    async def _in_order(self, batch: list[Heard]) -> None:
        for heard in batch:
            await self._receiver.take(heard)

    async def _wait_after(self, error: TelegramError | DeliveryError) -> None:
        trouble = _trouble(error)
        if trouble != self._trouble:
            log.error("Telegram cannot be polled: %s", trouble)
            self._trouble, self._pause = trouble, PAUSE_SECONDS
        if isinstance(error, RetryAfter):
            await asyncio.sleep(seconds(error.retry_after))
            return
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, PAUSE_MOST_SECONDS)

    def _recovered(self) -> None:
        if self._trouble is not None:
            log.warning("Telegram can be polled again")
        self._trouble, self._pause = None, PAUSE_SECONDS


class Webhook:
    """Takes the calls of Telegram's webhook."""

    def __init__(self, telegram: Telegram, intake: Intake, secret: str, *, body_seconds: float = BODY_SECONDS) -> None:
        self._telegram = telegram
        self._receiver = Receiver(telegram, intake)
        self._secret = secret.encode()
        self._body_seconds = body_seconds

    def routes(self) -> list[web.RouteDef]:
        """Give the route to hang into the server."""
        return [web.post(PATH, self._called)]

    async def run(self) -> None:
        """Find out who the bot is, trying until Telegram answers; until then its calls are sent back."""
        pause = PAUSE_SECONDS
        while True:
            try:
                await self._telegram.introduce()
                return
            except DeliveryError as error:
                log.error("Telegram does not say who the bot is: %s", error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, PAUSE_MOST_SECONDS)

    async def _called(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return _closing(401)
        if (request.content_length or 0) > BODY_BYTES:
            return _closing(413)
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await request.read()
        except TimeoutError:
            return _closing(408)
        if self._telegram.me is None:
            return web.Response(status=503)
        try:
            raw: Any = json.loads(body)
        except (ValueError, RecursionError):
            log.info("Telegram: a call is left aside: no JSON, %d bytes", len(body))
            return web.Response()
        await self._receiver.take(read(raw, self._telegram.me))
        return web.Response()


def by_address(batch: Iterable[Heard]) -> list[list[Heard]]:
    """Group what was heard by conversation: within one the order counts. The parts of an album become one message."""
    groups: dict[str, list[Heard]] = {}
    keys: dict[str, tuple[list[Heard], int]] = {}
    for heard in batch:
        address = heard.address if isinstance(heard, Said | Left | Back) else ""
        group = groups.setdefault(address, [])
        if isinstance(heard, Said):
            if heard.key in keys:
                first, place = keys[heard.key]
                first[place] = _joined(first[place], heard)
                continue
            keys[heard.key] = (group, len(group))
        group.append(heard)
    return list(groups.values())


def _joined(first: Heard, part: Said) -> Heard:
    """Join a part of an album to the ones before it: all their files, under the words of the part that has any."""
    if not isinstance(first, Said):
        return first
    worded = part if first.incoming.kind is Kind.FILE and part.incoming.kind is Kind.TEXT else first
    files = tuple(dict.fromkeys((*first.incoming.files, *part.incoming.files)))
    return replace(worded, incoming=replace(worded.incoming, files=files))


def _closing(status: int) -> web.Response:
    """Refuse a call and end its connection: what else comes over it is not read."""
    response = web.Response(status=status)
    response.force_close()
    return response


def _trouble(error: TelegramError | DeliveryError) -> str:
    match error:
        case Conflict():
            return (
                "somebody else takes this bot's updates: another process that polls, or a webhook "
                "(motcua telegram webhook show)"
            )
        case InvalidToken():
            return "it does not know the bot's token: check telegram.token"
        case _:
            return f"{type(error).__name__}: {scrub(str(error))}"

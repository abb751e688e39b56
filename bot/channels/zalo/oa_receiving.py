"""How Zalo's events come in: the webhook of the Official Account. It stores first and answers then, within 2 s.

The signature is the plain SHA-256 of application id, body, timestamp and the account's secret key (Zalo, webhook,
"X-ZEvent-Signature"): no HMAC. Events come at least once and in any order; a repeat keeps its timestamp for hours, so a
window of time would only lose some: what was seen before is known by its key.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from datetime import timedelta
from typing import Any, Protocol

from aiohttp import web

from bot.channels.base import Intake
from bot.channels.zalo.oa import ZaloOa
from bot.channels.zalo.oa_reading import Came, Heard, Ignored, Left, OfficialWrote, Receipt, Said, Withdrew, read
from bot.server import BODY_BYTES
from bot.settings.zalo import ZaloOa as Settings
from knowledge.errors import Unavailable

log = logging.getLogger(__name__)

PATH = "/zalo/oa/webhook"
SIGNATURE, STAMP, SERVER = "X-ZEvent-Signature", "X-ZEvent-Timestamp", "X-ZEvent-Server"
BY_PHONE = "ZNS"  # the server that tells of messages by phone: there a recipient is a number
ANSWER_SECONDS = 1.8  # Zalo waits 2 s and, after some tries, ends the subscription


class Receiving(Intake, Protocol):
    """What the events of Zalo are handed to."""

    async def withdraw(self, channel: str, address: str, key: str) -> None:
        """Erase what is kept about the person at this address. Raises `Unavailable`: nothing was noted."""
        ...


class Webhook:
    """Takes the calls of Zalo's webhook."""

    def __init__(
        self, zalo: ZaloOa, intake: Receiving, given: Settings, *, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self._zalo = zalo
        self._intake = intake
        self._app_id = given.app_id
        self._secret = given.oa_secret.get_secret_value()
        self._enforce = given.signature == "enforce"
        self._seconds = answer_seconds
        self._pause = timedelta(minutes=given.pause_minutes)
        self._vouched = given.phone_vouched
        self._mismatch = False

    def routes(self) -> list[web.RouteDef]:
        """Give the route to hang into the server."""
        return [web.post(PATH, self._called)]

    async def _called(self, request: web.Request) -> web.Response:
        """Answer in time, whatever happens behind: a call that is sent back comes again and is known by its key."""
        if (request.content_length or 0) > BODY_BYTES:
            return _closing(413)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._answer(request, await request.read())
        except TimeoutError:
            return _closing(503)

    async def _answer(self, request: web.Request, body: bytes) -> web.Response:
        raw = _parsed(body)
        given = request.headers.get(SIGNATURE, "")
        if raw == {} and not given:
            return web.Response()  # the console's probe when the address is saved: unsigned, and nothing happens
        if not self._is_signed(body, given, raw, request.headers.get(STAMP)):
            return _closing(401)
        if raw is None:
            log.info("Zalo: a call is left aside: no JSON, %d bytes", len(body))
            return web.Response()
        by_phone = request.headers.get(SERVER) == BY_PHONE
        await self._take(read(raw, body, by_phone=by_phone, phone_vouched=self._vouched))
        return web.Response()

    def _is_signed(self, body: bytes, given: str, raw: Any, header: str | None) -> bool:
        """Check the signature; a fault is told once, and again when the right one was seen in between."""
        stamps = [_stamp(raw)] + ([header] if header is not None else [])
        if any(matches(given, self._app_id, body, stamp, self._secret) for stamp in stamps):
            self._mismatch = False
            return True
        if not self._mismatch:
            followed = "refused" if self._enforce else "taken all the same (zalo_oa.signature)"
            log.error("Zalo: a call with a wrong signature, or none, is %s: is zalo_oa.oa_secret right?", followed)
        self._mismatch = True
        return not self._enforce

    async def _take(self, heard: Heard) -> None:
        """Take in what an event said; when this returns it is safe.

        Raises `Unavailable`: nothing was kept. What fails for another reason would fail each time and is left aside.
        """
        try:
            await self._do(heard)
        except (Unavailable, asyncio.CancelledError):
            raise
        except Exception as error:
            log.error("Zalo: an event could not be taken in", exc_info=error)

    async def _do(self, heard: Heard) -> None:
        name, contacts, receipts = self._zalo.name, self._zalo.contacts, self._zalo.receipts
        if contacts is None or receipts is None:
            raise Unavailable("the channel has not begun yet")
        match heard:
            case Said():
                # The contact first: the answer may leave at once, and would be kept as one to somebody long silent.
                await contacts.note(heard.address)
                await self._intake.receive(name, heard.address, heard.incoming, heard.key)
            case Came():
                await self._intake.present(name, heard.address, here=True)
                await contacts.note(heard.address)
            case Left():
                await self._intake.present(name, heard.address, here=False)
            case Withdrew():
                await self._intake.withdraw(name, heard.address, heard.key)
            case Receipt():
                await receipts.note(heard)
            case OfficialWrote():
                until = await contacts.make_way(heard.address, heard.at, self._pause)
                log.info("Zalo: somebody of the agency wrote from the console; the bot is silent there until %s", until)
            case Ignored():
                log.log(logging.INFO if heard.strange else logging.DEBUG, "Zalo: left aside: %s", heard.why)


def matches(given: str, app_id: str, body: bytes, stamp: str, secret: str) -> bool:
    """Compare a signature, with or without `mac=` before it, with the one that is due, in constant time."""
    due = hashlib.sha256(app_id.encode() + body + stamp.encode("utf-8", "replace") + secret.encode()).hexdigest()
    said = given.strip().lower().removeprefix("mac=").strip()
    return hmac.compare_digest(said.encode("utf-8", "surrogateescape"), due.encode())


def _parsed(body: bytes) -> Any:
    """Parse a body; None for what is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _stamp(raw: Any) -> str:
    """Find the timestamp of an event: a text, or sometimes a number; "" where there is none."""
    found = raw.get("timestamp") if isinstance(raw, dict) else None
    return str(found) if isinstance(found, str | int) else ""


def _closing(status: int) -> web.Response:
    """Refuse a call and end its connection: what else comes over it is not read."""
    response = web.Response(status=status)
    response.force_close()
    return response

"""Zalo's Official Account: sends replies through the OpenAPI, fetches attachments. Receiving is beside it.

A message that was sent can be neither edited nor deleted, so whatever replaces another is sent anew. There is no key by
which Zalo would know a repeat: a send without an answer stays uncertain.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from bot.channels.base import Outgoing, OutgoingFile
from bot.channels.begun import Begun
from bot.channels.zalo.calling import call
from bot.channels.zalo.contacts import FREE, PAID, Contacts
from bot.channels.zalo.fetching import Fetcher
from bot.channels.zalo.http import Http, Uploaded
from bot.channels.zalo.oa_errors import Blocked, Kept, classed, ours
from bot.channels.zalo.oa_rendering import Part, in_parts, is_image, message_of, parts, recipient
from bot.channels.zalo.receipts import Receipts
from bot.channels.zalo.tokens import Alarm, Tokens
from bot.channels.zalo.zns import NoPhone, Zns
from bot.settings.zalo import ZaloOa as Settings
from bot.store import Store
from handlers.messages import Reply
from handlers.officials.channel_alarms import BLOCKED, BY_PHONE, USED_UP
from knowledge.errors import TryLater, Unavailable, Uncertain

SEND = "/v3.0/oa/message/cs"
UPLOAD_IMAGE, UPLOAD_FILE = "/v2.0/oa/upload/image", "/v2.0/oa/upload/file"
PREPARE_SECONDS = 7.0  # for the token, and for a file to be handed over: until then nothing of a message was sent
SEND_SECONDS = 7.0  # of silence after a message; with the above and a connection less than a send may take by default
REAL_ROOT = str(Settings.model_fields["openapi_url"].default)


class ZaloOa:
    """The channel. An address is Zalo's user id, or `anonymous:<id>:<conversation>` of who is not logged in."""

    name = "zalo_oa"

    def __init__(self, given: Settings, clock: Callable[[], datetime]) -> None:
        self._given = given
        self.clock = clock
        self._http = Http()
        self._fetcher = Fetcher(None if given.openapi_url == REAL_ROOT else given.openapi_url)
        self._begun = Begun()
        owner = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid4().hex[:8]}"
        self.tokens = Tokens(self._http, given, clock, owner)
        self.contacts: Contacts | None = None
        self.receipts: Receipts | None = None
        self._zns = Zns(self._http, given, partial(self._alarm, USED_UP))
        self._tell: Alarm | None = None
        self._told: dict[str, date] = {}

    async def begin(self, store: Store, alarm: Alarm) -> None:
        """Use this database, and tell troubles to this alarm. Raises `Unavailable`."""
        self.contacts, self.receipts = Contacts(store, self.name, self.clock), Receipts(store, self.clock)
        self._tell = alarm
        await self.tokens.begin(store, alarm)

    def calls(self, reply: Reply) -> int:
        """Count the calls by which a reply leaves: its files, each handed over first, and the parts of its text."""
        return 2 * len(reply.files) + len(in_parts(reply))

    async def send(self, message: Outgoing) -> str | None:
        """Send one message, in parts where it is too long, and return the id of the last.

        Outside the time in which Zalo takes messages to this person it goes by phone, where they agreed to that, or is
        kept until they make contact. Where a later part must wait, the next try goes on behind what was sent.
        """
        try:
            return await self._send_somehow(message)
        except Unavailable:
            raise TryLater("the database is out of reach") from None
        except Blocked:
            await self._alarm(BLOCKED)
            raise

    async def _send_somehow(self, message: Outgoing) -> str | None:
        if self.contacts is None:
            raise TryLater("the channel has not begun yet")
        last, now = await self.contacts.last(message.address), self.clock()
        over = now if last is None else last + PAID
        if last is None or now - last < FREE or (self._given.paid_messages and now < over):
            try:
                return await self._send(message)
            except Kept:
                over = now  # Zalo counts otherwise than we do
        return await self._by_phone(message, self.contacts, over - now)

    async def _by_phone(self, message: Outgoing, contacts: Contacts, left: timedelta) -> str:
        """Send a message by phone when the 7 days are over (in the time that is `left`), or keep it."""
        phone = await contacts.phone(message.address) if self._zns.can_tell(message.reply) else None
        if phone is None:
            raise Kept
        if left > timedelta(0):
            raise Kept(left.total_seconds())
        try:
            return await self._zns.send(self.tokens, phone, message, self.clock())
        except NoPhone:
            await contacts.spoil_phone(message.address)
            raise
        except Blocked:
            await self._alarm(BY_PHONE)
            raise Kept from None

    async def _alarm(self, why: str) -> None:
        """Let administrators hear of a trouble, from this process once a day."""
        today = self.clock().date()
        if self._tell is not None and self._told.get(why) != today:
            with suppress(Unavailable):
                await self._tell(self.name, why)
                self._told[why] = today

    async def _send(self, message: Outgoing) -> str | None:
        cut = parts(message, buttons=self._given.buttons, picture=self._given.info_picture_url)
        key = (message.address, message.reply)
        done = self._begun.take(key)
        external_id: str | None = None
        for number, part in enumerate(cut[done:], done):
            try:
                external_id = await self._post(message.address, part)
            except TryLater:
                self._begun.remember(key, number)
                raise
        return external_id

    async def _post(self, address: str, part: Part) -> str | None:
        try:
            async with asyncio.timeout(PREPARE_SECONDS):
                await self.tokens.access()
                uploaded = None if part.file is None else await self._upload(part.file)
        except TimeoutError:
            raise TryLater("the token or a file took too long") from None
        data = await self._call(SEND, body={"recipient": recipient(address), "message": message_of(part, uploaded)})
        number = data.get("message_id")
        return None if number is None else str(number)[:100]

    async def _upload(self, file: OutgoingFile) -> str:
        """Hand a file to Zalo and give its name there. Nobody sees it yet: what is in doubt is simply done again."""
        path, key = (UPLOAD_IMAGE, "attachment_id") if is_image(file) else (UPLOAD_FILE, "token")
        try:
            data = await self._call(path, file=Uploaded(file.name, file.content, file.media_type))
        except Uncertain as error:
            raise TryLater(f"a file was not handed over: {error}") from None
        if not isinstance(data.get(key), str):
            raise TryLater("a file was handed over and Zalo gave no name for it")
        return str(data[key])

    async def _call(
        self, path: str, *, body: Mapping[str, Any] | None = None, file: Uploaded | None = None
    ) -> dict[str, Any]:
        """Call the OpenAPI. Raises `DeliveryError`."""
        url = self._given.openapi_url + path
        return await call(
            self._http, self.tokens, url, classed=classed, ours=ours, silence=SEND_SECONDS, body=body, file=file
        )

    async def fetch(self, reference: str, most: int) -> bytes:
        """Fetch a file that somebody sent. Raises `Unusable` (`too_big`, `gone`) or `DeliveryError`."""
        return await self._fetcher.fetch(reference, most)

    async def close(self) -> None:
        """Close the connections."""
        await self._fetcher.close()
        await self._http.close()

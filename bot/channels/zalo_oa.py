"""Zalo's Official Account: sends replies through the OpenAPI, fetches attachments. Receiving is beside it.

A message that was sent can be neither edited nor deleted, so whatever replaces another is sent anew. There is no key by
which Zalo would know a repeat: a send without an answer stays uncertain.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from bot.channels.base import Outgoing, OutgoingFile
from bot.channels.begun import Begun
from bot.channels.zalo_contacts import Contacts
from bot.channels.zalo_fetching import Fetcher
from bot.channels.zalo_http import Http, Uploaded
from bot.channels.zalo_oa_errors import Class, classed, kept, ours
from bot.channels.zalo_oa_rendering import Part, is_image, message_of, parts, recipient
from bot.channels.zalo_tokens import Alarm, Tokens
from bot.settings_zalo import ZaloOa as Settings
from bot.store import Store
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

    async def begin(self, store: Store, alarm: Alarm) -> None:
        """Use this database, and tell troubles to this alarm. Raises `Unavailable`."""
        self.contacts = Contacts(store, self.name, self.clock)
        await self.tokens.begin(store, alarm)

    async def send(self, message: Outgoing) -> str | None:
        """Send one message, in parts where it is too long, and return the id of the last.

        Outside the time in which Zalo takes messages to this person it is kept until they make contact. Where a later
        part must wait, the next try goes on behind the parts that were sent.
        """
        try:
            await self._see_that_it_is_open(message.address)
            return await self._send(message)
        except Unavailable:
            raise TryLater("the database is out of reach") from None

    async def _see_that_it_is_open(self, address: str) -> None:
        if self.contacts is None:
            raise TryLater("the channel has not begun yet")
        if not await self.contacts.is_open(address, paid=self._given.paid_messages):
            raise kept()

    async def _send(self, message: Outgoing) -> str | None:
        cut = parts(message, buttons=self._given.buttons)
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
        """Call the OpenAPI, with a renewed token once more where the first was refused. Raises `DeliveryError`."""
        token = await self.tokens.access()
        for is_last in (False, True):
            answer = await self._http.ask(
                self._given.openapi_url + path,
                body=body,
                file=file,
                headers={"access_token": token},
                silence=SEND_SECONDS,
            )
            code = answer.get("error")
            if code == 0:
                data = answer.get("data")
                return data if isinstance(data, dict) else {}
            if not isinstance(code, int):
                raise Uncertain("an answer without a code")
            if is_last or classed(code) is not Class.REFRESH:
                raise ours(code, str(answer.get("message", "")))
            token = await self.tokens.renewed(token)
        raise AssertionError

    async def fetch(self, reference: str, most: int) -> bytes:
        """Fetch a file that somebody sent. Raises `Unusable` (`too_big`, `gone`) or `DeliveryError`."""
        return await self._fetcher.fetch(reference, most)

    async def close(self) -> None:
        """Close the connections."""
        await self._fetcher.close()
        await self._http.close()

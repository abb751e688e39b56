"""Zalo's Bot Platform: sends replies as plain text with numbered choices, fetches attachments. Receiving is beside it.

The platform has no buttons, edits nothing, and takes pictures only from a public address and other files not at all: a
file that goes with a reply is left out. The token stands in every address; none is kept, logged or put into an error.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bot.channels.base import Outgoing
from bot.channels.begun import Begun
from bot.channels.zalo.fetching import Fetcher
from bot.channels.zalo.http import LOST_ANSWERS, READ_SECONDS, TOO_MANY, Http
from bot.channels.zalo.oa_rendering import in_parts
from bot.settings.zalo import ZaloBot as Settings
from handlers.messages import Reply
from knowledge.errors import DeliveryError, Refused, SlowDown, TryLater, Uncertain

log = logging.getLogger(__name__)

REAL_ROOT = str(Settings.model_fields["base_url"].default)
UNAUTHORISED, INTERNAL, TIMEOUT = 401, 403, 408  # of the platform's error codes; 403 is "internal" there


class ZaloBot:
    """The channel. An address is the id of a chat."""

    name = "zalo_bot"

    def __init__(self, given: Settings) -> None:
        self._root = f"{given.base_url}/bot{given.token.get_secret_value()}"
        self._http = Http()
        self._fetcher = Fetcher(None if given.base_url == REAL_ROOT else given.base_url)
        self._begun = Begun()

    async def call(self, method: str, given: Mapping[str, Any], *, silence: float = READ_SECONDS) -> Any:
        """Call a method of the platform and give its result. Raises `DeliveryError`."""
        answer = await self._http.ask(f"{self._root}/{method}", body=given, silence=silence)
        if answer.get("ok") is True:
            return answer.get("result")
        code = answer.get("error_code")
        raise ours(code if isinstance(code, int) else 0, str(answer.get("description", "")))

    def calls(self, reply: Reply) -> int:
        """Count the calls by which a reply leaves: the parts of its text."""
        return len(in_parts(reply))

    async def send(self, message: Outgoing) -> str | None:
        """Send one message, in parts where it is too long, and return the id of the last."""
        if message.files:
            log.warning("Zalo's Bot Platform takes no files; the message goes without")
        cut = in_parts(message.reply, repeated=message.repeated)
        key = (message.address, message.reply)
        done = self._begun.take(key)
        external_id: str | None = None
        for number, part in enumerate(cut[done:], done):
            try:
                sent = await self.call("sendMessage", {"chat_id": message.address, "text": part})
            except TryLater:
                self._begun.remember(key, number)
                raise
            found = sent.get("message_id") if isinstance(sent, dict) else None
            external_id = None if found is None else str(found)[:100]
        return external_id

    async def fetch(self, reference: str, most: int) -> bytes:
        """Fetch a file that somebody sent. Raises `Unusable` (`too_big`, `gone`) or `DeliveryError`."""
        return await self._fetcher.fetch(reference, most)

    async def close(self) -> None:
        """Close the connections."""
        await self._fetcher.close()
        await self._http.close()


def ours(code: int, said: str) -> DeliveryError:
    """Turn a refusal of the platform into ours; HTTP says 200 to it."""
    told = f"{code} {said[:200]}".rstrip()
    if code == UNAUTHORISED:
        log.error("Zalo's Bot Platform does not know the bot's token: check zalo_bot.token")
        return TryLater("the token was refused")
    if code == TIMEOUT or code in LOST_ANSWERS or code == 0:
        return Uncertain(told)
    if code == TOO_MANY:
        return SlowDown(told)
    if code == INTERNAL or code >= 500:
        return TryLater(told)
    return Refused(told)

"""The Bot API through python-telegram-bot: its connections, its errors, its requests; the answers as they come."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol, runtime_checkable
from urllib.parse import quote

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest

from bot.channels.telegram.reading import UPDATES, Me
from bot.channels.telegram.transport import Transport

CONNECTIONS = 64  # at once: more than Telegram lets a bot send in a second
POLL_SECONDS = 25  # how long Telegram holds an empty poll
POLL_READ_SECONDS = POLL_SECONDS + 10.0


@runtime_checkable
class Downloads(Protocol):
    """A transport that can also get files."""

    async def download(self, url: str, most: int) -> tuple[int, bytes]:
        """Get a file: status and body, of which no more than one byte over `most`. Raises `NetworkError`."""
        ...


class Api(Bot):
    """A bot that asks, and gives Telegram's own JSON: no answer of a later version can break a send."""

    async def call(self, method: str, **given: Any) -> Any:
        """Call a method of the Bot API; what is None is left out. Raises `TelegramError`."""
        return await self._post(method, given)

    async def who(self) -> Me:
        """Ask who the bot is. Raises `TelegramError`."""
        answer = await self.call("getMe")
        try:
            return Me(int(answer["id"]), str(answer.get("username", "")))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise TelegramError("getMe was answered with something else") from None

    async def updates(self, offset: int | None) -> list[Any]:
        """Wait for updates from this number on.

        Asking with a number tells Telegram that all before it are safe here. Raises `TelegramError`.
        """
        asked = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": list(UPDATES)}
        answer = await self._post("getUpdates", asked, read_timeout=POLL_READ_SECONDS)
        if not isinstance(answer, list):
            raise TelegramError("getUpdates was answered with something else")
        return answer

    async def file(self, reference: str, most: int) -> tuple[int, bytes]:
        """Get the bytes of a file, no more than one over `most`, with the status of the answer.

        The address has the token in it and is made and forgotten here. Raises `TelegramError`.
        """
        answer = await self.call("getFile", file_id=reference)
        path = answer.get("file_path") if isinstance(answer, dict) else None
        if not isinstance(path, str) or not path:
            raise TelegramError("getFile was answered with something else")
        sending = self._request[1]
        assert isinstance(sending, Downloads)
        return await sending.download(f"{self.base_file_url}/{quote(path)}", most)

    async def close_connections(self) -> None:
        """Close the connections; `shutdown` does so only where `initialize` asked Telegram who the bot is."""
        await asyncio.gather(*(request.shutdown() for request in self._request))


def api(token: str, base_url: str, sending: BaseRequest | None = None, polling: BaseRequest | None = None) -> Api:
    """Make the bot of this token. `sending` and `polling`: other transports, for tests."""
    return Api(
        token,
        base_url=f"{base_url}/bot",
        base_file_url=f"{base_url}/file/bot",
        request=sending or Transport(CONNECTIONS),
        get_updates_request=polling or Transport(1),
    )

"""The Bot API through python-telegram-bot: its connections, its errors, its requests; the answers as they come."""

from __future__ import annotations

import asyncio
from typing import Any

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest

from bot.channels.telegram_reading import UPDATES, Me
from bot.channels.telegram_transport import Transport

CONNECTIONS = 64  # at once: more than Telegram lets a bot send in a second
POLL_SECONDS = 25  # how long Telegram holds an empty poll
POLL_READ_SECONDS = POLL_SECONDS + 10.0


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

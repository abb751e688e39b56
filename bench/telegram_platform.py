"""Telegram for the benchmark: a server that takes every message, and people who call the webhook. As cheap as can be.

Both halves run in the measuring process, so the moment that a reply arrives is known without another clock.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from urllib.parse import parse_qs

HOST = "127.0.0.1"
PATH = "/telegram/webhook"
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
BOT = {"id": 999, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


class Platform:
    """Answers the Bot API and tells `arrived(chat)` of each message."""

    def __init__(self) -> None:
        self.waiting: dict[int, asyncio.Future[None]] = {}
        self._numbers = count(1)
        self._server: asyncio.Server | None = None
        self.address = ""

    async def start(self) -> None:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Asked(self._answer), HOST, 0)
        self.address = f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        """Listen no more."""
        assert self._server is not None
        self._server.close()

    def _answer(self, method: str, body: bytes) -> bytes:
        if method == "getMe":
            return json.dumps({"ok": True, "result": BOT}).encode()
        if method != "sendMessage":
            return b'{"ok":true,"result":true}'
        chat = int(parse_qs(body.decode())["chat_id"][0])
        waiting = self.waiting.pop(chat, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        sent = {"message_id": next(self._numbers), "date": 1795405681, "chat": {"id": chat, "type": "private"}}
        return json.dumps({"ok": True, "result": sent | {"text": "…"}}).encode()


class _Asked(asyncio.Protocol):
    """One connection of the bot: requests with a length, one after the other."""

    def __init__(self, answer: Callable[[str, bytes], bytes]) -> None:
        self._answer = answer
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        while True:
            head, found, rest = self._got.partition(b"\r\n\r\n")
            if not found:
                return
            length = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
            )
            if len(rest) < length:
                return
            method = head.split(b" ", 2)[1].rsplit(b"/", 1)[1].split(b"?")[0].decode()
            body = self._answer(method, rest[:length])
            self._got = rest[length:]
            top = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self._transport.write(top.encode() + body)


_UPDATES, _CHATS = count(1), count(1000)  # of all people: a number is never used twice


class People:
    """Calls a webhook over connections that stay open."""

    def __init__(self, platform: Platform, port: int, secret: str, text: str) -> None:
        self._platform, self._port, self._secret, self._text = platform, port, secret, text
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._updates, self._chats = _UPDATES, _CHATS

    def newcomer(self) -> int:
        """A chat that nobody has used."""
        return next(self._chats)

    async def says(self, chat: int) -> None:
        """Send one message and wait until its reply has arrived at the platform."""
        arrived = self._platform.waiting[chat] = asyncio.get_running_loop().create_future()
        number = next(self._updates)
        person = {"id": chat, "is_bot": False, "first_name": "An"}
        place = {"id": chat, "type": "private", "first_name": "An"}
        said = {"message_id": number, "from": person, "chat": place, "date": 1795405681, "text": self._text}
        await self._call(json.dumps({"update_id": number, "message": said}).encode())
        await arrived

    async def _call(self, body: bytes) -> None:
        connection = self._free.pop() if self._free else await asyncio.open_connection(HOST, self._port)
        reader, writer = connection
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {self._secret}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer.split(b"\r\n")[0].decode())
        self._free.append(connection)

    async def close(self) -> None:
        """Close the connections."""
        for _, writer in self._free:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

"""The webhook: who is let in, what is taken, and what an unfriendly caller can do: nothing."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.receiving import PATH, SECRET_HEADER, Webhook
from bot.server import BODY_BYTES, Server
from tests.channels.samples import message
from tests.channels.telegram_intake import ME, Intake
from tests.channels.telegram_transport import channel

SECRET = "a_secret-of_the_tests"


class Called:
    """A webhook that listens, and somebody who calls it."""

    def __init__(self, intake: Intake, telegram: Telegram, port: int, session: aiohttp.ClientSession) -> None:
        self.intake, self.telegram, self.port = intake, telegram, port
        self._session = session

    async def __call__(self, body: Any, secret: str | None = SECRET) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {} if secret is None else {SECRET_HEADER: secret}
        async with self._session.post(f"http://127.0.0.1:{self.port}{PATH}", data=data, headers=headers) as answer:
            assert await answer.read() == b"", "no answer says anything"
            return answer.status


@asynccontextmanager
async def webhook(body_seconds: float = 5.0) -> AsyncIterator[Called]:
    telegram, _ = channel()
    telegram.me = ME
    intake = Intake()
    hook = Webhook(telegram, intake, SECRET, body_seconds=body_seconds)
    server = Server("127.0.0.1", 0, hook.routes())
    port = await server.start()
    async with aiohttp.ClientSession() as session:
        yield Called(intake, telegram, port, session)
    await server.stop()
    await telegram.close()


async def test_a_call_is_answered_once_the_update_is_stored_and_a_repeat_is_no_second_event() -> None:
    async with webhook() as call:
        assert await call(message(5, text="a")) == 200
        assert await call(message(5, text="a")) == 200
        assert call.intake.texts() == ["a"]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "bí mật"])
async def test_a_call_without_the_secret_is_refused_and_nothing_is_kept(secret: str | None) -> None:
    async with webhook() as call:
        assert await call(message(5, text="a"), secret) == 401
        assert call.intake.received == []


async def test_the_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(given: bytes, own: bytes) -> bool:
        compared.append((given, own))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    async with webhook() as call:
        assert await call(message(5, text="a")) == 401
    assert compared == [(SECRET.encode(), SECRET.encode())]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"5",
        b'{"update_id": "x"}',
        b"[" * 100_000,
        b'{"update_id": 1, "new": {}}',
    ],
)
async def test_a_body_that_is_not_understood_is_taken_with_one_line_in_the_log(
    body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with webhook() as call:
        assert await call(body) == 200
        assert call.intake.received == []
    ours = [record for record in caplog.records if record.name.startswith("bot.")]
    assert len(ours) == 1
    assert ours[0].exc_info is None


async def test_while_the_database_is_out_of_reach_telegram_is_told_to_repeat() -> None:
    async with webhook() as call:
        call.intake.outages = 1
        assert await call(message(5, text="a")) == 503
        assert await call(message(5, text="a")) == 200
        assert call.intake.texts() == ["a"]


async def test_before_the_bot_knows_its_name_telegram_is_told_to_repeat() -> None:
    async with webhook() as call:
        call.telegram.me = None
        assert await call(message(5, text="a")) == 503
        assert call.intake.received == []


async def said_raw(port: int, sent: bytes, more: bytes = b"", times: int = 0, pause: float = 0.0) -> bytes:
    """Say something over a bare connection, slowly, and give what comes back until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        writer.write(sent)
        for _ in range(times):
            await writer.drain()
            await asyncio.sleep(pause)
            writer.write(more)
    try:
        async with asyncio.timeout(15):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def head(length: int | str, secret: str = SECRET) -> bytes:
    size = "Transfer-Encoding: chunked" if length == "chunked" else f"Content-Length: {length}"
    return f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {secret}\r\n{size}\r\n\r\n".encode()


async def test_a_body_of_50_mb_is_refused_before_it_is_read() -> None:
    async with webhook() as call:
        answer = await said_raw(call.port, head(50_000_000))
        assert answer.startswith(b"HTTP/1.1 413")
        assert await call(message(5, text="a")) == 200


async def test_a_body_of_50_mb_that_does_not_say_so_is_cut_off() -> None:
    async with webhook() as call:
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        answer = await said_raw(call.port, head("chunked"), chunk, times=50_000_000 // 0x10000)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 413")
        assert call.intake.received == []
        assert await call(message(5, text="a")) == 200


async def test_an_update_as_large_as_allowed_is_taken() -> None:
    async with webhook() as call:
        body = json.dumps(message(5, text="a")).encode()
        assert await call(body + b" " * (BODY_BYTES - len(body))) == 200
        assert call.intake.texts() == ["a"]


async def test_a_slow_body_is_cut_off_and_others_are_served_meanwhile() -> None:
    async with webhook(body_seconds=0.3) as call:
        slow = asyncio.create_task(said_raw(call.port, head(100), b"x", times=20, pause=0.05))
        await asyncio.sleep(0.1)
        assert await call(message(5, text="a")) == 200
        answer = await slow
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408")


async def test_a_connection_that_says_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.server.IDLE_SECONDS", 0.3)
    async with webhook() as call:
        assert await said_raw(call.port, b"") == b""


async def test_a_connection_that_never_ends_its_head_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.server.IDLE_SECONDS", 0.3)
    async with webhook() as call:
        assert await said_raw(call.port, f"POST {PATH} HTTP/1.1\r\n".encode(), b"X", times=10, pause=0.02) == b""


async def test_a_caller_that_hangs_up_in_the_middle_leaves_nothing() -> None:
    async with webhook() as call:
        with socket.create_connection(("127.0.0.1", call.port)) as connection:
            connection.sendall(head(1000) + b'{"update_id": 5')
        await asyncio.sleep(0.05)
        assert call.intake.received == []
        assert await call(message(5, text="a")) == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_only_post_is_a_call(method: str) -> None:
    async with webhook() as call:
        request = f"{method} {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        assert (await said_raw(call.port, request.encode())).startswith(b"HTTP/1.1 405")


async def test_the_name_of_the_bot_is_asked_for_until_telegram_answers(caplog: pytest.LogCaptureFixture) -> None:
    telegram, _ = channel((502, b""), (401, b"{}"))
    await Webhook(telegram, Intake(), SECRET).run()
    assert telegram.me == ME
    await telegram.close()

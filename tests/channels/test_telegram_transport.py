"""The transport over real connections: what went wrong tells whether anything of the request was sent."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError, TimedOut

from bot.channels.telegram.api import Api, api
from bot.channels.telegram.errors import NeverLeft, ServerError
from bot.channels.telegram.transport import Transport
from tests.channels.telegram_transport import TOKEN
from tests.e2e.running_bot import free_port

MESSAGE = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    """A server that does with each connection what the test says."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()
        await asyncio.sleep(0.01)


@asynccontextmanager
async def bot(address: str, connections: int = 4, connect_seconds: float = 0.3) -> AsyncIterator[Api]:
    transport = Transport(connections, connect_seconds=connect_seconds)
    made = api(TOKEN, address, transport)
    yield made
    await made.close_connections()


async def _answered(status: int, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    await writer.drain()


async def _hung_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def _half_answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    await writer.drain()


async def _nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
    await writer.drain()


async def _silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_a_server_that_does_not_listen_was_never_sent_anything() -> None:
    async with bot(f"http://127.0.0.1:{free_port()}") as made:
        with pytest.raises(NeverLeft):
            await made.call("sendMessage", chat_id=1)


@pytest.mark.parametrize("address", ["http://no-such-host.invalid", "http://127.0.0.1:99999"])
async def test_an_address_that_leads_nowhere_was_never_sent_anything(address: str) -> None:
    async with bot(address) as made:
        with pytest.raises(NeverLeft):
            await made.call("sendMessage", chat_id=1)


async def test_while_all_connections_are_taken_nothing_is_sent() -> None:
    async with server(_silent) as address, bot(address, connections=1, connect_seconds=0.1) as made:
        first = asyncio.create_task(made.call("sendMessage", chat_id=1))
        await asyncio.sleep(0.05)
        with pytest.raises(NeverLeft):
            await made.call("sendMessage", chat_id=2)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_a_server_that_says_nothing_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.transport.READ_SECONDS", 0.1)
    async with server(_silent) as address, bot(address) as made:
        with pytest.raises(TimedOut):
            await made.call("sendMessage", chat_id=1)


@pytest.mark.parametrize("talk", [_hung_up, _half_answered, _nonsense])
async def test_a_connection_lost_after_the_request_may_have_delivered_it(talk: Talk) -> None:
    async with server(talk) as address, bot(address) as made:
        with pytest.raises(NetworkError) as raised:
            await made.call("sendMessage", chat_id=1)
        assert not isinstance(raised.value, NeverLeft)
        assert TOKEN not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(500, ServerError), (503, ServerError), (400, BadRequest), (401, InvalidToken), (302, NetworkError)],
)
async def test_a_refusal_is_read_from_its_status(status: int, kind: type[TelegramError]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _answered(status, b'{"ok": false, "description": "no"}', reader, writer)

    async with server(talk) as address, bot(address) as made:
        with pytest.raises(kind):
            await made.call("sendMessage", chat_id=1)


async def test_what_is_sent_arrives_as_telegram_reads_it_files_too() -> None:
    seen: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        fields = await request.post()
        seen.append(
            {key: value.file.read() if isinstance(value, web.FileField) else value for key, value in fields.items()}
        )
        return web.json_response(
            {"ok": True, "result": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}}
        )

    application = web.Application()
    application.router.add_post("/bot{token}/{method}", take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with bot(f"http://127.0.0.1:{runner.addresses[0][1]}") as made:
        await made.call("sendMessage", chat_id=-5, text="Chào & <b>đủ dấu</b> 👍", reply_markup={"inline_keyboard": []})
        await made.send_document(1, b"%PDF", caption="đơn", filename="đơn.pdf")
    await runner.cleanup()
    assert seen[0] == {"chat_id": "-5", "text": "Chào & <b>đủ dấu</b> 👍", "reply_markup": '{"inline_keyboard": []}'}
    assert b"%PDF" in seen[1].values()
    assert seen[1]["caption"] == "đơn"


async def test_polling_waits_as_long_as_telegram_holds_a_poll() -> None:
    async def held(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        await _answered(200, json.dumps({"ok": True, "result": []}).encode(), reader, writer)

    async with server(held) as address:
        made = api(TOKEN, address)
        assert await made.updates(5) == []
        await made.close_connections()


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


async def test_a_proxy_of_the_environment_is_used_and_its_password_told_to_nobody_else(
    no_proxies: pytest.MonkeyPatch,
) -> None:
    heads: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        body = b'{"ok": true, "result": true}'
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    async with server(proxy) as address:
        no_proxies.setenv("HTTP_PROXY", address.replace("http://", "http://clerk:pass%20word@"))
        async with bot("http://telegram.invalid") as made:
            assert await made.call("getMe") is True
    assert heads[0].startswith("POST http://telegram.invalid/bot")
    assert f"Proxy-Authorization: Basic {b64encode(b'clerk:pass word').decode()}" in heads[0]


async def test_an_address_that_the_environment_exempts_is_reached_without_the_proxy(
    no_proxies: pytest.MonkeyPatch,
) -> None:
    no_proxies.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    no_proxies.setenv("NO_PROXY", "127.0.0.1")

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _answered(200, b'{"ok": true, "result": true}', reader, writer)

    async with server(talk) as address, bot(address) as made:
        assert await made.call("getMe") is True


async def test_a_proxy_out_of_reach_was_never_sent_anything(no_proxies: pytest.MonkeyPatch) -> None:
    no_proxies.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with bot("http://telegram.invalid") as made:
        with pytest.raises(NeverLeft):
            await made.call("getMe")


async def test_a_tunnel_through_a_proxy_is_asked_for_with_the_password(no_proxies: pytest.MonkeyPatch) -> None:
    heads: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with server(proxy) as address:
        no_proxies.setenv("HTTPS_PROXY", address.replace("http://", "http://clerk:pass@"))
        async with bot("https://telegram.invalid") as made:
            with pytest.raises(NeverLeft):
                await made.call("getMe")
    assert heads[0].startswith("CONNECT telegram.invalid:443 ")
    assert f"Proxy-Authorization: Basic {b64encode(b'clerk:pass').decode()}" in heads[0]
    assert TOKEN not in heads[0]

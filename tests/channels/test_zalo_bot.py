"""Zalo's Bot Platform: what its events mean, what is sent, what its answers come to, and both ways to receive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from pydantic import SecretStr

from bot.channels.base import Outgoing
from bot.channels.zalo import bot_receiving as zalo_bot_receiving
from bot.channels.zalo.bot import ZaloBot
from bot.channels.zalo.bot_reading import Ignored, Said, read
from bot.channels.zalo.bot_receiving import PATH, SECRET_HEADER, Polling, Webhook
from bot.server import Server
from bot.settings.zalo import ZaloBot as Settings
from bot.standins.faults import Wrong
from bot.standins.zalo_bot import ZaloBotServer
from handlers.messages import Attachment, Button, Incoming, Kind, Reply
from knowledge.errors import DeliveryError, TryLater
from tests.channels.telegram_intake import Intake
from tests.channels.zalo_bot_samples import CHAT, SAMPLES, event
from tests.channels.zalo_desk import Clock, served

SECRET = "a_secret_of_the_tests"
HELLO = Reply(Markup("Chào <b>anh</b>"), ((Button("Các mục", "1:menu"), Button("Thoát", "1:cancel")),))
NUMBERED = "Chào anh\n  1. Các mục\n  2. Thoát"
PHOTO = Attachment("https://photo.zdn.vn/1.jpg", "", None, "image/jpeg")


def test_a_photo_under_its_other_name_and_without_words_is_a_file() -> None:
    heard = read(event("image", photo_url=PHOTO.reference))
    assert heard == Said("image-1", CHAT, Incoming(Kind.FILE, files=(PHOTO,)))


@pytest.mark.parametrize("raw", [event("new"), {"result": 5}, [], None, {"message": {}}, event("text", message_id="")])
def test_what_is_not_known_is_left_aside_and_told(raw: Any) -> None:
    heard = read(raw)
    assert isinstance(heard, Ignored)
    assert heard.strange


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda i: st.dictionaries(st.text(), i)))
def test_reading_never_raises(value: Any) -> None:
    read(value)
    read(event("text", message=value))


@asynccontextmanager
async def platform(**more: Any) -> AsyncIterator[tuple[ZaloBot, ZaloBotServer]]:
    """The channel before a stand-in that somebody wrote to."""
    server = ZaloBotServer(Clock())
    server.chats.add(CHAT)
    server.hold_seconds = 0.05
    async with served(server) as root:
        bot = ZaloBot(Settings(**{"token": SecretStr(server.token), "base_url": root, **more}))
        try:
            yield bot, server
        finally:
            await bot.close()


def outgoing(reply: Reply = HELLO, address: str = CHAT, *, repeated: bool = False) -> Outgoing:
    return Outgoing(address, reply, repeated)


Case = Callable[[ZaloBotServer], None]
NOT_KNOWN: list[Case] = []
"""The platform's documents name no such answer."""


def goes_wrong(wrong: Wrong, number: float = 0) -> Case:
    return lambda server: server.faults.add(wrong, number)


def spent(server: ZaloBotServer) -> None:
    server.quota = 0


BOT_SAYS: dict[str, list[Case]] = {
    "taken": [lambda _server: None],
    "slow down, with a time": NOT_KNOWN,
    "slow down, without a time": [spent, goes_wrong(Wrong.STATUS, 429)],
    "blocked by the person": NOT_KNOWN,
    "person deleted": NOT_KNOWN,
    "removed from the group": NOT_KNOWN,
    "no such conversation": NOT_KNOWN,  # 400 says only that something is wrong
    "no right to write here": [goes_wrong(Wrong.CODE, 404)],
    "message not accepted": [goes_wrong(Wrong.CODE, 400), lambda server: server.chats.clear()],
    "moved": NOT_KNOWN,
    "token refused": [goes_wrong(Wrong.CODE, 401)],
    "never connected": NOT_KNOWN,  # the same client as the Official Account's, tested there
    "no free connection": NOT_KNOWN,
    "no answer in time": [goes_wrong(Wrong.SLOW, 0.5), goes_wrong(Wrong.CODE, 408)],
    "connection lost after sending": [goes_wrong(Wrong.DROP_AFTER)],
    "server fault": [goes_wrong(Wrong.STATUS, 500), goes_wrong(Wrong.CODE, 403), goes_wrong(Wrong.CODE, 500)],
    "server overloaded": [goes_wrong(Wrong.STATUS, 503)],
    "gateway lost the answer": [goes_wrong(Wrong.LOST, 502), goes_wrong(Wrong.LOST, 504)],
    "answer that cannot be read": [goes_wrong(Wrong.GARBAGE)],
}


async def attempt(case: Case, message: Outgoing) -> str | None:
    """Send before a platform that answers so; no error ever holds the token."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bot.channels.zalo.bot.ZaloBot.call.__kwdefaults__", {"silence": 0.2})
        async with platform() as (bot, server):
            case(server)
            try:
                return await bot.send(message)
            except DeliveryError as error:
                if server.token in str(error):
                    raise AssertionError("the token stands in an error") from None
                raise


async def test_a_reply_is_plain_text_with_numbers_in_parts_that_fit() -> None:
    async with platform() as (bot, server):
        await bot.send(outgoing())
        assert server.sent == [{"chat_id": CHAT, "text": NUMBERED}]
        await bot.send(outgoing(Reply(Markup("chữ " * 900)), repeated=True))
        texts = [sent["text"] for sent in server.sent[1:]]
        assert "".join(texts) == "(↻) " + "chữ " * 900
        assert all(len(text) <= 2000 for text in texts)


async def test_when_a_later_part_must_wait_the_parts_before_it_are_not_repeated() -> None:
    async with platform() as (bot, server):
        server.quota = 1
        with pytest.raises(TryLater):
            await bot.send(outgoing(Reply(Markup("chữ " * 900))))
        server.quota = None
        await bot.send(outgoing(Reply(Markup("chữ " * 900))))
        assert "".join(sent["text"] for sent in server.sent) == "chữ " * 900


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def heard(intake: Intake, count: int) -> None:
    async with asyncio.timeout(10):
        while len(intake.received) < count:
            await asyncio.sleep(0.01)


async def test_polling_takes_one_event_after_the_other_and_ends_a_webhook_that_was_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zalo_bot_receiving, "OUTAGE_SECONDS", 0.01)
    monkeypatch.setattr(zalo_bot_receiving, "PAUSE_SECONDS", 0.01)
    async with platform() as (bot, server):
        await bot.call("setWebhook", {"url": "https://elsewhere.example.vn", "secret_token": SECRET})
        server.waiting.extend(server.wrote(CHAT, text) for text in ("một", "hai", "ba"))
        intake = Intake()
        intake.outages = 2
        async with running(Polling(bot, intake).run()):
            await heard(intake, 3)
            server.faults.add(Wrong.STATUS, 502, "getUpdates")
            server.waiting.append(server.wrote(CHAT, "bốn"))
            await heard(intake, 4)
        assert server.webhook is None
        assert intake.texts() == ["một", "hai", "ba", "bốn"]


@asynccontextmanager
async def webhook(intake: Intake) -> AsyncIterator[tuple[ZaloBotServer, str, aiohttp.ClientSession]]:
    async with platform() as (bot, server):
        hook = Webhook(bot, intake, SECRET, "")
        listening = Server("127.0.0.1", 0, hook.routes())
        root = f"http://127.0.0.1:{await listening.start()}"
        await Webhook(bot, intake, SECRET, root).run()
        async with aiohttp.ClientSession() as session:
            yield server, root + PATH, session
        await listening.stop()


async def test_the_webhook_is_set_and_an_event_that_comes_twice_is_one() -> None:
    intake = Intake()
    async with webhook(intake) as (server, url, session):
        assert server.webhook == (url, SECRET)
        told = server.wrote(CHAT, "xin chào")
        assert [await server.tell(session, told) for _ in range(2)] == [200, 200]
        assert intake.texts() == ["xin chào"]
        intake.outages = 1
        assert await server.tell(session, server.wrote(CHAT, "lại")) == 503


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "bí mật"])
async def test_a_call_without_the_secret_is_refused_and_nothing_is_kept(secret: str | None) -> None:
    intake = Intake()
    async with webhook(intake) as (_, url, session):
        headers = {} if secret is None else {SECRET_HEADER: secret}
        async with session.post(url, json=SAMPLES["message.text.received"], headers=headers) as answer:
            assert answer.status == 401
        assert intake.received == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b"{}"])
async def test_a_body_that_is_not_understood_is_taken_with_one_line(
    body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    intake = Intake()
    async with webhook(intake) as (_, url, session):
        caplog.clear()
        async with session.post(url, data=body, headers={SECRET_HEADER: SECRET}) as answer:
            assert answer.status == 200
    assert len([record for record in caplog.records if record.name.startswith("bot.")]) == 1

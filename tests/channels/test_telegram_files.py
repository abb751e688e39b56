"""Files over Telegram: sent under their names, fetched without the token ever being kept or told."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web
from markupsafe import Markup
from telegram.error import TimedOut

from bot.channels.base import Fetching, Outgoing, OutgoingFile
from bot.channels.telegram.channel import Telegram
from bot.server import Server
from handlers.messages import Button, FileRef, Reply
from knowledge.errors import DeliveryError, TryLater, Uncertain, Unusable
from tests.channels.telegram_transport import OK, TOKEN, channel, refusal

REPORT = OutgoingFile("Báo cáo quý III.docx", b"PK a report", "application/zip")
CHART = OutgoingFile("biểu đồ.png", b"\x89PNG a chart", "image/png")
BUTTONS = ((Button("Các mục", "1:menu"),),)


def outgoing(*files: OutgoingFile, text: str = "Đây <b>ạ</b>", repeated: bool = False) -> Outgoing:
    named = tuple(FileRef(str(number), file.name) for number, file in enumerate(files))
    return Outgoing("100", Reply(Markup(text), BUTTONS, named), repeated, files)


async def test_a_file_goes_with_its_words_under_it_in_one_message() -> None:
    telegram, request = channel()
    assert await telegram.send(outgoing(REPORT)) == "101"
    ((method, asked),) = request.asked
    assert method == "sendDocument"
    assert (asked["caption"], asked["parse_mode"]) == ("Đây <b>ạ</b>", "HTML")
    assert "reply_markup" in asked
    assert [part["document"][:2] for part in request.uploaded] == [(REPORT.name, REPORT.content)]


async def test_a_picture_is_seen_in_the_chat() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(CHART))
    assert [method for method, _ in request.asked] == ["sendPhoto"]
    assert request.uploaded[0]["photo"][1] == CHART.content


async def test_a_picture_that_telegram_cannot_show_goes_as_a_document() -> None:
    telegram, request = channel(refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))
    assert await telegram.send(outgoing(CHART)) == "101"
    assert [method for method, _ in request.asked] == ["sendPhoto", "sendDocument"]


async def test_a_picture_of_more_than_ten_megabytes_goes_as_a_document() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(OutgoingFile("a.png", b"\x89PNG" + bytes(10 << 20), "image/png")))
    assert [method for method, _ in request.asked] == ["sendDocument"]


async def test_several_files_come_first_and_the_text_with_its_buttons_last() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(REPORT, CHART))
    assert [method for method, _ in request.asked] == ["sendDocument", "sendPhoto", "sendMessage"]
    assert ["reply_markup" in asked for _, asked in request.asked] == [False, False, True]


async def test_a_text_too_long_for_a_caption_is_a_message_of_its_own() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(REPORT, text="chữ " * 300))
    assert [method for method, _ in request.asked] == ["sendDocument", "sendMessage"]


async def test_when_the_text_must_wait_the_file_before_it_is_not_sent_again() -> None:
    telegram, request = channel(OK, refusal(429, "Too Many Requests: retry after 3", retry_after=3))
    with pytest.raises(TryLater):
        await telegram.send(outgoing(REPORT, CHART))
    await telegram.send(outgoing(REPORT, CHART))
    assert [method for method, _ in request.asked] == ["sendDocument", "sendPhoto", "sendPhoto", "sendMessage"]


async def test_a_caption_that_telegram_does_not_take_is_sent_plain_and_a_repeat_is_marked() -> None:
    telegram, request = channel(refusal(400, "Bad Request: can't parse entities: x"))
    await telegram.send(outgoing(REPORT, repeated=True))
    assert [asked["caption"] for _, asked in request.asked] == ["(↻) Đây <b>ạ</b>", "(↻) Đây ạ"]


async def test_a_file_without_words_has_no_caption() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(REPORT, CHART))
    assert all("caption" not in asked for _, asked in request.asked)


async def test_a_file_is_fetched_by_its_reference() -> None:
    telegram, request = channel()
    assert isinstance(telegram, Fetching)
    assert await telegram.fetch("b", 100) == b"a file"
    assert request.of("getFile") == [{"file_id": "b"}]
    assert request.downloaded == [f"http://127.0.0.1:1/file/bot{TOKEN}/documents/t%E1%BB%87p%200.bin"]


FETCHES: dict[str, tuple[list[Any], Exception]] = {
    "larger than Telegram gives": ([refusal(400, "Bad Request: file is too big")], Unusable("too_big")),
    "larger than we take": ([OK, (200, b"x" * 101)], Unusable("too_big")),
    "of another bot, or too old": ([refusal(400, "Bad Request: wrong file_id or the file is gone")], Unusable("gone")),
    "gone at the platform": ([OK, (404, b"")], Unusable("gone")),
    "slow down": ([refusal(429, "Too Many Requests: retry after 3", retry_after=3)], TryLater("")),
    "no answer": ([TimedOut()], Uncertain("")),
    "an answer of nobody knows what": ([(200, b'{"ok": true, "result": 5}')], Uncertain("")),
}


@pytest.mark.parametrize("name", FETCHES)
async def test_what_cannot_be_fetched_says_whether_a_later_try_helps(name: str) -> None:
    answers, fault = FETCHES[name]
    telegram, _ = channel(*answers)
    with pytest.raises(type(fault)) as raised:
        await telegram.fetch("b", 100)
    if isinstance(fault, Unusable):
        assert isinstance(raised.value, Unusable)
        assert raised.value.reason == fault.reason
    else:
        assert isinstance(raised.value, DeliveryError)


class Platform:
    """A Bot API that gives files, over real HTTP."""

    def __init__(self, status: int = 200, size: int = 1000) -> None:
        self._status, self._size = status, size

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/bot{token}/getFile", self._where), web.get("/file/bot{token}/{path:.*}", self._give)]

    async def _where(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "result": {"file_id": "b", "file_path": "documents/a b.xlsx"}})

    async def _give(self, request: web.Request) -> web.StreamResponse:
        assert request.match_info["path"] == "documents/a b.xlsx"
        if self._status != 200:
            return web.Response(status=self._status, headers={"Location": "http://127.0.0.1:1/"})
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):  # whoever has enough goes away
            for _ in range(self._size // 1000):
                await response.write(b"x" * 1000)
        return response


@pytest.mark.parametrize(
    ("platform", "outcome"),
    [
        (Platform(size=5_000), 5_000),
        (Platform(size=5_000_000), Unusable),
        (Platform(status=302), Unusable),
        (Platform(status=404), Unusable),
        (Platform(status=500), TryLater),
    ],
)
async def test_over_real_http_the_size_is_limited_and_the_token_stands_in_no_log(
    platform: Platform, outcome: int | type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = Server("127.0.0.1", 0, platform.routes())
    telegram = Telegram(TOKEN, f"http://127.0.0.1:{await server.start()}")
    caplog.clear()  # the library says at its start where it will ask; our log leaves the token out (`bot.logs.scrub`)
    try:
        if isinstance(outcome, int):
            assert len(await telegram.fetch("b", 10_000)) == outcome
        else:
            with pytest.raises(outcome) as raised:
                await telegram.fetch("b", 10_000)
            assert TOKEN not in str(raised.value)
    finally:
        await telegram.close()
        await server.stop()
    assert TOKEN not in caplog.text


async def test_where_nothing_listens_a_later_try_helps() -> None:
    telegram = Telegram(TOKEN, "http://127.0.0.1:1")
    with pytest.raises(TryLater):
        await telegram.fetch("b", 100)
    await telegram.close()

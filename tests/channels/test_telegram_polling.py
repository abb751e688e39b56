"""Polling: store first, confirm then, and let nothing stop it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

import pytest
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram import receiving as telegram_receiving
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.reading import read
from bot.channels.telegram.receiving import Polling, by_address
from handlers.messages import Kind
from tests.channels.samples import GROUP, PHOTO, Json, edited, membership, message, tap
from tests.channels.telegram_intake import ME, Intake
from tests.channels.telegram_transport import channel


class Platform:
    """What polls are answered with, in order; then nothing for ever. Remembers the numbers that were asked for."""

    def __init__(self, telegram: Telegram, *answers: list[Any] | TelegramError) -> None:
        self.answers = list(answers)
        self.offsets: list[int | None] = []
        self.drained = asyncio.Event()
        telegram.me = ME
        object.__setattr__(telegram.api, "updates", self.updates)  # the library freezes its objects

    async def updates(self, offset: int | None) -> list[Any]:
        self.offsets.append(offset)
        if not self.answers:
            self.drained.set()
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if isinstance(answer, TelegramError):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PAUSE_SECONDS", "PAUSE_MOST_SECONDS", "EMPTY_SECONDS", "OUTAGE_SECONDS"):
        monkeypatch.setattr(telegram_receiving, name, 0.001)


async def polled(*answers: list[Any] | TelegramError, intake: Intake | None = None) -> tuple[Intake, Platform]:
    """Poll until the platform has nothing more to say."""
    telegram, _ = channel()
    intake = intake or Intake()
    platform = Platform(telegram, *answers)
    task = asyncio.create_task(Polling(telegram, intake).run())
    async with asyncio.timeout(10):
        await asyncio.wait([task, asyncio.create_task(platform.drained.wait())], return_when=asyncio.FIRST_COMPLETED)
    assert not task.done(), "polling never ends by itself"
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await telegram.close()
    return intake, platform


async def test_a_batch_is_stored_and_only_then_is_the_next_one_asked_for() -> None:
    intake, platform = await polled([message(5, text="a"), message(6, text="b")], [message(7, text="c")])
    assert intake.texts() == ["a", "b", "c"]
    assert platform.offsets == [None, 7, 8]
    assert [key for _, _, key in intake.received] == ["5", "6", "7"]


async def test_while_the_database_is_out_of_reach_the_same_updates_stay_with_telegram() -> None:
    intake = Intake()
    intake.outages = 3
    intake, platform = await polled([message(5, text="a"), message(6, text="b")], intake=intake)
    assert intake.texts() == ["a", "b"]
    assert platform.offsets == [None, 7]


async def test_an_update_that_nobody_understands_does_not_hold_up_the_others(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    strange: list[Any] = [{"update_id": 5, "message": {"chat": "x"}}, "nonsense", {"update_id": 6, "telepathy": {}}]
    intake, platform = await polled([*strange, message(7, text="a")])
    assert intake.texts() == ["a"]
    assert platform.offsets == [None, 8]
    assert len([record for record in caplog.records if "left aside" in record.message]) == 3


async def test_a_batch_of_nothing_but_nonsense_does_not_stop_the_loop() -> None:
    intake, platform = await polled(["nonsense", 5], [message(7, text="a")])
    assert intake.texts() == ["a"]
    assert platform.offsets == [None, None, 8]


async def test_an_update_that_the_bot_fails_on_is_left_aside(caplog: pytest.LogCaptureFixture) -> None:
    intake = Intake()
    intake.broken = True
    intake, platform = await polled([message(5, text="mật")], intake=intake)
    assert platform.offsets == [None, 6]
    assert "could not be taken in" in caplog.text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Conflict("Conflict: terminated by other getUpdates request"), "somebody else"),
        (InvalidToken("Unauthorized"), "token"),
        (TelegramError("Invalid server response"), "Invalid server response"),
    ],
)
async def test_trouble_with_telegram_is_logged_once_and_polling_goes_on(
    caplog: pytest.LogCaptureFixture, error: TelegramError, said: str
) -> None:
    intake, _ = await polled(error, error, error, [message(5, text="a")])
    assert intake.texts() == ["a"]
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert said in caplog.records[0].message
    assert "again" in caplog.records[1].message


async def test_a_time_to_wait_before_the_next_poll_is_kept() -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    await polled(RetryAfter(1), [message(5, text="a")])
    assert loop.time() - started >= 1.0


async def test_an_edited_message_is_not_answered_and_not_answered_twice() -> None:
    intake, platform = await polled([message(5, text="a"), edited(6)], [edited(7)])
    assert intake.texts() == ["a"]
    assert platform.offsets[-1] == 8


async def test_an_album_is_one_message_and_its_words_count() -> None:
    part: Json = {"photo": PHOTO, "media_group_id": "139"}
    album = [message(5, **part), message(6, **part, caption="Ổ gà"), message(7, **part)]
    intake, _ = await polled(album, [message(8, **part)])
    assert [(incoming.kind, incoming.text) for _, incoming, _ in intake.received] == [(Kind.TEXT, "Ổ gà")]


async def test_the_pictures_of_an_album_come_together() -> None:
    parts: list[Json] = [{"photo": [PHOTO[-1] | {"file_id": name}], "media_group_id": "139"} for name in "abc"]
    intake, _ = await polled([message(5 + number, **part) for number, part in enumerate(parts)])
    assert [[file.reference for file in incoming.files] for _, incoming, _ in intake.received] == [["a", "b", "c"]]


async def test_blocking_unblocking_and_moving_are_handed_on() -> None:
    intake, _ = await polled(
        [membership("kicked", 5), membership("member", 6), message(7, chat=GROUP, migrate_to_chat_id=-100123)]
    )
    assert intake.presence == [("100", False), ("100", True)]
    assert intake.moves == [("-4001", "-100123")]


async def test_two_taps_at_once_are_two_events_and_both_are_answered() -> None:
    telegram, request = channel()
    intake, platform = Intake(), Platform(telegram, [tap(5), tap(6)])
    task = asyncio.create_task(Polling(telegram, intake).run())
    await platform.drained.wait()
    task.cancel()
    await asyncio.gather(*telegram._tasks, task, return_exceptions=True)
    assert [key for _, _, key in intake.received] == ["5", "6"]
    assert [asked["callback_query_id"] for asked in request.of("answerCallbackQuery")] == ["q5", "q6"]
    await telegram.close()


def test_messages_of_one_chat_keep_their_order_and_chats_do_not_wait_for_each_other() -> None:
    heard = [read(raw, ME) for raw in (message(1, text="a"), tap(2, chat=GROUP), message(3, text="b"))]
    assert by_address(heard) == [[heard[0], heard[2]], [heard[1]]]

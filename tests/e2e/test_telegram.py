"""The running bot and Telegram: through the independent npm stand-in, and through ours for what that one lacks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from markupsafe import Markup
from sqlalchemy import select

from handlers.messages import Button, Reply
from storage import accounts
from storage.database import Database
from storage.delivery import outbox
from storage.delivery.outbox import NewRow
from storage.schema import account
from tests.channels.samples import GROUP, PHOTO, Json, edited, membership, message, tap
from tests.e2e.bot_and_telegram import WELCOME, bot_on, in_chat, running, states
from tests.e2e.running_bot import SECRET, TOKEN, free_port
from tests.e2e.standins import npm
from tests.e2e.standins.telegram import Standin, no
from tests.engines import VAULT

WHY_NOT_NPM = npm.why_not()
SUPERGROUP = -1001234567890


@pytest.mark.skipif(WHY_NOT_NPM is not None, reason=f"NOT TESTED with the independent stand-in: {WHY_NOT_NPM}")
@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_a_conversation_through_the_independent_stand_in(tmp_path: Path, engine_url: str, mode: str) -> None:
    with npm.test_api(free_port(), TOKEN, SECRET) as chat, bot_on(tmp_path, engine_url, chat.address, mode) as bot:
        bot.start()
        bot.wait_for("@TestNameBot")
        if mode == "webhook":
            assert bot("telegram", "webhook", "set").code == 0
        chat.says("/start")
        chat.sees(WELCOME)
        chat.says("xin cấp giấy phép lao động")
        shown = chat.sees("giấy phép lao động")
        assert shown["parse_mode"] == "HTML"
        buttons = [button for row in shown["reply_markup"]["inline_keyboard"] for button in row]
        part = next(button for button in buttons if ":part:" in button["callback_data"])
        before = chat.said_by_bot()
        chat.taps(part["callback_data"], shown["id"])
        chat.until(lambda: chat.said_by_bot() != before, "the tap was not answered")
        [*_, after] = chat.said_by_bot()
        assert after["id"] == shown["id"], "rewritten in place"
        assert part["text"] in after["text"]
        chat.says("/thutuc", chat=2)
        chat.sees("lĩnh vực", chat=2)
        assert bot.stop() == 0


async def test_whatever_a_person_sends_is_answered_once(tmp_path: Path, engine_url: str) -> None:
    file: Json = {"file_id": "f", "file_unique_id": "u"}
    album: Json = {"photo": PHOTO, "media_group_id": "139"}
    answered: dict[str, list[Json]] = {
        "a text": [message(text="/start")],
        "a deep link": [message(text="/start HS_H58-15-000123")],
        "a photo with words": [message(photo=PHOTO, caption="xin cấp giấy phép lao động")],
        "a sticker": [message(sticker=file)],
        "a voice": [message(voice=file)],
        "a document": [message(document=file | {"file_name": "don.pdf"})],
        "a location": [message(location={"latitude": 10.7, "longitude": 106.6})],
        "an album": [message(**album), message(**album), message(**album)],
        "4,097 characters": [message(text="x" * 4097)],
        "100,000 characters": [message(text="x" * 100_000)],
        "a tap from last year": [tap(date=0, data="0:old")],
        "an edit after it": [message(text="/menu"), edited()],
    }
    silent: list[Json] = [
        edited(),
        {"telepathy": {"thought": "x"}},
        {"message": {"chat": "damaged"}},
        message(chat=GROUP, text="ai rảnh không?"),
    ]
    async with running(tmp_path, engine_url) as (bot, telegram):
        for number, updates in enumerate(answered.values(), 200):
            for raw in updates:
                telegram.update(in_chat(raw, number))
        for raw in silent:
            telegram.update(in_chat(raw, 199))
        for number, what in enumerate(answered, 200):
            await telegram.answers(number, 1, what)
        two = [telegram.update(in_chat(tap(data="1:menu"), 300)) for _ in range(2)]
        await telegram.answers(300, 2, "two taps at once")
        await telegram.until(lambda: telegram.confirmed >= two[1], "the last update was never confirmed")
        assert [len(telegram.shown(chat)) for chat in range(199, 300)] == [0] + [1] * len(answered) + [0] * 88
        assert len(telegram.of("answerCallbackQuery")) == 3
        menus = telegram.of("setMyCommands")
        assert [menu.get("language_code") for menu in menus] == [None, "en"]
        assert await asyncio.to_thread(bot.stop) == 0
        assert "left aside" in bot.log()


async def test_what_telegram_refuses_is_handled_as_it_asks(tmp_path: Path, engine_url: str) -> None:
    database = Database(engine_url, VAULT)
    async with running(tmp_path, engine_url) as (bot, telegram):
        await _slow_down(telegram)
        await _blocked(telegram, database)
        await _group_without_rights(telegram, database)
        await _moved(telegram, database)
        await _edited_in_place(telegram, database)
        assert await asyncio.to_thread(bot.stop) == 0
    database.close()


async def _slow_down(telegram: Standin) -> None:
    """A 429 is obeyed to the second."""
    telegram.plan("sendMessage", no(429, "Too Many Requests: retry after 2", retry_after=2))
    telegram.update(message(text="/start"))
    await telegram.sees(WELCOME)
    first, second = telegram.times("sendMessage")
    assert 2.0 <= second - first < 4.0


async def _blocked(telegram: Standin, database: Database) -> None:
    """A 403 closes the account, and so does the word that the bot was blocked; who writes again is answered."""
    for way in ("refused", "told"):
        sent = len(telegram.shown(100))
        if way == "refused":
            telegram.plan("sendMessage", no(403, "Forbidden: bot was blocked by the user"))
            telegram.update(message(text="/menu"))
        else:
            telegram.update(membership("kicked"))
        await telegram.until(lambda: _gone(database, "100"), f"the account was not closed: {way}")
        assert len(telegram.shown(100)) == sent
        telegram.update(message(text="/menu"))
        await telegram.answers(100, sent + 1, "who came back")
        assert not _gone(database, "100")


async def _group_without_rights(telegram: Standin, database: Database) -> None:
    """Where the bot may not write the message fails, the group stays, and others are served."""
    group = GROUP | {"id": -4002}
    telegram.plan("sendMessage", no(400, "Bad Request: not enough rights to send text messages to the chat"))
    telegram.update(message(chat=group, text="/menu"))
    await telegram.until(lambda: "failed" in states(database, "-4002"), "the refusal was not recorded")
    assert not _gone(database, "-4002")
    telegram.update(message(chat=group, text="/menu"))
    await telegram.answers(-4002, 1, "a group that once refused")


async def _moved(telegram: Standin, database: Database) -> None:
    """A group that became a supergroup is answered there, and stays the same conversation."""
    upgraded = no(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=SUPERGROUP)
    telegram.plan("sendMessage", upgraded)
    telegram.update(message(chat=GROUP, text="/menu"))
    await telegram.answers(SUPERGROUP, 1, "a group that moved")
    telegram.update(message(chat=GROUP, migrate_to_chat_id=SUPERGROUP))
    telegram.update(message(chat=GROUP | {"id": SUPERGROUP, "type": "supergroup"}, text="/help"))
    await telegram.answers(SUPERGROUP, 2, "the new group")
    with database.transaction() as tx:
        addresses = tx.execute(select(account.c.address).where(account.c.channel == "telegram")).scalars().all()
    assert str(GROUP["id"]) not in addresses
    assert addresses.count(str(SUPERGROUP)) == 1


async def _edited_in_place(telegram: Standin, database: Database) -> None:
    """A message is rewritten in place; one that would not change counts as sent; one that is gone is sent anew."""
    number = await telegram.sees("", 100)
    reply = Reply(Markup("<b>đã</b> đổi"), ((Button("Các mục", "1:menu"),),), edits=str(number))
    for key in ("edit", "edit again"):
        _queue(database, key, reply)
    await telegram.until(lambda: len(telegram.of("editMessageText")) == 2, "it was not rewritten")
    assert telegram.messages[100, number]["text"] == "<b>đã</b> đổi"
    _queue(database, "edit of nothing", Reply(Markup("mới"), edits="99999"))
    assert await telegram.sees("mới") != number
    await telegram.until(lambda: "sending" not in states(database, "100"), "not settled")
    assert "queued" not in states(database, "100")
    assert "failed" not in states(database, "100")


def _queue(database: Database, key: str, reply: Reply) -> None:
    """Queue a notice for the person's chat, as a turn would."""
    with database.transaction() as tx:
        found = accounts.by_lane(tx, accounts.lane_of(VAULT, "telegram", "100"))
        assert found is not None
        row = NewRow(key, found[0].id, "telegram", outbox.NOTICE, reply.to_json())
        outbox.add(tx, row, datetime.now(UTC), owner=None, lease_seconds=0)


def _gone(database: Database, address: str) -> bool:
    with database.transaction() as tx:
        return tx.execute(select(account.c.gone_at).where(account.c.address == address)).scalar_one() is not None

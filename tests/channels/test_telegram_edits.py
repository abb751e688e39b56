"""Rewriting a message in place, and what surrounds a reply: taps, the typing sign, the menu of commands."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from markupsafe import Markup

from bot.app import rooms
from bot.channels.base import Outgoing
from bot.channels.telegram import channel as telegram_module
from bot.channels.telegram.errors import NeverLeft
from handlers.commands import menu
from handlers.messages import Button, Reply
from handlers.wishes import COMMANDS
from knowledge.errors import Gone, Unavailable
from tests.channels.telegram_transport import (
    OK,
    channel,
    refusal,
)

HELLO = Reply(Markup("Chào <b>anh</b>"), ((Button("Các mục", "1:menu"),),))
NOT_MODIFIED = refusal(400, "Bad Request: message is not modified: specified new message content is the same")


def outgoing(reply: Reply = HELLO, address: str = "100", *, repeated: bool = False) -> Outgoing:
    return Outgoing(address, reply, repeated)


def editing(edits: str = "12", text: str = "mới") -> Reply:
    return Reply(Markup(text), HELLO.buttons, edits=edits)


async def test_a_tapped_message_is_rewritten_in_place() -> None:
    telegram, request = channel()
    assert await telegram.send(outgoing(editing())) == "12"
    [(method, asked)] = request.asked
    assert method == "editMessageText"
    assert (asked["chat_id"], asked["message_id"], asked["text"]) == (100, 12, "mới")
    assert "inline_keyboard" in asked["reply_markup"]


async def test_an_edit_that_changes_nothing_counts_as_sent() -> None:
    telegram, request = channel(NOT_MODIFIED)
    assert await telegram.send(outgoing(editing())) == "12"
    assert len(request.asked) == 1


@pytest.mark.parametrize(
    "description",
    [
        "message can't be edited",
        "message to edit not found",
        "MESSAGE_ID_INVALID",
        "there is no text in the message to edit",
    ],
)
async def test_a_message_that_cannot_be_rewritten_is_sent_anew(description: str) -> None:
    telegram, request = channel(refusal(400, f"Bad Request: {description}"))
    assert await telegram.send(outgoing(editing())) == "101"
    assert [method for method, _ in request.asked] == ["editMessageText", "sendMessage"]


async def test_an_id_that_is_no_number_is_sent_anew() -> None:
    telegram, request = channel()
    assert await telegram.send(outgoing(editing(edits="x"))) == "101"
    assert request.of("editMessageText") == []


async def test_an_edit_that_may_have_happened_before_is_not_marked() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(editing(), repeated=True))
    assert request.of("editMessageText")[0]["text"] == "mới"


async def test_a_blocked_edit_is_gone() -> None:
    telegram, _ = channel(refusal(403, "Forbidden: bot was blocked by the user"))
    with pytest.raises(Gone):
        await telegram.send(outgoing(editing()))


async def test_a_long_edit_rewrites_the_first_part_and_sends_the_rest() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(editing(text="chữ " * 1500)))
    assert [method for method, _ in request.asked] == ["editMessageText", "sendMessage"]
    assert ["reply_markup" in asked for _, asked in request.asked] == [False, True]


async def settle(telegram: Any) -> None:
    while telegram._tasks:
        await asyncio.wait(telegram._tasks)


@pytest.mark.parametrize(
    "said", [OK, refusal(400, "Bad Request: query is too old"), NeverLeft("no connection"), (502, b"")]
)
async def test_a_tap_is_answered_and_a_failure_of_that_does_no_harm(said: Any) -> None:
    telegram, request = channel(said)
    telegram.answer_tap("q7")
    await settle(telegram)
    assert request.asked == [("answerCallbackQuery", {"callback_query_id": "q7"})]
    await telegram.close()


async def awaited() -> bool:
    return True


async def test_who_speaks_with_a_person_sees_no_sign_that_the_bot_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_module, "TYPING_SECONDS", 0.0)

    async def silent() -> bool:
        return False

    async def unknown() -> bool:
        raise Unavailable("out of reach")

    telegram, request = channel()
    telegram.expect("100", silent)
    await asyncio.sleep(0.01)
    await settle(telegram)
    assert request.asked == []
    telegram.expect("100", unknown)
    await asyncio.sleep(0.01)
    await settle(telegram)
    assert request.asked == []
    await telegram.close()


async def test_who_waits_longer_than_a_moment_sees_that_somebody_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram_module, "TYPING_SECONDS", 0.0)
    telegram, request = channel()
    telegram.expect("-100:7", awaited)
    await asyncio.sleep(0.01)
    await settle(telegram)
    assert request.asked == [("sendChatAction", {"chat_id": -100, "message_thread_id": 7, "action": "typing"})]


async def test_who_is_answered_at_once_costs_no_request_more() -> None:
    telegram, request = channel()
    telegram.expect("100", awaited)
    await telegram.send(outgoing())
    await asyncio.sleep(0)
    assert telegram._typing == {}
    assert [method for method, _ in request.asked] == ["sendMessage"]


async def test_the_menu_is_told_in_both_languages() -> None:
    telegram, request = channel()
    await telegram.announce({None: menu("vi"), "en": menu("en")})
    default, english = request.of("setMyCommands")
    assert "language_code" not in default
    assert english["language_code"] == "en"
    names = [command["command"] for command in default["commands"]]
    assert names[:2] == ["menu", "hoso"]
    assert "en" in names
    assert "vi" not in names
    assert {command["command"] for command in english["commands"]} >= {"vi", "menu"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_command_of_the_menu_is_one_that_telegram_and_the_conversation_take(language: str) -> None:
    taken = COMMANDS.keys() | {name for room in rooms("nd09") for name in room.commands}
    for name, words in menu(language):
        assert name in taken
        assert name.isascii()
        assert name.islower()
        assert 1 <= len(words) <= 256

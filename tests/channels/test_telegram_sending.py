"""What Telegram is asked when a reply is sent, and what follows from each of its answers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from markupsafe import Markup
from telegram.error import NetworkError, TimedOut

from bot.channels.base import Outgoing
from bot.channels.telegram.errors import NeverLeft, seconds
from handlers.messages import Button, Reply
from knowledge.errors import Moved, Refused, TryLater, Uncertain
from tests.channels.contract import NEW_ADDRESS
from tests.channels.telegram_transport import (
    OK,
    channel,
    refusal,
)

HELLO = Reply(Markup("Chào <b>anh</b>"), ((Button("Các mục", "1:menu"),),))
CANNOT_PARSE = refusal(400, "Bad Request: can't parse entities: unsupported start tag")
NO_THREAD = refusal(400, "Bad Request: message thread not found")
TOO_MANY = refusal(429, "Too Many Requests: retry after 3", retry_after=3)


def outgoing(reply: Reply = HELLO, address: str = "100", *, repeated: bool = False) -> Outgoing:
    return Outgoing(address, reply, repeated)


def long_reply(letters: int = 5000) -> Reply:
    return Reply(Markup("chữ " * (letters // 4)), HELLO.buttons)


TELEGRAM_SAYS: dict[str, list[Any]] = {
    "taken": [OK],
    "slow down, with a time": [TOO_MANY],
    "slow down, without a time": [refusal(429, "Too Many Requests: retry later")],
    "blocked by the person": [refusal(403, "Forbidden: bot was blocked by the user")],
    "person deleted": [
        refusal(403, "Forbidden: user is deactivated"),
        refusal(400, "Bad Request: USER_DEACTIVATED"),
        refusal(400, "Bad Request: user not found"),
    ],
    "removed from the group": [
        refusal(403, "Forbidden: bot was kicked from the supergroup chat"),
        refusal(403, "Forbidden: bot is not a member of the channel chat"),
    ],
    "no such conversation": [refusal(400, "Bad Request: chat not found"), refusal(400, "Bad Request: PEER_ID_INVALID")],
    "no right to write here": [
        refusal(400, "Bad Request: not enough rights to send text messages to the chat"),
        refusal(400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
        refusal(400, "Bad Request: TOPIC_CLOSED"),
    ],
    "message not accepted": [refusal(400, "Bad Request: message text is empty")],
    "moved": [
        refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=int(NEW_ADDRESS))
    ],
    "token refused": [refusal(401, "Unauthorized"), refusal(404, "Not Found")],
    "never connected": [NeverLeft("no connection")],
    "no free connection": [NeverLeft("no connection")],
    "no answer in time": [TimedOut()],
    "connection lost after sending": [NetworkError("connection lost")],
    "server fault": [refusal(500, "Internal Server Error: restart")],
    "server overloaded": [(503, b"busy")],
    "gateway lost the answer": [(502, b"<html>"), (504, b"<html>")],
    "answer that cannot be read": [(200, b"<html>")],
}


async def attempt(said: Any, message: Outgoing) -> str | None:
    """Send before a Telegram that says this; it is asked once, whatever it says."""
    telegram, request = channel(said)
    try:
        return await telegram.send(message)
    finally:
        assert len(request.asked) == 1


@pytest.mark.parametrize("period", [3, timedelta(seconds=3)])
def test_a_time_to_wait_is_read_in_both_ways_of_the_library(period: int | timedelta) -> None:
    assert seconds(period) == 3.0


async def test_a_reply_is_html_with_its_buttons_and_no_preview() -> None:
    telegram, request = channel()
    await telegram.send(outgoing())
    assert request.asked == [
        (
            "sendMessage",
            {
                "chat_id": 100,
                "text": "Chào <b>anh</b>",
                "parse_mode": "HTML",
                "reply_markup": {"inline_keyboard": [[{"text": "Các mục", "callback_data": "1:menu"}]]},
                "link_preview_options": {"is_disabled": True},
            },
        )
    ]


async def test_what_a_person_wrote_comes_back_as_text_never_as_markup() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(Reply(Markup("<b>{}</b>").format("<i>1 < 2 & \"3\" 'x'</i>"))))
    assert request.of("sendMessage")[0]["text"] == ("<b>&lt;i&gt;1 &lt; 2 &amp; &#34;3&#34; &#39;x&#39;&lt;/i&gt;</b>")


async def test_tags_that_telegram_does_not_know_are_left_out_and_names_of_characters_are_written_out() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(Reply(Markup("<p>a&nbsp;<br>b &eacute; &lt; <u>c</u></p>"))))
    assert request.of("sendMessage")[0]["text"] == "a\xa0b é &lt; c"


async def test_a_topic_is_answered_in_the_topic() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(address="-1001234567890:7"))
    asked = request.of("sendMessage")[0]
    assert (asked["chat_id"], asked["message_thread_id"]) == (-1001234567890, 7)


async def test_a_topic_that_is_gone_is_answered_in_the_group() -> None:
    telegram, request = channel(NO_THREAD)
    assert await telegram.send(outgoing(address="-1001234567890:7")) == "101"
    assert ["message_thread_id" in asked for asked in request.of("sendMessage")] == [True, False]


async def test_a_topic_that_is_still_to_be_opened_is_opened_once_and_the_conversation_moves_there() -> None:
    opened = (200, json.dumps({"ok": True, "result": {"message_thread_id": 41, "name": "x"}}).encode())
    telegram, request = channel(opened)
    with pytest.raises(Moved) as moved:
        await telegram.send(outgoing(address="-1001234567890:+Hội thoại 17"))
    assert moved.value.address == "-1001234567890:41"
    assert request.of("createForumTopic") == [{"chat_id": -1001234567890, "name": "Hội thoại 17"}]
    assert request.of("sendMessage") == [], "the message goes when the new address is safe"


async def test_where_no_topic_can_be_opened_the_conversation_moves_to_the_group_itself() -> None:
    telegram, _ = channel(refusal(400, "Bad Request: the chat is not a forum"))
    with pytest.raises(Moved) as moved:
        await telegram.send(outgoing(address="-1001234567890:+Hội thoại 17"))
    assert moved.value.address == "-1001234567890"


async def test_markup_that_telegram_does_not_take_is_sent_once_more_as_plain_text() -> None:
    telegram, request = channel(CANNOT_PARSE)
    assert await telegram.send(outgoing(Reply(Markup("a &lt; <b>b</b>"), HELLO.buttons))) == "101"
    second = request.of("sendMessage")[1]
    assert second["text"] == "a < b"
    assert "parse_mode" not in second
    assert "reply_markup" in second


async def test_plain_text_that_telegram_does_not_take_either_is_refused() -> None:
    telegram, request = channel(CANNOT_PARSE, CANNOT_PARSE)
    with pytest.raises(Refused):
        await telegram.send(outgoing())
    assert len(request.asked) == 2


async def test_a_long_reply_comes_in_parts_with_the_buttons_under_the_last() -> None:
    telegram, request = channel()
    assert await telegram.send(outgoing(long_reply(9000))) == "103"
    sent = request.of("sendMessage")
    assert "".join(part["text"] for part in sent) == "chữ " * 2250
    assert all(len(part["text"]) <= 4096 for part in sent)
    assert ["reply_markup" in part for part in sent] == [False, False, True]
    assert telegram.calls(outgoing(long_reply(9000)).reply) == len(sent), "so many it takes of the budget"


async def test_a_reply_that_just_fits_is_one_message() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(Reply(Markup("x" * 4096))))
    assert len(request.asked) == 1


async def test_a_part_of_nothing_but_blanks_is_not_sent() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(Reply(Markup("a" + "\n" * 9000 + "b"))))
    assert [part["text"].strip() for part in request.of("sendMessage")] == ["a", "b"]


async def test_when_a_later_part_must_wait_the_parts_before_it_are_not_repeated() -> None:
    telegram, request = channel(OK, TOO_MANY)
    with pytest.raises(TryLater) as raised:
        await telegram.send(outgoing(long_reply(9000)))
    assert raised.value.after == 3.0
    assert await telegram.send(outgoing(long_reply(9000))) is not None
    texts = [part["text"] for part in request.of("sendMessage")]
    assert texts[1] == texts[2], "the part that had to wait"
    assert "".join([texts[0], *texts[2:]]) == "chữ " * 2250


async def test_the_same_long_reply_said_again_later_is_sent_whole() -> None:
    telegram, request = channel(OK, TOO_MANY)
    with pytest.raises(TryLater):
        await telegram.send(outgoing(long_reply()))
    await telegram.send(outgoing(long_reply()))
    before = len(request.asked)
    await telegram.send(outgoing(long_reply()))
    assert len(request.asked) - before == 2


@pytest.mark.parametrize(("said", "kind"), [(TimedOut(), Uncertain), (refusal(400, "Bad Request: x"), Refused)])
async def test_a_later_part_that_fails_for_good_ends_the_message(said: Any, kind: type[Exception]) -> None:
    telegram, request = channel(OK, said)
    with pytest.raises(kind):
        await telegram.send(outgoing(long_reply(9000)))
    assert len(request.asked) == 2


async def test_a_reply_that_may_have_been_sent_before_is_marked() -> None:
    telegram, request = channel()
    await telegram.send(outgoing(repeated=True))
    assert request.of("sendMessage")[0]["text"].startswith("(↻) Chào")


async def test_rows_are_broken_where_clients_would() -> None:
    telegram, request = channel()
    row = tuple(Button(str(number), f"1:n:{number}") for number in range(10))
    await telegram.send(outgoing(Reply(Markup("x"), (row,))))
    assert [len(laid) for laid in request.of("sendMessage")[0]["reply_markup"]["inline_keyboard"]] == [8, 2]


async def test_an_answer_of_a_later_version_does_not_make_a_sent_message_doubtful() -> None:
    telegram, _ = channel((200, json.dumps({"ok": True, "result": None}).encode()))
    assert await telegram.send(outgoing()) is None

"""What Zalo is asked when a reply is sent, and what follows from each of its answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from markupsafe import Markup

from bot.channels.base import Outgoing, OutgoingFile
from bot.channels.zalo import oa as zalo_oa
from bot.channels.zalo.oa import SEND, UPLOAD_FILE
from bot.channels.zalo.oa_errors import CLASSES, KEPT_SECONDS, MINUTE_SECONDS, Class
from bot.standins.faults import Wrong
from bot.standins.zalo_oa import Person, ZaloOaServer
from handlers.messages import Button, FileRef, Reply
from knowledge.errors import Gone, Refused, TryLater, Uncertain
from storage.zalo_contacts import WAITS
from tests.channels.zalo_desk import WHO, desk

HELLO = Reply(Markup("Chào <b>anh</b>"), ((Button("Các mục", "1:menu"), Button("Thoát", "1:cancel")),))
NUMBERED = "Chào anh\n  1. Các mục\n  2. Thoát"
PNG = OutgoingFile("so-do.png", b"\x89PNG\r\n\x1a\n 1", "image/png")
PDF = OutgoingFile("mau.pdf", b"%PDF-1.7", "application/pdf")
XLSX = OutgoingFile("bang.xlsx", b"PK", "application/zip")


def outgoing(reply: Reply = HELLO, address: str = WHO, *files: OutgoingFile, repeated: bool = False) -> Outgoing:
    return Outgoing(address, reply, repeated, files)


Case = Callable[[ZaloOaServer], None]


def goes_wrong(wrong: Wrong, number: float = 0) -> Case:
    return lambda server: server.faults.add(wrong, number)


def twice(code: int) -> Case:
    def refuse(server: ZaloOaServer) -> None:
        for _ in range(2):
            server.faults.add(Wrong.CODE, code)

    return refuse


def blocked(server: ZaloOaServer) -> None:
    server.people[WHO].blocks = True


NONE_OF_ITS_OWN: list[Case] = []
"""Zalo has no such answer, or no groups at all."""

ZALO_SAYS: dict[str, list[Case]] = {
    "taken": [lambda _server: None],
    "slow down, with a time": NONE_OF_ITS_OWN,  # -32 names none, but means the next minute: tested below
    "slow down, without a time": [goes_wrong(Wrong.STATUS, 429)],
    "blocked by the person": [blocked, goes_wrong(Wrong.CODE, -217), goes_wrong(Wrong.CODE, -222)],
    "person deleted": [goes_wrong(Wrong.CODE, -227)],
    "removed from the group": NONE_OF_ITS_OWN,
    "no such conversation": [lambda server: server.people.clear()],
    "no right to write here": [goes_wrong(Wrong.CODE, -233)],
    "message not accepted": [goes_wrong(Wrong.CODE, -201), goes_wrong(Wrong.CODE, -210), goes_wrong(Wrong.CODE, -9999)],
    "moved": NONE_OF_ITS_OWN,
    "token refused": [twice(-216), twice(-220)],
    "never connected": NONE_OF_ITS_OWN,  # tested below, where nobody listens
    "no free connection": NONE_OF_ITS_OWN,
    "no answer in time": [goes_wrong(Wrong.SLOW, 0.5)],
    "connection lost after sending": [goes_wrong(Wrong.DROP_BEFORE), goes_wrong(Wrong.DROP_AFTER)],
    "server fault": [goes_wrong(Wrong.STATUS, 500)],
    "server overloaded": [goes_wrong(Wrong.STATUS, 503)],
    "gateway lost the answer": [goes_wrong(Wrong.LOST, 502), goes_wrong(Wrong.LOST, 504)],
    "answer that cannot be read": [goes_wrong(Wrong.GARBAGE)],
}


async def attempt(case: Case, message: Outgoing) -> str | None:
    """Send before a Zalo that answers so."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(zalo_oa, "SEND_SECONDS", 0.2)
        async with desk() as at:
            case(at.server)
            return await at.zalo.send(message)


async def test_where_nobody_listens_nothing_was_sent() -> None:
    async with desk(openapi_url="http://127.0.0.1:1") as at:
        with pytest.raises(TryLater, match="no connection") as raised:
            await at.zalo.send(outgoing())
        assert raised.value.after is None


@pytest.mark.parametrize("code", [-216, -220])
async def test_a_token_that_is_refused_is_renewed_once_and_the_message_sent_once(code: int) -> None:
    async with desk() as at:
        before = at.server.account.renewals
        at.server.faults.add(Wrong.CODE, code)
        assert await at.zalo.send(outgoing()) == "m1"
        assert at.server.account.renewals == before + 1
        assert len(at.server.sent) == 1


async def test_too_many_requests_wait_for_the_next_minute() -> None:
    async with desk() as at:
        at.server.account.per_minute = 1
        await at.zalo.send(outgoing())
        with pytest.raises(TryLater) as raised:
            await at.zalo.send(outgoing())
        assert raised.value.after == MINUTE_SECONDS


@pytest.mark.parametrize("code", [code for code, found in CLASSES.items() if found is Class.WINDOW])
async def test_who_wrote_too_long_ago_is_written_to_at_their_next_contact(code: int) -> None:
    async with desk() as at:
        at.server.faults.add(Wrong.CODE, code)
        with pytest.raises(TryLater, match=WAITS) as raised:
            await at.zalo.send(outgoing())
        assert raised.value.after == KEPT_SECONDS


async def test_outside_the_time_that_is_paid_for_zalo_is_not_even_asked() -> None:
    async with desk() as at:
        at.contacts.closed = True
        with pytest.raises(TryLater, match=WAITS):
            await at.zalo.send(outgoing())
        assert at.server.asked == []


@pytest.mark.parametrize("code", [code for code, found in CLASSES.items() if found is Class.ALERT])
async def test_what_a_person_must_repair_is_told_and_the_message_waits(
    code: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk() as at:
        at.server.faults.add(Wrong.CODE, code)
        with pytest.raises(TryLater):
            await at.zalo.send(outgoing())
    assert any(record.levelno == logging.ERROR and str(code) in record.message for record in caplog.records)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (code, Gone if found is Class.UNREACHABLE else Refused)
        for code, found in CLASSES.items()
        if found in (Class.UNREACHABLE, Class.PERMANENT)
    ],
)
async def test_every_other_code_ends_the_message(code: int, kind: type[Exception]) -> None:
    async with desk() as at:
        at.server.faults.add(Wrong.CODE, code)
        with pytest.raises(kind):
            await at.zalo.send(outgoing())


REQUESTS: dict[str, tuple[dict[str, Any], Outgoing, dict[str, Any]]] = {
    "send_cs_text": ({}, outgoing(Reply(Markup("Chào <b>anh</b> &amp; chị"))), {"text": "Chào anh & chị"}),
    "send_cs_text with numbers": ({}, outgoing(), {"text": NUMBERED}),
    "send_cs_buttons": (
        {"buttons": True},
        outgoing(),
        {
            "text": "Chào anh",
            "attachment": {
                "type": "template",
                "payload": {
                    "buttons": [
                        {"title": "Các mục", "type": "oa.query.hide", "payload": "#1:menu"},
                        {"title": "Thoát", "type": "oa.query.hide", "payload": "#1:cancel"},
                    ]
                },
            },
        },
    ),
    "send_cs_list": (
        {"buttons": True},
        outgoing(
            Reply(
                Markup("<b>Thủ tục phù hợp</b>\nAnh/chị chọn một thủ tục:"),
                ((Button("Cấp giấy chứng nhận đăng ký đầu tư lần đầu", "1:show:a"),), (Button("Các mục", "1:menu"),)),
            )
        ),
        {
            "attachment": {
                "type": "template",
                "payload": {
                    "template_type": "list",
                    "elements": [
                        {"title": "Thủ tục phù hợp", "subtitle": "Anh/chị chọn một thủ tục:"},
                        {
                            "title": "Cấp giấy chứng nhận đăng ký đầu tư lần đầu",
                            "default_action": {"type": "oa.query.hide", "payload": "#1:show:a"},
                        },
                        {"title": "Các mục", "default_action": {"type": "oa.query.hide", "payload": "#1:menu"}},
                    ],
                },
            }
        },
    ),
    "send_cs_image": (
        {},
        outgoing(Reply(Markup("Sơ đồ"), files=(FileRef("h", "so-do.png"),)), WHO, PNG),
        {
            "text": "Sơ đồ",
            "attachment": {
                "type": "template",
                "payload": {
                    "template_type": "media",
                    "elements": [{"media_type": "image", "attachment_id": "attachment_id-0"}],
                },
            },
        },
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_reply_becomes_the_request_of_the_documents(name: str) -> None:
    given, message, request = REQUESTS[name]
    async with desk(**given) as at:
        assert await at.zalo.send(message) == "m1"
        assert at.server.asked == [(SEND, {"recipient": {"user_id": WHO}, "message": request})]


async def test_a_document_goes_before_its_words() -> None:
    async with desk() as at:
        await at.zalo.send(outgoing(HELLO, WHO, PDF))
        assert [body["message"] for body in at.messages()] == [
            {"attachment": {"type": "file", "payload": {"token": "token-0"}}},
            {"text": NUMBERED},
        ]
        assert at.server.uploaded == {"token-0": PDF.content}


async def test_a_file_that_zalo_does_not_take_is_left_out_and_told(caplog: pytest.LogCaptureFixture) -> None:
    async with desk() as at:
        await at.zalo.send(outgoing(HELLO, WHO, XLSX))
        assert [body["message"] for body in at.messages()] == [{"text": NUMBERED}]
    assert "Zalo takes no file of this kind" in caplog.text


@pytest.mark.parametrize("wrong", [Wrong.DROP_AFTER, Wrong.STATUS])
async def test_a_file_in_doubt_is_handed_over_again_for_nobody_saw_it(wrong: Wrong) -> None:
    async with desk() as at:
        at.server.faults.add(wrong, 500)
        with pytest.raises(TryLater):
            await at.zalo.send(outgoing(HELLO, WHO, PDF))
        assert at.server.sent == []


async def test_while_a_file_or_the_token_takes_too_long_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zalo_oa, "PREPARE_SECONDS", 0.1)
    async with desk() as at:
        at.server.faults.add(Wrong.SLOW, 0.5, UPLOAD_FILE)
        with pytest.raises(TryLater, match="took too long"):
            await at.zalo.send(outgoing(HELLO, WHO, PDF))
        assert at.server.sent == []


async def test_somebody_who_is_not_logged_in_is_answered_in_their_conversation() -> None:
    async with desk() as at:
        at.server.people["anon-7"] = Person(at.server.clock())
        await at.zalo.send(outgoing(address="anonymous:anon-7:conv-1"))
        assert at.messages()[0]["recipient"] == {"anonymous_id": "anon-7", "conversation_id": "conv-1"}


async def test_a_long_reply_comes_in_parts_cut_between_paragraphs_with_the_choices_under_the_last() -> None:
    paragraphs = [f"Đoạn {number}: " + "chữ " * 150 for number in range(8)]
    reply = Reply(Markup("\n\n".join(paragraphs)), HELLO.buttons)
    async with desk() as at:
        await at.zalo.send(outgoing(reply))
        texts = [body["message"]["text"] for body in at.messages()]
        assert at.zalo.calls(reply) == len(texts) > 1, "so many it takes of the budget"
        assert all(len(text) <= 2000 for text in texts)
        assert all(text.startswith("Đoạn") for text in texts)
        assert texts[-1].endswith("  1. Các mục\n  2. Thoát")
        assert "".join(texts) == "\n\n".join(paragraphs) + "\n  1. Các mục\n  2. Thoát"


async def test_more_buttons_than_zalo_shows_are_numbers() -> None:
    many = Reply(Markup("Chọn"), (tuple(Button(f"Mục {number}", f"1:n:{number}") for number in range(6)),))
    async with desk(buttons=True) as at:
        await at.zalo.send(outgoing(many))
        assert at.messages()[0]["message"]["text"].endswith("  6. Mục 5")
        assert "attachment" not in at.messages()[0]["message"]


async def test_when_a_later_part_must_wait_the_parts_before_it_are_not_repeated() -> None:
    reply = Reply(Markup("chữ " * 900))
    async with desk() as at:
        at.server.account.per_minute = 1
        with pytest.raises(TryLater):
            await at.zalo.send(outgoing(reply))
        at.server.account.per_minute = 100
        await at.zalo.send(outgoing(reply))
        assert "".join(sent.message["text"] for sent in at.server.sent) == "chữ " * 900


async def test_a_reply_that_may_have_been_sent_before_is_marked() -> None:
    async with desk() as at:
        await at.zalo.send(outgoing(repeated=True))
        assert at.messages()[0]["message"]["text"].startswith("(↻) Chào")


async def test_an_answer_without_a_code_is_in_doubt() -> None:
    async with desk() as at:
        at.server.faults.add(Wrong.LOST, 404)
        with pytest.raises(Uncertain):
            await at.zalo.send(outgoing())

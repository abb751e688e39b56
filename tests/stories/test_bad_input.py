"""Whatever comes in gets a clear answer, harms nothing and leaves no state stuck."""

from __future__ import annotations

from sqlalchemy import select

from handlers.messages import Incoming, Kind
from storage import feedback
from storage.schema import dossier, edition
from tests.stories.chat import Chat

TEXTS = {
    "empty": "",
    "spaces": "  \t \n ",
    "100 kB of words": "giấy phép xây dựng " * 5500,
    "100 kB of one letter": "a" * 100_000,
    "100 kB of marks": "\u0301" * 100_000,
    "control characters": "\x01\x02\x07\x1b[31mgiấy phép\x7f\x85",
    "only control characters": "\x01\x02\x1b",
    "NUL": "giấy\x00phép\x00",
    "only NUL": "\x00",
    "emoji": "😀👍🏽👨‍👩‍👧‍👦",
    "half a character": "\ud83d giấy phép \udc00",
    "only half a character": "\ud800",
    "right to left": "\u202egnựd yâx pép yấig\u202c",
    "Arabic": "رخصة بناء",
    "without width": "\u200b\u200d\ufeff",
    "characters of no language": "\ufffe\uffff\U0010ffff",
    "HTML": "<b>giấy phép</b> & <a href='http://x'>x</a>",
    "open HTML": "<b><i><u",
    "script": "<script>alert(1)</script>",
    "Markdown": "**giấy** _phép_ `xây` [dựng](http://x) ```",
    "SQL": "'; DROP TABLE dossier; -- %'",
    "format braces": "{agency} {0} {} {__class__.__mro__} %s %(x)s $x",
    "unknown command": "/giaypheb",
    "slash": "/",
    "slash and space": "/ menu",
    "slashes": "//////",
    "command of somebody else": "/menu@otherbot x y z",
    "number zero": "0",
    "number too high": "99",
    "number far too high": "9" * 5000,
    "negative number": "-1",
    "Arabic number": "٣",
    "full-width number": "９",
    "superscript": "²",
    "circled number": "①",
    "fraction": "½",
    "colons": ":::",
    "question marks": "?" * 50,
    "line breaks": "\n" * 300 + "x",
    "Windows lines": "giấy\r\nphép\r\n",
    "many codes": "000.00.15.H58-261102-0001 " * 300,
    "decomposed": "giấy phép xây dựng gì",
    "JSON": '{"kind": "tap", "text": "1:send"}',
    "an action typed": "1:show:XD01",
    "a secret word": "__import__('os').system('x')",
}
ACTIONS = (
    "0:show:XD01",
    "2:show:XD01",
    "1:show:NOPE",
    "1:show:",
    "1:show",
    "1:show:XD01:papers:more",
    "1:part:XD01:xyz",
    "1:part:XD01:__class__",
    "1:part:NOPE:papers",
    "1:part:R06:fee",
    "1:field:deadbeef:999",
    "1:field:deadbeef",
    "1:field::",
    "1:lang:xx",
    "1:lang",
    "1:send",
    "1:form:feedback:send",
    "1:form:feedback:send:now:or:never",
    "1:form:feedback:edit:__class__",
    "1:form:nothing:send",
    "1:form:feedback",
    "1:useful:yes:NOPE",
    "1:useful:perhaps:XD01",
    "1:fields:there",
    "1:take_in",
    "1:__call__",
    "1:",
    ":::",
    "",
    "\x00",
    "\ud800",
    "1:show:" + "X" * 58,
    "1:" + "Đ" * 31,
    "Không có nút này",
    "<b>1:menu</b>",
)
ANSWERS = ("Nội dung phản ánh đủ dài để được nhận.", "Công ty Thử", "Lô 5, KCN Mỹ Tho", "0912345678")
NUMBERED_FIELDS = ("0", "-1", "4", "99", "٣٣", "²", "x", "", "1.0")


def fine(chat: Chat) -> None:
    """The next ordinary question is answered normally."""
    chat.says("gia hạn giấy phép xây dựng").sees("Gia hạn giấy phép xây dựng")


def test_every_text_gets_one_clear_answer_and_the_next_question_is_answered(chat: Chat) -> None:
    for name, text in TEXTS.items():
        chat.says(text)
        assert len(chat.heard) == 1, name
        fine(chat)
    assert "failed" not in chat.office.trail()


def test_every_forged_or_stale_button_gets_one_clear_answer(chat: Chat) -> None:
    field = next(button.action for button in chat.says("/thutuc").offered if ":field:" in button.action)
    for action in (*ACTIONS, *(f"{field}:{page}" for page in NUMBERED_FIELDS)):
        if action.startswith("1:part:R06"):
            chat.presses(action).sees("không thuộc")
        else:
            chat.presses(action).sees("Nút này đã cũ")
        fine(chat)


def test_files_stickers_and_the_rest_are_declined_politely(chat: Chat) -> None:
    for name in ("x" * 500, "", "a\x00.pdf"):
        chat.sends_file(name).sees("chỉ đọc được chữ")
        fine(chat)
    chat.sends_sticker().sees("chỉ đọc được chữ")
    fine(chat)


def test_whatever_comes_in_as_the_answer_of_a_form_the_form_goes_on_and_can_be_left(chat: Chat) -> None:
    for name, text in TEXTS.items():
        for answers in ((), ANSWERS[:1]):
            chat.says("góp ý")
            for answer in answers:
                chat.says(answer)
            if _cancels(chat, text):  # a number of any script is the button of that number
                chat.says(text).sees("Đã bỏ")
                continue
            chat.says(text)
            assert "/4" in chat.last or "giúp tôi" in chat.last, name
            chat.says("/huy").sees("Đã bỏ")
    fine(chat)


def _cancels(chat: Chat, text: str) -> bool:
    number = int(text) if text.isdecimal() and len(text) <= 2 else 0
    return 1 <= number <= len(chat.buttons()) and chat.buttons()[number - 1] == "Huỷ"


def test_whatever_comes_in_under_the_review_of_a_form_the_review_stays(chat: Chat) -> None:
    for answer in ("góp ý", *ANSWERS):
        chat.says(answer)
    for text in TEXTS.values():
        chat.says(text)
        back = next((one for one in ("Giữ nguyên", "Về phần xem lại") if one in chat.buttons()), None)
        if back is not None:  # a number of any script is the button of that number, here an edit
            chat.taps(back)
        chat.sees("xem lại", *ANSWERS)
    for action in ACTIONS:
        if action != "1:form:feedback:send":
            chat.presses(action).sees("xem lại", *ANSWERS)
    assert chat.office.reads(lambda tx: feedback.listed(tx, 9)) == []
    chat.says("/huy").sees("Đã bỏ")
    fine(chat)


def test_what_was_typed_comes_back_escaped_and_whole(chat: Chat) -> None:
    name = "<b>Công ty</b> & 'Con' {agency} %s </i><script>alert(1)</script>"
    for answer in ("góp ý", "Nội dung <i>rất</i> dài {0} {content} **x**", name, "Lô 5 <br> KCN", "0912345678"):
        chat.says(answer)
    chat.sees(name, "Nội dung <i>rất</i> dài {0} {content} **x**", "Lô 5 <br> KCN")
    assert "<script>" not in chat.markup
    assert "&lt;script&gt;" in chat.markup
    chat.taps("Gửi")
    (one,) = chat.office.reads(lambda tx: feedback.listed(tx, 9))
    assert one.sender_name == name


def test_what_is_kept_is_one_normal_text(chat: Chat) -> None:
    for answer in (
        "góp ý",
        "No\u0302\u0323i\x00dung\u202e đủ\u200b dài",
        "Tên\ud800",
        "Địa chỉ\r\nhai dòng",
        "0912345678",
    ):
        chat.says(answer)
    chat.taps("Gửi")
    (one,) = chat.office.reads(lambda tx: feedback.listed(tx, 9))
    assert (one.content, one.sender_name, one.sender_address) == ("Nội dung đủ dài", "Tên\ufffd", "Địa chỉ \nhai dòng")


def test_nothing_of_it_reaches_the_tables(chat: Chat) -> None:
    chat.says("'; DROP TABLE dossier; --").says("000.00.15.H58-261102-0001' OR '1'='1")
    assert chat.office.reads(lambda tx: tx.execute(select(dossier.c.id)).all()) == []
    assert len(chat.office.reads(lambda tx: tx.execute(select(edition.c.id)).all())) >= 1


def test_a_sender_with_a_strange_address_is_a_person_like_others(chat: Chat) -> None:
    for name in ("", "'; --", "<b>", "😀", "x" * 200):
        chat.as_person(name).says("xin chào").sees("trợ lý tự động")


def test_the_body_of_an_event_survives_whatever_it_holds() -> None:
    for text in TEXTS.values():
        again = Incoming.from_json(Incoming(Kind.TEXT, text).to_json())
        assert again.text == "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)

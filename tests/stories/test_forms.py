"""The form engine in whole conversations, on both engines: corrections, pauses, restarts, groups, votes, edits."""

from __future__ import annotations

from sqlalchemy import select

from handlers.messages import Incoming, Kind, Reply
from storage import feedback
from storage.schema import audit
from tests.stories.chat import COMPLETE, Chat
from tests.stories.test_feedback import ADDRESS, ANSWERS, CONTENT, NAME, PHONE, begin, kept


def test_one_answer_is_corrected_from_the_review_and_only_that_one(chat: Chat) -> None:
    begin(chat, 4).taps("Sửa: Họ tên").sees("2/4", NAME)
    assert chat.buttons()[1:] == ["Giữ nguyên", "Về phần xem lại", "Huỷ"]
    chat.says("Công ty TNHH Tên Mới").sees("xem lại", "Công ty TNHH Tên Mới", CONTENT, ADDRESS, PHONE).sees_not(NAME)
    chat.taps("Sửa: Điện thoại").taps("Giữ nguyên").sees("xem lại", PHONE)
    chat.says("sửa địa chỉ").taps("Về phần xem lại").sees("xem lại", ADDRESS)
    chat.taps("Gửi").sees("PAKN-20261123-0001")
    (one,) = kept(chat)
    assert one.sender_name == "Công ty TNHH Tên Mới"


def test_a_wrong_correction_is_told_and_the_review_comes_after_a_right_one(chat: Chat) -> None:
    begin(chat, 4).says("sửa điện thoại").says("không có").sees("giúp tôi", "4/4")
    chat.says("gia hạn giấy phép xây dựng cần giấy tờ gì?").sees("Giấy tờ cần nộp", "4/4")
    chat.restarts()
    chat.says("0987654321").sees("xem lại", "0987654321")


def test_one_goes_back_question_by_question(chat: Chat) -> None:
    begin(chat, 3).taps("Câu trước").sees("3/4", ADDRESS).taps("Câu trước").sees("2/4", NAME)
    chat.says("Bình").sees("3/4").taps("Giữ nguyên").sees("4/4").says(PHONE).sees("xem lại", "Bình", ADDRESS)


def test_a_form_that_was_left_for_a_day_asks_whether_to_go_on(chat: Chat) -> None:
    begin(chat, 2)
    chat.clock.moves(days=1)
    chat.restarts()
    chat.says("cấp lại giấy phép lao động").sees("giấy phép lao động", "tiếp tục hay làm lại")
    assert chat.buttons()[-3:] == ["Tiếp tục", "Làm lại", "Huỷ"]
    chat.taps("Tiếp tục").sees("3/4").says(ADDRESS).says(PHONE).sees(*ANSWERS)
    chat.clock.moves(minutes=31)
    chat.says("ừ đúng rồi đó").sees("tiếp tục hay làm lại").taps("Làm lại").sees("1/4", COMPLETE.name).sees_not(CONTENT)
    assert kept(chat) == []


def test_what_was_set_aside_waits_quietly_and_is_taken_up_again_days_later(chat: Chat) -> None:
    begin(chat, 3)
    chat.clock.moves(hours=1)
    chat.says("menu").sees("tiếp tục hay làm lại")
    for said in ("gia hạn giấy phép xây dựng", "000.00.15.H58-261102-9999", "asdfghjkl", "asdfghjkl"):
        chat.says(said).sees_not("viết dở", "4/4")
    chat.sees("vẫn chưa hiểu", COMPLETE.phone)
    chat.clock.moves(days=3)
    chat.says("góp ý").sees("tiếp tục hay làm lại").says("tiếp tục").sees("4/4").says(PHONE).sees(*ANSWERS)
    chat.taps("Gửi").sees("PAKN-20261126-0001")


def test_the_send_button_of_yesterday_still_sends_what_stands_above_it(chat: Chat) -> None:
    begin(chat, 4)
    chat.clock.moves(days=1)
    chat.taps("Gửi").sees("PAKN-20261124-0001")


def test_a_form_set_aside_is_dropped_by_cancelling(chat: Chat) -> None:
    begin(chat, 2).says("/phananh").sees("tiếp tục hay làm lại").says("huy").sees("Đã bỏ")
    chat.says("tiếp tục").sees_not("3/4")
    begin(chat, 0)


def test_the_state_of_the_version_before_is_taken_up_where_it_stood(chat: Chat) -> None:
    chat.says("menu")
    answers = '{"content": "Đề nghị rút ngắn thời gian.", "name": "Bình"}'
    rest = f'"topic": null, "misses": 0, "offered": [["Huỷ", "1:cancel"]], "step": "address", "answers": {answers}'
    chat.forgets(version=1, state=f'{{"form": "feedback", {rest}}}')
    chat.says(ADDRESS).sees("tiếp tục hay làm lại").sees_not("bắt đầu lại")
    chat.taps("Tiếp tục").sees("3/4", ADDRESS).taps("Giữ nguyên").says(PHONE).sees("rút ngắn", "Bình", ADDRESS)


def hears(chat: Chat, kind: Kind, text: str, *, message: str | None = None, group: bool = False) -> list[Reply]:
    return chat.office.receives(chat.name, Incoming(kind, text, message, group))


def test_in_a_group_nothing_personal_is_asked(chat: Chat) -> None:
    for kind, text in ((Kind.TEXT, "góp ý"), (Kind.TEXT, "/phananh"), (Kind.TAP, "1:feedback"), (Kind.TAP, "1:human")):
        (reply,) = hears(chat, kind, text, group=True)
        assert "nhắn riêng" in reply.text
        assert reply.buttons == ()
    assert "nhắn riêng" in hears(chat, Kind.TEXT, "cho tôi gặp cán bộ", group=True)[0].text
    assert "Gia hạn" in hears(chat, Kind.TEXT, "gia hạn giấy phép xây dựng", group=True)[0].text
    hears(chat, Kind.TEXT, CONTENT, group=True)
    assert chat.office.reads(lambda tx: feedback.listed(tx, 9)) == []
    assert "sent_private" in chat.office.trail()


def test_turning_a_page_and_switching_the_part_rewrites_the_tapped_message(chat: Chat) -> None:
    field = next(button for button in chat.says("/thutuc").offered if "(23)" in button.label)
    (listed,) = hears(chat, Kind.TAP, field.action, message="7")
    assert listed.edits == "7"
    actions = {button.label: button.action for row in listed.buttons for button in row}
    (second,) = hears(chat, Kind.TAP, actions["Xem tiếp"], message="7")
    assert (second.edits, "trang 2" in second.text) == ("7", True)
    assert hears(chat, Kind.TAP, actions["Quay lại"], message="7")[0].edits == "7"
    shown = next(action for action in actions.values() if ":show:" in action)
    (card,) = hears(chat, Kind.TAP, shown, message="7")
    assert card.edits is None, "an answer is sent anew"
    part = next(button.action for row in card.buttons for button in row if ":part:" in button.action)
    assert hears(chat, Kind.TAP, part, message="8")[0].edits == "8"
    assert hears(chat, Kind.TAP, shown, message="8")[0].edits == "8"
    assert hears(chat, Kind.TAP, part)[0].edits is None
    assert hears(chat, Kind.TAP, "1:fields", message="9")[0].edits is None, "the menu stays"
    assert hears(chat, Kind.TAP, "1:field:deadbeef:2", message="9")[0].edits is None
    begin(chat, 1)
    assert [reply.edits for reply in hears(chat, Kind.TAP, part, message="8")] == [None, None]


def test_an_answer_is_voted_on_in_one_tap_and_only_the_procedure_is_noted(chat: Chat) -> None:
    chat.says("gia hạn giấy phép xây dựng cần giấy tờ gì").taps("👍 Hữu ích").sees("Cảm ơn")
    chat.taps("Xem tóm tắt").says("chưa đúng ý").sees("Cảm ơn", COMPLETE.phone)
    topic = chat.topic()
    wanted = select(audit.c.action, audit.c.detail).where(audit.c.detail.is_not(None)).order_by(audit.c.id)
    lines = chat.office.reads(lambda tx: [tuple(row) for row in tx.execute(wanted)])
    assert lines[-2:] == [("useful", f"{topic}:papers"), ("not_useful", topic)]
    chat.says("đăng ký doanh nghiệp ở đâu").sees("không thuộc")
    assert not any("👍" in label for label in chat.buttons())

"""The feedback form: four questions, a review, a receipt; ways out, interruptions, restarts, mistakes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage import feedback
from storage.feedback import Feedback
from storage.schema import conversation
from tests.stories.chat import COMPLETE, Chat
from tests.stories.test_procedures import CLOSE_CALLS

CONTENT = "Thủ tục cấp phép xây dựng mất nhiều thời gian, đề nghị rút ngắn."
NAME, ADDRESS, PHONE = "Công ty TNHH Thử Nghiệm", "Lô 5, KCN Mỹ Tho", "0912 345 678"
ANSWERS = (CONTENT, NAME, ADDRESS, PHONE)
SEND = "1:form:feedback:send"
QUESTIONS = ("1/4", "2/4", "3/4", "4/4", "xem lại")


def begin(chat: Chat, answered: int) -> Chat:
    """Open the form and answer so many of its questions."""
    chat.says("góp ý")
    for answer in ANSWERS[:answered]:
        chat.says(answer)
    return chat.sees(QUESTIONS[answered])


def kept(chat: Chat) -> list[Feedback]:
    return chat.office.reads(lambda tx: feedback.listed(tx, 99))


def test_a_whole_run_ends_with_a_receipt_number_and_what_was_said_is_kept(chat: Chat) -> None:
    chat.says("gửi phản ánh").sees("cán bộ được giao", COMPLETE.name, "mã hoá", "huỷ", "1/4")
    chat.says(CONTENT).sees("2/4").says(NAME).sees("3/4").says(ADDRESS).sees("4/4")
    chat.says(PHONE).sees("xem lại", *ANSWERS)
    assert kept(chat) == [], "nothing is handed in before the button"
    chat.taps("Gửi").sees("PAKN-20261123-0001", COMPLETE.phone)
    (one,) = kept(chat)
    assert (one.content, one.sender_name, one.sender_address, one.sender_phone) == ANSWERS
    chat.says("gia hạn giấy phép xây dựng").sees("Gia hạn giấy phép xây dựng").sees_not("4/4", "xem lại")


def test_nothing_of_the_answers_stays_in_the_conversation_once_they_are_handed_in(chat: Chat) -> None:
    begin(chat, 4).taps("Gửi")
    states = chat.office.reads(lambda tx: tx.execute(select(conversation.c.state)).scalars().all())
    assert not any(NAME in (state or "") or PHONE in (state or "") for state in states)


def test_a_fault_is_told_at_each_question_and_the_question_stays(chat: Chat) -> None:
    chat.says("góp ý")
    for faults, answer in (
        (("ngắn", "x" * 4001), CONTENT),
        (("A", "x" * 201, PHONE), NAME),
        (("A", "x" * 201, PHONE), ADDRESS),
        (("không có", "12345", "0912", "9" * 30, "x" * 300 + PHONE), PHONE),
    ):
        for fault in faults:
            chat.says(fault).sees("giúp tôi")
        chat.says(answer)
    chat.sees("xem lại", *ANSWERS)


def test_every_question_can_be_cancelled_by_word_button_number_and_command(chat: Chat) -> None:
    for answered in range(5):
        for way in ("huỷ", "hủy", "thôi", "cancel", "/huy", "its number"):
            begin(chat, answered)
            chat.says(str(len(chat.buttons())) if way == "its number" else way).sees("Đã bỏ")
        begin(chat, answered).taps("Huỷ").sees("Đã bỏ")
    assert kept(chat) == []
    chat.says("gia hạn giấy phép xây dựng").sees_not("đang viết dở")
    chat.presses(SEND).sees("Nút này đã cũ")


def test_a_person_may_be_called_huy_or_dung(chat: Chat) -> None:
    for name in ("Huy", "huy", "Dũng", "dung", "Thới", "chị Chi", "Hỷ"):
        begin(chat, 1).says(name).sees("3/4")
        chat.says("huỷ").sees("Đã bỏ")


def test_whatever_comes_between_is_answered_and_the_open_question_repeated(chat: Chat) -> None:
    for answered in range(5):
        interrupt(begin(chat, answered), answered)
        for answer in ANSWERS[answered:]:
            chat.says(answer)
        chat.sees("xem lại", *ANSWERS).taps("Gửi").sees(f"PAKN-20261123-000{answered + 1}")
        chat.presses(f"1:pakn:sure:PAKN-20261123-000{answered + 1}").sees("Đã rút")


def interrupt(chat: Chat, answered: int) -> None:
    """Do everything else while a question is open."""
    between = {
        "/menu": "cần việc gì",
        "menu": "cần việc gì",
        "/lienhe": COMPLETE.address,
        "số điện thoại": COMPLETE.phone,
        "/tracuu": "gửi mã hồ sơ",
        "/xyz": "không có lệnh này",
        "77": "chọn số từ 1",
    }
    if answered:  # what the feedback itself says may well be a question or hold a code
        between["gia hạn giấy phép xây dựng cần giấy tờ gì?"] = "Giấy tờ cần nộp"
        between["hồ sơ 000.00.15.H58-261102-9999 tới đâu rồi"] = "chưa thấy hồ sơ"
    for said, answer in between.items():
        chat.says(said).sees(answer, QUESTIONS[answered])
        assert chat.buttons()[-1] == "Huỷ"
    chat.sends_file().sees("chỉ đọc được chữ", QUESTIONS[answered])
    chat.sends_sticker().sees("chỉ đọc được chữ", QUESTIONS[answered])
    chat.says("").sees("chưa có chữ", QUESTIONS[answered])
    chat.presses("0:show:XD01").sees("Nút này đã cũ", QUESTIONS[answered])
    for again in ("/phananh", "góp ý"):
        if answered:
            chat.says(again).sees("tiếp tục hay làm lại").says("tiếp tục")
        else:
            chat.says(again)
        chat.sees(QUESTIONS[answered])


def test_a_choice_offered_in_between_is_tapped_and_the_form_goes_on(chat: Chat) -> None:
    begin(chat, 2)
    question = next(question for question in CLOSE_CALLS if chat.says(f"{question}?").choices())
    assert chat.says(f"{question}?").buttons()[-1] == "Huỷ"
    chat.says("1").sees("Thời hạn", "3/4").says(ADDRESS).sees("4/4")


def test_an_ok_under_the_review_neither_sends_nor_leaves_and_the_word_send_sends(chat: Chat) -> None:
    begin(chat, 4)
    for said in ("ok", "dạ đúng rồi", "cảm ơn"):
        chat.says(said).sees("xem lại", "Gửi")
    assert kept(chat) == []
    chat.says("gui").sees("PAKN-20261123-0001")


def test_the_form_goes_on_after_a_restart_of_the_process(chat: Chat) -> None:
    begin(chat, 2)
    chat.restarts()
    chat.says(ADDRESS).sees("4/4").says(PHONE).sees(*ANSWERS)
    chat.restarts()
    chat.taps("Gửi").sees("PAKN-20261123-0001")


def test_a_button_pressed_twice_gives_one_receipt(chat: Chat) -> None:
    begin(chat, 4).taps("Gửi").sees("PAKN-20261123-0001")
    chat.presses(SEND).sees("Nút này đã cũ").sees_not("PAKN-2026")
    chat.presses(SEND).sees("Nút này đã cũ").sees_not("PAKN-2026")
    assert len(kept(chat)) == 1


def test_receipt_numbers_have_no_gap_behind_a_turn_that_was_rolled_back(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(chat, 4)
    adding = feedback.add

    def unlucky(*_given: object) -> None:
        monkeypatch.setattr(feedback, "add", adding)
        raise OSError("the disk is full")

    monkeypatch.setattr(feedback, "add", unlucky)
    chat.tries("gửi")
    assert kept(chat) == []
    chat.waits().sees("PAKN-20261123-0001").presses("1:pakn:sure:PAKN-20261123-0001")
    begin(chat, 4).taps("Gửi").sees("PAKN-20261123-0002")


def test_receipt_numbers_begin_anew_with_the_local_day(chat: Chat) -> None:
    begin(chat, 4).taps("Gửi").sees("PAKN-20261123-0001")
    chat.clock.stands_at(chat.clock().date().replace(year=2027, month=1, day=1), 0, 30)
    begin(chat, 4).taps("Gửi").sees("PAKN-20270101-0001")


def test_two_persons_write_at_the_same_time_and_nothing_mixes(chat: Chat) -> None:
    other = chat.as_person("bình")
    chat.says("góp ý").says(CONTENT)
    other.says("góp ý").says("Nội dung của người kia thì khác hẳn.").says("Bình")
    chat.says(NAME).says(ADDRESS)
    other.says("Địa chỉ của Bình").says("0987654321").sees("Bình").sees_not(NAME, CONTENT)
    chat.says(PHONE).sees(*ANSWERS).sees_not("Bình")
    other.taps("Gửi").sees("PAKN-20261123-0001")
    chat.taps("Gửi").sees("PAKN-20261123-0002")


def test_a_number_from_abroad_and_a_number_in_a_sentence_are_numbers(chat: Chat) -> None:
    for phone in ("+82 10-1234-5678", "số em là 0912.345.678 ạ", "84912345678", "(0273) 3 855 683"):
        begin(chat, 3).says(phone).sees("xem lại", phone).says("huỷ")


def test_the_form_changes_its_language_in_the_middle(chat: Chat) -> None:
    begin(chat, 2).says("/en").sees("in English", "3/4. Your address?")
    chat.says(ADDRESS).sees("4/4. Your phone number?").says(PHONE).sees("Please check")
    chat.taps("Send").sees("Your receipt number: PAKN-20261123-0001")

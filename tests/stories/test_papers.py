"""The papers of a procedure as a list to tick, what is related, the way by post, links that open a procedure."""

from __future__ import annotations

import pytest

from handlers.catalogue.checklists import KIND
from storage.schema import job
from tests.stories.chat import Chat

PAPERS = "☑ Đánh dấu giấy tờ đã có"


def listed(chat: Chat) -> Chat:
    return chat.presses("1:show:XD05").taps("Giấy tờ cần nộp").taps(PAPERS)


def test_papers_are_ticked_one_by_one_and_stay_ticked_over_visits(chat: Chat) -> None:
    listed(chat).sees("(0/", "☐ 1.").sees_not("☑ 1.")
    chat.taps("☐ 1").sees("☑ 1.", "(1/")
    chat.restarts()
    listed(chat).sees("☑ 1.", "☐ 2.")
    chat.taps("☑ 1").sees("☐ 1.", "(0/")


def test_when_all_papers_are_there_it_is_said(chat: Chat) -> None:
    listed(chat)
    while any(label.startswith("☐") for label in chat.buttons()):
        chat.taps(next(label for label in chat.buttons() if label.startswith("☐")))
    chat.sees("Đã đủ giấy tờ")


def test_one_persons_ticks_are_not_anothers(chat: Chat) -> None:
    listed(chat).taps("☐ 1")
    listed(chat.as_person("bình")).sees("☐ 1.").sees_not("☑ 1.")


def test_the_list_says_how_sure_it_is(chat: Chat) -> None:
    listed(chat).sees("chưa được kiểm chứng")


@pytest.mark.parametrize(
    "action",
    ["1:papers:NONE", "1:tick:XD05:00000000", "1:tick:XD05", "1:paperfile:R01", "1:papers:R01", "1:related:NONE"],
)
def test_a_forged_button_is_an_ordinary_answer(chat: Chat, action: str) -> None:
    chat.presses(action).sees("không còn dùng được")


def test_the_list_as_a_file_is_ordered_as_a_job(chat: Chat) -> None:
    listed(chat).taps("Tải về (.docx)").sees("đang soạn tệp")
    assert chat.office.reads(lambda tx: tx.execute(job.select()).one().kind) == KIND


def test_related_procedures_are_one_tap_away(chat: Chat) -> None:
    chat.presses("1:show:DT03").taps("Thủ tục liên quan").sees("Cấp Giấy chứng nhận đăng ký đầu tư")
    chat.taps("Cấp GCN đăng ký đầu tư: diện chủ trương UBND tỉnh").sees("diện quyết định chủ trương đầu tư của Ủy ban")
    assert chat.topic() == "DT04"


def test_who_asks_for_the_post_hears_how_to_send_and_how_to_receive(chat: Chat) -> None:
    chat.says("gia hạn giấy phép xây dựng").presses("1:part:XD05:post").sees("Gửi:", "Nhận:", "bưu chính công ích")


@pytest.mark.parametrize("link", ["p_XD05", "p_1-009664"])
def test_a_link_opens_the_procedure_it_carries_or_greets(chat: Chat, link: str) -> None:
    chat.says(f"/start {link}")
    assert chat.topic() == ("XD05" if link == "p_XD05" else None)
    chat.sees("Gia hạn giấy phép xây dựng" if link == "p_XD05" else "trợ lý tự động")


def test_a_date_can_be_asked_to_explain_itself(chat: Chat) -> None:
    chat.presses("1:part:XD05:time").taps("Vì sao ra hạn trả này?")
    chat.sees("10:00, 23/11/2026", "5 ngày làm việc", "24/11/2026", "2 ngày cuối tuần", "Hạn trả: 10:00, 01/12/2026")


@pytest.mark.parametrize(("command", "said"), [("/english", "I will answer in English"), ("/tiengviet", "tiếng Việt")])
def test_languages_are_switched_by_command(chat: Chat, command: str, said: str) -> None:
    chat.says(command).sees(said)

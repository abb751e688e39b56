"""Where a dossier stands: a code anywhere in a message, what it tells, and what it never tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from knowledge.dossier import DossierRecord
from knowledge.status import Status
from storage.database import Database
from tests.stories.chat import COMPLETE, Chat, open_office

CODE = "000.00.15.H58-261102-0007"
RECEIVED = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
LONG_DUE = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
PAST_DUE = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # the clock of the stories stands at 23 November
BEFORE = datetime(2026, 11, 17, 10, 0, tzinfo=UTC)
AFTER = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

RECORD = DossierRecord(
    CODE, Status.PROCESSING, RECEIVED, "1.009999", "Thủ tục của ông Nguyễn Văn Bí Mật", "Đầu tư", due_at=LONG_DUE
)

STATUSES = {
    Status.SUBMITTED: ("mới đăng ký", "chờ thông báo tiếp nhận", "newly submitted", "wait for the notice"),
    Status.RECEIVED: ("được tiếp nhận", "chưa cần làm gì", "received", "nothing you need to do"),
    Status.REJECTED: ("không được tiếp nhận", "nộp lại", "not accepted", "file again"),
    Status.PROCESSING: ("đang xử lý", "chưa cần làm gì", "in progress", "nothing you need to do"),
    Status.NEED_SUPPLEMENT: ("cần bổ sung giấy tờ", "nộp đủ giấy tờ", "further papers needed", "hand them in"),
    Status.NEED_PAYMENT: ("chờ nộp phí", "nộp khoản được yêu cầu", "waiting for a fee", "pay what is asked"),
    Status.WITHDRAWN: ("đã rút", "nộp hồ sơ mới", "withdrawn", "file a new one"),
    Status.STOPPED: ("dừng xử lý", COMPLETE.phone, "stopped", COMPLETE.phone),
    Status.RESULT_READY: ("đã xử lý xong", "nhận kết quả", "finished", "collect the result"),
    Status.RETURNED: ("đã trả kết quả", "không phải làm gì thêm", "result handed over", "nothing more to do"),
}


def test_each_of_the_ten_statuses_is_told_with_the_next_step_in_both_languages(chat: Chat) -> None:
    assert set(STATUSES) == set(Status)
    for status, (vi, step_vi, en, step_en) in STATUSES.items():
        chat.office.learns(replace(RECORD, status=status, finished_at=AFTER, returned_at=AFTER))
        chat.says("/vi").says(CODE).sees(f"Hồ sơ {CODE}: {vi}", step_vi, "Dữ liệu cập nhật đến 10:00, 23/11/2026")
        chat.sees("nguồn: Một cửa điện tử")
        chat.says("/en").says(CODE).sees(f"Dossier {CODE}: {en}", step_en, "Data as of 10:00, 23/11/2026")


def test_the_due_date_is_told_while_it_matters_and_the_end_once_there_is_one(chat: Chat) -> None:
    for status in (Status.SUBMITTED, Status.RECEIVED, Status.PROCESSING):
        chat.office.learns(replace(RECORD, status=status))
        chat.says(CODE).sees("Hẹn trả: 17:00, 01/12/2026")
    chat.office.learns(replace(RECORD, due_at=None))
    chat.says(CODE).sees("không ghi ngày hẹn trả")
    chat.office.learns(replace(RECORD, due_at=datetime(2026, 11, 30, 17, 0, tzinfo=UTC)))
    chat.says(CODE).sees("Hẹn trả: 01/12/2026").sees_not("00:00")
    chat.office.learns(replace(RECORD, status=Status.RESULT_READY, finished_at=AFTER))
    chat.says(CODE).sees("Xử lý xong: 17:00, 20/11/2026").sees_not("Hẹn trả")
    chat.office.learns(replace(RECORD, status=Status.RETURNED, finished_at=BEFORE, returned_at=AFTER))
    chat.says(CODE).sees("Đã trả kết quả: 17:00, 20/11/2026").sees_not("Hẹn trả")


def test_finished_without_a_finishing_date_is_not_told_as_ready(chat: Chat) -> None:
    chat.office.learns(replace(RECORD, status=Status.RESULT_READY))
    chat.says(CODE).sees("chưa thấy ngày hoàn thành", "Trước khi đến nhận", COMPLETE.phone).sees_not(
        "nhận kết quả theo"
    )
    chat.says("/en").says(CODE).sees("without a finishing date").sees_not("collect the result")


def test_a_day_past_the_due_date_is_overdue_for_certain_only_when_the_data_is_younger(chat: Chat) -> None:
    chat.office.learns(replace(RECORD, due_at=PAST_DUE), as_of=BEFORE)
    chat.says(CODE).sees("chưa biết kết quả", COMPLETE.phone).sees_not("đã quá ngày hẹn trả")
    chat.office.learns(replace(RECORD, due_at=PAST_DUE), as_of=AFTER)
    chat.says(CODE).sees("đã quá ngày hẹn trả", "xin lỗi", COMPLETE.phone).sees_not("chưa biết kết quả")
    chat.says("/en").says(CODE).sees("past its due date")


def test_on_the_due_day_itself_and_while_the_business_must_act_nothing_is_overdue(chat: Chat) -> None:
    chat.clock.stands_at(PAST_DUE.date(), 23)
    chat.office.learns(replace(RECORD, due_at=PAST_DUE))
    chat.says(CODE).sees_not("quá ngày hẹn", "đã qua")
    chat.clock.moves(days=5)
    chat.office.learns(replace(RECORD, status=Status.NEED_SUPPLEMENT, due_at=PAST_DUE))
    chat.says(CODE).sees_not("quá ngày hẹn", "đã qua").sees("không tính vào thời hạn")


def test_nothing_of_the_matter_or_its_owner_is_told(chat: Chat) -> None:
    chat.office.learns(RECORD)
    chat.says(CODE).sees_not("Bí Mật", "Nguyễn", "1.009999", "Đầu tư", "02/11/2026")


def test_illustrative_data_is_marked_wherever_it_shows(chat: Chat) -> None:
    chat.office.learns(RECORD, illustrative=True)
    chat.says(CODE).sees("dữ liệu minh hoạ", "không phải hồ sơ thật").sees_not("Một cửa điện tử")
    chat.says("/en").says(CODE).sees("illustrative data", "not a real dossier")


def test_a_code_is_found_anywhere_in_a_sentence_and_in_careless_writing(chat: Chat) -> None:
    chat.office.learns(RECORD)
    for said in (
        f"dạ anh ơi cho em hỏi hồ sơ {CODE} của em tới đâu rồi ạ, em nộp hôm bữa mà chưa thấy gì",
        f"kiem tra ho so {CODE.lower().replace('0', 'o')} giup em",
        f"/tracuu {CODE}",
        f"{CODE}?",
        "mã: 000 . 00 . 15 . H58 – 261102 – 0007",
        CODE.replace("-", "\u200b-\u200b"),
    ):
        chat.says(said).sees(f"Hồ sơ {CODE}: đang xử lý")


def test_several_codes_of_one_message_are_answered_and_a_long_list_is_cut_with_a_word(chat: Chat) -> None:
    codes = [f"000.00.15.H58-261102-{number:04}" for number in range(1, 9)]
    chat.office.learns(*(replace(RECORD, code=code) for code in codes))
    chat.says(f"{codes[0]} và {codes[1]}, {codes[0]} nữa").sees(codes[0], codes[1]).sees_not("nhiều mã")
    assert chat.last.count(f"Hồ sơ {codes[0]}") == 1
    chat.says(" ".join(codes)).sees(codes[4], "tôi trả lời 5 mã đầu").sees_not(codes[5])


def test_every_fault_of_a_code_is_told_as_what_it_is(chat: Chat) -> None:
    chat.says("000.00.15.H58-261102-9999").sees("chưa thấy hồ sơ", "so lại từng chữ số", COMPLETE.phone)
    chat.says("000.00.15.H58-261102").sees("chưa đủ hoặc chưa đúng dạng", "000.00.15.H58-200617-0001")
    chat.says("000.00.15.H58-261332-0001").sees("ngày không có thật", "261332")
    chat.says("000.00.15.H58-261201-0001").sees("trong tương lai")
    chat.says("000.00.15.H10-261102-0001").sees("cơ quan khác tiếp nhận", COMPLETE.name)
    chat.says("/en").says("000.00.15.H58-261102-9999").sees("I do not find dossier")


def test_who_is_asked_for_the_code_and_sends_half_of_it_hears_what_is_wrong(chat: Chat) -> None:
    chat.says("tra cứu").sees("gửi mã hồ sơ").says("261102-0007").sees("chưa đủ hoặc chưa đúng dạng")
    chat.says("tra cứu").says("gia hạn giấy phép xây dựng").sees("Gia hạn giấy phép xây dựng")
    chat.says("12345678").sees_not("chưa đúng dạng"), "the code was no longer asked for"


def test_where_is_my_dossier_asks_for_the_code(chat: Chat) -> None:
    for said in ("hồ sơ em nộp hôm bữa sao chưa thấy gì hết trơn", "tra cứu", "kiểm tra hồ sơ giúp em", "/tracuu"):
        chat.says(said).sees("gửi mã hồ sơ")


def test_an_agency_that_names_no_province_takes_codes_of_all(database: Database) -> None:
    with open_office(database, replace(COMPLETE, province_code="")) as office:
        Chat(office, "an").says("000.00.15.H10-261102-0001").sees("chưa thấy hồ sơ")


@pytest.mark.parametrize(
    "asked",
    [
        "toi mat giay hen roi thi tra cuu kieu gi",
        "tra cuu theo ten cong ty duoc khong",
        "tra cứu theo mã số thuế 1200000000",
        "em quên mã hồ sơ rồi",
    ],
)
def test_who_has_no_code_any_more_is_told_whom_to_ask(chat: Chat, asked: str) -> None:
    chat.says(asked).sees("mã hồ sơ in trên giấy tiếp nhận", "Nếu không còn giấy này, vui lòng hỏi")


@pytest.mark.parametrize("status", [Status.NEED_SUPPLEMENT, Status.NEED_PAYMENT, Status.STOPPED])
def test_while_the_clock_stands_the_due_date_is_said_to_be_open(chat: Chat, status: Status) -> None:
    chat.office.learns(replace(RECORD, status=status, due_at=PAST_DUE))
    chat.says(CODE).sees("Ngày hẹn trả đang ghi: 17:00, 18/11/2026, có thể thay đổi").sees_not("quá ngày hẹn")

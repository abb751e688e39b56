"""Hello, help, the way out, and the people behind the machine."""

from __future__ import annotations

from storage.database import Database
from tests.stories.chat import COMPLETE, LACKING, PHONE, Chat, open_office


def test_the_greeting_says_that_a_machine_speaks_and_what_to_do(chat: Chat) -> None:
    chat.says("/start").sees("trợ lý tự động", COMPLETE.name, "mã hồ sơ")
    assert "Tra cứu hồ sơ" in chat.buttons()
    chat.taps("English").says("hello")
    chat.sees("automatic assistant", COMPLETE.name_en)


def test_a_link_that_carries_a_receipt_code_leads_to_that_dossier_and_any_other_to_the_greeting(chat: Chat) -> None:
    for payload in ("H58-261102-0001", "000-00-15-H58-261102-0001", "HS_000_00_15_H58-261102-0001"):
        chat.says(f"/start {payload}").sees("H58-261102-0001").sees_not("trợ lý tự động")
    for payload in ("xin-chao", "__", "H58-261102"):
        chat.says(f"/start {payload}").sees("trợ lý tự động")


def test_the_examples_that_the_bot_gives_are_answered(chat: Chat) -> None:
    for language, papers in (("vi", "Giấy tờ cần nộp"), ("en", "Papers needed")):
        for asked, answered in (("/start", papers), ("asdfghjkl", "")):
            chat.says(f"/{language}").says(asked)
            example = chat.markup.split("<i>")[1].split("</i>")[0]
            chat.says(example).sees(answered)
            assert chat.topic() is not None, example


def test_the_demo_says_that_its_dossiers_are_illustrative_and_what_to_try(database: Database) -> None:
    with open_office(database, sample="000.00.15.H58-200817-0001") as office:
        chat = Chat(office, "an").says("xin chào").sees("dữ liệu minh hoạ", "000.00.15.H58-200817-0001")
        chat.says("/en").says("/start").sees("illustrative data")


def test_small_talk_is_answered_and_never_counts_as_a_miss(chat: Chat) -> None:
    for said in ("em chào chị ạ", "chào anh, cho em hỏi chút", "ad ơi", "alo"):
        chat.says(said).sees("trợ lý tự động")
    for said in ("cảm ơn nhiều nha", "cam on em", "ok em", "được rồi cảm ơn em"):
        chat.says(said).sees("anh/chị cứ nhắn")
    for said in ("dạ", "vâng ạ", "cho em hỏi", "menu", "quay lại"):
        chat.says(said).sees("cần việc gì")
    chat.says("bạn là ai vậy, người thật hay máy").sees("trợ lý tự động", "không phải cán bộ")
    chat.says("/help").sees("có dấu hay không dấu", "huỷ")
    chat.says("tạm biệt").sees("Chào anh/chị")
    chat.says("asdfghjkl").sees("không đoán")


def test_cancel_with_nothing_open_says_so(chat: Chat) -> None:
    for said in ("huỷ", "hủy", "huy", "thôi", "/huy", "/cancel"):
        chat.says(said).sees("không có việc gì đang làm dở")


def test_what_nobody_understands_ends_with_people_hours_and_telephone(chat: Chat) -> None:
    chat.says("con mèo màu tím bay qua").sees("không đoán", "cán bộ", COMPLETE.phone, COMPLETE.hours)
    chat.says("con mèo màu tím bay qua").sees("vẫn chưa hiểu", "cán bộ", COMPLETE.phone, COMPLETE.hours, "Quầy 7")
    chat.says("xin chào").says("con mèo màu tím bay qua").sees("không đoán")
    assert chat.office.trail()[-1] == "unknown"


def test_an_agency_without_telephone_invents_none(lacking: Chat) -> None:
    said = ("con mèo màu tím", "con mèo màu tím", "số điện thoại", "gặp cán bộ", "địa chỉ", "giờ làm việc", "/start")
    for text in said:
        lacking.says(text)
        assert PHONE.search(lacking.last) is None, lacking.last
    lacking.says("gặp cán bộ").sees("Điện thoại: chưa được xác minh", "cơ quan chưa xác nhận", LACKING.name)


def test_who_wants_a_person_is_led_to_the_people(chat: Chat) -> None:
    for said in ("tôi muốn khiếu nại cán bộ", "gặp cán bộ", "cho tôi nói chuyện với người"):
        chat.says(said).sees("vui lòng hỏi cán bộ", COMPLETE.phone)


def test_state_of_an_unknown_version_restarts_politely(chat: Chat) -> None:
    chat.says("góp ý").says("Thủ tục này lâu quá, đề nghị rút ngắn.")
    chat.forgets(version=99, state='{"shape": "of tomorrow"}')
    chat.says("xin chào").sees("bắt đầu lại", "trợ lý tự động")
    chat.says("xin chào").sees_not("bắt đầu lại")


def test_damaged_state_restarts_politely(chat: Chat) -> None:
    chat.says("menu")
    for state in ("", "{}", "[]", "null", '"', '{"topic": 1}', '{"offered": [["a"]]}'):
        chat.forgets(version=1, state=state)
        chat.says("xin chào").sees("bắt đầu lại", "trợ lý tự động")
        chat.says("giấy phép xây dựng mới").sees_not("bắt đầu lại")

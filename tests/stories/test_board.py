"""The agency's own facts: what is known is told, what is not is said to be unverified."""

from __future__ import annotations

from datetime import date

from tests.stories.chat import COMPLETE, LACKING, PHONE, Chat


def test_the_agency_tells_where_it_is_and_how_to_call_it(chat: Chat) -> None:
    for said in ("địa chỉ của ban ở đâu vậy", "xin số điện thoại", "cho xin sđt phòng đầu tư", "/lienhe"):
        chat.says(said).sees(COMPLETE.address, COMPLETE.phone, COMPLETE.email, COMPLETE.counter, COMPLETE.portal_url)
        chat.sees(COMPLETE.hours).sees_not("chưa được xác minh")


def test_what_the_profile_lacks_is_said_to_be_unverified_and_nothing_is_invented(lacking: Chat) -> None:
    for language, unverified in (("vi", "chưa được xác minh"), ("en", "not verified")):
        lacking.says(f"/{language}").presses("1:board").sees(LACKING.name)
        assert lacking.last.count(unverified) == 2, "address and telephone"
        assert PHONE.search(lacking.last) is None
        lacking.sees_not("@", "Nơi nhận hồ sơ", "Where to file", "Cổng", "Portal", "None")


def test_the_question_about_the_address_is_not_taken_for_one_about_the_procedure_shown(chat: Chat) -> None:
    chat.says("gia hạn giấy phép xây dựng").says("địa chỉ của ban ở đâu vậy").sees(COMPLETE.address)


def test_the_hours_tell_whether_the_office_is_open_now(chat: Chat) -> None:
    for day, hour, minute, state in (
        (date(2026, 11, 23), 10, 0, "đang trong giờ"),
        (date(2026, 11, 23), 12, 0, "ngoài giờ"),
        (date(2026, 11, 23), 17, 0, "đang trong giờ"),
        (date(2026, 11, 23), 17, 1, "ngoài giờ"),
        (date(2026, 11, 22), 10, 0, "ngoài giờ"),
        (date(2026, 11, 24), 10, 0, "Hôm nay nghỉ: Ngày Văn hóa Việt Nam"),
    ):
        chat.clock.stands_at(day, hour, minute)
        chat.says("thứ bảy có làm việc không").sees(COMPLETE.hours, state)


def test_who_asks_for_the_hours_hears_of_a_holiday_within_the_week(chat: Chat) -> None:
    chat.says("ngày mai có làm việc không").sees("Sắp tới nghỉ: 24/11/2026")
    chat.clock.stands_at(date(2026, 11, 25), 10)
    chat.says("giờ làm việc").sees_not("Sắp tới nghỉ")


def test_the_holidays_are_listed_with_a_word_of_caution(chat: Chat) -> None:
    chat.says("lịch nghỉ tết").sees("24/11/2026: Ngày Văn hóa Việt Nam", "01/01/2027: Tết Dương lịch")
    chat.sees("04/02/2027–10/02/2027: Tết Nguyên đán", "dự kiến")

"""When a file is due that is handed in now, reckoned from the time that the catalogue gives."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.chat import COMPLETE, Chat, edition

RENEWAL = "Gia hạn giấy phép xây dựng"  # 5 working days, not verified


@pytest.mark.parametrize(
    "asked",
    ["nếu nộp hôm nay thì bao giờ có kết quả", "nop hom nay bao gio xong?", "hôm nay nộp thì ngày nào lấy kết quả"],
)
def test_who_asks_when_it_is_due_if_handed_in_today_is_told_the_day_and_why(chat: Chat, asked: str) -> None:
    chat.says(RENEWAL)
    chat.says(asked).sees("5 ngày làm việc", "24/11/2026", "Hạn trả: 10:00, 01/12/2026", "chưa được kiểm chứng")
    chat.sees("Theo danh mục: ", "áp dụng từ 17/06/2020").sees_not("Nguồn:")


def test_after_hours_it_counts_from_the_next_opening(chat: Chat) -> None:
    chat.clock.stands_at(date(2026, 11, 21), 20)
    chat.says(f"{RENEWAL} nộp bây giờ thì bao giờ xong").sees("07:00, 23/11/2026", "Hạn trả: 07:00, 01/12/2026")


def test_of_a_time_that_is_a_range_no_day_is_reckoned(chat: Chat) -> None:
    chat.says("cấp giấy phép xây dựng mới nộp hôm nay bao giờ xong").sees("Từ 10 đến 15 ngày").sees_not("Hạn trả:")
    chat.sees("Nguồn: Ban Quản lý các KCN Tiền Giang", "đối chiếu ngày", "Theo danh mục: ")


def test_a_time_that_is_not_known_leads_to_people_and_a_sourced_one_names_its_source(chat: Chat) -> None:
    unknown = next(p for p in edition().handled() if p.time is None)
    sourced = next(p for p in edition().handled() if p.is_verified("time") and p.time and p.time.value)
    chat.presses(f"1:reckon:{unknown.id}").sees("chưa có thời hạn", COMPLETE.phone, "Theo danh mục: ")
    chat.presses(f"1:reckon:{sourced.id}").sees("Hạn trả:", "Nguồn: ", "Theo danh mục: ")


def test_in_english_too(chat: Chat) -> None:
    chat.says("/en")
    chat.says("how long does it take to renew a construction permit")
    chat.says("if I file today when will it be done").sees("Due: 10:00, 01/12/2026")

"""Times to come as people write them; what may mean two things is not read."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from knowledge.spoken_time import read

NOW = datetime(2026, 11, 30, 10, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))  # a Monday
READ = {
    "8h sáng mai": "2026-12-01 08:00",
    "8h sang mai": "2026-12-01 08:00",
    "sáng mai 8 giờ": "2026-12-01 08:00",
    "sáng mai lúc 7h30 nhé": "2026-12-01 07:30",
    "7 giờ rưỡi tối nay": "2026-11-30 19:30",
    "14:00 5/12": "2026-12-05 14:00",
    "14:00, 5/12/2026": "2026-12-05 14:00",
    "14h ngày 05/12/2026": "2026-12-05 14:00",
    "ngày 5 tháng 12 lúc 14h00": "2026-12-05 14:00",
    "5 tháng 1 năm 2027, 9h": "2027-01-05 09:00",
    "2026-12-05 14:00": "2026-12-05 14:00",
    "9h 3/1": "2027-01-03 09:00",
    "2h chiều mai": "2026-12-01 14:00",
    "14h chiều mai": "2026-12-01 14:00",
    "12h trưa nay": "2026-11-30 12:00",
    "16h": "2026-11-30 16:00",
    "9h": "2026-11-30 09:00",
    "02:00 mai": "2026-12-01 02:00",
    "9h thứ tư": "2026-12-02 09:00",
    "9h30 thứ 2 tuần sau": "2026-12-07 09:30",
    "thứ 6 tuần này 15g": "2026-12-04 15:00",
    "8h t3": "2026-12-01 08:00",
    "chủ nhật 8h": "2026-12-06 08:00",
    "8h ngày kia": "2026-12-02 08:00",
    "2 tiếng nữa": "2026-11-30 12:00",
    "30 phút nữa": "2026-11-30 10:30",
    "sau 3 ngày": "2026-12-03 10:00",
    "tomorrow 8am": "2026-12-01 08:00",
    "tomorrow at 2 pm": "2026-12-01 14:00",
}
UNREAD = (
    "",
    "mai",
    "sáng mai",
    "5/12",
    "2h mai",  # at night, or in the afternoon
    "14h sáng mai",
    "12h đêm mai",
    "25h mai",
    "8h75 mai",
    "8h 31/2",
    "8h thứ hai",  # today is one
    "14:00 5/12 hoặc 6/12",
    "8h hoặc 9h mai",
    "8h sáng mai và chiều mốt",
    "8h hôm qua",
    "gửi ngay",
    "thông báo 8h mai cho tất cả doanh nghiệp",
)


@pytest.mark.parametrize("text", READ)
def test_a_time_is_read_as_people_write_it(text: str) -> None:
    found = read(text, NOW)
    assert found is not None
    assert (f"{found:%Y-%m-%d %H:%M}", found.tzinfo) == (READ[text], NOW.tzinfo)


@pytest.mark.parametrize("text", UNREAD)
def test_what_may_mean_two_things_or_is_no_time_is_not_read(text: str) -> None:
    assert read(text, NOW) is None

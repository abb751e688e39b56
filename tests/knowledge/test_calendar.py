"""Working days, holidays and hours of an office."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from knowledge.calendar import Break, Calendar

HOURS = ((time(7), time(11, 30)), (time(13, 30), time(17)))
CALENDAR = Calendar(HOURS)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 11, 24), False),  # the new holiday, from 2026 on
        (date(2025, 11, 24), True),
        (date(2027, 11, 24), False),
        (date(2026, 1, 1), False),
        (date(2026, 1, 2), False),  # swapped with 10 January
        (date(2026, 1, 10), True),  # a Saturday that is worked
        (date(2026, 1, 17), False),
        (date(2025, 4, 26), True),  # a Saturday that is worked, as the library knows
        (date(2025, 5, 2), False),
        (date(2026, 4, 27), False),  # in lieu of the Sunday before
        (date(2026, 4, 30), False),
        (date(2026, 9, 2), False),
        (date(2027, 2, 3), True),
        (date(2027, 2, 4), False),  # Tết 2027: 6 February is the first day of the year
        (date(2027, 2, 5), False),
        (date(2027, 2, 8), False),
        (date(2027, 2, 10), False),
        (date(2027, 2, 11), True),
    ],
)
def test_a_day_is_worked_or_not(day: date, works: bool) -> None:
    assert CALENDAR.is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 11, 24), "Ngày Văn hóa Việt Nam"),
        (date(2026, 11, 23), None),
        (date(2026, 11, 22), None),
        (date(2026, 1, 2), "Nghỉ Tết Dương lịch (hoán đổi với 10/01/2026)"),
        (date(2026, 1, 10), None),
        (date(2027, 2, 4), "Tết Nguyên đán"),  # the 28th of the lunar month, whatever the library calls it
        (date(2027, 2, 6), "Tết Nguyên đán"),
        (date(2027, 5, 3), "Ngày Quốc tế Lao động"),
    ],
)
def test_a_holiday_has_a_name_and_no_other_day_has(day: date, name: str | None) -> None:
    assert CALENDAR.holiday(day) == name


@pytest.mark.parametrize(
    ("hour", "minute", "is_open"),
    [
        (6, 59, False),
        (7, 0, True),
        (11, 30, True),
        (11, 31, False),
        (12, 0, False),
        (13, 29, False),
        (13, 30, True),
        (17, 0, True),
        (17, 1, False),
        (0, 0, False),
    ],
)
def test_the_office_closes_for_lunch_and_its_closing_minute_still_counts(hour: int, minute: int, is_open: bool) -> None:
    assert CALENDAR.is_open(datetime(2026, 11, 23, hour, minute)) is is_open
    assert not CALENDAR.is_open(datetime(2026, 11, 22, hour, minute))
    assert not CALENDAR.is_open(datetime(2026, 11, 24, hour, minute))
    assert CALENDAR.is_open(datetime(2026, 1, 10, hour, minute)) is is_open


def test_an_agency_has_days_of_its_own() -> None:
    own = Calendar(
        HOURS,
        closed={date(2026, 11, 23): "Chuyển trụ sở", date(2026, 11, 28): "x"},
        opened=frozenset({date(2026, 11, 22), date(2026, 11, 24), date(2026, 11, 28)}),
    )
    assert own.holiday(date(2026, 11, 23)) == "Chuyển trụ sở"
    assert not own.is_working_day(date(2026, 11, 23))
    assert own.is_working_day(date(2026, 11, 22))
    assert own.is_working_day(date(2026, 11, 24)), "open on a public holiday"
    assert own.holiday(date(2026, 11, 24)) is None
    assert own.is_working_day(date(2026, 11, 28)), "open wins over closed"


def test_the_breaks_to_come_are_whole() -> None:
    assert CALENDAR.coming(date(2026, 11, 24), 4) == [
        Break(date(2026, 11, 24), date(2026, 11, 24), ("Ngày Văn hóa Việt Nam",)),
        Break(date(2027, 1, 1), date(2027, 1, 1), ("Tết Dương lịch",)),
        Break(date(2027, 2, 4), date(2027, 2, 10), ("Tết Nguyên đán",)),
        Break(date(2027, 4, 16), date(2027, 4, 16), ("Ngày Giỗ Tổ Hùng Vương",)),
    ]
    (one,) = CALENDAR.coming(date(2027, 4, 17), 1)
    assert one == Break(date(2027, 4, 30), date(2027, 5, 3), ("Ngày Chiến thắng", "Ngày Quốc tế Lao động"))
    assert CALENDAR.coming(date(2027, 2, 8), 1) == [Break(date(2027, 2, 8), date(2027, 2, 10), ("Tết Nguyên đán",))]


def test_a_holiday_on_a_sunday_is_no_break_of_its_own() -> None:
    assert CALENDAR.holiday(date(2026, 4, 26)) is not None
    (one,) = CALENDAR.coming(date(2026, 4, 20), 1)
    assert (one.first, one.last) == (date(2026, 4, 26), date(2026, 4, 27))
    closed = Calendar(HOURS, closed={date(2026, 11, 28): "Nghỉ thứ Bảy"})
    assert closed.coming(date(2026, 11, 25), 1)[0].names == ("Tết Dương lịch",)


def test_no_more_breaks_than_asked_for() -> None:
    assert [len(CALENDAR.coming(date(2026, 11, 23), most)) for most in (0, 1, 5)] == [0, 1, 5]

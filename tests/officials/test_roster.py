"""Whose turn it is: rotation, leave, swaps, Tết; and the rows that hold it."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from openpyxl import load_workbook

from handlers.actions import action
from handlers.documents.roster import written
from knowledge.calendar import Calendar
from knowledge.errors import Wrong
from knowledge.roster import Days, Roster, Rotation
from storage import accounts
from storage.database import Connection, Database
from storage.officials import register as officials
from storage.officials import roster
from storage.officials.register import Role
from tests.stories.chat import Chat
from tests.stories.office import HOURS

CALENDAR = Calendar(HOURS)
AN, BINH, CHI = 1, 2, 3
BOTH = frozenset({AN, BINH, CHI})
TWO = Rotation(date(2026, 11, 2), (AN, BINH))
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


def turns(found: Roster, first: date, weeks: int) -> list[tuple[int, ...]]:
    return [week.officials for week in found.weeks(CALENDAR, first, weeks)]


def test_two_take_turns_week_by_week_and_before_the_rotation_nobody_does() -> None:
    found = Roster([TWO], [], [], BOTH)
    assert turns(found, date(2026, 10, 26), 5) == [(), (AN,), (BINH,), (AN,), (BINH,)]


def test_over_tet_the_week_that_is_not_worked_is_nobodys_turn() -> None:
    found = Roster([Rotation(date(2026, 2, 2), (AN, BINH))], [], [], BOTH)
    table = {week.monday: week.officials for week in found.weeks(CALENDAR, date(2026, 2, 2), 5)}
    assert table == {
        date(2026, 2, 2): (AN,),
        date(2026, 2, 9): (BINH,),
        date(2026, 2, 16): (),  # the whole week is Tết
        date(2026, 2, 23): (AN,),
        date(2026, 3, 2): (BINH,),
    }
    before, during, after = date(2026, 2, 13), date(2026, 2, 18), date(2026, 2, 23)
    assert [found.on_duty(CALENDAR, day) for day in (before, during, after)] == [BINH, AN, AN]


def test_on_a_weekend_the_one_on_duty_is_whoever_reads_it_on_monday() -> None:
    found = Roster([TWO], [], [], BOTH)
    assert [found.on_duty(CALENDAR, date(2026, 11, day)) for day in (6, 7, 8, 9)] == [AN, BINH, BINH, BINH]


def test_whoever_is_away_is_stood_in_for_by_the_next_on_those_days_only() -> None:
    found = Roster([TWO], [Days(AN, date(2026, 11, 3), date(2026, 11, 4))], [], BOTH)
    assert [found.on_duty(CALENDAR, date(2026, 11, day)) for day in (2, 3, 4, 5)] == [AN, BINH, BINH, AN]
    nobody = Roster([TWO], [Days(one, date(2026, 11, 3), date(2026, 11, 3)) for one in (AN, BINH)], [], BOTH)
    assert nobody.on_duty(CALENDAR, date(2026, 11, 3)) is None


def test_a_stand_in_from_outside_the_rotation_counts_and_the_one_noted_last_wins() -> None:
    days = (date(2026, 11, 2), date(2026, 11, 8))
    found = Roster([TWO], [], [Days(BINH, *days), Days(CHI, *days)], BOTH)
    assert found.on_duty(CALENDAR, date(2026, 11, 3)) == CHI
    away = Roster([TWO], [Days(CHI, *days)], [Days(BINH, *days), Days(CHI, *days)], BOTH)
    assert away.on_duty(CALENDAR, date(2026, 11, 3)) == BINH


def test_whoever_is_no_official_any_more_has_no_turn() -> None:
    assert turns(Roster([TWO], [], [], frozenset({BINH})), date(2026, 11, 2), 2) == [(BINH,), (BINH,)]


def test_a_later_rotation_takes_the_place_of_an_earlier_one_from_its_monday_on() -> None:
    found = Roster([TWO, Rotation(date(2026, 11, 16), (CHI, AN))], [], [], BOTH)
    assert turns(found, date(2026, 11, 2), 4) == [(AN,), (BINH,), (CHI,), (AN,)]


def three(tx: Connection) -> list[int]:
    return [officials.invite_new(tx, Role.OFFICIAL, name, NOW, NOW + timedelta(days=1))[0] for name in "abc"]


def test_the_roster_is_kept_swapped_and_answers_who_is_on_duty(database: Database) -> None:
    with database.transaction() as tx:
        an, binh, chi = three(tx)
        assert roster.on_duty(tx, CALENDAR, date(2026, 11, 3)) is None
        roster.rotate(tx, date(2026, 11, 4), [an, binh])
        swapped = roster.swap(tx, CALENDAR, date(2026, 11, 9), date(2026, 11, 16), NOW)
        assert swapped is not None
        assert [one.id for one in swapped] == [an, binh]
        roster.note(tx, roster.AWAY, Days(an, date(2026, 11, 2), date(2026, 11, 2)), NOW)
    with database.transaction() as tx:
        found = [roster.on_duty(tx, CALENDAR, date(2026, 11, day)) for day in (2, 3, 10, 17, 23)]
        assert [one.name for one in found if one] == ["b", "a", "a", "b", "b"]
        officials.revoke(tx, binh, NOW)
        assert roster.load(tx).on_duty(CALENDAR, date(2026, 11, 23)) == an
        with pytest.raises(Wrong):
            roster.rotate(tx, date(2026, 12, 7), [an, binh])
        roster.rotate(tx, date(2026, 11, 4), [chi])
        assert roster.load(tx).rotations == [Rotation(date(2026, 11, 2), (chi,))]


def test_weeks_of_the_same_official_or_of_nobody_are_not_swapped(database: Database) -> None:
    with database.transaction() as tx:
        an, _, _ = three(tx)
        assert roster.swap(tx, CALENDAR, date(2026, 11, 9), date(2026, 11, 16), NOW) is None
        roster.rotate(tx, date(2026, 11, 2), [an])
        assert roster.swap(tx, CALENDAR, date(2026, 11, 9), date(2026, 11, 16), NOW) is None


def linked(chat: Chat, role: Role, name: str) -> int:
    with chat.office.database.transaction() as tx:
        now, lane = chat.clock(), chat.office.lane(name)
        who = accounts.ensure(tx, channel="test", address=name, lane=lane, now=now)
        number, code = officials.invite_new(tx, role, name, now, now + timedelta(days=1))
        found = officials.open_invite(tx, code, now)
        assert found is not None
        assert officials.accept(tx, found, who, now)
    return number


def test_in_chat_officials_see_who_is_on_duty_and_change_their_own_weeks_only(chat: Chat) -> None:
    an, binh = linked(chat, Role.OFFICIAL, "an"), linked(chat, Role.OFFICIAL, "binh")
    chat.says("/truc").sees("Chưa có lịch trực")
    with chat.office.database.transaction() as tx:
        roster.rotate(tx, chat.clock().date(), [an, binh])
    chat.says("/truc").sees("Hôm nay trực: an", "23/11–27/11: an", "30/11–04/12: binh")
    assert "Đổi tuần 30/11" not in chat.buttons()
    chat.presses(action("dutyaway", "2026-11-30")).sees("không còn dùng được")
    chat.says("/truc").taps("Đổi tuần 23/11").sees("Đã đổi tuần 23/11 với tuần 30/11", "Hôm nay trực: binh")
    chat.says("/truc").taps("Nghỉ tuần 30/11").sees("30/11–04/12: binh")
    chi = chat.as_person("chi")
    linked(chat, Role.LEADER, "chi")
    chi.says("/truc").taps("Nghỉ tuần 23/11").sees("Hôm nay trực: an")
    assert chat.office.trail()[-3:] == ["roster_changed", "duty_shown", "roster_changed"]


def test_the_file_of_the_roster_has_a_line_for_each_part_of_a_week() -> None:
    found = Roster([TWO], [Days(AN, date(2026, 11, 3), date(2026, 11, 4))], [], BOTH)
    sheet = load_workbook(
        io.BytesIO(written(found.weeks(CALENDAR, TWO.since, 2), {AN: "=An", BINH: "Bình"}, "vi"))
    ).active
    assert sheet is not None
    rows = [tuple(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [(first.day, last.day, who, name) for first, last, who, name in rows] == [  # type: ignore[union-attr]
        (2, 2, AN, "=An"),
        (3, 4, BINH, "Bình"),
        (5, 6, AN, "=An"),
        (9, 13, BINH, "Bình"),
    ]

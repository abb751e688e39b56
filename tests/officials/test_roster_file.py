"""The roster as a workbook goes out, is changed by hand, and comes back: shown first, then taken in by a button."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from knowledge.calendar import Calendar
from storage import files
from storage.officials import roster
from storage.officials.register import Role
from tests.officials.board import Board, Person, board
from tests.officials.duty import Desk
from tests.stories.office import HOURS

CALENDAR = Calendar(HOURS)
TITLES = ("Từ ngày", "Đến ngày", "Số", "Cán bộ")


@pytest.fixture
async def desk(engine_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """An and Bình take turns from 23 November 2026 on; Chi leads."""
    async with board(engine_url, tmp_path) as opened:
        office = Desk(opened)
        for name, role in (("an", Role.OFFICIAL), ("binh", Role.OFFICIAL), ("chi", Role.LEADER)):
            await office.has(name, role)
        office.rotates("an", "binh")
        yield office


def on_duty(office: Board, *days: int) -> list[int | None]:
    with office.app.database.transaction() as tx:
        found = roster.load(tx)
        return [found.on_duty(CALENDAR, date(2026, 12, day)) for day in days]


def written(*rows: tuple[Any, ...]) -> bytes:
    book, buffer = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in (TITLES, *rows):
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


async def downloaded(office: Board, chi: Person) -> bytes:
    await chi.says("/truc")
    await chi.presses("Tải lịch (.xlsx)")
    (named,) = chi.heard[-1].reply.files
    with office.app.database.transaction() as tx:
        kept = files.load(tx, named.hash)
    assert kept is not None
    return kept.content


async def test_the_list_that_the_bot_gave_comes_back_changed_by_hand(desk: Desk) -> None:
    chi, an, binh = desk.board.person("chi"), desk.number("an"), desk.number("binh")
    content = await downloaded(desk.board, chi)
    told = await chi.sends(content, "lich-truc.xlsx")
    assert "không đổi gì" in told
    book = load_workbook(io.BytesIO(content))
    sheet = book.active
    assert sheet is not None
    assert sheet["C3"].value == binh, "the week of 30 November"
    sheet["C3"], sheet["D3"] = an, None
    sheet["D4"] = "binh"  # the number still is An's
    changed = io.BytesIO()
    book.save(changed)
    told = await chi.sends(changed.getvalue(), "lich-truc.xlsx")
    assert "Lịch này đổi 1 chỗ" in told
    assert "30/11–04/12: binh → an" in told
    assert "dòng 4: số và tên không khớp" in told
    assert on_duty(desk.board, 1) == [binh], "nothing counts before the button"
    assert "đổi 1 chỗ" in await chi.presses("Ghi lịch này")
    assert on_duty(desk.board, 1, 4, 7) == [an, an, an]
    assert "không còn dùng được" in await chi.presses("Ghi lịch này"), "pressed twice"


async def test_a_list_is_taken_from_whoever_leads_alone_and_what_is_none_is_refused(desk: Desk) -> None:
    content = written((date(2026, 12, 1), date(2026, 12, 2), desk.number("an"), ""))
    assert "Lịch này đổi" not in await desk.board.person("an").sends(content, "lich-truc.xlsx")
    assert "Lịch này đổi" not in await desk.board.person("lạ").sends(content, "lich-truc.xlsx")
    chi = desk.board.person("chi")
    assert "Lịch này đổi" not in await chi.sends(content, "hồ sơ trực tuyến.xlsx"), "that is a register"
    assert "chưa đọc được lịch trực" in await chi.sends(b"PK\x03\x04 x", "lịch trực.xlsx")
    book, buffer = Workbook(), io.BytesIO()
    book.save(buffer)
    assert "chưa đọc được lịch trực" in await chi.sends(buffer.getvalue(), "lịch trực.xlsx")
    assert "Lịch này đổi 1 chỗ" in await chi.sends(content, "thang-12.xlsx", "lịch trực tháng 12")

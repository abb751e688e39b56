"""Announcements reach those who asked for them, until stopped or refused; questions come back as a list."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from handlers.actions import action
from handlers.officials import broadcasts
from storage import files
from storage.events import NewEvent
from storage.officials import broadcasts as stored
from storage.officials.register import Role
from storage.schema import outbox
from tests.officials.board import board
from tests.officials.duty import Desk, who

TEXT = "Hội nghị đối thoại doanh nghiệp ngày 15/12/2026, 8 giờ."


@pytest.fixture
async def desk(engine_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """Chi leads; Dn1 and Dn2 asked for announcements, Dn3 did not."""
    async with board(engine_url, tmp_path) as opened:
        office = Desk(opened)
        await office.has("chi", Role.LEADER)
        for name in ("dn1", "dn2"):
            person = opened.person(name)
            assert "chưa nhận thông báo" in await person.says("/nhanthongbao")
            assert "sẽ nhận thông báo" in await person.presses("Nhận thông báo")
        await opened.person("dn3").says("xin chào")
        yield office


async def test_an_announcement_is_composed_previewed_sent_once_and_each_can_end_it(desk: Desk) -> None:
    chi, dn1 = desk.board.person("chi"), desk.board.person("dn1")
    assert "Anh/chị gõ nội dung" in await chi.says("/thongbao")
    told = await chi.says(TEXT)
    assert TEXT in told
    assert "Bản nháp: 2 người nhận" in told
    await chi.presses("Gửi ngay")
    await chi.presses("Gửi ngay")
    sent = await desk.strikes(broadcasts.MOMENT)
    assert who(sent) == ["dn1", "dn2"]
    assert TEXT in sent[0][1]
    assert await desk.strikes(broadcasts.MOMENT) == []
    dn1.heard.append(next(one for one in reversed(desk.board.platform.sent) if one.address == "dn1"))
    assert "chưa nhận thông báo" in await dn1.presses("Thôi nhận thông báo")
    assert "đã đến 2/2" in await chi.presses("Xem tiến độ")
    await chi.says("/thongbao")
    await chi.says("Tin thứ hai")
    await chi.presses("Gửi sáng ngày làm việc tới")
    assert await desk.strikes(broadcasts.MOMENT) == []
    desk.board.clock.moves(days=2)
    assert who(await desk.strikes(broadcasts.MOMENT)) == ["dn2"]


async def test_a_stopped_announcement_reaches_nobody_else(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcasts, "CHUNK", 1)
    chi = desk.board.person("chi")
    await chi.says("/thongbao")
    await chi.says(TEXT)
    await chi.presses("Gửi ngay")
    assert len(await desk.strikes(broadcasts.MOMENT)) == 1
    with desk.board.app.database.transaction() as tx:
        tx.execute(update(outbox).where(outbox.c.about.is_not(None)).values(state="queued", lease_until=None))
    with desk.sent() as sent:
        assert "Đã dừng" in await chi.presses("Dừng gửi")
        await desk.settle()
    assert who(sent) == ["chi", "chi"], "the preview and how it stands"
    assert await desk.strikes(broadcasts.MOMENT) == []


async def test_an_announcement_leaves_at_a_time_as_people_write_it_once_it_was_shown_and_agreed_to(desk: Desk) -> None:
    chi = desk.board.person("chi")
    await chi.says("/thongbao")
    await chi.says(TEXT)
    await chi.presses("Hẹn giờ khác")
    assert "chưa hiểu rõ" in await chi.says("2h mai"), "at night, or in the afternoon"
    assert "đã qua" in await chi.says("9h sáng nay")
    assert "Sẽ gửi lúc 14:00, 25/11/2026 (thứ Tư)" in await chi.says("14:00 25/11")
    assert await desk.strikes(broadcasts.MOMENT) == [], "nothing counts before it is agreed to"
    assert "Đã hẹn giờ, từ 14:00, 25/11/2026" in await chi.presses("Hẹn giờ này")
    desk.board.clock.moves(hours=51)
    assert await desk.strikes(broadcasts.MOMENT) == []
    desk.board.clock.moves(hours=1)
    assert who(await desk.strikes(broadcasts.MOMENT)) == ["dn1", "dn2"]
    await chi.says("/thongbao")
    await chi.says(TEXT)
    assert "Đã dừng" in await chi.presses("Bỏ bản nháp")
    for forged in ("202600000000", "1", "99999999999999", "x"):
        assert "không còn dùng được" in await chi.taps(action("bcsend", "2", forged))
    assert "đã qua" in await chi.taps(action("bcsend", "2", "202511251400"))
    desk.board.clock.moves(days=400)
    assert await desk.strikes(broadcasts.MOMENT) == []


async def test_the_consent_and_the_subscription_are_one_and_what_is_queued_goes_back_with_it(desk: Desk) -> None:
    chi, dn1 = desk.board.person("chi"), desk.board.person("dn1")
    await desk.board.person("dn3").taps(action("consent", "announcements", "yes"))
    await chi.says("/thongbao")
    assert "Bản nháp: 3 người nhận" in await chi.says(TEXT)
    await chi.presses("Gửi ngay")
    app = desk.board.app
    lane = app.database.vault.digest("moment", broadcasts.MOMENT)
    await app.turns.take(NewEvent("clock", "now", broadcasts.MOMENT, "{}", lane))
    await app.turns.idle()
    with app.database.transaction() as tx:
        tx.execute(update(outbox).where(outbox.c.about.is_not(None)).values(state="queued", lease_until=None))
    await dn1.taps(action("consent", "announcements", "no"))
    with desk.sent() as sent:
        await desk.settle()
    assert "dn1" not in who(sent)
    assert "chưa nhận thông báo" in await dn1.says("/nhanthongbao")


async def test_two_dialogues_at_a_time_each_collect_their_own_questions(desk: Desk) -> None:
    chi, dn1, dn2 = (desk.board.person(name) for name in ("chi", "dn1", "dn2"))
    for text in ("Đối thoại về đất", "Đối thoại về thuế"):
        await chi.says("/thongbao")
        await chi.says(text)
        await chi.presses("Nhận câu hỏi kèm theo")
        await chi.presses("Gửi ngay")
    sent = await desk.strikes(broadcasts.MOMENT)
    assert who(sent) == ["dn1", "dn1", "dn2", "dn2"]
    for person, number, text in ((dn1, "1", "Khi nào có đất?"), (dn2, "2", "Thuế suất bao nhiêu?")):
        await person.taps(action("dialogueask", number))
        await person.says(text)
    assert "không còn dùng được" in await dn1.taps(action("dialogueask", "9"))
    with desk.board.app.database.transaction() as tx:
        asked = [[text for _, text in stored.questions(tx, number)] for number in (1, 2)]
    assert asked == [["Khi nào có đất?"], ["Thuế suất bao nhiêu?"]]


async def test_questions_for_a_dialogue_are_collected_and_exported(desk: Desk) -> None:
    chi, dn1 = desk.board.person("chi"), desk.board.person("dn1")
    assert "không còn dùng được" in await dn1.taps(action("dialogueask")), "nothing is asked for yet"
    await chi.says("/thongbao")
    await chi.says(TEXT)
    await chi.presses("Nhận câu hỏi kèm theo")
    await chi.presses("Gửi ngay")
    await desk.strikes(broadcasts.MOMENT)
    await dn1.taps(action("dialogueask"))
    assert "Đã ghi câu hỏi" in await dn1.says("=Khi nào có đất sạch?")
    await chi.says("/thongbao")
    await chi.taps(action("announce", "1"))
    await chi.presses("Tải câu hỏi (.xlsx)")
    (named,) = chi.heard[-1].reply.files
    with desk.board.app.database.transaction() as tx:
        kept = files.load(tx, named.hash)
    assert kept is not None
    sheet = load_workbook(io.BytesIO(kept.content)).active
    assert sheet is not None
    assert [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["=Khi nào có đất sạch?"]
    assert "dn1" not in str(list(sheet.iter_rows(values_only=True)))

"""What the clock brings: three working days, one, the day itself, each day over it; over Tết; and the apology."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from docx import Document
from sqlalchemy import func, select

from handlers.actions import action
from handlers.officials import digests as duty_digests
from handlers.officials import notices as duty_notices
from knowledge.calendar import Calendar
from knowledge.dossier import OwnerKind
from knowledge.duties import News
from knowledge.urgency import stage, working_days_between
from storage import files
from storage.dossiers import records as dossiers
from storage.officials.register import Role
from storage.schema import duty_notice, event
from tests.officials.board import board
from tests.officials.duty import BUILDING, OWNER, PHONE, TAX, Desk, code, record, who
from tests.stories.office import HOURS

CALENDAR = Calendar(HOURS)
MANY = 2010 if os.environ.get("MOTCUA_LONG") == "1" else 120  # dossiers due on one day
N3, N1, N0, OVER = News.DUE_3, News.DUE_1, News.DUE_0, News.OVERDUE
TET = {  # due on Friday, 13 February 2026, the last worked day before Tết; the office opens again on the 23rd
    date(2026, 2, 9): None,
    date(2026, 2, 10): N3,
    date(2026, 2, 11): None,
    date(2026, 2, 12): N1,
    date(2026, 2, 13): N0,
    date(2026, 2, 14): None,
    date(2026, 2, 18): None,
    date(2026, 2, 23): OVER,
    date(2026, 2, 24): OVER,
    date(2026, 2, 28): None,
}
AFTER_TET = {  # due on Monday the 23rd
    date(2026, 2, 10): None,
    date(2026, 2, 11): N3,
    date(2026, 2, 12): None,
    date(2026, 2, 13): N1,
    date(2026, 2, 17): None,
    date(2026, 2, 23): N0,
    date(2026, 2, 24): OVER,
}


@pytest.mark.parametrize(("due", "table"), [(date(2026, 2, 13), TET), (date(2026, 2, 23), AFTER_TET)])
def test_over_tet_only_worked_days_count(due: date, table: dict[date, News | None]) -> None:
    at = datetime.combine(due, HOURS[0][0])
    told = {day: stage(CALENDAR, at, datetime.combine(day, HOURS[0][0])) for day in table}
    assert told == table


def test_a_due_date_in_tet_counts_as_the_first_worked_day_after_it() -> None:
    at = datetime(2026, 2, 17, 9)
    assert stage(CALENDAR, at, datetime(2026, 2, 13, 8)) is N1
    assert stage(CALENDAR, at, datetime(2026, 2, 23, 8)) is N0
    assert working_days_between(CALENDAR, date(2026, 2, 13), date(2026, 2, 23)) == 1
    assert working_days_between(CALENDAR, date(2026, 2, 23), date(2026, 2, 13)) == -1


@pytest.fixture
async def desk(engine_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """An and Em: of building; Chi leads; Bình handles something else."""
    async with board(engine_url, tmp_path) as opened:
        office = Desk(opened)
        await office.has("an", Role.OFFICIAL, BUILDING)
        await office.has("em", Role.OFFICIAL, BUILDING)
        await office.has("binh", Role.OFFICIAL, "Đầu tư")
        await office.has("chi", Role.LEADER)
        yield office


async def test_the_nearer_the_due_date_the_more_people_hear_and_each_stage_once(desk: Desk) -> None:
    clock = desk.board.clock
    clock.now = datetime(2026, 11, 26, 1, tzinfo=UTC)  # Thursday, 8:00
    await desk.told(record(1, due=datetime(2026, 12, 1, 3, tzinfo=UTC)))
    await desk.board.person("an").taps(action("claim", str(desk.dossier(1))))
    heard = []
    for _ in range(9):
        first = await desk.strikes(duty_notices.DAY)
        assert await desk.strikes(duty_notices.DAY) == [], "the same day again"
        heard.append((clock.now.day, who(first)))
        clock.moves(days=1)
    assert heard == [
        (26, ["an"]),
        (27, []),
        (28, []),
        (29, []),
        (30, ["an", "em"]),
        (1, ["an", "chi", "em"]),
        (2, ["an", "chi", "em"]),
        (3, ["an", "chi", "em"]),
        (4, ["an", "chi", "em"]),
    ]


async def test_whoever_is_done_is_left_in_peace_until_the_source_shows_it_late(desk: Desk) -> None:
    clock = desk.board.clock
    clock.now = datetime(2026, 11, 26, 1, tzinfo=UTC)
    await desk.told(record(1, due=datetime(2026, 12, 1, 3, tzinfo=UTC)))
    an = desk.board.person("an")
    await an.taps(action("claim", str(desk.dossier(1))))
    await an.taps(action("dossierdone", str(desk.dossier(1))))
    assert await desk.strikes(duty_notices.DAY) == []
    clock.moves(days=4)
    assert await desk.strikes(duty_notices.DAY) == []
    clock.moves(days=1)
    assert who(await desk.strikes(duty_notices.DAY)) == ["an", "chi", "em"]


async def test_what_nobody_touches_for_five_working_days_is_asked_after_once(desk: Desk) -> None:
    clock = desk.board.clock
    await desk.told(record(1))
    clock.moves(days=9)
    sent = await desk.strikes(duty_notices.DAY)
    assert who(sent) == ["an", "em"]
    assert "chưa có bước mới" in sent[0][1]
    clock.moves(days=1)
    assert await desk.strikes(duty_notices.DAY) == []


async def test_a_day_with_very_many_due_dossiers_is_told_in_small_turns_and_each_official_gets_one_message(
    desk: Desk,
) -> None:
    due = datetime(2026, 11, 23, 9, tzinfo=UTC)
    for first in range(0, MANY, 30):
        await desk.told(*(record(number, due=due) for number in range(first, first + 30)))
    await desk.told(record(9000, "Đầu tư", due=due))
    desk.board.clock.moves(minutes=2)
    await desk.strikes(duty_digests.DIGESTS)
    assert await desk.strikes(duty_notices.DAY) == [], "it is a burst, also for whoever has one of it"
    with desk.board.app.database.transaction() as tx:
        parts = tx.execute(select(event.c.state).where(event.c.kind == duty_notices.PART)).scalars().all()
        told = select(duty_notice.c.official_id, func.count()).where(duty_notice.c.news == N0)
        counts = {row[0]: row[1] for row in tx.execute(told.group_by(duty_notice.c.official_id))}
    assert list(parts) == ["done"] * (MANY // duty_notices.AT_ONCE + 1)
    told_of = {"an": MANY, "em": MANY, "chi": MANY + 1, "binh": 1}
    assert counts == {desk.number(name): count for name, count in told_of.items()}
    desk.board.clock.moves(minutes=2)
    sent = await desk.strikes(duty_digests.DIGESTS)
    assert who(sent) == ["an", "binh", "chi", "em"]
    assert all(f"{told_of[name]} tin về hồ sơ" in text for name, text in sent if name != "binh")
    assert await desk.strikes(duty_notices.DAY) == [], "the same day again"


async def test_an_apology_is_drafted_with_the_new_date_and_recorded_as_given(desk: Desk) -> None:
    await desk.told(record(1, due=datetime(2026, 11, 25, 3, tzinfo=UTC), owner_kind=OwnerKind.BUSINESS))
    sent = await desk.strikes(duty_notices.DAY)
    assert "soạn phiếu xin lỗi" in sent[0][1]
    an, number = desk.board.person("an"), str(desk.dossier(1))
    assert "hẹn trả lại ngày nào" in await an.taps(action("apology", number))
    assert "ngày làm việc sắp tới" in await an.says("28/11/2026"), "a Saturday"
    assert "dự thảo phiếu xin lỗi" in await an.says("ngày 02/12/2026 nhé")
    (named,) = an.heard[-1].reply.files
    with desk.board.app.database.transaction() as tx:
        kept = files.load(tx, named.hash)
    assert kept is not None
    letter = Document(io.BytesIO(kept.content))
    text = "\n".join(one.text for one in letter.paragraphs)
    text += "\n".join(one.text for one in letter.tables[0].rows[0].cells)
    for shown in (code(1), "10:00, 25/11/2026", "hẹn lại: 02/12/2026", "Cấp giấy phép xây dựng", "Số: ……/……"):
        assert shown in text
    assert f"Kính gửi: {OWNER}" in text, "a business is named"
    assert not any(secret in text for secret in (PHONE, TAX))
    assert OWNER not in desk.board.told("an"), "in the file alone"
    assert "đã có thư xin lỗi" in await an.presses("Đã gửi xin lỗi")
    with desk.board.app.database.transaction() as tx:
        found = dossiers.find(tx, code(1))
    assert found is not None
    assert found.apologised_at == desk.board.clock()
    desk.board.clock.moves(days=2)
    later = desk.board.platform.sent[-1]
    await desk.strikes(duty_notices.DAY)
    labels = [one.label for row in desk.board.platform.sent[-1].reply.buttons for one in row]
    assert later is not desk.board.platform.sent[-1]
    assert "Soạn phiếu xin lỗi" not in labels


@pytest.mark.parametrize("kind", [OwnerKind.CITIZEN, None])
async def test_the_draft_of_an_apology_names_no_person(desk: Desk, kind: OwnerKind | None) -> None:
    await desk.told(record(1, due=datetime(2026, 11, 25, 3, tzinfo=UTC), owner_kind=kind))
    an = desk.board.person("an")
    await an.taps(action("apology", str(desk.dossier(1)), "blank"))
    (named,) = an.heard[-1].reply.files
    with desk.board.app.database.transaction() as tx:
        kept = files.load(tx, named.hash)
    assert kept is not None
    text = "\n".join(one.text for one in Document(io.BytesIO(kept.content)).paragraphs)
    assert "Kính gửi: …" in text
    assert OWNER not in text


async def test_the_leader_sees_how_the_office_stands_with_a_chart_and_finds_a_dossier(desk: Desk) -> None:
    await desk.told(record(1, due=datetime(2026, 11, 20, 3, tzinfo=UTC)), record(2))
    chi = desk.board.person("chi")
    told = await chi.says("/thongke")
    assert "Đang mở 2 hồ sơ, quá hạn 1" in told
    (named,) = chi.heard[-1].reply.files
    assert named.name == "thong-ke.png"
    assert "Hạn trả: 10:00, 20/11/2026 (quá hạn 1 ngày làm việc)" in await chi.says(f"/tim {code(1)}")
    assert "Không có hồ sơ nào" in await chi.says("/tim 1")
    assert "Hồ sơ chưa ai nhận (2)" in await chi.says("/viec")
    stranger = desk.board.person("lạ")
    assert "chưa ai nhận" not in await stranger.says("/viec")

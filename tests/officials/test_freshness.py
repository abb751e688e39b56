"""A source that falls silent is announced to those who can look after it, once, when somebody is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers.intake import freshness
from storage.dossiers import sources
from storage.events import NewEvent
from storage.officials.register import Role
from tests.officials.board import MONDAY_MORNING, Board, board


@pytest.fixture
async def office(engine_url: str, tmp_path: Path) -> AsyncIterator[Board]:
    async with board(engine_url, tmp_path) as opened:
        for name, role in (("an", Role.OFFICIAL), ("binh", Role.ADMINISTRATOR), ("chi", Role.LEADER)):
            await opened.person(name).becomes(role)
        yield opened


def heard(office: Board, at: datetime, name: str = "một cửa") -> None:
    with office.app.database.transaction() as tx:
        sources.heard(tx, name, "push", at, at)


async def looks(office: Board) -> list[tuple[str, str]]:
    """Let the hour strike; tell who heard what."""
    before = len(office.platform.sent)
    lane = office.app.database.vault.digest("moment", freshness.WATCH)
    key = f"{freshness.WATCH}:{office.clock().isoformat()}"
    await office.app.turns.take(NewEvent("clock", key, freshness.WATCH, "{}", lane))
    await office.app.turns.idle()
    return sorted((one.address, str(one.reply.text)) for one in office.platform.sent[before:])


async def test_officials_and_administrators_hear_of_a_silent_source_once(office: Board) -> None:
    heard(office, MONDAY_MORNING - timedelta(days=4))
    told = await looks(office)
    assert [address for address, _ in told] == ["an", "binh"]
    assert all("Nguồn một cửa chưa gửi dữ liệu hồ sơ từ 10:00, 19/11/2026" in text for _, text in told)
    office.clock.moves(hours=4)
    assert await looks(office) == []


async def test_a_source_that_spoke_again_and_falls_silent_again_is_announced_again(office: Board) -> None:
    heard(office, MONDAY_MORNING - timedelta(days=4))
    assert len(await looks(office)) == 2
    heard(office, office.clock())
    assert await looks(office) == []
    office.clock.moves(days=3)  # Thursday; Tuesday is a holiday, so Wednesday was worked alone
    assert len(await looks(office)) == 2


async def test_only_working_hours_count_as_silence(office: Board) -> None:
    heard(office, datetime(2026, 11, 20, 9, 30, tzinfo=UTC))  # Friday, 16:30
    assert await looks(office) == [], "half an hour of Friday and three hours of Monday"


async def test_nobody_is_told_outside_working_hours_but_at_the_next_opening(office: Board) -> None:
    heard(office, MONDAY_MORNING - timedelta(days=4))
    office.clock.moves(hours=9)
    assert await looks(office) == []
    office.clock.moves(days=1, hours=12.5)  # Wednesday at 7:30
    assert len(await looks(office)) == 2


async def test_a_source_that_never_gave_anything_is_announced_too(office: Board) -> None:
    with office.app.database.transaction() as tx:
        sources.failed(tx, "motcua", "opencps", "no answer", MONDAY_MORNING - timedelta(days=4))
    told = await looks(office)
    assert len(told) == 2
    assert "chưa gửi được dữ liệu hồ sơ lần nào" in told[0][1]


async def test_where_no_source_tells_by_itself_nobody_is_told(office: Board) -> None:
    office.clock.moves(days=30)
    assert await looks(office) == []

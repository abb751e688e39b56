"""Requests about personal data: registered with the law's deadlines, reminded of, settled, and the person told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from handlers.privacy import desk as privacy_desk
from storage.officials.register import Role
from storage.people import privacy_requests
from tests.officials.board import board


async def test_a_request_reaches_administrators_with_its_deadlines_and_its_outcome_the_person(
    engine_url: str, tmp_path: Path
) -> None:
    async with board(engine_url, tmp_path) as office:
        an, administrator, official = (office.person(name) for name in ("an", "quản trị", "cán bộ"))
        await administrator.becomes(Role.ADMINISTRATOR)
        await official.becomes(Role.OFFICIAL)
        assert "2 ngày làm việc" in await an.taps("1:data:ask")
        await office.settle()
        assert "25/11/2026" not in office.told("quản trị"), "the 24th is a holiday, so two working days end on the 26th"
        assert "26/11/2026" in office.told("quản trị")
        assert "08/12/2026" in office.told("quản trị"), "fifteen days"
        assert "Yêu cầu về dữ liệu" not in office.told("cán bộ")
        office.clock.moves(days=3)
        for _ in range(2):
            await office.happens(privacy_desk.DAY)
        assert office.told("quản trị").count("⏰") == 1
        await administrator.taps("1:request:ack:1")
        await administrator.taps("1:request:done:1")
        await administrator.says("Đã hạn chế xử lý theo yêu cầu.")
        await office.settle()
        assert "đã được cán bộ tiếp nhận" in office.told("an")
        assert "Đã hạn chế xử lý theo yêu cầu." in office.told("an")
        with office.app.database.transaction() as tx:
            assert privacy_requests.opened(tx) == []
            one = privacy_requests.find(tx, 1)
        assert one is not None
        assert one.due_at - one.received_at == timedelta(days=15)

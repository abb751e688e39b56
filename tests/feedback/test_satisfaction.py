"""How content people are: asked once after a dossier's result, three levels, a reason for the lowest, in the report."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from handlers.intake import batches as intake
from knowledge.dossier import DossierRecord
from knowledge.status import Status
from storage.dossiers.intake import Origin
from storage.people import surveys
from tests.officials.board import Board, board
from tests.stories.test_lookup_proof import CODE, RECORD


async def learns(office: Board, record: DossierRecord) -> None:
    origin = Origin("Một cửa điện tử", office.clock(), illustrative=False)
    await office.app.take_in(uuid4().hex, 1, intake.batch([record], origin))
    await office.app.turns.idle()
    await office.settle()


async def test_who_follows_a_dossier_is_asked_once_when_its_result_is_given_back(
    engine_url: str, tmp_path: Path
) -> None:
    async with board(engine_url, tmp_path) as office:
        an = office.person("an")
        await learns(office, RECORD)
        await an.says(CODE)
        await an.presses("🔔 Theo dõi")
        for status in (Status.RESULT_READY, Status.RETURNED, Status.RETURNED):
            office.clock.moves(hours=3)
            await learns(office, replace(RECORD, status=status))
        assert office.told("an").count("Anh/chị hài lòng với việc giải quyết hồ sơ") == 1
        assert "lý do" in await an.taps("1:rate:1:1")
        await an.says("Phải đi lại nhiều lần.")
        assert "đã trả lời" in await an.taps("1:rate:1:3")
        with office.app.database.transaction() as tx:
            told = surveys.rated(tx, office.clock() - timedelta(days=1), office.clock() + timedelta(days=1))
        assert {subject: {level: len(rows) for level, rows in levels.items()} for subject, levels in told.items()} == {
            "dossier": {1: 1}
        }

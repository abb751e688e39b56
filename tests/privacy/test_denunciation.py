"""A denunciation is recognised in the turn, led to the right address, and its words stand nowhere afterwards."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.schema import audit, conversation, feedback, file, unanswered
from tests.officials.board import board
from tests.privacy.traces import left

WORDS = "Tôi tố cáo ông Vết Tích Kín, trưởng phòng, nhận hối lộ 200 triệu ở quán Lộ Diện."
SECRETS = ("Vết Tích Kín", "Lộ Diện", "hối lộ 200")
BEGUN = "Tôi muốn phản ánh ông Vết Tích Kín ở phòng đất đai làm việc rất chậm."


def everything_but_the_log(database: Database) -> list[str]:
    return left(database, SECRETS)


async def test_a_denunciation_leaves_no_trace_wherever_it_is_said(
    engine_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with board(engine_url, tmp_path) as office:
        plain, filling, captioned = (office.person(name) for name in ("plain", "filling", "captioned"))
        told = await plain.says(WORDS)
        assert "Luật Tố cáo" in told
        assert "không được lưu lại" in told
        await filling.says("/phananh")
        assert "2/4" in await filling.says(BEGUN)
        assert "Luật Tố cáo" in await filling.says("Ông ấy nhận hối lộ 200 triệu ở quán Lộ Diện mới ký.")
        await captioned.says("/phananh")
        assert "Luật Tố cáo" in await captioned.sends(b"%PDF-1.4 Lo Dien %%EOF", "Vết Tích Kín.pdf", WORDS)
        database = office.app.database
        assert left(database, SECRETS, caplog.text) == []
        with database.transaction() as tx:
            assert tx.execute(select(feedback)).all() == []
            assert tx.execute(select(unanswered)).all() == []
            assert tx.execute(select(file)).all() == []
            states = tx.execute(select(conversation.c.state)).scalars().all()
            assert not any(word in (state or "") for state in states for word in SECRETS)
            actions = tx.execute(select(audit.c.action)).scalars().all()
            assert actions.count("redirected_denunciation") == 3


async def test_the_redirection_names_the_address_of_the_settings_and_else_whom_to_ask(
    engine_url: str, tmp_path: Path
) -> None:
    given = {"MOTCUA_FEEDBACK__DENUNCIATIONS_TO": "Ban Tiếp công dân thử, số 7"}
    async with board(engine_url, tmp_path, **given) as office:
        assert "Ban Tiếp công dân thử, số 7" in await office.person("an").says(WORDS)


async def test_a_complaint_inside_the_form_is_led_away_and_nothing_of_it_kept(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path) as office:
        an = office.person("an")
        await an.says("/phananh")
        told = await an.says("Chúng tôi không đồng ý với Quyết định số 45/QĐ-Kín Kín, yêu cầu xem xét lại.")
        assert "Luật Khiếu nại" in told
        assert left(office.app.database, ["Kín Kín"]) == []


@pytest.mark.parametrize(
    "said", ["Muốn xin giấy phép thì nộp phí bao nhiêu tiền, nộp ở đâu?", "giấy phép lao động", "chào"]
)
async def test_an_ordinary_question_is_not_taken_for_a_denunciation(engine_url: str, tmp_path: Path, said: str) -> None:
    async with board(engine_url, tmp_path) as office:
        assert "Luật Tố cáo" not in await office.person("an").says(said)

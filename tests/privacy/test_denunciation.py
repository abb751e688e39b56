"""A denunciation is recognised in the turn, led to the right address, and its words stand nowhere afterwards."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.officials.register import Role
from storage.schema import audit, conversation, feedback, file, unanswered
from tests.feedback.test_pakn import hand_in
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


IMPLIED = "Cứ nộp là Vết Tích Kín gợi ý em lo cà phê ở quán Lộ Diện, kẹp phong bì vô thì chiều có giấy liền."


async def test_a_likely_denunciation_outside_the_form_is_asked_about_and_its_words_stand_nowhere(
    engine_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with board(engine_url, tmp_path) as office:
        an = office.person("an")
        asked = await an.says(IMPLIED)
        assert "tố cáo" in asked
        assert "không được lưu lại" in asked
        unclear = await an.says("Ông Vết Tích Kín bỏ túi, ai cũng phải kẹp phong bì ở quán Lộ Diện")
        assert "tố cáo" in unclear
        assert left(office.app.database, ("Vết Tích Kín", "Lộ Diện", "kẹp phong bì"), caplog.text) == []
        with office.app.database.transaction() as tx:
            assert tx.execute(select(unanswered)).all() == []
        assert "Luật Tố cáo" in await an.presses("Tôi muốn tố cáo")
        await an.says("/menu")
        assert "1/4" in await an.taps("1:feedback"), "whoever only wants to comment goes on"


async def test_a_denunciation_among_reasons_additions_and_questions_for_a_dialogue_is_led_away(
    engine_url: str, tmp_path: Path
) -> None:
    async with board(engine_url, tmp_path) as office:
        an, official = office.person("an"), office.person("cán bộ")
        await official.becomes(Role.OFFICIAL)
        number = await hand_in(an)
        await official.taps(f"1:fb:more:{number}")
        await official.says("Nêu rõ tên thủ tục.")
        await an.taps(f"1:pakn:more:{number}")
        assert "Luật Tố cáo" in await an.says(WORDS)
        await official.taps(f"1:fb:answer:{number}")
        await official.says("Đã bỏ yêu cầu nộp bản giấy.")
        await office.settle()
        await an.taps(f"1:pakn:again:{number}")
        assert "Luật Tố cáo" in await an.says(IMPLIED)
        await an.taps("1:rate:1:1")
        assert "Luật Tố cáo" in await an.says(IMPLIED)
        assert left(office.app.database, ("Vết Tích Kín", "Lộ Diện")) == []


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
    "said",
    [
        "Muốn xin giấy phép thì nộp phí bao nhiêu tiền, nộp ở đâu?",
        "giấy phép lao động",
        "chào",
        "Cán bộ nào phụ trách cấp giấy phép xây dựng, số điện thoại bao nhiêu?",
        "xây nhà xưởng phải đưa tiền ký quỹ bao nhiêu phần trăm",
    ],
)
async def test_an_ordinary_question_is_not_taken_for_a_denunciation(engine_url: str, tmp_path: Path, said: str) -> None:
    async with board(engine_url, tmp_path) as office:
        told = await office.person("an").says(said)
        assert "Luật Tố cáo" not in told
        assert "Muốn tố cáo" not in told

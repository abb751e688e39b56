"""Consents: one for each purpose, each under its text, nothing ticked before, the proof kept, each taken back alone."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from handlers.texts import words
from storage.officials import broadcasts
from storage.officials.register import Role
from storage.people import consents
from storage.schema import consent, follow
from tests.feedback.test_pakn import CONTENT, NAME, PHONE, hand_in
from tests.feedback.test_satisfaction import learns
from tests.officials.board import Board, board
from tests.stories.test_lookup_proof import CODE, RECORD

FOLLOW_TEXT = words("vi").plain("consent.text_follow")


def given(office: Board) -> dict[str, str]:
    """Give the standing consents: purpose → version of the text."""
    with office.app.database.transaction() as tx:
        rows = tx.execute(select(consent.c.purpose, consent.c.text_version).where(consent.c.withdrawn_at.is_(None)))
        return {row.purpose: row.text_version for row in rows}


async def test_following_a_dossier_is_a_consent_to_the_text_above_its_button(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path) as office:
        an = office.person("an")
        await learns(office, RECORD)
        assert "Bấm 🔔 Theo dõi là anh/chị đồng ý" in await an.says(CODE)
        assert given(office) == {}, "nothing is ticked before"
        await an.presses("🔔 Theo dõi")
        version = consents.version_of(FOLLOW_TEXT)
        assert given(office) == {"dossiers": version, "notices": version}
        assert "Bấm 🔔 Theo dõi là anh/chị đồng ý" not in await an.says(CODE), "asked once"
        await an.taps("1:consent:notices:no")
        assert set(given(office)) == {"dossiers"}
        with office.app.database.transaction() as tx:
            assert tx.execute(select(follow)).all() == [], "what only the consent allowed ends"


async def test_a_button_without_the_text_above_it_shows_the_text_first(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path) as office:
        an = office.person("an")
        await learns(office, RECORD)
        assert FOLLOW_TEXT in await an.taps(f"1:follow:{CODE}")
        assert given(office) == {}
        assert "theo dõi" in (await an.presses("🔔 Theo dõi")).lower()
        assert set(given(office)) == {"dossiers", "notices"}


async def test_announcements_and_their_consent_begin_and_end_together(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path) as office:
        an = office.person("an")

        def subscribed() -> bool:
            with office.app.database.transaction() as tx:
                return broadcasts.audiences(tx)[broadcasts.ALL] == 1

        await an.taps("1:consent:announcements")
        await an.presses("Tôi đồng ý")
        assert (subscribed(), set(given(office))) == (True, {"announcements"})
        await an.taps("1:news:out")
        assert (subscribed(), given(office)) == (False, {})
        shown = await an.says("/nhanthongbao")
        await an.taps("1:news:in")
        assert given(office) == {"announcements": consents.version_of(shown)}
        await an.taps("1:consent:announcements:no")
        assert (subscribed(), given(office)) == (False, {})


async def test_handing_in_is_a_consent_to_the_text_that_stood_above_the_button(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path) as office:
        an = office.person("an")
        await an.says("/phananh")
        await an.says(CONTENT)
        for answer in ("Nguyễn Văn Thử", "Lô 5"):
            await an.says(answer)
        review = await an.says("0912 345 678")
        text = words("vi").plain("consent.text_feedback")
        assert text in review
        assert given(office) == {}
        await an.presses("Gửi")
        assert given(office) == {"feedback": consents.version_of(text)}


async def test_correcting_writes_the_new_wherever_the_old_is_held(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path) as office:
        an, other = office.person("an"), office.person("khác")
        await other.says("/dulieu")
        assert "không ghi nhớ liên hệ" in await other.presses("Sửa thông tin"), "nothing is held of this one"
        number = await hand_in(an)
        await an.taps("1:consent:contact")
        await an.presses("Tôi đồng ý")
        await an.says("/dulieu")
        assert NAME in await an.presses("Sửa thông tin")
        assert PHONE in await an.presses("Giữ nguyên"), "what is held stands in the review"
        await an.taps("1:form:correct:edit:phone")
        await an.says("0987 654 321")
        assert "Đã sửa" in await an.presses("Gửi")
        shown = await an.says("/dulieu")
        assert "0987 654 321" in shown
        official = office.person("cán bộ")
        await official.becomes(Role.OFFICIAL)
        assert "0987 654 321" in await official.taps(f"1:fb:show:{number}")

"""After /xoadulieu nothing of the person is found: byte by byte in the database, among the files, in the logs."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import select

from storage import compacting, files
from storage.officials.register import Role
from storage.people import erasure as privacy
from storage.schema import account, consent, contact, feedback, feedback_file, file, privacy_request
from tests.feedback.test_pakn import ADDRESS, CONTENT, NAME, PHONE, hand_in
from tests.officials.board import board
from tests.privacy.traces import left

CHAT = "người-để-lại-vết"
SECRETS = (CONTENT, NAME, ADDRESS, PHONE, CHAT, "biển.jpg", "Thử Nghiệm")


async def test_after_erasure_purge_and_compacting_no_byte_of_the_person_is_left(
    engine_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with board(engine_url, tmp_path) as office:
        an, other, official = office.person(CHAT), office.person("người khác"), office.person("cán bộ")
        await official.becomes(Role.OFFICIAL)
        number = await hand_in(an)
        await an.taps("1:consent:contact")
        await an.presses("Tôi đồng ý")
        await other.says("/phananh")
        await other.says("Nội dung của người khác thì còn.")
        await official.taps(f"1:fb:more:{number}")
        await official.says(f"Công ty {NAME} bổ sung giúp.")
        await office.settle()
        database = office.app.database
        assert left(database, SECRETS) != [], "it is there before"
        told = await an.says("/xoadulieu")
        assert all(word in told for word in ("Sẽ xoá ngay", "Phải giữ lại", "sao lưu"))
        assert "Đã xoá" in await an.presses("Xoá ngay")
        with database.transaction() as tx:
            assert tx.execute(select(account).where(account.c.address == CHAT)).all() == []
            for gone in (contact, consent, feedback_file):
                assert tx.execute(select(gone)).all() == []
            kept = tx.execute(select(feedback.c.number, feedback.c.content, feedback.c.account_id)).one()
            assert kept == (number, None, None)
            assert tx.execute(select(privacy_request.c.kind, privacy_request.c.outcome)).all() == [
                ("erase", "erased at once")
            ]
            privacy.purge(tx, office.clock())
        compacting.compact(database)
        assert left(database, SECRETS, caplog.text) == []
        with database.transaction() as tx:
            assert tx.execute(select(file)).all() == []
    assert "Đã xoá" in told or told


async def test_everything_that_is_held_is_shown_and_given_as_a_file(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path) as office:
        an = office.person("an")
        await hand_in(an)
        told = await an.says("/dulieu")
        assert "phản ánh, kiến nghị: 1" in told
        assert "chưa đồng ý" in told, "nothing is ticked before"
        await an.presses("Tải về (tệp)")
        sent = an.heard[-1].reply.files[0]
        with office.app.database.transaction() as tx:
            loaded = files.load(tx, sent.hash)
        assert loaded is not None
        held = json.loads(loaded.content)
        assert held["feedback"][0]["sender_phone"] == PHONE
        assert held["account"][0]["address"] == "an"


async def test_a_consent_is_withdrawn_for_its_purpose_alone(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path) as office:
        an = office.person("an")
        await hand_in(an)
        for purpose in ("contact", "announcements"):
            await an.taps(f"1:consent:{purpose}")
            await an.presses("Tôi đồng ý")
        await an.taps("1:consent:contact:no")
        with office.app.database.transaction() as tx:
            rows = tx.execute(select(consent.c.purpose, consent.c.withdrawn_at, consent.c.text_version)).all()
            assert tx.execute(select(contact)).all() == []
        standing = {purpose for purpose, withdrawn, _ in rows if withdrawn is None}
        assert standing == {"feedback", "announcements"}
        assert all(len(version) == 16 for _, _, version in rows)

"""After /xoadulieu nothing of the person is found: byte by byte in the database, among the files, in the logs."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.privacy import personal_data
from storage import compacting, files
from storage.columns import SUBJECT
from storage.officials import broadcasts
from storage.officials.register import Role
from storage.people import erasure as privacy
from storage.people import notice_phones
from storage.schema import (
    account,
    account_link,
    consent,
    contact,
    feedback,
    feedback_file,
    file,
    follow,
    handover,
    metadata,
    notice_phone,
    person,
    privacy_request,
)
from storage.schema import official as official_table
from tests.feedback.test_pakn import ADDRESS, CONTENT, NAME, PHONE, hand_in
from tests.feedback.test_satisfaction import learns
from tests.officials.board import Board, Person, board
from tests.privacy.traces import left
from tests.stories.test_lookup_proof import CODE, RECORD

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


SECOND = "tài-khoản-thứ-hai"
ADDED = ("Kho Lộ Mặt", "Bí Mật Của Khách", "0909 111 222", "lý do Không Ai Biết", "đối thoại Kín", SECOND, CHAT)


async def links(one: Person, other: Person, office: Board) -> None:
    """Join two accounts as people do."""
    found = re.search(r"\d{4} \d{4} \d{4}", await one.says("/lienket"))
    assert found is not None
    await other.says(f"/lienket {found[0]}")
    await other.presses("Gửi yêu cầu liên kết")
    await office.settle()
    one.heard += [message for message in office.platform.sent if message.address == one.name]
    assert "Đã liên kết" in await one.presses("Đồng ý liên kết")


async def test_subscriptions_phones_links_conversations_questions_and_opinions_go_too(
    engine_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with board(engine_url, tmp_path) as office:
        an, second, official = office.person(CHAT), office.person(SECOND), office.person("cán bộ")
        await official.becomes(Role.OFFICIAL)
        await an.says("/menu")
        await links(an, second, office)
        database = office.app.database
        await an.taps("1:news:in")
        await learns(office, RECORD)
        await an.says(CODE)
        await an.presses("🔔 Theo dõi")
        await an.presses("Đặt tên gợi nhớ")
        await an.says("Kho Lộ Mặt")
        await second.says("cho tôi gặp cán bộ")
        await second.says("Chuyện Bí Mật Của Khách")
        await office.settle()
        await second.says("Kết thúc")
        number = await hand_in(an)
        await official.taps(f"1:fb:answer:{number}")
        await official.says("Đã sửa mẫu đơn theo góp ý.")
        await office.settle()
        await an.taps("1:rate:1:1")
        await an.says("lý do Không Ai Biết")
        with database.transaction() as tx:
            mine = tx.execute(select(account.c.id).where(account.c.address == CHAT)).scalar_one()
            notice_phones.share(tx, mine, "0909 111 222", office.clock())
            row = broadcasts.draft(tx, tx.execute(select(official_table.c.id)).scalar_one(), "x", office.clock())
            broadcasts.ask(tx, row, mine, "đối thoại Kín", office.clock())
        told = await an.says("/dulieu")
        for held in ("hồ sơ theo dõi: 1", "số điện thoại nhận thông báo: 1", "đối thoại: 1", "với cán bộ: 1"):
            assert held in told, held
        assert len(left(database, ADDED)) >= len(ADDED) - 1
        await an.says("/xoadulieu")
        await an.presses("Xoá ngay")
        await office.settle()
        with database.transaction() as tx:
            assert tx.execute(select(account.c.address)).scalars().all() == ["cán bộ"], "both accounts are gone"
            for table in (consent, person, account_link, follow, handover, notice_phone):
                assert tx.execute(select(table)).all() == [], table.name
            privacy.purge(tx, office.clock())
        compacting.compact(database)
        assert left(database, ADDED, caplog.text) == []


def test_every_table_about_a_person_is_shown_to_them() -> None:
    about = {table.name for table in metadata.sorted_tables if SUBJECT in table.info}
    parts = {"dossier_progress", "dossier_supplement", "handover_line"}  # of rows that are shown
    assert about - parts == personal_data.KNOWN_TABLES | personal_data.LAST


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
        assert [one["purpose"] for one in held["consent"]] == ["feedback"]
        assert [one["kind"] for one in held["privacy_request"]] == ["view"]


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
            asked = tx.execute(select(privacy_request.c.kind, privacy_request.c.outcome)).all()
        assert ("withdraw", "consent to contact withdrawn") in asked
        assert "vẫn được trả lời" in await an.taps("1:consent:feedback:no")
        standing = {purpose for purpose, withdrawn, _ in rows if withdrawn is None}
        assert standing == {"feedback", "announcements"}
        assert all(len(version) == 16 for _, _, version in rows)

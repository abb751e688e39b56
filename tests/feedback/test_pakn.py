"""Feedback from the first tap to the answer: over the whole bot, with jobs, files, officials and notices."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from docx import Document
from PIL import Image
from sqlalchemy import select

from handlers.feedback import notices as feedback_notices
from storage import feedback, files
from storage.feedback import Feedback
from storage.officials.register import Role
from storage.people import consents
from storage.schema import audit
from tests.officials.board import Board, Person, board

CONTENT = (
    "Quy định nộp bản giấy khi gia hạn giấy phép lao động không phù hợp thực tế, xem Điều 9 Nghị định 152/2020/NĐ-CP."
)
NAME, ADDRESS, PHONE = "Công ty TNHH Thử Nghiệm", "Lô 5, KCN Mỹ Tho", "0912 345 678"
ANSWER = "Từ ngày 1/12 doanh nghiệp chỉ nộp bản điện tử khi gia hạn giấy phép lao động."


@pytest.fixture
async def office(engine_url: str, tmp_path: Path) -> AsyncIterator[Board]:
    async with board(engine_url, tmp_path) as opened:
        yield opened


def photo(colour: str = "red") -> bytes:
    """A photo that says where and by whom it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "MAYANH-BIMAT"
    exif[0x8825] = {1: "N", 2: (10.0, 21.0, 0.0)}
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def read(office: Board, number: str) -> Feedback:
    with office.app.database.transaction() as tx:
        found = feedback.find(tx, number)
    assert found is not None
    return found


async def hand_in(person: Person) -> str:
    """Hand one in with two photos; gives the number."""
    await person.taps("1:feedback")
    await person.says(CONTENT)
    await person.sends(photo(), "cổng.jpg")
    await person.sends(photo("blue"), "biển.jpg")
    for answer in (NAME, ADDRESS, PHONE):
        await person.says(answer)
    told = await person.presses("Gửi")
    return told[told.index("PAKN-") :][:18]


async def test_feedback_with_two_photos_takes_eight_messages_and_everything_is_kept_safely(office: Board) -> None:
    an = office.person("an")
    number = await hand_in(an)  # eight messages: a tap, the content, two photos, three answers, the button
    assert number == "PAKN-20261123-0001"
    one = read(office, number)
    assert (one.content, one.sender_name, one.sender_address, one.sender_phone) == (CONTENT, NAME, ADDRESS, PHONE)
    assert (one.kind, one.clause, one.sender_kind, one.language) == ("regulation", 2, "organisation", "vi")
    assert one.document == "Nghị định 152/2020/NĐ-CP; Điều 9"
    assert one.due_at is not None
    assert (one.due_at - one.received_at).days == 20
    with office.app.database.transaction() as tx:
        kept = feedback.files_of(tx, one)
        assert sorted(name for _, name in kept) == ["biển.jpg", "cổng.jpg"]
        for key, _ in kept:
            loaded = files.load(tx, key)
            assert loaded is not None
            assert b"MAYANH-BIMAT" not in loaded.content
            assert dict(Image.open(io.BytesIO(loaded.content)).getexif()) == {}
        (given,) = [one for one in consents.listed(tx, one.account_id or 0) if one.purpose == consents.FEEDBACK]
        assert given.method == "button"


async def test_the_acknowledgement_comes_as_a_file_with_number_and_promise(office: Board) -> None:
    an = office.person("an")
    number = await hand_in(an)
    (sent,) = [file for message in an.heard for file in message.reply.files if file.name.endswith(".docx")]
    with office.app.database.transaction() as tx:
        loaded = files.load(tx, sent.hash)
    assert loaded is not None
    text = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(loaded.content)).paragraphs)
    assert all(word in text for word in (number, CONTENT, NAME, "13/12/2026"))


async def test_the_contact_is_filled_in_next_time_only_after_consent(office: Board) -> None:
    an = office.person("an")
    await hand_in(an)
    await an.says("/phananh")
    assert "Họ tên anh/chị" in await an.says("Một nội dung khác về quy định báo cáo rườm rà.")
    await an.says("huỷ")
    await an.taps("1:consent:contact")
    await an.presses("Tôi đồng ý")
    await an.says("/phananh")
    assert "xem lại" in await an.says("Một nội dung khác về quy định báo cáo rườm rà.")


async def test_an_anonymous_tip_is_kept_apart_and_said_not_to_count(office: Board) -> None:
    an = office.person("an")
    await an.says("/phananh")
    await an.says(CONTENT)
    await an.presses("Gửi ẩn danh (không được tính, không trả lời)")
    assert "không được tính" in await an.presses("Gửi")
    one = read(office, "PAKN-20261123-0001")
    assert (one.is_counted, one.sender_name) == (False, None)


async def test_an_official_handles_it_in_chat_and_the_answer_comes_back_with_its_file(office: Board) -> None:
    an, official = office.person("an"), office.person("cán bộ")
    await official.becomes(Role.OFFICIAL)
    number = await hand_in(an)
    assert number in await official.says("/pakn")
    shown = await official.taps(f"1:fb:show:{number}")
    assert all(word in shown for word in (CONTENT, NAME, PHONE, "khoản 2"))
    await official.presses("Yêu cầu bổ sung")
    await official.says("Nêu rõ tên thủ tục.")
    await office.settle()
    assert "Nêu rõ tên thủ tục" in office.told("an")
    await an.taps(f"1:pakn:more:{number}")
    await an.says("Thủ tục gia hạn giấy phép lao động.")
    await official.taps(f"1:fb:answer:{number}")
    await official.sends(photo(), "trả lời.jpg", ANSWER)
    await office.settle()
    told = office.told("an")
    assert ANSWER in told
    assert "hài lòng" in told
    assert read(office, number).state == "answered"
    await an.taps(f"1:pakn:again:{number}")
    assert "mở lại" in await an.says("Chưa nói rõ từ khi nào áp dụng.")
    await official.taps(f"1:fb:answer:{number}")
    await official.says(ANSWER)
    assert "mở lại" not in await an.taps(f"1:pakn:again:{number}"), "only once"
    answered = read(office, number)
    with office.app.database.transaction() as tx:
        states = [step.state for step in feedback.steps(tx, answered)]
        trail = tx.execute(select(audit.c.action)).scalars().all()
    assert states == ["supplement", "accepted", "answered", "reopened", "answered"]
    assert {"feedback_supplement", "feedback_answered"} <= set(trail)


async def test_what_was_published_is_found_and_shown_first_to_who_asks_the_same(office: Board) -> None:
    an, official, other = office.person("an"), office.person("cán bộ"), office.person("bình")
    await official.becomes(Role.OFFICIAL)
    number = await hand_in(an)
    await official.taps(f"1:fb:answer:{number}")
    await official.says(ANSWER)
    assert NAME not in await official.taps(f"1:fb:publish:{number}")
    await official.presses("Sửa câu hỏi")
    await official.says("Gia hạn giấy phép lao động có phải nộp bản giấy không?")
    await official.presses("Công khai như trên")
    assert ANSWER in await other.says("gia hạn giấy phép lao động phải nộp bản giấy không vậy")
    await other.says("/phananh")
    assert ANSWER in await other.says("Vì sao gia hạn giấy phép lao động phải nộp bản giấy, quy định này bất cập.")


async def test_nobody_but_its_sender_and_officials_sees_a_feedback(office: Board) -> None:
    an, stranger = office.person("an"), office.person("người lạ")
    number = await hand_in(an)
    unknown = await stranger.says("PAKN-20261123-0099")
    assert (await stranger.says(number)).replace(number, "PAKN-20261123-0099") == unknown
    for tapped in (f"1:pakn:show:{number}", f"1:pakn:sure:{number}", f"1:fb:show:{number}", f"1:fb:accept:{number}"):
        told = await stranger.taps(tapped)
        assert CONTENT not in told
        assert number not in told
    assert "đã nhận" in await an.says(f"kết quả {number} sao rồi")


async def test_officials_are_reminded_and_the_sender_hears_every_seven_days_after_the_promise(office: Board) -> None:
    an, official = office.person("an"), office.person("cán bộ")
    await official.becomes(Role.OFFICIAL)
    number = await hand_in(an)
    office.clock.moves(days=18)
    await office.happens(feedback_notices.DAY)
    assert "⏰" in office.told("cán bộ")
    assert "🔔" not in office.told("an")
    for days in (3, 7):
        office.clock.moves(days=days)
        before = office.told("an").count("🔔")
        await office.happens(feedback_notices.DAY)
        await office.happens(feedback_notices.DAY)
        assert office.told("an").count("🔔") == before + 1
    assert number in office.told("an")


async def test_the_same_again_and_a_flood_are_refused(office: Board) -> None:
    an = office.person("an")
    await hand_in(an)
    for count in range(5):
        await an.says("/phananh")
        await an.says(f"Nội dung số {count} về quy định rườm rà.")
        for answer in (NAME, ADDRESS, PHONE):
            await an.says(answer)
        told = await an.presses("Gửi")
    assert "nhiều nhất 5" in told

"""A photo of the receipt is looked up like a typed code: read by a job, told to who sent it, and not kept."""

from __future__ import annotations

import asyncio
import json
import random
from functools import partial

import pytest
from sqlalchemy import select

from bot.jobs import Jobs
from bot.work import receipt_photo
from bot.work.attachments import Attachments, keep
from handlers.dossiers import receipt_photos
from handlers.messages import Attachment, Incoming, Kind, Reply
from storage.database import Database
from storage.events import NewEvent
from storage.schema import event, file, job
from tests.bot.receipts import Shot, page, payload, photo
from tests.stories.chat import Chat, open_office
from tests.stories.office import Office
from tests.stories.test_lookup_proof import CODE, RECORD


@pytest.fixture(scope="module")
def receipt() -> bytes:
    """A photo of the receipt of the dossier, its secret in the code."""
    return photo(page(payload(7)), Shot(turned=30, bright=0.5, scale=0.6), random.Random(7))


def sends(chat: Chat, content: bytes, text: str = "", *, group: bool = False) -> Chat:
    """Send a photo and let the job do its work."""
    office = chat.office
    sent = keep(office.database, content, "anh.jpg", office.clock())
    chat._does(Incoming(Kind.TEXT if text else Kind.FILE, text, group=group, files=(sent,)))
    heard = works(office, chat.name)
    return chat._hears(heard) if heard else chat


def works(office: Office, person: str) -> list[Reply]:
    """Do what a conversation ordered; gives what was said then."""

    async def one() -> None:
        attachments = Attachments(office.database, {}, asyncio.get_running_loop())
        work = {receipt_photos.KIND: partial(receipt_photo.work, attachments)}
        while await Jobs(office._store, work, "here", office.clock, office._turns.wake).one():
            await office._turns.idle()

    return office._sent_during(person, one)


def test_a_photo_of_the_receipt_opens_what_its_code_says(chat: Chat, receipt: bytes) -> None:
    chat.office.learns(RECORD)
    sends(chat, receipt).sees(f"Hồ sơ {CODE}: đang xử lý", "Chủ hồ sơ", "Dữ liệu cập nhật")


def test_the_photo_is_not_kept(chat: Chat, receipt: bytes) -> None:
    sends(chat, receipt).sees("không khớp nhau")
    assert chat.office.reads(lambda tx: tx.execute(select(file)).all()) == []
    assert chat.office.reads(lambda tx: list(tx.execute(select(job.c.body)).scalars())) == [None]
    assert chat.office.reads(lambda tx: set(tx.execute(select(event.c.body)).scalars())) == {None}


def test_who_sends_a_photo_hears_at_once_that_it_is_being_read(chat: Chat) -> None:
    sent = Attachment("x", media_type="image/jpeg")
    chat._does(Incoming(Kind.FILE, files=(sent,))).sees("đang đọc mã trong ảnh", "không được lưu lại")


def test_several_codes_are_answered_each(chat: Chat) -> None:
    chat.office.learns(RECORD)
    taken = photo(page(payload(7, None), payload(8, None)), Shot(scale=0.7), random.Random(1))
    sends(chat, taken).sees(f"Hồ sơ {CODE}: đang xử lý", "chưa thấy hồ sơ 000.00.15.H58-261102-0008")


def test_before_others_a_photo_opens_nothing_personal(chat: Chat, receipt: bytes) -> None:
    chat.office.learns(RECORD)
    sends(chat, receipt, group=True).sees("đang xử lý").sees_not("Chủ hồ sơ")


def test_a_photo_without_a_receipts_code_says_what_to_do(chat: Chat) -> None:
    blank = photo(page(), Shot(scale=0.4), random.Random(2))
    sends(chat, blank).sees("chưa thấy mã nào trong ảnh", "000.00.15.H58-200617-0001")
    sends(chat, photo(page("https://example.vn"), Shot(scale=0.6), random.Random(3))).sees("không phải mã hồ sơ")
    sends(chat, b"text").sees("không phải ảnh tôi đọc được")


def test_a_code_under_the_photo_is_answered_without_reading_it(chat: Chat, receipt: bytes) -> None:
    chat.office.learns(RECORD)
    sends(chat, receipt, CODE).sees("đang xử lý").sees_not("Chủ hồ sơ")
    assert chat.office.reads(lambda tx: tx.execute(select(job)).all()) == []


def test_another_file_is_not_taken_for_a_photo(chat: Chat) -> None:
    chat._does(Incoming(Kind.FILE, files=(Attachment("x", "ho-so.pdf", media_type="application/pdf"),)))
    chat.sees("Tôi chưa đọc được tin này")


def test_a_fault_of_the_job_is_told_politely(database: Database) -> None:
    with open_office(database) as office:
        Chat(office, "an").says("xin chào")
        body = json.dumps({"result": None, "error": "OSError"})
        new = NewEvent("test", "job:9", "receipt_photo_done", body, office.lane("an"), "an")
        (heard,) = office._sent_during("an", lambda: office._take(new))
        assert "Hệ thống đang bận" in heard.text

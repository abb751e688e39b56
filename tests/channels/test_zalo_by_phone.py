"""Notices by phone on Zalo, from the number's sharing to its receipt; and what the receipts of other messages do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels.zalo.zns import CLASSES, until_morning
from bot.standins.faults import Wrong
from storage.database import Database
from storage.schema import account, consent, notice_phone, outbox
from storage.zalo_contacts import WAITS
from tests.channels.zalo_desk import WHO
from tests.channels.zalo_town import Town, town

PHONE, CODE, TEMPLATE = "84900000001", "H58.15-261102-0001", "7895417"
SENT_BY_PHONE = {"ma_ho_so": CODE, "trang_thai": "Có kết quả"}
PATH = "/message/template"


def with_template(known: dict[str, str]) -> dict[str, str]:
    return known | {"MOTCUA_ZALO_OA__ZNS_TEMPLATE": TEMPLATE, "MOTCUA_ZALO_OA__ZNS_CODES": '{"-1472": "alert"}'}


@pytest.fixture
async def at(database: Database, engine_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """The bot with a template for messages by phone, on a database that has its schema already."""
    async with town(engine_url, tmp_path, with_template) as opened:
        yield opened


async def agrees(at: Town) -> None:
    """Share a number and agree to notices there."""
    await at.says("/sodienthoai")
    await at.tells(at.server.shared(WHO, PHONE))
    assert await at.says("Đồng ý") != []


async def states(at: Town, row: int) -> list[tuple[str, str | None]]:
    return [tuple(one) for one in await at.reads(select(outbox.c.state, outbox.c.error).where(outbox.c.id == row))]


async def test_who_agreed_is_told_by_phone_once_the_seven_days_are_over_and_not_before(at: Town) -> None:
    await agrees(at)
    at.clock.moves(days=3)
    row = await at.notice("Có kết quả", code=CODE)
    assert await states(at, row) == [("queued", WAITS)]
    assert at.server.zns.sent == []
    at.clock.moves(days=4, seconds=1)
    await at.settles()
    (sent,) = at.server.zns.sent
    assert sent == {
        "phone": PHONE,
        "template_id": TEMPLATE,
        "template_data": SENT_BY_PHONE,
        "tracking_id": f"motcua{row}n0",
    }
    assert await states(at, row) == [("sent", None)]
    await at.tells(at.server.receipt_by_phone(sent), by_phone=True)
    told = await at.reads(select(outbox.c.received_at).where(outbox.c.id == row))
    assert [one.received_at is not None for one in told] == [True]


async def test_zalo_s_form_asks_for_the_number_and_only_a_second_yes_lets_anything_go_there(at: Town) -> None:
    await at.says("xin chào")
    await at.tells(at.server.wrote(WHO, "/sodienthoai"))
    (element,) = at.server.sent[-1].message["attachment"]["payload"]["elements"]
    assert element["title"] == "Chia sẻ số điện thoại"
    await at.tells(at.server.shared(WHO, PHONE))
    assert "001" in at.server.sent[-1].message["text"]
    assert PHONE not in str(at.server.sent[-1].message)
    at.clock.moves(days=8)
    await at.notice("Có kết quả", code=CODE)
    assert at.server.zns.sent == []
    assert await at.reads(select(consent)) == []


async def test_who_takes_the_number_back_is_told_at_their_next_contact_again(at: Town) -> None:
    await agrees(at)
    await at.says("/sodienthoai")
    await at.says("1")
    assert await at.reads(select(notice_phone)) == []
    at.clock.moves(days=8)
    await at.notice("Có kết quả", code=CODE)
    assert at.server.zns.sent == []
    assert (await at.says("xin chào"))[1] == "Có kết quả"


async def test_what_the_template_cannot_say_is_kept_and_does_not_hold_up_what_it_can(at: Town) -> None:
    await agrees(at)
    at.clock.moves(days=8)
    await at.notice("Hội nghị đối thoại ngày mai")
    await at.notice("Có kết quả", code=CODE)
    assert [sent["template_data"] for sent in at.server.zns.sent] == [SENT_BY_PHONE]
    assert (await at.says("xin chào"))[1] == "Hội nghị đối thoại ngày mai"


async def test_by_night_nothing_goes_by_phone_and_in_the_morning_it_does(at: Town) -> None:
    await agrees(at)
    at.clock.now = datetime(2026, 12, 5, 16, 0, tzinfo=UTC)  # 23:00 in Vietnam
    await at.notice("Có kết quả", code=CODE)
    assert at.server.zns.sent == []
    at.clock.moves(hours=7)
    await at.settles()
    assert len(at.server.zns.sent) == 1


@pytest.mark.parametrize(("hour", "waits"), [(0, 0), (14, 0), (15, 8), (16, 7), (22, 1), (23, 0)])
def test_the_night_is_vietnam_s(hour: int, waits: int) -> None:
    assert until_morning(datetime(2026, 12, 5, hour, tzinfo=UTC)) == waits * 3600


async def test_a_number_at_which_nobody_is_found_is_forgotten_and_the_message_kept(at: Town) -> None:
    await agrees(at)
    at.server.zns.phones.clear()
    at.clock.moves(days=8)
    row = await at.notice("Có kết quả", code=CODE)
    assert await states(at, row) == [("queued", WAITS)]
    assert await at.reads(select(notice_phone)) == []
    assert [one.gone_at for one in await at.reads(select(account.c.gone_at))] == [None]
    assert (await at.says("xin chào"))[1] == "Có kết quả"


@pytest.mark.parametrize("code", [-109, -112, -1472, -99999])
async def test_no_refusal_of_a_message_by_phone_loses_it(at: Town, code: int, caplog: pytest.LogCaptureFixture) -> None:
    await agrees(at)
    at.is_administrator("1002")
    at.clock.moves(days=8)
    at.server.people["1002"].last = at.clock()
    at.server.faults.add(Wrong.CODE, code, PATH)
    row = await at.notice("Có kết quả", code=CODE)
    assert await states(at, row) == [("queued", WAITS)]
    assert str(code) in caplog.text
    await at.settles()
    alarmed = [sent for sent in at.server.sent if sent.to == "1002" and "số điện thoại" in sent.message["text"]]
    assert len(alarmed) == (1 if code in (-109, -1472) else 0)
    assert (await at.says("xin chào"))[1] == "Có kết quả"


async def test_administrators_hear_once_a_day_that_the_messages_by_phone_are_used_up(at: Town) -> None:
    await agrees(at)
    at.is_administrator("1002")
    at.clock.moves(days=8)
    at.server.people["1002"].last = at.clock()
    at.server.zns.quota = 1
    await at.notice("Có kết quả", code=CODE)
    kept = await at.notice("Lại có kết quả", code=CODE)
    await at.settles()
    told = [sent.message["text"] for sent in at.server.sent if sent.to == "1002"]
    assert [text for text in told if "của hôm nay đã hết" in text] == told[:1]
    assert len(at.server.zns.sent) == 1
    assert await states(at, kept) == [("queued", WAITS)], "nothing is lost by it"


@pytest.mark.parametrize("wrong", [(Wrong.CODE, -124), (Wrong.CODE, -220), (Wrong.STATUS, 503), (Wrong.CODE, -100)])
async def test_what_passes_by_itself_is_tried_again_by_phone(at: Town, wrong: tuple[Wrong, float]) -> None:
    await agrees(at)
    at.clock.moves(days=8)
    at.server.faults.add(*wrong, PATH)
    await at.notice("Có kết quả", code=CODE)
    at.clock.moves(minutes=2)
    await at.settles()
    assert [sent["template_data"] for sent in at.server.zns.sent] == [SENT_BY_PHONE]


async def test_a_message_by_phone_in_doubt_goes_once_more_and_its_receipt_ends_the_doubt(at: Town) -> None:
    await agrees(at)
    at.clock.moves(days=8)
    for _ in range(2):
        at.server.faults.add(Wrong.DROP_AFTER, 0, PATH)
    row = await at.notice("Có kết quả", code=CODE)
    at.clock.moves(minutes=1)
    await at.settles()
    first, second = at.server.zns.sent
    assert first == second
    assert [state for state, _ in await states(at, row)] == ["uncertain"]
    await at.tells(at.server.receipt_by_phone(second), by_phone=True)
    assert [state for state, _ in await states(at, row)] == ["sent"]


async def test_without_a_template_nobody_is_asked_for_a_number(engine_url: str, tmp_path: Path) -> None:
    async with town(engine_url, tmp_path) as at:
        await at.says("/sodienthoai")
        assert all("attachment" not in sent.message for sent in at.server.sent)
        await at.tells(at.server.shared(WHO, PHONE))
        assert await at.reads(select(notice_phone)) == []


def test_every_class_of_a_code_is_one_that_is_handled() -> None:
    assert all(code < 0 for code in CLASSES)


async def test_receipts_say_what_became_of_a_message_and_make_no_contact(at: Town) -> None:
    await at.says("xin chào")
    at.clock.moves(hours=47)
    await at.tells(at.server.receipt(at.server.sent[0]))
    at.clock.moves(minutes=5)
    await at.tells(at.server.receipt(at.server.sent[0], seen=True))
    await at.tells(at.server.receipt(at.server.sent[0]))
    (row,) = await at.reads(select(outbox.c.state, outbox.c.received_at, outbox.c.seen_at))
    assert row.state == "sent"
    assert (row.seen_at - row.received_at).total_seconds() == 300
    at.clock.moves(hours=2)
    await at.notice("Có kết quả")
    assert len(at.server.sent) == 1, "a receipt is no contact"


async def test_a_receipt_that_comes_before_the_message_is_noted_counts_a_little_later(at: Town) -> None:
    await at.says("xin chào")
    with at.app.database.transaction() as tx:
        tx.execute(outbox.update().values(external_id=None))
    await at.tells(at.server.receipt(at.server.sent[0], seen=True))
    with at.app.database.transaction() as tx:
        tx.execute(outbox.update().values(external_id=at.server.sent[0].id))
    receipts = at.zalo.receipts
    assert receipts is not None
    await receipts.look_again()
    await receipts.look_again()
    (row,) = await at.reads(select(outbox.c.seen_at))
    assert row.seen_at is not None

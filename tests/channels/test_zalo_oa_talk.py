"""The conversation on Zalo from end to end: an event in, a turn, a message out; and what Zalo's days do to notices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.standins.faults import Wrong
from storage.database import Database
from storage.schema import account, audit, event, outbox, zalo_contact
from storage.zalo_contacts import WAITS
from tests.channels.zalo_desk import WHO
from tests.channels.zalo_town import Town, town

MENU = {
    "#tra_cuu": "mã",
    "#TRA_CỨU": "mã",
    "#thu_tuc": "lĩnh vực",
    "#can_bo": "cán bộ",
    "#lien_he": "địa chỉ",
    "#phan_anh": "gửi",
}
"""What the menu of an account sends → a word of the answer."""


@pytest.fixture
async def at(database: Database, engine_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """The bot on a database that has its schema already."""
    async with town(engine_url, tmp_path) as opened:
        yield opened


async def test_somebody_writes_chooses_by_number_and_asks_by_the_menu_of_the_account(at: Town) -> None:
    (greeting,) = await at.says("xin chào")
    assert "  1. " in greeting
    (answer,) = await at.says("1")
    assert answer != greeting
    for typed, expected in MENU.items():
        (asked,) = await at.says(typed)
        assert expected in asked.lower(), typed
    states = await at.reads(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    assert [tuple(row) for row in states] == [("sent", 2 + len(MENU))]


async def test_a_question_within_a_form_is_answered_with_the_open_question_in_one_message(at: Town) -> None:
    await at.says("tôi muốn gửi phản ánh")
    (said,) = await at.says("#lien_he")
    assert "địa chỉ" in said.lower()
    assert "đang" in said, "the question that is open stands below"
    assert said.rstrip().splitlines()[-1].startswith("  "), "and its choices under it"


async def test_an_event_that_comes_twice_is_answered_once(at: Town) -> None:
    told = at.server.wrote(WHO, "xin chào")
    await at.tells(told)
    await at.tells(told)
    assert len(at.server.sent) == 1


async def test_a_token_that_ended_meanwhile_delays_nothing(at: Town) -> None:
    await at.says("xin chào")
    at.clock.moves(days=3)
    assert len(await at.says("xin chào")) == 1
    at.server.account.access.clear()
    assert len(await at.says("xin chào")) == 1
    assert at.server.account.renewals == 3


async def test_within_two_days_a_notice_arrives_and_costs_nothing(at: Town) -> None:
    await at.says("xin chào")
    at.clock.moves(hours=47)
    await at.notice("Có kết quả")
    assert [(sent.message["text"], sent.charged) for sent in at.server.sent[1:]] == [("Có kết quả", False)]


async def test_later_a_notice_is_kept_until_the_person_writes_again(at: Town) -> None:
    await at.says("xin chào")
    at.clock.moves(hours=49)
    row = await at.notice("Có kết quả")
    kept = await at.reads(select(outbox.c.state, outbox.c.error).where(outbox.c.id == row))
    assert [tuple(one) for one in kept] == [("queued", WAITS)]
    at.clock.moves(days=10)
    said = await at.says("xin chào")
    assert said[1:] == ["Có kết quả"], "the answer comes first, then what waited"


async def test_who_follows_again_gets_what_was_kept(at: Town) -> None:
    await at.says("xin chào")
    at.clock.moves(days=8)
    await at.notice("Có kết quả")
    assert len(at.server.sent) == 1
    at.server.people[WHO].last = at.clock()
    await at.tells(at.server.event("follow", oa_id="1", follower={"id": WHO}))
    assert at.server.sent[-1].message == {"text": "Có kết quả"}


async def test_where_zalo_counts_otherwise_what_it_refuses_is_kept_too(at: Town) -> None:
    await at.says("xin chào")
    at.server.faults.add(Wrong.CODE, -230, "/message/cs")
    await at.notice("Có kết quả")
    assert len(at.server.sent) == 1
    assert (await at.says("xin chào"))[-1] == "Có kết quả"


async def test_with_paid_messages_a_notice_goes_until_the_seventh_day(engine_url: str, tmp_path: Path) -> None:
    def paid(known: dict[str, str]) -> dict[str, str]:
        return known | {"MOTCUA_ZALO_OA__PAID_MESSAGES": "true"}

    async with town(engine_url, tmp_path, paid) as at:
        await at.says("xin chào")
        at.clock.moves(days=6)
        await at.notice("Có kết quả")
        assert at.server.sent[-1].charged
        at.clock.moves(days=2)
        await at.notice("Lại có kết quả")
        assert len(at.server.sent) == 2


async def test_who_unfollows_is_closed_and_open_again_by_writing(at: Town) -> None:
    await at.says("xin chào")
    await at.tells(at.server.event("unfollow", oa_id="1", follower={"id": WHO}))
    assert [row.gone_at is None for row in await at.reads(select(account.c.gone_at))] == [False]
    await at.says("xin chào")
    assert [row.gone_at is None for row in await at.reads(select(account.c.gone_at))] == [True]


async def test_who_withdraws_is_erased_and_the_others_are_not(at: Town) -> None:
    await at.says("xin chào", "1001")
    await at.says("xin chào", "1002")
    await at.tells(at.server.event("user_withdraw", oa_id="1", user_id="1001"))
    assert [row.address for row in await at.reads(select(account.c.address))] == ["1002"]
    assert len(await at.reads(select(zalo_contact))) == 1
    assert {row.state for row in await at.reads(select(event.c.state))} == {"done"}


async def test_a_request_to_be_erased_from_somebody_unknown_is_done_at_once(at: Town) -> None:
    await at.tells(at.server.event("user_withdraw", oa_id="1", user_id="1001"))
    assert [row.state for row in await at.reads(select(event.c.state))] == ["done"]


async def test_administrators_hear_once_that_zalo_renews_no_longer(at: Town) -> None:
    await at.says("xin chào")
    at.is_administrator("1002")
    at.server.account.refresh = "another one"
    at.clock.moves(hours=24, minutes=30)
    await at.says("xin chào")  # the token still lives, so the alarm itself can be sent
    await at.says("xin chào")
    told = [sent.message["text"] for sent in at.server.sent if sent.to == "1002"]
    assert [text for text in told if "motcua zalo authorize" in text] == told
    assert len(told) == 1


async def test_while_a_colleague_writes_from_the_console_the_bot_is_silent_and_then_goes_on(at: Town) -> None:
    await at.says("tôi muốn gửi phản ánh")
    await at.tells(at.server.answered_by_hand(WHO, "Tôi là cán bộ trực"))
    assert await at.says("dạ em cần hỏi thêm") == []
    at.clock.moves(minutes=29)
    assert await at.says("cảm ơn anh") == []
    await at.notice("Có kết quả")
    assert [sent.message["text"] for sent in at.server.sent[-1:]] == ["Có kết quả"], "a notice is no answer"
    at.clock.moves(minutes=2)
    (asked,) = await at.says("Đường vào khu công nghiệp có nhiều ổ gà, đề nghị sửa.")
    assert "viết dở" in asked, "the form that was open is still there"
    assert await at.says("Nguyễn Văn An", "1002") != [], "and others were answered all the time"


async def test_each_message_of_a_colleague_makes_the_silence_longer_and_one_told_late_does_not(at: Town) -> None:
    await at.says("xin chào")
    late = at.server.answered_by_hand(WHO, "sớm")
    at.clock.moves(minutes=20)
    await at.tells(at.server.answered_by_hand(WHO, "sau"))
    await at.tells(late)
    at.clock.moves(minutes=25)
    assert await at.says("còn ai không") == []
    at.clock.moves(minutes=6)
    await at.tells(late)
    assert len(await at.says("còn ai không")) == 1


async def test_whoever_answers_a_colleague_that_wrote_first_is_left_to_them(at: Town) -> None:
    await at.tells(at.server.answered_by_hand(WHO, "Tôi là cán bộ trực"))
    assert await at.says("dạ vâng") == []
    assert [row.action for row in await at.reads(select(audit.c.action))] == ["paused"]


async def test_administrators_hear_a_month_before_the_refresh_token_ends_once_a_day(at: Town) -> None:
    at.server.account.expires_in = 200 * 86400  # so that nothing else renews it meanwhile
    await at.says("xin chào")
    at.is_administrator("1002")
    for days, alarms in ((59, 0), (2, 1), (0, 1), (1.1, 2)):
        at.clock.moves(days=days)
        at.server.people["1002"].last = at.clock()
        await at.tells(at.server.follows("1002"))
        await at.zalo.tokens._look_at_the_age()
        await at.settles()
        told = [sent.message["text"] for sent in at.server.sent if sent.to == "1002"]
        assert [text for text in told if "hết hạn sau ba tháng" in text] == told
        assert len(told) == alarms, days


async def test_administrators_hear_of_the_first_renewal_that_fails(at: Town) -> None:
    await at.says("xin chào")
    at.is_administrator("1002")
    at.clock.moves(hours=24, minutes=30)
    for _ in range(2):
        at.server.faults.add(Wrong.STATUS, 503, "/access_token")
        await at.says("xin chào")
    told = [sent.message["text"] for sent in at.server.sent if sent.to == "1002"]
    assert len(told) == 1
    assert "không thành" in told[0]


async def test_administrators_hear_once_a_day_that_zalo_takes_nothing_of_the_account(at: Town) -> None:
    await at.says("xin chào")
    at.is_administrator("1002")
    for _ in range(3):
        at.server.faults.add(Wrong.CODE, -224, "/message/cs")
        await at.notice(f"Có kết quả {at.clock()}")
        at.clock.moves(minutes=30)
    await at.settles()
    told = [sent.message["text"] for sent in at.server.sent if sent.to == "1002"]
    assert [text for text in told if "từ chối mọi tin" in text] == told
    assert len(told) == 1


async def test_a_send_in_doubt_is_not_repeated_for_an_answer_and_marked_for_a_notice(at: Town) -> None:
    await at.says("xin chào")
    at.server.faults.add(Wrong.DROP_AFTER, 0, "/message/cs")
    await at.says("xin chào")
    assert len(at.server.sent) == 2
    at.server.faults.add(Wrong.DROP_AFTER, 0, "/message/cs")
    await at.notice("Có kết quả")
    at.clock.moves(minutes=1)
    await at.settles()
    texts = [sent.message["text"] for sent in at.server.sent[2:]]
    assert texts == ["Có kết quả", "(↻) Có kết quả"]

"""Who is told of a dossier, once, at which hour, in which form; and what a claim stops."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.channels.base import Outgoing
from bot.store import Store
from handlers.actions import action
from handlers.intake import batches as intake
from handlers.officials import digests as duty_digests
from handlers.officials import notices as duty_notices
from knowledge.duties import Rule
from knowledge.errors import Gone
from knowledge.status import Status
from storage import accounts, files
from storage.accounts import lane_of
from storage.database import Database
from storage.dossiers.intake import Origin
from storage.events import NewEvent
from storage.officials import duty
from storage.officials import register as officials
from storage.officials.register import Role
from storage.people import presence
from storage.schema import audit
from tests.officials.board import Board, board
from tests.officials.duty import BUILDING, INVESTMENT, OWNER, PHONE, TAX, Desk, code, record, who


@pytest.fixture
async def desk(engine_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """An: of building; Bình: of investment; Chi leads; Dũng is at the counter."""
    async with board(engine_url, tmp_path) as opened:
        office = Desk(opened)
        await office.has("an", Role.OFFICIAL, BUILDING)
        await office.has("binh", Role.OFFICIAL, INVESTMENT)
        await office.has("chi", Role.LEADER)
        await office.has("dung", Role.DESK)
        yield office


def trail(office: Board) -> list[tuple[str, str | None]]:
    with office.app.database.transaction() as tx:
        return [(row.action, row.detail) for row in tx.execute(audit.select().order_by(audit.c.id))]


async def test_a_new_dossier_is_told_once_to_those_of_its_field_with_no_personal_data(desk: Desk) -> None:
    sent = await desk.told(record(1))
    assert who(sent) == ["an"]
    text = sent[0][1]
    for shown in ("Hồ sơ mới", code(1), "Cấp giấy phép xây dựng", "Lĩnh vực: Xây dựng", "Hạn trả: 09:00, 20/12/2026"):
        assert shown in text
    assert not any(secret in text for secret in (OWNER, PHONE, TAX))
    assert await desk.told(record(1)) == [], "the same again"
    assert await desk.told(record(1), as_of=desk.board.clock() + timedelta(minutes=1)) == []
    assert await desk.told(record(2, status=Status.RETURNED)) == [], "over when it becomes known"


async def test_what_nobody_handles_goes_to_who_is_on_duty_and_without_a_roster_to_all_officials(desk: Desk) -> None:
    assert who(await desk.told(record(1, "Lao động"))) == ["an", "binh"]
    desk.rotates("binh", "an")
    assert who(await desk.told(record(2, "Lao động"))) == ["binh"]
    desk.board.clock.moves(days=7)
    assert who(await desk.told(record(3, None))) == ["an"]


async def test_rules_lead_by_field_procedure_and_channel_of_filing(desk: Desk) -> None:
    binh = desk.number("binh")
    with desk.board.app.database.transaction() as tx:
        rules = [
            Rule(to=("role:desk",), channels=("online",)),
            Rule(to=("field",), fields=("xay dung",)),
            Rule(to=(f"official:{binh}",), procedures=("1.009972.000.00.00.H58",), news=("new",)),
        ]
        duty.set_rules(tx, rules)
    assert who(await desk.told(record(1))) == ["an", "binh", "dung"]
    assert who(await desk.told(record(2, "Lao động", filed_by=None))) == ["binh"]
    lost = record(3, "Lao động", filed_by=None, procedure_code="2.000001")
    assert who(await desk.told(lost)) == ["an", "binh"], "what no rule leads anywhere goes by the shipped one"


async def test_a_claim_stops_the_others_and_the_group_is_shown_who_took_it_and_when(desk: Desk) -> None:
    await desk.has("nhóm", Role.GROUP, BUILDING)
    await desk.has("em", Role.OFFICIAL, BUILDING)
    assert who(await desk.told(record(1))) == ["an", "em", "nhóm"]
    number = str(desk.dossier(1))
    shown = next(at for at, one in enumerate(desk.board.platform.sent, 1) if one.address == "nhóm")
    an = desk.board.person("an")
    assert "Anh/chị đã nhận hồ sơ" in await an.taps(action("claim", number))
    await desk.settle()
    edited = [one for one in desk.board.platform.sent if one.address == "nhóm" and one.reply.edits]
    assert [one.reply.edits for one in edited] == [f"m{shown}"]
    assert "an nhận lúc 10:00, 23/11/2026" in edited[0].reply.text
    assert "đã có người nhận" in await desk.board.person("em").taps(action("claim", number))
    due = record(1, due=datetime.fromisoformat("2026-11-27T09:00:00+07:00"))
    await desk.told(due, as_of=desk.board.clock() + timedelta(seconds=1))
    assert who(await desk.strikes(duty_notices.DAY)) == ["an"], "three working days before, the claimer alone"
    assert ("dossier_claimed", f"{code(1)}, official {desk.number('an')}") in trail(desk.board)


async def test_in_a_group_a_claim_is_that_of_whoever_presses_and_a_stranger_presses_in_vain(desk: Desk) -> None:
    await desk.has("nhóm", Role.GROUP, BUILDING)
    await desk.told(record(1))
    press = action("claim", str(desk.dossier(1)))
    assert "không còn dùng được" in (await desk.pressed_in("nhóm", "người lạ", press))[0][1]
    assert "không còn dùng được" in (await desk.pressed_in("nhóm", "chi", press))[0][1]
    ((_, told),) = await desk.pressed_in("nhóm", "an", press, "m7")
    assert "an nhận lúc" in told
    assert desk.board.platform.sent[-1].reply.edits == "m7"


async def test_forged_and_replayed_buttons_do_nothing(desk: Desk) -> None:
    await desk.told(record(1))
    an, number = desk.board.person("an"), str(desk.dossier(1))
    for pressed in (("claim", "99999"), ("claim", "x"), ("claim", "1" * 30), ("claim",), ("claim", number, "1")):
        assert "không còn dùng được" in await an.taps(action(*pressed))
    await an.taps(action("claim", number))
    assert "đã có người nhận" in await an.taps(action("claim", number)), "replayed"
    binh = desk.board.person("binh")
    for verb in ("dossierdone", "handover"):
        arguments = (number, str(desk.number("dung"))) if verb == "handover" else (number,)
        assert "không phải do anh/chị đang giữ" in await binh.taps(action(verb, *arguments))
    with desk.board.app.database.transaction() as tx:
        claim = duty.claim_of(tx, int(number))
    assert claim is not None
    assert (claim.official_id, claim.done_at) == (desk.number("an"), None)


async def test_two_claims_in_the_same_instant_let_exactly_one_win(desk: Desk, engine_url: str) -> None:
    await desk.told(record(1))
    number = desk.dossier(1)
    other = Store(Database(engine_url, desk.board.app.database.vault))
    try:
        won = await asyncio.gather(
            *(
                store.write("race", lambda tx, one=one: duty.take(tx, number, one, desk.board.clock()))  # type: ignore[misc]
                for store, one in ((desk.board.app.store, desk.number("an")), (other, desk.number("binh")))
            )
        )
    finally:
        await other.close()
    assert sorted(won) == [False, True]


async def test_what_somebody_held_who_left_or_was_revoked_can_be_taken_by_the_others(desk: Desk) -> None:
    await desk.has("em", Role.OFFICIAL, BUILDING)
    await desk.told(record(1), record(2))
    an, em = desk.board.person("an"), desk.board.person("em")
    first, second = str(desk.dossier(1)), str(desk.dossier(2))
    for number in (first, second):
        await an.taps(action("claim", number))
    assert "đã có người nhận" in await em.taps(action("claim", first))
    app, clock = desk.board.app, desk.board.clock
    lane = lane_of(app.database.vault, "test", "an")
    with app.database.transaction() as tx:
        presence.leave(tx, lane, clock())
    assert "Hồ sơ chưa ai nhận (2)" in await em.says("/viec")
    assert "Anh/chị đã nhận hồ sơ" in await em.taps(action("claim", first))
    with app.database.transaction() as tx:
        presence.come_back(tx, lane, clock())
    assert "đã có người nhận" in await em.taps(action("claim", second)), "An is back and still holds it"
    revoked = desk.number("an")
    with app.database.transaction() as tx:
        officials.revoke(tx, revoked, clock())
    assert "Anh/chị đã nhận hồ sơ" in await em.taps(action("claim", second))
    assert "Hồ sơ anh/chị đang giữ (2)" in await em.says("/viec")


async def test_an_official_hands_over_is_reminded_later_and_is_done(desk: Desk) -> None:
    await desk.told(record(1))
    an, binh, number = desk.board.person("an"), desk.board.person("binh"), str(desk.dossier(1))
    await an.taps(action("claim", number))
    assert "Sẽ nhắc lại" in await an.taps(action("later", number))
    assert await desk.strikes(duty_digests.DIGESTS) == []
    desk.board.clock.moves(hours=4)  # over lunch: two hours of working time
    sent = await desk.strikes(duty_digests.DIGESTS)
    assert who(sent) == ["an"]
    assert "Nhắc việc" in sent[0][1]
    await an.taps(action("handover", number))
    with desk.sent() as given:
        await an.taps(action("handover", number, str(desk.number("binh"))))
        await desk.settle()
    assert next(text for address, text in given if address == "binh").startswith("an chuyển cho anh/chị hồ sơ")
    assert "hồ sơ anh/chị đang giữ (1)" in (await binh.says("/viec")).lower()
    assert "Đã ghi hồ sơ" in await binh.taps(action("dossierdone", number))
    assert "chưa giữ hồ sơ nào" in await binh.says("/viec")


async def test_a_burst_of_500_new_dossiers_becomes_one_digest_with_a_file(desk: Desk) -> None:
    sent = []
    for first in range(0, 500, intake.AT_ONCE):
        sent += await desk.told(*(record(number) for number in range(first, first + intake.AT_ONCE)))
    assert sent == []
    assert await desk.strikes(duty_digests.DIGESTS) == [], "more may follow"
    desk.board.clock.moves(minutes=2)
    sent = await desk.strikes(duty_digests.DIGESTS)
    assert who(sent) == ["an"]
    assert "500 tin về hồ sơ" in sent[0][1]
    assert sent[0][1].count("000.00.15.H58") == 10, "the most urgent; the rest is in the file"
    (named,) = desk.board.platform.sent[-1].reply.files
    with desk.board.app.database.transaction() as tx:
        kept = files.load(tx, named.hash)
    assert kept is not None
    sheet = load_workbook(io.BytesIO(kept.content)).active
    assert sheet is not None
    assert {row[1] for row in sheet.iter_rows(min_row=2, values_only=True)} == {code(number) for number in range(500)}
    assert sheet.max_row == 501
    assert OWNER not in str(list(sheet.iter_rows(values_only=True)))
    assert await desk.strikes(duty_digests.DIGESTS) == []


async def test_outside_working_hours_news_waits_for_the_opening_and_comes_as_one_message(desk: Desk) -> None:
    desk.board.clock.moves(hours=12)  # Monday 22:00, and Tuesday is a holiday
    assert await desk.told(record(1), record(2)) == []
    desk.board.clock.moves(hours=30)
    assert await desk.strikes(duty_digests.DIGESTS) == []
    desk.board.clock.moves(hours=3, minutes=5)  # Wednesday 7:05
    sent = await desk.strikes(duty_digests.DIGESTS)
    assert who(sent) == ["an"]
    assert "2 tin về hồ sơ" in sent[0][1]


async def test_wishes_make_news_come_at_any_hour_or_in_the_digest_of_set_times(desk: Desk) -> None:
    an = desk.board.person("an")
    await an.says("/nhantin")
    await an.presses("Hồ sơ mới: ngay, trong giờ")
    desk.board.clock.moves(hours=12)
    assert who(await desk.told(record(1))) == ["an"]
    await an.presses("Hồ sơ mới: ngay, cả ngoài giờ")
    desk.board.clock.moves(hours=36)  # Wednesday 10:00
    assert await desk.told(record(2)) == []
    desk.board.clock.moves(hours=3, minutes=30)
    assert who(await desk.strikes(duty_digests.DIGESTS)) == ["an"]


async def test_an_official_removed_between_decision_and_sending_is_not_told(desk: Desk) -> None:
    desk.board.clock.moves(hours=12)
    await desk.told(record(1))
    number = desk.number("an")
    with desk.board.app.database.transaction() as tx:
        officials.revoke(tx, number, desk.board.clock())
    desk.board.clock.moves(hours=34)
    assert await desk.strikes(duty_digests.DIGESTS) == []
    await desk.has("em", Role.OFFICIAL, BUILDING)
    app = desk.board.app
    body = intake.batch([record(2)], Origin("một cửa", desk.board.clock()))
    await app.take_in("run", 1, body)
    await app.turns.idle()  # the notice is queued
    number = desk.number("em")
    with app.database.transaction() as tx:
        officials.revoke(tx, number, desk.board.clock())
    with desk.sent() as sent:
        await desk.settle()
    assert sent == []


async def test_a_group_that_became_a_supergroup_goes_on_hearing_there(desk: Desk) -> None:
    await desk.has("nhóm", Role.GROUP, INVESTMENT)
    app = desk.board.app
    with app.database.transaction() as tx:
        old, new = (lane_of(app.database.vault, "test", name) for name in ("nhóm", "siêu nhóm"))
        presence.move(tx, old, "siêu nhóm", new, desk.board.clock())
    assert who(await desk.told(record(1, INVESTMENT))) == ["binh", "siêu nhóm"]


async def test_a_supplement_that_came_in_is_told_and_what_is_over_is_reminded_of_no_more(desk: Desk) -> None:
    clock = desk.board.clock
    await desk.told(record(1))
    for minutes, status, told in ((1, Status.NEED_SUPPLEMENT, []), (2, Status.PROCESSING, ["an"])):
        sent = await desk.told(record(1, status=status), as_of=clock() + timedelta(minutes=minutes))
        assert who(sent) == told
    assert "Đã nhận bổ sung" in sent[0][1]
    an, number = desk.board.person("an"), str(desk.dossier(1))
    await an.taps(action("claim", number))
    await an.taps(action("later", number))
    await desk.told(record(1, status=Status.RETURNED), as_of=clock() + timedelta(minutes=3))
    clock.moves(hours=5)
    assert await desk.strikes(duty_digests.DIGESTS) == []
    with desk.board.app.database.transaction() as tx:
        claim = duty.claim_of(tx, int(number))
        who_is_an = accounts.by_lane(tx, lane_of(desk.board.app.database.vault, "test", "an"))
    assert who_is_an is not None
    assert claim is not None
    assert claim.done_at is not None


async def test_a_recipient_who_blocked_the_bot_is_closed_reported_and_reopened_at_the_next_contact(desk: Desk) -> None:
    await desk.has("quan", Role.ADMINISTRATOR)
    platform, an = desk.board.platform, desk.board.person("an")
    send = platform.send

    async def refuse(message: Outgoing) -> str | None:
        if message.address == "an":
            raise Gone("blocked")
        return await send(message)

    platform.send = refuse  # type: ignore[method-assign]
    sent = await desk.told(record(1))
    assert [(address, "an (cán bộ)" in text) for address, text in sent] == [("quan", True)]
    assert who(await desk.told(record(2))) == ["binh"], "the rules go on without whoever left"
    platform.send = send  # type: ignore[method-assign]
    await an.says("xin chào")
    assert who(await desk.told(record(3))) == ["an"]


async def test_what_somebody_was_to_hear_who_is_gone_or_revoked_is_told_whoever_the_rules_lead_to_now(
    desk: Desk,
) -> None:
    await desk.has("quan", Role.ADMINISTRATOR)
    platform, clock, an = desk.board.platform, desk.board.clock, desk.board.person("an")
    send = platform.send

    async def refuse(message: Outgoing) -> str | None:
        if message.address == "an":
            raise Gone("blocked")
        return await send(message)

    platform.send = refuse  # type: ignore[method-assign]
    assert who(await desk.told(record(1))) == ["quan"]
    platform.send = send  # type: ignore[method-assign]
    clock.moves(minutes=2)
    sent = await desk.strikes(duty_digests.DIGESTS)
    assert [(address, code(1) in text) for address, text in sent] == [("binh", True)], "what was refused"
    await an.says("xin chào")
    await an.says("/nhantin")
    await an.presses("Hồ sơ mới: ngay, trong giờ")
    await an.presses("Hồ sơ mới: ngay, cả ngoài giờ")
    assert await desk.told(record(2)) == [], "it waits for a digest"
    quan = desk.board.person("quan")
    await quan.says("/thuhoi")
    await quan.taps(action("revoke", str(desk.number("an")), "yes"))
    await desk.settle()
    clock.moves(minutes=2)
    sent = await desk.strikes(duty_digests.DIGESTS)
    assert [(address, code(2) in text) for address, text in sent] == [("binh", True)], "what waited"


async def test_a_deleted_topic_is_found_out_reported_and_takes_nothing_from_the_others(desk: Desk) -> None:
    await desk.has("quan", Role.ADMINISTRATOR)
    await desk.has("-100:7", Role.GROUP, BUILDING)
    platform = desk.board.platform
    send = platform.send

    async def refuse(message: Outgoing) -> str | None:
        if message.address == "-100:7":
            raise Gone("the topic was deleted")
        return await send(message)

    platform.send = refuse  # type: ignore[method-assign]
    assert who(await desk.told(record(1))) == ["an", "quan"]
    assert who(await desk.told(record(2))) == ["an"]


async def test_nothing_is_told_twice_across_a_restart_replicas_and_repeated_intake(
    engine_url: str, tmp_path: Path
) -> None:
    async with board(engine_url, tmp_path / "first") as opened:
        first = Desk(opened)
        await first.has("an", Role.OFFICIAL, BUILDING)
        due = record(1, due=datetime.fromisoformat("2026-11-20T09:00:00+07:00"))
        app = opened.app
        await app.take_in("before the restart", 1, intake.batch([due], Origin("một cửa", opened.clock())))
        await app.turns.idle()
    told = len(opened.platform.sent)
    async with board(engine_url, tmp_path / "one") as one, board(engine_url, tmp_path / "two") as two:
        await Desk(one).settle()
        again = await Desk(one).told(due) + await Desk(two).told(due)
        lane = one.app.database.vault.digest("moment", duty_notices.DAY)
        days = [NewEvent("clock", f"{duty_notices.DAY}:{n}", duty_notices.DAY, "{}", lane) for n in range(2)]
        await asyncio.gather(one.app.turns.take(days[0]), two.app.turns.take(days[1]))
        await asyncio.gather(Desk(one).settle(), Desk(two).settle())
        texts = [str(each.reply.text).splitlines()[0] for each in [*one.platform.sent, *two.platform.sent]]
    assert again == []
    assert told + sum("Hồ sơ mới" in text for text in texts) == 1
    assert sum("Đã quá hạn" in text for text in texts) == 1
    assert len(texts) == 2 - told

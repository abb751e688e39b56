"""One person, many accounts: joined by a code and a confirmation, never by guessing; parted again."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from handlers.actions import action
from handlers.messages import Incoming, Kind
from knowledge.errors import Gone
from knowledge.status import Status
from storage import accounts, feedback
from storage.feedback import Feedback
from storage.officials.register import Role
from storage.people import erasure as privacy
from storage.people import joined as people
from storage.schema import account, account_link, person
from tests.people.cast import Cast, Phone
from tests.people.dossiers import KNOWN, OTHER, tells
from tests.persons import dump

CODE = re.compile(r"\d{4} \d{4} \d{4}")
ASK, YES, NO = "Gửi yêu cầu liên kết", "Đồng ý liên kết", "Không phải tôi"
FOLLOW = "🔔 Theo dõi"
WRONG = "không đúng hoặc không còn dùng được"


def code_of(phone: Phone) -> str:
    found = CODE.search(phone.says("/lienket").last)
    assert found is not None, phone.last
    return found[0]


def joined(one: Phone, other: Phone) -> None:
    code = code_of(one)
    other.says(f"/lienket {code}").taps(ASK)
    one.looks().taps(YES).sees("Đã liên kết với")
    other.looks().sees("Đã liên kết với")


def persons(town: Cast) -> list[int | None]:
    return list(town.reads(lambda tx: tx.execute(select(account.c.person_id).order_by(account.c.id)).scalars().all()))


@pytest.fixture
def an(town: Cast) -> Phone:
    """Somebody on Telegram."""
    return town.phone("telegram", "5550001").says("/start")


@pytest.fixture
def zalo(town: Cast) -> Phone:
    """The same person on Zalo."""
    return town.phone("zalo_oa", "8880042").says("xin chào")


@pytest.mark.parametrize("typed", ["/lienket {}", "#lien_ket {}", "liên kết {}", "lien ket {} "])
def test_a_code_typed_on_the_second_channel_joins_after_the_first_confirms(an: Phone, zalo: Phone, typed: str) -> None:
    code = code_of(an)
    said = typed.format(code if "kết" in typed else code.replace(" ", ""))
    zalo.says(said.replace("#lien_ket", "/lienket")).sees("Telegram (số kết thúc …001)", "chỉ tiếp tục nếu cả hai")
    zalo.taps(ASK).sees("Đã gửi yêu cầu", "Telegram")
    assert set(persons(an.cast)) == {None}, "nothing is joined before the first account confirms"
    an.looks().sees("Zalo (số kết thúc …042)", "10:00, 23/11/2026", "Không phải tôi").sees_not("8880042")
    an.taps(YES).sees("Đã liên kết với Zalo (số kết thúc …042)")
    zalo.looks().sees("Đã liên kết với Telegram (số kết thúc …001)")
    assert len(set(persons(an.cast))) == 1
    an.says("/lienket").sees("2 tài khoản", "anh/chị đang dùng")


def test_where_buttons_are_numbers_the_request_is_confirmed_by_its_number(an: Phone, zalo: Phone) -> None:
    code = code_of(zalo)
    an.says(f"/lienket {code}").taps(ASK)
    zalo.looks().sees("Telegram (số kết thúc …001)")
    zalo.says("1").sees("Đã liên kết với Telegram")


def test_who_presses_not_me_is_joined_with_nobody_and_the_code_is_spent(an: Phone, zalo: Phone) -> None:
    code = code_of(an)
    zalo.says(f"/lienket {code}").taps(ASK)
    an.looks().taps(NO).sees("không liên kết gì cả")
    zalo.looks().sees("không đồng ý")
    an.taps(YES).sees_not("Đã liên kết")
    zalo.says(f"/lienket {code}").sees(WRONG)
    assert set(persons(an.cast)) == {None}


def test_a_code_works_once_for_one_account_and_only_until_its_end(town: Cast, an: Phone, zalo: Phone) -> None:
    code = code_of(an)
    thief = town.phone("zalo_bot", "7770001")
    thief.says(f"/lienket {code}")
    zalo.says(f"/lienket {code}").taps(ASK)
    thief.taps(ASK).sees(WRONG)
    thief.says(f"/lienket {code}").sees(WRONG)
    assert "…042" in an.looks().last
    assert an.looks().heard == [], "and nobody else asks"
    town.clock.moves(minutes=16)
    an.taps(YES).sees_not("Đã liên kết")
    code = code_of(an)
    town.clock.moves(minutes=15)
    zalo.says(f"/lienket {code}").sees(WRONG)
    first, second = code_of(an), code_of(an)
    assert first != second
    zalo.says(f"/lienket {first}").sees(WRONG)
    zalo.says(f"/lienket {second}").sees("Telegram")
    assert set(persons(town)) == {None}


def test_guessing_is_slowed_down_and_a_right_code_then_looks_like_a_wrong_one(town: Cast, an: Phone) -> None:
    code = code_of(an)
    thief = town.phone("telegram", "6660001")
    for number in range(5):
        thief.says(f"/lienket {number:012d}").sees(WRONG)
    slowed = thief.says("/lienket 999999999999").sees("thử lại sau 12 phút").last
    assert thief.says(f"/lienket {code}").last == slowed, "whether a code is right is not told any more"
    thief.presses(action("link", "use", code.replace(" ", "")))
    assert thief.last == slowed, "nor by a forged button"
    an.hears_nothing()
    town.clock.moves(minutes=13)
    thief.says("/lienket 999999999999").sees(WRONG)
    thief.says("/lienket 999999999999").sees("thử lại sau")


def test_sessions_of_one_network_that_guess_together_are_slowed_down_together(town: Cast, an: Phone) -> None:
    code = code_of(an)
    for number in range(20):
        page = town.phone("web", f"session {number}")
        page.does(Incoming(Kind.TEXT, f"/lienket {number:012d}", network="hashed")).sees(WRONG)
    page = town.phone("web", "session 99")
    page.does(Incoming(Kind.TEXT, f"/lienket {code}", network="hashed")).sees("thử lại sau")
    town.phone("web", "elsewhere").does(Incoming(Kind.TEXT, f"/lienket {code}", network="other")).sees("Telegram")


def test_only_the_account_that_made_the_code_can_confirm(town: Cast, an: Phone, zalo: Phone) -> None:
    code = code_of(an)
    zalo.says(f"/lienket {code}").taps(ASK)
    number = town.reads(lambda tx: tx.execute(select(account_link.c.id)).scalar_one())
    thief = town.phone("telegram", "6660001")
    for forger in (zalo, thief):
        forger.presses(action("link", "yes", str(number))).sees("Nút này đã cũ")
    assert set(persons(town)) == {None}
    thief.presses(action("link", "part", str(an.account))).sees("Nút này đã cũ")


def test_the_code_stands_nowhere_in_the_database(town: Cast, an: Phone) -> None:
    code = code_of(an).replace(" ", "")
    held = town.reads(lambda tx: str(tx.execute(select(account_link)).all()))
    assert code not in held


def test_a_code_typed_where_it_was_made_or_on_a_linked_account_joins_nothing(an: Phone, zalo: Phone) -> None:
    an.says(f"/lienket {code_of(an)}").sees("tạo ở chính đây")
    joined(an, zalo)
    found = CODE.search(an.says("/lienket").taps("Lấy mã liên kết").last)
    assert found is not None
    zalo.says(f"/lienket {found[0]}").sees("đã liên kết rồi")


def test_before_others_nothing_is_linked(town: Cast) -> None:
    group = town.phone("telegram", "-100777")
    group.says("/lienket", group=True).sees("nhắn riêng")
    group.says("lien ket 123412341234", group=True).sees_not("liên kết này")
    assert town.reads(lambda tx: tx.execute(select(func.count()).select_from(account_link)).scalar_one()) == 0


def test_a_draft_begun_on_one_account_is_gone_on_with_on_the_other_and_is_there_alone(an: Phone, zalo: Phone) -> None:
    joined(an, zalo)
    an.says("tôi muốn gửi phản ánh").says("Đường vào khu công nghiệp có nhiều ổ gà, đề nghị sửa.").sees("2/4")
    zalo.says("xin chào").sees("tiếp tục")
    zalo.says("tiếp tục").sees("2/4")
    zalo.says("Nguyễn Văn An").sees("3/4")
    an.says("cảm ơn").sees("tiếp tục hay làm lại")
    an.taps("Tiếp tục").sees("3/4")
    zalo.says("menu").sees("tiếp tục hay làm lại")
    zalo.says("huỷ")
    an.says("cảm ơn").sees_not("tiếp tục hay làm lại")


def test_a_joined_account_sees_what_the_person_follows_and_each_change_is_told_once(
    town: Cast, an: Phone, zalo: Phone
) -> None:
    tells(town, KNOWN)
    joined(an, zalo)
    an.says(KNOWN.code).taps(FOLLOW)
    zalo.says("/hosocuatoi").sees(KNOWN.code)
    zalo.presses(action("follow", KNOWN.code, "yes"))
    tells(town, replace(KNOWN, status=Status.PROCESSING))
    assert [KNOWN.code in phone.looks().last for phone in (an, zalo)] == [True, False], "told once, where it was asked"
    zalo.says("/lienket").taps("Báo tin ở đây trước").sees("gửi về đây trước")
    tells(town, replace(KNOWN, status=Status.RECEIVED))
    assert [KNOWN.code in phone.looks().last for phone in (an, zalo)] == [False, True]


def test_a_joined_account_sees_the_feedback_of_the_person_and_a_parted_one_its_own_only(
    town: Cast, an: Phone, zalo: Phone
) -> None:
    given = Feedback("PAKN-20261123-0001", town.clock(), "received", "Đường có ổ gà.", "An", "Mỹ Tho", "0912345678")
    whose = an.account
    town.writes(lambda tx: feedback.add(tx, whose, given))
    zalo.says(given.number).sees_not("đã nhận")
    joined(an, zalo)
    zalo.says(given.number).sees("đã nhận")
    other = zalo.account
    held = town.reads(lambda tx: privacy.holdings(tx, other))
    assert [one["number"] for one in held["feedback"]] == [given.number]
    an.says("/lienket").taps("Gỡ tài khoản này")
    zalo.says(given.number).sees_not("đã nhận")
    an.says(given.number).sees("đã nhận")


def test_unlinking_gives_each_account_its_own_back(town: Cast, an: Phone, zalo: Phone) -> None:
    tells(town, KNOWN, OTHER)
    zalo.says(OTHER.code).taps(FOLLOW)
    joined(an, zalo)
    an.says(KNOWN.code).taps(FOLLOW)
    for phone in (an, zalo):
        phone.says("/hosocuatoi").sees(KNOWN.code, OTHER.code)
    zalo.says("/lienket").taps("Gỡ tài khoản này").sees("Đã gỡ liên kết")
    an.looks().sees("Đã gỡ liên kết Zalo (số kết thúc …042)")
    an.says("/hosocuatoi").sees(KNOWN.code).sees_not(OTHER.code)
    zalo.says("/hosocuatoi").sees(OTHER.code).sees_not(KNOWN.code)
    assert set(persons(town)) == {None}
    assert town.reads(lambda tx: tx.execute(select(func.count()).select_from(person)).scalar_one()) == 0
    an.says("/lienket").sees("Mã liên kết của anh/chị")


def test_one_of_three_accounts_can_be_taken_out_from_any_of_them(town: Cast, an: Phone, zalo: Phone) -> None:
    page = town.phone("web", "session")
    page.says("xin chào")
    joined(an, zalo)
    found = CODE.search(an.says("/lienket").taps("Lấy mã liên kết").last)
    assert found is not None
    page.says(f"/lienket {found[0]}").taps(ASK)
    an.looks().taps(YES)
    zalo.looks().sees("Đã liên kết với")
    assert len(set(persons(town))) == 1
    page.says("/lienket").sees("3 tài khoản").taps("Gỡ Zalo (số kết thúc …042)")
    assert [one is None for one in persons(town)] == [False, True, False]
    zalo.looks().sees("Đã gỡ liên kết")


def test_a_notice_goes_to_the_preferred_account_then_to_any_other_that_can_be_reached(
    town: Cast, an: Phone, zalo: Phone
) -> None:
    joined(an, zalo)
    meant, other = an.account, zalo.account

    def goes_to() -> str | None:
        found = town.reads(lambda tx: people.route(tx, meant, town.clock()))
        return None if found is None else found.channel

    assert goes_to() == "telegram", "where it was asked for"
    zalo.says("/lienket").taps("Báo tin ở đây trước")
    assert goes_to() == "zalo_oa"
    town.clock.moves(hours=49)
    assert goes_to() == "telegram", "Zalo takes nothing so long after the last contact"
    zalo.says("chào")
    town.writes(lambda tx: accounts.close(tx, other, town.clock()))
    assert goes_to() == "telegram"
    town.writes(lambda tx: accounts.close(tx, meant, town.clock()))
    assert goes_to() is None


def test_what_a_blocked_chat_did_not_get_goes_on_to_another_account_of_the_person(
    town: Cast, an: Phone, zalo: Phone
) -> None:
    tells(town, KNOWN)
    joined(an, zalo)
    an.says(KNOWN.code).taps(FOLLOW)
    town.platforms["telegram"].faults[an.address] = Gone("blocked")
    tells(town, replace(KNOWN, status=Status.PROCESSING))
    an.hears_nothing()
    assert KNOWN.code in zalo.looks().last


def test_what_is_for_an_official_stays_in_the_chat_that_was_linked(town: Cast, an: Phone, zalo: Phone) -> None:
    an.becomes(Role.OFFICIAL)
    joined(an, zalo)
    zalo.says("/lienket").taps("Báo tin ở đây trước")
    meant = an.account
    found = town.reads(lambda tx: people.route(tx, meant, town.clock()))
    assert found is not None
    assert found.id == meant
    zalo.says("/canbo").sees("không có lệnh này")


def test_erasing_a_person_erases_all_their_accounts_and_nobody_else_s(town: Cast, an: Phone, zalo: Phone) -> None:
    other = town.phone("telegram", "5559999").says("xin chào")
    joined(an, zalo)
    zalo.says("tôi muốn gửi phản ánh").says("Bí mật của An: đường vào khu công nghiệp có ổ gà.")
    gone = an.account
    town.writes(lambda tx: privacy.erase(tx, gone, town.clock()))
    left = town.reads(lambda tx: tx.execute(select(account.c.address)).scalars().all())
    assert left == [other.address]
    held = town.reads(dump)
    assert b"5550001" not in held
    assert b"8880042" not in held
    assert "Bí mật của An".encode() not in held


def test_in_english_too(town: Cast) -> None:
    one, other = town.phone("telegram", "5550001"), town.phone("terminal", "binh")
    one.says("/en")
    other.says("/en")
    found = CODE.search(one.says("/lienket").sees("Your linking code").last)
    assert found is not None
    other.says(f"/link {found[0]}").sees("Telegram (number ending in …001)").taps("Send the request")
    one.looks().sees("the agency's own machine", "Not me").taps("Link them").sees("Linked with")
    one.says("/lienket").sees("2 accounts", "you are here")

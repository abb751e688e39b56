"""Hand-over to a person: relayed to those on duty, in order, to nobody else, and the bot is silent meanwhile."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import select

from handlers.actions import action
from handlers.handover import relay as handover
from handlers.messages import Incoming, Kind
from knowledge.roster import Days
from storage import accounts, handovers
from storage.officials import register as officials
from storage.officials import roster
from storage.officials.register import Role
from storage.people import erasure as privacy
from storage.schema import handover as table
from storage.schema import handover_line, outbox
from tests.people.cast import Cast, Phone
from tests.persons import dump

TAKE = "Tôi trả lời"
PASSED = "Đã chuyển tới cán bộ đang trực"
ENDED = "Từ giờ tôi lại trả lời"


@pytest.fixture
def an(town: Cast) -> Phone:
    """Somebody on the web page."""
    return town.phone("web", "session")


@pytest.fixture
def binh(town: Cast) -> Phone:
    """An official on Telegram."""
    return town.phone("telegram", "5550001").says("/start").becomes(Role.OFFICIAL)


@pytest.fixture
def chi(town: Cast) -> Phone:
    """Another official, on Zalo's Bot Platform."""
    return town.phone("zalo_bot", "5550002").says("/start").becomes(Role.DESK)


@pytest.fixture
def group(town: Cast) -> Phone:
    """The officials' group on Telegram."""
    return town.phone("telegram", "-100777").says("/start").becomes(Role.GROUP)


def photo() -> bytes:
    drawn = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "bí mật: 10.35, 106.36"
    Image.new("RGB", (40, 30), "red").save(drawn, "JPEG", exif=exif)
    return drawn.getvalue()


@pytest.mark.parametrize("channel", ["web", "telegram", "zalo_bot", "terminal"])
def test_who_asks_for_a_person_talks_with_the_official_who_takes_it(town: Cast, binh: Phone, channel: str) -> None:
    an = town.phone(channel, "7770001")
    an.says("cho tôi gặp cán bộ").sees("cán bộ đang trực", "kết thúc")
    binh.hears_nothing()
    an.says("hồ sơ của tôi thiếu gì vậy?").sees(PASSED)
    binh.looks().sees("Hội thoại 1: hồ sơ của tôi thiếu gì vậy?").taps(TAKE).sees("Anh/chị nhận hội thoại 1")
    an.looks().sees("Cán bộ đã nhận")
    assert binh.says("Dạ, thiếu bản vẽ <b>A3</b>").heard == [], "what an official says is not answered by the bot"
    an.looks().sees("Cán bộ: Dạ, thiếu bản vẽ <b>A3</b>")
    assert an.says("mấy bản ạ? xin giấy phép xây dựng").heard == [], "the bot is silent"
    binh.looks().sees("mấy bản ạ?")
    an.says("1")
    binh.looks().sees("Hội thoại 1: 1"), "a number is an answer, not a button"
    an.says("Kết thúc.").sees(ENDED)
    binh.looks().sees("Hội thoại 1 đã kết thúc")
    an.says("menu").sees("cần việc gì")
    binh.says("menu").sees("cần việc gì")
    an.hears_nothing()


def test_only_who_took_it_hears_more_and_the_others_on_duty_are_told(an: Phone, binh: Phone, chi: Phone) -> None:
    an.says("gặp cán bộ").says("xin hỏi")
    for official in (binh, chi):
        official.looks().sees("Hội thoại 1: xin hỏi")
    an.says("còn một việc")
    for official in (binh, chi):
        official.looks().sees("còn một việc")
    chi.says("1").sees("Anh/chị nhận hội thoại 1")
    binh.looks().sees("đã có người nhận").taps(TAKE).sees("đã có người nhận hoặc đã kết thúc")
    an.says("chuyện riêng của tôi")
    chi.looks().sees("chuyện riêng của tôi")
    binh.hears_nothing()
    chi.says("/ketthuc").sees("Hội thoại đã kết thúc")
    an.looks().sees(ENDED)
    binh.hears_nothing()


def test_a_stranger_can_neither_read_nor_enter_a_conversation(town: Cast, an: Phone, binh: Phone) -> None:
    an.says("gặp cán bộ").says("bí mật của An")
    stranger = town.phone("telegram", "6660001").says("xin chào")
    leader = town.phone("telegram", "6660002").says("xin chào")
    stale = stranger.presses(action("nonsense")).last
    for forged in (("relay", "take", "1"), ("relay", "end"), ("person", "end"), ("person", "take", "1")):
        assert stranger.presses(action(*forged)).last == stale, forged
    binh.looks().taps(TAKE)
    for forged in (("relay", "take", "1"), ("relay", "end")):
        assert stranger.presses(action(*forged)).last == stale, forged
    binh.says("trả lời riêng cho An")
    an.says("bí mật thứ hai")
    for other in (stranger, leader):
        assert "bí mật" not in "".join(read.words for read in other.heard)
        other.hears_nothing()
    other = town.phone("web", "another session")
    other.says("xin chào").sees_not("bí mật", "trả lời riêng")
    assert "Cán bộ: trả lời riêng cho An" in an.log
    binh.looks().sees("bí mật thứ hai")
    read = {place.address for place in town.platforms["telegram"].sent if "bí mật" in place.reply.text}
    assert read == {binh.address}, "and nobody else was sent a word of it"


def test_an_official_who_holds_one_cannot_take_another_nor_end_one_of_a_colleague(
    town: Cast, an: Phone, binh: Phone, chi: Phone
) -> None:
    other = town.phone("web", "another session")
    an.says("gặp cán bộ").says("việc của An")
    other.says("gặp cán bộ").says("việc của người khác")
    binh.looks().presses(action("relay", "take", "1"))
    binh.presses(action("relay", "take", "2")).sees("đang ở một hội thoại khác")
    chi.presses(action("relay", "end")).sees("Hội thoại đã kết thúc")
    chi.presses(action("relay", "take", "2")).sees("Anh/chị nhận hội thoại 2")
    binh.says("chỉ cho An")
    chi.says("chỉ cho người kia")
    an.looks().sees("chỉ cho An").sees_not("người kia")
    other.looks().sees("chỉ cho người kia").sees_not("chỉ cho An")


def test_a_topic_of_the_group_is_opened_by_the_first_row_and_holds_the_conversation(
    town: Cast, an: Phone, binh: Phone, group: Phone
) -> None:
    an.says("gặp cán bộ")
    an.says("câu một").sees(PASSED)
    an.says("câu hai")
    topic = town.phone("telegram", "-100777:41")
    assert [read.words for read in topic.looks().heard] == ["Hội thoại 1: câu một", "Hội thoại 1: câu hai"]
    binh.hears_nothing()
    group.hears_nothing()
    assert topic.says("cán bộ trả lời").heard == []
    an.looks().sees("Cán bộ: cán bộ trả lời")
    town.restarts()
    an.says("câu ba")
    topic.looks().sees("Hội thoại 1: câu ba")
    topic.says("/ketthuc").sees("Hội thoại đã kết thúc")
    an.looks().sees(ENDED)
    topic.says("quên một ý").sees("tin nhắn ở đây không được chuyển nữa")
    an.hears_nothing()
    an.says("gặp cán bộ").says("lần sau")
    town.phone("telegram", "-100777:42").looks().sees("Hội thoại 2: lần sau")
    topic.hears_nothing()


def test_outside_office_hours_it_is_said_when_somebody_is_there_again(town: Cast, an: Phone, binh: Phone) -> None:
    for day, hour, opens in ((23, 12, "13:30, 23/11/2026"), (23, 20, "07:00, 25/11/2026"), (24, 10, "07:00, 25/11")):
        town.clock.stands_at(day, hour)
        an.says("gặp cán bộ").sees("ngoài giờ làm việc", opens, "0273 000 0000")
        an.says("menu").sees("cần việc gì")
    binh.hears_nothing()


def test_without_an_official_who_can_be_reached_only_the_contact_is_given(town: Cast, an: Phone, binh: Phone) -> None:
    town.writes(lambda tx: officials.revoke(tx, 1, town.clock()))
    an.says("gặp cán bộ").sees("0273 000 0000").sees_not("cán bộ đang trực")
    an.says("menu").sees("cần việc gì")


def test_who_is_on_duty_by_the_roster_is_asked_alone(town: Cast, an: Phone, binh: Phone, chi: Phone) -> None:
    today = town.clock().date()
    town.writes(lambda tx: roster.rotate(tx, today, [1, 2]))
    an.says("gặp cán bộ").says("xin hỏi")
    assert [bool(one.looks().heard) for one in (binh, chi)] == [True, False]
    an.says("kết thúc")
    town.writes(lambda tx: roster.note(tx, roster.AWAY, Days(1, today, today), town.clock()))
    binh.looks()
    an.says("gặp cán bộ").says("xin hỏi nữa")
    assert [bool(one.looks().heard) for one in (binh, chi)] == [False, True]


def test_on_the_official_account_of_zalo_the_console_is_used_and_the_bot_is_silent(town: Cast, binh: Phone) -> None:
    an = town.phone("zalo_oa", "8880042")
    an.says("gặp cán bộ").sees("ngay tại đây", "kết thúc")
    assert an.says("bí mật của An").heard == []
    binh.looks().sees("Hội thoại 1: có người cần gặp cán bộ trên Zalo").sees_not("bí mật")
    assert an.says("còn đây nữa").heard == []
    binh.hears_nothing()
    who = an.account
    town.writes(lambda tx: accounts.pause(tx, who, town.clock().replace(hour=5)))
    assert an.says("vâng ạ").heard == [], "an official wrote in the console"
    an.says("kết thúc").sees(ENDED)
    an.says("menu").sees("cần việc gì")
    town.writes(lambda tx: accounts.pause(tx, who, town.clock().replace(hour=5)))
    an.says("kết thúc")
    an.says("menu").sees("cần việc gì")


def test_silence_ends_it_and_an_unanswered_person_is_told_so(town: Cast, an: Phone, binh: Phone) -> None:
    an.says("gặp cán bộ").says("có ai không")
    binh.looks()
    town.clock.moves(minutes=29)
    town.happens(handover.WATCH)
    an.hears_nothing()
    town.clock.moves(minutes=2)
    town.happens(handover.WATCH)
    an.looks().sees("chưa có cán bộ nào trả lời", "0273 000 0000")
    binh.looks().sees("Hội thoại 1 đã kết thúc")
    an.says("menu").sees("cần việc gì")
    an.says("gặp cán bộ")
    town.clock.moves(minutes=31)
    an.says("menu").sees("cần việc gì"), "also before the clock's next look"
    town.happens(handover.WATCH)
    an.hears_nothing()
    binh.hears_nothing()


def test_other_buttons_and_commands_say_that_a_person_is_spoken_to(an: Phone, binh: Phone) -> None:
    an.says("gặp cán bộ").says("xin hỏi")
    for tapped in ("1:lookup", "rác"):
        an.presses(tapped).sees("đang nhắn với cán bộ")
    an.says("/menu").sees("đang nhắn với cán bộ")
    an.does(Incoming(Kind.OTHER)).sees("chỉ chuyển được chữ, ảnh và tệp")
    binh.looks().sees_not("menu", "lookup")
    an.taps("Kết thúc").sees(ENDED)
    an.taps("Kết thúc").sees("Nút này đã cũ")


def test_a_form_that_was_open_waits_and_does_not_speak_up(an: Phone, binh: Phone) -> None:
    an.says("tôi muốn gửi phản ánh").says("Đường vào khu công nghiệp có nhiều ổ gà, đề nghị sửa.").sees("2/4")
    an.says("gặp cán bộ").sees_not("2/4").says("xin hỏi").sees_not("2/4")
    assert an.says("Nguyễn Văn An").heard == []
    an.says("kết thúc").says("tiếp tục").sees("2/4")


def test_files_go_both_ways_in_order_without_what_a_photo_says_of_its_place(town: Cast, an: Phone, binh: Phone) -> None:
    an.says("gặp cán bộ").says("trước")
    binh.looks().taps(TAKE)
    an.looks()
    town.hears(an, an.file(photo(), "anh.jpg", "ảnh đây"))
    town.hears(an, Incoming(Kind.TEXT, "sau ảnh"))
    binh.hears_nothing()
    town.works()
    first, second = binh.looks().heard
    assert (first.words, second.words) == ("Hội thoại 1: ảnh đây", "Hội thoại 1: sau ảnh")
    (sent,) = first.files
    assert (sent.name, sent.media_type) == ("anh.jpg", "image/jpeg")
    assert not Image.open(io.BytesIO(sent.content)).getexif()
    binh.sends(b"%PDF-1.7 x", "mau.pdf")
    (got,) = an.looks().sees("Cán bộ: (tệp gửi kèm)").heard
    assert [(file.name, file.media_type) for file in got.files] == [("mau.pdf", "application/pdf")]
    assert town.reads(lambda tx: tx.execute(select(handover_line)).all()) == []


def test_a_file_that_cannot_go_on_is_told_to_its_sender_and_holds_nothing_up(
    town: Cast, an: Phone, binh: Phone
) -> None:
    an.says("gặp cán bộ").says("trước")
    binh.looks()
    town.hears(an, an.file(b"MZ\x00\x01\x02", "virus.exe", "kèm chữ"))
    town.hears(an, an.file(None, "mat.pdf"))
    town.hears(an, Incoming(Kind.TEXT, "sau"))
    town.works()
    an.looks().sees("chưa nhận loại tệp này", "chưa lấy được tệp này", "Tệp này chưa được chuyển")
    assert [read.words for read in binh.looks().heard] == ["Hội thoại 1: kèm chữ", "Hội thoại 1: sau"]
    assert all(not read.files for read in binh.heard)


def test_everything_arrives_once_and_in_order_across_restarts(town: Cast, an: Phone, binh: Phone) -> None:
    an.says("gặp cán bộ").says("câu 0")
    binh.looks().taps(TAKE)
    an.looks()
    for number in range(1, 7):
        an.says(f"câu {number}")
        binh.says(f"đáp {number}")
        if number % 3 == 0:
            town.restarts()
    heard = [words for words in binh.looks().log if words.startswith("Hội thoại 1")]
    assert heard == [f"Hội thoại 1: câu {number}" for number in range(7)]
    answers = [words for words in an.looks().log if words.startswith("Cán bộ:")]
    assert answers == [f"Cán bộ: đáp {number}" for number in range(1, 7)]
    assert town.reads(lambda tx: set(tx.execute(select(outbox.c.state)).scalars())) == {"sent", "kept"}


def test_two_officials_who_press_in_the_same_instant_take_it_once(an: Phone, binh: Phone, chi: Phone) -> None:
    an.says("gặp cán bộ").says("xin hỏi")
    town, whose = an.cast, (binh.account, chi.account)
    found = town.reads(lambda tx: handovers.by_id(tx, 1))
    assert found is not None
    took = [town.reads(lambda tx, one=one: handovers.take(tx, found, one, town.clock())) for one in whose]  # type: ignore[misc]
    assert took == [True, False]


def test_erasing_who_asked_ends_it_and_leaves_no_word(town: Cast, an: Phone, binh: Phone) -> None:
    an.says("gặp cán bộ").says("xin hỏi")
    binh.looks().taps(TAKE)
    town.hears(an, an.file(photo(), "bi-mat-cua-an.jpg", "bí mật của An"))
    who = an.account
    town.writes(lambda tx: privacy.erase(tx, who, town.clock()))
    assert town.reads(lambda tx: tx.execute(select(table)).all()) == []
    held = town.reads(dump)
    assert "bí mật của An".encode() not in held
    assert b"bi-mat-cua-an" not in held
    town.works()
    binh.says("menu").sees("cần việc gì")


def test_before_others_no_conversation_is_opened(town: Cast, binh: Phone) -> None:
    town.phone("telegram", "-100888").says("gặp cán bộ").sees("nhắn riêng")
    town.phone("telegram", "-100888").says("/gapcanbo").sees("nhắn riêng")
    assert town.reads(lambda tx: tx.execute(select(table)).all()) == []


def test_in_english_too(town: Cast, binh: Phone) -> None:
    an = town.phone("telegram", "7770001").says("/en")
    an.says("I want to talk to a person").sees("officials on duty", "type end")
    an.says("what is missing?").sees("Passed on")
    binh.looks().sees("Hội thoại 1: what is missing?").taps(TAKE).says("a drawing")
    an.looks().sees("Official: a drawing")
    an.says("end").sees("The conversation with the officials has ended")

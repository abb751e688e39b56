"""What a Telegram update becomes: every shape that a person can cause, and what nobody expects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from bot.channels.telegram.reading import Back, Heard, Ignored, Left, Me, Migrated, Said, number_of, read
from handlers.messages import Attachment, Incoming, Kind
from tests.channels.samples import BOT, FORUM, GROUP, PERSON, PHOTO, PRIVATE, Json, edited, membership, message, tap

ME = Me(BOT["id"], BOT["username"])
TEXT, FILE, OTHER, TAP = Kind.TEXT, Kind.FILE, Kind.OTHER, Kind.TAP
LINK = "/start HS_H58-15-000123"


def said(incoming: Incoming, address: str = "100", key: str = "1", query: str | None = None) -> Said:
    by = str(PERSON["id"]) if incoming.group else None
    return Said(key, address, replace(incoming, by=by), query)


NAMELESS: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
CONTACT: Json = {"phone_number": "84900000001", "first_name": "An"}
FILE_PART: Json = {"file_id": "b", "file_unique_id": "u"}
LARGEST = (Attachment("x", media_type="image/jpeg"),)
STICKER = FILE_PART | {"type": "regular", "width": 9, "height": 9, "is_animated": False, "is_video": False}
POLL: Json = {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "type": "regular"} | dict.fromkeys(
    ("is_closed", "is_anonymous", "allows_multiple_answers", "allows_revoting", "members_only"), False
)

SAMPLES: dict[str, tuple[Json, Heard]] = {
    "a text": (message(text="Xin giấy phép?"), said(Incoming(TEXT, "Xin giấy phép?"))),
    "a command": (message(text="/menu"), said(Incoming(TEXT, "/menu"))),
    "a deep link": (message(text=LINK), said(Incoming(TEXT, LINK))),
    "a command with our name": (message(text="/menu@Mot_Cua_Bot x"), said(Incoming(TEXT, "/menu x"))),
    "a command for another bot, in private": (message(text="/menu@other"), said(Incoming(TEXT, "/menu@other"))),
    "a tap": (tap(7, "1:menu"), said(Incoming(TAP, "1:menu", "12"), key="7", query="q7")),
    "a tap on a message too old to reach": (tap(7, date=0), said(Incoming(TAP, "1:menu"), key="7", query="q7")),
    "a photo with words": (message(photo=PHOTO, caption="Ổ gà"), said(Incoming(TEXT, "Ổ gà", files=LARGEST))),
    "a photo": (message(photo=PHOTO), said(Incoming(FILE, files=LARGEST))),
    "a photo with a blank for words": (message(photo=PHOTO, caption=" "), said(Incoming(FILE, files=LARGEST))),
    "a document": (
        message(document=FILE_PART | {"file_name": "don.pdf", "file_size": 5, "mime_type": "application/pdf"}),
        said(Incoming(FILE, files=(Attachment("b", "don.pdf", 5, "application/pdf"),))),
    ),
    "a document with a long name": (
        message(document=FILE_PART | {"file_name": "x" * 300}),
        said(Incoming(FILE, files=(Attachment("b", "x" * 200),))),
    ),
    "an animation": (
        message(
            animation=FILE_PART | {"width": 9, "height": 9, "duration": 3, "mime_type": "video/mp4"},
            document=FILE_PART | {"mime_type": "video/mp4"},
        ),
        said(Incoming(FILE, files=(Attachment("b", media_type="video/mp4"),))),
    ),
    "a voice": (message(voice=FILE_PART | {"duration": 3}), said(Incoming(FILE, files=(Attachment("b"),)))),
    "a video": (
        message(video=FILE_PART | {"width": 9, "height": 9, "duration": 3}),
        said(Incoming(FILE, files=(Attachment("b"),))),
    ),
    "a sticker": (message(sticker=STICKER), said(Incoming(OTHER))),
    "a location": (message(location={"latitude": 10.7, "longitude": 106.6}), said(Incoming(OTHER))),
    "a contact of nobody here": (message(contact=CONTACT), said(Incoming(Kind.CONTACT))),
    "a contact of somebody else": (message(contact=CONTACT | {"user_id": 101}), said(Incoming(Kind.CONTACT))),
    "one's own contact": (
        message(contact=CONTACT | {"user_id": 100}),
        said(Incoming(Kind.CONTACT, phone="84900000001")),
    ),
    "a poll": (message(poll=POLL), said(Incoming(OTHER))),
    "a web form": (message(web_app_data={"data": "{}", "button_text": "Mở"}), said(Incoming(OTHER))),
    "an album": (message(photo=PHOTO, media_group_id="139"), said(Incoming(FILE, files=LARGEST), key="album:100:139")),
    "a text in a topic that we opened": (
        message(
            chat=FORUM,
            message_thread_id=7,
            is_topic_message=True,
            text="Dạ, thiếu bản vẽ",
            reply_to_message={"message_id": 7, "from": BOT, "chat": FORUM, "date": 1},
        ),
        said(Incoming(TEXT, "Dạ, thiếu bản vẽ", group=True), f"{FORUM['id']}:7"),
    ),
    "a text in a topic, to us": (
        message(chat=FORUM, message_thread_id=7, is_topic_message=True, text="/nhan 45"),
        said(Incoming(TEXT, "/nhan 45", group=True), "-1001234567890:7"),
    ),
    "a tap in a group": (tap(7, chat=GROUP), said(Incoming(TAP, "1:menu", "12", group=True), "-4001", "7", "q7")),
    "a group's mention": (
        message(chat=GROUP, text="@mot_cua_bot giờ làm việc?"),
        said(Incoming(TEXT, "giờ làm việc?", group=True), "-4001"),
    ),
    "a group's mention under a photo": (
        message(chat=GROUP, photo=PHOTO, caption="xem này @MOT_CUA_BOT"),
        said(Incoming(TEXT, "xem này", group=True, files=LARGEST), "-4001"),
    ),
    "a group's mention by link": (
        message(
            chat=GROUP, text="Một Cửa ơi", entities=[{"type": "text_mention", "offset": 0, "length": 7, "user": BOT}]
        ),
        said(Incoming(TEXT, "Một Cửa ơi", group=True), "-4001"),
    ),
    "a group's answer to us": (
        message(
            chat=GROUP, text="còn phí?", reply_to_message={"message_id": 10, "from": BOT, "chat": GROUP, "date": 1}
        ),
        said(Incoming(TEXT, "còn phí?", group=True), "-4001"),
    ),
    "a nameless administrator's command": (
        message(chat=GROUP, text="/menu", sender_chat=GROUP, sender=NAMELESS),
        Said("1", "-4001", Incoming(TEXT, "/menu", group=True)),
    ),
    "blocked": (membership("kicked"), Left("100")),
    "removed from a group": (membership("left", chat=GROUP), Left("-4001")),
    "unblocked": (membership("member"), Back("100")),
    "a group that became a supergroup": (message(chat=GROUP, migrate_to_chat_id=-100123), Migrated("-4001", "-100123")),
    "the supergroup's side of it": (
        message(chat=FORUM, migrate_from_chat_id=-4001),
        Migrated("-4001", str(FORUM["id"])),
    ),
}

IGNORED: dict[str, tuple[Json, bool]] = {
    "an edited message": (edited(), False),
    "a group's talk": (message(chat=GROUP, text="ai rảnh không?"), False),
    "a group's photo": (message(chat=GROUP, photo=PHOTO), False),
    "a command for another bot": (message(chat=GROUP, text="/menu@other_bot"), False),
    "a mention of a longer name": (message(chat=GROUP, text="@mot_cua_bot2 ơi"), False),
    "an answer to a colleague in a topic that we opened": (
        message(
            chat=FORUM,
            message_thread_id=7,
            is_topic_message=True,
            text="x",
            reply_to_message={"message_id": 9, "from": PERSON, "chat": FORUM, "date": 1},
        ),
        False,
    ),
    "a thread of ours": (
        message(chat=FORUM, text="x", message_thread_id=7, reply_to_message={"message_id": 7, "from": BOT}),
        False,
    ),
    "somebody came": (message(chat=GROUP, new_chat_members=[PERSON]), False),
    "another bot": (message(text="hello", sender={"id": 5, "is_bot": True}), False),
    "a channel's post as a message": (message(chat={"id": -1007, "type": "channel"}, text="tin"), False),
    "a channel's post": ({"update_id": 1, "channel_post": {"message_id": 1}}, True),
    "a poll's state": ({"update_id": 1, "poll": {"id": "1"}}, True),
    "a kind of a later version": ({"update_id": 1, "telepathy": {"thought": "x"}}, True),
    "an empty update": ({"update_id": 1}, True),
    "a tap without data": (tap(data=None), True),
    "a tap from inline mode": ({"update_id": 1, "callback_query": {"id": "1", "from": PERSON, "data": "x"}}, True),
    "a chat that is a word": ({"update_id": 1, "message": {"message_id": 1, "chat": "x"}}, True),
    "an unknown status": (membership("exalted"), True),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_an_update_becomes_what_the_person_did(name: str) -> None:
    raw, heard = SAMPLES[name]
    assert read(raw, ME) == heard


@pytest.mark.parametrize("name", IGNORED)
def test_what_does_not_concern_the_bot_is_left_aside(name: str) -> None:
    raw, strange = IGNORED[name]
    heard = read(raw, ME)
    assert isinstance(heard, Ignored)
    assert heard.strange is strange


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_such_as_the_library_reads(name: str) -> None:
    update = Update.de_json(SAMPLES[name][0], None)
    assert update.update_id == number_of(SAMPLES[name][0])
    assert update.effective_chat is not None


def test_what_is_logged_of_a_damaged_update_holds_nothing_of_its_content() -> None:
    heard = read({"update_id": 1, "message": {"chat": {"id": "mật"}, "text": ["Trần Thị Kín"]}}, ME)
    assert isinstance(heard, Ignored)
    assert "Kín" not in heard.why
    assert "mật" not in heard.why
    assert "message.chat.id" in heard.why


def test_a_long_text_is_kept_whole() -> None:
    heard = read(message(text="x" * 100_000), ME)
    assert isinstance(heard, Said)
    assert len(heard.incoming.text) == 100_000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(json_values)
def test_nothing_that_json_can_say_stops_the_reading(raw: object) -> None:
    assert isinstance(read(raw, ME), Ignored)
    number_of(raw)


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_no_damaged_field_stops_the_reading(name: str, data: st.DataObject) -> None:
    raw: Any = SAMPLES[name][0]
    kind = next(key for key in raw if key != "update_id")
    field = data.draw(st.sampled_from(sorted(raw[kind])))
    damaged = {**raw, kind: {**raw[kind], field: data.draw(json_values)}}
    read(damaged, ME)


@pytest.mark.parametrize("number", [None, "5", True, 1.5])
def test_a_number_that_is_none_is_not_counted(number: object) -> None:
    assert number_of({"update_id": number}) is None
    assert number_of([]) is None


def test_a_private_chat_is_never_a_group() -> None:
    heard = read(message(chat=PRIVATE, text="x"), ME)
    assert isinstance(heard, Said)
    assert heard.incoming.group is False


def test_a_bot_without_a_name_is_not_mentioned_by_a_lone_at_sign() -> None:
    assert isinstance(read(message(chat=GROUP, text="5 @ 3 đồng"), Me(999, "")), Ignored)

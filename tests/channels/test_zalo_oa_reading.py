"""What each event of Zalo's Official Account means to the bot."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo.oa_reading import Heard, Ignored, OfficialWrote, Receipt, Said, Withdrew, read
from handlers.messages import Attachment, Incoming, Kind
from tests.channels.zalo_oa_samples import SAMPLES, WHO, Json, carried, noted, said

PHOTO = Attachment("http://f6.photo.zdn.vn/1.jpg", "", None, "image/jpeg")
AT = datetime(2026, 11, 23, 3, 48, 1, 753000, UTC)


def meant(event: Any, *, by_phone: bool = False) -> Heard:
    """Read an event as it comes, with a key made of its bytes written as `…`."""
    heard = read(event, json.dumps(event).encode(), by_phone=by_phone)
    if isinstance(heard, Said | Withdrew) and len(heard.key.partition(":")[2]) == 64:
        key = heard.key.partition(":")[0] + ":…"
        return Said(key, heard.address, heard.incoming) if isinstance(heard, Said) else Withdrew(key, heard.address)
    return heard


def test_what_messages_a_receipt_is_of_and_since_when_a_colleague_writes_is_read() -> None:
    assert meant(SAMPLES["user_received_message"]) == Receipt(("out-1",), seen=False, at=AT)
    assert meant(SAMPLES["user_seen_message"]) == Receipt(("out-1", "out-2"), seen=True, at=AT)
    by_phone = meant(SAMPLES["user_received_message_zns"], by_phone=True)
    assert by_phone == Receipt(("zns-1",), seen=False, at=AT, number=12)
    assert meant(SAMPLES["oa_send_text"]) == OfficialWrote(WHO, AT)


def incoming(event: Json) -> Incoming:
    heard = meant(event)
    assert isinstance(heard, Said)
    return heard.incoming


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("#1:show:2.001", Incoming(Kind.TAP, "1:show:2.001")),
        ("#phan_anh", Incoming(Kind.TEXT, "/phananh")),
        ("#PHẢN_ÁNH", Incoming(Kind.TEXT, "/phảnánh")),
        ("#can_bo", Incoming(Kind.TEXT, "/gapcanbo")),
        ("#Cán_bộ", Incoming(Kind.TEXT, "/gapcanbo")),
        ("#Tra_Cuu H58.15-261102-0001", Incoming(Kind.TEXT, "/tracuu H58.15-261102-0001")),
        ("# 5", Incoming(Kind.TEXT, "# 5")),
        ("hồ sơ #5", Incoming(Kind.TEXT, "hồ sơ #5")),
        ("  ", Incoming(Kind.TEXT, "")),
    ],
)
def test_what_a_button_sends_is_the_button_and_what_the_menu_sends_a_command(written: str, expected: Incoming) -> None:
    assert incoming(said("text", {"text": written, "msg_id": "1"})) == expected


def test_numbers_may_come_as_numbers_and_what_is_empty_as_null() -> None:
    event = said("image", {"text": None} | carried("image", url="http://f6.photo.zdn.vn/1.jpg"))
    event["sender"] = {"id": int(WHO), "admin_id": None}
    assert meant(event) == Said("user_send_image:image-1", WHO, Incoming(Kind.FILE, files=(PHOTO,)))


def test_a_message_that_comes_again_written_differently_has_the_same_key() -> None:
    event = SAMPLES["user_send_text"]
    first, again = read(event, b"once"), read(event, b"again, with other blanks")
    assert first == again


def test_events_without_an_id_of_their_own_are_known_by_their_bytes() -> None:
    event = SAMPLES["user_submit_info"]
    first, same, other = (read(event, body) for body in (b"a", b"a", b"b"))
    assert first == same != other


def test_a_shared_number_is_a_proof_only_where_zalo_vouches_for_it() -> None:
    event = SAMPLES["user_submit_info"]
    for vouched, phone in ((False, None), (True, "84900000001")):
        heard = read(event, b"a", phone_vouched=vouched)
        assert isinstance(heard, Said)
        assert heard.incoming == Incoming(Kind.CONTACT, phone=phone, claimed="84900000001")


def test_an_echo_of_what_the_bot_sent_is_nobody_s_message() -> None:
    echo = noted("oa_send_text", sender={"id": "1"}, recipient={"id": WHO}, message={"text": "Chào", "msg_id": "m"})
    assert meant(echo) == Ignored("an echo of our own")


def test_a_colleague_who_writes_to_somebody_not_logged_in_makes_way_in_that_conversation() -> None:
    message = {"conversation_id": "conv-1", "text": "Chào", "msg_id": "m"}
    sender = {"id": "1", "admin_id": "2"}
    told = noted("oa_send_anonymous_text", sender=sender, recipient={"id": WHO}, message=message)
    assert meant(told | {"timestamp": "soon"}) == OfficialWrote(f"anonymous:{WHO}:conv-1", None)


@pytest.mark.parametrize(
    ("given", "read_as"),
    [
        (84900000001, "84900000001"),
        ("0900 000 001", "84900000001"),
        ("+84.900.000.001", "84900000001"),
        ("900000001", "84900000001"),
        ("02733850001", None),
        ("8490000000", None),
        ("84900000001; DROP", None),
        ("", None),
        (None, None),
    ],
)
def test_a_shared_number_is_read_as_zalo_wants_it_or_not_at_all(given: Any, read_as: str | None) -> None:
    event = noted("user_submit_info", sender={"id": WHO}, info={"phone": given})
    assert incoming(event) == Incoming(Kind.CONTACT, claimed=read_as)


@pytest.mark.parametrize("tracking", ["", "other", "motcua", "motcua12", "motcua12n0x", "motcua" + "9" * 40 + "n0"])
def test_a_receipt_by_phone_of_a_message_that_is_not_ours_is_left_aside(tracking: str) -> None:
    told = noted("user_received_message", recipient={"id": "84900000001"}, message={"tracking_id": tracking})
    assert meant(told, by_phone=True) == Ignored("a message by phone that is not ours")


def test_other_events_of_messages_by_phone_are_left_aside_and_told() -> None:
    heard = meant(noted("change_daily_quota"), by_phone=True)
    assert isinstance(heard, Ignored)
    assert heard.strange


@pytest.mark.parametrize("name", ["user_reacted_message", "create_group", "user_call_oa", "nonsense", ""])
def test_a_kind_that_is_not_known_is_left_aside_and_told(name: str) -> None:
    heard = meant(noted(name, sender={"id": WHO}))
    assert isinstance(heard, Ignored)
    assert heard.strange


@pytest.mark.parametrize("name", ["user_send_text", "follow", "unfollow", "user_withdraw", "user_seen_message"])
def test_an_event_without_a_person_is_left_aside(name: str) -> None:
    assert meant(noted(name)) == Ignored("an event without a person", strange=True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
FIELDS = ["sender", "recipient", "follower", "user_id", "message", "event_name", "timestamp"]


@given(st.sampled_from(list(SAMPLES)), st.sampled_from(FIELDS), JSON)
def test_reading_never_raises_whatever_stands_in_a_field(name: str, field: str, value: Any) -> None:
    read(SAMPLES[name] | {field: value}, b"")


@given(JSON)
def test_reading_never_raises_whatever_came(value: Any) -> None:
    read(value, b"")

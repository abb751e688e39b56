"""What came in, as it was recorded (`recorded/<channel>/in`), and what it means: the one table for every channel.

The shapes are those of the platforms' documents, the values invented.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handlers.messages import Attachment, Incoming, Kind

RECORDED = Path(__file__).parent / "recorded"
TEXT, TAP, FILE, OTHER, CONTACT = Kind.TEXT, Kind.TAP, Kind.FILE, Kind.OTHER, Kind.CONTACT
AN, OF_BOT, GROUP = "246845883529000001", "6ede9afa66b88f000001", "g-0011220002"  # who writes, on Zalo


@dataclass(frozen=True)
class Meant:
    """What an event is to the bot, by the name of the channel's own class for it; who, and what they did."""

    what: str
    address: str = ""
    incoming: Incoming | None = None


def _said(incoming: Incoming, address: str) -> Meant:
    return Meant("Said", address, incoming)


def _at(address: str, *texts: tuple[str, Incoming]) -> dict[str, Meant]:
    return {name: _said(incoming, address) for name, incoming in texts}


def _photo(reference: str) -> tuple[Attachment, ...]:
    return (Attachment(reference, media_type="image/jpeg"),)


PDF = (Attachment("https://f6.file.zdn.vn/1.pdf", "giấy phép.pdf", 1024),)

INPUTS: dict[str, dict[str, Meant]] = {
    "telegram": {
        **_at(
            "100",
            ("message_text", Incoming(TEXT, "Xin giấy phép?")),
            ("command_start_deeplink", Incoming(TEXT, "/start HS_H58-15-000123")),
            ("callback_query", Incoming(TAP, "1:menu", "12")),
            ("callback_query_inaccessible_message", Incoming(TAP, "1:menu")),
            ("contact_shared", Incoming(CONTACT, phone="84900000001")),
            ("document", Incoming(FILE, files=(Attachment("b", "don.pdf", 5, "application/pdf"),))),
            ("photo_with_caption", Incoming(TEXT, "Ổ gà", files=_photo("x"))),
            ("album_item", Incoming(FILE, files=_photo("x"))),
            ("location", Incoming(OTHER)),
            ("web_app_data", Incoming(OTHER)),
        ),
        "group_topic_message": _said(Incoming(TEXT, "/nhan 45", group=True, by="100"), "-1001234567890:7"),
        "group_migrated": Meant("Migrated"),
        "my_chat_member_blocked": Meant("Left", "100"),
        "my_chat_member_unblocked": Meant("Back", "100"),
        "edited_message": Meant("Ignored"),
    },
    "zalo_oa": {
        **_at(
            AN,
            ("user_send_text", Incoming(TEXT, "Tra cứu hồ sơ H58.15-261102-0001")),
            ("user_send_text_from_button", Incoming(TEXT, "/tracuu")),
            ("user_send_text_quote", Incoming(TEXT, "đúng rồi")),
            ("user_send_image", Incoming(TEXT, "ổ gà trước cổng", files=_photo("http://f6.photo.zdn.vn/1.jpg"))),
            ("user_send_file", Incoming(FILE, files=PDF)),
            ("user_send_audio", Incoming(FILE, files=(Attachment("https://voice.zdn.vn/1.amr"),))),
            ("user_send_video", Incoming(FILE, files=(Attachment("https://video.zdn.vn/1.mp4"),))),
            ("user_send_gif", Incoming(FILE, files=(Attachment("https://gif.zdn.vn/1.gif", media_type="image/gif"),))),
            ("user_send_link", Incoming(TEXT, "https://example.vn/a")),
            ("user_send_location", Incoming(OTHER)),
            ("user_send_sticker", Incoming(OTHER)),
            ("user_send_business_card", Incoming(OTHER)),
            ("user_submit_info", Incoming(CONTACT, claimed="84900000001")),
        ),
        "anonymous_send_text": _said(Incoming(TEXT, "cho hỏi thủ tục"), f"anonymous:{AN}:conv-1"),
        "follow": Meant("Came", AN),
        "user_click_chatnow": Meant("Came", AN),
        "unfollow": Meant("Left", AN),
        "user_withdraw": Meant("Withdrew", AN),
        "oa_send_text": Meant("OfficialWrote", AN),
        "oa_send_text_by_the_bot": Meant("Ignored"),
        "user_received_message": Meant("Receipt"),
        "user_received_message_zns": Meant("Receipt"),
        "user_seen_message": Meant("Receipt"),
        "user_reacted_message": Meant("Ignored"),
        "url_verification_probe": Meant("Ignored"),
    },
    "zalo_bot": {
        **_at(
            OF_BOT,
            ("getUpdates.response", Incoming(TEXT, "Xin chào")),
            ("message.text.received", Incoming(TEXT, "Xin chào")),
            ("webhook_without_envelope", Incoming(TEXT, "Xin chào")),
            ("message.image.received", Incoming(TEXT, "ổ gà", files=_photo("https://photo.zdn.vn/1.jpg"))),
            ("message.voice.received", Incoming(FILE, files=(Attachment("https://voice.zdn.vn/1.aac"),))),
            ("message.sticker.received", Incoming(OTHER)),
            ("message.unsupported.received", Incoming(OTHER)),
        ),
        "message.text.received.group": _said(Incoming(TEXT, "tra cứu hồ sơ", group=True), GROUP),
    },
    "email": {},  # it only sends
    "web": _at("", ("text", Incoming(TEXT, "Xin giấy phép?")), ("tap", Incoming(TAP, "1:menu"))),
    "terminal": _at("", ("text", Incoming(TEXT, "Xin giấy phép?")), ("tap", Incoming(TAP, "Các mục"))),
}


def recorded(channel: str, side: str = "in") -> dict[str, Any]:
    """Load what was recorded of a channel."""
    files = sorted((RECORDED / channel / side).glob("*.json"))
    return {path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8")) for path in files}

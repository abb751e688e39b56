"""Events of Zalo's Official Account, made here: the shapes of its webhook pages, the values invented.

One for every kind of event that its documents show; `test_zalo_oa_reading.py` fails for one without its outcome.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

WHO, OA, ADMIN = "246845883529000001", "388613280878000002", "111222333444000003"
APP = "360846524940000004"
STAMP = "1795405681753"


def said(kind: str, message: Json, name: str = "user_send_") -> Json:
    """An event of somebody who sent something."""
    parties = {"sender": {"id": WHO}, "recipient": {"id": OA}, "user_id_by_app": "552177279717000005"}
    return {"app_id": APP, **parties, "event_name": f"{name}{kind}", "message": message, "timestamp": STAMP}


def carried(kind: str, **payload: Any) -> Json:
    """A message that carries one thing."""
    return {"msg_id": f"{kind}-1", "attachments": [{"type": kind, "payload": payload}]}


def noted(name: str, **content: Any) -> Json:
    """An event without a message of a person."""
    return {"app_id": APP, **content, "event_name": name, "timestamp": STAMP}


SAMPLES: dict[str, Json] = {
    "anonymous_send_text": said(
        "text", {"conversation_id": "conv-1", "text": "cho hỏi thủ tục", "msg_id": "a-1"}, "anonymous_send_"
    ),
    "follow": noted("follow", oa_id=OA, follower={"id": WHO}, source="oa_profile"),
    "unfollow": noted("unfollow", oa_id=OA, follower={"id": WHO}, source="oa_profile"),
    "oa_send_text": noted(
        "oa_send_text",
        sender={"id": OA, "admin_id": ADMIN},
        recipient={"id": WHO},
        message={"text": "Tôi là cán bộ trực", "msg_id": "out-1"},
    ),
    "url_verification_probe": {},
    "user_click_chatnow": noted("user_click_chatnow", oa_id=OA, user_id=WHO),
    "user_received_message": noted(
        "user_received_message", sender={"id": OA}, recipient={"id": WHO}, message={"msg_id": "out-1"}
    ),
    "user_received_message_zns": noted(
        "user_received_message",
        sender={"id": OA},
        recipient={"id": "84900000001"},
        message={"delivery_time": STAMP, "msg_id": "zns-1", "tracking_id": "motcua12n0"},
    ),
    "user_seen_message": noted(
        "user_seen_message", sender={"id": OA}, recipient={"id": WHO}, message={"msg_ids": ["out-1", "out-2"]}
    ),
    "user_send_audio": said("audio", carried("audio", url="https://voice.zdn.vn/1.amr")),
    "user_send_file": said(
        "file",
        carried(
            "file", size="1024", name="giấy phép.pdf", checksum="0", type="pdf", url="https://f6.file.zdn.vn/1.pdf"
        ),
    ),
    "user_send_image": said(
        "image",
        {"text": "ổ gà trước cổng"}
        | carried("image", thumbnail="http://t.photo.zdn.vn/1.jpg", url="http://f6.photo.zdn.vn/1.jpg"),
    ),
    "user_send_link": said(
        "link", {"text": "https://example.vn/a"} | carried("link", url="https://example.vn/a", description="Cổng")
    ),
    "user_send_location": said(
        "location", carried("location", coordinates={"latitude": "10.36", "longitude": "106.36"})
    ),
    "user_send_sticker": said("sticker", carried("sticker", url="https://api.zalo.me/1.png", id="s-1")),
    "user_send_text": said("text", {"text": "Tra cứu hồ sơ H58.15-261102-0001", "msg_id": "t-1"}),
    "user_send_text_from_button": said("text", {"text": "#tra_cuu", "msg_id": "t-2"}),
    "user_send_text_quote": said("text", {"text": "đúng rồi", "msg_id": "t-3", "quote_msg_id": "out-1"}),
    "user_submit_info": noted(
        "user_submit_info",
        sender={"id": WHO},
        recipient={"id": OA},
        info={"name": "Nguyễn Văn An", "phone": 84900000001, "address": "1 Đường A", "city": "Mỹ Tho"},
    ),
    "user_withdraw": noted("user_withdraw", oa_id=OA, user_id=WHO),
}
"""By the names under which the documents' samples are known here."""

# A signature computed by hand with `printf '%s' … | sha256sum`, so that no code of ours vouches for itself.
SIGNED_APP, SIGNED_SECRET, SIGNED_STAMP = "360846524940000004", "khoa-oa", "1795405681753"
SIGNED_BODY = '{"app_id":"360846524940000004","event_name":"follow","ghi_chú":"ổ gà","timestamp":"1795405681753"}'
SIGNED_MAC = "d644cbbf5da45cca7a0b088840d965ac219c905a84909627059da176ae85d71f"

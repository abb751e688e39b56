"""Updates as Telegram sends them, made here: the shapes of the Bot API, the values invented."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

PERSON: Json = {"id": 100, "is_bot": False, "first_name": "An", "language_code": "vi"}
BOT: Json = {"id": 999, "is_bot": True, "first_name": "Một Cửa", "username": "mot_cua_bot"}
PRIVATE: Json = {"id": 100, "type": "private", "first_name": "An"}
GROUP: Json = {"id": -4001, "type": "group", "title": "Tổ tiếp nhận"}
FORUM: Json = {"id": -1001234567890, "type": "supergroup", "title": "Tổ tiếp nhận", "is_forum": True}
PHOTO: list[Json] = [
    {"file_id": "s", "file_unique_id": "us", "width": 90, "height": 67},
    {"file_id": "x", "file_unique_id": "ux", "width": 1280, "height": 960},
]


def message(number: int = 1, chat: Json = PRIVATE, sender: Json = PERSON, **content: Any) -> Json:
    """An update with a message of a person."""
    base = {"message_id": 11, "from": sender, "chat": chat, "date": 1795405681}
    return {"update_id": number, "message": base | content}


def tap(number: int = 1, data: str | None = "1:menu", *, date: int = 1795405690, chat: Json = PRIVATE) -> Json:
    """An update with a tap on a button under message 12."""
    under = {"message_id": 12, "chat": chat, "date": date}
    query = {"id": f"q{number}", "from": PERSON, "chat_instance": "-372", "data": data, "message": under}
    return {"update_id": number, "callback_query": {key: value for key, value in query.items() if value is not None}}


def membership(status: str, number: int = 1, chat: Json = PRIVATE) -> Json:
    """An update that says what the bot is in a chat now."""
    change = {
        "chat": chat,
        "from": PERSON,
        "date": 1795405681,
        "old_chat_member": {"user": BOT, "status": "member"},
        "new_chat_member": {"user": BOT, "status": status, "until_date": 0},
    }
    return {"update_id": number, "my_chat_member": change}


def edited(number: int = 1) -> Json:
    """An update that says that a message was edited."""
    base = {"message_id": 11, "from": PERSON, "chat": PRIVATE, "date": 1795405681}
    return {"update_id": number, "edited_message": base | {"text": "đã sửa", "edit_date": 1795405700}}

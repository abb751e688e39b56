"""Events of Zalo's Bot Platform, made here: the shapes of its documents, the values invented."""

from __future__ import annotations

from typing import Any

from tests.channels.contract_inputs import recorded

Json = dict[str, Any]

CHAT, GROUP = "6ede9afa66b88f000001", "g-0011220002"


def event(kind: str, chat: Json | None = None, **content: Any) -> Json:
    """An event with a message, without its envelope."""
    message = {
        "from": {"id": CHAT, "display_name": "An", "is_bot": False},
        "chat": chat or {"id": CHAT, "chat_type": "PRIVATE"},
        "message_id": f"{kind}-1",
        "date": 1795405681602,
    }
    return {"event_name": f"message.{kind}.received", "message": message | content}


def enveloped(inner: Json) -> Json:
    return {"ok": True, "result": inner}


SAMPLES: dict[str, Json] = recorded("zalo_bot")
"""By the names under which the documents' samples are known here."""

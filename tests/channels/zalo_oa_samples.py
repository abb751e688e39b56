"""Events of Zalo's Official Account, made here: the shapes of its webhook pages, the values invented.

One is recorded for every kind of event that its documents show (`contract_inputs.py` says what each means).
"""

from __future__ import annotations

from typing import Any

from tests.channels.contract_inputs import recorded

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


SAMPLES: dict[str, Json] = recorded("zalo_oa")
"""By the names under which the documents' samples are known here."""

# A signature computed by hand with `printf '%s' … | sha256sum`, so that no code of ours vouches for itself.
SIGNED_APP, SIGNED_SECRET, SIGNED_STAMP = "360846524940000004", "khoa-oa", "1795405681753"
SIGNED_BODY = '{"app_id":"360846524940000004","event_name":"follow","ghi_chú":"ổ gà","timestamp":"1795405681753"}'
SIGNED_MAC = "d644cbbf5da45cca7a0b088840d965ac219c905a84909627059da176ae85d71f"

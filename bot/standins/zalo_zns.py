"""The stand-in's messages by telephone number (ZNS): approved templates, known numbers, a quota by the day."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from aiohttp import web

Json = dict[str, Any]
_TRACKING = re.compile(r"[A-Za-z0-9_-]{1,48}")


@dataclass
class ZnsDesk:
    """What Zalo knows: the parameters of each template, the numbers that have an account, what was sent today."""

    templates: dict[str, frozenset[str]] = field(
        default_factory=lambda: {"7895417": frozenset({"ma_ho_so", "trang_thai"})}
    )
    phones: set[str] = field(default_factory=set)
    quota: int = 500
    sent: list[Json] = field(default_factory=list)
    _today: tuple[date, int] = (date.min, 0)

    def take(self, body: Json, now: datetime) -> web.Response:
        """Take a message, or refuse it as the documents say."""
        fault = self._fault(body)
        if fault is not None:
            return _no(*fault)
        used = self._today[1] if self._today[0] == now.date() else 0
        if used >= self.quota:
            return _no(-1472, "out of quota")
        self._today = now.date(), used + 1
        self.sent.append(body)
        left = {"dailyQuota": str(self.quota), "remainingQuota": str(self.quota - used - 1)}
        told = {"msg_id": f"zns{len(self.sent)}", "sent_time": str(int(now.timestamp() * 1000)), "sending_mode": "1"}
        return web.json_response({"error": 0, "message": "Success", "data": told | {"quota": left}})

    def _fault(self, body: Json) -> tuple[int, str] | None:
        phone, data = str(body.get("phone", "")), body.get("template_data")
        wanted = self.templates.get(str(body.get("template_id")))
        if not re.fullmatch(r"84[0-9]{9}", phone):
            return -108, "Phone number is invalid"
        if wanted is None:
            return -109, "Template ID is invalid"
        if not data:
            return -111, "Template data is empty"
        if (
            not isinstance(data, dict)
            or data.keys() != wanted
            or not all(isinstance(one, str) for one in data.values())
        ):
            return -112, "Template data is invalid"
        if not _TRACKING.fullmatch(str(body.get("tracking_id", ""))):
            return -100, "Tracking ID is invalid"
        return None if phone in self.phones else (-118, "Zalo account not existed")


def _no(code: int, said: str) -> web.Response:
    return web.json_response({"error": code, "message": said})

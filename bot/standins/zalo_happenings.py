"""What happens at the stand-in of the Official Account: people and colleagues do something, and the webhook is told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from bot.standins.zalo_zns import ZnsDesk

Json = dict[str, Any]


@dataclass(slots=True)
class Person:
    """Somebody who knows the account: when they last made contact, and whether they follow it and take messages."""

    last: datetime | None = None
    follows: bool = True
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that arrived: to whom, what, and whether it was charged."""

    to: str
    message: Json
    id: str
    charged: bool


@dataclass
class Account:
    """What the servers know of one application and its account."""

    app_id: str = "360846524940903967"
    app_secret: str = "a secret of the application"  # noqa: S105 - of the stand-in
    oa_secret: str = "a secret of the account"  # noqa: S105 - of the stand-in
    oa_id: str = "388613280878808645"
    expires_in: float = 90000.0  # seconds: 25 hours, as the platform says
    per_minute: int = 4000
    per_day: int = 0  # messages; 0: without this limit
    refresh: str = "refresh-0"
    access: dict[str, datetime] = field(default_factory=dict)  # each token that lives, until when
    ended: set[str] = field(default_factory=set)
    codes: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # code → challenge, until when
    renewals: int = 0


class Happenings:
    """Makes the events of an account, signed as Zalo signs them. `clock` tells the time, so that days can pass."""

    def __init__(self, clock: Callable[[], datetime], account: Account | None = None) -> None:
        self.account = account or Account()
        self.clock = clock
        self.people: dict[str, Person] = {}
        self.zns = ZnsDesk()
        self._numbers = 0

    def wrote(self, who: str, text: str) -> Json:
        """Make the event of somebody who wrote; they made contact by that."""
        self.people.setdefault(who, Person()).last = self.clock()
        self._numbers += 1
        message = {"text": text, "msg_id": f"in{self._numbers}"}
        known = {"sender": {"id": who}, "recipient": {"id": self.account.oa_id}, "user_id_by_app": f"9{who}"}
        return self.event("user_send_text", **known, message=message)

    def shared(self, who: str, phone: str) -> Json:
        """Make the event of somebody who filled in the form that asks for their contact: they are in touch by that."""
        self.people.setdefault(who, Person()).last = self.clock()
        self.zns.phones.add(phone)
        known = {"sender": {"id": who}, "recipient": {"id": self.account.oa_id}, "user_id_by_app": f"9{who}"}
        return self.event("user_submit_info", **known, info={"name": "An", "phone": phone, "address": "1 Đường A"})

    def follows(self, who: str, *, still: bool = True) -> Json:
        """Make the event of somebody who follows the account, by which they are in touch, or does no longer."""
        person = self.people.setdefault(who, Person())
        person.follows, person.last = still, self.clock() if still else person.last
        name = "follow" if still else "unfollow"
        return self.event(name, oa_id=self.account.oa_id, follower={"id": who}, source="oa_profile")

    def withdrew(self, who: str) -> Json:
        """Make the event of somebody who asks for their data to be erased."""
        return self.event("user_withdraw", oa_id=self.account.oa_id, user_id=who)

    def answered_by_hand(self, who: str, text: str) -> Json:
        """Make the echo of a colleague's message, who wrote to somebody in Zalo's own console."""
        self._numbers += 1
        sender, message = (
            {"id": self.account.oa_id, "admin_id": "1112223"},
            {"text": text, "msg_id": f"by{self._numbers}"},
        )
        return self.event("oa_send_text", sender=sender, recipient={"id": who}, message=message)

    def receipt(self, sent: Sent, *, seen: bool = False) -> Json:
        """Make the receipt of a message."""
        parties = {"sender": {"id": self.account.oa_id}, "recipient": {"id": sent.to}}
        if seen:
            return self.event("user_seen_message", **parties, message={"msg_ids": [sent.id]})
        return self.event("user_received_message", **parties, message={"msg_id": sent.id})

    def receipt_by_phone(self, sent: Json) -> Json:
        """Make the receipt of a message by phone, whose recipient is a number."""
        told = {"msg_id": "zns", "tracking_id": sent["tracking_id"], "delivery_time": self._stamp()}
        parties = {"sender": {"id": self.account.oa_id}, "recipient": {"id": sent["phone"]}}
        return self.event("user_received_message", **parties, message=told)

    def _stamp(self) -> str:
        return str(int(self.clock().timestamp() * 1000))

    def event(self, name: str, **content: Any) -> Json:
        """Make an event."""
        at = self._stamp()
        return {"app_id": self.account.app_id, **content, "event_name": name, "timestamp": at}

    def signed(self, event: Json) -> tuple[bytes, dict[str, str]]:
        """Write an event as it is sent: its bytes and the headers."""
        body = json.dumps(event, ensure_ascii=False).encode()
        known = self.account
        mac = hashlib.sha256(known.app_id.encode() + body + f"{event['timestamp']}{known.oa_secret}".encode())
        return body, {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac.hexdigest()}"}

    async def tell(self, session: aiohttp.ClientSession, webhook: str, event: Json, *, by_phone: bool = False) -> int:
        """Send an event to a webhook and give the status of its answer; `by_phone`: it is of messages by phone."""
        body, headers = self.signed(event)
        headers |= {"X-ZEvent-Server": "ZNS"} if by_phone else {}
        async with session.post(webhook, data=body, headers=headers) as answer:
            return answer.status

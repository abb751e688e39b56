"""What an event of Zalo's webhook says: its JSON → one of the things that can have happened. Pure, and it never raises.

The shapes are those of Zalo's webhook pages. Only the fields that matter are read; all numbers may come as texts.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from handlers.messages import Attachment, Incoming, Kind
from knowledge.vietnamese import fold

ANONYMOUS = "anonymous"  # the first part of the address of somebody who is not logged in
KEY_CHARACTERS, NAME_CHARACTERS = 100, 200  # of an id, which has about 20; of a file's name
_SAID = re.compile(r"(?:user|anonymous)_send_\w+")
_WRITTEN = re.compile(r"oa_send_\w+")
_SEEN = frozenset({"user_received_message", "user_seen_message"})
_FILES = {"image": "image/jpeg", "gif": "image/gif", "file": "", "audio": "", "video": ""}  # kind → a guess at its type
_ACTION = re.compile(r"#(\d+:\S+)")
_TRACKED = re.compile(r"motcua([0-9]{1,18})n[0-9]+")  # `zalo_zns.TRACKING`
_MOBILE = re.compile(r"(?:\+?84|0)?([35789][0-9]{8})")  # since 2018 every mobile number has nine digits behind the 0
_COMMAND = re.compile(r"^#(\w+)")


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote to the account: a new event."""

    key: str
    address: str
    incoming: Incoming


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody follows the account, or opened its chat: they can be reached (again)."""

    address: str


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody follows the account no longer."""

    address: str


@dataclass(frozen=True, slots=True)
class Withdrew:
    """Somebody asks, through Zalo, for their data to be erased."""

    key: str
    address: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Messages of ours reached a telephone, or were looked at; `number`: of the row of one that went by phone."""

    messages: tuple[str, ...]
    seen: bool
    at: datetime | None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class OfficialWrote:
    """A person of the agency wrote to somebody from Zalo's own console; `at`: when, where the event says so."""

    address: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing that concerns the bot; `strange` when it is of a kind that is not known."""

    why: str
    strange: bool = False


Heard = Said | Came | Left | Withdrew | Receipt | OfficialWrote | Ignored


def _text(value: object) -> object:
    return "" if value is None else str(value) if isinstance(value, int) else value


Written = Annotated[str, BeforeValidator(_text)]
Size = Annotated[
    int | None, BeforeValidator(lambda value: int(value) if re.fullmatch("[0-9]{1,12}", str(value)) else None)
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Party(_Part):
    id: Written = ""
    admin_id: Written = ""


class _Content(_Part):
    url: Written = ""
    name: Written = ""
    size: Size = None


class _Carried(_Part):
    type: Written = ""
    payload: _Content = _Content()


class _Message(_Part):
    text: Written = ""
    msg_id: Written = ""
    msg_ids: tuple[Written, ...] = ()
    conversation_id: Written = ""
    tracking_id: Written = ""
    attachments: tuple[_Carried, ...] = ()

    @property
    def files(self) -> tuple[Attachment, ...]:
        """What it carries that has bytes."""
        return tuple(
            Attachment(one.payload.url, one.payload.name[:NAME_CHARACTERS], one.payload.size, _FILES[one.type])
            for one in self.attachments
            if one.type in _FILES and one.payload.url
        )


class _Info(_Part):
    phone: Written = ""


class _Event(_Part):
    event_name: Written = ""
    timestamp: Written = ""
    sender: _Party = _Party()
    recipient: _Party = _Party()
    follower: _Party = _Party()
    user_id: Written = ""
    message: _Message = _Message()
    info: _Info = _Info()


def read(raw: object, body: bytes, *, by_phone: bool = False, phone_vouched: bool = False) -> Heard:
    """Read one event: as it was parsed from JSON, and the bytes that it was. `by_phone`: it is of messages by phone.

    `phone_vouched`: a number that is shared is the sender's own; else it may just be typed.
    """
    try:
        event = _Event.model_validate(raw)
    except ValidationError as error:
        places = {".".join(map(str, fault["loc"])) or "event" for fault in error.errors(include_input=False)}
        return Ignored(f"not understood: {', '.join(sorted(places)[:3])}", strange=True)
    name = event.event_name
    if by_phone:
        return _of_phone(event)
    if _SAID.fullmatch(name):
        return _said(event, body)
    if name == "user_submit_info":
        phone = _mobile(event.info.phone)
        shared = Incoming(Kind.CONTACT, claimed=phone, phone=phone if phone_vouched else None)
        return _of(event.sender.id, lambda who: Said(_key(name, body), who, shared))
    if name in ("follow", "user_click_chatnow"):
        return _of(event.follower.id or event.user_id, Came)
    if name == "unfollow":
        return _of(event.follower.id or event.user_id, Left)
    if name == "user_withdraw":
        return _of(event.user_id or event.sender.id, lambda who: Withdrew(_key(name, body), who))
    if name in _SEEN:
        ids = event.message.msg_ids or (event.message.msg_id,)
        at = _at(event.timestamp)
        return _of(event.recipient.id, lambda _who: Receipt(ids, seen=name == "user_seen_message", at=at))
    if _WRITTEN.fullmatch(name):
        return _written(event)
    return Ignored(f"event {name[:40]!r}", strange=True)


def _of(who: str, made: Any) -> Heard:
    heard: Heard = made(who) if who else Ignored("an event without a person", strange=True)
    return heard


def _said(event: _Event, body: bytes) -> Heard:
    message, who = event.message, event.sender.id
    if not who:
        return Ignored("an event without a person", strange=True)
    if event.event_name.startswith("anonymous"):
        who = _anonymous(who, message.conversation_id)
    key = _key(event.event_name, body)
    if message.msg_id:  # the same message comes again after a failure, perhaps written anew
        key = f"{event.event_name[:60]}:{message.msg_id[:KEY_CHARACTERS]}"
    return Said(key, who, _incoming(event.event_name, message))


def _of_phone(event: _Event) -> Heard:
    """Read an event of a message by phone, whose recipient is a number; which message it is says the name we gave."""
    name, ours = event.event_name, _TRACKED.fullmatch(event.message.tracking_id)
    if name not in _SEEN:
        return Ignored(f"event {name[:40]!r} of a message by phone", strange=True)
    if ours is None:
        return Ignored("a message by phone that is not ours")
    at = _at(event.timestamp)
    return Receipt((event.message.msg_id,), seen=name == "user_seen_message", at=at, number=int(ours[1]))


def _mobile(phone: str) -> str | None:
    """Write a Vietnamese mobile number as Zalo wants it, 84 and nine digits; None for what is none."""
    found = _MOBILE.fullmatch(re.sub(r"[\s.\-()]", "", phone))
    return None if found is None else f"84{found[1]}"


def _written(event: _Event) -> Heard:
    if not event.sender.admin_id:
        return Ignored("an echo of our own")
    who = event.recipient.id
    if who and event.event_name.startswith("oa_send_anonymous"):
        who = _anonymous(who, event.message.conversation_id)
    return _of(who, lambda who: OfficialWrote(who, _at(event.timestamp)))


def _incoming(name: str, message: _Message) -> Incoming:
    files, words = message.files, message.text.strip()
    if words and not name.endswith(("_sticker", "_location", "_business_card")):
        action = _ACTION.fullmatch(words)
        if action is not None:
            return Incoming(Kind.TAP, action[1])
        return Incoming(Kind.TEXT, _COMMAND.sub(_as_command, words), files=files)
    links = [one.payload.url for one in message.attachments if one.type == "link" and one.payload.url]
    if links:
        return Incoming(Kind.TEXT, links[0])
    if name.endswith("_text"):
        return Incoming(Kind.TEXT, "")
    return Incoming(Kind.FILE if files else Kind.OTHER, files=files)


def _as_command(found: re.Match[str]) -> str:
    """Read what the account's menu sends, such as `#tra_cuu`, as the command that it stands for."""
    name = found[1].replace("_", "").lower()
    return "/" + ("gapcanbo" if fold(name) == "canbo" else name)  # /canbo is the officials' own


def _anonymous(who: str, conversation: str) -> str:
    """Write the address of somebody who is not logged in."""
    return ":".join((ANONYMOUS, who[:KEY_CHARACTERS], conversation[:KEY_CHARACTERS]))


def _at(stamp: str) -> datetime | None:
    """Read the time of an event: milliseconds since 1970."""
    return datetime.fromtimestamp(int(stamp) / 1000, UTC) if re.fullmatch("[0-9]{12,14}", stamp) else None


def _key(name: str, body: bytes) -> str:
    return f"{name[:60]}:{hashlib.sha256(body).hexdigest()}"

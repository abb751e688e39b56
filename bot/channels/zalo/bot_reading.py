"""What an event of Zalo's Bot Platform says: its JSON → what somebody said, or nothing. Pure, and it never raises.

The shapes are those of docs.zaloplatforms.com/docs/BOT. The event may stand in an envelope (`ok`, `result`) or without.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from handlers.messages import Attachment, Incoming, Kind

KEY_CHARACTERS = 100  # of a message's id, which has 20
_RECEIVED = re.compile(r"message\.(text|image|sticker|voice|unsupported)\.received")
_MENTION = re.compile(r"^@\S+\s*")


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote to the bot: a new event."""

    key: str
    address: str
    incoming: Incoming


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing that concerns the bot; `strange` when it is of a kind that is not known."""

    why: str
    strange: bool = False


Heard = Said | Ignored


def _text(value: object) -> object:
    return "" if value is None else str(value) if isinstance(value, int) else value


Written = Annotated[str, BeforeValidator(_text)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class _Sender(_Part):
    is_bot: bool = False


class _Chat(_Part):
    id: Written = ""
    chat_type: Written = "PRIVATE"


class _Message(_Part):
    sender: _Sender = Field(default=_Sender(), alias="from")
    chat: _Chat = _Chat()
    message_id: Written = ""
    text: Written = ""
    caption: Written = ""
    photo: Written = ""
    photo_url: Written = ""
    voice_url: Written = ""

    @property
    def files(self) -> tuple[Attachment, ...]:
        """What it carries that has bytes: a photo, which some call `photo_url`, or a voice."""
        photo = self.photo or self.photo_url
        if photo:
            return (Attachment(photo, media_type="image/jpeg"),)
        return (Attachment(self.voice_url),) if self.voice_url else ()


class _Event(_Part):
    event_name: Written = ""
    message: _Message = _Message()


def read(raw: object) -> Heard:
    """Read one event, as it was parsed from JSON."""
    inner = raw.get("result", raw) if isinstance(raw, dict) else raw
    try:
        event = _Event.model_validate(inner)
    except ValidationError as error:
        places = {".".join(map(str, fault["loc"])) or "event" for fault in error.errors(include_input=False)}
        return Ignored(f"not understood: {', '.join(sorted(places)[:3])}", strange=True)
    kind, message = _RECEIVED.fullmatch(event.event_name), event.message
    if kind is None:
        return Ignored(f"event {event.event_name[:40]!r}", strange=True)
    if message.sender.is_bot:
        return Ignored("no person")
    if not message.chat.id or not message.message_id:
        return Ignored("a message without a chat or without an id", strange=True)
    return Said(message.message_id[:KEY_CHARACTERS], message.chat.id, _incoming(kind[1], message))


def _incoming(kind: str, message: _Message) -> Incoming:
    group = message.chat.chat_type != "PRIVATE"
    words = (message.caption if kind == "image" else message.text).strip()
    if group:  # there the bot hears only what begins with its name, or answers it
        words = _MENTION.sub("", words)
    if kind == "text" or (kind == "image" and words):
        return Incoming(Kind.TEXT, words, group=group, files=message.files)
    return Incoming(Kind.FILE if message.files else Kind.OTHER, group=group, files=message.files)

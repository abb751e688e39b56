"""What a Telegram update says: the raw JSON → one of five things that can have happened. Pure, and it never raises.

The shapes are those of the Bot API ("Getting updates", "Available types"). Only the fields that matter are read, so
that whatever Telegram adds later does no harm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from handlers.messages import Attachment, Incoming, Kind

UPDATES = ("message", "callback_query", "my_chat_member")
"""The kinds of updates that we ask Telegram for."""
PRIVATE = "private"
KEY_CHARACTERS, NAME_CHARACTERS = 100, 200  # of an album's number, which has 17 digits; of a file's name
# What a message can carry that has bytes, most telling first (an animation comes as a document too); other things.
_FILES = ("photo", "animation", "document", "voice", "video", "video_note", "audio")
_THINGS = frozenset(
    {
        *("sticker", "location", "venue", "dice", "game", "poll", "story", "paid_media", "checklist", "live_photo"),
        *("web_app_data", "users_shared", "chat_shared", "invoice", "giveaway"),
    }
)
_PRESENT = frozenset({"member", "administrator", "creator", "restricted"})
_ABSENT = frozenset({"left", "kicked"})
_COMMAND = re.compile(r"(/\w+)@(\w+)")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself: its id and its name without the at sign."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody spoke to the bot: a new event. `query`: the id of a tap, which waits for an answer."""

    key: str
    address: str
    incoming: Incoming
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """The bot was blocked, or removed from a group."""

    address: str


@dataclass(frozen=True, slots=True)
class Back:
    """The bot was let in again."""

    address: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """A group became a supergroup and has another address now."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing that concerns the bot; `strange` when the platform sent what it should not."""

    why: str
    strange: bool = False


Heard = Said | Left | Back | Migrated | Ignored


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class _Chat(_Part):
    id: int
    type: str = PRIVATE


class _User(_Part):
    id: int
    is_bot: bool = False


class _Entity(_Part):
    type: str = ""
    user: _User | None = None


class _File(_Part):
    file_id: str
    file_name: str = ""
    file_size: int | None = None
    mime_type: str = ""

    def attachment(self, media_type: str = "") -> Attachment:
        return Attachment(self.file_id, self.file_name[:NAME_CHARACTERS], self.file_size, self.mime_type or media_type)


class _Contact(_Part):
    phone_number: str = ""
    user_id: int | None = None


class _Answered(_Part):
    message_id: int = 0
    sender: _User | None = Field(default=None, alias="from")


class _Message(_Part):
    model_config = ConfigDict(extra="allow")

    message_id: int = 0
    chat: _Chat
    date: float | None = None
    sender: _User | None = Field(default=None, alias="from")
    sender_chat: _Chat | None = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    media_group_id: str | None = None
    text: str | None = None
    caption: str | None = None
    entities: tuple[_Entity, ...] = ()
    caption_entities: tuple[_Entity, ...] = ()
    reply_to_message: _Answered | None = None
    photo: tuple[_File, ...] = ()
    animation: _File | None = None
    contact: _Contact | None = None
    document: _File | None = None
    voice: _File | None = None
    video: _File | None = None
    video_note: _File | None = None
    audio: _File | None = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None

    @property
    def address(self) -> str:
        """The chat, and the topic in it if it has topics."""
        return f"{self.chat.id}:{self.message_thread_id}" if self.is_topic_message else str(self.chat.id)

    @property
    def is_group(self) -> bool:
        return self.chat.type != PRIVATE

    def by(self, user: _User | None) -> str | None:
        """The private chat of who did something in a group: its id is the user's (Bot API, Chat)."""
        return str(user.id) if self.is_group and user is not None and not user.is_bot else None

    @property
    def files(self) -> tuple[Attachment, ...]:
        """What it carries, at most one thing; of a photo the largest size, which comes last."""
        if self.photo:
            return (self.photo[-1].attachment("image/jpeg"),)  # its type is not told (Bot API, PhotoSize)
        found: list[_File | None] = [getattr(self, name) for name in _FILES[1:]]
        return tuple(file.attachment() for file in found if file is not None)[:1]

    @property
    def carries_things(self) -> bool:
        return self.contact is not None or not _THINGS.isdisjoint(self.model_extra or ())

    @property
    def own_phone(self) -> str | None:
        """The sender's number, if they shared it themselves: only then Telegram names them in the contact."""
        shared, sender = self.contact, self.sender
        if shared is None or sender is None or shared.user_id != sender.id or self.is_group:
            return None
        return shared.phone_number


class _Query(_Part):
    id: str
    data: str | None = None
    message: _Message | None = None
    sender: _User | None = Field(default=None, alias="from")


class _Member(_Part):
    status: str = ""


class _Membership(_Part):
    chat: _Chat
    new_chat_member: _Member


class _Update(_Part):
    update_id: int
    message: _Message | None = None
    callback_query: _Query | None = None
    my_chat_member: _Membership | None = None


def number_of(raw: object) -> int | None:
    """The number of an update, by which the next ones are asked for; None when it has none."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def read(raw: object, me: Me) -> Heard:
    """Read one update, as it was parsed from JSON."""
    try:
        update = _Update.model_validate(raw)
    except ValidationError as error:
        places = {".".join(map(str, fault["loc"])) or "update" for fault in error.errors(include_input=False)}
        return Ignored(f"not understood: {', '.join(sorted(places)[:3])}", strange=True)
    if update.message is not None:
        return _message(update.update_id, update.message, me)
    if update.callback_query is not None:
        return _tap(update.update_id, update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    assert isinstance(raw, dict)
    kinds = ", ".join(sorted(str(key)[:40] for key in raw if key != "update_id")[:3])
    return Ignored(kinds or "empty", strange="edited_message" not in raw)


def _message(number: int, message: _Message, me: Me) -> Heard:
    if message.migrate_to_chat_id is not None:
        return Migrated(str(message.chat.id), str(message.migrate_to_chat_id))
    if message.migrate_from_chat_id is not None:
        return Migrated(str(message.migrate_from_chat_id), str(message.chat.id))
    if message.chat.type == "channel" or (message.sender and message.sender.is_bot and not message.sender_chat):
        return Ignored("no person")
    if message.text is None and not message.files and not message.carries_things:
        return Ignored("service message")
    if message.is_group and not _addressed(message, me):
        return Ignored("not for the bot")
    # The parts of an album come as so many updates; the first that is taken in speaks for all of them.
    key = (
        str(number)
        if message.media_group_id is None
        else f"album:{message.chat.id}:{message.media_group_id[:KEY_CHARACTERS]}"
    )
    return Said(key, message.address, replace(_incoming(message, me), by=message.by(message.sender)))


def _incoming(message: _Message, me: Me) -> Incoming:
    words, files = message.caption if message.text is None else message.text, message.files
    if words and words.strip():
        return Incoming(Kind.TEXT, _for_us(words, me, group=message.is_group), group=message.is_group, files=files)
    if message.text is not None:
        return Incoming(Kind.TEXT, "", group=message.is_group)
    if message.contact is not None:
        return Incoming(Kind.CONTACT, group=message.is_group, phone=message.own_phone)
    return Incoming(Kind.FILE if files else Kind.OTHER, group=message.is_group, files=files)


def _addressed(message: _Message, me: Me) -> bool:
    """Tell whether a message in a group is meant for the bot: a command, a mention, or an answer to it."""
    words = (message.caption if message.text is None else message.text) or ""
    command = _COMMAND.match(words)
    if words.startswith("/"):
        return command is None or command[2].casefold() == me.username.casefold()
    answered = message.reply_to_message
    if answered is not None and answered.sender is not None and answered.sender.id == me.id:
        # In a topic every message seems to answer the one that opened it. The bot opens topics for conversations with
        # the officials alone: there everything is for it, but what answers a colleague.
        return message.is_topic_message or answered.message_id != message.message_thread_id
    if me.username and _mention(me).search(words):
        return True
    entities = (*message.entities, *message.caption_entities)
    return any(entity.user is not None and entity.user.id == me.id for entity in entities)


def _mention(me: Me) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)@{re.escape(me.username)}(?!\w)", re.IGNORECASE)


def _for_us(words: str, me: Me, *, group: bool) -> str:
    """Take the bot's own name out of what was said to it."""
    command = _COMMAND.match(words)
    if command is not None and command[2].casefold() == me.username.casefold():
        return command[1] + words[command.end() :]
    return _mention(me).sub(" ", words).strip() if group and me.username else words


def _tap(number: int, query: _Query) -> Heard:
    if query.data is None or query.message is None:
        return Ignored("a tap without a chat or without data", strange=True)
    message = query.message
    # A message that is too old to be reached comes with the date 0 (Bot API, InaccessibleMessage).
    tapped = None if message.date == 0 or not message.message_id else str(message.message_id)
    incoming = Incoming(Kind.TAP, query.data, tapped, message.is_group, by=message.by(query.sender))
    return Said(str(number), message.address, incoming, query.id)


def _membership(change: _Membership) -> Heard:
    status, address = change.new_chat_member.status, str(change.chat.id)
    if status in _ABSENT:
        return Left(address)
    return Back(address) if status in _PRESENT else Ignored(f"status {status[:20]}", strange=True)

"""How a reply becomes messages on Telegram: its files first, then its text in parts; one file takes a short text along.

A PNG or JPEG goes as a photo, so that it is seen in the chat, everything else as a document under its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from telegram import InputFile

from bot.channels.base import Outgoing, OutgoingFile
from bot.channels.split import utf16
from bot.channels.telegram.rendering import as_plain, in_parts
from knowledge.media import Media

CAPTION_UNITS = 1024  # UTF-16 units under a file (Bot API, sendDocument); tags are counted too, to be safe
PHOTO_BYTES = 10 << 20  # Bot API, sendPhoto: a larger picture is a document
PHOTOS = (Media.PNG, Media.JPEG)


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a reply: a part of its text, or a file with or without words under it."""

    text: str
    file: OutgoingFile | None = None

    def call(self, *, html: bool, photo: bool) -> tuple[str, dict[str, Any]]:
        """Give the method of the Bot API that sends it and what that is given; `photo`: show a picture as one."""
        text, mode = (self.text, "HTML") if html else (as_plain(self.text), None)
        if self.file is None:
            return "sendMessage", {"text": text, "parse_mode": mode}
        words = {"caption": text or None, "parse_mode": mode if text else None}
        field, method = ("photo", "sendPhoto") if photo and _is_photo(self.file) else ("document", "sendDocument")
        return method, {field: InputFile(self.file.content, filename=self.file.name), **words}


def parts(message: Outgoing) -> list[Part]:
    """Cut a message into what Telegram takes at a time; the last one gets the buttons."""
    texts = in_parts(message.reply.text, repeated=message.repeated and message.reply.edits is None)
    if len(message.files) == 1 and len(texts) == 1 and utf16(texts[0]) <= CAPTION_UNITS:
        return [Part(texts[0], message.files[0])]
    return [*(Part("", file) for file in message.files), *map(Part, texts)]


def _is_photo(file: OutgoingFile) -> bool:
    return file.media_type in PHOTOS and len(file.content) <= PHOTO_BYTES

"""How a reply looks on Zalo: plain text in parts that fit, choices with numbers or, where they are on, real buttons."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from bot.channels.base import REPEATED, Outgoing, OutgoingFile
from bot.channels.plain import plain_text, with_numbers
from bot.channels.split import split, utf16
from bot.channels.zalo.oa_reading import ANONYMOUS
from handlers.messages import Button, Reply
from knowledge.media import Media

log = logging.getLogger(__name__)

TEXT_CHARACTERS = 2000  # of one message (Zalo, consultation message); more is refused with -210
BUTTONS_MOST, TITLE_CHARACTERS = 5, 100  # of one message; of one button
WORDS_CHARACTERS = 500  # under a title: of the form that asks for a contact, of a list
LINES_MOST, SHORT = 5, 30  # of a list, its heading with them; characters of a label that a button shows whole
IMAGE_BYTES, FILE_BYTES = 1 << 20, 5 << 20  # Zalo, upload/image and upload/file
IMAGES = (Media.PNG, Media.JPEG)
DOCUMENTS = (".pdf", ".doc", ".docx")  # by the names that upload/file takes


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a reply: a part of its text with or without buttons, or a file with or without words.

    `heading`: the title and the words over a list, whose lines are the buttons.
    """

    text: str
    file: OutgoingFile | None = None
    buttons: tuple[Button, ...] = ()
    asks: Asks | None = None
    heading: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Asks:
    """Zalo's own form that asks for somebody's contact: its title, the words under it, the address of its picture."""

    title: str
    words: str
    picture: str


def parts(message: Outgoing, *, buttons: bool, picture: str = "") -> list[Part]:
    """Cut a message into what Zalo takes at a time: files first, then the text, its choices under the last part.

    A file of a kind that Zalo does not take is left out with a line in the log; the words still go.
    """
    reply = message.reply
    if reply.asks_phone:
        *before, words = in_parts(reply, repeated=message.repeated)
        if len(words) > WORDS_CHARACTERS:
            before, words = [*before, words], reply.asks_phone
        return [*map(Part, before), Part("", asks=Asks(reply.asks_phone[:TITLE_CHARACTERS], words, picture))]
    given = tuple(button for row in reply.buttons for button in row)
    real = given if buttons and len(given) <= BUTTONS_MOST else ()
    texts = in_parts(reply, repeated=message.repeated, numbered=not real)
    files = [file for file in message.files if _is_taken(file)]
    if len(files) == 1 and len(texts) == 1 and is_image(files[0]) and not real:
        return [Part(texts[0], files[0])]
    worded = [*map(Part, texts[:-1]), _listed(texts, real) or Part(texts[-1], buttons=real)]
    return [*(Part("", file) for file in files), *worded]


def _listed(texts: list[str], buttons: tuple[Button, ...]) -> Part | None:
    """Lay choices whose labels are too long for buttons out as a list, where all of it fits into one."""
    if len(texts) > 1 or len(buttons) >= LINES_MOST or max((len(one.label) for one in buttons), default=0) <= SHORT:
        return None
    title, _, words = texts[0].partition("\n")
    if not words.strip() or len(title) > TITLE_CHARACTERS or len(words) > WORDS_CHARACTERS:
        return None
    return Part("", buttons=buttons, heading=(title, words))


def in_parts(reply: Reply, *, repeated: bool = False, numbered: bool = True) -> list[str]:
    """Write a reply as plain text in parts that fit, with its choices numbered; a repeat is marked."""
    written = with_numbers(reply) if numbered else plain_text(reply.text)
    if repeated:
        written = f"{REPEATED} {written}"
    cut = split(written, TEXT_CHARACTERS, length=utf16, markup=False)
    return [part for part in cut if part.strip()] or cut[:1]


def recipient(address: str) -> dict[str, str]:
    """Name somebody to Zalo: by their id, or as whoever is not logged in."""
    first, _, rest = address.partition(":")
    if first == ANONYMOUS:
        who, _, conversation = rest.partition(":")
        return {"anonymous_id": who, "conversation_id": conversation}
    return {"user_id": address}


def message_of(part: Part, uploaded: str | None) -> dict[str, Any]:
    """Write the message of a part; `uploaded`: what Zalo gave for its file."""
    text = {"text": part.text} if part.text else {}
    if part.file is not None:
        return text | {"attachment": _attachment(part.file, uploaded)}
    if part.asks is not None:
        told = {"title": part.asks.title, "subtitle": part.asks.words, "image_url": part.asks.picture}
        element = {key: said for key, said in told.items() if said}
        payload = {"template_type": "request_user_info", "elements": [element]}
        return {"attachment": {"type": "template", "payload": payload}}
    if part.heading is not None:
        title, words = part.heading
        elements = [{"title": title, "subtitle": words}, *map(_line, part.buttons)]
        return {"attachment": {"type": "template", "payload": {"template_type": "list", "elements": elements}}}
    if part.buttons:
        laid = [
            {"title": button.label[:TITLE_CHARACTERS], "type": "oa.query.hide", "payload": f"#{button.action}"}
            for button in part.buttons
        ]
        return text | {"attachment": {"type": "template", "payload": {"buttons": laid}}}
    return text


def _line(button: Button) -> dict[str, Any]:
    action = {"type": "oa.query.hide", "payload": f"#{button.action}"}
    return {"title": button.label[:TITLE_CHARACTERS], "default_action": action}


def is_image(file: OutgoingFile) -> bool:
    """Tell whether a file goes as a picture."""
    return file.media_type in IMAGES and len(file.content) <= IMAGE_BYTES


def _attachment(file: OutgoingFile, uploaded: str | None) -> dict[str, Any]:
    if is_image(file):
        element = {"media_type": "image", "attachment_id": uploaded}
        return {"type": "template", "payload": {"template_type": "media", "elements": [element]}}
    return {"type": "file", "payload": {"token": uploaded}}


def _is_taken(file: OutgoingFile) -> bool:
    if is_image(file) or (file.name.lower().endswith(DOCUMENTS) and len(file.content) <= FILE_BYTES):
        return True
    log.warning("Zalo takes no file of this kind or size (%s, %d bytes)", file.media_type, len(file.content))
    return False

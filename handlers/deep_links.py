"""Links and QR codes that open the chat on a procedure: what they carry, and what they open.

What Telegram passes on is at most 64 of A–Z, a–z, 0–9, _ and - (Bot API, deep linking); a code's dots become dashes.
"""

from __future__ import annotations

from urllib.parse import quote

from handlers.agency import Agency
from handlers.catalogue import procedures
from handlers.messages import Turn
from handlers.rooms import Room
from handlers.talk import Talk
from handlers.texts import Words
from knowledge.catalogue import Procedure, national_part

PREFIX = "p_"


def payload(procedure: Procedure) -> str:
    """Write what a link to a procedure carries: its national code where it has one, which outlives editions."""
    name = (procedure.code and national_part(procedure.code)) or procedure.id
    return PREFIX + name.replace(".", "-")


def links(agency: Agency, public_url: str, procedure: Procedure) -> dict[str, str]:
    """Give the links that open the chat on a procedure, by channel; Zalo has none of its own and uses the page."""
    carried, found = payload(procedure), {}
    if public_url:
        found["web"] = f"{public_url.rstrip('/')}/chat?start={quote(carried)}"
    if agency.telegram_url:
        found["telegram"] = f"{agency.telegram_url.rstrip('/')}?start={quote(carried)}"
    return found


def poster_words(say: Words, channel: str) -> tuple[str, list[str]]:
    """Word a poster: what to do with its code, and what it is good for."""
    notes = [say.plain("poster.notes")]
    return say.plain("poster.call"), [*notes, say.plain("poster.zalo")] if channel == "web" else notes


def _open(talk: Talk) -> Turn | None:
    """Open the procedure that a link carries; None for any other link, or one to a procedure that is gone."""
    if talk.shelf is None or not talk.text.startswith(PREFIX):
        return None
    wanted = talk.text.strip()
    entry = next((one for one in talk.shelf.edition.procedures if wanted in _names(one)), None)
    return None if entry is None else procedures.show(talk, entry)


def _names(procedure: Procedure) -> tuple[str, str]:
    return payload(procedure), PREFIX + procedure.id.replace(".", "-")


ROOM = Room("deep_links", links=_open)

"""What every room of the conversation works with: who asks, in which language, what is at hand, and how to answer."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.actions import action
from handlers.agency import Agency
from handlers.catalogue.library import Shelf
from handlers.messages import Attachment, Button, Reply, Session, Turn
from handlers.texts import Words, words
from knowledge.vietnamese import nfc
from storage import accounts
from storage.accounts import Account
from storage.database import Connection

Rows = Sequence[Sequence[Button]]


@dataclass(frozen=True, slots=True)
class Talk:
    """One turn of a conversation as a room sees it.

    `now` is local time; `shelf` is None without a catalogue; `group`: it is said before others; `files`: what came with
    the message (a turn does not fetch it: it orders a job, see `Attachment`); the rest: see `Incoming`.
    """

    tx: Connection
    account: Account
    text: str
    session: Session
    now: datetime
    agency: Agency
    shelf: Shelf | None
    say: Words
    group: bool = False
    files: tuple[Attachment, ...] = ()
    phone: str | None = None
    network: str | None = None
    by: str | None = None
    message: str | None = None
    claimed: str | None = None

    @property
    def language(self) -> str:
        """The language of this turn."""
        return self.say.language

    def button(self, label: str, verb: str, *arguments: str) -> Button:
        """Make a button with one of our labels."""
        return Button(self.say.plain(f"button.{label}"), action(verb, *arguments))

    def answer(self, text: Markup, buttons: Rows = (), *, done: str = "answered", **session: Any) -> Turn:
        """Answer with one message and the session changed in these fields."""
        reply = Reply(text, tuple(tuple(row) for row in buttons if row))
        return Turn((reply,), replace(self.session, **session), done=done)

    def agency_name(self) -> str:
        """Name the agency in the language of this turn."""
        return self.agency.called(self.language)

    def agency_short(self) -> str:
        """Name the agency as it fits into a sentence."""
        return self.agency_name() if self.language == "en" else self.agency.short_name or self.agency.name

    def local(self, at: datetime) -> datetime:
        """Turn a stored time into the agency's local time."""
        return at.astimezone(ZoneInfo(self.agency.timezone))

    def day(self, at: datetime) -> str:
        """Write the day of a stored time."""
        return self.local(at).strftime("%d/%m/%Y")

    def moment(self, at: datetime) -> str:
        """Write a stored time as people read it; midnight exactly is a day without an hour."""
        local = self.local(at)
        pattern = "%d/%m/%Y" if (local.hour, local.minute) == (0, 0) else "%H:%M, %d/%m/%Y"
        return local.strftime(pattern)


def written_to(agency: Agency, tx: Connection, account_id: int, now: datetime) -> Talk | None:
    """Give the view in which a notice to this account is worded; None when the account is no longer there."""
    found = accounts.by_id(tx, account_id)
    if found is None:
        return None
    local = now.astimezone(ZoneInfo(agency.timezone))
    return Talk(tx, found[0], "", Session(), local, agency, None, words(found[0].language))


def lines(parts: Iterable[Markup | str]) -> Markup:
    """Put texts under each other, leaving out the empty ones."""
    return Markup("\n").join(part for part in parts if part)


def in_rows(buttons: Iterable[Button], across: int) -> list[list[Button]]:
    """Lay buttons out, so many across."""
    listed = list(buttons)
    return [listed[start : start + across] for start in range(0, len(listed), across)]


def clean(text: str) -> str:
    """Make one normal text of what was typed: NFC, without control characters and such as have no width."""
    seen = (char for char in text if unicodedata.category(char) != "Cf")
    return nfc("".join(char if char == "\n" or char.isprintable() else " " for char in seen)).strip()

"""The harness of the stories: persons who write to the bot, and what they see.

Whatever happens in a story, `Chat` checks what always holds: one event, handled once and without a failure, a visible
answer in sound markup that says the same in the terminal, on the page and on Telegram, buttons that every channel can
carry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unicodedata import is_normalized

from bot.channels.plain import plain_text
from handlers.actions import parse
from handlers.agency import Agency
from handlers.conversation import FEEDBACK
from handlers.messages import ACTION_BYTES, Button, Incoming, Kind, Reply, Session
from handlers.rooms import Room
from storage import accounts
from storage.accounts import Saved
from storage.database import Database
from tests.stories.office import COMPLETE, LACKING, PHONE, Clock, Office, edition
from tests.stories.renderers import check_alike

__all__ = ["COMPLETE", "LACKING", "PHONE", "Chat", "edition", "open_office"]

LABEL_MOST = 100  # characters of a button: more cannot be read on a telephone
TAG = re.compile(r"<(/?)([^\s<>/]*)[^<>]*>")


class Chat:
    """One person's conversation with the bot."""

    def __init__(self, office: Office, name: str) -> None:
        self.office = office
        self.name = name
        self.heard: list[Reply] = []
        self.offered: list[Button] = []

    @property
    def clock(self) -> Clock:
        """The clock of the bot."""
        return self.office.clock

    @property
    def last(self) -> str:
        """What the bot said last, as it is read: without markup."""
        return "\n\n".join(plain_text(reply.text) for reply in self.heard)

    @property
    def markup(self) -> str:
        """What the bot said last, as it is stored."""
        return "\n\n".join(str(reply.text) for reply in self.heard)

    def says(self, text: str) -> Chat:
        return self._does(Incoming(Kind.TEXT, text))

    def taps(self, label: str) -> Chat:
        """Tap the button of that label among those on the screen."""
        assert label in self.buttons(), f"no button {label!r} among {self.buttons()}"
        return self.presses(next(button.action for button in self.offered if button.label == label))

    def presses(self, action: str) -> Chat:
        """Send a button's action, be it old or forged."""
        return self._does(Incoming(Kind.TAP, action))

    def sends_file(self, name: str = "ban-ve.pdf") -> Chat:
        return self._does(Incoming(Kind.FILE, name))

    def shares(self, phone: str | None) -> Chat:
        """Share a telephone number; None: one that the platform does not vouch for."""
        return self._does(Incoming(Kind.CONTACT, phone=phone))

    def in_group(self, text: str) -> Chat:
        """Say something before others."""
        return self._does(Incoming(Kind.TEXT, text, group=True))

    def sends_sticker(self) -> Chat:
        return self._does(Incoming(Kind.OTHER))

    def tries(self, text: str) -> None:
        """Say something whose turn will fail; it waits for another try."""
        self.heard = self.office.receives(self.name, Incoming(Kind.TEXT, text))
        assert self.heard == []

    def waits(self) -> Chat:
        """Let the bot take up what failed before."""
        self.clock.moves(minutes=1)
        return self._hears(self.office.looks_again(self.name))

    def taps_after(self, text: str, label: str) -> Chat:
        return self.says(text).taps(label)

    def choices(self) -> list[str]:
        """List the labels of the procedures on the screen."""
        return [button.label for button in self.offered if button.action.split(":")[1] in ("show", "part")]

    def topic(self) -> str | None:
        """Tell what the conversation is about."""
        found = self.office.reads(lambda tx: accounts.by_lane(tx, self.office.lane(self.name)))
        assert found is not None
        assert found[1] is not None
        return Session.from_json(found[1].state or "").topic

    def forgets(self, *, version: int, state: str) -> None:
        """Replace the saved state of the conversation."""
        with self.office.database.transaction() as tx:
            found = accounts.by_lane(tx, self.office.lane(self.name))
            assert found is not None
            accounts.save_state(tx, found[0].id, Saved(version, state), now=self.clock())

    def restarts(self) -> None:
        self.office.restarts()

    def as_person(self, name: str) -> Chat:
        """Give the conversation of somebody else with the same bot."""
        return Chat(self.office, name)

    def buttons(self) -> list[str]:
        """List the labels on the screen."""
        return [button.label for button in self.offered]

    def sees(self, *texts: str) -> Chat:
        for text in texts:
            assert text in self.last, f"{text!r} is missing in:\n{self.last}"
        return self

    def sees_not(self, *texts: str) -> Chat:
        for text in texts:
            assert text not in self.last, f"{text!r} stands in:\n{self.last}"
        return self

    def _does(self, incoming: Incoming) -> Chat:
        before = self.office.counts()[0]
        heard = self.office.receives(self.name, incoming)
        assert self.office.counts() == (before + 1, 0, 0), "one event, done, every reply sent"
        return self._hears(heard)

    def _hears(self, heard: list[Reply]) -> Chat:
        assert heard, "the bot was silent"
        self.heard = heard
        for reply in heard:
            _check(reply)
            if reply.buttons:
                self.offered = [button for row in reply.buttons for button in row]
        return self


def _check(reply: Reply) -> None:
    """Check what holds of every reply, also as each channel shows it."""
    check_alike(reply)
    assert is_normalized("NFC", str(reply.text))
    assert reply.text == reply.text.strip()
    open_tags: list[str] = []
    for closing, name in TAG.findall(str(reply.text)):
        assert name in ("b", "i"), f"markup that no channel knows: {reply.text}"
        if closing:
            assert open_tags.pop() == name, f"crossed markup: {reply.text}"
        else:
            open_tags.append(name)
    assert open_tags == [], f"open markup: {reply.text}"
    for button in (button for row in reply.buttons for button in row):
        assert len(button.action.encode()) <= ACTION_BYTES
        assert parse(button.action) is not None
        assert 0 < len(button.label) <= LABEL_MOST, button.label
        assert "<" not in button.label


@contextmanager
def open_office(
    database: Database,
    agency: Agency = COMPLETE,
    *,
    sample: str | None = None,
    ships: bool = True,
    rooms: Sequence[Room] = (FEEDBACK,),
    channel: str = "test",
) -> Iterator[Office]:
    """Run a bot over a database; `sample` marks its dossiers as illustrative, `ships` loads the catalogue."""
    office = Office(database, agency, sample=sample, ships=ships, rooms=rooms, channel=channel)
    try:
        yield office
    finally:
        office.close()

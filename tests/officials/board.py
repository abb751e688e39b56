"""The whole bot over one database, with a platform that keeps what people send and collects what they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from bot.app import App, running
from bot.channels.base import Outgoing
from bot.channels.plain import plain_text
from bot.settings import load
from handlers.messages import Attachment, Incoming, Kind
from knowledge.errors import Unusable
from storage import accounts
from storage.accounts import lane_of
from storage.events import NewEvent
from storage.officials import register as officials
from storage.officials.register import Role
from tests.cli.motcua import put_key
from tests.stories.renderers import check_alike

MONDAY_MORNING = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 10:00 in Viet Nam, the day before a holiday


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = MONDAY_MORNING

    def __call__(self) -> datetime:
        return self.now

    def moves(self, **by: float) -> None:
        self.now += timedelta(**by)


class Platform:
    """A platform with files; what it is told is rendered for each real channel as well."""

    name = "test"

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.sent: list[Outgoing] = []

    async def send(self, message: Outgoing) -> str | None:
        """Take a message, which must say the same on every channel that there is."""
        check_alike(message.reply)
        self.sent.append(message)
        return f"m{len(self.sent)}"

    async def fetch(self, reference: str, most: int) -> bytes:
        assert most > 0
        if reference not in self.files:
            raise Unusable("gone")
        return self.files[reference]


@dataclass
class Person:
    """Somebody who talks to the bot."""

    app: App
    platform: Platform
    name: str
    heard: list[Outgoing] = field(default_factory=list)

    async def says(self, text: str) -> str:
        return await self._does(Incoming(Kind.TEXT, text))

    async def presses(self, label: str) -> str:
        """Press the button of this label that was shown last."""
        shown = [one for message in self.heard for row in message.reply.buttons for one in row if one.label == label]
        return await self._does(Incoming(Kind.TAP, shown[-1].action))

    async def taps(self, action: str) -> str:
        return await self._does(Incoming(Kind.TAP, action))

    async def sends(self, content: bytes | None, name: str = "hồ sơ.csv", words: str = "") -> str:
        """Send a file; None: one that is gone when the bot looks for it."""
        reference = f"file {len(self.platform.files)}"
        if content is not None:
            self.platform.files[reference] = content
        sent = (Attachment(reference, name, None if content is None else len(content)),)
        return await self._does(Incoming(Kind.TEXT if words else Kind.FILE, words, files=sent))

    async def _does(self, incoming: Incoming) -> str:
        before = len(self.platform.sent)
        await self.app.receive("test", self.name, incoming)
        await self.app.finish("test", self.name)
        mine = [one for one in self.platform.sent[before:] if one.address == self.name]
        self.heard += mine
        return "\n".join(plain_text(one.reply.text) for one in mine)

    async def becomes(self, role: Role) -> None:
        """Be linked by an invite."""

        def link() -> None:
            with self.app.database.transaction() as tx:
                now = self.app.clock()
                lane = lane_of(self.app.database.vault, "test", self.name)
                who = accounts.ensure(tx, channel="test", address=self.name, lane=lane, now=now)
                _, code = officials.invite_new(tx, role, self.name, now, now + timedelta(days=1))
                found = officials.open_invite(tx, code, now)
                assert found is not None
                assert officials.accept(tx, found, who, now)

        link()


class Board:
    """The office, its clock and its platform."""

    def __init__(self, app: App, platform: Platform, clock: Clock) -> None:
        self.app, self.platform, self.clock = app, platform, clock

    def person(self, name: str) -> Person:
        return Person(self.app, self.platform, name)

    def told(self, name: str) -> str:
        """Give everything that somebody was sent."""
        return "\n".join(plain_text(one.reply.text) for one in self.platform.sent if one.address == name)

    async def settle(self) -> None:
        """Let what is queued for others leave."""
        await self.app.delivery.idle()

    async def happens(self, kind: str) -> None:
        """Let a moment of the clock come."""
        lane = self.app.database.vault.digest("moment", kind)
        assert await self.app.turns.take(NewEvent("clock", uuid4().hex, kind, "{}", lane))
        await self.app.turns.idle()
        await self.settle()


@asynccontextmanager
async def board(engine_url: str, folder: Path, **settings: str) -> AsyncIterator[Board]:
    """Run the bot of the demo profile while the block runs."""
    folder.mkdir(exist_ok=True)
    put_key(folder)
    environment = {"MOTCUA_DATABASE__URL": engine_url, "MOTCUA_DATABASE__KEY_FILE": str(folder / "var" / "key")}
    clock, platform = Clock(), Platform()
    async with running(load(None, environment | settings), [platform], clock=clock) as app:
        yield Board(app, platform, clock)

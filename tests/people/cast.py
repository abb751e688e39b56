"""The whole bot with all its channels: people with several telephones, officials, and what each of them reads.

Everything that leaves is read as the real renderer of its channel shows it, and must say the same on every other one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import select

from bot.app import App
from bot.channels.base import Outgoing, OutgoingFile
from bot.channels.telegram.channel import OPENS
from bot.delivery import Delivery
from bot.jobs import Jobs
from bot.schedule import Schedule
from bot.store import Store
from bot.turns import Served, Turns
from bot.work import handover_file
from bot.work.attachments import Attachments
from handlers import linking
from handlers.catalogue.library import Library
from handlers.conversation import FEEDBACK, Conversation
from handlers.dossiers import follow_notices
from handlers.handover import notices as handover_notices
from handlers.handover import relay as handover
from handlers.intake import batches as intake
from handlers.messages import Attachment, Button, Incoming, Kind, Reply
from handlers.officials import room as officials_room
from handlers.turn import Handlers, Work
from knowledge.errors import DeliveryError, Moved, Unusable
from storage import accounts, files, web_rows, zalo_contacts
from storage.accounts import lane_of
from storage.database import Connection, Database
from storage.events import NewEvent
from storage.officials import register as officials
from storage.officials.register import Role
from storage.schema import audit
from tests.stories.office import COMPLETE
from tests.stories.renderers import RENDERERS, check_alike

T = TypeVar("T")

MONDAY_MORNING = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 10:00 in Viet Nam, the day before a holiday
DOSSIERS = "dossiers"  # the kind of events that bring dossiers
CHANNELS = ("telegram", "zalo_oa", "zalo_bot", "web", "terminal")


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = MONDAY_MORNING

    def __call__(self) -> datetime:
        return self.now

    def moves(self, **by: float) -> None:
        self.now += timedelta(**by)

    def stands_at(self, day: int, hour: int, minute: int = 0) -> None:
        """Set a local time in November 2026."""
        self.now = datetime.combine(datetime(2026, 11, day), time(hour, minute), UTC) - timedelta(hours=7)


class Platform:
    """A channel's platform: keeps what people send, collects what they are sent, and fails where it is told to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.files: dict[str, bytes] = {}
        self.sent: list[Outgoing] = []
        self.faults: dict[str, DeliveryError] = {}
        self.topics = 40

    async def send(self, message: Outgoing) -> str | None:
        if message.address in self.faults:
            raise self.faults[message.address]
        chat, opens, _ = message.address.partition(OPENS)
        if opens:  # as `bot.channels.telegram.channel` opens a topic
            self.topics += 1
            raise Moved(f"{chat}:{self.topics}")
        assert not message.repeated
        self.sent.append(message)
        return f"m{len(self.sent)}"

    async def fetch(self, reference: str, most: int) -> bytes:
        content = self.files.get(reference)
        if content is None:
            raise Unusable("gone")
        if len(content) > most:
            raise Unusable("too_big")
        return content


class Page(Platform):
    """The web page, whose rows are fetched."""

    def turned(self, lane: str) -> None:
        """Wake nobody: the test looks by itself."""


@dataclass
class Read:
    """A message as somebody read it."""

    words: str
    buttons: list[Button]
    files: tuple[OutgoingFile, ...]
    reply: Reply


@dataclass
class Phone:
    """Somebody's account in one channel."""

    cast: Cast
    channel: str
    address: str
    heard: list[Read] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    offered: list[Button] = field(default_factory=list)

    def says(self, text: str, *, group: bool = False) -> Phone:
        return self.does(Incoming(Kind.TEXT, text, group=group or self.is_group))

    def taps(self, label: str) -> Phone:
        """Press the button of this label that was shown last."""
        found = [one.action for one in self.offered if one.label == label]
        assert found, f"no button {label!r} among {[one.label for one in self.offered]}"
        return self.presses(found[-1])

    def presses(self, action: str) -> Phone:
        """Press a button, be it old or forged."""
        return self.does(Incoming(Kind.TAP, action, group=self.is_group))

    def sends(self, content: bytes, name: str, words: str = "") -> Phone:
        """Send a file."""
        return self.does(self.file(content, name, words))

    def file(self, content: bytes | None, name: str, words: str = "") -> Incoming:
        """Give a message with a file; None: one that is gone when the bot looks for it."""
        platform = self.cast.platforms[self.channel]
        reference = f"file {len(platform.files)} {name}"
        if content is not None:
            platform.files[reference] = content
        sent = (Attachment(reference, name, None if content is None else len(content)),)
        return Incoming(Kind.TEXT if words else Kind.FILE, words, group=self.is_group, files=sent)

    @property
    def is_group(self) -> bool:
        return self.address.startswith("-")

    def does(self, incoming: Incoming) -> Phone:
        self.cast.receives(self, incoming)
        return self.looks()

    def looks(self) -> Phone:
        """Look at what came since the last look."""
        self.heard = [self._read(one) for one in self.cast.unread(self)]
        self.log += [read.words for read in self.heard]
        self.offered += [button for read in self.heard for button in read.buttons]
        return self

    def _read(self, message: Outgoing) -> Read:
        check_alike(message.reply)
        words, labels = RENDERERS[self.channel](message.reply)
        buttons = [button for row in message.reply.buttons for button in row]
        assert labels == [button.label for button in buttons]
        return Read(words.strip(), buttons, message.files, message.reply)

    @property
    def last(self) -> str:
        return "\n\n".join(read.words for read in self.heard)

    def sees(self, *texts: str) -> Phone:
        for text in texts:
            assert text in self.last, f"{text!r} is missing in:\n{self.last}"
        return self

    def sees_not(self, *texts: str) -> Phone:
        for text in texts:
            assert text not in self.last, f"{text!r} stands in:\n{self.last}"
        return self

    def hears_nothing(self) -> Phone:
        assert self.looks().heard == [], f"{self.channel} {self.address} heard:\n{self.last}"
        return self

    @property
    def lane(self) -> str:
        return lane_of(self.cast.database.vault, self.channel, self.address)

    @property
    def account(self) -> int:
        found = self.cast.reads(lambda tx: accounts.by_lane(tx, self.lane))
        assert found is not None
        return found[0].id

    def becomes(self, role: Role) -> Phone:
        """Be linked as an official by an invite."""
        with self.cast.database.transaction() as tx:
            now = self.cast.clock()
            who = accounts.ensure(tx, channel=self.channel, address=self.address, lane=self.lane, now=now)
            _, code = officials.invite_new(tx, role, self.address, now, now + timedelta(days=1))
            found = officials.open_invite(tx, code, now)
            assert found is not None
            assert officials.accept(tx, found, who, now)
        return self


class Cast:
    """The bot of one agency without a catalogue, its clock and its platforms."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock()
        self.platforms = {name: (Page if name == "web" else Platform)(name) for name in CHANNELS}
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._pages: dict[str, int] = {}
        self._places: dict[tuple[str, str], int] = {}
        self._runner.run(self._start())

    async def _start(self) -> None:
        """Compose a process as `bot.app` does; only the database is carried over to the next."""
        store, owner = Store(self.database), uuid4().hex
        delivery = Delivery(store, self.platforms, owner, self.clock)
        rooms = (FEEDBACK, officials_room.ROOM, linking.ROOM, handover.ROOM)
        conversation = Conversation(COMPLETE, Library(), None, rooms)
        work: dict[str, Work] = {DOSSIERS: intake.take_in, handover.WATCH: handover.watch}
        rules = {**follow_notices.rules(COMPLETE), **linking.rules(COMPLETE), **handover_notices.rules(COMPLETE)}
        handlers = Handlers(conversation, conversation.apologise, work, conversation.results, rules)
        turns = Turns(store, handlers, delivery, Served([*self.platforms, "clock"]), self.clock)
        fetched = Attachments(self.database, self.platforms, asyncio.get_running_loop())
        passing = partial(handover_file.work, self.database, fetched, self.clock)
        jobs = Jobs(store, {handover.FETCH: passing}, owner, self.clock, turns.wake)
        self.app = App(self.database, store, turns, delivery, jobs, Schedule(store, [], str, self.clock, turns.wake))

    async def _stop(self) -> None:
        await self.app.turns.close()
        await self.app.delivery.close()
        await self.app.store.close()

    def restarts(self) -> None:
        self._runner.run(self._stop())
        self._runner.run(self._start())

    def close(self) -> None:
        self._runner.run(self._stop())
        self._runner.close()

    def phone(self, channel: str, address: str) -> Phone:
        return Phone(self, channel, address)

    def receives(self, phone: Phone, incoming: Incoming) -> None:
        if phone.channel == "zalo_oa":  # as its webhook does
            self.writes(
                lambda tx: zalo_contacts.note(
                    tx, channel=phone.channel, address=phone.address, lane=phone.lane, now=self.clock()
                )
            )
        self._runner.run(self._receive(phone, incoming))

    async def _receive(self, phone: Phone, incoming: Incoming) -> None:
        await self.app.receive(phone.channel, phone.address, incoming)
        await self.app.finish(phone.channel, phone.address)

    def hears(self, phone: Phone, incoming: Incoming) -> None:
        """Take a message, and leave the long work that it orders."""

        async def take() -> None:
            await self.app.receive(phone.channel, phone.address, incoming)
            await self.app.turns.idle()

        self._runner.run(take())

    def settles(self) -> None:
        """Send what is due."""
        self._runner.run(self.app.turns.idle())

    def works(self) -> None:
        """Do the jobs that wait, and tell their results."""

        async def work() -> None:
            while await self.app.jobs.one():
                await self.app.turns.idle()

        self._runner.run(work())

    def happens(self, kind: str, body: str = "{}") -> None:
        """Let something happen that is of no conversation, such as a moment of the clock."""

        async def take() -> None:
            key = f"{kind}:{self.clock()}:{len(body)}"
            await self.app.turns.take(NewEvent("clock", key, kind, body, self.database.vault.digest(kind)))
            await self.app.turns.idle()

        self._runner.run(take())

    def unread(self, phone: Phone) -> list[Outgoing]:
        """Give what reached a phone since this was asked before."""
        if phone.channel == "web":
            rows = self.reads(lambda tx: web_rows.after(tx, phone.lane, self._pages.get(phone.address, 0), 100))
            self._pages[phone.address] = rows[-1].id if rows else self._pages.get(phone.address, 0)
            return [self._fetched(phone, Reply.from_json(row.body)) for row in rows]
        place = (phone.channel, phone.address)
        mine = [one for one in self.platforms[phone.channel].sent if one.address == phone.address]
        seen, self._places[place] = self._places.get(place, 0), len(mine)
        return mine[seen:]

    def _fetched(self, phone: Phone, reply: Reply) -> Outgoing:
        loaded = [(one.name, self.reads(partial(files.load, key=one.hash))) for one in reply.files]
        sent = tuple(OutgoingFile(name, kept.content, kept.media_type) for name, kept in loaded if kept is not None)
        return Outgoing(phone.address, reply, repeated=False, files=sent)

    def reads(self, job: Callable[[Connection], T]) -> T:
        with self.database.transaction() as tx:
            return job(tx)

    def writes(self, job: Callable[[Connection], object]) -> None:
        with self.database.transaction() as tx:
            job(tx)

    def trail(self) -> list[str]:
        """List what was done."""
        return list(self.reads(lambda tx: tx.execute(select(audit.c.action).order_by(audit.c.id)).scalars().all()))


@contextmanager
def cast(database: Database) -> Iterator[Cast]:
    """Run the bot while the block runs."""
    made = Cast(database)
    try:
        yield made
    finally:
        made.close()

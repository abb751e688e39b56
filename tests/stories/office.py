"""The bot of the stories: one agency over a real database, a clock that stands still, a channel that collects."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import func, select

from bot.channels.base import Outgoing
from bot.delivery import Delivery
from bot.settling import Limits
from bot.store import Store
from bot.turns import Served, Turns
from handlers.agency import Agency
from handlers.catalogue import library
from handlers.catalogue.library import Library
from handlers.conversation import FEEDBACK, Conversation
from handlers.dossiers import alarms, follow_notices
from handlers.intake import batches as intake_room
from handlers.messages import Incoming, Reply
from handlers.rooms import Room
from handlers.turn import Handlers, Work
from knowledge.calendar import Calendar
from knowledge.catalogue import Edition, load_edition
from knowledge.dossier import DossierRecord
from storage.accounts import lane_of
from storage.database import Connection, Database
from storage.dossiers import intake
from storage.dossiers.intake import Origin
from storage.events import NewEvent
from storage.schema import audit, event, outbox

T = TypeVar("T")

EDITION = "tien-giang-2020"
DOSSIERS = "dossiers"  # the kind of events that bring dossiers
MONDAY_MORNING = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 10:00 in Vietnam, the day before a new public holiday
HOURS = ((time(7), time(11, 30)), (time(13, 30), time(17)))
PHONE = re.compile(r"(?<!\d)(?:\+?84|0)(?:[\s.\-]?\d){8,10}(?!\d)")

LACKING = Agency(
    name="Ban Quản lý các khu công nghiệp Tiền Giang",
    name_en="",
    calendar=Calendar(HOURS),
    timezone="Asia/Ho_Chi_Minh",
    province_code="H58",
)
"""An agency of which nothing is known but its name."""

COMPLETE = replace(
    LACKING,
    name_en="Tien Giang Industrial Zones Authority",
    short_name="BQL các KCN Tiền Giang",
    address="Số 1 Đường Thử, Mỹ Tho",
    phone="0273 000 0000",
    email="thu@example.vn",
    hours="7 giờ đến 17 giờ, thứ Hai đến thứ Sáu",
    counter="Quầy 7, Trung tâm Phục vụ hành chính công",
    portal_url="motcua.example.vn",
)
"""An agency of which everything is known; its facts are made up."""

LIBRARY = Library()
"""Every story ships the same edition as the same row, so its search index is built once."""


@cache
def edition() -> Edition:
    """Load the edition that the stories speak of."""
    return load_edition(EDITION)


class Clock:
    """A clock that stands still until a story moves it."""

    def __init__(self) -> None:
        self.now = MONDAY_MORNING

    def __call__(self) -> datetime:
        return self.now

    def moves(self, **by: float) -> None:
        self.now += timedelta(**by)

    def stands_at(self, day: date, hour: int, minute: int = 0) -> None:
        """Set a local time of Vietnam (UTC+7 all year)."""
        self.now = datetime.combine(day, time(hour, minute), UTC) - timedelta(hours=7)


class Collecting:
    """A channel that keeps what it was given to send."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent: list[Outgoing] = []

    async def send(self, message: Outgoing) -> str | None:
        assert not message.repeated, "a reply was sent twice"
        self.sent.append(message)
        return f"m{len(self.sent)}"


class Office:
    """The bot of one agency over one database."""

    def __init__(
        self,
        database: Database,
        agency: Agency,
        *,
        sample: str | None,
        ships: bool,
        rooms: Sequence[Room] = (FEEDBACK,),
        channel: str = "test",
    ) -> None:
        self.database = database
        self.agency = agency
        self.clock = Clock()
        self.channel = Collecting(channel)
        self._sample = sample
        self._rooms = rooms
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        if ships:
            with database.transaction() as tx:
                library.ship(tx, EDITION, self.clock())
        self._start(self.database)

    def _start(self, database: Database) -> None:
        self._store = Store(database)
        self._delivery = Delivery(self._store, {self.channel.name: self.channel}, uuid4().hex, self.clock, Limits())
        conversation = Conversation(self.agency, LIBRARY, self._sample, self._rooms)
        work: dict[str, Work] = {
            DOSSIERS: intake_room.take_in,
            follow_notices.DAY: partial(follow_notices.look_at_the_day, self.agency),
        }
        rules = {**follow_notices.rules(self.agency), **alarms.RULES}
        handlers = Handlers(conversation, conversation.apologise, work, conversation.results, rules)
        served = Served([self.channel.name, "import"])
        self._turns = Turns(self._store, handlers, self._delivery, served, self.clock)

    def _stop(self) -> None:
        self._runner.run(self._turns.close())
        self._runner.run(self._store.close())

    def restarts(self) -> None:
        """End the process and start another; only the database is carried over."""
        self._stop()
        self._start(self.database)

    def close(self) -> None:
        self._stop()
        self._runner.close()

    def receives(self, person: str, incoming: Incoming, *, others: bool = False) -> list[Reply]:
        """Take what a person did; give what the bot sent them for it. `others` may be told of it as well."""
        new = NewEvent(self.channel.name, uuid4().hex, "message", incoming.to_json(), self.lane(person), person)
        return self._sent_during(person, lambda: self._take(new), others=others)

    def looks_again(self, person: str) -> list[Reply]:
        """Take up what waits in a person's lane, as the watch does; give what was sent."""
        return self._sent_during(person, lambda: self._wake(self.lane(person)))

    def _sent_during(self, person: str, work: Callable[[], object], *, others: bool = False) -> list[Reply]:
        before = len(self.channel.sent)
        self._runner.run(work())  # type: ignore[arg-type]
        sent = self.channel.sent[before:]
        assert others or {message.address for message in sent} <= {person}, "a reply went to somebody else"
        return [message.reply for message in sent if message.address == person]

    def lane(self, person: str) -> str:
        """Name a person's lane."""
        return lane_of(self.database.vault, self.channel.name, person)

    async def _take(self, new: NewEvent) -> None:
        assert await self._turns.take(new)
        await self._turns.idle()

    async def _wake(self, lane: str) -> None:
        self._turns.wake(lane)
        await self._turns.idle()

    def happens(self, kind: str, body: str) -> list[Outgoing]:
        """Let something happen that is of no conversation; give what was sent to whom."""
        before = len(self.channel.sent)
        self._runner.run(self._take(NewEvent("import", uuid4().hex, kind, body, self.database.vault.digest(kind))))
        return self.channel.sent[before:]

    def hears(
        self, *records: DossierRecord, as_of: datetime | None = None, illustrative: bool = False
    ) -> list[Outgoing]:
        """Let a source tell of dossiers; give what was sent to whom."""
        origin = Origin("Một cửa điện tử", as_of or self.clock(), illustrative)
        return self.happens(DOSSIERS, intake_room.batch(records, origin))

    def day_begins(self) -> list[Outgoing]:
        """Let the clock's part of the day come; give what was sent to whom."""
        return self.happens(follow_notices.DAY, "{}")

    def delivers(self) -> list[Outgoing]:
        """Send what has become due; give what was sent to whom."""
        before = len(self.channel.sent)
        self._runner.run(self._delivery.idle())
        return self.channel.sent[before:]

    def learns(self, *records: DossierRecord, as_of: datetime | None = None, illustrative: bool = False) -> None:
        """Take in what a source says of dossiers."""
        origin = Origin("Một cửa điện tử", as_of or self.clock(), illustrative)
        with self.database.transaction() as tx:
            for record in records:
                intake.take_in(tx, record, origin, self.clock())

    def reads(self, job: Callable[[Connection], T]) -> T:
        with self.database.transaction() as tx:
            return job(tx)

    def trail(self) -> list[str]:
        """Say what the audit trail tells of each turn, in order."""
        return self.reads(lambda tx: list(tx.execute(select(audit.c.action).order_by(audit.c.id)).scalars()))

    def counts(self) -> tuple[int, int, int]:
        """Count the events, those that are not done, and the replies that have not left."""
        events = select(func.count()).select_from(event)
        undone = events.where(event.c.state != "done")
        unsent = select(func.count()).select_from(outbox).where(outbox.c.state != "sent")
        return self.reads(
            lambda tx: (
                tx.execute(events).scalar_one(),
                tx.execute(undone).scalar_one(),
                tx.execute(unsent).scalar_one(),
            )
        )

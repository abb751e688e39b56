"""An office whose officials are told of dossiers: what a source tells, what the clock brings, who was sent what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from bot.channels.plain import plain_text
from handlers.intake import batches as intake_room
from handlers.messages import Incoming, Kind
from knowledge.dossier import DossierRecord, FiledBy
from knowledge.status import Status
from storage import events
from storage.dossiers import records as dossiers
from storage.dossiers.intake import Origin
from storage.events import NewEvent
from storage.officials import register as officials
from storage.officials import roster, scopes
from storage.officials.register import Role
from tests.officials.board import Board, Person

BUILDING, INVESTMENT = "Xây dựng", "Đầu tư"
OWNER, PHONE, TAX = "Công ty Dấu Vết", "0912345678", "1200000001"


def record(number: int, field: str | None = BUILDING, *, due: datetime | None = None, **more: object) -> DossierRecord:
    """A dossier that runs."""
    received = datetime.fromisoformat("2026-11-20T09:00:00+07:00")
    told: dict[str, object] = {
        "procedure_title": "Cấp giấy phép xây dựng",
        "procedure_code": "1.009972",
        "field_title": field,
        "filed_by": FiledBy.ONLINE,
        "due_at": due or received + timedelta(days=30),
        "owner_name": OWNER,
        "phone": PHONE,
        "identity": TAX,
        "status": Status.PROCESSING,
        "received_at": received,
    }
    return DossierRecord(code(number), **{**told, **more})  # type: ignore[arg-type]


def code(number: int) -> str:
    return f"000.00.15.H58-261120-{number:04d}"


@dataclass
class Desk:
    """The board, and what its officials are told."""

    board: Board

    async def has(self, name: str, role: Role, *fields: str) -> Person:
        """Let somebody be an official who handles these fields."""
        person = self.board.person(name)
        await person.becomes(role)
        with self.board.app.database.transaction() as tx:
            number = next(one.id for one, _, _ in officials.listed(tx) if one.name == name and one.revoked_at is None)
            scopes.assign(tx, number, fields, ())
        return person

    def number(self, name: str) -> int:
        with self.board.app.database.transaction() as tx:
            return next(one.id for one, _, _ in officials.listed(tx) if one.name == name)

    def dossier(self, number: int) -> int:
        with self.board.app.database.transaction() as tx:
            found = dossiers.find(tx, code(number))
        assert found is not None
        return found.id

    def rotates(self, *names: str) -> None:
        members = [self.number(name) for name in names]
        with self.board.app.database.transaction() as tx:
            roster.rotate(tx, self.board.clock().date(), members)

    async def told(self, *records: DossierRecord, as_of: datetime | None = None) -> list[tuple[str, str]]:
        """Let a source tell of dossiers in one batch; give who was sent what."""
        body = intake_room.batch(records, Origin("một cửa", as_of or self.board.clock()))
        with self.sent() as sent:
            await self.board.app.take_in(uuid4().hex, 1, body)
            await self.settle()
        return sent

    async def strikes(self, kind: str) -> list[tuple[str, str]]:
        """Let a moment of the clock come; give who was sent what."""
        app = self.board.app
        with self.sent() as sent:
            new = NewEvent("clock", f"{kind}:{uuid4().hex}", kind, "{}", app.database.vault.digest("moment", kind))
            await app.turns.take(new)
            await self.settle()
        return sent

    async def settle(self) -> None:
        app = self.board.app
        while True:
            await app.turns.idle()
            while await app.jobs.one():
                await app.turns.idle()
            await app.delivery.idle()
            left = await app.store.read(lambda tx: events.waiting_lanes(tx, ["clock"], 50))
            if not left:
                return
            for lane in left:  # what delivery found out, and the parts of a moment, as the watch takes them up
                app.turns.wake(lane)

    @contextmanager
    def sent(self) -> Iterator[list[tuple[str, str]]]:
        before = len(self.board.platform.sent)
        found: list[tuple[str, str]] = []
        yield found
        found += [(one.address, plain_text(one.reply.text)) for one in self.board.platform.sent[before:]]

    async def pressed_in(self, group: str, by: str, action: str, message: str | None = None) -> list[tuple[str, str]]:
        """Let somebody press a button of a group's message."""
        with self.sent() as sent:
            incoming = Incoming(Kind.TAP, action, message, group=True, by=by)
            await self.board.app.receive("test", group, incoming)
            await self.settle()
        return sent


def who(sent: Sequence[tuple[str, str]]) -> list[str]:
    """Name who was sent something."""
    return sorted(address for address, _ in sent)

"""Messages that were given up: administrators hear of them once in an hour, and what they said is not kept for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from markupsafe import Markup
from sqlalchemy import select

from handlers import turn
from handlers.messages import Reply, Turn
from handlers.officials import channel_alarms
from handlers.turn import Handlers, Idle, Lease
from storage import accounts
from storage.database import Connection, Database
from storage.delivery import outbox, outbox_desk
from storage.delivery.claims import Claimer, claim
from storage.delivery.outbox import NewRow
from storage.officials import register as officials
from storage.officials.register import Role
from storage.schema import outbox as rows
from tests.stories.office import COMPLETE

NOW = datetime(2026, 11, 23, 3, 5, tzinfo=UTC)
HANDLERS = Handlers(
    lambda _: Turn(),
    lambda _: Turn(),
    {channel_alarms.DEAD: channel_alarms.take_in_dead},
    rules=channel_alarms.rules(COMPLETE),
)


def account_of(tx: Connection, database: Database, who: str) -> int:
    lane = accounts.lane_of(database.vault, "telegram", who)
    return accounts.ensure(tx, channel="telegram", address=who, lane=lane, now=NOW)


def fails(tx: Connection, database: Database, key: str, now: datetime) -> None:
    """Let a message be given up, as delivery does."""
    row = NewRow(key, account_of(tx, database, "anna"), "telegram", outbox.NOTICE, Reply(Markup("a")).to_json())
    outbox.add(tx, row, now, owner=None, lease_seconds=0)
    for claimed in claim(tx, ["telegram"], Claimer("me", 60, 50), now).rows:
        outbox.settle(tx, claimed, "me", outbox.FAILED, now, error="too long")
        channel_alarms.bury(tx, "telegram", now)


def told(tx: Connection) -> list[str]:
    query = select(rows.c.body).where(rows.c.state == "queued").order_by(rows.c.id)
    return [str(Reply.from_json(body).text) for body in tx.execute(query).scalars()]


def test_administrators_hear_of_what_was_given_up_once_in_an_hour(database: Database) -> None:
    lane = database.vault.digest("alarm", "telegram")
    with database.transaction() as tx:
        _, code = officials.invite_new(tx, Role.ADMINISTRATOR, "An", NOW, NOW + timedelta(days=1))
        found = officials.open_invite(tx, code, NOW)
        assert found is not None
        assert officials.accept(tx, found, account_of(tx, database, "admin"), NOW)
    for later, expected in ((timedelta(), "có 2 tin"), (timedelta(hours=1), "có 4 tin")):
        with database.transaction() as tx:
            for number in range(2):
                fails(tx, database, f"{later}{number}", NOW + later)
            assert not isinstance(turn.take(tx, lane, HANDLERS, Lease("me", 60), NOW + later), Idle)
            assert isinstance(turn.take(tx, lane, HANDLERS, Lease("me", 60), NOW + later), Idle), "once"
            (said,) = told(tx)
            assert expected in said
            assert "telegram" in said
            for claimed in claim(tx, ["telegram"], Claimer("me", 60, 50), NOW + later).rows:
                outbox.settle(tx, claimed, "me", "sent", NOW + later)


def test_what_failed_is_emptied_after_a_week(database: Database) -> None:
    with database.transaction() as tx:
        fails(tx, database, "1", NOW)
        assert outbox_desk.empty_failed(tx, NOW) == 0
        assert outbox_desk.retry(tx, 1, NOW)
        (claimed,) = claim(tx, ["telegram"], Claimer("me", 60, 50), NOW).rows
        assert claimed.attempts == 0
        outbox.settle(tx, claimed, "me", outbox.FAILED, NOW, error="too long")
        assert outbox_desk.empty_failed(tx, NOW + timedelta(seconds=1)) == 1
        assert not outbox_desk.retry(tx, 1, NOW), "there is nothing left to send"


def test_what_failed_for_somebody_who_is_gone_is_not_tried_again(database: Database) -> None:
    with database.transaction() as tx:
        fails(tx, database, "1", NOW)
        accounts.close(tx, account_of(tx, database, "anna"), NOW)
        assert not outbox_desk.retry(tx, 1, NOW)

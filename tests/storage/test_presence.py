"""Accounts that go, come back, or move: nothing that waits is lost on the way, and doing it twice changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from storage import accounts, events, handovers
from storage.accounts import Account
from storage.database import Connection, Database
from storage.delivery import outbox
from storage.delivery.outbox import NOTICE, NewRow
from storage.events import NewEvent
from storage.people import presence
from storage.schema import audit
from storage.schema import outbox as outbox_table

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CHANNEL = "telegram"


def lane(database: Database, address: str) -> str:
    return accounts.lane_of(database.vault, CHANNEL, address)


def open_account(tx: Connection, database: Database, address: str, waiting: str | None = None) -> int:
    found = accounts.add(tx, channel=CHANNEL, address=address, lane=lane(database, address), now=NOW)
    if waiting is not None:
        outbox.add(tx, NewRow(waiting, found, CHANNEL, NOTICE, "{}"), NOW, owner=None, lease_seconds=0)
    return found


def account_at(tx: Connection, database: Database, address: str) -> Account | None:
    found = accounts.by_lane(tx, lane(database, address))
    return None if found is None else found[0]


def rows(tx: Connection) -> list[tuple[str, int, str]]:
    columns = outbox_table.c.dedup_key, outbox_table.c.account_id, outbox_table.c.state
    return [(key, of, state) for key, of, state in tx.execute(select(*columns).order_by(outbox_table.c.id))]


def test_who_leaves_is_closed_and_what_waits_is_given_up(database: Database) -> None:
    with database.transaction() as tx:
        found = open_account(tx, database, "100", waiting="a")
        for _ in range(2):
            presence.leave(tx, lane(database, "100"), NOW)
        account = account_at(tx, database, "100")
        assert account is not None
        assert account.gone_at == NOW
        assert rows(tx) == [("a", found, "gone")]
        assert list(tx.execute(select(audit.c.action)).scalars()) == ["account_gone"]


def test_who_comes_back_is_open_again(database: Database) -> None:
    with database.transaction() as tx:
        open_account(tx, database, "100")
        presence.leave(tx, lane(database, "100"), NOW)
        for _ in range(2):
            presence.come_back(tx, lane(database, "100"), NOW)
        account = account_at(tx, database, "100")
        assert account is not None
        assert account.gone_at is None
        assert list(tx.execute(select(audit.c.action)).scalars()) == ["account_gone", "account_back"]


def test_somebody_unknown_neither_leaves_nor_comes_back_nor_moves(database: Database) -> None:
    with database.transaction() as tx:
        presence.leave(tx, lane(database, "100"), NOW)
        presence.come_back(tx, lane(database, "100"), NOW)
        assert presence.move(tx, lane(database, "100"), "200", lane(database, "200"), NOW) is None
        assert tx.execute(select(audit.c.id)).all() == []


def test_a_conversation_that_moves_keeps_its_account_and_what_waits(database: Database) -> None:
    with database.transaction() as tx:
        found = open_account(tx, database, "-4001", waiting="a")
        old, new = lane(database, "-4001"), lane(database, "-1001")
        assert presence.move(tx, old, "-1001", new, NOW) == found
        assert presence.move(tx, old, "-1001", new, NOW) is None
        assert presence.move(tx, new, "-1001", new, NOW) is None
        account = account_at(tx, database, "-1001")
        assert account is not None
        assert (account.id, account.address) == (found, "-1001")
        assert account_at(tx, database, "-4001") is None
        assert rows(tx) == [("a", found, "queued")]


def test_where_the_new_address_is_known_already_what_waits_goes_there(database: Database) -> None:
    with database.transaction() as tx:
        moving = open_account(tx, database, "-4001", waiting="a")
        there = open_account(tx, database, "-1001", waiting="b")
        assert presence.move(tx, lane(database, "-4001"), "-1001", lane(database, "-1001"), NOW) == there
        assert rows(tx) == [("a", there, "queued"), ("b", there, "queued")]
        old, new = account_at(tx, database, "-4001"), account_at(tx, database, "-1001")
        assert old is not None
        assert new is not None
        assert (old.id, old.gone_at, new.gone_at) == (moving, NOW, None)


def test_a_pause_is_for_one_account_never_shortened_by_an_earlier_one_and_can_be_ended(database: Database) -> None:
    with database.transaction() as tx:
        other = open_account(tx, database, "200")
        for minutes in (30, 10, 30):
            presence.pause(
                tx,
                channel=CHANNEL,
                address="100",
                lane=lane(database, "100"),
                until=NOW + timedelta(minutes=minutes),
                now=NOW,
            )
        account = account_at(tx, database, "100")
        assert account is not None
        assert account.is_paused(NOW + timedelta(minutes=29))
        assert not account.is_paused(NOW + timedelta(minutes=30))
        untouched = accounts.by_id(tx, other)
        assert untouched is not None
        assert not untouched[0].is_paused(NOW)
        accounts.pause(tx, account.id, None)
        account = account_at(tx, database, "100")
        assert account is not None
        assert not account.is_paused(NOW)


def test_an_answer_is_awaited_until_the_turn_and_never_where_a_person_speaks(database: Database) -> None:
    def said(key: str) -> int | None:
        new = NewEvent(CHANNEL, key, "message", "{}", lane(database, "100"), "100")
        return events.accept(tx, new, NOW)

    def is_awaited() -> bool:
        return presence.is_awaited(tx, lane(database, "100"), NOW)

    with database.transaction() as tx:
        assert not is_awaited()
        first = said("1")
        assert first is not None
        assert is_awaited()
        account = account_at(tx, database, "100")
        assert account is not None
        presence.pause(
            tx,
            channel=CHANNEL,
            address="100",
            lane=lane(database, "100"),
            until=NOW + timedelta(minutes=1),
            now=NOW,
        )
        assert not is_awaited()
        accounts.pause(tx, account.id, NOW)
        assert is_awaited(), "the pause is over"
        handed = handovers.begin(tx, account.id, NOW, console=False)
        assert not is_awaited()
        one = handovers.by_id(tx, handed)
        assert one is not None
        handovers.close(tx, one, NOW)
        assert is_awaited()
        events.finish(tx, first, NOW)
        assert not is_awaited()

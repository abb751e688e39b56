"""Files: kept once by their content, unreadable at rest, each until its own date."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from storage import accounts, files
from storage.database import Connection, Database
from storage.files import Kept
from storage.people import erasure as privacy
from storage.schema import file

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PAPER = b"%PDF-1.7 \xff\x00 Nguyen Thi An"


def account_of(tx: Connection, database: Database, name: str) -> int:
    lane = accounts.lane_of(database.vault, "test", name)
    return accounts.add(tx, channel="test", address=name, lane=lane, now=NOW)


def count(tx: Connection) -> int:
    return tx.execute(select(func.count()).select_from(file)).scalar_one()


def test_a_file_comes_back_as_it_was_with_the_type_that_its_content_tells(database: Database) -> None:
    with database.transaction() as tx:
        key = files.keep(tx, PAPER, NOW + DAY)
    with database.transaction() as tx:
        assert files.load(tx, key) == Kept(PAPER, "application/pdf")
        assert files.load(tx, "0" * 32) is None


def test_the_database_holds_neither_the_bytes_nor_a_hash_that_tells_them(database: Database) -> None:
    with database.transaction() as tx:
        key = files.keep(tx, PAPER, NOW + DAY)
        raw = tx.exec_driver_sql('SELECT content FROM "file"').scalar_one()
    assert b"Nguyen" not in bytes(raw)
    assert hashlib.sha256(PAPER).hexdigest()[:8] not in key, "the hash is keyed"


def test_the_same_bytes_are_one_row_and_the_later_date_counts(database: Database) -> None:
    with database.transaction() as tx:
        first = files.keep(tx, PAPER, NOW + 3 * DAY)
        assert files.keep(tx, PAPER, NOW + DAY) == first
        assert count(tx) == 1
        privacy.purge(tx, NOW + 2 * DAY)
        assert files.load(tx, first) is not None
        assert files.keep(tx, PAPER, NOW + 5 * DAY) == first
        privacy.purge(tx, NOW + 4 * DAY)
        assert files.load(tx, first) is not None


def test_a_file_goes_when_its_date_is_past_and_others_stay(database: Database) -> None:
    with database.transaction() as tx:
        short, long = files.keep(tx, b"short", NOW + DAY), files.keep(tx, b"long", NOW + 9 * DAY)
        assert privacy.overdue(tx, NOW) == {}
        assert privacy.overdue(tx, NOW + 2 * DAY) == {"file.content": 1}
        assert privacy.purge(tx, NOW + 2 * DAY) == {"file": 1}
        assert files.load(tx, short) is None
        assert files.load(tx, long) is not None


def test_a_file_can_be_forgotten_before_its_date(database: Database) -> None:
    with database.transaction() as tx:
        key = files.keep(tx, PAPER, NOW + DAY)
        files.forget(tx, key)
        files.forget(tx, key)
        assert files.load(tx, key) is None


def test_the_same_file_of_two_persons_is_two_rows_and_erasing_one_leaves_the_other(database: Database) -> None:
    with database.transaction() as tx:
        anna, binh = account_of(tx, database, "anna"), account_of(tx, database, "binh")
        of_anna = files.keep(tx, PAPER, NOW + DAY, account_id=anna)
        of_binh = files.keep(tx, PAPER, NOW + DAY, account_id=binh)
        assert of_anna != of_binh
        privacy.erase(tx, anna, NOW)
        assert files.load(tx, of_anna) is None
        assert files.load(tx, of_binh) is not None

"""The way to the database: urls, promises of a commit, faults in our words, times and numbers alike on both engines."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from sqlite3 import ProgrammingError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from knowledge.errors import Unavailable, Wrong
from storage.columns import database_now
from storage.database import BUSY_SECONDS, BUSY_TIMEOUT_MS, Connection, Database, lock, lock_number, savepoint
from storage.schema import counter, dossier
from tests.engines import VAULT

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def add(database: Database, name: str, value: int = 1) -> None:
    with database.transaction() as tx:
        tx.execute(insert(counter), {"name": name, "value": value})


def names(database: Database) -> list[str]:
    with database.transaction() as tx:
        return list(tx.execute(select(counter.c.name).order_by(counter.c.name)).scalars())


def test_an_address_of_no_engine_of_ours_is_refused_in_words(engine_url: str) -> None:
    place = engine_url.partition("://")[2]
    for wrong in (
        "",
        "motcua.db",
        "://",
        "postgres",
        f"mysql://{place}",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
    ):
        with pytest.raises(Wrong, match=r"database\.url"):
            Database(wrong, VAULT)


def test_a_server_that_is_not_there_is_out_of_reach(engine_url: str) -> None:
    if engine_url.startswith("sqlite"):
        return
    database = Database("postgresql://motcua@127.0.0.1:1/none", VAULT)
    with pytest.raises(Unavailable, match="Connection refused") as refused:
        database.connect()
    assert "\n" not in str(refused.value)
    with pytest.raises(Unavailable), database.transaction():
        pass
    database.close()


def test_a_commit_on_sqlite_is_a_promise(database: Database) -> None:
    if not database.is_sqlite:
        with database.transaction() as tx:
            assert tx.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
        return
    with database.transaction() as tx:
        full = 2
        assert tx.execute(text("PRAGMA synchronous")).scalar_one() == full
        assert tx.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert tx.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        assert tx.execute(text("PRAGMA busy_timeout")).scalar_one() >= 1000


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def half() -> None:
        with database.transaction() as tx:
            tx.execute(insert(counter), {"name": "a", "value": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert names(database) == []


def test_a_part_may_fail_alone(database: Database) -> None:
    def fail(tx: Connection) -> None:
        with savepoint(tx):
            tx.execute(insert(counter), {"name": "part", "value": 1})
            raise ZeroDivisionError

    with database.transaction() as tx:
        tx.execute(insert(counter), {"name": "before", "value": 1})
        with pytest.raises(ZeroDivisionError):
            fail(tx)
        with savepoint(tx):
            tx.execute(insert(counter), {"name": "after", "value": 1})
    assert names(database) == ["after", "before"]


def test_a_moment_comes_back_in_utc_from_whatever_zone(database: Database) -> None:
    moments = [
        NOW,
        NOW.replace(microsecond=123456),
        datetime(2020, 6, 17, 14, 20, tzinfo=timezone(timedelta(hours=7))),
        datetime(1990, 1, 1, tzinfo=timezone(timedelta(hours=-11))),
        datetime(2100, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=14))),
    ]
    with database.transaction() as tx:
        for number, at in enumerate(moments):
            row = {
                "code": str(number),
                "received_at": at,
                "as_of": at,
                "status": 1,
                "source": "x",
                "illustrative": False,
            }
            tx.execute(insert(dossier), row)
        kept = list(tx.execute(select(dossier.c.received_at).order_by(dossier.c.id)).scalars())
    assert kept == moments
    assert all(at.tzinfo is UTC for at in kept)


def test_a_moment_without_zone_is_refused(database: Database) -> None:
    row = {"code": "a", "as_of": NOW, "status": 1, "source": "x", "illustrative": False}
    with pytest.raises(Exception, match="time zone"), database.transaction() as tx:
        tx.execute(insert(dossier), {**row, "received_at": NOW.replace(tzinfo=None)})


def test_moments_compare_as_times_in_queries(database: Database) -> None:
    with database.transaction() as tx:
        for number, at in enumerate((NOW, NOW + timedelta(microseconds=1), NOW + timedelta(seconds=1))):
            row = {
                "code": str(number),
                "received_at": at,
                "as_of": at,
                "status": 1,
                "source": "x",
                "illustrative": False,
            }
            tx.execute(insert(dossier), row)
        later = select(dossier.c.code).where(dossier.c.received_at > NOW).order_by(dossier.c.received_at)
        assert list(tx.execute(later).scalars()) == ["1", "2"]


def test_the_clock_of_the_database_is_the_one_that_leases_use(database: Database) -> None:
    with database.transaction() as tx:
        now = tx.execute(select(database_now(0))).scalar_one()
        later = tx.execute(select(database_now(90.5))).scalar_one()
    assert abs((datetime.now(UTC) - now).total_seconds()) < 5
    assert 90 <= (later - now).total_seconds() < 95


def test_a_second_writer_waits_for_the_first(database: Database) -> None:
    waited = threading.Event()

    def second() -> None:
        with database.transaction() as tx:
            lock(tx, 1, wait=True)
            tx.execute(insert(counter), {"name": "second", "value": int(waited.is_set())})

    with database.transaction() as tx:
        lock(tx, 1, wait=True)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        waited.set()
        tx.execute(insert(counter), {"name": "first", "value": 0})
    thread.join(20)
    with database.transaction() as tx:
        assert tx.execute(select(counter.c.value).where(counter.c.name == "second")).scalar_one() == 1


def test_a_writer_that_waits_looks_again_every_moment(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    if not database.is_sqlite:
        return
    waits: list[float] = []
    first = database.connect()
    first.begin()

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 20:
            first.rollback()

    monkeypatch.setattr("storage.database.time.sleep", sleep)
    add(database, "second")
    assert waits == [BUSY_SECONDS] * 20, "SQLite's own pauses grow, and whoever writes without a pause goes before"
    first.begin()
    waits[:] = range(30)
    with pytest.raises(Unavailable, match="locked"):
        add(database, "third")
    assert len(waits) == 30 + BUSY_TIMEOUT_MS
    first.close()
    assert names(database) == ["second"]


def test_a_lock_that_is_held_is_not_waited_for_when_asked_so(database: Database) -> None:
    if database.is_sqlite:  # its writer is alone anyway
        with database.transaction() as tx:
            assert lock(tx, 1, wait=False)
        return
    with database.transaction() as tx, database.transaction() as other:
        assert lock(tx, 1, wait=False)
        assert not lock(other, 1, wait=False)
        assert lock(other, 2, wait=False)


HASHES = st.text("0123456789abcdef", min_size=32, max_size=32)


@given(HASHES)
def test_the_number_of_a_lock_fits_the_engine(lane: str) -> None:
    assert -(2**63) <= lock_number("a", lane) < 2**63
    assert lock_number("a", lane) == lock_number("a", lane)
    assert lock_number("a", lane) != lock_number("t", lane)


def test_reading_does_not_wait_for_a_writer(database: Database) -> None:
    add(database, "a")
    with database.transaction() as tx:
        tx.execute(insert(counter), {"name": "b", "value": 1})
        with database.connect().execution_options(reading=True) as reader:
            assert list(reader.execute(select(counter.c.name)).scalars()) == ["a"]


def test_the_folder_of_a_new_database_is_made(tmp_path: Path, engine_url: str) -> None:
    if not engine_url.startswith("sqlite"):
        return
    url = f"sqlite:///{tmp_path}/a/b/motcua.db"
    with Database(url, VAULT).transaction() as tx:
        assert tx.execute(text("SELECT 1")).scalar_one() == 1
    assert (tmp_path / "a" / "b" / "motcua.db").exists()


def test_a_connection_in_use_while_the_database_is_closed_is_closed_when_it_comes_back(database: Database) -> None:
    with database.transaction() as tx:
        driver = tx.connection.driver_connection
        database.close()
    assert driver is not None
    if database.is_sqlite:
        with pytest.raises(ProgrammingError, match="closed"):
            driver.execute("SELECT 1")
    else:
        assert driver.closed

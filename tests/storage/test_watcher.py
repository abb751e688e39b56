"""Another process's commit is noticed on both engines; where nothing happens nothing is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from storage import jobs
from storage.database import Database
from storage.jobs import NewJob
from storage.watcher import Watcher

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def watcher(database: Database) -> Iterator[Watcher]:
    watching = Watcher(database)
    watching.wait(0.01)
    yield watching
    watching.close()


def order(database: Database) -> None:
    with database.transaction() as tx:
        jobs.add(tx, NewJob("draw", "{}", database.vault.digest("x"), "clock"), NOW)


@contextmanager
def ordered_after(seconds: float, database: Database) -> Iterator[None]:
    other = threading.Timer(seconds, order, [database])
    other.start()
    yield
    other.join()


def test_work_that_another_process_ordered_wakes_the_watcher_at_once(database: Database, watcher: Watcher) -> None:
    with ordered_after(0.2, database):
        started = time.monotonic()
        assert watcher.wait(10)
        assert time.monotonic() - started < 5


def test_where_nothing_happens_nothing_is_told(watcher: Watcher) -> None:
    assert not watcher.wait(0.3)


def test_a_watcher_that_was_closed_begins_anew(database: Database, watcher: Watcher) -> None:
    watcher.close()
    assert not watcher.wait(0.01)
    with ordered_after(0.1, database):
        assert watcher.wait(10)

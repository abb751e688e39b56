"""The writing thread: people before imports, and the log moved into the file beside the commits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot import store
from bot.checkpoints import LOG_PAGES
from bot.store import IMPORTS, Store
from storage.database import Connection, Database
from storage.schema import counter

LONG_SECONDS = 0.5  # what an import waits in a test: a person's next step comes sooner on a busy machine too
PAGE, PAGES = 4096, 500


@pytest.fixture
async def opened(database: Database) -> AsyncIterator[Store]:
    made = Store(Database(database.engine.url.render_as_string(hide_password=False), database.vault))
    yield made
    await made.close()


async def test_a_persons_next_step_goes_before_an_import_that_waits(
    opened: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "IMPORT_WAITS_SECONDS", LONG_SECONDS)
    done: list[str] = []
    bringing: list[asyncio.Task[None]] = []

    def accept(_tx: Connection) -> None:
        done.append("accepted")

    await opened.write("accept", accept)
    bringing.append(asyncio.create_task(opened.write("turn", lambda _tx: done.append("imported"), rank=IMPORTS)))
    await asyncio.sleep(0)
    await opened.write("turn", lambda _tx: done.append("answered"))
    await asyncio.gather(*bringing)
    if opened.database.is_sqlite:
        assert done == ["accepted", "answered", "imported"]
    assert sorted(done) == ["accepted", "answered", "imported"]


async def test_an_import_alone_goes_on_by_itself(opened: Store) -> None:
    done: list[int] = []
    for number in range(5):
        await opened.write("turn", lambda _tx, number=number: done.append(number), rank=IMPORTS)  # type: ignore[misc]
    assert done == list(range(5))


async def test_what_was_committed_reaches_the_file_beside_the_commits(opened: Store) -> None:
    if not opened.database.is_sqlite:
        return
    file = Path(opened.database.engine.url.database or "")
    before = file.stat().st_size

    def write(tx: Connection) -> None:
        tx.execute(insert(counter), [{"name": f"{number}{'x' * PAGE}", "value": 1} for number in range(PAGES)])

    await opened.write("turn", write)
    assert PAGES < LOG_PAGES, "a commit moves nothing yet"
    async with asyncio.timeout(30):
        while file.stat().st_size < before + PAGES * PAGE:
            await asyncio.sleep(0.02)

"""The threads on which everything that touches the database runs.

The edges are async and wait here; the jobs are plain functions of a connection. On SQLite there is one writing thread:
jobs that wait are committed together, each in its own savepoint; first what a platform wants to know is safe, then
people, then imports. An import also waits a moment after each commit: a person's turn follows its acceptance, and
another process may wait to write. On PostgreSQL a few threads run one transaction a job. A job's result is given back
only after its commit.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol, TypeVar

from bot.checkpoints import LOG_PAGES, Checkpoints
from bot.points import reached
from knowledge.errors import Unavailable
from storage.database import Connection, Database, border, checkpoint_at, savepoint

T = TypeVar("T")
Job = Callable[[Connection], T]

TOGETHER_JOBS = 8  # jobs in one commit at most: more would make the first of them wait too long
TOGETHER_SECONDS = 0.008  # and no longer than this, for the same reason
IMPORT_WAITS_SECONDS = 0.002  # after a commit: a turn follows its acceptance sooner, and so do other processes
POSTGRES_THREADS = 4  # measured best on 2 cores: 522 turns/s, fewer wait for the server, more for each other
DOOR, PEOPLE, IMPORTS = 0, 1, 2  # the order of the writing thread's queue: who knocks waits for an answer


class Worker(Protocol):
    """What runs jobs: a name for the crash points, the job, its place in the queue."""

    def submit(self, item: Item) -> None: ...  # noqa: D102
    def stop(self) -> None: ...  # noqa: D102


@dataclass(order=True)
class Item:
    """One job in the queue and the future of whoever waits for it."""

    rank: int
    number: int
    name: str = field(compare=False)
    job: Job[Any] = field(compare=False)
    loop: asyncio.AbstractEventLoop = field(compare=False)
    future: asyncio.Future[Any] = field(compare=False)
    result: Any = field(default=None, compare=False)
    error: BaseException | None = field(default=None, compare=False)


class Store:
    """The way from the async edges to the database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._numbers = count()
        self._writer: Worker = _OneWriter(database) if database.is_sqlite else _Writers(database)
        self._readers = ThreadPoolExecutor(1, "reader") if database.is_sqlite else None
        self._reading = threading.local()

    async def write(self, name: str, job: Job[T], *, rank: int = PEOPLE) -> T:
        """Run a job in a transaction and return its result once that is committed.

        The name makes two crash points, `name.written` and `name.committed`. Raises what the job raised, after a
        rollback, or `Unavailable` when the database is out of reach.
        """
        return await self._submit(name, job, rank)

    async def _submit(self, name: str, job: Job[T], rank: int) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._writer.submit(Item(rank, next(self._numbers), name, job, loop, future))
        return await future

    async def read(self, job: Job[T]) -> T:
        """Run a job that only reads, beside the writer."""
        if self._readers is None:
            return await self._submit("read", job, PEOPLE)
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, job)

    def _read(self, job: Job[T]) -> T:
        with border():
            connection: Connection | None = getattr(self._reading, "connection", None)
            if connection is None:
                connection = self.database.connect().execution_options(reading=True)
                self._reading.connection = connection
            try:
                return job(connection)
            finally:
                connection.rollback()

    async def close(self) -> None:
        """Finish what is queued and stop the threads."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._writer.stop)
        if self._readers is not None:
            await loop.run_in_executor(self._readers, self._close_reader)
            self._readers.shutdown()
        self.database.close()

    def _close_reader(self) -> None:
        connection: Connection | None = getattr(self._reading, "connection", None)
        if connection is not None:
            connection.close()


class _OneWriter:
    """The writing thread of SQLite, with jobs committed together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: queue.PriorityQueue[tuple[int, int, Item | None]] = queue.PriorityQueue()
        self._called = threading.Event()  # something came that does not wait for others
        self._import_at = 0.0  # when the next import may begin, by the monotonic clock
        self._checkpoints = Checkpoints(database)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, item: Item) -> None:
        self._queue.put((item.rank, item.number, item))
        if item.rank < IMPORTS:
            self._called.set()

    def stop(self) -> None:
        self._queue.put((IMPORTS + 1, 0, None))
        self._thread.join()
        self._checkpoints.stop()

    def _next(self) -> Item | None:
        """Wait for the next job; None for the stop."""
        self._called.clear()
        entry = self._queue.get()
        pause = self._import_at - time.monotonic()
        if entry[0] == IMPORTS and pause > 0 and self._called.wait(pause):
            self._queue.put(entry)
            entry = self._queue.get()
        return entry[2]

    def _run(self) -> None:
        connection: Connection | None = None
        while (item := self._next()) is not None:
            batch = [item]
            try:
                with border():
                    connection = connection or self._connect()
                    self._commit_together(connection, batch)
            except BaseException as error:
                for one in batch:
                    one.error = one.error or error
                if connection is not None:
                    connection.close()
                    connection = None
            _resolve(batch)
            self._import_at = time.monotonic() + IMPORT_WAITS_SECONDS
            self._checkpoints.committed()
        if connection is not None:
            connection.close()

    def _connect(self) -> Connection:
        connection = self._database.connect()
        checkpoint_at(connection, LOG_PAGES)
        return connection

    def _commit_together(self, connection: Connection, batch: list[Item]) -> None:
        started = time.monotonic()
        transaction = connection.begin()
        while True:
            item = batch[-1]
            try:
                with border(), savepoint(connection):
                    item.result = item.job(connection)
                reached(f"{item.name}.written")
            except Unavailable:
                raise
            except Exception as error:
                item.error = error
            if len(batch) >= TOGETHER_JOBS or time.monotonic() - started > TOGETHER_SECONDS:
                break
            following = self._next_now()
            if following is None:
                break
            if item.rank < following.rank == IMPORTS:  # people do not wait for an import to be committed with them
                self.submit(following)
                break
            batch.append(following)
        transaction.commit()
        for item in batch:
            if item.error is None:
                reached(f"{item.name}.committed")

    def _next_now(self) -> Item | None:
        try:
            entry = self._queue.get_nowait()
        except queue.Empty:
            return None
        if entry[2] is None:  # the stop: put it back for the loop
            self._queue.put(entry)
        return entry[2]


class _Writers:
    """The threads of PostgreSQL, a connection each, a transaction a job."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._own = threading.local()
        self._pool = ThreadPoolExecutor(POSTGRES_THREADS, "writer")
        self._open: list[Connection] = []

    def submit(self, item: Item) -> None:
        self._pool.submit(self._work, item)

    def stop(self) -> None:
        self._pool.shutdown()
        for connection in self._open:
            connection.close()

    def _work(self, item: Item) -> None:
        try:
            with border():
                connection = self._connection()
                with connection.begin():
                    item.result = item.job(connection)
                    reached(f"{item.name}.written")
                reached(f"{item.name}.committed")
        except Unavailable as error:
            item.error = error
            self._forget()
        except BaseException as error:
            item.error = error
        _resolve([item])

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._database.connect()
            self._own.connection = connection
            self._open.append(connection)
        return connection

    def _forget(self) -> None:
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is not None:
            self._open.remove(connection)
            self._own.connection = None
            connection.invalidate()
            connection.close()


def _resolve(batch: list[Item]) -> None:
    loop = batch[0].loop
    if not loop.is_closed():
        loop.call_soon_threadsafe(_set_results, batch)


def _set_results(batch: list[Item]) -> None:
    for item in batch:
        if item.future.cancelled():
            continue
        if item.error is not None:
            item.future.set_exception(item.error)
        else:
            item.future.set_result(item.result)

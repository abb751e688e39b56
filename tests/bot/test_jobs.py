"""Jobs: done outside any turn, taken over from a dead process, their result handled once. Moments: each taken once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.jobs import Hours, Jobs, Work
from bot.schedule import Daily, Schedule
from bot.store import Store
from storage import accounts, jobs, moments
from storage.database import Database
from storage.jobs import NewJob
from storage.schema import account, event, job, moment

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 10:00 in Viet Nam


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def worker(
    database: Database, work: Work, clock: Clock | None = None, owner: str = "me", lease: float = 60.0
) -> AsyncIterator[Jobs]:
    store = Store(another(database))
    hours = Hours(lease_seconds=lease, poll_seconds=0.02, backoff_seconds=1)
    try:
        yield Jobs(store, {"draw": work}, owner, clock or Clock(), lambda _lane: None, hours)
    finally:
        await store.close()


def another(database: Database) -> Database:
    """Open the same database as another process would."""
    return Database(database.engine.url.render_as_string(hide_password=False), database.vault)


def order(database: Database, body: str = '{"of": "chart"}') -> int:
    with database.transaction() as tx:
        return jobs.add(tx, NewJob("draw", body, database.vault.digest("chart"), "clock"), NOW)


def results(database: Database) -> list[dict[str, object]]:
    with database.transaction() as tx:
        return [json.loads(body) for body in tx.execute(select(event.c.body).order_by(event.c.id)).scalars()]


async def test_a_job_is_done_once_and_its_result_is_an_event(database: Database) -> None:
    order(database)
    async with worker(database, lambda body: json.dumps({"drew": json.loads(body)["of"]})) as jobs_:
        assert await jobs_.one()
        assert not await jobs_.one()
    assert results(database) == [{"result": '{"drew": "chart"}', "error": None}]
    with database.transaction() as tx:
        assert tx.execute(select(job.c.state, job.c.body)).all() == [("done", None)]


async def test_a_job_that_fails_three_times_tells_that(database: Database) -> None:
    order(database)
    clock, calls = Clock(), []

    def broken(body: str) -> str:
        calls.append(body)
        raise ValueError("no ink")

    async with worker(database, broken, clock) as jobs_:
        for _ in range(3):
            assert await jobs_.one()
            assert not await jobs_.one(), "the next try waits"
            clock.now += timedelta(minutes=1)
    assert len(calls) == 3
    assert results(database) == [{"result": None, "error": "ValueError"}]


async def test_the_job_of_a_dead_process_is_taken_over_and_told_once(database: Database) -> None:
    order(database)
    with database.transaction() as tx:
        assert jobs.claim(tx, ["draw"], "the dead", NOW, 1.0) is not None
    async with worker(database, lambda _body: '"late"') as jobs_:
        assert not await jobs_.one(), "the lease still holds"
        await asyncio.sleep(1.2)
        assert await jobs_.one()
    with database.transaction() as tx:
        assert not jobs.finish(tx, 1, "the dead", NOW), "who comes back from the dead has lost the job"
    assert results(database) == [{"result": '"late"', "error": None}]


async def test_the_result_follows_a_conversation_that_moved_while_the_job_was_open(database: Database) -> None:
    old, new = (accounts.lane_of(database.vault, "test", address) for address in ("group", "supergroup"))
    with database.transaction() as tx:
        anna = accounts.add(tx, channel="test", address="group", lane=old, now=NOW)
        jobs.add(tx, NewJob("draw", "{}", old, "test", anna), NOW)
        tx.execute(update(account).values(address="supergroup", lane=new))
    async with worker(database, lambda _body: '"drawn"') as jobs_:
        assert await jobs_.one()
    with database.transaction() as tx:
        assert tx.execute(select(event.c.lane, event.c.account_id)).all() == [(new, anna)]
        assert tx.execute(select(account.c.id)).scalars().all() == [anna]


async def test_a_long_job_keeps_its_lease_while_it_works(database: Database) -> None:
    order(database)
    running, done = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(_body: str) -> str:
        loop.call_soon_threadsafe(running.set)
        asyncio.run_coroutine_threadsafe(done.wait(), loop).result()
        return '"slow"'

    async with worker(database, slow, lease=0.9) as one, worker(database, lambda _body: '"other"', owner="two") as two:
        working = asyncio.create_task(one.one())
        await running.wait()
        await asyncio.sleep(1.5)
        assert not await two.one(), "the lease was renewed"
        done.set()
        await working
    assert results(database) == [{"result": '"slow"', "error": None}]


@pytest.mark.parametrize(
    ("now", "planned"),
    [
        (datetime(2026, 11, 23, 3, 0, tzinfo=ZONE), datetime(2026, 11, 23, 3, 0, tzinfo=ZONE)),
        (datetime(2026, 11, 23, 2, 59, tzinfo=ZONE), datetime(2026, 11, 22, 3, 0, tzinfo=ZONE)),
        (datetime(2026, 12, 1, 23, 0, tzinfo=ZONE), datetime(2026, 12, 1, 3, 0, tzinfo=ZONE)),
    ],
)
def test_the_latest_moment_of_a_daily_schedule(now: datetime, planned: datetime) -> None:
    assert Daily("purge", time(3), ZONE).latest(now) == planned


async def test_of_many_processes_one_takes_a_moment_and_brings_its_event(database: Database) -> None:
    clock, stores = Clock(), [Store(another(database)) for _ in range(4)]
    schedules = [Daily("purge", time(3), ZONE)]
    clocks = [Schedule(store, schedules, database.vault.digest, clock, lambda _lane: None) for store in stores]
    for _day in range(5):
        taken = await asyncio.gather(*(one.look() for one in clocks))
        assert sorted(taken) == [0, 0, 0, 1]
        clock.now += timedelta(days=1)
    for store in stores:
        await store.close()
    with database.transaction() as tx:
        assert len(tx.execute(select(event.c.key)).all()) == 5
        assert len(tx.execute(select(moment.c.name)).all()) == 5


async def test_a_moment_whose_event_could_not_be_stored_is_not_taken(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(another(database))
    schedule = Schedule(store, [Daily("purge", time(3), ZONE)], database.vault.digest, Clock(), lambda _lane: None)

    def refuse(*_args: object) -> None:
        raise ValueError("no event today")

    with monkeypatch.context() as patched:
        patched.setattr("bot.schedule.events.accept", refuse)
        with pytest.raises(ValueError, match="no event today"):
            await schedule.look()
    assert await schedule.look() == 1
    with database.transaction() as tx:
        assert moments.last(tx, "purge") == datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    await store.close()

"""A process that works until it is killed: a store, turns, delivery, jobs and a clock, and platforms of files.

`python -m tests.crash.worker` reads plans from its input, a JSON record a line, and answers each with the exit status
of the process that carried it out: a fork of this one, so that Python starts once and not a hundred times. A fork
kills itself with a real SIGKILL at the point that its plan names, or is quiet: every event acknowledged and handled,
every job done, every message settled.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot import points
from bot import turns as turns_module
from bot.app import App
from bot.delivery import Delivery
from bot.jobs import Hours, Jobs
from bot.schedule import CHANNEL as CLOCK
from bot.schedule import Daily, Schedule
from bot.settling import Limits
from bot.store import Store
from bot.turns import Served, Turns
from handlers.messages import Incoming, Kind
from handlers.turn import Handlers
from storage import jobs as jobs_module
from storage.database import Connection, Database
from storage.delivery import claims as claims_module
from storage.delivery.outbox import OPEN
from storage.schema import event, job, moment, outbox
from tests.crash.fates import (
    ACKNOWLEDGED,
    BACK,
    BLOCKED,
    CHANNEL,
    DRAW,
    JOB_LEASE_SECONDS,
    MOVED_HERE,
    Desk,
    Person,
    Platform,
    Said,
    die,
    keep,
    kept,
    moved_to,
)
from tests.engines import VAULT

# A lease long enough that a slow machine does not lose it, short enough that the next process soon takes over.
LIMITS = Limits(lease_seconds=1.5, send_seconds=0.5, poll_seconds=0.1, sends_in_doubt=1000)
HOURS = Hours(lease_seconds=JOB_LEASE_SECONDS, poll_seconds=0.02, backoff_seconds=0.01)
LOOK_SECONDS = 0.02
HUNG_SECONDS = 60  # a worker that is not quiet by then has lost something
DAWN, NOON = time(6), datetime(2026, 11, 23, 12, tzinfo=UTC)  # the schedules' clock stands: each has one moment


@dataclass(frozen=True, slots=True)
class Plan:
    """What one process does: which messages the platform has, and when the process dies, if it does.

    `point` and `nth`: at the n-th time it comes to this point; `after`: so many seconds after it began to work.
    `lone`: each message waits until everything before it is quiet.
    """

    url: str
    folder: str
    said: tuple[Said, ...]
    lone: bool = False
    point: str | None = None
    nth: int = 1
    after: float | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Plan:
        record: dict[str, Any] = json.loads(line)
        return cls(**{**record, "said": tuple(Said(**one) for one in record["said"])})


class Killer:
    """Kills this process when it comes to a point for the n-th time. A claim counts when it got something."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._left = plan.nth
        self._lock = threading.Lock()
        self._in_vain = threading.local()
        claims_module.claim = self._watched("claim", claims_module.claim)
        jobs_module.claim = self._watched("job_claim", jobs_module.claim)

    def _watched(self, name: str, claim: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **kw: Any) -> Any:
            claimed = claim(*args, **kw)
            setattr(self._in_vain, name, not claimed)
            return claimed

        return watched

    def __call__(self, point: str) -> None:
        if point != self._plan.point or getattr(self._in_vain, point.partition(".")[0], False):
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                die()

    def later(self) -> None:
        """Kill this process after the time of the plan, wherever it is then."""
        if self._plan.after is not None:
            timer = threading.Timer(self._plan.after, die)
            timer.daemon = True
            timer.start()


def clock() -> datetime:
    return datetime.now(UTC)


class Work:
    """One process: what it serves, and the platform that repeats what was not acknowledged."""

    def __init__(self, plan: Plan) -> None:
        self._lone = plan.lone
        self._folder = Path(plan.folder)
        self._said = [one for one in plan.said if one.chat != CLOCK]
        self._moments = [one.key for one in plan.said if one.chat == CLOCK]
        self._app = self._composed(Database(plan.url, VAULT))

    def _composed(self, database: Database) -> App:
        store, owner = Store(database), f"process {os.getpid()}"
        person, desk, platform = Person(self._folder), Desk(self._folder), Platform(self._folder)
        done, ordering = f"{DRAW}_done", dict.fromkeys(self._moments, desk.order)
        handlers = Handlers(
            person.answer,
            person.apologise,
            work={**ordering, done: desk.put_away},
            results={done: person.show},
            rules={"told": person.rule},
        )
        delivery = Delivery(store, {CHANNEL: platform}, owner, clock, LIMITS)
        turns = Turns(store, handlers, delivery, Served([CHANNEL, CLOCK]), clock)
        jobs = Jobs(store, {DRAW: desk.draw}, owner, clock, turns.wake, HOURS)
        daily = [Daily(name, DAWN, ZoneInfo("UTC")) for name in self._moments]
        schedule = Schedule(store, daily, VAULT.digest, lambda: NOON, turns.wake)
        return App(database, store, turns, delivery, jobs, schedule, clock)

    async def run(self) -> None:
        app = self._app
        loops = [asyncio.create_task(run()) for run in (app.delivery.run, app.turns.watch, app.jobs.run)]
        loops.append(asyncio.create_task(app.schedule.run()))
        try:
            if self._lone:
                await self._feed(self._said)
            else:
                chats = {one.chat: None for one in self._said}
                await asyncio.gather(*(self._feed([one for one in self._said if one.chat == chat]) for chat in chats))
            await self._quiet()
        finally:
            for loop in loops:
                loop.cancel()

    async def _feed(self, said: Iterable[Said]) -> None:
        acknowledged = set(kept(self._folder, ACKNOWLEDGED))
        for one in said:
            if one.key not in acknowledged:
                await self._hear(one)
                keep(self._folder, ACKNOWLEDGED, one.key)
            if self._lone:
                await self._quiet()

    async def _hear(self, one: Said) -> None:
        if one.word in (BLOCKED, BACK):
            await self._app.present(CHANNEL, one.chat, here=one.word == BACK)
        elif one.word == MOVED_HERE:
            await self._app.moved(CHANNEL, one.chat, moved_to(one.chat))
        else:
            await self._app.receive(CHANNEL, one.chat, Incoming(Kind.TEXT, one.text), one.key)

    async def _quiet(self) -> None:
        while await self._app.store.read(_open_and_taken) != (0, len(self._moments)):
            await asyncio.sleep(LOOK_SECONDS)


def _open_and_taken(tx: Connection) -> tuple[int, int]:
    """Count what is open, and the moments that were taken: in one look, since a job comes between two events."""
    counts = (
        select(func.count()).select_from(moment),
        select(func.count()).where(event.c.state == "pending"),
        select(func.count()).where(job.c.state.in_(("queued", "running"))),
        select(func.count()).where(outbox.c.state.in_(OPEN)),
    )
    taken, *still_open = tx.execute(select(*(one.scalar_subquery() for one in counts))).one()
    return sum(still_open), taken


def carry_out(plan: Plan) -> None:
    """Do what the plan says, in this process, and end it."""
    signal.alarm(HUNG_SECONDS)
    turns_module.BACKOFF_SECONDS = (0.01, 0.02)
    turns_module.POLL_SECONDS = 0.1
    killer = Killer(plan)
    points.hook = killer
    killer.later()
    try:
        asyncio.run(Work(plan).run())
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            carry_out(Plan.from_json(line))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(status, flush=True)


if __name__ == "__main__":
    main()

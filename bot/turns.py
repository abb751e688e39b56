"""Turns: events are accepted, then each lane takes its turns in order, one at a time.

`take` stores an event and returns once it is safe; only then may a channel acknowledge it. The lanes run by
themselves. What another process accepted, or what a dead one left behind, is found by `watch`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.delivery import Delivery
from bot.faults import told
from bot.store import DOOR, IMPORTS, PEOPLE, Store
from handlers import turn
from handlers.turn import TRIES, Handlers, Idle, Lease, Taken
from knowledge.errors import Unavailable
from storage import events
from storage.database import Connection
from storage.events import NewEvent

log = logging.getLogger(__name__)

BACKOFF_SECONDS = (0.05, 0.5)  # before the second and the third try of a turn that raised
OUTAGE_SECONDS = 1.0  # between tries while the database is out of reach
BUSY_SECONDS = 0.02  # before looking again at a lane on which another process is at work: about a turn
POLL_SECONDS = 2.0  # the net below the wake-ups: how long an event may wait for a process that missed it
LANES_AT_ONCE = 200  # lanes that one look at the table takes up
ERROR_CHARACTERS = 300  # of a fault's text kept with the event


@dataclass(frozen=True, slots=True)
class Served:
    """What this process does: the channels whose events it takes up."""

    channels: Sequence[str]


class Turns:
    """Accepts events and runs the lanes of one process."""

    def __init__(
        self,
        store: Store,
        handlers: Handlers,
        delivery: Delivery,
        served: Served,
        clock: Callable[[], datetime],
        turned: Callable[[str], None] | None = None,
    ) -> None:
        """`turned` is called with the lane of each turn that was taken here, once it is committed."""
        self._store = store
        self._handlers = handlers
        self._delivery = delivery
        self._served = served
        self._clock = clock
        self._turned = turned
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._imports: set[str] = set()  # the lanes of which nobody waits for the end
        self._look = asyncio.Event()
        self._closing = False

    async def take(self, new: NewEvent) -> bool:
        """Store an event; True when it is new, False for a duplicate. Raises `Unavailable`: nothing was kept."""
        now = self._clock()
        event_id = await self._store.write("accept", lambda tx: events.accept(tx, new, now), rank=_door(new))
        if event_id is not None:
            if _rank(new) == IMPORTS:
                self._imports.add(new.lane)
            self.wake(new.lane)
        return event_id is not None

    def wake(self, lane: str) -> None:
        """Let a lane run until nothing is left in it."""
        if self._closing:
            return
        if lane in self._running:
            self._again.add(lane)
            return
        self._running[lane] = asyncio.create_task(self._run(lane))

    async def _run(self, lane: str) -> None:
        try:
            while not self._closing:
                self._again.discard(lane)
                while not self._closing and await self._one(lane):
                    pass
                if lane not in self._again:
                    return
        finally:
            del self._running[lane]
            self._imports.discard(lane)

    async def _one(self, lane: str) -> bool:
        """Take one turn; False when the lane has nothing to do here now."""
        now = self._clock()
        try:
            rank = IMPORTS if lane in self._imports else PEOPLE
            taken = await self._store.write("turn", partial(self._turn, lane, now), rank=rank)
        except Unavailable:
            log.warning("the database is out of reach; the turn waits")
            await asyncio.sleep(OUTAGE_SECONDS)
            return True
        except Exception as error:
            return await self._failed(lane, error)
        if isinstance(taken, Idle):
            await asyncio.sleep(BUSY_SECONDS if taken is Idle.BUSY else 0)
            return taken is Idle.BUSY
        if not taken.personal:  # not accepted here: only its turn tells
            self._imports.add(lane)
        self._delivery.send_now(taken.leased)
        if taken.queued:
            self._delivery.wake()
        if self._turned is not None:
            self._turned(lane)
        return taken.more

    def _turn(self, lane: str, now: datetime, tx: Connection) -> Taken | Idle:
        rules = self._delivery.rules
        lease = Lease(self._delivery.owner, rules.limits.lease_seconds, rules.budgets, rules.calls)
        return turn.take(tx, lane, self._handlers, lease, now)

    async def _failed(self, lane: str, error: Exception) -> bool:
        """Count a turn that raised and wait before the next try; the third failure is told to the person."""
        said = told(error)
        log.error("a turn raised %s", said)
        now = self._clock()
        try:
            attempts = await self._store.write("attempt", partial(_count, lane, said[:ERROR_CHARACTERS], now))
        except Unavailable:
            await asyncio.sleep(OUTAGE_SECONDS)
            return True
        if 0 < attempts < TRIES:
            await asyncio.sleep(BACKOFF_SECONDS[attempts - 1])
        return True

    async def watch(self) -> None:
        """Take up what other processes accepted or left behind, until cancelled."""
        while True:
            self._look.clear()
            with suppress(Unavailable):
                for lane in await self._store.read(self._waiting):
                    self.wake(lane)
            with suppress(TimeoutError):  # not wait_for: on Python 3.11 it can swallow the cancelling
                async with asyncio.timeout(POLL_SECONDS):
                    await self._look.wait()

    def look(self) -> None:
        """Look for what others left now."""
        self._look.set()

    def _waiting(self, tx: Connection) -> list[str]:
        return events.waiting_lanes(tx, self._served.channels, LANES_AT_ONCE)

    async def idle(self) -> None:
        """Wait until no lane runs and everything leased to this process was settled."""
        while self._running:
            await asyncio.wait(list(self._running.values()))
        await self._delivery.idle()

    async def close(self) -> None:
        """Let the turns that run come to their end."""
        self._closing = True
        while self._running:
            await asyncio.wait(list(self._running.values()))


def _rank(new: NewEvent) -> int:
    return IMPORTS if new.address is None else PEOPLE


def _door(new: NewEvent) -> int:
    return IMPORTS if _rank(new) == IMPORTS else DOOR


def _count(lane: str, error: str, now: datetime, tx: Connection) -> int:
    event = events.oldest(tx, lane, now) if events.hold_lane(tx, lane) else None
    if event is None:
        return 0
    pause = BACKOFF_SECONDS[event.attempts] if event.attempts < len(BACKOFF_SECONDS) else 0
    return events.count_attempt(tx, event.id, error, now + timedelta(seconds=pause))

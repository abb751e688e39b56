"""Moments on the clock: at each planned time exactly one process brings the event that belongs to it.

The row of the moment and the event are one transaction (`storage/moments.py`), so there is no leader and nothing to
catch: a process that dies before the commit leaves the moment to the next one. A moment that was missed while nobody
ran is made up for once, the latest of each schedule, if it is not older than a day.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.store import IMPORTS, Store
from knowledge.errors import Unavailable
from storage import events, moments
from storage.database import Connection
from storage.events import NewEvent

log = logging.getLogger(__name__)

CHANNEL = "clock"  # the channel of events that the clock brings
LOOK_SECONDS = 20.0  # between looks at the clock: a moment comes at most so late
MADE_UP = timedelta(days=1)  # a moment missed for longer is no longer worth its work


@dataclass(frozen=True, slots=True)
class Daily:
    """A schedule: every day at this local time an event of this kind."""

    name: str
    at: time
    zone: ZoneInfo

    def latest(self, now: datetime) -> datetime:
        """Give the latest planned time that is not after `now`."""
        local = now.astimezone(self.zone)
        planned = datetime.combine(local.date(), self.at, self.zone)
        if planned > local:
            planned = datetime.combine(local.date() - timedelta(days=1), self.at, self.zone)
        return planned


@dataclass(frozen=True, slots=True)
class Hourly:
    """A schedule: at every full hour an event of this kind."""

    name: str

    def latest(self, now: datetime) -> datetime:
        """Give the latest planned time that is not after `now`."""
        return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Every:
    """A schedule: every so many minutes, counted from the beginning of 1970, an event of this kind."""

    name: str
    minutes: int

    def latest(self, now: datetime) -> datetime:
        """Give the latest planned time that is not after `now`."""
        seconds = self.minutes * 60
        return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


class Schedule:
    """Brings the events of the schedules of one process."""

    def __init__(
        self,
        store: Store,
        schedules: Sequence[Daily | Hourly | Every],
        digest: Callable[..., str],
        clock: Callable[[], datetime],
        told: Callable[[str], None],
    ) -> None:
        self._store = store
        self._schedules = schedules
        self._digest = digest
        self._clock = clock
        self._told = told

    async def run(self) -> None:
        """Look at the clock until cancelled."""
        while True:
            try:
                await self.look()
            except Unavailable:
                log.warning("the database is out of reach; the clock waits")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> int:
        """Bring what is due; returns how many moments this process took."""
        taken = 0
        for schedule in self._schedules:
            now = self._clock()
            planned = schedule.latest(now)
            if now - planned > MADE_UP:
                continue
            lane = self._digest("moment", schedule.name)
            if await self._store.write("moment", partial(_bring, schedule.name, planned, lane, now), rank=IMPORTS):
                taken += 1
                self._told(lane)
        return taken


def _bring(name: str, planned: datetime, lane: str, now: datetime, tx: Connection) -> bool:
    if not moments.take(tx, name, planned, now):
        return False
    key = f"{name}:{planned.isoformat()}"
    return events.accept(tx, NewEvent(CHANNEL, key, name, "{}", lane), now) is not None

"""The worker: takes long work from its rows, does it outside any turn, and brings the result back as an event.

A worker holds its job by a lease that it renews while it works, so that the job of a dead process is taken over. The
result is an event whose key is the job: however often a job ran, its result is handled once.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.faults import told
from bot.points import reached
from bot.store import IMPORTS, Store
from knowledge.errors import Unavailable
from storage import accounts, events, jobs
from storage.database import Connection
from storage.events import NewEvent
from storage.jobs import ClaimedJob

log = logging.getLogger(__name__)

TRIES = 3  # a job that fails three times is told as failed
POLL_SECONDS = 2.0
RENEWALS = 3  # a lease is renewed after a third of it, so that two renewals may fail
BACKOFF_SECONDS = 5.0  # before the second try, doubled before the third

Work = Callable[[str], str]
"""Does the work with the job's body and returns the result, both JSON. It runs in a thread and may take its time."""


@dataclass(frozen=True, slots=True)
class Hours:
    """How long a job's lease holds, and the pauses. Times in seconds."""

    lease_seconds: float = 60.0
    poll_seconds: float = POLL_SECONDS
    backoff_seconds: float = BACKOFF_SECONDS


class Jobs:
    """Does the jobs of the kinds that this process knows, one at a time in each `run`."""

    def __init__(
        self,
        store: Store,
        work: Mapping[str, Work],
        owner: str,
        clock: Callable[[], datetime],
        told: Callable[[str], None],
        hours: Hours | None = None,
    ) -> None:
        self._store = store
        self._work = work
        self._owner = owner
        self._clock = clock
        self._told = told
        self._hours = hours or Hours()
        self._more = asyncio.Event()

    def wake(self) -> None:
        """Look for work now."""
        self._more.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._more.clear()
            try:
                done = await self.one()
            except Unavailable:
                log.warning("the database is out of reach; jobs wait")
                done = False
            if not done:
                with suppress(TimeoutError):  # not wait_for: on Python 3.11 it can swallow the cancelling
                    async with asyncio.timeout(self._hours.poll_seconds):
                        await self._more.wait()

    async def one(self) -> bool:
        """Do the next job; False when there is none."""
        claimed = await self._store.write("job_claim", self._claim, rank=IMPORTS)
        if claimed is None:
            return False
        if claimed.attempts >= TRIES:
            await self._finish(claimed, None, "its processes died while doing it")
            return True
        reached("job.claimed")
        renewing = asyncio.create_task(self._renew(claimed))
        try:
            result = await asyncio.to_thread(self._work[claimed.kind], claimed.body)
        except Exception as error:
            log.error("job %d (%s) raised %s", claimed.id, claimed.kind, told(error))
            await self._failed(claimed, type(error).__name__)
        else:
            reached("job.worked")
            await self._finish(claimed, result, None)
        finally:
            renewing.cancel()
        return True

    def _claim(self, tx: Connection) -> ClaimedJob | None:
        return jobs.claim(tx, list(self._work), self._owner, self._clock(), self._hours.lease_seconds)

    async def _renew(self, claimed: ClaimedJob) -> None:
        while True:
            await asyncio.sleep(self._hours.lease_seconds / RENEWALS)
            renewed = partial(jobs.renew, job_id=claimed.id, owner=self._owner, lease_seconds=self._hours.lease_seconds)
            with suppress(Unavailable):
                await self._store.write("job_renew", renewed)

    async def _failed(self, claimed: ClaimedJob, error: str) -> None:
        if claimed.attempts + 1 >= TRIES:
            await self._finish(claimed, None, error)
            return
        again = self._clock() + timedelta(seconds=self._hours.backoff_seconds * 2**claimed.attempts)
        released = partial(jobs.release, job_id=claimed.id, owner=self._owner, again=again, error=error)
        await self._store.write("job_release", released)

    async def _finish(self, claimed: ClaimedJob, result: str | None, error: str | None) -> None:
        """Close the job and bring its result as an event, in one transaction."""
        self._told(await self._store.write("job_finish", partial(self._close, claimed, result, error)))

    def _close(self, claimed: ClaimedJob, result: str | None, error: str | None, tx: Connection) -> str:
        """Close the job and give the lane of its result: that of the conversation, which may have moved meanwhile."""
        now = self._clock()
        if not jobs.finish(tx, claimed.id, self._owner, now, error=error):
            return claimed.lane
        body = json.dumps({"result": result, "error": error}, ensure_ascii=False)
        found = None if claimed.account_id is None else accounts.by_id(tx, claimed.account_id)
        lane, address = (claimed.lane, None) if found is None else (found[0].lane, found[0].address)
        key, kind = f"job:{claimed.id}", f"{claimed.kind}_done"
        events.accept(tx, NewEvent(claimed.channel, key, kind, body, lane, address), now)
        return lane

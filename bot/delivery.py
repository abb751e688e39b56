"""Delivery: the outbox worker. It claims rows, sends them in order for each account, and settles each by itself.

A reply comes here already leased by its turn and leaves at once; everything else is claimed. A row stays leased while
it is sent, so that a process that dies gives it back when the lease runs out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.channels.base import Channel, Outgoing, OutgoingFile
from bot.faults import told
from bot.points import reached
from bot.store import Store
from handlers.messages import FileRef, Reply
from knowledge.errors import DeliveryError, Gone, Moved, Refused, TryLater, Unavailable, Uncertain
from storage import accounts, audit, departures, files, outbox, people, presence
from storage.database import Connection
from storage.outbox import Claimed

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a lease holds and how often a row is tried. Times in seconds."""

    lease_seconds: float = 60.0
    send_seconds: float = 20.0  # a platform that has not answered by then counts as silent
    poll_seconds: float = 2.0
    claims_at_once: int = 50
    tries: int = 12  # with the back-off below about six hours
    sends_in_doubt: int = 5  # a row whose processes died this often may itself be what kills them
    backoff_seconds: float = 2.0
    backoff_most_seconds: float = 3600.0


@dataclass(slots=True)
class Leased:
    """A claimed row and until when (monotonic seconds) this process may start to send it."""

    row: Claimed
    until: float


class Delivery:
    """Sends the rows of the channels that this process has."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        owner: str,
        clock: Callable[[], datetime],
        limits: Limits | None = None,
        address: str | None = None,
    ) -> None:
        self._store = store
        self._channels = channels
        self.owner = owner
        self.limits = limits or Limits()
        self._clock = clock
        self._address = address  # set where this process may only send to one address (a terminal)
        self._queues: dict[int, deque[Leased]] = {}
        self._senders: dict[int, asyncio.Task[None]] = {}
        self._more = asyncio.Event()
        self._claiming: asyncio.Task[list[Claimed]] | None = None

    def send_now(self, rows: Iterable[Claimed]) -> None:
        """Send rows that are leased to this process, in order for each account."""
        until = time.monotonic() + self.limits.lease_seconds - self.limits.send_seconds
        for row in rows:
            self._queues.setdefault(row.account_id, deque()).append(Leased(row, until))
            if row.account_id not in self._senders:
                self._senders[row.account_id] = asyncio.create_task(self._send_all(row.account_id))

    async def run(self) -> None:
        """Claim and send what is due, until cancelled."""
        while True:
            self._more.clear()
            try:
                # What was claimed must be sent, or it would wait for its lease: a stop does not cut a claim off.
                self._claiming = asyncio.create_task(self._claim())
                claimed = await asyncio.shield(self._claiming)
            except Unavailable:
                log.warning("the database is out of reach; delivery waits")
                claimed = []
            if not claimed:
                with suppress(TimeoutError):  # not wait_for: on Python 3.11 it can swallow the cancelling
                    async with asyncio.timeout(self.limits.poll_seconds):
                        await self._more.wait()

    async def _claim(self) -> list[Claimed]:
        claimed = await self._store.write("claim", self._claim_due)
        self.send_now(claimed)
        return claimed

    def _claim_due(self, tx: Connection) -> list[Claimed]:
        return outbox.claim(
            tx,
            list(self._channels),
            self.owner,
            self._clock(),
            lease_seconds=self.limits.lease_seconds,
            most=self.limits.claims_at_once,
            address=self._address,
        )

    def wake(self) -> None:
        """Look for due rows now."""
        self._more.set()

    async def idle(self) -> None:
        """Wait until nothing that is due waits here: sent, settled, and nothing more to claim."""
        while True:
            while self._senders:
                await asyncio.wait(list(self._senders.values()))
            if not await self._claim():
                return

    async def close(self) -> None:
        """Send and settle what is leased to this process, for as long as one send may take."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.limits.send_seconds):
                if self._claiming is not None:
                    await asyncio.wait([self._claiming])
                while self._senders:
                    await asyncio.wait(list(self._senders.values()))

    async def _send_all(self, account_id: int) -> None:
        queue = self._queues[account_id]
        try:
            while queue:
                leased = queue.popleft()
                if not await self._send_one(leased):
                    queue.clear()  # given back, given up, or back when its lease runs out: behind the row that waits
        finally:
            del self._queues[account_id]
            del self._senders[account_id]

    async def _send_one(self, leased: Leased) -> bool:
        """Send and settle one row; False when the account's later rows must wait for it."""
        row = leased.row
        if time.monotonic() > leased.until:
            return False
        if row.repeats > self.limits.sends_in_doubt:
            await self._settle(row, "uncertain", error="its processes died while sending it")
            return True
        reply = Reply.from_json(row.body)
        files = await self._load(reply)
        message = Outgoing(row.address, reply, repeated=row.repeats > 0, files=files, number=row.id)
        reached("send.before")
        try:
            async with asyncio.timeout(self.limits.send_seconds):
                external_id = await self._channels[row.channel].send(message)
        except TimeoutError:
            return await self._not_sent(row, Uncertain("no answer in time"))
        except DeliveryError as error:
            return await self._not_sent(row, error)
        except Exception as error:
            log.error("channel %s raised a foreign error: %s", row.channel, told(error))
            return await self._not_sent(row, Uncertain(f"{type(error).__name__}"))
        reached("send.answered")
        await self._settle(row, "sent", external_id=external_id)
        return True

    async def _load(self, reply: Reply) -> tuple[OutgoingFile, ...]:
        """Load the files that go with a reply, trying while the database is out of reach."""
        while reply.files:
            try:
                return await self._store.read(lambda tx: tuple(_loaded(tx, reply.files)))
            except Unavailable:
                await asyncio.sleep(self.limits.poll_seconds)
        return ()

    async def _not_sent(self, row: Claimed, error: DeliveryError) -> bool:
        """Settle or put back a row whose send failed; False when what comes behind it must not be sent now."""
        if error.log:
            log.warning("outbox row %d: %s: %s", row.id, type(error).__name__, error)
        match error:
            case Gone():
                await self._write("gone", partial(self._close_account, row, str(error)))
                self._more.set()  # what waited may go on to another account of the person
                return False
            case Moved():
                return await self._follow(row, error.address)
            case Refused():
                await self._settle(row, "failed", error=str(error))
                return True
            case Uncertain() if row.kind == outbox.REPLY or row.repeats > 0:
                await self._settle(row, "uncertain", error=str(error))
                return True
            case Uncertain():
                return await self._again(row, str(error), None, may_have_arrived=True)
            case TryLater():
                return await self._again(row, str(error), error.after)
        raise AssertionError(error)

    async def _again(self, row: Claimed, error: str, after: float | None, *, may_have_arrived: bool = False) -> bool:
        if row.attempts + 1 >= self.limits.tries:
            await self._settle(row, "failed", error=error)
            return True
        pause = after if after is not None else self._backoff(row.attempts)
        again = self._clock() + timedelta(seconds=pause)
        rest = self._behind(row)

        def release(tx: Connection) -> None:
            outbox.release(tx, row.id, self.owner, again, error, may_have_arrived=may_have_arrived)
            outbox.give_back(tx, rest, self.owner)

        await self._write("release", release)
        asyncio.get_running_loop().call_later(pause, self._more.set)
        return False

    async def _follow(self, row: Claimed, address: str) -> bool:
        """Save the new address of a conversation and send the row again, there."""
        if row.attempts + 1 >= self.limits.tries:
            await self._settle(row, "failed", error="it moves on and on")
            return True
        await self._write("move", partial(self._move, row, address, self._behind(row)))
        self._more.set()
        return False

    def _behind(self, row: Claimed) -> list[int]:
        """Name the rows that wait here behind this one."""
        return [leased.row.id for leased in self._queues[row.account_id]]

    def _move(self, row: Claimed, address: str, rest: list[int], tx: Connection) -> None:
        vault, now = self._store.database.vault, self._clock()
        outbox.release(tx, row.id, self.owner, now, "moved")
        outbox.give_back(tx, rest, self.owner)
        old, new = (accounts.lane_of(vault, row.channel, place) for place in (row.address, address))
        presence.move(tx, old, address, new, now)

    def _backoff(self, attempts: int) -> float:
        return float(min(self.limits.backoff_seconds * 2**attempts, self.limits.backoff_most_seconds))

    async def _settle(
        self, row: Claimed, state: str, *, external_id: str | None = None, error: str | None = None
    ) -> None:
        settled = partial(
            outbox.settle,
            row=row,
            owner=self.owner,
            state=state,
            now=self._clock(),
            external_id=external_id,
            error=error,
        )
        more = await self._write("settle", settled)
        if more and not self._queues[row.account_id]:
            self._more.set()
        if more is None:
            log.warning("outbox row %d: its lease had passed to another process; it may arrive twice", row.id)

    async def _write(self, name: str, job: Callable[[Connection], T]) -> T:
        """Write, and keep trying while the database is out of reach: what was sent must not be sent again."""
        while True:
            try:
                return await self._store.write(name, job)
            except Unavailable:
                await asyncio.sleep(self.limits.poll_seconds)

    def _close_account(self, row: Claimed, error: str, tx: Connection) -> None:
        now = self._clock()
        accounts.close(tx, row.account_id, now)
        people.pass_on(tx, row.account_id, now)
        outbox.settle(tx, row, self.owner, "gone", now, error=error)
        outbox.drop(tx, row.account_id, now)
        departures.note(tx, row.account_id, now)
        audit.add(tx, "account_gone", now, detail=f"{row.channel} account {row.account_id}")


def _loaded(tx: Connection, named: Iterable[FileRef]) -> Iterator[OutgoingFile]:
    for one in named:
        kept = files.load(tx, one.hash)
        if kept is None:
            log.warning("a file that goes with a message is no longer kept; the message goes without it")
        else:
            yield OutgoingFile(one.name, kept.content, kept.media_type)

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
from datetime import datetime

from bot.channels.base import Channel, Outgoing, OutgoingFile
from bot.faults import told
from bot.points import reached
from bot.settling import Limits, Outcome, Rules, Settler
from bot.store import Store
from handlers.messages import FileRef, Reply
from knowledge.errors import DeliveryError, Unavailable, Uncertain
from storage import files
from storage.database import Connection
from storage.delivery import claims
from storage.delivery.claims import Claimer, Claims
from storage.delivery.outbox import Claimed

log = logging.getLogger(__name__)


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
        rules: Rules | Limits | None = None,
        address: str | None = None,
    ) -> None:
        """`rules`: how it sends; limits alone mean without budgets."""
        self._store = store
        self._channels = channels
        self.owner = owner
        self.rules = rules if isinstance(rules, Rules) else Rules(rules or Limits())
        self.limits = self.rules.limits
        self._clock = clock
        self._address = address  # set where this process may only send to one address (a terminal)
        self._settler = Settler(store, owner, lambda: self._clock(), self.rules)
        self._queues: dict[int, deque[Leased]] = {}
        self._senders: dict[int, asyncio.Task[None]] = {}
        self._more = asyncio.Event()
        self._claiming: asyncio.Task[Claims] | None = None

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
                claimed = Claims()
            await self._pause(claimed)

    async def _pause(self, claimed: Claims) -> None:
        """Wait until more may be claimed: the budget's next room, a free sender, a wake, or the poll."""
        if len(self._senders) >= self.limits.sends_at_once:
            await asyncio.wait(list(self._senders.values()), return_when=asyncio.FIRST_COMPLETED)
            return
        seconds = min(claimed.again, self.limits.poll_seconds)
        if claimed.rows and seconds == self.limits.poll_seconds:
            return  # as much as was asked for: there may be more
        with suppress(TimeoutError):  # not wait_for: on Python 3.11 it can swallow the cancelling
            async with asyncio.timeout(seconds):
                await self._more.wait()

    async def _claim(self) -> Claims:
        claimed = await self._store.write("claim", self._claim_due)
        self.send_now(claimed.rows)
        return claimed

    def _claim_due(self, tx: Connection) -> Claims:
        limits = self.limits
        most = min(limits.claims_at_once, limits.sends_at_once - len(self._senders))
        rules = self.rules
        claimer = Claimer(self.owner, limits.lease_seconds, most, self._address, rules.budgets, rules.calls)
        return claims.claim(tx, list(self._channels), claimer, self._clock())

    def wake(self) -> None:
        """Look for due rows now."""
        self._more.set()

    async def idle(self) -> None:
        """Wait until nothing that is due waits here: sent, settled, and nothing more to claim."""
        while True:
            while self._senders:
                await asyncio.wait(list(self._senders.values()))
            claimed = await self._claim()
            if not claimed and claimed.again > self.limits.lease_seconds:
                return
            if not claimed:
                await asyncio.sleep(claimed.again)

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
        if time.monotonic() > leased.until:
            return False
        outcome = await self._sent(leased.row)
        if outcome.again is not None and not (outcome.goes_on and self._queues[leased.row.account_id]):
            asyncio.get_running_loop().call_later(outcome.again, self._more.set)
        return outcome.goes_on

    async def _sent(self, row: Claimed) -> Outcome:
        if row.repeats > self.limits.sends_in_doubt:
            return await self._settler.settle(row, "uncertain", error="its processes died while sending it")
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
        return await self._settler.settle(row, "sent", external_id=external_id)

    async def _not_sent(self, row: Claimed, error: DeliveryError) -> Outcome:
        behind = [leased.row.id for leased in self._queues[row.account_id]]
        return await self._settler.not_sent(row, error, behind)

    async def _load(self, reply: Reply) -> tuple[OutgoingFile, ...]:
        """Load the files that go with a reply, trying while the database is out of reach."""
        while reply.files:
            try:
                return await self._store.read(lambda tx: tuple(_loaded(tx, reply.files)))
            except Unavailable:
                await asyncio.sleep(self.limits.poll_seconds)
        return ()


def _loaded(tx: Connection, named: Iterable[FileRef]) -> Iterator[OutgoingFile]:
    for one in named:
        kept = files.load(tx, one.hash)
        if kept is None:
            log.warning("a file that goes with a message is no longer kept; the message goes without it")
        else:
            yield OutgoingFile(one.name, kept.content, kept.media_type)

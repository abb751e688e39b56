"""What becomes of a row once it was sent, or could not be: settled, put back for another try, given up.

Each is one commit by itself, in which the account comes first, then the budget, then the row: as in a turn, so that
none waits for another in a circle. In the same commit the chat begins its rest, a platform that asks to wait is
obeyed, and an operator is told of a message that is given up.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.store import Store
from knowledge.errors import DeliveryError, Gone, Moved, Refused, SlowDown, TryLater, Unavailable, Uncertain
from storage import accounts, audit
from storage.database import Connection
from storage.delivery import chat_pace, outbox
from storage.delivery.budgets import Budget, Calls, one_call
from storage.delivery.outbox import Claimed
from storage.officials import departures
from storage.people import joined as people
from storage.people import presence

log = logging.getLogger(__name__)

T = TypeVar("T")

Buried = Callable[[Connection, str, datetime], None]
"""Notes, in the transaction, that a message of a channel was given up, so that an operator hears of it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a lease holds and how often a row is tried. Times in seconds."""

    lease_seconds: float = 60.0
    send_seconds: float = 20.0  # a platform that has not answered by then counts as silent
    poll_seconds: float = 2.0
    claims_at_once: int = 50
    sends_at_once: int = 200  # chats that are sent to at a time; the rest waits where another process can take it
    tries: int = 12  # with the back-off below about five hours
    sends_in_doubt: int = 5  # a row whose processes died this often may itself be what kills them
    backoff_seconds: float = 2.0
    backoff_most_seconds: float = 3600.0

    def backoff(self, attempts: int) -> float:
        """Give the pause before the next try: longer each time, and never the same for all that failed together."""
        whole: float = min(self.backoff_seconds * 2**attempts, self.backoff_most_seconds)
        return whole * random.uniform(0.5, 1.0)  # noqa: S311 - nothing is guessed by it


@dataclass(frozen=True, slots=True)
class Rules:
    """How this process sends: limits, what each channel may send, what a message takes of it, who hears of its end."""

    limits: Limits = Limits()
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    calls: Calls = one_call
    buried: Buried | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows for the account: whether what waits behind the row goes on now, and when to look again."""

    goes_on: bool
    again: float | None = None


class Settler:
    """Writes what became of the rows that one process leased."""

    def __init__(self, store: Store, owner: str, clock: Callable[[], datetime], rules: Rules) -> None:
        self._store = store
        self._owner = owner
        self._clock = clock
        self._rules = rules

    async def settle(
        self, row: Claimed, state: str, *, external_id: str | None = None, error: str | None = None
    ) -> Outcome:
        """Record how a send ended; what waits behind it goes on, and `again` is 0 where more is to be claimed."""
        job = partial(self._settled, row, state, external_id, error)
        more = await self._write("settle", job)
        if more is None:
            log.warning("outbox row %d: its lease had passed to another process; it may arrive twice", row.id)
        return Outcome(True, 0.0 if more else None)

    def _settled(
        self, row: Claimed, state: str, external_id: str | None, error: str | None, tx: Connection
    ) -> bool | None:
        now = self._clock()
        self._rest(tx, row)
        more = outbox.settle(tx, row, self._owner, state, now, external_id=external_id, error=error)
        if state == outbox.FAILED and more is not None and self._rules.buried is not None:
            self._rules.buried(tx, row.channel, now)
        return more

    async def not_sent(self, row: Claimed, error: DeliveryError, behind: Sequence[int]) -> Outcome:
        """Settle or put back a row whose send failed; `behind`: the rows leased here that wait behind it."""
        if error.log:
            log.warning("outbox row %d: %s: %s", row.id, type(error).__name__, error)
        match error:
            case Gone():
                await self._write("gone", partial(self._close_account, row, str(error)))
                return Outcome(False, 0.0)  # what waited may go on to another account of the person
            case Moved():
                return await self._follow(row, error.address, behind)
            case Refused():
                return await self.settle(row, outbox.FAILED, error=str(error))
            case Uncertain() if row.kind == outbox.REPLY or row.repeats > 0:
                return await self.settle(row, "uncertain", error=str(error))
            case Uncertain():
                return await self._again(row, error, None, behind)
            case TryLater():
                return await self._again(row, error, error.after, behind)
        raise AssertionError(error)

    async def _again(self, row: Claimed, error: DeliveryError, after: float | None, behind: Sequence[int]) -> Outcome:
        if row.attempts + 1 >= self._rules.limits.tries:
            return await self.settle(row, outbox.FAILED, error=str(error))
        pause = after if after is not None else self._rules.limits.backoff(row.attempts)
        again = self._clock() + timedelta(seconds=pause)

        def release(tx: Connection) -> None:
            doubtful = isinstance(error, Uncertain)
            budget = self._rules.budgets.get(row.channel)
            if isinstance(error, SlowDown):
                chat_pace.stop(tx, budget, row, pause)
            elif doubtful:
                self._rest(tx, row)
            outbox.release(tx, row.id, self._owner, again, str(error), may_have_arrived=doubtful)
            outbox.give_back(tx, behind, self._owner)

        await self._write("release", release)
        return Outcome(False, pause)

    def _rest(self, tx: Connection, row: Claimed) -> None:
        budget = self._rules.budgets.get(row.channel)
        if budget is not None:
            chat_pace.rest(tx, budget, row, self._rules.calls(row.channel, row.body))

    async def _follow(self, row: Claimed, address: str, behind: Sequence[int]) -> Outcome:
        """Save the new address of a conversation; the row is sent again, there."""
        if row.attempts + 1 >= self._rules.limits.tries:
            return await self.settle(row, outbox.FAILED, error="it moves on and on")
        await self._write("move", partial(self._move, row, address, behind))
        return Outcome(False, 0.0)

    def _move(self, row: Claimed, address: str, behind: Sequence[int], tx: Connection) -> None:
        vault, now = self._store.database.vault, self._clock()
        old, new = (accounts.lane_of(vault, row.channel, place) for place in (row.address, address))
        presence.move(tx, old, address, new, now)
        outbox.release(tx, row.id, self._owner, now, "moved")
        outbox.give_back(tx, behind, self._owner)

    def _close_account(self, row: Claimed, error: str, tx: Connection) -> None:
        now = self._clock()
        accounts.close(tx, row.account_id, now)
        people.pass_on(tx, row.account_id, now)
        outbox.settle(tx, row, self._owner, "gone", now, error=error)
        outbox.drop(tx, row.account_id, now)
        departures.note(tx, row.account_id, now)
        audit.add(tx, "account_gone", now, detail=f"{row.channel} account {row.account_id}")

    async def _write(self, name: str, job: Callable[[Connection], T]) -> T:
        """Write, and keep trying while the database is out of reach: what was sent must not be sent again."""
        while True:
            try:
                return await self._store.write(name, job)
            except Unavailable:
                await asyncio.sleep(self._rules.limits.poll_seconds)

"""Receipts of Zalo: a message arrived at a telephone, or was looked at. They are noted at the message's row.

A receipt can be faster than the commit that notes the message's id; what matches nothing is looked at again a little
later, and then was not ours (a part before the last, or a colleague's).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.channels.zalo.oa_reading import Receipt
from bot.store import Store
from knowledge.errors import Unavailable
from storage.database import Connection
from storage.delivery import receipts

log = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0  # until a receipt that matched nothing is looked at again
WAITING_MOST = 1000


@dataclass(frozen=True, slots=True)
class _Waiting:
    receipt: Receipt
    at: datetime


class Receipts:
    """Notes receipts. A receipt that is lost, as by a kill, costs nothing: it says only what became of a message."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._waiting: deque[_Waiting] = deque(maxlen=WAITING_MOST)

    async def note(self, receipt: Receipt) -> None:
        """Note a receipt. Raises `Unavailable`: nothing was noted."""
        now = self._clock()
        if not await self._note(receipt, min(receipt.at or now, now)):
            self._waiting.append(_Waiting(receipt, now))

    async def _note(self, receipt: Receipt, at: datetime) -> int:
        def noting(tx: Connection) -> int:
            if receipt.number is not None:
                return receipts.note_by_number(tx, receipt.number, at)
            return receipts.note(tx, receipt.messages, at, seen=receipt.seen)

        return await self._store.write("zalo_receipt", noting)

    async def run(self) -> None:
        """Look again at what matched nothing, until cancelled."""
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            await self.look_again()

    async def look_again(self) -> None:
        """Look once more at each receipt that matched nothing, and then forget it."""
        for _ in range(len(self._waiting)):
            one = self._waiting.popleft()
            try:
                if not await self._note(one.receipt, one.at):
                    log.debug("Zalo: a receipt of a message that is not ours")
            except Unavailable:
                self._waiting.append(one)

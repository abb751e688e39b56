"""What the channel asks the database: when somebody last made contact, and to note that they just did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.store import Store
from storage import presence, zalo_contacts
from storage.accounts import lane_of

FREE = timedelta(hours=48)  # since the last contact messages are free (Zalo, consultation messages, since 2026-01-01)
PAID = timedelta(days=7)  # and until then charged; later they are refused with -230


class Contacts:
    """The contacts of one channel."""

    def __init__(self, store: Store, channel: str, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._channel = channel
        self._clock = clock

    async def note(self, address: str) -> None:
        """Note that somebody made contact just now; what waited for that is due. Raises `Unavailable`."""
        lane, now = lane_of(self._store.database.vault, self._channel, address), self._clock()
        await self._store.write(
            "zalo_contact",
            lambda tx: zalo_contacts.note(tx, channel=self._channel, address=address, lane=lane, now=now),
        )

    async def make_way(self, address: str, at: datetime | None, span: timedelta) -> datetime:
        """Let the bot be silent for so long since `at`, when a colleague wrote to this address; returns until when.

        The event of it may come hours late, and then pauses no longer than one in time. Raises `Unavailable`.
        """
        lane, now = lane_of(self._store.database.vault, self._channel, address), self._clock()
        until = min(at or now, now) + span
        if until > now:
            pausing = partial(presence.pause, channel=self._channel, address=address, lane=lane, until=until, now=now)
            await self._store.write("zalo_pause", pausing)
        return until

    async def is_open(self, address: str, *, paid: bool) -> bool:
        """Tell whether Zalo takes a message to this address now; `paid`: also a charged one. Raises `Unavailable`.

        Where no contact is known it may be: then Zalo says so itself.
        """
        lane = lane_of(self._store.database.vault, self._channel, address)
        last = await self._store.read(lambda tx: zalo_contacts.last(tx, lane))
        return last is None or self._clock() - last < (PAID if paid else FREE)

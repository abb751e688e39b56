"""What the channel asks the database: when somebody last made contact, and to note that they just did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.store import Store
from storage import zalo_contacts
from storage.accounts import lane_of
from storage.people import notice_phones, presence

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

    async def last(self, address: str) -> datetime | None:
        """Tell when somebody last made contact; None when that is not known. Raises `Unavailable`."""
        lane = self._lane(address)
        return await self._store.read(lambda tx: zalo_contacts.last(tx, lane))

    async def phone(self, address: str) -> str | None:
        """Give the number to which this person agreed to be told by phone, if they did. Raises `Unavailable`."""
        lane = self._lane(address)
        return await self._store.read(lambda tx: notice_phones.agreed_at_lane(tx, lane))

    async def spoil_phone(self, address: str) -> None:
        """Forget a number at which nobody can be told. Raises `Unavailable`."""
        spoiling = partial(notice_phones.spoil, lane=self._lane(address), now=self._clock())
        await self._store.write("zalo_phone", spoiling)

    def _lane(self, address: str) -> str:
        return lane_of(self._store.database.vault, self._channel, address)

"""The open streams of the page: who reads which lane, woken by turns of this process and by a look at the table.

A turn taken here wakes the lane's streams at once. What another process answered is found by one query a second for
all streams together; it looks back some seconds, because rows need not become visible in the order of their ids.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from bot.store import Store
from knowledge.errors import Unavailable
from storage import web_rows

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0  # how late an answer of another process may be
LOOKS_BACK = 10  # looks: a transaction that is open for longer has its rows read with the lane's next answer
MARGIN_ROWS = 100  # looked at anew by the first look: saved while the first stream was read and the look began
OF_ONE_LANE = 8  # a browser opens at most 6 connections to a host; older ones are dead or of no use
IN_ALL = 2_000  # streams of one process: about 100 MB


@dataclass(eq=False, slots=True)
class Stream:
    """One open stream: the lane that it reads, whether there may be more to read, whether it has to end."""

    lane: str
    more: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False

    def end(self) -> None:
        """Let its reader come to the end."""
        self.ended = True
        self.more.set()


class Streams:
    """All open streams of this process."""

    def __init__(self, poll_seconds: float = POLL_SECONDS) -> None:
        self._poll_seconds = poll_seconds
        self._of_lane: dict[str, list[Stream]] = {}
        self._count = 0
        self._net: asyncio.Task[None] | None = None

    @property
    def full(self) -> bool:
        """Tell whether no more can be opened."""
        return self._count >= IN_ALL

    @contextmanager
    def opened(self, lane: str, store: Store) -> Iterator[Stream]:
        """Keep a stream of this lane while the block runs; the oldest beyond `OF_ONE_LANE` has to end."""
        stream = Stream(lane)
        others = self._of_lane.setdefault(lane, [])
        others.append(stream)
        self._count += 1
        if len(others) > OF_ONE_LANE:
            others[0].end()
        if self._net is None or self._net.done():
            self._net = asyncio.create_task(self._look(store))
        try:
            yield stream
        finally:
            self._count -= 1
            others.remove(stream)
            if not others and self._of_lane.get(lane) is others:
                del self._of_lane[lane]

    def wake(self, lane: str) -> None:
        """Let the streams of this lane read again."""
        for stream in self._of_lane.get(lane, ()):
            stream.more.set()

    async def close(self) -> None:
        """End every stream and the looking."""
        for streams in list(self._of_lane.values()):
            for stream in streams:
                stream.end()
        if self._net is not None:
            self._net.cancel()
            with suppress(asyncio.CancelledError):
                await self._net
            self._net = None

    async def _look(self, store: Store) -> None:
        """Look for rows that others saved and wake their lanes, until cancelled."""
        marks: deque[int] = deque(maxlen=LOOKS_BACK)
        known: set[int] = set()
        while True:
            try:
                if marks:
                    floor = marks[0]
                    found = await store.read(lambda tx, floor=floor: web_rows.since(tx, floor))  # type: ignore[misc]
                    for row_id, lane in found:
                        if row_id not in known:
                            self.wake(lane)
                    known = {row_id for row_id, _ in found}
                    marks.append(max([marks[-1], *known]))
                else:
                    marks.append(max(0, await store.read(web_rows.newest) - MARGIN_ROWS))
            except Unavailable:
                log.warning("the database is out of reach; the web chat waits")
            await asyncio.sleep(self._poll_seconds)

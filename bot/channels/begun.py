"""Messages that were sent in part: the next try goes on behind the parts that arrived."""

from __future__ import annotations

import time

from handlers.messages import Reply

BEGUN_SECONDS = 4 * 3600.0  # how long one is remembered; its tries come within an hour
BEGUN_MOST = 1000

Key = tuple[str, Reply]
"""Where to, and what."""


class Begun:
    """Remembers, in this process, how many parts of a message were sent."""

    def __init__(self) -> None:
        self._begun: dict[Key, tuple[int, float]] = {}

    def take(self, key: Key) -> int:
        """Tell how many parts were sent before, and forget it."""
        done, at = self._begun.pop(key, (0, 0.0))
        return done if time.monotonic() - at < BEGUN_SECONDS else 0

    def remember(self, key: Key, done: int) -> None:
        """Remember that so many parts were sent."""
        if done == 0:
            return
        while len(self._begun) >= BEGUN_MOST:
            del self._begun[next(iter(self._begun))]
        self._begun[key] = (done, time.monotonic())

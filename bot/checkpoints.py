"""Moving what was committed from SQLite's log into its file, beside the writing thread instead of in it.

SQLite does this in the commit by which the log reached a length, and whoever waits for that commit waits for it too: 20
ms and more while a big import writes. Here a thread of its own does nearly all of it; a commit finds little left when
the log has grown long and has to begin anew (`LOG_PAGES`).
"""

from __future__ import annotations

import logging
import threading

from knowledge.errors import Unavailable
from storage.database import Connection, Database, border, checkpoint

log = logging.getLogger(__name__)

LOG_PAGES = 8_000  # 32 MB: the length at which a commit moves what is left, so that the log begins anew
PAUSE_SECONDS = 0.05  # between two rounds: so short that a round has little to write, and a commit's own waits little


class Checkpoints:
    """The thread that moves pages. It has something to do only after `committed`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._more, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def committed(self) -> None:
        """Say that something was committed."""
        self._more.set()

    def stop(self) -> None:
        """Come to the end of the round and stop."""
        self._stopping.set()
        self._more.set()
        self._thread.join()

    def _run(self) -> None:
        connection: Connection | None = None
        while True:
            self._more.wait()
            if self._stopping.is_set():
                break
            self._more.clear()
            try:
                with border():
                    connection = connection or self._database.connect()
                    checkpoint(connection)
            except Unavailable:  # the commits notice it too, and say so
                connection = None
            self._stopping.wait(PAUSE_SECONDS)
        if connection is not None:
            connection.close()

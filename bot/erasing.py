"""The second half of an erasure: the chat itself, once the reply that says so has left."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime

from storage.database import Database
from storage.delivery import outbox
from storage.people import erasure as privacy
from storage.people import joined

WAIT_SECONDS = 20.0  # for the last reply; the row goes whether or not it left
LOOK_SECONDS = 0.2


def erase(database: Database, clock: Callable[[], datetime], body: str) -> str:
    """Remove the account and whatever still leads to it."""
    account_id = json.loads(body)["account"]
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        with database.transaction() as tx:
            if not outbox.is_open(tx, account_id):
                break
        time.sleep(LOOK_SECONDS)
    with database.transaction() as tx:
        privacy.erase(tx, account_id, clock())
        joined.forget_empty(tx)  # who had several accounts
    return "{}"

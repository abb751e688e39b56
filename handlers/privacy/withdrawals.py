"""Withdrawals: somebody asks, through their platform, that what is kept about them be erased.

(Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Điều 14; Zalo tells it with the event `user_withdraw`.)
"""

from __future__ import annotations

from datetime import datetime

from storage import accounts
from storage.database import Connection
from storage.events import Pending
from storage.people import erasure as privacy

WITHDRAWN = "withdrawn"  # the kind of the event; its lane is the person's conversation


def erase(tx: Connection, event: Pending, now: datetime) -> None:
    """Erase the person of this lane; nothing happens where nothing is known of them."""
    known = accounts.by_lane(tx, event.lane)
    if known is not None:
        privacy.erase(tx, known[0].id, now)

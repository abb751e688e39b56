"""A process that takes in files of dossiers, and may be told to die at its n-th crash point.

``python -m tests.crash.importer URL DIE_AT FILE…``; every announced status is a notice to one account, whose rows are
then counted. The last line that it prints is the number of points that it came to.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot import points
from bot.delivery import Delivery
from bot.intake.files import read_file
from bot.intake.table import Layout
from bot.store import Store
from bot.turns import Served, Turns
from handlers.intake.batches import CHANGED, NEW, batch, take_in
from handlers.intake.words import RowFault
from handlers.messages import Happening, Notice, Reply, Turn
from handlers.turn import Handlers
from storage import accounts
from storage.database import Connection, Database
from storage.dossiers.intake import Origin
from storage.events import NewEvent, waiting_lanes
from tests.crash.fates import die
from tests.engines import VAULT

CHANNEL, ADDRESS, KIND = "import", "watcher", "dossiers"
AT_ONCE = 50
LANE = accounts.lane_of(VAULT, "platform", ADDRESS)


def tell(tx: Connection, told: Happening, _now: datetime) -> Iterable[Notice]:
    """Tell the watcher of every status."""
    found = accounts.by_lane(tx, LANE)
    assert found is not None
    text = f"{told.facts['code']} {int(told.facts['new'])} {told.facts['late']}"
    return [Notice(found[0].id, Reply(Markup.escape(text)))]


async def work(engine_url: str, files: list[Path]) -> None:
    """Take in the files one after the other; what a dead process left is taken up first."""
    store = Store(Database(engine_url, VAULT))
    delivery = Delivery(store, {}, uuid4().hex, lambda: datetime.now(UTC))
    handlers = Handlers(lambda _: Turn(), lambda _: Turn(), {KIND: take_in}, rules={NEW: tell, CHANGED: tell})
    turns = Turns(store, handlers, delivery, Served([CHANNEL]), lambda: datetime.now(UTC))
    for lane in await store.read(lambda tx: waiting_lanes(tx, [CHANNEL], 1000)):
        turns.wake(lane)
    for file in files:
        run = uuid4().hex
        origin = Origin(file.name, datetime.fromtimestamp(file.stat().st_mtime, UTC))
        rows = list(read_file(file.read_bytes(), Layout(ZoneInfo("Asia/Ho_Chi_Minh"))))
        records = [row for row in rows if not isinstance(row, RowFault)]
        for number, start in enumerate(range(0, len(records), AT_ONCE)):
            body = batch(records[start : start + AT_ONCE], origin)
            await turns.take(NewEvent(CHANNEL, f"{run}:{number}", KIND, body, VAULT.digest(CHANNEL, run)))
        await turns.idle()
    await turns.close()
    await store.close()


def main() -> None:
    """Read the orders and work."""
    url, die_at, *files = sys.argv[1:]
    reached = 0

    def count(_name: str) -> None:
        nonlocal reached
        reached += 1
        if reached == int(die_at):
            die()

    points.hook = count
    asyncio.run(work(url, [Path(file) for file in files]))
    sys.stdout.write(json.dumps(reached) + "\n")


if __name__ == "__main__":
    main()

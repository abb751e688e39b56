"""From the intake of a new dossier to its notice handed to the platform, over forty officials' chats.

`python -m bench.officials` runs the whole bot in this process on an empty SQLite file, with a platform that takes every
message at once; `--seconds 60 --rate 2 --chats 40`. Each dossier is told to whoever handles its field.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import running
from bot.channels.base import Outgoing
from bot.settings import load
from handlers.intake import batches as intake
from knowledge.dossier import DossierRecord
from knowledge.status import Status
from storage import accounts
from storage.accounts import lane_of
from storage.database import Connection, Database
from storage.dossiers.intake import Origin
from storage.officials import duty, scopes
from storage.officials import register as officials
from storage.officials.register import Role

REACH = "to reach: p95 under 2 s at 2 dossiers/s over 40 chats"


class Platform:
    """Takes every message and notes when."""

    name = "telegram"

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}

    async def send(self, message: Outgoing) -> str | None:
        """Note the time at which a dossier's code came."""
        for word in str(message.reply.text).split():
            if word.startswith("<b>000."):
                self.taken[word.removeprefix("<b>").removesuffix("</b>")] = time.perf_counter()
        return "1"


def link(tx: Connection, database: Database, chats: int, now: datetime) -> None:
    """Let officials be told at any hour, each of a field of their own."""
    for number in range(chats):
        lane = lane_of(database.vault, "telegram", f"{number}")
        who = accounts.add(tx, channel="telegram", address=f"{number}", lane=lane, now=now)
        one, code = officials.invite_new(tx, Role.OFFICIAL, f"official {number}", now, now + timedelta(days=1))
        found = officials.open_invite(tx, code, now)
        assert found is not None
        officials.accept(tx, found, who, now)
        scopes.assign(tx, one, [f"field {number}"], [])
        duty.wish(tx, one, "new", duty.NOW)


async def measure(folder: Path, given: argparse.Namespace) -> list[float]:
    """Tell of dossiers at the rate and give the seconds from each intake to its notice."""
    environment = {
        "MOTCUA_DATABASE__URL": f"sqlite:///{folder}/motcua.db",
        "MOTCUA_DATABASE__KEY_FILE": f"{folder}/key",
    }
    platform, begun = Platform(), dict[str, float]()
    async with running(load(None, environment), [platform]) as app:
        now = datetime.now(UTC)
        await app.store.write("link", lambda tx: link(tx, app.database, given.chats, now))
        working = asyncio.create_task(app.work())
        for number in range(int(given.seconds * given.rate)):
            code = f"000.00.15.H58-{now:%y%m%d}-{number:04d}"
            field = f"field {number % given.chats}"
            record = DossierRecord(code, Status.PROCESSING, now, field_title=field, due_at=now + timedelta(days=30))
            body = intake.batch([record], Origin("bench", datetime.now(UTC)))
            begun[code] = time.perf_counter()
            await app.take_in(f"run {number}", 1, body)
            await asyncio.sleep(1 / given.rate)
        await _until(lambda: len(platform.taken) == len(begun))
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    return sorted(platform.taken[code] - at for code, at in begun.items() if code in platform.taken)


async def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(100):
        if is_so():
            return
        await asyncio.sleep(0.1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=2.0)
    parser.add_argument("--chats", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        took = asyncio.run(measure(Path(folder), given))
    expected = int(given.seconds * given.rate)
    p50, p95, last = (1000 * took[int(len(took) * part)] for part in (0.5, 0.95, 0.9999))
    print(f"{len(took)} of {expected} told; p50 {p50:.0f} ms, p95 {p95:.0f} ms, slowest {last:.0f} ms")
    print(REACH)


if __name__ == "__main__":
    main()

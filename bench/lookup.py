"""How long a look-up takes at a million dossiers, alone and during an import: `python -m bench.lookup`.

What is measured: `bench/README.md`. SQLite, the real conversation, a channel that takes all at once.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from bench.load import CHANNEL, KEY, LEASE, Collecting, Watched, most_memory, now
from bench.turn import row
from bot.app import agency
from bot.settings import load
from bot.store import Store
from bot.turns import Served, Turns
from handlers.agency import LookUps
from handlers.catalogue import library
from handlers.catalogue.library import Library
from handlers.conversation import Conversation
from handlers.dossiers import follow_notices
from handlers.intake import batches as intake
from handlers.messages import Incoming, Kind
from handlers.turn import Handlers
from knowledge.dossier import DossierRecord
from knowledge.status import Status
from storage import accounts
from storage.database import Database
from storage.dossiers import records as dossiers
from storage.dossiers.intake import Origin
from storage.events import NewEvent
from storage.migrate import migrate
from storage.vault import Vault

REACH_P99_MS = 30.0
BEGIN = datetime(2023, 1, 2, 2, tzinfo=UTC)
A_DAY = 2000  # dossiers of a day: a million in 500 days
SECRET = "4179"
OPEN = (Status.RECEIVED, Status.PROCESSING, Status.NEED_SUPPLEMENT, Status.NEED_PAYMENT)


def code_of(number: int) -> str:
    """Give the code of the dossier of this number."""
    return f"000.00.15.H58-{received_at(number):%y%m%d}-{number % A_DAY + 1:04}"


def received_at(number: int) -> datetime:
    """Tell when the dossier of this number was received."""
    return BEGIN + timedelta(days=number // A_DAY)


def fill(database: Database, total: int) -> None:
    """Put the dossiers and their histories into the database, straight through the driver."""
    names = ("id", "code", "received_at", "due_at", "as_of", "secret_hash", "source", "procedure_code", "status")
    dossier = f"INSERT INTO dossier ({', '.join(names)}, illustrative) VALUES ({'?, ' * len(names)}0)"
    history = (
        "INSERT INTO dossier_history (dossier_id, status, since, as_of, learnt_at, announced) VALUES (?, 4, ?, ?, ?, 1)"
    )
    for start in range(0, total, A_DAY):
        day = received_at(start)
        at, due = (f"{one:%Y-%m-%d %H:%M:%S.%f}" for one in (day, day + timedelta(days=20)))
        numbers = range(start, min(start + A_DAY, total))
        with database.transaction() as tx:
            hashes = [dossiers.secret_hash(tx, code_of(number), SECRET) for number in numbers]
            told = ("bench", "1.009645", 4)
            found = [(n + 1, code_of(n), at, due, at, secret, *told) for n, secret in zip(numbers, hashes, strict=True)]
            tx.exec_driver_sql(dossier, found)
            tx.exec_driver_sql(history, [(number + 1, at, at, at) for number in numbers])


@dataclass
class Bench:
    """A running bot with people who look dossiers up, and a source that tells of changes."""

    database: Database
    total: int
    batch: int = intake.AT_ONCE
    taken: dict[str, list[float]] = field(default_factory=dict)
    imported: int = 0
    _chance: random.Random = field(default_factory=lambda: random.Random(7))
    _numbers: Iterator[int] = field(default_factory=count)

    async def run(self, per_second: float, seconds: float) -> None:
        """Measure alone, then during an import."""
        # So many strangers miss here in a minute as in a month elsewhere: nobody is to be asked for a proof.
        limits = LookUps(overall_misses=100_000, steps=100_000)
        speaks_for = replace(agency(load(environment={})), look_ups=limits)
        conversation = Conversation(speaks_for, Library())
        work = {"dossiers": intake.take_in}
        rules = follow_notices.rules(speaks_for)
        handlers = Handlers(conversation, conversation.apologise, work, conversation.results, rules)
        self.store, self.channel = Store(self.database), Collecting()
        self.delivery = Watched(self.store, {CHANNEL: self.channel}, LEASE.owner, now)
        self.delivery.waiting = {}
        self.turns = Turns(self.store, handlers, self.delivery, Served([CHANNEL, "import"]), now)
        loops = [asyncio.create_task(self.delivery.run()), asyncio.create_task(self.turns.watch())]
        await self.latency("warm", per_second, 1)
        await self.latency("alone", per_second, seconds)
        source = asyncio.create_task(self.imports())
        await self.latency("during an import", per_second, seconds)
        source.cancel()
        for loop in loops:
            loop.cancel()
        await self.turns.close()
        await self.store.close()

    async def latency(self, phase: str, per_second: float, seconds: float) -> None:
        """Let new people look something up at random moments, until each has the answer."""
        talks: list[asyncio.Task[None]] = []
        due = started = time.perf_counter() + 0.1
        while due < started + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            talks.append(asyncio.create_task(self.one(phase, due)))
            due += self._chance.expovariate(per_second)
        await asyncio.gather(*talks)

    async def one(self, phase: str, due: float) -> None:
        """Look one dossier up: most are there, some are not, some come with their secret."""
        kind = self._chance.choices(("found", "unknown", "with its secret"), (6, 2, 2))[0]
        number = self._chance.randrange(self.total) + (self.total if kind == "unknown" else 0)
        text = code_of(number) + (f"-secretKey={SECRET}" if kind == "with its secret" else "")
        chat = f"p{next(self._numbers)}"
        settled = self.delivery.waiting[chat] = asyncio.get_running_loop().create_future()
        body = Incoming(Kind.TEXT, text).to_json()
        lane = accounts.lane_of(self.database.vault, CHANNEL, chat)
        await self.turns.take(NewEvent(CHANNEL, chat, "message", body, lane, chat))
        await settled
        self.taken.setdefault(f"{phase}: {kind}", []).append((self.channel.arrived[chat] - due) * 1000)
        self.taken.setdefault(f"{phase}: all", []).append((self.channel.arrived[chat] - due) * 1000)

    async def imports(self) -> None:
        """Bring batches of changes one after the other, as an import does."""
        lane = self.database.vault.digest("import", "bench")
        while True:
            as_of = now()
            records = [self.record() for _ in range(self.batch)]
            body = intake.batch(records, Origin("bench", as_of))
            await self.turns.take(NewEvent("import", f"i{next(self._numbers)}", "dossiers", body, lane))
            await asyncio.wait([self.turns._running[lane]])
            self.imported += self.batch

    def record(self) -> DossierRecord:
        """Give a change of some dossier."""
        number = self._chance.randrange(self.total)
        status, received = self._chance.choice(OPEN), received_at(number)
        return DossierRecord(code_of(number), status, received, "1.009645", secret=SECRET)


def measure(given: argparse.Namespace, folder: Path) -> None:
    database = Database(f"sqlite:///{folder / 'lookup.db'}", Vault(KEY))
    migrate(database)
    with database.transaction() as tx:
        library.ship(tx, "tien-giang-2020", now())
    started = time.perf_counter()
    fill(database, given.dossiers)
    filled = time.perf_counter() - started
    print(f"{given.dossiers:,} dossiers put in in {filled:.0f} s", file=sys.stderr)
    bench = Bench(database, given.dossiers, given.batch)
    asyncio.run(bench.run(given.per_second, given.seconds))
    row("look-ups", "number", "p50 ms", "p99 ms", "most ms")
    row(*["---"] * 5)
    for name, taken in bench.taken.items():
        if not name.startswith("warm"):
            taken.sort()
            shown = (taken[len(taken) // 2], taken[int(len(taken) * 0.99)], taken[-1])
            row(name, f"{len(taken):,}", *(f"{one:.1f}" for one in shown))
    print(f"\nimported meanwhile: {bench.imported / given.seconds:,.0f} records/s; memory {most_memory():.0f} MiB")
    for phase in ("alone", "during an import"):
        taken = bench.taken[f"{phase}: all"]
        p99 = taken[int(len(taken) * 0.99)]
        verdict = "reached" if p99 <= REACH_P99_MS else "NOT reached"
        print(f"- {phase}: p99 {p99:.1f} ms (reach {REACH_P99_MS:.0f}): {verdict}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dossiers", type=int, default=1_000_000)
    options.add_argument("--per-second", type=float, default=20.0, help="look-ups a second on average")
    options.add_argument("--seconds", type=float, default=30.0, help="of each of the two phases")
    options.add_argument("--batch", type=int, default=intake.AT_ONCE, help="records of one event of the import")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        measure(given, Path(folder))


if __name__ == "__main__":
    main()

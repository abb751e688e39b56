"""How long the figures of a quarter take among a million dossiers: `python -m bench.report`. See `bench/README.md`.

It fills a SQLite file with made-up dossiers, each with the history that progress messages leave, and runs the command
`motcua report` on it as an operator would: the time is that of the whole process, the memory its greatest.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.load import KEY
from storage.database import Database
from storage.migrate import migrate
from storage.schema import dossier, dossier_history
from storage.vault import Vault

FIRST = datetime(2020, 6, 15, tzinfo=UTC)  # quarter III/2020 by the decree's preset
LAST = datetime(2020, 9, 14, 10, tzinfo=UTC)
OLDEST, NEWEST = datetime(2014, 1, 1, tzinfo=UTC), datetime(2020, 12, 1, tzinfo=UTC)
FIELDS = 12
AT_ONCE = 5_000
REACH_SECONDS, REACH_MIB = 10.0, 500.0


def made_up(number: int, in_quarter: bool, chance: random.Random) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Make up a dossier and its history."""
    begins, ends = (FIRST, LAST) if in_quarter else (OLDEST, FIRST)
    received = begins + (ends - begins) * chance.random()
    due = received + timedelta(days=chance.choice((3, 5, 15, 20)))
    finished = received + timedelta(days=chance.expovariate(1 / 8))
    held = [(2, received), (4, received + timedelta(hours=3))]
    if finished < NEWEST:
        held += [(9, finished), (10, finished + timedelta(days=1))]
    field = chance.randrange(FIELDS)
    row = {
        "id": number,
        "code": f"000.00.15.H58-{received:%y%m%d}-{number:07d}",
        "procedure_code": f"1.{field:06d}",
        "procedure_title": f"Thủ tục số {field} về một việc có tên dài như tên của phần lớn thủ tục hành chính",
        "field_title": f"Lĩnh vực {field}",
        "channel": chance.choice((1, 2, 2, 2, 3, None)),
        "received_at": received,
        "due_at": due,
        "finished_at": finished if held[-1][0] == 10 else None,
        "returned_at": None,
        "status": held[-1][0],
        "as_of": held[-1][1],
        "source": "bench",
        "illustrative": False,
    }
    told = [{"status": status, "since": at, "as_of": at, "learnt_at": at, "announced": True} for status, at in held]
    return row, [{"dossier_id": number, **one} for one in told]


def fill(url: str, dossiers: int, in_quarter: int) -> None:
    """Fill a database."""
    database = Database(url, Vault(KEY))
    migrate(database)
    with database.transaction() as tx:
        for rows in batches(dossiers, in_quarter, random.Random(7)):
            tx.execute(dossier.insert(), [row for row, _ in rows])
            tx.execute(dossier_history.insert(), [held for _, history in rows for held in history])
    database.close()


def batches(
    dossiers: int, in_quarter: int, chance: random.Random
) -> Iterator[list[tuple[dict[str, Any], list[dict[str, Any]]]]]:
    """Make dossiers up in the order of receipt, as they are taken in."""
    for start in range(1, dossiers + 1, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, dossiers + 1))
        yield [made_up(number, number > dossiers - in_quarter, chance) for number in numbers]


def run(url: str, folder: Path, *words: str) -> tuple[float, float, float, dict[str, Any]]:
    """Run the command; gives seconds, seconds of the processor, MiB and the JSON that it wrote."""
    environment = {**os.environ, "MOTCUA_DATABASE__URL": url, "MOTCUA_DATABASE__KEY_FILE": str(folder / "key")}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "bot", "report", *words], env=environment, stdout=subprocess.PIPE, check=True
    )
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, busy, after.ru_maxrss / 1024, json.loads(done.stdout)  # Linux gives KiB


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dossiers", type=int, default=1_000_000)
    options.add_argument("--in-quarter", type=int, default=100_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--keep", type=Path, help="a folder for the database, used again if it is there")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(exist_ok=True)
        file = folder / "motcua.db"
        url = f"sqlite:///{file}"
        if not file.exists():
            print(f"filling {given.dossiers:,} dossiers …", file=sys.stderr)
            fill(url, given.dossiers, given.in_quarter)
        print(f"database: {file.stat().st_size / 2**20:,.0f} MiB")
        runs = [run(url, folder, "2020-Q3") for _ in range(given.runs)]
        for seconds, busy, greatest, said in runs:
            counted = said["total"]["tn_tong"]
            print(f"{seconds:.1f} s ({busy:.1f} of the processor), {greatest:.0f} MiB, {counted:,} dossiers counted")
        seconds, greatest = min(one[0] for one in runs), max(one[2] for one in runs)
        for told, reached in (
            (f"{seconds:.1f} s (reach {REACH_SECONDS:.0f})", seconds <= REACH_SECONDS),
            (f"{greatest:.0f} MiB (reach {REACH_MIB:.0f})", greatest <= REACH_MIB),
        ):
            print(f"- {told}: {'reached' if reached else 'NOT reached'}")


if __name__ == "__main__":
    main()

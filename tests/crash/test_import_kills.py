"""Kills in the middle of an import: the same end as without them, and every notice once.

The short form runs with every test; the long one, 30 kills on each engine, with::

    MOTCUA_LONG=1 python -m pytest tests/crash/test_import_kills.py
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from handlers.messages import Reply
from storage import accounts
from storage.database import Database
from storage.schema import dossier, dossier_history, outbox
from tests.crash import importer

KILLS = 30 if os.environ.get("MOTCUA_LONG") == "1" else 4
ROWS = 400
SEED = 20261123
HEAD = "MaHoSo,TenTTHC,NgayTiepNhan,NgayKetThucXuLy,TrangThaiHoSo"


def code(number: int) -> str:
    return f"000.00.15.H58-261102-{number:04d}"


def files(folder: Path) -> list[Path]:
    """Three files of the same dossiers: received, half of them in processing, a third finished; the first twice."""
    told = {
        "a.csv": [(number, "", 2) for number in range(ROWS)],
        "b.csv": [(number, "", 4 if number % 2 else 2) for number in range(ROWS)],
        "c.csv": [(number, "20261110090000", 9) for number in range(0, ROWS, 3)],
    }
    paths = []
    for day, (name, rows) in enumerate(told.items()):
        lines = [f"{code(number)},Thủ tục,20261102080000,{finished},{status}" for number, finished, status in rows]
        path = folder / name
        path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
        os.utime(path, (1_795_000_000 + day * 86_400,) * 2)
        paths.append(path)
    return [*paths, paths[0]]


def expected() -> Counter[str]:
    """The notices, one by one."""
    every = [f"{code(number)} 2 False" for number in range(ROWS)]
    every += [f"{code(number)} 4 False" for number in range(ROWS) if number % 2]
    every += [f"{code(number)} 9 False" for number in range(0, ROWS, 3)]
    return Counter(every)


def run(url: str, die_at: int, paths: list[Path]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.crash.importer", url, str(die_at), *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_kills_in_the_middle_of_an_import_lose_nothing_and_double_nothing(database: Database, tmp_path: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    with database.transaction() as tx:
        accounts.add(tx, channel="platform", address=importer.ADDRESS, lane=importer.LANE, now=datetime.now(UTC))
    paths, chance, kills = files(tmp_path), random.Random(SEED), 0
    while kills < KILLS:
        ended = run(url, chance.randint(1, 90), paths)
        assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
        kills += ended.returncode == -signal.SIGKILL
    ended = run(url, 0, paths)
    assert ended.returncode == 0, ended.stderr
    with database.transaction() as tx:
        told = Counter(str(Reply.from_json(body).text) for body in tx.execute(select(outbox.c.body)).scalars())
        statuses = dict(tx.execute(select(dossier.c.code, dossier.c.status)).all())
        rows = len(tx.execute(select(dossier_history.c.id)).all())
    assert told == expected()
    assert statuses == {code(number): 9 if number % 3 == 0 else 4 if number % 2 else 2 for number in range(ROWS)}
    assert rows == expected().total()

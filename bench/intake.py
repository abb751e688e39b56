"""How long a big import takes, how much memory it needs, and whether its notices are exactly the right ones.

`python -m bench.intake [--rows 100000] [--engine sqlite]` runs `motcua dossiers import` as an operator does: a csv file
of new dossiers, the same again, one in which every dossier has another status (with followers, whose notices are
counted against a list made by brute force), its replay, and the first as xlsx into another database. At last the
batches of 50 are timed alone, as they hold up whoever writes in a chat meanwhile.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter
from sqlalchemy import select

from bench.turn import empty_database
from bot.intake.files import read_file
from bot.intake.table import Layout
from handlers.intake.batches import AT_ONCE, batch, take_in_body
from handlers.intake.words import RowFault
from handlers.messages import Reply
from storage import accounts
from storage.database import Database
from storage.dossiers import follows
from storage.dossiers import records as dossiers
from storage.dossiers.intake import Origin
from storage.schema import outbox
from storage.vault import open_vault

ROOT = Path(__file__).resolve().parents[1]
ROWS, FOLLOWED_EACH = 100_000, 50
DAY_ROWS = 9_000  # dossiers of one day: the running number of a receipt code has four digits
REACH = "to reach: 100,000 rows under 60 s on SQLite and under 400 MiB; a turn under 20 ms; exactly the right notices"
CODE = re.compile(r"000\.00\.15\.H58-[0-9]{6}-[0-9]{4}")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HEAD = """MaHoSo MaTTHC TenTTHC MaLinhVuc TenLinhVuc KenhThucHien ChuHoSo LoaiDoiTuong SoGiayToChuHoSo SoDienThoai Email
    NgayNopHoSo NgayTiepNhan NgayHenTra NgayKetThucXuLy NgayTra TrangThaiHoSo HinhThuc DonViXuLy"""
TITLES = HEAD.split()


def code(number: int) -> str:
    day, of_day = divmod(number, DAY_ROWS)
    return f"000.00.15.H58-26{day % 9 + 1:02d}{day // 9 % 27 + 1:02d}-{of_day + 1:04d}"


def rows(count: int, status: int) -> Iterator[list[str]]:
    """Rows with all of the national columns, of a length as real ones have."""
    for number in range(count):
        digits = code(number).split("-")[1]
        received, title = f"20{digits}081500", "Cấp Giấy chứng nhận đăng ký đầu tư đối với dự án"
        name, phone = f"CÔNG TY TNHH VÍ DỤ SỐ {number}", f"09{number:08d}"
        yield [
            *(code(number), "1.009645.000.00.00.H58", title, "G05-KH01", "Đầu tư tại Việt Nam", str(number % 3 + 1)),
            *(name, "2", f"12{number:08d}", phone, f"a{number}@example.vn", f"20{digits}080000", received),
            *("20261120170000", "", "", str(status), "0", "Ban Quản lý các khu công nghiệp"),
        ]


def write_csv(path: Path, count: int, status: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([TITLES, *rows(count, status)])


def write_xlsx(path: Path, count: int, status: int) -> None:
    with closing(xlsxwriter.Workbook(str(path), {"constant_memory": True})) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([TITLES, *rows(count, status)]):
            sheet.write_row(number, 0, row)


def operate(folder: Path, url: str, file: Path) -> str:
    """Run the command and say what it took."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MOTCUA_DATABASE__URL": url}
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "dossiers", "import", str(file), "--yes"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out = (process.stdout.read() if process.stdout else b"").decode().strip()
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"the import failed: {process.returncode}")
    return f"{seconds:6.1f} s ({_cpu(used):.1f} s of processor), {used.ru_maxrss / 1024:.0f} MiB: {out}"


def _cpu(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def follow(database: Database, count: int) -> None:
    """Let somebody follow every so-many-th dossier."""
    now = datetime.now(UTC)
    with database.transaction() as tx:
        lane = accounts.lane_of(database.vault, "telegram", "1")
        account = accounts.add(tx, channel="telegram", address="1", lane=lane, now=now)
        for number in range(0, count, FOLLOWED_EACH):
            found = dossiers.find(tx, code(number))
            assert found is not None
            follows.begin(tx, account, found, now, detailed=False, expires_at=None)


def notices(database: Database, count: int) -> str:
    """Compare the notices, dossier by dossier, with the list made by brute force."""
    with database.transaction() as tx:
        texts = [Reply.from_json(body).text for body in tx.execute(select(outbox.c.body)).scalars()]
    told = Counter(found.group() for text in texts for found in CODE.finditer(text))
    right = Counter({code(number): 1 for number in range(0, count, FOLLOWED_EACH)})
    return f"{len(texts)}, {'exactly the right ones' if told == right else f'WRONG: {right - told}, {told - right}'}"


def time_turns(database: Database, path: Path) -> str:
    """Take in batches alone, new and known, and say how long each holds the database, in ms."""
    records = [row for row in read_file(path.read_bytes(), Layout(ZONE)) if not isinstance(row, RowFault)][
        : 200 * AT_ONCE
    ]
    told: list[str] = []
    for day in (1, 2):
        origin, took = Origin("bench", datetime(2027, 1, day, tzinfo=UTC)), []
        used = time.process_time()
        for start in range(0, len(records), AT_ONCE):
            body = batch(records[start : start + AT_ONCE], origin)
            with database.transaction() as tx:
                started = time.perf_counter()
                take_in_body(tx, json.loads(body), 1, origin.as_of)
                took.append((time.perf_counter() - started) * 1000)
        used = (time.process_time() - used) * 1000 / len(took)
        took.sort()
        told.append(
            f"p50 {took[len(took) // 2]:.1f} ms, p99 {took[int(len(took) * 0.99)]:.1f} ms, processor {used:.1f} ms"
        )
    return f"a turn of {AT_ONCE} new dossiers: {told[0]}; of known ones: {told[1]}"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=ROWS)
    options.add_argument("--engine", default="sqlite", choices=["sqlite", "postgresql"])
    options.add_argument("--postgres", help="the address of a server on which databases may be made")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as name:
        folder = Path(name)
        first, second, book = folder / "first.csv", folder / "second.csv", folder / "first.xlsx"
        write_csv(first, given.rows, 4)
        write_csv(second, given.rows, 5)
        write_xlsx(book, given.rows, 4)
        measure(folder, given, first, second, book)
    say(REACH)


def measure(folder: Path, given: argparse.Namespace, first: Path, second: Path, book: Path) -> None:
    """Run the imports one after the other."""
    with empty_database(given.engine, given.postgres) as url:
        vault = open_vault(folder / "var" / "key")
        say(f"csv, {given.rows} new:    {operate(folder, url, first)}")
        say(f"csv, the same again: {operate(folder, url, first)}")
        database = Database(url, vault)
        follow(database, given.rows)
        os.utime(second)
        say(f"csv, all changed:    {operate(folder, url, second)}")
        say(f"notices: {notices(database, given.rows)}")
        say(f"csv, its replay:     {operate(folder, url, second)}")
        say(f"notices after the replay: {notices(database, given.rows)}")
        database.close()
    with empty_database(given.engine, given.postgres) as url:
        say(f"xlsx, {given.rows} new:   {operate(folder, url, book)}")
    with empty_database(given.engine, given.postgres) as url:
        database = Database(url, vault)
        say(time_turns(database, first))
        database.close()


if __name__ == "__main__":
    main()

"""How soon a webhook is acknowledged while dossiers are imported: the product as an operator runs it, on SQLite."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import aiohttp

from bench.budget import served
from bench.e2e import ROOT, SECRET, TOKEN, the_bot
from bot.standins.telegram import SECRET_HEADER, TelegramServer

REACH_MS = 50.0
ROWS = 60_000  # of the file: more than are taken in while it is measured
HEAD = "MaHoSo,TenTTHC,NgayTiepNhan,TrangThaiHoSo\n"


def write_dossiers(file: Path) -> None:
    """Write a file of made-up dossiers."""
    with file.open("w") as out:
        out.write(HEAD)
        for number in range(ROWS):
            day = 1 + number % 28
            code = f"000.00.15.H58-2610{day:02d}-{number % 10_000:04d}" if number < 10_000 else ""
            code = code or f"{number // 10_000:03d}.00.15.H58-2610{day:02d}-{number % 10_000:04d}"
            out.write(f"{code},Thủ tục,202610{day:02d}080000,2\n")


_numbers = count(1)


async def call(port: int, per_second: float, seconds: float) -> list[float]:
    """Call the webhook at random moments as different people; gives the ms until each 200."""
    server, chance = TelegramServer(TOKEN), random.Random(5)
    taken: list[float] = []
    url = f"http://127.0.0.1:{port}/telegram/webhook"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as session:

        async def one() -> None:
            number = next(_numbers)
            body = json.dumps({**server.wrote(10_000 + number, "/menu"), "update_id": number})
            started = time.perf_counter()
            headers = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
            async with session.post(url, data=body, headers=headers) as answer:
                assert answer.status == 200
            taken.append((time.perf_counter() - started) * 1000)

        due = started = time.perf_counter()
        calls: list[asyncio.Task[None]] = []
        while due < started + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            calls.append(asyncio.create_task(one()))
            due += chance.expovariate(per_second)
        await asyncio.gather(*calls)
    return sorted(taken)


def said(name: str, taken: list[float]) -> float:
    """Print p50 and p99 and give the p99."""
    p50, p99 = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{name}: {len(taken)} webhooks, p50 {p50:.1f} ms, p99 {p99:.1f} ms, most {taken[-1]:.1f} ms ({load})")
    return p99


def _as_everybody() -> None:
    """Let the import have no priority that was given to the measurement."""
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


async def _measure(folder: str, per_second: float, seconds: float, *, equal: bool) -> None:
    file = Path(folder) / "dossiers.csv"
    write_dossiers(file)
    loop = asyncio.get_running_loop()
    async with served(TelegramServer(TOKEN).application()) as platform:
        bot = the_bot(platform, folder, "")
        port, _ = await loop.run_in_executor(None, bot.__enter__)
        try:
            await call(port, per_second, 3)  # what is loaded at the first use is loaded
            said("alone", await call(port, per_second, seconds / 4))
            settings = {
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
            }
            settings |= {"MOTCUA_DATABASE__URL": f"sqlite:///{folder}/bench.db"}
            command = [sys.executable, "-m", "bot", "dossiers", "import", str(file), "--yes"]
            importing = subprocess.Popen(
                command,
                cwd=folder,
                env=settings,
                stderr=subprocess.DEVNULL,
                preexec_fn=None if equal else _as_everybody,
            )
            await asyncio.sleep(3)
            p99 = said("during an import", await call(port, per_second, seconds))
            still = importing.poll() is None
            importing.kill()
            importing.wait()
            print(f"- reach p99 {REACH_MS:.0f} ms: {'reached' if p99 <= REACH_MS else 'NOT reached'}")
            assert still, "the import ended before the measurement did: give it more rows"
        finally:
            await loop.run_in_executor(None, bot.__exit__, None, None, None)


def measure(per_second: float, seconds: float, *, equal: bool = False) -> None:
    """Measure alone, then during an import by the command; `equal`: with the priority of the measurement."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(folder, per_second, seconds, equal=equal))

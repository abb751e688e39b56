"""Whole turns over real HTTP: webhook in, python-telegram-bot out, beside python-telegram-bot alone.

`python -m bench.e2e` runs `motcua run` as an operator does, on an empty SQLite file, and a Telegram of its own in this
process. Each message is stored, answered, sent and settled: once the menu, once a question that is searched for.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.telegram_platform import HOST, People, Platform

ROOT = Path(__file__).resolve().parents[1]
TOKEN, SECRET = "123456789:AAE-invented_token_of_the_benchmark_01", "secret-of-the-benchmark"
QUESTION, MENU = "xin cấp giấy phép lao động cần giấy tờ gì", "/menu"  # with and without a search
START_SECONDS = 60.0
TICKS = os.sysconf("SC_CLK_TCK")
REACH = "to reach: 250 turns/s, p99 40 ms at 50/s, 4 ms of processor time a turn, 150 MiB"


@dataclass(slots=True)
class Figures:
    """What one process showed: turns a second and CPU ms a turn by people at once; latency in ms; memory in MiB."""

    rates: dict[int, tuple[float, float]] = field(default_factory=dict)
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    rss_mib: float = 0.0


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def most_memory(pid: int) -> float:
    """The most memory (resident, MiB) that a process ever had."""
    return int(re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[0]) / 1024


async def measure(platform: Platform, port: int, pid: int, text: str, given: argparse.Namespace) -> Figures:
    """Let people say this to the process that listens on this port."""
    people, figures = People(platform, port, SECRET, text), Figures()
    await _rate(people, 4, 1.0, pid)
    for number in given.people:
        figures.rates[number] = await _rate(people, number, given.seconds, pid)
    figures.p50_ms, figures.p99_ms = await _latency(people, given.per_second, given.seconds * 2)
    figures.rss_mib = most_memory(pid)
    await people.close()
    return figures


async def _rate(people: People, number: int, seconds: float, pid: int) -> tuple[float, float]:
    """So many people write for some seconds, each the next message once the last was answered."""

    async def talk() -> int:
        chat, said = people.newcomer(), 0
        while time.perf_counter() < until:
            await people.says(chat)
            said += 1
        return said

    started, cpu = time.perf_counter(), cpu_seconds(pid)
    until = started + seconds
    said = sum(await asyncio.gather(*(talk() for _ in range(number))))
    return said / (time.perf_counter() - started), (cpu_seconds(pid) - cpu) / said * 1000


async def _latency(people: People, per_second: float, seconds: float) -> tuple[float, float]:
    """Newcomers write at random moments; p50 and p99 in ms from that moment until the reply is at Telegram."""
    chance = random.Random(5)  # the same moments in every run
    taken: list[float] = []
    talks: list[asyncio.Task[None]] = []

    async def one(due: float) -> None:
        await people.says(people.newcomer())
        taken.append((time.perf_counter() - due) * 1000)

    due = started = time.perf_counter() + 0.1
    while due < started + seconds:
        await asyncio.sleep(due - time.perf_counter())
        talks.append(asyncio.create_task(one(due)))
        due += chance.expovariate(per_second)
    await asyncio.gather(*talks)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.99)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def the_bot(platform: str, folder: str, database: str) -> Iterator[tuple[int, int]]:
    """Run the product; gives its port and process id."""
    port = free_port()
    settings = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "MOTCUA_DATABASE__URL": database or f"sqlite:///{folder}/bench.db",
        "MOTCUA_SERVER__PORT": str(port),
        "MOTCUA_TELEGRAM__TOKEN": TOKEN,
        "MOTCUA_TELEGRAM__MODE": "webhook",
        "MOTCUA_TELEGRAM__WEBHOOK_SECRET": SECRET,
        "MOTCUA_TELEGRAM__BASE_URL": platform,
        # Its pace would be Telegram's and not its own.
        "MOTCUA_DELIVERY__TELEGRAM_PER_SECOND": "0",
        "MOTCUA_DELIVERY__TELEGRAM_CHAT_PER_SECOND": "0",
    }
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(command, cwd=folder, env=settings, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if "knows the bot" in line:
                    break
            yield port, process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=START_SECONDS)


@contextmanager
def the_peer(platform: str) -> Iterator[tuple[int, int]]:
    """Run python-telegram-bot alone; gives its port and process id."""
    command = [sys.executable, "-m", "bench.ptb_alone", platform, TOKEN]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline()), process.pid
        finally:
            process.terminate()


async def run(given: argparse.Namespace) -> None:
    platform = Platform()
    await platform.start()
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as folder:
        for name, process in (
            ("python-telegram-bot alone", the_peer(platform.address)),
            ("motcua run", the_bot(platform.address, folder, given.database)),
        ):
            port, pid = await loop.run_in_executor(None, process.__enter__)
            try:
                for text in (MENU, QUESTION):
                    show(f"{name}, {text!r}", await measure(platform, port, pid, text, given), given.per_second)
            finally:
                await loop.run_in_executor(None, process.__exit__, None, None, None)
    print(REACH)
    platform.stop()


def show(name: str, figures: Figures, per_second: float) -> None:
    """Print what one process showed."""
    print(f"{name}:")
    for number, (rate, cpu) in figures.rates.items():
        print(f"  {number:3d} people at once: {rate:6.0f} turns/s, {cpu:5.2f} ms of processor time a turn")
    print(f"  {per_second:.0f} messages/s of newcomers: p50 {figures.p50_ms:.1f} ms, p99 {figures.p99_ms:.1f} ms")
    print(f"  at most {figures.rss_mib:.0f} MiB resident", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, nargs="+", default=[1, 16, 64])
    options.add_argument("--seconds", type=float, default=5.0)
    options.add_argument("--per-second", type=float, default=50.0)
    options.add_argument("--database", default="", help="an empty database instead of an SQLite file")
    asyncio.run(run(options.parse_args()))


if __name__ == "__main__":
    main()

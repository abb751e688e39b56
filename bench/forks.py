"""Processes of the product that can be killed: forks of one helper, so that Python starts once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class Forks:
    """The processes that live, the oldest first."""

    def __init__(self, helper: asyncio.subprocess.Process) -> None:
        self._helper = helper
        self._pids: list[int] = []

    async def start(self) -> None:
        """Start another one."""
        assert self._helper.stdin is not None
        assert self._helper.stdout is not None
        self._helper.stdin.write(b"start\n")
        self._pids.append(int(await self._helper.stdout.readline()))

    def kill(self) -> None:
        """Kill the oldest, as a power cut would."""
        os.kill(self._pids.pop(0), signal.SIGKILL)

    def end(self) -> None:
        """Kill all of them."""
        while self._pids:
            self.kill()


@asynccontextmanager
async def forked(orders: Mapping[str, Any], number: int) -> AsyncIterator[Forks]:
    """Run so many processes with these orders (`bench/chaos_worker.py`)."""
    helper = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.chaos_worker", json.dumps(orders)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    forks = Forks(helper)
    try:
        for _ in range(number):
            await forks.start()
        yield forks
    finally:
        forks.end()
        helper.kill()
        await helper.wait()

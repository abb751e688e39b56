"""The peer: a bare aiohttp server that answers JSON with the same JSON, and a client that costs next to nothing.

`python -m bench.echo` serves on a free port of this machine and prints it. aiohttp comes with the extra `bench`.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

HOST = "127.0.0.1"
CONNECTIONS = 16
BODY = json.dumps({"text": "xin cấp giấy phép xây dựng nhà xưởng cần những giấy tờ gì"}).encode()
HEAD = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
REQUEST = HEAD.encode() + BODY


def available() -> bool:
    """Tell whether aiohttp is installed."""
    return find_spec("aiohttp") is not None


class Asking(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, answered: Callable[[], bool]) -> None:
        self._answered = answered
        self._got = b""
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(REQUEST)

    def data_received(self, data: bytes) -> None:
        """Ask again when the answer is whole: it ends with what was sent."""
        self._got += data
        if not self._got.endswith(BODY):
            return
        self._got = b""
        if self._answered():
            self._transport.write(REQUEST)
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End, with the fault if there was one."""
        if exc is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(exc)


async def ask(port: int, seconds: float) -> float:
    """Ask for some seconds over all connections; answers a second."""
    started = time.perf_counter()
    answers = 0

    def answered() -> bool:
        nonlocal answers
        answers += 1
        return time.perf_counter() < started + seconds

    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: Asking(answered), HOST, port) for _ in range(CONNECTIONS)]
    await asyncio.gather(*(protocol.ended for _, protocol in made))
    return answers / (time.perf_counter() - started)


def measure(seconds: float) -> float:
    """Run the peer in a process of its own and give its answers a second."""
    server = subprocess.Popen([sys.executable, "-m", "bench.echo"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        asyncio.run(ask(port, min(seconds, 0.5)))
        return asyncio.run(ask(port, seconds))
    finally:
        server.terminate()
        server.communicate()


async def serve() -> None:
    """Serve until the process is ended."""
    web: Any = import_module("aiohttp.web")

    async def echo(request: Any) -> Any:
        return web.Response(body=json.dumps(await request.json()).encode(), content_type="application/json")

    application = web.Application()
    application.router.add_post("/", echo)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())

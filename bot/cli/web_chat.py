"""The web chat of `demo`: on this machine alone, for as long as the demo lasts."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from bot.app import App, agency
from bot.channels.web.channel import WebChat
from bot.server import Server
from knowledge.errors import Wrong

__all__ = ["WebChat", "agency", "listening", "serve"]

HOST = "127.0.0.1"
PORT = 8080


@dataclass(frozen=True, slots=True)
class Where:
    """Whether the web chat can be reached, and what to say of it."""

    is_open: bool
    said: str


@asynccontextmanager
async def listening(app: App, chat: WebChat, port: int | None) -> AsyncIterator[Where]:
    """Serve the web chat while the block runs.

    Where nobody asked for a port and the usual one is taken, the demo goes on without; raises `Wrong` where one was.
    """
    server = Server(HOST, PORT if port is None else port, chat.routes(app))
    try:
        found = await server.start()
    except OSError as error:
        await server.stop()
        if port is not None:
            raise Wrong(f"cannot listen on {HOST}:{port}: {error.strerror}") from None
        yield Where(False, f"No web chat: port {PORT} is taken, choose another with --port. End with Ctrl-D.")
        return
    try:
        yield Where(True, f"Web chat: http://{HOST}:{found}/chat - end with Ctrl-D, or Ctrl-C.")
    finally:
        await chat.close()
        await server.stop()


async def serve(app: App) -> None:
    """Go on until Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    work = asyncio.create_task(app.work())
    await stop.wait()
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work

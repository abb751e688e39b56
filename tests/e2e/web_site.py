"""The bot with its sample data, serving the web chat in a thread of its own, and a real browser in front of it."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from pathlib import Path
from typing import Any

from bot.app import agency, running
from bot.channels.web.channel import WebChat
from bot.demo import EDITION, SAMPLE_CODE, fill
from bot.server import Server
from bot.settings import Settings, load

START_SECONDS = 60
# As root, without a screen, and without looking for hosts outside.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Find the browser of this machine: $CHROMIUM, else one of the usual names."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


class Site:
    """Serves the web chat until it is stopped; a second start listens on the same port."""

    def __init__(self, folder: Path, **of_chat: Any) -> None:
        environment = {
            "MOTCUA_DATABASE__URL": f"sqlite:///{folder / 'demo.db'}",
            "MOTCUA_DATABASE__KEY_FILE": str(folder / "key"),
            "MOTCUA_CATALOGUE__EDITION": EDITION,
        }
        self._settings: Settings = load(None, environment)
        self._of_chat = of_chat
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/chat"

    def start(self) -> None:
        """Start the process and wait until it listens."""
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._up.wait(START_SECONDS), "the web chat did not start"

    def stop(self) -> None:
        """Stop it as SIGTERM would, and wait for its end."""
        self._loop.call_soon_threadsafe(self._down.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop, self._down = asyncio.get_running_loop(), asyncio.Event()
        chat = WebChat(agency(self._settings), **self._of_chat)
        async with running(self._settings, [chat], sample=SAMPLE_CODE) as app:
            await fill(app, self._settings)
            server = Server("127.0.0.1", self.port, chat.routes(app))
            self.port = await server.start()
            watch = asyncio.create_task(app.turns.watch())
            self._up.set()
            await self._down.wait()
            watch.cancel()
            await chat.close()
            await server.stop()

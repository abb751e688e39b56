"""The intake of one agency: the real routes over a real database, a clock that stands still, and what was pushed."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bot.app import App, running
from bot.intake.receiving import Receiving
from bot.server import Server
from bot.settings import Settings, load
from storage.database import Database
from storage.dossiers import records as dossiers
from storage.dossiers.records import Dossier
from tests.cli.motcua import put_key

SAMPLES = Path(__file__).parent / "samples"
SECRET, NAME, PASSWORD = "an-invented-secret-of-the-tests", "motcua", "an-invented-password"
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


def sample(name: str) -> dict[str, Any]:
    """Load a recorded message."""
    loaded: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Desk:
    """A running intake and somebody who pushes to it."""

    app: App
    url: str
    http: aiohttp.ClientSession
    clock: Clock

    async def posts(
        self, path: str, body: object, *, secret: str | None = SECRET, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Push and let everything that was stored come to its end; gives the HTTP status and the answer."""
        given = dict(headers or {}) if secret is None else {"Authorization": f"Bearer {secret}", **(headers or {})}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        given.setdefault("Content-Type", "application/json")
        async with self.http.post(self.url + path, data=io.BytesIO(data), headers=given) as answer:
            text = await answer.text()
        await self.app.turns.idle()
        return answer.status, json.loads(text) if text.startswith("{") else {}

    async def logs_in(self, name: str = NAME, password: str = PASSWORD) -> str:
        """Log in and give the session, "" when it is refused."""
        _, answer = await self.posts("/api/login", {"username": name, "password": password}, secret=None)
        return str(answer["session"])

    async def finds(self, code: str) -> Dossier:
        """Find what is known of a dossier, which must be there."""
        found = await self.app.store.read(lambda tx: dossiers.find(tx, code))
        assert found is not None, code
        return found

    async def count(self) -> int:
        return await self.app.store.read(dossiers.count)


def settings_for(database: Database, folder: Path, **more: str) -> Settings:
    """Settings over this database, with the key of the tests."""
    if not (folder / "var").exists():
        put_key(folder)
    environment = {
        "MOTCUA_DATABASE__URL": database.engine.url.render_as_string(hide_password=False).replace("+psycopg", ""),
        "MOTCUA_DATABASE__KEY_FILE": str(folder / "var" / "key"),
        "MOTCUA_CATALOGUE__EDITION": "",
        **more,
    }
    return load(None, environment)


@asynccontextmanager
async def desk(database: Database, folder: Path, **more: str) -> AsyncIterator[Desk]:
    """Open the intake of an agency; `more`: variables over the secret, the name and the password."""
    given = {
        "MOTCUA_INTAKE__SECRET": SECRET,
        "MOTCUA_INTAKE__USERNAME": NAME,
        "MOTCUA_INTAKE__PASSWORD": PASSWORD,
        **more,
    }
    settings, clock = settings_for(database, folder, **given), Clock()
    async with running(settings, clock=clock) as app:
        receiving = Receiving(app, settings.intake, settings.agency.timezone)
        server = Server("127.0.0.1", 0, receiving.routes())
        port = await server.start()
        try:
            async with aiohttp.ClientSession() as http:
                yield Desk(app, f"http://127.0.0.1:{port}", http, clock)
        finally:
            await server.stop()
            await asyncio.sleep(0)

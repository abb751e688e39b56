"""A web chat that listens on a free port of this machine, and browsers that talk to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiohttp import ClientResponse, ClientSession, CookieJar
from markupsafe import Markup

from bot.channels.web.channel import COOKIE, WebChat
from bot.delivery import Delivery
from bot.server import Server
from bot.store import Store
from bot.turns import Served, Turns
from handlers.messages import Button, Incoming, Reply, Turn
from handlers.turn import Answer, Handlers, Situation
from storage.accounts import Account, lane_of
from storage.database import Database
from storage.events import NewEvent
from tests.stories.chat import COMPLETE

SECONDS = 5.0  # for anything to happen, on a busy machine too
BUTTONS = ((Button("Lệ phí", "1:part:x:fee"), Button("Các mục", "1:menu")),)


def echo(situation: Situation) -> Turn:
    """Answer with what was said."""
    return Turn((Reply(Markup.escape(situation.incoming.text), BUTTONS),), situation.session)


def sorry(_account: Account) -> Turn:
    return Turn((Reply(Markup("sorry")),))


class WebOffice:
    """What serves the web chat: one process over a database."""

    def __init__(self, database: Database, answer: Answer = echo, **of_chat: Any) -> None:
        self.database = database
        self.port = 0
        self._answer = answer
        self._of_chat = of_chat

    async def start(self) -> None:
        """Start a process; a second time on the same port, as after a restart."""
        self.chat = WebChat(COMPLETE, **self._of_chat)
        self.store = Store(self.database)
        self.delivery = Delivery(self.store, {"web": self.chat}, uuid4().hex, lambda: datetime.now(UTC))
        handlers = Handlers(self._answer, sorry)
        self.turns = Turns(
            self.store, handlers, self.delivery, Served(["web"]), lambda: datetime.now(UTC), self.chat.turned
        )
        self.server = Server("127.0.0.1", self.port, self.chat.routes(self))
        self.port = await self.server.start()

    async def stop(self) -> None:
        """End the process."""
        await self.chat.close()
        await self.server.stop()
        await self.turns.close()
        await self.store.close()

    async def receive(self, channel: str, address: str, incoming: Incoming, key: str | None = None) -> bool:
        """Take what came in, as the application does."""
        lane = lane_of(self.database.vault, channel, address)
        new = NewEvent(channel, key or uuid4().hex, "message", incoming.to_json(), lane, address)
        return await self.turns.take(new)

    def lane(self, token: str) -> str:
        """Name the lane of the session with this cookie."""
        return lane_of(self.database.vault, "web", self.database.vault.digest("web session", token))

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Event:
    """One event of a stream; a comment is an event without data."""

    name: str
    id: int | None
    data: Any

    @property
    def text(self) -> str:
        """Give the words of a reply."""
        return "\n".join("".join(piece["t"] for piece in line) for line in self.data["lines"])


class Stream:
    """An open event stream."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response
        self.history: list[Event] = []

    async def event(self) -> Event:
        """Wait for the next event."""
        name, row_id, data = "", None, None
        async with asyncio.timeout(SECONDS):
            while True:
                line = (await self.response.content.readuntil(b"\n")).decode().rstrip("\n")
                field, _, value = line.partition(": ")
                if line == ":":
                    name = "comment"
                elif field == "event":
                    name = value
                elif field == "id":
                    row_id = int(value)
                elif field == "data":
                    data = json.loads(value)
                elif not line and name:
                    return Event(name, row_id, data)

    async def replies(self, count: int) -> list[str]:
        """Wait for so many replies and give their words."""
        return [(await self.reply()).text for _ in range(count)]

    async def reply(self) -> Event:
        """Wait for the next reply."""
        while (event := await self.event()).name != "reply":
            pass
        return event

    async def is_over(self) -> bool:
        """Tell whether the server ended the stream within the time."""
        async with asyncio.timeout(SECONDS):
            while not self.response.content.at_eof():
                await self.response.content.readany()
        return True

    def leave(self) -> None:
        self.response.close()


class Browser:
    """One browser: a cookie jar and requests as our page makes them."""

    def __init__(self, office: WebOffice) -> None:
        self.office = office
        self.session = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self._streams: list[Stream] = []

    async def opens(self, after: int | None = None, **headers: str) -> Stream:
        """Open the stream and read what is there until it says that it is ready."""
        query = "" if after is None else f"?after={after}"
        stream = Stream(await self.session.get(f"{self.office.root}/chat/events{query}", headers=headers, timeout=None))
        self._streams.append(stream)
        assert stream.response.status == 200
        while (event := await stream.event()).name != "ready":
            stream.history.append(event)
        return stream

    async def posts(self, text: str, kind: str = "text", key: str | None = None) -> tuple[int, Any]:
        """Send what was typed or tapped; give the status and the answer."""
        body = json.dumps({"id": key or str(uuid4()), "kind": kind, "text": text}, ensure_ascii=False)
        return await self.sends(body.encode())

    async def sends(
        self, body: Any, path: str = "/chat/messages", type_: str = "application/json", **headers: str
    ) -> tuple[int, Any]:
        """Send a body as it is."""
        told = {"Origin": self.office.root, "Content-Type": type_, **headers}
        async with self.session.post(self.office.root + path, data=body, headers=told) as answer:
            return answer.status, await answer.json(content_type=None) if answer.status != 204 else None

    async def closes(self) -> None:
        """Close the browser with all its streams."""
        for stream in self._streams:
            stream.leave()
        await self.session.close()

    @property
    def token(self) -> str:
        """Give the value of the session's cookie."""
        found: str = next(cookie.value for cookie in self.session.cookie_jar if cookie.key == COOKIE)
        return found


@asynccontextmanager
async def serving(database: Database, answer: Answer = echo, **of_chat: Any) -> AsyncIterator[WebOffice]:
    """Serve the web chat while the block runs."""
    office = WebOffice(database, answer, **of_chat)
    await office.start()
    try:
        yield office
    finally:
        await office.stop()


@asynccontextmanager
async def browser(office: WebOffice) -> AsyncIterator[Browser]:
    """A browser while the block runs."""
    opened = Browser(office)
    try:
        yield opened
    finally:
        await opened.closes()

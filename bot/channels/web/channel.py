"""The web chat at `/chat`: a page, a stream of replies out (server-sent events), messages in by POST.

Replies are rows of the outbox that the page fetches by itself: nothing is sent, nothing is claimed. A session is a
random cookie; the database knows only its keyed hash. See `docs/web.md`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from aiohttp import ClientConnectionResetError, web

from bot.channels.base import Outgoing
from bot.channels.web import files as web_files
from bot.channels.web import markup as web_markup
from bot.channels.web.http import (
    BODY_BYTES,
    BUSY_SECONDS,
    HEADERS,
    body,
    guarded,
    is_ours,
    last_seen,
    problem,
    read_message,
)
from bot.channels.web.limits import Buckets, Rate, sender
from bot.channels.web.streams import Stream, Streams
from bot.store import Store
from handlers.agency import Agency
from handlers.messages import Incoming, Reply
from handlers.texts import DEFAULT, LANGUAGES
from handlers.web import ASSETS, page
from knowledge.errors import Refused, Unavailable
from storage import web_rows
from storage.accounts import lane_of
from storage.database import Connection, Database
from storage.web_rows import WebRow

log = logging.getLogger(__name__)

COOKIE = "motcua_chat"
TOKEN_BYTES = 32  # 256 bits: nobody guesses a session
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in unpadded base64url
SESSION_SECONDS = 90 * 24 * 3600  # as long as a silent conversation's state is kept
ROWS_AT_ONCE = 100
OUTAGE_SECONDS = 1.0  # between looks while the database is out of reach
HEARTBEAT_SECONDS = 15.0  # proxies close a stream that is silent for 30 to 60 s
WRITE_SECONDS = 30.0  # for a slow reader to take what was written
RETRY_MS = 2000  # how long the browser waits before it opens a broken stream again
OF_SESSION = Rate(burst=20, per_second=1)  # faster than a person taps
OF_ADDRESS = Rate(burst=100, per_second=10)  # an office behind one address
FOREVER = "public, max-age=31536000, immutable"  # an asset's address names its content


class Office(Protocol):
    """What the page needs of the application (`bot.app.App`)."""

    @property
    def database(self) -> Database: ...  # noqa: D102
    @property
    def store(self) -> Store: ...  # noqa: D102

    async def receive(self, channel: str, address: str, incoming: Incoming, key: str | None = None) -> bool:
        """Store what came in; False for a duplicate. Raises `Unavailable`: nothing was kept."""
        ...


class WebChat:
    """The channel "web" and the routes of its page."""

    name = "web"

    def __init__(
        self,
        agency: Agency,
        *,
        public_url: str = "",
        of_session: Rate = OF_SESSION,
        of_address: Rate = OF_ADDRESS,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._pages = {language: page(agency, language) for language in LANGUAGES}
        self._public = urlsplit(public_url)
        self._sessions, self._addresses = Buckets(of_session), Buckets(of_address)
        self._heartbeat = heartbeat_seconds
        self._streams = Streams()
        self._app: Office | None = None

    async def send(self, message: Outgoing) -> str | None:  # noqa: ARG002
        """Refuse: rows of this channel are fetched by the page (`storage.delivery.outbox.FETCHED`)."""
        raise Refused("the page fetches its rows by itself")

    def turned(self, lane: str) -> None:
        """Wake the streams of this lane."""
        self._streams.wake(lane)

    def routes(self, app: Office) -> list[web.RouteDef]:
        """Give the routes of the page for `bot.server.Server`; messages go to `app`, replies come from its store."""
        self._app = app
        return [
            web.get("/chat", guarded(self._page)),
            web.get("/chat/assets/{mark}/{name}", guarded(_asset)),
            web.get("/chat/events", guarded(self._events), allow_head=False),
            web.get(web_files.PATH, guarded(self._file), allow_head=False),
            web.post("/chat/messages", guarded(self._message)),
            web.post("/chat/end", guarded(self._end)),
            web.route("*", "/chat/{rest:.*}", guarded(_nothing)),
        ]

    async def close(self) -> None:
        """End the open streams, so that the server can stop."""
        await self._streams.close()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        """Show the page; it is the same for everybody, who is who is settled by the stream."""
        html = self._pages.get(request.query.get("lang", DEFAULT)) or self._pages[DEFAULT]
        response = web.Response(text=html, content_type="text/html", headers={"Cache-Control": "no-cache"})
        response.enable_compression()
        return response

    async def _message(self, request: web.Request) -> web.StreamResponse:
        """Take what was typed or tapped: 202 once it is stored, 200 for what was stored before."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        address, lane = self._whose(request.cookies[COOKIE])
        network = sender(request.remote, request.headers.get("X-Forwarded-For"))
        wait = self._addresses.take(network)
        wait = wait or self._sessions.take(lane)
        if wait:
            return problem(429, "slow", after=wait)
        try:
            key, incoming = read_message(await body(request))
        except web.HTTPRequestEntityTooLarge:
            return problem(413, "size")
        except (ValueError, TypeError, LookupError, RecursionError, TimeoutError):
            return problem(400, "body")
        assert self._app is not None
        incoming = replace(incoming, network=self._app.database.vault.digest("network", network))
        is_new = await self._app.receive(self.name, address, incoming, f"{lane}:{key}")
        return web.json_response({"session": lane[:8]}, status=202 if is_new else 200)

    def _refusal(self, request: web.Request) -> web.Response | None:
        """Refuse what does not come from our own page in a browser that keeps our cookie."""
        if not is_ours(request, self._public.netloc):
            return problem(403, "origin")
        if request.content_type != "application/json":
            return problem(415, "type")
        if TOKEN.fullmatch(request.cookies.get(COOKIE, "")) is None:
            return problem(403, "session")
        if (request.content_length or 0) > BODY_BYTES:
            return problem(413, "size")
        return None

    async def _end(self, request: web.Request) -> web.StreamResponse:
        """Forget the session in this browser; nobody can read its rows any more, and they are emptied within a day."""
        if not is_ours(request, self._public.netloc):
            return problem(403, "origin")
        response = web.Response(status=204)
        response.del_cookie(COOKIE, path="/chat")
        return response

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Give a file that goes with a reply to the session that was told of it."""
        token = request.cookies.get(COOKIE, "")
        if TOKEN.fullmatch(token) is None:
            return await _nothing(request)
        assert self._app is not None
        return await web_files.download(request, self._app.store, self._whose(token)[1])

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Stream this session's replies from behind the last one that the page names."""
        if request.headers.get("Sec-Fetch-Site") not in (None, "same-origin"):
            return problem(403, "origin")
        if self._streams.full:
            return problem(503, "busy", after=BUSY_SECONDS)
        token = request.cookies.get(COOKIE, "")
        if TOKEN.fullmatch(token) is None:
            token = secrets.token_urlsafe(TOKEN_BYTES)
        _, lane = self._whose(token)
        response = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", **HEADERS})
        response.content_type = "text/event-stream"
        is_secure = self._public.scheme == "https" or request.secure
        response.set_cookie(
            COOKIE, token, max_age=SESSION_SECONDS, path="/chat", httponly=True, samesite="Strict", secure=is_secure
        )
        await response.prepare(request)
        assert self._app is not None
        with self._streams.opened(lane, self._app.store) as stream:
            try:
                await self._follow(response, stream, last_seen(request))
            except (ClientConnectionResetError, ConnectionResetError, TimeoutError):
                log.debug("a reader of the web chat left")
        return response

    async def _follow(self, response: web.StreamResponse, stream: Stream, after: int) -> None:
        """Write what the lane has behind the row `after`, then whatever comes, until the reader leaves."""
        assert self._app is not None
        store, is_ready = self._app.store, False
        await _write(response, f"retry: {RETRY_MS}\n\n")
        while not stream.ended:
            stream.more.clear()
            try:
                rows, language = await store.read(lambda tx, after=after: _read_rows(tx, stream.lane, after))  # type: ignore[misc]
            except Unavailable:
                log.warning("the database is out of reach; a stream of the web chat waits")
                await asyncio.sleep(OUTAGE_SECONDS)
                continue
            told = "".join(_event(row, language) for row in rows)
            if rows:
                after = rows[-1].id
            is_all = len(rows) < ROWS_AT_ONCE
            if is_all and not is_ready:
                told += _named("ready", {"session": stream.lane[:8], "language": language})
                is_ready = True
            if told:
                await _write(response, told)
            if is_all:
                await self._wait(response, stream)

    async def _wait(self, response: web.StreamResponse, stream: Stream) -> None:
        """Wait until there may be more, and show every now and then that the stream lives."""
        try:
            async with asyncio.timeout(self._heartbeat):
                await stream.more.wait()
        except TimeoutError:
            await _write(response, ":\n\n")

    def _whose(self, token: str) -> tuple[str, str]:
        """Give the address and the lane of a session: keyed hashes, so that the cookie stands nowhere."""
        assert self._app is not None
        vault = self._app.database.vault
        address = vault.digest("web session", token)
        return address, lane_of(vault, self.name, address)


async def _asset(request: web.Request) -> web.StreamResponse:
    """Give a static file; its address holds a hash of its content."""
    asset = ASSETS.get(request.match_info["name"])
    if asset is None or asset.mark != request.match_info["mark"]:
        return await _nothing(request)
    response = web.Response(body=asset.content, headers={"Cache-Control": FOREVER, "Content-Type": asset.type})
    response.enable_compression()
    return response


async def _nothing(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=404, text="404\n")


def _read_rows(tx: Connection, lane: str, after: int) -> tuple[list[WebRow], str | None]:
    return web_rows.after(tx, lane, after, ROWS_AT_ONCE), web_rows.language(tx, lane)


def _event(row: WebRow, language: str | None) -> str:
    return f"id: {row.id}\n{_named('reply', web_markup.shown(Reply.from_json(row.body), language, row.id))}"


def _named(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


async def _write(response: web.StreamResponse, text: str) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await response.write(text.encode())

"""What every answer and every request of the web chat has in common: headers, refusals, where it comes from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit
from uuid import UUID

from aiohttp import web

from handlers.messages import Incoming, Kind
from knowledge.errors import Unavailable

BODY_BYTES = 8 * 1024  # a question is far shorter; the longest feedback fits
BODY_SECONDS = 10.0  # for the body to come: whoever is slower is stuck or does so on purpose
BUSY_SECONDS = 2  # Retry-After while the database is out of reach
ID_MOST = 2**63 - 1
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guarded(handler: Handler) -> Handler:
    """Give every answer of these routes the page's security headers, a failure too."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except Unavailable:
            response = problem(503, "busy", after=BUSY_SECONDS)
        if not response.prepared:
            response.headers.update(HEADERS)
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


def is_ours(request: web.Request, public_host: str) -> bool:
    """Tell whether a request was made by our own page: browsers say where a POST comes from.

    `public_host`: host and port under which the world knows us, "" where that is what the request names.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in (None, "same-origin"):
        return False
    if origin is None:
        return site is not None
    try:
        host = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    return host != "" and host in (request.host.lower(), public_host.lower())


def problem(status: int, error: str, *, after: float = 0) -> web.Response:
    """Refuse a request in a way that the page's script understands."""
    headers = {"Retry-After": str(int(after) + 1)} if after else {}
    return web.json_response({"error": error}, status=status, headers=headers)


async def body(request: web.Request) -> bytes:
    """Read a small body; raises `HTTPRequestEntityTooLarge` for another, `TimeoutError` for one that does not come."""
    read = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        while chunk := await request.content.read(BODY_BYTES):
            read += chunk
            if len(read) > BODY_BYTES:
                raise web.HTTPRequestEntityTooLarge(BODY_BYTES, len(read))
    return bytes(read)


def read_message(body: bytes) -> tuple[str, Incoming]:
    """Read what the page sent; raises ValueError, TypeError or KeyError when it is something else."""
    record = json.loads(body)
    kind, text = record["kind"], record["text"]
    if kind not in (Kind.TEXT, Kind.TAP) or not isinstance(text, str) or not isinstance(record["id"], str):
        raise ValueError("not a message of the page")
    return str(UUID(record["id"])), Incoming(Kind(kind), text)


def last_seen(request: web.Request) -> int:
    """Read which row the page saw last: the browser's header, or the query of a stream opened anew."""
    named = [request.headers.get("Last-Event-ID", ""), request.query.get("after", "")]
    return max([0, *(min(int(one), ID_MOST) for one in named if one.isascii() and one.isdecimal() and len(one) < 20)])

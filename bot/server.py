"""The one aiohttp application: whatever listens hangs its routes here."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from aiohttp import web

from bot.faults import told
from knowledge.errors import Unavailable

log = logging.getLogger(__name__)

BODY_BYTES = 1 << 20  # the platforms' webhooks are far smaller; more is an attack or a mistake
IDLE_SECONDS = 60.0  # a connection on which nothing was asked for so long is closed
LINGER_SECONDS = 1.0  # what still comes after a refusal is read so long, so that the answer arrives
SHUTDOWN_SECONDS = 2.0  # for requests that run; open streams are closed by their own rooms

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Listens on one address and hands requests to the rooms whose routes it was given."""

    def __init__(self, host: str, port: int, routes: Iterable[web.RouteDef]) -> None:
        self._host, self._port = host, port
        self._application = web.Application(client_max_size=BODY_BYTES, middlewares=[_border])
        self._application.add_routes([web.get("/healthz", _alive), *routes])
        self._runner = web.AppRunner(
            self._application,
            shutdown_timeout=SHUTDOWN_SECONDS,
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=LINGER_SECONDS,
            access_log=None,
        )

    async def start(self) -> int:
        """Listen; returns the port, which the system chose when 0 was asked for."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        """Stop listening and let the requests that run come to their end."""
        with suppress(RuntimeError):
            await self._runner.cleanup()


async def _alive(_request: web.Request) -> web.Response:
    """Say that the process answers."""
    return web.json_response({"status": "ok"})


@web.middleware
async def _border(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 503 while the database is out of reach, so that the platform repeats, and never show a traceback."""
    try:
        return await handler(request)
    except Unavailable:
        return web.Response(status=503)
    except web.HTTPException:
        raise
    except Exception as error:
        log.error("request %s %s failed: %s", request.method, request.path, told(error))
        return web.Response(status=500)

"""How requests reach the Bot API: python-telegram-bot's own interface for transports, on aiohttp.

The library's default is httpx: 2.1 to 2.5 ms of processor time a message where this takes 0.7 to 0.9 (side by side on
the same machine, see docs/measurements.md). It also tells exactly whether anything of a request was sent.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.errors import NeverLeft, ServerError

CONNECT_SECONDS = 5.0  # to get a connection: from the pool, or a new one
READ_SECONDS = 12.0  # of silence after a request; with the above less than a send may take by default

_NO_CONNECTION = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)


class Transport(BaseRequest):
    """Keeps connections to one server."""

    def __init__(self, connections: int, *, connect_seconds: float = CONNECT_SECONDS) -> None:
        self._connections = connections
        self._connect_seconds = connect_seconds
        self._session: aiohttp.ClientSession | None = None
        self._proxy: str | None = None
        self._proxy_headers: dict[str, str] = {}

    @property
    def read_timeout(self) -> float:
        """How long the server may be silent, in seconds, where a request does not say."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """Do nothing: the session is made with the first request."""

    async def shutdown(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,  # noqa: ARG002 - what is sent is small; the send as a whole is limited by its caller
        connect_timeout: Any = None,  # noqa: ARG002 - set for all requests
        pool_timeout: Any = None,  # noqa: ARG002 - within the time to get a connection
    ) -> tuple[int, bytes]:
        """Ask, and give the status and the body. Raises `NetworkError`, of which `NeverLeft` and `ServerError`."""
        silence = read_timeout if isinstance(read_timeout, float | int) else READ_SECONDS
        limits = aiohttp.ClientTimeout(
            total=None, connect=self._connect_seconds, sock_connect=self._connect_seconds, sock_read=silence
        )
        with _border():
            async with self._open(url).request(
                method,
                url,
                data=_body(request_data),
                timeout=limits,
                allow_redirects=False,
                proxy=self._proxy,
                proxy_headers=self._proxy_headers or None,
            ) as answer:
                code, body = answer.status, await answer.read()
        if code >= 500:
            raise ServerError(code)
        return code, body

    async def download(self, url: str, most: int) -> tuple[int, bytes]:
        """Get a file, and give the status and the body, of which no more is read than one byte over `most`.

        Raises as `do_request` does. The address holds the token: it stands in no message.
        """
        limits = aiohttp.ClientTimeout(total=None, sock_connect=self._connect_seconds, sock_read=READ_SECONDS)
        body = bytearray()
        with _border():
            async with self._open(url).get(
                url,
                timeout=limits,
                allow_redirects=False,
                proxy=self._proxy,
                proxy_headers=self._proxy_headers or None,
            ) as answer:
                code = answer.status
                async for part in answer.content.iter_any():
                    body += part
                    if len(body) > most:
                        break
        if code >= 500:
            raise ServerError(code)
        return code, bytes(body[: most + 1])

    def _open(self, url: str) -> aiohttp.ClientSession:
        if self._session is None:
            self._proxy, self._proxy_headers = _proxy_for(url)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                # Through a tunnel only the proxy is told its password; without one it reads what the server gets.
                headers={"User-Agent": self.USER_AGENT} | ({} if url.startswith("https:") else self._proxy_headers),
            )
        return self._session


@contextmanager
def _border() -> Iterator[None]:
    """Turn what aiohttp raises into what the library knows. No address stands in it: it holds the token."""
    try:
        yield
    except _NO_CONNECTION as error:
        raise NeverLeft(f"no connection: {type(error).__name__}") from error
    except TimeoutError as error:
        raise TimedOut from error
    except aiohttp.ClientError as error:
        raise NetworkError(f"connection lost: {type(error).__name__}") from error


def _proxy_for(url: str) -> tuple[str | None, dict[str, str]]:
    """Find the proxy that the environment names (HTTPS_PROXY, NO_PROXY): offices sit behind them.

    Once for all requests: aiohttp itself would look in a thread of its own, and for a password file, at each of them.
    """
    target = urlsplit(url)
    found = None if proxy_bypass(target.hostname or "") else getproxies().get(target.scheme)
    if not found:
        return None, {}
    parts = urlsplit(found)
    place = parts.hostname or ""
    address = parts._replace(netloc=place if parts.port is None else f"{place}:{parts.port}").geturl()
    if parts.username is None:
        return address, {}
    known_as = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return address, {"Proxy-Authorization": f"Basic {b64encode(known_as).decode()}"}


def _body(data: RequestData | None) -> dict[str, str] | aiohttp.FormData | None:
    if data is None:
        return None
    files = data.multipart_data
    if not files:
        return data.json_parameters
    form = aiohttp.FormData(data.json_parameters)
    for name, (file_name, content, kind) in files.items():
        form.add_field(name, content, filename=file_name, content_type=kind)
    return form

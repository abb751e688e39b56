"""How attachments are fetched from Zalo: from its own hosts alone, and never from an address inside a private network.

An event names an address, and whoever could forge one would have us call it. So the host must be one of Zalo's, that of
a redirect too, and a name that leads to a private address is not called: the check is on the addresses to which the
connection is then made, so a name that changes in between gains nothing. For the same reason no proxy is used.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from knowledge.errors import TryLater, Unusable

HOSTS = ("zdn.vn", "zadn.vn")  # and what lies below them (Zalo's webhook pages)
REDIRECTS, REDIRECTS_MOST = frozenset({301, 302, 303, 307, 308}), 3
CONNECT_SECONDS, READ_SECONDS = 5.0, 20.0  # to connect; of silence


class _Outside(AbstractResolver):
    """Finds addresses, of which it leaves out every one that is not on the open internet."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = [one for one in await self._inner.resolve(host, port, family) if is_outside(one["host"])]
        if not found:
            raise OSError(f"{host} leads to no address on the open internet")
        return found

    async def close(self) -> None:
        await self._inner.close()


class Fetcher:
    """Fetches files. `own_root`: the root of a server of one's own (a stand-in), whose host is allowed besides."""

    def __init__(self, own_root: str | None = None) -> None:
        self._own = own_root
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def fetch(self, url: str, most: int) -> bytes:
        """Fetch a file, at most so many bytes. Raises `Unusable` (`too_big`, `gone`) or `TryLater`."""
        try:
            for _ in range(1 + REDIRECTS_MOST):
                found = await self._get(url, most)
                if isinstance(found, bytes):
                    return found
                url = urljoin(url, found)
            raise Unusable("gone")
        except aiohttp.ClientError as error:
            raise TryLater(f"the file did not come: {type(error).__name__}") from None
        except TimeoutError:
            raise TryLater("the file did not come in time") from None

    async def _get(self, url: str, most: int) -> bytes | str:
        """Get a file, or the address to which its address leads."""
        is_own = self._own is not None and url.startswith(f"{self._own}/")
        if not is_own and not is_allowed(url):
            raise Unusable("gone")
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
        async with self._open(is_own).get(url, timeout=limits, allow_redirects=False) as answer:
            if answer.status >= 500:
                raise TryLater(f"the server answered {answer.status}")
            if answer.status in REDIRECTS and answer.headers.get("Location"):
                return answer.headers["Location"]
            if answer.status != 200:
                raise Unusable("gone")
            return await _read(answer.content, most)

    def _open(self, is_own: bool) -> aiohttp.ClientSession:
        if is_own not in self._sessions:
            connector = aiohttp.TCPConnector(limit=8, resolver=None if is_own else _Outside())
            self._sessions[is_own] = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._sessions[is_own]

    async def close(self) -> None:
        """Close the connections."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()


def is_allowed(url: str) -> bool:
    """Tell whether an address is one of Zalo's file servers, by its name and on an ordinary port."""
    try:
        place = urlsplit(url)
        host, port = (place.hostname or "").rstrip(".").lower(), place.port
    except ValueError:
        return False
    if place.scheme not in ("http", "https") or port not in (None, 80, 443) or place.username is not None:
        return False
    return any(host == known or host.endswith(f".{known}") for known in HOSTS)


def is_outside(address: str) -> bool:
    """Tell whether an IP address is on the open internet."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None) or found
    return bool(inner.is_global) and not inner.is_multicast


async def _read(content: aiohttp.StreamReader, most: int) -> bytes:
    body = bytearray()
    async for part in content.iter_any():
        body += part
        if len(body) > most:
            raise Unusable("too_big")
    return bytes(body)

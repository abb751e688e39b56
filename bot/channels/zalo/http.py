"""How requests reach Zalo's servers: JSON in and out over aiohttp, with every fault of the way turned into ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp

from knowledge.errors import SlowDown, TryLater, Uncertain

CONNECT_SECONDS = 5.0  # to get a connection: from the pool, or a new one
READ_SECONDS = 12.0  # of silence after a request; with the above less than a send may take by default
CONNECTIONS = 32  # at once: far more than Zalo's 4 000 requests a minute need
LOST_ANSWERS = frozenset({502, 504})  # from a gateway: what stands behind it may have done what was asked
TOO_MANY = 429

_NO_CONNECTION = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file on its way to Zalo: the name to show, the bytes, and their media type."""

    name: str
    content: bytes
    media_type: str


class Http:
    """Keeps the connections to Zalo. The environment's proxies are used (HTTPS_PROXY, NO_PROXY)."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self,
        url: str,
        *,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        file: Uploaded | None = None,
        headers: Mapping[str, str] | None = None,
        silence: float = READ_SECONDS,
    ) -> dict[str, Any]:
        """Post and give the object of the answer: `body` as JSON, `form` as a form, `file` as its part `file`.

        Raises `TryLater` where nothing was done, `Uncertain` where it may have been. No address stands in a message: it
        can hold a token.
        """
        limits = aiohttp.ClientTimeout(
            total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=silence
        )
        data: Any = dict(form) if form is not None else None if file is None else _parts(file)
        with _border():
            async with self._open().post(
                url, json=body, data=data, headers=headers, timeout=limits, allow_redirects=False
            ) as answer:
                status, waits = answer.status, answer.headers.get("Retry-After", "")
                try:
                    record = await answer.json(content_type=None)
                except (ValueError, RecursionError):
                    record = None
        return _object(status, waits, record)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS), cookie_jar=aiohttp.DummyCookieJar(), trust_env=True
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _object(status: int, waits: str, record: Any) -> dict[str, Any]:
    if status == TOO_MANY:
        raise SlowDown("too many requests", float(waits) if waits.isdecimal() else None)
    if status in LOST_ANSWERS:
        raise Uncertain(f"a gateway answered {status}")
    if status >= 500:
        raise TryLater(f"the server answered {status}")
    if not isinstance(record, dict):
        raise Uncertain(f"an answer that cannot be read, status {status}")
    return record


def _parts(file: Uploaded) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("file", BytesIO(file.content), filename=file.name, content_type=file.media_type)
    return form


@contextmanager
def _border() -> Iterator[None]:
    """Turn what aiohttp raises into ours."""
    try:
        yield
    except _NO_CONNECTION as error:
        raise TryLater(f"no connection: {type(error).__name__}") from None
    except TimeoutError:
        raise Uncertain("no answer in time") from None
    except aiohttp.ClientError as error:
        raise Uncertain(f"connection lost: {type(error).__name__}") from None

"""Attachments come from Zalo's own hosts alone, never from a private address, and never larger than allowed."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.channels.zalo import fetching as zalo_fetching
from bot.channels.zalo.fetching import Fetcher, is_allowed, is_outside
from bot.standins.zalo_oa import ZaloOaServer
from knowledge.errors import TryLater, Unusable
from tests.channels.zalo_desk import Clock, served


@pytest.mark.parametrize("url", ["http://f6.photo.talk.zdn.vn/1.jpg", "https://ZDN.vn/1", "https://x.zadn.vn:443/1"])
def test_zalo_s_file_servers_are_allowed(url: str) -> None:
    assert is_allowed(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/1",
        "http://zdn.vn.example.com/1",
        "http://evilzdn.vn/1",
        "http://zdn.vn@127.0.0.1/1",
        "http://a:b@f6.zdn.vn/1",
        "http://f6.zdn.vn:22/1",
        "http://f6.zdn.vn:x/1",
        "ftp://f6.zdn.vn/1",
        "file:///etc/passwd",
        "",
        "http://[::1/1",
    ],
)
async def test_nothing_else_is(url: str) -> None:
    fetcher = Fetcher()
    with pytest.raises(Unusable, match="gone"):
        await fetcher.fetch(url, 100)
    await fetcher.close()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "fc00::1",
        "x",
    ],
)
def test_private_addresses_are_inside(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize("address", ["203.119.8.106", "2402:800::1"])
def test_addresses_of_the_internet_are_outside(address: str) -> None:
    assert is_outside(address)


async def test_a_name_of_zalo_s_that_leads_into_a_private_network_is_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[str] = []

    async def resolve(_self: Any, host: str, port: int = 0, family: Any = None) -> list[ResolveResult]:
        called.append(host)
        found = {"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}
        return [ResolveResult(**found)]  # type: ignore[typeddict-item]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    fetcher = Fetcher()
    with pytest.raises(TryLater, match="did not come"):
        await fetcher.fetch("http://f6.zdn.vn/1", 100)
    assert called == ["f6.zdn.vn"]
    await fetcher.close()


async def test_a_file_of_the_stand_in_is_fetched_up_to_its_limit() -> None:
    server = ZaloOaServer(Clock())
    server.files["1.pdf"] = b"x" * 100
    async with served(server) as root:
        fetcher = Fetcher(root)
        assert await fetcher.fetch(f"{root}/files/1.pdf", 100) == b"x" * 100
        with pytest.raises(Unusable, match="too_big"):
            await fetcher.fetch(f"{root}/files/1.pdf", 99)
        with pytest.raises(Unusable, match="gone"):
            await fetcher.fetch(f"{root}/files/2.pdf", 99)
        await fetcher.close()


@asynccontextmanager
async def leading(to: str) -> AsyncIterator[str]:
    """A stand-in whose address `/leads` leads elsewhere; `{root}` is its own root."""
    server = ZaloOaServer(Clock())
    server.files["1.pdf"] = b"%PDF"
    roots: list[str] = []

    async def leads(_request: web.Request) -> web.Response:
        raise web.HTTPFound(to.format(root=roots[0]))

    class Leading:
        def application(self) -> web.Application:
            application = server.application()
            application.add_routes([web.get("/leads", leads)])
            return application

    async with served(Leading()) as root:
        roots.append(root)
        yield root


@pytest.mark.parametrize("to", ["{root}/files/1.pdf", "/files/1.pdf"])
async def test_a_redirect_to_an_allowed_place_is_followed(to: str) -> None:
    async with leading(to) as root:
        fetcher = Fetcher(root)
        assert await fetcher.fetch(f"{root}/leads", 100) == b"%PDF"
        await fetcher.close()


@pytest.mark.parametrize(
    "to",
    ["http://127.0.0.1:1/", "http://169.254.169.254/latest", "file:///etc/passwd", "//evil.example/1", "{root}/leads"],
)
async def test_a_redirect_to_anywhere_else_or_without_end_is_not_followed(to: str) -> None:
    async with leading(to) as root:
        fetcher = Fetcher(root)
        with pytest.raises(Unusable, match="gone"):
            await fetcher.fetch(f"{root}/leads", 100)
        await fetcher.close()


async def test_a_name_that_changes_while_it_is_asked_for_leads_only_to_the_open_internet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = iter([["203.119.8.106", "127.0.0.1"], ["10.0.0.1", "::1"]])

    async def resolve(_self: Any, host: str, port: int = 0, family: Any = None) -> list[ResolveResult]:
        known = {"hostname": host, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}
        return [ResolveResult(**known, host=found) for found in next(told)]  # type: ignore[typeddict-item]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    outside = zalo_fetching._Outside()
    assert [one["host"] for one in await outside.resolve("f6.zdn.vn", 80)] == ["203.119.8.106"]
    with pytest.raises(OSError, match="no address on the open internet"):
        await outside.resolve("f6.zdn.vn", 80)
    await outside.close()

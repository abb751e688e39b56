"""The page of the web chat: its headers, its words, its size, and how it is told a message."""

from __future__ import annotations

import re
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from aiohttp import ClientSession
from markupsafe import Markup

from bot.channels.web import limits as web_limits
from bot.channels.web.limits import Buckets, Rate, sender
from bot.channels.web.markup import lines
from handlers.texts import LANGUAGES, words
from handlers.web import ASSETS, page
from storage.database import Database
from tests.channels.web_office import WebOffice, serving
from tests.stories.chat import COMPLETE, LACKING

ALL_BYTES = 120_000  # what a phone may have to load, uncompressed


@pytest.fixture
async def office(database: Database) -> AsyncIterator[WebOffice]:
    async with serving(database) as served:
        yield served


REQUESTS = [
    ("GET", "/chat", 200),
    ("HEAD", "/chat", 200),
    ("GET", "/chat?lang=en", 200),
    ("GET", "/chat?lang=<script>", 200),
    ("GET", "/chat/events", 200),
    ("GET", "/chat/assets/000000000000/chat.js", 404),
    ("GET", "/chat/assets/x/../../settings.py", 404),
    ("GET", "/chat/elsewhere", 404),
    ("GET", "/chat/messages", 404),
    ("POST", "/chat", 404),
    ("POST", "/chat/messages", 403),
    ("POST", "/chat/end", 403),
    ("PUT", "/chat/messages", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), REQUESTS)
async def test_every_answer_carries_the_security_headers(
    office: WebOffice, method: str, path: str, status: int
) -> None:
    async with ClientSession() as session, session.request(method, office.root + path) as answer:
        if (method, path) == ("POST", "/chat"):
            assert answer.status == 405  # the server's own answer
            return
        assert answer.status == status
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        for allowed in ("script-src", "style-src", "connect-src", "img-src"):
            assert f"{allowed} 'self';" in policy
        for refused in ("form-action", "base-uri", "frame-ancestors"):
            assert f"{refused} 'none';" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Cache-Control" in answer.headers
        assert ("Set-Cookie" in answer.headers) == (path == "/chat/events")


async def test_the_page_and_all_that_it_needs_is_small_and_comes_from_here(office: WebOffice) -> None:
    async with ClientSession() as session:
        async with session.get(f"{office.root}/chat") as answer:
            html = await answer.text()
        addresses = sorted(set(re.findall(r'(?:src|href)="(/[^"]*assets[^"]*)"', html)))
        assert len(addresses) == len(ASSETS)
        total = len(html.encode())
        for address in addresses:
            async with session.get(office.root + address) as answer:
                assert answer.status == 200
                assert "immutable" in answer.headers["Cache-Control"]
                total += len(await answer.read())
    assert total < ALL_BYTES / 2
    assert not re.search(r"https?://", html.replace("http://www.w3.org", ""))
    assert "http" not in ASSETS["chat.css"].content.decode()


async def test_the_answer_is_packed_where_the_browser_can_unpack_it(office: WebOffice) -> None:
    packed = {"Accept-Encoding": "gzip"}
    async with (
        ClientSession(auto_decompress=False) as session,
        session.get(f"{office.root}/chat", headers=packed) as answer,
    ):
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "<!doctype html>" in zlib.decompress(await answer.read(), 31).decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_no_script_and_no_style_within_it(language: str) -> None:
    html = page(COMPLETE, language)
    assert re.findall(r"<script(?![^>]*\ssrc=)", html) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", html) == []
    assert f'<html lang="{language}">' in html


def test_the_script_makes_no_markup_of_a_text() -> None:
    code = ASSETS["chat.js"].content.decode()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", code)
    assert code.count("\n") <= 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_at_the_top_that_a_machine_answers(language: str) -> None:
    html = unescape(page(COMPLETE, language))
    top = html[html.index("<header") : html.index("</header>")]
    assert words(language).plain("web.notice") in top
    assert COMPLETE.called(language) in top


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_script_the_page_leads_to_the_people_as_far_as_they_are_known(language: str) -> None:
    html = unescape(page(COMPLETE, language))
    without = html[html.index("<noscript>") : html.index("</noscript>")]
    for known in ("JavaScript", COMPLETE.phone, COMPLETE.counter, COMPLETE.address, COMPLETE.called(language)):
        assert known in without
    html = unescape(page(LACKING, language))
    without = html[html.index("<noscript>") : html.index("</noscript>")]
    assert words(language).plain("board.phone_unknown") in without


def test_a_name_with_markup_in_it_stays_a_name() -> None:
    html = page(replace(COMPLETE, name='"><script>x</script>'), "vi")
    assert "<script>x" not in html


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        ("chữ", [[{"t": "chữ"}]]),
        ("", [[]]),
        ("a\n\nb", [[{"t": "a"}], [], [{"t": "b"}]]),
        ("<b>đậm</b> rồi <i>nghiêng</i>", [[{"t": "đậm", "b": True}, {"t": " rồi "}, {"t": "nghiêng", "i": True}]]),
        ("<b>hai\ndòng</b>", [[{"t": "hai", "b": True}], [{"t": "dòng", "b": True}]]),
        ("&lt;b&gt; &amp;amp; &#34;", [[{"t": '<b> &amp; "'}]]),
        ('<a href="https://a.vn/?b=1&amp;c=2">a</a>', [[{"t": "a", "a": "https://a.vn/?b=1&c=2"}]]),
        ('<a href="tel:02731">a</a>', [[{"t": "a", "a": "tel:02731"}]]),
        ('<a href="javascript:alert(1)">a</a>', [[{"t": "a"}]]),
        ('<a href=" JavaScript:alert(1)">a</a>', [[{"t": "a"}]]),
        ('<a href="java\nscript:alert(1)">a</a>', [[{"t": "a"}]]),
        ('<a href="data:text/html,x">a</a>', [[{"t": "a"}]]),
        ('<a href="//evil.example">a</a>', [[{"t": "a"}]]),
        ('<a href="http://[">a</a>', [[{"t": "a"}]]),
        ('<u onclick="x">a</u><img src=x onerror=y>', [[{"t": "a"}]]),
        ("<b>mở", [[{"t": "mở", "b": True}]]),
        ("đóng</b></i></a>", [[{"t": "đóng"}]]),
    ],
)
def test_a_text_reaches_the_page_as_pieces_without_markup(markup: str, told: Any) -> None:
    assert lines(Markup(markup)) == told


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    now = 0.0
    buckets = Buckets(Rate(burst=3, per_second=2), lambda: now)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a") == pytest.approx(0.5)
    assert buckets.take("b") == 0
    now = 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0
    now = 100.0
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a") > 0


def test_buckets_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_limits, "KEYS_MOST", 100)
    buckets = Buckets(Rate(burst=1, per_second=0.1), lambda: 0.0)
    for number in range(1000):
        buckets.take(str(number))
        assert len(buckets._full_at) <= 100
    assert buckets.take("999") > 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "named"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "198.51.100.4", "198.51.100.4"),
        ("10.0.0.2", "made up, 8.8.4.4", "8.8.4.4"),
        ("10.0.0.2", "8.8.4.4, nonsense", "10.0.0.2"),
        ("8.8.8.8", "1.1.1.1", "8.8.8.8"),
        ("::1", "2001:4860:1:2:3:4:5:6", "2001:4860:1:2::/64"),
        ("2001:4860:1:2::7", None, "2001:4860:1:2::/64"),
        (None, None, "unknown"),
        ("", "1.1.1.1", "unknown"),
    ],
)
def test_the_sender_is_named_by_the_proxy_only_where_the_peer_can_be_one(
    peer: str | None, forwarded: str | None, named: str
) -> None:
    assert sender(peer, forwarded) == named

"""The web chat's wire: whose rows are whose, what is refused, what survives a restart. Real HTTP on both engines."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import pytest
from markupsafe import Markup
from sqlalchemy import select, text

from bot.channels.base import Outgoing
from bot.channels.web.channel import COOKIE
from bot.channels.web.limits import Rate
from bot.channels.web.streams import OF_ONE_LANE
from handlers.messages import Reply, Turn
from handlers.turn import Situation
from knowledge.errors import Refused, Unavailable
from storage import web_rows
from storage.database import Database
from storage.delivery import outbox
from storage.delivery.outbox import NewRow
from storage.schema import event, metadata
from storage.schema import outbox as rows
from tests.channels.web_office import SECONDS, Browser, WebOffice, browser, serving


@pytest.fixture
async def office(database: Database) -> AsyncIterator[WebOffice]:
    async with serving(database) as served:
        yield served


@pytest.fixture
async def anna(office: WebOffice) -> AsyncIterator[Browser]:
    async with browser(office) as opened:
        yield opened


@pytest.fixture
async def binh(office: WebOffice) -> AsyncIterator[Browser]:
    async with browser(office) as opened:
        yield opened


async def test_a_message_is_stored_and_answered_over_the_stream(anna: Browser) -> None:
    stream = await anna.opens()
    assert stream.history == []
    assert stream.response.headers["Content-Type"] == "text/event-stream"
    assert stream.response.headers["X-Accel-Buffering"] == "no"
    status, told = await anna.posts("xin chào")
    assert status == 202
    reply = await stream.reply()
    assert reply.text == "xin chào"
    assert reply.data["buttons"] == [
        [{"label": "Lệ phí", "action": "1:part:x:fee"}, {"label": "Các mục", "action": "1:menu"}]
    ]
    assert told == {"session": anna.office.lane(anna.token)[:8]}


async def test_a_tap_is_an_event_like_a_text(anna: Browser) -> None:
    stream = await anna.opens()
    assert (await anna.posts("1:menu", kind="tap"))[0] == 202
    assert (await stream.reply()).text == "1:menu"


async def test_the_session_is_a_random_cookie_that_no_script_reads_and_no_other_site_sends(anna: Browser) -> None:
    stream = await anna.opens()
    cookie = SimpleCookie(stream.response.headers["Set-Cookie"])[COOKIE]
    assert len(cookie.value) == 43
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/chat"
    assert int(cookie["max-age"]) == 90 * 24 * 3600
    assert not cookie["secure"]
    again = await anna.opens()
    assert SimpleCookie(again.response.headers["Set-Cookie"])[COOKIE].value == cookie.value


async def test_the_cookie_is_for_tls_alone_where_the_world_comes_by_tls(database: Database) -> None:
    async with serving(database, public_url="https://bot.example.vn") as office, browser(office) as anna:
        stream = await anna.opens()
        assert SimpleCookie(stream.response.headers["Set-Cookie"])[COOKIE]["secure"]


async def test_the_database_does_not_hold_the_cookie(anna: Browser) -> None:
    stream = await anna.opens()
    await anna.posts("xin chào")
    await stream.reply()
    with anna.office.database.transaction() as tx:
        held = [str(row) for table in metadata.tables for row in tx.execute(text(f'SELECT * FROM "{table}"'))]
    assert any("web" in row for row in held)
    assert not any(anna.token in row for row in held)


async def test_a_session_that_the_browser_makes_up_is_replaced(anna: Browser) -> None:
    for made_up in ("x", "x" * 44, '"; DROP TABLE account', "../../etc"):
        anna.session.cookie_jar.update_cookies({COOKIE: made_up})
        assert (await anna.posts("xin chào")) == (403, {"error": "session"})
    anna.session.cookie_jar.clear()
    stream = await anna.opens(Cookie=f"{COOKIE}=short")
    assert SimpleCookie(stream.response.headers["Set-Cookie"])[COOKIE].value != "short"


async def test_what_is_typed_comes_back_as_text_and_never_as_markup(anna: Browser) -> None:
    stream = await anna.opens()
    typed = '<script>alert(1)</script> <b>đậm</b> <a href="javascript:x">a</a> & &lt;i&gt; \u2028 \u0000'
    await anna.posts(typed)
    assert (await stream.reply()).data["lines"] == [[{"t": typed}]]


async def test_the_same_id_is_answered_once_however_often_it_comes(anna: Browser) -> None:
    stream = await anna.opens()
    key = str(uuid4())
    assert (await anna.posts("một", key=key))[0] == 202
    assert (await anna.posts("một", key=key))[0] == 200
    assert (await anna.posts("một", key=key.upper()))[0] == 200
    await anna.posts("hai")
    assert await stream.replies(2) == ["một", "hai"]


async def test_two_taps_at_once_are_one(anna: Browser) -> None:
    stream = await anna.opens()
    key = str(uuid4())
    answers = await asyncio.gather(*(anna.posts("1:menu", "tap", key) for _ in range(2)))
    assert sorted(status for status, _ in answers) == [200, 202]
    await anna.posts("hai")
    assert await stream.replies(2) == ["1:menu", "hai"]


async def test_nobody_reads_what_another_one_was_told(anna: Browser, binh: Browser) -> None:
    hers, his = await anna.opens(), await binh.opens()
    await anna.posts("chuyện của Anna")
    row = await hers.reply()
    assert row.id is not None
    for after, header in ((None, "0"), (0, "0"), (row.id - 1, str(row.id - 1)), (-1, "-1"), (None, "1e9")):
        again = await binh.opens(after, **{"Last-Event-ID": header})
        assert again.history == []
    # What the database shows of her (address, lane) opens nothing either.
    lane = anna.office.lane(anna.token)
    for made_up in (lane, (lane * 2)[:43], anna.office.database.vault.digest("web session", anna.token)):
        async with browser(anna.office) as thief:
            thief.session.cookie_jar.update_cookies({COOKIE: made_up})
            assert (await thief.opens(0)).history == []
    await binh.posts("chuyện của Bình")
    assert (await his.reply()).text == "chuyện của Bình"
    assert [reply.text for reply in (await anna.opens()).history] == ["chuyện của Anna"]


async def test_another_ones_message_id_hides_nothing(anna: Browser, binh: Browser) -> None:
    await anna.opens()
    his = await binh.opens()
    key = str(uuid4())
    assert (await anna.posts("một", key=key))[0] == 202
    assert (await binh.posts("hai", key=key))[0] == 202
    assert (await his.reply()).text == "hai"


FROM_ELSEWHERE = {
    "another site": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    "another site by an old browser": {"Origin": "https://evil.example"},
    "a sandboxed frame": {"Origin": "null"},
    "a sister site": {"Sec-Fetch-Site": "same-site"},
    "another port": {"Origin": "http://127.0.0.1:1"},
    "nobody": {"Origin": ""},
    "something broken": {"Origin": "http://["},
}


@pytest.mark.parametrize("headers", FROM_ELSEWHERE.values(), ids=FROM_ELSEWHERE)
@pytest.mark.parametrize("path", ["/chat/messages", "/chat/end"])
async def test_only_our_own_page_may_post(anna: Browser, path: str, headers: dict[str, str]) -> None:
    await anna.opens()
    body = json.dumps({"id": str(uuid4()), "kind": "text", "text": "x"})
    assert await anna.sends(body, path, **headers) == (403, {"error": "origin"})


async def test_the_public_address_is_ours_too(database: Database) -> None:
    async with serving(database, public_url="https://bot.example.vn") as office, browser(office) as anna:
        anna.session.cookie_jar.update_cookies({COOKIE: "a" * 43})
        body = json.dumps({"id": str(uuid4()), "kind": "text", "text": "x"})
        assert (await anna.sends(body, Origin="https://bot.example.vn"))[0] == 202


@pytest.mark.parametrize("type_", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_body_that_a_form_could_send_is_refused(anna: Browser, type_: str) -> None:
    await anna.opens()
    assert await anna.sends(b'{"id": 1}', type_=type_) == (415, {"error": "type"})


GOOD_ID = "7b6f0e7a-7a2b-4f63-9f5d-0d8a4f9f8a11"
BAD_BODIES: list[bytes] = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe{}",
    b"[" * 8000,
    b"9" * 8000,
    b'{"kind": "text", "text": "x"}',
    b'{"id": "1", "kind": "text", "text": "x"}',
    b'{"id": 7, "kind": "text", "text": "x"}',
    *(
        json.dumps({"id": GOOD_ID, "kind": kind, "text": said}).encode()
        for kind, said in [("file", "x"), ("start", "x"), (None, "x"), (["text"], "x"), ("text", None), ("text", 1)]
    ),
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: repr(body[:30]))
async def test_a_body_that_is_not_of_our_page_is_refused_and_nothing_is_kept(anna: Browser, body: bytes) -> None:
    await anna.opens()
    assert await anna.sends(body) == (400, {"error": "body"})
    with anna.office.database.transaction() as tx:
        assert tx.execute(select(event.c.id)).all() == []


async def test_a_body_of_more_than_8_kb_is_refused_however_it_comes(anna: Browser) -> None:
    await anna.opens()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(50 * 16):
            yield b"x" * 65536

    assert await anna.sends(b" " * 8193) == (413, {"error": "size"})
    longest = json.dumps({"id": str(uuid4()), "kind": "text", "text": ""}).encode()
    assert (await anna.sends(longest.replace(b'""', b'"' + b"x" * (8190 - len(longest)) + b'"')))[0] == 202
    started = time.monotonic()
    with suppress(OSError):  # the server may hang up on it, which is as good
        assert await anna.sends(endless()) == (413, {"error": "size"})
    assert time.monotonic() - started < SECONDS
    assert (await anna.posts("xin chào"))[0] == 202


async def test_a_slow_body_is_cut_off_and_others_are_served_meanwhile(
    anna: Browser, binh: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.web.http.BODY_SECONDS", 1.0)

    async def slow() -> AsyncIterator[bytes]:
        for letter in json.dumps({"id": GOOD_ID, "kind": "text", "text": "chậm"}):
            yield letter.encode()
            await asyncio.sleep(0.05)

    await anna.opens()
    stream = await binh.opens()
    sending = asyncio.create_task(anna.sends(slow()))
    await asyncio.sleep(0.1)
    await binh.posts("nhanh")
    assert (await stream.reply()).text == "nhanh"
    assert await sending == (400, {"error": "body"})
    with anna.office.database.transaction() as tx:
        assert len(tx.execute(select(event.c.id)).all()) == 1


async def test_who_sends_too_fast_is_told_when_to_go_on(database: Database) -> None:
    async with serving(database, of_session=Rate(2, 0.5)) as office, browser(office) as anna, browser(office) as binh:
        await anna.opens()
        await binh.opens()
        assert [(await anna.posts("x"))[0] for _ in range(3)] == [202, 202, 429]
        headers = {"Origin": office.root}
        body = {"id": str(uuid4()), "kind": "text", "text": "x"}
        async with anna.session.post(f"{office.root}/chat/messages", json=body, headers=headers) as answer:
            assert answer.status == 429
            assert 1 <= int(answer.headers["Retry-After"]) <= 2
        assert (await binh.posts("x"))[0] == 202


async def test_one_address_with_many_sessions_has_a_limit_too(database: Database) -> None:
    async with serving(database, of_address=Rate(3, 0.5)) as office:
        statuses = []
        for _ in range(4):
            async with browser(office) as anna:
                anna.session.cookie_jar.update_cookies({COOKIE: uuid4().hex + "a" * 11})
                statuses.append((await anna.posts("x"))[0])
        assert statuses == [202, 202, 202, 429]


async def test_replies_come_in_order_and_a_new_stream_goes_on_behind_the_last_one_seen(anna: Browser) -> None:
    stream = await anna.opens()
    for number in range(6):
        await anna.posts(str(number))
    seen = [await stream.reply() for _ in range(6)]
    assert [reply.text for reply in seen] == ["0", "1", "2", "3", "4", "5"]
    ids = [reply.id or 0 for reply in seen]
    assert ids == sorted(set(ids))
    for resumed in (await anna.opens(ids[2]), await anna.opens(None, **{"Last-Event-ID": str(ids[2])})):
        assert [reply.text for reply in resumed.history] == ["3", "4", "5"]
    # The page's first address holds an old id; what the browser says when it comes back is newer.
    resumed = await anna.opens(ids[0], **{"Last-Event-ID": str(ids[4])})
    assert [reply.text for reply in resumed.history] == ["5"]


async def test_a_long_history_comes_whole(anna: Browser) -> None:
    await anna.opens()
    await anna.posts("0")
    await anna.office.turns.idle()
    with anna.office.database.transaction() as tx:
        account_id = tx.execute(select(rows.c.account_id)).scalar_one()
        for number in range(1, 230):
            body = Reply(Markup(str(number))).to_json()
            outbox.add(
                tx,
                NewRow(f"t{number}", account_id, "web", outbox.REPLY, body),
                datetime.now(UTC),
                owner=None,
                lease_seconds=0,
            )
    assert [reply.text for reply in (await anna.opens()).history] == [str(number) for number in range(230)]


async def test_after_a_restart_comes_what_was_missed_exactly_once(anna: Browser) -> None:
    office = anna.office
    stream = await anna.opens()
    await anna.posts("trước")
    seen = await stream.reply()
    await anna.posts("trong lúc dừng")
    await office.stop()
    assert await stream.is_over()
    await office.start()
    back = await anna.opens(seen.id)
    history = [reply.text for reply in back.history]
    await anna.posts("sau")
    assert [*history, (await back.reply()).text] == ["trong lúc dừng", "sau"]


async def test_an_answer_of_another_process_arrives_within_moments(database: Database, engine_url: str) -> None:
    other = Database(engine_url, database.vault)
    async with (
        serving(database) as here,
        serving(other) as there,
        browser(here) as anna,
        browser(there) as elsewhere,
    ):
        stream = await anna.opens()
        elsewhere.session.cookie_jar.update_cookies({COOKIE: anna.token})
        for number in range(3):
            assert (await elsewhere.posts(str(number)))[0] == 202
        assert await stream.replies(3) == ["0", "1", "2"]


async def test_while_the_database_is_out_of_reach_nothing_is_confirmed(
    anna: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def out_of_reach(*_: Any, **__: Any) -> None:
        raise Unavailable("no database")

    await anna.opens()
    monkeypatch.setattr(anna.office.store, "write", out_of_reach)
    key = str(uuid4())
    assert await anna.posts("xin chào", key=key) == (503, {"error": "busy"})
    monkeypatch.undo()
    assert (await anna.posts("xin chào", key=key))[0] == 202


async def test_a_stream_lasts_through_an_outage_of_the_database(anna: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = anna.office.store.read, 0

    async def out_of_reach(job: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls <= 2:
            raise Unavailable("no database")
        return await real(job)

    monkeypatch.setattr(anna.office.store, "read", out_of_reach)
    stream = await anna.opens()
    await anna.posts("xin chào")
    assert (await stream.reply()).text == "xin chào"
    assert calls > 2


async def test_two_hundred_streams_of_which_many_do_not_read_hold_nobody_up(database: Database) -> None:
    def long(situation: Situation) -> Turn:
        return Turn((Reply(Markup("a" * 20_000)),), situation.session)

    async with serving(database, long) as office, browser(office) as anna:
        stream = await anna.opens()
        await anna.posts("x")
        await stream.reply()
        silent = []
        for number in range(200):
            opened = socket.socket()
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            opened.setblocking(False)
            await asyncio.get_running_loop().sock_connect(opened, ("127.0.0.1", office.port))
            token = anna.token if number % 40 == 0 else uuid4().hex + "a" * 11
            opened.sendall(f"GET /chat/events HTTP/1.1\r\nHost: x\r\nCookie: {COOKIE}={token}\r\n\r\n".encode())
            silent.append(opened)
        await asyncio.sleep(0.5)
        times = []
        for _ in range(10):
            started = time.monotonic()
            await anna.posts("x")
            await stream.reply()
            times.append(time.monotonic() - started)
        assert sorted(times)[5] < 0.5
        for opened in silent:
            opened.close()


async def test_a_reader_who_does_not_read_is_let_go(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(situation: Situation) -> Turn:
        return Turn((Reply(Markup("a" * 8_000_000)),), situation.session)  # more than the system holds on the way

    monkeypatch.setattr("bot.channels.web.channel.WRITE_SECONDS", 0.3)
    async with serving(database, endless) as office, browser(office) as anna:
        (await anna.opens()).leave()
        with socket.create_connection(("127.0.0.1", office.port)) as opened:
            cookie = f"Cookie: {COOKIE}={anna.token}"
            opened.sendall(f"GET /chat/events HTTP/1.1\r\nHost: x\r\n{cookie}\r\n\r\n".encode())
            await anna.posts("x")
            async with asyncio.timeout(SECONDS):
                while office.chat._streams._count:
                    await asyncio.sleep(0.05)


async def test_of_too_many_streams_of_one_session_the_oldest_ends(anna: Browser) -> None:
    streams = [await anna.opens() for _ in range(OF_ONE_LANE + 1)]
    assert await streams[0].is_over()
    await anna.posts("xin chào")
    assert [(await stream.reply()).text for stream in streams[1:]] == ["xin chào"] * OF_ONE_LANE


async def test_a_silent_stream_shows_that_it_lives(database: Database) -> None:
    async with serving(database, heartbeat_seconds=0.05) as office, browser(office) as anna:
        stream = await anna.opens()
        assert [(await stream.event()).name for _ in range(3)] == ["comment"] * 3


async def test_a_reader_who_leaves_is_forgotten(database: Database) -> None:
    async with serving(database, heartbeat_seconds=0.05) as office, browser(office) as anna:
        stream = await anna.opens()
        stream.leave()
        async with asyncio.timeout(SECONDS):
            while office.chat._streams._count:
                await asyncio.sleep(0.05)
        assert office.chat._streams._of_lane == {}


async def test_the_rows_are_kept_for_the_page_and_never_sent(anna: Browser) -> None:
    stream = await anna.opens()
    await anna.posts("xin chào")
    await stream.reply()
    await anna.office.turns.idle()
    assert (await anna.office.delivery._claim()).rows == []
    with anna.office.database.transaction() as tx:
        assert tx.execute(select(rows.c.state, rows.c.lease_owner)).all() == [("kept", None)]
        assert outbox.KEPT not in outbox.OPEN
    with pytest.raises(Refused):
        await anna.office.chat.send(Outgoing("x", Reply(Markup("x")), repeated=False))


async def test_after_a_day_the_rows_are_emptied_and_nobody_reads_them(anna: Browser) -> None:
    stream = await anna.opens()
    await anna.posts("xin chào")
    await stream.reply()
    with anna.office.database.transaction() as tx:
        now = datetime.now(UTC)
        assert web_rows.empty_old(tx, now - timedelta(hours=24)) == 0
        assert web_rows.empty_old(tx, now + timedelta(seconds=1)) == 1
        assert web_rows.empty_old(tx, now + timedelta(seconds=1)) == 0
        assert tx.execute(select(rows.c.state, rows.c.body)).all() == [("expired", None)]
    assert (await anna.opens()).history == []


async def test_whoever_ends_the_conversation_leaves_nothing_in_the_browser(anna: Browser) -> None:
    stream = await anna.opens()
    await anna.posts("xin chào")
    await stream.reply()
    before = anna.token
    assert await anna.sends(b"", "/chat/end") == (204, None)
    again = await anna.opens()
    assert again.history == []
    assert anna.token != before

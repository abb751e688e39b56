"""What Zalo's calls are answered: the signature, what is kept, and how long it takes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from bot.channels.zalo.oa_receiving import PATH, SIGNATURE, Webhook, matches
from bot.server import BODY_BYTES, Server
from bot.standins.zalo_oa import Json
from handlers.messages import Incoming
from tests.channels.telegram_intake import Intake
from tests.channels.zalo_desk import Desk, desk
from tests.channels.zalo_oa_samples import (
    SAMPLES,
    SIGNED_APP,
    SIGNED_BODY,
    SIGNED_MAC,
    SIGNED_SECRET,
    SIGNED_STAMP,
    WHO,
)


class Withdrawing(Intake):
    """An intake that also remembers who asked to be erased."""

    def __init__(self) -> None:
        super().__init__()
        self.withdrawn: list[tuple[str, str]] = []
        self.slow = 0.0

    async def receive(self, channel: str, address: str, incoming: Incoming, key: str | None = None) -> bool:
        await asyncio.sleep(self.slow)
        return await super().receive(channel, address, incoming, key)

    async def withdraw(self, _channel: str, address: str, key: str) -> None:
        self._reach()
        self.withdrawn.append((address, key.partition(":")[0]))


class Called:
    """A webhook, and Zalo, which calls it."""

    def __init__(self, at: Desk, intake: Withdrawing, port: int, session: aiohttp.ClientSession) -> None:
        self.at, self.intake = at, intake
        self._url, self._session = f"http://127.0.0.1:{port}{PATH}", session

    async def __call__(self, event: Json, **headers: str) -> int:
        """Send an event as Zalo signs it; a header given replaces Zalo's."""
        body, signed = self.at.server.signed(event)
        return await self.raw(body, {**signed, **{key.replace("_", "-"): value for key, value in headers.items()}})

    async def raw(self, body: bytes | BytesIO, headers: dict[str, str]) -> int:
        async with self._session.post(self._url, data=body, headers=headers) as answer:
            assert await answer.read() == b"", "no answer says anything"
            return answer.status


@asynccontextmanager
async def webhook(seconds: float = 1.5, **more: Any) -> AsyncIterator[Called]:
    async with desk(**more) as at:
        intake = Withdrawing()
        hook = Webhook(at.zalo, intake, at.zalo._given, answer_seconds=seconds)
        server = Server("127.0.0.1", 0, hook.routes())
        port = await server.start()
        async with aiohttp.ClientSession() as session:
            yield Called(at, intake, port, session)
        await server.stop()


TEXT = SAMPLES["user_send_text"]
SIGNATURE_AS = SIGNATURE.replace("-", "_")


async def test_an_event_is_stored_before_the_answer_and_a_repeat_is_no_second_one() -> None:
    async with webhook() as call:
        assert await call(TEXT) == 200
        assert await call(TEXT) == 200
        assert call.intake.texts() == [TEXT["message"]["text"]]
        assert call.at.contacts.noted == [WHO, WHO]


@pytest.mark.parametrize("given", ["", "mac=", "nonsense", "mac=" + "0" * 64, "chữ ký"])
async def test_a_wrong_signature_is_refused_and_nothing_is_kept(given: str) -> None:
    async with webhook() as call:
        body, _ = call.at.server.signed(TEXT)
        assert await call.raw(body, {SIGNATURE: given}) == 401
        assert await call.raw(body, {}) == 401
        assert (call.intake.received, call.at.contacts.noted) == ([], [])


@pytest.mark.parametrize("event", [{}, [], TEXT])
async def test_a_signature_of_other_bytes_is_refused(event: Any) -> None:
    async with webhook() as call:
        _, headers = call.at.server.signed(SAMPLES["follow"])
        assert await call.raw(json.dumps(event).encode(), headers) == 401


async def test_the_signature_may_stand_without_its_name_and_in_capitals() -> None:
    async with webhook() as call:
        body, headers = call.at.server.signed(TEXT)
        bare = headers[SIGNATURE].removeprefix("mac=")
        assert await call.raw(body, {SIGNATURE: bare}) == 200
        assert await call.raw(body, {SIGNATURE: f"MAC={bare.upper()}"}) == 200
        assert len(call.intake.received) == 1


def test_the_signature_is_the_plain_hash_of_the_four_parts() -> None:
    body = SIGNED_BODY.encode()
    assert matches(f"mac={SIGNED_MAC}", SIGNED_APP, body, SIGNED_STAMP, SIGNED_SECRET)
    for app, content, stamp, secret in (
        (SIGNED_APP[:-1], body, SIGNED_STAMP, SIGNED_SECRET),
        (SIGNED_APP, body + b" ", SIGNED_STAMP, SIGNED_SECRET),
        (SIGNED_APP, body, "0", SIGNED_SECRET),
        (SIGNED_APP, body, SIGNED_STAMP, "khoa"),
    ):
        assert not matches(f"mac={SIGNED_MAC}", app, content, stamp, secret)


def test_the_signature_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(given: bytes, _due: bytes) -> bool:
        compared.append(given)
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert not matches(f"mac={SIGNED_MAC}", SIGNED_APP, SIGNED_BODY.encode(), SIGNED_STAMP, SIGNED_SECRET)
    assert compared == [SIGNED_MAC.encode()]


async def test_a_timestamp_that_is_a_number_or_stands_in_the_header_counts_too() -> None:
    async with webhook() as call:
        assert await call({**TEXT, "timestamp": 1795405681753}) == 200
        body, headers = call.at.server.signed(TEXT)
        other = body.replace(b"1795405681753", b"1795405681799")
        stamp = {"X-ZEvent-Timestamp": "1795405681753"}
        assert await call.raw(other, headers | stamp) == 401
        known = call.at.server.account
        mac = hashlib.sha256(known.app_id.encode() + other + f"1795405681753{known.oa_secret}".encode()).hexdigest()
        assert await call.raw(other, {SIGNATURE: mac, **stamp}) == 200


async def test_while_setting_up_a_wrong_signature_is_only_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async with webhook(signature="observe") as call:
        body, _ = call.at.server.signed(TEXT)
        assert await call.raw(body, {}) == 200
        assert await call.raw(body, {SIGNATURE: "mac=0"}) == 200
        assert len(call.intake.received) == 1
    assert [record.levelno for record in caplog.records if "wrong signature" in record.message] == [logging.ERROR]


async def test_the_console_s_probe_is_answered_and_does_nothing() -> None:
    async with webhook() as call:
        assert await call.raw(b"{}", {}) == 200
        assert await call.raw(b" { } ", {}) == 200
        assert await call.raw(b"{}", {SIGNATURE: "mac=0"}) == 401
        assert call.intake.received == []


async def test_while_the_database_is_out_of_reach_zalo_is_told_to_repeat() -> None:
    async with webhook() as call:
        call.intake.outages = 1
        assert await call(TEXT) == 503
        assert await call(TEXT) == 200
        assert len(call.intake.received) == 1


async def test_before_the_channel_has_begun_zalo_is_told_to_repeat() -> None:
    async with webhook() as call:
        call.at.zalo.contacts = None
        assert await call(TEXT) == 503


async def test_an_answer_never_takes_longer_than_zalo_waits() -> None:
    async with webhook(seconds=0.1) as call:
        call.intake.slow = 5.0
        assert await call(TEXT) == 503
        call.intake.slow = 0.0
        assert await call(TEXT) == 200


@pytest.mark.parametrize("event", [{"event_name": "new", "timestamp": "1"}, {"message": 5, "timestamp": "1"}])
async def test_what_is_not_understood_is_taken_with_one_line_in_the_log(
    event: Json, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with webhook() as call:
        assert await call(event) == 200
        assert call.intake.received == []
    ours = [record for record in caplog.records if record.name.startswith("bot.")]
    assert [(record.levelno, record.exc_info) for record in ours] == [(logging.INFO, None)]


async def test_a_body_that_is_too_large_is_refused() -> None:
    async with webhook() as call:
        assert await call.raw(BytesIO(b"x" * (BODY_BYTES + 1)), {}) == 413


async def test_a_fault_of_ours_is_told_and_does_not_come_again(caplog: pytest.LogCaptureFixture) -> None:
    async with webhook() as call:
        call.intake.broken = True
        assert await call(TEXT) == 200
    assert "could not be taken in" in caplog.text


async def test_who_follows_can_be_reached_and_who_does_not_cannot() -> None:
    async with webhook() as call:
        for name in ("follow", "unfollow", "user_click_chatnow"):
            assert await call(SAMPLES[name]) == 200
        assert call.intake.presence == [(WHO, True), (WHO, False), (WHO, True)]
        assert call.at.contacts.noted == [WHO, WHO]


async def test_who_withdraws_is_erased() -> None:
    async with webhook() as call:
        assert await call(SAMPLES["user_withdraw"]) == 200
        assert call.intake.withdrawn == [(WHO, "user_withdraw")]


@pytest.mark.parametrize("name", ["user_received_message", "user_seen_message", "oa_send_text"])
async def test_what_is_no_word_of_the_person_extends_nothing(name: str) -> None:
    async with webhook() as call:
        assert await call(SAMPLES[name]) == 200
        assert (call.intake.received, call.at.contacts.noted) == ([], [])


async def test_a_receipt_of_a_message_by_phone_is_nobody_s_contact() -> None:
    async with webhook() as call:
        assert await call(SAMPLES["user_received_message_zns"], X_ZEvent_Server="ZNS") == 200
        assert call.at.contacts.noted == []

"""`zalo authorize` and `standins`: the consent of the account's administrator, and talking to the bot without Zalo."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bot.channels.zalo.consent import code_in, consent_url, new_verifier, obtain
from bot.standins.zalo_oa import ZaloOaServer
from knowledge.errors import Wrong
from tests.channels.zalo_desk import Clock, served, settings
from tests.cli.motcua import Motcua
from tests.e2e.running_bot import free_port

BACK = "https://bot.example.vn"
APP = {"MOTCUA_ZALO_OA__APP_ID": "1", "MOTCUA_ZALO_OA__APP_SECRET": "a secret", "MOTCUA_SERVER__PUBLIC_URL": BACK}


async def consented(server: ZaloOaServer, root: str, verifier: str) -> str:
    """Consent as the administrator does, and give the address to which Zalo led."""
    url = consent_url(settings(root, server), BACK, verifier)
    async with aiohttp.ClientSession() as session, session.get(url, allow_redirects=False) as answer:
        return answer.headers["Location"]


async def test_a_consent_becomes_the_first_pair() -> None:
    server = ZaloOaServer(Clock())
    async with served(server) as root:
        verifier = new_verifier()
        assert len(verifier) == 43
        led = await consented(server, root, verifier)
        assert led.startswith(BACK)
        pair, life = await obtain(settings(root, server), code_in(led, server.account.oa_id), verifier, Clock()())
    assert pair.access in server.account.access
    assert pair.refresh == server.account.refresh
    assert life.expires_at - life.renewed_at == timedelta(hours=25)


async def test_a_code_works_once_and_only_for_who_asked() -> None:
    server = ZaloOaServer(Clock())
    async with served(server) as root:
        given, verifier = settings(root, server), new_verifier()
        code = code_in(await consented(server, root, verifier), "")
        with pytest.raises(Wrong, match="did not accept the code"):
            await obtain(given, code, new_verifier(), Clock()())
        code = code_in(await consented(server, root, verifier), "")
        await obtain(given, code, verifier, Clock()())
        with pytest.raises(Wrong, match="did not accept the code"):
            await obtain(given, code, verifier, Clock()())


def test_the_verifier_stays_here() -> None:
    server = ZaloOaServer(Clock())
    verifier = new_verifier()
    url = consent_url(settings("http://127.0.0.1:1", server), BACK, verifier)
    assert verifier not in url
    assert parse_qs(urlsplit(url).query)["redirect_uri"] == [BACK]


def test_the_code_is_found_in_what_was_pasted() -> None:
    assert code_in(" abc-123 ", "") == "abc-123"
    assert code_in(f"{BACK}?oa_id=7&code=abc", "7") == "abc"
    with pytest.raises(Wrong, match="no code"):
        code_in(f"{BACK}?error=denied", "7")
    with pytest.raises(Wrong, match="account 8"):
        code_in(f"{BACK}?oa_id=8&code=abc", "7")


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ({}, 1, "zalo_oa.app_id and zalo_oa.app_secret are not set"),
        (APP | {"MOTCUA_SERVER__PUBLIC_URL": ""}, 1, "server.public_url is not set"),
        (APP, 2, "in a terminal"),
    ],
)
def test_what_is_missing_for_the_consent_is_told(bare: Motcua, given: dict[str, str], code: int, said: str) -> None:
    ran = bare("zalo", "authorize", **given)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_with_the_stand_in_the_bot_can_be_talked_to_offline(bare: Motcua) -> None:
    """The database is the default one: what is tried here are two commands and three channels, not the engines."""
    port = free_port()
    bare.settings["MOTCUA_SERVER__PORT"] = str(port)
    zalo = bare.start("standins", "--port", "0", "--bot", f"http://127.0.0.1:{port}")
    bot: subprocess.Popen[bytes] | None = None
    try:
        assert zalo.stderr is not None
        assert zalo.stdout is not None
        told = ""
        while "/say/1001" not in told:
            line = zalo.stderr.readline().decode()
            assert line, told
            told += line
        bare.settings |= dict(re.findall(r'export (MOTCUA_(?:ZALO|TELEGRAM)_\w+)="(.*)"', told))
        bot = bare.start("run")
        for address in re.findall(r"(http://\S+/say/\S+)", told):
            asyncio.run(said(address, "xin chào"))
            line = ""
            while not line.startswith("1001 <- "):  # an answer has more than one line
                line = zalo.stdout.readline().decode()
    finally:
        for process in (bot, zalo):
            if process is not None:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=30)
    assert bot is not None
    assert (bot.returncode, zalo.returncode) == (0, 0)


async def said(url: str, text: str) -> None:
    """Say something until the bot, which may still be starting, has taken it."""
    until = datetime.now(UTC) + timedelta(seconds=60)
    while datetime.now(UTC) < until:
        request = urllib.request.Request(url, data=text.encode())
        with suppress(OSError):
            if (await asyncio.to_thread(urllib.request.urlopen, request)).status == 200:
                return
        await asyncio.sleep(0.1)
    raise AssertionError("the bot never took it")

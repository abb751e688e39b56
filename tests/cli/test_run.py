"""`run` and `telegram`: what an operator is told when something is not set up, and that a stop is clean."""

from __future__ import annotations

import signal
import socket
import subprocess
import time

import pytest

from tests.cli.motcua import Motcua
from tests.e2e.running_bot import free_port

TOKEN = {"MOTCUA_TELEGRAM__TOKEN": "123456789:AAE-invented_token_for_the_tests_0001"}
NOBODY = {"MOTCUA_TELEGRAM__BASE_URL": "http://127.0.0.1:1"}


@pytest.mark.parametrize(
    ("words", "settings", "said"),
    [
        ("telegram webhook show", {}, "telegram.token is not set"),
        ("telegram webhook set", TOKEN | NOBODY, "server.public_url is not set"),
        (
            "telegram webhook set",
            TOKEN | NOBODY | {"MOTCUA_SERVER__PUBLIC_URL": "https://bot.example.vn"},
            "telegram.webhook_secret is not set",
        ),
        ("telegram webhook show", TOKEN | NOBODY, "no connection"),
        ("telegram webhook delete", TOKEN | NOBODY, "no connection"),
        ("run", TOKEN | {"MOTCUA_TELEGRAM__MODE": "webhook"}, "webhook_secret must be set"),
        ("run", {"MOTCUA_TELEGRAM__TOKEN": "a/b"}, "MOTCUA_TELEGRAM__TOKEN"),
        ("run", {"MOTCUA_TELEGRAM__MODE": "pigeon"}, "polling or webhook"),
        ("run", {"MOTCUA_TELEGRAM__WEBHOOK_SECRET": "bí mật"}, "MOTCUA_TELEGRAM__WEBHOOK_SECRET"),
        ("run", {"MOTCUA_TELEGRAM__BASE_URL": "ftp://x"}, "MOTCUA_TELEGRAM__BASE_URL"),
        ("run", {"MOTCUA_SERVER__PORT": "70000"}, "MOTCUA_SERVER__PORT"),
        ("run", {"MOTCUA_SERVER__PUBLIC_URL": "bot.example.vn"}, "MOTCUA_SERVER__PUBLIC_URL"),
        ("run --config none.toml", {}, "none.toml"),
    ],
)
def test_what_is_not_set_up_is_told_in_one_line(
    motcua: Motcua, words: str, settings: dict[str, str], said: str
) -> None:
    ran = motcua(*words.split(), **settings)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert "a/b" not in ran.err
    assert "bí mật" not in ran.err


def test_a_port_that_is_taken_is_told_in_one_line(motcua: Motcua) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ran = motcua("run", MOTCUA_SERVER__PORT=port)
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert f"cannot listen on 127.0.0.1:{port}" in ran.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_clean_even_while_telegram_is_out_of_reach(motcua: Motcua, number: signal.Signals) -> None:
    motcua.settings |= TOKEN | NOBODY | {"MOTCUA_SERVER__PORT": str(free_port())}
    running = motcua.start("run")
    assert running.stderr is not None
    said = b""
    while b"cannot be polled" not in said:
        line = running.stderr.readline()
        assert line, said
        said += line
    started = time.monotonic()
    running.send_signal(number)
    try:
        _, rest = running.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        running.kill()
        raise
    assert running.returncode == 0
    assert time.monotonic() - started < 15
    assert b"Traceback" not in said + rest
    assert rest.rstrip().endswith(b"stopping")

"""No secret of the settings is in the log: not in a message, not in a traceback, not in what the libraries write."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from markupsafe import Markup
from pydantic import SecretStr
from telegram.error import InvalidToken

from bot import logs
from bot.channels.base import Outgoing
from bot.channels.telegram.channel import Telegram
from bot.settings import load
from handlers.messages import Reply
from knowledge.errors import DeliveryError

TOKEN = "123456789:AAE-invented_token_for_the_tests_0001"
SECRET = "a-webhook-secret-of-the-tests"
SETTINGS = {
    "MOTCUA_TELEGRAM__TOKEN": TOKEN,
    "MOTCUA_TELEGRAM__MODE": "webhook",
    "MOTCUA_TELEGRAM__WEBHOOK_SECRET": SECRET,
    "MOTCUA_TELEGRAM__BASE_URL": "http://127.0.0.1:1",
    "MOTCUA_LOG__LEVEL": "DEBUG",
}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The log of a process with these settings, with every library as talkative as it can be."""
    stream, root = io.StringIO(), logging.getLogger()
    before, level, hooks = root.handlers[:], root.level, (sys.excepthook, threading.excepthook)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(logs, "_secrets", [])
    root.handlers[:] = []
    logs.start(load(None, SETTINGS))
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    for name in levels:
        logging.getLogger(name).setLevel(logging.NOTSET)


def is_hidden(stream: io.StringIO) -> bool:
    text = stream.getvalue()
    assert logs.HIDDEN in text
    return TOKEN not in text and TOKEN.replace(":", "%3A") not in text and SECRET not in text


def test_a_secret_in_a_message_its_arguments_or_its_traceback_is_hidden(written: io.StringIO) -> None:
    log = logging.getLogger("some.library")
    log.info(f"asked http://127.0.0.1/bot{TOKEN}/getMe")
    log.info("asked %s with %r", TOKEN.replace(":", "%3A"), {"secret_token": SECRET})
    try:
        raise InvalidToken(f"The token `{TOKEN}` was rejected")
    except InvalidToken:
        log.exception("failed")
    log.warning("here", stack_info=True)
    assert is_hidden(written)
    assert "Traceback" in written.getvalue()


async def test_a_failing_send_with_everything_logged_shows_no_token(written: io.StringIO) -> None:
    for name in logs.QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG)
    telegram = Telegram(TOKEN, "http://127.0.0.1:1")
    with pytest.raises(DeliveryError) as raised:
        await telegram.send(Outgoing("100", Reply(Markup("x")), repeated=False))
    try:
        raise RuntimeError(f"http://127.0.0.1:1/bot{TOKEN}/sendMessage") from raised.value
    except RuntimeError as error:
        logging.getLogger("bot.delivery").error("foreign", exc_info=error)
    await telegram.close()
    assert is_hidden(written)


def test_httpx_which_writes_whole_addresses_is_quiet(written: io.StringIO) -> None:
    for name in ("httpx", "httpcore.http11", "telegram.Bot"):
        logging.getLogger(name).info("POST http://127.0.0.1/bot%s/sendMessage", TOKEN)
    assert written.getvalue() == ""


def test_a_crash_shows_no_secret(written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", written)
    try:
        raise RuntimeError(f"bot{TOKEN}")
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
        threading.excepthook(threading.ExceptHookArgs((RuntimeError, error, error.__traceback__, None)))
    assert is_hidden(written)
    assert written.getvalue().count("Traceback") == 2


def test_a_handler_that_was_there_before_is_guarded_too(written: io.StringIO) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logging.getLogger().addHandler(handler)
    logs.start(load(None, SETTINGS))
    logging.getLogger("x").error("%s", TOKEN)
    assert stream.getvalue() == f"{logs.HIDDEN}\n"


def test_what_looks_like_a_token_is_hidden_even_if_it_is_not_ours() -> None:
    other = "987654321:BBF-another_invented_token_0000002"
    assert logs.scrub(f"/bot{other}/getMe") == f"/bot{logs.HIDDEN}/getMe"


def test_a_secret_within_a_longer_one_leaves_no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_secrets", [])
    logs.hide(["abcd", "abcdefgh", "x"])
    assert logs.scrub("abcdefgh abcd x") == f"{logs.HIDDEN} {logs.HIDDEN} x"


def test_settings_that_are_shown_hide_their_secrets() -> None:
    shown = repr(load(None, SETTINGS))
    assert TOKEN not in shown
    assert SECRET not in shown
    assert isinstance(load(None, SETTINGS).telegram.token, SecretStr)

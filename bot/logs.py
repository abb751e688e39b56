"""The log on standard error. No secret of the settings is ever in it: not in a message, a traceback or a crash."""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterable
from types import TracebackType
from urllib.parse import quote

from pydantic import SecretStr

from bot.settings import Settings
from bot.settings.sources import settings_of

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
HIDDEN = "***"
LEAST_SECRET = 4  # characters; to hide a shorter one everywhere would leave nothing readable
# httpx writes whole addresses, the token in them; telegram writes what people say; alembic each plug-in that it loads.
QUIET = ("PIL", "httpx", "httpcore", "telegram", "alembic")

_TOKEN = re.compile(r"(?<!\d)\d{5,}(?::|%3A)[A-Za-z0-9_-]{20,}", re.IGNORECASE)  # as @BotFather makes them
_secrets: list[str] = []


def scrub(text: str) -> str:
    """Hide every secret of the settings, and whatever looks like a bot's token."""
    for secret in _secrets:
        text = text.replace(secret, HIDDEN)
    return _TOKEN.sub(HIDDEN, text)


def hide(secrets: Iterable[str]) -> None:
    """Hide these from now on, also as they are written in addresses."""
    known = {
        written for secret in secrets for written in (secret, quote(secret, safe="")) if len(secret) >= LEAST_SECRET
    }
    # The longest first, so that one that holds another is hidden whole.
    _secrets[:] = sorted(known.union(_secrets), key=len, reverse=True)


class Scrubbing(logging.Formatter):
    """Hides secrets in whatever another formatter writes: the message, its arguments, the traceback."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as the formatter within does, without secrets."""
        return scrub(self._inner.format(record))


def start(settings: Settings) -> None:
    """Start the log, and hide the secrets of these settings in everything that this process writes about itself."""
    given = (getattr(getattr(settings, one.section), one.key) for one in settings_of(Settings) if one.secret)
    hide(secret.get_secret_value() for secret in given if isinstance(secret, SecretStr))
    logging.basicConfig(stream=sys.stderr, level=settings.log.level, format=FORMAT)
    guard(logging.getLogger())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _crashed
    threading.excepthook = _thread_crashed


def guard(logger: logging.Logger) -> None:
    """Let every handler of a logger hide secrets."""
    for handler in logger.handlers:
        if not isinstance(handler.formatter, Scrubbing):
            handler.setFormatter(Scrubbing(handler.formatter or logging.Formatter(FORMAT)))


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(scrub("".join(traceback.format_exception(kind, error, trace))))


def _thread_crashed(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None:
        _crashed(crash.exc_type, crash.exc_value, crash.exc_traceback)

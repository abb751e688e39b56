"""The border to python-telegram-bot: its errors become ours here, once (the table is `tests/channels/contract.py`).

A 500 or 503 is the server saying that it did nothing: tried again. A 502 or 504 comes from a gateway that lost the
answer: the message may have arrived.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.logs import scrub
from knowledge.errors import DeliveryError, Gone, Moved, Refused, SlowDown, TryLater, Uncertain

log = logging.getLogger(__name__)

# Times to wait as timedelta: the way of the next major version; with the old one each of them warns.
os.environ.setdefault("PTB_TIMEDELTA", "1")

LOST_ANSWERS = frozenset({502, 504})
_NO_CHAT = ("chat not found", "user not found", "deactivated", "peer_id_invalid", "chat_id_invalid")


class ServerError(NetworkError):
    """An answer of 500 or above; the library itself does not keep the number."""

    __slots__ = ("code",)

    def __init__(self, code: int) -> None:
        super().__init__(f"the server answered {code}")
        self.code = code


class NeverLeft(NetworkError):
    """There was no connection: nothing of the request was sent."""

    __slots__ = ()


def ours(error: TelegramError) -> DeliveryError:
    """Turn an error of the library into ours. The order matters: a `BadRequest` is a `NetworkError` there."""
    said = scrub(error.message)
    match error:
        case RetryAfter():
            return SlowDown(said, seconds(error.retry_after))
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Gone(said)
        case InvalidToken():
            log.error("Telegram does not know the bot's token: check telegram.token")
            return TryLater("the token was refused")
        case BadRequest():
            return Gone(said) if any(phrase in said.lower() for phrase in _NO_CHAT) else Refused(said)
        case ServerError():
            return Uncertain(said) if error.code in LOST_ANSWERS else TryLater(said)
        case NeverLeft():
            return TryLater(said)
        case NetworkError() if said.startswith("Too Many Requests"):  # without saying for how long
            return TryLater(said)
        case _:
            return Uncertain(said)


def seconds(period: int | timedelta) -> float:
    """Read a time to wait, which the library gives in either way."""
    return period.total_seconds() if isinstance(period, timedelta) else float(period)


@contextmanager
def border() -> Iterator[None]:
    """Let no foreign error through: raises one of the kinds of `DeliveryError` instead."""
    try:
        yield
    except TelegramError as error:
        raise ours(error) from None

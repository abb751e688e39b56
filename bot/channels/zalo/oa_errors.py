"""What Zalo's OpenAPI says no with, as data: the code → what follows (the table is `tests/channels/contract.py`).

The codes are those of Zalo's error table and of the SDKs that read it; HTTP says 200 even to a refusal. Two things
are ours: what comes outside the 7 days is kept, and a code that nobody lists is refused with a line in the log.
"""

from __future__ import annotations

import logging
from enum import Enum, auto

from knowledge.errors import DeliveryError, Gone, Refused, SlowDown, TryLater
from storage.zalo_contacts import WAITS

log = logging.getLogger(__name__)

MINUTE_SECONDS = 60.0  # Zalo counts requests by the minute
KEPT_SECONDS = 30 * 86400.0  # a message that waits for a contact is looked at again so late: with 12 tries, for a year


class Class(Enum):
    """What follows from a code."""

    REFRESH = auto()  # the access token: renewed once, tried once more
    RETRY = auto()  # the limit of a minute: again in the next one
    WINDOW = auto()  # no contact for 7 days: kept until the next one
    UNREACHABLE = auto()  # the person cannot be reached on Zalo
    PERMANENT = auto()  # this message will never be taken
    ALERT = auto()  # the account, its package or its bill: a person must act, and the message waits


CLASSES: dict[int, Class] = {
    -216: Class.REFRESH,
    -220: Class.REFRESH,
    -32: Class.RETRY,
    -230: Class.WINDOW,
    -232: Class.WINDOW,
    -305: Class.WINDOW,
    -213: Class.UNREACHABLE,
    -217: Class.UNREACHABLE,
    -222: Class.UNREACHABLE,
    -227: Class.UNREACHABLE,
    -201: Class.PERMANENT,
    -202: Class.PERMANENT,
    -209: Class.PERMANENT,
    -210: Class.PERMANENT,
    -211: Class.PERMANENT,
    -218: Class.PERMANENT,
    -233: Class.PERMANENT,
    -242: Class.PERMANENT,
    -311: Class.PERMANENT,
    -320: Class.PERMANENT,
    -204: Class.ALERT,
    -205: Class.ALERT,
    -212: Class.ALERT,
    -219: Class.ALERT,
    -221: Class.ALERT,
    -224: Class.ALERT,
    -321: Class.ALERT,
}


class Kept(TryLater):
    """Zalo takes this message only at the person's next contact."""

    def __init__(self, seconds: float = KEPT_SECONDS) -> None:
        super().__init__(WAITS, seconds)


class Blocked(TryLater):
    """Zalo takes no message of this account at all until a person acts."""


def classed(code: int) -> Class:
    """Tell what follows from a code; one that is not listed is permanent."""
    found = CLASSES.get(code)
    if found is None:
        log.warning("Zalo answered with a code that is not listed: %d", code)
    return found or Class.PERMANENT


def ours(code: int, said: str) -> DeliveryError:
    """Turn a refusal of the OpenAPI into ours."""
    told = f"{code} {said[:200]}".rstrip()
    match classed(code):
        case Class.REFRESH:
            return TryLater(f"the access token was refused: {told}")
        case Class.RETRY:
            return SlowDown(told, MINUTE_SECONDS)
        case Class.WINDOW:
            return Kept()
        case Class.UNREACHABLE:
            return Gone(told)
        case Class.ALERT:
            log.error("Zalo refuses every message until somebody acts: %s (docs/zalo.md)", told)
            return Blocked(told)
        case Class.PERMANENT:
            return Refused(told)

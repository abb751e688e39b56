"""What a platform can answer to a send, and what follows: the table that every channel keeps to.

Each channel says how its platform words these answers; what happens then is the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from knowledge.errors import DeliveryError, Gone, Moved, Refused, TryLater, Uncertain


class Outcome(StrEnum):
    """What becomes of the message."""

    SENT = "sent"
    RETRY = "retry"  # tried again, after the time that the platform names or else after the back-off
    GONE = "gone"  # the account is closed
    REFUSED = "refused"  # never tried again
    UNCERTAIN = "uncertain"  # may have arrived: a reply is not repeated, a notice once
    MOVED = "moved"  # sent again at the new address


KINDS: dict[Outcome, type[DeliveryError]] = {
    Outcome.RETRY: TryLater,
    Outcome.GONE: Gone,
    Outcome.REFUSED: Refused,
    Outcome.UNCERTAIN: Uncertain,
    Outcome.MOVED: Moved,
}

ANSWERS: dict[str, Outcome] = {
    "taken": Outcome.SENT,
    "slow down, with a time": Outcome.RETRY,
    "slow down, without a time": Outcome.RETRY,
    "blocked by the person": Outcome.GONE,
    "person deleted": Outcome.GONE,
    "removed from the group": Outcome.GONE,
    "no such conversation": Outcome.GONE,
    "no right to write here": Outcome.REFUSED,
    "message not accepted": Outcome.REFUSED,
    "moved": Outcome.MOVED,
    "token refused": Outcome.RETRY,
    "never connected": Outcome.RETRY,
    "no free connection": Outcome.RETRY,
    "no answer in time": Outcome.UNCERTAIN,
    "connection lost after sending": Outcome.UNCERTAIN,
    "server fault": Outcome.RETRY,  # 500: it says that it did nothing
    "server overloaded": Outcome.RETRY,  # 503
    "gateway lost the answer": Outcome.UNCERTAIN,  # 502, 504
    "answer that cannot be read": Outcome.UNCERTAIN,
}
"""What the platform answers → what becomes of the message."""

AFTER_SECONDS = 3.0  # the time that "slow down, with a time" names
NEW_ADDRESS = "-1001234567890"  # where "moved" leads on Telegram


@dataclass(frozen=True, slots=True)
class Expected:
    """What a send must do for one answer."""

    outcome: Outcome
    after: float | None = None


def expected(answer: str) -> Expected:
    return Expected(ANSWERS[answer], AFTER_SECONDS if answer == "slow down, with a time" else None)

"""Our errors, in one place. A foreign error becomes one of these at its border and nothing above sees another.

::

    MotcuaError                     retry  log   what the person is told
    ├── Wrong                       no     no    what is wrong with what they gave (one line)
    │   ├── WrongSettings           no     no    every fault of the settings, a line each
    │   └── Unusable                no     no    why the file that they sent cannot be used
    ├── Unavailable                 yes    yes   that the system is busy; the platform or the caller repeats
    └── DeliveryError               –      –     nothing: the message did not reach them
        ├── TryLater                yes    no    – (honours `after`, seconds)
        │   └── SlowDown            yes    no    – (too much was sent: others wait as well)
        ├── Moved                   once   no    – (the conversation has another address now: saved, sent there)
        ├── Gone                    no     no    – (blocked, left, deleted: the account is closed)
        ├── Refused                 no     yes   – (this message can never be accepted)
        └── Uncertain               once   yes   – (the bytes left, no answer came: notices repeat, replies do not)
"""

from __future__ import annotations


class MotcuaError(Exception):
    """The root: `retry` says whether trying again can help, `log` whether an operator must hear of it."""

    retry = False
    log = True


class Wrong(MotcuaError):
    """What a person or a file gave is wrong; the message is one line and says what would be right."""

    log = False


class WrongSettings(Wrong):
    """The settings have faults; `faults` holds all of them, a line each, without any secret's value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Unusable(Wrong):
    """A file that somebody sent cannot be used; `reason` is the key of the words that say why (`file.<reason>`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unavailable(MotcuaError):
    """The database is out of reach: nothing was kept, so whoever sent the event must send it again."""

    retry = True


class DeliveryError(MotcuaError):
    """A message was not delivered; the five kinds below say what follows."""


class TryLater(DeliveryError):
    """The platform asks to wait, or could not be reached before anything was sent.

    `after` is the time to wait in seconds; None leaves it to the back-off.
    """

    retry = True
    log = False

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class SlowDown(TryLater):
    """The platform says that too much was sent, and for how long to wait: the channel's other notices wait as well."""


class Moved(DeliveryError):
    """The conversation has another address now, such as a group that became a supergroup."""

    retry = True
    log = False

    def __init__(self, address: str) -> None:
        super().__init__("moved")
        self.address = address


class Gone(DeliveryError):
    """The person blocked the bot, left or was deleted."""

    log = False


class Refused(DeliveryError):
    """The platform will never accept this message."""


class Uncertain(DeliveryError):
    """The bytes left and no answer came: the message may or may not have arrived."""

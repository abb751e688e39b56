"""What every channel is: a name, and a way to send one message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from handlers.messages import Incoming, Reply

REPEATED = "(↻)"  # stands before a message that may have been shown already


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to send: the name to show, the bytes, and the media type that these tell."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send: where to, what, and whether it may have been sent before (a repeat is marked).

    `files`: those that the reply names, loaded; one that is no longer kept is missing here; `number`: of its row.
    """

    address: str
    reply: Reply
    repeated: bool
    files: tuple[OutgoingFile, ...] = ()
    number: int = 0


class Channel(Protocol):
    """A channel sends; whatever comes in it hands to `Turns.take`."""

    name: str

    async def send(self, message: Outgoing) -> str | None:
        """Send one message and return the platform's id for it, if it has one.

        Raises one of the five kinds of `DeliveryError`, never a foreign error.
        """
        ...


@runtime_checkable
class Parting(Channel, Protocol):
    """A channel that may need several calls for one message; each counts in what the channel may send."""

    def calls(self, reply: Reply) -> int:
        """Count the calls by which a reply leaves, at least 1."""
        ...


@runtime_checkable
class Fetching(Channel, Protocol):
    """A channel that keeps attachments at the platform, fetched when a job wants them (`bot/work/attachments.py`)."""

    async def fetch(self, reference: str, most: int) -> bytes:
        """Fetch the file of this reference, at most so many bytes.

        Raises `Unusable` (`too_big`, `gone`), or one of the kinds of `DeliveryError` where trying again may help.
        """
        ...


@runtime_checkable
class Fetched(Channel, Protocol):
    """A channel whose rows are kept for their readers (`FETCHED` in `storage/delivery/outbox.py`): nothing is sent."""

    def turned(self, lane: str) -> None:
        """Wake the readers of this lane: a turn of it was committed."""
        ...


class Intake(Protocol):
    """Where a channel hands in what it hears; everything is safe once a call has returned.

    Each raises `Unavailable`, with nothing kept, while the database is out of reach.
    """

    async def receive(self, channel: str, address: str, incoming: Incoming, key: str | None = None) -> bool:
        """Take in what somebody said; False for a duplicate."""
        ...

    async def present(self, channel: str, address: str, *, here: bool) -> None:
        """Note that an address can no longer be reached (blocked, removed), or can again."""
        ...

    async def moved(self, channel: str, old: str, new: str) -> None:
        """Note that a conversation has another address now."""
        ...

    async def is_awaited(self, channel: str, address: str) -> bool:
        """Tell whether the bot is still to answer here: not where it was silent, or a person speaks in its place."""
        ...

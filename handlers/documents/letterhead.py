"""What stands on a document beside its content: who writes to whom, where, and who signs. Empty is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The agency as its documents name it; `receivers` are the lines under “Nơi nhận”."""

    agency: str
    parent: str = ""
    symbol: str = ""
    place: str = ""
    recipient: str = ""
    signer: str = ""
    receivers: tuple[str, ...] = ()
    counter: str = ""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a draft leaves blank: the number and the date of a document that is issued."""

    number: str
    day: date

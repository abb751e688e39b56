"""Which codes a message asks for, and the secrets that came with them: from typed text, a QR code or a deep link.

What the grammar leaves open is not guessed: a secret is one only where it is marked as such (`...-secretKey=4179`, the
payload of the receipts' QR codes in OpenCPS), named as such, or all that a message says besides the code (the order of
OpenCPS's look-up by SMS).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from handlers.agency import Agency
from handlers.talk import Talk
from knowledge.receipt_code import Reading, ReceiptCode, read, read_or_format
from storage.database import Connection
from storage.dossiers import records as dossiers
from storage.dossiers.records import Dossier

ASKED = "code"  # the open question for a code
ATTEMPT_DIGITS = 4  # what has fewer is no attempt at the code that was asked for
EXAMPLE_PROVINCE = "H58"

Fits = Callable[[Connection, int], bool]
"""Tells whether a proof fits the dossier of this number."""

LINKED = re.compile(r"(?<![0-9A-Za-z_-])HS_(?P<code>[0-9A-Za-z_-]+?)(?:__(?P<secret>[0-9A-Za-z]+))?(?![0-9A-Za-z_-])")
_SIGNS = r"(?P<secret>[0-9A-Za-z]{1,32})(?![0-9A-Za-z])"
_MARKED = re.compile(rf"\s*-?\s*secret\s*key\s*[=:]\s*{_SIGNS}", re.IGNORECASE)
_NAMED = re.compile(
    rf"[\s,;.]*(?:m[ãa] )?(?:b[íi] m[ậa]t|tra c[ứu]u|secret|pin)(?: code)?\s*(?:l[àa]|is|:|=)?\s*{_SIGNS}",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?=[A-Za-z]*[0-9])[0-9A-Za-z]{4,16}")
_COMMAND = re.compile(r"/\w+\s*")


@dataclass(frozen=True, slots=True)
class Look:
    """One code of a text and what an unidentified person may know of it."""

    reading: Reading
    dossier: Dossier | None


def look(tx: Connection, text: str, agency: Agency, now: datetime) -> list[Look]:
    """Look up every code in a text that is meant to be one, without any guard: for the operator."""
    return [Look(reading, _find(tx, reading)) for reading in _read(text, agency, now, only_codes=True)]


def _find(tx: Connection, reading: Reading) -> Dossier | None:
    if reading.code is None or reading.problem is not None:
        return None
    return dossiers.find(tx, reading.code.text)


@dataclass(frozen=True, slots=True)
class Asked:
    """One code of a message, and what is to prove that the sender may know more; None for a bare code."""

    reading: Reading
    fits: Fits | None = None


def asked(talk: Talk, *, only_codes: bool = False) -> list[Asked]:
    """Read every code of a message with its secret. With `only_codes` it is meant to be one, and fails at worst."""
    text = LINKED.sub(_unlinked, talk.text)
    readings = _read(text, talk.agency, talk.now, only_codes=only_codes)
    if talk.group or not readings:  # a secret that others read along proves nothing, and what it opens is not for them
        return [Asked(reading) for reading in readings]
    ends = [reading.start for reading in readings[1:]] + [len(text)]
    alone = len(readings) == 1 and not _COMMAND.sub("", text[: readings[0].start]).strip()
    secrets = [_secret(text[one.end : end], alone=alone) for one, end in zip(readings, ends, strict=True)]
    return [
        Asked(reading, None if secret is None else by_secret(secret))
        for reading, secret in zip(readings, secrets, strict=True)
    ]


def _read(text: str, agency: Agency, now: datetime, *, only_codes: bool) -> list[Reading]:
    reader = read_or_format if only_codes else read
    return reader(text, today=now.date(), province_code=agency.province_code, agency_code=agency.agency_code)


def _unlinked(link: re.Match[str]) -> str:
    """Write what a deep link carries as the code on a receipt does."""
    secret = f"-secretKey={link['secret']}" if link["secret"] else ""
    return link["code"].replace("_", ".") + secret


def payload(code: str) -> str:
    """Write a code as a deep link carries it: letters, digits, `_` and `-` only (Bot API, deep linking)."""
    return f"HS_{code.replace('.', '_')}"


def _secret(behind: str, *, alone: bool) -> str | None:
    """Read the secret behind a code: marked as one, or all that is said besides the code."""
    found = _MARKED.match(behind) or _NAMED.match(behind)
    if found is not None:
        return found["secret"]
    rest = behind.strip()
    return rest if alone and _BARE.fullmatch(rest) else None


def bare_secret(text: str) -> str | None:
    """Read a message that is a secret and nothing else."""
    secret = text.strip()
    return secret if _BARE.fullmatch(secret) else None


def by_secret(secret: str) -> Fits:
    """Prove by the secret of the receipt."""
    return partial(dossiers.has_secret, secret=secret)


def for_code(talk: Talk, code: str, fits: Fits) -> list[Asked]:
    """Ask for a code that is known already, now with a proof."""
    return [Asked(reading, fits) for reading in _read(code, talk.agency, talk.now, only_codes=True)]


def is_attempt(talk: Talk) -> bool:
    """Tell whether a text is meant to be the code that was just asked for."""
    asked_for = not talk.session.is_filling and talk.session.step == ASKED
    return asked_for and sum(char.isdecimal() for char in talk.text) >= ATTEMPT_DIGITS


def example(agency: Agency) -> str:
    """Show what a code looks like; the date is the example of no real dossier."""
    province = agency.province_code or EXAMPLE_PROVINCE
    return f"000.00.15.{province}-200617-0001"


def code_of(talk: Talk, given: str) -> ReceiptCode | None:
    """Read the code that a button carries; None for what is none."""
    return _read(given, talk.agency, talk.now, only_codes=True)[0].code

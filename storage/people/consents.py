"""Consents, one for each purpose, with the proof of each; and the contact that somebody wants to be remembered.

(Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Điều 9: voluntary, informed, for a purpose, provable; silence is none.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from storage.schema import consent, contact, notice_phone, outbox

DOSSIERS, NOTICES, FEEDBACK, ANNOUNCEMENTS, CONTACT = "dossiers", "notices", "feedback", "announcements", "contact"
PHONE = "phone"
PURPOSES = (DOSSIERS, NOTICES, FEEDBACK, ANNOUNCEMENTS, CONTACT, PHONE)
"""Why data is used: one's own dossiers, notices, feedback, announcements, to fill in one's contact again, and to tell
of dossiers by phone."""

_ALLOWS = {CONTACT: contact, PHONE: notice_phone}  # what is kept by a consent alone

FOLLOWED = (DOSSIERS, NOTICES)
"""Purposes without which no dossier is followed."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent: `text_version` is the hash of the text that was shown."""

    purpose: str
    text_version: str
    language: str
    method: str
    given_at: datetime
    withdrawn_at: datetime | None


def version_of(text: str) -> str:
    """Name a text by its hash, so that nobody has to remember to count versions up."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def give(tx: Connection, account_id: int, purpose: str, text: str, language: str, now: datetime) -> None:
    """Note a consent that was given by a button under this text; one to the same text that stands is not repeated."""
    version = version_of(text)
    standing = next(
        (one for one in listed(tx, account_id) if one.purpose == purpose and one.withdrawn_at is None), None
    )
    if standing is not None and standing.text_version == version:
        return
    _end(tx, account_id, purpose, now)
    row = {"account_id": account_id, "purpose": purpose, "text_version": version, "language": language}
    tx.execute(insert(consent), {**row, "method": "button", "given_at": now})


def withdraw(tx: Connection, account_id: int, purpose: str, now: datetime) -> bool:
    """Note that a consent ends, forget what only it allowed and send none of it; False when there was none."""
    if purpose in _ALLOWS:
        allowed = _ALLOWS[purpose]
        tx.execute(delete(allowed).where(allowed.c.account_id == account_id))
    if purpose == ANNOUNCEMENTS:
        unsent = update(outbox).where(outbox.c.account_id == account_id, outbox.c.state == "queued")
        unsent = unsent.where(outbox.c.about.startswith("broadcast:"))
        tx.execute(unsent.values(state="gone", body=None, settled_at=now))
    return _end(tx, account_id, purpose, now)


def _end(tx: Connection, account_id: int, purpose: str, now: datetime) -> bool:
    mine = (consent.c.account_id == account_id, consent.c.purpose == purpose, consent.c.withdrawn_at.is_(None))
    return tx.execute(update(consent).where(*mine).values(withdrawn_at=now)).rowcount > 0


def stands(tx: Connection, account_id: int, purpose: str) -> bool:
    """Tell whether a consent stands."""
    return any(one.purpose == purpose and one.withdrawn_at is None for one in listed(tx, account_id))


def may_follow(tx: Connection, account_id: int) -> bool:
    """Tell whether dossiers may be followed: the consents for it stand."""
    standing = {one.purpose for one in listed(tx, account_id) if one.withdrawn_at is None}
    return standing.issuperset(FOLLOWED)


def listed(tx: Connection, account_id: int) -> list[Consent]:
    """List the consents of an account, the latest first."""
    columns = [consent.c[name] for name in Consent.__dataclass_fields__]
    found = select(*columns).where(consent.c.account_id == account_id).order_by(consent.c.id.desc())
    return [Consent(*row) for row in tx.execute(found)]


def remember(tx: Connection, account_id: int, values: Mapping[str, str | None], now: datetime) -> None:
    """Remember name, address and phone, in place of those that were."""
    tx.execute(delete(contact).where(contact.c.account_id == account_id))
    kept = {name: values.get(name) for name in ("name", "address", "phone")}
    tx.execute(insert(contact), {"account_id": account_id, **kept, "updated_at": now})


def remembered(tx: Connection, account_id: int) -> dict[str, str]:
    """Give the contact that is remembered, without what is not."""
    found = tx.execute(select(contact).where(contact.c.account_id == account_id)).mappings().one_or_none()
    return {} if found is None else {name: found[name] for name in ("name", "address", "phone") if found[name]}

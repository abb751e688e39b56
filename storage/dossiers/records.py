"""Dossiers as last heard of. How news of them is taken in: `intake.py`; how they came to be so: `history.py`.

Every code of a dossier leads to it. What names its owner is read only by the functions that say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from knowledge.status import Status
from storage.columns import vault_of
from storage.schema import dossier, dossier_alias

PHONE_DIGITS = 9  # of a mobile number behind the 0 or 84; land lines have one more
CODES_AT_ONCE = 500  # values in one query: SQLite's builds allow from 999 upward


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier as last heard of at `as_of`, without its owner; `illustrative` marks sample data.

    `channel` None: no source told how it was filed, which counts as the counter. `fee_due` in đồng, None: not told;
    `return_way`: 0 at the counter, 1 by post; `owner_kind`: 1 to 4 (`knowledge/dossier.py`); `has_secret`: its receipt
    carries a secret that a source told us.
    """

    id: int
    code: str
    status: Status
    received_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    procedure_code: str | None
    procedure_title: str | None
    field_title: str | None
    channel: int | None
    as_of: datetime
    source: str
    illustrative: bool
    submitted_at: datetime | None = None
    refused_at: datetime | None = None
    apologised_at: datetime | None = None
    fee_due: int | None = None
    return_way: int | None = None
    unit: str | None = None
    owner_kind: int | None = None
    has_secret: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """Who a dossier belongs to: personal, shown to nobody who did not prove to be it. `identity`: tax or id number."""

    name: str | None
    identity: str | None
    phone: str | None


COLUMNS = (
    *(dossier.c[name] for name in Dossier.__dataclass_fields__ if name != "has_secret"),
    dossier.c.secret_hash.is_not(None).label("has_secret"),
)
_BY_CODE = select(dossier.c.id).where(dossier.c.code == bindparam("b_code")).scalar_subquery()
_BY_ALIAS = select(dossier_alias.c.dossier_id).where(dossier_alias.c.code == bindparam("b_code")).scalar_subquery()
_FIND = select(*COLUMNS).where(dossier.c.id == func.coalesce(_BY_CODE, _BY_ALIAS))
_BY_ID = select(*COLUMNS).where(dossier.c.id == bindparam("b_id"))
_OWNER = select(dossier.c.owner_name, dossier.c.owner_identity, dossier.c.owner_phone).where(
    dossier.c.id == bindparam("b_id")
)
_HASHES = select(dossier.c.owner_phone_hash, dossier.c.owner_identity_hash, dossier.c.secret_hash, dossier.c.code)
_HASHES = _HASHES.where(dossier.c.id == bindparam("b_id"))


def find(tx: Connection, code: str) -> Dossier | None:
    """Find a dossier by any of its normalised receipt codes: equality only, never likeness."""
    row = tx.execute(_FIND, {"b_code": code}).one_or_none()
    return None if row is None else read(row)


def by_id(tx: Connection, dossier_id: int) -> Dossier | None:
    """Load a dossier by its number here."""
    row = tx.execute(_BY_ID, {"b_id": dossier_id}).one_or_none()
    return None if row is None else read(row)


def by_ids(tx: Connection, numbers: Sequence[int]) -> list[Dossier]:
    """Load dossiers by their numbers here, in their order; what is not there is missing."""
    found: list[Dossier] = []
    listed = sorted(set(numbers))
    for start in range(0, len(listed), CODES_AT_ONCE):
        rows = select(*COLUMNS).where(dossier.c.id.in_(listed[start : start + CODES_AT_ONCE])).order_by(dossier.c.id)
        found += map(read, tx.execute(rows))
    return found


def read(row: Row[Any]) -> Dossier:
    """Make a dossier of a row of `COLUMNS`."""
    values = row._asdict()
    values["status"] = Status(values["status"])
    return Dossier(**values)


def owner(tx: Connection, dossier_id: int) -> Owner:
    """Load the owner, for somebody who proved to be it. Raises NoResultFound for a dossier that is not there."""
    return Owner(*tx.execute(_OWNER, {"b_id": dossier_id}).one())


def has_phone(tx: Connection, dossier_id: int, phone: str) -> bool:
    """Tell whether this is the owner's telephone number, however the two are written."""
    hashes, given = tx.execute(_HASHES, {"b_id": dossier_id}).one_or_none(), _phone_digits(phone)
    return hashes is not None and given is not None and _stands(tx, hashes.owner_phone_hash, "phone", given)


def has_identity(tx: Connection, dossier_id: int, number: str) -> bool:
    """Tell whether this is the owner's tax code or identity number. A tax code is public: it only narrows."""
    hashes, given = tx.execute(_HASHES, {"b_id": dossier_id}).one_or_none(), _bare(number)
    return hashes is not None and bool(given) and _stands(tx, hashes.owner_identity_hash, "identity", given)


def _stands(tx: Connection, held: str | None, *parts: str) -> bool:
    """Compare with each key that is read; so much work for none as for any."""
    return held in vault_of(tx).owner_digests(*parts)


def has_secret(tx: Connection, dossier_id: int, secret: str) -> bool:
    """Tell whether this is the secret that is printed on the dossier's receipt."""
    hashes = tx.execute(_HASHES, {"b_id": dossier_id}).one_or_none()
    given = secret_hash(tx, "" if hashes is None else hashes.code, secret)  # so much work for none as for any
    return hashes is not None and hashes.secret_hash == given is not None


def phone_hash(tx: Connection, phone: str) -> str | None:
    """Hash a telephone number with the key, so that 0912…, +84912… and 84912… are one; None for what is no number."""
    digits = _phone_digits(phone)
    return None if digits is None else vault_of(tx).owner_digest("phone", digits)


def _phone_digits(phone: str) -> str | None:
    digits = "".join(char for char in phone if char.isdecimal())
    for prefix in ("0084", "84", "0"):
        if digits.startswith(prefix) and len(digits) > PHONE_DIGITS:
            digits = digits.removeprefix(prefix)
            break
    return digits if len(digits) >= PHONE_DIGITS else None


def identity_hash(tx: Connection, number: str) -> str | None:
    """Hash a tax code or identity number with the key, without the signs between its digits."""
    bare = _bare(number)
    return vault_of(tx).owner_digest("identity", bare) if bare else None


def _bare(number: str) -> str:
    return "".join(char for char in number.upper() if char.isalnum())


def secret_hash(tx: Connection, code: str, secret: str) -> str | None:
    """Hash the secret of a receipt with the key, for its code: equal secrets of two dossiers do not look alike."""
    bare = secret.strip()
    return vault_of(tx).digest("receipt secret", code, bare) if bare else None


def codes(tx: Connection, dossier_id: int) -> list[str]:
    """List every code that leads to a dossier, the first one first."""
    first = tx.execute(select(dossier.c.code).where(dossier.c.id == dossier_id)).scalars()
    others = select(dossier_alias.c.code).where(dossier_alias.c.dossier_id == dossier_id).order_by(dossier_alias.c.code)
    return [*first, *tx.execute(others).scalars()]


def listed(tx: Connection, most: int, *, without_channel: bool = False) -> list[Dossier]:
    """List the dossiers received last, newest first; or only those of which no source told how they were filed."""
    rows = select(*COLUMNS).order_by(dossier.c.received_at.desc(), dossier.c.code).limit(most)
    return [read(row) for row in tx.execute(rows.where(dossier.c.channel.is_(None)) if without_channel else rows)]


def count(tx: Connection) -> int:
    """Count the dossiers."""
    return int(tx.execute(select(func.count()).select_from(dossier)).scalar_one())


def count_heard_of(tx: Connection, codes: Sequence[str], as_of: datetime) -> int:
    """Count the dossiers among these codes of which news of this time, or later, was taken in."""
    by_alias = select(func.count()).select_from(dossier_alias.join(dossier)).where(dossier.c.as_of >= as_of)
    by_code = select(func.count()).where(dossier.c.as_of >= as_of)
    total = 0
    for start in range(0, len(codes), CODES_AT_ONCE):
        wanted = codes[start : start + CODES_AT_ONCE]
        total += int(tx.execute(by_code.where(dossier.c.code.in_(wanted))).scalar_one())
        total += int(tx.execute(by_alias.where(dossier_alias.c.code.in_(wanted))).scalar_one())
    return total

"""The numbers to which notices may go by phone: shared by the person, used only while a consent stands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, insert, select

from storage import audit
from storage.people import consents
from storage.schema import account, consent, notice_phone

_STANDS = exists().where(
    consent.c.account_id == notice_phone.c.account_id,
    consent.c.purpose == consents.PHONE,
    consent.c.withdrawn_at.is_(None),
)
_AGREED = select(notice_phone.c.phone).where(notice_phone.c.account_id == bindparam("b_account"), _STANDS)
_AT_LANE = (
    select(notice_phone.c.phone, account.c.id).join(account).where(account.c.lane == bindparam("b_lane"), _STANDS)
)


def agreed(tx: Connection, account_id: int) -> str | None:
    """Give the number to which this person agreed to be told by phone; None where they did not."""
    found: str | None = tx.execute(_AGREED, {"b_account": account_id}).scalar_one_or_none()
    return found


def agreed_at_lane(tx: Connection, lane: str) -> str | None:
    """Give the same for the account of a lane."""
    row = tx.execute(_AT_LANE, {"b_lane": lane}).one_or_none()
    return None if row is None else str(row.phone)


def share(tx: Connection, account_id: int, phone: str, now: datetime) -> None:
    """Keep the number that somebody shared, in place of another; nothing goes there before they agree to this one."""
    consents.withdraw(tx, account_id, consents.PHONE, now)
    tx.execute(insert(notice_phone), {"account_id": account_id, "phone": phone, "shared_at": now})


def is_shared(tx: Connection, account_id: int) -> bool:
    """Tell whether there is a number to which somebody could agree."""
    mine = select(notice_phone.c.account_id).where(notice_phone.c.account_id == account_id)
    return tx.execute(mine).one_or_none() is not None


def spoil(tx: Connection, lane: str, now: datetime) -> None:
    """Forget a number at which nobody can be told, so that it is not tried again; the consent goes with it."""
    row = tx.execute(_AT_LANE, {"b_lane": lane}).one_or_none()
    if row is not None and consents.withdraw(tx, row.id, consents.PHONE, now):
        audit.add(tx, "phone_unusable", now, lane=lane)

"""The numbers to which notices may go by phone: shared by the person, and used only once they agreed to that."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage import audit
from storage.schema import account, notice_phone

_OF = notice_phone.c.account_id == bindparam("b_account")
_AGREED = select(notice_phone.c.phone).where(_OF, notice_phone.c.agreed_at.is_not(None))
_AT_LANE = (
    select(notice_phone.c.phone)
    .join(account)
    .where(account.c.lane == bindparam("b_lane"), notice_phone.c.agreed_at.is_not(None))
)
_AGREE = update(notice_phone).where(_OF).values(agreed_at=bindparam("b_now"))
_FORGET = delete(notice_phone).where(_OF)
_SPOIL = delete(notice_phone).where(
    notice_phone.c.account_id.in_(select(account.c.id).where(account.c.lane == bindparam("b_lane")))
)


def agreed(tx: Connection, account_id: int) -> str | None:
    """Give the number to which this person agreed to be told by phone; None where they did not."""
    found: str | None = tx.execute(_AGREED, {"b_account": account_id}).scalar_one_or_none()
    return found


def agreed_at_lane(tx: Connection, lane: str) -> str | None:
    """Give the same for the account of a lane."""
    found: str | None = tx.execute(_AT_LANE, {"b_lane": lane}).scalar_one_or_none()
    return found


def share(tx: Connection, account_id: int, phone: str, now: datetime) -> None:
    """Keep the number that somebody shared; nothing goes there before they agree to this one."""
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    sharing = insert(notice_phone).values(account_id=account_id, phone=phone, shared_at=now)
    changed = {"phone": sharing.excluded.phone, "shared_at": sharing.excluded.shared_at, "agreed_at": None}
    tx.execute(sharing.on_conflict_do_update(index_elements=["account_id"], set_=changed))


def agree(tx: Connection, account_id: int, now: datetime) -> bool:
    """Note that the person agreed to notices at the number that they shared; False when there is none."""
    return tx.execute(_AGREE, {"b_account": account_id, "b_now": now}).rowcount == 1


def forget(tx: Connection, account_id: int) -> bool:
    """Forget a number; False when there was none."""
    return tx.execute(_FORGET, {"b_account": account_id}).rowcount == 1


def spoil(tx: Connection, lane: str, now: datetime) -> None:
    """Forget a number at which nobody can be told, so that it is not tried again."""
    if tx.execute(_SPOIL, {"b_lane": lane}).rowcount:
        audit.add(tx, "phone_unusable", now, lane=lane)

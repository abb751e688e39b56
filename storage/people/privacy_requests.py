"""The register of requests about personal data, with the law's deadlines; nothing of what they are about.

(Nghị định 356/2025/NĐ-CP, Điều 5: acknowledged within 2 working days; to view, correct or provide 10 days; to withdraw,
restrict or object 15 days; to delete 20 days.)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, insert, or_, select, update

from storage.schema import privacy_request


class Asked(StrEnum):
    """What is asked."""

    VIEW = "view"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    RESTRICT = "restrict"
    ERASE = "erase"


DAYS = {Asked.VIEW: 10, Asked.CORRECT: 10, Asked.WITHDRAW: 15, Asked.RESTRICT: 15, Asked.ERASE: 20}
ACKNOWLEDGE_WORKING_DAYS = 2


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `account_id` is None once the person was erased."""

    id: int
    account_id: int | None
    kind: str
    received_at: datetime
    acknowledge_by: datetime
    due_at: datetime
    acknowledged_at: datetime | None
    done_at: datetime | None
    outcome: str | None


_COLUMNS = tuple(privacy_request.c[name] for name in Request.__dataclass_fields__)


def add(
    tx: Connection,
    account_id: int | None,
    kind: Asked,
    now: datetime,
    acknowledge_by: datetime,
    outcome: str | None = None,
) -> int:
    """Note a request; with an outcome it was done at once."""
    row = {
        "account_id": account_id,
        "kind": str(kind),
        "received_at": now,
        "acknowledge_by": acknowledge_by,
        "due_at": now + timedelta(days=DAYS[kind]),
        "outcome": outcome,
    }
    times = {"acknowledged_at": now, "done_at": now} if outcome is not None else {}
    key = tx.execute(insert(privacy_request), {**row, **times}).inserted_primary_key
    assert key is not None
    return int(key[0])


def opened(tx: Connection) -> list[Request]:
    """List what is not done, the earliest deadline first."""
    found = select(*_COLUMNS).where(privacy_request.c.done_at.is_(None)).order_by(privacy_request.c.due_at)
    return [Request(*row) for row in tx.execute(found)]


def of_account(tx: Connection, account_id: int) -> list[Request]:
    """List what was asked on an account, in order."""
    found = select(*_COLUMNS).where(privacy_request.c.account_id == account_id).order_by(privacy_request.c.id)
    return [Request(*row) for row in tx.execute(found)]


def find(tx: Connection, row: int) -> Request | None:
    """Find a request by its row."""
    found = tx.execute(select(*_COLUMNS).where(privacy_request.c.id == row)).one_or_none()
    return None if found is None else Request(*found)


def acknowledge(tx: Connection, row: int, now: datetime) -> bool:
    """Note that the person was told that it is being handled; False where that was done before."""
    mine = (privacy_request.c.id == row, privacy_request.c.acknowledged_at.is_(None))
    return tx.execute(update(privacy_request).where(*mine).values(acknowledged_at=now)).rowcount == 1


def close(tx: Connection, row: int, outcome: str, now: datetime) -> bool:
    """Note that it is done; False where it was before."""
    mine = (privacy_request.c.id == row, privacy_request.c.done_at.is_(None))
    return tx.execute(update(privacy_request).where(*mine).values(done_at=now, outcome=outcome)).rowcount == 1


def due(tx: Connection, now: datetime, ahead: timedelta) -> list[Request]:
    """List what is to be acknowledged or done soon, or late, and was not reminded of today; it is marked as told."""
    table = privacy_request.c
    near = or_(table.due_at <= now + ahead, table.acknowledged_at.is_(None) & (table.acknowledge_by <= now + ahead))
    untold = or_(table.reminded_at.is_(None), table.reminded_at < now - timedelta(hours=23))
    found = [Request(*row) for row in tx.execute(select(*_COLUMNS).where(table.done_at.is_(None), near, untold))]
    if found:
        tx.execute(update(privacy_request).where(table.id.in_([one.id for one in found])).values(reminded_at=now))
    return found

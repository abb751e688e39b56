"""What people were content with: asked once an account and matter, answered once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage.schema import survey


def ask(tx: Connection, account_id: int, subject: str, reference: str, now: datetime) -> int | None:
    """Note that somebody is asked and give the row; None where they were before."""
    mine = (survey.c.account_id == account_id, survey.c.subject == subject, survey.c.reference == reference)
    if tx.execute(select(survey.c.id).where(*mine)).one_or_none() is not None:
        return None
    row = {"account_id": account_id, "subject": subject, "reference": reference, "asked_at": now}
    key = tx.execute(insert(survey), row).inserted_primary_key
    assert key is not None
    return int(key[0])


def rate(tx: Connection, account_id: int, row: int, level: int, now: datetime) -> bool:
    """Note a level; False where there is one already, or the question is somebody else's."""
    mine = (survey.c.id == row, survey.c.account_id == account_id, survey.c.level.is_(None))
    return tx.execute(update(survey).where(*mine).values(level=level, answered_at=now)).rowcount == 1


def explain(tx: Connection, account_id: int, row: int, reason: str) -> bool:
    """Note the reason of a level, once."""
    mine = (survey.c.id == row, survey.c.account_id == account_id, survey.c.reason.is_(None))
    return tx.execute(update(survey).where(*mine).values(reason=reason)).rowcount == 1


def rated(tx: Connection, since: datetime, until: datetime) -> dict[str, dict[int, list[int]]]:
    """List the answers of a span by subject and level: their rows, not whose they are."""
    given = (
        select(survey.c.subject, survey.c.level, survey.c.id)
        .where(survey.c.answered_at >= since, survey.c.answered_at < until, survey.c.level.is_not(None))
        .order_by(survey.c.id)
    )
    found: dict[str, dict[int, list[int]]] = {}
    for subject, level, row in tx.execute(given):
        found.setdefault(subject, {}).setdefault(level, []).append(row)
    return found

"""Feedback and recommendations (phản ánh, kiến nghị) with their receipt numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage.schema import counter, feedback


@dataclass(frozen=True, slots=True)
class Feedback:
    """One feedback. What the person withdrew or was erased is None."""

    number: str
    received_at: datetime
    state: str
    content: str | None
    sender_name: str | None
    sender_address: str | None
    sender_phone: str | None


_COLUMNS = (
    feedback.c.number,
    feedback.c.received_at,
    feedback.c.state,
    feedback.c.content,
    feedback.c.sender_name,
    feedback.c.sender_address,
    feedback.c.sender_phone,
)


def next_number(tx: Connection, year: int) -> str:
    """Give the next receipt number of a year, such as PA-2026-0001: without gaps, because the turn rolls it back."""
    name = f"feedback {year}"
    raised = update(counter).where(counter.c.name == name).values(value=counter.c.value + 1).returning(counter.c.value)
    value = tx.execute(raised).scalar_one_or_none()
    if value is None:
        value = 1
        tx.execute(insert(counter), {"name": name, "value": value})
    return f"PA-{year}-{value:04d}"


def add(tx: Connection, account_id: int, given: Feedback) -> None:
    """Keep a feedback of an account."""
    row = {
        "number": given.number,
        "account_id": account_id,
        "received_at": given.received_at,
        "state": given.state,
        "content": given.content,
        "sender_name": given.sender_name,
        "sender_address": given.sender_address,
        "sender_phone": given.sender_phone,
    }
    tx.execute(insert(feedback), row)


def listed(tx: Connection, most: int) -> list[Feedback]:
    """List the latest feedback, newest first."""
    rows = tx.execute(select(*_COLUMNS).order_by(feedback.c.id.desc()).limit(most))
    return [Feedback(*row) for row in rows]


def find(tx: Connection, number: str) -> Feedback | None:
    """Find a feedback by its receipt number."""
    row = tx.execute(select(*_COLUMNS).where(feedback.c.number == number)).one_or_none()
    return None if row is None else Feedback(*row)

"""Dossiers as last heard of, and the history of their statuses, in which nothing is overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from knowledge.dossier import DossierRecord
from knowledge.status import Status
from storage.schema import dossier, dossier_history

CODES_AT_ONCE = 500  # values in one query: SQLite's builds allow from 999 upward


class Change(StrEnum):
    """What a record brought: a new dossier, a change, nothing new, or news older than what is known."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    OLDER = "older"


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier as last heard of at `as_of`; `illustrative` marks sample data."""

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


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from and what time they speak of."""

    source: str
    as_of: datetime
    illustrative: bool = False


_COLUMNS = (
    dossier.c.id,
    dossier.c.code,
    dossier.c.status,
    dossier.c.received_at,
    dossier.c.due_at,
    dossier.c.finished_at,
    dossier.c.returned_at,
    dossier.c.procedure_code,
    dossier.c.procedure_title,
    dossier.c.field_title,
    dossier.c.channel,
    dossier.c.as_of,
    dossier.c.source,
    dossier.c.illustrative,
)
_FIND = select(*_COLUMNS).where(dossier.c.code == bindparam("b_code"))
_ADD = insert(dossier)
_UPDATE = update(dossier).where(dossier.c.id == bindparam("b_id"))
_ADD_HISTORY = insert(dossier_history)
_SINCE = select(dossier_history.c.learnt_at).where(
    dossier_history.c.dossier_id == bindparam("b_id"),
    dossier_history.c.status == bindparam("b_status"),
    dossier_history.c.since == bindparam("b_since"),
)


def find(tx: Connection, code: str) -> Dossier | None:
    """Find a dossier by its normalised receipt code: equality only, never likeness."""
    row = tx.execute(_FIND, {"b_code": code}).one_or_none()
    return None if row is None else _read(row)


def listed(tx: Connection, most: int) -> list[Dossier]:
    """List the dossiers received last, newest first."""
    rows = tx.execute(select(*_COLUMNS).order_by(dossier.c.received_at.desc(), dossier.c.code).limit(most))
    return [_read(row) for row in rows]


def history(tx: Connection, dossier_id: int) -> list[tuple[Status, datetime, datetime]]:
    """List a dossier's statuses in order: (status, since when it holds, when we learnt it)."""
    rows = tx.execute(
        select(dossier_history.c.status, dossier_history.c.since, dossier_history.c.learnt_at)
        .where(dossier_history.c.dossier_id == dossier_id)
        .order_by(dossier_history.c.since, dossier_history.c.status)
    )
    return [(Status(row.status), row.since, row.learnt_at) for row in rows]


def take_in(tx: Connection, record: DossierRecord, origin: Origin, now: datetime) -> Change:
    """Take in what a source says of a dossier and tell what that changed. Saying it again changes nothing."""
    known = find(tx, record.code)
    values = _values(record, origin)
    if known is None:
        key = tx.execute(_ADD, values).inserted_primary_key
        assert key is not None
        _add_history(tx, key[0], record, origin, now)
        return Change.NEW
    if origin.as_of < known.as_of:
        _remember(tx, known.id, record, origin, now)
        return Change.OLDER
    if known.status != record.status:
        _remember(tx, known.id, record, origin, now)
    same = all(getattr(known, name) == value for name, value in values.items() if name not in ("as_of", "source"))
    tx.execute(_UPDATE, {**values, "b_id": known.id})
    return Change.SAME if same else Change.CHANGED


def _remember(tx: Connection, dossier_id: int, record: DossierRecord, origin: Origin, now: datetime) -> None:
    since = record.status_since(origin.as_of)
    key = {"b_id": dossier_id, "b_status": int(record.status), "b_since": since}
    if tx.execute(_SINCE, key).one_or_none() is None:
        _add_history(tx, dossier_id, record, origin, now)


def _add_history(tx: Connection, dossier_id: int, record: DossierRecord, origin: Origin, now: datetime) -> None:
    since = record.status_since(origin.as_of)
    row = {"dossier_id": dossier_id, "status": int(record.status), "since": since, "learnt_at": now}
    tx.execute(_ADD_HISTORY, row)


def _values(record: DossierRecord, origin: Origin) -> dict[str, Any]:
    return {
        "code": record.code,
        "procedure_code": record.procedure_code,
        "procedure_title": record.procedure_title,
        "field_title": record.field_title,
        "channel": None if record.filed_by is None else int(record.filed_by),
        "received_at": record.received_at,
        "due_at": record.due_at,
        "finished_at": record.finished_at,
        "returned_at": record.returned_at,
        "status": int(record.status),
        "as_of": origin.as_of,
        "source": origin.source,
        "illustrative": origin.illustrative,
    }


def _read(row: Any) -> Dossier:
    values = row._asdict()
    values["status"] = Status(values["status"])
    return Dossier(**values)


def count(tx: Connection) -> int:
    """Count the dossiers."""
    return int(tx.execute(select(func.count()).select_from(dossier)).scalar_one())


def count_heard_of(tx: Connection, codes: Sequence[str], as_of: datetime) -> int:
    """Count the dossiers among these codes of which news of this time, or later, was taken in."""
    total = 0
    for start in range(0, len(codes), CODES_AT_ONCE):
        wanted = codes[start : start + CODES_AT_ONCE]
        heard = select(func.count()).where(dossier.c.code.in_(wanted), dossier.c.as_of >= as_of)
        total += int(tx.execute(heard).scalar_one())
    return total

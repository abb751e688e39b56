"""What each official handles: fields by their names, procedures by their codes, as they were told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from storage.schema import official_scope

FIELD, PROCEDURE = "field", "procedure"


@dataclass(frozen=True, slots=True)
class Scope:
    """The fields and procedures of one official."""

    fields: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()


def load(tx: Connection) -> dict[int, Scope]:
    """Give what every official handles; who handles nothing in particular is missing."""
    columns = (official_scope.c.official_id, official_scope.c.kind, official_scope.c.value)
    found: dict[int, dict[str, list[str]]] = {}
    for number, kind, value in tx.execute(select(*columns).order_by(official_scope.c.id)):
        found.setdefault(number, {FIELD: [], PROCEDURE: []})[kind].append(value)
    return {number: Scope(tuple(one[FIELD]), tuple(one[PROCEDURE])) for number, one in found.items()}


def assign(tx: Connection, official_id: int, fields: Iterable[str], procedures: Iterable[str]) -> None:
    """Let an official handle these fields and procedures, and no others."""
    tx.execute(delete(official_scope).where(official_scope.c.official_id == official_id))
    told = [(FIELD, value) for value in fields] + [(PROCEDURE, value) for value in procedures]
    if told:
        tx.execute(insert(official_scope), [{"official_id": official_id, "kind": k, "value": v} for k, v in told])

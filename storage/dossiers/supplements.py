"""Requests for more papers as rows: each as the newest news of it has it, none ever taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from knowledge.dossier import DossierRecord, Supplement
from storage.dossiers.fields import Origin
from storage.schema import dossier_supplement

_FIELDS = tuple(Supplement.__dataclass_fields__)
_KNOWN = select(
    dossier_supplement.c.dossier_id, dossier_supplement.c.as_of, *(dossier_supplement.c[name] for name in _FIELDS)
).where(dossier_supplement.c.dossier_id.in_(bindparam("b_ids", expanding=True)))
_OF = (
    select(*(dossier_supplement.c[name] for name in _FIELDS))
    .where(dossier_supplement.c.dossier_id == bindparam("b_id"))
    .order_by(dossier_supplement.c.asked_at)
)


def of(tx: Connection, dossier_id: int) -> list[Supplement]:
    """List the requests in order. What is missing is personal: for whoever proved to be the owner."""
    return [Supplement(*row) for row in tx.execute(_OF, {"b_id": dossier_id})]


def put(tx: Connection, told: Sequence[tuple[int, DossierRecord, Origin]]) -> None:
    """Put what records say of supplements (by dossier) into the rows."""
    if not told:
        return
    known = {
        (row.dossier_id, row.asked_at): row for row in tx.execute(_KNOWN, {"b_ids": [number for number, _, _ in told]})
    }
    new: dict[tuple[int, Any], dict[str, Any]] = {}
    for number, record, origin in told:
        for one in record.supplements:
            values = {name: getattr(one, name) for name in _FIELDS}
            row = known.get((number, one.asked_at))
            if row is None:
                new[number, one.asked_at] = {**values, "dossier_id": number, "as_of": origin.as_of}
            elif origin.as_of >= row.as_of and any(getattr(row, name) != value for name, value in values.items()):
                tx.execute(_of_row(number, one).values(**values, as_of=origin.as_of))
    if new:
        tx.execute(insert(dossier_supplement), list(new.values()))


def _of_row(number: int, one: Supplement) -> Any:
    return update(dossier_supplement).where(
        dossier_supplement.c.dossier_id == number, dossier_supplement.c.asked_at == one.asked_at
    )

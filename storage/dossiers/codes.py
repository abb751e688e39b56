"""The codes of dossiers: which row each leads to, and what happens when two dossiers turn out to be one.

A province's system may invent a second code for the national portal where its own does not carry the province's part,
so that the same dossier comes from two sources under two codes until one of them tells both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from knowledge.dossier import DossierRecord
from storage import audit
from storage.dossiers.fields import BY_HASH, COMPARED, HEARD, Origin, merged
from storage.schema import dossier, dossier_alias, metadata

Row = dict[str, Any]
"""What is known of a dossier: its id, code, all `codes`, and the columns that news of it is compared with."""

_ADD = insert(dossier)
_KNOWN = select(dossier.c.id, dossier.c.code, *(dossier.c[name] for name in (*COMPARED, *HEARD)))
_BY_CODE = _KNOWN.where(dossier.c.code.in_(bindparam("b_codes", expanding=True))).order_by(dossier.c.id)
_BY_ID = _KNOWN.where(dossier.c.id.in_(bindparam("b_ids", expanding=True))).order_by(dossier.c.id)
_IDS = select(dossier.c.code, dossier.c.id).where(dossier.c.code.in_(bindparam("b_codes", expanding=True)))
_ALIASES = select(dossier_alias.c.code, dossier_alias.c.dossier_id).where(
    dossier_alias.c.code.in_(bindparam("b_codes", expanding=True))
)


def apart(records: Sequence[DossierRecord]) -> tuple[list[DossierRecord], list[DossierRecord]]:
    """Take the records of which no two share a code; the others wait, in order."""
    seen: set[str] = set()
    now: list[DossierRecord] = []
    later: list[DossierRecord] = []
    for record in records:
        codes = {record.code, record.other_code} - {None}
        (later if codes & seen else now).append(record)
        seen |= {code for code in codes if code is not None}
    return now, later


def rows_of(tx: Connection, codes: Iterable[str]) -> dict[str, Row]:
    """Load what is known under these codes."""
    wanted = sorted(set(codes))
    found = {row["code"]: row for row in _rows(tx, _BY_CODE, {"b_codes": wanted})}
    missing = [code for code in wanted if code not in found]
    if not missing:
        return found
    aliases: dict[str, int] = dict(tx.execute(_ALIASES, {"b_codes": missing}).all())
    if aliases:
        by_id = {row["id"]: row for row in found.values()}
        others = sorted(set(aliases.values()) - by_id.keys())
        by_id |= {row["id"]: row for row in _rows(tx, _BY_ID, {"b_ids": others})}
        for code, number in aliases.items():
            by_id[number]["codes"].add(code)
            found[code] = by_id[number]
    return found


def row(tx: Connection, number: int) -> Row:
    """Load what is known of one dossier."""
    (found,) = _rows(tx, _BY_ID, {"b_ids": [number]})
    return found


def _rows(tx: Connection, statement: Any, values: dict[str, Any]) -> list[Row]:
    found = tx.execute(statement, values)
    return [{**one, "codes": {one["code"]}} for one in found.mappings().all()]


def resolve(
    tx: Connection, records: Sequence[DossierRecord], now: datetime
) -> tuple[list[tuple[DossierRecord, Row | None]], list[DossierRecord]]:
    """Find the row of each record, None for a new dossier. A second record of one row comes back, to be taken later."""
    rows = rows_of(tx, {code for record in records for code in (record.code, record.other_code) if code})
    found: list[tuple[DossierRecord, Row | None]] = []
    again: list[DossierRecord] = []
    taken: set[int] = set()
    for record in records:
        one, other = rows.get(record.code), rows.get(record.other_code or "")
        if one is not None and other is not None and one["id"] != other["id"]:
            if taken & {one["id"], other["id"]}:
                again.append(record)
                continue
            one = _join(tx, one, other, now)
            rows.update(dict.fromkeys(one["codes"], one))
        one = one or other
        if one is not None and one["id"] in taken:
            again.append(record)
            continue
        if one is not None:
            taken.add(one["id"])
        found.append((record, one))
    return found, again


def add_dossiers(tx: Connection, rows: Sequence[Row]) -> dict[str, int]:
    """Add dossiers, each row with the columns that it fills, and give the number of each code."""
    alike: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        alike[tuple(row)].append(row)
    for group in alike.values():
        tx.execute(_ADD, group)
    return dict(tx.execute(_IDS, {"b_codes": [row["code"] for row in rows]}).all())


def add(tx: Connection, codes: Mapping[str, int]) -> None:
    """Let more codes lead to dossiers; one that leads somewhere already goes on doing so."""
    if codes:
        into = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
        rows = [{"code": code, "dossier_id": number} for code, number in codes.items()]
        tx.execute(into(dossier_alias).on_conflict_do_nothing(), rows)


def _join(tx: Connection, one: Row, other: Row, now: datetime) -> Row:
    """Make two dossiers that are the same one: the earlier stays, everything that hangs on the later hangs on it.

    What cannot hang on both (the same status since the same time, one account that follows both) stays as the earlier
    has it.
    """
    stays, goes = sorted((one, other), key=lambda row: int(row["id"]))
    for table in metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is dossier.c.id for key in column.foreign_keys):
                _hang(tx, table, column, goes["id"], stays["id"])
    sealed = (
        tx.execute(select(*(dossier.c[name] for name in BY_HASH)).where(dossier.c.id == goes["id"])).mappings().one()
    )
    values = {name: goes[name] for name in COMPARED if goes[name] is not None} | dict(sealed)
    changes = merged(stays, values, Origin(goes["source"], goes["as_of"], goes["illustrative"]))
    tx.execute(delete(dossier).where(dossier.c.id == goes["id"]))
    if changes:
        tx.execute(update(dossier).where(dossier.c.id == stays["id"]).values(**changes))
    add(tx, {goes["code"]: stays["id"]})
    audit.add(tx, "dossiers_joined", now, detail=f"{goes['code']} is {stays['code']}")
    return {**stays, **changes, "codes": stays["codes"] | goes["codes"]}


def _hang(tx: Connection, table: Any, column: Any, goes: int, stays: int) -> None:
    keys = list(table.primary_key)
    for found in tx.execute(select(*keys).where(column == goes)).all():
        this = [key == value for key, value in zip(keys, found, strict=True)]
        try:
            with tx.begin_nested():
                tx.execute(update(table).where(*this).values({column.name: stays}))
        except IntegrityError:
            continue  # it goes with the dossier that goes

"""What is known of a dossier field by field, each as the newest news of it has it.

A field is set by the newest telling that speaks of it, whatever the order in which tellings come: so a late one fills
what a younger one left out and changes nothing else. `as_of` of the row is the time of the newest telling; `told_at`
holds the time of every field that this one did not speak of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from knowledge.dossier import CLEARED, DossierRecord
from storage.dossiers import records as dossiers

FIELDS = (
    "procedure_code",
    "procedure_title",
    "field_title",
    "channel",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
    "status",
    "submitted_at",
    "refused_at",
    "apologised_at",
    "fee_due",
    "return_way",
    "unit",
    "owner_kind",
)
OWNER_FIELDS = ("owner_name", "owner_identity_hash", "owner_phone_hash", "secret_hash")
COMPARED = (*FIELDS, *OWNER_FIELDS)
BY_HASH = {"owner_identity": "owner_identity_hash", "owner_phone": "owner_phone_hash"}
"""Sealed fields that change with their hashes, which are read in their place."""
HEARD = ("as_of", "source", "illustrative", "told_at")
PUSHED = "push"  # in `told_at`: the last date that the push carried which told the status; not there for other tellings
NEVER = ""  # sorts before every time


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from and what time they speak of.

    `undated`: they were pushed and speak of no time of their own, so `as_of` is their arrival's (see `intake.py`).
    """

    source: str
    as_of: datetime
    illustrative: bool = False
    undated: bool = False


def said(tx: Connection, record: DossierRecord) -> dict[str, Any]:
    """Give the columns of which a record speaks, with what it says."""
    values: dict[str, Any] = {
        "procedure_code": record.procedure_code,
        "procedure_title": record.procedure_title,
        "field_title": record.field_title,
        "channel": _number(record.filed_by),
        "received_at": record.received_at,
        "due_at": record.due_at,
        "finished_at": record.finished_at,
        "returned_at": record.returned_at,
        "status": int(record.status),
        "submitted_at": record.submitted_at,
        "refused_at": record.refused_at,
        "apologised_at": record.apologised_at,
        "fee_due": record.fee_due,
        "return_way": _number(record.return_way),
        "unit": record.unit,
        "owner_kind": _number(record.owner_kind),
        "owner_name": record.owner_name,
    }
    if record.identity and (digest := dossiers.identity_hash(tx, record.identity)):
        values |= {"owner_identity": record.identity, "owner_identity_hash": digest}
    if record.phone and (digest := dossiers.phone_hash(tx, record.phone)):
        values |= {"owner_phone": record.phone, "owner_phone_hash": digest}
    if record.secret:
        values["secret_hash"] = dossiers.secret_hash(tx, record.code, record.secret)
    cleared = [name for name in CLEARED if name not in record.silent]
    return {name: value for name, value in values.items() if value is not None or name in cleared}


def _number(value: int | None) -> int | None:
    return None if value is None else int(value)


def new_row(values: Mapping[str, Any], code: str, origin: Origin) -> dict[str, Any]:
    """Give what is to be kept of a dossier of which this is the first telling, without the columns that stay empty."""
    row = {name: value for name, value in values.items() if value is not None}
    unsaid = {name: NEVER for name in CLEARED if name not in values}
    return {**row, **_heard(origin), "code": code, "told_at": json.dumps(unsaid) if unsaid else None}


def whole(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a new row with its empty columns, as it would be read."""
    return {**dict.fromkeys((*COMPARED, *HEARD)), **row}


def merged(known: Mapping[str, Any], values: Mapping[str, Any], origin: Origin) -> dict[str, Any]:
    """Give what of a row changes when a telling comes: the fields that it has newer, and how fresh the row is.

    `known` has every field but those of `BY_HASH`. A telling of the very time of another counts as newer.
    """
    row_as_of: datetime = known["as_of"]
    times: dict[str, str] = json.loads(known["told_at"]) if known["told_at"] else {}
    if origin.as_of > row_as_of:  # what the newest telling leaves out stays with the time that it had
        for name in COMPARED:
            if name not in values and (known[name] is not None or name in CLEARED):
                times.setdefault(name, _text(row_as_of))
    changes: dict[str, Any] = {}
    for name in COMPARED:
        unknown = known[name] is None and name not in CLEARED
        if name not in values or not (unknown or _is_newer(origin.as_of, times.get(name), row_as_of)):
            continue
        if known[name] != values[name]:
            changes[name] = values[name]
        times.pop(name, None)
        if origin.as_of < row_as_of:
            times[name] = _text(origin.as_of)
    changes |= {sealed: values[sealed] for sealed, digest in BY_HASH.items() if digest in changes}
    if origin.as_of >= row_as_of:
        changes |= {name: value for name, value in _heard(origin).items() if known[name] != value}
    told_at = json.dumps(times, sort_keys=True) if times else None
    return changes if told_at == known["told_at"] else {**changes, "told_at": told_at}


def corrected(known: Mapping[str, Any], values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Give what of a row changes when a person corrects these fields: they hold as of now, the others as they were."""
    changes = {name: value for name, value in values.items() if name in BY_HASH or known[name] != value}
    times: dict[str, str] = json.loads(known["told_at"]) if known["told_at"] else {}
    times |= {name: _text(now) for name in values if name not in BY_HASH}
    if "status" in values:
        times.pop(PUSHED, None)
    return {**changes, "told_at": json.dumps(times, sort_keys=True)}


def _is_newer(as_of: datetime, told: str | None, row_as_of: datetime) -> bool:
    return told == NEVER or as_of >= (datetime.fromisoformat(told) if told else row_as_of)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _heard(origin: Origin) -> dict[str, Any]:
    return {"as_of": origin.as_of, "source": origin.source, "illustrative": origin.illustrative}


def marked(known: Mapping[str, Any], changes: Mapping[str, Any], pushed: datetime | None) -> dict[str, Any]:
    """Mark changes of a row with the last date of the push that told its status; None: it was told otherwise."""
    before: str | None = changes.get("told_at", known["told_at"])
    times: dict[str, str] = json.loads(before) if before else {}
    times.pop(PUSHED, None)
    if pushed is not None:
        times[PUSHED] = _text(pushed)
    told_at = json.dumps(times, sort_keys=True) if times else None
    others = {name: value for name, value in changes.items() if name != "told_at"}
    return others if told_at == known["told_at"] else {**others, "told_at": told_at}


def pushed_until(known: Mapping[str, Any]) -> datetime | None:
    """Tell the last date of the push that told a row's status; None where it was told otherwise."""
    times: dict[str, str] = json.loads(known["told_at"]) if known["told_at"] else {}
    return datetime.fromisoformat(times[PUSHED]) if PUSHED in times else None


def status_time(known: Mapping[str, Any]) -> datetime:
    """Tell of what time the news of a row's status spoke."""
    times: dict[str, str] = json.loads(known["told_at"]) if known["told_at"] else {}
    as_of: datetime = known["as_of"]
    return datetime.fromisoformat(times["status"]) if "status" in times else as_of

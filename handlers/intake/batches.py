"""Intake: a batch of what sources tell of dossiers → what is kept, and what others may have to hear of.

Happenings, each exactly once however often the same data come (see `knowledge/timeline.py`):

- `dossier_new`: a dossier became known. Facts: `dossier_id`, `code`, `old` (None), `new` (`Status`), `since`,
  `history_id`, `late` (False).
- `dossier_changed`: a status became known. The same facts; `old`: the status before it in the timeline, None where none
  is known; `late`: a later status was already known, so this one no longer stands.
- `dossiers_arrived`: some dossiers became known at once. Facts: `dossiers`, their numbers.
- `dossier_due`: a known dossier has another due date. Facts: `dossier_id`, `code`, `old`, `new` (times or None).

All but the third say whether somebody follows the dossier (`followed`), so that a rule need not look that up for each.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from handlers.messages import Happening
from knowledge.dossier import DossierRecord, Step
from storage import audit
from storage.database import Connection
from storage.dossiers import follows, intake, sources
from storage.dossiers.intake import Change, Origin, Taken
from storage.events import Pending

NEW, CHANGED, DUE = "dossier_new", "dossier_changed", "dossier_due"
ARRIVED = "dossiers_arrived"
PUSH = "push"  # the kind of feed that pushes
AT_ONCE = 25  # records of one event: 5 ms of work, for which chat waits; twice as many would gain little speed
REFUSED_NAMED = 5  # codes of refused dossiers that the trail names


def batch(
    records: Sequence[DossierRecord], origin: Origin, *, steps: Sequence[Step] = (), feed: str | None = None
) -> str:
    """Write the body of an event that brings records and steps; a big import is many such events.

    `feed`: the kind of source that tells by itself (`push`, or that of a client), so that its silence can be noticed.
    """
    body = {
        "source": origin.source,
        "as_of": origin.as_of.isoformat(),
        "illustrative": origin.illustrative,
        "undated": origin.undated,
        "feed": feed,
        "records": [record.to_record() for record in records],
        "steps": [step.to_record() for step in steps],
    }
    return json.dumps(body, ensure_ascii=False)


def corrected(record: DossierRecord, fields: Sequence[str], columns: Sequence[str]) -> str:
    """Write the body of an event that corrects these fields by hand; `columns`: what the trail calls them."""
    return json.dumps({"corrected": list(fields), "columns": list(columns), "record": record.to_record()})


def take_in(tx: Connection, event: Pending, now: datetime) -> list[Happening]:
    """Take in a batch, leave a line that counts what it brought, and tell what happened."""
    body = json.loads(event.body)
    if "corrected" in body:
        return _correct(tx, body, event.id, now)
    return take_in_body(tx, body, event.id, now)


def _correct(tx: Connection, body: Mapping[str, Any], event_id: int, now: datetime) -> list[Happening]:
    record = DossierRecord.from_record(body["record"])
    taken = intake.correct(tx, record, body["corrected"], now)
    detail = f"{record.code}: {', '.join(body['columns'])}: {taken.change}"
    audit.add(tx, "dossier_corrected", now, event_id=event_id, detail=detail)
    return _happenings(tx, [taken])


def take_in_body(tx: Connection, body: Mapping[str, Any], event_id: int, now: datetime) -> list[Happening]:
    """Take in what `batch` wrote."""
    as_of = datetime.fromisoformat(body["as_of"])
    origin = Origin(body["source"], as_of, body["illustrative"], body.get("undated", False))
    records = [DossierRecord.from_record(record) for record in body["records"]]
    taken = intake.take_in_batch(tx, records, origin, now)
    if steps := [Step.from_record(step) for step in body.get("steps", ())]:
        taken += intake.take_in_steps(tx, steps, origin.source, now)
    if body.get("feed"):
        sources.heard(tx, origin.source, body["feed"], as_of, now)
    _leave_a_line(tx, taken, origin.source, event_id, now)
    arrived = [one.dossier_id for one in taken if one.change is Change.NEW and one.dossier_id is not None]
    told = _happenings(tx, taken)
    return [*told, Happening(ARRIVED, {"dossiers": arrived})] if arrived else told


def _happenings(tx: Connection, taken: Sequence[Taken]) -> list[Happening]:
    """Say what others may have to hear of."""
    told = [one for one in taken if one.dossier_id is not None and (one.announced or one.due is not None)]
    followed = follows.among(tx, {one.dossier_id for one in told if one.dossier_id is not None})
    return [happening for one in told for happening in _of_one(one, one.dossier_id in followed)]


def _of_one(taken: Taken, followed: bool) -> Iterator[Happening]:
    for one in taken.announced:
        facts = {
            "dossier_id": one.dossier_id,
            "code": taken.code,
            "old": one.old,
            "new": one.new,
            "since": one.since,
            "history_id": one.history_id,
            "late": one.late,
            "followed": followed,
        }
        is_new = taken.change is Change.NEW and not one.late
        yield Happening(NEW if is_new else CHANGED, facts)
    if taken.due is not None:
        old, new = taken.due
        facts = {"dossier_id": taken.dossier_id, "code": taken.code, "old": old, "new": new, "followed": followed}
        yield Happening(DUE, facts)


def _leave_a_line(tx: Connection, taken: Sequence[Taken], source: str, event_id: int, now: datetime) -> None:
    changes = Counter(one.change for one in taken)
    detail = ", ".join(f"{change}: {count}" for change, count in sorted(changes.items()))
    audit.add(tx, "dossiers_taken_in", now, event_id=event_id, detail=f"{source}: {detail}")
    if refused := [f"{one.code} ({one.error})" for one in taken if one.change is Change.REFUSED]:
        named = ", ".join(refused[:REFUSED_NAMED])
        audit.add(tx, "dossiers_refused", now, event_id=event_id, detail=f"{source}: {len(refused)}, such as {named}")

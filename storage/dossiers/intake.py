"""Taking in what sources tell of dossiers: in any order, any number of times, and each change is announced once.

What is compared is the time of which a telling speaks, never that at which it comes. A source that pushes speaks of no
time (the national contract has no field for it), so a push speaks of its arrival, unless it was plainly overtaken on
the way: nothing comes after a final status, and a dossier that was finished or handed over is not "in processing" for
a push that knows nothing of that date. Such a push speaks of the last date that it carries.

Steps have times of their own. One that is new and later than every date of the push that told the status follows it,
although that push arrived later than the step was taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Update, bindparam, update
from sqlalchemy.exc import OperationalError

from knowledge.dossier import DossierRecord, Step
from knowledge.status import Status
from knowledge.timeline import Telling
from storage.database import lock
from storage.dossiers import codes as dossier_codes
from storage.dossiers import history as dossier_history
from storage.dossiers import steps as dossier_steps
from storage.dossiers import supplements as dossier_supplements
from storage.dossiers.codes import Row
from storage.dossiers.fields import Origin, corrected, marked, merged, new_row, pushed_until, said, status_time, whole
from storage.dossiers.history import Announced
from storage.schema import dossier

__all__ = ["Change", "Origin", "Taken", "correct", "take_in", "take_in_batch", "take_in_steps"]

# Any fixed number: on PostgreSQL one transaction at a time takes in. Two at once would each miss what the other brings,
# such as a step and the dossier that it waits for.
INTAKE_LOCK = 5_206_202
A_MOMENT = timedelta(microseconds=1)


class Change(StrEnum):
    """What a record brought: a new dossier, a change, nothing new, or news older than what is known."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    OLDER = "older"
    REFUSED = "refused"  # the store could not take it; the others of its batch it took


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a record: the change, the dossier (None: refused, by this `error`), the statuses that it announces.

    `due`: the due date before and after, where a dossier that was known has got another one.
    """

    code: str
    change: Change
    dossier_id: int | None = None
    announced: tuple[Announced, ...] = ()
    due: tuple[datetime | None, datetime | None] | None = None
    error: str | None = None


def take_in(tx: Connection, record: DossierRecord, origin: Origin, now: datetime) -> Change:
    """Take in what a source says of a dossier and tell what that changed. Saying it again changes nothing."""
    lock(tx, INTAKE_LOCK, wait=True)
    (taken,) = _take_in(tx, [record], origin, now)
    return taken.change


def take_in_batch(tx: Connection, records: Sequence[DossierRecord], origin: Origin, now: datetime) -> list[Taken]:
    """Take in some records, 50 or so, and tell what each brought; one that the store cannot take spoils no other."""
    lock(tx, INTAKE_LOCK, wait=True)
    try:
        with tx.begin_nested():
            return _take_in(tx, records, origin, now)
    except OperationalError:  # the database itself is in trouble
        raise
    except Exception as error:
        if len(records) == 1:
            return [Taken(records[0].code, Change.REFUSED, error=type(error).__name__)]
        return [taken for record in records for taken in take_in_batch(tx, [record], origin, now)]


def correct(tx: Connection, record: DossierRecord, fields: Sequence[str], now: datetime) -> Taken:
    """Correct fields of a known dossier by hand: they stand until a source speaks of a later time than this.

    `fields`: those of the row (`dossier_fields.FIELDS`, `OWNER_FIELDS`), and `other_code`.
    """
    lock(tx, INTAKE_LOCK, wait=True)
    row = dossier_codes.rows_of(tx, [record.code]).get(record.code)
    if row is None:
        return Taken(record.code, Change.REFUSED, error="unknown")
    work = _Work(tx, now)
    work.corrected(row, record, {name: value for name, value in said(tx, record).items() if name in fields})
    if record.other_code is not None and "other_code" in fields:
        dossier_codes.add(tx, {record.other_code: row["id"]})
    (taken,) = work.done()
    return taken


def take_in_steps(tx: Connection, steps: Sequence[Step], source: str, now: datetime) -> list[Taken]:
    """Take in steps of handling; those of an unknown dossier wait for it. A step speaks of its own time.

    Returns one `Taken` for each dossier that is known.
    """
    lock(tx, INTAKE_LOCK, wait=True)
    dossier_steps.keep(tx, steps, now)
    rows = dossier_codes.rows_of(tx, {step.code for step in steps})
    new = dossier_steps.adopt(tx, {code: row["id"] for code, row in rows.items()})
    work = _Work(tx, now)
    for row in {row["id"]: row for row in rows.values()}.values():
        work.steps(row, new.get(row["id"], ()), source)
    return work.done()


def _take_in(tx: Connection, records: Sequence[DossierRecord], origin: Origin, now: datetime) -> list[Taken]:
    taken: list[Taken] = []
    waiting = list(records)
    while waiting:
        chunk, waiting = dossier_codes.apart(waiting)
        rows, again = dossier_codes.resolve(tx, chunk, now)
        waiting = again + waiting
        work = _Work(tx, now)
        for record, row in rows:
            if row is None:
                work.new(record, origin)
            else:
                work.known(row, record, origin)
        taken += work.done()
    return taken


class _Work:
    """What a few records, of one dossier each, do to the tables: gathered, then written in few statements."""

    def __init__(self, tx: Connection, now: datetime) -> None:
        self._tx = tx
        self._now = now
        self._new: dict[str, tuple[DossierRecord, Origin, dict[str, Any]]] = {}
        self._changes: dict[int, dict[str, Any]] = {}
        self._told: defaultdict[int, list[tuple[Telling, bool]]] = defaultdict(list)
        self._supplements: list[tuple[int, DossierRecord, Origin]] = []
        self._codes: dict[str, int] = {}
        self._taken: dict[int, Taken] = {}

    def new(self, record: DossierRecord, origin: Origin) -> None:
        """Take a record of a dossier that is not known."""
        row = new_row(said(self._tx, record), record.code, origin)
        if origin.undated:
            row |= marked(row, {}, last_date(record))
        self._new[record.code] = (record, origin, row)

    def known(self, row: Row, record: DossierRecord, origin: Origin) -> None:
        """Take a record of a dossier that is known."""
        if origin.undated and _overtaken(row, record):
            origin = replace(origin, as_of=min(last_date(record), row["as_of"]), undated=False)
        changes = merged(row, said(self._tx, record), origin)
        older = origin.as_of < row["as_of"]
        if origin.as_of >= status_time(row):
            changes = marked(row, changes, last_date(record) if origin.undated else None)
        if older or record.status != row["status"]:
            self._tell(row, record.status, record.status_since(origin.as_of), origin.as_of)
        of_matter = changes.keys() - {"as_of", "source", "told_at"}
        change = Change.OLDER if older else Change.CHANGED if of_matter else Change.SAME
        self._apply(row, changes, change, record.code)
        self._note(row["id"], record, origin, row["codes"])

    def corrected(self, row: Row, record: DossierRecord, values: dict[str, Any]) -> None:
        """Take what a person says of a dossier that is known."""
        if values.get("status", row["status"]) != row["status"]:
            self._tell(row, record.status, self._now, self._now)
        changes = corrected(row, values, self._now)
        self._apply(row, changes, Change.CHANGED if len(changes) > 1 else Change.SAME, row["code"])

    def steps(self, row: Row, steps: Sequence[Step], source: str) -> None:
        """Take new steps of a dossier that is known."""
        until, status_at = pushed_until(row), status_time(row)
        newest: tuple[datetime, datetime, int] | None = None
        for step in steps:
            if step.status is None:
                continue
            follows = until is not None and until < step.at <= status_at
            as_of = max(self._now, status_at + A_MOMENT) if follows else step.at
            telling = Telling(step.status, step.at, as_of, self._now)
            self._told[row["id"]].append((telling, True))
            newest = max(newest or telling.order, telling.order)
        changes: dict[str, Any] = {}
        if newest is not None:
            changes = merged(row, {"status": newest[2]}, Origin(source, newest[0], row["illustrative"]))
            if newest[0] >= status_at:
                changes = marked(row, changes, None)
            self._remind({**row, **changes})
        self._apply(row, changes, Change.CHANGED if "status" in changes else Change.SAME, row["code"])

    def _tell(self, row: Row, status: Status, since: datetime, as_of: datetime) -> None:
        self._told[row["id"]].append((Telling(status, since, as_of, self._now), False))
        if as_of < row["as_of"]:
            self._remind(row)

    def _remind(self, row: Row) -> None:
        """Tell the status that stands again: it may have been a repeat until late news came between."""
        at = status_time(row)
        self._told[row["id"]].append((Telling(Status(row["status"]), at, at, self._now), False))

    def _apply(self, row: Row, changes: dict[str, Any], change: Change, code: str) -> None:
        due = (row["due_at"], changes["due_at"]) if "due_at" in changes else None
        if changes:
            self._changes[row["id"]] = changes
        self._taken[row["id"]] = Taken(code, change, row["id"], due=due)

    def _note(self, dossier_id: int, record: DossierRecord, origin: Origin, codes: Iterable[str]) -> None:
        if record.supplements:
            self._supplements.append((dossier_id, record, origin))
        for code in (record.code, record.other_code):
            if code is not None and code not in codes:
                self._codes[code] = dossier_id

    def done(self) -> list[Taken]:
        """Write everything and tell what came of it."""
        tx = self._tx
        fresh = self._add_new()
        dossier_codes.add(tx, {code: number for code, number in self._codes.items() if code not in self._new})
        self._adopt(fresh)
        for names, values in _by_columns(self._changes).items():
            tx.execute(_setting(names), values)
        dossier_supplements.put(tx, self._supplements)
        announced: defaultdict[int, list[Announced]] = defaultdict(list)
        for one in dossier_history.put(tx, self._told, fresh):
            announced[one.dossier_id].append(one)
        return [
            replace(taken, announced=tuple(announced[number])) if number in announced else taken
            for number, taken in self._taken.items()
        ]

    def _add_new(self) -> dict[int, Row]:
        """Add the new dossiers and give their rows by their numbers."""
        if not self._new:
            return {}
        ids = dossier_codes.add_dossiers(self._tx, [row for _, _, row in self._new.values()])
        fresh: dict[int, Row] = {}
        for code, (record, origin, row) in self._new.items():
            number = ids[code]
            fresh[number] = {**row, "id": number, "codes": {code}}
            since = record.status_since(origin.as_of)
            self._told[number].append((Telling(record.status, since, origin.as_of, self._now), False))
            self._taken[number] = Taken(code, Change.NEW, number)
            self._note(number, record, origin, {code})
        return fresh

    def _adopt(self, fresh: dict[int, Row]) -> None:
        """Give the steps that came before their dossier to it."""
        waiting = {next(iter(row["codes"])): number for number, row in fresh.items()} | self._codes
        for number, steps in dossier_steps.adopt(self._tx, waiting).items():
            row = whole(fresh[number]) if number in fresh else dossier_codes.row(self._tx, number)
            taken, changes = self._taken.get(number), self._changes.get(number, {})
            self.steps({**row, **changes}, steps, row["source"])
            self._changes[number] = changes | self._changes.get(number, {})
            self._taken[number] = taken or self._taken[number]


def _overtaken(row: Row, record: DossierRecord) -> bool:
    """Tell whether a push plainly is of an earlier time than what is known (see above)."""
    known, told = Status(row["status"]), record.status
    if told.is_final:
        return False
    if told in (Status.SUBMITTED, Status.RECEIVED) and known is not told and pushed_until(row) is None:
        return status_time(row) > last_date(record)  # a step or a file told of what came after
    lacks_return = row["returned_at"] is not None and record.returned_at is None
    unfinished = told is not Status.RESULT_READY and record.finished_at is None
    return known.is_final or lacks_return or (row["finished_at"] is not None and unfinished)


def last_date(record: DossierRecord) -> datetime:
    """Give the last date that a record carries of what was done."""
    dates = [record.received_at, record.submitted_at, record.finished_at, record.returned_at, record.refused_at]
    dates += (at for one in record.supplements for at in (one.asked_at, one.received_at))
    return max(date for date in dates if date is not None)


def _by_columns(changes: dict[int, dict[str, Any]]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    groups: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for number, values in changes.items():
        if values:
            row = {f"b_{name}": value for name, value in values.items()}
            groups[tuple(sorted(values))].append({**row, "b_id": number})
    return groups


@cache
def _setting(names: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(f"b_{name}") for name in names}
    return update(dossier).where(dossier.c.id == bindparam("b_id")).values(values)

"""What the periodic report is made of: the dossiers of a period with their histories, feedback, editions, questions.

Only what can count is read: of a million dossiers those received in the period, and those received before it whose
handling had not ended before it. The rule is in `knowledge/report_judging.py`; here only less is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    String,
    and_,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
)

from knowledge.report_feedback import Heard
from knowledge.report_judging import CONCLUDED, Filed, Held
from knowledge.report_period import Period
from storage.catalogue import PUBLISHED
from storage.feedback import ANONYMOUS, State
from storage.schema import audit, dossier, dossier_history, edition, feedback, feedback_step

CLOSED = frozenset({State.ANSWERED, State.REFUSED, State.FORWARDED, State.WITHDRAWN})
"""States of a feedback in which it counts as handled."""

ROWS_AT_ONCE = 500  # of a stream, and values in one query: SQLite's builds allow from 999 upward
UNKNOWN = "unknown"  # the word of the trail for a question that nothing answered (`Turn.done`)
_DONE = tuple(sorted(CONCLUDED))


def _as_stored(column: Column[datetime]) -> ColumnElement[Any]:
    """Read a moment as the driver gives it: `Moment`, called for each value, would be half the time of a report."""
    return type_coerce(column, String)


_COLUMNS = (
    dossier.c.id,
    dossier.c.code,
    dossier.c.status,
    _as_stored(dossier.c.received_at),
    _as_stored(dossier.c.due_at),
    _as_stored(dossier.c.finished_at),
    _as_stored(dossier.c.apologised_at),
    dossier.c.channel,
    dossier.c.field_title,
    dossier.c.procedure_code,
    dossier.c.procedure_title,
    dossier.c.return_way,
    dossier.c.illustrative,
)
_HELD = (
    select(
        dossier_history.c.dossier_id,
        dossier_history.c.status,
        _as_stored(dossier_history.c.since),
    )
    .where(dossier_history.c.dossier_id.in_(bindparam("b_ids", expanding=True)))
    .order_by(dossier_history.c.as_of, dossier_history.c.since, dossier_history.c.status)
)


def filed(tx: Connection, period: Period) -> Iterator[Filed]:
    """Stream every dossier that may count in a period, in the order of intake, with its history where that matters.

    It matters where a status holds only since after the cut-off, or where the newest status and the recorded end do not
    say the same. Elsewhere the newest status is that of the cut-off, and a million rows need not be read to say so.
    """
    after = select(dossier_history.c.dossier_id).where(dossier_history.c.since >= period.end)
    # One of the few rows that are wanted is asked for itself; all others are compared with one set.
    changed = after.where(dossier_history.c.dossier_id == dossier.c.id).correlate(dossier).exists()
    wanted = select(*_COLUMNS, changed).where(_wanted(period, dossier.c.id.in_(after))).order_by(dossier.c.id)
    for rows in tx.execution_options(stream_results=True).execute(wanted).partitions(ROWS_AT_ONCE):
        held = _held(tx, [row[0] for row in rows if row[-1] or (row[2] in CONCLUDED) != (row[5] is not None)])
        for row_id, code, status, received, due, finished, sorry, channel, field, number, title, way, sample, _ in rows:
            history = tuple(held.get(row_id, ()))
            times = _aware(received), due and _aware(due), finished and _aware(finished)
            what = channel, field, number, title, way, sample
            yield Filed(code, status, *times, *what, history, sorry and _aware(sorry))


def _held(tx: Connection, ids: list[int]) -> dict[int, list[Held]]:
    """Give the histories of these dossiers, each in order."""
    held: dict[int, list[Held]] = {}
    if not ids:
        return held
    for row_id, status, since in tx.execute(_HELD, {"b_ids": ids}):
        held.setdefault(row_id, []).append(Held(status, _aware(since)))
    return held


def _aware(at: str | datetime) -> datetime:
    """Read what the driver gave: SQLite has the text of a moment in UTC."""
    return datetime.fromisoformat(f"{at}+00:00") if isinstance(at, str) else at


def _wanted(period: Period, changed_later: ColumnElement[bool]) -> ColumnElement[bool]:
    """Received by the end, and not surely ended before the beginning.

    Where the recorded end lies before the period, the dossier counts only if it was open again at the cut-off: then
    either its newest status is not one that ends it, or that newer status holds since after the cut-off.
    """
    return and_(
        dossier.c.received_at < period.end,
        or_(
            dossier.c.received_at >= period.start,
            dossier.c.finished_at.is_(None),
            dossier.c.finished_at >= period.start,
            dossier.c.status.not_in(_DONE),
            changed_later,
        ),
    )


@dataclass(frozen=True, slots=True)
class Editions:
    """What was put in force in a period: titles, decisions and days of the editions of the catalogue."""

    title: str
    decision: str
    since: date


def holds_since(tx: Connection) -> datetime | None:
    """Tell from when on dossiers are known at all: when the first of them was received."""
    first: datetime | None = tx.execute(select(func.min(dossier.c.received_at))).scalar_one()
    return first


def feedback_register(tx: Connection, until: datetime) -> list[Heard]:
    """List the feedback taken in before `until` as it stood then; anonymous tips do not count."""
    closed = _closed(tx, until)
    told = feedback.c
    columns = (told.id, told.number, told.kind, told.clause, told.field, told.received_at, told.published_at)
    taken = select(*columns).where(told.received_at < until, told.sender_kind != ANONYMOUS).order_by(told.id)
    return [
        Heard(number, kind, clause, field, received, closed.get(row_id), published)
        for row_id, number, kind, clause, field, received, published in tx.execute(taken)
    ]


def _closed(tx: Connection, until: datetime) -> dict[int, datetime]:
    """Tell since when each feedback is done with: since the first step that ended it after it was last opened.

    So what was forwarded in one period and answered in the next was handled once, in the first.
    """
    columns = (feedback_step.c.feedback_id, feedback_step.c.state, feedback_step.c.at)
    closed: dict[int, datetime] = {}
    for row_id, state, at in tx.execute(
        select(*columns).where(feedback_step.c.at < until).order_by(feedback_step.c.id)
    ):
        if state in CLOSED:
            closed.setdefault(row_id, at)
        else:
            closed.pop(row_id, None)
    return closed


def editions_begun(tx: Connection, period: Period) -> list[Editions]:
    """List the editions of the catalogue that came into force in a period."""
    rows = tx.execute(
        select(edition.c.record, edition.c.effective_from)
        .where(edition.c.state == PUBLISHED, edition.c.effective_from.between(period.first, period.last))
        .order_by(edition.c.effective_from, edition.c.id)
    )
    heads = ((json.loads(record), since) for record, since in rows)
    return [Editions(head["title"], head["publication_decision"], since) for head, since in heads]


def questions_without_answer(tx: Connection, period: Period) -> list[tuple[int, datetime]] | None:
    """List the lines of the trail about questions that ended in "I don't know": number and time of each.

    None where the trail does not reach back to the beginning.
    """
    first = tx.execute(select(func.min(audit.c.at))).scalar_one()
    if first is None or first > period.start:
        return None
    within = (audit.c.action == UNKNOWN, audit.c.at >= period.start, audit.c.at < period.end)
    return [
        (number, at) for number, at in tx.execute(select(audit.c.id, audit.c.at).where(*within).order_by(audit.c.id))
    ]

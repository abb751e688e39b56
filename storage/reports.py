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

from knowledge.report_judging import CONCLUDED, Filed, Held
from knowledge.report_period import Period
from storage.catalogue import PUBLISHED
from storage.feedback import ANONYMOUS, State
from storage.schema import audit, dossier, dossier_history, edition, feedback, feedback_step

CLOSED = tuple(str(state) for state in (State.ANSWERED, State.REFUSED, State.FORWARDED, State.WITHDRAWN))
FEEDBACK_KEYS = (
    *("tn_hvhc", "tn_qdhc", "tn_ky_truoc", "tn_trong_ky", "da_hvhc", "da_qdhc", "dang_hvhc", "dang_qdhc", "cong_khai"),
)

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
        for row_id, code, status, received, due, finished, channel, field, procedure, title, way, sample, _ in rows:
            history = tuple(held.get(row_id, ()))
            times = _aware(received), due and _aware(due), finished and _aware(finished)
            yield Filed(code, status, *times, channel, field, procedure, title, way, sample, history)


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


def feedback_received(tx: Connection, since: datetime | None, until: datetime) -> int:
    """Count the feedback taken in before `until`, from `since` on if it is given; anonymous tips do not count."""
    is_counted = feedback.c.sender_kind != ANONYMOUS
    counted = select(func.count()).select_from(feedback).where(feedback.c.received_at < until, is_counted)
    if since is not None:
        counted = counted.where(feedback.c.received_at >= since)
    return int(tx.execute(counted).scalar_one())


def feedback_figures(tx: Connection, since: datetime, until: datetime) -> dict[str, int]:
    """Count the feedback of a period as its form does: what came, of which kind, what was handled, what was published.

    The form knows two kinds: what is about both, or about something else, stands with regulations. Handled is what was
    answered, refused, forwarded or taken back before `until` and not opened again; what was handled before `since` is
    of the period before.
    """
    last = (
        select(feedback_step.c.feedback_id, func.max(feedback_step.c.id).label("id"))
        .where(feedback_step.c.at < until, feedback_step.c.state.in_((*CLOSED, str(State.REOPENED))))
        .group_by(feedback_step.c.feedback_id)
        .subquery()
    )
    closing = select(feedback_step.c.feedback_id, feedback_step.c.at, feedback_step.c.state).join(
        last, last.c.id == feedback_step.c.id
    )
    closed = {row.feedback_id: row.at for row in tx.execute(closing) if row.state in CLOSED}
    columns = (feedback.c.id, feedback.c.received_at, feedback.c.kind, feedback.c.published_at)
    rows = tx.execute(select(*columns).where(feedback.c.received_at < until, feedback.c.sender_kind != ANONYMOUS))
    told = dict.fromkeys(FEEDBACK_KEYS, 0)
    for row in rows:
        done = closed.get(row.id)
        if done is not None and done < since:
            continue
        kind = "hvhc" if row.kind == "conduct" else "qdhc"
        told[f"tn_{kind}"] += 1
        told["tn_trong_ky" if row.received_at >= since else "tn_ky_truoc"] += 1
        told[f"{'dang' if done is None else 'da'}_{kind}"] += 1
        told["cong_khai"] += done is not None and row.published_at is not None and since <= row.published_at < until
    return told


def editions_begun(tx: Connection, period: Period) -> list[Editions]:
    """List the editions of the catalogue that came into force in a period."""
    rows = tx.execute(
        select(edition.c.record, edition.c.effective_from)
        .where(edition.c.state == PUBLISHED, edition.c.effective_from.between(period.first, period.last))
        .order_by(edition.c.effective_from, edition.c.id)
    )
    heads = ((json.loads(record), since) for record, since in rows)
    return [Editions(head["title"], head["publication_decision"], since) for head, since in heads]


def questions_without_answer(tx: Connection, period: Period) -> int | None:
    """Count the questions that ended in "I don't know"; None where the trail does not reach back to the beginning."""
    first = tx.execute(select(func.min(audit.c.at))).scalar_one()
    if first is None or first > period.start:
        return None
    counted = select(func.count()).select_from(audit)
    unknown = counted.where(audit.c.action == UNKNOWN, audit.c.at >= period.start, audit.c.at < period.end)
    return int(tx.execute(unknown).scalar_one())

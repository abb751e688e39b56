"""The register of feedback and recommendations (phản ánh, kiến nghị): one row each, its steps, its files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from storage.people.joined import same_person
from storage.schema import counter, feedback, feedback_file, feedback_step, file

ANONYMOUS = "anonymous"  # of `sender_kind`: a tip, which is read and not counted (Nghị định 20/2008/NĐ-CP, Điều 7)
LOOKED_AT = 50  # feedback of one person, the latest
REGISTERED = timedelta(days=20 * 366)  # files of the register stay as long as it does; erasing a person deletes them


class State(StrEnum):
    """Where a feedback stands."""

    RECEIVED = "received"
    SUPPLEMENT = "supplement"  # asked for more
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({State.RECEIVED, State.SUPPLEMENT, State.ACCEPTED, State.REOPENED})
"""Where something is still to be done here."""


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
    kind: str = "other"
    clause: int | None = None
    field: str | None = None
    procedure: str | None = None
    language: str = "vi"
    sender_kind: str = "person"
    proposal: str | None = None
    document: str | None = None
    due_at: datetime | None = None
    news_at: datetime | None = None
    answered_at: datetime | None = None
    reopened_at: datetime | None = None
    answer: str | None = None
    forwarded_to: str | None = None
    letter: str | None = None
    published_at: datetime | None = None
    published_question: str | None = None
    published_answer: str | None = None
    account_id: int | None = None
    id: int = 0

    @property
    def is_counted(self) -> bool:
        """Whether it is feedback by the law: with name, address and phone."""
        return self.sender_kind != ANONYMOUS


@dataclass(frozen=True, slots=True)
class Step:
    """What was done with a feedback."""

    at: datetime
    state: str
    note: str | None
    official_id: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which feedback to list; None: all. `account_id`: that of its person, on whichever account it was handed in."""

    states: Collection[str] | None = None
    kind: str | None = None
    field: str | None = None
    before: datetime | None = None
    account_id: int | None = None


_COLUMNS = tuple(feedback.c[name] for name in Feedback.__dataclass_fields__)


def next_number(tx: Connection, day: date) -> str:
    """Give the next receipt number of a day, such as PAKN-20261123-0001: without gaps, as the turn rolls it back."""
    name = f"feedback {day:%Y%m%d}"
    raised = update(counter).where(counter.c.name == name).values(value=counter.c.value + 1).returning(counter.c.value)
    value = tx.execute(raised).scalar_one_or_none()
    if value is None:
        value = 1
        tx.execute(insert(counter), {"name": name, "value": value})
    return f"PAKN-{day:%Y%m%d}-{value:04d}"


def add(tx: Connection, account_id: int | None, given: Feedback, days: int = 20) -> int:
    """Keep a feedback of an account with its promise, and give its row."""
    due = given.received_at + timedelta(days=days)
    skipped = {"id", "account_id", "due_at", "news_at"}
    row = {name: getattr(given, name) for name in Feedback.__dataclass_fields__ if name not in skipped}
    key = tx.execute(insert(feedback), {**row, "account_id": account_id, "due_at": due, "news_at": due})
    assert key.inserted_primary_key is not None
    return int(key.inserted_primary_key[0])


def listed(tx: Connection, most: int, wanted: Wanted | None = None, *, oldest_first: bool = False) -> list[Feedback]:
    """List feedback, the newest first unless told otherwise."""
    wanted = wanted or Wanted()
    order = feedback.c.id if oldest_first else feedback.c.id.desc()
    found = select(*_COLUMNS).order_by(order).limit(most)
    if wanted.states is not None:
        found = found.where(feedback.c.state.in_([str(state) for state in wanted.states]))
    if wanted.account_id is not None:
        found = found.where(same_person(feedback.c.account_id, wanted.account_id))
    for name in ("kind", "field"):
        if getattr(wanted, name) is not None:
            found = found.where(feedback.c[name] == getattr(wanted, name))
    if wanted.before is not None:
        found = found.where(feedback.c.received_at < wanted.before)
    return [Feedback(*row) for row in tx.execute(found)]


def find(tx: Connection, number: str) -> Feedback | None:
    """Find a feedback by its receipt number."""
    row = tx.execute(select(*_COLUMNS).where(feedback.c.number == number)).one_or_none()
    return None if row is None else Feedback(*row)


def count_since(tx: Connection, account_id: int, since: datetime) -> int:
    """Count what the person who has this account handed in since then."""
    counted = select(func.count()).select_from(feedback)
    return tx.execute(
        counted.where(same_person(feedback.c.account_id, account_id), feedback.c.received_at >= since)
    ).scalar_one()


def move(
    tx: Connection,
    one: Feedback,
    state: State,
    now: datetime,
    *,
    official_id: int | None = None,
    note: str = "",
    **more: Any,
) -> None:
    """Bring a feedback into a state, with what else changes, and note the step."""
    tx.execute(update(feedback).where(feedback.c.id == one.id).values(state=str(state), **more))
    row = {"feedback_id": one.id, "at": now, "state": str(state), "official_id": official_id, "note": note or None}
    tx.execute(insert(feedback_step), row)


def change(tx: Connection, one: Feedback, **values: Any) -> None:
    """Change columns of a feedback without a step."""
    tx.execute(update(feedback).where(feedback.c.id == one.id).values(**values))


def steps(tx: Connection, one: Feedback) -> list[Step]:
    """List what was done with a feedback, in order."""
    columns = (feedback_step.c.at, feedback_step.c.state, feedback_step.c.note, feedback_step.c.official_id)
    found = select(*columns).where(feedback_step.c.feedback_id == one.id).order_by(feedback_step.c.id)
    return [Step(*row) for row in tx.execute(found)]


def keep_file(tx: Connection, feedback_id: int, key: str, name: str, now: datetime, *, of_answer: bool = False) -> bool:
    """Keep a file with a feedback for as long as the register; False when the file is no longer there."""
    later = update(file).where(file.c.hash == key).values(kept_until=now + REGISTERED)
    if tx.execute(later).rowcount != 1:
        return False
    row = {"feedback_id": feedback_id, "file_hash": key, "name": name, "of_answer": of_answer}
    tx.execute(insert(feedback_file), row)
    return True


def files_of(tx: Connection, one: Feedback, *, of_answer: bool = False) -> list[tuple[str, str]]:
    """List the files of a feedback, or of its answer: hash and name."""
    columns = (feedback_file.c.file_hash, feedback_file.c.name)
    found = select(*columns).where(feedback_file.c.feedback_id == one.id, feedback_file.c.of_answer == of_answer)
    return [(key, name) for key, name in tx.execute(found.order_by(feedback_file.c.file_hash))]


def last_sender(tx: Connection, account_id: int) -> dict[str, str]:
    """Give name, address and phone of the last feedback of this person that still holds them; empty when none does."""
    mine = (one for one in listed(tx, LOOKED_AT, Wanted(account_id=account_id)) if one.sender_name)
    last = next(mine, None)
    if last is None:
        return {}
    found = {"name": last.sender_name, "address": last.sender_address, "phone": last.sender_phone}
    return {name: value for name, value in found.items() if value}


def correct_sender(tx: Connection, account_id: int, values: Mapping[str, str]) -> int:
    """Write name, address and phone into every feedback of this person that holds some; gives how many."""
    held = feedback.c.sender_name.is_not(None)
    written = {f"sender_{name}": value for name, value in values.items()}
    mine = same_person(feedback.c.account_id, account_id)
    return tx.execute(update(feedback).where(mine, held).values(**written)).rowcount


def published(tx: Connection, most: int) -> list[Feedback]:
    """List what was published, the latest first."""
    found = select(*_COLUMNS).where(feedback.c.published_at.is_not(None), feedback.c.published_question.is_not(None))
    return [Feedback(*row) for row in tx.execute(found.order_by(feedback.c.published_at.desc()).limit(most))]


def late_for(tx: Connection, now: datetime, ahead: timedelta) -> list[Feedback]:
    """List open feedback whose deadline is near or past and that officials were not reminded of today."""
    states = [str(state) for state in OPEN]
    found = select(*_COLUMNS).where(feedback.c.state.in_(states), feedback.c.due_at <= now + ahead)
    day_ago = now - timedelta(hours=23)
    not_told = feedback.c.reminded_at.is_(None) | (feedback.c.reminded_at < day_ago)
    return [Feedback(*row) for row in tx.execute(found.where(not_told).order_by(feedback.c.due_at))]


def news_due(tx: Connection, now: datetime) -> list[Feedback]:
    """List open feedback whose sender has to hear where it stands: the promise is over, then every seven days."""
    states = [str(state) for state in OPEN]
    found = select(*_COLUMNS).where(feedback.c.state.in_(states), feedback.c.news_at <= now)
    return [Feedback(*row) for row in tx.execute(found.order_by(feedback.c.id))]

"""Announcements to those who asked for them: drafts, sending in chunks, progress, questions for a dialogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from storage.people.consents import ANNOUNCEMENTS
from storage.schema import account, broadcast, consent, dialogue_question, outbox

DRAFT, SENDING, SENT, STOPPED = "draft", "sending", "sent", "stopped"
ALL = "all"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """An announcement (see `storage/schema/broadcasts.py`)."""

    id: int
    official_id: int
    text: str
    audience: str
    asks: bool
    state: str
    send_at: datetime | None
    reached: int
    created_at: datetime


_agreed = account.c.id.in_(
    select(consent.c.account_id).where(consent.c.purpose == ANNOUNCEMENTS, consent.c.withdrawn_at.is_(None))
)
"""Whoever wants to be told: the register of consents says so, and nothing else does."""
_COLUMNS = tuple(broadcast.c[name] for name in Broadcast.__dataclass_fields__)


def audiences(tx: Connection) -> Mapping[str, int]:
    """Count who would be told: all, and by channel."""
    rows = tx.execute(
        select(account.c.channel, func.count())
        .where(_agreed, account.c.gone_at.is_(None))
        .group_by(account.c.channel)
        .order_by(account.c.channel)
    )
    by_channel = {channel: int(count) for channel, count in rows}
    return {ALL: sum(by_channel.values()), **by_channel}


def draft(tx: Connection, official_id: int, text: str, now: datetime) -> int:
    """Keep a draft and return its number."""
    row = {
        "official_id": official_id,
        "text": text,
        "audience": ALL,
        "asks": False,
        "state": DRAFT,
        "reached": 0,
        "created_at": now,
    }
    key = tx.execute(insert(broadcast), row).inserted_primary_key
    assert key is not None
    return int(key[0])


def find(tx: Connection, number: int) -> Broadcast | None:
    """Load an announcement."""
    row = tx.execute(select(*_COLUMNS).where(broadcast.c.id == number)).one_or_none()
    return None if row is None else Broadcast(*row)


def latest(tx: Connection, most: int) -> list[Broadcast]:
    """List the latest announcements, newest first."""
    return [Broadcast(*row) for row in tx.execute(select(*_COLUMNS).order_by(broadcast.c.id.desc()).limit(most))]


def shape(tx: Connection, number: int, *, audience: str, asks: bool) -> bool:
    """Change a draft; False for one that is a draft no longer."""
    changing = update(broadcast).where(broadcast.c.id == number, broadcast.c.state == DRAFT)
    return tx.execute(changing.values(audience=audience, asks=asks)).rowcount == 1


def schedule(tx: Connection, number: int, at: datetime) -> bool:
    """Send a draft from this time on; False where it is a draft no longer: two presses send once."""
    changing = update(broadcast).where(broadcast.c.id == number, broadcast.c.state == DRAFT)
    return tx.execute(changing.values(state=SENDING, send_at=at)).rowcount == 1


def stop(tx: Connection, number: int, now: datetime) -> bool:
    """Stop an announcement: nobody else is told, and what is queued does not leave. False when all of it has left."""
    queued = update(outbox).where(outbox.c.about == about(number), outbox.c.state == "queued")
    held = tx.execute(queued.values(state="gone", body=None, settled_at=now)).rowcount
    states = (DRAFT, SENDING, SENT) if held else (DRAFT, SENDING)
    changing = update(broadcast).where(broadcast.c.id == number, broadcast.c.state.in_(states))
    return tx.execute(changing.values(state=STOPPED)).rowcount == 1


def due(tx: Connection, now: datetime) -> list[Broadcast]:
    """List what is being sent now."""
    rows = select(*_COLUMNS).where(broadcast.c.state == SENDING, broadcast.c.send_at <= now).order_by(broadcast.c.id)
    return [Broadcast(*row) for row in tx.execute(rows.with_for_update())]


def next_ones(tx: Connection, one: Broadcast, most: int) -> list[int]:
    """Give the next accounts of an announcement and note that they are reached; none are left: it is sent."""
    wanted = (
        select(account.c.id)
        .where(_agreed, account.c.id > one.reached, account.c.gone_at.is_(None))
        .order_by(account.c.id)
        .limit(most)
    )
    if one.audience != ALL:
        wanted = wanted.where(account.c.channel == one.audience)
    found = [int(number) for number in tx.execute(wanted).scalars()]
    values = {"reached": found[-1]} if found else {"state": SENT}
    tx.execute(update(broadcast).where(broadcast.c.id == one.id).values(values))
    return found


def about(number: int) -> str:
    """Name what a message of an announcement is about."""
    return f"broadcast:{number}"


def progress(tx: Connection, number: int) -> Mapping[str, int]:
    """Count an announcement's messages by their state in the outbox."""
    counted = select(outbox.c.state, func.count()).where(outbox.c.about == about(number)).group_by(outbox.c.state)
    return {state: int(count) for state, count in tx.execute(counted)}


def collecting(tx: Connection, number: int | None = None) -> Broadcast | None:
    """Give an announcement below which questions are collected; without a number the latest one."""
    rows = select(*_COLUMNS).where(broadcast.c.asks.is_(True), broadcast.c.state.in_((SENDING, SENT)))
    if number is not None:
        rows = rows.where(broadcast.c.id == number)
    row = tx.execute(rows.order_by(broadcast.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Broadcast(*row)


def ask(tx: Connection, number: int, account_id: int, text: str, now: datetime) -> None:
    """Keep a question."""
    row = {"broadcast_id": number, "account_id": account_id, "text": text, "asked_at": now}
    tx.execute(insert(dialogue_question), row)


def questions(tx: Connection, number: int) -> list[tuple[datetime, str]]:
    """List the questions of an announcement in order; those of erased persons are gone."""
    rows = select(dialogue_question.c.asked_at, dialogue_question.c.text).where(
        dialogue_question.c.broadcast_id == number, dialogue_question.c.text.is_not(None)
    )
    return [(row.asked_at, row.text) for row in tx.execute(rows.order_by(dialogue_question.c.id))]

"""What officials were told or are to be told, who claimed which dossier, the rules, and how each wants to hear.

A row of `duty_notice` is unique by (news, subject, mark, official): so nothing is told twice, however often a source
repeats itself, a process restarts or replicas run. A row with a `digest_at` waits for that time; one without went at
once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from knowledge.duties import Person, Rule
from storage.officials import scopes
from storage.officials.register import _COLUMNS as OFFICIAL_COLUMNS
from storage.officials.register import Official
from storage.officials.register import _read as read_official
from storage.schema import account, claim, duty_notice, duty_wish, notice_rule, official, outbox

NOW, HOURS, DIGEST = "now", "hours", "digest"
HOWS = (HOURS, NOW, DIGEST)
"""How a kind of news is heard: in working hours at once, at any hour at once, with the next digest."""
LOST_FOR = timedelta(days=1)  # how old news may be that are told others because their hearer is gone
DIGEST_TIMES = "digest_times"  # the wish that holds the times of the digests, such as 07:30,13:30


@dataclass(frozen=True, slots=True)
class Item:
    """News for one official: unique by its four first fields; `dossier_id` None: of no dossier."""

    news: str
    subject: str
    mark: str
    official_id: int
    reason: str
    dossier_id: int | None = None
    digest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that waits for its digest."""

    id: int
    news: str
    subject: str
    mark: str
    dossier_id: int | None


@dataclass(frozen=True, slots=True)
class Claim:
    """Who took a dossier, since when; `done_at`: said to be done."""

    dossier_id: int
    official_id: int
    claimed_at: datetime
    done_at: datetime | None


_left = select(official.c.id).outerjoin(account, account.c.id == official.c.account_id)
_left = _left.where(or_(official.c.account_id.is_(None), account.c.gone_at.is_not(None)))
orphaned = and_(claim.c.done_at.is_(None), claim.c.official_id.in_(_left))
"""A claim that is held by nobody: its official was revoked, or left; when they come back they hold it again."""
_ITEM = tuple(Item.__dataclass_fields__)
_KEY = (duty_notice.c.news, duty_notice.c.subject, duty_notice.c.mark, duty_notice.c.official_id)


def crew(tx: Connection) -> dict[int, tuple[Official, Person]]:
    """Give everybody who can be told something: officials and groups that stand, are linked, and did not leave."""
    rows = tx.execute(
        select(*OFFICIAL_COLUMNS)
        .join(account, account.c.id == official.c.account_id)
        .where(official.c.revoked_at.is_(None), account.c.gone_at.is_(None))
        .order_by(official.c.id)
    )
    handled = scopes.load(tx)
    found: dict[int, tuple[Official, Person]] = {}
    for row in rows:
        one = read_official(row)
        scope = handled.get(one.id, scopes.Scope())
        found[one.id] = (one, Person(one.id, one.role, scope.fields, scope.procedures))
    return found


def rules(tx: Connection) -> list[Rule]:
    """Load the rules in their order; none where the shipped ones hold."""
    records = tx.execute(select(notice_rule.c.record).order_by(notice_rule.c.id)).scalars()
    return [Rule(**{key: tuple(values) for key, values in json.loads(one).items()}) for one in records]


def set_rules(tx: Connection, given: Sequence[Rule]) -> None:
    """Put these rules in the place of what was there."""
    tx.execute(delete(notice_rule))
    rows = [{"record": json.dumps(asdict(one), ensure_ascii=False)} for one in given]
    if rows:
        tx.execute(insert(notice_rule), rows)


def wishes(tx: Connection) -> dict[int, dict[str, str]]:
    """Give how each official wants to hear each kind of news, where they said so."""
    found: dict[int, dict[str, str]] = {}
    for number, news, how in tx.execute(select(duty_wish.c.official_id, duty_wish.c.news, duty_wish.c.how)):
        found.setdefault(number, {})[news] = how
    return found


def wish(tx: Connection, official_id: int, news: str, how: str) -> None:
    """Note how an official wants to hear a kind of news."""
    tx.execute(delete(duty_wish).where(duty_wish.c.official_id == official_id, duty_wish.c.news == news))
    tx.execute(insert(duty_wish), {"official_id": official_id, "news": news, "how": how})


def note(tx: Connection, items: Sequence[Item], now: datetime) -> list[Item]:
    """Note what is told, and give back what was not told before."""
    if not items:
        return []
    into = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    adding = into(duty_notice).on_conflict_do_nothing().returning(*_KEY)
    rows = [
        {**{name: getattr(one, name) for name in _ITEM}, "created_at": now, "told_at": None if one.digest_at else now}
        for one in items
    ]
    fresh = {tuple(row) for row in tx.execute(adding, rows)}
    by_key = {(one.news, one.subject, one.mark, one.official_id): one for one in items}
    return [one for key, one in by_key.items() if key in fresh]


def told_since(tx: Connection, since: datetime) -> Mapping[int, int]:
    """Count what each official was told at once, or is to be told in a burst's digest, since a time."""
    rows = tx.execute(
        select(duty_notice.c.official_id, func.count())
        .where(duty_notice.c.created_at > since)
        .group_by(duty_notice.c.official_id)
    )
    return {number: int(count) for number, count in rows}


def ready(tx: Connection, now: datetime, settle: timedelta, longest: timedelta) -> list[int]:
    """List the officials who are to be told now what waits for them.

    Where the newest item of an official came less than `settle` ago, more of a burst may follow: it waits on, but no
    longer than `longest`. What waits for somebody who cannot be told any more is given up.
    """
    waits = (duty_notice.c.told_at.is_(None), duty_notice.c.digest_at <= now)
    first, newest = func.min(duty_notice.c.digest_at), func.max(duty_notice.c.created_at)
    found = tx.execute(
        select(duty_notice.c.official_id, official.c.revoked_at, account.c.id, account.c.gone_at, first, newest)
        .select_from(duty_notice.join(official).outerjoin(account, account.c.id == official.c.account_id))
        .where(*waits)
        .group_by(duty_notice.c.official_id, official.c.revoked_at, account.c.id, account.c.gone_at)
        .order_by(duty_notice.c.official_id)
    )
    told, lost = [], []
    for number, revoked_at, account_id, gone_at, earliest, latest in found:
        if account_id is None or revoked_at is not None or gone_at is not None:
            lost.append(number)
        elif latest <= now - settle or earliest <= now - longest:
            told.append(int(number))
    if lost:
        tx.execute(update(duty_notice).where(*waits, duty_notice.c.official_id.in_(lost)).values(told_at=now))
    return told


def take_waiting(tx: Connection, official_id: int, now: datetime) -> list[Waiting]:
    """Give what an official is to be told by now, in order, and note that they were."""
    mine = (duty_notice.c.official_id == official_id, duty_notice.c.told_at.is_(None), duty_notice.c.digest_at <= now)
    columns = [duty_notice.c[name] for name in Waiting.__dataclass_fields__]
    taking = update(duty_notice).where(*mine).values(told_at=now).returning(*columns)
    return sorted((Waiting(*row) for row in tx.execute(taking)), key=lambda one: one.id)


def unheard(tx: Connection, official_id: int, account_id: int, since: datetime) -> list[Waiting]:
    """List what an official was to be told and was not: it waits for a digest, or was given up since then."""
    lost = select(outbox.c.about).where(
        outbox.c.account_id == account_id,
        outbox.c.state == "gone",
        outbox.c.settled_at >= since,
        outbox.c.about.is_not(None),
    )
    columns = [duty_notice.c[name] for name in Waiting.__dataclass_fields__]
    told = or_(
        duty_notice.c.told_at.is_(None),
        and_(duty_notice.c.digest_at.is_not(None), duty_notice.c.told_at >= since),
        and_(duty_notice.c.subject.in_(lost), duty_notice.c.created_at >= since - LOST_FOR),
    )
    rows = select(*columns).where(duty_notice.c.official_id == official_id, told).order_by(duty_notice.c.id)
    return [Waiting(*row) for row in tx.execute(rows.where(duty_notice.c.news != "reminder"))]


def claim_of(tx: Connection, dossier_id: int) -> Claim | None:
    """Find who claimed a dossier; None while nobody did who still is there."""
    return claims(tx, [dossier_id]).get(dossier_id)


def claims(tx: Connection, dossier_ids: Sequence[int]) -> dict[int, Claim]:
    """Find who claimed which of these dossiers, and is not done with it, still is there."""
    columns = (claim.c.dossier_id, claim.c.official_id, claim.c.claimed_at, claim.c.done_at)
    rows = tx.execute(select(*columns).where(claim.c.dossier_id.in_(dossier_ids), ~orphaned))
    return {row.dossier_id: Claim(*row) for row in rows}


def take(tx: Connection, dossier_id: int, official_id: int, now: datetime) -> bool:
    """Claim a dossier; False when somebody was faster: of any number of claims in one instant exactly one wins.

    What was in the hands of somebody who left or was revoked is free.
    """
    into = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    row = {"dossier_id": dossier_id, "official_id": official_id, "claimed_at": now}
    adding = into(claim).values(row)
    taking = adding.on_conflict_do_update(index_elements=["dossier_id"], set_=row, where=orphaned)
    return tx.execute(taking.returning(claim.c.id)).one_or_none() is not None


def hand_over(tx: Connection, dossier_id: int, giver: int, taker: int, now: datetime) -> bool:
    """Give a claimed dossier to another official; False when it is not (or no longer) the giver's."""
    changing = update(claim).where(claim.c.dossier_id == dossier_id, claim.c.official_id == giver)
    return tx.execute(changing.values(official_id=taker, claimed_at=now, done_at=None)).rowcount == 1


def finish(tx: Connection, dossier_id: int, now: datetime, official_id: int | None = None) -> bool:
    """Note that a claimed dossier is done, by its claimer or (None) because a source says so."""
    changing = update(claim).where(claim.c.dossier_id == dossier_id, claim.c.done_at.is_(None))
    if official_id is not None:
        changing = changing.where(claim.c.official_id == official_id)
    return tx.execute(changing.values(done_at=now)).rowcount == 1


def stop(tx: Connection, dossier_id: int, now: datetime, *, but: int | None = None) -> None:
    """Take back what waits to be told of a dossier, for everybody `but` one official: digests and unsent notices."""
    waiting = delete(duty_notice).where(duty_notice.c.dossier_id == dossier_id, duty_notice.c.told_at.is_(None))
    queued = update(outbox).where(outbox.c.about == about(dossier_id), outbox.c.state == "queued")
    if but is not None:
        waiting = waiting.where(duty_notice.c.official_id != but)
        mine = select(official.c.account_id).where(official.c.id == but).scalar_subquery()
        queued = queued.where(outbox.c.account_id != mine)
    tx.execute(waiting)
    tx.execute(queued.values(state="gone", body=None, settled_at=now))


def about(dossier_id: int) -> str:
    """Name what a notice is about, so that it is found again."""
    return f"dossier:{dossier_id}"


def shown_in(tx: Connection, dossier_id: int) -> list[tuple[int, str]]:
    """List the last notice of a dossier that each linked group was sent: its account, the platform's id."""
    last = (
        select(func.max(outbox.c.id))
        .join(official, official.c.account_id == outbox.c.account_id)
        .where(outbox.c.about == about(dossier_id), outbox.c.state == "sent", official.c.role == "group")
        .group_by(outbox.c.account_id)
    )
    rows = tx.execute(select(outbox.c.account_id, outbox.c.external_id).where(outbox.c.id.in_(last)))
    return [(number, external) for number, external in rows if external is not None]

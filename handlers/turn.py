"""One turn: the next event of a lane → its handler → replies, state, audit line and notices, in one transaction.

Plain functions of a connection. The caller (`bot/turns.py`) runs them on the store's threads and commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto

from markupsafe import Markup

from handlers import notices, numbered, shared_drafts
from handlers.handover.words import is_way_out
from handlers.messages import SESSION_VERSION, Happening, Incoming, Kind, Notice, Reply, Session, Turn
from handlers.notices import Rules
from storage import accounts, audit, events, jobs
from storage.accounts import Account, Saved
from storage.database import Connection
from storage.delivery import budgets, digests, outbox
from storage.delivery.budgets import Budget, Calls, one_call
from storage.delivery.outbox import Claimed, NewRow
from storage.events import Pending
from storage.jobs import NewJob
from storage.people import joined as people

MESSAGE = "message"  # the kind of events that people cause
ONE_MESSAGE = frozenset({"zalo_oa", "zalo_bot"})  # channels on which nothing can be edited: one message a turn
TRIES = 3  # a turn that raises is tried twice more; by then it is not bad luck but a fault


@dataclass(frozen=True, slots=True)
class Situation:
    """What a handler knows: who speaks, what came in, where the conversation stands, what time it is."""

    tx: Connection
    account: Account
    incoming: Incoming
    session: Session
    restarted: bool
    now: datetime


Answer = Callable[[Situation], Turn]
"""Decides the turn of a conversation."""

Result = Callable[[Situation, str], Turn]
"""Decides the turn of a conversation when a job that it ordered is done: `{"result": …, "error": …}` as JSON."""

Work = Callable[[Connection, Pending, datetime], Iterable[Happening] | None]
"""Handles an event that is not of a conversation, such as a batch of an import, and tells what it brought about."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """Who handles what: conversations, other kinds of events, notices, and the apology after a failed turn."""

    answer: Answer
    apologise: Callable[[Account], Turn]
    work: Mapping[str, Work] = field(default_factory=dict)
    results: Mapping[str, Result] = field(default_factory=dict)
    rules: Rules = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lease:
    """To whom a turn leases its replies, so that they leave at once: this process, for some seconds.

    `budgets`: what each channel may send; a reply for which there is no room now waits in the outbox. `calls`: what a
    message takes of it.
    """

    owner: str
    seconds: float
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    calls: Calls = one_call


class Idle(Enum):
    """Why no turn was taken: nothing waits in the lane now, or another process is at work on it."""

    NOTHING = auto()
    BUSY = auto()


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn that was taken: its event, and the rows that are leased to this process and leave now.

    `more`: another event waits behind it; `queued`: the turn saved rows that delivery has to claim; `personal`: it was
    of a conversation.
    """

    event_id: int
    leased: tuple[Claimed, ...] = ()
    more: bool = False
    queued: bool = False
    personal: bool = True


def take(tx: Connection, lane: str, handlers: Handlers, lease: Lease, now: datetime) -> Taken | Idle:
    """Take the turn of the lane's next event, or say why there is none to take."""
    if not events.hold_lane(tx, lane):
        return Idle.BUSY
    event = events.oldest(tx, lane, now)
    if event is None:
        return Idle.NOTHING
    if event.attempts >= TRIES:
        return _give_up(tx, event, handlers, lease, now)
    if event.account is None:
        happenings = handlers.work[event.kind](tx, event, now) or ()
        told = _told(tx, handlers.rules, happenings, now)
        numbered.stand(tx, None, {}, told, now)
        _add_notices(tx, event, told, now)
        audit.add(tx, event.kind, now, event_id=event.id, lane=event.lane)
        events.finish(tx, event.id, now)
        return Taken(event.id, more=event.more, queued=bool(told), personal=False)
    if event.kind == MESSAGE and event.account.is_paused(now) and is_way_out(Incoming.from_json(event.body).text):
        accounts.pause(tx, event.account.id, None)
    elif event.kind == MESSAGE and event.account.is_paused(now):
        # A person of the agency reads and answers it, and what was asked before that stays as it is.
        if event.account.gone_at is not None:
            accounts.close(tx, event.account.id, None)
        audit.add(tx, "paused", now, event_id=event.id, lane=event.lane)
        events.finish(tx, event.id, now)
        return Taken(event.id, more=event.more)
    session, restarted = _restore(_saved(tx, event, event.account))
    left: dict[int, Saved] = {}
    if event.kind == MESSAGE:
        incoming = Incoming.from_json(event.body)
        session, left = shared_drafts.brought(tx, event.account, session)
        turn = handlers.answer(Situation(tx, event.account, incoming, session, restarted, now))
    else:
        situation = Situation(tx, event.account, Incoming(Kind.OTHER), session, restarted, now)
        turn = handlers.results[event.kind](situation, event.body)
    return _save(tx, event, event.account, turn, handlers.rules, lease, now, left=left)


def _give_up(tx: Connection, event: Pending, handlers: Handlers, lease: Lease, now: datetime) -> Taken:
    """Mark an event as failed for good, tell the person, and restart the conversation."""
    events.finish(tx, event.id, now, failed=True)
    if event.account is None:
        audit.add(tx, "failed", now, event_id=event.id, lane=event.lane, detail=event.kind)
        return Taken(event.id, more=event.more)
    turn = handlers.apologise(event.account)
    return _save(tx, event, event.account, turn, {}, lease, now, failed=True)


def _saved(tx: Connection, event: Pending, account: Account) -> Saved | None:
    """Give the saved state; whose person has other accounts is held first, for those may change it."""
    if account.person_id is None:
        return event.saved
    people.hold(tx, account.person_id)
    found = accounts.by_id(tx, account.id)
    return event.saved if found is None else found[1]


def _restore(saved: Saved | None) -> tuple[Session, bool]:
    """Read the saved state; one of another version, or damaged, starts anew and says so."""
    if saved is None or saved.state is None:
        return Session(), False
    if saved.version != SESSION_VERSION:
        return Session(), True
    try:
        return Session.from_json(saved.state), False
    except (ValueError, KeyError, TypeError):
        return Session(), True


def _save(
    tx: Connection,
    event: Pending,
    account: Account,
    turn: Turn,
    rules: Rules,
    lease: Lease,
    now: datetime,
    *,
    left: Mapping[int, Saved] | None = None,
    failed: bool = False,
) -> Taken:
    """Save what came of a turn; `left`: where other conversations of the person stand after it.

    What other turns may want as well is taken in one order: accounts, conversations, the budget, rows of the outbox.
    """
    turn = replace(turn, replies=_compact(account, turn.replies))
    if account.gone_at is not None:
        accounts.close(tx, account.id, None)
    if turn.language is not None:
        accounts.speak(tx, account.id, turn.language)
    session = turn.session or Session()
    state = Saved(SESSION_VERSION, session.to_json())
    told = _told(tx, rules, turn.events, now)
    numbered.stand(tx, account, {**(left or {}), account.id: state}, told, now)
    leased = _add_replies(tx, event, account, turn, lease, now)
    _add_notices(tx, event, told, now)
    for job in turn.jobs:
        jobs.add(tx, NewJob(job.kind, job.body, event.lane, event.channel, account.id), now)
    audit.add(tx, "failed" if failed else turn.done, now, event_id=event.id, lane=event.lane, detail=turn.detail)
    if not failed:
        events.finish(tx, event.id, now)
    waiting = len(leased) < len(turn.replies) and account.channel not in outbox.FETCHED
    return Taken(event.id, leased, event.more, queued=bool(told) or waiting)


def _compact(account: Account, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """Make one message of an answer and what comes behind it, where every message stays; numbers keep their order."""
    if account.channel not in ONE_MESSAGE:
        return replies
    done: list[Reply] = []
    for reply in replies:
        last = done[-1] if done else None
        if last is None or last.buttons or last.asks_phone or reply.asks_phone:
            done.append(reply)
        else:
            text, files = Markup("\n\n").join((last.text, reply.text)), (*last.files, *reply.files)
            done[-1] = replace(reply, text=text, files=files, edits=None)
    return tuple(done)


def _add_replies(
    tx: Connection, event: Pending, account: Account, turn: Turn, lease: Lease, now: datetime
) -> tuple[Claimed, ...]:
    """Save the replies; they leave at once unless held back, or something earlier has still to reach the account."""
    is_held = event.unsent or turn.not_before is not None or account.channel in outbox.FETCHED
    bodies = [reply.to_json() for reply in turn.replies]
    found = lease.budgets.get(account.channel)
    if not is_held and found is not None:
        count = sum(lease.calls(account.channel, body) for body in bodies)
        is_held = not budgets.take(tx, found, account=account, count=count, now=now)
    owner = None if is_held else lease.owner
    rows: list[Claimed] = []
    for number, body in enumerate(bodies):
        key = f"{event.id}:{account.id}:{number}"
        row = NewRow(key, account.id, account.channel, outbox.REPLY, body, event.id, turn.not_before)
        row_id = outbox.add(tx, row, now, owner=owner, lease_seconds=lease.seconds)
        rows.append(
            Claimed(
                row_id,
                account.id,
                account.channel,
                account.address,
                outbox.REPLY,
                body,
                attempts=0,
                repeats=0,
            )
        )
    return tuple(rows) if owner is not None else ()


def _told(tx: Connection, rules: Rules, happenings: Iterable[Happening], now: datetime) -> numbered.Told:
    """List what others hear of, each by the account that can be reached."""
    whom = ((notice, _recipient(tx, notice, now)) for notice in notices.decide(rules, tx, happenings, now))
    return [(notice, account) for notice, account in whom if account is not None]


def _add_notices(tx: Connection, event: Pending, told: numbered.Told, now: datetime) -> None:
    """Save notices, by account: two turns that let the digests of the same people grow do so in the same order."""
    for number, (notice, account) in sorted(enumerate(told), key=lambda one: (one[1][1].id, one[1][0].digest or "")):
        _add_notice(tx, event, number, notice, account, now)


def _add_notice(tx: Connection, event: Pending, number: int, notice: Notice, account: Account, now: datetime) -> None:
    reply, key = notice.reply, f"{event.id}:{account.id}:n{number}"
    if notice.digest and notice.not_before is not None:
        digest_key = digests.key_of(account.id, notice.digest, notice.not_before)
        known = digests.find(tx, digest_key)
        if known is not None and known.body is not None:
            digests.rewrite(tx, known.id, reply.below(Reply.from_json(known.body)).to_json())
            return
        key = digest_key if known is None else key
        reply = reply.below(Reply(notice.heading)) if notice.heading else reply
    row = NewRow(
        key,
        account.id,
        account.channel,
        outbox.NOTICE,
        reply.to_json(),
        event.id,
        notice.not_before,
        notice.about,
    )
    outbox.add(tx, row, now, owner=None, lease_seconds=0)


def _recipient(tx: Connection, notice: Notice, now: datetime) -> Account | None:
    """Choose the account to which a notice goes, of those that its person has; None when nobody can be reached."""
    if not notice.here:
        return people.route(tx, notice.account_id, now)
    found = accounts.by_id(tx, notice.account_id)
    return None if found is None or found[0].gone_at is not None else found[0]

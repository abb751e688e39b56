"""What each side of a conversation with a person is told. Every notice goes to that very account, and to no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from handlers.agency import Agency
from handlers.board import contact
from handlers.handover.relay import ENDED, SAID, SILENCE, TAKEN, WAITS, on_duty
from handlers.messages import FileRef, Happening, Notice, Reply
from handlers.notices import Rules
from handlers.officials import news as office_news
from handlers.officials.telling import Told, tell
from handlers.talk import Talk, written_to
from knowledge.duties import News
from storage import accounts, handovers
from storage.database import Connection
from storage.handovers import Handover


def rules(agency: Agency) -> Rules:
    """Give the rules by which both sides hear."""
    told = {SAID: _said, WAITS: _waits, TAKEN: _taken, ENDED: _ended}
    return {name: partial(rule, agency) for name, rule in told.items()}


def _officials(agency: Agency, tx: Connection, found: Handover, now: datetime) -> list[int]:
    """List where the officials read this conversation: its topic, the chat of who took it, else those on duty."""
    topic = None if found.topic_id is None else accounts.by_id(tx, found.topic_id)
    if topic is not None and topic[0].gone_at is None:
        return [topic[0].id]
    taken = [] if found.taken_by is None else [found.taken_by]
    return taken or [one for one in on_duty(agency, tx, now) if one != found.account_id]


def _said(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    found, line = handovers.by_id(tx, happening.facts["handover"]), happening.facts["line"]
    if found is None:
        return
    files = () if line.file_hash is None else (FileRef(line.file_hash, line.name or "file"),)
    inward = happening.facts["inward"]
    for account_id in _officials(agency, tx, found, now) if inward else [found.account_id]:
        talk = written_to(agency, tx, account_id, now)
        if talk is None:
            continue
        words = line.text or talk.say("handover.a_file")
        text = (
            talk.say("handover.asks", number=found.id, text=words) if inward else talk.say("handover.says", text=words)
        )
        is_free = inward and found.taken_by is None and account_id != found.topic_id
        rows = ((talk.button("handover_take", "relay", "take", str(found.id)),),) if is_free else ()
        yield _to(account_id, Reply(text, rows, files))
    if inward and found.taken_by is None and found.topic_id is None:
        # Whoever hears at once has just read it; whoever chose a digest finds there that somebody asked.
        list(tell(agency, tx, [_asked(found.id)], now))


def _waits(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell officials that somebody waits in the platform's console; what was said is read there."""
    return tell(agency, tx, [_asked(happening.facts["handover"])], now)


def _asked(number: int) -> Told:
    return Told(News.HANDOVER, None, "", office_news.subject(office_news.HANDOVER, number))


def _taken(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell who asked that somebody answers, and the others on duty that they need not."""
    found = handovers.by_id(tx, happening.facts["handover"])
    if found is None:
        return
    for talk in _views(agency, tx, [found.account_id], now):
        yield _to(talk.account.id, Reply(talk.say("handover.answered")))
    others = [one for one in on_duty(agency, tx, now) if one not in (happening.facts["by"], found.account_id)]
    for talk in _views(agency, tx, others, now):
        yield _to(talk.account.id, Reply(talk.say("handover.taken_elsewhere", number=found.id)))


def _ended(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell the other side that it is over, and both where it just fell silent; who was told nothing hears nothing."""
    found, by = handovers.by_id(tx, happening.facts["handover"]), happening.facts["by"]
    if found is None:
        return
    for talk in _views(agency, tx, [] if by == found.account_id else [found.account_id], now):
        lonely = happening.facts["silence"] and found.said_at is not None and found.answered_at is None
        key = "handover.nobody" if lonely and not found.console else "handover.ended"
        minutes = int(SILENCE.total_seconds() // 60)
        text = talk.say(key, minutes=minutes, contact=contact(talk)) if key.endswith("nobody") else talk.say(key)
        yield _to(talk.account.id, Reply(text))
    if found.said_at is not None and not found.console:
        there = [one for one in _officials(agency, tx, found, now) if one != by]
        for talk in _views(agency, tx, there, now):
            yield _to(talk.account.id, Reply(talk.say("handover.ended_number", number=found.id)))


def _views(agency: Agency, tx: Connection, whom: list[int], now: datetime) -> Iterator[Talk]:
    views = (written_to(agency, tx, account_id, now) for account_id in whom)
    return (talk for talk in views if talk is not None)


def _to(account_id: int, reply: Reply) -> Notice:
    return Notice(account_id, reply, urgent=True, here=True)

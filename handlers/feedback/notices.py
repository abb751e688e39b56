"""Who hears what of feedback: officials of what came in or is due, its sender of every step and every seven days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from handlers.actions import action
from handlers.agency import Agency
from handlers.feedback.handling import MOVED
from handlers.feedback.satisfaction import FEEDBACK as SURVEYED
from handlers.feedback.satisfaction import asking
from handlers.messages import Button, FileRef, Happening, Notice, Reply
from handlers.notices import Rules
from handlers.officials import news as office_news
from handlers.officials.telling import Told, tell
from handlers.talk import lines
from handlers.texts import Words, words
from knowledge.duties import News
from storage import accounts, feedback
from storage.database import Connection
from storage.events import Pending
from storage.feedback import Feedback, State

DAY = "feedback_day"  # the moment, every morning
DUE, NEWS = "feedback_due", "feedback_news"
FOR_OFFICIALS = ("feedback_received", "feedback_reopened", "feedback_supplemented", "feedback_withdrawn")


def look_at_the_day(agency: Agency, tx: Connection, _event: Pending, now: datetime) -> list[Happening]:
    """Remind officials of what is due soon or late, and tell senders where things stand once the promise is over."""
    told: list[Happening] = []
    for one in feedback.late_for(tx, now, timedelta(days=agency.feedback.remind_days)):
        feedback.change(tx, one, reminded_at=now)
        told.append(Happening(DUE, {"number": one.number}))
    for one in feedback.news_due(tx, now):
        feedback.change(tx, one, news_at=now + timedelta(days=agency.feedback.news_days))
        told.append(Happening(NEWS, {"number": one.number}))
    return told


def rules(agency: Agency) -> Rules:
    """Give the rules of an agency's feedback."""
    for_officials = partial(_for_officials, agency)
    return {**dict.fromkeys((*FOR_OFFICIALS, DUE), for_officials), MOVED: _for_sender, NEWS: _for_sender}


def _for_officials(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell officials, by the rules and as each wants to hear; nothing of who sent it and what it says."""
    one = feedback.find(tx, happening.facts["number"])
    if one is None:
        return iter(())
    mark = f"{happening.name} {now.isoformat(timespec='seconds')}"
    told = Told(News.FEEDBACK, None, mark, office_news.subject(office_news.FEEDBACK, one.number), one.field)
    return tell(agency, tx, [told], now)


def _for_sender(tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell the sender, and ask once whether the answer was satisfactory."""
    one = feedback.find(tx, happening.facts["number"])
    if one is None or one.account_id is None:
        return
    say = _words(tx, one.account_id)
    yield Notice(one.account_id, _news(say, one) if happening.name == NEWS else _step(tx, say, one))
    if one.state == State.ANSWERED:
        asked = asking(tx, say, one.account_id, SURVEYED, one.number, now)
        if asked is not None:
            yield Notice(one.account_id, asked)


def _news(say: Words, one: Feedback) -> Reply:
    text = say("feedback.news", number=one.number, state=say.plain(f"feedback.state_{one.state}"))
    return Reply(text, ((_button(say, "button.pakn_show", "pakn", "show", one.number),),))


def _step(tx: Connection, say: Words, one: Feedback) -> Reply:
    """Word what was just done, with the answer and its files."""
    state = State(one.state)
    notes = [step.note for step in feedback.steps(tx, one) if step.state == state and step.note]
    told = [say("feedback.moved", number=one.number, state=say.plain(f"feedback.state_{state}"))]
    rows = [(_button(say, "button.pakn_show", "pakn", "show", one.number),)]
    files: list[tuple[str, str]] = []
    if state in (State.SUPPLEMENT, State.REFUSED) and notes:
        told.append(say(f"feedback.note_{state}", note=notes[-1]))
    if state is State.SUPPLEMENT:
        rows.insert(0, (_button(say, "button.pakn_more", "pakn", "more", one.number),))
    if state is State.FORWARDED:
        told.append(say("feedback.forwarded", body=one.forwarded_to or "", letter=one.letter or ""))
    if state is State.ANSWERED:
        told.append(say("feedback.answer", answer=one.answer or ""))
        files = feedback.files_of(tx, one, of_answer=True)
        if one.reopened_at is None:
            rows.append((_button(say, "button.pakn_again", "pakn", "again", one.number),))
    return Reply(lines(told), tuple(rows), tuple(FileRef(key, name) for key, name in files))


def _words(tx: Connection, account_id: int) -> Words:
    found = accounts.by_id(tx, account_id)
    return words(None if found is None else found[0].language)


def _button(say: Words, label: str, *parts: str) -> Button:
    return Button(say.plain(label), action(*parts))

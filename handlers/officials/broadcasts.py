"""Announcements: whoever asked for them is told; officials compose, see a preview, choose who and when, and stop.

They leave in chunks by the clock, so that a big one does not fill the outbox; each carries the button that ends them.
Before a dialogue conference an announcement asks for questions, which are exported as a list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from markupsafe import Markup

from handlers.actions import action
from handlers.messages import Button, FileRef, Happening, Job, Notice, Reply, Turn
from handlers.notices import Rules
from handlers.officials import words as duty_words
from handlers.rooms import Outcome, Room
from handlers.standing import READERS, acting, role_of
from handlers.talk import Talk, lines
from handlers.texts import Words, words
from storage import accounts
from storage.database import Connection
from storage.events import Pending
from storage.officials import broadcasts
from storage.officials.broadcasts import DRAFT, SENDING, Broadcast
from storage.people import consents

MOMENT = "broadcasts"  # the moment, every few minutes, at which the next chunk leaves
FILE = "questions_file"  # the job that writes the questions
CHUNK = 200  # accounts of one chunk: 40 a minute with a moment every five
TEXT_MOST = 1500  # characters: it fits into one message of every channel
LISTED = 5
COMPOSING, ASKING = "announce", "dialogue"


def _news(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Say whether one is told announcements, over the button that changes it."""
    match arguments:
        case ():
            done = "answered"
        case ("in",):
            broadcasts.subscribe(talk.tx, talk.account.id, talk.now)
            text = talk.say.plain("newsin.off", agency=talk.agency_short())  # what stood above the button
            consents.give(talk.tx, talk.account.id, consents.ANNOUNCEMENTS, text, talk.language, talk.now)
            done = "news_wanted"
        case ("out",):
            broadcasts.unsubscribe(talk.tx, talk.account.id)
            consents.withdraw(talk.tx, talk.account.id, consents.ANNOUNCEMENTS, talk.now)
            done = "news_unwanted"
        case _:
            return None
    is_in = broadcasts.is_subscribed(talk.tx, talk.account.id)
    text = talk.say("newsin.on" if is_in else "newsin.off", agency=talk.agency_short())
    change = talk.button("news_stop", "news", "out") if is_in else talk.button("news_start", "news", "in")
    return talk.answer(text, [[change], [talk.button("menu", "menu")]], misses=0, done=done)


def _question(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Ask for a question for the dialogue that collects them now."""
    if arguments or broadcasts.collecting(talk.tx) is None:
        return None
    return talk.answer(talk.say("newsin.which_question"), [[talk.button("menu", "menu")]], misses=0, step=ASKING)


def _asked(talk: Talk) -> Turn | None:
    one = broadcasts.collecting(talk.tx)
    if one is None or talk.group:
        return None
    broadcasts.ask(talk.tx, one.id, talk.account.id, talk.text[:TEXT_MOST], talk.now)
    rows = [[talk.button("question", "dialogueask"), talk.button("menu", "menu")]]
    return talk.answer(talk.say("newsin.question_kept"), rows, misses=0, step=None, done="dialogue_question")


def _announce(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """List the latest announcements and let a new one be composed, or show one."""
    if arguments:
        found = _found(talk, arguments)
        return None if found is None else _shown(talk, found)
    rows = [[Button(_label(talk, one), action("announce", str(one.id)))] for one in broadcasts.latest(talk.tx, LISTED)]
    text = talk.say("broadcast.compose", most=TEXT_MOST)
    return talk.answer(text, [*rows, [talk.button("menu", "menu")]], misses=0, step=COMPOSING)


def _composed(talk: Talk) -> Turn | None:
    """Keep what was composed as a draft and show it."""
    one = acting(talk)
    if one is None or one.role not in READERS or talk.group:
        return None
    if len(talk.text) > TEXT_MOST:
        text = talk.say("broadcast.too_long", most=TEXT_MOST)
        return talk.answer(text, misses=0, step=COMPOSING, done="announcement_refused")
    number = broadcasts.draft(talk.tx, one.id, talk.text, talk.now)
    found = broadcasts.find(talk.tx, number)
    assert found is not None
    turn = _shown(talk, found, done="announcement_drafted")
    session = None if turn.session is None else replace(turn.session, step=None)
    return replace(turn, session=session, detail=f"announcement {number}")


def _shape(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Change whom a draft is for, or whether it asks for questions."""
    found = _found(talk, arguments[:1]) if len(arguments) == 2 else None
    if found is None or found.state != DRAFT:
        return None
    audience, asks = (found.audience, not found.asks) if arguments[1] == "asks" else (arguments[1], found.asks)
    if audience not in broadcasts.audiences(talk.tx) or not broadcasts.shape(
        talk.tx, found.id, audience=audience, asks=asks
    ):
        return None
    return _shown(talk, replace(found, audience=audience, asks=asks))


def _send(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Send a draft now, or on the morning of the next working day."""
    found = _found(talk, arguments[:1]) if len(arguments) == 2 and arguments[1] in ("now", "morning") else None
    if found is None:
        return None
    at = talk.now if arguments[1] == "now" else _morning(talk)
    if not broadcasts.schedule(talk.tx, found.id, at):
        return _shown(talk, found)
    return _after(talk, found.id, "announcement_scheduled")


def _morning(talk: Talk) -> datetime:
    tomorrow = (talk.now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return talk.agency.calendar.opening(tomorrow.replace(tzinfo=None)).replace(tzinfo=talk.now.tzinfo)


def _stop(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    found = _found(talk, arguments)
    if found is None or not broadcasts.stop(talk.tx, found.id, talk.now):
        return None
    return _after(talk, found.id, "announcement_stopped")


def _after(talk: Talk, number: int, done: str) -> Turn:
    found = broadcasts.find(talk.tx, number)
    assert found is not None
    return replace(_shown(talk, found, done=done), detail=f"announcement {number}")


def _export(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Order the list of an announcement's questions."""
    found = _found(talk, arguments)
    if found is None:
        return None
    body = {"account": talk.account.id, "broadcast": found.id, "language": talk.language}
    turn = talk.answer(talk.say("checklist.writing"), misses=0, done="questions_ordered")
    return replace(turn, jobs=(Job(FILE, json.dumps(body)),), detail=f"announcement {found.id}")


def _written(talk: Talk, outcome: Outcome) -> Turn:
    if outcome.result is None or role_of(talk) not in READERS:
        return talk.answer(talk.say("checklist.failed"), done="questions_failed")
    file = FileRef(outcome.result, talk.say.plain("broadcast.file"))
    return Turn((Reply(talk.say("broadcast.questions"), files=(file,)),), talk.session, done="questions_sent")


def _found(talk: Talk, arguments: tuple[str, ...]) -> Broadcast | None:
    (number,) = arguments if len(arguments) == 1 else ("",)
    return broadcasts.find(talk.tx, int(number)) if number.isdecimal() and len(number) < 12 else None


def _shown(talk: Talk, one: Broadcast, *, done: str = "answered") -> Turn:
    """Show an announcement as it will be read, how it stands, and what can be done with it."""
    preview = Reply(message(talk.say, one.text))
    number, counts = str(one.id), broadcasts.audiences(talk.tx)
    asking = ("bcshape", number, "asks")
    if one.state == DRAFT:
        status = talk.say("broadcast.draft", count=counts.get(one.audience, 0), audience=_called(talk, one.audience))
        rows = [
            [
                Button(f"{_called(talk, name)} ({count})", action("bcshape", number, name))
                for name, count in counts.items()
            ],
            [talk.button("bc_asks_not", *asking) if one.asks else talk.button("bc_asks", *asking)],
            [talk.button("bc_now", "bcsend", number, "now"), talk.button("bc_morning", "bcsend", number, "morning")],
        ]
    else:
        states = broadcasts.progress(talk.tx, one.id)
        sent, failed = states.get("sent", 0), states.get("failed", 0) + states.get("gone", 0)
        shown = {"sent": sent, "all": sum(states.values()), "failed": failed}
        at = duty_words.moment(talk.agency, one.send_at)
        status = talk.say("broadcast.progress", state=talk.say.plain(f"bcstate.{one.state}"), at=at, **shown)
        rows = [[talk.button("bc_progress", "announce", number)]]
        if one.state == SENDING:
            rows.append([talk.button("bc_stop", "bcstop", number)])
    if one.asks:
        status = lines([status, talk.say("broadcast.asks", count=len(broadcasts.questions(talk.tx, one.id)))])
        rows.append([talk.button("bc_export", "bcexport", number)])
    turn = talk.answer(status, [*rows, [talk.button("menu", "menu")]], misses=0, done=done)
    return replace(turn, replies=(preview, *turn.replies))


def message(say: Words, text: str) -> Markup:
    """Word an announcement."""
    return lines([say("broadcast.heading"), Markup.escape(text)])


def _called(talk: Talk, audience: str) -> str:
    return talk.say.plain("broadcast.everybody") if audience == broadcasts.ALL else audience


def _label(talk: Talk, one: Broadcast) -> str:
    text = " ".join(one.text.split())
    shown = text if len(text) <= 40 else f"{text[:39]}…"
    return f"{talk.say.plain(f'bcstate.{one.state}')}: {shown}"


def send_next(tx: Connection, _event: Pending, now: datetime) -> list[Happening]:
    """Let the next chunk of every announcement that is being sent leave."""
    found = [(one, broadcasts.next_ones(tx, one, CHUNK)) for one in broadcasts.due(tx, now)]
    return [Happening(MOMENT, {"broadcast": one, "accounts": told}) for one, told in found if told]


def _told(tx: Connection, happening: Happening, _now: datetime) -> Iterator[Notice]:
    one: Broadcast = happening.facts["broadcast"]
    for account_id in happening.facts["accounts"]:
        found = accounts.by_id(tx, account_id)
        say = words(None if found is None else found[0].language)
        question = (Button(say.plain("button.question"), action("dialogueask")),)
        end = (Button(say.plain("button.news_stop"), action("news", "out")),)
        buttons = (question, end) if one.asks else (end,)
        yield Notice(account_id, Reply(message(say, one.text), buttons), here=True, about=broadcasts.about(one.id))


RULES: Rules = {MOMENT: _told}
ROOM = Room(
    "broadcasts",
    verbs={
        "news": _news,
        "dialogueask": _question,
        "announce": _announce,
        "bcshape": _shape,
        "bcsend": _send,
        "bcstop": _stop,
        "bcexport": _export,
    },
    commands={"nhanthongbao": "news", "thongbao": "announce"},
    private=frozenset({"news", "dialogueask"}),
    steps={COMPOSING: _composed, ASKING: _asked},
    results={FILE: _written},
    roles=dict.fromkeys(("announce", "bcshape", "bcsend", "bcstop", "bcexport"), READERS),
)

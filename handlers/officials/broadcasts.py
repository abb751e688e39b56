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
from knowledge import spoken_time
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
COMPOSING, ASKING, WHEN = "announce", "dialogue", "announce_when"
SCHEDULED = "scheduled"  # how an announcement stands whose time has not come
LATEST = timedelta(days=366)
WRITTEN = "%Y%m%d%H%M"  # a time as a button carries it
NUMBER_MOST = 12  # digits


def _news(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Say whether one is told announcements, over the button that changes it: a consent like any other."""
    match arguments:
        case ():
            done = "answered"
        case ("in",):
            text = talk.say.plain("newsin.off", agency=talk.agency_short())  # what stood above the button
            consents.give(talk.tx, talk.account.id, consents.ANNOUNCEMENTS, text, talk.language, talk.now)
            done = "news_wanted"
        case ("out",):
            consents.withdraw(talk.tx, talk.account.id, consents.ANNOUNCEMENTS, talk.now)
            done = "news_unwanted"
        case _:
            return None
    is_in = consents.stands(talk.tx, talk.account.id, consents.ANNOUNCEMENTS)
    text = talk.say("newsin.on" if is_in else "newsin.off", agency=talk.agency_short())
    change = talk.button("news_stop", "news", "out") if is_in else talk.button("news_start", "news", "in")
    return talk.answer(text, [[change], [talk.button("menu", "menu")]], misses=0, done=done)


def _question(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Ask for a question for a dialogue that collects them now; a button without a number is of the latest one."""
    one = _collecting(talk, arguments[0] if arguments else "") if len(arguments) < 2 else None
    if one is None:
        return None
    text, rows = talk.say("newsin.which_question"), [[talk.button("menu", "menu")]]
    return talk.answer(text, rows, misses=0, step=ASKING, topic=str(one.id))


def _collecting(talk: Talk, number: str) -> Broadcast | None:
    if number and not (number.isdecimal() and len(number) < NUMBER_MOST):
        return None
    return broadcasts.collecting(talk.tx, int(number) if number else None)


def _asked(talk: Talk) -> Turn | None:
    one = None if talk.group else _collecting(talk, talk.session.topic or "")
    if one is None:
        return None
    broadcasts.ask(talk.tx, one.id, talk.account.id, talk.text[:TEXT_MOST], talk.now)
    rows = [[talk.button("question", "dialogueask", str(one.id)), talk.button("menu", "menu")]]
    return talk.answer(
        talk.say("newsin.question_kept"), rows, misses=0, step=None, topic=None, done="dialogue_question"
    )


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
    """Send a draft now, on the morning of the next working day, or at a time that is asked for and shown first."""
    found = _found(talk, arguments[:1]) if len(arguments) == 2 else None
    if found is None:
        return None
    if arguments[1] == "time":
        rows = [[talk.button("menu", "menu")]]
        return talk.answer(talk.say("broadcast.which_time"), rows, misses=0, step=WHEN, topic=str(found.id))
    at = _chosen(talk, arguments[1])
    if at is None:
        return None
    if at < talk.now:
        return talk.answer(talk.say("broadcast.past"), misses=0, step=WHEN, topic=str(found.id))
    if not broadcasts.schedule(talk.tx, found.id, at):
        return _shown(talk, found)
    return _after(talk, found.id, "announcement_scheduled", f", for {at:%Y-%m-%d %H:%M}")


def _chosen(talk: Talk, written: str) -> datetime | None:
    """Read the time that a button carries; None for one that nobody made."""
    if written in ("now", "morning"):
        return talk.now if written == "now" else _morning(talk)
    try:
        return datetime.strptime(written, WRITTEN).replace(tzinfo=talk.now.tzinfo)
    except ValueError:
        return None


def _timed(talk: Talk) -> Turn | None:
    """Read the time that was asked for, and show it in full before it counts."""
    found = _found(talk, (talk.session.topic or "",)) if role_of(talk) in READERS and not talk.group else None
    if found is None or found.state != DRAFT:
        return None
    at = spoken_time.read(talk.text, talk.now)
    if at is None or at > talk.now + LATEST:
        return talk.answer(talk.say("broadcast.unclear_time"), misses=0, step=WHEN)
    if at <= talk.now:
        return talk.answer(talk.say("broadcast.past"), misses=0, step=WHEN)
    day = talk.say.plain(f"broadcast.weekday_{at.weekday()}")
    text = talk.say("broadcast.at", day=day, at=duty_words.moment(talk.agency, at))
    number = str(found.id)
    rows = [[talk.button("bc_at", "bcsend", number, at.strftime(WRITTEN))]]
    rows.append([talk.button("bc_time", "bcsend", number, "time")])
    return talk.answer(text, rows, misses=0, step=None, topic=None)


def _morning(talk: Talk) -> datetime:
    tomorrow = (talk.now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return talk.agency.calendar.opening(tomorrow.replace(tzinfo=None)).replace(tzinfo=talk.now.tzinfo)


def _stop(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    found = _found(talk, arguments)
    if found is None:
        return None
    stopped = broadcasts.stop(talk.tx, found.id, talk.now)
    return _after(talk, found.id, "announcement_stopped" if stopped else "announcement_gone")


def _after(talk: Talk, number: int, done: str, more: str = "") -> Turn:
    found = broadcasts.find(talk.tx, number)
    assert found is not None
    return replace(_shown(talk, found, done=done), detail=f"announcement {number}{more}")


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
    return broadcasts.find(talk.tx, int(number)) if number.isdecimal() and len(number) < NUMBER_MOST else None


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
            [talk.button("bc_time", "bcsend", number, "time"), talk.button("bc_drop", "bcstop", number)],
        ]
    else:
        states = broadcasts.progress(talk.tx, one.id)
        sent, failed = states.get("sent", 0), states.get("failed", 0) + states.get("gone", 0)
        shown = {"sent": sent, "all": sum(states.values()), "failed": failed}
        at = duty_words.moment(talk.agency, one.send_at)
        status = talk.say("broadcast.progress", state=_state(talk, one), at=at, **shown)
        rows = [[talk.button("bc_progress", "announce", number)]]
        if one.state == SENDING or states.get("queued"):
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


def _state(talk: Talk, one: Broadcast) -> str:
    waits = one.state == SENDING and one.send_at is not None and one.send_at > talk.now
    return talk.say.plain(f"bcstate.{SCHEDULED if waits else one.state}")


def _label(talk: Talk, one: Broadcast) -> str:
    text = " ".join(one.text.split())
    shown = text if len(text) <= 40 else f"{text[:39]}…"
    return f"{_state(talk, one)}: {shown}"


def send_next(tx: Connection, _event: Pending, now: datetime) -> list[Happening]:
    """Let the next chunk of every announcement that is being sent leave."""
    found = [(one, broadcasts.next_ones(tx, one, CHUNK)) for one in broadcasts.due(tx, now)]
    return [Happening(MOMENT, {"broadcast": one, "accounts": told}) for one, told in found if told]


def _told(tx: Connection, happening: Happening, _now: datetime) -> Iterator[Notice]:
    one: Broadcast = happening.facts["broadcast"]
    for account_id in happening.facts["accounts"]:
        found = accounts.by_id(tx, account_id)
        say = words(None if found is None else found[0].language)
        question = (Button(say.plain("button.question"), action("dialogueask", str(one.id))),)
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
    steps={COMPOSING: _composed, ASKING: _asked, WHEN: _timed},
    results={FILE: _written},
    roles=dict.fromkeys(("announce", "bcshape", "bcsend", "bcstop", "bcexport"), READERS),
)

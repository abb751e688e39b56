"""Hand-over to a person: a conversation that is relayed to the officials on duty, and silence of the bot meanwhile.

It is held in a topic of its own where a group of officials is linked, else in the chat of the official who takes it; on
Zalo's Official Account in that account's console, where nothing has to be relayed. Everything that goes on is a notice,
so it is a row before it leaves and keeps its order; a file is fetched first, and what comes behind it waits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from handlers import attachments, board
from handlers.agency import Agency
from handlers.handover.words import END, OFFICIAL, VERB, is_end, is_way_out
from handlers.messages import Happening, Job, Kind, Turn
from handlers.officials.telling import Hearing
from handlers.rooms import Outcome, Room
from handlers.standing import PEOPLE
from handlers.talk import Talk, lines
from knowledge.duties import Matter, News
from knowledge.errors import Wrong
from storage import accounts, handovers
from storage.columns import vault_of
from storage.database import Connection
from storage.events import Pending
from storage.handovers import Handover, Line
from storage.officials import register as officials
from storage.officials.register import Role

FETCH = "handover_file"  # the job that fetches a file, and looks whether it may go on
WATCH = "handovers"  # the moment at which conversations that fell silent are ended
WATCH_MINUTES = 5
SILENCE = timedelta(minutes=30)  # our choice: after that neither side waits any more
CONSOLE = frozenset({"zalo_oa"})
"""The channels whose own console shows a conversation to the officials."""
SAID, WAITS, TAKEN, ENDED = "handover_said", "handover_waits", "handover_taken", "handover_ended"


def on_duty(agency: Agency, tx: Connection, now: datetime) -> list[int]:
    """List the chats of the officials to ask now, by the rules: those who want to hear at once, else all of them."""
    hearing = Hearing.now(agency, tx, now)
    found = list(hearing.of(Matter(News.HANDOVER)))
    at_once = [one for one in found if hearing.when(one, News.HANDOVER) is None]
    return [hearing.account(one) for one in at_once or found]


def group_of(tx: Connection) -> accounts.Account | None:
    """Give the linked group of officials in which topics can be opened, if there is one."""
    found = (accounts.by_id(tx, one) for one in officials.reached(tx, {Role.GROUP}))
    groups = (one[0] for one in found if one is not None)
    return next((one for one in groups if one.channel == "telegram" and ":" not in one.address), None)


def people(talk: Talk) -> Turn:
    """Lead to the people: in office hours into a conversation with those on duty, else tell when and how."""
    is_free = handovers.open_of(talk.tx, talk.account.id) is None
    if not is_free or (group_of(talk.tx) is None and not on_duty(talk.agency, talk.tx, talk.now)):
        return board.people(talk)
    local = talk.now.replace(tzinfo=None)
    if not talk.agency.calendar.is_open(local):
        return _closed(talk, local)
    handovers.begin(talk.tx, talk.account.id, talk.now, console=talk.account.channel in CONSOLE)
    draft = talk.session.draft
    key = "handover.opened_there" if talk.account.channel in CONSOLE else "handover.opened"
    text = lines([talk.say(key, agency=talk.agency_short()), board.whom_to_ask(talk)])
    rows = [[talk.button("handover_end", VERB, END)]]
    paused = None if draft is None else replace(draft, paused=True)
    return talk.answer(text, rows, misses=0, step=None, draft=paused, done="handover_opened")


def _closed(talk: Talk, local: datetime) -> Turn:
    """Say honestly that nobody is there, and from when on somebody is."""
    try:
        opens = talk.agency.calendar.opening(local).strftime("%H:%M, %d/%m/%Y")
    except Wrong:  # closed for longer than anybody plans
        return board.people(talk)
    text = lines([talk.say("handover.closed", opens=opens), board.whom_to_ask(talk)])
    return talk.answer(text, [[talk.button("feedback", "feedback"), talk.button("menu", "menu")]], misses=0)


def gate(talk: Talk, kind: Kind) -> Turn | None:
    """Look at every message first: what is said in a conversation with a person is not for the bot."""
    found = handovers.open_of(talk.tx, talk.account.id)
    if found is None:
        over = talk.group and kind is not Kind.TAP and not talk.text.startswith("/")
        return _over(talk) if over and handovers.was_topic(talk.tx, talk.account.id) else None
    if found.account_id == talk.account.id:
        return _asking(talk, kind, found)
    return _answering(talk, kind, found)


def _over(talk: Talk) -> Turn:
    return talk.answer(talk.say("handover.over"), done="handover_over")


def _asking(talk: Talk, kind: Kind, found: Handover) -> Turn | None:
    """Read what somebody says who talks with the officials."""
    if talk.now - found.last_at > SILENCE:
        _end(talk, found)
        return None
    if is_end(talk, kind, found):
        events = (_end(talk, found),)
        return replace(_said(talk, "handover.ended"), events=events, done="handover_ended", detail=str(found.id))
    if kind is Kind.TAP or talk.text.startswith("/"):
        return _still(talk)
    if not talk.text and not talk.files:
        return _said(talk, "handover.only_words")
    if found.console:
        handovers.note(talk.tx, found, talk.now, inward=True)
        waits = () if found.said_at is not None else (Happening(WAITS, {"handover": found.id}),)
        return Turn((), talk.session, waits, done="handover_left")
    first = found.said_at is None
    turn = _relay(talk, _placed(talk, found) if first else found, inward=True)
    return replace(turn, replies=_said(talk, "handover.passed").replies) if first else turn


def _still(talk: Talk) -> Turn:
    rows = [[talk.button("handover_end", VERB, END)]]
    return talk.answer(talk.say("handover.still"), rows, done="handover_still")


def _answering(talk: Talk, kind: Kind, found: Handover) -> Turn | None:
    """Read what an official says in a conversation; buttons and commands are for the bot as ever."""
    if kind is not Kind.TAP and is_way_out(talk.text):
        events = (_end(talk, found),)
        return replace(_said(talk, "handover.over"), events=events, done="handover_ended", detail=str(found.id))
    if kind is Kind.TAP or talk.text.startswith("/"):
        return None
    if not talk.text and not talk.files:
        return _said(talk, "handover.only_words")
    return _relay(talk, found, inward=False)


def _relay(talk: Talk, found: Handover, *, inward: bool) -> Turn:
    """Let a message go on to the other side, behind whatever still waits there for a file."""
    handovers.note(talk.tx, found, talk.now, inward=inward)
    if not talk.files and not handovers.is_held(talk.tx, found, inward=inward):
        return _silent(talk, _passed(found, [Line(talk.text)], inward=inward))
    named: list[str | None] = [file.name or "" for file in talk.files]
    held = [
        handovers.hold(talk.tx, found, talk.account.id, "" if n else talk.text, inward=inward, file=name)
        for n, name in enumerate(named or [None])
    ]
    orders = zip(talk.files, held, strict=False)
    jobs = tuple(Job(FETCH, attachments.order(talk, file, line=line)) for file, line in orders)
    return replace(_silent(talk, ()), jobs=jobs)


def _silent(talk: Talk, events: tuple[Happening, ...]) -> Turn:
    return Turn((), talk.session, events, done="relayed")


def _passed(found: Handover, said: list[Line], *, inward: bool) -> tuple[Happening, ...]:
    return tuple(Happening(SAID, {"handover": found.id, "line": line, "inward": inward}) for line in said)


def _placed(talk: Talk, found: Handover) -> Handover:
    """Give a new conversation its topic, where a group is linked: its first row opens it."""
    group = group_of(talk.tx)
    if group is None:
        return found
    name = OFFICIAL.plain("handover.topic", number=found.id)
    address = f"{group.address}:+{name}"
    lane = accounts.lane_of(vault_of(talk.tx), group.channel, address)
    topic = accounts.ensure(talk.tx, channel=group.channel, address=address, lane=lane, now=talk.now)
    handovers.hold_in(talk.tx, found, topic)
    return replace(found, topic_id=topic)


def _fetched(talk: Talk, outcome: Outcome) -> Turn:
    """Let go on what waited for a file; who sent one that cannot go on is told why."""
    told = json.loads(outcome.result) if outcome.result is not None else {"line": None, "fault": None}
    found = handovers.settle(talk.tx, talk.account.id, told["line"], told.get("hash"))
    if found is None:
        return _silent(talk, ())
    inward = found.account_id == talk.account.id
    events = _passed(found, handovers.release(talk.tx, found, inward=inward), inward=inward)
    if "hash" in told:
        return _silent(talk, events)
    text = lines([attachments.fault(talk, told["fault"]), talk.say("handover.not_passed")])
    return replace(talk.answer(text, done="handover_file_refused"), events=events)


def _end(talk: Talk, found: Handover) -> Happening:
    handovers.close(talk.tx, found, talk.now)
    if found.console:
        accounts.pause(talk.tx, found.account_id, None)
    return Happening(ENDED, {"handover": found.id, "by": talk.account.id, "silence": False})


def _said(talk: Talk, key: str) -> Turn:
    return talk.answer(talk.say(key), misses=0)


def _of_who_asks(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Press the button that ends it; the open conversation is read by the gate before."""
    return people(talk) if arguments == () else None


def _of_officials(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Take a conversation, or end the one that one holds."""
    match arguments:
        case ("take", number) if number.isdecimal() and not talk.group:
            return _take(talk, int(number))
        case ("end",):
            found = handovers.open_of(talk.tx, talk.account.id)
            if found is None or found.account_id == talk.account.id:
                return _over(talk)
            return replace(_said(talk, "handover.over"), events=(_end(talk, found),), done="handover_ended")
    return None


def _take(talk: Talk, number: int) -> Turn | None:
    found = handovers.by_id(talk.tx, number)
    if found is None or found.console or found.topic_id is not None or found.account_id == talk.account.id:
        return None
    busy = handovers.open_of(talk.tx, talk.account.id)
    if busy is not None:
        return _said(talk, "handover.busy")
    if not handovers.take(talk.tx, found, talk.account.id, talk.now):
        return _said(talk, "handover.gone")
    text = talk.say("handover.taken", number=number)
    turn = talk.answer(text, [[talk.button("handover_over", "relay", "end")]], misses=0, done="handover_taken")
    return replace(turn, events=(Happening(TAKEN, {"handover": number, "by": talk.account.id}),), detail=str(number))


def watch(tx: Connection, _event: Pending, now: datetime) -> Iterator[Happening]:
    """End the conversations that fell silent."""
    for found in handovers.idle(tx, now - SILENCE):
        known = accounts.by_id(tx, found.account_id)
        if found.console and known is not None and known[0].is_paused(now):
            continue  # they go on talking where the bot does not listen
        handovers.close(tx, found, now)
        yield Happening(ENDED, {"handover": found.id, "by": None, "silence": True})


ROOM = Room(
    "handover",
    verbs={VERB: _of_who_asks, "relay": _of_officials},
    commands={"gapcanbo": VERB},
    private=frozenset({VERB}),
    gate=gate,
    results={FETCH: _fetched},
    roles={"relay": PEOPLE},
    in_groups=frozenset({"relay"}),
)

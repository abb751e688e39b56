"""Requests about personal data that officials have to settle: who hears, what is late, what was done.

(Nghị định 356/2025/NĐ-CP, Điều 5.) Only administrators handle them; the person hears of each step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.actions import action
from handlers.agency import Agency
from handlers.messages import Button, Happening, Notice, Reply, Turn
from handlers.notices import Rules
from handlers.rooms import Room
from handlers.standing import ADMINISTRATORS
from handlers.talk import Talk, lines
from handlers.texts import words
from storage import accounts, audit
from storage.database import Connection
from storage.events import Pending
from storage.officials import register as officials
from storage.people import privacy_requests
from storage.people.privacy_requests import Request

DAY = "privacy_day"  # the moment, every morning
ASKED, DUE, TOLD = "data_requested", "data_due", "data_told"
AHEAD = timedelta(days=1)
OUTCOME = "data_outcome"  # the open question
OUTCOME_LEAST, OUTCOME_MOST = 5, 1000


def look_at_the_day(tx: Connection, _event: Pending, now: datetime) -> list[Happening]:
    """Remind administrators of what is to be acknowledged or settled by tomorrow, or late."""
    return [Happening(DUE, {"row": one.id}) for one in privacy_requests.due(tx, now, AHEAD)]


def rules(agency: Agency) -> Rules:
    """Give the rules of an agency's requests."""
    for_office = partial(_for_office, ZoneInfo(agency.timezone))
    return {ASKED: for_office, DUE: for_office, TOLD: _for_person}


def _for_office(zone: ZoneInfo, tx: Connection, happening: Happening, _now: datetime) -> Iterator[Notice]:
    one = privacy_requests.find(tx, happening.facts["row"])
    if one is None:
        return
    for account_id in officials.reached(tx, ADMINISTRATORS):
        found = accounts.by_id(tx, account_id)
        say = words(None if found is None else found[0].language)
        by, due = (f"{at.astimezone(zone):%d/%m/%Y}" for at in (one.acknowledge_by, one.due_at))
        text = say(
            f"request.{happening.name}", number=one.id, kind=say.plain(f"request.kind_{one.kind}"), by=by, due=due
        )
        button = Button(say.plain("button.request_show"), action("request", "show", str(one.id)))
        yield Notice(account_id, Reply(text, ((button,),)))


def _for_person(tx: Connection, happening: Happening, _now: datetime) -> Iterator[Notice]:
    one = privacy_requests.find(tx, happening.facts["row"])
    if one is not None and one.account_id is not None:
        found = accounts.by_id(tx, one.account_id)
        say = words(None if found is None else found[0].language)
        text = say("request.acknowledged", number=one.id)
        if one.done_at is not None:
            text = say("request.settled", number=one.id, outcome=one.outcome or "")
        yield Notice(one.account_id, Reply(text))


def _act(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    match arguments:
        case ():
            return _list(talk)
        case (what, row) if row.isascii() and row.isdecimal():
            one = privacy_requests.find(talk.tx, int(row))
            if one is not None and one.done_at is None:
                return _do(talk, what, one)
    return None


def _list(talk: Talk) -> Turn:
    """List what is open."""
    found = privacy_requests.opened(talk.tx)
    rows = [[Button(f"{one.id}", action("request", "show", str(one.id)))] for one in found[:10]]
    text = lines([talk.say("request.open", count=len(found)), *(_line(talk, one) for one in found[:10])])
    return talk.answer(text, [*rows, [talk.button("menu", "menu")]], misses=0)


def _line(talk: Talk, one: Request) -> Markup:
    kind = talk.say.plain(f"request.kind_{one.kind}")
    by, due = talk.day(one.acknowledge_by), talk.day(one.due_at)
    return talk.say("request.item", number=one.id, kind=kind, at=talk.day(one.received_at), by=by, due=due)


def _do(talk: Talk, what: str, one: Request) -> Turn | None:
    buttons = [[talk.button("request_done", "request", "done", str(one.id))], [talk.button("menu", "menu")]]
    if one.acknowledged_at is None:
        buttons.insert(0, [talk.button("request_ack", "request", "ack", str(one.id))])
    if what == "show":
        return talk.answer(_line(talk, one), buttons, misses=0)
    if what == "ack" and privacy_requests.acknowledge(talk.tx, one.id, talk.now):
        return _told(talk, one, "request_acknowledged")
    if what == "done":
        return talk.answer(talk.say("request.ask_outcome", number=one.id), misses=0, step=OUTCOME, topic=f"r{one.id}")
    return None


def _settle(talk: Talk) -> Turn | None:
    """Take what was done."""
    row = (talk.session.topic or "").removeprefix("r")
    one = privacy_requests.find(talk.tx, int(row)) if row.isdecimal() else None
    if one is None or one.done_at is not None or officials.role_of(talk.tx, talk.account.id) not in ADMINISTRATORS:
        return None
    if not OUTCOME_LEAST <= len(talk.text) <= OUTCOME_MOST:
        return talk.answer(talk.say("request.ask_outcome", number=one.id), misses=0)
    privacy_requests.acknowledge(talk.tx, one.id, talk.now)
    privacy_requests.close(talk.tx, one.id, talk.text, talk.now)
    return _told(talk, one, "request_settled")


def _told(talk: Talk, one: Request, done: str) -> Turn:
    audit.add(talk.tx, done, talk.now, detail=f"request {one.id}")
    turn = talk.answer(
        talk.say("request.noted", number=one.id),
        [[talk.button("requests", "request")]],
        misses=0,
        step=None,
        topic=None,
        done=done,
    )
    return replace(turn, events=(Happening(TOLD, {"row": one.id}),))


ROOM = Room(
    "privacy_desk",
    verbs={"request": _act},
    commands={"yeucau": "request"},
    steps={OUTCOME: _settle},
    roles={"request": ADMINISTRATORS},
)

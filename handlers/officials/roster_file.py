"""The duty roster sent back as an .xlsx: read on trial (a job), shown with what it changes, taken in by a button."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import PurePath
from typing import Any

from markupsafe import Markup

from handlers import attachments, front
from handlers.messages import Attachment, Job, Turn
from handlers.officials.roster import day_of, names
from handlers.rooms import Outcome, Room
from handlers.standing import READERS, role_of
from handlers.talk import Talk, lines
from handlers.texts import Words
from knowledge.roster import Days
from knowledge.roster_list import Changed, Refused
from knowledge.vietnamese import fold
from storage import files
from storage.officials import roster

READ = "roster_read"  # the job that reads a file on trial
VERB = "rostertake"
SAID = ("lich truc", "lich-truc", "lich_truc", "lichtruc", "duty roster", "duty-roster")
"""What the name of the file, or the words under it, must hold: other workbooks are dossiers or the catalogue."""
LISTED = 12  # changes, and refused lines, in the message


def _takes_file(talk: Talk) -> Turn | None:
    """Take a roster from whoever may change any week; every other file is none of this room's."""
    found = next((file for file in talk.files if _is_roster(talk, file)), None)
    if found is None or talk.group or role_of(talk) not in READERS:
        return None
    turn = talk.answer(talk.say("rosterin.reading"), misses=0, done="roster_received")
    return replace(turn, jobs=(Job(READ, attachments.order(talk, found, language=talk.language)),))


def _is_roster(talk: Talk, file: Attachment) -> bool:
    said = fold(f"{file.name} {talk.text}").lower()
    return PurePath(file.name).suffix.lower() == ".xlsx" and any(one in said for one in SAID)


def _previewed(talk: Talk, outcome: Outcome) -> Turn:
    """Say what the list would change and which lines do not count, over the button that takes it in."""
    found: dict[str, Any] = {} if outcome.result is None else json.loads(outcome.result)
    if role_of(talk) not in READERS:
        return front.with_menu(talk, "start.stale", done="stale_button")
    rows = [[talk.button("roster", "duty"), talk.button("menu", "menu")]]
    if "changes" not in found:
        known = found.get("fault") == "table"
        text = (
            talk.say("rosterin.no_table", said=found["said"]) if known else attachments.fault(talk, found.get("fault"))
        )
        return talk.answer(text, rows, misses=0, done="roster_unusable")
    changes = [Changed(days(*one[:3]), one[3]) for one in found["changes"]]
    refused = [Refused(*one) for one in found["refused"]]
    told = [
        talk.say("rosterin.changes", count=len(changes)) if changes else talk.say("rosterin.nothing"),
        *worded(talk.say, changes[:LISTED], names(talk)),
        talk.say("rosterin.more", count=len(changes) - LISTED) if len(changes) > LISTED else "",
        talk.say("rosterin.refused", count=len(refused)) if refused else "",
        *(refusal(talk.say, one) for one in refused[:LISTED]),
    ]
    if changes:
        rows.insert(0, [talk.button("roster_take", VERB, found["manifest"])])
    return talk.answer(lines(told), rows, misses=0, done="roster_previewed")


def worded(say: Words, changes: Iterable[Changed], called: Mapping[int, str]) -> Iterator[Markup]:
    """Word changes, one a line."""
    for one in changes:
        before = say.plain("roster.nobody") if one.before is None else called.get(one.before, str(one.before))
        days_of = {"first": day_of(one.days.first), "last": day_of(one.days.last)}
        yield say("rosterin.change", **days_of, before=before, after=called.get(one.days.official, ""))


def refusal(say: Words, one: Refused) -> Markup:
    """Word why a line does not count."""
    return say("rosterin.line", number=one.number, why=say.plain(f"rosterin.why_{one.why}"), value=one.value)


def days(official: int, first: str, last: str) -> Days:
    """Make days again of what JSON held."""
    return Days(official, date.fromisoformat(first), date.fromisoformat(last))


def _taken(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Take the list in, once."""
    kept = files.load(talk.tx, arguments[0]) if len(arguments) == 1 else None
    if kept is None or not files.belongs(talk.tx, arguments[0], talk.account.id):
        return None
    asked = [days(*one) for one in json.loads(kept.content)["days"]]
    files.forget(talk.tx, arguments[0])
    count = roster.take_in(talk.tx, talk.agency.calendar, asked, talk.now)
    text, rows = talk.say("rosterin.taken", count=count), [[talk.button("roster", "duty"), talk.button("menu", "menu")]]
    turn = talk.answer(text, rows, misses=0, done="roster_changed")
    return replace(turn, detail=f"{count} stand-ins from a file")


ROOM = Room(
    "roster_file",
    verbs={VERB: _taken},
    takes_file=_takes_file,
    results={READ: _previewed},
    roles={VERB: READERS},
)

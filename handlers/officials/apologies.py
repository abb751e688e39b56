"""Dossiers that will be late: the draft of the apology with a new date that is asked for, and that it was given.

The draft is a job. Its words are those of an official document, so they are Vietnamese in either language of the chat.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime

from handlers.messages import FileRef, Job, Reply, Turn
from handlers.officials import words as duty_words
from handlers.rooms import Outcome, Room
from handlers.standing import HANDLING, acting, role_of
from handlers.talk import Talk
from handlers.texts import words
from knowledge.dossier import DossierRecord, OwnerKind
from storage.dossiers import intake
from storage.dossiers import records as dossiers
from storage.dossiers.records import Dossier

FILE = "apology_file"  # the job that writes the draft
STEP = "apology"  # the open question: the new date
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
BLANK = "……………………"


def _begin(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Ask for the new date, or (with `blank`) draft the letter without one."""
    found = _dossier(talk, arguments[0]) if 1 <= len(arguments) <= 2 else None
    if found is None or arguments[1:] not in ((), ("blank",)):
        return None
    if arguments[1:]:
        return _order(talk, found, None)
    rows = [[talk.button("no_date", "apology", str(found.id), "blank"), talk.button("menu", "menu")]]
    return talk.answer(talk.say("apology.which_date", code=found.code), rows, misses=0, step=STEP, code=found.code)


def _dated(talk: Talk) -> Turn | None:
    """Read the new date: a day to come on which the office works."""
    found = dossiers.find(talk.tx, talk.session.code or "") if role_of(talk) in HANDLING and not talk.group else None
    match = _DAY.search(talk.text)
    if found is None or match is None:
        return None
    try:
        day = date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        day = date.min
    if day <= talk.now.date() or not talk.agency.calendar.is_working_day(day):
        return talk.answer(talk.say("apology.bad_date"), misses=0, step=STEP, done="apology_unclear")
    return _order(talk, found, day)


def _order(talk: Talk, dossier: Dossier, day: date | None) -> Turn:
    body = {"account": talk.account.id, "record": _record(talk, dossier, day), "code": dossier.code}
    turn = talk.answer(talk.say("checklist.writing"), misses=0, step=None, done="apology_ordered")
    detail = f"{dossier.code}, {day or 'no new date'}"
    return replace(turn, jobs=(Job(FILE, json.dumps(body, ensure_ascii=False)),), detail=detail)


def _record(talk: Talk, dossier: Dossier, day: date | None) -> dict[str, object]:
    """Say everything that the letter says."""
    say, agency = words("vi"), talk.agency

    def at(when: datetime | None) -> str:
        return BLANK if when is None else duty_words.moment(agency, when)

    values = {
        "agency": agency.name,
        "code": dossier.code,
        "title": dossier.procedure_title or dossier.procedure_code or BLANK,
        "received": at(dossier.received_at),
        "due": at(dossier.due_at),
        "new": BLANK if day is None else f"{day:%d/%m/%Y}",
        "blank": BLANK,
    }
    keys = ("dossier", "procedure", "dates", "reason", "again", "sorry")
    return {
        "parent": agency.parent.upper(),
        "agency": agency.name.upper(),
        **{name: say.plain(f"apology.doc_{name}", **values) for name in ("number", "nation", "motto", "day", "title")},
        "to": say.plain("apology.doc_to", owner=_addressee(talk, dossier)),
        "lines": [say.plain(f"apology.doc_{key}", **values) for key in keys],
        "signature": say.plain("apology.doc_sign"),
    }


def _addressee(talk: Talk, dossier: Dossier) -> str:
    """Name whoever filed it, where that is no person: what goes through a chat holds nothing personal."""
    if dossier.owner_kind in (None, OwnerKind.CITIZEN):
        return BLANK
    return dossiers.owner(talk.tx, dossier.id).name or BLANK


def _written(talk: Talk, outcome: Outcome) -> Turn:
    """Send the draft, over the button that says that the apology was given."""
    found = {} if outcome.result is None else json.loads(outcome.result)
    dossier = dossiers.find(talk.tx, found.get("code", ""))
    if dossier is None or role_of(talk) not in HANDLING:
        return talk.answer(talk.say("checklist.failed"), done="apology_failed")
    file = FileRef(found["hash"], talk.say.plain("apology.name"))
    row = (talk.button("apologised", "apologised", str(dossier.id)),)
    reply = Reply(talk.say("apology.written", code=dossier.code), (row,), (file,))
    return Turn((reply,), talk.session, done="apology_sent")


def _given(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Record that the apology was given: forms of the report ask for it."""
    one, dossier = acting(talk), _dossier(talk, arguments[0]) if len(arguments) == 1 else None
    if one is None or dossier is None:
        return None
    if dossier.apologised_at is None:
        record = DossierRecord(dossier.code, dossier.status, dossier.received_at, apologised_at=talk.now)
        intake.correct(talk.tx, record, ["apologised_at"], talk.now)
    text = talk.say("apology.given", code=dossier.code)
    turn = talk.answer(text, [[talk.button("menu", "menu")]], misses=0, done="apology_given")
    return replace(turn, detail=f"{dossier.code}, official {one.id}")


def _dossier(talk: Talk, number: str) -> Dossier | None:
    return dossiers.by_id(talk.tx, int(number)) if number.isdecimal() and len(number) < 12 else None


ROOM = Room(
    "apologies",
    verbs={"apology": _begin, "apologised": _given},
    steps={STEP: _dated},
    results={FILE: _written},
    roles={"apology": HANDLING, "apologised": HANDLING},
)

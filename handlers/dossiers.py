"""Dossiers: what anybody with a code may know, and what a source tells of them.

A bare code opens nothing but the status, the dates and the next step: codes can be counted up, so nothing of the
owner or of the matter is shown.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from handlers.agency import Agency
from handlers.board import contact
from handlers.messages import Turn
from handlers.talk import Talk, lines
from knowledge.dossier import DossierRecord
from knowledge.receipt_code import Problem, Reading, read, read_or_format
from knowledge.status import Status, result_is_ready
from storage import audit, dossiers
from storage.database import Connection
from storage.dossiers import Dossier, Origin
from storage.events import Pending

ASKED = "code"  # the open question after `ask_code`
ATTEMPT_DIGITS = 4  # what has fewer is no attempt at the code that was asked for
CODES_ANSWERED = 5  # codes of one message that are looked up; more is a list, not a question
EXAMPLE_PROVINCE = "H58"


@dataclass(frozen=True, slots=True)
class Look:
    """One code of a text and what an unidentified person may know of it."""

    reading: Reading
    dossier: Dossier | None


def look(tx: Connection, text: str, agency: Agency, now: datetime, *, only_codes: bool = False) -> list[Look]:
    """Look up every code in a text. With `only_codes` the text is meant to be one, so it is one that fails at worst."""
    reader = read_or_format if only_codes else read
    readings = reader(text, today=now.date(), province_code=agency.province_code, agency_code=agency.agency_code)
    return [Look(reading, _find(tx, reading)) for reading in readings]


def _find(tx: Connection, reading: Reading) -> Dossier | None:
    if reading.code is None or reading.problem is not None:
        return None
    return dossiers.find(tx, reading.code.text)


def answer(talk: Talk, looks: Sequence[Look]) -> Turn:
    """Tell what is known of the codes in a message."""
    told = [tell(talk, one) for one in looks[:CODES_ANSWERED]]
    if len(looks) > CODES_ANSWERED:
        told.append(talk.say("lookup.too_many", most=CODES_ANSWERED))
    buttons = [[talk.button("lookup", "lookup"), talk.button("human", "human")], [talk.button("menu", "menu")]]
    return talk.answer(Markup("\n\n").join(told), buttons, misses=0, done="looked_up")


def ask_code(talk: Talk) -> Turn:
    """Ask for the code."""
    text = talk.say("lookup.ask", example=example(talk.agency))
    return talk.answer(text, [[talk.button("menu", "menu")]], misses=0, step=ASKED)


def is_attempt(talk: Talk) -> bool:
    """Tell whether a text is meant to be the code that was just asked for."""
    asked = not talk.session.is_filling and talk.session.step == ASKED
    return asked and sum(char.isdecimal() for char in talk.text) >= ATTEMPT_DIGITS


def example(agency: Agency) -> str:
    """Show what a code looks like; the date is the example of no real dossier."""
    province = agency.province_code or EXAMPLE_PROVINCE
    return f"000.00.15.{province}-200617-0001"


def tell(talk: Talk, one: Look) -> Markup:
    """Tell what is known of one code."""
    reading = one.reading
    if reading.code is None or reading.problem is Problem.FORMAT:
        return talk.say("lookup.format", example=example(talk.agency))
    code = reading.code.text
    match reading.problem:
        case Problem.DATE:
            digits = code.rsplit("-", 1)[0].rsplit("-", 1)[-1]
            return talk.say("lookup.date", code=code, digits=digits)
        case Problem.FUTURE:
            return talk.say("lookup.future", code=code)
        case Problem.OTHER_AGENCY:
            return talk.say("lookup.other_agency", code=code, agency=talk.agency_name())
    if one.dossier is None:
        return talk.say("lookup.not_found", code=code, contact=contact(talk))
    return _found(talk, one.dossier)


def _found(talk: Talk, dossier: Dossier) -> Markup:
    say, status = talk.say, _status_key(dossier)
    return lines(
        [
            say("lookup.illustrative") if dossier.illustrative else "",
            say("lookup.status", code=dossier.code, status=say(f"status.{status}")),
            _dates(talk, dossier),
            _late(talk, dossier) or say(f"next.{status}", contact=contact(talk)),
            say("lookup.as_of", as_of=talk.moment(dossier.as_of), source=_source(talk, dossier)),
        ]
    )


def _dates(talk: Talk, dossier: Dossier) -> Markup:
    say = talk.say
    if dossier.status is Status.RETURNED and dossier.returned_at is not None:
        return say("lookup.returned", at=talk.moment(dossier.returned_at))
    if dossier.finished_at is not None and dossier.status in (Status.RESULT_READY, Status.RETURNED):
        return say("lookup.finished", at=talk.moment(dossier.finished_at))
    if dossier.status.is_final:
        return Markup("")
    if dossier.due_at is None:
        return say("lookup.no_due")
    return say("lookup.due", due=talk.moment(dossier.due_at))


def _source(talk: Talk, dossier: Dossier) -> str:
    return talk.say.plain("lookup.sample") if dossier.illustrative else dossier.source


def _status_key(dossier: Dossier) -> str:
    finished = dossier.finished_at.date() if dossier.finished_at else None
    if dossier.status is Status.RESULT_READY and not result_is_ready(dossier.status, finished):
        return "s9_not_ready"
    return f"s{int(dossier.status)}"


def _late(talk: Talk, dossier: Dossier) -> Markup:
    """Say that the due day is past: for certain when the data is younger, else that the data does not tell.

    Days are compared, in local time, and only while the agency's clock runs.
    """
    if dossier.due_at is None or not dossier.status.clock_is_running:
        return Markup("")
    due = talk.local(dossier.due_at).date()
    if due < talk.local(dossier.as_of).date():
        return talk.say("lookup.overdue", contact=contact(talk))
    return talk.say("lookup.perhaps_overdue", contact=contact(talk)) if due < talk.now.date() else Markup("")


def batch(records: Sequence[DossierRecord], origin: Origin) -> str:
    """Write the body of an event that brings records; a big import is many such events."""
    body = {
        "source": origin.source,
        "as_of": origin.as_of.isoformat(),
        "illustrative": origin.illustrative,
        "records": [record.to_json() for record in records],
    }
    return json.dumps(body, ensure_ascii=False)


def take_in(tx: Connection, event: Pending, now: datetime) -> None:
    """Take in a batch of records and leave a line that counts what they brought."""
    body = json.loads(event.body)
    origin = Origin(body["source"], datetime.fromisoformat(body["as_of"]), body["illustrative"])
    changes = Counter(dossiers.take_in(tx, DossierRecord.from_json(record), origin, now) for record in body["records"])
    detail = ", ".join(f"{change}: {count}" for change, count in sorted(changes.items()))
    audit.add(tx, "dossiers_taken_in", now, event_id=event.id, detail=f"{origin.source}: {detail}")

"""Files of dossiers sent by an official in chat: a trial reading, a button, progress, and what became of it.

Nothing is taken in before the button is pressed. The reading and the taking in are jobs (`bot/work/dossier_files.py`);
the rows come as events of 25 in a lane of their own, so that chat goes on meanwhile, with marks between them that tell
how far it is. Everything that belongs to one file hangs on its *manifest*, a kept file whose hash stands in the button:
so a second press, or a job that runs again after a crash, brings the same events, and each counts once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import Any

from handlers import attachments, front
from handlers.messages import Attachment, FileRef, Happening, Job, Notice, Reply, Turn
from handlers.officials.room import may_take_in
from handlers.rooms import Outcome, Room
from handlers.standing import INTAKE
from handlers.talk import Talk, lines
from handlers.texts import words
from knowledge.media import Media
from storage import accounts, files, jobs
from storage.database import Connection
from storage.events import Pending
from storage.jobs import NewJob

PREVIEW, TAKE, REPORT = "file_preview", "file_take", "file_report"  # kinds of jobs
JOBS = (PREVIEW, TAKE, REPORT)
PROGRESS, END = "file_progress", "file_end"  # kinds of events between and behind the rows
ENDINGS = (".xlsx", ".csv", ".txt")
KINDS = frozenset({Media.XLSX.value, "text/csv", Media.TEXT.value})
NAME_MOST = 60  # characters of a file's name that are shown, and kept as the source of its rows
VERB = "takein"


def _takes_file(talk: Talk) -> Turn | None:
    """Take a table that an official sends; every other file, and whoever else sends one, is none of this room's."""
    found = next((file for file in talk.files if _is_table(file)), None)
    if found is None or not may_take_in(talk):
        return None
    turn = talk.answer(talk.say("filein.reading", name=shown_name(found)), misses=0, done="file_received")
    return replace(turn, jobs=(Job(PREVIEW, attachments.order(talk, found, language=talk.language)),))


def _is_table(file: Attachment) -> bool:
    """Go by the name and the declared type; what the bytes are is looked at by the job."""
    return PurePath(file.name).suffix.lower() in ENDINGS or (not file.name and file.media_type in KINDS)


def shown_name(file: Attachment) -> str:
    """Name a file as it is shown."""
    name = "".join(char for char in file.name if char.isprintable()).strip()
    return name if len(name) <= NAME_MOST else f"{name[: NAME_MOST - 8]}…{name[-7:]}"


def _previewed(talk: Talk, outcome: Outcome) -> Turn:
    """Say what a trial reading found, over the button that takes the rows in."""
    if not may_take_in(talk):
        return front.with_menu(talk, "start.stale", done="stale_button")
    found = _result(outcome)
    if "manifest" not in found:
        return _unusable(talk, found)
    tells = [
        talk.say("filein.preview", name=found["name"], rows=found["rows"]),
        talk.say("filein.counts", new=found["new"], changed=found["changed"], same=found["same"]),
        talk.say("filein.refused", refused=found["refused"]) if found["refused"] else "",
    ]
    rows = [[talk.button("menu", "menu")]]
    if found["new"] + found["changed"] + found["same"]:
        tells.append(talk.say("filein.ask"))
        rows.insert(0, [talk.button("take_in", VERB, found["manifest"])])
    else:
        tells.append(talk.say("filein.nothing"))
    turn = talk.answer(lines(tells), rows, misses=0, done="file_previewed")
    return _with_faults(talk, turn, found)


def _confirmed(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Begin to take in, when the button is pressed by an official to whom this reading was shown."""
    if len(arguments) != 1 or not may_take_in(talk):
        return None
    if not files.belongs(talk.tx, arguments[0], talk.account.id):
        return talk.answer(talk.say("filein.expired"), [[talk.button("menu", "menu")]], done="file_expired")
    body = {"manifest": arguments[0], "account": talk.account.id}
    turn = talk.answer(talk.say("filein.taking"), misses=0, done="file_confirmed")
    return replace(turn, jobs=(Job(TAKE, json.dumps(body)),), detail=f"file {arguments[0][:8]}")


def _begun(talk: Talk, outcome: Outcome) -> Turn:
    """Say nothing when the rows are on their way; say so when they could not be brought."""
    found = _result(outcome)
    if "rows" in found:
        return Turn(session=talk.session, done="file_queued")
    return _unusable(talk, found)


def _ended(talk: Talk, outcome: Outcome) -> Turn:
    """Say what became of a file when all its rows were handled, with the rows that were refused."""
    found = _result(outcome)
    if "taken" not in found:
        return _unusable(talk, found)
    tells = [
        talk.say("filein.done", name=found["name"], taken=found["taken"], new=found["new"], changed=found["changed"]),
        talk.say("filein.refused", refused=found["refused"]) if found["refused"] else "",
        talk.say("filein.lost", lost=found["lost"]) if found["lost"] else "",
    ]
    turn = talk.answer(lines(tells), [[talk.button("menu", "menu")]], misses=0, done="file_taken_in")
    detail = f"{found['name']}: {found['taken']} dossiers, {found['refused']} rows refused"
    return replace(_with_faults(talk, turn, found), detail=detail)


def _result(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = {} if outcome.result is None else json.loads(outcome.result)
    return found


def _unusable(talk: Talk, found: dict[str, Any]) -> Turn:
    match found.get("fault"):
        case "table":
            text = talk.say("filein.no_table", said=found.get("said", ""))
        case "kind":
            text = talk.say("filein.kind")
        case reason:
            text = attachments.fault(talk, reason)
    return talk.answer(text, [[talk.button("menu", "menu")]], done="file_unusable")


def _with_faults(talk: Talk, turn: Turn, found: dict[str, Any]) -> Turn:
    if not found["faults"]:
        return turn
    named = FileRef(found["faults"], talk.say.plain("filein.faults_name"))
    return replace(turn, replies=(replace(turn.replies[0], files=(named,)),))


ROOM = Room(
    "file_intake",
    verbs={VERB: _confirmed},
    takes_file=_takes_file,
    roles={VERB: INTAKE},
    results={PREVIEW: _previewed, TAKE: _begun, REPORT: _ended},
)


def progress(_tx: Connection, event: Pending, _now: datetime) -> Iterable[Happening]:
    """Handle a mark between the rows: whoever sent the file hears how far it is."""
    return [Happening(PROGRESS, json.loads(event.body))]


def order_report(tx: Connection, event: Pending, now: datetime) -> None:
    """Handle the end of the rows: order the report, whose result goes to the conversation of whoever sent the file."""
    body = json.loads(event.body)
    found = accounts.by_id(tx, body["account"])
    if found is not None:
        account = found[0]
        jobs.add(tx, NewJob(REPORT, event.body, account.lane, account.channel, account.id), now)


def tell_progress(tx: Connection, happening: Happening, _now: datetime) -> Iterable[Notice]:
    """Tell whoever sent a file how far it is."""
    facts = happening.facts
    found = accounts.by_id(tx, facts["account"])
    if found is None:
        return []
    say = words(found[0].language)
    return [Notice(found[0].id, Reply(say("filein.progress", done=facts["done"], rows=facts["rows"])))]


RULES = {PROGRESS: tell_progress}

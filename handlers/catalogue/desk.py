"""The catalogue in officials' chats: a file becomes a draft, a draft is published, the one in force is fetched.

Reading, asking the golden questions and writing are jobs (`bot/work/catalogue.py`). Whoever is no official hears the
same as for a command that does not exist.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from handlers import attachments, front
from handlers.messages import Attachment, FileRef, Job, Reply, Turn
from handlers.rooms import Outcome, Room
from handlers.standing import ADMINISTRATORS, INTAKE, role_of
from handlers.talk import Talk, lines
from handlers.texts import Words
from knowledge.vietnamese import fold
from storage.officials.register import Role

READ, PUBLISH, EXPORT = "catalogue_read", "catalogue_publish", "catalogue_export"  # kinds of jobs
JOBS = (READ, PUBLISH, EXPORT)
OURS = frozenset({".toml", ".jsonl"})
SHARED = frozenset({".xlsx"})  # also the ending of registers of dossiers: then the name or the words must say catalogue
WORDS = ("danh muc", "danh-muc", "danhmuc", "danh_muc", "catalogue")
NAME_MOST = 60  # characters of a file's name that are shown
FAULTS_TOLD = 12  # in the message; the file beside it has all of them


def is_catalogue(talk: Talk, file: Attachment) -> bool:
    """Tell a file of the catalogue by its ending, and a workbook by its name or by the words under it."""
    ending = PurePath(file.name).suffix.lower()
    said = fold(f"{file.name} {talk.text}").lower()
    return ending in OURS or (ending in SHARED and any(word in said for word in WORDS))


def faults_name(say: Words) -> str:
    """Name the file that lists all faults."""
    return say.plain("desk.faults_name")


def worse(say: Words, count: int) -> str:
    """Say that so many golden questions fare worse."""
    return say.plain("desk.worse", count=count)


def _takes_file(talk: Talk) -> Turn | None:
    found = next((file for file in talk.files if is_catalogue(talk, file)), None)
    if found is None or talk.group or role_of(talk) not in INTAKE:
        return None
    name = " ".join(found.name.split())[:NAME_MOST]
    turn = talk.answer(talk.say("desk.reading", name=name), misses=0, done="catalogue_received")
    return replace(turn, jobs=(Job(READ, attachments.order(talk, found, language=talk.language)),))


def _read(talk: Talk, outcome: Outcome) -> Turn:
    """Say what became of a file: the draft with what it changes, and every fault."""
    found = _result(outcome)
    if role_of(talk) not in INTAKE:
        return front.with_menu(talk, "start.stale", done="stale_button")
    if "fault" in found or outcome.result is None:
        return talk.answer(attachments.fault(talk, found.get("fault")), done="file_unusable")
    faults = [*found["faults"][:FAULTS_TOLD]]
    more = len(found["faults"]) - len(faults)
    draft = found.get("draft")
    told = [
        talk.say("desk.draft", name=draft, taken=found["taken"], refused=found["refused"]) if draft else "",
        "" if draft else talk.say("desk.no_draft"),
        talk.say("desk.changes", **found["changes"]) if draft else "",
        *faults,
        talk.say("fault.more", count=more) if more > 0 else "",
        talk.say("desk.mend") if found["faults"] else talk.say("desk.ask_publish"),
    ]
    rows = [[talk.button("menu", "menu")]]
    if draft and not found["faults"] and role_of(talk) is Role.ADMINISTRATOR:
        rows.insert(0, [talk.button("publish", "edpub", draft)])
    return _with_file(talk.answer(lines(told), rows, misses=0, done="catalogue_read"), found)


def _publish(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Order the publication of a draft; only an administrator may."""
    if len(arguments) != 1 or talk.group or role_of(talk) is not Role.ADMINISTRATOR:
        return None
    turn = talk.answer(talk.say("desk.trying", name=arguments[0]), misses=0, done="catalogue_publishing")
    body = {"name": arguments[0], "language": talk.language}
    return replace(turn, jobs=(Job(PUBLISH, json.dumps(body)),), detail=arguments[0])


def _published(talk: Talk, outcome: Outcome) -> Turn:
    found = _result(outcome)
    if role_of(talk) not in INTAKE:
        return front.with_menu(talk, "start.stale", done="stale_button")
    rows = [[talk.button("menu", "menu")]]
    if "since" not in found:
        told = [talk.say("desk.not_published"), found.get("why", ""), *found.get("lost", ())]
        return talk.answer(lines(told), rows, misses=0, done="catalogue_not_published")
    told = [talk.say("desk.published", name=found["name"], since=found["since"])]
    if found["announcement"]:
        told += [talk.say("desk.announcement"), found["announcement"]]
    return talk.answer(lines(told), rows, misses=0, done="catalogue_published")


def _fetch(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Order the workbook of the edition in force."""
    if arguments or talk.group or role_of(talk) not in INTAKE:
        return None
    turn = talk.answer(talk.say("checklist.writing"), misses=0, done="catalogue_ordered")
    return replace(turn, jobs=(Job(EXPORT, json.dumps({"account": talk.account.id})),))


def _fetched(talk: Talk, outcome: Outcome) -> Turn:
    found = _result(outcome)
    if role_of(talk) not in INTAKE or "hash" not in found:
        return talk.answer(talk.say("checklist.failed"), done="catalogue_failed")
    file = FileRef(found["hash"], found["name"])
    return Turn((Reply(talk.say("desk.workbook"), files=(file,)),), talk.session, done="catalogue_sent")


def _result(outcome: Outcome) -> dict[str, Any]:
    return {} if outcome.result is None else json.loads(outcome.result)


def _with_file(turn: Turn, found: dict[str, Any]) -> Turn:
    if not found.get("listed"):
        return turn
    file = FileRef(found["listed"], found["listed_name"])
    return replace(turn, replies=(replace(turn.replies[0], files=(file,)),))


ROOM = Room(
    "catalogue_desk",
    verbs={"edpub": _publish, "edget": _fetch},
    commands={"danhmuc": "edget"},
    roles={"edpub": ADMINISTRATORS, "edget": INTAKE},
    takes_file=_takes_file,
    results={READ: _read, PUBLISH: _published, EXPORT: _fetched},
)

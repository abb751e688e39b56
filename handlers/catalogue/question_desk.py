"""What nothing answered, for officials: groups of questions; one tap makes a group findable, or sets it aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers.actions import action
from handlers.catalogue import cards, editions
from handlers.messages import Button, Turn
from handlers.rooms import Room
from handlers.standing import INTAKE, role_of
from handlers.talk import Talk, lines
from knowledge import questions
from knowledge.questions import Group
from storage import questions as kept
from storage.database import Connection
from storage.officials.register import Role

LISTED = 6  # groups on one page
SHOWN = 5  # wordings of one group
CANDIDATES = 4  # procedures that are offered for a group


def note(tx: Connection, account_id: int, text: str, now: datetime) -> None:
    """Keep a question that nothing answered, scrubbed; one of which nothing is left is not kept."""
    clean = questions.scrub(text)
    if clean:
        kept.add(tx, account_id, clean, now)


def groups(tx: Connection) -> list[Group]:
    """Group the open questions by likeness, the largest group first."""
    return questions.group((one.id, one.text) for one in kept.open_ones(tx))


def find(tx: Connection, number: int) -> Group | None:
    """Find the group that holds the question of this number."""
    return next((one for one in groups(tx) if number in one.ids), None)


def _list(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """List the groups."""
    if arguments or not _may(talk):
        return None
    found = groups(talk.tx)
    rows = [[Button(_label(one), action("qgroup", str(one.id)))] for one in found[:LISTED]]
    count = sum(len(one.ids) for one in found)
    text = talk.say("desk.questions", count=count, groups=len(found)) if found else talk.say("desk.no_questions")
    return talk.answer(text, [*rows, [talk.button("menu", "menu")]], misses=0)


def _show(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Show a group, over the procedures that it may mean."""
    found = _group(talk, *arguments) if len(arguments) == 1 else None
    if found is None or talk.shelf is None:
        return None
    hits = talk.shelf.index.search(found.texts[-1], CANDIDATES).hits
    entries = [entry for hit in hits if (entry := talk.shelf.edition.by_id(hit.id)) is not None]
    rows = [[Button(cards.short_title(talk, one), action("qattach", str(found.id), one.id))] for one in entries]
    rows.append([talk.button("out_of_scope", "qout", str(found.id)), talk.button("questions", "questions")])
    told = [talk.say("desk.group", count=len(found.ids)), *(f"• {text}" for text in found.wordings[:SHOWN])]
    return talk.answer(lines([*told, talk.say("desk.which")]), rows, misses=0)


def _attach(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Make a group's wordings names of a procedure, in a draft."""
    found = _group(talk, arguments[0]) if len(arguments) == 2 else None
    entry = None if talk.shelf is None or found is None else talk.shelf.edition.by_id(arguments[1])
    if found is None or entry is None:
        return None
    draft = editions.attach(talk.tx, found, entry.id, talk.now.date(), talk.now)
    text = talk.say("desk.attached", title=cards.short_title(talk, entry), name=draft)
    rows = [[talk.button("questions", "questions")]]
    if role_of(talk) is Role.ADMINISTRATOR:
        rows.insert(0, [talk.button("publish", "edpub", draft)])
    turn = talk.answer(text, rows, misses=0, done="questions_attached")
    return replace(turn, detail=f"{len(found.ids)} questions to {entry.id} in {draft}")


def _set_aside(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Mark a group as out of scope."""
    found = _group(talk, *arguments) if len(arguments) == 1 else None
    if found is None:
        return None
    kept.settle(talk.tx, found.ids, kept.OUT)
    rows = [[talk.button("questions", "questions")]]
    turn = talk.answer(talk.say("desk.set_aside"), rows, misses=0, done="questions_set_aside")
    return replace(turn, detail=f"{len(found.ids)} questions")


def _may(talk: Talk) -> bool:
    return not talk.group and role_of(talk) in INTAKE


def _group(talk: Talk, number: str) -> Group | None:
    return find(talk.tx, int(number)) if _may(talk) and number.isdecimal() else None


def _label(group: Group) -> str:
    text = group.texts[-1]
    return f"{len(group.ids)} × {text if len(text) <= 60 else text[:59] + '…'}"


ROOM = Room(
    "question_desk",
    verbs={"questions": _list, "qgroup": _show, "qattach": _attach, "qout": _set_aside},
    commands={"cauhoi": "questions"},
    roles=dict.fromkeys(("questions", "qgroup", "qattach", "qout"), INTAKE),
)

"""The papers of a procedure as a list to tick: kept between visits, and as a file to print (a job)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

from handlers.actions import action
from handlers.board import contact
from handlers.catalogue import cards
from handlers.catalogue.values import day_of, paper_line, worded
from handlers.messages import Button, FileRef, Job, Reply, Turn
from handlers.rooms import Outcome, Room
from handlers.talk import Talk, in_rows, lines
from knowledge.aspects import Aspect
from knowledge.catalogue import Paper, Procedure
from storage import checklists

KIND = "checklist_file"  # the job that writes the file
FORM = "form_file"  # the job that fetches a form from the agency's folder
FORMS_MOST = 6  # forms of one procedure that have a button
ACROSS = 5  # numbers in a row of buttons
TICKED_MOST = 40  # papers that have a button; a longer list is read, not ticked


def _show(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Show the list of a procedure's papers as it was left."""
    procedure = _procedure(talk, *arguments) if len(arguments) == 1 else None
    if procedure is None:
        return None
    return _listed(talk, procedure, checklists.load(talk.tx, talk.account.id, procedure.id))


def _tick(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Tick a paper, or take the tick away."""
    procedure = _procedure(talk, arguments[0]) if len(arguments) == 2 else None
    if procedure is None or arguments[1] not in map(mark_of, procedure.papers):
        return None
    known = {mark_of(paper) for paper in procedure.papers}
    ticked = (checklists.load(talk.tx, talk.account.id, procedure.id) ^ {arguments[1]}) & known
    checklists.save(talk.tx, talk.account.id, procedure.id, ticked, talk.now)
    return _listed(talk, procedure, ticked)


def _listed(talk: Talk, procedure: Procedure, ticked: frozenset[str]) -> Turn:
    back = [talk.button("card", "show", procedure.id), talk.button("menu", "menu")]
    if not procedure.papers:
        return talk.answer(talk.say("checklist.none", contact=contact(talk)), [back], misses=0, topic=procedure.id)
    papers = procedure.papers
    ready = [mark_of(paper) in ticked for paper in papers]
    text = lines(
        [
            talk.say("checklist.heading", title=cards.title(talk, procedure), ready=sum(ready), count=len(papers)),
            *(
                talk.say("checklist.ready" if is_ready else "checklist.open", paper=paper_line(talk, number, paper))
                for number, (paper, is_ready) in enumerate(zip(papers, ready, strict=True), 1)
            ),
            talk.say("checklist.all") if all(ready) else "",
            *cards.standing(talk, procedure, Aspect.papers),
            cards.edition_line(talk),
        ]
    )
    numbers = [
        Button(f"{'☑' if is_ready else '☐'} {number}", action("tick", procedure.id, mark_of(paper)))
        for number, (paper, is_ready) in enumerate(zip(papers, ready, strict=True), 1)
    ]
    rows = [*in_rows(numbers[:TICKED_MOST], ACROSS), [talk.button("as_file", "paperfile", procedure.id)], back]
    return talk.answer(text, rows, misses=0, topic=procedure.id)


def _order(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Order the file of a list."""
    procedure = _procedure(talk, *arguments) if len(arguments) == 1 else None
    if procedure is None or not procedure.papers:
        return None
    turn = talk.answer(talk.say("checklist.writing"), misses=0, topic=procedure.id, done="checklist_ordered")
    return replace(turn, jobs=(Job(KIND, json.dumps(_document(talk, procedure), ensure_ascii=False)),))


def _document(talk: Talk, procedure: Procedure) -> dict[str, object]:
    """Say everything that the file says, so that the job needs no catalogue."""
    say, shelf = talk.say, talk.shelf
    assert shelf is not None
    ticked = checklists.load(talk.tx, talk.account.id, procedure.id)
    place, time = procedure.receiving_body, worded(talk, procedure, Aspect.time).striptags()
    made = say.plain(
        "checklist.doc_made",
        day=day_of(talk.now.date()),
        agency=talk.agency_name(),
        edition=shelf.edition.title,
    )
    notes = [say.plain("checklist.doc_place", place=place)] if place else []
    notes += [say.plain("checklist.doc_time", time=time)] if time else []
    notes += [str(line.striptags()) for line in cards.standing(talk, procedure, Aspect.papers)]
    return {
        "account": talk.account.id,
        "name": say.plain("checklist.doc_name", id=procedure.id),
        "agency": talk.agency_name(),
        "title": say.plain("checklist.doc_title"),
        "procedure": cards.title(talk, procedure),
        "columns": [say.plain("checklist.doc_paper"), say.plain("checklist.doc_ready")],
        "papers": [
            [str(paper_line(talk, number, paper).striptags()), mark_of(paper) in ticked]
            for number, paper in enumerate(procedure.papers, 1)
        ],
        "notes": [*notes, made],
    }


def _order_form(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Order the form file of a paper, by its number in the list."""
    procedure = _procedure(talk, arguments[0]) if len(arguments) == 2 and arguments[1].isdecimal() else None
    number = int(arguments[1]) if procedure is not None else 0
    if procedure is None or not 1 <= number <= len(procedure.papers):
        return None
    name = procedure.papers[number - 1].form_file
    if name is None:
        return None
    turn = talk.answer(talk.say("checklist.writing"), misses=0, topic=procedure.id, done="form_ordered")
    return replace(turn, jobs=(Job(FORM, json.dumps({"name": name, "account": talk.account.id}, ensure_ascii=False)),))


def _form(talk: Talk, outcome: Outcome) -> Turn:
    """Send a form, or say that there is none."""
    found = {} if outcome.result is None else json.loads(outcome.result)
    if "hash" not in found:
        return talk.answer(talk.say("checklist.no_form", contact=contact(talk)), done="form_missing")
    file = FileRef(found["hash"], found["name"])
    return Turn((Reply(talk.say("checklist.form", name=file.name), files=(file,)),), talk.session, done="form_sent")


def forms(talk: Talk, procedure: Procedure) -> Iterator[Button]:
    """Offer the form files of a procedure's papers."""
    with_file = [number for number, paper in enumerate(procedure.papers, 1) if paper.form_file]
    for number in with_file[:FORMS_MOST]:
        label = talk.say.plain("button.form_file", number=number)
        yield Button(label, action("form_file", procedure.id, str(number)))


def _written(talk: Talk, outcome: Outcome) -> Turn:
    """Send the file that the job wrote, or say that there is none."""
    if outcome.result is None:
        return talk.answer(talk.say("checklist.failed"), done="checklist_failed")
    file = FileRef(**json.loads(outcome.result))
    return Turn((Reply(talk.say("checklist.written"), files=(file,)),), talk.session, done="checklist_sent")


def mark_of(paper: Paper) -> str:
    """Mark a paper by its name: a list that changes with the edition keeps the ticks of what stayed."""
    return hashlib.sha256(paper.name.encode()).hexdigest()[:8]


def _procedure(talk: Talk, entry_id: str) -> Procedure | None:
    found = None if talk.shelf is None else talk.shelf.edition.by_id(entry_id)
    return found if found is not None and found.kind == "procedure" else None


ROOM = Room(
    "checklists",
    verbs={"papers": _show, "tick": _tick, "paperfile": _order, "form_file": _order_form},
    private=frozenset({"papers", "tick", "paperfile"}),
    results={KIND: _written, FORM: _form},
)

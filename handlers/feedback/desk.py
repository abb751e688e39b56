"""The officials' desk for feedback, in chat: an inbox by state, class, field and age, and all that is done.

Whoever is no official gets for its commands and buttons the answer for those that do not exist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from handlers import attachments
from handlers.actions import action
from handlers.feedback import handling as feedback_handling
from handlers.feedback.handling import Doer, allowed
from handlers.messages import Button, FileRef, Happening, Job, Turn
from handlers.rooms import Outcome, Room
from handlers.standing import INTAKE, READERS, acting, role_of
from handlers.talk import Talk, in_rows, lines
from knowledge.vietnamese import fold
from storage import feedback
from storage.feedback import OPEN, Feedback, State

LISTED = 12
FILE = "feedback_answer_file"  # the job that looks at a file of an answer
NOTE_LEAST, NOTE_MOST = 5, 4000
TYPED = ("more", "refuse", "forward", "answer", "question", "reply")  # what is typed after their button
_STEP = "fb_"
_OLDER = re.compile(r"(?:cu hon|older than|hon) (\d{1,3})")


def act(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Do what a button of the desk says."""
    if talk.group or role_of(talk) is None:
        return None
    match arguments:
        case ():
            return _inbox(talk, talk.text)
        case ("all",):
            return _listed(talk, feedback.Wanted(), "all")
        case (what, number):
            one = feedback.find(talk.tx, number)
            if one is None:
                return None
            return _show(talk, one) if what == "show" else _do(talk, what, one)
    return None


def _inbox(talk: Talk, typed: str) -> Turn:
    """List what is open, or what the words behind the command name: a state, a class, a field, an age in days."""
    said = fold(typed)
    states = [state for state in State if fold(talk.say.plain(f"feedback.state_{state}")) in said] if said else []
    kinds = [
        kind
        for kind in ("both", "regulation", "conduct", "other")  # the words for both hold those for each
        if said and fold(talk.say.plain(f"feedback.kind_{kind}")) in said
    ]
    named = () if talk.shelf is None else talk.shelf.edition.fields()
    field = next((name for name, _ in named if said and fold(name) in said), None)
    older = _OLDER.search(said)
    before = talk.now - timedelta(days=int(older[1])) if older else None
    wanted = feedback.Wanted(states or OPEN, kinds[0] if kinds else None, field, before)
    return _listed(talk, wanted, "inbox")


def _listed(talk: Talk, wanted: feedback.Wanted, heading: str) -> Turn:
    found = feedback.listed(talk.tx, LISTED, wanted, oldest_first=heading == "inbox")
    menu = [talk.button("fb_all", "fb", "all"), talk.button("menu", "menu")]
    if not found:
        return talk.answer(talk.say("fbdesk.nothing"), [menu], misses=0)
    told = [
        talk.say(
            "fbdesk.item",
            number=one.number,
            state=talk.say.plain(f"feedback.state_{one.state}"),
            kind=talk.say.plain(f"feedback.kind_{one.kind}"),
            field=one.field or "–",
            age=(talk.now - one.received_at).days,
            due=talk.day(one.due_at) if one.due_at else "",
        )
        for one in found
    ]
    rows = in_rows([Button(one.number, action("fb", "show", one.number)) for one in found], 2)
    return talk.answer(lines([talk.say(f"fbdesk.{heading}", count=len(found)), *told]), [*rows, menu], misses=0)


def _show(talk: Talk, one: Feedback) -> Turn:
    """Show a feedback to an official, with its files and what can be done."""
    say, is_named = talk.say, one.is_counted
    text = lines(
        [
            say(
                "fbdesk.head",
                number=one.number,
                state=say.plain(f"feedback.state_{one.state}"),
                day=talk.moment(one.received_at),
            ),
            say(
                "fbdesk.about",
                kind=say.plain(f"feedback.kind_{one.kind}"),
                clause=one.clause or "–",
                field=one.field or "–",
            ),
            say("fbdesk.document", document=one.document) if one.document else "",
            say("fbdesk.due", day=talk.day(one.due_at)) if one.due_at and one.state in OPEN else "",
            say("fbdesk.english") if one.language == "en" else "",
            say(
                "fbdesk.sender",
                name=one.sender_name or "–",
                address=one.sender_address or "–",
                phone=one.sender_phone or "–",
            )
            if is_named
            else say("fbdesk.tip"),
            say("fbdesk.content", content=_cut(one.content or say.plain("fbdesk.erased"))),
            say("fbdesk.proposal", proposal=_cut(one.proposal)) if one.proposal else "",
            say("fbdesk.answered", answer=_cut(one.answer)) if one.answer else "",
            *_history(talk, one),
        ]
    )
    rows: list[list[Button]] = []
    if role_of(talk) in INTAKE:
        doable = [what for what in ("accept", "more", "answer", "forward", "refuse", "publish") if allowed(one, what)]
        rows = in_rows(
            [Button(talk.say.plain(f"button.fb_{what}"), action("fb", what, one.number)) for what in doable], 2
        )
    turn = talk.answer(
        text,
        [*rows, [talk.button("fb_inbox", "fb"), talk.button("menu", "menu")]],
        misses=0,
        step=None,
        done="feedback_read",
    )
    files = tuple(FileRef(key, name) for key, name in feedback.files_of(talk.tx, one))
    return replace(turn, replies=(replace(turn.replies[0], files=files),), detail=one.number)


def _cut(text: str) -> str:
    return text if len(text) <= 1500 else f"{text[:1500].rstrip()}…"


def _history(talk: Talk, one: Feedback) -> list[Markup]:
    return [
        talk.say("fbdesk.step", at=talk.moment(step.at), state=talk.say.plain(f"feedback.state_{step.state}"))
        for step in feedback.steps(talk.tx, one)[-5:]
    ]


def _do(talk: Talk, what: str, one: Feedback) -> Turn | None:
    """Do what needs no words at once; ask for them where they are needed."""
    base = "publish" if what in ("question", "reply", "public") else what
    if role_of(talk) not in INTAKE or not allowed(one, base):
        return _show(talk, one) if role_of(talk) in INTAKE else None
    if what == "accept":
        return _moved(talk, one, feedback_handling.accept(_doer(talk), one))
    if what == "publish":
        return _proposed(talk, feedback_handling.propose_publication(_doer(talk), one))
    if what == "public":
        feedback_handling.publish(_doer(talk), one)
        return talk.answer(
            talk.say("fbdesk.published", number=one.number),
            _back(talk, one),
            step=None,
            misses=0,
            done="feedback_published",
        )
    if what in TYPED:
        return talk.answer(
            talk.say(f"fbdesk.ask_{what}", number=one.number),
            _back(talk, one),
            step=f"{_STEP}{what}",
            topic=one.number,
            misses=0,
        )
    return None


def _doer(talk: Talk) -> Doer:
    acts = acting(talk)
    return Doer(talk.tx, talk.now, None if acts is None else acts.id)


def _back(talk: Talk, one: Feedback) -> list[list[Button]]:
    return [[talk.button("fb_back", "fb", "show", one.number), talk.button("fb_inbox", "fb")]]


def _proposed(talk: Talk, one: Feedback) -> Turn:
    """Show what would be published, without names and numbers, to be mended first."""
    text = lines(
        [
            talk.say("fbdesk.to_publish"),
            talk.say("fbdesk.public_question", text=_cut(one.published_question or "")),
            talk.say("fbdesk.public_answer", text=_cut(one.published_answer or "")),
        ]
    )
    rows = [
        [talk.button("fb_public", "fb", "public", one.number)],
        [talk.button("fb_question", "fb", "question", one.number), talk.button("fb_reply", "fb", "reply", one.number)],
        *_back(talk, one),
    ]
    return talk.answer(text, rows, step=None, misses=0)


def _moved(talk: Talk, one: Feedback, happening: Happening) -> Turn:
    found = feedback.find(talk.tx, one.number)
    state = talk.say.plain(f"feedback.state_{one.state if found is None else found.state}")
    turn = talk.answer(
        talk.say("fbdesk.moved", number=one.number, state=state),
        _back(talk, one),
        step=None,
        topic=None,
        misses=0,
        done="feedback_handled",
    )
    return replace(turn, events=(happening,), detail=one.number)


def _typed(what: str) -> Callable[[Talk], Turn | None]:
    return lambda talk: _take(talk, what)


def _take(talk: Talk, what: str) -> Turn | None:
    """Take the words that were asked for."""
    one = feedback.find(talk.tx, talk.session.topic or "")
    base = "publish" if what in ("question", "reply") else what
    if one is None or role_of(talk) not in INTAKE or not allowed(one, base):
        return None
    if not NOTE_LEAST <= len(talk.text) <= NOTE_MOST:
        return talk.answer(talk.say("fbdesk.words", least=NOTE_LEAST, most=NOTE_MOST), _back(talk, one), misses=0)
    doer, text = _doer(talk), talk.text
    match what:
        case "more":
            return _moved(talk, one, feedback_handling.ask_more(doer, one, text))
        case "refuse":
            return _moved(talk, one, feedback_handling.refuse(doer, one, text))
        case "answer":
            return _moved(talk, one, feedback_handling.answer(doer, one, text))
        case "forward":
            body, _, letter = (part.strip() for part in text.partition(";"))
            if not letter:
                return talk.answer(talk.say("fbdesk.ask_forward", number=one.number), _back(talk, one), misses=0)
            return _moved(talk, one, feedback_handling.forward(doer, one, body, letter))
        case "question":
            return _proposed(talk, feedback_handling.propose_publication(doer, one, question=text))
    return _proposed(talk, feedback_handling.propose_publication(doer, one, reply=text))


def _takes_file(talk: Talk) -> Turn | None:
    """Take the file of an answer, the answer's words under it."""
    if talk.session.step != f"{_STEP}answer" or role_of(talk) not in INTAKE:
        return None
    number = talk.session.topic or ""
    order = attachments.order(talk, talk.files[0], number=number, text=talk.text)
    return replace(talk.answer(talk.say("fbdesk.file_looking"), done="feedback_file_ordered"), jobs=(Job(FILE, order),))


def _with_file(talk: Talk, outcome: Outcome) -> Turn:
    """Answer with the file that was looked at."""
    found = {} if outcome.result is None else json.loads(outcome.result)
    one = feedback.find(talk.tx, found.get("number") or "")
    if "hash" not in found or one is None or role_of(talk) not in INTAKE or not allowed(one, "answer"):
        return talk.answer(
            attachments.fault(talk, found.get("fault")), [[talk.button("fb_inbox", "fb")]], done="feedback_file_refused"
        )
    text = found.get("text") or talk.say.plain("fbdesk.see_file")
    return _moved(talk, one, feedback_handling.answer(_doer(talk), one, text, [(found["hash"], found["name"])]))


ROOM = Room(
    "feedback_desk",
    verbs={"fb": act},
    commands={"pakn": "fb"},
    private=frozenset({"fb"}),
    roles={"fb": INTAKE | READERS},
    steps={f"{_STEP}{what}": _typed(what) for what in TYPED},
    takes_file=_takes_file,
    results={FILE: _with_file},
)

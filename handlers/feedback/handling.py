"""What officials do with a feedback, in chat and by command: every step goes into its history and into the trail.

(Nghị định 20/2008/NĐ-CP, Điều 8–15: receive, classify, ask for more, refuse with the reason, forward, handle, answer,
publish.) What is done here comes back to the sender's conversation by a rule (`notices.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.messages import Happening
from knowledge.questions import scrub
from storage import audit, feedback
from storage.database import Connection
from storage.feedback import OPEN, Feedback, State

MOVED = "feedback_moved"  # the happening: its sender hears where it stands now
ANSWERABLE = OPEN | {State.FORWARDED}


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does something when: an official in chat, or the operator by a command (None)."""

    tx: Connection
    now: datetime
    official_id: int | None = None


def allowed(one: Feedback, what: str) -> bool:
    """Tell whether this can be done with a feedback as it stands."""
    if what == "publish":
        return one.state == State.ANSWERED and one.is_counted
    if what in ("answer", "refuse", "forward"):
        return one.state in ANSWERABLE
    return what in ("accept", "more") and one.state in OPEN and not (what == "accept" and one.state == State.ACCEPTED)


def accept(doer: Doer, one: Feedback) -> Happening:
    """Accept it for handling here."""
    return _move(doer, one, State.ACCEPTED, "")


def ask_more(doer: Doer, one: Feedback, note: str) -> Happening:
    """Ask the sender for what is missing."""
    return _move(doer, one, State.SUPPLEMENT, note)


def refuse(doer: Doer, one: Feedback, reason: str) -> Happening:
    """Refuse it with the legal reason."""
    return _move(doer, one, State.REFUSED, reason)


def forward(doer: Doer, one: Feedback, body: str, letter: str) -> Happening:
    """Note that it was forwarded to another body by a letter of this number."""
    return _move(doer, one, State.FORWARDED, "", forwarded_to=body[:200], letter=letter[:60])


def answer(doer: Doer, one: Feedback, text: str, files: Sequence[tuple[str, str]] = ()) -> Happening:
    """Answer it, with kept files (hash and name) where there are some."""
    for key, name in files:
        feedback.keep_file(doer.tx, one.id, key, name, doer.now, of_answer=True)
    return _move(doer, one, State.ANSWERED, text, answer=text, answered_at=doer.now)


def propose_publication(doer: Doer, one: Feedback, question: str | None = None, reply: str | None = None) -> Feedback:
    """Keep what is to be published, from the content and the answer without names and numbers unless given."""
    texts = {
        "published_question": question or one.published_question or scrub(one.content or "") or "…",
        "published_answer": reply or one.published_answer or scrub(one.answer or "") or "…",
    }
    feedback.change(doer.tx, one, **texts)
    found = feedback.find(doer.tx, one.number)
    assert found is not None
    return found


def publish(doer: Doer, one: Feedback) -> None:
    """Publish the question and the answer as they were proposed."""
    feedback.change(doer.tx, one, published_at=doer.now)
    audit.add(doer.tx, "feedback_published", doer.now, detail=_told(one, doer))


def _move(doer: Doer, one: Feedback, state: State, note: str, **more: object) -> Happening:
    feedback.move(doer.tx, one, state, doer.now, official_id=doer.official_id, note=note, **more)
    audit.add(doer.tx, f"feedback_{state}", doer.now, detail=_told(one, doer))
    return Happening(MOVED, {"number": one.number})


def _told(one: Feedback, doer: Doer) -> str:
    return f"{one.number}, official {doer.official_id}" if doer.official_id else f"{one.number}, by command"

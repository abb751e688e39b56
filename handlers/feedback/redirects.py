"""Complaints and denunciations, which are no feedback: recognised in the turn, kept nowhere, led to the right address.

(Luật Khiếu nại 2011; Luật Tố cáo 2018: in writing or in person, the identity of who denounces is kept secret.) Until
the turn is done only the encrypted body of the event holds the words, and the turn empties it; the draft of a form,
whose answers may be the first half of the story, goes too, and so do files that came along.
"""

from __future__ import annotations

import re
from dataclasses import replace

from handlers.board import contact
from handlers.feedback import own, satisfaction
from handlers.messages import Turn
from handlers.officials import broadcasts as dialogue
from handlers.talk import Talk, lines
from knowledge.feedback_kind import FeedbackKind, classify, denounces_outright
from storage import files

FEEDBACK = "feedback"  # the form in which a complaint is led away
KEPT_STEPS = frozenset({own.AGAIN, own.MORE, satisfaction.REASON, dialogue.ASKING})
"""Open questions whose answer is kept, so that a denunciation must not be one."""
SAYS_WHO = frozenset({"name", "address", "phone"})
"""Questions of the form whose answer tells nothing: a company's name is no denunciation, whatever its words."""
_KEPT_HERE = re.compile(r"[0-9a-f]{32}")


def intercept(talk: Talk) -> Turn | None:
    """Lead a denunciation away where its words would be kept, or where it is outright; a complaint inside the form."""
    if not talk.text or (talk.session.step or "").startswith("fb_"):  # an official's answer may speak of one
        return None
    draft = talk.session.draft
    in_form = draft is not None and draft.form == FEEDBACK and draft.step not in SAYS_WHO
    is_kept = in_form or talk.session.step in KEPT_STEPS
    if not is_kept and not denounces_outright(talk.text):
        return None
    kind = classify(talk.text).kind
    if kind is FeedbackKind.DENUNCIATION:
        return _denounce(talk)
    if kind is FeedbackKind.COMPLAINT and in_form:
        return _lead(talk, "redirected_complaint", "redirected.complaint", talk.agency.feedback.complaints_to)
    return None


def is_likely(talk: Talk) -> bool:
    """Tell whether a text that nothing answers may be a denunciation, so that it must not stay among the questions."""
    return classify(talk.text).kind is FeedbackKind.DENUNCIATION


def ask_first(talk: Talk) -> Turn:
    """Ask what is meant, without keeping what was said: a denunciation, feedback, or a question that was not found."""
    rows = [
        [talk.button("denounce", "denounce"), talk.button("feedback", "feedback")],
        [talk.button("fields", "fields"), talk.button("menu", "menu")],
    ]
    text = lines([talk.say("redirected.likely"), talk.say("redirected.nothing_kept")])
    return talk.answer(text, rows, misses=talk.session.misses + 1, done="asked_what_is_meant")


def hinted(talk: Talk, turn: Turn) -> Turn:
    """Add to the answer to a text that may be a denunciation how to make one; nothing of the text was kept."""
    (*before, last) = turn.replies
    rows = (*last.buttons, (talk.button("denounce", "denounce"),))
    return replace(
        turn, replies=(*before, replace(last, text=lines([last.text, talk.say("redirected.hint")]), buttons=rows))
    )


def act(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Say where denunciations go."""
    return None if arguments else _denounce(talk)


def _denounce(talk: Talk) -> Turn:
    return _lead(talk, "redirected_denunciation", "redirected.denunciation", talk.agency.feedback.denunciations_to)


def _lead(talk: Talk, done: str, key: str, address: str) -> Turn:
    for sent in talk.files:
        if _KEPT_HERE.fullmatch(sent.reference):
            files.forget(talk.tx, sent.reference)
    text = lines(
        [
            talk.say(key),
            talk.say("redirected.to", address=address)
            if address
            else talk.say("redirected.ask", contact=contact(talk)),
            talk.say("redirected.counter", counter=talk.agency.counter) if talk.agency.counter and not address else "",
            talk.say("redirected.nothing_kept"),
        ]
    )
    return talk.answer(text, [[talk.button("menu", "menu")]], draft=None, step=None, misses=0, done=done)

"""Complaints and denunciations, which are no feedback: recognised in the turn, kept nowhere, led to the right address.

(Luật Khiếu nại 2011; Luật Tố cáo 2018: in writing or in person, the identity of who denounces is kept secret.) Until
the turn is done only the encrypted body of the event holds the words, and the turn empties it; the draft of a form,
whose answers may be the first half of the story, goes too, and so do files that came along.
"""

from __future__ import annotations

import re

from handlers.board import contact
from handlers.messages import Turn
from handlers.talk import Talk, lines
from knowledge.feedback_kind import FeedbackKind, classify, denounces_outright
from storage import files

FEEDBACK = "feedback"  # the form in which a complaint is led away; elsewhere only one that says so
_KEPT_HERE = re.compile(r"[0-9a-f]{32}")


def intercept(talk: Talk) -> Turn | None:
    """Lead a denunciation away wherever it is said, and a complaint where feedback is asked for; else None."""
    if not talk.text or (talk.session.step or "").startswith("fb_"):  # an official's answer may speak of one
        return None
    in_form = talk.session.draft is not None and talk.session.draft.form == FEEDBACK
    kind = classify(talk.text).kind
    if kind is FeedbackKind.DENUNCIATION and (in_form or denounces_outright(talk.text)):
        return _lead(talk, "redirected_denunciation", "redirected.denunciation", talk.agency.feedback.denunciations_to)
    if kind is FeedbackKind.COMPLAINT and in_form:
        return _lead(talk, "redirected_complaint", "redirected.complaint", talk.agency.feedback.complaints_to)
    return None


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

"""The room of feedback: its form, its files, one's own feedback, and what was published."""

from __future__ import annotations

import json
from functools import partial

from handlers.feedback import files as feedback_files
from handlers.feedback import form as feedback
from handlers.feedback import own as feedback_own
from handlers.feedback import published, redirects
from handlers.messages import Turn
from handlers.privacy import consenting
from handlers.rooms import Outcome, Room
from handlers.talk import Talk


def _hears(talk: Talk) -> Turn | None:
    return feedback_own.hears(talk) or published.hears(talk)


def _acknowledged(talk: Talk, outcome: Outcome) -> Turn:
    """Send the acknowledgement, or say that the number holds without it."""
    found = {} if outcome.result is None else json.loads(outcome.result)
    if "hash" in found:
        return feedback_own.acknowledge(talk, found["hash"], found["name"])
    return talk.answer(talk.say("feedback.receipt_failed"), [[talk.button("menu", "menu")]], done="feedback_no_receipt")


ROOM = Room(
    "feedback",
    forms=(feedback.FORM,),
    verbs={"pakn": feedback_own.act, "consent": consenting.act, "denounce": redirects.act},
    commands={"phananhcuatoi": "pakn"},
    private=frozenset({"pakn", "consent", "denounce"}),
    steps={feedback_own.AGAIN: feedback_own.read_again, feedback_own.MORE: feedback_own.read_more},
    hears=_hears,
    takes_file=partial(feedback_files.take, feedback.FORM),
    results={feedback_files.KIND: partial(feedback_files.tell, feedback.FORM), feedback.RECEIPT: _acknowledged},
)

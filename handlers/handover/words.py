"""The words that end a conversation with a person, and what a number typed in it means."""

from __future__ import annotations

from handlers import offers
from handlers.actions import action
from handlers.messages import Kind
from handlers.talk import Talk
from handlers.texts import DEFAULT, words
from knowledge.vietnamese import fold
from storage.handovers import Handover

VERB, END = "person", "end"
OFFICIAL = words(DEFAULT)  # topics are named for the officials, whatever language somebody speaks
OUT = frozenset({"ket thuc", "ket thuc trao doi", "end", "/ketthuc", "/end", "/huy", "/cancel"})
WORD_MOST = 30  # characters: what is longer is no such word


def is_way_out(text: str) -> bool:
    """Tell whether a text as a whole ends the conversation."""
    return len(text) <= WORD_MOST and fold(text).strip(" .!") in OUT


def is_end(talk: Talk, kind: Kind, found: Handover) -> bool:
    """Tell whether somebody ends it: by its button, by a word, or by the button's number before anything was said.

    Later a number is an answer to the official, as to "how many copies?".
    """
    pressed = action(VERB, END)
    if kind is Kind.TAP:
        return pressed in (talk.text, offers.chosen(talk))
    if is_way_out(talk.text):
        return True
    return kind is Kind.TEXT and found.said_at is None and offers.chosen(talk) == pressed

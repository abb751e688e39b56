"""The buttons on the screen: what of them a typed number or label means, and which taps rewrite the message."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from handlers.actions import parse
from handlers.messages import Incoming, Kind, Turn
from handlers.talk import Talk

NUMBER = re.compile(r"\(?(\d{1,2})[.)]*")  # a longer number is a phone, a tax code or a part of a code, not a choice
LABEL_MOST = 200  # characters of the longest label, and more: what is longer names no button
HERE = "here"  # of a button that leads back: its message turns into the page before


def chosen(talk: Talk) -> str | None:
    """Read a typed number or label as the action of the button of the last message that it names."""
    offered = talk.session.offered
    number = NUMBER.fullmatch(talk.text)
    if number is not None and 1 <= int(number[1]) <= len(offered):
        return offered[int(number[1]) - 1][1]
    said = _spelt(talk.text) if len(talk.text) <= LABEL_MOST else ""
    return next((action for label, action in offered if said and _spelt(label) == said), None)


def remember(turn: Turn) -> Turn:
    """Keep the buttons of the last reply that has any with the session; a reply without buttons leaves them."""
    rows = next((reply.buttons for reply in reversed(turn.replies) if reply.buttons), ())
    if turn.session is None or not rows:
        return turn
    offered = tuple((button.label, button.action) for row in rows for button in row)
    return replace(turn, session=replace(turn.session, offered=offered))


def in_place(talk: Talk, incoming: Incoming, turn: Turn) -> Turn:
    """Let a turned page, or another part of the procedure on show, replace the message whose button was tapped."""
    parsed = parse(talk.text) if incoming.kind is Kind.TAP and incoming.message is not None else None
    if parsed is None or len(turn.replies) != 1 or turn.done != "answered" or talk.session.is_filling:
        return turn
    match parsed:
        case ("field", (_, _)) | ("fields", (_,)):
            pass
        case ("show", (entry_id,)) | ("part" | "tick", (entry_id, _)) if entry_id == talk.session.topic:
            pass
        case _:
            return turn
    return replace(turn, replies=(replace(turn.replies[0], edits=incoming.message),))


@lru_cache(maxsize=1024)  # the labels of a conversation's buttons are few and come with every message
def _spelt(label: str) -> str:
    """Leave out of a label what nobody types: its picture, its punctuation, its capitals."""
    return " ".join("".join(char if char.isalnum() else " " for char in label.casefold()).split())

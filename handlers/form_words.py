"""What one may type in a form instead of pressing its buttons, in Vietnamese with or without marks, and in English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from knowledge.vietnamese import fold


class Move(StrEnum):
    """What one may do in a form besides answering; cancelling is the router's, for it is the same everywhere."""

    BACK = "back"
    SKIP = "skip"
    KEEP = "keep"
    CHOOSE = "choose"
    OTHER = "other"
    EDIT = "edit"
    SEND = "send"
    RESUME = "resume"
    ANEW = "anew"


LONGEST = 40  # characters: a longer text says more than one of these words
# None of these words is a name, not even without its marks; hence no "tiếp" (Tiệp) and no "sửa" without an object.
_WORDS = {
    Move.BACK: ("quay lai", "tro lai", "lui lai", "cau truoc", "back", "go back", "previous", "previous question"),
    Move.SKIP: ("bo qua", "skip", "skip it"),
    Move.KEEP: ("giu nguyen", "giu lai", "de nguyen", "nhu cu", "keep", "keep it"),
    Move.SEND: ("gui", "gui di", "nop", "nop di", "send", "send it", "submit"),
    Move.RESUME: ("tiep tuc", "lam tiep", "continue", "go on", "resume"),
    Move.ANEW: ("lam lai", "lam lai tu dau", "bat dau lai", "start over", "start again", "restart"),
}
_MOVES = {word: move for move, words in _WORDS.items() for word in words}
_POLITE = re.compile(r"^(?:(?:da|vang|ok|please) )?(.*?)(?: (?:a|nhe|nha|nhen|please))?$", re.DOTALL)
_EDIT = re.compile(r"(?:chinh sua|sua|edit|change)(?: lai)?(?: cau so| cau| so| question| number)?[ :]+(.+)")


def read(text: str, labels: Sequence[str]) -> tuple[Move, int | None] | None:
    """Read a text as a move, with the place (from 0) of the question to edit; None when it is no such word.

    `labels` name the questions; one is meant by its number (from 1), its label or a word of it. The place is None when
    there is no question of that number.
    """
    if len(text) > LONGEST:
        return None
    said = _POLITE.sub(r"\1", fold(text).strip(" \n.,!"))
    move = _MOVES.get(said)
    if move is not None:
        return move, None
    edit = _EDIT.fullmatch(said)
    return None if edit is None else _edited(edit[1], [fold(label) for label in labels])


def _edited(named: str, labels: Sequence[str]) -> tuple[Move, int | None] | None:
    if named.isascii() and named.isdigit():
        place = int(named) - 1
        return Move.EDIT, place if 0 <= place < len(labels) else None
    found = [place for place, label in enumerate(labels) if f" {named} " in f" {label} "]
    return (Move.EDIT, found[0]) if len(found) == 1 else None

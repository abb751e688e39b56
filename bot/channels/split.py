"""Cutting a text at a channel's limit: between paragraphs, else lines, else words, and only then inside a word.

No tag and no character reference is ever cut. A tag that is open at a cut is closed there and opened again in the
next part, so every part stands by itself. Nothing is lost: the parts without those tags are the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Length = Callable[[str], int]

NO_BREAK = "\xa0\u202f"  # spaces at which no line may end
JOINER = "\u200d"  # makes one picture of two
REFERENCE = r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,29});"
LEAST = 64  # the least limit: half a part holds any character reference

_MARKED = re.compile(rf"</?[a-z][^<>]*>|{REFERENCE}|[^\S{NO_BREAK}]+|(?:[{NO_BREAK}]|[^\s<&])+|[<&]", re.IGNORECASE)
_PLAIN = re.compile(rf"[^\S{NO_BREAK}]+|(?:[{NO_BREAK}]|\S)+")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)[^<>]*>", re.IGNORECASE)
_REFERENCE = re.compile(REFERENCE, re.IGNORECASE)
_NOWHERE, _WORD, _LINE, _PARAGRAPH = range(4)  # how good a place to cut is
_TOO_EARLY = 4  # a paragraph's end in the first quarter of a part gives way to a line's end behind it


def utf16(text: str) -> int:
    """Measure a text as Telegram does, in UTF-16 units (Bot API, "Formatting options")."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class _Atom:
    """A piece that is not cut: what it opens or closes, and how good a place to cut its end is."""

    text: str
    length: int
    cut: int = _NOWHERE
    opens: str | None = None
    closes: str | None = None


def split(text: str, limit: int, *, length: Length = len, markup: bool = True) -> list[str]:
    """Cut `text` into parts of at most `limit`, measured by `length`, tags and references included.

    `length` must add up: the length of two texts together is the sum of theirs. With `markup` the text is written in
    the small markup; tags that would fill half a part are left out. Raises ValueError for a limit below `LEAST`.
    """
    if limit < LEAST:
        raise ValueError(f"a part has room for at least {LEAST}")
    if length(text) <= limit:
        return [text]
    atoms = list(_balanced(_atoms(text, limit, length, markup=markup), limit, length))
    parts: list[str] = []
    opened: tuple[_Atom, ...] = ()
    start = 0
    while start < len(atoms):
        end = _end(atoms, start, opened, limit, length)
        still = _open_after(atoms[start:end], opened)
        parts.append("".join(atom.text for atom in (*opened, *atoms[start:end])) + _closing(still))
        opened, start = still, end
    return parts


def _end(atoms: Sequence[_Atom], start: int, opened: tuple[_Atom, ...], limit: int, length: Length) -> int:
    """Find where the part that starts here ends: at the best place within the limit."""
    used = sum(atom.length for atom in opened)
    still, closing = list(opened), length(_closing(opened))
    places: dict[int, tuple[int, int]] = {}
    for index in range(start, len(atoms)):
        atom = atoms[index]
        used += atom.length
        if atom.opens is not None or atom.closes is not None:
            _follow(atom, still)
            closing = length(_closing(still))
        if used + closing > limit:
            late = [end for _, (end, filled) in sorted(places.items(), reverse=True) if filled >= limit // _TOO_EARLY]
            early = [end for end, _ in places.values()]
            return next(iter(late), None) or max(early, default=index)
        if atom.cut:
            places[atom.cut] = (index + 1, used)
    return len(atoms)


def _follow(atom: _Atom, still: list[_Atom]) -> None:
    if atom.opens is not None:
        still.append(atom)
    elif atom.closes is not None:
        still.pop()


def _open_after(atoms: Sequence[_Atom], opened: tuple[_Atom, ...]) -> tuple[_Atom, ...]:
    still = list(opened)
    for atom in atoms:
        _follow(atom, still)
    return tuple(still)


def _closing(opened: Sequence[_Atom]) -> str:
    return "".join(f"</{atom.opens}>" for atom in reversed(opened))


def _atoms(text: str, limit: int, length: Length, *, markup: bool) -> Iterator[_Atom]:
    for found in (_MARKED if markup else _PLAIN).finditer(text):
        piece = found[0]
        tag = _TAG.fullmatch(piece) if markup else None
        if tag is not None:
            opens, closes = (None, tag[2].lower()) if tag[1] else (tag[2].lower(), None)
            yield _Atom(piece, length(piece), _NOWHERE, opens, closes)
        elif markup and _REFERENCE.fullmatch(piece):
            yield _Atom(piece, length(piece))
        else:
            cut = _goodness(piece)
            pieces = [piece] if length(piece) <= limit // 2 else _chunks(piece, limit // LEAST)
            yield from (_Atom(one, length(one), cut) for one in pieces)


def _goodness(piece: str) -> int:
    if not piece.isspace() or piece[0] in NO_BREAK:
        return _NOWHERE
    return min(_WORD + piece.count("\n"), _PARAGRAPH)


def _chunks(word: str, most: int) -> Iterator[str]:
    """Break what is too long for a word into pieces, never between a letter and its marks or inside a picture."""
    chunk = ""
    for character in word:
        belongs = unicodedata.category(character).startswith("M") or JOINER in (character, chunk[-1:])
        if len(chunk) >= most and not (belongs and len(chunk) < most + LEAST // 8):
            yield chunk
            chunk = ""
        chunk += character
    if chunk:
        yield chunk


def _balanced(atoms: Iterator[_Atom], limit: int, length: Length) -> Iterator[_Atom]:
    """Leave out tags that close nothing or take too much room, and close those that were left open."""
    still: list[_Atom] = []
    left_out: list[str] = []
    room = limit // 2
    for atom in atoms:
        if atom.opens is not None:
            needs = atom.length + length(f"</{atom.opens}>")
            if needs > room:
                left_out.append(atom.opens)
                continue
            room -= needs
            still.append(atom)
        elif atom.closes is not None:
            if left_out and left_out[-1] == atom.closes:
                left_out.pop()
                continue
            if not still or still[-1].opens != atom.closes:
                continue
            last = still.pop()
            room += last.length + length(f"</{last.opens}>")
        yield atom
    yield from (_Atom(f"</{atom.opens}>", length(f"</{atom.opens}>"), closes=atom.opens) for atom in reversed(still))

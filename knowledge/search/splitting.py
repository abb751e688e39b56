"""Taking words apart that were typed without the space between them."""

import re
from collections.abc import Mapping
from typing import Final

from knowledge.search.space import Piece, Space
from knowledge.search.thesaurus import short_forms
from knowledge.vietnamese import canonical, decode, fold, is_folded_syllable

SHORTEST: Final = 5
LONGEST: Final = 120
_LONGEST_PIECE: Final = 8

# What a piece costs: the cheapest way through the letters wins, so long known pieces beat many short ones.
_KNOWN: Final = 1.0
_RAW: Final = 1.15
_SLIP: Final = 2.3
_SYLLABLE: Final = 2.6
_LETTER: Final = 5.0
_SHORT_FORM: Final = 0.3
_KNOWN_PAIR: Final = -0.6
_STUB: Final = 1.0
_MOST_REMEMBERED: Final = 10_000
# Only what is built like one syllable may be a misspelt one.
_SHAPE: Final = re.compile(r"[^aeiouy\W\d_]{0,3}[aeiouy]{1,3}[^aeiouy\W\d_]{0,3}")


def split(word: str, space: Space, pair_rarity: Mapping[int, float]) -> tuple[str, ...]:
    """Return the pieces of a run-together word, () when it does not come apart into likely pieces.

    word: a canonical word. pair_rarity: above 0 for folded neighbours that some title holds.
    """
    plain = fold(word)
    if not SHORTEST <= len(word) <= LONGEST or not word[0].isalpha() or len(plain) != len(word):
        return ()
    # best[end][start]: cheapest cost of reading the letters up to `end` with the last piece from `start`.
    best: list[dict[int, tuple[float, int]]] = [{} for _ in range(len(word) + 1)]
    best[0][-1] = (0.0, -1)
    pieces: dict[tuple[int, int], Piece] = {}
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_PIECE), end):
            piece = _piece(word[start:end], plain[start:end], space)
            if piece is None:
                continue
            pieces[start, end] = piece
            _, cost, number = piece
            ways = []
            for earlier, (before, _) in best[start].items():
                last = pieces[earlier, start][2] if start else None
                joined = last is not None and number is not None and last << 20 | number in pair_rarity
                ways.append((before + cost + (_KNOWN_PAIR if joined else 0.0), earlier))
            best[end][start] = min(ways)
    return _walk(word, best, pieces)


def _piece(text: str, plain: str, space: Space) -> Piece | None:
    """What some letters may be, None for several that are nothing; remembered as long as there is room."""
    try:
        return space.pieces[text]
    except KeyError:
        if len(space.pieces) > _MOST_REMEMBERED:
            space.pieces.clear()
        found = space.pieces[text] = _look(text, plain, space)
        return found


def _look(text: str, plain: str, space: Space) -> Piece | None:
    number = space.plain_id(plain)
    if len(plain) == 1:
        return text, _LETTER, number
    stub = _STUB if len(plain) == 2 else 0.0
    syllable = is_folded_syllable(plain)
    if number is not None and (syllable or len(plain) > 3):
        return canonical(text), _KNOWN + stub, number
    if len(plain) > 2 and (text in short_forms() or plain in short_forms()):
        return text, _KNOWN + _SHORT_FORM, number
    raw = decode(text)
    if raw is not None and (number := space.plain_id(fold(raw))) is not None:
        return raw, _RAW + stub, number
    if syllable:
        return canonical(text), _SYLLABLE + stub, None
    if len(plain) >= 4 and _SHAPE.fullmatch(plain) and (alike := space.sounds_like(plain)) is not None:
        return space.plain[alike], _SLIP, alike
    return None


def _walk(
    word: str, best: list[dict[int, tuple[float, int]]], pieces: Mapping[tuple[int, int], Piece]
) -> tuple[str, ...]:
    end = len(word)
    start, (cost, earlier) = min(best[end].items(), key=lambda item: (item[1][0], item[0]))
    row: list[str] = []
    while end > 0:
        row.append(pieces[start, end][0])
        end, start = start, earlier
        earlier = best[end][start][1] if end > 0 else -1
    # Where most of it is guesswork the word is rather a foreign one or a name.
    return tuple(reversed(row)) if len(row) > 1 and cost <= 1.9 * len(row) + 0.3 else ()
